"""Plain lines of JSON, read many at a time by a kernel, against the same lines read one by one as records."""

import io
import json
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from samples.reading import gather
from syndetect.kernels import json_lines
from syndetect.reading import plain_lines, sources
from syndetect.reading.articles import Conversion
from syndetect.reading.options import ReadingOptions
from syndetect.reading.plain_lines import PlainLines

pytestmark = pytest.mark.kernel

LONGEST = 600


class Pieces(io.BytesIO):
    """An open file that gives some bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read(self._size if size is None or size < 0 else min(size, self._size))


def read(
    data: bytes, reading: ReadingOptions, size: int = 1 << 20, enough: int = 1 << 20, ids: Any = "keep"
) -> tuple[list[Any], ...]:
    """The batches of a file, and all that is told of it, in order."""
    told: list[Any] = []
    columns: list[Any] = []

    def unusable(file: int, number: int, outcome: str) -> str:
        told.append((file, number, outcome))
        return outcome

    def known(taken: Any, names: Sequence[str]) -> None:
        if (found := (dict(taken), tuple(names))) not in columns:
            columns.append(found)

    def articles(file: int, numbers: Sequence[int]) -> None:
        told.extend((file, number) for number in numbers)

    found = sources.batches(
        Pieces(data, size), reading=reading, on_skip=lambda *what: told.append(what), on_columns=known,
        batch_bytes=enough, max_bytes=LONGEST, on_articles=articles, on_unusable=unusable, duplicate_ids=ids,
    )  # fmt: skip
    batches = []
    try:
        for frame, texts in found:
            batches.append((frame, texts))
            told.append("batch")
    except Exception as error:
        told.append(repr(error))
    # only now: what was read last must not change what was read before
    return [(frame.schema, frame.rows(), list(texts)) for frame, texts in batches], told, columns


def check(data: bytes, reading: ReadingOptions | None = None, few: int = 0, **options: Any) -> int:
    """Hold both ways to one result; gives how many rows the kernel read."""
    reading, rows = reading or ReadingOptions(), 0
    taken = PlainLines._taken

    def counted(*args: Any) -> plain_lines.Run:
        nonlocal rows
        run = taken(*args)
        rows += len(run.numbers)
        return run

    with (
        patch.object(plain_lines, "_FEW", few),
        patch.object(plain_lines, "_LEAST_BYTES", 0),
        patch.object(PlainLines, "_taken", counted),
    ):
        found = read(data, reading, **options)
    with patch.object(Conversion, "is_plain", False):
        expected = read(data, reading, **options)
    assert found == expected
    return rows


TEXTS = st.one_of(
    st.text(max_size=70),
    st.text(st.characters(codec="ascii"), max_size=70),
    st.sampled_from([
        "A ferry sank off Port Morvia on Monday, and nobody was hurt.", "Line one.\n\nLine “two”: é, 中文, 👍🏽.",
        "", " ", "\u00a0", "\u2003\u3000", "\u1680 x", "\x1f", "\x85a", "\u2019s", "中", "a\0b", "NaN", "x" * 130,
        "<p>One.</p><p>Two.</p>", "a <b>b</b>", "AT&T, Q&A &amp; R&amp;D", "&eacute;t&eacute;", "1 < 2 & 3 > 2",
        "`<p>` is a tag, and `<p>` too", "&#8217; &#8220;", "<", "&", "\ufeff", "a\x7f\x01b", "\ud800", "\udc80x",
    ]),
)  # fmt: skip
NAMES = st.sampled_from([
    "The Morvia Post", "Kesh Daily", "Kesh Daily", "None", "nan", " N/A ", "none\u00a0", "\u00a0none", "n/a", "<NA>",
    "nil", "NIL.", "\\N", "undefined", "Nuñez", "Nicolás\u3000", "AP/Reuters", "www.kesh.example", "WWW", "w3.example",
    "kesh.example", "https://kesh.example/", "http://www.kesh.example", "//x", "", "  ", "\t", "中文", "\ud83d",
    "a\udc80b", "x" * 60, "nullu\u0301", "N", "A&amp;B",
])  # fmt: skip
ADDRESSES = st.sampled_from([
    "https://kesh.example/1", "https://kesh.example/2", "https://www.kesh.example/3", "http://KESH.example:80/x",
    "https://morvia.example/a?b#c", "https://", "http:///x", "ftp://kesh.example/1", "kesh.example/1", "/1", "nan",
    "https://u@kesh.example", "https://kesh.example?x", "https://\ud800.example/", "", "https://é.example/é",
])  # fmt: skip
TIMES = st.one_of(
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.dates().map(str),
    st.sampled_from([
        "2024-02-29", "2023-02-29", "2024-02-30T00:00", "2024-13-01", "1970-01-01T00:00:00Z", "0001-01-01",
        "0001-01-01T00:00+01:00", "9999-12-31T23:59:59-05:00", "2024-01-02T03:04", "2024-01-02t03:04:05.1234567Z",
        "2024-01-02 03:04:05,5", "2024-01-02T03:04:05+0100", "2024-01-02T03:04:05+01", "2024-01-02T03:04:05 +01:00",
        "2024-01-02T24:00:00", "2024-01-02T03:60", "2024-01-02T03:04:60", "2024-01-02T03", "2024-01-02T03.04",
        "2024-01-02T03:04:05.", "2024-01-02T03:04:", "2024-01-02T03:04:5", "2024-01-02Z", "2024-01-02+01:00",
        "2024-01-02x03:04", "20240102", "20240102030405", "Tue, 02 Jan 2024 03:04:05 GMT", "03/04/2024",
        "2 January 2024", "1704164645", "nat", "unknown", "", " ", " 2024-01-02 ", "2024", "0000-00-00", "2024-1-2",
        "2024-01-02T03:04:05z", "2024-01-02T03:04:05+24:00", "2024-01-02T03:04:05-00:00", "２０２４-01-02",
    ]),
)  # fmt: skip
ODD: SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), TEXTS, NAMES,
        st.sampled_from([0, -1, 7, 1704164645, 1704164645123, 10**17, 1e300, 1.0, -0.0]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["name", "$date", "text", "é"]), inner)
    ),
    max_leaves=4,
)  # fmt: skip
PEOPLE = st.one_of(NAMES, st.lists(st.one_of(NAMES, NAMES, NAMES, st.none(), st.just(7)), max_size=4))
NUMBERS = st.one_of(
    st.sampled_from(
        [1704164645, 1704164645123, 1704164645123456, 20240102, 202401020304, 1234567890, 9999999999, 2024]
    ),
    st.integers(-(10**18), 10**18),
)
MOMENTS = st.one_of(TIMES, TIMES, NUMBERS, NUMBERS.map(str))
IDS = st.one_of(
    st.integers(0, 30).map(str), st.integers(-3, 30), st.integers(-(10**20), 10**20), st.just(""), NAMES
)
VALUES = {
    "id": IDS, "uuid": IDS, "text": TEXTS, "body": TEXTS, "source": NAMES, "publisher": PEOPLE, "published": MOMENTS,
    "date": MOMENTS, "title": PEOPLE, "url": ADDRESSES, "author": NAMES, "authors": PEOPLE, "words": st.integers(),
    "tags": st.lists(TEXTS, max_size=3), "Text": TEXTS, "k\u00e9y": ODD, "a\nb": ODD,
}  # fmt: skip
SHAPES = st.one_of(
    st.sampled_from([
        ("id", "source", "published", "title", "text", "url", "author"), ("id", "text"), ("text",), ("url", "text"),
        ("uuid", "id", "body", "text", "publisher", "source", "date", "published", "authors", "author"),
        ("id", "text", "source", "url"), ("tags", "text", "id", "words"), ("Text", "text"), ("id", "title"),
    ]),
    st.lists(st.sampled_from(list(VALUES)), max_size=6).map(tuple),
)  # fmt: skip
RAW = st.sampled_from([
    b"", b" ", b"\t\r", b"\x0b\x0c", b"{}", b"[]", b"null", b"{", b'{"text": "cut', b'{"text": "a"} x',
    b"\xef\xbb\xbf{}",
    b'{"id": "d", "id": "e", "text": "twice"}', b'{"text": "one", "text": "two", "id": 5}', b'{"id": NaN, "text": "x"}',
    b'{"id": 01, "text": "x"}', b'{"id": 1., "text": "x"}', b'{"id": -0, "text": "x"}', b'{"id": 1e2, "text": "x"}',
    b'{"id": ' + b"9" * 400 + b', "text": "x"}', b'{"id": 1, "text": "\\x"}', b'{"id": 1, "text": "\\u12g4"}',
    b'{"id": 1, "text": "\\ud83d\\ude00 \\uD83D\\uDE00"}', b'{"id": 1, "text": "\\ud83d\\u0041"}',
    b'{"id": 1,"text": "\\',
    b'{"id": 1, "text": "a\x01\x7f\tb"}', b'{"id": 1, "text": "a\0b"}', b'{"id": 1, "text": "\xff\xfe"}',
    b'{"id": 1, "text": "caf\xe9 na\xefve"}', b'{"id": 1, "text": "\xed\xa0\x80"}', b'{"id": 1, "text": "\xc0\x80"}',
    b'{"id": 1, "text": "\xf4\x90\x80\x80"}', b'{"id": 1, "text": "\xe2\x80"}', b'{"\\u0069d": 1, "text": "x"}',
    b'{"id": [[[[1]]], "text": "x"}', b'{"id": 1, "text": "x", "y": {"a": [1, {"b": null}], "c": tru}}',
    b'{"id": 1, "text": "x", "y": {"a": [1, {"b": null}], "c": true, }}', b'{"id": 1, "text": "x", }',
    b'{"id": 1, "text": "x", "y": ' + b"[" * 70 + b"]" * 70 + b"}", b'{"id": 1, "text": "' + b"long " * 150 + b'"}',
    b'{"id": 1, "text": "x"}' + b" " * 700, b'{ "id" :\t1 , "text"\r:"x" } \r', b'{"id": 1 "text": "x"}',
    b'{"id": 1, "text": Infinity}', b'{"id": 1, "text": "x", "y": -}', b'{"id": 1, "text": "x", "y": -Infinity}',
    b'{"_source": {"id": "in", "text": "x"}, "n": 1}', b'{"id": 1, "text": "x"\x0c}', b'{"id": 1, "text": "x"}\x0c',
])  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Lines of few shapes, most of them clean, some odd in a value, and some broken."""
    shapes = draw(st.lists(SHAPES, min_size=1, max_size=3))
    made = []
    for _ in range(draw(st.integers(1, 14))):
        if draw(st.integers(0, 9)) == 0:
            made.append(draw(RAW))
            continue
        shape = draw(st.sampled_from(shapes))
        is_odd = draw(st.integers(0, 4)) == 0
        record = {name: draw(ODD if is_odd and draw(st.booleans()) else VALUES[name]) for name in shape}
        line = json.dumps(record, ensure_ascii=draw(st.booleans()), separators=draw(SEPARATORS))
        made.append(line.encode("utf-8", draw(st.sampled_from(["surrogatepass", "replace"]))))
    end = draw(st.sampled_from([b"\n", b"\n", b"\r\n"]))
    data = end.join(made) + draw(st.sampled_from([end, b"", end * 3]))
    return draw(st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf"])) + data


SEPARATORS = st.sampled_from([(", ", ": "), (",", ":")])
OPTIONS = st.sampled_from([
    ReadingOptions(), ReadingOptions(), ReadingOptions(), ReadingOptions(markup="html"), ReadingOptions(markup="none"),
    ReadingOptions(encoding="latin-1"), ReadingOptions(encoding="utf-8"), ReadingOptions(date_format="%d/%m/%Y"),
    ReadingOptions(columns={"source": "title", "title": "title"}), ReadingOptions(day_first=True),
])  # fmt: skip


@given(
    lines(), OPTIONS, st.sampled_from([1, 50, 1 << 20]), st.sampled_from([1, 100, 1 << 20]),
    st.sampled_from(["keep", "skip", "error"]), st.sampled_from([0, 2]),
)  # fmt: skip
def test_lines_of_every_kind(
    data: bytes, reading: ReadingOptions, size: int, enough: int, ids: str, few: int
) -> None:
    check(data, reading, size=size, enough=enough, ids=ids, few=few)


def article(number: int, **others: Any) -> bytes:
    record = {
        "id": f"a{number}",
        "source": "Kesh Daily",
        "published": f"2024-01-02T03:{number % 60:02}:05Z",
        "text": f"Text {number}.",
    }
    return json.dumps(record | others).encode() + b"\n"


def test_all_but_the_first_of_plain_lines_are_read_by_the_kernel() -> None:
    assert check(b"".join(map(article, range(50)))) == 49


def test_lists_of_authors_and_times_in_seconds_are_plain() -> None:
    others = {"authors": ["Ann Ash", None, "", "ナナ"], "published": 1704164645}
    assert check(b"".join(article(number, **others) for number in range(20))) == 19


def test_behind_odd_lines_the_kernel_goes_on() -> None:
    odd = article(50, text=["a", "list"])
    data = b"".join(map(article, range(20))) + odd + b"\n" + odd + b"".join(map(article, range(20, 40)))
    assert check(data, few=8) == 38


def test_where_all_is_odd_the_kernel_is_seldom_tried() -> None:
    data = article(0) + b"".join(article(number, text=["a", "list"]) for number in range(1, 1000))
    with patch.object(plain_lines, "read", wraps=json_lines.read) as tried:
        assert check(data, few=8) == 0
    assert tried.call_count < 12


def test_a_name_that_cannot_be_encoded_is_remarked_upon_wherever_it_is_used() -> None:
    named = article(0, source="Kesh\udc80", url="https://kesh.example/0")
    data = named + b"".join(
        article(number, source=None, url=f"https://kesh.example/{number}") for number in range(1, 9)
    )
    check(data)
    _, told, _ = read(data, ReadingOptions())
    assert sum("1 broken character in the source" in str(one) for one in told) == 9


def test_one_batch_is_as_long_as_another() -> None:
    data = b"".join(article(number, text="word " * (number % 90)) for number in range(400))
    for enough in (1, 999, 5000):
        assert check(data, enough=enough, size=777) > 300


def test_rows_and_lines_for_which_there_is_no_room_yet() -> None:
    long = {"title": "t" * 100_000, "text": "word " * 40_000}
    data = b"".join(article(number, **(long if number % 700 == 5 else {})) for number in range(3000))
    with patch(f"{__name__}.LONGEST", 1 << 20):
        assert check(data) == 2998  # the first lines of both shapes are records


def test_articles_are_the_same_in_one_frame() -> None:
    data = b"".join(article(number, title=f"Title {number}" if number % 2 else None) for number in range(30))
    with patch.object(plain_lines, "_LEAST_BYTES", 0):
        frame, skipped = gather(io.BytesIO(data))
    assert frame["title"].to_list() == [f"Title {number}" if number % 2 else None for number in range(30)]
    assert frame["text"].to_list() == [f"Text {number}." for number in range(30)]
    assert frame["published"].dt.minute().to_list() == list(range(30))
    assert frame["url"].dtype == pl.String
    assert not skipped
