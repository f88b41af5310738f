"""Parts of an index to one segment: batches that are added, and segments that are merged or rid of what was removed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from syndetect.arrays import I64, U32, U64, Array, find_groups, gather, sort_keys
from syndetect.index.segment_builder import MOST_UNTIMED, STRINGS, SegmentSource
from syndetect.kernels.groups import find_owners
from syndetect.matching import winnowing
from syndetect.matching.timeline import latest
from syndetect.storage import sorted_lists

#: The new number of what does not stay.
NONE = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True)
class DocumentRemap:
    """A part, and where what stays of it goes.

    Attributes:
        part: the part.
        first_document, first_paragraph, first_word, first_sketched: how many come before it.
    """

    part: SegmentSource
    first_document: int = 0
    first_paragraph: int = 0
    first_word: int = 0
    first_sketched: int = 0

    @cached_property
    def is_whole(self) -> bool:
        """Whether all documents stay."""
        return bool(self.part.alive.all())

    @cached_property
    def kept(self) -> I64:
        """The documents that stay."""
        return np.flatnonzero(self.part.alive)

    def array(self, name: str) -> Array:
        """One of the part's arrays."""
        return self.part.arrays.whole(name)

    def runs(self) -> Iterator[tuple[int, int]]:
        """Ranges of documents that stay."""
        if len(self.kept):
            breaks = np.flatnonzero(np.diff(self.kept) != 1) + 1
            for run in np.split(self.kept, breaks):
                yield int(run[0]), int(run[-1]) + 1

    def shift(self, bounds: I64, first: int) -> I64:
        """int64[d]: by how much the numbers of each document's items change, whose bounds are given."""
        sizes = np.where(self.part.alive, np.diff(bounds), 0)
        begins: I64 = first + np.cumsum(sizes) - sizes - bounds[:-1]
        return begins

    @cached_property
    def _new_documents(self) -> U32:
        new = np.full(len(self.part.alive), NONE, np.uint32)
        new[self.kept] = np.arange(len(self.kept), dtype=np.uint32) + np.uint32(self.first_document)
        return new

    def documents(self, numbers: U32) -> U32:
        """The new numbers of documents, ``NONE`` of those that go."""
        return self._new_documents[numbers]

    @cached_property
    def _word_shift(self) -> I64:
        return self.shift(self.array("documents"), self.first_word)

    def words(self, numbers: U32) -> U32:
        """The new numbers of words, ``NONE`` of those that go."""
        if self.is_whole:
            return numbers + np.uint32(self.first_word)
        owner = np.empty(len(numbers), np.int64)
        find_owners(numbers, self.array("blocks"), self.array("documents"), owner)
        new = (numbers + self._word_shift[owner]).astype(np.uint32)
        new[~self.part.alive[owner]] = NONE
        return new

    @cached_property
    def stays_sketched(self) -> npt.NDArray[np.bool_]:
        """bool[n]: of each sketched paragraph, whether it stays."""
        return self.part.alive[self.array("sketched_owner")]

    @cached_property
    def _new_sketched(self) -> U32:
        new = np.full(len(self.stays_sketched), NONE, np.uint32)
        count = int(self.stays_sketched.sum())
        new[self.stays_sketched] = np.arange(count, dtype=np.uint32) + np.uint32(self.first_sketched)
        return new

    def sketched(self, numbers: U32) -> U32:
        """The new numbers of sketched paragraphs, ``NONE`` of those that go."""
        return self._new_sketched[numbers]

    @classmethod
    def all_of(cls, parts: Sequence[SegmentSource]) -> "list[DocumentRemap]":
        """Parts behind one another."""
        moved = [cls(part) for part in parts]
        at = np.zeros(4, np.int64)
        for number, one in enumerate(moved):
            moved[number] = cls(one.part, *at.tolist())
            sizes = (one.array("document_paragraphs"), one.array("documents"))
            counts = [int(np.diff(bounds)[one.part.alive].sum()) for bounds in sizes]
            at += [len(one.kept), *counts, int(one.stays_sketched.sum())]
        return moved


Put = Callable[[str, Array], None]

#: Words that one segment can hold: they have 31-bit numbers.
MOST_WORDS = (1 << 31) - 1
#: Bytes that are read of the spool at a time.
_SPOOLED = 1 << 24
_UPPER = np.uint64(0xFFFFFFFF00000000)


def words_of(parts: Sequence[SegmentSource]) -> int:
    """How many words of parts stay."""
    return sum(int(np.diff(part.arrays.whole("documents"))[part.alive].sum()) for part in parts)


def write(
    put: Put, parts: Sequence[SegmentSource], bands: int, spool: BinaryIO, threads: int = 1
) -> dict[str, int]:
    """Write what stays of parts, one behind the other, as the arrays and lists of one segment.

    Lists are worked on one at a time; of the rest, what is held in memory is a few numbers a document and a paragraph.

    Args:
        put: takes an array's name and a piece of it; all pieces of one array come one after the other.
        parts: the documents, in their order; together of ``MOST_WORDS`` words at most.
        bands: how many bands there are.
        spool: an empty file for what has to wait: four bytes a posting.
        threads: how many lists are worked on at once.

    Returns:
        How many documents, paragraphs, words and postings there are.
    """
    moved = DocumentRemap.all_of(parts)
    for name in ("code", "gaps", "lengths"):
        _put_items(put, moved, name, "documents")
    _put_words(put, moved)
    documents, paragraphs = _put_documents(put, moved)
    for name in (*STRINGS, "text"):
        if all(f"{name}.bounds" in one.part.arrays for one in moved):
            _put_items(put, moved, name, f"{name}.bounds")
            put(f"{name}.bounds", _bounds(moved, f"{name}.bounds"))
    targets = _put_sketches(put, moved)
    postings = _put_postings(put, moved, documents, spool, threads)

    def list_of(name: str, new: Callable[[int, U32], U32]) -> Callable[[int], U64]:
        def entries(which: int) -> U64:
            found = [np.empty(0, np.uint64)]
            for number, one in enumerate(moved):
                found.append(_renumbered(one.part.entries(name, which), new, number))
                one.part.arrays.release()
            return np.concatenate(found)

        return entries

    sorted_lists.write(
        put, "same", 1, list_of("same", lambda i, numbers: moved[i].sketched(numbers)), threads
    )
    sorted_lists.write(put, "bands", bands, list_of("bands", lambda i, numbers: targets[i][numbers]), threads)
    for name, count in (("document_bands", bands), ("ids", 1)):
        sorted_lists.write(
            put, name, count, list_of(name, lambda i, numbers: moved[i].documents(numbers)), threads
        )
    return {
        "documents": len(documents) - 1,
        "paragraphs": paragraphs,
        "words": int(documents[-1]),
        "postings": postings,
    }


def _renumbered(entries: U64, new: Callable[[int, U32], U32], part: int) -> U64:
    """Entries with new numbers, without those that have none."""
    numbers = new(part, entries.astype(np.uint32))
    found = entries & _UPPER | numbers
    return found if not len(numbers) or numbers.max() != NONE else found[numbers != NONE]


def _put_items(put: Put, moved: Sequence[DocumentRemap], name: str, bounds: str) -> None:
    """What belongs to the documents that stay, of an array with these bounds."""
    for one in moved:
        values, ends = one.array(name), one.array(bounds)
        for low, high in one.runs():
            put(name, values[ends[low] : ends[high]])
        one.part.arrays.release()
    put(name, moved[0].array(name)[:0])


def _bounds(moved: Sequence[DocumentRemap], name: str) -> I64:
    """The new bounds of what stays."""
    sizes = [np.diff(one.array(name))[one.part.alive] for one in moved]
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate(sizes), dtype=np.int64)])


def _put_words(put: Put, moved: Sequence[DocumentRemap]) -> None:
    """Words that have their places in ``far``."""
    for one in moved:
        far = one.array("far").copy()
        words = one.words(far[:, 0].astype(np.uint32))
        far[:, 0] = words
        put("far", far[words != NONE])


def _put_documents(put: Put, moved: Sequence[DocumentRemap]) -> tuple[I64, int]:
    """What there is one of for each document or paragraph; the documents' bounds, and how many paragraphs."""
    documents = _bounds(moved, "documents")
    put("documents", documents)
    last = max(len(documents) - 2, 0)
    every = np.arange(0, documents[-1], 256)
    put("blocks", np.append(np.searchsorted(documents, every, side="right") - 1, last).astype(np.uint32))
    put("document_paragraphs", _bounds(moved, "document_paragraphs"))
    counts = [np.diff(one.array("paragraphs").astype(np.int64)) for one in moved]
    kept = [
        count[np.repeat(one.part.alive, np.diff(one.array("document_paragraphs")))]
        for count, one in zip(counts, moved, strict=True)
    ]
    paragraphs = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate(kept))])
    put("paragraphs", paragraphs.astype(np.uint32))
    for name in ("time", "known"):
        put(name, np.concatenate([one.array(name)[one.part.alive] for one in moved]))
    return documents, len(paragraphs) - 1


def _put_sketches(put: Put, moved: Sequence[DocumentRemap]) -> list[U32]:
    """Sketched paragraphs; and of each old one that has keys in the bands, whose these will be, else ``NONE``.

    Of each class of identical paragraphs the first one gets the keys of the first that had any: they are the same.
    """
    hashes = np.concatenate([one.array("hashes")[one.stays_sketched] for one in moved])
    for name in ("sketched", "sketched_owner"):
        put(name, np.concatenate([_sketched(one, name)[one.stays_sketched] for one in moved]))
    put("hashes", hashes)
    known, firsts = _first_of_each(hashes)
    carriers = [one.array("carriers") for one in moved]
    held = [one.array("hashes")[numbers] for one, numbers in zip(moved, carriers, strict=True)]
    joined = np.concatenate(held)
    at = np.minimum(np.searchsorted(known, joined), max(len(known) - 1, 0))
    lives = known[at] == joined if len(known) else np.zeros(len(joined), bool)
    carries = np.zeros(len(joined), bool)
    _, first = _first_of_each(joined)
    carries[first] = True
    to = np.where(lives & carries, firsts[at] if len(known) else NONE, NONE).astype(np.uint32)
    targets, done = [], 0
    for one, numbers in zip(moved, carriers, strict=True):
        target = np.full(len(one.stays_sketched), NONE, np.uint32)
        target[numbers] = to[done : done + len(numbers)]
        targets.append(target)
        done += len(numbers)
    put("carriers", np.sort(to[to != NONE]))
    return targets


def _sketched(one: DocumentRemap, name: str) -> U32:
    """The new paragraphs, or documents, of sketched paragraphs."""
    owner = one.array("sketched_owner")
    if name == "sketched_owner":
        return one.documents(owner)
    shift = one.shift(one.array("document_paragraphs"), one.first_paragraph)
    return (one.array("sketched") + shift[owner]).astype(np.uint32)


def _first_of_each(hashes: U64) -> tuple[U64, U32]:
    """The hashes there are, ascending, and where each stands first."""
    ordered, places = sort_keys(hashes)
    is_first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first], places[is_first]


def _put_postings(
    put: Put, moved: Sequence[DocumentRemap], documents: I64, spool: BinaryIO, threads: int
) -> int:
    """Postings in the order of their keys and of what follows them; how many there are."""
    following: dict[int, U32] = {}
    times = latest(np.concatenate([one.array("time")[one.part.alive] for one in moved]))

    def entries_of(which: int) -> U64:
        found, more = [np.empty(0, np.uint64)], [np.empty(0, np.uint32)]
        for one in moved:
            entries = one.part.entries("postings", which)
            words = one.words(entries.astype(np.uint32))
            stays = words != NONE
            found.append((entries & _UPPER | words)[stays])
            more.append(one.part.continuations(which)[stays])
            one.part.arrays.release()
        entries = np.concatenate(found)
        keys, words = sort_keys(entries & _UPPER | np.concatenate(more), entries.astype(np.uint32))
        following[which] = keys.astype(np.uint32)
        return keys & _UPPER | _in_time(keys, words, documents, times)

    def put_and_spool(name: str, array: Array) -> None:
        put(name, array)
        if name == "postings":
            spool.write(following.pop(min(following)).data)

    sorted_lists.write(put_and_spool, "postings", winnowing.PARTS, entries_of, threads, is_sorted=True)
    count = spool.tell() // 4
    spool.seek(0)
    while piece := spool.read(_SPOOLED):
        put("continuations", np.frombuffer(piece, np.uint32))
    put("continuations", np.empty(0, np.uint32))
    return count


def _in_time(keys: U64, words: U32, documents: I64, times: I64) -> U32:
    """Words of postings (sorted by keys) with those of each key that many have in order of time, then as they come."""
    groups = find_groups(keys)
    groups = groups[groups[:, 1] - groups[:, 0] > MOST_UNTIMED]
    if not len(groups):
        return words
    found, _, number = gather(words, groups)
    time = times[np.searchsorted(documents, found, side="right") - 1]
    places, _, _ = gather(np.arange(len(words), dtype=np.uint32), groups)
    ordered = words.copy()
    ordered[places] = found[np.lexsort((found, time, number))]
    return ordered
