"""Memory that is asked for before it is read, so that what lies far apart is fetched at once, not one after another.

numba has no prefetch: the intrinsic writes LLVM's, which each processor has an instruction for. It changes no result.
"""

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic


def _fetch_nothing(array, i):
    """What it does in Python, for when nothing is compiled."""


@intrinsic
def _fetch(_, array, i):  # noqa: ARG001  (numba tells its type, which is fixed)
    def generate(context, builder, signature, arguments):
        address, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), address)
        kind = ir.FunctionType(ir.VoidType(), [address, flag, flag, flag])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [address], kind)
        builder.call(prefetch, [place, flag(0), flag(3), flag(1)])  # to be read, kept near, data
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


#: ``fetch(array, i)`` asks for what lies at i (int64), which may be beyond the array: then nothing happens.
fetch = _fetch_nothing if numba.config.DISABLE_JIT else _fetch
