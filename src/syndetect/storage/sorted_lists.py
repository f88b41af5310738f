"""Posting lists sorted by key, on disk or in memory: look-up of the numbers that belong to a key.

An entry is 64 bits: a key of 32 bits, then a number of 32 bits. Each list has a directory indexed by the leading bits
of a key, which narrows a look-up to about a dozen entries, so that it reads two places whatever the size of the list.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import NamedTuple, Protocol

import numpy as np
from xxhash import xxh3_64_intdigest

from syndetect.arrays import I64, U32, U64, Array, Bool, bounds_of, expand, pack, sort_keys, sort_values
from syndetect.kernels import lists as _kernels
from syndetect.runtime.threads import in_order, split_evenly

#: Entries per slot of a directory, at least; on average fewer than twice as many.
_SPACING = 8
_MOST_BITS = 32
#: Entries of short lists that are sorted together.
_AT_ONCE = 1 << 15
_S32 = np.uint64(32)


def hash_ids(ids: Sequence[str]) -> U64:
    """uint64[n]: the hashes that ids are looked up by, their upper halves the keys; any ``str`` can be looked up."""
    return np.array([xxh3_64_intdigest(one.encode("utf-8", "surrogatepass")) for one in ids], np.uint64)


class Arrays(Protocol):
    """Named arrays that are checked before they are read, such as those of a segment."""

    def __getitem__(self, name: str) -> Array:
        """An array, of which only checked items may be read."""

    def __contains__(self, name: object) -> bool:
        """Whether there is an array of this name."""

    def check(self, name: str, begin: I64 | int, end: I64 | int) -> None:
        """Check that ranges of items are as they were written."""

    def whole(self, name: str) -> Array:
        """A whole array, checked."""

    def verify(self) -> None:
        """Check everything, including items that were checked before."""

    def refused(self, how: str) -> Exception:
        """The error that says how the arrays are not what they should be."""

    def release(self) -> None:
        """Evict the memory of items that were read."""


class Memory(dict[str, Array]):
    """Arrays in memory, which need no checks."""

    def check(self, name: str, begin: I64 | int, end: I64 | int) -> None:
        """Nothing to do."""

    def whole(self, name: str) -> Array:
        """The array."""
        return self[name]

    def verify(self) -> None:
        """Nothing to do."""

    def refused(self, how: str) -> Exception:
        """They were made by this program, so it is an error of this program."""
        return AssertionError(how)

    def release(self) -> None:
        """Nothing to do."""


def _bits(counts: I64) -> I64:
    """int64[l]: the number of leading key bits that index the directories of lists with so many entries."""
    return np.minimum(np.log2(np.maximum(counts // _SPACING, 1)).astype(np.int64), _MOST_BITS)


def directory_starts(bounds: I64) -> I64:
    """int64[l + 1]: where the directories of lists with these bounds (int64[l + 1]) begin, and the end."""
    return _starts(_bits(np.diff(bounds)))


def _starts(bits: I64) -> I64:
    """int64[l + 1]: where directories indexed by so many bits begin, and the end."""
    return bounds_of((np.int64(1) << bits) + 1)


class ListEntries(NamedTuple):
    """Entries of consecutive lists.

    Attributes:
        entries: uint64[n].
        which: int64[n], the list of each, counted from the first of these lists.
    """

    entries: U64
    which: I64

    @classmethod
    def of(cls, entries: U64, bounds: I64) -> "ListEntries":
        """The entries of lists that stand one behind the other: int64[l + 1], where each begins."""
        sizes = np.diff(bounds)
        return cls(entries, np.repeat(np.arange(len(sizes)), sizes))

    @classmethod
    def joined(cls, parts: "Sequence[ListEntries]") -> "ListEntries":
        """The entries of the same lists, part after part."""
        return cls(*map(np.concatenate, zip(*parts, strict=True)))

    def chosen(self, places: Bool | I64 | U32) -> "ListEntries":
        """Some of the entries."""
        return ListEntries(self.entries[places], self.which[places])


def write(
    put: Callable[[str, Array], None],
    name: str,
    sizes: I64,
    entries: Callable[[int, int], ListEntries],
    threads: int = 1,
    *,
    is_sorted: bool = False,
) -> None:
    """Sort lists of entries and write them as the arrays ``name``, ``name.bounds`` and ``name.directory``.

    Args:
        put: takes the name of an array and a piece of it; the pieces of one array follow one another.
        name: the common name of the lists.
        sizes: int64[l], how many entries each list has at most.
        entries: gives those of the lists from one to before another; entries of one list with equal keys keep their
            order. It is called from several threads, for ranges that follow one another: many short lists, or one.
        threads: the number of ranges that are sorted at once; with 0 this thread sorts them.
        is_sorted: whether entries are sorted by list and key already.
    """

    def prepare(lists: tuple[int, int]) -> tuple[U64, I64, U32]:
        found = entries(*lists)
        count = lists[1] - lists[0]
        bounds = bounds_of(np.bincount(found.which, minlength=count))
        starts = directory_starts(bounds)
        directories = np.empty(int(starts[-1]), np.uint32)
        ordered = found.entries if is_sorted else _in_order(found, count)
        _kernels.fill_directories(ordered, bounds, starts, directories)
        return ordered, np.diff(bounds), directories

    written, directories = [np.empty(0, np.int64)], [np.empty(0, np.uint32)]
    with closing(in_order(prepare, split_evenly(bounds_of(sizes), _AT_ONCE), threads)) as prepared:
        for ordered, counts, directory in prepared:
            put(name, ordered)
            directories.append(directory)
            written.append(counts)
    put(f"{name}.bounds", bounds_of(np.concatenate(written)))
    put(f"{name}.directory", np.concatenate(directories))


def _in_order(found: ListEntries, lists: int) -> U64:
    """Entries by list and key; those with equal keys keep their order."""
    if lists == 1:
        return sort_values(found.entries, lowest=4)
    _, order = sort_keys(pack(found.which, found.entries >> _S32))
    return found.entries[order]


class Lists:
    """Lists that :func:`write` wrote.

    Args:
        arrays: the arrays that hold them.
        name: the common name of the lists.
    """

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._arrays, self._name = arrays, name
        self.bounds: I64 = arrays.whole(f"{name}.bounds")
        bits = _bits(np.diff(self.bounds))
        self._shifts = (_MOST_BITS - bits).astype(np.uint64)
        self._starts = _starts(bits)

    def find(self, lists: I64, keys: U64) -> tuple[I64, I64]:
        """int64[n] each: the beginning and the end of the entries with a key.

        Args:
            lists: int64[n], the list to search for each key.
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
            entries.take(begin, mode="clip")  # prefetch, so that cache misses overlap
        _kernels.find_runs(entries, keys, np.uint64(32), begin, end)
        return begin, end

    def numbers(self, begin: I64, end: I64) -> tuple[U32, I64]:
        """The numbers in ranges from :meth:`find`: uint32[m], range by range, and the range of each (int64[m])."""
        which, places = expand(begin, end - begin)
        return self._arrays[self._name][places].astype(np.uint32), which

    def entries(self, which: int) -> U64:
        """A whole list, sorted by key."""
        return self.between(which, which + 1).entries

    def between(self, first: int, last: int) -> ListEntries:
        """The lists from ``first`` to before ``last``, each sorted by key."""
        bounds = self.bounds[first : last + 1]
        low, high = int(bounds[0]), int(bounds[-1])
        self._arrays.check(self._name, low, high)
        return ListEntries.of(self._arrays[self._name][low:high], bounds)
