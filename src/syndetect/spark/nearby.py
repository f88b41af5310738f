"""Fingerprints to seeds where there is a window: articles that are far apart do not meet.

Postings are exchanged by key and *slice*, a few windows of time. A posting within a window of the slice behind or
before its own goes there, too: of each pair the earlier place is in its own slice, with all that decides about the
pair. Where an article is undated all places of its keys are brought together, since it is close to every other one.

Places in crowds, with very many others within a window, go on by the key of their next words, and once more by that of
still more of them (:func:`syndetect.matching.winnowing.join`): by key and slice where the longer key is frequent, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from syndetect.arrays import I64, U64, Array, Bool, is_among, order_by, run_starts
from syndetect.kernels.documents import UNDATED
from syndetect.matching import winnowing
from syndetect.settings import Settings
from syndetect.spark.exchange import buckets_for, exchanged, in_order
from syndetect.spark.fingerprints import Excerpts, Join
from syndetect.spark.rows import Columns, Flat, in_portions, map_rows, packed, records_of
from syndetect.spark.stages import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_WINDOWS = 8  # in a slice
_DAY = 86_400_000_000  # the shortest slice, in microseconds
#: What a posting is where it was brought to: one of the slice beside it, of its own slice, or of all slices at once.
_BESIDE, _OWN, _EVERYWHERE = 0, 1, 2
_FOUND = Columns(seeds="binary", crowds="binary")
_COUNTS = Columns(key="long", count="long", undated="boolean")
_WORDS = Columns(word="int", bits="long")
_BITS = np.uint64(24)  # of a hash of a key, that name its bit among those of undated articles
_FREQUENT = np.uint64(1 << 63)  # marks a longer key that is in many places
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_S40, _LOWER40, _LOWER22 = np.uint64(40), np.uint64((1 << 40) - 1), np.uint64((1 << 22) - 1)
_S6, _LOWER6 = np.uint64(6), np.uint64(63)


class Slices:
    """Slices of time, a few windows each."""

    def __init__(self, window: int) -> None:
        self.window, self.length = window, max(_WINDOWS * window, _DAY)

    def spread(self, records: Array, is_everywhere: Bool) -> Array:
        """Postings with the keys by which they are exchanged, some in two slices.

        Args:
            records: postings.
            is_everywhere: bool[n], whether all places of a key are brought together.
        """
        number = records["time"] // self.length
        into = records["time"] - number * self.length
        before = np.flatnonzero(~is_everywhere & (into <= self.window))
        behind = np.flatnonzero(~is_everywhere & (self.length - into <= self.window))
        laid = np.concatenate([records, records[before], records[behind]])
        laid["role"] = _BESIDE
        laid["role"][: len(records)] = np.where(is_everywhere, _EVERYWHERE, _OWN)
        slices = np.concatenate([number, number[before] - 1, number[behind] + 1])
        laid["key"] ^= np.where(laid["role"] == _EVERYWHERE, np.uint64(0), _mark(slices))
        return laid

    def plain(self, records: Array) -> Array:
        """Postings of their own slice, with the keys that they had before."""
        mark = _mark(records["time"] // self.length)
        records["key"] ^= np.where(records["role"] == _EVERYWHERE, np.uint64(0), mark)
        return records


def _mark(slices: I64) -> U64:
    """uint64[n]: what tells a key of one slice from that of another; keys of fingerprints have 40 bits."""
    number = slices.astype(np.uint64)
    marks: U64 = (number & _LOWER22) << _S40 | (number * _SPREAD) & _LOWER40
    return marks


@dataclass(frozen=True)
class _Near:
    """The seeds of postings by key and slice, and the crowds among them.

    Attributes:
        join: makes the postings.
        slices: of time.
    """

    join: Join
    slices: Slices

    def near(self, records: Array, words: int) -> Iterator[pa.RecordBatch]:
        """:data:`_FOUND` of postings in order of keys that have so many words in common."""
        if not len(records):
            return
        laid = Excerpts.of(records)
        entries = laid.entries(_groups(records))
        found, left = winnowing.join_near(entries, laid.corpus, self.join.limits, words)
        seeds, one, two = laid.seeds(found)
        rank = laid.corpus.rank_in_time
        earlier = np.where(rank[one] < rank[two], one, two)
        crowds = records[laid.corpus.documents_of(left)]
        crowds = self.slices.plain(crowds[crowds["role"] != _BESIDE])
        yield from _found(seeds[records["role"][earlier] != _BESIDE], crowds)

    def alone(self, records: Array) -> Iterator[pa.RecordBatch]:
        """:data:`_FOUND` of postings in order of keys of which all places are here, and that are not lengthened."""
        if not len(records):
            return
        laid = Excerpts.of(records)
        found = winnowing.join(laid.entries(_groups(records)), laid.corpus, self.join.limits, ()).words
        yield from _found(laid.seeds(found)[0], records[:0])

    def longer(self, crowds: Array, level: int) -> Array:
        """The places of crowds with the keys of their next words."""
        laid, records = Excerpts.of(crowds), crowds.copy()
        tags, bounds = laid.corpus.tags, laid.corpus.documents
        records["key"] = self.join.lengthened(
            tags, bounds, crowds["key"], laid.at, np.arange(len(crowds)), level
        )
        records["role"] = _EVERYWHERE
        return records


@dataclass(frozen=True)
class _First(_Near):
    """The postings of articles.

    Attributes:
        undated: uint64[2^18], the bits of the keys of undated articles.
    """

    undated: U64

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        for key, records in self.join.emit(batches):
            bit = _bit_of(key)
            is_everywhere = (self.undated[bit >> _S6] >> (bit & _LOWER6) & np.uint64(1)).astype(bool)
            laid = self.slices.spread(records, is_everywhere)
            yield laid["key"].copy(), laid

    def take(self, records: Array) -> Iterator[pa.RecordBatch]:
        yield from self.near(_in_order(records), self.join.limits.k)


@dataclass(frozen=True)
class _Second(_Near):
    """The places of crowds by their next words.

    Attributes:
        frequent: uint64[n], ascending, the longer keys in many places.
        undated: bool[n], which of them undated articles have.
    """

    frequent: U64
    undated: Bool

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        for crowds in records_of(batches, self.join.kind, "crowds"):
            records = self.longer(crowds, 1)
            is_frequent = is_among(records["key"], self.frequent)
            near = records[is_frequent]
            undated = self.undated[np.searchsorted(self.frequent, near["key"])]
            near["key"] |= _FREQUENT
            laid = np.concatenate([records[~is_frequent], self.slices.spread(near, undated)])
            yield laid["key"].copy(), laid

    def take(self, records: Array) -> Iterator[pa.RecordBatch]:
        records = _in_order(records)
        is_frequent = records["key"] >= _FREQUENT
        yield from self.alone(records[~is_frequent])
        yield from self.near(records[is_frequent], self.join.limits.k * winnowing.LENGTHS[0])


@dataclass(frozen=True)
class _Last(_Near):
    """The places of crowds by still more of their next words."""

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        for crowds in records_of(batches, self.join.kind, "crowds"):
            records = self.longer(crowds, 2)
            yield records["key"].copy(), records

    def take(self, records: Array) -> Iterator[pa.RecordBatch]:
        yield from self.alone(_in_order(records))


def _in_order(records: Array) -> Array:
    """The postings of a bucket whose keys others have, by key and place."""
    ordered: Array = records[in_order(records, "document", "place")]
    return ordered


def _groups(records: Array) -> U64:
    """uint64[n]: numbers of the keys of postings that are in their order."""
    return np.cumsum(np.diff(records["key"], prepend=records["key"][:1]) != 0).astype(np.uint64)


def _found(seeds: Array, crowds: Array) -> Iterator[pa.RecordBatch]:
    """:data:`_FOUND`, in one row."""
    if len(seeds) or len(crowds):
        yield from _FOUND.batches(
            seeds=Flat.of_items(seeds, np.array([0, len(seeds)])),
            crowds=Flat.of_items(crowds, np.array([0, len(crowds)])),
        )


def _bit_of(key: U64) -> U64:
    """uint64[n]: the bit of a key among those of undated articles. Keys that share one are brought together, too."""
    bits: U64 = key * _SPREAD >> (np.uint64(64) - _BITS)
    return bits


@dataclass(frozen=True)
class _Undated:
    """The bits of the keys of articles (``code``), 64 in a word."""

    join: Join

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        is_set = np.zeros(1 << int(_BITS), bool)
        for batch in in_portions(batches):
            is_set[_bit_of(self.join.postings(*packed(batch, "code", np.uint32))[0])] = True
        bits = np.packbits(is_set, bitorder="little").view(np.uint64)
        used = np.flatnonzero(bits)
        yield from _WORDS.batches(word=used, bits=bits[used])


def _undated(articles: "DataFrame", join: Join) -> U64:
    """The bits of the keys of all undated articles, 2 MB on the driver."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    chosen = articles.filter(F.col("published") == int(UNDATED)).select("code")
    found = map_rows(chosen, _WORDS, _Undated(join)).groupBy("word").agg(F.bit_or("bits").alias("bits"))
    words, bits = (found.toArrow().column(name).to_numpy() for name in _WORDS.kinds)
    laid = np.zeros(1 << int(_BITS - _S6), np.uint64)
    laid[words] = bits.view(np.uint64)
    return laid


@dataclass(frozen=True)
class _Counting:
    """The longer keys of crowds, and in how many places they are."""

    work: _Near

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for crowds in records_of(batches, self.work.join.kind, "crowds"):
            records = self.work.longer(crowds, 1)
            records = records[order_by(records["key"])]
            starts = run_starts(records["key"])
            undated = np.logical_or.reduceat(records["time"] == UNDATED, starts)
            counts = np.diff(starts, append=len(records))
            yield from _COUNTS.batches(key=records["key"][starts].copy(), count=counts, undated=undated)


def _second(crowds: "DataFrame", work: _Near) -> _Second:
    """The places of crowds by their next words; the keys that are frequent even so are on the driver."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    counted = map_rows(crowds, _COUNTS, _Counting(work)).groupBy("key")
    summed = counted.agg(F.sum("count").alias("count"), F.bool_or("undated").alias("undated"))
    found = summed.filter(F.col("count") > work.join.limits.most_places).toArrow()
    key = found.column("key").to_numpy().view(np.uint64)
    order = np.argsort(key)
    undated = found.column("undated").to_numpy(zero_copy_only=False).astype(bool)
    return _Second(work.join, work.slices, key[order], undated[order])


def seeds(
    articles: "DataFrame", settings: Settings, counts: Mapping[str, int], stages: Stages
) -> "DataFrame":
    """The seeds of articles: :data:`syndetect.spark.rows.RECORDS` of :data:`syndetect.spark.fingerprints.SEED`.

    Args:
        articles: ``document, published, code``.
        settings: what decides the seeds, with a window.
        counts: ``words`` of all articles.
        stages: keep what was found.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    join = Join(settings)
    work = _Near(join, Slices(settings.window))
    columns = articles.select("document", "published", "code")
    size = join.kind.itemsize * 3 * counts["words"] // (settings.winnow_window + 1)

    def exchange(given: "DataFrame", step: Any, size: int) -> "DataFrame":
        return exchanged(given, step.emit, join.kind, _FOUND, step.take, buckets_for(size))

    def crowds_of(found: "DataFrame") -> "tuple[DataFrame, int]":
        crowds = found.select("crowds").filter(F.octet_length("crowds") > 0)
        return crowds, crowds.agg(F.sum(F.octet_length("crowds"))).collect()[0][0] or 0

    found = stages.table(
        "seeds", lambda: exchange(columns, _First(join, work.slices, _undated(columns, join)), size)
    )
    whole = found
    crowds, size = crowds_of(found)
    if size:
        found = stages.table("seeds-of-crowds", lambda: exchange(crowds, _second(crowds, work), 2 * size))
        whole = whole.union(found)
        crowds, size = crowds_of(found)
    if size:
        whole = whole.union(
            stages.table("seeds-of-large-crowds", lambda: exchange(crowds, _Last(join, work.slices), size))
        )
    return whole.select(F.col("seeds").alias("records")).filter(F.octet_length("records") > 0)
