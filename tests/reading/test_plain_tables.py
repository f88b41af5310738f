"""Plain rows of tables, read many at a time by a kernel, against the same rows read one by one as records."""

from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.articles import ADDRESSES, IDS, MOMENTS, NAMES, PEOPLE, TEXTS, read
from syndetect.kernels.json_syntax import MOST
from syndetect.reading import plain_rows, plain_tables, tables
from syndetect.reading.articles import Conversion
from syndetect.reading.columns import ALIASES, Columns
from syndetect.reading.options import ReadingOptions
from syndetect.reading.plain_tables import PlainTables

pytestmark = pytest.mark.kernel


def check(source: Any, reading: ReadingOptions | None = None, few: int = 0, **options: Any) -> int:
    """Hold both ways to one result; gives how many rows the kernel read."""
    reading, rows = reading or ReadingOptions(), 0
    taken = PlainTables._taken

    def counted(*args: Any) -> plain_rows.Run:
        nonlocal rows
        run = taken(*args)
        rows += len(run.numbers)
        return run

    with (
        patch.object(plain_rows, "_FEW", few),
        patch.object(plain_rows, "_LEAST_BYTES", 0),
        patch.object(plain_tables, "_AT_ONCE", 1),
        patch.object(PlainTables, "_taken", counted),
    ):
        found = read(source, reading, **options)
    with patch.object(Conversion, "is_plain", False):
        expected = read(source, reading, **options)
    assert found == expected
    return rows


def strings(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]:
    """A type of a column, and values of it: strings, or null."""
    written = values.map(lambda value: value if value is None else clean(str(value)))
    return st.sampled_from([pl.String, pl.String, pl.String, pl.Categorical]).map(
        lambda kind: (kind, st.one_of(written, written, written, st.none()))
    )


def clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def of_type(kind: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.just((kind, st.one_of(values, values, st.none())))


WHOLE = of_type(pl.Int64, st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-3, 30)))
OTHERS = st.one_of(
    of_type(pl.Float64, st.floats()), of_type(pl.Boolean, st.booleans()), WHOLE,
    of_type(pl.UInt64, st.integers(0, 2**64 - 1)), of_type(pl.Null, st.none()),
    of_type(pl.Binary, st.one_of(st.binary(max_size=9), TEXTS.map(lambda text: clean(text).encode()))),
    of_type(pl.List(pl.String), st.lists(st.one_of(NAMES.map(clean), st.none()), max_size=3)),
    of_type(pl.Struct({"name": pl.String}), st.fixed_dictionaries({"name": NAMES.map(clean)})),
)  # fmt: skip
TIMES = st.one_of(
    of_type(pl.Date, st.dates(date(1, 1, 1))),
    of_type(pl.Datetime("us"), st.datetimes()),
    of_type(pl.Datetime("ms", "Europe/Berlin"), st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1))),
    of_type(pl.Datetime("ns"), st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1))),
    of_type(pl.Int64, st.sampled_from([1704164645, 1704164645123, 1704164645123456, 20240102, 2024, 0])),
)
COLUMNS = {
    "id": st.one_of(strings(IDS), WHOLE), "uuid": strings(IDS), "text": strings(TEXTS), "body": strings(TEXTS),
    "source": strings(NAMES), "publisher": strings(NAMES), "published": st.one_of(strings(MOMENTS), TIMES),
    "date": st.one_of(strings(MOMENTS), TIMES), "title": st.one_of(strings(PEOPLE), TIMES), "url": strings(ADDRESSES),
    "author": strings(NAMES), "authors": strings(PEOPLE), "Text": strings(TEXTS), "words": WHOLE,
}  # fmt: skip


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    """Rows of columns of which most are clean, some of odd types, and some odd in a value."""
    names = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=9, unique=True))
    names += ["text"] * (not {"text", "body"} & set(names))
    height = draw(st.integers(1, 14))
    columns = []
    for name in names:
        kind, values = draw(OTHERS if draw(st.integers(0, 9)) == 0 else COLUMNS[name])
        rows = draw(st.lists(values, min_size=height, max_size=height))
        columns.append(pl.Series(name, rows, dtype=kind))
    return pl.DataFrame(columns)


OPTIONS = st.sampled_from([
    ReadingOptions(), ReadingOptions(), ReadingOptions(), ReadingOptions(markup="html"), ReadingOptions(markup="none"),
    ReadingOptions(date_format="%d/%m/%Y"), ReadingOptions(columns={"source": "title", "title": "title"}),
    ReadingOptions(day_first=True),
])  # fmt: skip


@given(
    frames(), OPTIONS, st.sampled_from([1, 50, 1 << 20]), st.sampled_from([1, 100, 1 << 20]),
    st.sampled_from(["keep", "skip", "error"]), st.sampled_from([0, 2]),
)  # fmt: skip
def test_tables_of_every_kind(
    frame: pl.DataFrame, reading: ReadingOptions, piece: int, enough: int, ids: str, few: int
) -> None:
    with patch.object(tables, "_PIECE_BYTES", piece):
        check(frame, reading, enough=enough, ids=ids, few=few)


def articles(number: int, **others: Any) -> pl.DataFrame:
    columns = {
        "id": range(number),
        "source": ["Kesh Daily"] * number,
        "published": [datetime(2024, 1, 2, 3, at % 60, 5, tzinfo=UTC) for at in range(number)],
        "text": [f'Text \\n "{at}", é.' for at in range(number)],
    }
    return pl.DataFrame(columns | others)


@pytest.mark.parametrize("kind", ["parquet", "arrow", "memory"])
def test_all_but_the_first_of_plain_rows_are_read_by_the_kernel(tmp_path: Path, kind: str) -> None:
    frame, path = articles(50), tmp_path / f"a.{kind}"
    if kind == "parquet":
        frame.write_parquet(path)
    elif kind == "arrow":
        frame.write_ipc(path)
    assert check(frame if kind == "memory" else str(path)) == 49
    [(_, rows, texts)], _, _ = read(frame, ReadingOptions())
    assert texts[7].decode() == 'Text \\n "7", é.'
    assert rows[7][:2] == ("7", "Kesh Daily")


def test_a_file_that_breaks_off_says_so_at_the_same_number(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    articles(4000, title=[f"Title {at * 7919}" for at in range(4000)]).write_parquet(path, row_group_size=500)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    path.write_bytes(data)
    check(str(path))


def test_behind_odd_rows_the_kernel_goes_on() -> None:
    odd = articles(41)["text"].to_list()
    odd[20], odd[21] = "a\0b" * 20, None
    assert check(articles(41, text=odd), few=8) == 37  # the one behind two odd ones is passed as well


def test_odd_values_of_a_column_are_read_as_records() -> None:
    authors = [["Ann Ash", " Bo "] if at % 10 == 5 else None for at in range(40)]
    assert check(articles(40, authors=authors)) == 35


def test_a_table_of_very_many_columns_is_read_as_records() -> None:
    names = {name for of_one in ALIASES.values() for name in of_one} - {"id", "source", "published", "text"}
    frame = articles(9, **{name: ["x"] * 9 for name in sorted(names)})
    assert len(frame.columns) > MOST
    assert check(frame) == 0


def test_rows_for_which_there_is_no_room_yet() -> None:
    titles = ["t" * 100_000 if at % 700 == 5 else f"{at}" for at in range(3000)]
    texts = ["word " * 40_000 if at % 700 == 5 else f"Text {at}." for at in range(3000)]
    assert check(articles(3000, title=titles, text=texts), longest=1 << 20) == 2999


def test_values_are_written_row_by_row() -> None:
    frame = pl.DataFrame({
        "text": ["é", None, "\\"], "id": pl.Series([-5, None, 7], dtype=pl.Int16), "url": [b"x", None, None],
        "title": pl.Series(["a", "a", None], dtype=pl.Categorical),
    })  # fmt: skip
    [(number, block)] = tables.table_blocks(frame.lazy(), Columns(), "here")
    data, bounds, is_odd = block.written()
    assert number == 3
    assert block.strings == {"text", "title"}
    expected = {"text": ["é", "", "\\"], "id": ["-5", "", "7"], "url": [""] * 3, "title": ["a", "a", ""]}
    assert [data[low:high].decode() for low, high in pairwise(bounds)] == [
        expected[name][row] for row in range(3) for name in block.names
    ]
    assert np.array_equal(is_odd, [True, False, False])
