"""One reader for each format: from a file to its records, ``(number, record)`` one after another.

The number is the line in JSON Lines and the record elsewhere, from 1; it is 0 where the record, or what is
said of it, is the whole file. A record is a mapping from the file's own column names to values; in the place
of one that cannot be used stands an ``UnusableError``.
"""

import io
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import polars as pl

from syndetect.errors import InputError
from syndetect.reading import arrow_check
from syndetect.reading.articles import broken_characters, encoded
from syndetect.reading.columns import Columns, Record
from syndetect.reading.decoding import Decoder, characters
from syndetect.reading.delimited import Delimited, RowBlock
from syndetect.reading.discovery import File, html_extractor
from syndetect.reading.encoding import UnusableError, too_long
from syndetect.reading.json_lines import LineBlock, json_lines, line_blocks
from syndetect.reading.json_values import is_values, json_values
from syndetect.reading.labels import codec, declared
from syndetect.reading.lines import looked_into
from syndetect.reading.notes import KEPT_CHANGED, REMARK, UNREADABLE
from syndetect.reading.options import ReadingOptions
from syndetect.reading.packing import BROKEN, unpacked
from syndetect.reading.sheets import sheet_records
from syndetect.reading.tables import TableBlock, table_blocks
from syndetect.reading.warc import warc_records
from syndetect.runtime.threads import ahead

_R = TypeVar("_R")
_BLOCK_BYTES = 1 << 20
#: Of a page: the time that it states itself, not one in its text, pictures or address; whatever the day is today.
_STATED_DATE = {
    "original_date": True, "extensive_search": False, "max_date": "9999-12-31", "outputformat": "%Y-%m-%dT%H:%M:%S%z",
}  # fmt: skip
_MOSTLY = 20  # characters of UTF-8 for each other byte, with which a page is UTF-8 whatever it declares
_AHEAD = 3  # blocks
_KEPT_BYTES = 4 << 20  # of the standard input, by which its encoding is decided
DELIMITERS = {"csv": ",;\t|", "tsv": "\t"}
#: Formats that are read in blocks of rows.
TABLES = ("parquet", "arrow")
_ARROW_SCHEMA = b"ARROW:schema"  # the key of that schema in the footer of a Parquet file
#: What polars raises.
POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


class Reader:
    """The records of one file, to be iterated once.

    Args:
        file: what to read.
        reading: how it is to be read.
        max_bytes: the longest line, row or file of text that is taken; a longer one is never held whole.
        elsewhere: names of columns that the records need not have, as of partitions.

    Raises:
        InputError: a table lacks a column that the user named.
        MissingExtraError: HTML, and nothing to read it with. Other bad input raises nothing.
    """

    def __init__(
        self, file: File, reading: ReadingOptions, max_bytes: int, elsewhere: Iterable[str] = ()
    ) -> None:
        self.file, self.reading, self.max_bytes = file, reading, max_bytes
        # what the readers of text and HTML call the values is not the user's to rename
        self.columns = Columns({} if file.holds_one else reading.columns, elsewhere)
        self.consumed = 0  #: bytes of the file that were read so far
        self.decoder = Decoder(self._again, reading.codec())
        self._kept: list[bytes] = []  # of the standard input, which cannot be read again

    def __iter__(self) -> Iterator[tuple[int, Record]]:
        return self._readable(self._records())

    def in_blocks(
        self, is_worth_it: Callable[[], bool]
    ) -> Iterator[tuple[int, Record | LineBlock | TableBlock | RowBlock]]:
        """The records; those of JSON Lines and tables as blocks, each with the number of its last record.

        Args:
            is_worth_it: whether rows of CSV are to be read as blocks from where it is on.
        """
        return self._readable(self._records(is_worth_it))

    def _readable(self, records: Iterator[tuple[int, _R]]) -> Iterator[tuple[int, _R | UnusableError]]:
        """What can be read, and what is to be said of the file."""
        yield from self._up_to_error(records)
        for remark in self.decoder.remarks():
            yield 0, UnusableError(remark, REMARK)

    def _up_to_error(self, records: Iterator[tuple[int, _R]]) -> Iterator[tuple[int, _R | UnusableError]]:
        """The records up to where the file cannot be read, and the reason."""
        number = -1
        try:
            for number, record in records:
                yield number, record
            if number < 0:
                yield 0, UnusableError("no records", REMARK)
        except UnusableError as error:
            yield 0, error if self.file.holds_one else UnusableError(str(error), UNREADABLE)
        except (OSError, *BROKEN, *POLARS_ERRORS) as error:
            kept = f" behind number {number}, up to which it is read" if number > 0 else ""
            if isinstance(error, OSError) and error.strerror:  # the system's, not gzip's or polars'
                yield 0, UnusableError(f"cannot be read{kept}: {error.strerror}", UNREADABLE)
                return
            reason = f"broken {self.file.packing or self.file.format}{kept}: {brief(error)}"
            yield 0, UnusableError(reason, UNREADABLE)

    def _records(self, is_worth_it: Callable[[], bool] | None = None) -> Iterator[tuple[int, Any]]:
        """The records; in blocks, as :meth:`in_blocks` has them, if it is asked for by its argument."""
        place, kind = self.file.place(0), self.file.format
        match kind:
            case "text":
                yield 0, {"text": self.decoder.text(whole(self.blocks(), self.max_bytes))}
            case "html":
                yield from self._page(whole(self.blocks(), self.max_bytes))
            case "warc" | "wet":
                gzipped = self.file.packing == "gz"
                yield from warc_records(
                    self.blocks(as_packed=gzipped), sent_page, self.max_bytes, gzipped=gzipped
                )
            case "xlsx":
                with self.on_disk() as path, path.open("rb") as file:
                    yield from sheet_records(file, self.columns, place)
            case "json" | "jsonl":
                yield from self._json() if is_worth_it is None else self._json_in_blocks()
            case "csv" | "tsv":
                wanted = partial(self.columns.of_table, place=place)
                signs = self.reading.delimiter or DELIMITERS[kind]
                blocks = self.decoder.stream(self._blocks_ahead())
                rows = Delimited(blocks, self.decoder, signs, wanted, self.max_bytes, self.reading.quoting)
                yield from rows if is_worth_it is None else rows.in_blocks(is_worth_it)
            case _:
                with self.on_disk() as path, scan_table(path, kind) as frame:
                    height = frame.select(pl.len()).collect().item()
                    for number, block in table_blocks(frame, self.columns, place):
                        self.consumed = self.file.size * number // height
                        yield from (
                            block.records(0, block.height) if is_worth_it is None else [(number, block)]
                        )

    def on_disk(self) -> AbstractContextManager[Path]:
        """The path of the file, as long as a block needs it."""
        return self.file.on_disk()

    def _json(self) -> Iterator[tuple[int, Record]]:
        """JSON Lines, or values of JSON in any other form."""
        blocks, are_lines = self._looked_into()
        if are_lines:
            return json_lines(blocks, self.decoder, self.max_bytes)
        return json_values(blocks, self.decoder, self.columns, self.max_bytes)

    def _json_in_blocks(self) -> Iterator[tuple[int, Record | LineBlock]]:
        """As :meth:`_json`, with blocks of JSON Lines."""
        blocks, are_lines = self._looked_into()
        if are_lines:
            return line_blocks(blocks, self.max_bytes)
        return json_values(blocks, self.decoder, self.columns, self.max_bytes)

    def _looked_into(self) -> tuple[Iterator[bytes], bool]:
        """The blocks of a file of JSON, and whether they are JSON Lines."""
        head, blocks = looked_into(self.decoder.stream(self._blocks_ahead()))
        return blocks, self.file.format == "jsonl" and not is_values(head)

    def blocks(self, *, as_packed: bool = False) -> Generator[bytes]:
        """The file's bytes, unpacked if not told otherwise."""
        if self.file.path == "-":
            for block in standard_input():
                self.keep(block)
                yield block
            return
        with self.file.open() as packed:
            stream = unpacked(packed, "" if as_packed else self.file.packing)
            # read1, not read: it hands over what was unpacked before a break, and then raises
            while block := stream.read1(_BLOCK_BYTES):
                self.consumed = packed.tell()
                yield block

    def _blocks_ahead(self) -> Generator[bytes]:
        """The blocks; those of a large packed file are unpacked by another thread, a few before they are wanted."""
        is_large = self.file.packing and self.file.path != "-" and self.file.size > _BLOCK_BYTES
        return ahead(self.blocks(), _AHEAD) if is_large else self.blocks()

    def keep(self, block: bytes) -> None:
        """Keep what cannot be read again, for :class:`Decoder` to look at: the first megabytes."""
        if self.consumed < _KEPT_BYTES:
            self._kept.append(block)
        self.consumed += len(block)

    def _again(self) -> Iterable[bytes]:
        """The file's bytes once more; those that were kept of what cannot be read again."""
        if self._kept:
            return self._kept
        return Reader(self.file, self.reading, self.max_bytes).blocks()

    def _page(self, page: bytes) -> Iterator[tuple[int, Record]]:
        """The article of a page of HTML, whose own word on its encoding counts for more than the user's."""
        if (known := _decoder_of_page(page)) is not None:
            self.decoder = known
        text, damaged = encoded(self.decoder.text(page))
        yield 0, article(text.decode())
        if damaged:
            yield 0, UnusableError(broken_characters(damaged, "page"), KEPT_CHANGED)


def _decoder_of_page(page: bytes, label: str | None = None) -> Decoder | None:
    """The decoder of a page that is UTF-8, or that says its encoding; ``label`` is what HTTP says, first of all."""
    valid, others = characters(page)
    name = (label and codec(label)) or declared(page)
    if valid > _MOSTLY * others or name == "utf-8":
        return Decoder(lambda: (page,))
    return None if name is None else Decoder(encoding=name)


def sent_page(page: bytes, label: str | None) -> Record:
    """The article of a page as it was sent; ``label`` is its encoding, where HTTP names one."""
    decoder = _decoder_of_page(page, label) or Decoder(lambda: (page,))
    return article(encoded(decoder.text(page))[0].decode())


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


def brief(error: BaseException) -> str:
    """The first line of an error, or its type."""
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


def article(page: str) -> Record:
    """The main text of a page of HTML, with its title, site, date and address.

    Raises:
        MissingExtraError: as :func:`html_extractor`.
    """
    extract = html_extractor("HTML")
    try:
        found = extract(page, with_metadata=True, include_comments=False, date_extraction_params=_STATED_DATE)
    except Exception as error:  # one page must not end the reading of the others
        return UnusableError(f"not readable as HTML: {brief(error)}")
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
            yield _scan_parquet(file)
        elif head.startswith((b"ARROW1", b"FEA1")):
            yield pl.scan_ipc(file, glob=False)
        else:
            yield pl.read_ipc_stream(file).lazy()  # Arrow's stream, unlike its file, can be read whole only


def _scan_parquet(file: BinaryIO) -> pl.LazyFrame:
    """A Parquet file as a lazy frame, also where it has columns of types that polars lacks.

    Such a type (a zone that is an offset, a view of lists) stands in the Arrow schema that writers put beside
    Parquet's own. Without that the column is of a plainer type; but then the file is held whole, since it is changed.
    """
    frame = pl.scan_parquet(file, glob=False, hive_partitioning=False)
    try:
        frame.collect_schema()
    except POLARS_ERRORS:
        file.seek(0)
        data = bytearray(file.read())
        footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")  # its length, and the magic number
        if footer < 0 or _ARROW_SCHEMA not in data[footer:]:
            raise
        data[footer:] = data[footer:].replace(_ARROW_SCHEMA, _ARROW_SCHEMA.lower())
        frame = pl.scan_parquet(io.BytesIO(data), glob=False, hive_partitioning=False)
        frame.collect_schema()
    return frame
