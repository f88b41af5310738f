"""Files without some of their records, or without some paragraphs of these; all else as it was."""

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
from typing import Any, NamedTuple, Protocol

import polars as pl

from syndetect.reading.articles import Columns
from syndetect.reading.discovery import File
from syndetect.reading.encoding import HEAD_BYTES, UnusableError, decode, decode_line, encoding_of
from syndetect.reading.formats import DELIMITERS, Reader, scan_table, whole
from syndetect.reading.records import Row, as_utf8, lines, raw_rows
from syndetect.storage.zstd import zstd

#: Begin and end of paragraphs, from their first word to their last, in characters; ascending.
Spans = Sequence[tuple[int, int]]

_LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"
_LINE_END = re.compile(f"[{_LINE_ENDS}]")
_BLANK_LINES = re.compile(rf"\s*[{_LINE_ENDS}]")


def without(text: str, spans: Spans) -> str:
    r"""A text without the lines of some paragraphs, and without the blank lines behind each.

    >>> without("One.\n\n“Two,” he said.\n\nThree.\n", [(7, 19)])
    'One.\n\nThree.\n'

    What ended the text still ends it where the last paragraph is cut.

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


_NUMBER = "\0number"  # a column that no file has
_MAX_BYTES = 128 << 20  # as :func:`syndetect.reading.sources.batches` reads


class Keep(NamedTuple):
    """What of a file is kept.

    Attributes:
        numbers: the records, ascending: lines of JSON Lines, rows from 1, 0 for a whole file.
        cuts: of some of them what is cut from their texts, in characters; ascending.
    """

    numbers: list[int]
    cuts: dict[int, Spans]


def write_kept(file: File, keep: Keep, columns: Columns, place: Path) -> None:
    """Write what is kept of a file to ``place``, in the same format, packing and encoding.

    Lines, rows and files from which nothing is cut are the same bytes, each line ended by a line feed. Parquet and
    Arrow have the same columns and types.

    Args:
        file: a text, JSON Lines, CSV or a table; HTML, if nothing is cut from it.
        keep: which records.
        columns: where their texts are.
        place: the file to write; its folder is there.

    Raises:
        OSError, polars.exceptions.PolarsError: the file cannot be read any more, or written.
    """
    if file.format in ("parquet", "arrow"):
        _write_table(file, keep, columns, place)
    elif file.format in ("text", "html") and not keep.cuts:
        shutil.copyfile(file.path, place)
    else:
        with (
            _packed(place, file.packing) as out,
            closing(Reader(file, columns, _MAX_BYTES).blocks()) as blocks,
        ):
            if file.format == "text":
                out.write(_text(whole(blocks, _MAX_BYTES), keep.cuts[0]))
                return
            encoding, mark = _encoding(file, columns)
            out.write(mark)
            kept = _rows if file.format in DELIMITERS else _json_lines
            for line in kept(blocks, keep, columns, file.format):
                out.write(line if encoding == "utf-8" else line.decode().encode(encoding, "surrogatepass"))


class _Sink(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> int: ...


@contextmanager
def _packed(place: Path, packing: str) -> Iterator["_Sink"]:
    """A file to write to, packed as its source is; through to the disk in the end."""
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


def _encoding(file: File, columns: Columns) -> tuple[str, bytes]:
    """A file's encoding, as reading finds it, and its byte order mark."""
    head = b""
    with closing(Reader(file, columns, _MAX_BYTES).blocks()) as blocks:
        while len(head) < HEAD_BYTES and (block := next(blocks, b"")):
            head += block
    encoding, mark = encoding_of(head[:HEAD_BYTES])
    return encoding, head[:mark]


def _text(data: bytes, spans: Spans) -> bytes:
    """A file's text without some spans of it, in the same encoding."""
    encoding, mark = encoding_of(data[:HEAD_BYTES])
    left = without(decode(data), spans)
    return data[:mark] + left.encode(_of_line(data) if encoding == "utf-8" else encoding, "surrogatepass")


def _of_line(data: bytes) -> str:
    """The encoding of what is not UTF-16 or UTF-32."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


# ------------------------------------------------------------------------------------------------ lines and rows


def _json_lines(blocks: Iterator[bytes], keep: Keep, columns: Columns, _: str) -> Iterator[bytes]:
    wanted = _flags(keep.numbers)
    for number, line in enumerate(lines(as_utf8(blocks), _MAX_BYTES), 1):
        if number < len(wanted) and wanted[number] and isinstance(line, bytes):
            spans = keep.cuts.get(number)
            yield (line if spans is None else _cut_object(line, spans, columns)) + b"\n"


def _flags(numbers: Sequence[int]) -> bytearray:
    """A byte for each number up to the last: whether it is one of them."""
    flags = bytearray(max(numbers, default=0) + 1)
    for number in numbers:
        flags[number] = 1
    return flags


def _cut_object(line: bytes, spans: Spans, columns: Columns) -> bytes:
    """A line of JSON with another text; all else stays as it is written."""
    whole_line, values = decode_line(line), {}
    for name, begin, end in members(whole_line):
        values[name] = (begin, end)
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
    """The members of a JSON object, which must be well formed: name, and where the value begins and ends."""

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


def _rows(blocks: Iterator[bytes], keep: Keep, columns: Columns, kind: str) -> Iterator[bytes]:
    found = raw_rows(blocks, DELIMITERS[kind], _MAX_BYTES)
    header = next(found)
    yield header.raw + b"\n"
    wanted = _flags(keep.numbers)
    for number, row in enumerate(found, 1):
        if number < len(wanted) and wanted[number]:
            spans = keep.cuts.get(number)
            yield (row.raw if spans is None else _cut_row(row, header, spans, columns)) + b"\n"


def _cut_row(row: Row, header: Row, spans: Spans, columns: Columns) -> bytes:
    """A row of CSV with another text; the other fields keep their values."""
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


def _write_table(file: File, keep: Keep, columns: Columns, place: Path) -> None:
    numbers = pl.DataFrame({_NUMBER: keep.numbers}, schema={_NUMBER: pl.UInt32})
    table = scan_table(Path(file.path), file.format)
    schema = table.collect_schema()
    kept = table.with_row_index(_NUMBER, 1).join(
        numbers.lazy(), on=_NUMBER, how="semi", maintain_order="left"
    )
    if keep.cuts:
        names = columns.keys(schema.names())[1]
        kept = kept.map_batches(
            lambda part: _cut_rows(part, keep.cuts, names), streamable=True, schema={_NUMBER: pl.UInt32(), **schema}
        )  # fmt: skip
    kept = kept.drop(_NUMBER)
    if file.format == "parquet":
        kept.sink_parquet(place)
    elif _is_stream(Path(file.path)):
        kept.collect().write_ipc_stream(place)
    else:
        kept.sink_ipc(place)


def _is_stream(path: Path) -> bool:
    """Whether Arrow data is a stream, which has no head."""
    with path.open("rb") as file:
        return file.read(6) != b"ARROW1"


def _cut_rows(part: pl.DataFrame, cuts: Mapping[int, Spans], names: Sequence[str]) -> pl.DataFrame:
    """Rows with other texts; ``names`` are the columns that may hold them, of which the first not null does."""
    texts = {name: part[name].cast(pl.String).to_list() for name in names}
    for at, number in enumerate(part[_NUMBER].to_list()):
        if number in cuts:
            column = next(texts[name] for name in names if texts[name][at] is not None)
            column[at] = without(column[at], cuts[number])
    return part.with_columns(pl.Series(name, texts[name], pl.String).cast(part[name].dtype) for name in names)
