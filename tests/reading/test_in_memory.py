"""Tables, rows and open files of other libraries, read as if their articles were in files (case 27)."""

import dataclasses
import gzip
import io
import json
import sqlite3
from collections import UserDict, namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from syndetect import Index, InputError, deduplicate, scan, stream
from syndetect.reading.options import ReadingOptions
from syndetect.reading.sources import read

TEXTS = ["The ferry left the old harbour at noon.", "No ship sails today.", "The bridge is closed."]
ROWS = [{"id": number, "text": text} for number, text in enumerate(TEXTS, 7)]
IDS = ["7", "8", "9"]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
UNNAMED = "".join(json.dumps({"text": text}) + "\n" for text in TEXTS)
ARTICLES = pl.DataFrame(ROWS)


def articles_of(source: Any, **columns: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The texts by their ids; and the places and reasons of what was not used."""
    notes: list[tuple[str, str]] = []
    frames = read(
        source,
        reading=ReadingOptions(columns=columns),
        on_skip=lambda place, why, _: notes.append((place, why)),
    )
    return {row["doc_id"]: row["text"] for frame in frames for row in frame.iter_rows(named=True)}, notes


def ids_of(source: Any, **columns: str) -> list[str]:
    found, notes = articles_of(source, **columns)
    assert not notes
    return list(found)


class Streamed:
    """An object of which only Arrow's interface is known."""

    def __init__(self, frame: pl.DataFrame | pl.Series) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


class TestArrow:
    def test_whatever_streams_arrow_is_a_table(self) -> None:
        found, notes = articles_of(Streamed(ARTICLES))
        assert (found, notes) == (dict(zip(IDS, TEXTS, strict=True)), [])

    def test_a_stream_of_no_rows_of_columns_says_what_may_be_given(self) -> None:
        with pytest.raises(InputError, match=r"Streamed cannot be read as a table \(.*\): give paths"):
            articles_of(Streamed(pl.Series(TEXTS)))

    def test_what_its_library_raises_is_told_in_one_line(self) -> None:
        class Failing:
            def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
                raise ImportError("pyarrow is needed\nfor this")

        with pytest.raises(InputError, match=r"Failing cannot be read as a table \(pyarrow is needed\)"):
            articles_of(Failing())

    def test_batches_may_come_one_after_the_other(self) -> None:
        assert ids_of(Streamed(part) for part in (ARTICLES[:2], ARTICLES[2:])) == IDS

    def test_a_lazy_frame_that_fails_is_an_error_of_the_input(self) -> None:
        with pytest.raises(InputError, match="the frame cannot be read: unable to find column"):
            articles_of(pl.LazyFrame(ROWS).select("nothing"))
        failing = pl.LazyFrame(ROWS).with_columns(id=pl.col("text").cast(pl.Int64))
        with pytest.raises(InputError, match="the frame breaks off behind record 0: conversion"):
            articles_of(failing)


@pytest.mark.needs("pyarrow")
class TestPyarrow:
    def test_tables_batches_and_readers(self) -> None:
        pa = pytest.importorskip("pyarrow")
        whole = pa.table({"id": [7, 8, 9], "text": TEXTS})
        for source in (
            whole, whole.to_batches()[0], whole.to_reader(), whole.to_batches(max_chunksize=2),
            iter(whole.to_batches(max_chunksize=1)), pa.concat_tables([whole[:1], whole[1:]]),
        ):  # fmt: skip
            assert ids_of(source) == IDS
        assert ids_of(whole.slice(1)) == IDS[1:]

    def test_only_wanted_columns_are_converted(self) -> None:
        pa = pytest.importorskip("pyarrow")
        odd = pa.array([(1, 2, 3)] * 3, pa.month_day_nano_interval())  # polars has no such type
        assert ids_of(pa.table({"id": [7, 8, 9], "text": TEXTS, "odd": odd})) == IDS

    def test_a_name_that_two_columns_have(self) -> None:
        pa = pytest.importorskip("pyarrow")
        whole = pa.Table.from_arrays([pa.array(TEXTS)] * 2, names=["text", "text"])
        with pytest.raises(InputError, match="several columns 'text': rename all but one"):
            articles_of(whole)

    def test_a_stream_is_not_collected(self) -> None:
        """What was read before the stream fails has been given out."""
        pa = pytest.importorskip("pyarrow")
        first = pa.record_batch({"id": [7], "text": TEXTS[:1]})

        def batches() -> Iterator[Any]:
            for _ in range(50):
                yield first
            raise ValueError("no more of this")

        frames = read(
            pa.RecordBatchReader.from_batches(first.schema, batches()), on_skip=lambda *_: None, batch_bytes=1
        )
        assert next(frames)["doc_id"].to_list() == ["7"]
        with pytest.raises(InputError, match=r"the frame breaks off behind record 50: .*no more of this"):
            list(frames)


@pytest.mark.needs("pandas")
class TestPandas:
    def test_values_of_any_type(self) -> None:
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame(
            {
                "id": [7, None, "nine", 10],
                "text": [*TEXTS, 5],
                "published": pd.to_datetime(["2031-06-02", None, "2031-06-03", None]),
                "source": pd.array(["Northwire", None, "", "Post"], "string"),
                "other": [object(), {1}, 2, "x"],
            },
            index=["a", "b", "c", "d"],
        )
        notes: list[tuple[str, ...]] = []
        (found,) = read(frame, on_skip=lambda *note: notes.append(note))
        assert found["doc_id"].to_list() == ["7", "record 2", "nine"]
        assert found["source"].to_list() == ["Northwire", None, None]
        assert found["published"].dt.day().to_list() == [2, None, 3]
        assert notes == [("record 4", "text is no string but int", "left out")]

    def test_types_of_columns(self) -> None:
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame(ROWS)
        for one in (
            frame, frame.astype({"text": "category"}), frame.astype({"id": "Int64"}), frame.convert_dtypes(),
            (frame[low : low + 2] for low in (0, 2)), frame.to_dict("records"), frame.itertuples(),
            (row for _, row in frame.iterrows()),
        ):  # fmt: skip
            assert ids_of(one) == IDS
        assert ids_of(pd.DataFrame({0: [7], 1: TEXTS[:1]}), id="0", text="1") == ["7"]
        assert ids_of(frame[:0]) == []

    def test_missing_values_hide_no_other_column(self) -> None:
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame({"text": [None, TEXTS[0]], "body": TEXTS[1:], "id": [float("nan"), 8]})
        assert articles_of(frame)[0] == {"record 1": TEXTS[1], "8": TEXTS[0]}
        assert articles_of(frame.to_dict("records"))[0] == {"record 1": TEXTS[1], "8": TEXTS[0]}

    def test_columns_that_are_not_told_apart(self) -> None:
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame(ROWS)
        with pytest.raises(InputError, match="several columns 'text'"):
            articles_of(pd.concat([frame, frame[["text"]]], axis=1))
        assert ids_of(pd.concat([frame, frame[[]].assign(x=1), frame[[]].assign(x=2)], axis=1)) == IDS
        with pytest.raises(InputError, match="columns of several levels: give them single names"):
            articles_of(pd.concat({"a": frame}, axis=1))
        with pytest.raises(InputError, match="the frame has no column of text, only id"):
            articles_of(frame[["id"]])
        with pytest.raises(InputError, match="Series cannot be read as a table"):
            articles_of(frame["text"])


@dataclasses.dataclass
class Fielded:
    id: int
    text: str


Named = namedtuple("Named", "id text")


class TestRows:
    @pytest.mark.parametrize(
        "make",
        [
            lambda row: Named(**row),
            lambda row: Fielded(**row),
            UserDict,
            lambda row: SimpleNamespace(_mapping=row),
        ],
        ids=["named tuple", "dataclass", "mapping", "SQLAlchemy"],
    )
    def test_rows_with_names(self, make: Callable[[dict[str, Any]], Any]) -> None:
        assert ids_of([make(row) for row in ROWS]) == IDS

    @pytest.fixture
    def database(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(":memory:")
        connection.execute("create table articles (id, text)")
        connection.executemany("insert into articles values (:id, :text)", ROWS)
        yield connection
        connection.close()

    def test_cursors(self, database: sqlite3.Connection) -> None:
        def asked(query: str = "select * from articles") -> sqlite3.Cursor:
            return database.execute(query)

        assert ids_of(asked()) == IDS
        assert (
            ids_of(asked("select id as number, text as words from articles"), id="number", text="words")
            == IDS
        )
        with pytest.raises(InputError, match="several columns 'text'"):
            articles_of(asked("select *, text from articles"))
        with pytest.raises(InputError, match="the cursor has no rows: execute a query first"):
            articles_of(database.cursor())

    def test_rows_of_sqlite3(self, database: sqlite3.Connection) -> None:
        database.row_factory = sqlite3.Row
        cursor = database.execute("select * from articles")
        rows = cursor.fetchall()
        assert ids_of(rows) == IDS
        assert ids_of(iter(rows)) == IDS
        assert ids_of(database.execute("select * from articles")) == IDS

    def test_what_has_no_names(self) -> None:
        assert articles_of([(7, "text")]) == ({}, [("record 1", "no mapping but tuple")])


class TestSplits:
    def test_ids_say_which_split(self) -> None:
        found, notes = articles_of(
            {"train": ARTICLES.drop("id"), "test": [{"text": TEXTS[0]}, {"text": " "}]}
        )
        assert list(found) == ["train:1", "train:2", "train:3", "test:1"]
        assert notes == [("test, record 2", "no text, only white space")]

    def test_a_data_set_is_known_by_the_names_of_its_columns(self) -> None:
        class Data(list[dict[str, Any]]):
            column_names = ("id", "text")

        class Splits(UserDict[str, Data]):
            pass

        assert ids_of(Splits(train=Data(ROWS[:2]), test=Data(ROWS[2:]))) == IDS

    def test_one_article_is_no_source(self) -> None:
        with pytest.raises(InputError, match="dict cannot be read: give paths, open files, a table"):
            articles_of(ROWS[0])


class TestOpenFiles:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.jsonl", LINES.encode()),
            ("a.csv", ARTICLES.write_csv().encode()),
            ("a.tsv", ARTICLES.write_csv(separator="\t").encode()),
            ("unknown.log", LINES.encode()),
        ],
    )
    def test_their_names_tell_the_format(self, tmp_path: Path, name: str, content: bytes) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        with path.open(encoding="utf-8") as text, path.open("rb") as data:
            assert ids_of(text) == ids_of(data) == IDS
        packed = tmp_path / f"{name}.gz"
        packed.write_bytes(gzip.compress(content))
        with packed.open("rb") as raw, gzip.open(packed) as data, gzip.open(packed, "rt") as text:
            assert ids_of(raw) == ids_of(data) == ids_of(text) == IDS

    def test_tables(self, tmp_path: Path) -> None:
        ARTICLES.write_parquet(tmp_path / "a.parquet")
        ARTICLES.write_ipc(tmp_path / "a.arrow")
        for name in ("a.parquet", "a.arrow"):
            with (tmp_path / name).open("rb") as file:
                assert ids_of(file) == IDS

    def test_without_a_name_they_are_json_lines(self) -> None:
        assert ids_of(io.StringIO(LINES)) == ids_of(io.BytesIO(LINES.encode())) == IDS
        assert ids_of(io.BytesIO(gzip.compress(LINES.encode()))) == IDS
        assert ids_of(io.StringIO(UNNAMED)) == ["open file:1", "open file:2", "open file:3"]
        assert articles_of(io.StringIO("no JSON\n"))[1][0][0] == "open file:1"

    def test_names_are_those_of_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_text(UNNAMED)
        (tmp_path / "b.txt").write_text(TEXTS[0])
        with (tmp_path / "a.jsonl").open() as lines, (tmp_path / "b.txt").open() as text:
            assert ids_of(lines) == ["a.jsonl:1", "a.jsonl:2", "a.jsonl:3"]
            assert ids_of(text, text="words") == ["b.txt"]

    def test_they_are_read_from_where_they_stand(self) -> None:
        file = io.StringIO(LINES)
        file.readline()
        assert ids_of(file) == IDS[1:]

    def test_several(self) -> None:
        assert ids_of([io.StringIO(LINES), io.StringIO(UNNAMED)]) == [
            *IDS,
            "record 4",
            "record 5",
            "record 6",
        ]

    def test_files_that_cannot_be_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        path.write_bytes(LINES.encode() + b'{"text": "Stra\xdfe"}\n')
        closed = path.open()
        closed.close()
        with path.open(encoding="ascii") as undecodable, path.open("a") as unreadable:
            for file, reason in (
                (closed, "I/O operation on closed file"),
                (undecodable, "'ascii' codec can't decode"),
                (unreadable, "not readable"),
            ):
                ((place, told),) = articles_of(file)[1]
                assert place == str(path)
                assert told.startswith(f"cannot be read: {reason}")


def test_a_generator_of_paths_still_is_one_of_paths(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(LINES)
    assert ids_of(path for path in [tmp_path / "a.jsonl"]) == IDS


@pytest.mark.parametrize("source", [5, None, b"bytes"])
def test_what_is_no_source(source: object) -> None:
    with pytest.raises(InputError, match=f"{type(source).__name__} cannot be read: give paths, open files"):
        articles_of(source)


def test_all_that_take_a_source_take_them(tmp_path: Path) -> None:
    row: Any = Named(1, f"{TEXTS[0]} {TEXTS[1]}")
    assert scan(Streamed(ARTICLES)).documents["doc_id"].to_list() == IDS
    removed = deduplicate({"train": ARTICLES.drop("id"), "test": Streamed(ARTICLES[1:])}).removed
    assert removed.select("doc_id", "kept", "place").rows() == [
        ("8", "train:2", "test, record 1"), ("9", "train:3", "test, record 2"),
    ]  # fmt: skip
    with Index.create(tmp_path / "news.idx") as index:
        assert index.add(io.StringIO(LINES)).documents == 3
        asked = index.query_many({"a": Streamed(ARTICLES.drop("id")), "b": [{"text": TEXTS[0]}]})
        assert asked.documents["doc_id"].to_list() == ["a:1", "a:2", "a:3", "b:1"]
        assert index.query(row).documents["doc_id"].to_list() == ["1"]
        for source in (
            Streamed(pl.DataFrame([{"id": "x", "text": "A"}])),
            io.StringIO('{"id": "y", "text": "B"}'),
        ):
            assert [found["id"] in index for found, _ in stream(source, index)] == [False]
        assert len(index) == 5


@pytest.mark.needs("pandas")
@pytest.mark.parametrize("levels", [["id"], ["published"], ["id", "published"]])
def test_named_levels_of_an_index_are_columns(levels: list[str]) -> None:
    pd = pytest.importorskip("pandas")
    rows = [
        {"id": "a", "text": "one", "published": "2031-01-01"},
        {"id": "b", "text": "two", "published": "2031-01-02"},
    ]
    (plain,) = read(pd.DataFrame(rows), on_skip=print)
    (indexed,) = read(pd.DataFrame(rows).set_index(levels), on_skip=print)
    assert indexed.equals(plain)
