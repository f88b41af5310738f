"""Matches to passages: stars in time order, so that every use of a passage has direct evidence."""

import numpy as np

from syndetect.kernels.jit import inline, kernel

#: A match says nothing new of which so many words of twenty, on both sides, lie in passages that both documents have.
KNOWN = 19


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
def _widen(centres, uses, origins, n):
    """Widen each centre to all that its uses share with it: a later, longer copy shows how much of it there is."""
    for u in range(n):
        centre = uses[u, 0]
        centres[centre, 0] = min(centres[centre, 0], origins[u, 0])
        centres[centre, 1] = max(centres[centre, 1], origins[u, 1])


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


@inline
def _total(known, count):
    """How many words the known stretches have."""
    words = np.int64(0)
    for i in range(count):
        words += known[i, 1] - known[i, 0]
    return words


@inline
def _learn_uses(centres, uses, lists, centre, document, low, high, known, count):
    """Add where a document has a passage within a stretch, as its centre or in its uses.

    Returns:
        How many stretches are known now, and whether the document has the passage there.
    """
    is_there = False
    if centres[centre, 2] == document:
        left, right = max(low, centres[centre, 0]), min(high, centres[centre, 1])
        if right > left:
            count, is_there = _learn(known, count, left, right), True
    heads, after = lists
    u = heads[document]
    while u >= 0:
        if uses[u, 0] == centre:
            left, right = max(low, uses[u, 1]), min(high, uses[u, 2])
            if right > left:
                count, is_there = _learn(known, count, left, right), True
        u = after[u]
    return count, is_there


@inline
def _is_explained(centres, uses, lists, span, document, other, known):
    """Whether a match lies, on both sides, in uses of passages that both documents have, but for a twentieth.

    Args:
        centres, uses: as of :func:`find_stars`.
        lists: int64[d] and int64[n], the last use of each document and the one before each use, or -1.
        span: the matched words, in the later document and then in the other one.
        document, other: the later document, and the other one.
        known: int64[2, m, 2], room for the stretches that are explained.
    """
    low, high, other_low, other_high = span
    count = of_other = np.int64(0)
    heads, after = lists
    u = heads[document]
    while u >= 0:
        left, right = max(low, uses[u, 1]), min(high, uses[u, 2])
        if right > left:
            of_other, is_there = _learn_uses(
                centres, uses, lists, uses[u, 0], other, other_low, other_high, known[1], of_other
            )
            if is_there:
                count = _learn(known[0], count, left, right)
        u = after[u]
    one, two = _total(known[0], count), _total(known[1], of_other)
    return 20 * one >= KNOWN * (high - low) and 20 * two >= KNOWN * (other_high - other_low)


@inline
def _find_known(centres, uses, lists, span, document, other):
    """The centre of the use of a document that has three quarters of a stretch, and most of it; or -1.

    Where this is in the other document, what the stretch matches there must stand elsewhere: it has the passage twice.
    """
    low, high, other_low, other_high = span
    best, found = np.int64(0), np.int64(-1)
    heads, after = lists
    u = heads[document]
    while u >= 0:
        shared, centre = _overlap(low, high, uses[u, 1], uses[u, 2]), uses[u, 0]
        if shared > best and 4 * shared >= 3 * (high - low):
            is_here = centres[centre, 2] == other
            if not is_here or _overlap(other_low, other_high, centres[centre, 0], centres[centre, 1]) == 0:
                best, found = shared, centre
        u = after[u]
    return found


@inline
def _find_use(uses, lists, centre, document, low, high):
    """A use of the centre in a document that lies by half in a stretch, or the stretch in it, or -1."""
    heads, after = lists
    u = heads[document]
    while u >= 0:
        if uses[u, 0] == centre:
            shorter = min(high - low, uses[u, 2] - uses[u, 1])
            if 2 * _overlap(low, high, uses[u, 1], uses[u, 2]) >= shorter:
                return u
        u = after[u]
    return np.int64(-1)


# More than eight parameters: a record of them would cost speed.
@kernel
def find_stars(later, earlier, equal, columns, later_document, earlier_document, documents, centres, uses):
    """Group matches into passages.

    Documents are taken in time order. A match that lies, on both sides, in passages that both documents have says
    nothing new. Else, where three quarters of the later document's stretch are a use of a passage, what it matches is a
    use of it as well: in a document between the two in time, or a second time in the earliest. Else the stretch joins
    the centre of the earlier document that is much the same as what it matches (``_is_same``), or makes that a centre;
    in the end a centre has all that its uses share with it. Of two uses of one passage in a document that overlap by
    half, the longer stays.

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
    head, last = np.full(documents, -1, np.int64), np.full(documents, -1, np.int64)
    after, before = np.full(len(later), -1, np.int64), np.full(len(later), -1, np.int64)
    lists = last, before
    found = n = np.int64(0)
    origins = np.empty((len(later), 2), np.int64)
    known = np.empty((2, len(later) + 1, 2), np.int64)
    for m in range(len(later)):
        low, high, other_low, other_high = later[m, 0], later[m, 1], earlier[m, 0], earlier[m, 1]
        document, other = later_document[m], earlier_document[m]
        span = low, high, other_low, other_high
        if _is_explained(centres, uses, lists, span, document, other, known):
            continue
        centre = _find_known(centres, uses, lists, span, document, other)
        if centre >= 0:
            document, low, high = other, other_low, other_high
            other_low, other_high = centres[centre, 0], centres[centre, 1]
        else:
            centre = _find_centre(centres, after, head[other], other_low, other_high)
        if centre < 0:
            centre, found = found, found + 1
            centres[centre, 0], centres[centre, 1], centres[centre, 2] = other_low, other_high, other
            after[centre], head[other] = head[other], centre
        use = _find_use(uses, lists, centre, document, low, high)
        if use < 0:
            use, n = n, n + 1
            before[use], last[document] = last[document], use
        elif high - low <= uses[use, 2] - uses[use, 1]:
            continue
        uses[use, 0], uses[use, 1], uses[use, 2] = centre, low, high
        uses[use, 3], uses[use, 4], uses[use, 5] = equal[m], columns[m], document
        origins[use, 0], origins[use, 1] = other_low, other_high
    _widen(centres, uses, origins, n)
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
