"""What the beginning of a CSV file says of its style, where single rows can be read in several ways."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from syndetect.reading.csv_readings import Reading, Readings

#: Bytes of a file's beginning that are looked at.
SAMPLE_BYTES = 1 << 16
_FEW_LINES = 3
_FEW_SHAPES = 3  # of first fields, by which the beginning of a row is known
_SHAPES = ((re.compile(rb"[0-9]+"), b"0"), (re.compile(rb"[A-Za-z\x80-\xff]+"), b"a"))


class _Counts(NamedTuple):
    """What rows have.

    Attributes:
        widths: numbers of fields.
        shapes: of first fields.
        needed, needless: rows with enclosed fields, of which one has to be enclosed or none.
        stray: rows in which a quotation mark encloses no field.
    """

    widths: Counter[int]
    shapes: Counter[bytes]
    needed: int
    needless: int
    stray: int


class Evidence:
    """The style of a file, from its first lines; it is gathered when it is first asked for.

    Args:
        lines: whole ones under the header, with their ends.
        is_whole: whether they are all.
        ways: to read a row.
        columns: names in the header.
        is_quoted: whether marks enclose fields, where it is known; else it is found out.
    """

    def __init__(
        self, lines: Sequence[bytes], is_whole: bool, ways: Readings, columns: int, is_quoted: bool | None
    ) -> None:
        self._lines, self._is_whole, self._ways, self.columns = lines, is_whole, ways, columns
        self._given = is_quoted
        self._sign = ways.delimiter.encode()

    @cached_property
    def _counts(self) -> _Counts:
        widths: Counter[int] = Counter()
        shapes: Counter[bytes] = Counter()
        needed = needless = stray = at = 0
        while at < len(self._lines):
            lines, is_closed = assembled(self._ways.strict, self._lines[at], iter(self._lines[at + 1 :]))
            row = b"".join(lines) if is_closed else self._lines[at]
            if is_closed is None and not self._is_whole:
                break
            is_clear = not is_closed or len(lines) == 1 or not self.could_be_rows(lines)
            at += len(lines) if is_closed else 1
            if not is_clear or not row.strip():
                continue
            fields = (
                self._ways.strict.fields(text_of(row)) if is_closed else self._ways.mixed.fields(text_of(row))
            )
            widths[len(fields)] += 1
            shapes[self.shape(row)] += 1
            if not is_closed:
                stray += is_closed is False or self.could_be_rows(lines[:2])
            elif any(field.is_enclosed for field in fields):
                is_needed = len(lines) > 1 or any(
                    field.is_enclosed and ('"' in field.value or self._ways.delimiter in field.value)
                    for field in fields
                )
                needed, needless = needed + is_needed, needless + (not is_needed)
        return _Counts(widths, shapes, needed, needless, stray)

    @cached_property
    def is_quoted(self) -> bool | None:
        """Whether quotation marks enclose fields here; false where they are text, None where nothing says so."""
        if self._given is not None:
            return self._given
        counts = self._counts
        enclosed = counts.needed + counts.needless * (2 * counts.needless > counts.widths.total())
        return enclosed > counts.stray if enclosed or counts.stray else None

    @cached_property
    def is_strict(self) -> bool:
        """Whether marks enclose fields and are hardly ever text."""
        return (
            self.is_quoted is True and 10 * self._counts.stray <= self._counts.needed + self._counts.needless
        )

    @cached_property
    def width(self) -> int | None:
        """The number of fields that nine rows in ten have."""
        widths = self._counts.widths
        [(width, count)] = widths.most_common(1) or [(0, 0)]
        return width if 10 * count >= 9 * widths.total() > 0 else None

    @cached_property
    def shapes(self) -> set[bytes] | None:
        """The usual shapes of first fields, where they tell rows from text: they are few, and have numbers."""
        shapes = self._counts.shapes
        usual = {shape for shape, count in shapes.items() if 10 * count >= shapes.total()}
        return usual if 0 < len(usual) <= _FEW_SHAPES and all(b"0" in shape for shape in usual) else None

    @property
    def knows_rows(self) -> bool:
        """Whether lines of a text are hardly taken for rows."""
        return self.shapes is not None or self._sign != b","

    def shape(self, line: bytes) -> bytes:
        """The first field of a line, with one sign for all numbers and one for all words."""
        field = line.strip(b'\r\n"')[:64].partition(self._sign)[0].rstrip(b'"')
        for pattern, sign in _SHAPES:
            field = pattern.sub(sign, field)
        return field

    def could_be_rows(self, lines: Sequence[bytes]) -> bool:
        """Whether each of several lines has as many fields as the header, if quotation marks are text."""
        return self.columns > 1 and all(line.count(self._sign) == self.columns - 1 for line in lines)

    def look_like_rows(self, lines: Sequence[bytes]) -> bool:
        """Whether lines that could be rows begin as others do.

        Where that says nothing, whether they are tabs' or so many that a text hardly has the delimiter in all of them.
        """
        if self.shapes is None:
            return self.knows_rows and (self._sign == b"\t" or len(lines) > _FEW_LINES)
        return all(self.shape(line) in self.shapes for line in lines)

    def is_row(self, line: bytes | int) -> bool:
        """Whether a line reads as a row, or as the first line of one."""
        if isinstance(line, int) or self.columns < 2 or not line.strip():
            return False
        if self.shapes is not None and self.shape(line) not in self.shapes:
            return False
        _, is_closed = assembled(self._ways.strict, line, iter(()))
        if is_closed is not None:
            return len(self._ways.mixed.fields(text_of(line))) == self.columns
        width = len(self._ways.unclosed.fields(text_of(line)))
        return width == self.columns or (width < self.columns and self.shapes is not None)


def text_of(row: bytes) -> str:
    """A row without its line end, as text of which only delimiters and quotation marks are looked at."""
    return row.rstrip(b"\r\n").decode("latin-1")


def assembled(
    reading: Reading, first: bytes, following: Iterator[bytes | int], max_bytes: int = 1 << 62
) -> tuple[list[bytes], bool | None]:
    """The lines of the row that a line begins, up to the one that closes its last enclosed field.

    Returns:
        The lines, and whether the row is complete; it is not where a mark that closes a field has neither a delimiter
        nor the line's end behind it, and None where the lines end, or are too long, before a field is closed.
    """
    lines, length = [first], len(first)
    found = reading.row.match(first)
    end = found.end() if found else 0
    is_open = found is None or first[end : end + 1] == reading.sign
    if not is_open:
        return lines, not first[end:].strip(b"\r\n")
    for line in following:
        if isinstance(line, int) or (length := length + len(line)) > max_bytes:
            break
        lines.append(line)
        if b'"' not in line:
            continue
        inside = reading.inside.match(line)
        end = inside.end() if inside else 0
        if end < len(line):
            rest = reading.rest.match(line, end + 1)
            end = rest.end() if rest else end + 1
            if line[end : end + 1] != reading.sign:
                return lines, not line[end:].strip(b"\r\n")
    return lines, None
