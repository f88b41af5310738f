"""Words to shingles: the hash of k consecutive word codes, and sets of them."""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.order import shell_sort

_M1 = np.uint64(0x9E3779B97F4A7C15)
_M2 = np.uint64(0xFF51AFD7ED558CCD)
_M3 = np.uint64(0xC4CEB9FE1A85EC53)
_S32 = np.uint64(32)
_S33 = np.uint64(33)
_M32 = np.uint32(0x9E3779B1)
_S15 = np.uint32(15)


@inline
def hash_words(code, low, high):
    """A 64-bit hash of the words low to high: a multiply-and-fold chain, then MurmurHash3's finaliser."""
    h = np.uint64(high - low)
    for i in range(low, high):
        h = (h ^ np.uint64(code[i])) * _M1
        h ^= h >> _S32
    h = (h ^ h >> _S33) * _M2
    h = (h ^ h >> _S33) * _M3
    return h ^ h >> _S33


@inline
def absorb32(h, word):
    """Take a word, or what else has 32 bits, into a 32-bit hash: distinct ones into distinct hashes."""
    h = np.uint32((h ^ word) * _M32)
    return np.uint32(h ^ h >> _S15)


@inline
def hash_words32(code, low, high):
    """The 32-bit hash of the words low to high that signatures are made of: the chain alone.

    MinHash finishes it by a mixing of its own.
    """
    h = np.uint32(high - low)
    for i in range(low, high):
        h = absorb32(h, code[i])
    return h


@kernel
def hash_ranges(code, low, high, out):
    """``out[i]`` = the hash of the words ``low[i]:high[i]`` (all int64[n]; out uint64[n])."""
    for i in range(len(low)):
        out[i] = hash_words(code, low[i], high[i])


@kernel
def count_shingles(low, high, k, count):
    """``count[i]`` = how many k-word shingles the words ``low[i]:high[i]`` have; a shorter range is one shingle."""
    for i in range(len(low)):
        count[i] = min(max(high[i] - low[i] - k + 1, 1), high[i] - low[i])


@kernel
def shingle_ranges(code, low, high, k, offsets, out):
    """The shingle hashes of each range of words, at ``out[offsets[i]:offsets[i + 1]]`` (uint64)."""
    for i in range(len(low)):
        first = offsets[i]
        for j in range(offsets[i + 1] - first):
            out[first + j] = hash_words(code, low[i] + j, min(low[i] + j + k, high[i]))


@kernel
def shingle_ranges32(code, low, high, k, offsets, out):
    """The 32-bit shingle hashes of each range of words, at ``out[offsets[i]:offsets[i + 1]]`` (uint32)."""
    for i in range(len(low)):
        first = offsets[i]
        for j in range(offsets[i + 1] - first):
            out[first + j] = hash_words32(code, low[i] + j, min(low[i] + j + k, high[i]))


@kernel
def make_sets(offsets, values, count):
    """Sort each range of values in place and move its distinct ones to its front; ``count[i]`` says how many."""
    for i in range(len(offsets) - 1):
        part = values[offsets[i] : offsets[i + 1]]
        shell_sort(part)
        n = 0
        for j in range(len(part)):
            if j == 0 or part[j] != part[j - 1]:
                part[n] = part[j]
                n += 1
        count[i] = n


@kernel
def count_common(offsets, sizes, values, first, second, common):
    """``common[i]`` = how many values the sorted sets ``first[i]`` and ``second[i]`` share."""
    for i in range(len(first)):
        a, b = offsets[first[i]], offsets[second[i]]
        a_end, b_end = a + sizes[first[i]], b + sizes[second[i]]
        n = 0
        while a < a_end and b < b_end:
            x, y = values[a], values[b]
            n += x == y
            a += x <= y
            b += y <= x
        common[i] = n
