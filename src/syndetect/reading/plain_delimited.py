"""Plain rows of CSV, many at a time; each other row is given as a record, with which nothing differs.

A field that is empty is none, so rows have different columns though they are under one header. A row is read by the
kernel where a record had the same columns before: so each shape of records is learned, and told, in its turn.
"""

from collections.abc import Callable

import numpy as np

from syndetect.arrays import Bool
from syndetect.kernels.json_syntax import MOST
from syndetect.reading.articles import Conversion
from syndetect.reading.columns import Columns, Keys, folded
from syndetect.reading.delimited import RowBlock
from syndetect.reading.plain_tables import PlainBlocks, Written

_MOST_SHAPES = 64


class PlainDelimited(PlainBlocks[RowBlock]):
    """Reads the blocks of a file of CSV.

    Args:
        columns: of its records.
        conversion: of their values.
        default_id: the id of a row that has none.
        max_bytes: the longest row that is taken.
    """

    def __init__(
        self, columns: Columns, conversion: Conversion, default_id: Callable[[int], str], max_bytes: int
    ) -> None:
        super().__init__(conversion, default_id, max_bytes)
        self._columns = columns
        self._shapes = set[frozenset[str]]()
        self._names: list[str] = []  # of the columns that are set
        # of the last block, with the number of shapes that were known
        self._known: tuple[RowBlock, int] | None = None
        self._is_odd = np.zeros(0, bool)

    def learn(self, names: tuple[str, ...], keys: Keys) -> None:  # noqa: ARG002
        """As :meth:`PlainRows.learn`."""
        if len(self._shapes) < _MOST_SHAPES:
            self._shapes.add(frozenset(names))

    def takes(self, block: RowBlock) -> bool:
        """As :meth:`PlainBlocks.takes`."""
        if self._names != block.names:
            self._names = block.names
            self.set_columns(block.names, self._columns.keys(block.names))
        # of two names of one meaning the second counts in rows that have nothing under the first
        return len(block.names) <= MOST and len(set(map(folded, block.names))) == len(block.names)

    def is_odd(self, block: RowBlock, written: Written) -> Bool:
        """As :meth:`PlainBlocks.is_odd`: rows whose shape was not learned."""
        known = block, len(self._shapes)
        if known != self._known:
            bits = dict(zip(block.names, (1 << at for at in range(len(block.names))), strict=True))
            shapes = [sum(map(bits.__getitem__, shape)) for shape in self._shapes if shape <= bits.keys()]
            sizes = np.diff(written[1]).reshape(block.height, len(bits))
            found = (sizes > 0) @ np.array(list(bits.values()), np.uint64)
            self._known, self._is_odd = known, np.ones(block.height, bool)
            for shape in shapes:
                self._is_odd &= found != np.uint64(shape)
        return self._is_odd
