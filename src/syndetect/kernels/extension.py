"""From a seed outwards: the run of equal words around it, and the best alignment beyond both its ends.

Beyond the run a banded dynamic programme goes on until the score has fallen ``drop`` below its best (X-drop: Zhang,
Schwartz, Wagner and Miller 2000, "A greedy algorithm for aligning DNA sequences", section 2). Scores count in quarters
of a word.
"""

import numpy as np

from syndetect.kernels.jit import inline

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
#: Where the work space counts the rows of all extensions.
ROWS = (3, 0)
#: And how far behind its end words may have been looked at, in either document, at most: of both extensions of a seed.
REACH = (3, 1)
#: Equal words after which only the way through them is followed.
LONG_RUN = 8
_FORTH, _BACK = np.int64(1), np.int64(-1)
_NEVER = np.int64(-(1 << 40))


@inline
def _weight(word):
    return np.int64(WORD) if word & np.uint32(1) else np.int64(CHARACTER)


@inline
def _extend_to_run(code, a, b, step, rows, columns, drop, cells):
    """The best extension from (a, b) on, not counting them: its score, words used of each side, equal, and columns.

    Where ``LONG_RUN`` equal words follow the best cell so far, the extension ends there, and their number is told too.
    ``rows`` and ``columns`` are the words left in each document in the direction of ``step`` (1 or -1). ``cells`` is
    work space, int64[4, 2 * BAND + 3]: score, equal words and alignment columns of the band's cells; cell d of row i
    stands for i words of the one and i + d - 1 - BAND of the other. At its end (``ROWS``) rows are counted.
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
        cells[ROWS] += 1
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
        if best_i == i:
            run = _run(code, a + step * i, b + step * best_j, step, min(rows - i, columns - best_j))
            if run >= LONG_RUN:
                return best, best_i, best_j, best_equal, best_length, run
    return best, best_i, best_j, best_equal, best_length, np.int64(0)


@inline
def _extend(code, a, b, step, rows, columns, drop, cells):
    """As :func:`_extend_to_run`, through all long runs of equal words.

    Whatever other way there was has fallen too far behind at their ends, but for text that repeats itself.
    """
    score = equal = length = all_i = all_j = np.int64(0)
    run = np.int64(LONG_RUN)
    while run > 0:
        before = cells[ROWS]
        gain, i, j, same, cost, run = _extend_to_run(
            code, a + step * all_i, b + step * all_j, step, rows - all_i, columns - all_j, drop, cells
        )
        for at in range(1, run + 1):
            gain += _weight(code[a + step * (all_i + i + at)])
        score, equal, length = score + gain, equal + same + run, length + cost + run
        all_i, all_j = all_i + i + run, all_j + j + run
    # The last one, without a run, has looked at so many rows, half the band beyond, and at a run that was too short.
    cells[REACH] = max(cells[REACH], cells[ROWS] - before - min(i, j) + BAND + LONG_RUN + 1)
    return score, all_i, all_j, equal, length


@inline
def _run(code, a, b, step, most):
    """How many words agree from (a, b) on, not counting them."""
    n = np.int64(0)
    while n < most and code[a + step * (n + 1)] == code[b + step * (n + 1)]:
        n += 1
    return n


@inline
def find_run(code, a, b, bounds):
    """How many words agree before (a, b), and from it on; ``bounds`` are the first words and ends of both documents."""
    low = np.int64(0)
    while a - low > bounds[0] and b - low > bounds[2] and code[a - low - 1] == code[b - low - 1]:
        low += 1
    high = np.int64(0)
    while a + high < bounds[1] and b + high < bounds[3] and code[a + high] == code[b + high]:
        high += 1
    return low, high


# More than eight parameters: a record of them would cost speed.
@inline
def grow(code, a, b, low, high, bounds, drop, cells, match):
    """Extend the run of ``low`` words before (a, b) and ``high`` from it on at both ends."""
    score = cells[REACH] = np.int64(0)
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
