"""One reader for each format: from a file to its records, ``(number, record)`` one after another.

The number is the line in JSON Lines and the record elsewhere, from 1; it is 0 where the record, or what is
said of it, is the whole file. A record is a mapping from the file's own column names to values; in the place
of one that cannot be used stands an ``UnusableError``.
"""

import gzip
import re
import sys
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
from polars.datatypes import DataTypeClass

from syndetect.arrays import bounds_of
from syndetect.errors import InputError
from syndetect.reading import arrow_check
from syndetect.reading.articles import Record
from syndetect.reading.columns import Columns
from syndetect.reading.dates import FIRST, LAST
from syndetect.reading.delimited import delimited
from syndetect.reading.discovery import File, html_extractor
from syndetect.reading.encoding import HEAD_BYTES, UnusableError, decode, too_long
from syndetect.reading.json_lines import json_lines
from syndetect.reading.notes import UNREADABLE
from syndetect.reading.options import ReadingOptions
from syndetect.runtime.threads import split_evenly
from syndetect.storage.compression import zstd

_BLOCK_BYTES = 1 << 20
_PIECE_BYTES = 1 << 20  # of a table, what is held as Python values at once; a longer row stands alone
DELIMITERS = {"csv": ",;\t|", "tsv": "\t"}
_POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


class Reader:
    """The records of one file, to be iterated once.

    Args:
        file: what to read.
        reading: how it is to be read.
        max_bytes: the longest line, row or file of text that is taken; a longer one is never held whole.

    Raises:
        InputError: a table lacks a column that the user named.
        MissingExtraError: HTML, and nothing to read it with. Other bad input raises nothing.
    """

    def __init__(self, file: File, reading: ReadingOptions, max_bytes: int) -> None:
        self.file, self.reading, self.max_bytes = file, reading, max_bytes
        self.columns = Columns(reading.columns)
        self.consumed = 0  #: bytes of the file that were read so far

    def __iter__(self) -> Iterator[tuple[int, Record]]:
        number = -1
        try:
            for number, record in self._records():
                yield number, record
            if number < 0:
                yield 0, UnusableError("no records")
        except UnusableError as error:
            yield 0, error if self.file.holds_one else UnusableError(str(error), UNREADABLE)
        except (OSError, EOFError, zlib.error, zstd.ZstdError, *_POLARS_ERRORS) as error:
            kept = f" behind number {number}, up to which it is read" if number > 0 else ""
            if isinstance(error, OSError) and error.strerror:  # the system's, not gzip's or polars'
                yield 0, UnusableError(f"cannot be read{kept}: {error.strerror}", UNREADABLE)
                return
            reason = f"broken {self.file.packing or self.file.format}{kept}: {_brief(error)}"
            yield 0, UnusableError(reason, UNREADABLE)

    def _records(self) -> Iterator[tuple[int, Record]]:
        place, kind = self.file.place(0), self.file.format
        match kind:
            case "text":
                yield 0, {"text": decode(whole(self.blocks(), self.max_bytes))}
            case "html":
                yield 0, article(whole(self.blocks(), self.max_bytes))
            case "jsonl":
                yield from json_lines(self.blocks(), self.max_bytes)
            case "csv" | "tsv":
                wanted = partial(self.columns.of_table, place=place)
                yield from delimited(self.blocks(), DELIMITERS[kind], wanted, self.max_bytes)
            case _:
                with self.file.on_disk() as path, scan_table(path, kind) as frame:
                    height = frame.select(pl.len()).collect().item()
                    for number, record in table(frame, self.columns, place):
                        self.consumed = self.file.size * number // height
                        yield number, record

    def blocks(self) -> Generator[bytes]:
        """The file's bytes, unpacked."""
        if self.file.path == "-":
            for block in standard_input():
                self.consumed += len(block)
                yield block
            return
        with self.file.open() as packed:
            stream = _unpacked(packed, self.file.packing)
            # read1, not read: it hands over what was unpacked before a break, and then raises
            while block := stream.read1(_BLOCK_BYTES):
                self.consumed = packed.tell()
                yield block


def standard_input() -> Iterator[bytes]:
    """The standard input, block by block as it arrives.

    Raises:
        InputError: standard input is closed.
    """
    if sys.stdin is None:
        raise InputError("standard input is closed: give a file or a folder")
    stdin: Any = sys.stdin.buffer
    while block := stdin.read1(_BLOCK_BYTES):
        yield block


def _unpacked(packed: Any, packing: str) -> Any:
    if packing == "gz":
        return gzip.GzipFile(fileobj=packed)
    return zstd.ZstdFile(packed) if packing == "zst" else packed


def _brief(error: BaseException) -> str:
    if isinstance(error, pl.exceptions.PanicException):  # its words name tasks: they differ from run to run
        return "polars cannot make sense of it"
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]


def whole(blocks: Iterable[bytes], max_bytes: int) -> bytes:
    """All blocks joined.

    Raises:
        UnusableError: they are empty, or too long.
    """
    data = bytearray()
    for block in blocks:
        data += block
        if len(data) > max_bytes:
            raise too_long(max_bytes)
    if not data:
        raise UnusableError("empty file")
    return bytes(data)


def article(page: bytes) -> Record:
    """The main text of a page of HTML, with its title, site, date and address.

    Raises:
        MissingExtraError: as :func:`html_extractor`.
        UnusableError: the page is not text.
    """
    extract = html_extractor("HTML")
    declared = re.search(
        rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]+)""", page[:HEAD_BYTES], re.IGNORECASE
    )
    text = decode(page, declared[1].decode() if declared else None)
    try:
        found = extract(text, with_metadata=True, include_comments=False)
    except Exception as error:  # one page must not end the reading of the others
        return UnusableError(f"not readable as HTML: {_brief(error)}")
    if found is None or not found.text:
        return UnusableError("no main text found in the HTML")
    return {
        "text": found.text,
        "title": found.title,
        "source": found.sitename,
        "published": found.date,
        "url": found.url,
        "author": found.author,
    }


@contextmanager
def scan_table(path: Path, kind: str) -> Iterator[pl.LazyFrame]:
    """A Parquet or Arrow file as a lazy frame, for the length of a block.

    The file is opened here: polars would take its path for a pattern, an address or a home folder, or not at all.

    Raises:
        UnusableError: it is empty, or not what its name says.
    """
    with path.open("rb") as file:
        head = file.read(6)
    if not head:
        raise UnusableError("empty file")
    if kind == "arrow" and not head.startswith(b"FEA1"):
        arrow_check.check(path)
    with path.open("rb") as file:  # anew, since polars goes by the place of the descriptor
        if kind == "parquet":
            yield pl.scan_parquet(file, glob=False, hive_partitioning=False)
        elif head.startswith((b"ARROW1", b"FEA1")):
            yield pl.scan_ipc(file, glob=False)
        else:
            yield pl.read_ipc_stream(file).lazy()  # Arrow's stream, unlike its file, can be read whole only


def table(frame: pl.LazyFrame, columns: Columns, place: str) -> Iterator[tuple[int, Record]]:
    """The rows of a frame; points in time become ISO 8601 in UTC.

    Raises:
        InputError: a column that the user named is not there.
        UnusableError: no column holds text.
    """
    schema = frame.collect_schema()
    wanted = columns.of_table(schema.names(), place)
    picked = frame.select(pl.nth(schema.names().index(name)) for name in wanted)
    kinds = [schema[name] for name in wanted]
    numbers = count(1)
    for batch in picked.collect_batches(chunk_size=None, maintain_order=True, engine="streaming", lazy=True):
        sizes = batch.select(
            pl.sum_horizontal(_size(pl.nth(at), kind).fill_null(0) for at, kind in enumerate(kinds))
        )
        bounds = bounds_of(sizes.to_series().to_numpy())
        for low, high in split_evenly(bounds, _PIECE_BYTES):
            piece = batch.slice(low, high - low)
            # by position, since a name may look like a pattern
            plain = piece.select(_plain(pl.nth(at), kind) for at, kind in enumerate(kinds))
            for row in plain.rows():
                yield next(numbers), dict(zip(wanted, row, strict=True))


def _size(values: pl.Expr, kind: pl.DataType | DataTypeClass) -> pl.Expr:
    """The bytes of a column's values, written out: a dictionary holds a value once and names it many times."""
    match kind:
        case pl.String():
            size = values.str.len_bytes()
        case pl.Binary():
            size = values.bin.size()
        case pl.Categorical() | pl.Enum():
            size = values.cat.len_bytes()
        case pl.List() | pl.Array():
            lists = values if isinstance(kind, pl.List) else values.arr.to_list()
            size = lists.list.eval(_size(pl.element(), kind.inner)).list.sum()
        case pl.Struct():
            size = pl.sum_horizontal(_size(values.struct.field(one.name), one.dtype) for one in kind.fields)
        case _:
            size = values.is_not_null() * 8
    return size.cast(pl.Int64)


def _plain(values: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """A column as Python values."""
    if isinstance(kind, pl.Categorical | pl.Enum):
        return values.cast(pl.String)
    if not isinstance(kind, pl.Date | pl.Datetime):
        return values
    unit = kind.time_unit if isinstance(kind, pl.Datetime) else "ms"
    since = (values if isinstance(kind, pl.Datetime) else values.cast(pl.Datetime(unit))).to_physical()
    second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    safe = pl.when((since // second).is_between(FIRST // 10**6, LAST // 10**6)).then(since)
    iso = safe.cast(pl.Datetime(unit)).dt.to_string("iso:strict")
    return pl.coalesce(iso, pl.format(f"{{}} {unit} since 1970", since))
