"""Lists of entries in order of their keys: the directory of a list, and where in it a key stands.

An entry is 64 bits: 32 of a key, then 32 of a number.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel

_S32 = np.uint64(32)
#: Entries up to which a range is looked through one by one.
_FEW = 16


@kernel
def fill_directory(entries, shift, directory):
    """Where the entries begin whose keys have certain leading bits.

    Args:
        entries: uint64[n], in order of their keys.
        shift: how many of the 64 bits are not leading ones, 32 to 64.
        directory: uint32[2**(64 - shift) + 1], output: the number of the first entry of each value of the leading
            bits or, where there is none, of the next; in the end n.
    """
    slots = np.int64(len(directory) - 1)
    at = np.int64(0)
    for slot in range(slots):
        while at < len(entries) and (slots > 1 and np.int64(entries[at] >> np.uint64(shift)) < slot):
            at += 1
        directory[slot] = at
    directory[slots] = len(entries)


@inline
def _first_from(entries, low, high, key):
    """The first entry of a range whose key is not less than ``key``, or its end."""
    while high - low > _FEW:
        middle = (low + high) >> 1
        if entries[middle] >> _S32 < key:
            low = middle + 1
        else:
            high = middle
    while low < high and entries[low] >> _S32 < key:
        low += 1
    return low


@kernel
def find_runs(entries, keys, begin, end):
    """Narrow ranges of entries to those with a key.

    Args:
        entries: uint64, those of each range in order of their keys.
        keys: uint64[n], of 32 bits.
        begin, end: int64[n], input and output: a range in which all entries with the key stand; then just these.
    """
    for i in range(len(keys)):
        low = _first_from(entries, begin[i], end[i], keys[i])
        high = low
        while high < end[i] and high - low < _FEW and entries[high] >> _S32 == keys[i]:
            high += 1
        if high - low == _FEW:
            high = _first_from(entries, high, end[i], keys[i] + np.uint64(1))
        begin[i], end[i] = low, high
