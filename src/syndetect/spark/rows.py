"""Rows of Spark as arrays and back: every stage says once which columns it has, and makes each batch from that.

``mapInArrow`` takes columns by their position and ignores their names, without an error, so no batch is made in any
other way. Hashes are signed in Spark; arrays are ``binary`` columns, as they lie in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from syndetect.arrays import I64, U8, Array, bounds_of, run_starts
from syndetect.kernels.excerpts import copy_runs

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_KINDS = {
    "long": pa.int64(), "int": pa.int32(), "double": pa.float64(), "boolean": pa.bool_(), "string": pa.string(),
    "binary": pa.binary(),
}  # fmt: skip
_MOST_OF_COLUMN = (1 << 31) - 1
_TOO_LARGE = "what one task must hold together is larger than 2 GiB"
#: Bytes of values in a batch that is given back to Spark, about: it is copied several times there.
_MOST_BYTES = 1 << 24


class Flat(NamedTuple):
    """Arrays of bytes end to end.

    Attributes:
        data: uint8[bytes].
        bounds: int64[n + 1], where each begins, and the end of the last.
    """

    data: U8
    bounds: I64

    @classmethod
    def of(cls, column: pa.Array) -> "Flat":
        """Those of a column without nulls, of strings or bytes."""
        offsets = np.frombuffer(column.buffers()[1], np.int32, len(column) + 1, 4 * column.offset)
        held = column.buffers()[2]
        data = np.empty(0, np.uint8) if held is None else np.frombuffer(held, np.uint8)
        return cls(data[offsets[0] : offsets[-1]], offsets.astype(np.int64) - offsets[0])

    @classmethod
    def of_items(cls, items: Array, bounds: I64) -> "Flat":
        """Runs of items of any type: run i is ``items[bounds[i]:bounds[i + 1]]``."""
        whole = np.ascontiguousarray(items[bounds[0] : bounds[-1]])
        size = whole.nbytes // len(whole) if len(whole) else 1
        return cls(whole.view(np.uint8).reshape(-1), (bounds - bounds[0]) * size)

    def items(self, kind: Any) -> tuple[Array, I64]:
        """The items of all runs, of one type, and the bounds of the runs in them."""
        found = self.data.view(kind)
        if not found.flags.aligned:
            found = found.copy()
            found.flags.writeable = False  # as it is everywhere else, so that kernels have one type
        return found, self.bounds // np.dtype(kind).itemsize

    def column(self, low: int, high: int) -> pa.Array:
        """Some of the runs as a column."""
        bounds = self.bounds[low : high + 1]
        data = np.ascontiguousarray(self.data[bounds[0] : bounds[-1]])
        if len(data) > _MOST_OF_COLUMN:
            raise OverflowError(_TOO_LARGE)
        offsets = (bounds - bounds[0]).astype(np.int32)
        return pa.Array.from_buffers(
            pa.binary(), high - low, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        )


def runs(items: Array, begin: I64, sizes: I64) -> Flat:
    """Runs of items of any type as bytes: run i has ``sizes[i]`` items, from ``begin[i]`` on."""
    bounds, size = bounds_of(sizes), items.itemsize
    out = np.empty(bounds[-1] * size, np.uint8)
    copy_runs(items.view(np.uint8), begin * size, bounds * size, out)
    return Flat(out, bounds * size)


#: An array, :class:`Flat`, or a column of Arrow.
Values = Any


class Columns:
    """The columns of a stage, by name.

    Args:
        kinds: names of types as Spark's: "long", "int", "double", "boolean", "string" and "binary".
    """

    def __init__(self, **kinds: str) -> None:
        self.kinds: Mapping[str, str] = kinds
        self.ddl = ", ".join(f"{name} {kind}" for name, kind in kinds.items())

    def batches(self, **values: Values) -> Iterator[pa.RecordBatch]:
        """Rows as batches, none where there are no rows; every column must be given."""
        if values.keys() != self.kinds.keys():
            raise TypeError(f"columns {sorted(values)} in the place of {sorted(self.kinds)}")
        rows = {len(one.bounds) - 1 if isinstance(one, Flat) else len(one) for one in values.values()}
        if len(rows) > 1:
            raise ValueError(f"columns of {sorted(rows)} rows")
        held = np.zeros(rows.pop(), np.int64)
        for one in values.values():
            held += _sizes(one)
        for low, high in cuts(held, _MOST_BYTES):
            parts = [_column(values[name], kind, low, high) for name, kind in self.kinds.items()]
            yield pa.RecordBatch.from_arrays(parts, names=list(self.kinds))

    def batch(self, **values: Values) -> pa.RecordBatch:
        """Rows as one batch, whatever their size."""
        rows = len(next(iter(values.values())))
        parts = [_column(values[name], kind, 0, rows) for name, kind in self.kinds.items()]
        return pa.RecordBatch.from_arrays(parts, names=list(self.kinds))


def cuts(sizes: I64, most: int) -> list[tuple[int, int]]:
    """Ranges of rows that hold about so many bytes each, one row at least; ``sizes`` are those of the rows."""
    behind = np.cumsum(sizes)
    edges = np.append(run_starts((behind - sizes) // most), len(sizes)).tolist()
    return list(pairwise(edges))


def row_sizes(batch: pa.RecordBatch) -> I64:
    """int64[n]: the bytes of the rows of a batch."""
    held = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        held += _sizes(column)
    return held


def _sizes(values: Values) -> Any:
    """Bytes of each row of a column; one number where all have as many."""
    if isinstance(values, Flat):
        return np.diff(values.bounds)
    if isinstance(values, np.ndarray):
        return values.itemsize
    if pa.types.is_binary(values.type) or pa.types.is_string(values.type):
        return pc.fill_null(pc.binary_length(values), 0).to_numpy(zero_copy_only=False)
    return values.nbytes // max(len(values), 1)


def _column(values: Values, kind: str, low: int, high: int) -> pa.Array:
    if isinstance(values, Flat):
        return values.column(low, high)
    part = values[low:high]
    if isinstance(part, np.ndarray):
        return pa.array(
            part.view(np.int64) if part.dtype == np.uint64 else part.astype(_KINDS[kind].to_pandas_dtype())
        )
    return part.cast(_KINDS[kind])


def numbers(batch: Any, name: str) -> Array:
    """A column of numbers without nulls, as it lies in memory."""
    return np.asarray(batch.column(name).to_numpy(zero_copy_only=False))


def packed(batch: Any, name: str, kind: Any) -> tuple[Array, I64]:
    """The items of a binary column, of all rows, and the bounds of each row's in them."""
    return Flat.of(batch.column(name)).items(kind)


Work = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def map_rows(frame: "DataFrame", columns: Columns, work: Work) -> "DataFrame":
    """The rows that work makes of each partition's batches."""
    return frame.mapInArrow(work, columns.ddl)


#: Records, many in a row.
RECORDS = Columns(records="binary")


def record_rows(records: Array) -> Iterator[pa.RecordBatch]:
    """:data:`RECORDS` of a structured array, in one row."""
    if len(records):
        yield from RECORDS.batches(records=Flat.of_items(records, np.array([0, len(records)])))


def records_of(batches: Iterable[pa.RecordBatch], kind: Any, name: str = "records") -> Iterator[Array]:
    """The records of :data:`RECORDS`, or of another such column, portion by portion."""
    for batch in in_portions(batches):
        yield packed(batch, name, kind)[0]


class _Packing:
    """Rows with the fields of a record to :data:`RECORDS`."""

    def __init__(self, kind: "np.dtype[Any]") -> None:
        self.kind = kind

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in in_portions(batches):
            records = np.empty(batch.num_rows, self.kind)
            for name in self.kind.names or ():
                records[name] = numbers(batch, name)
            yield from record_rows(records)


def as_records(frame: "DataFrame", kind: "np.dtype[Any]") -> "DataFrame":
    """Rows with the fields of a record as :data:`RECORDS`."""
    return map_rows(frame.select(*(kind.names or ())), RECORDS, _Packing(kind))


def joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    """Several batches as one."""
    return batches[0] if len(batches) == 1 else as_batch(pa.Table.from_batches(batches))


def as_batch(table: pa.Table) -> pa.RecordBatch:
    """A table as one batch.

    Raises:
        OverflowError: a column has 2 GiB or more, of which Arrow makes several batches.
    """
    found = table.combine_chunks().to_batches()
    if len(found) > 1:
        raise OverflowError(_TOO_LARGE)
    return found[0] if found else pa.RecordBatch.from_pylist([], table.schema)


def in_portions(batches: Iterable[pa.RecordBatch], most_bytes: int = 1 << 24) -> Iterator[pa.RecordBatch]:
    """Rows in portions of about so many bytes."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        if batch.num_rows:
            waiting.append(batch)
            held += batch.nbytes
        if held >= most_bytes:
            yield joined(waiting)
            waiting, held = [], 0
    if waiting:
        yield joined(waiting)


def whole_groups(
    batches: Iterable[pa.RecordBatch], key: str, most_bytes: int = 1 << 25
) -> Iterator[pa.RecordBatch]:
    """Rows in order of a key, in portions that hold all rows of each of their keys; of one key at least."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        waiting.append(batch)
        held += batch.nbytes
        if held < most_bytes:
            continue
        whole = joined(waiting)
        last = int(run_starts(numbers(whole, key))[-1])
        if last:
            yield whole.slice(0, last)
        rest = whole.slice(last)
        waiting, held = (
            [rest],
            rest.nbytes if last else 0,
        )  # one key with very many rows is not copied again and again
    if waiting:
        yield joined(waiting)


def bounds_of_groups(values: Array) -> I64:
    """int64[g + 1]: the bounds of runs of equal values."""
    return np.append(run_starts(values), len(values)) if len(values) else np.zeros(1, np.int64)


__all__ = [
    "RECORDS", "Columns", "Flat", "Values", "as_records", "bounds_of", "bounds_of_groups", "in_portions", "joined",
    "map_rows", "numbers", "packed", "record_rows", "records_of", "runs",
    "whole_groups",
]  # fmt: skip
