"""Seeds to matches: local alignment on words, from exact runs outwards.

A seed is a pair of words at which two documents agree. The run of equal words around it is taken whole; from both its
ends a banded dynamic programme goes on until the score has fallen ``drop`` below its best (X-drop: Zhang, Schwartz,
Wagner and Miller 2000, "A greedy algorithm for aligning DNA sequences", section 2). Scores count in quarters of a word.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.order import shell_sort

#: Columns of a match: words [A0, A1) of one document, [B0, B1) of the other, words aligned as equal, aligned columns,
#: and the score in quarters.
A0, A1, B0, B1, EQUAL, COLUMNS, SCORE = range(7)
WIDTH = 7

MISMATCH = 4
GAP = 3
#: A word that agrees; a character of a script without spaces is worth half of one.
WORD = 4
CHARACTER = 2
#: Half the band: the words by which two documents may drift apart within one extension.
BAND = 16
#: How far around a run agreement is counted before it is extended.
NEARBY = 12
_FORTH, _BACK = np.int64(1), np.int64(-1)
_NEVER = np.int64(-(1 << 40))
#: Matches of a pair at which a seed is looked up before it is extended; what slips through is pruned afterwards.
_RECENT = 64
#: More than the matches of any pair: what a place is packed under in a sort key.
_PLACES = 1 << 24
#: How often one stretch may be matched within a pair of documents: repeats inside a document are no reuse.
MOST_USES = 2


@inline
def _weight(word):
    return np.int64(WORD) if word & np.uint64(1) else np.int64(CHARACTER)


@inline
def _extend(code, a, b, step, rows, columns, drop, cells):
    """The best extension from (a, b) on, not counting them: its score, words used of each side, equal, and columns.

    ``rows`` and ``columns`` are the words left in each document in the direction of ``step`` (1 or -1). ``cells`` is
    work space, int64[3, 2 * BAND + 3]: score, equal words and alignment columns of the band's cells; cell d of row i
    stands for i words of the one and i + d - 1 - BAND of the other.
    """
    score, equal, length = cells[0], cells[1], cells[2]
    best = best_i = best_j = best_equal = best_length = np.int64(0)
    for d in range(len(score)):
        score[d] = _NEVER
    last = 2 * BAND + 1
    for d in range(BAND + 1, min(last, BAND + 1 + min(columns, drop // GAP)) + 1):
        score[d] = -GAP * (d - 1 - BAND)
        equal[d] = 0
        length[d] = d - 1 - BAND
    low, high = BAND, last
    for i in range(1, rows + 1):
        word = code[a + step * i]
        weight = _weight(word)
        first_live, last_live = last + 1, 0
        d = max(low, 1, BAND + 1 - i)
        while d <= min(last, columns - i + 1 + BAND):
            j = i + d - 1 - BAND
            value, same, cost = _NEVER, np.int64(0), np.int64(0)
            if j > 0 and score[d] > _NEVER:
                is_equal = code[b + step * j] == word
                value = score[d] + (weight if is_equal else -MISMATCH)
                same, cost = equal[d] + is_equal, length[d] + 1
            if score[d + 1] - GAP > value:
                value, same, cost = score[d + 1] - GAP, equal[d + 1], length[d + 1] + 1
            if j > 0 and score[d - 1] - GAP > value:
                value, same, cost = score[d - 1] - GAP, equal[d - 1], length[d - 1] + 1
            if value >= best - drop:
                score[d], equal[d], length[d] = value, same, cost
                first_live, last_live = min(first_live, d), d
                if value > best:
                    best, best_i, best_j, best_equal, best_length = (
                        value,
                        np.int64(i),
                        np.int64(j),
                        same,
                        cost,
                    )
            else:
                score[d] = _NEVER
                if d > high:
                    break  # nothing further right can be reached
            d += 1
        for dead in range(max(low - 1, 0), first_live):
            score[dead] = _NEVER
        for dead in range(last_live + 1, min(max(high, d) + 1, last) + 1):
            score[dead] = _NEVER
        if last_live == 0:
            break
        low, high = first_live - 1, last_live + 1
    return best, best_i, best_j, best_equal, best_length


@inline
def _run(code, a, b, bounds):
    """How many words agree before (a, b), and from it on; ``bounds`` are the first words and ends of both documents."""
    low = np.int64(0)
    while a - low > bounds[0] and b - low > bounds[2] and code[a - low - 1] == code[b - low - 1]:
        low += 1
    high = np.int64(0)
    while a + high < bounds[1] and b + high < bounds[3] and code[a + high] == code[b + high]:
        high += 1
    return low, high


@inline
def _agree_nearby(code, a, b, step, rows, columns):
    """How many of the ``NEARBY`` words after (a, b) agree with one of the other document at most two places off."""
    n = np.int64(0)
    for i in range(1, min(rows, NEARBY) + 1):
        is_there = False
        for j in range(max(1, i - 2), min(i + 2, columns) + 1):
            is_there |= code[b + step * j] == code[a + step * i]
        n += is_there
    return n


@inline
def _is_promising(code, a, b, low, high, bounds, least):
    """Whether enough words agree in and around a run for a match of ``least`` words; most chance runs stand alone."""
    n = low + high
    if n < least:
        rows, columns = bounds[1] - a - high, bounds[3] - b - high
        n += _agree_nearby(code, a + high - 1, b + high - 1, _FORTH, rows, columns)
    if n < least:
        n += _agree_nearby(code, a - low, b - low, _BACK, a - low - bounds[0], b - low - bounds[2])
    return n >= least


@inline
def _grow(code, a, b, low, high, bounds, drop, cells, match):
    """Extend the run of ``low`` words before (a, b) and ``high`` from it on at both ends."""
    score = np.int64(0)
    for i in range(a - low, a + high):
        score += _weight(code[i])
    right, right_a, right_b, right_equal, right_columns = _extend(
        code, a + high - 1, b + high - 1, _FORTH, bounds[1] - a - high, bounds[3] - b - high, drop, cells
    )
    left, left_a, left_b, left_equal, left_columns = _extend(
        code, a - low, b - low, _BACK, a - low - bounds[0], b - low - bounds[2], drop, cells
    )
    match[A0], match[A1] = a - low - left_a, a + high + right_a
    match[B0], match[B1] = b - low - left_b, b + high + right_b
    match[EQUAL] = low + high + left_equal + right_equal
    match[COLUMNS] = low + high + left_columns + right_columns
    match[SCORE] = score + left + right


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
def _prune(matches, low, high):
    """Keep, best first, the matches that bring at least half of a side that better ones have not covered.

    What they have covered already may be matched again on the other side ``MOST_USES - 1`` times, so n repeats of a
    sentence in one document against m in the other do not come to n times m matches.
    """
    kept = np.empty((high - low, WIDTH), np.int64)
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
        order[m] = kept[m, A0] * _PLACES + m
    shell_sort(order[:n])
    for m in range(n):
        _copy(kept[order[m] % _PLACES], matches[low + m])
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
            low, high = _run(code, a, b, bounds[p])
            tried_diagonal, tried_end = b - a, a + high
            if not _is_promising(code, a, b, low, high, bounds[p], min_words):
                continue
            _grow(code, a, b, low, high, bounds[p], drop, cells, matches[n])
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
    """The first longest run of equal words of each pair of ranges, as the seed at its beginning.

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
