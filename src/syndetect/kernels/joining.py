"""Equal fingerprints to seeds: pairs of places whose surroundings agree well enough for a match.

Of each word a tag of eight bits is held in memory; the words themselves are not looked at.
"""

import numpy as np

from syndetect.kernels.documents import HINT_BITS, UNDATED, document_of, is_close
from syndetect.kernels.fetching import fetch
from syndetect.kernels.jit import inline, kernel, merged
from syndetect.kernels.seeds import SHIFT, SPAN, agreement, pack_seed

_SIDE = SPAN + 2 * SHIFT
_REACH = SPAN + SHIFT
_ALL = (1 << SPAN) - 1
#: Places whose surroundings are fetched together, to overlap cache misses.
_TOGETHER = 256
#: How many places before it is looked at one's surroundings are asked for, where places are taken one by one.
_AHEAD = 16
#: Bytes of a row: the tags around one place.
ROW = 2 * _SIDE


@inline
def _look_around(tags, place, k, low, high, rows, valid, slot):
    """Tags around the ``k`` words at ``place`` of the document ``low:high`` to both sides of a row, zeros beyond it.

    The first side are the words before, the second those behind. Two entries of ``valid`` receive which of the
    ``SPAN`` nearest there are: on the first side the nearest is the last, on the second the first. What is next to the
    ``k`` words on either side of a row is zero from the beginning, and stays so.
    """
    to, first, last = slot * ROW, place - _REACH, place + k + _REACH
    if first >= low and last <= high:  # nearly always; copies of a fixed length are a few instructions
        for i in range(_REACH):  # unsigned: numba looks for no negative places
            rows[np.uint64(to + i)] = tags[np.uint64(first + i)]
        for i in range(_REACH):
            rows[np.uint64(to + _SIDE + SHIFT + i)] = tags[np.uint64(place + k + i)]
        valid[2 * slot] = valid[2 * slot + 1] = _ALL
        return
    for i in range(ROW):
        rows[to + i] = 0
    for i in range(max(first, low), place):
        rows[to + i - first] = tags[i]
    for i in range(place + k, min(last, high)):
        rows[to + _SIDE + SHIFT + i - place - k] = tags[i]
    before = min(place - low, np.int64(SPAN))
    behind = min(max(high - place - k, np.int64(0)), np.int64(SPAN))  # a lengthened key may be cut short
    valid[2 * slot] = ((np.int64(1) << before) - 1) << (SPAN - before)
    valid[2 * slot + 1] = (np.int64(1) << behind) - 1


@merged
def _weigh(rows, valid, i, j, bounds):
    """What the words around place j can add to a score, in quarters, at most; and whether all of them are equal.

    The words around place i are held against those around place j.
    """
    one, two = i * ROW, j * ROW
    before = agreement(rows, one + SHIFT, rows, two)
    behind = agreement(rows, one + _SIDE + SHIFT, rows, two + _SIDE)
    first, second = before & valid[2 * i], behind & valid[2 * i + 1]
    most = np.int64(bounds[1, np.uint64(first)]) + np.int64(bounds[0, np.uint64(second)])
    return most, first & second & (before & behind) >> SPAN == _ALL


@inline
def _can_add(rows, valid, i, j, bounds, least):
    """As :func:`_weigh`, the less of both ways round where that is ``least`` or more.

    The order of the two places makes no difference: where one way gives too little, so does the less of both.
    """
    most, is_inside = _weigh(rows, valid, i, j, bounds)
    if most >= least and not is_inside:  # what is equal throughout is so both ways round
        most = min(most, _weigh(rows, valid, j, i, bounds)[0])
    return most, is_inside


@inline
def _is_spare(at_one, at_other, is_inside):
    """Whether a seed can be done without: deep inside a run of equal words one in eight will do.

    Which one is told by where both documents have it: of either order, whatever else is in the corpus. Along a run the
    sum of both places grows by two with each word.
    """
    return is_inside and (at_one + at_other) >> 1 & 7 != 0


@inline
def _is_wanted(one, other, time, is_query, window):
    """Whether two documents differ, are close in time, and one of them is a query."""
    return one != other and is_query[one] | is_query[other] and is_close(time[one], time[other], window)


# More than eight parameters: a record of them would cost speed.
@kernel
def join_groups(
    places, groups, start, tags, k, documents, hints, time, is_query, window, least, strong, bounds, out
):  # fmt: skip
    """Seeds of groups of places with the same key, from group ``start`` on, while there is room.

    A pair is a seed when its documents differ, one of them is a query, they are ``window`` apart at most, and when
    the ``k`` words and what agrees around them can come to ``least`` quarters of a word.

    Args:
        places: uint32[n], first words.
        groups: int64[2 * g], begin and end of each group.
        start: the first group to take.
        tags: uint8[words], not 0.
        k: words of a key.
        documents: int64[d + 1], each document's first word.
        hints: uint32, as :func:`syndetect.kernels.documents.document_of` takes it.
        time: int64[d], in units of the window, or ``UNDATED``.
        is_query: uint8[d], whether the document is a query.
        window: at most so far apart; negative for no limit.
        least: see above. A seed that can come to ``strong`` is marked as such.
        bounds: as :func:`syndetect.kernels.seeds.bounds_by_bits` gives them.
        out: uint64, output, with room for the square of the largest group: seeds as of :mod:`.seeds`.

    Returns:
        The group to go on with, and the number of seeds.
    """
    n, most, g = np.int64(0), np.int64(_TOGETHER), np.int64(start)
    for h in range(start, len(groups) // 2):
        most = max(most, groups[2 * h + 1] - groups[2 * h])
    rows, valid, found = (
        np.zeros(most * ROW, np.uint8),
        np.zeros(2 * most, np.int64),
        np.zeros((4, most), np.int64),
    )
    document, use = found[0], found[3]
    while g < len(groups) // 2:
        until = _take_together(groups, g, len(out) - n)
        if until == g:
            break
        _choose(places, groups, g, until, hints, documents, time, is_query, window, found)
        _look_around_all(places, groups, g, until, tags, k, documents, rows, valid, found)
        begin = np.int64(0)
        for h in range(g, until):
            low, size = groups[2 * h], groups[2 * h + 1] - groups[2 * h]
            for i in range(begin, begin + size):
                if not use[i]:
                    continue
                for j in range(begin, i):
                    if not use[j] or not _is_wanted(document[j], document[i], time, is_query, window):
                        continue
                    one, other = np.int64(places[low + j - begin]), np.int64(places[low + i - begin])
                    around, is_inside = _can_add(rows, valid, i, j, bounds, least - 4 * k)
                    at_one, at_other = one - documents[document[j]], other - documents[document[i]]
                    if 4 * k + around >= least and not _is_spare(at_one, at_other, is_inside):
                        out[n] = pack_seed(one, other, 4 * k + around >= strong)
                        n += 1
            begin += size
        g = until
    return g, n


@inline
def _choose(places, groups, g, until, hints, documents, time, is_query, window, found):
    """The documents of the places of some groups, their times, whether they are queries, and which places are of use.

    Those are the ones that may be a pair with another one of their group: with a window most are of none, and then
    their surroundings need not be fetched.
    """
    document, moment, asks, use = found[0], found[1], found[2], found[3]
    for h in range(g, until):
        for i in range(groups[2 * h], groups[2 * h + 1]):
            fetch(hints, np.int64(places[i]) >> HINT_BITS)
    begin = np.int64(0)
    for h in range(g, until):
        low, end = groups[2 * h], begin + groups[2 * h + 1] - groups[2 * h]
        for i in range(begin, end):
            document[i] = document_of(np.int64(places[low + i - begin]), hints, documents)
            moment[i], asks[i] = time[document[i]], is_query[document[i]]
        for i in range(begin, end):
            own, when, is_free = document[i], moment[i], window < 0 or moment[i] == UNDATED
            others = np.int64(0)
            for j in range(begin, end):  # without a branch, so that it takes vectors
                is_near = is_free | (moment[j] == UNDATED) | (np.abs(moment[j] - when) <= window)
                others += is_near & (document[j] != own) & ((asks[i] | asks[j]) != 0)
            use[i] = others
        begin = end


@inline
def _look_around_all(places, groups, g, until, tags, k, documents, rows, valid, found):
    """Fetch the surroundings of the places that are of use, all at once, and write their rows."""
    document, use = found[0], found[3]
    at = np.int64(0)
    for h in range(g, until):
        for i in range(groups[2 * h], groups[2 * h + 1]):
            if use[at]:
                fetch(tags, np.int64(places[i]) - _REACH)
                fetch(tags, np.int64(places[i]) + k + _REACH - 1)
            at += 1
    at = np.int64(0)
    for h in range(g, until):
        for i in range(groups[2 * h], groups[2 * h + 1]):
            if use[at]:
                first, end = documents[document[at]], documents[document[at] + 1]
                _look_around(tags, np.int64(places[i]), k, first, end, rows, valid, at)
            at += 1


@inline
def _take_together(groups, g, room):
    """The first group from g on that is not looked at together with it: not too many places, and room for all pairs."""
    places = pairs = np.int64(0)
    while g < len(groups) // 2:
        size = groups[2 * g + 1] - groups[2 * g]
        pairs += size * size
        if pairs > room or (places > 0 and places + size > _TOGETHER):
            break
        places += size
        g += 1
    return g


@inline
def _reach(time, document, i, reach, dated, window):
    """The first of the dated places that lies beyond the window of place i, from ``reach`` on."""
    while reach < dated and (reach <= i or time[document[reach]] - time[document[i]] <= window):
        reach += 1
    return reach


# More than eight parameters: a record of them would cost speed.
@kernel
def join_sparse(
    places, document, low, high, begin, tags, k, documents, time, is_query, window, most, least, strong, bounds, out,
    rest,
):  # fmt: skip
    """Seeds of one large group, of those of its places that have few others near in time.

    A place that has more than ``most`` others behind it within the window is of a crowd with these, and no pairs are
    made among the places of a crowd. All other pairs within the window are held against their surroundings.

    Args:
        places, document: uint32[n] and int64[n], first words and their documents.
        low, high: the group, its places in order of time, what is undated last.
        begin: the place to begin with.
        tags, k, documents, time, is_query, least, strong, bounds: as of :func:`join_groups`.
        window: in units of time, not negative.
        most: see above.
        out: uint64, output, with room for the group and ``most``: seeds.
        rest: uint8[n], output: whether a place is of a crowd.

    Returns:
        The place to go on with when ``out`` is full, else ``high``; and the number of seeds.
    """
    n, ring = np.int64(0), np.int64(most + 2)
    rows, valid = np.zeros((ring + 1) * ROW, np.uint8), np.zeros(2 * ring + 2, np.int64)
    dated = np.int64(high)
    while dated > low and time[document[dated - 1]] == UNDATED:
        dated -= 1
    # the first beyond the window; beyond all crowds so far; not in the ring
    reach = crowd = filled = np.int64(low)
    marked = np.int64(high)  # of the undated ones, the first that is known to be of a crowd
    for i in range(low, high):
        reach = _reach(time, document, i, reach, dated, window)
        end = reach if i < dated else i + 1
        undated = max(dated, i + 1)
        if end - i - 1 + high - undated > most:
            for j in range(max(i, crowd), end):  # those before are of the last crowd
                rest[j] = 1
            for j in range(undated, marked):
                rest[j] = 1
            crowd, marked = max(crowd, end), min(marked, undated)
        elif i >= begin:
            if n + most > len(out):
                return np.int64(i), n
            filled = max(filled, np.int64(i))
            for j in range(max(i + 1, crowd), end + high - undated):
                at = j if j < end else j - end + undated
                if document[at] == document[i] or not is_query[document[at]] | is_query[document[i]]:
                    continue
                if at >= dated and rest[i]:  # what is undated is in every crowd
                    continue
                while filled <= min(at, end - 1):
                    ahead = np.int64(places[min(filled + _AHEAD, np.int64(high - 1))])
                    fetch(tags, ahead - _REACH)
                    fetch(tags, ahead + k + _REACH - 1)
                    first, last = documents[document[filled]], documents[document[filled] + 1]
                    _look_around(tags, np.int64(places[filled]), k, first, last, rows, valid, filled % ring)
                    filled += 1
                slot = at % ring if at < end else ring
                if slot == ring:
                    first, last = documents[document[at]], documents[document[at] + 1]
                    _look_around(tags, np.int64(places[at]), k, first, last, rows, valid, slot)
                around, is_inside = _can_add(rows, valid, i % ring, slot, bounds, least - 4 * k)
                one, other = np.int64(places[i]), np.int64(places[at])
                at_one, at_other = one - documents[document[i]], other - documents[document[at]]
                if 4 * k + around >= least and not _is_spare(at_one, at_other, is_inside):
                    out[n] = pack_seed(one, other, 4 * k + around >= strong)
                    n += 1
    return np.int64(high), n
