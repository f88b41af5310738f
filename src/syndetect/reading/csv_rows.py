"""Lines of CSV to rows. A quotation mark that encloses no field is text, and never swallows the rows behind it."""

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, islice, takewhile
from typing import NamedTuple

from syndetect.arrays import Bool
from syndetect.kernels.delimited_rows import ENCLOSE, ENCLOSE_OR_TEXT, TEXT
from syndetect.reading.csv_blocks import CleanRows, LinesOrRows, Style
from syndetect.reading.csv_evidence import SAMPLE_BYTES, Evidence, assembled, text_of
from syndetect.reading.csv_readings import Reading, readings
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError, too_long
from syndetect.reading.lines import beginning, whole_lines
from syndetect.reading.options import Quoting

_MOST_HEADER = 1 << 20  # bytes: each column of a header costs many times its name
_FIRST_END = re.compile(rb'(?:[^"\r\n]++|"[^"]*+")*+(\r(?!\n))?')
_NAMED_DELIMITER = re.compile(rb'"?sep=([\t !#-~])"?[\r\n]*', re.IGNORECASE)
_NO_DELIMITER = "\x1f"  # of one column: the sign that ASCII has for it
_OF_NO_KERNEL = "\r\\"  # delimiters that stand in rows for something else as well

_STRAY = "a quotation mark that encloses no field, taken as text"
_UNCLOSED = "a quotation mark that is never closed"


class Row(NamedTuple):
    """A row of CSV.

    Attributes:
        raw: its bytes with the line end, if it has one; of the header also a line before it that names the delimiter.
        fields: the values, or why there are none.
        reading: what gave the fields.
        remark: what one should know of it; empty where nothing is unusual.
    """

    raw: bytes
    fields: list[str] | UnusableError
    reading: Reading
    remark: str = ""


class Rows:
    """The rows of CSV under its header, without blank ones, to be iterated once.

    Args:
        blocks: those of :meth:`Decoder.stream`.
        decoder: of the file.
        delimiters: what may stand between fields.
        max_bytes: the longest row that is taken.
        quoting: "minimal" where quotation marks enclose fields, "none" where they are text; "auto" finds it out.

    Attributes:
        header: the first row that is not blank.
        preamble: a line before it that names the delimiter, which is in its bytes as well.
        evidence: the style of the file.

    Raises:
        UnusableError: the file is not text, or its header is too long.
    """

    def __init__(
        self,
        blocks: Iterator[bytes],
        decoder: Decoder,
        delimiters: str,
        max_bytes: int,
        quoting: Quoting = "auto",
    ) -> None:
        head, behind = beginning(blocks, SAMPLE_BYTES)
        self._decoder = decoder
        sample, is_whole = head[:SAMPLE_BYTES], len(head) < SAMPLE_BYTES
        at_returns = bool((first := _FIRST_END.match(sample)) and first[1])
        self._blocks = None if at_returns else LinesOrRows(chain((head,), behind), max_bytes)
        self._lines = _Lines(
            self._blocks or whole_lines(chain((head,), behind), max_bytes, at_returns=at_returns)
        )
        self._max_bytes, self._quoting, self._has_escapes = max_bytes, quoting, False
        blank, line = self._first_line()
        preamble = b""
        if named := _NAMED_DELIMITER.fullmatch(line):
            preamble = line
            more, line = self._first_line()
            blank += more
            delimiters = named[1].decode() if len(delimiters) > 1 else delimiters
        self._ways = readings(_delimiter(line, sample.splitlines(), delimiters))
        header = self._header(line)
        self.preamble, self.header = preamble, header._replace(raw=preamble + header.raw)
        under = sample[blank + len(self.header.raw) :]
        known = [
            one for one in whole_lines([under], SAMPLE_BYTES, at_returns=at_returns) if isinstance(one, bytes)
        ]
        self.evidence = Evidence(
            known if is_whole else known[:-1], is_whole, self._ways,
            0 if isinstance(header.fields, UnusableError) else len(header.fields),
            {"auto": None, "minimal": True, "none": False}[quoting],
        )  # fmt: skip

    def _first_line(self) -> tuple[int, bytes]:
        """The length of the blank lines at the beginning, and the line behind them."""
        blank = 0
        while isinstance(line := self._lines.take(), bytes) and not line.strip():
            blank += len(line)
        if isinstance(line, int) or (line and len(line) > _MOST_HEADER):
            raise too_long(min(self._max_bytes, _MOST_HEADER))
        return blank, line or b""

    def _header(self, line: bytes) -> Row:
        """The header that a line begins."""
        if self._quoting == "none" or b'"' not in line:
            return self._row(line, self._ways.plain)
        for reading in (self._ways.strict, self._ways.mixed):
            lines, is_closed = assembled(
                reading, line, self._lines.ahead(), min(self._max_bytes, _MOST_HEADER)
            )
            if is_closed:
                self._lines.skip(len(lines) - 1)
                return self._row(b"".join(lines), reading)
        return self._row(line, self._ways.mixed)

    def __iter__(self) -> Iterator[Row]:
        plain, strict = self._ways.plain, self._ways.strict
        never_opens, opening = self._quoting == "none", plain.sign + b'"'
        while (line := self._lines.take()) is not None:
            if isinstance(line, int):
                yield self._too_long(line % 2 == 1 and not never_opens)
            elif line.find(b"\r", 0, -2) >= 0 and (rows := self._at_returns(line)):
                self._lines.put_back(rows)
            elif b'"' not in line or never_opens:
                if (row := self._row(line, plain)).fields:
                    yield row
            elif opening not in line and not line.startswith(b'"'):
                yield self._row(line, plain, _STRAY if self.evidence.is_strict else "")
            elif (
                line.count(b'"') % 2
                or not (found := strict.row.match(line))
                or line[found.end() :].strip(b"\r\n")
            ):
                yield self._of_lines(line)
            else:
                yield self._checked(self._row(line, strict))

    def clean(self, is_wanted: Bool) -> CleanRows | None:
        """Clean rows that are next, which are not iterated then; None where the next one is to be iterated.

        Args:
            is_wanted: bool[columns], of the header's columns those whose values are wanted.
        """
        if self._blocks is None or self._lines.holds_any or not self._decoder.tries_utf8:
            return None
        return self._blocks.clean(self._style, is_wanted) if self._style else None

    @cached_property
    def _style(self) -> Style | None:
        """How clean rows are written, where a kernel can read them."""
        delimiter = self._ways.delimiter
        marks = TEXT if self._quoting == "none" else ENCLOSE if self.evidence.is_strict else ENCLOSE_OR_TEXT
        return None if delimiter in _OF_NO_KERNEL else Style(ord(delimiter), marks)

    def _row(self, raw: bytes, reading: Reading, remark: str = "") -> Row:
        is_plain = reading is self._ways.plain and self._quoting != "none"
        return Row(raw, self._values(raw, reading), self._ways.mixed if is_plain else reading, remark)

    def _values(self, raw: bytes, reading: Reading) -> list[str] | UnusableError:
        """The fields of a row; a blank row has none."""
        try:
            text = self._decoder.line(raw).rstrip("\r\n")
        except UnusableError as error:
            return error
        if not reading.escape:
            return text.split(self._ways.delimiter) if text else []
        if reading is self._ways.strict and len(text) <= csv.field_size_limit():
            try:
                return next(csv.reader((text,), delimiter=self._ways.delimiter), [])
            except csv.Error:  # a carriage return outside quotation marks
                pass
        return [field.value for field in reading.fields(text)]

    def _taken(self, lines: Sequence[bytes], reading: Reading, remark: str = "") -> Row:
        """The row of lines of which the first is taken already."""
        self._lines.skip(len(lines) - 1)
        return self._row(b"".join(lines), reading, remark)

    def _fits(self, row: bytes, reading: Reading) -> bool:
        """Whether a row has as many fields as the header."""
        return len(reading.fields(text_of(row))) == self.evidence.columns

    def _at_returns(self, line: bytes) -> list[bytes]:
        """The rows that end in carriage returns, in a line that is too long for one; empty where it is one."""
        pieces = [piece for piece in line.splitlines(keepends=True) if piece.strip()]
        if len(pieces) < 2 or self._fits(line, self._ways.mixed):
            return []
        if b'"' in line and not all(assembled(self._ways.strict, piece, iter(()))[1] for piece in pieces):
            return []  # within quotation marks they are text
        return (
            pieces if 2 * sum(self._fits(piece, self._ways.mixed) for piece in pieces) >= len(pieces) else []
        )

    def _checked(self, row: Row) -> Row:
        """A row in which all fields are closed; read otherwise where only that gives as many fields as the header."""
        if isinstance(row.fields, UnusableError):
            return row
        if b'\\"' in row.raw and (
            self._has_escapes
            or len(row.fields) != self.evidence.columns
            or row.raw.rstrip(b"\r\n").endswith(b'\\"')
        ):
            row = self._escaped(row.raw) or row
        if isinstance(row.fields, UnusableError) or not any(row.fields[self.evidence.columns :]):
            return row
        return self._loose(row.raw) or row

    def _loose(self, raw: bytes) -> Row | None:
        """The row in which marks that enclose no whole field protect delimiters, where that makes sense."""
        readings = [self._ways.glued]
        if self.evidence.is_quoted is not False or raw.count(b'"') % 2:
            readings.append(self._ways.unclosed)
        return next(
            (self._row(raw, reading, _STRAY) for reading in readings if self._fits(raw, reading)), None
        )

    def _escaped(self, line: bytes) -> Row | None:
        """The row that a line begins if marks have backslashes before them, where that makes sense."""
        lines, is_closed = assembled(self._ways.escaped, line, self._lines.ahead(), self._max_bytes)
        if not is_closed or not self._fits(b"".join(lines), self._ways.escaped):
            return None
        self._has_escapes = True
        return self._taken(lines, self._ways.escaped)

    def _of_lines(self, line: bytes) -> Row:
        """The row that a line begins, which goes through several lines or has marks that enclose no field."""
        lines, is_closed = assembled(self._ways.strict, line, self._lines.ahead(), self._max_bytes)
        reading, remark = self._ways.strict, ""
        if is_closed is False:
            others, is_closed = assembled(self._ways.mixed, line, self._lines.ahead(), self._max_bytes)
            if is_closed:
                lines, reading = others, self._ways.mixed
                remark = _STRAY if self.evidence.is_strict else ""
            is_closed = is_closed or False
        if not is_closed:
            return self._mended(line, lines, is_closed is None)
        if len(lines) > 1 and self.evidence.could_be_rows(lines):
            is_like = self.evidence.look_like_rows(lines)
            is_quoted = self.evidence.is_quoted
            if not self._fits(b"".join(lines), reading) or (
                not is_quoted and (is_quoted is False or is_like)
            ):
                return self._alone(line)
            if self._quoting == "auto" and (is_like or (is_quoted is None and len(lines) > 2)):
                remark = f"{len(lines)} lines in quotation marks that look like rows"
        return self._checked(self._taken(lines, reading, remark))

    def _mended(self, line: bytes, lines: list[bytes], is_open: bool) -> Row:
        """The row that a line begins in which a mark closes no field, or none closes the last field.

        Args:
            line: its first line.
            lines: those up to such a mark, or all where ``is_open``.
            is_open: whether no mark closes the last field.
        """
        if any(b'\\"' in one for one in lines) and (row := self._escaped(line)):
            return row
        ends = len(lines) if is_open else max(1, len(lines) - 1)
        is_long = is_open and next(self._lines.ahead(ends - 1), None) is not None
        if self.evidence.is_quoted is False or (self.evidence.columns < 2 and not is_long):
            return self._alone(line)
        if self.evidence.is_quoted and (row := self._lenient(line)):
            return row
        can_end = not is_long or self.evidence.knows_rows
        behind = next((at for at in range(1, ends) if can_end and self.evidence.is_row(lines[at])), ends)
        if is_long and behind == ends:
            self._lines.skip(ends - 1)
            return self._too_long(sum(one.count(b'"') for one in lines) % 2 == 1)
        if behind == 1:
            return self._alone(line)
        if self._fits(b"".join(lines[:behind]), self._ways.unclosed):
            return self._taken(lines[:behind], self._ways.unclosed, _UNCLOSED)
        return self._taken(lines[:behind], self._ways.unclosed)._replace(fields=UnusableError(_UNCLOSED))

    def _lenient(self, line: bytes) -> Row | None:
        """The row of several lines that a line begins if single marks may stand in a field, none of them a row."""
        following = takewhile(lambda one: not self.evidence.is_row(one), self._lines.ahead())
        lines, is_closed = assembled(self._ways.lenient, line, following, self._max_bytes)
        if not is_closed or len(lines) == 1 or not self._fits(b"".join(lines), self._ways.lenient):
            return None
        return self._taken(lines, self._ways.lenient, _STRAY)

    def _alone(self, line: bytes) -> Row:
        """The row of a single line, whose marks do not all enclose fields."""
        row = None if self._fits(line, self._ways.mixed) else self._loose(line)
        return row or self._row(line, self._ways.mixed, _STRAY if self.evidence.is_strict else "")

    def _too_long(self, is_open: bool) -> Row:
        """The row in the place of one that is too long, up to where the number of its quotation marks is even."""
        can_be_text = not self.evidence.is_quoted and self.evidence.knows_rows
        while is_open and (line := next(self._lines.ahead(), None)) is not None:
            if can_be_text and self.evidence.is_row(line):
                is_open = False
            else:
                is_open ^= (line if isinstance(line, int) else line.count(b'"')) % 2 == 1
                self._lines.take()
        return Row(b"", too_long(self._max_bytes), self._ways.plain)


class _Lines:
    """Lines to be taken one by one, of which those ahead can be looked at."""

    def __init__(self, source: Iterator[bytes | int]) -> None:
        self._source = source
        self._held: list[bytes | int] = []
        self._at = 0  # of the next line in those held

    @property
    def holds_any(self) -> bool:
        """Whether there are lines that were looked at and are to be taken."""
        return bool(self._held)

    def take(self) -> bytes | int | None:
        """The next line; None behind the last."""
        if not self._held:
            return next(self._source, None)
        line = self._held[self._at]
        self.skip(1)
        return line

    def skip(self, count: int) -> None:
        """Take some of the lines that were looked at."""
        self._at += count
        if self._at == len(self._held) or self._at > 4096:
            del self._held[: self._at]
            self._at = 0

    def ahead(self, skipped: int = 0) -> Iterator[bytes | int]:
        """The lines that are to be taken, behind the first of them."""
        held = self._held
        yield from islice(held, self._at + skipped, None)  # no copy: there may be very many
        for line in self._source:
            held.append(line)
            yield line

    def put_back(self, lines: Sequence[bytes]) -> None:
        """Give lines once more, before all others."""
        self._held[self._at : self._at] = lines


def _delimiter(header: bytes, sample: Sequence[bytes], delimiters: str) -> str:
    """The delimiter that stands in a header, outside quotation marks; of several, the one that most lines agree on."""
    outside = re.sub(rb'"[^"]*+"', b"", header)
    counts = {sign: count for sign in delimiters if (count := outside.count(sign.encode()))}
    if len(counts) < 2:
        return next(iter(counts), _NO_DELIMITER)
    agreeing = {
        sign: sum(line.count(sign.encode()) == count for line in sample) for sign, count in counts.items()
    }
    return max(counts, key=lambda sign: (agreeing[sign], counts[sign]))
