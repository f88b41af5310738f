"""Sorted lists: their directories, and binary searches for keys.

The entries of a list are in order of their leading bits, which are their key.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel

#: A range of at most so many values is searched one by one.
_FEW = 16


@kernel
def fill_directories(entries, bounds, starts, directories):
    """Fill the directories of lists: where the entries of each value of the leading bits begin.

    Args:
        entries: uint64[n], the lists one behind the other, each ascending in its leading bits.
        bounds: int64[l + 1], where each list begins.
        starts: int64[l + 1], where each directory begins; one of b bits, 0 to 32, has 2**b + 1 slots.
        directories: uint32, output: for each value of the leading bits the number within its list of the first entry
            that has it or, where there is none, of the next; at the end of a directory the length of the list.
    """
    for which in range(len(bounds) - 1):
        first, count = bounds[which], bounds[which + 1] - bounds[which]
        slots = starts[which + 1] - starts[which] - 1
        bits, at = np.int64(0), np.int64(0)
        while np.int64(1) << bits < slots:
            bits += 1
        shift = np.uint64(64 - bits)
        for slot in range(slots):
            while at < count and slots > 1 and np.int64(entries[first + at] >> shift) < slot:
                at += 1
            directories[starts[which] + slot] = at
        directories[starts[which + 1] - 1] = count


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
