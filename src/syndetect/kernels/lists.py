"""Sorted lists: the directory of a list, and binary searches for keys.

The entries of a list are in order of their leading bits, which are their key.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel

#: A range of at most so many values is searched one by one.
_FEW = 16


@kernel
def fill_directory(entries, shift, directory):
    """Fill the directory of a list: where the entries of each value of the leading bits begin.

    Args:
        entries: uint64[n], ascending in their leading bits.
        shift: int64, how many of the 64 bits are not leading ones, 32 to 64.
        directory: uint32[2**(64 - shift) + 1], output: the number of the first entry of each value of the leading
            bits or, where there is none, of the next; at the end n.
    """
    slots = np.int64(len(directory) - 1)
    at = np.int64(0)
    for slot in range(slots):
        while at < len(entries) and (slots > 1 and np.int64(entries[at] >> np.uint64(shift)) < slot):
            at += 1
        directory[slot] = at
    directory[slots] = len(entries)


@inline
def first_from(values, low, high, shift, key):
    """The first of sorted ``values[low:high]`` that, shifted right by ``shift``, is at least ``key``; else high."""
    while high - low > _FEW:
        middle = (low + high) >> 1
        if np.uint64(values[middle] >> shift) < key:
            low = middle + 1
        else:
            high = middle
    while low < high and np.uint64(values[low] >> shift) < key:
        low += 1
    return low


@kernel
def find_runs(values, keys, shift, begin, end):
    """Narrow ranges of sorted values to those with a key.

    Args:
        values: uint32 or uint64, those of each range in order of their keys.
        keys: unsigned int[n]; the key of a value is the value without its last ``shift`` bits.
        shift: of the type of the values.
        begin, end: int64[n], input and output: a range in which all values with the key stand; then exactly these.
    """
    for i in range(len(keys)):
        key = np.uint64(keys[i])
        low = first_from(values, begin[i], end[i], shift, key)
        high = low
        while high < end[i] and high - low < _FEW and np.uint64(values[high] >> shift) == key:
            high += 1
        if high - low == _FEW:
            high = first_from(values, high, end[i], shift, key + np.uint64(1))
        begin[i], end[i] = low, high
