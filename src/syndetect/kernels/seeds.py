"""How much the surroundings of two places agree: LLVM vector code, by way of a numba intrinsic.

Sixteen comparisons at five distances are eighty; as vector instructions they are five. The plain loop takes some
thirty times as long and decides over the cost of the whole join. The same bits come out on every processor, since
LLVM rewrites the vectors for those that lack them; an interpreter takes the plain function instead.
"""

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from syndetect.kernels.jit import inline

#: Words that are looked at on either side.
SPAN = 16
#: By how many words a word may stand off.
SHIFT = 2


def _plain_agreement(one, at, other, there):
    bits = 0
    for x in range(SPAN):
        if any(one[at + x] == other[there + x + shift] for shift in range(2 * SHIFT + 1)):
            bits |= 1 << x
        if one[at + x] == other[there + x + SHIFT]:
            bits |= 1 << SPAN + x
    return np.int64(bits)


@intrinsic
def _vector_agreement(_, one, at, other, there):  # noqa: ARG001  (numba tells their types, some of which are fixed)
    def generate(context, builder, signature, arguments):
        byte, vector = ir.IntType(8), ir.VectorType(ir.IntType(8), SPAN)

        def load(array, index, shift):
            kind = signature.args[array]
            data = make_array(kind)(context, builder, arguments[array]).data
            place = builder.add(arguments[index], ir.Constant(ir.IntType(64), shift))
            address = builder.gep(builder.bitcast(data, byte.as_pointer()), [place])
            return builder.load(builder.bitcast(address, vector.as_pointer()), align=1)

        here = load(0, 1, 0)
        equal = ir.Constant(ir.VectorType(ir.IntType(1), SPAN), [0] * SPAN)
        aligned = builder.icmp_unsigned("==", here, load(2, 3, SHIFT))
        for shift in range(2 * SHIFT + 1):
            equal = builder.or_(equal, builder.icmp_unsigned("==", here, load(2, 3, shift)))
        bits = [
            builder.zext(builder.bitcast(mask, ir.IntType(SPAN)), ir.IntType(64)) for mask in (equal, aligned)
        ]
        return builder.or_(bits[0], builder.shl(bits[1], ir.Constant(ir.IntType(64), SPAN)))

    return types.int64(one, types.int64, other, types.int64), generate


#: ``agreement(one, at, other, there)`` (int64): bit x, of ``SPAN``, tells whether ``one[at + x]`` equals one of
#: ``other[there + x : there + x + 2 * SHIFT + 1]``; bit ``SPAN + x`` whether it equals the middle one. Both are uint8
#: arrays; what is read must lie inside them.
agreement = _plain_agreement if numba.config.DISABLE_JIT else _vector_agreement


def bounds_by_bits(quarters_equal: int, quarters_other: int) -> Any:
    """What the best beginning of ``SPAN`` words scores at most, for every pattern of agreement.

    Returns:
        uint8[2, 2**SPAN]: for patterns whose lowest bit is the nearest word, and for those whose highest is.
    """
    patterns = np.arange(1 << SPAN)
    tables = np.zeros((2, 1 << SPAN), np.uint8)
    for table, order in zip(tables, (range(SPAN), range(SPAN - 1, -1, -1)), strict=True):
        score, best = np.zeros_like(patterns), np.zeros_like(patterns)
        for x in order:
            score += np.where(patterns >> x & 1, quarters_equal, -quarters_other)
            best = np.maximum(best, score)
        table[:] = best
    return tables


_U1 = np.uint64(1)
_S32 = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)


@inline
def pack_seed(one, other, is_strong):
    """A seed of two words in either order."""
    return np.uint64(min(one, other)) << _S32 | np.uint64(max(one, other)) << _U1 | np.uint64(is_strong)


@inline
def first_of(seed):
    """The word of the earlier document."""
    return np.int64(seed >> _S32)


@inline
def second_of(seed):
    """The word of the later document."""
    return np.int64((seed & _LOWER) >> _U1)
