"""Pairs of articles with the words of both: each article is brought to the tiles that it is needed in, once each.

Articles in the order of time are cut into *blocks*, and the pairs of articles of two blocks are a *tile*. A task takes
whole tiles, each with its pairs and one row for every article of these: copies appear soon after what they copy, so an
article is in few tiles, however many pairs it is in. A tile with very many pairs is cut into parts by these.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, starmap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import I64, U64, Array, order_by, run_starts
from syndetect.spark.exchange import buckets_for, by_key, exchanged
from syndetect.spark.rows import (
    Columns,
    Flat,
    bounds_of,
    bounds_of_groups,
    cuts,
    in_portions,
    joined,
    map_rows,
    numbers,
    packed,
    records_of,
    row_sizes,
    whole_groups,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_BLOCK_WORDS = 1 << 25  # of the articles of a block, about
_FEWEST_BLOCKS = 8  # tiles are what tasks share out
_PART_BYTES = 1 << 24  # of the records of a part of a tile, about
_PORTION = 1 << 25  # bytes of tiles that are worked on at a time
_TILES = Columns(tile="long", records="binary", wanted="binary")
_COUNTS = Columns(tile="long", count="long")
_ALL = -1  # in the place of a tile
#: What a tile wants: an article, and the number of what it wants of it; or the first of several, and their end.
WANT = np.dtype([("tile", "<u8"), ("document", "<i8"), ("part", "<u4"), ("end", "<u4")])
_NAME = ("tile", "document", "part")
_WANTS = Columns(document="long", wants="binary")
_BUCKETS = Columns(bucket="int", tile="binary", records="binary", items="binary")
_FEWEST_BUCKETS = 16
_OF_WORD = 6  # bytes
_SUPPLIED = 1 << 24  # bytes of articles that are brought to tiles at a time
#: Bytes that a task gathers before it gives them to Spark: so many a bucket, since Arrow adds some 3,000 to each, but
#: no more in all than these.
_OF_BUCKET, _MOST_WAITING = 1 << 14, 1 << 27
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
    wants: "Wants"

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
        wanted = self.wants(records, tile)
        edges = np.append(run_starts(wanted["tile"]), len(wanted))  # tiles ascend in both
        yield from _TILES.batches(
            tile=tile[starts], records=Flat.of_items(records, bounds), wanted=Flat.of_items(wanted, edges)
        )


#: From records of pairs, in order of their tiles (uint64[n]), to :data:`WANT` in order, each once.
Wants = Callable[[Array, U64], Array]


def parts_wanted(records: Array, tile: U64) -> Array:
    """:data:`WANT` of pairs: of both articles the whole, or that of which records have the number."""
    wanted = np.zeros(2 * len(records), WANT)
    wanted["tile"] = np.concatenate([tile, tile])
    wanted["document"] = np.concatenate([records["a"], records["b"]])
    wanted["part"] = np.concatenate(_parts(records))
    return _each_once(wanted)


def _parts(records: Array) -> list[Array]:
    """What of both articles of pairs is wanted: ``one`` and ``other`` where records say so."""
    if "one" in (records.dtype.names or ()):
        return [records["one"], records["other"]]
    return [np.zeros(len(records), np.uint32)] * 2


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
    wants: Wants = parts_wanted,
) -> "DataFrame":
    """Pairs by tile.

    Args:
        pairs: :data:`syndetect.spark.rows.RECORDS` with the fields ``a`` and ``b`` and others.
        kind: the type of records, as of numpy.
        counts: ``documents`` and ``words`` of all articles.
        reduce: leaves out records of pairs; it is given all those of each of some pairs, in order and each once.
        is_by_first: whether the records of one article ``a`` stay together.
        wants: what tiles want of articles; part 0 of each, where records have no number.
    """
    by_words = counts["documents"] * _BLOCK_WORDS // max(counts["words"], 1)
    block = max(1, min(by_words, counts["documents"] // _FEWEST_BLOCKS))
    kind = np.dtype(kind)
    plain = Tiling(block, np.empty(0, np.uint64), np.empty(0, np.int64), is_by_first)
    tiling, count = _tiling(pairs, kind, plain)
    work = _Gathering(tiling, kind, reduce, wants)
    return exchanged(pairs, work.emit, kind, _TILES, work.take, buckets_for(count * kind.itemsize))


def _asking(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
    """The wants of tiles, by article."""
    for wants in records_of(batches, WANT, "wanted"):
        yield wants["document"].astype(np.uint64), wants


def _asked(wants: Array) -> Iterator[pa.RecordBatch]:
    """The articles of a bucket with their wants."""
    wants = wants[order_by(wants["document"])]
    bounds = bounds_of_groups(wants["document"])
    heads = wants["document"][bounds[:-1]].copy()
    yield from _WANTS.batches(document=heads, wants=Flat.of_items(wants, bounds))


#: From articles, the rows of some (int64[n]) and what is wanted of each, to the rows that tiles get.
Cut = Callable[[pa.RecordBatch, I64, Array], pa.RecordBatch]


def whole(articles: pa.RecordBatch, row: I64, _: Array) -> pa.RecordBatch:
    """Whole articles."""
    return articles.take(pa.array(row))


@dataclass(frozen=True)
class _Supply:
    """Articles with their wants to rows for buckets of tiles, as Arrow writes them: Spark moves few large rows."""

    buckets: int
    cut: Cut

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        most = min(max(self.buckets * _OF_BUCKET, _SUPPLIED), _MOST_WAITING)
        waiting: list[pa.RecordBatch] = []
        held = 0
        for batch in in_portions(batches, _SUPPLIED):
            wants, bounds = packed(batch, "wants", WANT)
            row = np.repeat(np.arange(batch.num_rows), np.diff(bounds))
            articles = batch.drop_columns(["wants"])
            for part in starmap(slice, cuts(row_sizes(articles)[row], _SUPPLIED)):
                waiting.append(self._named(articles, row[part], wants[part]))
                held += waiting[-1].nbytes
                if held >= most:
                    yield from self._packed(joined(waiting))
                    waiting, held = [], 0
        if held:
            yield from self._packed(joined(waiting))

    def _named(self, articles: pa.RecordBatch, row: I64, wants: Array) -> pa.RecordBatch:
        """What is wanted of articles, with its names."""
        items = self.cut(articles, row, wants)
        for name in ("tile", "part"):
            items = items.append_column(name, pa.array(wants[name].copy()))
        return items

    def _packed(self, items: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        bucket = _bucket_of(numbers(items, "tile"), self.buckets)
        order = np.argsort(bucket, kind="stable")
        items, bucket = items.take(pa.array(order)), bucket[order]
        bounds = bounds_of_groups(bucket)
        written = [_written(items.slice(low, high - low)) for low, high in pairwise(bounds.tolist())]
        nothing = Flat(np.empty(0, np.uint8), np.zeros(len(bounds), np.int64))
        sizes = bounds_of([len(one) for one in written])
        data = np.frombuffer(b"".join(written), np.uint8)
        yield from _BUCKETS.batches(
            bucket=bucket[bounds[:-1]], tile=nothing, records=nothing, items=Flat(data, sizes)
        )


def _written(items: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, items.schema) as stream:
        stream.write_batch(items)
    written: bytes = sink.getvalue().to_pybytes()
    return written


def _bucket_of(tile: U64, buckets: int) -> Array:
    return ((tile >> np.uint64(32)) * np.uint64(buckets) >> np.uint64(32)).astype(np.int32)


@dataclass(frozen=True)
class _Heads:
    """Tiles with their records, for their buckets."""

    buckets: int

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            tile, rows = numbers(batch, "tile").view(np.uint64), batch.num_rows
            yield from _BUCKETS.batches(
                bucket=_bucket_of(tile, self.buckets), tile=Flat.of_items(tile, np.arange(rows + 1)),
                records=Flat.of(batch.column("records")),
                items=Flat(np.empty(0, np.uint8), np.zeros(rows + 1, np.int64)),
            )  # fmt: skip


@dataclass(frozen=True)
class _Working:
    """Buckets of tiles with their articles."""

    kind: "np.dtype[Any]"
    work: "Work"

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in whole_groups(batches, "bucket", 1):
            bounds = bounds_of_groups(numbers(batch, "bucket"))
            for low, high in pairwise(bounds.tolist()):
                yield from self.work(_tile(batch.slice(low, high - low), self.kind))


def _tile(batch: pa.RecordBatch, kind: "np.dtype[Any]") -> Tile:
    """The tiles of a bucket."""
    records, bounds = packed(batch, "records", kind)
    counts = np.diff(bounds)
    tile = np.repeat(packed(batch, "tile", np.uint64)[0], counts[counts > 0])
    by_tile = order_by(tile)
    records, tile = records[by_tile], tile[by_tile]
    written = [one.as_buffer() for one in batch.column("items") if one.as_buffer().size]
    items = joined([found for one in written for found in pa.ipc.open_stream(one)])
    order = order_by(*(items.column(name).to_numpy() for name in _NAME))
    items = items.take(pa.array(order))
    one, other = _rows_of(items, tile, [records["a"], records["b"]], _parts(records))
    return Tile(records, one, other, items)


def _rows_of(items: pa.RecordBatch, tile: U64, documents: list[Array], parts: list[Array]) -> list[I64]:
    """The rows of what tiles want, item by item, on both sides; items are in order."""
    known = [items.column(name).to_numpy() for name in _NAME]
    values = [np.unique(column) for column in known]

    def place(*columns: Array) -> I64:
        """A number for each name, ascending as the names do."""
        found = np.zeros(len(columns[0]), np.int64)
        for column, there in zip(columns, values, strict=True):
            found = found * len(there) + np.searchsorted(there, column)
        return found

    rows = place(*known)
    return [np.searchsorted(rows, place(tile, *side)) for side in zip(documents, parts, strict=True)]


#: From some whole tiles to batches.
Work = Callable[[Tile], Iterator[pa.RecordBatch]]


def worked(
    tiles_: "DataFrame",
    items: "DataFrame",
    kind: Any,
    columns: Columns,
    work: Work,
    counts: dict[str, int],
    cut: Cut = whole,
    of_want: int | None = None,
) -> "DataFrame":
    """The rows that ``work`` makes of tiles with their articles.

    Args:
        tiles_: as of :func:`tiles`.
        items: ``document`` and other columns, a row an article.
        kind: the type of the records of tiles.
        columns: of what ``work`` makes.
        work: is given some whole tiles at a time.
        counts: ``documents`` and ``words`` of all articles.
        cut: what of an article a tile gets.
        of_want: bytes of what a tile gets for what it wants, about; by default those of an article.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    wanted = tiles_.agg(F.sum(F.octet_length("wanted"))).collect()[0][0] or 0
    of_article = _OF_WORD * counts["words"] // max(counts["documents"], 1)
    size = wanted // WANT.itemsize * ((of_want or of_article) + WANT.itemsize)
    buckets = max(_FEWEST_BUCKETS, size // _PORTION)
    asked = exchanged(tiles_.select("wanted"), _asking, WANT, _WANTS, _asked, buckets_for(wanted))
    supplied = map_rows(asked.join(items, "document"), _BUCKETS, _Supply(buckets, cut))
    heads = map_rows(tiles_.select("tile", "records"), _BUCKETS, _Heads(buckets))
    return map_rows(by_key(heads.union(supplied), "bucket"), columns, _Working(np.dtype(kind), work))
