"""What must hold of the values of a stored array: their range and their order, checked piece by piece.

Kernels index with stored numbers, and check no bounds. A checksum finds damage, but not what was written to mislead. So
each block of an array is held against the array's invariant when it is first read.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from syndetect.arrays import I64, Array, Bool


class Invariant(Protocol):
    """What must hold of the values of an array.

    Attributes:
        context: how many values before a piece are looked at with it.
    """

    @property
    def context(self) -> int:
        """See above."""

    def holds(self, values: Array, first: int) -> bool:
        """Whether it holds of a piece of the array.

        Args:
            values: [n], not empty: the piece, and before it ``context`` values, or as many as there are.
            first: the place of ``values[0]`` in the array, whose rows are laid end to end if it has columns.
        """


@dataclass(frozen=True)
class Within:
    """Values from ``least`` to ``most``, and ``spare``."""

    least: int
    most: int
    spare: int | None = None
    context: ClassVar[int] = 0

    def holds(self, values: Array, first: int) -> bool:  # noqa: ARG002
        """As :class:`Invariant` says."""
        if self.spare is not None:
            values = values[values != self.spare]
        return not len(values) or bool(values.min() >= self.least and values.max() <= self.most)


@dataclass(frozen=True)
class Ascending:
    """Values from 0 to ``most``, each less than the next, or with ``repeats`` not more."""

    most: int
    repeats: bool = False
    context: ClassVar[int] = 1

    def holds(self, values: Array, first: int) -> bool:  # noqa: ARG002
        """As :class:`Invariant` says."""
        order = np.less_equal if self.repeats else np.less
        return bool(values[0] >= 0 and values[-1] <= self.most and order(values[:-1], values[1:]).all())


@dataclass(frozen=True)
class Bounds:
    """Runs of values, each ascending from 0 to its number of items: where items begin.

    Attributes:
        runs: int64[r + 1], where the runs begin, none of them empty, and the end.
        totals: int64[r], the last value of each run.
    """

    runs: I64
    totals: I64
    context: ClassVar[int] = 1

    def holds(self, values: Array, first: int) -> bool:
        """As :class:`Invariant` says."""
        runs, stop = self.runs, first + len(values)
        if len(runs) == 2:  # as most arrays of bounds are
            last, total = values[-1], self.totals[0]
            is_begun = first > 0 or values[0] == 0
            is_ended = last == total if stop == runs[1] else last <= total
            return bool(is_begun and is_ended and values[0] >= 0 and (values[:-1] <= values[1:]).all())
        if values[0] < 0 or not _ascend_in_runs(values[:-1] <= values[1:], first, runs):
            return False
        begun, beginning = np.searchsorted(runs, (first, stop))
        ended, ending = np.searchsorted(runs[1:], (first, stop), side="right")
        return not (
            values[runs[begun:beginning] - first].any()
            or (values[runs[1:][ended:ending] - 1 - first] != self.totals[ended:ending]).any()
            or (runs[ending] < stop and values[-1] > self.totals[ending])
        )


@dataclass(frozen=True)
class Entries:
    """Runs of entries of 64 bits, ascending by key: the key above, below it a number up to ``most``.

    Attributes:
        most: see above.
        runs: int64[r + 1], where the runs begin, and the end.
        by_number: whether entries with one key are in the order of their numbers, each once.
    """

    most: int
    runs: I64
    by_number: bool
    context: ClassVar[int] = 1

    def holds(self, values: Array, first: int) -> bool:
        """As :class:`Invariant` says."""
        halves = values.view("<u4")
        keys = halves[1::2]
        in_order = values[:-1] < values[1:] if self.by_number else keys[:-1] <= keys[1:]
        return bool(halves[::2].max() <= self.most) and _ascend_in_runs(in_order, first, self.runs)


@dataclass(frozen=True)
class Keyed:
    """Rows of ``context`` values of 32 bits, ascending by the first, which is at most ``most``; each stands once."""

    most: int
    context: int

    def holds(self, values: Array, first: int) -> bool:
        """As :class:`Invariant` says."""
        keys = values[-first % self.context :: self.context]
        return bool(values.min() >= 0 and values.max() < 1 << 32) and (
            not len(keys) or Ascending(self.most).holds(keys, 0)
        )


class Placed(NamedTuple):
    """An array from byte ``offset`` to ``end`` of a file, its item type, and what must hold of its values."""

    offset: int
    end: int
    name: str
    dtype: np.dtype[Any]
    invariant: Invariant

    def begins_at(self) -> int:
        """Its first byte."""
        return self.offset

    def holds(self, data: memoryview, start: int, begin: int) -> bool:
        """Whether the invariant holds of values from byte ``begin`` of the file on; ``data`` begins at ``start``."""
        size, stop = self.dtype.itemsize, start + len(data)
        low = max(begin - self.invariant.context * size, self.offset)
        values = np.frombuffer(data[low - start : min(self.end, stop) - start], self.dtype)
        return self.invariant.holds(values, (low - self.offset) // size)


def between(placed: Sequence[Placed], begin: int, end: int) -> list[Placed]:
    """Of arrays that follow one another in a file, those that lie in a range of bytes, at least in part."""
    high = bisect_left(placed, end, key=Placed.begins_at)
    low = bisect_right(placed, begin, hi=high, key=Placed.begins_at)
    return [one for one in placed[max(low - 1, 0) : high] if one.end > begin]


def _ascend_in_runs(in_order: Bool, first: int, runs: I64) -> bool:
    """Whether values are out of order only where runs begin.

    Args:
        in_order: bool[n], of each value from the second on, whether it may follow the one before.
        first: the place of the first value.
        runs: int64, ascending, where runs begin, and the end of the last.
    """
    if in_order.all():
        return True
    places = np.flatnonzero(~in_order) + first + 1
    return bool((runs[np.searchsorted(runs, places)] == places).all())
