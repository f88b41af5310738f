"""Sixty-four bytes at a time: the vector code that the tokeniser is built on, and the few operations it goes with.

numba has no vector types, and LLVM does not find by itself what is wanted here: a test of 64 bytes whose answers
become the 64 bits of a mask. So each operation is an ``@intrinsic`` that writes the LLVM instructions: a load, a
compare, a bit cast. They name no processor: LLVM makes of them what the one at hand has (SSE2 will do; AVX-512 has one
instruction for each), and the bits are the same on all. Bit i of a mask, like byte i of a word, is that of the i-th
byte from the address on.

Nothing here looks at a buffer's length: who calls sees to it that what is read is there. With NUMBA_DISABLE_JIT, where
intrinsics cannot run, the plain function below each decorator runs in its place; it also says what the operation does.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

#: Bytes that a mask tells of.
WIDTH = 64

_BYTE, _INDEX, _MASK = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_BLOCK = ir.VectorType(_BYTE, WIDTH)
_Function = Callable[..., Any]


def _written_as(typing: _Function) -> Callable[[_Function], _Function]:
    """Put the instructions that an intrinsic's typing function writes in the place of the plain function."""
    return lambda plain: plain if numba.config.DISABLE_JIT else intrinsic(typing)


def _load(context, builder, array_type, array, i, value_type):
    """Write the load of a value that begins at byte i of a buffer, aligned or not."""
    data = context.make_array(array_type)(context, builder, value=array).data
    return builder.load(builder.bitcast(builder.gep(data, [i]), value_type.as_pointer()), align=1)


def _spread(builder, byte):
    """Write a block that is one byte again and again."""
    one = builder.insert_element(ir.Constant(_BLOCK, ir.Undefined), byte, _INDEX(0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(_INDEX, WIDTH), None))


def _match(_context, buffer, _i, _raised, _low, _high):
    def write(context, builder, signature, args):
        block = _load(context, builder, signature.args[0], args[0], args[1], _BLOCK)
        raised, low, high = args[2:]
        above = builder.sub(builder.or_(block, _spread(builder, raised)), _spread(builder, low))
        return builder.bitcast(
            builder.icmp_unsigned("<=", above, _spread(builder, builder.sub(high, low))), _MASK
        )

    return types.uint64(buffer, types.int64, types.uint8, types.uint8, types.uint8), write


@_written_as(_match)
def match(buffer, i, raised, low, high):
    """Which of the 64 bytes from byte i on lie in low..high once the bits ``raised`` are set in them: a mask."""
    block = buffer[i : i + WIDTH] | np.uint8(raised)
    return np.packbits((block >= low) & (block <= high), bitorder="little").view(np.uint64)[0]


def _load_word(_context, buffer, _i):
    def write(context, builder, signature, args):
        return _load(context, builder, signature.args[0], args[0], args[1], _MASK)

    return types.uint64(buffer, types.int64), write


@_written_as(_load_word)
def load_word(buffer, i):
    """The eight bytes from byte i on as one uint64, the first lowest."""
    return buffer[i : i + 8].view(np.uint64)[0]


def _copy(_context, buffer, _i, out, _o):
    def write(context, builder, signature, args):
        block = _load(context, builder, signature.args[0], args[0], args[1], _BLOCK)
        data = context.make_array(signature.args[2])(context, builder, value=args[2]).data
        place = builder.bitcast(builder.gep(data, [args[3]]), _BLOCK.as_pointer())
        builder.store(block, place, align=1)
        return context.get_dummy_value()

    return types.void(buffer, types.int64, out, types.int64), write


@_written_as(_copy)
def copy(buffer, i, out, o):
    """Copy the 64 bytes from byte i on to another buffer, from its byte o on."""
    out[o : o + WIDTH] = buffer[i : i + WIDTH]


def _count(_context, _mask):
    def write(_context, builder, _signature, args):
        return builder.ctpop(args[0])

    return types.int64(types.uint64), write


@_written_as(_count)
def count(mask):
    """How many bits of a mask are set."""
    return np.int64(int(mask).bit_count())


def _first(_context, _mask):
    def write(_context, builder, _signature, args):
        return builder.cttz(args[0], cgutils.false_bit)  # false: of 0 too there is a count, 64

    return types.int64(types.uint64), write


@_written_as(_first)
def first(mask):
    """The place of a mask's lowest bit; 64 where none is set."""
    bits = int(mask)
    return np.int64((bits & -bits).bit_length() - 1 if bits else WIDTH)
