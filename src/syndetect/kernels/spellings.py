"""The spellings of codes: which pairs of codes, by two keys, the words of ranges have."""

import numpy as np

from syndetect.kernels.jit import kernel

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
