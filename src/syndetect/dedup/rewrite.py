"""Files written again in their formats, with only the kept records and without the removed paragraphs of these."""

import csv
import gzip
import io
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from syndetect.errors import InputError
from syndetect.reading.columns import Columns
from syndetect.reading.delimited import Row, raw_rows
from syndetect.reading.discovery import File
from syndetect.reading.encoding import HEAD_BYTES, UnusableError, decode, decode_line, encoding_of
from syndetect.reading.formats import DELIMITERS, Reader, scan_table, whole
from syndetect.reading.lines import as_utf8
from syndetect.reading.options import ReadingOptions
from syndetect.storage.compression import zstd

#: Begin and end of paragraphs, from their first word to their last, in characters; ascending.
Spans = Sequence[tuple[int, int]]

_NUMBER = "\0number"  # a column that no file has
_MAX_BYTES = 128 << 20  # the limit of :func:`syndetect.reading.sources.batches`


class Flags(NamedTuple):
    """A column for all records of a file.

    Attributes:
        column: its name; one of that name that is there already is replaced.
        of: by number, its values that are not null.
        unjudged: the records that have no columns.
    """

    column: str
    of: dict[int, str]
    unjudged: set[int]


class KeptRecords(NamedTuple):
    """The kept records of a file.

    Attributes:
        numbers: ascending; lines of JSON Lines and rows count from 1, a whole file is 0.
        cuts: by number, the removed paragraphs of the records that have some.
        flags: a column to add.
        is_whole: whether the file is copied as it stands.
    """

    numbers: list[int]
    cuts: dict[int, Spans]
    flags: Flags | None = None
    is_whole: bool = False

    def is_changed(self, number: int) -> bool:
        """Whether a record is not written as it stands."""
        return number in self.cuts or (self.flags is not None and number not in self.flags.unjudged)


def write_kept(file: File, kept: KeptRecords, reading: ReadingOptions, place: Path) -> None:
    """Write the kept records of a file to ``place``, in the same format, packing and encoding.

    Lines, rows and files that are not changed are the same bytes, each line ended by a line feed. Parquet and Arrow
    files have the same columns and types, and those of Parquet the same metadata.

    Args:
        file: a text, JSON Lines, CSV or a table; HTML, if no paragraph is removed from it.
        kept: the records, the paragraphs to remove, and a column to add, but to texts and HTML.
        reading: how they were read.
        place: the file to write; its folder is there.

    Raises:
        OSError, polars.exceptions.PolarsError: the file cannot be read any more, or written.
        InputError: a row is too long to be written again.
    """
    columns = Columns(reading.columns)
    if kept.is_whole or (file.holds_one and kept.numbers and not kept.cuts):
        shutil.copyfile(file.path, place)
        _sync(place)
    elif file.format in ("parquet", "arrow"):
        _write_table(file, kept, columns, place)
    else:
        with (
            _packed(place, file.packing) as out,
            closing(Reader(file, reading, _MAX_BYTES).blocks()) as blocks,
        ):
            if file.holds_one:
                if kept.numbers:
                    out.write(_text(whole(blocks, _MAX_BYTES), kept.cuts[0]))
                return
            encoding, mark = _encoding(file, reading)
            out.write(mark)
            selected = _rows if file.format in DELIMITERS else _json_lines
            for line in selected(blocks, kept, columns, file):
                out.write(line if encoding == "utf-8" else line.decode().encode(encoding, "surrogatepass"))


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


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


def _json_lines(blocks: Iterator[bytes], kept: KeptRecords, columns: Columns, _: File) -> Iterator[bytes]:
    """The kept lines, in pieces: one that is not changed is never held."""
    is_kept, number = _Chosen(kept.numbers), 1
    held, is_begun = list[bytes](), False
    for block in as_utf8(blocks):
        *ended, rest = block.split(b"\n")
        for at, piece in enumerate((*ended, rest)):
            is_begun = is_begun or bool(piece)
            if is_kept[number]:
                if kept.is_changed(number):
                    held.append(piece)
                elif piece:
                    yield piece
            if at < len(ended):
                if is_kept[number]:
                    yield _line(held, number, kept, columns)
                held, is_begun, number = [], False, number + 1
                if number > is_kept.last:  # what follows may be broken
                    return
    if is_begun and is_kept[number]:
        yield _line(held, number, kept, columns)


def _line(held: Sequence[bytes], number: int, kept: KeptRecords, columns: Columns) -> bytes:
    """A line that was held, with its changes, and its line feed; of any other line the line feed."""
    line = b"".join(held)
    if number in kept.cuts:
        line = _cut_object(line, kept.cuts[number], columns)
    if held and kept.flags is not None:
        line = _with_member(line, kept.flags.column, kept.flags.of.get(number))
    return line + b"\n"


class _Chosen:
    """Which numbers are among some, which ascend."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.last = numbers[-1] if numbers else 0
        self._is_chosen = bytearray(self.last + 1)
        for number in numbers:
            self._is_chosen[number] = 1

    def __getitem__(self, number: int) -> bool:
        return number <= self.last and self._is_chosen[number] == 1


def _cut_object(line: bytes, spans: Spans, columns: Columns) -> bytes:
    """A line of JSON with the spans removed from its text; the other bytes stay the same."""
    whole_line = decode_line(line)
    values = {name: (begin, end) for name, begin, end in members(whole_line)}
    record = json.loads(whole_line)
    begin, end = values[_text_column(record, columns)]
    return _with_value(line, begin, end, without(json.loads(whole_line[begin:end]), spans))


def _with_member(line: bytes, name: str, value: str | None) -> bytes:
    """A line of JSON with a member set, the last one if it is new; the other bytes stay the same."""
    written = json.dumps(name)
    if name.encode() in line or written[1:-1].encode() in line or b"\\u" in line:  # its name may be escaped
        for known, begin, end in members(decode_line(line)):
            if known == name:
                return _with_value(line, begin, end, value)
    before = line.rstrip(_BLANK.encode())[:-1].rstrip(_BLANK.encode())
    return before + f", {written}: {json.dumps(value)}".encode() + line[line.rindex(b"}") :]


def _with_value(line: bytes, begin: int, end: int, value: str | None) -> bytes:
    """A line of JSON with another value in the place of some characters."""
    whole_line, encoding = decode_line(line), _of_line(line)
    for only_ascii in (line.isascii() or encoding != "utf-8", True):
        made = whole_line[:begin] + json.dumps(value, ensure_ascii=only_ascii) + whole_line[end:]
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


def _rows(blocks: Iterator[bytes], kept: KeptRecords, columns: Columns, file: File) -> Iterator[bytes]:
    found = raw_rows(blocks, DELIMITERS[file.format], _MAX_BYTES)
    header, is_kept, flags = next(found), _Chosen(kept.numbers), kept.flags
    yield (header.raw if flags is None else _with_field(header, header, flags.column, flags.column)) + b"\n"
    for number, row in zip(range(1, is_kept.last + 1), found, strict=False):
        if not is_kept[number]:
            continue
        if not row.raw:
            raise InputError(
                f"{file.place(number)} is too long to be written again: leave it out with --unjudged drop"
            )
        if number in kept.cuts:
            yield _cut_row(row, header, kept.cuts[number], columns) + b"\n"
        elif flags is not None and number not in flags.unjudged:
            yield _with_field(row, header, flags.column, flags.of.get(number, "")) + b"\n"
        else:
            yield row.raw + b"\n"


def _cut_row(row: Row, header: Row, spans: Spans, columns: Columns) -> bytes:
    """A row of CSV with the spans removed from its text; the other fields keep their values."""
    names, fields = _fields_of(header), _fields_of(row)
    record = {name: fields[names.index(name)] or None for name in names[: len(fields)]}
    at = names.index(_text_column(record, columns))
    return _row_of([*fields[:at], without(fields[at], spans), *fields[at + 1 :]], row)


def _with_field(row: Row, header: Row, name: str, value: str) -> bytes:
    """A row of CSV with a field set, the last one if it is new; the other bytes stay the same then."""
    names, fields = _fields_of(header), _fields_of(row)
    missing = len(names) - len(fields)
    if name in names or missing < 0:
        at = names.index(name) if name in names else len(names)
        fields = [*fields[: len(names)], *[""] * missing]
        return _row_of([*fields[:at], value, *fields[at + 1 :]], row)
    begin, ending = (row.raw[:-1], b"\r") if row.raw.endswith(b"\r") else (row.raw, b"")
    return begin + row.delimiter.encode() * missing + _row_of(["", value], row).removesuffix(b"\r") + ending


def _fields_of(row: Row) -> list[str]:
    assert not isinstance(row.fields, UnusableError)
    return row.fields


def _row_of(fields: Sequence[str], row: Row) -> bytes:
    """Fields as a row with the delimiter, line end and encoding of another one."""
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=row.delimiter, lineterminator="").writerow(fields)
    ending = "\r" if row.raw.endswith(b"\r") else ""
    return (made.getvalue() + ending).encode(_of_line(row.raw))


# ------------------------------------------------------------------------------------------------ tables


def _write_table(file: File, kept: KeptRecords, columns: Columns, place: Path) -> None:
    flags = kept.flags
    numbers: dict[str, list[Any]] = {_NUMBER: kept.numbers}
    if flags is not None:
        numbers[flags.column] = [flags.of.get(number) for number in kept.numbers]
    chosen = pl.LazyFrame(
        numbers, schema={name: pl.String() if name != _NUMBER else pl.UInt32() for name in numbers}
    )
    with scan_table(Path(file.path), file.format) as found, place.open("wb") as out:
        table = found if flags is None else found.drop(flags.column, strict=False)
        schema = table.collect_schema()
        last = kept.numbers[-1] if kept.numbers else 0  # what follows may be broken
        frame = (
            table.with_row_index(_NUMBER, 1)
            .head(last)
            .join(chosen, on=_NUMBER, how="semi" if flags is None else "inner", maintain_order="left")
        )
        if kept.cuts:
            names = columns.keys(schema.names())[1]
            frame = frame.map_batches(
                lambda rows: _cut_rows(rows, kept.cuts, names), streamable=True, schema={_NUMBER: pl.UInt32(), **schema}
            )  # fmt: skip
        frame = frame.drop(_NUMBER)
        if file.format == "parquet":
            frame.sink_parquet(out, metadata=_metadata(file, schema, has_flag=flags is not None))
        elif _is_stream(Path(file.path)):
            frame.collect().write_ipc_stream(out)
        else:
            frame.sink_ipc(out)
        out.flush()
        os.fsync(out.fileno())


def _metadata(file: File, schema: pl.Schema, *, has_flag: bool) -> dict[str, str]:
    """The metadata of a Parquet file, such as the features of Hugging Face.

    The types of Arrow are among it. They stay where they are true of what is written: of no other columns, and no
    durations, which have other units then.
    """
    with Path(file.path).open("rb") as opened:
        found = pl.read_parquet_metadata(opened)
    if has_flag or "Duration" in repr(schema):
        found.pop("ARROW:schema", None)
    return found


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
