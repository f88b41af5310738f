"""Groups of equal keys to pairs of places: all pairs of a small group, a star of a large one."""

import numpy as np

from syndetect.kernels.documents import is_close
from syndetect.kernels.jit import inline, kernel


@kernel
def find_groups(keys, shift, bounds):
    """Where runs of two or more keys stand in sorted ``keys`` (uint64[n]) that are equal but for their last bits.

    Returns how many there are; run g begins at ``bounds[2 * g]`` and ends at ``bounds[2 * g + 1]`` (int64, room for
    n + 1). The last ``shift`` bits are left out of account.
    """
    n = 0
    i = 0
    while i < len(keys):
        j = i + 1
        while j < len(keys) and keys[j] >> shift == keys[i] >> shift:
            j += 1
        if j - i > 1:
            bounds[2 * n] = i
            bounds[2 * n + 1] = j
            n += 1
        i = j
    return n


@inline
def pack(one, two):
    """Two numbers of at most 32 bits in one (uint64), the smaller in the upper half."""
    return np.uint64(min(one, two)) << np.uint64(32) | np.uint64(max(one, two))


# More than eight parameters: a record of them would cost speed.
@inline
def _pair(places, document, i, j, time, is_query, window, out, n):
    """Add the pair of places i and j, if it is wanted; how many there are now."""
    one, other = document[i], document[j]
    if one == other or not is_query[one] | is_query[other] or not is_close(time[one], time[other], window):
        return n
    out[n] = pack(np.int64(places[i]), np.int64(places[j]))
    return n + 1


@kernel
def pair_groups(places, document, groups, time, is_query, window, out):
    """All pairs of places in one group in different documents, at most ``window`` apart, one of them a query.

    Args:
        places: uint32[n], in order of key.
        document: int64[n], the document of each place.
        groups: int64[2 * g], begin and end of each group.
        time: int64[d], of each document, or ``UNDATED``.
        is_query: uint8[d], whether the document is a query.
        window: in units of time; negative for no limit.
        out: uint64, output with room for all pairs, packed by :func:`pack`.

    Returns:
        The number of pairs.
    """
    n = np.int64(0)
    for g in range(len(groups) // 2):
        for i in range(groups[2 * g], groups[2 * g + 1]):
            for j in range(i + 1, groups[2 * g + 1]):
                n = _pair(places, document, i, j, time, is_query, window, out, n)
    return n


@kernel
def star_groups(places, document, groups, time, is_query, window, out):
    """A star of each group, which is linear in its size: its first place with the others, and each with the next.

    Where a window is set, the first place that lies too far from the centre is the next centre. Arguments as of
    :func:`pair_groups`, the places of a group in order of time; ``out`` has room for two pairs a place.
    """
    n = np.int64(0)
    for g in range(len(groups) // 2):
        centre = groups[2 * g]
        for i in range(centre + 1, groups[2 * g + 1]):
            if i - 1 > centre:
                n = _pair(places, document, i - 1, i, time, is_query, window, out, n)
            n = _pair(places, document, centre, i, time, is_query, window, out, n)
            if not is_close(time[document[centre]], time[document[i]], window):
                centre = i
    return n


# More than eight parameters: a record of them would cost speed.
@kernel
def find_leaders(code, begins, ranges, places, groups, document, time, window, leader):
    """Point each range of words to the first of its group that is the same, word for word, and close enough in time.

    Args:
        code: uint32[words].
        begins: uint32[r + 1], where each range of the corpus begins, and the last one ends.
        ranges: uint32[n], those of them that are compared.
        places: uint32[m], numbers in ``ranges`` in order of the hash of their words, of one hash in order of time.
        groups: int64[2 * g], the runs of equal hashes in ``places``.
        document: uint32[n], the document of each range.
        time: int64[d], of each document, or ``UNDATED``.
        window: in units of time; negative for no limit. A range that is too far from the first is the next first.
        leader: uint32[n], input and output: a range with the words of its group's first gets its number.
    """
    for g in range(len(groups) // 2):
        first = np.int64(places[groups[2 * g]])
        for i in range(groups[2 * g] + 1, groups[2 * g + 1]):
            other = np.int64(places[i])
            one, two = np.int64(begins[ranges[first]]), np.int64(begins[ranges[other]])
            length = np.int64(begins[ranges[first] + 1]) - one
            same = length == np.int64(begins[ranges[other] + 1]) - two
            j = np.int64(0)
            while same and j < length:
                same = code[one + j] == code[two + j]
                j += 1
            if same and is_close(time[document[first]], time[document[other]], window):
                leader[other] = first
            elif same:
                first = other
