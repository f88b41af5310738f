"""Plain lines of JSON to rows, many at a time; each other line is given as a record, with which nothing differs.

A kernel reads lines as long as they are plain (:mod:`syndetect.kernels.json_lines`) and their members are those of a
line that was read as a record before. The line of a row that is not to be taken as it stands
(:mod:`syndetect.reading.plain_rows`) is given as a record.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

import numpy as np

from syndetect.arrays import bounds_of
from syndetect.kernels.json_lines import CROWDED, ODD, read
from syndetect.kernels.json_syntax import MOST
from syndetect.reading.articles import Conversion
from syndetect.reading.columns import Keys, Record
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import too_long
from syndetect.reading.identities import Identities
from syndetect.reading.json_lines import LineBlock, json_object
from syndetect.reading.plain_rows import PlainRows, Run
from syndetect.reading.rows import Rows

_MOST_SHAPES = 32
_SIGNS = frozenset('"\\') | frozenset(map(chr, range(32)))


class _Shapes:
    """The names of the members that lines have, as :func:`syndetect.kernels.json_lines.read` takes them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Keys] = {}
        self.arrays: tuple[np.ndarray[Any, Any], ...] | None = None

    def add(self, names: tuple[str, ...], keys: Keys) -> None:
        """Add a shape, if it is one that lines can have as it stands, and there are not too many."""
        is_new = names not in self._known and len(self._known) < _MOST_SHAPES
        if not (is_new and keys[1] and len(names) <= MOST and _stand_as_they_are("".join(names))):
            return
        self._known[names] = keys
        encoded = [name.encode() for shape in self._known for name in shape]
        candidates = [
            [shape.index(name) for name in column]
            for shape, columns in self._known.items()
            for column in columns
        ]
        self.arrays = (
            np.frombuffer(b"".join(encoded), np.uint8),
            bounds_of(map(len, encoded)),
            bounds_of(map(len, self._known)),
            bounds_of(map(len, candidates)),
            np.array(list(chain.from_iterable(candidates)), np.int64),
        )


def _stand_as_they_are(names: str) -> bool:
    """Whether names can stand in a line without escapes."""
    with suppress(UnicodeEncodeError):
        return bool(names.encode()) and not _SIGNS & set(names)
    return False


class PlainLines(PlainRows[LineBlock]):
    """Reads the blocks of a file of JSON Lines.

    Args:
        decoder: of the file.
        conversion: of its values.
        default_id: the id of a line that has none.
        max_bytes: the longest line that is taken.
    """

    def __init__(
        self, decoder: Decoder, conversion: Conversion, default_id: Callable[[int], str], max_bytes: int
    ) -> None:
        super().__init__(conversion, default_id, max_bytes)
        self._decoder, self._shapes = decoder, _Shapes()

    def learn(self, names: tuple[str, ...], keys: Keys) -> None:
        """As :meth:`PlainRows.learn`."""
        self._shapes.add(names, keys)

    def records(
        self, block: LineBlock, rows: Rows, identities: Identities
    ) -> Iterator[tuple[int, Record | Run]]:
        """As :meth:`PlainRows.records`."""
        at, number = 0, block.number
        while at < block.size:
            if self._is_time(rows):
                run, at, number, is_odd = self._read(block, at, number, rows, identities)
                if run.numbers:
                    yield run.numbers[-1], run
                if not is_odd:
                    continue
                self._pass_some(run)
            elif self._passes:
                self._passes -= 1
            end = block.data.find(b"\n", at, block.size)
            line = block.data[at : end if end >= 0 else block.size]
            if len(line) > self._max_bytes:
                yield number, too_long(self._max_bytes)
            elif line and not line.isspace():
                yield number, json_object(line, self._decoder)
            at, number = at + len(line) + 1, number + 1

    def _is_time(self, rows: Rows) -> bool:
        """Whether the next line is to be tried."""
        is_known = self._shapes.arrays is not None and self._decoder.tries_utf8
        return is_known and not self._passes and self.is_worth_it(rows)

    def _read(
        self, block: LineBlock, at: int, number: int, rows: Rows, identities: Identities
    ) -> tuple[Run, int, int, bool]:
        """Read plain lines; the next line, its number, and whether it is to be given as a record."""
        columns, held = rows.columns()
        state = np.array([at, number, held, 0])
        limits = np.array([self._longest, rows.enough, self._markup])
        buffer = np.frombuffer(block.data, np.uint8)
        why = read(buffer, block.size, self._shapes.arrays, tuple(columns), limits, state)
        at, number, end, _ = state.tolist()
        if why == CROWDED:
            line_end = block.data.find(b"\n", at, block.size)
            size = (line_end if line_end >= 0 else block.size) - at
        taken = self._taken(columns, held, end, rows, identities)
        if len(taken.numbers) < end - held:
            row = held + len(taken.numbers)
            return taken, int(columns.places[row]), int(columns.numbers[row]), True
        if why == CROWDED:
            rows.columns(size + 1)
        return taken, at, number, why == ODD
