"""Exact set-similarity join with a prefix filter: each text, in order of preference, against the texts kept before it.

Texts are near-duplicates when the sets of their k-word shingles have a Jaccard similarity of ``threshold`` or more.
The join is exact up to collisions of hashes by chance: 56 bits for a shingle, 31 for a word. The hash of words has a
secret key, so that nobody can make texts that collide.

Prefix filter: two such sets share a token in their prefixes, in any one order of all tokens (Chaudhuri, Ganti and
Kaushik 2006, "A primitive operator for similarity joins in data cleaning", section 4; Bayardo, Ma and Srikant 2007,
"Scaling up all pairs similarity search", section 3). The order is rarest first: few prefixes hold frequent tokens. The
shared token's positions in both sets bound the size of their intersection (Xiao, Wang, Lin and Yu 2008,
"Efficient similarity joins for near duplicate detection", section 3: the positional filter). The larger set's prefix
can be shorter on the smaller one's side (there, section 3.2, for sets in order of size; here for any order, by tiers).
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syndetect.arrays import F64, I64, U8, U32, U64, bounds_of, run_starts, sort_keys
from syndetect.errors import InputError, SettingsError
from syndetect.kernels import prefixes as _kernels
from syndetect.kernels.shingles import hash_ranges
from syndetect.matching.shingles import shingle
from syndetect.runtime.threads import apart, in_order, split_evenly
from syndetect.settings import check_whole
from syndetect.storage.scratch import Store

#: The meanings of :attr:`Outcomes.relation`, by its number.
RELATIONS = ("kept", "exact", "near", "contains", "same-url")

_CHUNK_WORDS = 1 << 19
_CHUNK_TEXTS = 1 << 14
_MOST_BUCKETS = 1 << 28
_MOST_ENTRIES = 1 << 31


@dataclass(frozen=True)
class SimilarityRule:
    """The condition for two texts to be near-duplicates.

    Attributes:
        shingle_words: words in a shingle; a text of fewer is one shingle.
        threshold: the least Jaccard similarity, above 0 and at most 1.
        contained: whether the share of the smaller set in the larger may reach the threshold instead.

    Raises:
        SettingsError: a value is out of its range.
    """

    shingle_words: int
    threshold: float
    contained: bool

    def __post_init__(self) -> None:
        if not isinstance(self.threshold, (int, float)) or not 0 < self.threshold <= 1:
            raise SettingsError(f"threshold must lie above 0 and be at most 1, not {self.threshold!r}")
        check_whole("shingle_words", self.shingle_words)
        object.__setattr__(self, "threshold", float(self.threshold))  # the kernels compile for these types
        object.__setattr__(self, "contained", bool(self.contained))


@dataclass(frozen=True)
class Outcomes:
    """The outcome of each text: kept, or removed as similar to a kept text.

    Attributes:
        by: int64[n], the similar text that is kept; a kept text has itself.
        relation: uint8[n], 0 kept, 1 exact (the same words), 2 near, 3 contains (one of the two holds the other), 4 of
            the same group.
        similarity: float64[n], Jaccard; for "contains" the share of the smaller set that is in the larger.
    """

    by: I64
    relation: U8
    similarity: F64


@dataclass(frozen=True)
class Beforehand:
    """What is known of texts before they are compared.

    Attributes:
        fixed: the first so many in order of preference are kept, whatever they are like.
        groups: int64[n], the group of each text, or -1; None without groups. Of a group one is kept, and fixed ones.
    """

    fixed: int = 0
    groups: I64 | None = None


def join_outcomes(  # noqa: PLR0913  (the words are two arrays, and the limits three)
    code: U32, ranges: tuple[I64, I64], order: I64, rule: SimilarityRule, store: Store, *,
    known: Beforehand | None = None, threads: int = 1, memory: int, advance: Callable[[int], None] = lambda _: None,
) -> Outcomes:  # fmt: skip
    """Join texts in order of preference, and keep each text that is no near-duplicate of a text kept before it.

    So no two kept texts are near-duplicates, but for fixed ones. A removed text has the most similar of the kept texts,
    or the most preferred of equally similar ones. Texts of the same words are one text, with the place of the first of
    them; where there are groups, they may be of several, and are compared like others.

    Args:
        code: uint32[words], as :attr:`syndetect.matching.tokens.Words.code`.
        ranges: int64[n] twice, each text's first word and end. A text without words is kept, unless for its group.
        order: int64[n], all texts, the preferred first.
        rule: the condition for near-duplicates.
        store: the place for the tokens, 8 bytes each; in news about one for every two words.
        known: which texts are fixed, and groups; by default none.
        threads: the number of chunks of texts made into sets at once; the result does not depend on it.
        memory: bytes for the arrays in memory: 2 to 4 a word (counts, which shrink with the memory), 36 an entry of
            the index (a token of a prefix; with ``contained``, any token), 40 a text.
        advance: called with the number of texts done since the last call.

    Raises:
        InputError: the index needs more memory.
    """
    known = known or Beforehand()
    low, high = ranges
    everyone = np.arange(len(low))
    first = apart(first_of_same, code, low, high, order)
    is_fixed = np.zeros(len(low), bool)
    is_fixed[order[: known.fixed]] = True
    compared = (first == everyone) & (high > low) if known.groups is None else np.ones(len(low), bool)
    by = np.where(is_fixed | compared, everyone, first)
    relation = np.where(by == everyone, np.uint8(0), _kernels.EXACT).astype(np.uint8)
    similarity = np.ones(len(low))
    classes = order[compared[order]]
    fixed = int(is_fixed[classes].sum())
    advance(len(low) - len(classes))
    sets = _token_sets(
        code, low[classes], high[classes], fixed, rule.shingle_words, store, threads, memory // 4
    )
    groups = np.empty(0, np.int64) if known.groups is None else known.groups[classes]
    joined = _join(sets, rule, fixed, groups, memory, advance)
    by[classes], relation[classes] = classes[joined.by], joined.relation
    similarity[classes] = joined.similarity
    outcomes = Outcomes(by, relation, similarity)
    if known.groups is None:
        return _resolve_copies(outcomes, high > low)
    return _find_copies(outcomes, first, order, high > low)


def _resolve_copies(outcomes: Outcomes, has_words: npt.NDArray[np.bool_]) -> Outcomes:
    """Give copies of a removed text its outcome: the kept text, and the relation and similarity to it."""
    copies = np.flatnonzero((outcomes.relation == _kernels.EXACT) & has_words)
    first = outcomes.by[copies]
    moved = outcomes.relation[first] != _kernels.KEPT
    copies, first = copies[moved], first[moved]
    for column in (outcomes.by, outcomes.relation, outcomes.similarity):
        column[copies] = column[first]
    return outcomes


def _find_copies(outcomes: Outcomes, first: I64, order: I64, has_words: npt.NDArray[np.bool_]) -> Outcomes:
    """Relate each removed text to the first text of the same words that was kept before it, if there is one."""
    place, holder = np.empty(len(order), np.int64), np.full(len(order), -1)
    place[order] = np.arange(len(order))
    kept = order[outcomes.relation[order] == _kernels.KEPT][::-1]
    holder[first[kept]] = kept  # of several, the first in order comes last
    removed = np.flatnonzero((outcomes.relation != _kernels.KEPT) & has_words)
    by = holder[first[removed]]
    is_copy = (by >= 0) & (place[by] < place[removed])
    removed = removed[is_copy]
    outcomes.by[removed], outcomes.relation[removed], outcomes.similarity[removed] = (
        by[is_copy],
        _kernels.EXACT,
        1.0,
    )
    return outcomes


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
class _TokenSets:
    """Sets of tokens: ``bounds`` int64[n + 1]; ``sizes`` int64[n], with the shingles that have no token."""

    tokens: U64
    bounds: I64
    sizes: I64


def _token_sets(
    code: U32, low: I64, high: I64, fixed: int, k: int, store: Store, threads: int, memory: int
) -> _TokenSets:
    """The texts' sets of shingles: a first pass counts all shingles, a second makes the tokens.

    The first ``fixed`` texts are not compared with one another: they have tokens of what others have as well.
    """
    offsets = bounds_of(high - low)
    chunks = [
        (first + begin, end + begin)
        for begin, part in ((0, offsets[: fixed + 1]), (fixed, offsets[fixed:]))
        for first, end in split_evenly(part, _CHUNK_WORDS)
    ]

    def shingles(chunk: tuple[int, int]) -> tuple[I64, U64]:
        return shingle(code, low[slice(*chunk)], high[slice(*chunk)], k)

    counts = np.zeros(_power_of_two(2 * int(offsets[-1]), memory // (2 if fixed else 1)), np.uint8)
    others = np.zeros_like(counts) if fixed else counts
    with closing(in_order(shingles, chunks, threads)) as counted:
        for (begin, _), (_, hashes) in zip(chunks, counted, strict=True):
            _kernels.tally(hashes, counts)
            if fixed and begin >= fixed:
                _kernels.tally(hashes, others)
            store.release()

    if fixed:  # from now on the counts for the fixed texts: 0 for what none of the others has
        others = np.where((others == 0) & (counts > 1), 0, counts).astype(np.uint8)

    def make(chunk: tuple[int, int]) -> tuple[U64, I64, I64]:
        bounds, hashes = shingles(chunk)
        sizes, lengths = np.empty((2, len(bounds) - 1), np.int64)
        held = others if chunk[0] < fixed else counts
        n = _kernels.make_tokens(bounds, hashes, np.empty_like(hashes), held, sizes, lengths)
        return hashes[:n].copy(), sizes, lengths

    store.append("tokens", np.empty(0, np.uint64))
    sizes, lengths = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    with closing(in_order(make, chunks, threads)) as made:
        for tokens, size, length in made:
            store.append("tokens", tokens)
            sizes.append(size)
            lengths.append(length)
            store.release()
    return _TokenSets(store["tokens"], bounds_of(np.concatenate(lengths)), np.concatenate(sizes))


def _join(
    sets: _TokenSets, rule: SimilarityRule, fixed: int, groups: I64, memory: int, advance: Callable[[int], None]
) -> Outcomes:  # fmt: skip
    """The outcomes of sets in order of preference."""
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
    state, holders = np.zeros(2, np.int64), np.full(int(groups.max(initial=-1)) + 1, -1)
    for chunk in _chunks(count):
        apart(
            _kernels.choose, sets.tokens, sets.bounds, sets.sizes, chunk, (heads, links, owners, places), kept, seen,
            state, *given, by, similarity, relation, fixed, groups, holders,
        )  # fmt: skip
        advance(len(chunk))
    return Outcomes(by, relation, similarity)


def _chunks(count: int) -> Iterator[I64]:
    for low in range(0, count, _CHUNK_TEXTS):
        yield np.arange(low, min(low + _CHUNK_TEXTS, count), dtype=np.int64)


def _power_of_two(wanted: int, most: int) -> int:
    """The least power of two from ``wanted`` on, or the greatest up to ``most`` if that is less; at least 1024."""
    power = 1024
    while power < wanted and 2 * power <= min(most, _MOST_BUCKETS):
        power *= 2
    return power
