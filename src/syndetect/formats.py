"""One reader for each format: from a file to its records, ``(number, record)`` one after another.

The number is the line in JSON Lines and the record elsewhere, from 1; it is 0 where the record, or what is
said of it, is the whole file. A record is a mapping from the file's own column names to values; in the place
of one that cannot be used stands an ``UnusableError``.
"""

import csv
import gzip
import json
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from syndetect.decode import (
    FIRST,
    HEAD_BYTES,
    LAST,
    UnusableError,
    as_utf8,
    decode,
    decode_line,
    lines,
    rows,
    too_long,
)
from syndetect.errors import InputError, MissingExtraError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: What the end of a file's name says of its format.
FORMATS: Mapping[str, str] = {
    ".txt": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
#: The names that a column may have, whatever their case; of those that a record has, the first not null counts.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "doc_id"),
    "text": ("text", "maintext", "body", "content"),
    "source": ("source", "outlet", "source_domain", "newspaper", "series"),
    "published": ("published", "published_at", "date_publish", "publish_date", "date", "created"),
    "title": ("title",),
    "url": ("url",),
}
_BLOCK_BYTES = 1 << 20
_TABLE_ROWS = 512  # rows that polars hands over at once; few, since a row may hold a book
_DELIMITERS = {"csv": ",;\t|", "tsv": "\t"}

_POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException)

Record = Mapping[str, Any] | UnusableError
#: For each entry of :data:`ALIASES`, the columns of a record that may hold it.
Keys = tuple[tuple[str, ...], ...]


class File(NamedTuple):
    """A file to be read; the path ``-`` is JSON Lines on the standard input."""

    path: str  #: as given, with what stands below it
    name: str  #: what its documents are called; see ``read.expand``
    given: str  #: the path, folder or glob that led to it
    within: str  #: its path relative to the folder, with ``/``
    size: int  #: bytes
    format: str  #: a value of :data:`FORMATS`
    packing: str  #: ``"gz"``, ``"zst"`` or ``""``

    def place(self, number: int) -> str:
        """Where a record stands, for people."""
        path = "stdin" if self.path == "-" else printable(Path(self.path).as_posix())
        if not number:
            return path
        return f"{path}:{number}" if self.format == "jsonl" else f"{path}, record {number}"

    def default_id(self, number: int) -> str:
        """The ``doc_id`` of a record that has none."""
        return f"{self.name}:{number}" if number else self.name


def printable(path: str) -> str:
    r"""A path with each byte that is not text written ``\xff``."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def format_of(name: str) -> tuple[str, str] | None:
    """The format and packing of a file by its name; None where it is none that can be read."""
    stem, _, packing = name.lower().rpartition(".")
    if packing not in ("gz", "zst"):
        stem, packing = name.lower(), ""
    kind = FORMATS.get(Path(stem).suffix)
    return None if kind is None or (packing and kind in ("parquet", "arrow")) else (kind, packing)


class Columns:
    """Which of a record's columns holds what.

    Args:
        named: from the names in :data:`ALIASES` to the user's, which then have no aliases.

    Raises:
        InputError: ``named`` has a key that is none of those names.
    """

    def __init__(self, named: Mapping[str, str] | None = None) -> None:
        self.named = {"id" if ours == "doc_id" else ours: theirs for ours, theirs in (named or {}).items()}
        if unknown := sorted(set(self.named) - set(ALIASES)):
            raise InputError(f"no such column: {', '.join(unknown)}; there are {', '.join(ALIASES)}")

    def keys(self, names: Iterable[Any]) -> Keys:
        """For each entry of :data:`ALIASES` those of ``names`` that may hold it, in order of preference."""
        names = [name for name in names if isinstance(name, str)]
        folded: dict[str, str] = {}
        for name in sorted(names, key=lambda name: name != name.lower()):
            folded.setdefault(name.strip().lower(), name)
        return tuple(
            tuple({name for name in names if name == self.named[ours]})
            if ours in self.named
            else tuple(folded[alias] for alias in aliases if alias in folded)
            for ours, aliases in ALIASES.items()
        )

    def require(self, names: Iterable[Any], place: str) -> None:
        """Raise InputError where a column that the user named is not among ``names``."""
        names = [name for name in names if isinstance(name, str)]
        for theirs in self.named.values():
            if theirs not in names:
                raise InputError(f"{place} has no column {theirs!r}, only {', '.join(names) or 'empty ones'}")

    def of_table(self, names: list[str], place: str) -> list[str]:
        """The columns that are wanted of those that a table has.

        Raises:
            InputError: a column that the user named is not there.
            UnusableError: none of them holds text.
        """
        self.require(names, place)
        keys = self.keys(names)
        if not keys[1]:
            raise UnusableError(f"no column of text, only {', '.join(names) or 'empty ones'}")
        return list(dict.fromkeys(chain.from_iterable(keys)))


class Reader:
    """The records of one file, to be iterated once.

    Args:
        file: what to read.
        columns: which columns of a table are wanted.
        max_bytes: the longest line, row or file of text that is taken; a longer one is never held whole.

    Raises:
        InputError: a table lacks a column that the user named.
        MissingExtraError: HTML, and nothing to read it with. Other bad input raises nothing.
    """

    def __init__(self, file: File, columns: Columns, max_bytes: int) -> None:
        self.file, self.columns, self.max_bytes = file, columns, max_bytes
        self.consumed = 0  #: bytes of the file that were read so far

    def __iter__(self) -> Iterator[tuple[int, Record]]:
        number = -1
        try:
            for number, record in self._records():
                yield number, record
            if number < 0:
                yield 0, UnusableError("no records")
        except UnusableError as error:
            yield 0, error
        except (OSError, EOFError, zlib.error, zstd.ZstdError, *_POLARS_ERRORS) as error:
            if isinstance(error, OSError) and error.strerror:  # the system's, not gzip's or polars'
                yield 0, UnusableError(f"cannot be read: {error.strerror}")
                return
            kept = f" behind number {number}, up to which it is read" if number > 0 else ""
            yield 0, UnusableError(f"broken {self.file.packing or self.file.format}{kept}: {_brief(error)}")

    def _records(self) -> Iterator[tuple[int, Record]]:
        place, kind = self.file.place(0), self.file.format
        match kind:
            case "text":
                yield 0, {"text": decode(_whole(self._blocks(), self.max_bytes))}
            case "html":
                yield 0, article(_whole(self._blocks(), self.max_bytes))
            case "jsonl":
                yield from json_lines(self._blocks(), self.max_bytes)
            case "csv" | "tsv":
                wanted = partial(self.columns.of_table, place=place)
                yield from delimited(self._blocks(), _DELIMITERS[kind], wanted, self.max_bytes)
            case _:
                frame = _scan(Path(self.file.path), kind)
                height = frame.select(pl.len()).collect().item()
                for number, record in table(frame, self.columns, place):
                    self.consumed = self.file.size * number // height
                    yield number, record

    def _blocks(self) -> Iterator[bytes]:
        """The file's bytes, unpacked."""
        if self.file.path == "-":
            stdin: Any = sys.stdin.buffer
            while block := stdin.read1(_BLOCK_BYTES):
                self.consumed += len(block)
                yield block
            return
        with Path(self.file.path).open("rb") as packed:
            stream = _unpacked(packed, self.file.packing)
            # read1, not read: it hands over what was unpacked before a break, and then raises
            while block := stream.read1(_BLOCK_BYTES):
                self.consumed = packed.tell()
                yield block


def _unpacked(packed: Any, packing: str) -> Any:
    if packing == "gz":
        return gzip.GzipFile(fileobj=packed)
    return zstd.ZstdFile(packed) if packing == "zst" else packed


def _brief(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]


def _whole(blocks: Iterable[bytes], max_bytes: int) -> bytes:
    data = bytearray()
    for block in blocks:
        data += block
        if len(data) > max_bytes:
            raise too_long(max_bytes)
    if not data:
        raise UnusableError("empty file")
    return bytes(data)


def html_extractor(place: str) -> Callable[..., Any]:
    """The function that finds main texts in HTML.

    Raises:
        MissingExtraError: it is not installed, which keeps ``place`` from being read.
    """
    try:
        from trafilatura import bare_extraction  # noqa: PLC0415  (optional)
    except ImportError as error:
        raise MissingExtraError(f"to read {place}, pip install 'syndetect[html]' ({error})") from error
    return bare_extraction  # type: ignore[no-any-return]


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
    }


def json_lines(blocks: Iterator[bytes], max_bytes: int) -> Iterator[tuple[int, Record]]:
    """The objects of JSON Lines with the numbers of their lines; blank lines are passed over."""
    for number, line in enumerate(lines(as_utf8(blocks), max_bytes), 1):
        if isinstance(line, int):
            yield number, too_long(max_bytes)
        elif line and not line.isspace():
            yield number, _json_object(line)


def _json_object(line: bytes) -> Record:
    try:
        value = json.loads(decode_line(line))
    except UnusableError as error:
        return error
    except json.JSONDecodeError as error:
        return UnusableError(f"broken JSON at character {error.colno}: {error.msg}")
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; thousands of brackets
        return UnusableError(f"broken JSON: {_brief(error)}")
    return value if isinstance(value, dict) else UnusableError(f"no JSON object but {type(value).__name__}")


def delimited(
    blocks: Iterator[bytes], delimiters: str, wanted: Callable[[list[str]], list[str]], max_bytes: int
) -> Iterator[tuple[int, Record]]:
    """The rows of CSV under its header; blank rows are passed over, empty fields left out.

    Args:
        blocks: the file's bytes.
        delimiters: what may stand between fields: the one that the header has most of does.
        wanted: which of the header's names to keep.
        max_bytes: the longest row that is taken.

    Raises:
        UnusableError: the file is not text, or its header cannot be read; and what ``wanted`` raises.
    """
    physical = lines(as_utf8(blocks), max_bytes)
    first = next((line for line in physical if isinstance(line, int) or line.strip()), b"")
    if isinstance(first, int):
        raise too_long(max_bytes)
    delimiter = max(delimiters, key=lambda sign: first.count(sign.encode()))
    fields = (_fields(row, delimiter) for row in rows(chain((first,), physical), delimiter, max_bytes))
    header = next(fields)
    if isinstance(header, UnusableError):
        raise header
    kept = [(header.index(name), name) for name in wanted(header)] if header else []
    for number, row in enumerate((row for row in fields if row), 1):
        if isinstance(row, UnusableError):
            yield number, row
        elif any(row[len(header) :]):
            yield number, UnusableError(f"{len(row)} fields under {len(header)} columns")
        else:
            yield number, {name: row[at] for at, name in kept if at < len(row) and row[at]}


def _fields(row: bytes | UnusableError, delimiter: str) -> list[str] | UnusableError:
    """The fields of a row, none of a blank one."""
    if isinstance(row, UnusableError):
        return row
    limit = csv.field_size_limit()
    try:
        text = decode_line(row)
        csv.field_size_limit(max(limit, len(text)))
        return next(csv.reader((text,), delimiter=delimiter), [])
    except UnusableError as error:
        return error
    except csv.Error as error:
        return UnusableError(f"broken CSV: {_brief(error).partition(' - ')[0]}")
    finally:
        csv.field_size_limit(limit)  # the limit is the whole process's


def _scan(path: Path, kind: str) -> pl.LazyFrame:
    with path.open("rb") as file:
        head = file.read(6)
    if not head:
        raise UnusableError("empty file")
    if kind == "parquet":
        return pl.scan_parquet(path, glob=False, hive_partitioning=False)
    if head.startswith((b"ARROW1", b"FEA1")):
        return pl.scan_ipc(path, glob=False)
    return pl.read_ipc_stream(path).lazy()  # Arrow's stream, unlike its file, can be read whole only


def table(frame: pl.LazyFrame, columns: Columns, place: str) -> Iterator[tuple[int, Record]]:
    """The rows of a frame; what it holds as points in time becomes ISO 8601 in UTC.

    Raises:
        InputError: a column that the user named is not there.
        UnusableError: no column holds text.
    """
    schema = frame.collect_schema()
    wanted = columns.of_table(schema.names(), place)
    picked = frame.select(_plain(schema.names().index(name), schema[name]) for name in wanted)
    numbers = count(1)
    for batch in picked.collect_batches(
        chunk_size=_TABLE_ROWS, maintain_order=True, engine="streaming", lazy=True
    ):
        for row in batch.rows():
            yield next(numbers), dict(zip(wanted, row, strict=True))


def _plain(column: int, kind: pl.DataType) -> pl.Expr:
    """A column, by its position since a name may look like a pattern, as values that Python has."""
    values = pl.nth(column)
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
