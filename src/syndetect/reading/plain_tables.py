"""Plain rows of tables, many at a time; each other row is given as a record, with which nothing differs.

A kernel reads rows as long as they are plain (:mod:`syndetect.kernels.table_rows`); :mod:`syndetect.reading.plain_rows`
takes them.
"""

from collections.abc import Iterator
from itertools import chain

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


class PlainTables(PlainRows[TableBlock]):
    """Reads the blocks of a table, whose records all have the same columns."""

    _text = ""  # the column whose texts the kernel takes
    _candidates: tuple[I64, ...] = ()

    def learn(self, names: tuple[str, ...], keys: Keys) -> None:
        """As :meth:`PlainRows.learn`."""
        if len(names) <= MOST and keys[1]:
            self._text = keys[1][0]
            places = [names.index(name) for name in chain.from_iterable(keys)]
            self._candidates = bounds_of(map(len, keys)), np.array(places, np.int64)

    def records(
        self, block: TableBlock, rows: Rows, identities: Identities
    ) -> Iterator[tuple[int, Record | Run]]:
        """As :meth:`PlainRows.records`."""
        at, height = 0, block.values.height
        written: tuple[bytes, I64, Bool] | None = None
        while at < height:
            is_tried = self._is_worth_it(rows) and self._text in block.strings
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
        self,
        block: TableBlock,
        written: tuple[bytes, I64, Bool],
        at: int,
        rows: Rows,
        identities: Identities,
    ) -> tuple[Run, int, bool]:
        """Read plain rows; the next row, and whether it is to be given as a record."""
        columns, held = rows.columns()
        data, bounds, is_odd = written
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
