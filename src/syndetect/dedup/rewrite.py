"""Files written again in their formats, with only the kept records and without the removed paragraphs of these."""

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import polars as pl

from syndetect.reading.columns import Columns
from syndetect.reading.csv_rows import Row, Rows
from syndetect.reading.decoding import Decoder
from syndetect.reading.discovery import File
from syndetect.reading.encoding import UnusableError
from syndetect.reading.formats import DELIMITERS, Reader, scan_table, whole
from syndetect.reading.json_lines import JSON
from syndetect.reading.json_values import is_values, pieces
from syndetect.reading.lines import lines, looked_into
from syndetect.reading.nesting import Nesting
from syndetect.reading.options import ReadingOptions
from syndetect.reading.packing import packed

#: Begin and end of paragraphs, from their first word to their last, in characters; ascending.
Spans = Sequence[tuple[int, int]]

_NUMBER = "\0number"  # a column that no file has
_T = TypeVar("_T")
_MAX_BYTES = 128 << 20  # the limit of :func:`syndetect.reading.sources.batches`


class KeptRecords(NamedTuple):
    """The kept records of a file.

    Attributes:
        numbers: ascending; lines of JSON Lines and rows count from 1, a whole file is 0.
        cuts: by number, the removed paragraphs of the records that have some.
    """

    numbers: list[int]
    cuts: dict[int, Spans]


def write_kept(file: File, kept: KeptRecords, reading: ReadingOptions, place: Path) -> None:
    """Write the kept records of a file to ``place``, in the same format, packing and encoding.

    Lines, rows and files without removed paragraphs are the same bytes, each line ended by a line feed. Parquet and
    Arrow files have the same columns and types.

    Args:
        file: a text, JSON Lines, CSV or a table; HTML, if no paragraph is removed from it.
        kept: the records, and the paragraphs to remove.
        reading: how they were read.
        place: the file to write; its folder is there.

    Raises:
        OSError, polars.exceptions.PolarsError: the file cannot be read any more, or written.
    """
    columns = Columns(reading.columns)
    if file.format in ("parquet", "arrow"):
        _write_table(file, kept, columns, place)
    elif file.format in ("text", "html") and not kept.cuts:
        shutil.copyfile(file.path, place)
    else:
        reader = Reader(file, reading, _MAX_BYTES)
        with packed(place, file.packing) as out, closing(reader.blocks()) as blocks:
            if file.format == "text":
                out.write(_text(whole(blocks, _MAX_BYTES), reader.decoder, kept.cuts[0]))
                return
            stream = reader.decoder.stream(blocks)
            first = next(stream)
            out.write(reader.decoder.mark)
            whole_stream = chain((first,), stream)
            if file.format in DELIMITERS:
                selected = _rows(whole_stream, reader, kept)
            else:
                selected = _json(whole_stream, reader, kept)
            for line in selected:
                out.write(reader.decoder.original(line))


# ------------------------------------------------------------------------------------------------ texts


_LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"
_LINE_END = re.compile(f"[{_LINE_ENDS}]")
_BLANK_LINES = re.compile(rf"\s*[{_LINE_ENDS}]")


def without(text: str, spans: Spans) -> str:
    r"""A text without the lines of some paragraphs, and without the blank lines after each.

    >>> without("One.\n\n“Two,” he said.\n\nThree.\n", [(7, 19)])
    'One.\n\nThree.\n'

    The end of the text (a line feed, or nothing) stays when the last paragraph is removed.

    >>> without("One.\n\nTwo.\n", [(6, 9)])
    'One.\n'
    """
    for begin, end in reversed(spans):
        first = 1 + max(text.rfind(sign, 0, begin) for sign in _LINE_ENDS)
        last = _LINE_END.search(text, end)
        last_end = last.start() if last else len(text)
        blank = _BLANK_LINES.match(text, last_end)
        next_begin = blank.end() if blank else last_end
        if next_begin == len(text):
            first, next_begin = len(text[:first].rstrip()), last_end
        text = text[:first] + text[next_begin:]
    return text


def _text(data: bytes, decoder: Decoder, spans: Spans) -> bytes:
    """A file's text without some spans of it, in the same encoding."""
    body = b"".join(decoder.stream(iter((data,))))
    left = without(decoder.line(body), spans)
    return decoder.mark + decoder.original(decoder.encode(left, body))


# ------------------------------------------------------------------------------------------------ lines and rows


def _json(blocks: Iterator[bytes], reader: Reader, kept: KeptRecords) -> Iterator[bytes]:
    head, blocks = looked_into(blocks)
    if reader.file.format == "json" or is_values(head):
        return _json_values(blocks, reader, kept)
    return _json_lines(blocks, reader, kept)


def _json_lines(blocks: Iterable[bytes], reader: Reader, kept: KeptRecords) -> Iterator[bytes]:
    for line, spans in _selected(lines(blocks, _MAX_BYTES), kept):
        if isinstance(line, bytes):
            yield (_cut_object(line, reader.decoder, spans, reader.columns) if spans else line) + b"\n"


def _json_values(blocks: Iterator[bytes], reader: Reader, kept: KeptRecords) -> Iterator[bytes]:
    """JSON in other forms, all but the removed records; with each goes one of the separators beside it."""
    is_kept, numbers, number = False, set(kept.numbers), 0
    is_first, separated = (
        True,
        False,
    )  # whether a record is the first of its array, and whether one is kept before it
    for piece in pieces(blocks, reader.decoder, reader.columns, _MAX_BYTES):
        raw = piece.raw.encode("utf-8", "surrogateescape")
        if piece.record is not None:
            number += 1
            is_kept = number in numbers
            is_first |= piece.begins
            if number in kept.cuts:
                raw = _cut_object(raw, reader.decoder, kept.cuts[number], reader.columns)
        if piece.record is None or is_first or (is_kept and separated):
            yield piece.gap.encode("utf-8", "surrogateescape")
        if is_kept:
            yield raw
        separated = is_kept or (separated and not is_first)
        is_first = piece.record is None and not raw


def _selected(records: Iterable[_T], kept: KeptRecords) -> Iterator[tuple[_T, Spans]]:
    """The kept records, which count from 1, each with the spans to remove from its text."""
    is_kept = bytearray(max(kept.numbers, default=0) + 1)
    for number in kept.numbers:
        is_kept[number] = 1
    for number, record in enumerate(records, 1):
        if number < len(is_kept) and is_kept[number]:
            yield record, kept.cuts.get(number, ())


def _cut_object(line: bytes, decoder: Decoder, spans: Spans, columns: Columns) -> bytes:
    """An object of JSON, perhaps with its name, and the spans removed from its text; the other bytes stay the same."""
    whole_line = decoder.line(line)
    at = _VALUE(whole_line, 0)[1] if line.startswith(b'"') else 0
    begin, end = _text_value(whole_line, whole_line.index("{", at), columns)
    left = without(_VALUE(whole_line, begin)[0], spans)
    for only_ascii in (line.isascii(), True):
        made = whole_line[:begin] + json.dumps(left, ensure_ascii=only_ascii) + whole_line[end:]
        try:
            return decoder.encode(made, line)
        except UnicodeEncodeError:  # JSON can hold characters, and half ones, that the encoding cannot
            continue
    raise AssertionError("ASCII can always be encoded")


def _text_value(line: str, at: int, columns: Columns) -> tuple[int, int]:
    """Begin and end of the text of the object that begins at a place, or of the record with text in it."""
    record, _ = _VALUE(line, at)
    inner = None if columns.keys(tuple(record))[1] else Nesting(columns).inner_name(record)
    wanted = _text_column(record, columns) if inner is None else inner
    begin, end = {name: (begin, end) for name, begin, end in members(line, at)}[wanted]
    return (begin, end) if inner is None else _text_value(line, begin, columns)


_VALUE = JSON.raw_decode
_BLANK = " \t\n\r"


def members(line: str, at: int = 0) -> Iterator[tuple[str, int, int]]:
    """The members of the JSON object at a place, which must be well formed: name, and begin and end of the value."""

    def skip(at: int, signs: str) -> int:
        while line[at] in signs:
            at += 1
        return at

    at = skip(at, _BLANK + "{")
    while line[at] != "}":
        name, at = _VALUE(line, at)
        begin = skip(at, _BLANK + ":")
        _, end = _VALUE(line, begin)
        yield name, begin, end
        at = skip(end, _BLANK + ",")


def _text_column(record: Mapping[str, Any], columns: Columns) -> str:
    """The column from which a record's text was read."""
    return next(name for name in columns.keys(tuple(record))[1] if record[name] is not None)


def _rows(blocks: Iterator[bytes], reader: Reader, kept: KeptRecords) -> Iterator[bytes]:
    decoder, reading = reader.decoder, reader.reading
    signs = reading.delimiter or DELIMITERS[reader.file.format]
    found = Rows(blocks, decoder, signs, _MAX_BYTES, reading.quoting)
    yield _ended(found.header.raw)
    for row, spans in _selected(found, kept):
        yield _ended(_cut_row(row, decoder, found.header, spans, reader.columns) if spans else row.raw)


def _ended(row: bytes) -> bytes:
    """A row with a line end: the last one of a file may have none."""
    return row if row.endswith((b"\n", b"\r")) else row + b"\n"


def _cut_row(row: Row, decoder: Decoder, header: Row, spans: Spans, columns: Columns) -> bytes:
    """A row of CSV with the spans removed from its text; the other bytes stay the same."""
    names = header.fields
    assert not isinstance(names, UnusableError)
    whole_row = decoder.line(row.raw)
    fields = row.reading.fields(whole_row.rstrip("\r\n"))
    record: dict[str, str | None] = dict.fromkeys(names)
    for name, field in zip(reversed(names[: len(fields)]), reversed(fields[: len(names)]), strict=True):
        record[name] = field.value or record[name]
    column = _text_column(record, columns)
    text = next(field for name, field in zip(names, fields, strict=False) if name == column and field.value)
    left = row.reading.written(without(text.value, spans), text)
    return decoder.encode(whole_row[: text.begin] + left + whole_row[text.end :], row.raw)


# ------------------------------------------------------------------------------------------------ tables


def _write_table(file: File, kept: KeptRecords, columns: Columns, place: Path) -> None:
    numbers = pl.DataFrame({_NUMBER: kept.numbers}, schema={_NUMBER: pl.UInt32})
    with scan_table(Path(file.path), file.format) as table, place.open("wb") as out:
        schema = table.collect_schema()
        frame = table.with_row_index(_NUMBER, 1).join(
            numbers.lazy(), on=_NUMBER, how="semi", maintain_order="left"
        )
        if kept.cuts:
            names = columns.keys(schema.names())[1]
            frame = frame.map_batches(
                lambda rows: _cut_rows(rows, kept.cuts, names), streamable=True, schema={_NUMBER: pl.UInt32(), **schema}
            )  # fmt: skip
        frame = frame.drop(_NUMBER)
        if file.format == "parquet":
            frame.sink_parquet(out)
        elif _is_stream(Path(file.path)):
            frame.collect().write_ipc_stream(out)
        else:
            frame.sink_ipc(out)
        out.flush()
        os.fsync(out.fileno())


def _is_stream(path: Path) -> bool:
    """Whether Arrow data is a stream, which has no header."""
    with path.open("rb") as file:
        return file.read(6) != b"ARROW1"


def _cut_rows(rows: pl.DataFrame, cuts: Mapping[int, Spans], names: Sequence[str]) -> pl.DataFrame:
    """Rows with the cuts made; a row's text is in the first of the columns ``names`` that is not null."""
    texts = {name: rows[name].cast(pl.String).to_list() for name in names}
    for at, number in enumerate(rows[_NUMBER].to_list()):
        if number in cuts:
            column = next(texts[name] for name in names if texts[name][at] is not None)
            column[at] = without(column[at], cuts[number])
    return rows.with_columns(pl.Series(name, texts[name], pl.String).cast(rows[name].dtype) for name in names)
