"""Very many small records by key: packed for the shuffle, since Spark moves few large rows at a tenth of the cost.

A task gathers its records to *buckets* by a hash of their keys and gives Spark one row a bucket, with the records end
to end. Spark brings the rows of each bucket together, and a task takes one bucket after the other, as arrays.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import I64, U32, U64, Array, bounds_of, order_by, repeated
from syndetect.kernels.scatter import count_in_buckets, to_buckets
from syndetect.spark.rows import Columns, Flat, map_rows, numbers, packed, whole_groups

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_ROWS = Columns(bucket="int", records="binary")
#: Bytes of records in a bucket, about: four times as many where that leaves still more buckets than these, since a
#: task gives Spark a row for every bucket.
_BUCKET_BYTES, _MANY_BUCKETS, _MORE = 1 << 24, 1 << 15, 4
#: Bytes of records that a task gathers before it gives them to Spark: so many a bucket, within these bounds.
_OF_BUCKET, _LEAST_WAITING, _MOST_WAITING = 1 << 12, 1 << 24, 1 << 27

#: From a partition's batches to keys (uint64[n]), of which those that are equal go to one bucket, and records (a
#: structured array of n).
Emit = Callable[[Iterator[pa.RecordBatch]], Iterator[tuple[U64, Array]]]
#: From the records of a bucket to batches.
Take = Callable[[Array], Iterator[pa.RecordBatch]]


def buckets_for(size: int) -> int:
    """The number of buckets for so many bytes of records in all: a task has several, of which none is large."""
    small = size // _BUCKET_BYTES
    return max(8, min(small, _MANY_BUCKETS), small // _MORE)


def exchanged(
    frame: "DataFrame", emit: Emit, kind: Any, columns: Columns, take: Take, buckets: int, ranges: int = 0
) -> "DataFrame":
    """The rows that ``take`` makes of records with equal keys, wherever they were emitted.

    Args:
        frame: the rows of which records are made.
        emit: makes the records.
        kind: the type of a record, as of numpy.
        columns: what ``take`` makes.
        take: is given the records of one bucket, in no order.
        buckets: how many there are.
        ranges: into how many ranges of buckets records go by the upper halves of their keys, so that those of a bucket
            have one upper half; 0 where all of a key is hashed.
    """
    kind = np.dtype(kind)
    spread = _Spread(max(1, -(-buckets // max(ranges, 1))), ranges)
    buckets = spread.share * max(ranges, 1)
    most = min(max(buckets * _OF_BUCKET, _LEAST_WAITING), _MOST_WAITING)

    def gather(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        waiting: list[tuple[U64, Array]] = []
        held = 0
        for keys, records in emit(batches):
            waiting.append((keys, records))
            held += records.nbytes
            if held >= most:
                yield from spread.rows(waiting)
                waiting, held = [], 0
        if held:
            yield from spread.rows(waiting)

    def scatter(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in whole_groups(batches, "bucket", 1):
            bucket = numbers(batch, "bucket")
            records, bounds = packed(batch, "records", kind)
            cuts = np.append(np.flatnonzero(np.diff(bucket, prepend=-1)), len(bucket))
            for low, high in pairwise(cuts.tolist()):
                yield from take(records[bounds[low] : bounds[high]])

    rows = map_rows(frame, _ROWS, gather)
    return map_rows(by_key(rows, "bucket"), columns, scatter)


def by_key(frame: "DataFrame", key: str, *order: str) -> "DataFrame":
    """The rows of equal keys in one partition, in order of the key and of other columns."""
    return frame.repartition(key).sortWithinPartitions(key, *order)


def in_order(records: Array, *names: str) -> U32:
    """uint32[n]: the records of a bucket that may share their ``key``, by key and other fields.

    Those of one key are together; the keys are in no stated order.

    Args:
        records: with ``key``, whose lower half is evenly spread, and the other fields.
        names: of the other fields.
    """
    short = records["key"].astype(np.uint32)  # is sorted in half the time, with the others
    chosen = repeated(short, np.arange(len(short), dtype=np.uint32))
    key, short, others = records["key"][chosen], short[chosen], [records[name][chosen] for name in names]
    order = order_by(short, *others)
    is_mixed = (short[order][1:] == short[order][:-1]) & (key[order][1:] != key[order][:-1])
    if is_mixed.any():
        order = order_by(key, *others)
    return chosen[order]


def time_field(window: int) -> list[tuple[str, str]]:
    """The field ``time`` of records, which they have where there is a window."""
    return [("time", "<i8")] if window >= 0 else []


def times_of(records: Array) -> I64:
    """int64[n]: the times of records; zeros where there is no window, and they have none."""
    times: I64 = (
        records["time"] if "time" in (records.dtype.names or ()) else np.zeros(len(records), np.int64)
    )
    return times


class _Spread(NamedTuple):
    """How records are spread over buckets.

    Attributes:
        share: buckets of a range.
        ranges: how many there are; 0 where all buckets are one.
    """

    share: int
    ranges: int

    def rows(self, waiting: list[tuple[U64, Array]]) -> Iterator[pa.RecordBatch]:
        """A row for each bucket that has any of some records, with these."""
        how = bool(self.ranges), np.uint64(self.share)
        counts = np.zeros(self.share * max(self.ranges, 1), np.int64)
        for keys, _ in waiting:
            count_in_buckets(keys, *how, counts)
        bounds = bounds_of(counts)
        laid = np.empty(bounds[-1], waiting[0][1].dtype)
        at = bounds[:-1].copy()
        for keys, records in waiting:
            to_buckets(keys, *how, _in_units(records), at, _in_units(laid))
        used = np.flatnonzero(counts)
        edges = np.append(bounds[used], bounds[-1])
        yield from _ROWS.batches(bucket=used.astype(np.int32), records=Flat.of_items(laid, edges))


def _in_units(records: Array) -> Array:
    """Records as rows of words, or of bytes where they are no whole number of words."""
    unit = np.dtype(np.uint8 if records.dtype.itemsize % 4 else np.uint32)
    return records.view(unit).reshape(len(records), records.dtype.itemsize // unit.itemsize)
