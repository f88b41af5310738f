"""Merge segments or new batches into one segment, without deleted documents."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np

from syndetect.arrays import I64, U32, U64, Array, Bool, bounds_of, find_groups, gather, run_starts, sort_keys
from syndetect.index.segment_builder import MOST_UNTIMED, SegmentSource, stored_hints
from syndetect.index.segment_layout import STRINGS
from syndetect.index.segment_reader import WRONG_HINTS, check_paragraphs
from syndetect.kernels.documents import find_documents
from syndetect.matching.places import latest
from syndetect.storage import sorted_lists
from syndetect.storage.sorted_lists import ListEntries

Put = Callable[[str, Array], None]

#: The new number of a deleted document, word or paragraph.
NONE = np.uint32(0xFFFFFFFF)
#: Bytes of the spool that are read at a time.
_SPOOLED = 1 << 24
_UPPER = np.uint64(0xFFFFFFFF00000000)


@dataclass(frozen=True)
class DocumentRemap:
    """New numbers for the documents of a source, and for their words and paragraphs, in the merged segment.

    Attributes:
        source: the documents to merge.
        first_document, first_paragraph, first_word, first_sketched: the numbers of those before this source.
    """

    source: SegmentSource
    first_document: int = 0
    first_paragraph: int = 0
    first_word: int = 0
    first_sketched: int = 0

    @cached_property
    def is_whole(self) -> bool:
        """Whether no document is deleted."""
        return bool(self.source.alive.all())

    @cached_property
    def kept(self) -> I64:
        """The documents that are not deleted."""
        return np.flatnonzero(self.source.alive)

    def array(self, name: str) -> Array:
        """An array of the source."""
        return self.source.arrays.whole(name)

    def runs(self) -> Iterator[tuple[int, int]]:
        """Ranges of documents that are not deleted."""
        if self.is_whole:
            yield 0, len(self.source.alive)
        elif len(self.kept):
            breaks = np.flatnonzero(np.diff(self.kept) != 1) + 1
            for run in np.split(self.kept, breaks):
                yield int(run[0]), int(run[-1]) + 1

    def shift(self, bounds: I64, first: int) -> I64:
        """int64[d]: the change of the numbers of each document's items; ``bounds``: int64[d + 1] of the items."""
        if self.is_whole:
            return np.full(len(bounds) - 1, first - bounds[0])
        sizes = np.where(self.source.alive, np.diff(bounds), 0)
        begins: I64 = first + np.cumsum(sizes) - sizes - bounds[:-1]
        return begins

    @cached_property
    def _new_documents(self) -> U32:
        new = np.full(len(self.source.alive), NONE, np.uint32)
        new[self.kept] = np.arange(len(self.kept), dtype=np.uint32) + np.uint32(self.first_document)
        return new

    def documents(self, numbers: U32) -> U32:
        """The new numbers of documents, ``NONE`` for deleted ones."""
        return self._new_documents[numbers]

    @cached_property
    def _word_shift(self) -> I64:
        return self.shift(self.array("documents"), self.first_word)

    def words(self, numbers: U32) -> U32:
        """The new numbers of words, ``NONE`` for those of deleted documents."""
        if self.is_whole:
            return numbers + np.uint32(self.first_word)
        document = np.empty(len(numbers), np.int64)
        if not find_documents(numbers, self.array("blocks"), self.array("documents"), document):
            raise self.source.arrays.refused(WRONG_HINTS)
        new = (numbers + self._word_shift[document]).astype(np.uint32)
        new[~self.source.alive[document]] = NONE
        return new

    @cached_property
    def alive_sketched(self) -> Bool:
        """bool[n]: whether the document of each sketched paragraph is not deleted."""
        return self.source.alive[self.array("sketched_owner")]

    @cached_property
    def _new_sketched(self) -> U32:
        new = np.full(len(self.alive_sketched), NONE, np.uint32)
        count = int(self.alive_sketched.sum())
        new[self.alive_sketched] = np.arange(count, dtype=np.uint32) + np.uint32(self.first_sketched)
        return new

    def sketched(self, numbers: U32) -> U32:
        """The new numbers of sketched paragraphs, ``NONE`` for those of deleted documents."""
        return self._new_sketched[numbers]

    @classmethod
    def all_of(cls, sources: Sequence[SegmentSource]) -> "list[DocumentRemap]":
        """The new numbers of sources, one source behind the other."""
        for source in sources:
            check_paragraphs(source.arrays)
        remaps = [cls(source) for source in sources]
        at = np.zeros(4, np.int64)
        for number, one in enumerate(remaps):
            remaps[number] = cls(one.source, *at.tolist())
            sizes = (one.array("document_paragraphs"), one.array("documents"))
            counts = [int(np.diff(bounds)[one.source.alive].sum()) for bounds in sizes]
            at += [len(one.kept), *counts, int(one.alive_sketched.sum())]
        return remaps


def words_of(sources: Sequence[SegmentSource]) -> int:
    """The number of words in documents that are not deleted."""
    return sum(map(_words_of, sources))


def _words_of(source: SegmentSource) -> int:
    documents = source.arrays.whole("documents")
    return int(documents[-1] if source.alive.all() else np.diff(documents)[source.alive].sum())


def write(put: Put, sources: Sequence[SegmentSource], spool: BinaryIO, threads: int = 1) -> dict[str, int]:
    """Write sources, one behind the other and without deleted documents, as the arrays and lists of one segment.

    One long list at a time is in memory, or some short ones, and beside it a few numbers a document and a paragraph.

    Args:
        put: takes an array's name and a piece of it; all pieces of one array come one after the other.
        sources: the documents in their order, of ``MOST_WORDS`` words at most together.
        spool: an empty file that holds the context hashes meanwhile: four bytes a posting.
        threads: how many lists are worked on at once.

    Returns:
        The numbers of documents, paragraphs, words and postings.
    """
    remaps = DocumentRemap.all_of(sources)
    for name in ("code", "gaps", "lengths"):
        _put_items(put, remaps, name, "documents")
    _put_words(put, remaps)
    documents, paragraphs = _put_documents(put, remaps)
    for name in (*STRINGS, "text"):
        if all(f"{name}.bounds" in one.source.arrays for one in remaps):
            _put_items(put, remaps, name, f"{name}.bounds")
            put(f"{name}.bounds", _bounds(remaps, f"{name}.bounds"))
    targets = _put_sketches(put, remaps)
    postings = _put_postings(put, remaps, documents, spool, threads)

    def put_lists(name: str, new: Callable[[int, U32], U32]) -> None:
        def entries(first: int, last: int) -> ListEntries:
            found = []
            for number, one in enumerate(remaps):
                found.append(_renumbered(one.source.list_entries(name, first, last), new, number))
                one.source.arrays.release()
            return ListEntries.joined(found)

        sorted_lists.write(put, name, _sizes(remaps, name), entries, threads)

    put_lists("same", lambda i, numbers: remaps[i].sketched(numbers))
    put_lists("bands", lambda i, numbers: targets[i][numbers])
    for name in ("document_bands", "ids"):
        put_lists(name, lambda i, numbers: remaps[i].documents(numbers))
    return {
        "documents": len(documents) - 1,
        "paragraphs": paragraphs,
        "words": int(documents[-1]),
        "postings": postings,
    }


def _sizes(remaps: Sequence[DocumentRemap], name: str) -> I64:
    """int64[l]: how many entries each list of a name has at most."""
    sizes: I64 = np.sum([one.source.sizes(name) for one in remaps], axis=0, dtype=np.int64)
    return sizes


def _renumbered(old: ListEntries, new: Callable[[int, U32], U32], source: int) -> ListEntries:
    """Entries with new numbers, without those of deleted documents."""
    numbers = new(source, old.entries.astype(np.uint32))
    found = old._replace(entries=old.entries & _UPPER | numbers)
    return found if not len(numbers) or numbers.max() != NONE else found.chosen(numbers != NONE)


def _put_items(put: Put, remaps: Sequence[DocumentRemap], name: str, bounds: str) -> None:
    """Write an array with these bounds, without the items of deleted documents."""
    for one in remaps:
        values, ends = one.array(name), one.array(bounds)
        for low, high in one.runs():
            put(name, values[ends[low] : ends[high]])
        one.source.arrays.release()
    if not any(len(one.kept) for one in remaps):
        put(name, remaps[0].array(name)[:0])


def _bounds(remaps: Sequence[DocumentRemap], name: str) -> I64:
    """The new bounds of items, without those of deleted documents."""
    sizes = [np.diff(one.array(name))[one.source.alive] for one in remaps]
    return bounds_of(np.concatenate(sizes))


def _put_words(put: Put, remaps: Sequence[DocumentRemap]) -> None:
    """Write the words that have their places in ``far``."""
    for one in remaps:
        far = one.array("far").copy()
        words = one.words(far[:, 0].astype(np.uint32))
        far[:, 0] = words
        put("far", far[words != NONE])


def _put_documents(put: Put, remaps: Sequence[DocumentRemap]) -> tuple[I64, int]:
    """Write the arrays with a value a document or paragraph; the bounds of documents, the number of paragraphs."""
    documents = _bounds(remaps, "documents")
    put("documents", documents)
    put("blocks", stored_hints(documents))
    put("document_paragraphs", _bounds(remaps, "document_paragraphs"))
    counts = [np.diff(one.array("paragraphs").astype(np.int64)) for one in remaps]
    kept = [
        count[np.repeat(one.source.alive, np.diff(one.array("document_paragraphs")))]
        for count, one in zip(counts, remaps, strict=True)
    ]
    paragraphs = bounds_of(np.concatenate(kept))
    put("paragraphs", paragraphs.astype(np.uint32))
    for name in ("time", "known"):
        put(name, np.concatenate([one.array(name)[one.source.alive] for one in remaps]))
    return documents, len(paragraphs) - 1


def _put_sketches(put: Put, remaps: Sequence[DocumentRemap]) -> list[U32]:
    """Write the sketched paragraphs; for each old class representative its new one, which takes its keys, or ``NONE``.

    The first paragraph of a class of identical ones takes the keys of the first old representative: all have the same.
    """
    hashes = np.concatenate([one.array("hashes")[one.alive_sketched] for one in remaps])
    for name in ("sketched", "sketched_owner"):
        put(name, np.concatenate([_sketched(one, name)[one.alive_sketched] for one in remaps]))
    put("hashes", hashes)
    known, firsts = _first_of_each(hashes)
    representatives = [one.array("carriers") for one in remaps]
    held = [one.array("hashes")[numbers] for one, numbers in zip(remaps, representatives, strict=True)]
    joined = np.concatenate(held)
    at = np.minimum(np.searchsorted(known, joined), max(len(known) - 1, 0))
    is_alive = known[at] == joined if len(known) else np.zeros(len(joined), bool)
    is_first = np.zeros(len(joined), bool)
    _, first = _first_of_each(joined)
    is_first[first] = True
    to = np.where(is_alive & is_first, firsts[at] if len(known) else NONE, NONE).astype(np.uint32)
    targets, done = [], 0
    for one, numbers in zip(remaps, representatives, strict=True):
        target = np.full(len(one.alive_sketched), NONE, np.uint32)
        target[numbers] = to[done : done + len(numbers)]
        targets.append(target)
        done += len(numbers)
    put("carriers", np.sort(to[to != NONE]))
    return targets


def _sketched(one: DocumentRemap, name: str) -> U32:
    """The new numbers of sketched paragraphs, or of their documents."""
    document = one.array("sketched_owner")
    if name == "sketched_owner":
        return one.documents(document)
    shift = one.shift(one.array("document_paragraphs"), one.first_paragraph)
    return (one.array("sketched") + shift[document]).astype(np.uint32)


def _first_of_each(hashes: U64) -> tuple[U64, U32]:
    """The distinct hashes, ascending, and the first place of each."""
    ordered, places = sort_keys(hashes)
    starts = run_starts(ordered)
    return ordered[starts], places[starts]


def _put_postings(
    put: Put, remaps: Sequence[DocumentRemap], documents: I64, spool: BinaryIO, threads: int
) -> int:
    """Write the postings in the order of keys and context hashes; the number of postings."""
    contexts: dict[int, U32] = {}
    times = latest(np.concatenate([one.array("time")[one.source.alive] for one in remaps]))

    def entries_of(first: int, last: int) -> ListEntries:
        found, more = [], []
        for one in remaps:
            old = one.source.list_entries("postings", first, last)
            words = one.words(old.entries.astype(np.uint32))
            is_alive = words != NONE
            found.append(old._replace(entries=old.entries & _UPPER | words).chosen(is_alive))
            more.append(one.source.context_hashes(first, last)[is_alive])
            one.source.arrays.release()
        entries, which = ListEntries.joined(found)
        keys, order = sort_keys(entries & _UPPER | np.concatenate(more))
        if last - first > 1:
            _, by_list = sort_keys(which[order].astype(np.uint64))
            keys, order = keys[by_list], order[by_list]
            which = which[order]
        words = entries.astype(np.uint32)[order]
        contexts[first] = keys.astype(np.uint32)
        return ListEntries(keys & _UPPER | in_time(keys, words, which, documents, times), which)

    def put_and_spool(name: str, array: Array) -> None:
        put(name, array)
        if name == "postings":
            spool.write(contexts.pop(min(contexts)).data)

    sizes = _sizes(remaps, "postings")
    sorted_lists.write(put_and_spool, "postings", sizes, entries_of, threads, is_sorted=True)
    count = spool.tell() // 4
    spool.seek(0)
    while piece := spool.read(_SPOOLED):
        put("continuations", np.frombuffer(piece, np.uint32))
    put("continuations", np.empty(0, np.uint32))
    return count


def in_time(keys: U64, words: U32, which: I64, documents: I64, times: I64) -> U32:
    """The words of sorted postings; where many have one key, those of the key by time, and then in their old order.

    Args:
        keys: uint64[n], of the postings of consecutive lists, with context hashes.
        words: uint32[n], their words.
        which: int64[n], their lists.
        documents: int64[d + 1], each document's first word.
        times: int64[d], of the documents.
    """
    groups = find_groups(keys)
    if not (groups[:, 1] - groups[:, 0] > MOST_UNTIMED).any():
        return words
    starts = run_starts(which, keys)  # the last key of a list may be the first one of the next
    groups = np.stack([starts, np.append(starts[1:], len(keys))], axis=1)
    groups = groups[groups[:, 1] - groups[:, 0] > MOST_UNTIMED]
    found, _, number = gather(words, groups)
    time = times[np.searchsorted(documents, found, side="right") - 1]
    places, _, _ = gather(np.arange(len(words), dtype=np.uint32), groups)
    ordered = words.copy()
    ordered[places] = found[np.lexsort((found, time, number))]
    return ordered
