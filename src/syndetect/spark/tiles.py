"""Pairs of articles with the words of both: each article is brought to the tiles that it is needed in, once each.

Articles in the order of time are cut into *blocks*, and the pairs of articles of two blocks are a *tile*. A task takes
whole tiles, each with its pairs and one row for every article of these: copies appear soon after what they copy, so an
article is in few tiles, however many pairs it is in. A tile with very many pairs is cut into parts by these.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import I64, U64, Array, order_by, run_starts
from syndetect.spark.exchange import buckets_for, by_key, exchanged
from syndetect.spark.rows import Columns, Flat, joined, map_rows, numbers, packed, records_of, whole_groups

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_BLOCK_WORDS = 1 << 22  # of the articles of a block, about
_FEWEST_BLOCKS = 8  # tiles are what tasks share out
_PART_BYTES = 1 << 23  # of the records of a part of a tile, about
_PORTION = 1 << 25  # bytes of tiles that are worked on at a time
_TILES = Columns(tile="long", records="binary", wanted="binary")
_COUNTS = Columns(tile="long", count="long")
_ALL = -1  # in the place of a tile
_WANTED = Columns(tile="long", document="long")
_PAIRS = -1  # in the place of an article, in the row of a tile's records
_MIX = np.uint64(0x9E3779B97F4A7C15)
_S29 = np.uint64(29)


class Tile(NamedTuple):
    """Some whole tiles.

    Attributes:
        records: a structured array of n, by tile, ``a`` and ``b``.
        one, other: int64[n], the rows of the articles ``a`` and ``b`` of each record.
        items: the articles, by tile and ``document``.
    """

    records: Array
    one: I64
    other: I64
    items: pa.RecordBatch


@dataclass(frozen=True)
class Tiling:
    """How pairs of articles are cut into tiles.

    Attributes:
        block: articles of a block.
        heavy: uint64[h], ascending: the tiles that are cut into parts.
        parts: int64[h], into how many.
        is_by_first: whether the records of one article ``a`` stay together, so that ``b`` decides nothing.
    """

    block: int
    heavy: U64
    parts: I64
    is_by_first: bool

    def of(self, a: I64, b: I64) -> U64:
        """uint64[n]: the tiles of pairs. Where two tiles have one number by chance, they are one."""
        b = a if self.is_by_first else b
        tile = tile_of(a // self.block, b // self.block)
        if len(self.heavy):
            at = np.minimum(np.searchsorted(self.heavy, tile), len(self.heavy) - 1)
            cut = np.flatnonzero(self.heavy[at] == tile)
            spread = _mixed(a[cut].astype(np.uint64), b[cut].astype(np.uint64)) >> np.uint64(32)
            part = spread * self.parts[at[cut]].astype(np.uint64) >> np.uint64(32)
            tile[cut] = _mixed(tile[cut], part)
        return tile


def tile_of(one: I64, other: I64) -> U64:
    """uint64[n]: the number of the tile of two blocks."""
    return _mixed(one.astype(np.uint64), other.astype(np.uint64))


def _mixed(one: U64, other: U64) -> U64:
    mixed = (one * _MIX ^ other) * _MIX
    return mixed ^ mixed >> _S29


@dataclass(frozen=True)
class _Counting:
    """How many records are in each tile; and, as :data:`_ALL`, in all."""

    tiling: Tiling
    kind: "np.dtype[Any]"

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for records in records_of(batches, self.kind):
            tile, counts = np.unique(self.tiling.of(records["a"], records["b"]), return_counts=True)
            yield from _COUNTS.batches(
                tile=np.append(tile.view(np.int64), _ALL), count=np.append(counts, len(records))
            )


def _tiling(pairs: "DataFrame", kind: "np.dtype[Any]", plain: Tiling) -> tuple[Tiling, int]:
    """A tiling with its heavy tiles, and how many records there are."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    most = _PART_BYTES // kind.itemsize
    summed = (
        map_rows(pairs, _COUNTS, _Counting(plain, kind)).groupBy("tile").agg(F.sum("count").alias("count"))
    )
    found = summed.filter((F.col("count") > most) | (F.col("tile") == _ALL)).toArrow()
    tile, count = (found.column(name).to_numpy() for name in ("tile", "count"))
    heavy = np.flatnonzero(tile != _ALL)
    order = heavy[np.argsort(tile[heavy].view(np.uint64))]
    tiling = replace(plain, heavy=tile[order].view(np.uint64), parts=-(-count[order] // most))
    return tiling, int(count[tile == _ALL].sum())


@dataclass(frozen=True)
class _Gathering:
    """Records of pairs (fields ``a``, ``b`` and others) to tiles."""

    tiling: Tiling
    kind: "np.dtype[Any]"
    reduce: Callable[[Array], Array]

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        for records in records_of(batches, self.kind):
            yield self.tiling.of(records["a"], records["b"]), records

    def take(self, records: Array) -> Iterator[pa.RecordBatch]:
        """A row a tile: its records, each once, and the articles that these name."""
        records = self.reduce(_each_once(records))
        if not len(records):
            return
        tile = self.tiling.of(records["a"], records["b"])
        order = order_by(tile)
        records, tile = records[order], tile[order]
        starts = run_starts(tile)
        bounds = np.append(starts, len(tile))
        which = np.repeat(np.arange(len(starts)), np.diff(bounds))
        both = np.concatenate([which, which]), np.concatenate([records["a"], records["b"]])
        order = order_by(*both)
        named, document = (column[order] for column in both)
        chosen = run_starts(named, document)
        yield from _TILES.batches(
            tile=tile[starts], records=Flat.of_items(records, bounds),
            wanted=Flat.of_items(document[chosen], np.searchsorted(named[chosen], np.arange(len(starts) + 1))),
        )  # fmt: skip


def _each_once(records: Array) -> Array:
    """Records in order, each once."""
    columns = [records[name] for name in records.dtype.names or ()]
    order = order_by(*columns)
    return records[order][run_starts(*(column[order] for column in columns))]


def tiles(
    pairs: "DataFrame",
    kind: Any,
    counts: dict[str, int],
    reduce: Callable[[Array], Array] = lambda found: found,
    *,
    is_by_first: bool = False,
) -> "DataFrame":
    """Pairs by tile.

    Args:
        pairs: :data:`syndetect.spark.rows.RECORDS` with the fields ``a`` and ``b`` and others.
        kind: the type of records, as of numpy.
        counts: ``documents`` and ``words`` of all articles.
        reduce: leaves out records of pairs; it is given all those of each of some pairs, in order and each once.
        is_by_first: whether the records of one article ``a`` stay together.
    """
    by_words = counts["documents"] * _BLOCK_WORDS // max(counts["words"], 1)
    block = max(1, min(by_words, counts["documents"] // _FEWEST_BLOCKS))
    kind = np.dtype(kind)
    plain = Tiling(block, np.empty(0, np.uint64), np.empty(0, np.int64), is_by_first)
    tiling, count = _tiling(pairs, kind, plain)
    work = _Gathering(tiling, kind, reduce)
    return exchanged(pairs, work.emit, kind, _TILES, work.take, buckets_for(count * kind.itemsize))


def _wanted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The articles of tiles."""
    for batch in batches:
        document, bounds = packed(batch, "wanted", np.int64)
        tile = np.repeat(numbers(batch, "tile"), np.diff(bounds))
        yield from _WANTED.batches(tile=tile, document=document)


@dataclass(frozen=True)
class _Working:
    """Tiles with their articles, in portions."""

    kind: "np.dtype[Any]"
    work: Callable[[Tile], Iterator[pa.RecordBatch]]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in whole_groups(batches, "tile", _PORTION):
            yield from self.work(_tile(batch, self.kind))


def _tile(batch: pa.RecordBatch, kind: "np.dtype[Any]") -> Tile:
    document, tile = numbers(batch, "document"), numbers(batch, "tile")
    heads = np.flatnonzero(document == _PAIRS)
    rows = np.flatnonzero(document != _PAIRS)
    records, bounds = packed(joined([batch.take(pa.array(heads)).select(["records"])]), "records", kind)
    of_tile = np.repeat(tile[heads], np.diff(bounds))
    items = batch.take(pa.array(rows))
    tiles_, which = np.unique(tile[rows], return_inverse=True)
    documents, place = np.unique(document[rows], return_inverse=True)
    known = which * len(documents) + place
    order = np.argsort(known, kind="stable")

    def row_of(side: Array) -> I64:
        wanted = np.searchsorted(tiles_, of_tile) * len(documents) + np.searchsorted(documents, side)
        return order[np.searchsorted(known[order], wanted)]

    return Tile(records, row_of(records["a"]), row_of(records["b"]), items)


#: From some whole tiles to batches.
Work = Callable[[Tile], Iterator[pa.RecordBatch]]


def worked(tiles_: "DataFrame", items: "DataFrame", kind: Any, columns: Columns, work: Work) -> "DataFrame":
    """The rows that ``work`` makes of tiles with their articles.

    Args:
        tiles_: as of :func:`tiles`.
        items: ``document`` and other columns, a row an article.
        kind: the type of the records of tiles.
        columns: of what ``work`` makes.
        work: is given some whole tiles at a time.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    found = map_rows(tiles_.select("tile", "wanted"), _WANTED, _wanted).join(items, "document")
    heads = tiles_.select("tile", F.lit(_PAIRS).cast("long").alias("document"), "records")
    both = heads.unionByName(found, allowMissingColumns=True)
    return map_rows(by_key(both, "tile", "document"), columns, _Working(np.dtype(kind), work))
