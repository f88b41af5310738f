"""Bytes to text: encodings are recognised or refused; times are understood or refused."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.reading.articles import encode
from syndetect.reading.dates import microseconds
from syndetect.reading.encoding import UnusableError, decode, decode_line, is_latin1
from syndetect.reading.lines import as_utf8, lines

WESTERN = [
    "Café à la crème, déjà vu.",
    "Fußgänger überqueren die Straße. Größe: 5 Öl",
    "El niño comió jamón. ¿Qué pasó? ¡Olé!",
    "På en ö i älven, å så vidare",
    "Það er gott að vera þar, sagði hann við mig í gær, og við fórum heim til Reykjavíkur.",
    "“Quoted” – ‘as told’ … 10 £, 5 €, Š and Ž",
]
FOREIGN = [
    "Привет мир, как дела".encode("cp1251"),
    "Статья in an English text".encode("koi8-r"),
    "Ελλάδα και Ευρώπη".encode("iso8859-7"),
    "Zażółć gęślą jaźń, był sobie chłopiec".encode("iso8859-2"),
    "北京 is a city in 中国, as is 上海".encode("gbk"),
    "東京 is a city in 日本".encode("shift-jis"),
    "a café and a café société".encode("mac_roman"),
]
BROKEN = [
    b"hello \xff world",
    b"caf\xff\xfe",
    b"text \xe2\x28\xa1 more",
    b"word \xc3\x28 more",
    b"\x80\x81\x82 text",
    "“quoted” café".encode() + b" caf\xe9",
    b"the \xe2\x80 of a quote",
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [*WESTERN, "two\r\nlines\rand\na third"])
def test_unicode_is_recognised_and_its_line_ends_stay(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("mark", [b"\xff\xfe", b""])
def test_utf16_of_another_script_is_recognised(mark: bytes) -> None:
    text = "Статья о погоде: дождь, ветер и снег. " * 3
    assert decode(mark + text.encode("utf-16-le")) == text


@pytest.mark.parametrize("text", WESTERN)
def test_latin1_and_windows_1252_are_recognised(text: str) -> None:
    assert decode(text.encode("cp1252")) == text
    assert decode_line(text.encode("cp1252")) == text


@pytest.mark.parametrize("data", FOREIGN + BROKEN)
def test_what_is_no_latin1_is_refused(data: bytes) -> None:
    with pytest.raises(UnusableError, match="not UTF-8, UTF-16 or Latin-1"):
        decode(data)


def test_binary_is_refused_as_such() -> None:
    with pytest.raises(UnusableError, match="binary"):
        decode(bytes(range(256)) * 4)


def test_utf16_cut_off_is_refused() -> None:
    with pytest.raises(UnusableError, match="broken UTF-16"):
        decode("abc".encode("utf-16") + b"x")


def test_a_declared_encoding_counts_after_utf8() -> None:
    assert decode("мир".encode("cp1251"), "windows-1251") == "мир"
    assert decode("мир".encode(), "windows-1251") == "мир"
    assert decode("“é”".encode("cp1252"), "ISO-8859-1") == "“é”"
    for useless in ("utf-16", "rot13", "unicode_escape", "none such", "base64"):
        assert decode("caf\xe9 au lait".encode("latin-1"), useless) == "café au lait"


@given(st.binary(max_size=60))
def test_whatever_the_bytes_there_is_text_or_a_reason(data: bytes) -> None:
    with suppress(UnusableError):
        assert isinstance(decode(data), str)


@given(st.text(st.characters(max_codepoint=0xFF, exclude_categories=["Cc"]), max_size=60))
def test_latin1_is_one_character_a_byte(text: str) -> None:
    data = text.encode("latin-1")
    if is_latin1(data):
        assert len(data.decode("cp1252")) == len(data)


@given(st.text(st.characters(), max_size=30))
def test_lone_surrogates_are_replaced_one_for_one(text: str) -> None:
    replaced = encode(text).decode()
    assert len(replaced) == len(text)
    assert all(
        a == b or ("\ud800" <= b <= "\udfff" and a == "\ufffd") for a, b in zip(replaced, text, strict=True)
    )


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(st.text(max_size=40), st.integers(1, 50), st.sampled_from(["utf-8-sig", "utf-8", "utf-16", "utf-32"]))
def test_transcoding_does_not_depend_on_the_blocks(text: str, size: int, encoding: str) -> None:
    text = "plain words first, " + text
    assert b"".join(as_utf8(iter(cut(text.encode(encoding), size)))).decode() == text


@given(st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b"")), max_size=9), st.integers(1, 9))
def test_lines_do_not_depend_on_the_blocks(parts: list[bytes], size: int) -> None:
    whole = [part if len(part) <= 5 else part.count(b'"') for part in parts]
    assert list(lines(cut(b"".join(part + b"\n" for part in parts), size), 5)) == whole


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2019-07-11", "2019-07-11"),
        (" 2019-07-11T10:00:00Z ", "2019-07-11T10:00:00"),
        ("2019-07-11T10:00:00", "2019-07-11T10:00:00"),
        ("2019-07-11 10:00:00+02:00", "2019-07-11T08:00:00"),
        ("2019-07-11 10:00:00 +0200", "2019-07-11T08:00:00"),
        ("2019-07-11 10:00:00.25 UTC", "2019-07-11T10:00:00.250000"),
        ("20190711T100000Z", "2019-07-11T10:00:00"),
        ("Thu, 11 Jul 2019 10:00:00 GMT", "2019-07-11T10:00:00"),
        ("11 Jul 2019 10:00 -0500", "2019-07-11T15:00:00"),
        ("1562839200", "2019-07-11T10:00:00"),
        (1562839200, "2019-07-11T10:00:00"),
        (1562839200.25, "2019-07-11T10:00:00.250000"),
        (1562839200_000, "2019-07-11T10:00:00"),
        (1562839200_000_000, "2019-07-11T10:00:00"),
        (1562839200_000_000_000, "2019-07-11T10:00:00"),
        (np.int64(1562839200), "2019-07-11T10:00:00"),
        (np.datetime64("2019-07-11T10:00", "ns"), "2019-07-11T10:00:00"),
        (-86400, "1969-12-31"),
        (20190711, "2019-07-11"),
        ("20190711", "2019-07-11"),
        ("20190711100000", "2019-07-11T10:00:00"),
        (date(2019, 7, 11), "2019-07-11"),
        (datetime(2019, 7, 11, 10), "2019-07-11T10:00:00"),
        (datetime(2019, 7, 11, 10, tzinfo=timezone(timedelta(hours=2))), "2019-07-11T08:00:00"),
    ],
)
def test_times_that_are_understood(value: object, expected: str) -> None:
    moment = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert microseconds(value) == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize("value", [None, "", "  ", float("nan"), np.datetime64("NaT", "s")])
def test_no_time_is_no_error(value: object) -> None:
    assert microseconds(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2019",
        2019,
        "July 2019",
        "2019-13-01",
        20191341,
        True,
        [],
        {},
        float("inf"),
        1e300,
        10**40,
        "Thu, 11 Jul 2019 10:00:00 CEST",
        "Thu, 99 Jul 2019 10:00:00 GMT",
        "١٢٣٤٥٦",
        b"2019-07-11",
    ],
)
def test_times_that_are_not_understood(value: object) -> None:
    with pytest.raises((ValueError, OverflowError)):
        microseconds(value)
