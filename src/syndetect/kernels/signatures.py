"""Shingles to MinHash signatures and band keys.

The scheme is datasketch 2's ``affine32``: MurmurHash3's 32-bit finaliser on the shingle hash, then ``a * h + b`` in
32-bit arithmetic with odd ``a``, and the minimum over the shingles.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.shingles import hash_words

_EMPTY = np.uint32(0xFFFFFFFF)
_M1 = np.uint32(0x85EBCA6B)
_M2 = np.uint32(0xC2B2AE35)
_BAND = np.uint64(0x9E3779B97F4A7C15)
_FOLD = np.uint64(0xFF51AFD7ED558CCD)
_S32 = np.uint64(32)


@inline
def _mix(h):
    # numba widens 32-bit products to 64 bits: each is cut back, as datasketch's wrap around.
    h = np.uint32((h ^ h >> np.uint32(16)) * _M1)
    h = np.uint32((h ^ h >> np.uint32(13)) * _M2)
    return np.uint32(h ^ h >> np.uint32(16))


@inline
def _absorb(h, a, b, slots):
    """Lower each slot to the permuted hash where that is less."""
    mixed = _mix(h)
    for i in range(len(slots)):
        slots[i] = min(slots[i], np.uint32(a[i] * mixed + b[i]))


@kernel
def sign_hashes(offsets, hashes, a, b, out):
    """Signatures of ready sets: ``hashes[offsets[i]:offsets[i + 1]]`` (uint32) to ``out[i]`` (uint32[slots])."""
    for i in range(len(offsets) - 1):
        out[i, :] = _EMPTY
        for j in range(offsets[i], offsets[i + 1]):
            _absorb(hashes[j], a, b, out[i])


@inline
def _sign_words(code, low, high, k, a, b, slots):
    slots[:] = _EMPTY
    for i in range(low, max(high - k + 1, low + 1)):
        _absorb(np.uint32(hash_words(code, i, min(i + k, high)) >> _S32), a, b, slots)


@kernel
def sign_words(code, low, high, k, a, b, out):
    """Signatures of ranges of words: the k-word shingles of ``low[i]:high[i]`` to ``out[i]`` (uint32[slots])."""
    for i in range(len(low)):
        _sign_words(code, low[i], high[i], k, a, b, out[i])


@kernel
def band_keys(code, low, high, k, a, b, rows, out):
    """Band keys of ranges of words, their signatures not stored.

    ``out[band, i]`` (uint32) is a hash of the band's rows in the signature of ``low[i]:high[i]``. Keys of different
    bands are not to be compared.
    """
    bands = len(out)
    slots = np.empty(len(a), np.uint32)
    for i in range(len(low)):
        _sign_words(code, low[i], high[i], k, a, b, slots)
        for band in range(bands):
            h = _BAND
            for row in range(band * rows, band * rows + rows):
                h = (h ^ np.uint64(slots[row])) * _FOLD
                h ^= h >> _S32
            out[band, i] = h & np.uint64(0xFFFFFFFF)
