"""Query documents, and the excerpts of stored documents that they are compared with.

Documents have *keys* in the order of a scan: a stored document has twice its number, which ascends in the order of
adding, and a query document has an odd key. A query document with the id of a stored one takes that one's place, and
the stored one is left out; any other comes after all stored documents. A corpus of excerpts in the order of keys is
then the corpus that a scan would see. In the order of time, which decides who is the earliest, a query document without
an id comes after the others of its time and size.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from syndetect.arrays import I64, U8, U32, U64, Bool, bounds_of, unpack
from syndetect.errors import InputError
from syndetect.index.segment_reader import SegmentReader
from syndetect.index.snapshot import Snapshot
from syndetect.kernels.ranges import place_ranges
from syndetect.matching.places import Places, document_hints, latest, tags
from syndetect.matching.portions import Batch
from syndetect.reading import sources
from syndetect.reading.encoding import UnusableError
from syndetect.reading.in_memory import as_record
from syndetect.reading.notes import Notes
from syndetect.reading.options import ReadingOptions
from syndetect.runtime.progress import Progress


def is_query(keys: I64) -> Bool:
    """bool[n]: whether keys are those of query documents."""
    found: Bool = keys & 1 == 1
    return found


def stored_keys(numbers: I64) -> I64:
    """int64[n]: the keys of stored documents."""
    return 2 * numbers


@dataclass(frozen=True)
class QueryBatch:
    """Query documents, and the index that they are compared with.

    Attributes:
        batch: the sketches of the query documents.
        time: int64[d], microseconds since 1970, or ``UNDATED``.
        ids: the ids; None for a document without one.
        same_id: int64[d], the number of the stored document with the same id, or -1.
        segments: the segments of the index.
    """

    batch: Batch
    time: I64
    ids: Sequence[str | None]
    same_id: I64
    segments: Sequence[SegmentReader]

    @cached_property
    def keys(self) -> I64:
        """int64[d]: the keys of the query documents."""
        total = self.segments[-1].first + self.segments[-1].count if self.segments else 0
        numbers = np.where(self.same_id >= 0, self.same_id, total + np.arange(len(self.same_id)))
        return stored_keys(numbers.astype(np.int64)) + 1

    @cached_property
    def _in_order(self) -> tuple[I64, I64]:
        order = np.argsort(self.keys)
        return self.keys[order], order

    def rows(self, keys: I64) -> I64:
        """int64[n]: the query documents that have these keys."""
        ordered, order = self._in_order
        found: I64 = order[np.searchsorted(ordered, keys)]
        return found

    @cached_property
    def tags(self) -> U8:
        """uint8[words]: the tags of the words of the query documents."""
        return tags(self.batch.words.code)

    @cached_property
    def hints(self) -> U32:
        """uint32: the query document of every 256th word."""
        return document_hints(self.batch.words.documents, len(self.batch.words.code))

    def by_segment(self, keys: I64) -> Iterator[tuple[SegmentReader, I64, I64]]:
        """Split keys by segment: the segment, the places of its keys among ``keys``, and their rows in the segment."""
        stored = np.flatnonzero(keys & 1 == 0)
        numbers = keys[stored] >> 1
        if len(self.segments) == 1 and len(stored):
            yield self.segments[0], stored, numbers
            return
        which = np.searchsorted(self._firsts, numbers, side="right") - 1
        for number in np.flatnonzero(np.bincount(which)).tolist():
            segment, inside = self.segments[number], np.flatnonzero(which == number)
            yield segment, stored[inside], numbers[inside] - segment.first

    @cached_property
    def _firsts(self) -> I64:
        """int64[s]: the number of the first document of each segment."""
        return np.array([segment.first for segment in self.segments], np.int64)

    def times(self, keys: I64) -> I64:
        """int64[n]: the times of publication of documents."""
        time = np.empty(len(keys), np.int64)
        own = is_query(keys)
        time[own] = self.time[self.rows(keys[own])]
        for segment, at, rows in self.by_segment(keys):
            time[at] = segment.column("time", rows)
        return time

    def _by_id(self, keys: I64) -> I64:
        """int64[n]: the places of documents in the order of ids, as of :func:`syndetect.reading.articles.id_rank`.

        Those without an id come last, in the order of keys.
        """
        found: list[str | None] = [None] * len(keys)
        own = np.flatnonzero(is_query(keys))
        for at, row in zip(own.tolist(), self.rows(keys[own]).tolist(), strict=True):
            found[at] = self.ids[row]
        for segment, places, rows in self.by_segment(keys):
            for at, name in zip(places.tolist(), segment.strings("id", rows), strict=True):
                found[at] = name
        ids = [(name is None, len(name or ""), name or "") for name in found]
        by_id = np.empty(len(keys), np.int64)
        by_id[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(keys))
        return by_id

    def bounds(self, name: str, keys: I64) -> tuple[I64, I64]:
        """int64[n] each: where the items of documents begin and end in their segment or batch.

        ``name`` is "documents" for words, "document_paragraphs" for paragraphs.
        """
        low, high = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
        own = is_query(keys)
        bounds, rows = getattr(self.batch.words, name), self.rows(keys[own])
        low[own], high[own] = bounds[rows], bounds[rows + 1]
        for segment, at, rows in self.by_segment(keys):
            low[at], high[at] = segment.bounds(name, rows)
        return low, high

    def codes(self, keys: I64, begin: I64, end: I64) -> tuple[U32, I64]:
        """The codes of ranges of words, range after range, and the bounds of the ranges in them (int64[n + 1]).

        Args:
            keys: int64[n], the document of each range.
            begin, end: int64[n], words of its segment or batch.
        """
        bounds = bounds_of(end - begin)
        out, own = np.empty(int(bounds[-1]), np.uint32), np.flatnonzero(is_query(keys))
        place_ranges(self.batch.words.code, begin[own], end[own], bounds[own], out)
        for segment, at, _ in self.by_segment(keys):
            segment.place_codes(begin[at], end[at], bounds[at], out)
        return out, bounds

    def places(self, keys: I64, code: U32, bounds: I64) -> Places:
        """The places of a corpus of excerpts of documents.

        Args:
            keys: int64[e], ascending, the document of each excerpt.
            code, bounds: as :meth:`codes` gives them.
        """
        time, article, rank = self.ranked(keys)
        return Places.of(tags(code), bounds, time, rank[article], is_query(keys).astype(np.uint8), article)

    def ranked(self, keys: I64) -> tuple[I64, U32, U32]:
        """The times of documents, their numbers among the distinct keys (uint32[n]), and the ranks of these numbers.

        They are as of :func:`syndetect.matching.places.time_rank`; the ids of those documents are read that have a time
        and a number of words in common with others.
        """
        unique, article = np.unique(keys, return_inverse=True)
        time = self.times(unique)
        low, high = self.bounds("documents", unique)
        until, words, by_id = latest(time), high - low, np.zeros(len(unique), np.int64)
        order = np.lexsort((words, until))
        again = (until[order[1:]] == until[order[:-1]]) & (words[order[1:]] == words[order[:-1]])
        is_tied = np.zeros(len(unique), bool)
        is_tied[order[1:][again]] = is_tied[order[:-1][again]] = True
        if is_tied.any():
            by_id[is_tied] = self._by_id(unique[is_tied])
            order = np.lexsort((by_id, words, until))
        rank = np.empty(len(unique), np.uint32)
        rank[order] = np.arange(len(unique), dtype=np.uint32)
        return time[article], article.astype(np.uint32), rank


@dataclass(frozen=True)
class WordPairs:
    """Seeds between documents: pairs of words at which the two documents agree.

    Attributes:
        keys: int64[n, 2], the documents, the smaller key first.
        words: int64[n, 2], counted from the beginnings of the documents.
        strong: bool[n], whether a match around the pair may stand alone.
    """

    keys: I64
    words: I64
    strong: Bool

    @classmethod
    def none(cls) -> "WordPairs":
        """No pairs."""
        return cls(np.empty((0, 2), np.int64), np.empty((0, 2), np.int64), np.empty(0, bool))

    def joined(self, other: "WordPairs") -> "WordPairs":
        """These pairs, and then those of ``other``."""
        return WordPairs(
            np.concatenate([self.keys, other.keys]),
            np.concatenate([self.words, other.words]),
            np.concatenate([self.strong, other.strong]),
        )

    @classmethod
    def of(cls, seeds: U64, keys: I64, bounds: I64, offsets: I64) -> "WordPairs":
        """From seeds of a corpus of excerpts.

        Args:
            seeds: uint64[n], as described in :mod:`syndetect.kernels.seeds`.
            keys: int64[e], the document of each excerpt.
            bounds: int64[e + 1], the excerpts' words in the corpus.
            offsets: int64[e], where each excerpt begins in its document.
        """
        words = unpack(seeds)
        words[:, 1] >>= 1
        excerpt = np.searchsorted(bounds, words, side="right") - 1
        strong = (seeds & np.uint64(1)).astype(bool)
        return cls(keys[excerpt], words - bounds[excerpt] + offsets[excerpt], strong)


#: One document: its text, or a mapping with ``text`` and, where known, ``id``, ``source``, ``published`` ...
Document = str | Mapping[str, Any]

#: The internal id of a single query document without an id.
_UNNAMED = "\0query"


def one_document(document: Document) -> sources.Batch:
    """A single document as a frame of one row, and its text; a time that cannot be read is left out.

    Raises:
        InputError: the document cannot be used.
    """
    record = {"text": document} if isinstance(document, str) else as_record(document)
    if isinstance(record, UnusableError):
        raise InputError(f"a document is a text or a mapping, not {type(document).__name__}")
    reasons: list[str] = []
    found = next(
        sources.batches(
            [record],
            on_skip=lambda _place, reason, _outcome: reasons.append(reason),
            default_id=lambda _: _UNNAMED,
        ),
        None,
    )
    if found is None:
        raise InputError(f"the document cannot be used: {'; '.join(reasons)}")
    return found


def without_id(name: str) -> str:
    """The internal id of a record without an id; it begins with a character that no text from a reader has."""
    return f"\0{name}"


def has_id(doc_id: str) -> bool:
    """Whether an id is a record's own, not one from :func:`without_id`."""
    return not doc_id.startswith("\0")


def names_of(ids: str | Iterable[str]) -> list[str]:
    """Distinct ids, in order.

    Raises:
        InputError: one is no string.
    """
    names = list(dict.fromkeys([ids] if isinstance(ids, str) else ids))
    for name in names:
        if not isinstance(name, str):
            raise InputError(f"ids are strings, not {name!r}: an integer is known by its digits")
    return names


def numbers_of(snapshot: Snapshot, ids: Sequence[str]) -> I64:
    """int64[n]: the numbers of documents with these ids.

    Raises:
        InputError: the index lacks an id.
    """
    numbers = snapshot.numbers_of(ids)
    if (numbers < 0).any():
        raise InputError(f"the index has no document {ids[int(np.argmin(numbers))]!r}")
    return numbers


def resolved(documents: sources.Source) -> Any:
    """As :func:`syndetect.reading.sources.resolve`; but an empty list means no documents rather than no paths."""
    return iter(()) if isinstance(documents, Sequence) and not documents else sources.resolve(documents)


def noted_batches(
    stage: str,
    found: Any,
    reading: ReadingOptions,
    notes: Notes,
    progress: Progress,
    batch_bytes: int,
    default_id: Callable[[str], str] = str,
) -> Iterator[sources.Batch]:
    """The batches of a resolved source, read as a stage of progress and with notes on it."""
    progress.stage(stage, found.bytes if isinstance(found, sources.Inputs) else None, "bytes")
    return sources.batches(
        found, reading=reading, on_skip=notes, on_columns=notes.add_columns, on_bytes=progress.advance,
        batch_bytes=batch_bytes, default_id=default_id,
    )  # fmt: skip
