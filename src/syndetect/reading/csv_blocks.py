"""The bytes of CSV as lines, or as clean rows many at a time, which a kernel reads without an object for each."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from syndetect.arrays import I64, Bool
from syndetect.kernels.delimited_rows import FULL, ODD, split_rows
from syndetect.kernels.vectors import WIDTH

_PADDING = bytes(WIDTH)
_LONGEST = 1 << 24  # bytes of a row
_MOST_ROWS = 1 << 14  # at a time
_FEW = 8  # rows at a time, with which it is not worth trying; others are then taken as lines
_MOST_PASSED = 1 << 12  # rows, until the next trial


class Style(NamedTuple):
    """How clean rows are written.

    Attributes:
        delimiter: what stands between fields, a byte.
        marks: what quotation marks do, of those that :mod:`syndetect.kernels.delimited_rows` knows.
    """

    delimiter: int
    marks: int


class CleanRows(NamedTuple):
    """Clean rows.

    Attributes:
        height: how many they are.
        data: the values of the wanted columns row by row, and some bytes more.
        bounds: int64[rows * columns + 1], of the values.
    """

    height: int
    data: memoryview
    bounds: I64


class LinesOrRows:
    """An iterator over the lines of CSV, of which clean rows can be taken many at a time.

    It is as :func:`syndetect.reading.lines.whole_lines`, where line feeds alone end lines.

    Args:
        blocks: bytes, however they are cut.
        max_bytes: the longest line that is given, and the longest row.
    """

    def __init__(self, blocks: Iterator[bytes], max_bytes: int) -> None:
        self._blocks, self._max_bytes = blocks, max_bytes
        self._data, self._at, self._end = (
            _PADDING,
            0,
            0,
        )  # what is to be taken, of bytes with some more behind
        self._is_last = False  # whether no blocks follow
        self._error: Exception | None = None  # which they end in
        # rows to pass: after the last trial, which gave few, and before the next one
        self._passed = self._passes = 0

    def __iter__(self) -> Iterator[bytes | int]:
        return self

    def __next__(self) -> bytes | int:
        """The next line, or of one that is too long the number of its quotation marks."""
        begin, behind = self._at, self._data.find(b"\n", self._at, self._end) + 1
        if not behind:
            return self._line_of_blocks()
        self._at = behind
        line = self._data[begin:behind]
        return line if len(line) <= self._max_bytes else line.count(b'"')

    def _line_of_blocks(self) -> bytes | int:
        """The next line, which goes on in other blocks; a part that is too long is not held."""
        parts = [self._data[self._at : self._end]]
        length, marks = len(parts[0]), 0
        self._at = self._end = 0
        while (block := self._next()) is not None:
            behind = block.find(b"\n") + 1
            parts.append(block[:behind] if behind else block)
            length += len(parts[-1])
            if length > self._max_bytes:
                marks += sum(part.count(b'"') for part in parts)
                parts.clear()
            if behind:
                self._data = b"".join((memoryview(block)[behind:], _PADDING))
                self._end = len(block) - behind
                break
        if not length:
            raise StopIteration
        return (
            marks + sum(part.count(b'"') for part in parts) if length > self._max_bytes else b"".join(parts)
        )

    def _next(self) -> bytes | None:
        """The next block; None behind the last.

        Raises:
            Exception: the one that the blocks end in.
        """
        if self._error is not None:
            raise self._error
        block = next(self._blocks, None)
        self._is_last = block is None
        return block

    def clean(self, style: Style, is_wanted: Bool) -> CleanRows | None:
        """Clean rows that are next; None where the next one is to be taken as lines.

        Args:
            style: of the file.
            is_wanted: bool[columns], of the header's columns those whose values are wanted.
        """
        if self._passes:
            self._passes -= 1
            return None
        while self._error is None:
            rows, why = self._split(style, is_wanted)
            if why == ODD:
                self._passed = min(2 * self._passed + 1, _MOST_PASSED) if rows.height < _FEW else 0
                self._passes = self._passed + (rows.height > 0)
            elif why != FULL and not rows.height and not self._is_last:
                self._add_blocks()
                continue
            return rows if rows.height else None
        return None

    def _split(self, style: Style, is_wanted: Bool) -> tuple[CleanRows, int]:
        """The clean rows among the bytes at hand, and why they end."""
        size, wanted = self._end - self._at, int(np.count_nonzero(is_wanted))
        height = min(size // len(is_wanted) + 1, _MOST_ROWS)
        data, bounds = np.empty(size + 2 * WIDTH, np.uint8), np.empty(height * wanted + 1, np.int64)
        bounds[0] = 0
        longest = min(self._max_bytes, _LONGEST)
        limits = np.array([self._end, style.delimiter, self._is_last, longest, style.marks, wanted], np.int64)
        state = np.array([self._at, 0])
        why = split_rows(np.frombuffer(self._data, np.uint8), is_wanted, (data, bounds), limits, state)
        self._at, rows = state.tolist()
        used = bounds[: rows * wanted + 1]
        return CleanRows(rows, data.data[: used[-1] + WIDTH].toreadonly(), used), why

    def _add_blocks(self) -> None:
        """Hold more bytes, at least as many again; an error comes up again behind what was read before it."""
        parts: list[bytes | memoryview] = [memoryview(self._data)[self._at : self._end]]
        held = self._end - self._at
        more = 0
        try:
            while more <= held and (block := self._next()) is not None:
                parts.append(block)
                more += len(block)
        except Exception as error:
            self._error = error
        self._data, self._at, self._end = b"".join((*parts, _PADDING)), 0, held + more
