"""The arrays that a segment must have: types and lengths, checked on opening, and invariants, checked on reading.

Lengths are given by *dimensions*, such as "words". A dimension that is not known yet is as long as the first array
that has it, and all others must agree.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import numpy as np

from syndetect.arrays import Array
from syndetect.storage.invariants import Ascending, Bounds, Entries, Invariant, Keyed, Within
from syndetect.storage.sorted_lists import directory_starts

#: The dimensions that are known.
Sizes = dict[str, int]


class Declared(Protocol):
    """Stored arrays that are held against a declaration."""

    def __contains__(self, name: object) -> bool:
        """Whether there is an array of this name."""

    def __getitem__(self, name: str) -> Array:
        """An array, of which values may not be read yet."""

    def require(self, name: str, invariant: Invariant) -> None:
        """Check an invariant before values of an array are read."""

    def whole(self, name: str) -> Array:
        """A whole array, checked."""

    def refused(self, how: str) -> Exception:
        """The error that says how the arrays are not what they should be."""


class Items(NamedTuple):
    """An array.

    Attributes:
        content: what it holds, in words.
        kind: numpy's name of its type.
        length: its first dimension.
        invariant: what must hold of its values, made from the dimensions and the number of values; None for anything.
        more: how many items it has beyond the dimension.
        columns: its second dimension, if it has two.
    """

    content: str
    kind: str
    length: str
    invariant: Callable[[Sizes, int], Invariant] | None = None
    more: int = 0
    columns: str = ""


class ListGroup(NamedTuple):
    """Sorted lists of entries: the arrays NAME, NAME.bounds and NAME.directory.

    Attributes:
        content: the keys and numbers of entries, in words.
        lists: the dimension that gives the number of lists.
        numbers: the dimension that all numbers are below.
        by_number: whether entries with one key are in the order of their numbers, each once.
    """

    content: str
    lists: str
    numbers: str
    by_number: bool = True


def within(least: int, most: int, spare: int | None = None) -> Callable[[Sizes, int], Invariant]:
    """Values from ``least`` to ``most``, and ``spare``."""
    return lambda _sizes, _length: Within(least, most, spare)


def ascending(dimension: str, *, repeats: bool = False) -> Callable[[Sizes, int], Invariant]:
    """Ascending values from 0 to below a dimension, each once unless there may be ``repeats``."""
    return lambda sizes, _length: Ascending(sizes[dimension] - 1, repeats)


def bounds(dimension: str) -> Callable[[Sizes, int], Invariant]:
    """Values that ascend from 0 to a dimension, which ends them: where the items of each row begin."""
    return lambda sizes, length: Bounds(np.array([0, length]), np.array([sizes[dimension]]))


def keyed(dimension: str, columns: int) -> Callable[[Sizes, int], Invariant]:
    """Rows of so many values, ascending by the first, which is below a dimension."""
    return lambda sizes, _length: Keyed(sizes[dimension] - 1, columns)


def declare(arrays: Declared, items: Mapping[str, Items], sizes: Sizes) -> None:
    """Check types and lengths of arrays, and let their values be checked as they are read.

    Args:
        arrays: they may hold others as well.
        items: the declarations, by the names of the arrays.
        sizes: the known dimensions; those that are found are added.

    Raises:
        Exception: the error of ``arrays``: one is missing, or of another type or length.
    """
    for name, one in items.items():
        if name not in arrays:
            raise arrays.refused(f"it has no array {name}")
        found = arrays[name]
        length = sizes.setdefault(one.length, len(found) - one.more) + one.more
        shape = (length, sizes[one.columns]) if one.columns else (length,)
        if found.dtype.str != one.kind or found.shape != shape:
            raise arrays.refused(f"the array {name} is {found.dtype} {found.shape}, not {one.kind} {shape}")
    for name, one in items.items():
        if one.invariant is not None:
            arrays.require(name, one.invariant(sizes, arrays[name].size))


def declare_lists(arrays: Declared, groups: Mapping[str, ListGroup], sizes: Sizes) -> None:
    """As :func:`declare` for groups of lists, whose bounds are read."""
    for name, group in groups.items():
        entries = f"entries of {name}"
        ends = Items("where lists begin", "<i8", group.lists, bounds(entries), 1)
        declare(arrays, {name: Items(group.content, "<u8", entries), f"{name}.bounds": ends}, sizes)
    # before more is required of the same blocks, which would be checked again
    runs = {name: arrays.whole(f"{name}.bounds") for name in groups}
    for name, group in groups.items():
        starts, slots = directory_starts(runs[name]), f"{name}.directory"
        directory = Items("where values of leading bits begin", "<u4", slots)
        declare(arrays, {slots: directory}, sizes | {slots: int(starts[-1])})
        arrays.require(slots, Bounds(starts, np.diff(runs[name])))
        arrays.require(name, Entries(sizes[group.numbers] - 1, runs[name], group.by_number))
