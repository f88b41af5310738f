"""Asked documents among those of an index, and small corpora of what both have in common.

A document's *key* is an even number for one of the index, ascending in the order of adding, and an odd one for one
that is asked for. An asked document that the index holds under the same id stands in the place of that one, which is
left out; any other stands behind all. So a corpus in the order of keys is the one that a scan would see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from syndetect.arrays import I64, U8, U32, U64
from syndetect.index.segment_reader import SegmentReader
from syndetect.kernels.lists import copy_ranges
from syndetect.matching.places import Places, document_hints, tags
from syndetect.matching.sketch import Batch
from syndetect.matching.timeline import latest


@dataclass(frozen=True)
class QueryBatch:
    """Documents to hold against an index.

    Attributes:
        batch: what was sketched of them.
        time: int64[d], microseconds since 1970, or ``UNDATED``.
        twins: int64[d], the number of the document in the index that has the same id, or -1.
        shards: the index.
    """

    batch: Batch
    time: I64
    same_id: I64
    segments: Sequence[SegmentReader]

    @cached_property
    def keys(self) -> I64:
        """int64[d]: their keys."""
        total = self.segments[-1].first + self.segments[-1].count if self.segments else 0
        places = np.where(self.same_id >= 0, self.same_id, total + np.arange(len(self.same_id)))
        return 2 * places.astype(np.int64) + 1

    @cached_property
    def _in_order(self) -> tuple[I64, I64]:
        order = np.argsort(self.keys)
        return self.keys[order], order

    def numbers(self, keys: I64) -> I64:
        """Which of the asked documents has each key."""
        ordered, order = self._in_order
        found: I64 = order[np.searchsorted(ordered, keys)]
        return found

    @cached_property
    def tags(self) -> U8:
        """uint8[words]: the tags of their words."""
        return tags(self.batch.words.code)

    @cached_property
    def blocks(self) -> U32:
        """uint32: the document of every 256th of their words."""
        return document_hints(self.batch.words.documents, len(self.batch.words.code))

    def by_segment(self, keys: I64) -> Iterator[tuple[SegmentReader, I64, I64]]:
        """Of documents of the index: shards, which of the keys are theirs, and these documents' rows."""
        for segment in self.segments:
            at = np.flatnonzero(
                (keys >= 2 * segment.first) & (keys < 2 * (segment.first + segment.count)) & (keys & 1 == 0)
            )
            if len(at):
                yield segment, at, (keys[at] >> 1) - segment.first

    def times(self, keys: I64) -> I64:
        """int64[n]: when documents were published."""
        time = np.empty(len(keys), np.int64)
        own = keys & 1 == 1
        time[own] = self.time[self.numbers(keys[own])]
        for segment, at, rows in self.by_segment(keys):
            time[at] = segment.column("time", rows)
        return time

    def firsts(self, name: str, keys: I64) -> tuple[I64, I64]:
        """int64[n] each: where the items of documents begin and end in their shard or batch.

        ``name`` is "documents" for words, "document_paragraphs" for paragraphs.
        """
        low, high = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
        own = keys & 1 == 1
        bounds, numbers = getattr(self.batch.words, name), self.numbers(keys[own])
        low[own], high[own] = bounds[numbers], bounds[numbers + 1]
        for segment, at, rows in self.by_segment(keys):
            low[at], high[at] = segment.bounds(name, rows)
        return low, high

    def codes(self, keys: I64, begin: I64, end: I64) -> tuple[U32, I64]:
        """Codes of ranges of words of documents, in this order, and where each range begins among them (int64[n + 1]).

        Args:
            keys: int64[n], the documents.
            begin, end: int64[n], words of their shard or batch.
        """
        own = np.flatnonzero(keys & 1 == 1)
        pools, starts, size = (
            [self.batch.words.code],
            np.empty(len(keys), np.int64),
            len(self.batch.words.code),
        )
        starts[own] = begin[own]
        for segment, at, _ in self.by_segment(keys):
            pools.append(segment.codes(begin[at], end[at]))
            lengths = end[at] - begin[at]
            starts[at] = size + np.cumsum(lengths) - lengths
            size += len(pools[-1])
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(end - begin)])
        out = np.empty(int(bounds[-1]), np.uint32)
        copy_ranges(np.concatenate(pools), starts, starts + end - begin, out)
        return out, bounds

    def places(self, keys: I64, code: U32, bounds: I64) -> Places:
        """A corpus of excerpts of documents: where its words stand, and when they were published.

        Args:
            keys: int64[e], ascending, the documents that the excerpts are of.
            code, bounds: as of :meth:`codes`.
        """
        time, article, rank = self.ranked(keys)
        queries = (keys & 1).astype(np.uint8)
        return Places.of(tags(code), bounds, time, rank[article], queries, article)

    def ranked(self, keys: I64) -> tuple[I64, U32, U32]:
        """Of documents, of which some may be named twice: times, numbers (uint32[n]), and the ranks of the numbers."""
        unique, article = np.unique(keys, return_inverse=True)
        time = self.times(unique)
        rank = np.empty(len(unique), np.uint32)
        rank[np.lexsort((unique, latest(time)))] = np.arange(len(unique), dtype=np.uint32)
        return time[article], article.astype(np.uint32), rank


@dataclass(frozen=True)
class WordPairs:
    """Words of two documents at which these agree.

    Attributes:
        keys: int64[n, 2], the documents, the earlier first.
        words: int64[n, 2], counted from the beginnings of the documents.
        strong: bool[n], whether a match that stands alone may lie around.
    """

    keys: I64
    words: I64
    strong: npt.NDArray[np.bool_]

    @classmethod
    def none(cls) -> "WordPairs":
        """No words at all."""
        return cls(np.empty((0, 2), np.int64), np.empty((0, 2), np.int64), np.empty(0, bool))

    def joined(self, other: "WordPairs") -> "WordPairs":
        """These and others."""
        return WordPairs(
            np.concatenate([self.keys, other.keys]),
            np.concatenate([self.words, other.words]),
            np.concatenate([self.strong, other.strong]),
        )

    @classmethod
    def of(cls, seeds: U64, keys: I64, bounds: I64, offsets: I64) -> "WordPairs":
        """From seeds of a corpus of excerpts.

        Args:
            seeds: uint64[n], as of :mod:`syndetect.kernels.nearby`.
            keys: int64[e], the excerpts' documents.
            bounds: int64[e + 1], the excerpts' words in the corpus.
            offsets: int64[e], where the excerpts begin in their documents.
        """
        halves = np.stack([seeds >> np.uint64(32), (seeds & np.uint64(0xFFFFFFFF)) >> np.uint64(1)], axis=1)
        words = halves.astype(np.int64)
        excerpt = np.searchsorted(bounds, words, side="right") - 1
        return cls(
            keys[excerpt], words - bounds[excerpt] + offsets[excerpt], (seeds & np.uint64(1)).astype(bool)
        )
