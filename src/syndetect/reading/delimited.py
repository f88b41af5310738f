"""CSV and TSV to records; a row that cannot be used is yielded as an ``UnusableError``."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from syndetect.reading.articles import Record
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError, too_long
from syndetect.reading.lines import lines

_MOST_HEADER = 1 << 20  # bytes: each column of a header costs many times its name


def rows(physical: Iterable[bytes | int], delimiter: str, max_bytes: int) -> Iterator[bytes | UnusableError]:
    """Join the :func:`lines` of a quoted CSV field that spans several lines.

    A quotation mark opens a field only at its beginning and is doubled inside it. In a row of more than
    ``max_bytes``, which is never held, they are only counted: it ends where their number is even.
    """
    opening = re.compile(rb'(?:^|%b)"[^"]*+(?:""[^"]*+)*+("?)' % re.escape(delimiter.encode()))
    held: list[bytes] = []
    length, is_open = 0, False
    for line in physical:
        length += max_bytes + 1 if isinstance(line, int) else len(line) + bool(held)
        if isinstance(line, bytes) and length <= max_bytes:
            is_open = _stays_open(line, is_open, opening)
            held.append(line)
        else:
            if held:
                is_open = sum(part.count(b'"') for part in held) % 2 == 1
                held.clear()
            is_open ^= (line if isinstance(line, int) else line.count(b'"')) % 2 == 1
        if not is_open:
            yield b"\n".join(held) if held else too_long(max_bytes)
            held.clear()
            length = 0
    if is_open:
        yield UnusableError("a quotation mark that is never closed") if held else too_long(max_bytes)


_INSIDE = re.compile(rb'[^"]*+(?:""[^"]*+)*+')


def _stays_open(line: bytes, is_open: bool, opening: re.Pattern[bytes]) -> bool:
    """Whether a quoted field is open at the end of a line, given whether one was open at its beginning."""
    if b'"' not in line:
        return is_open
    begin = 0
    if is_open and (inside := _INSIDE.match(line)):
        if inside.end() == len(line):
            return True
        begin = inside.end() + 1
    return any(not field[1] for field in opening.finditer(line, begin))


class Row(NamedTuple):
    """A row of CSV: its bytes without the line end, its fields, and the delimiter."""

    raw: bytes
    fields: list[str] | UnusableError
    delimiter: str


def raw_rows(blocks: Iterable[bytes], decoder: Decoder, delimiters: str, max_bytes: int) -> Iterator[Row]:
    """The header of CSV and the rows under it, without blank rows; arguments as in :func:`delimited`.

    Raises:
        UnusableError: the file is not text, or its header is too long.
    """
    physical = lines(blocks, max_bytes)
    first = next((line for line in physical if isinstance(line, int) or line.strip()), b"")
    if isinstance(first, int) or len(first) > _MOST_HEADER:
        raise too_long(min(max_bytes, _MOST_HEADER))
    delimiter = max(delimiters, key=lambda sign: first.count(sign.encode()))
    for number, row in enumerate(rows(chain((first,), physical), delimiter, max_bytes)):
        fields = _fields(row, decoder, delimiter)
        if fields or not number:
            yield Row(b"" if isinstance(row, UnusableError) else row, fields, delimiter)


def delimited(
    blocks: Iterable[bytes],
    decoder: Decoder,
    delimiters: str,
    wanted: Callable[[list[str]], list[str]],
    max_bytes: int,
) -> Iterator[tuple[int, Record]]:
    """The rows of CSV under its header, without blank rows and empty fields.

    Args:
        blocks: those of :meth:`Decoder.stream`.
        decoder: of the file.
        delimiters: what may stand between fields: the one that the header has most of does.
        wanted: which of the header's names to keep.
        max_bytes: the longest row that is taken.

    Raises:
        UnusableError: the file is not text, or its header cannot be read; and what ``wanted`` raises.
    """
    found = raw_rows(blocks, decoder, delimiters, max_bytes)
    header = next(found).fields
    if isinstance(header, UnusableError):
        raise header
    kept = [(header.index(name), name) for name in wanted(header)] if header else []
    for number, (_, row, _) in enumerate(found, 1):
        if isinstance(row, UnusableError):
            yield number, row
        elif any(islice(row, len(header), None)):
            yield number, UnusableError(f"{len(row)} fields under {len(header)} columns")
        else:
            yield number, {name: row[at] for at, name in kept if at < len(row) and row[at]}


def _fields(row: bytes | UnusableError, decoder: Decoder, delimiter: str) -> list[str] | UnusableError:
    """The fields of a row; a blank row has none."""
    if isinstance(row, UnusableError):
        return row
    limit = csv.field_size_limit()
    try:
        text = decoder.line(row)
        csv.field_size_limit(max(limit, len(text)))
        return next(csv.reader((text,), delimiter=delimiter), [])
    except UnusableError as error:
        return error
    except csv.Error as error:
        return UnusableError(f"broken CSV: {str(error).partition(' - ')[0]}")
    finally:
        csv.field_size_limit(limit)  # the limit is the whole process's
