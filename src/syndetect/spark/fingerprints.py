"""Fingerprints to seeds: postings are exchanged by key, with the tags around their places, and joined as in a scan.

This is so where there is no window; else see :mod:`syndetect.spark.nearby`. In a bucket each posting is a document of
its own, an excerpt with the words around its place, since the whole documents are elsewhere. What
:func:`syndetect.matching.winnowing.join` looks at lies in the excerpt.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import I64, U8, U32, U64, Array, Bool, expand, find_groups, is_among, order_by
from syndetect.kernels.excerpts import copy_around, count_behind, lay_excerpts
from syndetect.kernels.seeds import SHIFT, SPAN
from syndetect.matching import places, winnowing
from syndetect.matching.places import Places
from syndetect.matching.winnowing import JoinLimits
from syndetect.settings import Settings
from syndetect.spark.articles import sample, sample_size
from syndetect.spark.exchange import buckets_for, exchanged, in_order, time_field, times_of
from syndetect.spark.rows import RECORDS, as_batch, bounds_of, in_portions, numbers, packed, record_rows
from syndetect.spark.stages import Stages
from syndetect.spark.stars import PLACE, Star, has_giants, least_of_sample, stars

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: A seed of two articles, ``a`` the earlier: words counted in each, packed as by :mod:`syndetect.kernels.seeds`.
SEED = np.dtype([("a", "<i8"), ("b", "<i8"), ("seed", "<i8")])
_REACH = SPAN + SHIFT
_ALIGN = 16  # places are told apart by their last bits where seeds are left out within long runs
_PORTION = 1 << 22  # bytes of words whose postings are made at a time: these are five times as many
_S32, _LOWER = np.uint64(32), np.uint64(0xFFFFFFFF)
_LEVEL_BITS, _LEVEL = np.uint64(2), np.uint64(62)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


def _posting(behind: int, window: int) -> np.dtype[Any]:
    """A posting: its key, its place, and the tags before it and from it on, zeros beyond the document.

    Where there is a window, also its time, and what :mod:`syndetect.spark.nearby` makes of it.
    """
    role = [("role", "u1")] if window >= 0 else []
    return np.dtype([
        ("key", "<u8"), ("document", "<i8"), *time_field(window), ("place", "<u4"), *role,
        ("tags", "u1", _REACH + behind),
    ])  # fmt: skip


class Giants(NamedTuple):
    """The fingerprints in very many places, by a sample: ascending keys of their words, and of longer ones.

    A posting with a key of ``keys[i]`` is exchanged by its key of the next length.
    """

    keys: tuple[U64, ...]

    @classmethod
    def none(cls) -> "Giants":
        """No fingerprint is taken for one."""
        return cls((np.empty(0, np.uint64),) * (len(winnowing.LENGTHS) + 1))


class Join:
    """The postings of articles, and the seeds of those with equal keys."""

    def __init__(self, settings: Settings, giants: Giants | None = None) -> None:
        self.limits, self._window = JoinLimits.of(settings), settings.winnow_window
        # what is in a crowd within a window is looked at behind its next words
        looked = self.limits.k * (winnowing.LENGTHS[0] if settings.window >= 0 else 1)
        self._behind = max(looked + _REACH, self.limits.k * winnowing.LENGTHS[-1])
        self.kind = _posting(self._behind, settings.window)
        self.giants = giants or Giants.none()

    def postings(self, code: U32, bounds: I64) -> tuple[U64, I64, I64]:
        """The fingerprints of articles: keys, their places in ``code``, and the rows of their articles."""
        found = winnowing.fingerprint(code, bounds, self.limits.k, self._window)
        part = np.repeat(np.arange(winnowing.PARTS, dtype=np.uint64), np.diff(found.bounds))
        place = (found.entries & _LOWER).astype(np.int64)
        key = part << _S32 | found.entries >> _S32
        rows = np.repeat(np.arange(len(bounds) - 1, dtype=np.int32), np.diff(bounds))
        return key, place, rows[place].astype(np.int64)

    def lengthened(self, tags: U8, bounds: I64, key: U64, place: I64, row: I64, level: int) -> U64:
        """Keys of the next words of fingerprints, by ``LENGTHS[level - 1]``; the level stands in the upper bits."""
        length = self.limits.k * winnowing.LENGTHS[level - 1]
        longer = winnowing.lengthened(tags, bounds, place.astype(np.uint32), row, length)
        return (longer ^ key * _SPREAD) >> _LEVEL_BITS | np.uint64(level) << _LEVEL

    def routed(self, tags: U8, bounds: I64, key: U64, place: I64, row: I64) -> tuple[U64, Bool]:
        """The keys by which postings are exchanged; and which are frequent at every length, and go to stars."""
        route, waiting = key.copy(), np.flatnonzero(is_among(key, self.giants.keys[0]))
        for level in range(1, len(self.giants.keys)):
            if not len(waiting):
                break
            of = route[waiting]
            route[waiting] = self.lengthened(tags, bounds, of, place[waiting], row[waiting], level)
            waiting = waiting[is_among(route[waiting], self.giants.keys[level])]
        is_star = np.zeros(len(key), bool)
        is_star[waiting] = True
        return route, is_star

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The postings of articles (``document, published, code``)."""
        for batch in in_portions(batches, _PORTION):
            code, bounds = packed(batch, "code", np.uint32)
            tags = places.tags(code)
            key, place, row = self.postings(code, bounds)
            key, is_star = self.routed(tags, bounds, key, place, row)
            if is_star.any():
                key, place, row = key[~is_star], place[~is_star], row[~is_star]
            records = np.empty(len(place), self.kind)
            records["key"], records["document"] = key, numbers(batch, "document")[row]
            if self.limits.window >= 0:
                records["time"] = numbers(batch, "published")[row]
            records["place"] = place - bounds[row]
            whole = records.view(np.uint8).reshape(len(place), self.kind.itemsize)
            offset = np.int64(self.kind.itemsize - _REACH - self._behind)
            copy_around(tags, bounds, place, row, np.int64(_REACH), whole, offset)
            yield key, records

    def star_places(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The places of fingerprints that go to stars: :data:`syndetect.spark.stars.PLACE`."""
        for batch in in_portions(batches, _PORTION):
            code, bounds = packed(batch, "code", np.uint32)
            key, place, row = self.postings(code, bounds)
            taken = is_among(key, self.giants.keys[0])
            key, place, row = key[taken], place[taken], row[taken]
            key, is_star = self.routed(places.tags(code), bounds, key, place, row)
            found = np.zeros(int(is_star.sum()), PLACE)
            found["key"], found["document"] = key[is_star], numbers(batch, "document")[row[is_star]]
            found["place"] = (place - bounds[row])[is_star]
            yield key[is_star], found

    def take(self, records: Array) -> Iterator[pa.RecordBatch]:
        """The seeds of the postings of a bucket."""
        order = in_order(records, "document", "place")
        key = records["key"][order]
        groups = find_groups(key)  # the others have no partner
        level = (key[groups[:, 0]] >> _LEVEL).astype(np.int64)
        for one in np.unique(level).tolist():
            of_level = groups[level == one]
            which, chosen = expand(of_level[:, 0], of_level[:, 1] - of_level[:, 0])
            yield from self._joined(records[order[chosen]], which.astype(np.uint64), winnowing.LENGTHS[one:])

    def _joined(self, records: Array, key: U64, lengths: Sequence[int]) -> Iterator[pa.RecordBatch]:
        laid = Excerpts.of(records)
        seeds = winnowing.join(laid.entries(key), laid.corpus, self.limits, lengths).words
        yield from record_rows(laid.seeds(seeds)[0])


class Excerpts(NamedTuple):
    """Postings, each with the words around its place as a document of its own.

    Attributes:
        records: the postings.
        corpus: the documents, in their order.
        at: int64[n], where their places are in all of these.
    """

    records: Array
    corpus: Places
    at: I64

    @classmethod
    def of(cls, records: Array) -> "Excerpts":
        """Those of postings.

        Before a place there are as many words as in its document where these are few, else so many that the last bits
        of the place are the same.
        """
        place = records["place"].astype(np.int64)
        before = np.where(place < _REACH, place, _REACH + (place - _REACH) % _ALIGN)
        tags = np.ascontiguousarray(records["tags"])
        behind = np.empty(len(place), np.int64)
        count_behind(tags, np.int64(_REACH), behind)
        bounds = bounds_of(before + behind)
        at = bounds[:-1] + before
        laid = np.zeros(int(bounds[-1]), np.uint8)
        lay_excerpts(tags, np.int64(_REACH), behind, at, laid)
        document = records["document"]
        order = order_by(document, place)
        rank = np.empty(len(order), np.uint32)
        rank[order] = np.arange(len(order), dtype=np.uint32)
        article = np.empty(len(order), np.uint32)
        article[order] = np.cumsum(np.diff(document[order], prepend=document[order[:1]]) != 0)
        corpus = Places.of(laid, bounds, times_of(records).copy(), rank, article=article)
        return cls(records, corpus, at)

    def entries(self, key: U64) -> U64:
        """uint64[n]: numbers of keys (32 bits) with the places, for :func:`syndetect.matching.winnowing.join`."""
        return key << _S32 | self.at.astype(np.uint64)

    def seeds(self, words: U64) -> tuple[Array, I64, I64]:
        """:data:`SEED` of seeds of these documents, in different articles; and the two postings of each."""
        first, second = (
            (words >> _S32).astype(np.uint32),
            ((words & _LOWER) >> np.uint64(1)).astype(np.uint32),
        )
        one, two = self.corpus.documents_of(first), self.corpus.documents_of(second)
        document, place = self.records["document"], self.records["place"].astype(np.int64)
        apart = np.flatnonzero(document[one] != document[two])
        one, two = one[apart], two[apart]
        of_one = place[one] + first[apart] - self.at[one]
        of_two = place[two] + second[apart] - self.at[two]
        swap = document[one] > document[two]
        low, high = np.where(swap, of_two, of_one), np.where(swap, of_one, of_two)
        found = np.empty(len(apart), SEED)
        found["a"], found["b"] = (
            np.minimum(document[one], document[two]),
            np.maximum(document[one], document[two]),
        )
        found["seed"] = low << 32 | high << 1 | (words[apart] & np.uint64(1)).astype(np.int64)
        return found, one, two


def _paired(one: Array, other: Array) -> Array:
    """Strong seeds of pairs of places."""
    found = np.empty(len(one), SEED)
    found["a"], found["b"] = one["document"], other["document"]
    found["seed"] = one["place"].astype(np.int64) << 32 | other["place"].astype(np.int64) << 1 | 1
    return found


def _giants(articles: "DataFrame", join: Join, counts: Mapping[str, int]) -> Giants:
    """The fingerprints that are in more than ``most_places`` places of a sample, and by that in very many of all."""
    taken = sample_size(counts)
    found = sample(articles, counts["documents"], taken).select("code").toArrow()
    code, bounds = packed(as_batch(found), "code", np.uint32)
    key, place, row = join.postings(code, bounds)
    least = least_of_sample(join.limits.most_places, taken, counts["documents"])
    giants: list[U64] = []
    for level in range(len(winnowing.LENGTHS) + 1):
        if level:
            key = join.lengthened(places.tags(code), bounds, key, place, row, level)
        keys, in_places = np.unique(key, return_counts=True)
        giants.append(keys[in_places >= least])
        chosen = is_among(key, giants[-1])
        key, place, row = key[chosen], place[chosen], row[chosen]
    return Giants(tuple(giants))


def seeds(
    articles: "DataFrame", settings: Settings, counts: Mapping[str, int], stages: Stages
) -> "DataFrame":
    """The seeds of articles: :data:`syndetect.spark.rows.RECORDS` of :data:`SEED`.

    Fingerprints in very many places are told by a sample that the driver counts. They are exchanged by the keys of
    their next words; those that are frequent at every length become stars (:mod:`syndetect.spark.stars`).

    Args:
        articles: ``document, published, code``.
        settings: what decides the seeds.
        counts: ``documents`` and ``words`` of all articles.
        stages: keep what was found.
    """
    join = Join(settings)
    columns = articles.select("document", "published", "code")
    if has_giants(settings.window, counts["documents"]):
        join.giants = _giants(articles, join, counts)
    size = join.kind.itemsize * 2 * counts["words"] // (settings.winnow_window + 1)
    found = stages.table("seeds", lambda: exchanged(
        columns, join.emit, join.kind, RECORDS, join.take, buckets_for(size)
    ))  # fmt: skip
    if not len(join.giants.keys[-1]):
        return found
    count = len(join.giants.keys[-1]) * counts["documents"]
    star = Star(join.star_places, _paired, most_repeats=winnowing.MOST_REPEATS)
    return found.union(stars(columns, star, count, stages, "star-places")[0])
