"""Columns: what each may be called and hold, and what becomes of ids, times and other values."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from samples.reading import as_jsonl, gather, texts
from syndetect.errors import InputError
from syndetect.reading.options import ReadingOptions
from syndetect.reading.sources import read

MOMENT = datetime(2019, 7, 11, 8, 30, tzinfo=UTC)
RECORDS = [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *[(name, "doc_id") for name in ("id", "doc_id")],
        *[(name, "text") for name in ("text", "maintext", "body", "content")],
        *[(name, "source") for name in ("source", "outlet", "source_domain", "newspaper", "series")],
        *[
            (name, "published")
            for name in ("published", "date", "date_publish", "published_at", "publish_date", "created")
        ],
        ("title", "title"),
        ("url", "url"),
    ],
)
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_aliases(name: str, field: str, case: Callable[[str], str], tmp_path: Path) -> None:
    value: Any = "2019-07-11T08:30:00Z" if field == "published" else "a value"
    record = {case(name): value} if field == "text" else {"text": "words", case(name): value, "other": "x"}
    for suffix, data in (
        (".jsonl", as_jsonl([record])),
        (".csv", pl.DataFrame([record]).write_csv().encode()),
    ):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(data)
        for source in (path, [record], pl.DataFrame([record])):
            frame, skipped = gather(source)
            assert frame[field].to_list() == [MOMENT if field == "published" else value]
            assert not skipped


def test_the_first_alias_that_is_not_null_counts() -> None:
    frame, _ = gather([{"content": "c", "body": "b", "Text": None, "doc_id": "2", "ID": "1"}])
    assert frame.select("doc_id", "text").rows() == [("1", "b")]
    frame, _ = gather(
        pl.DataFrame({"content": ["c"], "body": ["b"], "Text": [None], "TITLE": "T", "title": "t"})
    )
    assert frame.select("text", "title").rows() == [("b", "t")]


def test_columns_that_the_user_names(tmp_path: Path) -> None:
    record = {"Key": 7, "text": "not this", "Article Text": "but this", "when": "2019-07-11", "^u.*$": "u"}
    columns = {"id": "Key", "text": "Article Text", "published": "when", "url": "^u.*$"}
    (tmp_path / "a.jsonl").write_bytes(as_jsonl([record]))
    pl.DataFrame([record]).write_csv(tmp_path / "a.csv")
    pl.DataFrame([record]).write_parquet(tmp_path / "a.parquet")
    for source in (*tmp_path.iterdir(), [record], pl.DataFrame([record]), pl.LazyFrame([record])):
        frame, skipped = gather(source, columns=columns)
        assert not skipped
        assert frame.select("doc_id", "text", "url").rows() == [("7", "but this", "u")]
        assert frame["published"].dt.date().to_list() == [date(2019, 7, 11)]


@pytest.mark.parametrize("format", ["ndjson", "csv", "parquet", "ipc"])
def test_a_named_column_that_is_missing_is_an_error_naming_those_there_are(
    format: str,  # noqa: A002
    tmp_path: Path,
) -> None:
    getattr(pl.DataFrame(RECORDS), f"write_{format}")(tmp_path / f"a.{format}")
    with pytest.raises(InputError, match=rf"a\.{format} has no column 'txt', only id, text"):
        gather(tmp_path, columns={"text": "txt"})


def test_a_named_column_that_is_missing_in_memory() -> None:
    with pytest.raises(InputError, match="has no column 'txt', only id, text"):
        gather(RECORDS, columns={"text": "txt"})
    with pytest.raises(InputError, match="has no column 'txt', only id, text"):
        read(pl.DataFrame(RECORDS), reading=ReadingOptions(columns={"text": "txt"}), on_skip=print)


def test_a_named_column_may_be_missing_in_single_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n' * 9 + '{"text": "ten", "by": "x"}\n')
    frame, skipped = gather(path, columns={"source": "by"})
    assert frame["source"].to_list() == [None] * 9 + ["x"]
    assert not skipped
    path.write_text('{"text": "one"}\n' * 1000 + '{"text": "more", "by": "x"}\n')
    with pytest.raises(InputError, match="has no column 'by', only text"):
        gather(path, columns={"source": "by"})


def test_text_files_have_no_columns_to_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "b.jsonl").write_text('{"words": "more"}')
    assert texts(tmp_path, columns={"text": "words"}) == [("a.txt", "words"), ("b.jsonl:1", "more")]


def test_a_column_that_articles_do_not_have_cannot_be_named() -> None:
    with pytest.raises(InputError, match="no such column: section; there are id, text"):
        ReadingOptions(columns={"section": "by"})


def test_records_without_ids_are_named_by_file_and_number(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.jsonl").write_text('{"text": "one"}\n\n{"id": "", "text": "three"}\n')
    (tmp_path / "sub" / "b.csv").write_text('text\n"one\nand more"\n\ntwo\n')
    pl.DataFrame({"text": ["one", "two"]}).write_parquet(tmp_path / "c.parquet")
    assert [doc_id for doc_id, _ in texts(tmp_path)] == [
        "c.parquet:1", "c.parquet:2", "sub/a.jsonl:1", "sub/a.jsonl:3", "sub/b.csv:1", "sub/b.csv:2",
    ]  # fmt: skip
    assert [doc_id for doc_id, _ in texts([{"text": "one"}, {"text": "two"}])] == ["record 1", "record 2"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        (" a ", " a "),
        (7, "7"),
        (10**30, "1" + "0" * 30),
        (3.0, "3"),
        (Decimal("3"), "3"),
        (np.int32(5), "5"),
        (None, "record 1"),
        ("", "record 1"),
        (float("nan"), "record 1"),
        ("\ud83d", "\ufffd"),
    ],
)
def test_ids(value: Any, expected: str) -> None:
    assert texts([{"id": value, "text": "words"}]) == [(expected, "words")]


def test_integer_ids_of_a_table_become_decimal() -> None:
    assert texts(pl.DataFrame({"id": [1, 2**60], "text": "ab"}, strict=False)) == [
        ("1", "ab"),
        (str(2**60), "ab"),
    ]
    assert texts(pl.DataFrame({"id": [1.0, None], "text": "ab"})) == [("1", "ab"), ("record 2", "ab")]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Paris"])
def test_times_of_a_table(unit: Any, zone: str | None) -> None:
    local = MOMENT.astimezone(timezone(timedelta(hours=2))) if zone == "Europe/Paris" else MOMENT
    column = pl.Series([local.replace(tzinfo=None), None], dtype=pl.Datetime(unit))
    frame = pl.DataFrame({"text": ["a", "b"], "date": column.dt.replace_time_zone(zone)})
    assert gather(frame)[0]["published"].to_list() == [MOMENT, None]


def test_dates_and_categories_of_a_table() -> None:
    frame = pl.DataFrame(
        {"text": "a", "date": date(2019, 7, 11), "source": pl.Series(["s"], dtype=pl.Categorical)}
    )
    assert gather(frame)[0].select(pl.col("published").dt.to_string("iso"), "source").rows() == [
        ("2019-07-11 00:00:00.000000+00:00", "s")
    ]


@pytest.mark.parametrize("dtype", [pl.Datetime("ms"), pl.Date])
def test_times_of_a_table_beyond_the_calendar_are_left_out_and_told(dtype: Any) -> None:
    frame = pl.DataFrame({"text": ["a"], "date": pl.Series([2**28], dtype=pl.Int32)})
    frame = frame.with_columns(
        (pl.col("date").cast(pl.Int64) * (1 if dtype == pl.Date else 2**30)).cast(dtype)
    )
    articles, skipped = gather(frame)
    assert articles["published"].to_list() == [None]
    assert skipped == [("record 1", skipped[0][1])]
    assert "published not understood" in skipped[0][1]


def test_other_types_become_strings_or_are_left_out_and_told() -> None:
    frame, skipped = gather([{"text": "a", "title": 1984, "url": " ", "source": {"rank": 7}}])
    assert frame.select("title", "url", "source").rows() == [("1984", None, None)]
    assert skipped == [("record 1", "source not understood: {'rank': 7}")]


def test_lone_surrogates_become_replacement_characters_one_for_one(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"text": "a \\ud83d b \\ude00 c \\ud83d\\ude00", "title": "\\udfff"}\n'
    )
    frame, _ = gather(tmp_path / "a.jsonl")
    assert frame["text"].to_list() == ["a \ufffd b \ufffd c \U0001f600"]
    assert frame["title"].to_list() == ["\ufffd"]


@pytest.mark.parametrize(
    ("value", "author"),
    [
        ("Jane Doe", "Jane Doe"),
        (["Jane Doe", " John Roe "], "Jane Doe, John Roe"),
        (("AFP", None), "AFP"),
        (np.array(["Jane Doe", "AFP"]), "Jane Doe, AFP"),
        ([], None),
        ([None], None),
        ("  ", None),
        (None, None),
    ],
)
@pytest.mark.parametrize("column", ["author", "Authors", "byline", "creator"])
def test_authors(column: str, value: object, author: str | None) -> None:
    told: list[tuple[str, str, str]] = []
    (frame,) = read([{"text": "words", column: value}], on_skip=lambda *remark: told.append(remark))
    assert frame["author"].to_list() == [author]
    assert told == []


def test_authors_in_a_table() -> None:
    table = pl.DataFrame({"text": ["one", "two"], "authors": [["Jane Doe", "AFP"], None]})
    (frame,) = read(table, on_skip=print)
    assert frame["author"].to_list() == ["Jane Doe, AFP", None]


def test_authors_that_are_none_are_left_out_and_told() -> None:
    told: list[tuple[str, str, str]] = []
    (frame,) = read(
        [{"text": "words", "authors": [{"rank": 7}]}], on_skip=lambda *remark: told.append(remark)
    )
    assert frame["author"].to_list() == [None]
    assert [reason.partition(":")[0] for _, reason, _ in told] == ["author not understood"]
