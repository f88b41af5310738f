"""The least of permuted hashes, in vector code: the innermost loop of signatures, where nearly all their time goes.

Numba compiles the plain loop (for each hash, for each slot: ``slot = min(slot, a * h + b)``) to vector instructions,
but loads and stores every slot for every hash, which takes more than three times as long as the arithmetic. Here the
LLVM code is given: for 64 slots at a time the minima are kept in registers while all hashes pass, and stored once.

LLVM fits vectors of 16 to whatever the processor has: one AVX-512 register, two of AVX2, four of SSE or NEON. The
arithmetic is that of 32-bit integers, so every processor gives the same bits.
"""

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from syndetect.kernels.jit import inline

#: Slots that are worked on together. Signatures and permutations come padded to a multiple of it.
LANES = 64

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
        taken: int64, how many hashes the row has been made of so far; 0 begins it anew.
    """
    for at in range(0, len(a), LANES):
        _least_of_lanes(hashes, first, last, a, b, slots, at, row * len(a) + at, taken == 0)
