"""How a process compiles that does nothing but fill the cache: three tenths less work for the same kernels.

numba makes machine code of each function by itself, and again of all that it calls within each of its callers; and it
asks some thirty templates for the type of ``int64 + int64``, each time one is added to another. A process of which only
the kernels are wanted can do without: what has no door to Python is passed on to its callers as it was written, to be
optimised once, in the kernel; and what operators give is remembered. The names that this takes are not promised by
numba: where one is missing, all is compiled as numba does it.
"""

import operator
from typing import Any

from numba import types

_KINDS = (types.Number, types.Boolean, types.Array, types.BaseTuple)


def prepare() -> bool:
    """Have this process compile kernels as said above, from now on; whether that is possible.

    Functions that are compiled afterwards can be called from Python only if they have a door to it.
    """
    try:
        from numba.core.registry import cpu_target  # noqa: PLC0415  (may be missing)

        cpu_target.typing_context.refresh()
        cpu_target.target_context.refresh()  # compiles numba's allocator, which is called by its address
        codegen = cpu_target.target_context.codegen()
        library = _of_parts(codegen._library_class)
        set_env = codegen.set_env
        known = codegen._engine.get_global_value_address
        remember = _remembering(types.Function.get_call_type)
    except (AttributeError, ImportError, TypeError):
        return False

    def set_known(name: str, environment: Any) -> None:
        if known(name):  # a part is not in the engine
            set_env(name, environment)

    codegen._library_class, codegen.set_env = library, set_known
    types.Function.get_call_type = remember
    return True


def _of_parts(base: Any) -> Any:
    """A class of libraries of which those without a door to Python, the parts of kernels, stay as they were written.

    Raises:
        AttributeError: the class has not got what must be replaced.
    """
    whole = base._optimize_final_module, base._finalize_final_module, base.get_pointer_to_function
    optimize, finalize, pointer_to = whole
    if not (base._optimize_functions and base._finalize_dynamic_globals and base._ensure_finalized):
        raise AttributeError

    class Library(base):  # type: ignore[misc]
        """numba's library of the functions that are compiled together."""

        def _is_part(self) -> bool:
            """Whether Python cannot call what is in here: no function has numba's mark of those that it can."""
            functions = self._final_module.functions
            return not any("7cpython" in one.name and not one.is_declaration for one in functions)

        def _optimize_functions(self, module: Any) -> None:
            module.data_layout = self._codegen._data_layout

        def _optimize_final_module(self) -> None:
            if not self._is_part():
                optimize(self)

        def _finalize_final_module(self) -> None:
            if self._is_part():
                self._finalize_dynamic_globals()
                self._finalized = True
            else:
                finalize(self)

        def get_pointer_to_function(self, name: str) -> int:
            self._ensure_finalized()
            return 0 if self._is_part() else pointer_to(self, name)

    return Library


def _remembering(get_call_type: Any) -> Any:
    """Numba's method that finds an operator's type, with a memory of those of numbers, arrays and tuples."""
    operators = {one for one in vars(operator).values() if callable(one)}
    known: dict[Any, Any] = {}

    def remembered(self: Any, context: Any, arguments: Any, named: Any) -> Any:
        kept = (
            not named and self.typing_key in operators and all(isinstance(one, _KINDS) for one in arguments)
        )
        if not kept:
            return get_call_type(self, context, arguments, named)
        key = self, tuple(arguments)
        if key not in known:
            known[key] = get_call_type(self, context, arguments, named)
        return known[key]

    return remembered
