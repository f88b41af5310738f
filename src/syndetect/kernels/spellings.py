"""The spellings of codes: which pairs of codes, by two keys, the words of ranges have; and which words have a code."""

import numpy as np

from syndetect.kernels.jit import kernel
from syndetect.kernels.lists import first_from

_S32 = np.uint64(32)


@kernel
def list_spellings(code, keyed, begin, end, cache, out):
    """List the two codes of words; those that a small cache still knows are left out, so that few come twice.

    Args:
        code, keyed: uint32[words], the codes by two keys.
        begin, end: int64[n], disjoint ranges of words.
        cache: uint64[power of two], zeros.
        out: uint64[as many as words in the ranges], output: the first code in the upper half.

    Returns:
        How many there are.
    """
    n, mask = np.int64(0), np.uint32(len(cache) - 1)
    for i in range(len(begin)):
        for word in range(begin[i], end[i]):
            packed = np.uint64(code[word]) << _S32 | np.uint64(keyed[word])
            slot = code[word] >> np.uint32(1) & mask
            if cache[slot] != packed:
                cache[slot] = packed
                out[n] = packed
                n += 1
    return n


@kernel
def find_words(code, begin, end, wanted, marked, out):
    """Find the words of ranges that have one of some codes.

    Args:
        code: uint32[words].
        begin, end: int64[n], ranges of words.
        wanted: uint32[m], ascending, the codes.
        marked: uint8[power of two], zeros: work space, in which few codes that are not wanted look as if they were.
        out: int64, output: the words, in the order of the ranges; those beyond its end are counted only.

    Returns:
        How many there are.
    """
    n, mask = np.int64(0), np.uint32(len(marked) - 1)
    for one in wanted:
        marked[one >> np.uint32(1) & mask] = 1
    for i in range(len(begin)):
        for word in range(begin[i], end[i]):
            one = code[word]
            if marked[one >> np.uint32(1) & mask] == 0:
                continue
            at = first_from(wanted, np.int64(0), np.int64(len(wanted)), np.int64(0), np.uint64(one))
            if at < len(wanted) and wanted[at] == one:
                if n < len(out):
                    out[n] = word
                n += 1
    return n
