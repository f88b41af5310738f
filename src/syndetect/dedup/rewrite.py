"""Files written again in their formats, with only the kept records and without the removed paragraphs of these."""

import csv
import gzip
import io
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import polars as pl

from syndetect.reading.columns import Columns
from syndetect.reading.delimited import Row, raw_rows
from syndetect.reading.discovery import File
from syndetect.reading.encoding import HEAD_BYTES, UnusableError, decode, decode_line, encoding_of
from syndetect.reading.formats import DELIMITERS, Reader, scan_table, whole
from syndetect.reading.lines import as_utf8, lines
from syndetect.reading.options import ReadingOptions
from syndetect.storage.compression import zstd

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
        with file.on_disk() as path:
            shutil.copyfile(path, place)
    else:
        with (
            _packed(place, file.packing) as out,
            closing(Reader(file, reading, _MAX_BYTES).blocks()) as blocks,
        ):
            if file.format == "text":
                out.write(_text(whole(blocks, _MAX_BYTES), kept.cuts[0]))
                return
            encoding, mark = _encoding(file, reading)
            out.write(mark)
            selected = _rows if file.format in DELIMITERS else _json_lines
            for line in selected(blocks, kept, columns, file.format):
                out.write(line if encoding == "utf-8" else line.decode().encode(encoding, "surrogatepass"))


@contextmanager
def _packed(place: Path, packing: str) -> Iterator[io.BufferedIOBase]:
    """A file to write to, in its source's packing; synced to the disk at the end."""
    with place.open("wb") as file:
        if packing == "gz":
            with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
                yield packed
        elif packing == "zst":
            with zstd.ZstdFile(file, "wb") as packed:
                yield packed
        else:
            yield file
        file.flush()
        os.fsync(file.fileno())


def _encoding(file: File, reading: ReadingOptions) -> tuple[str, bytes]:
    """A file's encoding, as the reader detects it, and its byte order mark."""
    head = b""
    with closing(Reader(file, reading, _MAX_BYTES).blocks()) as blocks:
        while len(head) < HEAD_BYTES and (block := next(blocks, b"")):
            head += block
    encoding, mark = encoding_of(head[:HEAD_BYTES])
    return encoding, head[:mark]


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


def _text(data: bytes, spans: Spans) -> bytes:
    """A file's text without some spans of it, in the same encoding."""
    encoding, mark = encoding_of(data[:HEAD_BYTES])
    left = without(decode(data), spans)
    return data[:mark] + left.encode(_of_line(data) if encoding == "utf-8" else encoding, "surrogatepass")


def _of_line(data: bytes) -> str:
    """The encoding of bytes that are neither UTF-16 nor UTF-32."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


# ------------------------------------------------------------------------------------------------ lines and rows


def _json_lines(blocks: Iterator[bytes], kept: KeptRecords, columns: Columns, _: str) -> Iterator[bytes]:
    for line, spans in _selected(lines(as_utf8(blocks), _MAX_BYTES), kept):
        if isinstance(line, bytes):
            yield (_cut_object(line, spans, columns) if spans else line) + b"\n"


def _selected(records: Iterable[_T], kept: KeptRecords) -> Iterator[tuple[_T, Spans]]:
    """The kept records, which count from 1, each with the spans to remove from its text."""
    is_kept = bytearray(max(kept.numbers, default=0) + 1)
    for number in kept.numbers:
        is_kept[number] = 1
    for number, record in enumerate(records, 1):
        if number < len(is_kept) and is_kept[number]:
            yield record, kept.cuts.get(number, ())


def _cut_object(line: bytes, spans: Spans, columns: Columns) -> bytes:
    """A line of JSON with the spans removed from its text; the other bytes stay the same."""
    whole_line = decode_line(line)
    values = {name: (begin, end) for name, begin, end in members(whole_line)}
    record = json.loads(whole_line)
    begin, end = values[_text_column(record, columns)]
    left = without(json.loads(whole_line[begin:end]), spans)
    encoding = _of_line(line)
    for only_ascii in (line.isascii() or encoding != "utf-8", True):
        made = whole_line[:begin] + json.dumps(left, ensure_ascii=only_ascii) + whole_line[end:]
        try:
            return made.encode(encoding)
        except UnicodeEncodeError:  # half a character, which JSON can hold and UTF-8 cannot
            continue
    raise AssertionError("ASCII can always be encoded")


_VALUE = json.JSONDecoder().raw_decode
_BLANK = " \t\n\r"


def members(line: str) -> Iterator[tuple[str, int, int]]:
    """The members of a JSON object, which must be well formed: name, and begin and end of the value."""

    def skip(at: int, signs: str) -> int:
        while line[at] in signs:
            at += 1
        return at

    at = skip(0, _BLANK + "{")
    while line[at] != "}":
        name, at = _VALUE(line, at)
        begin = skip(at, _BLANK + ":")
        _, end = _VALUE(line, begin)
        yield name, begin, end
        at = skip(end, _BLANK + ",")


def _text_column(record: Mapping[str, Any], columns: Columns) -> str:
    """The column from which a record's text was read."""
    return next(name for name in columns.keys(tuple(record))[1] if record[name] is not None)


def _rows(blocks: Iterator[bytes], kept: KeptRecords, columns: Columns, kind: str) -> Iterator[bytes]:
    found = raw_rows(blocks, DELIMITERS[kind], _MAX_BYTES)
    header = next(found)
    yield header.raw + b"\n"
    for row, spans in _selected(found, kept):
        yield (_cut_row(row, header, spans, columns) if spans else row.raw) + b"\n"


def _cut_row(row: Row, header: Row, spans: Spans, columns: Columns) -> bytes:
    """A row of CSV with the spans removed from its text; the other fields keep their values."""
    names, fields = header.fields, row.fields
    assert not isinstance(names, UnusableError)
    assert not isinstance(fields, UnusableError)
    record = {name: fields[names.index(name)] or None for name in names[: len(fields)]}
    at = names.index(_text_column(record, columns))
    fields = [*fields[:at], without(fields[at], spans), *fields[at + 1 :]]
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=row.delimiter, lineterminator="").writerow(fields)
    ending = "\r" if row.raw.endswith(b"\r") else ""
    return (made.getvalue() + ending).encode(_of_line(row.raw))


# ------------------------------------------------------------------------------------------------ tables


def _write_table(file: File, kept: KeptRecords, columns: Columns, place: Path) -> None:
    numbers = pl.DataFrame({_NUMBER: kept.numbers}, schema={_NUMBER: pl.UInt32})
    with file.on_disk() as path, scan_table(path, file.format) as table, place.open("wb") as out:
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
        elif _is_stream(path):
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
