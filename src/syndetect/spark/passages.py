"""Matches to passages: a star within each group of stretches that matches connect.

Stretches of one article that share a word are one *cluster*, and a match connects the clusters of its two sides. The
passages of what is connected depend on nothing else, so a task takes any number of such groups as a scan takes all.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from syndetect.arrays import I64, Array, bounds_of, order_by, ranked
from syndetect.matching import passages
from syndetect.spark.components import components
from syndetect.spark.exchange import buckets_for, by_key, exchanged
from syndetect.spark.numbering import numbered
from syndetect.spark.rows import Columns, map_rows, numbers, whole_groups
from syndetect.spark.stages import Stages

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_EDGES = Columns(a="long", b="long")
_STRETCH = np.dtype([("document", "<i8"), ("low", "<i4"), ("high", "<i4"), ("match", "<i8")])
#: A row a use: of which passage it is (``centre``, ``low_centre`` and ``local`` name it), and by what passages are
#: numbered: their documents, their words, and the rank of the earliest one.
USES = Columns(
    centre="long", low_centre="int", local="int", reach="int", length="int", rank_centre="long", place="int",
    document="long", rank="long", low="int", high="int", begin="int", end="int", equal="int", columns="int",
)  # fmt: skip
_MIX = np.uint64(0x9E3779B97F4A7C15)
_CELL = 128


def _match_nodes(batch: pa.RecordBatch) -> I64:
    """int64[n]: a node for each match. Where two have one by chance, what they connect is taken together."""
    node = np.zeros(batch.num_rows, np.uint64)
    for name in ("a", "b", "low_a", "low_b", "high_a", "high_b"):
        node = (node ^ numbers(batch, name).astype(np.uint64)) * _MIX
        node ^= node >> np.uint64(29)
    return (node | np.uint64(1)).view(np.int64)


def _emit(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Array, Array]]:
    """Both sides of matches as stretches of articles."""
    for batch in batches:
        node = _match_nodes(batch)
        for side in "ab":
            records = np.empty(batch.num_rows, _STRETCH)
            records["document"], records["match"] = numbers(batch, side), node
            records["low"], records["high"] = numbers(batch, f"low_{side}"), numbers(batch, f"high_{side}")
            yield records["document"].astype(np.uint64), records


def _clusters(records: Array) -> Iterator[pa.RecordBatch]:
    """Each match with the cluster of its stretch."""
    records = records[order_by(records["document"], records["low"])]
    document = ranked(records["document"])[2]
    base = document * (int(records["high"].max(initial=0)) + 1)
    reach = np.maximum.accumulate(base + records["high"])
    starts = np.concatenate([[True], (base + records["low"])[1:] >= reach[:-1]])
    first = np.flatnonzero(starts)[np.cumsum(starts) - 1]
    node = (records["document"].astype(np.uint64) * _MIX + records["low"][first].astype(np.uint64)) * _MIX
    yield from _EDGES.batches(a=records["match"].copy(), b=(node & ~np.uint64(1)).view(np.int64))


class _With:
    """Matches with their nodes."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            given = {name: batch.column(name) for name in batch.schema.names}
            yield from self.columns.batches(**given, node=_match_nodes(batch))


def _group(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The uses of the passages of matches, those of one root together."""
    for batch in whole_groups(batches, "root"):
        yield from _grouped(batch)


def _grouped(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    columns = {name: numbers(batch, name).astype(np.int64) for name in batch.schema.names}
    both = np.concatenate([columns["a"], columns["b"]])
    documents, first, dense = ranked(both)
    ranks = np.concatenate([columns["rank_a"], columns["rank_b"]])[first]
    rank = np.empty(len(documents), np.uint32)
    rank[np.argsort(ranks)] = np.arange(len(documents), dtype=np.uint32)
    high = np.zeros(len(documents), np.int64)
    np.maximum.at(high, dense, np.concatenate([columns["high_a"], columns["high_b"]]))
    base = bounds_of((high + _CELL) // _CELL * _CELL)
    sides = dense[: len(dense) // 2], dense[len(dense) // 2 :]
    one, other = (
        np.stack([columns[f"low_{side}"], columns[f"high_{side}"]], axis=1) + base[document][:, None]
        for side, document in zip("ab", sides, strict=True)
    )
    ranges = one, other
    order = np.lexsort((columns["low_a"], columns["b"], columns["a"]))  # that of a scan
    measures = columns["equal"][order], columns["columns"][order], columns["score"][order]
    found = passages.group(
        (sides[0][order], sides[1][order]), (ranges[0][order], ranges[1][order]),
        *measures, rank,
    )  # fmt: skip
    begin = _look_up(ranges, [columns["begin_a"], columns["begin_b"]], 0, found.words[:, 0])
    end = _look_up(ranges, [columns["end_a"], columns["end_b"]], 1, found.words[:, 1])
    yield from _rows_of(found, documents, ranks, base, begin, end)


def _look_up(ranges: tuple[I64, ...], values: list[I64], edge: int, wanted: I64) -> I64:
    """The characters at edges of stretches: every edge of a use is one of a match."""
    edges, first = np.unique(np.concatenate([one[:, edge] for one in ranges]), return_index=True)
    return np.concatenate(values)[first][np.searchsorted(edges, wanted)]


def _rows_of(
    found: passages.Passages, documents: I64, ranks: I64, base: I64, begin: I64, end: I64
) -> Iterator[pa.RecordBatch]:
    starts = np.flatnonzero(np.diff(found.passage, prepend=0))
    counts = np.diff(starts, append=len(found.passage))
    of = np.repeat(np.arange(len(starts)), counts)
    named = np.unique(np.stack([of, found.document], axis=1), axis=0)
    reach = np.bincount(named[:, 0], minlength=len(starts))
    low = found.words[:, 0] - base[found.document]
    high = found.words[:, 1] - base[found.document]
    yield from USES.batches(
        centre=documents[found.document[starts]][of], low_centre=low[starts][of], local=found.passage, reach=reach[of],
        length=(high - low)[starts][of], rank_centre=ranks[found.document[starts]][of],
        place=np.arange(len(of)) - starts[of], document=documents[found.document], rank=ranks[found.document], low=low,
        high=high, begin=begin, end=end, equal=found.equal, columns=found.columns,
    )  # fmt: skip


def grouped(matches: "DataFrame", count: int, stages: Stages) -> "DataFrame":
    """The uses of all passages: :data:`USES` and ``passage``, from 0, in the order of a scan.

    Args:
        matches: as of :mod:`syndetect.spark.alignment`.
        count: how many there are.
        stages: keep what was found.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    taken = ("a", "b", "low_a", "high_a", "begin_a", "end_a", "rank_a", "low_b", "high_b", "begin_b", "end_b", "rank_b",
             "equal", "columns", "score")  # fmt: skip
    chosen = matches.select(*taken)
    kinds = {field.name: field.dataType.simpleString() for field in chosen.schema.fields}
    columns = Columns(
        **{name: "long" if kind == "bigint" else kind for name, kind in kinds.items()}, node="long"
    )
    edges = exchanged(chosen, _emit, _STRETCH, _EDGES, _clusters, buckets_for(2 * count * _STRETCH.itemsize))
    roots = components(edges, stages, "groups")

    def stars() -> "DataFrame":
        named = map_rows(chosen, columns, _With(columns)).join(roots, "node").drop("node")
        return map_rows(by_key(named, "root"), USES, _group)

    uses = stages.table("uses", stars)
    key = ["centre", "low_centre", "local"]
    single = uses.filter("place = 0").select(*key, "reach", "length", "rank_centre")
    order: list[str | Column] = [
        F.col("reach").desc(),
        F.col("length").desc(),
        "rank_centre",
        "low_centre",
        "local",
    ]
    numbers_ = numbered(single, order, "passage", stages, "order-of-reach").select(*key, "passage")
    return stages.table("numbered-uses", lambda: uses.join(numbers_, key))
