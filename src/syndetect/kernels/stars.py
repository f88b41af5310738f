"""Matches to passages: stars in time order, so that every use of a passage has direct evidence."""

import numpy as np

from syndetect.kernels.jit import allocating, inline, kernel
from syndetect.kernels.order import sort_values

#: A match says nothing new of which so many words of twenty, on both sides, lie in passages that both documents have.
KNOWN = 19
#: Centres and uses are looked up by the words that they have: in lists of cells of 128 words.
_CELL = 7
_CENTRES, _USES = np.int64(0), np.int64(1)  # which are the columns of their first words, too
_S32, _LOWER = np.uint64(32), np.uint64(0xFFFFFFFF)


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
def _enter(lists, kind, item, low, high, had_low, had_high):
    """Enter an item into the lists of the cells that its stretch runs through, but for those of what it had before."""
    heads, entries, filled = lists
    for cell in range(low >> _CELL, ((high - 1) >> _CELL) + 1):
        if had_low >> _CELL <= cell <= (had_high - 1) >> _CELL:
            continue
        entries[filled[0], 0], entries[filled[0], 1] = item, heads[kind, cell]
        heads[kind, cell] = filled[0]
        filled[0] += 1


@inline
def _look_up(lists, kind, spans, low, high, found):
    """Write the items that share a word with a stretch to ``found``; how many they are. Some may come twice.

    ``spans[item, kind]`` and the next column are the stretch of an item.
    """
    heads, entries, _ = lists
    n, first = np.int64(0), low >> _CELL
    for cell in range(first, ((high - 1) >> _CELL) + 1):
        at = heads[kind, cell]
        while at >= 0:
            item = entries[at, 0]
            begin, end = spans[item, kind], spans[item, kind + 1]
            if cell == max(first, begin >> _CELL) and _overlap(low, high, begin, end) > 0:  # not found before
                found[n] = item
                n += 1
            at = entries[at, 1]
    return n


@inline
def _find_centre(centres, lists, low, high, found):
    """The centre that shares most with a stretch of its document (the newest, if several do), or -1."""
    best, centre = np.int64(0), np.int64(-1)
    for item in found[: _look_up(lists, _CENTRES, centres, low, high, found)]:
        shared = _overlap(low, high, centres[item, 0], centres[item, 1])
        if _is_same(low, high, centres[item, 0], centres[item, 1]) and (shared, np.int64(item)) > (
            best,
            centre,
        ):
            best, centre = shared, np.int64(item)
    return centre


@inline
def _widen(centres, uses, origins, n):
    """Widen each centre to all that its uses share with it: a later, longer copy shows how much of it there is."""
    for u in range(n):
        centre = uses[u, 0]
        centres[centre, 0] = min(centres[centre, 0], origins[u, 0])
        centres[centre, 1] = max(centres[centre, 1], origins[u, 1])


@allocating
def _total(stretches, spare):
    """How many words are in one or more stretches (uint64[n], begin and end in 32 bits each), which are sorted."""
    sort_values(stretches, spare)
    words = reached = np.int64(0)
    for stretch in stretches:
        low, high = max(reached, np.int64(stretch >> _S32)), np.int64(stretch & _LOWER)
        words += max(np.int64(0), high - low)
        reached = max(reached, high)
    return words


@inline
def _common(low, high, other_low, other_high):
    """What two stretches share, as one number."""
    return np.uint64(max(low, other_low)) << _S32 | np.uint64(min(high, other_high))


@allocating
def _is_explained(centres, uses, lists, span, seen, stamp, work):
    """Whether a match lies, on both sides, in uses of passages that both documents have, but for a twentieth.

    Args:
        centres, uses, lists: as of :func:`find_stars`.
        span: the matched words, in the later document and then in the other one.
        seen: int64[c], for each centre the stamp of the last match of which the later document, and then the other one
            too, has the passage.
        stamp: a number that is larger by two for every match.
        work: room for items, twice, and for stretches, twice.
    """
    low, high, other_low, other_high = span
    own, found, known, spare = work
    of_own = _look_up(lists, _USES, uses, low, high, own)
    if of_own == 0:
        return False
    for use in own[:of_own]:
        seen[uses[use, 0]] = stamp
    n = np.int64(0)
    for centre in found[: _look_up(lists, _CENTRES, centres, other_low, other_high, found)]:
        if seen[centre] >= stamp:
            seen[centre] = stamp + 1
            known[n] = _common(other_low, other_high, centres[centre, 0], centres[centre, 1])
            n += 1
    for use in found[: _look_up(lists, _USES, uses, other_low, other_high, found)]:
        if seen[uses[use, 0]] >= stamp:
            seen[uses[use, 0]] = stamp + 1
            known[n] = _common(other_low, other_high, uses[use, 1], uses[use, 2])
            n += 1
    if 20 * _total(known[:n], spare[:n]) < KNOWN * (other_high - other_low):
        return False
    n = np.int64(0)
    for use in own[:of_own]:
        if seen[uses[use, 0]] > stamp:
            known[n] = _common(low, high, uses[use, 1], uses[use, 2])
            n += 1
    return 20 * _total(known[:n], spare[:n]) >= KNOWN * (high - low)


@inline
def _find_known(centres, uses, lists, span, other, found):
    """The centre of the use of a document that has three quarters of a stretch, and most of it; or -1.

    Where this is in the other document, what the stretch matches there must stand elsewhere: it has the passage twice.
    """
    low, high, other_low, other_high = span
    best, newest, middle = np.int64(0), np.int64(-1), (low + high) >> 1  # which such a use has
    for item in found[: _look_up(lists, _USES, uses, middle, middle + 1, found)]:
        use, centre = np.int64(item), uses[item, 0]
        shared = _overlap(low, high, uses[use, 1], uses[use, 2])
        if 4 * shared >= 3 * (high - low) and (shared, use) > (best, newest):
            is_here = centres[centre, 2] == other
            if not is_here or _overlap(other_low, other_high, centres[centre, 0], centres[centre, 1]) == 0:
                best, newest = shared, use
    return uses[newest, 0] if newest >= 0 else np.int64(-1)


@inline
def _find_use(uses, lists, centre, low, high, found):
    """The newest use of a centre that lies by half in a stretch of its document, or the stretch in it, or -1."""
    newest = np.int64(-1)
    for use in found[: _look_up(lists, _USES, uses, low, high, found)]:
        if uses[use, 0] == centre:
            shorter = min(high - low, uses[use, 2] - uses[use, 1])
            if 2 * _overlap(low, high, uses[use, 1], uses[use, 2]) >= shorter:
                newest = max(newest, np.int64(use))
    return newest


@inline
def _cells(later, earlier):
    """How many cells there are, and how many entries their lists have at most."""
    words = entries = np.int64(0)
    for m in range(len(later)):
        words = max(words, later[m, 1], earlier[m, 1])
        entries += ((later[m, 1] - later[m, 0]) >> _CELL) + ((earlier[m, 1] - earlier[m, 0]) >> _CELL) + 4
    return (words >> _CELL) + 1, entries


# More than eight parameters: a record of them would cost speed.
@kernel
def find_stars(later, earlier, equal, columns, later_document, earlier_document, centres, uses):
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
        centres: int64[n, 3], output: first word, end and document of each centre.
        uses: int64[n, 6], output, each use beside the centre's own: centre, first word, end, equal words, columns,
            document.

    Returns:
        How many uses there are; centres that no use names are to be left out.
    """
    cells, room = _cells(later, earlier)
    lists = np.empty((2, cells), np.int32), np.empty((room, 2), np.int32), np.zeros(1, np.int64)
    for cell in range(cells):
        lists[0][_CENTRES, cell] = lists[0][_USES, cell] = -1
    own, found, known, spare = (
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.uint64),
        np.empty(room, np.uint64),
    )
    work = own, found, known, spare
    seen, origins = np.empty(len(later), np.int64), np.empty((len(later), 2), np.int64)
    for centre in range(len(later)):
        seen[centre] = -1
    count = n = np.int64(0)
    for m in range(len(later)):
        low, high, other_low, other_high = later[m, 0], later[m, 1], earlier[m, 0], earlier[m, 1]
        document, other = later_document[m], earlier_document[m]
        span = low, high, other_low, other_high
        if _is_explained(centres, uses, lists, span, seen, 2 * m, work):
            continue
        centre = _find_known(centres, uses, lists, span, other, found)
        if centre >= 0:
            document, low, high = other, other_low, other_high
            other_low, other_high = centres[centre, 0], centres[centre, 1]
        else:
            centre = _find_centre(centres, lists, other_low, other_high, found)
        if centre < 0:
            centre, count = count, count + 1
            centres[centre, 0], centres[centre, 1], centres[centre, 2] = other_low, other_high, other
            _enter(lists, _CENTRES, centre, other_low, other_high, np.int64(0), np.int64(0))
        use = _find_use(uses, lists, centre, low, high, found)
        if use < 0:
            use, n = n, n + 1
            _enter(lists, _USES, use, low, high, np.int64(0), np.int64(0))
        elif high - low <= uses[use, 2] - uses[use, 1]:
            continue
        else:
            _enter(lists, _USES, use, low, high, uses[use, 1], uses[use, 2])
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
