"""Winnowed fingerprints over the word stream of each document, and the join that finds contained passages.

Schleimer, Wilkerson and Aiken 2003, "Winnowing: local algorithms for document fingerprinting".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from syndetect.arrays import (
    I64,
    U8,
    U32,
    U64,
    bounds_of,
    find_groups,
    gather,
    repeated,
    sort_keys,
    sort_values,
)
from syndetect.kernels import fingerprints as _kernels
from syndetect.kernels import joining as _joining
from syndetect.kernels.documents import find_documents
from syndetect.kernels.groups import star_groups
from syndetect.kernels.seeds import bounds_by_bits
from syndetect.matching.places import Places
from syndetect.settings import Settings

#: Postings are split into so many parts by key; each part is joined on its own.
PARTS = _kernels.PARTS
#: The lengths, as multiples of its own words, to which a frequent fingerprint is lengthened in turn.
LENGTHS = (2, 4)
#: The most places of one document in a fingerprint that is frequent at every length.
MOST_REPEATS = 4

_QUARTERS = 4  # of a word, in which scores count
_LEAST_COST = 3  # quarters: the least cost of a word without an equal
_ROOM = 1 << 17  # seeds that a kernel writes at a time
_BOUNDS: U8 = bounds_by_bits(_QUARTERS, _LEAST_COST)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Postings:
    """Fingerprints by part: part i is ``entries[bounds[i]:bounds[i + 1]]``, in the order of the text.

    Attributes:
        bounds: int64[PARTS + 1].
        entries: uint64[n]: 32 further bits of the key, then the first word.
    """

    bounds: I64
    entries: U64


@dataclass(frozen=True)
class JoinLimits:
    """The parameters of the join; see :class:`syndetect.settings.Settings`.

    Attributes:
        k: words in a fingerprint.
        most_places: the most places of a fingerprint that is joined in all pairs.
        window: the most microseconds between two documents; negative for no limit.
        least_score: the least possible score, in words, of a match around a seed.
        strong_score: the least possible score of a match around a strong seed.
    """

    k: int
    most_places: int
    window: int
    least_score: float
    strong_score: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The parameters that settings give."""
        least = min(settings.min_score, settings.min_linked_score)
        return cls(
            settings.fingerprint_words, settings.hot_places, settings.window, least, settings.min_score
        )  # fmt: skip

    def quarters(self) -> tuple[np.int64, np.int64]:
        """The scores in quarters of a word."""
        return np.int64(round(_QUARTERS * self.least_score)), np.int64(round(_QUARTERS * self.strong_score))


@dataclass(frozen=True)
class Seeds:
    """Seeds: pairs of words at which two documents agree.

    Attributes:
        words: uint64[n], ascending, as of :mod:`syndetect.kernels.seeds`.
        frequent_keys: the number of fingerprints in more than ``most_places`` places, which were lengthened.
        starred_places: the number of places of fingerprints that stayed frequent and were joined as stars.
        dropped_places: the number of repeats within one document that these leave out.
    """

    words: U64
    frequent_keys: int
    starred_places: int
    dropped_places: int


def fingerprint(code: U32, documents: I64, k: int, window: int) -> Postings:
    """Winnow documents: any run of k + window - 1 words that two of them share has a fingerprint in both.

    Args:
        code: uint32[words].
        documents: int64[d + 1], each document's first word.
        k: words in a shingle.
        window: shingles in a window, of which one is kept.
    """
    room = len(code)
    longest = int(np.diff(documents).max(initial=0))
    key, place = np.empty(room, np.uint64), np.empty(room, np.uint32)
    hashes, upper = np.empty(longest, np.uint64), np.empty((3, longest + 2 * window), np.uint32)
    n = _kernels.winnow(code, documents, k, window, hashes, upper, key, place)
    bounds, entries = np.empty(PARTS + 1, np.int64), np.empty(n, np.uint64)
    _kernels.partition(key[:n], place[:n], bounds, entries)
    return Postings(bounds, entries)


def context_hashes(tags: U8, documents: I64, blocks: U32, words: U32, k: int) -> U32:
    """uint32[n]: hashes of the words that follow fingerprints, to tell frequent ones apart in a look-up.

    The upper 16 bits are of the next 2k words, the lower 16 of the next 4k. They are equal where :func:`join` finds
    equal keys when it lengthens fingerprints.

    Args:
        tags: uint8[words].
        documents: int64[d + 1], each document's first word.
        blocks: uint32, the document of every 256th word.
        words: uint32[n], the fingerprints' first words.
        k: words of a fingerprint.
    """
    document, following = np.empty(len(words), np.int64), np.empty(len(words), np.uint32)
    find_documents(words, blocks, documents, document)
    short, long = (np.int64(k * length) for length in LENGTHS)
    _kernels.follow(tags, documents[1:], words, document, short, long, following)
    return following


def lengthened(tags: U8, documents: I64, words: U32, document: I64, length: int) -> U64:
    """uint64[n]: keys of the next ``length`` words of fingerprints, cut at the end of each ``document``."""
    keys = np.empty(len(words), np.uint64)
    _kernels.lengthen(tags, documents[1:], words, document, np.int64(length), keys)
    return keys


def join(entries: U64, places: Places, limits: JoinLimits, lengths: Sequence[int] = LENGTHS) -> Seeds:
    """Pairs of places with the same fingerprint in different documents, around which a match is possible.

    A fingerprint in more than ``most_places`` places (within the window) is lengthened to the next 2k, then 4k words.
    One that is frequent even then becomes a star in time order: the earliest document with each other one, and each
    with the next.

    Args:
        entries: the postings of one part, of all documents, in the order of the text.
        places: where words stand.
        limits: the parameters of the join.
        lengths: those of :data:`LENGTHS` to which the fingerprints were not lengthened yet.
    """
    first, frequent = _join_first(entries, places, limits, limits.k)
    found, frequent_keys = [first], len(frequent.groups)
    for length in lengths:
        if len(frequent.words):
            frequent = _join_sparse(frequent, places, limits, limits.k * length // 2, found)
            frequent = _join_lengthened(frequent, places, limits, limits.k * length, found)
    dropped = 0
    if len(frequent.words):
        keep = np.zeros(len(frequent.words), np.uint8)
        article = places.article[frequent.document].astype(np.int64)
        dropped = _kernels.cap_repeats(frequent.groups.reshape(-1), article, MOST_REPEATS, keep)
        frequent = frequent.keep(keep)
        out = np.empty(2 * len(frequent.words), np.uint64)
        n = star_groups(
            frequent.words, frequent.document, frequent.groups.reshape(-1), places.time, places.is_query,
            limits.window, out,
        )  # fmt: skip
        found.append(_as_strong(out[:n]))
    return Seeds(sort_values(np.concatenate(found)), frequent_keys, len(frequent.words), int(dropped))


def join_near(entries: U64, places: Places, limits: JoinLimits, words: int) -> tuple[U64, U32]:
    """The seeds of places with the same key within the window, and the first words of places in crowds.

    A place with more than ``most_places`` others behind it within the window is of a crowd with these, and no pairs are
    made among the places of a crowd. What is found of a place depends on those within a window of it only.

    Args:
        entries: places with keys, as of :func:`join`.
        places: where words stand.
        limits: the parameters of the join, with a window.
        words: how many words the places of one key have in common: ``k``, or as many as keys were lengthened to.
    """
    first, frequent = _join_first(entries, places, limits, words)
    found = [first]
    if len(frequent.words):
        frequent = _join_sparse(frequent, places, limits, words, found)
    return np.concatenate(found), frequent.words


def _join_first(entries: U64, places: Places, limits: JoinLimits, words: int) -> tuple[U64, "_Frequent"]:
    """The seeds of keys in few places, and the places of the others."""
    keys = (entries >> np.uint64(32)).astype(np.uint32)
    repeats = repeated(keys, np.arange(len(entries), dtype=np.uint32))
    entries = sort_values(entries[repeats], lowest=4)
    first = entries.astype(np.uint32)
    groups = find_groups(entries, 32)
    is_frequent = groups[:, 1] - groups[:, 0] > limits.most_places
    found = _join_small(first, groups[~is_frequent], places, limits, words)
    return found, _Frequent.of(first, groups[is_frequent], places)


def _as_strong(pairs: U64) -> U64:
    """Pairs of words (32 bits each) as strong seeds."""
    lower = np.uint64(0xFFFFFFFF)
    return pairs & ~lower | (pairs & lower) << np.uint64(1) | np.uint64(1)


@dataclass(frozen=True)
class _Frequent:
    """Places of frequent fingerprints: first word uint32[n], document int64[n], groups int64[g, 2], each by time."""

    words: U32
    document: I64
    groups: I64

    @classmethod
    def of(cls, words: U32, groups: I64, places: Places) -> "_Frequent":
        """The places of some groups of ``words``, put in order of time."""
        chosen, groups, _ = gather(words, groups)
        return cls(chosen, places.documents_of(chosen), groups).in_order(places.rank)

    def in_order(self, rank: U32) -> "_Frequent":
        """The same places, sorted within each group by the rank of the document."""
        sizes = self.groups[:, 1] - self.groups[:, 0]
        number = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
        _, order = sort_keys(number << np.uint64(32) | rank[self.document])
        return _Frequent(self.words[order], self.document[order], self.groups)

    def keep(self, which: U8) -> "_Frequent":
        """The places for which ``which`` (uint8[n]) is 1."""
        before = bounds_of(which)
        mask = which.astype(bool)
        return _Frequent(self.words[mask], self.document[mask], before[self.groups])


def _join_small(words: U32, groups: I64, places: Places, limits: JoinLimits, k: int) -> U64:
    """Seeds of all pairs of small groups."""
    found, start, flat = [np.empty(0, np.uint64)], 0, np.ascontiguousarray(groups).reshape(-1)
    largest = int((groups[:, 1] - groups[:, 0]).max(initial=0))
    out = np.empty(max(_ROOM, largest**2), np.uint64)
    while start < len(groups):
        start, n = _joining.join_groups(
            words, flat, np.int64(start), places.tags, np.int64(k), places.documents, places.hints, places.time,
            places.is_query, np.int64(limits.window), *limits.quarters(), _BOUNDS, out,
        )  # fmt: skip
        found.append(out[:n].copy())
    return np.concatenate(found)


def _join_sparse(
    frequent: _Frequent, places: Places, limits: JoinLimits, k: int, found: list[U64]
) -> _Frequent:
    """Add the seeds of places that are not frequent within the window; return the frequent ones."""
    if limits.window < 0:
        return frequent
    frequent = frequent.in_order(places.rank_in_time)
    rest, out = np.zeros(len(frequent.words), np.uint8), np.empty(max(_ROOM, limits.most_places), np.uint64)
    for low, high in frequent.groups.tolist():
        begin = low
        while begin < high:
            begin, n = _joining.join_sparse(
                frequent.words, frequent.document, np.int64(low), np.int64(high), np.int64(begin), places.tags,
                np.int64(k), places.documents, places.time, places.is_query, np.int64(limits.window),
                np.int64(limits.most_places), *limits.quarters(), _BOUNDS, out, rest,
            )  # fmt: skip
            found.append(out[:n].copy())
    return frequent.keep(rest)


def _join_lengthened(
    frequent: _Frequent, places: Places, limits: JoinLimits, words: int, found: list[U64]
) -> _Frequent:
    """Add the seeds of fingerprints that lengthening to ``words`` words tells apart; return those still frequent."""
    keys = lengthened(places.tags, places.documents, frequent.words, frequent.document, words)
    sizes = frequent.groups[:, 1] - frequent.groups[:, 0]
    keys ^= np.repeat(np.arange(len(sizes), dtype=np.uint64) * _SPREAD, sizes)
    keys, order = sort_keys(keys)
    longer, groups = frequent.words[order], find_groups(keys)
    is_frequent = groups[:, 1] - groups[:, 0] > limits.most_places
    found.append(_join_small(longer, groups[~is_frequent], places, limits, limits.k))
    return _Frequent.of(longer, groups[is_frequent], places)
