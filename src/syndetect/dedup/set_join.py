"""Exact set-similarity join: every text, in order of preference, against the texts kept before it.

Texts are near-duplicates when the sets of their k-word shingles have a Jaccard similarity of ``threshold`` or more.
The join is exact up to collisions of hashes: 56 bits of a shingle's, 31 of a word's.

Two such sets share a token in their prefixes, in any one order of all tokens (Chaudhuri, Ganti and Kaushik 2006,
"A primitive operator for similarity joins in data cleaning", section 4; Bayardo, Ma and Srikant 2007, "Scaling up all
pairs similarity search", section 3). The order is rarest first, so that what many texts share is in the prefix of few.
How far into both sets the shared token stands bounds what they can have in common (Xiao, Wang, Lin and Yu 2008,
"Efficient similarity joins for near duplicate detection", section 3: the positional filter). The larger set's prefix
can be shorter on the smaller one's side (there, section 3.2, for sets in order of size; here for any order, by tiers).
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syndetect.arrays import F64, I64, U8, U32, U64, bounds_of, run_starts, sort_keys
from syndetect.errors import InputError
from syndetect.kernels import prefixes as _kernels
from syndetect.kernels.shingles import hash_ranges
from syndetect.matching.shingles import shingle
from syndetect.runtime.threads import in_order, split_evenly
from syndetect.storage.scratch import Store

#: What :attr:`Survivors.relation` may be, by its number; 0 is kept.
RELATIONS = ("kept", "exact", "near", "contains")

_CHUNK_WORDS = 1 << 19
_CHUNK_TEXTS = 1 << 14
_MOST_BUCKETS = 1 << 28
_MOST_ENTRIES = 1 << 31


@dataclass(frozen=True)
class Rule:
    """When texts are near-duplicates.

    Attributes:
        shingle_words: how many words a shingle has; a text of fewer is one shingle.
        threshold: the least Jaccard similarity, above 0 and at most 1.
        contained: whether it is enough that the threshold is reached by the share of the smaller set in the larger.
    """

    shingle_words: int
    threshold: float
    contained: bool


@dataclass(frozen=True)
class Survivors:
    """What became of each text.

    Attributes:
        by: int64[n], the text kept in its place: itself, if it is kept.
        relation: uint8[n], 0 kept, 1 exact (the same words), 2 near, 3 contains (one of the two holds the other).
        similarity: float64[n], Jaccard; of "contains" the share of the smaller set that is in the larger.
    """

    by: I64
    relation: U8
    similarity: F64


def survivors(
    code: U32, ranges: tuple[I64, I64], order: I64, rule: Rule, store: Store, *, threads: int = 1, memory: int,
    advance: Callable[[int], None] = lambda _: None,
) -> Survivors:  # fmt: skip
    """Keep of texts, in order of preference, each that is no near-duplicate of one kept before.

    So no two that are kept are near-duplicates, and whatever is removed is one of a text that is kept: of the most
    similar, or of equals the most preferred. Texts of the same words are one text, kept where the first of them is.

    Args:
        code: uint32[words], as :attr:`syndetect.matching.tokens.Words.code`.
        ranges: int64[n] twice, each text's first word and end. A text without words is kept.
        order: int64[n], all texts, the preferred first.
        rule: when texts are near-duplicates.
        store: where the tokens go, in news about one for every two words: 8 bytes each.
        threads: how many chunks of texts are made into sets at once; the result does not depend on it.
        memory: bytes for what must be in memory: 2 to 4 a word (counts, which shrink with the memory), 36 an entry of
            the index (a token of a prefix; with ``contained``, any token), 40 a text.
        advance: told how many more texts are done.

    Raises:
        InputError: the index needs more memory.
    """
    low, high = ranges
    by = first_of_same(code, low, high, order)
    relation = np.where(by == np.arange(len(low)), np.uint8(0), _kernels.EXACT).astype(np.uint8)
    similarity = np.ones(len(low))
    place = np.empty(len(low), np.int64)
    place[order] = np.arange(len(low))
    classes = np.flatnonzero((relation == 0) & (high > low))
    advance(len(low) - len(classes))
    classes = classes[np.argsort(place[classes])]
    sets = _sets(code, low[classes], high[classes], rule.shingle_words, store, threads, memory // 4)
    chosen = _choose(sets, rule, memory, advance)
    by[classes], relation[classes] = classes[chosen.by], chosen.relation
    similarity[classes] = chosen.similarity
    return _through(Survivors(by, relation, similarity), high > low)


def _through(found: Survivors, has_words: npt.NDArray[np.bool_]) -> Survivors:
    """Let copies of a text that is not kept itself have the one that is, with its relation to that."""
    copies = np.flatnonzero((found.relation == _kernels.EXACT) & has_words)
    first = found.by[copies]
    moved = found.relation[first] != _kernels.KEPT
    copies, first = copies[moved], first[moved]
    for column in (found.by, found.relation, found.similarity):
        column[copies] = column[first]
    return found


def first_of_same(code: U32, low: I64, high: I64, order: I64) -> I64:
    """int64[n]: for each range of words, the first in ``order`` with equal words; for an empty range, itself."""
    first = np.arange(len(low))
    order = order[(high > low)[order]]
    hashes = np.empty(len(order), np.uint64)
    hash_ranges(code, low[order], high[order], hashes)
    keys, places = sort_keys(hashes, order.astype(np.uint32))
    starts = run_starts(keys)
    first[places] = np.repeat(places[starts], np.diff(starts, append=len(keys)))
    return first


@dataclass(frozen=True)
class _Sets:
    """Sets of tokens; ``bounds`` int64[n + 1], ``sizes`` (with what there is no token of) int64[n]."""

    tokens: U64
    bounds: I64
    sizes: I64


def _sets(code: U32, low: I64, high: I64, k: int, store: Store, threads: int, memory: int) -> _Sets:
    """The texts' sets: counted in a first pass over their shingles, made in a second."""
    offsets = bounds_of(high - low)
    parts = split_evenly(offsets, _CHUNK_WORDS)

    def shingles(part: tuple[int, int]) -> tuple[I64, U64]:
        return shingle(code, low[slice(*part)], high[slice(*part)], k)

    counts = np.zeros(_power_of_two(2 * int(offsets[-1]), memory), np.uint8)
    with closing(in_order(shingles, parts, threads)) as counted:
        for _, hashes in counted:
            _kernels.tally(hashes, counts)
            store.release()

    def make(part: tuple[int, int]) -> tuple[U64, I64, I64]:
        bounds, hashes = shingles(part)
        sizes, lengths = np.empty((2, len(bounds) - 1), np.int64)
        n = _kernels.make_tokens(bounds, hashes, np.empty_like(hashes), counts, sizes, lengths)
        return hashes[:n].copy(), sizes, lengths

    store.append("tokens", np.empty(0, np.uint64))
    sizes, lengths = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    with closing(in_order(make, parts, threads)) as made:
        for tokens, size, length in made:
            store.append("tokens", tokens)
            sizes.append(size)
            lengths.append(length)
            store.release()
    return _Sets(store["tokens"], bounds_of(np.concatenate(lengths)), np.concatenate(sizes))


def _choose(sets: _Sets, rule: Rule, memory: int, advance: Callable[[int], None]) -> Survivors:
    """What becomes of sets that stand in order of preference, no two of them of the same words."""
    count, given = len(sets.sizes), (rule.threshold, rule.contained)
    entries = _kernels.count_entries(sets.bounds, sets.sizes, *given)
    needed = 12 * entries + 40 * count
    if needed > memory or entries >= _MOST_ENTRIES:
        raise InputError(
            f"{count:,} texts have so much in common that {needed / 1e9:.1f} GB of memory are needed:"
            " allow more with --memory, or take fewer at a time"
        )
    heads = np.full((3, _power_of_two(entries, (memory - needed) // 12)), -1, np.int32)
    links, owners, places = np.empty((3, max(entries, 1)), np.int32)
    kept, seen = np.full((2, max(count, 1)), -1, np.int32)
    by, relation, similarity = np.empty(count, np.int64), np.empty(count, np.uint8), np.empty(count)
    state = np.zeros(2, np.int64)
    for part in _portions(count):
        _kernels.choose(
            sets.tokens, sets.bounds, sets.sizes, part, (heads, links, owners, places), kept, seen, state, *given,
            by, similarity, relation,
        )  # fmt: skip
        advance(len(part))
    return Survivors(by, relation, similarity)


def _portions(count: int) -> Iterator[I64]:
    for low in range(0, count, _CHUNK_TEXTS):
        yield np.arange(low, min(low + _CHUNK_TEXTS, count), dtype=np.int64)


def _power_of_two(wanted: int, most: int) -> int:
    """The power of two that is ``wanted`` or just above, unless that is above ``most``; at least 1024."""
    power = 1024
    while power < wanted and 2 * power <= min(most, _MOST_BUCKETS):
        power *= 2
    return power
