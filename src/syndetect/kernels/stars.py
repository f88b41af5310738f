"""Matches to passages: stars in time order, so that every use of a passage has direct evidence."""

import numpy as np

from syndetect.kernels.jit import allocating, inline, kernel

#: How far the edge of a centre may move, in words.
EDGE = 8


@inline
def _overlap(low, high, other_low, other_high):
    return max(np.int64(0), min(high, other_high) - max(low, other_low))


@inline
def _is_same(low, high, other_low, other_high):
    """Whether two stretches of one document share at least half of the shorter and a fifth of the longer."""
    one, two = high - low, other_high - other_low
    shared = _overlap(low, high, other_low, other_high)
    return 2 * shared >= min(one, two) and 5 * shared >= max(one, two)


@inline
def _find_centre(centres, after, head, low, high):
    """The centre of a document that shares most with a stretch (the newest, if several do), or -1."""
    best, found = np.int64(0), np.int64(-1)
    at = head
    while at >= 0:
        shared = _overlap(low, high, centres[at, 0], centres[at, 1])
        if shared > best and _is_same(low, high, centres[at, 0], centres[at, 1]):
            best, found = shared, at
        at = after[at]
    return found


@inline
def _find_use(uses, first, n, centre, low, high):
    """A use of the centre from the present document that lies by half in a stretch, or the stretch in it, or -1."""
    for u in range(first, n):
        if uses[u, 0] == centre:
            shorter = min(high - low, uses[u, 2] - uses[u, 1])
            if 2 * _overlap(low, high, uses[u, 1], uses[u, 2]) >= shorter:
                return u
    return np.int64(-1)


@allocating
def _settle_edges(centres, found, uses, origins, n):
    """Move each edge of a centre, by less than ``EDGE`` words and at most a quarter, to where most uses have it.

    Two documents may happen to go on alike for a few words where all others part. Of equally many the one that moves
    the edge least counts, and of these the outer.
    """
    votes = np.zeros((found, 2, 2 * EDGE - 1), np.int32)
    for u in range(n):
        centre = uses[u, 0]
        for side in range(2):
            move = origins[u, side] - centres[centre, side]
            if abs(move) < EDGE and 4 * abs(move) <= centres[centre, 1] - centres[centre, 0]:
                votes[centre, side, EDGE - 1 + move] += 1
    edges = np.empty(2, np.int64)
    for centre in range(found):
        for side in range(2):
            outwards = 2 * side - 1
            best = np.int64(0)
            for distance in range(1, EDGE):
                for move in (outwards * distance, -outwards * distance):
                    if votes[centre, side, EDGE - 1 + move] > votes[centre, side, EDGE - 1 + best]:
                        best = np.int64(move)
            edges[side] = centres[centre, side] + best
        centres[centre, 0], centres[centre, 1] = edges[0], edges[1]


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


# More than eight parameters: a record of them would cost speed.
@kernel
def find_stars(later, earlier, equal, columns, later_document, earlier_document, documents, centres, uses):
    """Group matches into passages.

    Documents are taken in time order. A stretch that matches an earlier document joins the centre there that is
    much the same as what it matches (``_is_same``), or makes that a centre, unless three quarters of it are explained
    by other uses in its document already. Of two uses of one passage that overlap by half, the longer stays.

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
    found = n = np.int64(0)
    origins = np.empty((len(later), 2), np.int64)
    known = np.empty((len(later) + 1, 2), np.int64)
    count = first = np.int64(0)
    for m in range(len(later)):
        if m == 0 or later_document[m] != later_document[m - 1]:
            count, first = np.int64(0), n
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
        use = _find_use(uses, first, n, centre, low, high)
        if use < 0:
            use, n = n, n + 1
        elif high - low <= uses[use, 2] - uses[use, 1]:
            continue
        uses[use, 0], uses[use, 1], uses[use, 2] = centre, low, high
        uses[use, 3], uses[use, 4], uses[use, 5] = equal[m], columns[m], later_document[m]
        origins[use, 0], origins[use, 1] = earlier[m, 0], earlier[m, 1]
    _settle_edges(centres, found, uses, origins, n)
    return n


# More than eight parameters: a record of them would cost speed.
@kernel
def find_leaders(order, same, bounds, earlier, relation, share, apart, leader, joined, joined_share):
    """Point each document, in order of time, to the representative that it joins, or to itself.

    A document with the words of an earlier one goes where that one went, but by a relation that does not rest on words
    alone.

    Args:
        order: int64[d], documents in order of time.
        same: int64[d], the earliest document with the same words.
        bounds: int64[d + 1], where each document's edges begin.
        earlier: int64[e], the earlier document of each edge, earliest first for each later one.
        relation: uint8[e], of the later to the earlier one.
        share: float64[e].
        apart: the relation that does not rest on words alone.
        leader: int64[d], output.
        joined, joined_share: uint8[d], float64[d], output: the relation (0 for none) and its share.
    """
    for document in order:
        leader[document], joined[document], joined_share[document] = document, 0, 1.0
        first = same[document]
        if first != document and leader[first] == first:
            leader[document], joined[document] = first, 1
            continue
        if first != document and joined[first] != apart:
            leader[document] = leader[first]
            joined[document], joined_share[document] = joined[first], joined_share[first]
            continue
        for edge in range(bounds[document], bounds[document + 1]):
            if leader[earlier[edge]] == earlier[edge]:
                leader[document] = earlier[edge]
                joined[document], joined_share[document] = relation[edge], share[edge]
                break
