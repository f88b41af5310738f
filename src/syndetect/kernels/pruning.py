"""The matches of a pair of documents, sorted out.

What better ones cover is left out, neighbours are joined, weak ones that stand alone are rejected. Time is linear in
the matches, but for logarithms, whatever their places.
"""

import numpy as np

from syndetect.kernels.extension import A0, A1, B0, B1, COLUMNS, EQUAL, SCORE, WIDTH
from syndetect.kernels.jit import allocating, inline
from syndetect.kernels.lists import first_from
from syndetect.kernels.order import sort_values

#: How often one stretch may be matched within a pair of documents: repeats inside a document are no reuse.
MOST_USES = 2
#: Bits of a match's number in a sort key: more than the matches of any pair have.
_NUMBER = np.uint64(24)
_PLACES = np.uint64((1 << 24) - 1)
#: More than any score, in quarters of a word.
_MOST_SCORE = np.int64(1 << 36)
_WHOLE = np.uint64(0)


@inline
def _copy(source, target):
    for i in range(WIDTH):
        target[i] = source[i]


@allocating
def sort_by_place(matches, low, high, spare):
    """Sort matches by where they begin in the first document; equal ones keep their order."""
    order = np.empty(high - low, np.uint64)
    for m in range(low, high):
        order[m - low] = np.uint64(matches[m, A0]) << _NUMBER | np.uint64(m - low)
        _copy(matches[m], spare[m - low])
    sort_values(order, np.empty(high - low, np.uint64))
    for m in range(low, high):
        _copy(spare[np.int64(order[m - low] & _PLACES)], matches[m])


@allocating
def _best_first(matches, low, high):
    """uint64[n]: the matches in their order of score, each with its number in the last bits."""
    order = np.empty(high - low, np.uint64)
    for m in range(low, high):
        order[m - low] = np.uint64(_MOST_SCORE - matches[m, SCORE]) << _NUMBER | np.uint64(m - low)
    sort_values(order, np.empty(high - low, np.uint64))
    return order


@allocating
def _ends_of(matches, low, high, side):
    """uint64[2n]: where matches begin and end in one of the documents, ascending."""
    ends = np.empty(2 * (high - low), np.uint64)
    for m in range(low, high):
        ends[2 * (m - low)], ends[2 * (m - low) + 1] = matches[m, side], matches[m, side + 1]
    sort_values(ends, np.empty(2 * (high - low), np.uint64))
    return ends


# The words that stretches cover, each as often as it is covered, are counted in a Fenwick tree (Fenwick 1994) over the
# places at which any stretch begins or ends: of the beginnings, less the ends, their number and their sum.


@inline
def _covered_before(ends, tree, word):
    """How many words before a word the stretches in a tree cover."""
    number = total = np.int64(0)
    at = first_from(ends, np.int64(0), len(ends), _WHOLE, np.uint64(word))
    while at > 0:
        number += tree[at, 0]
        total += tree[at, 1]
        at &= at - 1
    return number * word - total


@inline
def _count_in(ends, tree, word, change):
    """Count the beginning of a stretch (``change`` is 1) or its end (-1) in a tree."""
    at = first_from(ends, np.int64(0), len(ends), _WHOLE, np.uint64(word)) + 1
    while at < len(tree):
        tree[at, 0] += change
        tree[at, 1] += change * word
        at += at & -at


@allocating
def prune(matches, low, high):
    """Keep, best and then earliest first, the matches with a side that better ones cover by less than half.

    What they have covered already may be matched again on the other side ``MOST_USES - 1`` times, so n repeats of a
    sentence in one document against m in the other do not come to n times m matches.

    Returns:
        The end of the kept matches, which are sorted by place.
    """
    kept = np.empty((high - low, WIDTH), np.int64)
    sort_by_place(matches, low, high, kept)
    in_a, in_b = _ends_of(matches, low, high, np.int64(A0)), _ends_of(matches, low, high, np.int64(B0))
    of_a, of_b = np.zeros((len(in_a) + 1, 2), np.int64), np.zeros((len(in_b) + 1, 2), np.int64)
    n = np.int64(0)
    for number in _best_first(matches, low, high):
        match = matches[low + np.int64(number & _PLACES)]
        a0, a1, b0, b1 = match[A0], match[A1], match[B0], match[B1]
        uses_a = 2 * (_covered_before(in_a, of_a, a1) - _covered_before(in_a, of_a, a0)) // (a1 - a0)
        uses_b = 2 * (_covered_before(in_b, of_b, b1) - _covered_before(in_b, of_b, b0)) // (b1 - b0)
        if min(uses_a, uses_b) == 0 and max(uses_a, uses_b) < 2 * MOST_USES - 1:  # in halves of the stretch
            for change, a, b in ((1, a0, b0), (-1, a1, b1)):
                _count_in(in_a, of_a, a, change)
                _count_in(in_b, of_b, b, change)
            _copy(match, kept[n])
            n += 1
    for m in range(n):
        _copy(kept[m], matches[low + m])
    sort_by_place(matches, low, low + n, kept)
    return low + n


@inline
def join(matches, low, high, most, drop):
    """Join neighbours that follow one another in both documents with at most ``most`` words between.

    Whatever lies between counts as aligned columns that are not equal, and costs as much as the drop that separated
    them.
    """
    n = low
    for m in range(low, high):
        if n > low:
            one, two = matches[n - 1], matches[m]
            gap_a, gap_b = two[A0] - one[A1], two[B0] - one[B1]
            if 0 <= gap_a <= most and 0 <= gap_b <= most and min(one[SCORE], two[SCORE]) > drop:
                one[A1], one[B1] = two[A1], two[B1]
                one[EQUAL] += two[EQUAL]
                one[COLUMNS] += two[COLUMNS] + max(gap_a, gap_b)
                one[SCORE] += two[SCORE] - drop
                continue
        _copy(matches[m], matches[n])
        n += 1
    return n


@inline
def _is_near(one, other, begin, end, reach):
    """Whether two matches are at most ``reach`` words apart in one of the documents."""
    return max(one[begin], other[begin]) - min(one[end], other[end]) <= reach


@inline
def _has_strong(matches, low, high, m, longer, min_score, reach):
    """Whether a match of ``min_score`` is within reach of a weaker one in both documents."""
    one = matches[m]
    i = m + 1
    while i < high and matches[i, A0] - one[A1] <= reach:
        if matches[i, SCORE] >= min_score and _is_near(one, matches[i], B0, B1, reach):
            return True
        i += 1
    i = m - 1
    while i >= low:
        if one[A0] - matches[i, A1] > reach:
            i = longer[i - low]  # those between end even earlier
            continue
        if matches[i, SCORE] >= min_score and _is_near(one, matches[i], B0, B1, reach):
            return True
        i -= 1
    return False


@allocating
def accept(matches, low, high, min_words, min_score, reach):
    """Keep matches of ``min_score``, and weaker ones within ``reach`` words of one of these in both documents.

    They are sorted by place, and after :func:`prune` few cover a word, so few lie within reach of any.
    """
    longer = np.empty(high - low, np.int64)  # the last match before each that ends behind it
    is_kept = np.empty(high - low, np.uint8)
    for m in range(low, high):
        i = m - 1
        while i >= low and matches[i, A1] <= matches[m, A1]:
            i = longer[i - low]
        longer[m - low] = i
        is_kept[m - low] = matches[m, EQUAL] >= min_words and (
            matches[m, SCORE] >= min_score or _has_strong(matches, low, high, m, longer, min_score, reach)
        )
    n = low
    for m in range(low, high):
        if is_kept[m - low]:
            _copy(matches[m], matches[n])
            n += 1
    return n
