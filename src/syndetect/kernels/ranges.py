"""Ranges of flat arrays: copied one after the other, narrowed, and words to characters."""

import numpy as np

from syndetect.kernels.jit import inline, kernel

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


@inline
def _first_from(values, low, high, shift, least):
    while low < high:
        middle = (low + high) >> 1
        if values[middle] >> shift < least:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def narrow(values, wanted, shift, begin, end):
    """Narrow ranges of ascending values to those that are as wanted but for their last ``shift`` bits.

    Args:
        values: uint32, ascending in each range.
        wanted: uint32[n].
        shift: uint32, less than 32.
        begin, end: int64[n], input and output.
    """
    for i in range(len(wanted)):
        least = wanted[i] >> shift
        begin[i] = _first_from(values, begin[i], end[i], shift, least)
        end[i] = _first_from(values, begin[i], end[i], shift, least + np.uint32(1))


@inline
def _far_from(far, word):
    low, high = np.int64(0), np.int64(len(far))
    while low < high:
        middle = (low + high) >> 1
        if far[middle, 0] < word:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def find_spans(gaps, lengths, far, first, begin, end, spans):
    """The characters of ranges of words, from the gaps before the words and their lengths.

    Args:
        gaps, lengths: uint8[words], in characters, or ``FAR``.
        far: int64[m, 3], ascending: the words of which either is ``FAR``, with both values.
        first: int64[n], the first word of the document of each range.
        begin, end: int64[n], the ranges, not empty.
        spans: int64[n, 2], output: where the first word of each begins and its last one ends.
    """
    for i in range(len(first)):
        at = np.int64(0)
        for word in range(first[i], end[i]):
            gap, length = np.int64(gaps[word]), np.int64(lengths[word])
            if FAR in (gap, length):
                where = _far_from(far, word)
                gap, length = far[where, 1], far[where, 2]
            at += gap
            if word == begin[i]:
                spans[i, 0] = at
            at += length
        spans[i, 1] = at
