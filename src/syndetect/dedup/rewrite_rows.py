"""CSV written again, with only the kept rows and the changes in them."""

from collections.abc import Iterator

from syndetect.dedup.cuts import Spans, cut
from syndetect.dedup.kept import MAX_BYTES, Chosen, Flags, KeptRecords, Texts
from syndetect.errors import InputError
from syndetect.reading.csv_readings import Field
from syndetect.reading.csv_rows import Row, Rows
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError
from syndetect.reading.formats import DELIMITERS, Reader


def kept_rows(blocks: Iterator[bytes], reader: Reader, texts: Texts, kept: KeptRecords) -> Iterator[bytes]:
    """The header and the kept rows of a file of CSV.

    Args:
        blocks: those of :meth:`Decoder.stream`.
        reader: of the file.
        texts: where its texts are.
        kept: the rows.

    Raises:
        InputError: a kept row is too long to be written again.
    """
    signs = reader.reading.delimiter or DELIMITERS[reader.file.format]
    found = Rows(blocks, reader.decoder, signs, MAX_BYTES, reader.reading.quoting)
    change, is_kept, flags = _Changes(reader.decoder, texts, found.header), Chosen(kept.numbers), kept.flags
    yield found.preamble
    header = found.header._replace(raw=found.header.raw[len(found.preamble) :])
    yield _ended(header.raw if flags is None else change.with_field(header, flags.column, flags.column))
    for number, row in zip(range(1, is_kept.last + 1), found, strict=False):
        if not is_kept[number]:
            continue
        if not row.raw:
            place = reader.file.place(number)
            raise InputError(f"{place} is too long to be written again: leave it out with --unjudged drop")
        yield _ended(_changed(row, number, kept, change))


def _changed(row: Row, number: int, kept: KeptRecords, change: "_Changes") -> bytes:
    """A row with its changes."""
    if number in kept.cuts:
        return change.cut(row, kept.cuts[number])
    if isinstance(flags := kept.flags, Flags) and kept.has_flag(number):
        return change.with_field(row, flags.column, flags.of.get(number, ""))
    return row.raw


def _ended(row: bytes) -> bytes:
    """A row with a line end: the last one of a file may have none."""
    return row if row.endswith((b"\n", b"\r")) else row + b"\n"


class _Changes:
    """The changes of rows under a header; the bytes of other fields stay the same."""

    def __init__(self, decoder: Decoder, texts: Texts, header: Row) -> None:
        self._decoder, self._texts = decoder, texts
        self._names = [] if isinstance(header.fields, UnusableError) else header.fields

    def cut(self, row: Row, spans: Spans) -> bytes:
        """A row with the spans removed from its text."""
        fields = self._fields(row)
        record: dict[str, str | None] = dict.fromkeys(self._names)
        pairs = list(zip(self._names, fields, strict=False))
        for name, field in reversed(pairs):
            record[name] = field.value or record[name]
        column = self._texts.column_of(record)
        text = next(field for name, field in pairs if name == column and field.value)
        return self._with_value(row, text, cut(text.value, spans, self._texts.markup))

    def with_field(self, row: Row, name: str, value: str) -> bytes:
        """A row with a field set, the last one if it is new."""
        fields = self._fields(row)
        at = self._names.index(name) if name in self._names else len(self._names)
        if at < len(fields):
            return self._with_value(row, fields[at], value)
        body = row.raw.rstrip(b"\r\n")
        plain = Field("", 0, 0, False)
        missing = row.reading.sign * (at - len(fields) + bool(fields))
        written = self._decoder.encode(row.reading.written(value, plain), row.raw)
        return body + missing + written + row.raw[len(body) :]

    def _fields(self, row: Row) -> list[Field]:
        return row.reading.fields(self._decoder.line(row.raw).rstrip("\r\n"))

    def _with_value(self, row: Row, field: Field, value: str) -> bytes:
        text = self._decoder.line(row.raw)
        written = row.reading.written(value, field)
        return self._decoder.encode(text[: field.begin] + written + text[field.end :], row.raw)
