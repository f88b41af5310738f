"""Fingerprints to seeds: postings are exchanged by key, with the tags around their places, and joined as in a scan.

In a bucket each posting is a document of its own, an excerpt with the words around its place, since the whole documents
are elsewhere. What :func:`syndetect.matching.winnowing.join` looks at lies in the excerpt.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from syndetect.arrays import I64, U8, U64, Array, expand, find_groups, order_by
from syndetect.kernels.excerpts import count_behind, lay_excerpts
from syndetect.kernels.seeds import SHIFT, SPAN
from syndetect.matching import places, winnowing
from syndetect.matching.places import Places
from syndetect.matching.winnowing import JoinLimits
from syndetect.settings import Settings
from syndetect.spark.exchange import buckets_for, exchanged, times_of, with_partners
from syndetect.spark.rows import RECORDS, bounds_of, in_portions, numbers, packed, record_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: A seed of two articles, ``a`` the earlier: words counted in each, packed as by :mod:`syndetect.kernels.seeds`.
SEED = np.dtype([("a", "<i8"), ("b", "<i8"), ("seed", "<i8")])
_REACH = SPAN + SHIFT
_ALIGN = 16  # places are told apart by their last bits where seeds are left out within long runs
_S32, _S40, _LOWER = np.uint64(32), np.uint64(24), np.uint64(0xFFFFFFFF)


def _posting(behind: int, has_time: bool) -> np.dtype[Any]:
    """A posting: its key, its place, and the tags before it and from it on, zeros beyond the document."""
    return np.dtype([
        ("key", "<u8"), ("document", "<i8"), *([("time", "<i8")] if has_time else []), ("place", "<u4"),
        ("tags", "u1", _REACH + behind),
    ])  # fmt: skip


class Join:
    """The postings of articles, and the seeds of those with equal keys."""

    def __init__(self, settings: Settings) -> None:
        self.limits, self._window = JoinLimits.of(settings), settings.winnow_window
        self._behind = max(self.limits.k + _REACH, self.limits.k * winnowing.LENGTHS[-1])
        self.kind = _posting(self._behind, settings.window >= 0)

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The postings of articles (``document, published, code``)."""
        for batch in in_portions(batches):
            code, bounds = packed(batch, "code", np.uint32)
            found = winnowing.fingerprint(code, bounds, self.limits.k, self._window)
            part = np.repeat(np.arange(winnowing.PARTS, dtype=np.uint64), np.diff(found.bounds))
            place = (found.entries & _LOWER).astype(np.int64)
            row = np.searchsorted(bounds, place, side="right") - 1
            records = np.empty(len(place), self.kind)
            records["key"] = part << _S32 | found.entries >> _S32
            records["document"] = numbers(batch, "document")[row]
            if self.limits.window >= 0:
                records["time"] = numbers(batch, "published")[row]
            records["place"] = place - bounds[row]
            records["tags"] = _around(places.tags(code), bounds, place, row, self._behind)
            yield records["key"].copy(), records

    def take(self, records: Array) -> Iterator[pa.RecordBatch]:
        """The seeds of the postings of a bucket."""
        records = with_partners(records)
        order = order_by(records["key"], records["document"], records["place"])
        groups = find_groups(records["key"][order])  # the others have no partner
        which, chosen = expand(groups[:, 0], groups[:, 1] - groups[:, 0])
        if len(chosen):
            yield from self._joined(records[order[chosen]], which.astype(np.uint64))

    def _joined(self, records: Array, key: U64) -> Iterator[pa.RecordBatch]:
        corpus, at = _excerpts(records)
        seeds = winnowing.join(key << _S32 | at.astype(np.uint64), corpus, self.limits).words
        first, second = (
            (seeds >> _S32).astype(np.uint32),
            ((seeds & _LOWER) >> np.uint64(1)).astype(np.uint32),
        )
        one, two = corpus.documents_of(first), corpus.documents_of(second)
        document, place = records["document"], records["place"].astype(np.int64)
        of_one = place[one] + first - at[one]
        of_two = place[two] + second - at[two]
        is_apart = document[one] != document[two]
        swap = document[one] > document[two]
        low, high = np.where(swap, of_two, of_one), np.where(swap, of_one, of_two)
        found = np.empty(int(is_apart.sum()), SEED)
        found["a"] = np.minimum(document[one], document[two])[is_apart]
        found["b"] = np.maximum(document[one], document[two])[is_apart]
        found["seed"] = (low << 32 | high << 1 | (seeds & np.uint64(1)).astype(np.int64))[is_apart]
        yield from record_rows(found)


def _around(tags: U8, bounds: I64, place: I64, row: I64, behind: int) -> U8:
    """uint8[n, 18 + behind]: the tags before places and from them on, zeros beyond their documents."""
    margin = np.zeros(_REACH + behind, np.uint8)
    padded = np.concatenate([margin, tags, margin])
    columns = np.arange(-_REACH, behind)
    found = np.lib.stride_tricks.sliding_window_view(padded, _REACH + behind)[
        place + len(margin) - _REACH
    ].copy()
    before, after = (place - bounds[row]), (bounds[row + 1] - place)
    edge = np.flatnonzero((before < _REACH) | (after < behind))
    is_beyond = (columns < -before[edge, None]) | (columns >= after[edge, None])
    found[edge] = np.where(is_beyond, 0, found[edge])
    return found


def _excerpts(records: Array) -> tuple[Places, I64]:
    """Each posting as a document of its own, in their order; and where its place is in all of them (int64[n]).

    Before a place there are as many words as in its document where these are few, else so many that the last bits of
    the place are the same.
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
    return Places.of(laid, bounds, times_of(records).copy(), rank, article=article), at


def seeds(articles: "DataFrame", settings: Settings, words: int) -> "DataFrame":
    """The seeds of articles: :data:`syndetect.spark.rows.RECORDS` of :data:`SEED`.

    Args:
        articles: ``document, published, code``.
        settings: what decides the seeds.
        words: of all articles.
    """
    join = Join(settings)
    size = join.kind.itemsize * 2 * words // (settings.winnow_window + 1)
    columns = articles.select("document", "published", "code")
    return exchanged(columns, join.emit, join.kind, RECORDS, join.take, buckets_for(size))
