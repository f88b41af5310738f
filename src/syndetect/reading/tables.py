"""Tables as blocks of rows, a megabyte at a time: for a kernel, their values row by row, or as records."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from polars.datatypes import DataTypeClass

from syndetect.arrays import I64, Bool, bounds_of
from syndetect.kernels.vectors import WIDTH
from syndetect.reading.columns import Columns, Record
from syndetect.reading.dates import FIRST, LAST
from syndetect.runtime.threads import split_evenly

_PIECE_BYTES = 1 << 20  # of a table, what is held as Python values at once; a longer row stands alone
_PADDING = "\0" * WIDTH


class TableBlock(NamedTuple):
    """Rows of a table one behind the other.

    Attributes:
        number: of the first row, from 1.
        names: of the wanted columns.
        values: what they hold; points in time are written out, as ISO 8601 in UTC.
        strings: the columns that held strings.
    """

    number: int
    names: list[str]
    values: pl.DataFrame
    strings: frozenset[str]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.values.height

    def records(self, begin: int, end: int) -> Iterator[tuple[int, Record]]:
        """The rows from ``begin`` to ``end`` (excluded), counted from 0, with their numbers."""
        for number, row in enumerate(self.values.slice(begin, end - begin).rows(), self.number + begin):
            yield number, dict(zip(self.names, row, strict=True))

    def written(self) -> tuple[bytes, I64, Bool]:
        """The values as a kernel takes them.

        Returns:
            All values row by row, as UTF-8, nothing for null, and some bytes more; their bounds (int64[rows * columns +
            1]); and in which rows are others than strings and whole numbers (bool[rows]).
        """
        kinds = self.values.dtypes
        plain = [pl.nth(at).cast(pl.String) for at, kind in enumerate(kinds) if _is_written(kind)]
        odd = [pl.nth(at).is_not_null() for at, kind in enumerate(kinds) if not _is_written(kind)]
        sizes = np.zeros((self.values.height, len(kinds)), np.int64)
        sizes[:, [_is_written(kind) for kind in kinds]] = self.values.select(
            one.str.len_bytes().fill_null(0) for one in plain
        ).to_numpy()
        rows = pl.concat_str(plain, ignore_nulls=True).append(pl.lit(_PADDING))
        data = self.values.select(rows.str.join("").cast(pl.Binary)).item()
        is_odd = np.zeros(self.values.height, bool)
        if odd:
            is_odd |= self.values.select(pl.any_horizontal(odd)).to_series().to_numpy()
        return data, bounds_of(sizes.ravel()), is_odd


def _is_written(kind: pl.DataType) -> bool:
    """Whether values are strings, or whole numbers, which are taken as they would be written."""
    return kind == pl.String or kind.is_integer()


def table_blocks(frame: pl.LazyFrame, columns: Columns, place: str) -> Iterator[tuple[int, TableBlock]]:
    """The rows of a frame in blocks, each with the number of its last row.

    Raises:
        InputError: a column that the user named is not there.
        UnusableError: no column holds text.
    """
    schema = frame.collect_schema()
    wanted = columns.of_table(schema.names(), place)
    picked = frame.select(pl.nth(schema.names().index(name)) for name in wanted)
    kinds = [schema[name] for name in wanted]
    strings = frozenset(name for name, kind in zip(wanted, kinds, strict=True) if _holds_strings(kind))
    number = 1
    for batch in picked.collect_batches(chunk_size=None, maintain_order=True, engine="streaming", lazy=True):
        sizes = batch.select(
            pl.sum_horizontal(_size(pl.nth(at), kind).fill_null(0) for at, kind in enumerate(kinds))
        )
        bounds = bounds_of(sizes.to_series().to_numpy())
        for low, high in split_evenly(bounds, _PIECE_BYTES):
            piece = batch.slice(low, high - low)
            # by position, since a name may look like a pattern
            values = piece.select(_plain(pl.nth(at), kind) for at, kind in enumerate(kinds))
            number += high - low
            if high > low:
                yield number - 1, TableBlock(number - (high - low), wanted, values, strings)


def _holds_strings(kind: pl.DataType) -> bool:
    return isinstance(kind, pl.String | pl.Categorical | pl.Enum)


def _size(values: pl.Expr, kind: pl.DataType | DataTypeClass) -> pl.Expr:
    """The bytes of a column's values, written out: a dictionary holds a value once and names it many times."""
    match kind:
        case pl.String():
            size = values.str.len_bytes()
        case pl.Binary():
            size = values.bin.size()
        case pl.Categorical() | pl.Enum():
            size = values.cat.len_bytes()
        case pl.List() | pl.Array():
            lists = values if isinstance(kind, pl.List) else values.arr.to_list()
            size = lists.list.eval(_size(pl.element(), kind.inner)).list.sum()
        case pl.Struct():
            size = pl.sum_horizontal(_size(values.struct.field(one.name), one.dtype) for one in kind.fields)
        case _:
            size = values.is_not_null() * 8
    return size.cast(pl.Int64)


def _plain(values: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """A column as Python values."""
    if isinstance(kind, pl.Categorical | pl.Enum):
        return values.cast(pl.String)
    if not isinstance(kind, pl.Date | pl.Datetime):
        return values
    unit = kind.time_unit if isinstance(kind, pl.Datetime) else "ms"
    since = (values if isinstance(kind, pl.Datetime) else values.cast(pl.Datetime(unit))).to_physical()
    second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    safe = pl.when((since // second).is_between(FIRST // 10**6, LAST // 10**6)).then(since)
    iso = safe.cast(pl.Datetime(unit)).dt.to_string("iso:strict")
    return pl.coalesce(iso, pl.format(f"{{}} {unit} since 1970", since))
