"""CSV and TSV to records; a row that cannot be used is yielded as an ``UnusableError``."""

from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from syndetect.arrays import I64, Bool
from syndetect.reading.columns import Record
from syndetect.reading.csv_blocks import CleanRows
from syndetect.reading.csv_rows import Row, Rows
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError
from syndetect.reading.notes import REMARK
from syndetect.reading.options import Quoting


class RowBlock:
    """Clean rows one behind the other.

    Args:
        number: of the first row, from 1.
        names: of the wanted columns, in the order of the header.
        rows: their values.

    Attributes:
        number, names: as above.
        height: how many rows there are.
    """

    def __init__(self, number: int, names: list[str], rows: CleanRows) -> None:
        self.number, self.names, self.height = number, names, rows.height
        self._rows = rows

    def records(self, begin: int, end: int) -> Iterator[tuple[int, Record]]:
        """The rows from ``begin`` to ``end`` (excluded), counted from 0, with their numbers."""
        width = len(self.names)
        bounds = self._rows.bounds[begin * width : end * width + 1].tolist()
        backwards = [(at, self.names[at]) for at in reversed(range(width))]  # as of other rows
        for row, number in enumerate(range(self.number + begin, self.number + end)):
            low = row * width
            yield (
                number,
                {
                    name: str(self._rows.data[bounds[low + at] : bounds[low + at + 1]], "utf-8")
                    for at, name in backwards
                    if bounds[low + at] < bounds[low + at + 1]
                },
            )

    def written(self) -> tuple[memoryview, I64, Bool]:
        """The values as :meth:`syndetect.reading.tables.TableBlock.written` gives them."""
        return self._rows.data, self._rows.bounds, np.zeros(self.height, bool)


class Delimited:
    """The rows of CSV under its header, without blank rows and empty fields, to be iterated once.

    What one should know of a row comes before it, as an ``UnusableError`` of the outcome ``REMARK``.

    Args:
        blocks: those of :meth:`Decoder.stream`.
        decoder: of the file.
        delimiters: what may stand between fields: of those in the header the one that most lines agree on does.
        wanted: which of the header's names to keep; of columns with one name, the first that is not empty counts.
        max_bytes: the longest row that is taken.
        quoting: as in :class:`syndetect.reading.options.ReadingOptions`.

    Raises:
        UnusableError: the file is not text, or its header cannot be read; and what ``wanted`` raises.
    """

    def __init__(
        self,
        blocks: Iterator[bytes],
        decoder: Decoder,
        delimiters: str,
        wanted: Callable[[list[str]], list[str]],
        max_bytes: int,
        quoting: Quoting = "auto",
    ) -> None:
        self._rows = Rows(blocks, decoder, delimiters, max_bytes, quoting)
        header = self._rows.header.fields
        if isinstance(header, UnusableError):
            raise header
        names = set(wanted(header)) if header else set()
        self._width, self._has_told = len(header), False
        self._kept = [(at, name) for at, name in enumerate(header) if name in names][::-1]
        self._is_wanted = np.array([name in names for name in header], bool)
        self._names = [name for name in header if name in names] if len(self._kept) == len(names) else []

    def __iter__(self) -> Iterator[tuple[int, Record]]:
        for number, row in enumerate(self._rows, 1):
            yield from self._records(number, row)

    def in_blocks(self, is_worth_it: Callable[[], bool]) -> Iterator[tuple[int, Record | RowBlock]]:
        """The same, with blocks of clean rows wherever it is worth to ask for them, each with its last row's number."""
        number, others = 0, iter(self._rows)
        while True:
            if self._names and is_worth_it() and (rows := self._rows.clean(self._is_wanted)) is not None:
                number += rows.height
                yield number, RowBlock(number - rows.height + 1, self._names, rows)
            elif (row := next(others, None)) is not None:
                number += 1
                yield from self._records(number, row)
            else:
                return

    def _records(self, number: int, row: Row) -> Iterator[tuple[int, Record]]:
        """The record of a row, and what is to be said of it."""
        fields, width = row.fields, self._width
        if isinstance(fields, UnusableError):
            yield number, fields
            return
        if row.remark:
            yield number, UnusableError(row.remark, REMARK)
        if any(islice(fields, width, None)):
            yield number, UnusableError(f"{len(fields)} fields under {width} columns")
            return
        if len(fields) != width and self._rows.evidence.width is not None:
            is_usual = len(fields) == self._rows.evidence.width
            if not (is_usual and self._has_told):
                reason = f"{len(fields)} fields under {width} columns"
                yield (
                    (0 if is_usual else number),
                    UnusableError(f"{reason}{', as in most rows' * is_usual}", REMARK),
                )
            self._has_told |= is_usual
        yield number, {name: fields[at] for at, name in self._kept if at < len(fields) and fields[at]}
