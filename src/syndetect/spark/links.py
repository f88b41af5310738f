"""Links between articles that have rare shingles in common, or a match; and what they share of their wording."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import (
    I64,
    U64,
    Array,
    Bool,
    bounds_of,
    distinct,
    is_among,
    pack,
    ranked,
    run_starts,
    sort_values,
    unpack,
)
from syndetect.kernels import rarity as _kernels
from syndetect.matching import rare_shingles, wording
from syndetect.matching.wording import SAMPLE, SAMPLE_WORDS, Rarity, Sketches
from syndetect.settings import Settings
from syndetect.spark.articles import sample, sample_size
from syndetect.spark.exchange import buckets_for, exchanged, in_order, time_field, times_of
from syndetect.spark.rows import Columns, Flat, as_batch, as_records, in_portions, map_rows, numbers, packed
from syndetect.spark.stages import Stages
from syndetect.spark.tiles import Tile, tiles, worked

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_PORTION = 1 << 22  # bytes of words whose shingles are hashed at a time
_KEY = np.uint64(24)  # bits of a hash that do not tell shingles apart
_ROWS = np.uint64((1 << 24) - 1)  # in their place: the row of the article
_COUNTED = Columns(a="long", b="long", count="long")
SKETCHES = Columns(document="long", keys="binary", mass="binary", sizes="binary", words="long")
PAIR = np.dtype([("a", "<i8"), ("b", "<i8")])
_LINKS = Columns(a="long", b="long", wording_a="double", wording_b="double")


class _Sampling(NamedTuple):
    """Which shingles are taken: those whose hashes, modulo ``parts``, are less than ``rounds``."""

    rate: int
    rounds: int

    @classmethod
    def of(cls, words: int) -> "_Sampling":
        return cls(rare_shingles.sampling(words), rare_shingles.rounds_of(words))

    def shingles(self, batch: pa.RecordBatch) -> tuple[U64, I64]:
        """The keys of the shingles of articles (``code``), and the row of each; each once an article."""
        code, bounds = packed(batch, "code", np.uint32)
        room = 2 * len(code) + 1
        key, row = np.empty(room, np.uint64), np.empty(room, np.uint32)
        found = []
        for part in range(self.rounds):
            mask = np.uint64(self.rate * self.rounds - 1)
            n = _kernels.take_shingles(code, bounds, np.int64(0), mask, np.uint64(part), key, row)
            found.append(key[:n] & ~_ROWS | row[:n])
        taken = distinct(sort_values(np.concatenate(found)))
        return taken >> _KEY, (taken & _ROWS).astype(np.int64)


@dataclass(frozen=True)
class _Rare:
    """The rare shingles of articles, and the pairs of articles that share them."""

    sampling: _Sampling
    common: U64
    window: int

    @property
    def kind(self) -> "np.dtype[Any]":
        """A shingle of an article; its time where there is a window."""
        return np.dtype([("key", "<u8"), ("document", "<i8"), *time_field(self.window)])

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The shingles of articles (``document, published, code``), but for common ones."""
        for batch in in_portions(batches, _PORTION):
            key, row = self.sampling.shingles(batch)
            rare = ~is_among(key, self.common)
            key, row = key[rare], row[rare]
            records = np.empty(len(key), self.kind)
            records["key"], records["document"] = key, numbers(batch, "document")[row]
            if self.window >= 0:
                records["time"] = numbers(batch, "published")[row]
            yield key, records

    def take(self, records: Array) -> Iterator[pa.RecordBatch]:
        """The pairs of articles that share rare shingles of a bucket, and how many."""
        records = records[in_order(records, "document")]
        document, first, dense = ranked(records["document"])
        group = np.cumsum(np.diff(records["key"], prepend=records["key"][:1]) != 0)
        entries = pack(group, dense)
        out = np.empty(len(entries) * (rare_shingles.MOST - 1) // 2 + 1, np.uint64)
        n = _kernels.pair_rare(
            entries, times_of(records)[first], np.int64(self.window), np.int64(rare_shingles.MOST),
            np.int64(rare_shingles.CROWD), out,
        )  # fmt: skip
        found = sort_values(out[:n])
        starts = run_starts(found)
        counts, pairs = np.diff(starts, append=n), document[unpack(found[starts])]
        yield from _COUNTED.batches(a=pairs[:, 0], b=pairs[:, 1], count=counts)


@dataclass(frozen=True)
class _Sizes:
    """Pairs with their counts of shared shingles, to those that share enough."""

    rate: int

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            words = np.stack([numbers(batch, "words_a"), numbers(batch, "words_b")], axis=1)
            enough: Bool = rare_shingles.are_linked(numbers(batch, "count"), words, self.rate)
            yield from _COUNTED.batches(**{name: numbers(batch, name)[enough] for name in _COUNTED.kinds})


def _common(articles: "DataFrame", sampling: _Sampling, counts: Mapping[str, int]) -> U64:
    """The keys, ascending, that more articles of a sample have than may have a rare one; the driver counts these."""
    taken = sample(articles, counts["documents"], sample_size(counts)).select("code").toArrow()
    found = [
        np.empty(0, np.uint64),
        *(sampling.shingles(batch)[0] for batch in taken.to_batches() if batch.num_rows),
    ]
    keys, articles_of = np.unique(np.concatenate(found), return_counts=True)
    return keys[articles_of > rare_shingles.CROWD]


def _rarity(articles: "DataFrame", documents: int) -> Rarity:
    """The rarity of words, by a sample of articles whose first words the driver holds."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    taken = sample(articles, documents, SAMPLE)
    found = taken.select(F.substring("code", 1, 4 * SAMPLE_WORDS).alias("code")).toArrow()
    return Rarity.of(*packed(as_batch(found), "code", np.uint32))


def rare_pairs(
    articles: "DataFrame", settings: Settings, counts: dict[str, int], is_across: bool, stages: Stages
) -> "DataFrame":
    """The pairs of articles that share enough rare shingles: ``a, b`` and ``count``.

    Args:
        articles: ``document, published, code, words, outlet``.
        settings: the window.
        counts: ``documents`` and ``words`` of all articles.
        is_across: whether only articles of different outlets are linked.
        stages: keep what was found.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    sampling = _Sampling.of(counts["words"])

    def rare() -> "DataFrame":
        join = _Rare(sampling, _common(articles, sampling, counts), settings.window)
        light = articles.select("document", "published", "code")
        size = 2 * counts["words"] // sampling.rate * join.kind.itemsize
        found = exchanged(light, join.emit, join.kind, _COUNTED, join.take, buckets_for(size))
        summed = found.groupBy("a", "b").agg(F.sum("count").alias("count"))
        enough = summed.filter(F.col("count") >= rare_shingles.least_count(sampling.rate))
        known = _with(_with(enough, articles, "a", "words", "outlet"), articles, "b", "words", "outlet")
        chosen = _across(known, is_across).drop("outlet_a", "outlet_b")
        return map_rows(chosen, _COUNTED, _Sizes(sampling.rate))

    return stages.table("rare", rare)


def linked(rare: "DataFrame", pairs: "DataFrame", is_across: bool, stages: Stages) -> "DataFrame":
    """Linked articles: ``a, b`` and ``equal``, the equal words in their matches.

    Args:
        rare: as of :func:`rare_pairs`.
        pairs: ``a, b, equal`` and the outlets of both, a row a pair of articles with a match.
        is_across: whether only articles of different outlets are linked.
        stages: keep what was found.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    matched = _across(pairs, is_across).select("a", "b", "equal")
    both = rare.select("a", "b", F.lit(0).cast("long").alias("equal")).union(matched)
    return stages.table("linked", lambda: both.groupBy("a", "b").agg(F.sum("equal").alias("equal")))


def _across(pairs: "DataFrame", is_across: bool) -> "DataFrame":
    """Pairs of articles that may be linked, by their outlets."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    return pairs.filter(
        (F.col("outlet_a") != F.col("outlet_b")) | (F.col("outlet_a") < 0) | F.lit(not is_across)
    )


def _with(pairs: "DataFrame", articles: "DataFrame", side: str, *columns: str) -> "DataFrame":
    named = articles.select("document", *columns).toDF(side, *(f"{name}_{side}" for name in columns))
    return pairs.join(named, side)


@dataclass(frozen=True)
class _Sketch:
    """Articles to the sketches of their wording."""

    rarity: Rarity

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in in_portions(batches, _PORTION):
            code, bounds = packed(batch, "code", np.uint32)
            found = wording.sketch(code, bounds, np.arange(batch.num_rows), self.rarity)
            edges = found.bounds[:: len(wording.MIX)]
            sizes = np.diff(found.bounds).reshape(-1, len(wording.MIX))
            yield from SKETCHES.batches(
                document=numbers(batch, "document"), keys=Flat.of_items(found.keys, edges),
                mass=Flat.of_items(found.mass, edges), sizes=Flat.of_items(sizes, np.arange(len(sizes) + 1)),
                words=found.words,
            )  # fmt: skip


def sketches_of(items: pa.RecordBatch) -> Sketches:
    """The sketches of articles: columns as of :data:`SKETCHES`."""
    sizes, _ = packed(items, "sizes", np.int64)
    keys, mass = (packed(items, name, np.uint32)[0] for name in ("keys", "mass"))
    return Sketches(keys, mass, bounds_of(sizes), numbers(items, "words").copy())


def _shares(tile: Tile) -> Iterator[pa.RecordBatch]:
    """The wording that linked articles share, of their sketches."""
    found = wording.shares(sketches_of(tile.items), np.stack([tile.one, tile.other], axis=1))
    yield from _LINKS.batches(
        a=tile.records["a"].copy(), b=tile.records["b"].copy(), wording_a=found[:, 0], wording_b=found[:, 1]
    )


def sketched(links: "DataFrame", articles: "DataFrame", documents: int, stages: Stages) -> "DataFrame":
    """The wording of linked articles: :data:`SKETCHES`."""
    both = links.select("a").union(links.select("b")).distinct().withColumnRenamed("a", "document")
    chosen = articles.select("document", "code").join(both, "document")
    return stages.table("sketches", lambda: map_rows(chosen, SKETCHES, _Sketch(_rarity(articles, documents))))


def weighed(links: "DataFrame", sketches: "DataFrame", counts: dict[str, int], stages: Stages) -> "DataFrame":
    """Links with the share of each article's wording that stands in the other, ``wording_a`` and ``wording_b``."""

    def weigh() -> "DataFrame":
        return worked(tiles(as_records(links, PAIR), PAIR, counts), sketches, PAIR, _LINKS, _shares, counts)

    return links.join(stages.table("wording", weigh), ["a", "b"])
