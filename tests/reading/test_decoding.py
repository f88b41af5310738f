"""One encoding a file: what is UTF-8, what is guessed, what the user names, and what is no text."""

import gzip
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.languages import NEWS
from samples.reading import gather
from syndetect.errors import SettingsError
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError
from syndetect.reading.options import ReadingOptions

WESTERN = [
    "Café à la crème, déjà vu.",
    "Fußgänger überqueren die Straße. Größe: 5 Öl",
    "El niño comió jamón. ¿Qué pasó? ¡Olé!",
    "På en ö i älven, å så vidare",
    "Það er gott að vera þar, sagði hann við mig í gær, og við fórum heim til Reykjavíkur.",
    "“Quoted” – ‘as told’ … 10 £, 5 €, Š and Ž",
]
FOREIGN = [
    ("Привет мир, как дела", "cp1251"),
    ("Статья in an English text", "koi8-r"),
    ("Ελλάδα και Ευρώπη", "iso8859-7"),
    ("Zażółć gęślą jaźń, był sobie chłopiec", "iso8859-2"),
    ("北京 is a city in 中国, as is 上海", "gbk"),
    ("東京 is a city in 日本", "shift-jis"),
]
DAMAGED = [
    (b"hello \xff world", "hello \udcff world"),
    ("“quoted” café".encode() + b" caf\xe9", "“quoted” café caf\udce9"),
    (b"the \xe2\x80 of a quote", "the \udce2\udc80 of a quote"),
    ("Über die Brücke".encode() + b"\x80", "Über die Brücke\udc80"),
]
GUESSED = "read as {}, a guess: give --encoding to be sure"


def decoded(data: bytes, encoding: str | None = None) -> str:
    return Decoder(lambda: [data], encoding).text(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [*WESTERN, "two\r\nlines\rand\na third"])
def test_unicode_is_recognised_and_its_line_ends_stay(text: str, encoding: str) -> None:
    decoder = Decoder()
    assert decoder.text(text.encode(encoding)) == text
    assert not list(decoder.remarks())


@pytest.mark.parametrize("mark", [b"\xff\xfe", b""])
def test_utf16_of_another_script_is_recognised(mark: bytes) -> None:
    text = "Статья о погоде: дождь, ветер и снег. " * 3
    assert decoded(mark + text.encode("utf-16-le")) == text


@pytest.mark.parametrize("text", WESTERN)
def test_latin1_and_windows_1252_are_recognised(text: str) -> None:
    decoder = Decoder(lambda: [text.encode("cp1252")])
    assert decoder.line(text.encode("cp1252")) == text
    assert list(decoder.remarks()) == [GUESSED.format("windows-1252")]


def test_lines_of_a_stream_of_which_nothing_more_is_known() -> None:
    decoder = Decoder()
    lines = [
        "Café".encode(),
        "café à la crème".encode("cp1252"),
        "Café".encode(),
        "à la crème".encode("cp1252"),
    ]
    assert [decoder.line(line) for line in lines] == ["Café", "café à la crème", "Café", "à la crème"]
    assert list(decoder.remarks()) == [GUESSED.format("UTF-8, and as windows-1252 where it is not")]


@pytest.mark.parametrize(("text", "encoding"), FOREIGN)
def test_what_is_no_latin1_is_not_read_as_such(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize(("data", "text"), DAMAGED)
def test_odd_bytes_become_surrogates_and_bytes_again(data: bytes, text: str) -> None:
    decoder = Decoder()
    assert decoder.line(data) == text
    assert decoder.encode(text, data) == data


def test_binary_is_refused_as_such() -> None:
    with pytest.raises(UnusableError, match="binary"):
        decoded(bytes(range(256)) * 4)


def test_utf16_that_is_damaged_is_kept() -> None:
    assert decoded("abc".encode("utf-16") + b"x") == "abc\udcff"
    assert decoded("ab\udc80c".encode("utf-16", "surrogatepass")) == "ab\udc80c"


@given(st.binary(max_size=60))
def test_whatever_the_bytes_there_is_text_or_a_reason(data: bytes) -> None:
    decoder = Decoder(lambda: [data])
    with suppress(UnusableError):
        assert decoder.encode(decoder.line(data), data) == data or not data.isascii()


@given(
    st.binary(max_size=60),
    st.sampled_from(["cp1250", "cp932", "gb18030", "iso2022_jp", "utf-16-le", "utf-32-le"]),
)
def test_whatever_the_encoding_asked_for_there_is_text(data: bytes, encoding: str) -> None:
    decoder = Decoder(encoding=encoding)
    with suppress(UnusableError):
        body = b"".join(decoder.stream(iter((data,))))
        decoder.original(decoder.encode(decoder.line(body), body))


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@given(st.text(max_size=40), st.integers(1, 50), st.sampled_from(["utf-8-sig", "utf-8", "utf-16", "utf-32"]))
def test_transcoding_does_not_depend_on_the_blocks(text: str, size: int, encoding: str) -> None:
    text = "plain words first, " + text
    assert b"".join(Decoder().stream(cut(text.encode(encoding), size))).decode() == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("odd", [b"", b"x\x1f\x1e"])
def test_utf16_is_in_step_again_after_an_odd_byte(encoding: str, size: int, odd: bytes) -> None:
    lines = ["first, ", "second: \u0a05 or so", "third", "fourth " * 9]
    whole = "\n".join(lines).encode(encoding)
    at = whole.index("second".encode(encoding)) + 2
    damaged = whole[:at] + odd + whole[at + (not odd) :]
    read = (
        b"".join(Decoder(encoding=encoding).stream(cut(damaged, size)))
        .decode("utf-8", "surrogatepass")
        .split("\n")
    )
    assert [read[0], *read[2:]] == [lines[0], *lines[2:]]
    assert read[1].endswith("\udcff")


# ------------------------------------------------------------------------------------------------ files


def test_case_06_an_odd_byte_costs_no_article(tmp_path: Path) -> None:
    text = "Die Brücke über den Fluß bleibt geschlossen, sagte die Wirtin.\n"
    (tmp_path / "a.txt").write_bytes(text.encode() + b"Foto: K\xf6hler\n")
    (tmp_path / "b.jsonl").write_bytes(
        b'{"id": "b", "text": "'
        + "für K".encode()
        + b'\xf6hler"}\n{"id": "c", "text": "plain\x00 words are as good as any"}\n'
    )
    (tmp_path / "c.csv").write_bytes("id,text\nd,für und\n".encode() + b"e,wider \xff und\nf,weiter\n")
    frame, told = gather(tmp_path)
    assert dict(frame.select("doc_id", "text").iter_rows()) == {
        "a.txt": text + "Foto: K\ufffdhler\n",
        "b": "für K\ufffdhler",
        "c": "plain\ufffd words are as good as any",
        "d": "für und",
        "e": "wider \ufffd und",
        "f": "weiter",
    }
    broken = "1 broken character in the text, U+FFFD for each"
    assert told == [
        (f"{tmp_path}/a.txt", broken),
        (f"{tmp_path}/b.jsonl:1", broken),
        (f"{tmp_path}/b.jsonl:2", "1 NUL character in the text, U+FFFD for each"),
        (f"{tmp_path}/c.csv, record 2", broken),
    ]


def test_case_08_the_encoding_is_that_of_the_file(tmp_path: Path) -> None:
    texts = ["Über die Brücke fährt heute niemand.", "Ü70 im Saal", "Ein Brett von 4 × 5 Metern", "CAFÉ» zu"]
    path = tmp_path / "a.csv"
    path.write_bytes("".join(f"{row}\n" for row in ("text", *texts)).encode("cp1252"))
    frame, told = gather(path)
    assert frame["text"].to_list() == texts
    assert told == [(str(path), GUESSED.format("windows-1252"))]


@pytest.mark.parametrize(
    "language", ["Czech", "Turkish", "Polish", "Lithuanian", "Russian", "Greek", "Korean", "Chinese"]
)
@pytest.mark.parametrize("form", ["txt", "csv", "jsonl"])
def test_case_09_other_alphabets_are_read_as_such(language: str, form: str, tmp_path: Path) -> None:
    text, (encoding, *_) = NEWS[language]
    path = tmp_path / f"a.{form}"
    record = {
        "csv": f'text\n"{text}"\n',
        "jsonl": json.dumps({"text": text}, ensure_ascii=False),
        "txt": text,
    }
    path.write_bytes(record[form].encode(encoding))
    frame, [(place, reason)] = gather(path)
    assert frame["text"].to_list() == [text]
    assert place == str(path)
    assert reason.startswith("read as ")
    assert "windows-1252" not in reason


def test_lines_in_another_encoding_amid_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    western = "Die Brücke über den Fluß bleibt geschlossen"
    path.write_bytes(b"text\n" + f"{western} wie es heißt\n".encode() * 3 + western.encode("cp1252") + b"\n")
    frame, told = gather(path)
    assert frame["text"].to_list() == [f"{western} wie es heißt"] * 3 + [western]
    assert told == [(str(path), GUESSED.format("UTF-8, and as windows-1252 where it is not"))]


@pytest.mark.parametrize("form", ["a.txt", "a.csv", "a.jsonl"])
@pytest.mark.parametrize("encoding", ["windows-1250", "cp852", "mac-latin2", "utf-16-be", "utf-8"])
def test_an_encoding_that_the_user_names(form: str, encoding: str, tmp_path: Path) -> None:
    text = "Řeka je až po břehy plná, řekl žák."
    record = {
        "a.csv": f'text\n"{text}"\n',
        "a.jsonl": json.dumps({"text": text}, ensure_ascii=False),
        "a.txt": text,
    }
    (tmp_path / form).write_bytes(record[form].encode(encoding))
    frame, told = gather(tmp_path, reading=ReadingOptions(encoding=encoding))
    assert frame["text"].to_list() == [text]
    assert not told


def test_an_encoding_that_is_named_for_other_files(tmp_path: Path) -> None:
    reading = ReadingOptions(encoding="cp1250")
    (tmp_path / "a.txt").write_bytes("Příliš".encode("utf-8-sig"))
    (tmp_path / "b.txt").write_bytes("Příliš".encode())
    (tmp_path / "c.txt").write_bytes(b"P\x81")
    frame, told = gather(tmp_path, reading=reading)
    assert frame["text"].to_list() == ["Příliš", "Příliš".encode().decode("cp1250"), "P\ufffd"]
    assert told == [
        (f"{tmp_path}/b.txt", "read as windows-1250, which was asked for, but it is valid UTF-8"),
        (f"{tmp_path}/c.txt", "1 broken character in the text, U+FFFD for each"),
    ]


@pytest.mark.parametrize("name", ["none such", "rot13", "", "unicode_escape"])
def test_an_encoding_that_nobody_knows(name: str) -> None:
    with pytest.raises(SettingsError, match="no encoding is named"):
        ReadingOptions(encoding=name)


# ------------------------------------------------------------------------------------------------ pages


def page(label: str, encoding: str, words: str) -> bytes:
    body = "".join(f"<p>{words} {n}</p>" for n in range(4))
    return f'<html><head><meta charset="{label}"></head><body><article>{body}</article></body></html>'.encode(
        encoding
    )


@pytest.mark.parametrize(
    ("label", "encoding", "words"),
    [
        ("gb2312", "gbk", NEWS["Chinese"][0] + "朱镕基"),
        ("shift_jis", "cp932", NEWS["Japanese"][0] + "①髙橋"),
        ("euc-kr", "cp949", NEWS["Korean"][0] + "펲시"),
        ("x-sjis", "cp932", NEWS["Japanese"][0]),
        ("euc-jp", "euc_jis_2004", NEWS["Japanese"][0] + "①"),
        ("big5", "big5hkscs", NEWS["Chinese, traditional"][0]),
        ("iso-8859-1", "cp1252", NEWS["German"][0] + "“€”"),
        ("iso-8859-9", "cp1254", NEWS["Turkish"][0]),
        ("none such", "cp1251", NEWS["Russian"][0]),
        ("koi8-r", "utf-8", NEWS["Russian"][0]),
    ],
)
def test_case_10_labels_of_pages_are_those_of_browsers(
    label: str, encoding: str, words: str, tmp_path: Path
) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    (tmp_path / "a.html").write_bytes(page(label, encoding, words))
    frame, told = gather(tmp_path)
    assert frame["text"].to_list() == ["\n".join(f"{words} {n}" for n in range(4))]
    assert told == ([(f"{tmp_path}/a.html", GUESSED.format("windows-1251"))] if label == "none such" else [])


@pytest.mark.parametrize(("label", "encoding"), [("gb2312", "gbk"), ("utf-8", "utf-8"), ("koi8-r", "utf-8")])
def test_an_odd_byte_costs_no_page(label: str, encoding: str, tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    words = NEWS["Chinese"][0]
    (tmp_path / "a.html").write_bytes(page(label, encoding, words).replace(b" 2<", b" \xff 2<"))
    frame, told = gather(tmp_path)
    ends = ["0", "1", "\ufffd 2", "3"]
    assert frame["text"].to_list() == ["\n".join(f"{words} {end}" for end in ends)]
    assert told == [(f"{tmp_path}/a.html", "1 broken character in the page, U+FFFD for each")]


def test_a_page_in_seven_bits(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    words = NEWS["Japanese"][0]
    (tmp_path / "a.html").write_bytes(page("iso-2022-jp", "iso2022_jp", words))
    frame, told = gather(tmp_path)
    assert frame["text"].to_list() == ["\n".join(f"{words} {n}" for n in range(4))]
    assert not told


def test_standard_input_is_decided_by_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    text = NEWS["Polish"][0]
    lines = [json.dumps({"id": str(n), "text": text[n:]}, ensure_ascii=False) + "\n" for n in range(3)]
    data = "".join(lines).encode("cp1250")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    frame, told = gather("-")
    assert frame["text"].to_list() == [text[n:] for n in range(3)]
    assert told == [("stdin", GUESSED.format("windows-1250"))]


def test_the_decision_does_not_depend_on_where_the_odd_line_stands(tmp_path: Path) -> None:
    """The same lines in any order, packed or not, are read alike."""
    utf8 = "Die Brücke über den Fluß bleibt bis auf weiteres geschlossen".encode()
    lines = [utf8] * 30 + [NEWS["Czech"][0].replace(",", ";").encode("cp1250")] * 3
    read = set()
    for name, order in (("a.csv", lines), ("b.csv", lines[::-1]), ("c.csv.gz", lines[20:] + lines[:20])):
        data = b"text\n" + b"\n".join(order) + b"\n"
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
        frame, [(_, reason)] = gather(tmp_path / name)
        read.add((*sorted(frame["text"]), reason))
    [(*texts, reason)] = read
    assert set(texts) == {utf8.decode(), NEWS["Czech"][0].replace(",", ";")}
    assert reason == GUESSED.format("UTF-8, and as windows-1250 where it is not")


@pytest.mark.parametrize(("text", "codec"), [
    ("港は正午に閉まると発表した。", "iso2022_jp"), ("항구는 정오에 문을 닫는다고 발표했다.", "iso2022_kr"),
])  # fmt: skip
@pytest.mark.parametrize("suffix", [".txt", ".csv", ".jsonl"])
def test_seven_bits_that_nobody_declares(text: str, codec: str, suffix: str, tmp_path: Path) -> None:
    whole = {".txt": text, ".csv": f"id,text\n1,{text}\n", ".jsonl": f'{{"id": 1, "text": "{text}"}}\n'}[
        suffix
    ]
    (path := tmp_path / f"a{suffix}").write_bytes(whole.encode(codec))
    found, skipped = gather(path)
    assert found["text"].to_list() == [text]
    assert "a guess: give --encoding" in skipped[0][1]
