"""Seeds to matches: the seeds of each pair of documents extended, sorted out, joined and accepted.

A seed is a pair of words at which two documents agree. Of two documents, the one whose words come first in the order of
their codes is the one that the other is aligned with, whichever has the smaller number: so (a, b) and (b, a) have the
same matches.
"""

import numpy as np

from syndetect.kernels.documents import document_of
from syndetect.kernels.extension import A0, A1, B0, B1, BAND, REACH, ROWS, SCORE, WIDTH, find_run, grow
from syndetect.kernels.jit import allocating, inline, kernel
from syndetect.kernels.order import sort_values
from syndetect.kernels.pruning import accept, join, prune, sort_by_place
from syndetect.kernels.seeds import first_of, second_of

#: Words of a cell of the first document. A seed is looked up among the newest ``_NEWEST`` matches through its cell.
CELL, _NEWEST = 64, 64
#: What a cell notes: the numbers of these matches, the pair of documents, and how many run through.
NOTES = _NEWEST + 2
_PAIR, _COUNT = _NEWEST, _NEWEST + 1
#: The rows that the extensions of a pair of documents may have: so many, and so many for each word of the shorter one.
#: When they are used up, as in text that repeats itself, only runs of ``LONG`` equal words are extended.
MOST_ROWS, ROWS_A_WORD, LONG = 1 << 16, 16, 32
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
def _is_covered(passing, pair, matches, cell, a, b):
    """Whether one of the newest matches of this pair through a cell runs through the seed or close by."""
    if passing[cell, _PAIR] != pair:
        return False
    for i in range(min(passing[cell, _COUNT], _NEWEST)):
        match = matches[passing[cell, i]]
        if match[A0] <= a < match[A1] and match[B0] <= b < match[B1]:
            begin, end = match[B0] - match[A0], match[B1] - match[A1]
            if min(begin, end) - BAND <= b - a <= max(begin, end) + BAND:
                return True
    return False


@inline
def _pass_through(passing, pair, first_cell, last_cell, m):
    """Note that match m runs through cells."""
    for cell in range(first_cell, last_cell + 1):
        if passing[cell, _PAIR] != pair:
            passing[cell, _PAIR], passing[cell, _COUNT] = pair, 0
        passing[cell, passing[cell, _COUNT] % _NEWEST] = m
        passing[cell, _COUNT] += 1


@inline
def _is_order_open(code, gaps, bounds):
    """Whether words that are missing may decide which document's words come first."""
    n, most = np.int64(0), min(bounds[1] - bounds[0], bounds[3] - bounds[2])
    while n < most and code[bounds[0] + n] == code[bounds[2] + n]:
        n += 1
    n = min(n + 1, most)
    return gaps[bounds[0] + n] > gaps[bounds[0]] or gaps[bounds[2] + n] > gaps[bounds[2]]


@inline
def _is_near_gap(gaps, match, reach, bounds):
    """Whether words that are missing may have been looked at, so far before and behind a match."""
    a = gaps[min(bounds[1], match[A1] + reach)] - gaps[max(bounds[0], match[A0] - reach)]
    b = gaps[min(bounds[3], match[B1] + reach)] - gaps[max(bounds[2], match[B0] - reach)]
    return a > 0 or b > 0


@allocating
def _align_pair(code, seeds, bounds, limits, work, matches, first, pair):
    """Align two documents around seeds (diagonal and place, packed, ascending); how many matches there are now.

    -1 where words that are missing may decide.
    """
    min_words, min_score, min_linked, reach, drop, join_words = limits
    cells, passing, passed, gaps = work
    most = MOST_ROWS + ROWS_A_WORD * min(bounds[1] - bounds[0], bounds[3] - bounds[2])
    n, cells[ROWS] = first, 0
    tried_diagonal = tried_end = np.int64(-1)
    for seed in seeds:
        a = bounds[0] + np.int64(seed & _LOWER)
        b = bounds[2] + np.int64(seed & _LOWER) + np.int64(seed >> _S32) - _MIDDLE
        if code[a] != code[b] or (b - a == tried_diagonal and a < tried_end):
            continue
        if _is_covered(passing, pair, matches, (a - bounds[0]) // CELL, a, b):
            continue
        low, high = find_run(code, a, b, bounds)
        tried_diagonal, tried_end = b - a, a + high
        if cells[ROWS] > most and low + high < LONG:
            if len(gaps):
                return np.int64(-1)
            passed[0] += 1
            continue
        match = matches[n]
        grow(code, a, b, low, high, bounds, drop, cells, match)
        if len(gaps) and _is_near_gap(gaps, match, cells[REACH], bounds):
            return np.int64(-1)
        tried_end = match[A1]
        if match[SCORE] >= min_linked:
            _pass_through(
                passing, pair, (match[A0] - bounds[0]) // CELL, (match[A1] - 1 - bounds[0]) // CELL, n
            )
            n += 1
    if n > first + 1:
        n = prune(matches, first, n)
        n = join(matches, first, n, join_words, drop)
    return accept(matches, first, n, min_words, min_score, reach) if n > first else n


@allocating
def _turn(matches, low, high):
    """Exchange the sides of matches; they are in the order of place afterwards, too."""
    spare = np.empty((high - low, WIDTH), np.int64)
    for m in range(low, high):
        match = matches[m]
        match[A0], match[A1], match[B0], match[B1] = match[B0], match[B1], match[A0], match[A1]
    sort_by_place(matches, low, high, spare)


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
def align(code, documents, hints, rank, seeds, limits, passing, passed, gaps, open_pairs, matches):
    """Align pairs of documents around their seeds.

    Args:
        code: uint32[words].
        documents: int64[d + 1], each document's first word.
        hints: uint32, as :func:`syndetect.kernels.documents.document_of` takes it.
        rank: uint32[d], an order of the documents, for those that have the same words.
        seeds: uint64[s], ascending, as of :mod:`.seeds`; pairs of documents without a strong one are skipped.
        limits: int64 each: min_words, min_score, min_linked_score, link_words, drop and join_words, as in Settings;
            scores and drop in quarters of a word.
        passing: int32[c, NOTES], work space of zeros, c as many as the longest document has cells.
        passed: int64[2], output: by how many they grow is how many seeds were passed over when the rows were used up,
            and how many pairs are open.
        gaps: int32[words + 1], of how many words before each the codes are missing; empty where none is.
        open_pairs: int64[p, 2], output: the documents of pairs about which missing words may decide, the earlier first;
            they have no matches.
        matches: int64[s + 1, WIDTH], output.

    Returns:
        How many matches there are, by the earlier document, then the later, then their place in the earlier.
    """
    cells, bounds, sides = np.empty((4, 2 * BAND + 3), np.int64), np.empty(4, np.int64), np.empty(4, np.int64)
    turned, spare = np.empty(len(seeds), np.uint64), np.empty(len(seeds), np.uint64)
    work = cells, passing, passed, gaps
    n = s = pair = np.int64(0)
    while s < len(seeds):
        one = document_of(first_of(seeds[s]), hints, documents)
        bounds[0], bounds[1] = documents[one], documents[one + 1]
        end = _end_of(seeds, s, bounds[1])
        for i in range(s, end):
            turned[i - s] = np.uint64(second_of(seeds[i])) << _S32 | seeds[i] >> _S32 << _U1 | seeds[i] & _U1
        of_one = turned[: end - s]
        sort_values(of_one, spare[: end - s])
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
                sort_values(of_one[t:last], spare[: last - t])
                first, pair = n, pair + 1
                if len(gaps) and _is_order_open(code, gaps, bounds):
                    n = np.int64(-1)
                else:
                    n = _align_pair(code, of_one[t:last], sides, limits, work, matches, first, pair)
                if n < 0:
                    n = first
                    open_pairs[passed[1], 0], open_pairs[passed[1], 1] = one, other
                    passed[1] += 1
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
        for slot in range(_HEADS):
            head[slot] = -1
        for y in range(columns):
            at = code[b + y] >> np.uint32(1) & np.uint32(_HEADS - 1)
            before[y], head[at] = head[at], y
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
