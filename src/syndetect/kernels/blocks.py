"""Which blocks of a file ranges of items lie in, and whether all of them have been checked."""

import numpy as np

from syndetect.kernels.jit import kernel

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
