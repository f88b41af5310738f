"""Groups of equal keys to pairs of places: all pairs of a small group, a star of a large one."""

import numpy as np

from syndetect.kernels.jit import inline, kernel


@kernel
def find_groups(keys, begin):
    """Where runs of two or more equal keys stand in sorted ``keys``.

    Returns how many there are; run g begins at ``begin[2 * g]`` and ends at ``begin[2 * g + 1]`` (int64, room for
    n + 1).
    """
    n = 0
    i = 0
    while i < len(keys):
        j = i + 1
        while j < len(keys) and keys[j] == keys[i]:
            j += 1
        if j - i > 1:
            begin[2 * n] = i
            begin[2 * n + 1] = j
            n += 1
        i = j
    return n


@inline
def _emit(first, second, owner, out, n, fill):
    """Write one pair unless both have one owner; returns the number of pairs so far."""
    if owner[first] == owner[second]:
        return n
    if fill:
        out[n, 0] = min(first, second)
        out[n, 1] = max(first, second)
    return n + 1


@kernel
def pair_groups(places, groups, owner, hot, out, fill):
    """Pairs of places that share a key and have different owners.

    A group of up to ``hot`` places gives all its pairs. A larger one gives a star, which is linear in its size: its
    first place with each of the others, and each with the next.

    Args:
        places: uint32[n] or more, the places in order of key, within a group in the order that decides who is first.
        groups: int64[2 * g], begin and end of each group.
        owner: uint32[...], the owner of each place.
        hot: the largest group that gives all its pairs.
        out: int64[pairs, 2], output, the smaller place first; not touched when ``fill`` is false.
        fill: whether to write pairs or only count them.

    Returns:
        The number of pairs.
    """
    n = 0
    for g in range(len(groups) // 2):
        low, high = groups[2 * g], groups[2 * g + 1]
        if high - low <= hot:
            for i in range(low, high):
                for j in range(i + 1, high):
                    n = _emit(np.int64(places[i]), np.int64(places[j]), owner, out, n, fill)
        else:
            centre = np.int64(places[low])
            for i in range(low + 1, high):
                n = _emit(centre, np.int64(places[i]), owner, out, n, fill)
                if i > low + 1:
                    n = _emit(np.int64(places[i - 1]), np.int64(places[i]), owner, out, n, fill)
    return n


@kernel
def find_leaders(code, low, high, places, groups, leader):
    """Point each range of words to the first of its group that is the same, word for word.

    Args:
        code: uint64[words].
        low, high: int64[n], the ranges.
        places: uint32[n], the ranges in order of the hash of their words, those of one hash ascending.
        groups: int64[2 * g], the runs of equal hashes in ``places``.
        leader: int64[n], input and output: a range whose words are those of its group's first gets that one's number.
    """
    for g in range(len(groups) // 2):
        first = np.int64(places[groups[2 * g]])
        for i in range(groups[2 * g] + 1, groups[2 * g + 1]):
            other = np.int64(places[i])
            same = high[first] - low[first] == high[other] - low[other]
            j = 0
            while same and j < high[first] - low[first]:
                same = code[low[first] + j] == code[low[other] + j]
                j += 1
            if same:
                leader[other] = first
