"""Plain rows in blocks, many at a time; each other row is given as a record, with which nothing differs.

A kernel reads rows as long as they are plain (:mod:`syndetect.kernels.table_rows`); :mod:`syndetect.reading.plain_rows`
takes them.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Protocol, TypeVar

import numpy as np

from syndetect.arrays import I64, Bool, bounds_of
from syndetect.kernels.json_lines import CROWDED, ODD
from syndetect.kernels.json_syntax import MOST
from syndetect.kernels.table_rows import read_rows
from syndetect.reading.columns import Keys, Record
from syndetect.reading.identities import Identities
from syndetect.reading.plain_rows import PlainRows, Run
from syndetect.reading.rows import Rows
from syndetect.reading.tables import TableBlock

_AT_ONCE = 64  # records, before it is asked again whether the kernel is to be tried
#: Values, their bounds, and odd rows, as :meth:`TableBlock.written` has them.
Written = tuple[bytes | memoryview, I64, Bool]


class _Block(Protocol):
    """Rows one behind the other, as :class:`TableBlock` has them."""

    @property
    def number(self) -> int: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def height(self) -> int: ...
    def records(self, begin: int, end: int) -> Iterator[tuple[int, Record]]: ...
    def written(self) -> Written: ...


_OfRows = TypeVar("_OfRows", bound=_Block)


class PlainBlocks(PlainRows[_OfRows]):
    """Reads blocks of rows that have the same columns."""

    _candidates: tuple[I64, ...] = ()

    @abstractmethod
    def takes(self, block: _OfRows) -> bool:
        """Whether the kernel can read a block."""

    def set_columns(self, names: Sequence[str], keys: Keys) -> None:
        """Set which columns the rows have, and which of them hold what is wanted; there must be some for the text."""
        places = [names.index(name) for name in chain.from_iterable(keys)]
        self._candidates = bounds_of(map(len, keys)), np.array(places, np.int64)

    def is_odd(self, block: _OfRows, written: Written) -> Bool:  # noqa: ARG002
        """bool[rows]: which rows of a block are not plain, whatever their values are."""
        return written[2]

    def records(
        self, block: _OfRows, rows: Rows, identities: Identities
    ) -> Iterator[tuple[int, Record | Run]]:
        """As :meth:`PlainRows.records`."""
        at, height = 0, block.height
        written: Written | None = None
        while at < height:
            is_tried = self.is_worth_it(rows) and self.takes(block)
            if is_tried and not self._passes:
                written = written or block.written()
                run, at, is_odd = self._read(block, written, at, rows, identities)
                if run.numbers:
                    yield run.numbers[-1], run
                if not is_odd:
                    continue
                self._pass_some(run)
            end = min(at + (1 + self._passes if is_tried else _AT_ONCE), height)
            yield from block.records(at, end)
            self._passes = max(0, self._passes - (end - at))
            at = end

    def _read(
        self, block: _OfRows, written: Written, at: int, rows: Rows, identities: Identities
    ) -> tuple[Run, int, bool]:
        """Read plain rows; the next row, and whether it is to be given as a record."""
        columns, held = rows.columns()
        data, bounds = written[:2]
        is_odd = self.is_odd(block, written)
        state = np.array([at, block.number + at, held])
        limits = np.array([self._longest, rows.enough, self._markup])
        why = read_rows(
            np.frombuffer(data, np.uint8), bounds, is_odd, *self._candidates, tuple(columns), limits, state
        )
        next_row, _, end = state.tolist()
        taken = self._taken(columns, held, end, rows, identities)
        if len(taken.numbers) < end - held:
            return taken, int(columns.places[held + len(taken.numbers)]), True
        if why == CROWDED:
            width = len(block.names)
            rows.columns(int(bounds[(next_row + 1) * width] - bounds[next_row * width]) + 1)
        return taken, next_row, why == ODD


class PlainTables(PlainBlocks[TableBlock]):
    """Reads the blocks of a table, whose records all have the same columns."""

    _text = ""  # the column whose texts the kernel takes

    def learn(self, names: tuple[str, ...], keys: Keys) -> None:
        """As :meth:`PlainRows.learn`."""
        if len(names) <= MOST and keys[1]:
            self._text = keys[1][0]
            self.set_columns(names, keys)

    def takes(self, block: TableBlock) -> bool:
        """As :meth:`PlainBlocks.takes`."""
        return self._text in block.strings
