"""Sorted lists on disk or in memory: which numbers stand under a key.

An entry is 64 bits, 32 of a key and 32 of a number. A directory of each list's leading key bits leads to a dozen
entries, so that a look-up reads two places, whatever the size of the list.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from syndetect.arrays import I64, U32, U64, Array, sort_values
from syndetect.kernels import lists as _kernels
from syndetect.runtime.threads import in_order

#: Entries for which a directory has one place, at least; there are less than twice as many.
_SPACING = 8
_MOST_BITS = 32


class Arrays(Protocol):
    """Named arrays that are checked before they are read, such as a segment's."""

    def __getitem__(self, name: str) -> Array:
        """An array, of which only what was checked is to be read."""

    def __contains__(self, name: object) -> bool:
        """Whether there is an array of this name."""

    def check(self, name: str, begin: I64 | int, end: I64 | int) -> None:
        """Make sure that ranges of items are as they were written."""

    def whole(self, name: str) -> Array:
        """An array, all of it checked."""

    def verify(self) -> None:
        """Check everything, even what was checked before."""

    def release(self) -> None:
        """Let go of the memory of what was read."""


class Memory(dict[str, Array]):
    """Arrays in memory, which need no checks."""

    def check(self, name: str, begin: I64 | int, end: I64 | int) -> None:
        """Nothing to do."""

    def whole(self, name: str) -> Array:
        """The array."""
        return self[name]

    def verify(self) -> None:
        """Nothing to do."""

    def release(self) -> None:
        """Nothing to do."""


def _bits(counts: I64) -> I64:
    """int64[l]: how many leading bits of a key the directories of lists of so many entries are made for."""
    return np.minimum(np.log2(np.maximum(counts // _SPACING, 1)).astype(np.int64), _MOST_BITS)


def write(
    put: Callable[[str, Array], None],
    name: str,
    count: int,
    entries: Callable[[int], U64],
    threads: int = 1,
    *,
    is_sorted: bool = False,
) -> None:
    """Sort lists of entries and write them as the arrays ``name``, ``name.bounds`` and ``name.directory``.

    Args:
        put: takes an array's name and a piece of it; all pieces of one array come one after the other.
        name: what the lists are called.
        count: how many lists there are.
        entries: the entries of a list, in any order; those with one key keep theirs. Called from several threads.
        threads: how many lists are sorted at once.
        is_sorted: whether the entries come in the order of their keys already.
    """

    def prepare(which: int) -> tuple[U64, U32]:
        ordered = entries(which) if is_sorted else sort_values(entries(which), lowest=4)
        bits = int(_bits(np.array([len(ordered)]))[0])
        directory = np.empty((1 << bits) + 1, np.uint32)
        _kernels.fill_directory(ordered, np.int64(64 - bits), directory)
        return ordered, directory

    directories, sizes = [np.empty(0, np.uint32)], [0]
    for ordered, directory in in_order(prepare, range(count), threads):
        put(name, ordered)
        directories.append(directory)
        sizes.append(len(ordered))
    put(f"{name}.bounds", np.cumsum(sizes, dtype=np.int64))
    put(f"{name}.directory", np.concatenate(directories))


class Lists:
    """Lists as :func:`write` left them.

    Args:
        arrays: where they are.
        name: what they are called.
    """

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._arrays, self._name = arrays, name
        self.bounds: I64 = arrays.whole(f"{name}.bounds")
        bits = _bits(np.diff(self.bounds))
        self._shifts = (_MOST_BITS - bits).astype(np.uint64)
        self._starts = np.concatenate([[0], np.cumsum((np.int64(1) << bits) + 1)])

    def find(self, lists: I64, keys: U64) -> tuple[I64, I64]:
        """int64[n] each: where the entries of a list begin and end that have a key.

        Args:
            lists: int64[n], the lists to look in.
            keys: uint64[n], 32-bit keys.
        """
        name = f"{self._name}.directory"
        slots = self._starts[lists] + (keys >> self._shifts[lists]).astype(np.int64)
        self._arrays.check(name, slots, slots + 2)
        directory, base = self._arrays[name], self.bounds[lists]
        begin, end = base + directory[slots], base + directory[slots + 1]
        self._arrays.check(self._name, begin, end)
        entries = self._arrays[self._name]
        if len(entries):
            entries.take(
                begin, mode="clip"
            )  # so that memory's delays overlap; the search then has all in a cache
        _kernels.find_runs(entries, keys, np.uint64(32), begin, end)
        return begin, end

    def numbers(self, begin: I64, end: I64) -> tuple[U32, I64]:
        """The numbers in ranges that :meth:`find` gave: uint32[m], range by range, and of each its range (int64[m])."""
        sizes = end - begin
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        which = np.repeat(np.arange(len(sizes)), sizes)
        places = np.arange(bounds[-1]) + (begin - bounds[:-1])[which]
        return self._arrays[self._name][places].astype(np.uint32), which

    def entries(self, which: int) -> U64:
        """One list, all of it, in order of its keys."""
        low, high = self.bounds[which : which + 2].tolist()
        self._arrays.check(self._name, low, high)
        found: U64 = self._arrays[self._name][low:high]
        return found
