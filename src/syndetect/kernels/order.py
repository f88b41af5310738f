"""Sorting: a radix sort of 64-bit values, a stable one of keys that carries their places along, and a plain one.

Numba can compile numpy's sorts, but takes seconds for each type.
"""

import numpy as np

from syndetect.kernels.jit import allocating, inline, kernel

_U8 = np.uint64(8)
_U255 = np.uint64(255)
_FEW = 192  # values that the plain sort has in order before the counts of the other are cleared
_MANY = 1 << 15  # values that are larger together than a processor's nearest memory


@inline
def shell_sort(values):
    """Sort values in place, ascending (Shell 1959), with gaps that shrink by 4/9."""
    gap = max(1, len(values) * 4 // 9)
    while gap > 0:
        for i in range(gap, len(values)):
            value = values[i]
            j = i
            while j >= gap and values[j - gap] > value:
                values[j] = values[j - gap]
                j -= gap
            values[j] = value
        gap = 0 if gap == 1 else max(1, gap * 4 // 9)


@inline
def _begin_digits(counts, digit, n):
    """Turn how often each value of a digit occurs into where it begins; False where all are the same."""
    total = np.int64(0)
    for value in range(256):
        count = counts[digit, value]
        if count == n:
            return False
        counts[digit, value] = total
        total += count
    return True


@allocating
def _sort_digits(values, spare, lowest, highest):
    """Sort by the bytes ``lowest`` to ``highest`` (0 is the last), the last first, stably."""
    n = len(values)
    counts = np.zeros((8, 256), np.int64)
    for i in range(n):
        value = values[i] >> _U8 * np.uint64(lowest)
        for digit in range(lowest, highest + 1):
            counts[digit, np.int64(value & _U255)] += 1
            value >>= _U8
    swapped = False
    for digit in range(lowest, highest + 1):
        if not _begin_digits(counts, digit, n):
            continue
        source, target = (spare, values) if swapped else (values, spare)
        shift = np.uint64(8 * digit)
        for i in range(n):
            value = source[i]
            which = np.int64(value >> shift & _U255)
            target[counts[digit, which]] = value
            counts[digit, which] += 1
        swapped = not swapped
    if swapped:
        for i in range(n):
            values[i] = spare[i]


@allocating
def _part_by_first(values, spare, lowest, bounds):
    """Partition values stably by their first byte, down to ``lowest``, that is not the same in all; return it."""
    differing = np.uint64(0)
    for i in range(len(values)):
        differing |= values[i] ^ values[0]
    digit = np.int64(7)
    while digit > lowest and differing >> _U8 * np.uint64(digit) == 0:
        digit -= 1
    shift = np.uint64(8 * digit)
    for which in range(257):
        bounds[which] = 0
    for i in range(len(values)):
        bounds[np.int64(values[i] >> shift & _U255) + 1] += 1
    for which in range(256):
        bounds[which + 1] += bounds[which]
    at = bounds.copy()
    for i in range(len(values)):
        which = np.int64(values[i] >> shift & _U255)
        spare[at[which]] = values[i]
        at[which] += 1
    for i in range(len(values)):
        values[i] = spare[i]
    return digit


@allocating
def sort_values(values, spare):
    """Sort ``values`` (uint64[n]), as many as a pair of documents or a set may have; as much work space."""
    if len(values) <= _FEW:
        shell_sort(values)
    else:
        _sort_digits(values, spare, np.int64(0), np.int64(7))


@kernel
def sort(values, spare, lowest):
    """Sort ``values`` (uint64[n]) by their bytes from ``lowest`` (0 is the last) up, stably; as much work space."""
    if len(values) <= _FEW and lowest == 0:
        shell_sort(values)
    elif len(values) <= _MANY:
        _sort_digits(values, spare, lowest, np.int64(7))
    else:  # more than a cache holds: partitioned first, so that each partition is sorted in the cache
        bounds = np.empty(257, np.int64)
        highest = _part_by_first(values, spare, lowest, bounds) - 1
        for which in range(256):
            low, high = bounds[which], bounds[which + 1]
            if high - low > 1:
                _sort_digits(values[low:high], spare[low:high], lowest, highest)


@kernel
def radix_sort(keys, places, spare_keys, spare_places):
    """Sort ``keys`` (uint64[n]) in place, stably, and ``places`` (uint32[n]) with them.

    Digits that are the same in all keys cost one look and no pass. The spares are work space of the same types and
    lengths.
    """
    n = len(keys)
    counts = np.zeros((8, 256), np.int64)
    for i in range(n):
        key = keys[i]
        for digit in range(8):
            counts[digit, np.int64(key & _U255)] += 1
            key >>= _U8
    swapped = False
    for digit in range(8):
        if not _begin_digits(counts, digit, n):
            continue
        shift = np.uint64(8 * digit)
        source, target = (spare_keys, keys) if swapped else (keys, spare_keys)
        source_places, target_places = (spare_places, places) if swapped else (places, spare_places)
        for i in range(n):
            key = source[i]
            value = np.int64(key >> shift & _U255)
            at = counts[digit, value]
            counts[digit, value] = at + 1
            target[at] = key
            target_places[at] = source_places[i]
        swapped = not swapped
    if swapped:
        for i in range(n):
            keys[i] = spare_keys[i]
            places[i] = spare_places[i]
