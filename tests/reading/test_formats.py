"""Formats: the same articles from every one of them."""

import csv
import gzip
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.reading import PACKED, as_jsonl, gather, texts
from syndetect.errors import MissingExtraError
from syndetect.reading import delimited
from syndetect.reading.columns import ALIASES
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError
from syndetect.reading.notes import REMARK
from syndetect.reading.sources import expand, read, resolve
from syndetect.storage.compression import zstd

MOMENT = datetime(2019, 7, 11, 8, 30, tzinfo=UTC)


RECORDS: list[dict[str, Any]] = [
    {
        "id": "a-1",
        "text": 'First line.\r\nSecond "quoted", line; with\ttab | bar.\n\nThird — “curly” ‘quotes’ 日本語 😀 e\u0301.',
        "source": "The Herald",
        "published": MOMENT,
        "title": "A title, with a comma",
        "url": "https://herald.example/a?b=1&c=2",
    },
    {"id": "a-2", "text": "Plain text", "source": None, "published": None, "title": None, "url": None},
    {"id": "a-3", "text": '"Starts with a quote, ends with one"', "published": MOMENT, "source": "Äther"},
    {"id": "12", "text": " leading and trailing space \n", "source": "x", "title": "y", "url": "z"},
]


def full(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: record.get(name) for name in ALIASES} for record in records]


def as_csv(records: Iterable[Mapping[str, Any]], delimiter: str = ",") -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(ALIASES), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return file.getvalue().encode()


def as_table(records: Iterable[Mapping[str, Any]], write: Callable[[pl.DataFrame, Any], None]) -> bytes:
    file = io.BytesIO()
    write(pl.DataFrame(full(records)), file)
    return file.getvalue()


FILES = {
    "a.jsonl": as_jsonl(RECORDS),
    "a.ndjson": json.dumps(RECORDS[0], default=str, ensure_ascii=False).encode()
    + b"\n\n"
    + as_jsonl(RECORDS[1:]),
    "a.csv": as_csv(RECORDS),
    "semicolons.csv": as_csv(RECORDS, ";"),
    "a.tsv": as_csv(RECORDS, "\t"),
    "a.parquet": as_table(RECORDS, pl.DataFrame.write_parquet),
    "a.arrow": as_table(RECORDS, pl.DataFrame.write_ipc),
    "a.feather": as_table(RECORDS, lambda frame, file: frame.write_ipc(file, compression="zstd")),
    "stream.arrow": as_table(RECORDS, pl.DataFrame.write_ipc_stream),
    "A.IPC": as_table(RECORDS, pl.DataFrame.write_ipc),
}


FILES |= {f"{name}.gz": gzip.compress(FILES[name]) for name in ("a.jsonl", "a.csv", "a.tsv")}


FILES |= {f"{name}.zst": zstd.compress(FILES[name]) for name in ("a.jsonl", "a.csv", "a.tsv")}


FILES |= {"two.jsonl.gz": b"".join(gzip.compress(as_jsonl([record])) for record in RECORDS)}


FILES |= {"two.jsonl.zst": b"".join(zstd.compress(as_jsonl([record])) for record in RECORDS)}


FILES |= {
    f"{encoding}{suffix}": make(RECORDS).decode().encode(encoding)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32")
    for suffix, make in ((".jsonl", as_jsonl), (".csv", as_csv))
}


@pytest.fixture(scope="module")
def expected() -> pl.DataFrame:
    return gather(RECORDS)[0]


def test_mappings_become_articles(expected: pl.DataFrame) -> None:
    assert expected.rename({"doc_id": "id"}).to_dicts() == full(RECORDS)


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_articles(name: str, tmp_path: Path, expected: pl.DataFrame) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    frame, skipped = gather(tmp_path / name)
    assert not skipped
    assert frame.equals(expected)


@pytest.mark.parametrize("frame", [pl.DataFrame(full(RECORDS)), pl.LazyFrame(full(RECORDS))])
def test_a_polars_frame_gives_the_same_articles(frame: Any, expected: pl.DataFrame) -> None:
    assert gather(frame)[0].equals(expected)


def test_generators_of_paths_and_of_mappings(tmp_path: Path, expected: pl.DataFrame) -> None:
    (tmp_path / "a.jsonl").write_bytes(FILES["a.jsonl"])
    assert gather(tmp_path.glob("*"))[0].equals(expected)
    assert gather(record for record in RECORDS)[0].equals(expected)
    assert gather(iter([]))[0].is_empty()
    for source in (tmp_path, [tmp_path / "a.jsonl"], tmp_path.glob("*"), expand(tmp_path)):
        assert resolve(source).bytes == len(FILES["a.jsonl"])
    assert gather(resolve(record for record in RECORDS))[0].equals(expected)


def test_standard_input_gives_the_same_articles(
    monkeypatch: pytest.MonkeyPatch, expected: pl.DataFrame
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(as_jsonl(RECORDS))))
    counted: list[int] = []
    assert gather("-", on_bytes=counted.append)[0].equals(expected)
    assert sum(counted) == len(as_jsonl(RECORDS))


def test_records_of_standard_input_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "a"}\n\nnonsense\n')))
    frame, skipped = gather("-")
    assert frame["doc_id"].to_list() == ["stdin:1"]
    assert skipped == [("stdin:3", "broken JSON at character 1: Expecting value")]


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("name", ["a.txt", "b.MD"])
def test_a_text_is_one_article(name: str, suffix: str, tmp_path: Path) -> None:
    text = "Line ends\r\nas they\rare.\n\n\ufeffAnd a mark inside — stays.\n"
    (tmp_path / (name + suffix)).write_bytes(PACKED[suffix](b"\xef\xbb\xbf" + text.encode()))
    assert texts(tmp_path / (name + suffix)) == [(name + suffix, text)]


def test_latin1_files_are_read(tmp_path: Path) -> None:
    text = "Déjà vu à la crème brûlée"
    (tmp_path / "a.txt").write_bytes(text.encode("latin-1"))
    (tmp_path / "b.jsonl").write_bytes(f'{{"id": "b", "text": "{text}"}}\n'.encode("latin-1"))
    (tmp_path / "c.csv").write_bytes(f"id,text\nc,{text}\n".encode("latin-1"))
    frame, remarks = gather(tmp_path)
    assert frame.select("doc_id", "text").rows() == [("a.txt", text), ("b", text), ("c", text)]
    reason = "read as windows-1252, a guess: give --encoding to be sure"
    assert remarks == [(f"{tmp_path}/{name}", reason) for name in ("a.txt", "b.jsonl", "c.csv")]


def test_csv_as_others_write_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        b'\xef\xbb\xbf"ID", Text ,title\r\n1,"a ""b"" c\r\nd",t\r\n\r\n2,5" x "y,\r\n3,short\r\n4,extra,t,,\r\n'
    )
    assert texts(tmp_path / "a.csv") == [
        ("1", 'a "b" c\r\nd'), ("2", '5" x "y'), ("3", "short"), ("4", "extra")
    ]  # fmt: skip


def test_a_field_larger_than_the_limit_of_csv(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    (tmp_path / "a.csv").write_text(f'id,text\n1,"{"x" * (limit + 1)}"\n')
    assert len(texts(tmp_path / "a.csv")[0][1]) == limit + 1
    assert csv.field_size_limit() == limit


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.text(min_size=1), "text": st.text(min_size=1)},
            optional={"title": st.text(), "date": st.integers()},
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 200),
)
def test_batches_do_not_change_the_articles(records: list[dict[str, Any]], batch_bytes: int) -> None:
    whole, skipped = gather(records)
    parts, skipped_too = gather(records, batch_bytes=batch_bytes)
    assert whole.equals(parts)
    assert skipped == skipped_too


@pytest.mark.parametrize("name", FILES)
def test_batches_of_files_do_not_change_the_articles(
    name: str, tmp_path: Path, expected: pl.DataFrame
) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    frames = list(read(tmp_path / name, on_skip=print, batch_bytes=1))
    assert [frame.height for frame in frames] == [1] * len(RECORDS)
    assert pl.concat(frames).equals(expected)


csv_text = st.text(st.sampled_from('ab ,"\r\n;é'), max_size=12)


@given(st.lists(st.tuples(csv_text, csv_text), min_size=1, max_size=6), st.integers(1, 40))
def test_csv_is_read_as_it_was_written(values: list[tuple[str, str]], size: int) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([("id", "text"), *values])
    data = file.getvalue().encode()
    blocks = iter([data[at : at + size] for at in range(0, len(data), size)])
    found = [
        (number, record)
        for number, record in delimited.Delimited(blocks, Decoder(), ",", lambda header: header, 1 << 20)
        if not (isinstance(record, UnusableError) and record.outcome == REMARK)
    ]
    written = [
        {name: value for name, value in zip(("id", "text"), row, strict=True) if value} for row in values
    ]
    assert [record for _, record in found] == written
    assert [number for number, _ in found] == list(range(1, len(values) + 1))


def rows_of(batches: Iterator[pl.DataFrame]) -> int:
    return sum(frame.height for frame in batches)


def test_bytes_are_counted(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    for name in FILES:
        counted: list[int] = []
        rows_of(read(tmp_path / name, on_skip=print, on_bytes=counted.append, batch_bytes=10))
        assert sum(counted) == len(FILES[name])
        assert min(counted) >= 0
        assert len(counted) > 1


PAGE = (
    "<html><head><meta charset='windows-1251'><title>Буря | Herald</title>"
    "<meta property='og:site_name' content='The Herald'>"
    "<meta property='article:published_time' content='2019-07-11T10:00:00Z'>"
    "<link rel='canonical' href='https://herald.example/a'></head><body><nav>menu</nav><article><h1>Буря</h1>"
    + "".join(
        f"<p>Абзац {n} о буре: ветер и дождь над берегом, долго и подробно, день за днём.</p>"
        for n in range(6)
    )
    + "</article></body></html>"
)


def test_html_gives_its_main_text_and_metadata(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    (tmp_path / "a.html").write_bytes(PAGE.encode("cp1251"))
    (tmp_path / "b.htm.gz").write_bytes(gzip.compress(PAGE.replace("windows-1251", "utf-8").encode()))
    (tmp_path / "c.html").write_text("<html></html>")
    frame, skipped = gather(tmp_path)
    assert frame["doc_id"].to_list() == ["a.html", "b.htm.gz"]
    assert all("Абзац 5 о буре" in text and "menu" not in text for text in frame["text"])
    assert frame["source"].to_list() == ["The Herald"] * 2
    assert frame["url"].to_list() == ["https://herald.example/a"] * 2
    assert frame["published"].dt.date().to_list() == [date(2019, 7, 11)] * 2
    assert skipped == [(f"{tmp_path}/c.html", "no main text found in the HTML")]


@pytest.mark.parametrize(("head", "foot", "published"), [
    ("", "<footer>© 2019 Daily</footer>", None), ("", "<img src='/uploads/2016/04/foo.jpg'>", None),
    ("", "<p>On 3 May 2017 the storm came.</p>", None), ("<meta charset='iso-2022-jp'>", "", None),
    ("<link rel='canonical' href='https://kesh.example/2015/06/x.html'>", "", None),
    ("<meta property='article:published_time' content='2031-05-03T00:30:00+02:00'>", "",
        datetime(2031, 5, 2, 22, 30, tzinfo=UTC)),
])  # fmt: skip
def test_html_has_the_time_that_it_states(
    head: str, foot: str, published: datetime | None, tmp_path: Path
) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    words = (
        "The ferries to the islands will stop at noon on Friday, the harbour office said in a statement. " * 6
    )
    page = f"<html><head>{head}<title>Ferries</title></head><body><article><p>{words}</p>{foot}</article></body></html>"
    (tmp_path / "a.html").write_text(page)
    (frame,) = read(tmp_path / "a.html", on_skip=print)
    assert frame["published"].to_list() == [published]


def test_html_without_its_reader_is_an_error_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.html").write_text(PAGE)
    for source in (tmp_path, tmp_path / "sub" / "b.html"):
        with pytest.raises(MissingExtraError, match=r"b\.html, pip install 'syndetect\[html\]'"):
            read(source, on_skip=print)
