"""Shingles to MinHash signatures and band keys.

The scheme is datasketch 2's ``affine32``: MurmurHash3's 32-bit finaliser on the shingle hash, then ``a * h + b`` in
32-bit arithmetic with odd ``a``, and the minimum over the shingles.
"""

from functools import lru_cache

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.shingles import absorb32

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

#: Slots that are worked on together: so few that their minima, factors and addends all stay in the 16 registers of AVX2
#: while the hashes go by. Signatures and permutations come padded to a multiple of it.
LANES = 32

_WIDTH = 16
_I32, _I64 = ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_I32, _WIDTH)


def _emit(context, builder, signature, arguments):
    """Write the LLVM code of :func:`_least_plainly`."""
    hashes, a, b, slots = (
        context.make_array(signature.args[i])(context, builder, arguments[i]).data for i in (0, 3, 4, 5)
    )
    first, last, at, to, is_new = (arguments[i] for i in (1, 2, 6, 7, 8))

    def vectors(data, place):
        base = builder.bitcast(builder.gep(data, [place]), _VECTOR.as_pointer())
        return [builder.gep(base, [_I64(i)]) for i in range(LANES // _WIDTH)]

    def load(data, place):
        return [builder.load(vector, align=4) for vector in vectors(data, place)]

    factors, addends = load(a, at), load(b, at)
    ones = _VECTOR([_I32(0xFFFFFFFF)] * _WIDTH)
    # LLVM moves these variables to registers, as it does with any compiler's local variables.
    least = [
        cgutils.alloca_once_value(builder, builder.select(is_new, ones, before)) for before in load(slots, to)
    ]
    with cgutils.for_range(builder, last, start=first) as loop:
        h = builder.load(builder.gep(hashes, [loop.index]))
        lane = builder.insert_element(_VECTOR(ir.Undefined), h, _I32(0))
        spread = builder.shuffle_vector(lane, lane, _VECTOR([_I32(0)] * _WIDTH))
        for factor, addend, place in zip(factors, addends, least, strict=True):
            permuted, before = builder.add(builder.mul(factor, spread), addend), builder.load(place)
            is_less = builder.icmp_unsigned("<", permuted, before)
            builder.store(builder.select(is_less, permuted, before), place)
    for place, target in zip(least, vectors(slots, to), strict=True):
        builder.store(builder.load(place), target, align=4)
    return context.get_dummy_value()


def _least_vectors(_, hashes, first, last, a, b, slots, at, to, is_new):
    """What numba asks of an intrinsic: the types of its call, if it takes these, and its code."""
    if any(array != types.uint32[::1] for array in (hashes, a, b, slots)):
        return None
    return types.void(hashes, first, last, a, b, slots, at, to, is_new), _emit


def _least_plainly(hashes, first, last, a, b, slots, at, to, is_new):
    """The same in Python, for when nothing is compiled."""
    least = slots[to : to + LANES]
    if is_new:
        least[:] = 0xFFFFFFFF
    for h in hashes[first:last]:
        least[:] = np.minimum(least, a[at : at + LANES] * h + b[at : at + LANES])


_least_of_lanes = _least_plainly if numba.config.DISABLE_JIT else intrinsic(_least_vectors)


@inline
def find_least(hashes, first, last, a, b, slots, row, taken):
    """Put the least of ``a * h + b`` over the hashes first to last into one row of slots.

    Args:
        hashes: uint32, mixed already.
        first, last: int64, inside ``hashes``; this is not checked.
        a, b: uint32, a multiple of ``LANES`` of them.
        slots: uint32, rows as long as ``a``, one after the other.
        row: int64, the number of the row.
        taken: int64, how many hashes the row has been made of so far; 0 starts a new row.
    """
    for at in range(0, len(a), LANES):
        _least_of_lanes(hashes, first, last, a, b, slots, at, row * len(a) + at, taken == 0)


_M1 = np.uint32(0x85EBCA6B)
_M2 = np.uint32(0xC2B2AE35)
BAND = np.uint32(0x9E3779B9)

#: Shingles that are hashed at once: enough to fill vectors, few enough to be cheap where ranges are far apart.
WINDOW = 256
#: Ranges whose signatures are kept until their band keys are made: as many as a core's first cache holds.
RANGES = 32


@inline
def _mix(h):
    # numba widens 32-bit products to 64 bits: each is cut back, as datasketch's wrap around.
    h = np.uint32((h ^ h >> np.uint32(16)) * _M1)
    h = np.uint32((h ^ h >> np.uint32(13)) * _M2)
    return np.uint32(h ^ h >> np.uint32(16))


@inline
def _mix_shingles(code, first, last, k, mixed):
    """The mixed hashes of the k-word shingles that begin at the words first to last, to the front of ``mixed``.

    With k = 0 the words are hashes that are ready.

    Each loop takes one word of all shingles, not all words of one: the compiler makes vector code of that.
    """
    for i in range(last - first):
        mixed[i] = k if k else code[np.uint64(first + i)]
    for j in range(k):
        words = code[first + j : last + j]
        for i in range(len(words)):
            mixed[i] = absorb32(mixed[i], words[i])
    for i in range(last - first):
        mixed[i] = _mix(mixed[i])


# More than eight parameters: a record of them would cost speed.
@kernel
def _sign(code, low, high, k, a, b, first, last, mixed, slots):
    """Signatures of the ranges of words first to last by their k-word shingles, to one row of slots each.

    With k = 0 the words are hashes that are ready. ``mixed`` receives the mixed hashes of the next shingles, which
    ranges that follow one another share.
    """
    begin = end = size = np.int64(0)  # where the shingles in ``mixed`` begin, and how many words they have
    for i in range(first, last):
        words = high[i] - low[i]
        at, stop = low[i], low[i] + (max(words - k + 1, min(words, 1)) if k else words)
        words = min(words, k)
        while True:
            if at < begin or stop > end or words != size:
                begin, end, size = at, max(min(at + len(mixed), len(code) - max(words - 1, 0)), at), words
                _mix_shingles(code, begin, end, size, mixed)
            until = min(stop, end)
            find_least(mixed, at - begin, until - begin, a, b, slots, i - first, at - low[i])
            at = until
            if at == stop:
                break


@inline
def band_key(values, at, rows):
    """The key of a band whose rows are the values from ``at`` on: as :func:`band_keys` computes it."""
    key = BAND
    for row in range(rows):
        key = absorb32(key, values[at + row])
    return key


@kernel
def band_keys_of(signatures, rows, out):
    """Band keys of ready signatures: those that :func:`band_keys` gives for the same sets.

    Args:
        signatures: uint32[n, slots].
        rows: slots of a band.
        out: uint32[bands, n], output.
    """
    slots, values = np.int64(signatures.shape[1]), signatures.reshape(-1)
    for i in range(len(signatures)):
        for band in range(len(out)):
            out[band, i] = band_key(values, i * slots + band * rows, rows)


# More than eight parameters: a record of them would cost speed.
@kernel
def _band_keys(code, low, high, k, a, b, rows, mixed, slots, keys, out, base):
    """Band keys by a few ranges at a time, whose signatures lie in ``slots``, row by row of all bands."""
    bands = len(keys)
    for first in range(0, len(low), RANGES):
        last = min(first + RANGES, len(low))
        _sign(code, low, high, k, a, b, first, last, mixed, slots)
        for i in range(last - first):
            for band in range(bands):
                keys[band] = BAND
            for row in range(rows):
                at = np.uint64(i * len(a) + row * bands)  # unsigned: numba looks for no negative places
                for band in range(bands):
                    keys[band] = absorb32(keys[band], slots[at + np.uint64(band)])
            to = np.uint64(base + first + i)
            for band in range(bands):
                out[band, to] = keys[band]


def _arrange(values: U32, rows: int = 1) -> U32:
    """Permutations in the order and number in which the kernels want them: row by row of all bands, in whole lanes."""
    arranged = np.zeros(-(-len(values) // LANES) * LANES, np.uint32)
    arranged[: len(values)] = values.reshape(-1, rows).T.reshape(-1)
    return arranged


def sign_words(code: U32, low: I64, high: I64, k: int, a: U32, b: U32, out: U32) -> None:
    """Signatures of ranges of words: the k-word shingles of ``low[i]:high[i]`` to ``out[i]`` (uint32[slots]).

    A range of fewer words is one shingle; the empty one has all ones.
    """
    slots = out
    if out.shape[1] % LANES or not out.flags.c_contiguous:
        slots = np.empty((len(out), -(-out.shape[1] // LANES) * LANES), np.uint32)
    _sign(
        code,
        low,
        high,
        k,
        _arrange(a),
        _arrange(b),
        0,
        len(low),
        np.empty(WINDOW, np.uint32),
        slots.reshape(-1),
    )
    if slots is not out:
        out[:] = slots[:, : out.shape[1]]


def sign_hashes(offsets: I64, hashes: U32, a: U32, b: U32, out: U32) -> None:
    """Signatures of ready sets: ``hashes[offsets[i]:offsets[i + 1]]`` (uint32) to ``out[i]`` (uint32[slots])."""
    sign_words(hashes, offsets[:-1], offsets[1:], 0, a, b, out)


def band_keys(
    code: U32, low: I64, high: I64, k: int, a: U32, b: U32, rows: int, out: U32, base: int = 0
) -> None:
    """Band keys of ranges of words, their signatures not stored.

    ``out[band, base + i]`` (uint32) is a hash of the band's rows in the signature of ``low[i]:high[i]``. Keys of
    different bands are not to be compared. Permutations beyond the last band's are not worked out.

    (A part of a larger table is told by ``base`` and not passed as a slice, which would be of another type.)
    """
    used = len(out) * rows
    a, b = _arrange(a[:used], rows), _arrange(b[:used], rows)
    mixed, slots = np.empty(WINDOW, np.uint32), np.empty(RANGES * len(a), np.uint32)
    keys = np.empty(len(out), np.uint32)
    _band_keys(code, low, high, k, a, b, rows, mixed, slots, keys, out, base)


def permutations(slots: int, seed: int) -> tuple[U32, U32]:
    """The multipliers (odd) and addends of the permutations ``a * h + b mod 2**32``: uint32[slots] each.

    datasketch 2 draws the same ones for this ``num_perm`` and ``seed``.
    """
    multipliers, addends = _drawn(slots, seed)
    return multipliers.copy(), addends.copy()


@lru_cache(maxsize=8)
def _drawn(slots: int, seed: int) -> tuple[U32, U32]:
    generator = np.random.RandomState(seed)  # the generator datasketch uses
    multipliers = generator.randint(0, 1 << 31, slots, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return multipliers, generator.randint(0, 1 << 32, slots, dtype=np.uint32)
