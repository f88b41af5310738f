"""Matches to passages: stars in time order, so that every use of a passage has direct evidence."""

import numpy as np

from syndetect.kernels.jit import inline, kernel

#: How far the edge of a centre may move, in words.
EDGE = 8


@inline
def _overlap(low, high, other_low, other_high):
    return max(np.int64(0), min(high, other_high) - max(low, other_low))


@inline
def _is_same(low, high, other_low, other_high):
    """Whether two stretches of one document share at least half of the shorter."""
    shorter = min(high - low, other_high - other_low)
    return 2 * _overlap(low, high, other_low, other_high) >= shorter


@inline
def _find_centre(centres, after, head, low, high):
    """The centre of a document that shares most with a stretch, or -1."""
    best, found = np.int64(0), np.int64(-1)
    at = head
    while at >= 0:
        shared = _overlap(low, high, centres[at, 0], centres[at, 1])
        if shared > best and _is_same(low, high, centres[at, 0], centres[at, 1]):
            best, found = shared, at
        at = after[at]
    return found


@inline
def _merge_centres(centres, after, head, parent):
    """Make one of the centres of a document that share at least half of the shorter; ``parent`` points to it."""
    again = True
    while again:
        again = False
        one = head
        while one >= 0:
            two = after[one]
            while two >= 0 and parent[one] == one:
                if parent[two] == two and _is_same(
                    centres[one, 0], centres[one, 1], centres[two, 0], centres[two, 1]
                ):
                    parent[two] = one
                    centres[one, 0] = min(centres[one, 0], centres[two, 0])
                    centres[one, 1] = max(centres[one, 1], centres[two, 1])
                    again = True
                two = after[two]
            one = after[one]


@inline
def _settle_edges(centres, found, uses, origins, n):
    """Move each edge of a centre, by less than ``EDGE`` words, to where most of its uses have it.

    Two documents may happen to go on alike for a few words where all others part; of equally many, the outer counts.
    """
    votes = np.zeros((found, 2, EDGE), np.int32)
    for u in range(n):
        centre = uses[u, 0]
        for side in range(2):
            inset = abs(origins[u, side] - centres[centre, side])
            if inset < EDGE:
                votes[centre, side, inset] += 1
    for centre in range(found):
        inset = np.zeros(2, np.int64)
        for side in range(2):
            for i in range(1, EDGE):
                if votes[centre, side, i] > votes[centre, side, inset[side]]:
                    inset[side] = i
        low, high = centres[centre, 0] + inset[0], centres[centre, 1] - inset[1]
        if 2 * (high - low) >= centres[centre, 1] - centres[centre, 0]:
            centres[centre, 0], centres[centre, 1] = low, high


@inline
def _explained(known, count, low, high):
    """How many words of a stretch lie in one of the known stretches, which are apart."""
    total = np.int64(0)
    for i in range(count):
        total += _overlap(low, high, known[i, 0], known[i, 1])
    return total


@inline
def _learn(known, count, low, high):
    """Add a stretch to the known ones, which stay apart; returns how many there are."""
    n = np.int64(0)
    for i in range(count):
        if known[i, 0] <= high and low <= known[i, 1]:
            low, high = min(low, known[i, 0]), max(high, known[i, 1])
        else:
            known[n, 0], known[n, 1] = known[i, 0], known[i, 1]
            n += 1
    known[n, 0], known[n, 1] = low, high
    return n + 1


@kernel
def find_stars(later, earlier, equal, columns, later_document, earlier_document, documents, centres, uses):
    """Group matches into passages.

    Documents are taken in time order. A stretch that matches an earlier document joins that document's centre (the
    stretch there) or makes it one, unless three quarters of it are explained by a still earlier document already.

    Args:
        later, earlier: int64[n, 2], the matched words in the later and the earlier document, matches in the order of
            the later document's time, then the earlier one's, best first.
        equal, columns: int64[n], words aligned as equal, and aligned columns.
        later_document, earlier_document: int64[n].
        documents: how many documents there are.
        centres: int64[n, 3], output: first word, end and document of each centre.
        uses: int64[n, 6], output, each use beside the centre's own: centre, first word, end, equal words, columns,
            document.

    Returns:
        How many uses there are; centres that no use names are to be left out.
    """
    head = np.full(documents, -1, np.int64)
    after = np.full(len(later), -1, np.int64)
    parent = np.arange(len(later))
    found = n = np.int64(0)
    origins = np.empty((len(later), 2), np.int64)
    known = np.empty((len(later) + 1, 2), np.int64)
    count = np.int64(0)
    for m in range(len(later)):
        if m == 0 or later_document[m] != later_document[m - 1]:
            count = np.int64(0)
        low, high = later[m, 0], later[m, 1]
        if 4 * _explained(known, count, low, high) >= 3 * (high - low):
            continue
        count = _learn(known, count, low, high)
        document = earlier_document[m]
        centre = _find_centre(centres, after, head[document], earlier[m, 0], earlier[m, 1])
        if centre < 0:
            centre, found = found, found + 1
            centres[centre, 0], centres[centre, 1] = earlier[m, 0], earlier[m, 1]
            centres[centre, 2] = document
            after[centre], head[document] = head[document], centre
        centres[centre, 0] = min(centres[centre, 0], earlier[m, 0])
        centres[centre, 1] = max(centres[centre, 1], earlier[m, 1])
        uses[n, 0], uses[n, 1], uses[n, 2] = centre, low, high
        uses[n, 3], uses[n, 4], uses[n, 5] = equal[m], columns[m], later_document[m]
        origins[n, 0], origins[n, 1] = earlier[m, 0], earlier[m, 1]
        n += 1
    for document in range(documents):
        _merge_centres(centres, after, head[document], parent)
    for u in range(n):
        centre = uses[u, 0]
        while parent[centre] != centre:
            centre = parent[centre]
        uses[u, 0] = centre
    _settle_edges(centres, found, uses, origins, n)
    return n


@kernel
def count_covered(begin, end, owner, order, covered):
    """``covered[o]`` += words of owner o that lie in at least one of its ranges; ``order`` sorts by owner and begin."""
    reach = np.int64(0)
    for i in range(len(order)):
        m = order[i]
        if i == 0 or owner[m] != owner[order[i - 1]]:
            reach = np.int64(0)
        low = max(begin[m], reach)
        if end[m] > low:
            covered[owner[m]] += end[m] - low
            reach = end[m]
