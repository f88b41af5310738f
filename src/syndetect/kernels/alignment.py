"""Seeds to matches: the seeds of each pair of documents extended, sorted out, joined and accepted.

A seed is a pair of words at which two documents agree. Of two documents, the one whose words come first in the order of
their codes is the one that the other is aligned with, whichever has the smaller number: so (a, b) and (b, a) have the
same matches.
"""

import numpy as np

from syndetect.kernels.documents import document_of
from syndetect.kernels.extension import A0, A1, B0, B1, BAND, COLUMNS, EQUAL, SCORE, WIDTH, find_run, grow
from syndetect.kernels.jit import allocating, inline, kernel
from syndetect.kernels.order import shell_sort, sort_values
from syndetect.kernels.seeds import first_of, second_of

#: Matches of a pair at which a seed is looked up before it is extended; what slips through is pruned afterwards.
_RECENT = 64
#: More than the matches of any pair: what a place is packed under in a sort key.
_PLACES = 1 << 24
#: How often one stretch may be matched within a pair of documents: repeats inside a document are no reuse.
MOST_USES = 2
#: What is added to a diagonal, so that it is not negative.
_MIDDLE = np.int64(1 << 31)
_U1 = np.uint64(1)
_S32 = np.uint64(32)
#: Lists of places by their codes, while the longest run of two ranges is sought.
_HEADS = 128
_LOWER = np.uint64(0xFFFFFFFF)


@inline
def _compare(code, low_a, high_a, low_b, high_b):
    """-1 where a range of words comes before another one in the order of their codes, 1 where behind, 0 where equal."""
    a, b = np.int64(low_a), np.int64(low_b)
    while a < high_a and b < high_b and code[a] == code[b]:
        a, b = a + 1, b + 1
    if a == high_a or b == high_b:
        return np.int64(b == high_b) - np.int64(a == high_a)
    return np.int64(1) if code[a] > code[b] else np.int64(-1)


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


@allocating
def _sort_by_place(matches, low, high, spare):
    """Sort matches by where they begin in the first document; equal ones keep their order."""
    order = np.empty(high - low, np.int64)
    for m in range(low, high):
        order[m - low] = matches[m, A0] * _PLACES + m - low
        _copy(matches[m], spare[m - low])
    shell_sort(order)
    for m in range(low, high):
        _copy(spare[order[m - low] % _PLACES], matches[m])


@allocating
def _prune(matches, low, high):
    """Keep, best and then earliest first, the matches with a side that better ones cover by less than half.

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

    Whatever lies between counts as aligned columns that are not equal, and costs as much as the drop that separated
    them.
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


@allocating
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


@allocating
def _align_pair(code, seeds, bounds, limits, cells, matches, first):
    """Align two documents around seeds (diagonal and place, packed, ascending); how many matches there are now."""
    min_words, min_score, min_linked, reach, drop, join = limits
    n = first
    tried_diagonal = tried_end = np.int64(-1)
    for seed in seeds:
        a = bounds[0] + np.int64(seed & _LOWER)
        b = bounds[2] + np.int64(seed & _LOWER) + np.int64(seed >> _S32) - _MIDDLE
        if code[a] != code[b] or (b - a == tried_diagonal and a < tried_end):
            continue
        if _is_covered(matches, first, n, a, b):
            continue
        low, high = find_run(code, a, b, bounds)
        tried_diagonal = b - a
        grow(code, a, b, low, high, bounds, drop, cells, matches[n])
        tried_end = matches[n, A1]
        if matches[n, SCORE] >= min_linked:
            n += 1
    if n > first:
        n = _prune(matches, first, n)
        n = _join(matches, first, n, join, drop)
        n = _accept(matches, first, n, min_words, min_score, reach)
    return n


@allocating
def _turn(matches, low, high):
    """Exchange the sides of matches; they are in the order of place afterwards, too."""
    spare = np.empty((high - low, WIDTH), np.int64)
    for m in range(low, high):
        match = matches[m]
        match[A0], match[A1], match[B0], match[B1] = match[B0], match[B1], match[A0], match[A1]
    _sort_by_place(matches, low, high, spare)


@inline
def _by_diagonal(seeds, bounds, is_turned):
    """Pack seeds (a word of the other document, then one of the one) anew, as :func:`_align_pair` takes them."""
    for i in range(len(seeds)):
        a, b = second_of(seeds[i]) - bounds[0], first_of(seeds[i]) - bounds[2]
        if is_turned:
            a, b = b, a
        seeds[i] = np.uint64(b - a + _MIDDLE) << _S32 | np.uint64(a)


@inline
def _end_of(values, s, end):
    """The first of the values from s on whose upper half is not less than ``end``."""
    while s < len(values) and np.int64(values[s] >> _S32) < end:
        s += 1
    return s


@kernel
def align(code, documents, hints, rank, seeds, limits, matches):
    """Align pairs of documents around their seeds.

    Args:
        code: uint32[words].
        documents: int64[d + 1], each document's first word.
        hints: uint32, as :func:`syndetect.kernels.documents.document_of` takes it.
        rank: uint32[d], an order of the documents, for those that have the same words.
        seeds: uint64[s], ascending, as of :mod:`.seeds`; pairs of documents without a strong one are skipped.
        limits: int64 each: min_words, min_score, min_linked_score, link_words, drop and join_words, as in Settings;
            scores and drop in quarters of a word.
        matches: int64[s + 1, WIDTH], output.

    Returns:
        How many matches there are, by the earlier document, then the later, then their place in the earlier.
    """
    cells, bounds, sides = np.empty((3, 2 * BAND + 3), np.int64), np.empty(4, np.int64), np.empty(4, np.int64)
    turned, spare = np.empty(len(seeds), np.uint64), np.empty(len(seeds), np.uint64)
    n = s = np.int64(0)
    while s < len(seeds):
        one = document_of(first_of(seeds[s]), hints, documents)
        bounds[0], bounds[1] = documents[one], documents[one + 1]
        end = _end_of(seeds, s, bounds[1])
        for i in range(s, end):
            turned[i - s] = np.uint64(second_of(seeds[i])) << _S32 | seeds[i] >> _S32 << _U1 | seeds[i] & _U1
        of_one = turned[: end - s]
        sort_values(of_one, spare[: end - s], np.int64(0))
        t = np.int64(0)
        while t < len(of_one):
            other = document_of(first_of(of_one[t]), hints, documents)
            bounds[2], bounds[3] = documents[other], documents[other + 1]
            last = _end_of(of_one, t, bounds[3])
            is_strong = np.uint64(0)
            for i in range(t, last):
                is_strong |= of_one[i] & _U1
            if is_strong:
                order = _compare(code, bounds[0], bounds[1], bounds[2], bounds[3])
                is_turned = order > 0 or (order == 0 and rank[one] > rank[other])
                for i in range(4):
                    sides[i] = bounds[(i + 2) % 4 if is_turned else i]
                _by_diagonal(of_one[t:last], bounds, is_turned)
                sort_values(of_one[t:last], spare[: last - t], np.int64(0))
                first = n
                n = _align_pair(code, of_one[t:last], sides, limits, cells, matches, first)
                if is_turned and n > first:
                    _turn(matches, first, n)
            t = last
        s = end
    return n


@kernel
def longest_runs(code, low_a, high_a, low_b, high_b, most, seeds):
    """The longest run of equal words of each pair of ranges, as the seed at its beginning.

    ``seeds[i]`` (int64[n, 2]) is -1, -1 where nothing agrees; of equally long runs it is the first in the range whose
    words come first in the order of their codes, and of these the last in the other. At most ``most`` words of each
    range are looked at.
    """
    head, before = (
        np.empty(_HEADS, np.int64),
        np.empty(most, np.int64),
    )  # places in b by code, each to the one before
    for i in range(len(low_a)):
        a, b = low_a[i], low_b[i]
        rows, columns = min(high_a[i] - a, most), min(high_b[i] - b, most)
        is_turned = _compare(code, a, a + rows, b, b + columns) > 0
        if is_turned:
            a, b, rows, columns = b, a, columns, rows
        head[:] = -1
        for y in range(columns):
            slot = code[b + y] >> np.uint32(1) & np.uint32(_HEADS - 1)
            before[y], head[slot] = head[slot], y
        longest = np.int64(0)
        seeds[i, 0] = seeds[i, 1] = -1
        for x in range(rows):
            y = head[code[a + x] >> np.uint32(1) & np.uint32(_HEADS - 1)]
            while y >= 0:
                run = np.int64(0)
                if x == 0 or y == 0 or code[a + x - 1] != code[b + y - 1]:
                    while x + run < rows and y + run < columns and code[a + x + run] == code[b + y + run]:
                        run += 1
                if run > longest:
                    longest = run
                    seeds[i, 0], seeds[i, 1] = a + x, b + y
                y = before[y]
        if is_turned:
            seeds[i, 0], seeds[i, 1] = seeds[i, 1], seeds[i, 0]
