"""The spellings of codes: which pairs of codes, by two keys, the words of ranges have; which have codes of a list."""

import numpy as np

from syndetect.kernels.jit import kernel
from syndetect.kernels.lists import first_from

_S32 = np.uint64(32)
#: Bits of a code that a filter tells of, the lowest but one: codes of words are odd.
_BITS = 16


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
def find_codes(code, begin, end, wanted, out):
    """The words of ranges that have one of some codes.

    Args:
        code: uint32[words].
        begin, end: int64[n], ranges of words.
        wanted: uint32[m], ascending.
        out: int64[as many as words in the ranges], output: the words, range after range.

    Returns:
        How many there are.
    """
    mask = np.uint32((1 << _BITS) - 1)
    may_be = np.zeros(1 << _BITS, np.uint8)
    for i in range(len(wanted)):
        may_be[wanted[i] >> np.uint32(1) & mask] = 1
    n = np.int64(0)
    for i in range(len(begin)):
        for word in range(begin[i], end[i]):
            if may_be[code[word] >> np.uint32(1) & mask]:
                at = first_from(
                    wanted, np.int64(0), np.int64(len(wanted)), np.int64(0), np.uint64(code[word])
                )
                if at < len(wanted) and wanted[at] == code[word]:
                    out[n] = word
                    n += 1
    return n
