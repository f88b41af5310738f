"""Words that share a code: told apart, so that what is reported as equal is equal.

A code has 31 bits of a hash that anybody can compute: of a million words some hundred pairs share one, and more are
found within a second. The texts of matches are tokenised once more for their characters in any case. That is done with
a secret key (:func:`syndetect.matching.tokens.secret_key`): matched words of one code that have several codes by the
key are different words. Pairs of documents with such words on both sides of a match are compared and aligned again, in
a corpus of these documents in which such words have codes of their own.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from syndetect import intervals
from syndetect.arrays import (
    F64,
    I64,
    U32,
    U64,
    Bool,
    bounds_of,
    distinct,
    expand,
    is_among,
    lower,
    pack,
    run_starts,
    sort_values,
    unpack,
    upper,
)
from syndetect.kernels.extension import A0, A1, B0, B1
from syndetect.kernels.ranges import copy_ranges
from syndetect.kernels.spellings import find_words
from syndetect.matching import alignment, portions
from syndetect.matching.places import Places
from syndetect.matching.tokens import Key
from syndetect.matching.wording import Sketches
from syndetect.pipeline.corpus import Corpus
from syndetect.pipeline.stages import Job

#: Between the codes of words that shared one; even, so that the lowest bit stays.
_STEP = np.uint32(2 * 0x4F1BBCDD)
_U1 = np.uint64(1)
_WAITING = 1 << 20  # spellings that wait until they are joined with those that are known
_MARKS = 1 << 16  # of codes, while words that have one are sought


class Compared(NamedTuple):
    """What the stages found by codes.

    Attributes:
        matches: uint32[n, WIDTH], as :meth:`syndetect.matching.alignment.Matches.of` takes them.
        pairs, shares: int64[p, 2], similar paragraphs; float64[p, 3], how similar.
        links, wording: int64[l, 2], linked documents; float64[l, 2], their shares of wording.
        sketches: of the wording of the linked documents, ascending.
    """

    matches: U32
    pairs: I64
    shares: F64
    links: I64
    wording: F64
    sketches: Sketches


class Spellings:
    """Spellings of words, the code by one key in the upper half and by another in the lower half, each kept once."""

    def __init__(self) -> None:
        self._known, self._more, self._waiting = np.empty(0, np.uint64), list[U64](), 0

    def add(self, spellings: U64) -> None:
        """Add spellings (uint64[n]), of which most are there already: few words are frequent."""
        self._more.append(spellings)
        self._waiting += len(spellings)
        if self._waiting >= max(_WAITING, len(self._known)):
            self._join()

    def shared_codes(self) -> U32:
        """uint32[n], ascending: the upper halves that stand beside several lower halves."""
        self._join()
        codes = upper(self._known)
        return np.unique(codes[1:][codes[1:] == codes[:-1]]).astype(np.uint32)

    def _join(self) -> None:
        self._known = distinct(sort_values(np.concatenate([self._known, *self._more])))
        self._more, self._waiting = [], 0


def corrected(job: Job, found: Compared, shared: U32, key: Key) -> Compared:
    """What the stages would have found if different words had different codes.

    Args:
        job: the scan, with its stages done.
        found: what they found.
        shared: uint32[n], ascending, codes that different words in matches and similar paragraphs have.
        key: by which they have several codes.

    Returns:
        ``found`` itself, where that is the same.
    """
    if not len(shared):
        return found
    words = found.matches[:, A0 : A1 + 1].astype(np.int64), found.matches[:, B0 : B1 + 1].astype(np.int64)
    paragraphs = tuple(np.stack(job.corpus.spans_of(found.pairs[:, side]), axis=1) for side in (0, 1))
    confused = [_documents(job.places, side, rows) for side, rows in zip(
        (words, paragraphs), _confused(job.corpus, (words, paragraphs), shared, key), strict=True,
    )]  # fmt: skip
    again = np.unique(np.concatenate(confused))
    if not len(again):
        return found
    of_matches, of_pairs = (_documents(job.places, side) for side in (words, paragraphs))
    return _compared_again(job, found, again, (of_matches, of_pairs), key)


def _documents(places: Places, sides: tuple[I64, ...], rows: I64 | slice = slice(None)) -> U64:
    """uint64[n]: the packed documents of pairs of ranges of words (int64[n, 2] each)."""
    return pack(*(places.documents_of(side[rows, 0].astype(np.uint32)) for side in sides))


def _confused(corpus: Corpus, pairs: Sequence[tuple[I64, ...]], shared: U32, key: Key) -> list[I64]:
    """The rows of each list of pairs of ranges that have different words of one code on their two sides."""
    ranges = intervals.union(np.concatenate([intervals.union(side) for pair in pairs for side in pair]))
    words = _words_with(corpus.code, ranges, shared)
    documents, first = np.unique(np.searchsorted(corpus.documents, words, side="right") - 1), corpus.documents
    local = bounds_of(first[documents + 1] - first[documents])
    at = np.searchsorted(first[documents], words, side="right") - 1
    keyed = corpus.keyed(documents, key)[words - first[documents][at] + local[at]]
    spellings = pack(corpus.code[words], keyed)
    rare = words[_is_rare(spellings)]
    return [_confused_rows(pair, words, spellings, rare) for pair in pairs]


def _words_with(code: U32, ranges: I64, wanted: U32) -> I64:
    """int64[n]: the words of ranges (int64[m, 2]) that have one of some codes, which are ascending."""
    begin, end = ranges[:, 0].copy(), ranges[:, 1].copy()
    marked = np.zeros(_MARKS, np.uint8)
    words = np.empty(find_words(code, begin, end, wanted, marked, np.empty(0, np.int64)), np.int64)
    find_words(code, begin, end, wanted, marked, words)
    return words


def _is_rare(spellings: U64) -> Bool:
    """bool[n]: which spellings are not the most frequent one of their code."""
    found, which, counts = np.unique(spellings, return_inverse=True, return_counts=True)
    order = np.lexsort((-counts, upper(found)))
    is_rare = np.ones(len(found), bool)
    is_rare[order[run_starts(upper(found)[order])]] = False
    return is_rare[which]


def _confused_rows(pair: tuple[I64, ...], words: I64, spellings: U64, rare: I64) -> I64:
    """The rows of one list; each has a rare spelling on one of its sides, and words of its code on both."""
    bounds, with_rare = ([np.searchsorted(one, side) for side in pair] for one in (words, rare))
    sizes, rare_sizes = ([one[:, 1] - one[:, 0] for one in each] for each in (bounds, with_rare))
    both = np.flatnonzero((sizes[0] > 0) & (sizes[1] > 0) & (rare_sizes[0] + rare_sizes[1] > 0))
    found = []
    for row in both.tolist():
        one, two = (set(spellings[slice(*side[row].tolist())].tolist()) for side in bounds)
        common = {value >> 32 for value in one} & {value >> 32 for value in two}
        if common & {value >> 32 for value in one ^ two}:
            found.append(row)
    return np.array(found, np.int64)


class _Excerpt(NamedTuple):
    """Some documents as a corpus of their own: their codes, told apart, and their places."""

    documents: I64
    code: U32
    places: Places
    first: I64  # the first word of each document in the whole corpus

    def local(self, words: I64, documents: I64) -> I64:
        """The places of words of documents, counted in the excerpt."""
        at = np.searchsorted(self.documents, documents)
        return words - self.first[at] + self.places.documents[at]

    def whole(self, words: U32) -> I64:
        """The inverse."""
        at = self.places.documents_of(words.copy())
        return words.astype(np.int64) - self.places.documents[at] + self.first[at]


def _excerpt(job: Job, documents: I64, key: Key) -> _Excerpt:
    """Documents (ascending) with codes that no two of their words share."""
    whole = job.places.documents
    first, bounds = whole[documents], bounds_of(np.diff(whole)[documents])
    code = np.empty(int(bounds[-1]), np.uint32)
    copy_ranges(job.corpus.code, first, whole[documents + 1], code)
    nothing, rank = np.empty(len(code), np.uint8), job.places.rank[documents]
    places = Places.of(nothing, bounds, np.zeros(len(documents), np.int64), rank)
    return _Excerpt(documents, _told_apart(code, job.corpus.keyed(documents, key)), places, first)


def _told_apart(code: U32, keyed: U32) -> U32:
    """Codes, of which each spelling but the first of its code has another one."""
    spellings = pack(code, keyed)
    found, first, which = np.unique(spellings, return_index=True, return_inverse=True)
    order = np.lexsort((first, upper(found)))
    starts = run_starts(upper(found)[order])
    rank = np.empty(len(found), np.uint32)
    rank[order] = np.arange(len(found)) - np.repeat(starts, np.diff(starts, append=len(found)))
    return code + rank[which] * _STEP


def _compared_again(job: Job, found: Compared, again: U64, of: tuple[U64, U64], key: Key) -> Compared:
    """Compare and align pairs of documents again; ``of`` are those of matches and of similar paragraphs."""
    excerpt = _excerpt(job, np.unique(unpack(again)), key)
    of_matches, of_pairs = (is_among(one, again) for one in of)
    pairs, shares, seeds = _paragraphs_again(job, found.pairs[of_pairs], excerpt)
    table = _aligned_again(job, excerpt, sort_values(np.concatenate([seeds, _seeds(job, excerpt, again)])))
    matches = np.concatenate([found.matches[~of_matches], table])
    keys = _documents(job.places, (matches[:, A0:], matches[:, B0:]))
    matches = matches[np.lexsort((matches[:, A0], keys))]
    are_pairs_equal = np.array_equal(pairs, found.pairs[of_pairs]) and np.array_equal(
        shares, found.shares[of_pairs]
    )
    if are_pairs_equal and np.array_equal(matches, found.matches):
        return found  # the words stand on both sides, but not beside one another
    pairs = np.concatenate([found.pairs[~of_pairs], pairs])
    shares = np.concatenate([found.shares[~of_pairs], shares])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    is_kept = ~np.isin(pack(*found.links.T), np.setdiff1d(again, keys))
    linked = np.searchsorted(np.unique(found.links), np.unique(found.links[is_kept]))
    return Compared(
        matches, pairs[order], shares[order],
        found.links[is_kept], found.wording[is_kept], found.sketches.of(linked),
    )  # fmt: skip


def _paragraphs_again(job: Job, pairs: I64, excerpt: _Excerpt) -> tuple[I64, F64, U64]:
    """Of pairs of paragraphs those that are similar, how similar, and the seeds of all in the excerpt."""
    low, high = job.corpus.spans_of(pairs.reshape(-1))
    owner = job.places.documents_of(low.astype(np.uint32))
    ends = np.stack([excerpt.local(low, owner), excerpt.local(high - 1, owner) + 1], axis=1).reshape(-1)
    numbers = np.arange(0, len(ends), 2).reshape(-1, 2)  # each has its first word and its end there
    compared = portions.compare_paragraphs(excerpt.code, ends, numbers, job.settings)
    return pairs.reshape(-1)[compared.pairs // 2], compared.shares, compared.seeds


def _aligned_again(job: Job, excerpt: _Excerpt, seeds: U64) -> U32:
    """The matches of seeds of the excerpt, with their words counted in the whole corpus."""
    limits = alignment.AlignmentLimits.of(job.settings)
    table = alignment.align(excerpt.code, excerpt.places, seeds, limits).table
    for side in (A0, A1, B0, B1):
        is_end = np.uint32(side in (A1, B1))
        table[:, side] = excerpt.whole(table[:, side] - is_end) + is_end
    return table


def _seeds(job: Job, excerpt: _Excerpt, again: U64) -> U64:
    """The seeds of pairs of documents, in an excerpt."""
    firsts = np.unique(upper(again))
    ends = job.places.documents[np.stack([firsts, firsts + 1])].astype(np.uint64) << np.uint64(32)
    found = [np.empty(0, np.uint64)]
    for run in job.store.pieces("seed_runs"):
        begin, end = np.searchsorted(run, ends)
        seeds = run[expand(begin, end - begin)[1]]
        seconds = job.places.documents_of((lower(seeds) >> 1).astype(np.uint32))
        both = pack(job.places.documents_of(upper(seeds).astype(np.uint32)), seconds)
        seeds, both = (values[is_among(both, again)] for values in (seeds, both))
        one, two = excerpt.local(upper(seeds), upper(both)), excerpt.local(lower(seeds) >> 1, lower(both))
        found.append(pack(one, two << 1 | lower(seeds) & 1))
    return np.concatenate(found)
