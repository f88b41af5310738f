"""Ranges of items, ``begin[i]:end[i]``: their blocks in a file, their values, their characters, what they cover."""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.lists import first_from

#: Bits of a byte's place in the file that are its place in the block: blocks of 16 KiB.
BLOCK_BITS = 14


@kernel
def all_checked(begin, end, item_bytes, offset, checked):
    """Whether every block that the items ``begin[i]:end[i]`` (int64[n] each) lie in has been checked.

    Args:
        begin, end: numbers of items; an empty range lies in no block.
        item_bytes: of one item.
        offset: where item 0 stands, in bytes of the file.
        checked: uint8[blocks], not 0 for blocks that have been checked. What lies outside has not.
    """
    for i in range(len(begin)):
        if begin[i] < end[i]:
            first = (offset + begin[i] * item_bytes) >> BLOCK_BITS
            last = (offset + end[i] * item_bytes - np.int64(1)) >> BLOCK_BITS
            if first < 0 or last >= len(checked):
                return False
            for block in range(first, last + 1):
                if not checked[block]:
                    return False
    return True


#: What stands in a column of bytes for a value that is too large for it.
FAR = 255


@kernel
def copy_ranges(values, begin, end, out):
    """The values (uint32) of ranges, ``values[begin[i]:end[i]]``, one after the other to ``out``."""
    n = np.int64(0)
    for i in range(len(begin)):
        for j in range(begin[i], end[i]):
            out[n] = values[j]
            n += 1


@kernel
def runs_of_flags(flags, runs):
    """The runs of flags (uint8) that are not 0: begin and end of each to ``runs`` (int64), one after the other.

    Returns:
        How many there are; ``runs`` has room for a number a flag, and one more.
    """
    n = np.int64(0)
    before = np.uint8(0)
    for i in range(len(flags)):
        if (flags[i] != 0) != (before != 0):
            runs[n] = i
            n += 1
        before = flags[i]
    if before:
        runs[n] = len(flags)
        n += 1
    return n // np.int64(2)


@kernel
def find_uniform(values, bounds, least, found):
    """The numbers of ranges whose values (uint32) are all equal.

    Args:
        values: of the ranges, which lie end to end.
        bounds: int64[n + 1], where each range begins, and the end.
        least: the fewest values of a range that counts.
        found: int64[n], output.

    Returns:
        How many there are.
    """
    n = np.int64(0)
    for r in range(len(bounds) - 1):
        low, high = bounds[r], bounds[r + 1]
        if high - low >= least:
            i = low + np.int64(1)
            while i < high and values[i] == values[low]:
                i += 1
            if i >= high:
                found[n] = r
                n += 1
    return n


@kernel
def place_ranges(values, begin, end, to, out):
    """The values (uint32) of ranges, ``values[begin[i]:end[i]]``, each to ``out`` from ``to[i]`` on (int64[n])."""
    for i in range(len(begin)):
        at = to[i] - begin[i]
        for j in range(begin[i], end[i]):
            out[at + j] = values[j]


@inline
def _measure(gaps, lengths, far, word):
    """The characters before a word and of it; negative where ``far`` lacks the word, or says so."""
    gap, length = np.int64(gaps[word]), np.int64(lengths[word])
    if FAR in (gap, length):
        where = first_from(far[:, 0], np.int64(0), np.int64(len(far)), np.int64(0), np.uint64(word))
        if where == len(far) or far[where, 0] != word:
            return np.int64(-1), np.int64(0)
        return far[where, 1], far[where, 2]
    return gap, length


@kernel
def find_spans(gaps, lengths, far, first, begin, end, order, spans):
    """The characters of ranges of words, from the gaps before the words and their lengths.

    Args:
        gaps, lengths: uint8[words], in characters, or ``FAR``.
        far: int64[m, 3], ascending: the words of which either is ``FAR``, with both values.
        first: int64[n], the first word of the document of each range.
        begin, end: int64[n], the ranges, not empty, in their documents.
        order: int64[n], the ranges in the order of ``begin``, so that each document is gone through once.
        spans: int64[n, 2], output: where the first word of each begins and its last one ends.

    Returns:
        Whether ``far`` has every word that it must have.
    """
    document, word, at = np.int64(-1), np.int64(0), np.int64(0)
    for i in order:
        if first[i] != document:
            document, word, at = first[i], first[i], np.int64(0)
        while word < begin[i]:
            gap, length = _measure(gaps, lengths, far, word)
            if gap < 0:
                return False
            word, at = word + 1, at + gap + length
        until = at
        for inside in range(begin[i], end[i]):
            gap, length = _measure(gaps, lengths, far, inside)
            if gap < 0:
                return False
            until += gap
            if inside == begin[i]:
                spans[i, 0] = until
            until += length
        spans[i, 1] = until
    return True


@kernel
def count_covered(begin, end, document, order, covered):
    """``covered[d]`` += words of document d in at least one of its ranges; ``order`` sorts by document and begin."""
    reach = np.int64(0)
    for i in range(len(order)):
        m = order[i]
        if i == 0 or document[m] != document[order[i - 1]]:
            reach = np.int64(0)
        low = max(begin[m], reach)
        if end[m] > low:
            covered[document[m]] += end[m] - low
            reach = end[m]
