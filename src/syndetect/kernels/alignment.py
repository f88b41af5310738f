"""Seeds to matches: the seeds of each pair of documents extended, sorted out, joined and accepted.

A seed is a pair of words at which two documents agree.
"""

import numpy as np

from syndetect.kernels.extension import (
    A0,
    A1,
    B0,
    B1,
    BAND,
    COLUMNS,
    EQUAL,
    SCORE,
    WIDTH,
    find_run,
    grow,
    is_promising,
)
from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.order import shell_sort

#: Matches of a pair at which a seed is looked up before it is extended; what slips through is pruned afterwards.
_RECENT = 64
#: More than the matches of any pair: what a place is packed under in a sort key.
_PLACES = 1 << 24
#: How often one stretch may be matched within a pair of documents: repeats inside a document are no reuse.
MOST_USES = 2


@inline
def _is_covered(matches, low, high, a, b):
    """Whether a recent match of this pair runs through the seed or close by."""
    for m in range(high - 1, max(low, high - _RECENT) - 1, -1):
        match = matches[m]
        if match[A0] <= a < match[A1] and match[B0] <= b < match[B1]:
            begin, end = match[B0] - match[A0], match[B1] - match[A1]
            if min(begin, end) - BAND <= b - a <= max(begin, end) + BAND:
                return True
    return False


@inline
def _overlap(low, high, other_low, other_high):
    return max(np.int64(0), min(high, other_high) - max(low, other_low))


@inline
def _copy(source, target):
    for i in range(WIDTH):
        target[i] = source[i]


@inline
def _sort_by_place(matches, low, high, spare):
    """Sort matches by where they begin in the first document; equal ones keep their order."""
    order = np.empty(high - low, np.int64)
    for m in range(low, high):
        order[m - low] = matches[m, A0] * _PLACES + m - low
        _copy(matches[m], spare[m - low])
    shell_sort(order)
    for m in range(low, high):
        _copy(spare[order[m - low] % _PLACES], matches[m])


@inline
def _prune(matches, low, high):
    """Keep, best and then earliest first, the matches of which a side is by more than half not covered by better ones.

    What they have covered already may be matched again on the other side ``MOST_USES - 1`` times, so n repeats of a
    sentence in one document against m in the other do not come to n times m matches.
    """
    kept = np.empty((high - low, WIDTH), np.int64)
    _sort_by_place(matches, low, high, kept)
    order = np.empty(high - low, np.int64)
    for m in range(low, high):
        order[m - low] = -matches[m, SCORE] * _PLACES + m - low
    shell_sort(order)
    n = 0
    for place in order:
        match = matches[low + place % _PLACES]
        in_a = in_b = np.int64(0)
        for i in range(n):
            in_a += _overlap(match[A0], match[A1], kept[i, A0], kept[i, A1])
            in_b += _overlap(match[B0], match[B1], kept[i, B0], kept[i, B1])
        uses_a = 2 * in_a // (match[A1] - match[A0])  # in halves of the stretch
        uses_b = 2 * in_b // (match[B1] - match[B0])
        if min(uses_a, uses_b) == 0 and max(uses_a, uses_b) < 2 * MOST_USES - 1:
            _copy(match, kept[n])
            n += 1
    for m in range(n):
        _copy(kept[m], matches[low + m])
    _sort_by_place(matches, low, low + n, kept)
    return low + n


@inline
def _join(matches, low, high, join, drop):
    """Join neighbours that follow one another in both documents with at most ``join`` words between.

    Whatever lies between counts as aligned columns that are not equal, and costs as much as the drop that parted them.
    """
    n = low
    for m in range(low, high):
        if n > low:
            one, two = matches[n - 1], matches[m]
            gap_a, gap_b = two[A0] - one[A1], two[B0] - one[B1]
            if 0 <= gap_a <= join and 0 <= gap_b <= join and min(one[SCORE], two[SCORE]) > drop:
                one[A1], one[B1] = two[A1], two[B1]
                one[EQUAL] += two[EQUAL]
                one[COLUMNS] += two[COLUMNS] + max(gap_a, gap_b)
                one[SCORE] += two[SCORE] - drop
                continue
        _copy(matches[m], matches[n])
        n += 1
    return n


@inline
def _distance(low, high, other_low, other_high):
    return max(np.int64(0), max(low, other_low) - min(high, other_high))


@inline
def _accept(matches, low, high, min_words, min_score, reach):
    """Keep matches of ``min_score``, and weaker ones within ``reach`` words of one of these in both documents."""
    is_kept = np.zeros(high - low, np.uint8)
    for m in range(low, high):
        one = matches[m]
        for i in range(low, high):
            other = matches[i]
            if matches[i, SCORE] >= min_score and one[EQUAL] >= min_words and not is_kept[m - low]:
                in_a = _distance(one[A0], one[A1], other[A0], other[A1])
                in_b = _distance(one[B0], one[B1], other[B0], other[B1])
                is_kept[m - low] = in_a <= reach and in_b <= reach
    n = low
    for m in range(low, high):
        if is_kept[m - low]:
            _copy(matches[m], matches[n])
            n += 1
    return n


@kernel
def align(code, seeds, pairs, bounds, min_words, min_score, min_linked, reach, drop, join, matches):
    """Align pairs of documents around their seeds.

    Args:
        code: uint64[words].
        seeds: int64[s, 2], words of the one and the other document; those of a pair together, by diagonal and place.
        pairs: int64[p + 1], each pair's first seed.
        bounds: int64[p, 4], first word and end of the one document, first word and end of the other.
        min_words, min_score, min_linked, reach, drop, join: as in Settings; scores and drop in quarters.
        matches: int64[s, WIDTH], output.

    Returns:
        How many matches there are, those of a pair together, by their place in the first document.
    """
    cells = np.empty((3, 2 * BAND + 3), np.int64)
    n = np.int64(0)
    for p in range(len(pairs) - 1):
        first = n
        tried_diagonal = tried_end = np.int64(-1)
        for s in range(pairs[p], pairs[p + 1]):
            a, b = seeds[s, 0], seeds[s, 1]
            if code[a] != code[b] or (b - a == tried_diagonal and a < tried_end):
                continue
            if _is_covered(matches, first, n, a, b):
                continue
            low, high = find_run(code, a, b, bounds[p])
            tried_diagonal, tried_end = b - a, a + high
            if not is_promising(code, a, b, low, high, bounds[p], min_words):
                continue
            grow(code, a, b, low, high, bounds[p], drop, cells, matches[n])
            tried_end = matches[n, A1]
            if matches[n, SCORE] >= min_linked:
                n += 1
        if n > first:
            n = _prune(matches, first, n)
            n = _join(matches, first, n, join, drop)
            n = _accept(matches, first, n, min_words, min_score, reach)
    return n


@kernel
def longest_runs(code, low_a, high_a, low_b, high_b, most, seeds):
    """The longest run of equal words of each pair of ranges, as the seed at its beginning.

    ``seeds[i]`` (int64[n, 2]) is -1, -1 where nothing agrees. At most ``most`` words of each range are looked at.
    """
    before = np.zeros(most + 1, np.int64)
    for i in range(len(low_a)):
        rows, columns = min(high_a[i] - low_a[i], most), min(high_b[i] - low_b[i], most)
        for y in range(columns + 1):
            before[y] = 0
        longest = np.int64(0)
        seeds[i, 0] = seeds[i, 1] = -1
        for x in range(rows):
            word = code[low_a[i] + x]
            for y in range(columns, 0, -1):
                run = before[y - 1] + 1 if code[low_b[i] + y - 1] == word else np.int64(0)
                before[y] = run
                if run > longest:
                    longest = run
                    seeds[i, 0] = low_a[i] + x - run + 1
                    seeds[i, 1] = low_b[i] + y - run
