"""Spreadsheets to records: every sheet that has a column of text."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from syndetect.errors import MissingExtraError, SyndetectError
from syndetect.reading.columns import Columns, Record
from syndetect.reading.encoding import UnusableError
from syndetect.reading.notes import UNREADABLE

#: The number of a record: the place of its sheet, from 0, above these bits, and in them its row, from 1.
ROW_BITS = 21
_MOST_ABOVE = 20  # rows above the header, such as a title
_MOST_BYTES = 1 << 29  # of a part, unpacked: the memory that it takes is about twice that
_BLOCK_BYTES = 1 << 20


def workbook_opener(place: str) -> Callable[[Any], Any]:
    """The function that opens a workbook.

    Raises:
        MissingExtraError: it is not installed, which keeps ``place`` from being read.
    """
    try:
        from python_calamine import CalamineWorkbook  # noqa: PLC0415  (optional)
    except ImportError as error:
        raise MissingExtraError(f"to read {place}, pip install 'syndetect[xlsx]' ({error})") from error
    return CalamineWorkbook.from_filelike


def sheet_records(file: BinaryIO, columns: Columns, place: str) -> Iterator[tuple[int, Record]]:
    """The rows of all sheets with a column of text, under its name; dates are dates, and formulas their values.

    Args:
        file: the workbook, of which a sheet is held at a time.
        columns: by which a header is known.
        place: the file's name, for messages.

    Raises:
        InputError: no sheet has the columns that the user named.
        UnusableError: the file is no workbook, or too long, or no sheet has a column of text.
    """
    _check_sizes(file)
    try:
        book = workbook_opener(place)(file)
        tops: list[list[str]] = []  # rows that may have been meant as a header
        found = False
        for sheet, name in enumerate(book.sheet_names):
            rows = enumerate(book.get_sheet_by_name(name).iter_rows(), 1)
            for _, cells in islice(rows, _MOST_ABOVE):
                names = [str(cell).strip() for cell in cells]
                if columns.keys(names)[1]:
                    found = True
                    for row, record in _below(rows, names, columns.of_table(names, place)):
                        yield sheet << ROW_BITS | row, record
                    break
                tops += [names] if any(names) else []
    except (SyndetectError, UnusableError):
        raise
    except BaseException as error:
        if (
            isinstance(error, Exception) or type(error).__name__ == "PanicException"
        ):  # calamine's, of many kinds
            raise UnusableError(f"broken spreadsheet: {str(error)[:200]}", UNREADABLE) from None
        raise
    if not found:
        columns.of_table(next(iter(tops), []), place)


def _below(
    rows: Iterator[tuple[int, list[Any]]], names: list[str], wanted: list[str]
) -> Iterator[tuple[int, Record]]:
    """The rows below a header, with their numbers, without blank rows."""
    kept = [(names.index(name), name) for name in wanted]
    for row, cells in rows:
        if any(cell != "" for cell in cells):
            yield row, {name: None if cells[at] == "" else cells[at] for at, name in kept}


def _check_sizes(file: BinaryIO) -> None:
    """Unpack the parts of a workbook, of which nothing is kept: what a part says of its size may be wrong.

    Raises:
        UnusableError: it is no workbook, or a part is too long.
    """
    try:
        with zipfile.ZipFile(file) as parts:
            for name in parts.namelist():
                with parts.open(name) as part:
                    size = 0
                    while block := part.read(_BLOCK_BYTES):
                        size += len(block)
                        if size > _MOST_BYTES:
                            raise UnusableError(
                                f"more than {_MOST_BYTES:,} bytes unpacked: save it as CSV", UNREADABLE
                            )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnusableError(f"broken spreadsheet: {error}", UNREADABLE) from error
    file.seek(0)
