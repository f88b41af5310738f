"""Which kernels a piece of work calls, and with which types: so that they can be compiled before it begins.

``calls.txt`` lists them, a call a line: the pieces of work, a colon, the kernel, and the types of its arguments. What
takes longest to compile stands first. ``tools/make_kernel_calls.py`` makes and checks the list.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numba
from numba import types

_PACKAGE = __name__.rpartition(".")[0]
#: The list of calls.
FILE = Path(__file__).with_name("calls.txt")
_LAYOUTS = {"C": "::1", "A": ":"}


class Call(NamedTuple):
    """A call of a kernel.

    Attributes:
        kernel: its module and name, as in ``words.tokenise``.
        types: those of its arguments, as :func:`text_of` writes a tuple of them.
        works: the pieces of work that make it.
    """

    kernel: str
    types: str
    works: tuple[str, ...] = ()


def listed(work: str | None = None) -> list[Call]:
    """The calls on the list that a piece of work makes, or all."""
    found = [parsed(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [call for call in found if work is None or work in call.works]


def parsed(line: str) -> Call:
    """The call of a line on the list."""
    works, _, call = line.partition(": ")
    name, _, arguments = call.partition("(")
    return Call(name, f"({arguments}", tuple(works.split()))


def line_of(call: Call) -> str:
    """A call as its line on the list."""
    return f"{' '.join(call.works)}: {call.kernel}{call.types}"


def compile_call(call: Call) -> None:
    """Compile a kernel for a call, or load it from the cache.

    Raises:
        AttributeError, ImportError, ValueError: there is no such kernel, or no such type.
    """
    module, _, name = call.kernel.partition(".")
    getattr(importlib.import_module(f"{_PACKAGE}.{module}"), name).compile(type_of(call.types).types)


def made() -> set[Call]:
    """The calls for which kernels have been compiled or loaded in this process, without their pieces of work."""
    return {
        Call(f"{module}.{name}", text_of(types.Tuple(arguments)))
        for module, name, one in _kernels()
        for arguments in one.signatures
    }


def _kernels() -> Iterator[tuple[str, str, Any]]:
    """The kernels that Python calls, each once, with their modules and names."""
    for found in pkgutil.iter_modules([str(FILE.parent)]):
        module = importlib.import_module(f"{_PACKAGE}.{found.name}")
        for name, one in vars(module).items():
            is_kernel = hasattr(one, "signatures") and not one.targetoptions.get("no_cpython_wrapper")
            if is_kernel and one.py_func.__module__ == module.__name__:
                yield found.name, name, one


def text_of(kind: Any) -> str:
    """A numba type as text: ``int64``, ``readonly uint8[::1]``, ``(uint32[:], float64)``.

    Raises:
        ValueError: the type has no such text.
    """
    if isinstance(kind, types.BaseTuple):
        return f"({', '.join(text_of(part) for part in kind)})"
    if isinstance(kind, types.Array) and kind.aligned and kind.layout in _LAYOUTS:
        shape = ", ".join([":"] * (kind.ndim - 1) + [_LAYOUTS[kind.layout]])
        return f"{'' if kind.mutable else 'readonly '}{kind.dtype}[{shape}]"
    if getattr(numba, str(kind), None) != kind:
        raise ValueError(f"no text stands for the type {kind}")
    return str(kind)


def type_of(text: str) -> Any:
    """The numba type of a text by :func:`text_of`.

    Raises:
        ValueError: there is no such type.
    """
    if text.startswith("("):
        return types.Tuple(tuple(type_of(part) for part in _parts(text[1:-1])))
    base, _, shape = text.removeprefix("readonly ").partition("[")
    kind = getattr(numba, base, None)
    if not isinstance(kind, types.Type):
        raise ValueError(f"no type is named {text}")
    if not shape:
        return kind
    layout = "C" if shape.endswith("::1]") else "A"
    return types.Array(kind, shape.count(",") + 1, layout, readonly=text.startswith("readonly "))


def _parts(text: str) -> Iterator[str]:
    """The types in the text of a tuple: parted by commas outside brackets."""
    begin = depth = 0
    for at, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            yield text[begin:at].strip()
            begin = at + 1
    if text[begin:].strip():
        yield text[begin:].strip()
