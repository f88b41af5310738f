"""Flat arrays: their types, and the operations that every package needs: sort, group, expand, pack."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar, overload

import numpy as np
import numpy.typing as npt

from syndetect.kernels import groups as _groups
from syndetect.kernels.order import radix_sort, sort
from syndetect.kernels.repeats import SLOTS, find_repeats

Bool = npt.NDArray[np.bool_]
U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Array = npt.NDArray[Any]
T = TypeVar("T", bound=np.generic)

_S32 = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)
_KEY_BITS = 64
_FEW_AMONG = 1 << 12  # of 2**16 values of two bytes
_FEW = 1 << 11  # rows that numpy has in order before columns are packed


@dataclass(frozen=True, eq=False)
class ByteStrings(Sequence[bytes]):
    """Strings of bytes in one buffer.

    Attributes:
        data: uint8[bytes], one behind the other.
        bounds: int64[n + 1], the first byte of each, and the end of the last.

    >>> texts = ByteStrings.of([b"one", b"", b"three"])
    >>> len(texts), texts[2], list(texts), texts.bounds.tolist()
    (3, b'three', [b'one', b'', b'three'], [0, 3, 3, 8])
    """

    data: U8
    bounds: I64

    @classmethod
    def of(cls, strings: Sequence[bytes]) -> "ByteStrings":
        """Strings that are several objects; any that are in one buffer already stay there."""
        if isinstance(strings, cls):
            return strings
        return cls(np.frombuffer(b"".join(strings), np.uint8), bounds_of(map(len, strings)))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.bounds) - 1

    @overload
    def __getitem__(self, which: int) -> bytes: ...
    @overload
    def __getitem__(self, which: slice) -> list[bytes]: ...
    def __getitem__(self, which: int | slice) -> bytes | list[bytes]:
        """One of them, or some."""
        if isinstance(which, slice):
            return [self[at] for at in range(len(self))[which]]
        at = range(len(self))[which]
        return self.data[self.bounds[at] : self.bounds[at + 1]].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        """All of them, in order."""
        whole = self.data.data
        return (whole[low:high].tobytes() for low, high in pairwise(self.bounds.tolist()))


def sort_keys(keys: U64, places: U32 | None = None) -> tuple[U64, U32]:
    """Keys in ascending order with their places (by default the item numbers); equal keys keep their order."""
    keys = keys.copy()
    places = np.arange(len(keys), dtype=np.uint32) if places is None else places.copy()
    radix_sort(keys, places, np.empty_like(keys), np.empty_like(places))
    return keys, places


def sort_values(values: U64, lowest: int = 0) -> U64:
    """Values sorted by their bytes from byte ``lowest`` upwards; values that are equal in these keep their order."""
    values = values.copy()
    sort(values, np.empty_like(values), np.int64(lowest))
    return values


def order_by(*columns: Array) -> I64:
    """int64[n]: rows in ascending order of columns of whole numbers; those that are equal in all keep their order.

    The first column decides first. As ``np.lexsort`` of the columns in reverse, by a radix sort of packed columns.

    >>> order_by(np.array([1, 0, 1]), np.array([5, 7, -2])).tolist()
    [1, 2, 0]
    """
    return np.lexsort(columns[::-1]) if len(columns[0]) < _FEW else _order_packed(columns)


def _order_packed(columns: Sequence[Array]) -> I64:
    """:func:`order_by`, of one row or more."""
    rows = len(columns[0])
    order, keys, filled = np.arange(rows, dtype=np.uint32), np.zeros(rows, np.uint64), 0
    for column in reversed(columns):
        least, most = int(column.min()), int(column.max())
        bits = (most - least).bit_length()
        if filled + bits > _KEY_BITS:
            order = _in_order_of(keys, order)
            keys, filled = np.zeros(rows, np.uint64), 0
        above = column.astype(np.uint64) - np.uint64(
            least % (1 << _KEY_BITS)
        )  # the same for negative numbers
        keys |= above << np.uint64(filled) if bits else above
        filled += bits
    return _in_order_of(keys, order).astype(np.int64)


def _in_order_of(keys: U64, order: U32) -> U32:
    """Row numbers, sorted by the keys of their rows."""
    keys = keys[order]
    return order if (keys[1:] >= keys[:-1]).all() else sort_keys(keys, order)[1]


def find_groups(keys: U64, shift: int = 0) -> I64:
    """int64[g, 2]: begin and end of each run of two or more sorted keys, equal but for the ``shift`` last bits."""
    bounds = np.empty(len(keys) + 1, np.int64)
    count = _groups.find_groups(keys, np.uint64(shift), bounds)
    return bounds[: 2 * count].reshape(-1, 2).copy()


def repeated(keys: U32, places: U32) -> U32:
    """uint32[n]: the places whose keys may be equal to another one's, in their order.

    Those that are left out differ from all others; of such, an eighth at most stays, if leading bits are evenly spread.
    Where most keys occur once, the rest is sorted in a fraction of the time.
    """
    bits = min((8 * len(places)).bit_length(), 32)
    table, out = np.zeros(-(-(1 << bits) // SLOTS), np.uint64), np.empty(len(places), np.uint32)
    return out[: find_repeats(keys, places, np.uint64(32 - bits), table, out)]


def gather(places: U32, groups: I64) -> tuple[U32, I64, U64]:
    """The places of groups, group after group; the bounds of each group in them (int64[g, 2]); each place's group."""
    sizes = groups[:, 1] - groups[:, 0]
    bounds = bounds_of(sizes)
    which, members = expand(groups[:, 0], sizes)
    return places[members], np.stack([bounds[:-1], bounds[1:]], axis=1), which.astype(np.uint64)


def bounds_of(sizes: Iterable[int] | I64) -> I64:
    """int64[n + 1]: where items of these sizes begin when they are laid end to end, and the end of the last one.

    >>> bounds_of(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    sizes = np.asarray(sizes if isinstance(sizes, np.ndarray) else list(sizes), np.int64)
    bounds = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=bounds[1:])
    return bounds


def expand(begin: I64, sizes: I64) -> tuple[I64, I64]:
    """The items of ranges, range after range: the number of the range (int64[m]), and the item (int64[m]).

    >>> [column.tolist() for column in expand(np.array([7, 2]), np.array([2, 3]))]
    [[0, 0, 1, 1, 1], [7, 8, 2, 3, 4]]
    """
    which = np.repeat(np.arange(len(sizes)), sizes)
    offsets = begin - (np.cumsum(sizes) - sizes)
    return which, np.arange(len(which)) + offsets[which]


def expand_groups(bounds: I64, groups: I64) -> tuple[I64, I64]:
    """:func:`expand` for groups of items: group g has the items ``bounds[g]:bounds[g + 1]``."""
    return expand(bounds[groups], bounds[groups + 1] - bounds[groups])


def run_starts(*columns: Array) -> I64:
    """int64[r]: the first row of each run of rows that are equal in all columns.

    >>> run_starts(np.array([4, 4, 4, 5]), np.array([0, 0, 1, 1])).tolist()
    [0, 2, 3]
    """
    is_start = np.zeros(len(columns[0]), bool)
    is_start[:1] = True
    for column in columns:
        is_start[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(is_start)


def distinct(values: U64) -> U64:
    """Sorted values, each once."""
    found: U64 = values[run_starts(values)]
    return found


def unique(values: npt.NDArray[T]) -> npt.NDArray[T]:
    """The distinct values of a flat array, ascending; numpy's own hashes them first, which takes longer for few."""
    ordered = np.sort(values)
    return ordered[run_starts(ordered)]


def ranked(values: npt.NDArray[T]) -> tuple[npt.NDArray[T], I64, I64]:
    """The distinct values, ascending; the first row of each; and the number of each row's (int64[n]).

    As ``np.unique`` with an index and an inverse, by a radix sort.

    >>> [column.tolist() for column in ranked(np.array([7, 2, 7]))]
    [[2, 7], [1, 0], [1, 0, 1]]
    """
    order = order_by(values)
    ordered = values[order]
    starts = run_starts(ordered)
    number = np.empty(len(values), np.int64)
    number[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(values)))
    return ordered[starts], order[starts], number


def is_among(values: Array, among: Array) -> Bool:
    """bool[n]: which values (whole numbers) are among others, which are in ascending order.

    >>> is_among(np.array([3, 1, 3, 2]), np.array([2, 3])).tolist()
    [True, False, True, True]
    """
    if not len(among):
        return np.zeros(len(values), bool)
    if len(among) > _FEW_AMONG:
        at = np.minimum(np.searchsorted(among, values), len(among) - 1)
        return np.asarray(among[at] == values)
    is_ending = np.zeros(1 << 16, bool)  # by the last bits, which rule out almost all
    is_ending[among.astype(np.uint16)] = True
    found = is_ending[values.astype(np.uint16)]
    rows = np.flatnonzero(found)
    at = np.minimum(np.searchsorted(among, values[rows]), len(among) - 1)
    found[rows] = among[at] == values[rows]
    return found


def pack(high: Array, low: Array) -> U64:
    """uint64[n]: pairs of numbers below 2**32, as upper and lower halves; packed numbers sort as the pairs do."""
    return high.astype(np.uint64) << _S32 | low.astype(np.uint64)


def upper(packed: U64) -> I64:
    """int64[n]: the upper halves of packed numbers."""
    return (packed >> _S32).astype(np.int64)


def lower(packed: U64) -> I64:
    """int64[n]: the lower halves of packed numbers."""
    return (packed & _LOWER).astype(np.int64)


def unpack(packed: U64) -> I64:
    """int64[n, 2]: the two numbers of each packed pair."""
    return np.stack([upper(packed), lower(packed)], axis=1)
