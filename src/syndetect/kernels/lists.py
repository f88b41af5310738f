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


@inline
def _first_reaching(values, low, high, shift, least):
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
        begin[i] = _first_reaching(values, begin[i], end[i], shift, least)
        end[i] = _first_reaching(values, begin[i], end[i], shift, least + np.uint32(1))


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
