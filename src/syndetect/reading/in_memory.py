"""Tables, rows and open files that a program holds, as records.

They are known by what they can do, so that no library but polars is imported: frames of polars, pandas and narwhals,
whatever streams Arrow (``__arrow_c_stream__``: pyarrow, duckdb, ibis), cursors of databases, and rows with names.
"""

import io
import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

import polars as pl

from syndetect.errors import InputError
from syndetect.reading.columns import Columns, Record
from syndetect.reading.discovery import File
from syndetect.reading.encoding import UnusableError
from syndetect.reading.file_names import format_of
from syndetect.reading.formats import POLARS_ERRORS, Reader, brief
from syndetect.reading.options import ReadingOptions
from syndetect.reading.packing import unpacked
from syndetect.reading.tables import TableBlock, table_blocks

WHAT_TO_GIVE = (
    "give paths, open files, a table (polars, pandas, Arrow, a cursor), or rows with names such as mappings"
)
#: What a table has, in any of these ways.
_TABLES = (("__arrow_c_stream__",), ("iloc",), ("to_native",), ("fetchone", "description"))
_PIECE_ROWS = 1000  # of a frame of pandas, which become Python values at once
_BLOCK = 1 << 20
#: How packed bytes begin.
_PACKED = {b"\x1f\x8b": "gz", b"\x28\xb5\x2f\xfd": "zst", b"BZh": "bz2", b"\xfd7zXZ\0": "xz"}
_MOST_SIGN = max(map(len, _PACKED))
#: Where classes name the fields of their objects: dataclasses, pydantic, msgspec.
_FIELDS = ("__dataclass_fields__", "__pydantic_fields__", "__struct_fields__")


class ArrowStream(Protocol):
    """What streams Arrow, in the terms of Arrow's PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A capsule with a stream."""


class Part(NamedTuple):
    """A table, an open file or an iterable of rows; where it is one of several, with its name among them."""

    source: Any
    name: str = ""

    @property
    def file(self) -> File | None:
        """How an open file is called and what its name says of its format: else it is JSON Lines."""
        if not is_open_file(self.source):
            return None
        given = getattr(self.source, "name", None)
        path = os.fsdecode(given) if isinstance(given, (str, bytes, os.PathLike)) else ""
        known = format_of(path)
        name = self.name or (Path(path).name if known else "open file")
        return File(path or name, name, path, "", 0, known[0] if known else "jsonl", "")

    def place(self, number: int) -> str:
        """The place of a record, as messages name it; 0 is the whole."""
        if file := self.file:
            return file.place(number)
        record = f"record {number}" if number else self.name or "the source"
        return f"{self.name}, {record}" if self.name and number else record

    def default_id(self, number: int) -> str:
        """The ``doc_id`` of a record that has none."""
        if file := self.file:
            return file.default_id(number)
        return f"{self.name}:{number}" if self.name else f"record {number}"

    def records(self, reading: ReadingOptions, max_bytes: int) -> Iterable[tuple[int, Record]]:
        """The numbered records.

        Raises:
            InputError: there are none in such a source; or a table lacks a column that is needed, or has it twice.
        """
        if is_table(self.source):
            return rows_of(self.source, Columns(reading.columns))
        if file := self.file:
            return _OpenFile(self.source, file, reading, max_bytes)
        if isinstance(self.source, (Mapping, str, bytes)) or not isinstance(self.source, Iterable):
            raise InputError(f"{type(self.source).__name__} cannot be read: {WHAT_TO_GIVE}")
        return _records(self.source, reading, max_bytes)


def parts_of(source: Any) -> list[Part]:
    """What a source consists of: the splits of a mapping of tables, such as a ``DatasetDict``, or the whole."""
    return [Part(part, str(name)) for name, part in source.items()] if _has_splits(source) else [Part(source)]


def is_whole(source: object) -> bool:
    """Whether a source is read as it is: not iterated for paths or rows."""
    return is_table(source) or is_open_file(source) or _has_splits(source)


def is_table(source: object) -> bool:
    """Whether an object is a table, or gives one."""
    if isinstance(source, (pl.DataFrame, pl.LazyFrame)):
        return True
    return any(all(hasattr(source, name) for name in names) for names in _TABLES)


def is_open_file(source: object) -> bool:
    """Whether an object is an open file, of text or bytes."""
    return hasattr(source, "read") and hasattr(source, "readline")


def _has_splits(source: object) -> bool:
    return isinstance(source, Mapping) and bool(source) and all(map(_is_split, source.values()))


def _is_split(part: object) -> bool:
    if isinstance(part, (list, tuple)):
        return bool(part) and isinstance(part[0], Mapping)
    return is_table(part) or is_open_file(part) or hasattr(part, "column_names")  # datasets'


def as_record(row: Any) -> Record:
    """A row as a mapping: it is one, has names (``sqlite3.Row``, SQLAlchemy, named tuples), or its class has fields."""
    if isinstance(row, Mapping):
        return row
    if isinstance(named := getattr(row, "_mapping", None), Mapping):
        return named
    if hasattr(row, "_asdict"):
        return dict(row._asdict())
    if hasattr(row, "keys") and hasattr(row, "__getitem__") and not hasattr(row, "columns"):
        return {name: row[name] for name in row.keys()}  # noqa: SIM118  (a row iterates its values)
    kind = type(row)
    names: Iterable[str] | None = next((getattr(kind, one) for one in _FIELDS if hasattr(kind, one)), None)
    if names is None and hasattr(kind, "__attrs_attrs__"):
        names = [field.name for field in kind.__attrs_attrs__]
    if names is None:
        return UnusableError(f"no mapping but {kind.__name__}")
    return {name: getattr(row, name, None) for name in names}


def _records(source: Iterable[Any], reading: ReadingOptions, max_bytes: int) -> Iterator[tuple[int, Record]]:
    """The rows of an iterable, and those of tables and open files in it, numbered through."""
    numbers = count(1)
    for item in source:
        record = as_record(item)
        if isinstance(record, UnusableError) and (is_table(item) or is_open_file(item)):
            for _, found in Part(item).records(reading, max_bytes):
                yield next(numbers), found
        else:
            yield next(numbers), record


def rows_of(source: Any, columns: Columns) -> Iterable[tuple[int, Record]]:
    """The rows of a table, of which only the wanted columns are converted.

    Raises:
        InputError: it cannot be read, lacks a column that is needed, or has it twice.
    """
    if isinstance(source, (pl.DataFrame, pl.LazyFrame)):
        return Frame(source.lazy(), columns)
    if hasattr(source, "iloc") and hasattr(source, "columns"):
        return _pandas(source, columns)
    if hasattr(source, "to_native"):
        return rows_of(source.to_native(), columns)
    if hasattr(source, "fetchone"):
        return _cursor(source, columns)
    if names := list(getattr(getattr(source, "schema", None), "names", ())):  # pyarrow's
        wanted = _wanted(names, columns)
        source = source.select(wanted) if hasattr(source, "select") else source
    try:
        frame = pl.scan_arrow_c_stream(source)
    except (Exception, *POLARS_ERRORS) as error:  # whatever its library raises
        kind = type(source).__name__
        raise InputError(f"{kind} cannot be read as a table ({brief(error)}): {WHAT_TO_GIVE}") from error
    return Frame(frame, columns)


def _wanted(names: list[str], columns: Columns) -> list[str]:
    """The columns of a table that are needed."""
    try:
        wanted = columns.of_table(names, "the frame")
    except UnusableError as error:
        raise InputError(f"the frame has {error}") from None
    for name in wanted:
        if names.count(name) > 1:
            raise InputError(f"the frame has several columns {name!r}: rename all but one")
    return wanted


class Frame:
    """The rows of a lazy frame; of a stream of Arrow's polars scans batch by batch.

    Args:
        frame: the table.
        columns: what its columns mean.

    Raises:
        InputError: it cannot be read, lacks a column that is needed, or has it twice.
    """

    def __init__(self, frame: pl.LazyFrame, columns: Columns) -> None:
        try:
            names = frame.collect_schema().names()
        except POLARS_ERRORS as error:
            raise InputError(f"the frame cannot be read: {brief(error)}") from error
        _wanted(names, columns)
        self._frame, self._columns = frame, columns

    def __iter__(self) -> Iterator[tuple[int, Record]]:
        for _, block in self.in_blocks():
            yield from block.records(0, block.height)

    def in_blocks(self) -> Iterator[tuple[int, TableBlock]]:
        """Blocks of rows, each with the number of its last one.

        Raises:
            InputError: the frame breaks off.
        """
        number = 0
        try:
            for number, block in table_blocks(self._frame, self._columns, "the frame"):
                yield number, block
        except POLARS_ERRORS as error:
            raise InputError(f"the frame breaks off behind record {number}: {brief(error)}") from error


def _pandas(frame: Any, columns: Columns) -> Iterator[tuple[int, Record]]:
    """The rows of a frame of pandas, whose columns, and named levels of the index, may hold values of any type."""
    if getattr(frame.columns, "nlevels", 1) > 1:
        raise InputError("the frame has columns of several levels: give them single names")
    names = [str(name) for name in frame.columns]
    levels = [name for name in frame.index.names if name is not None]
    wanted = _wanted([*names, *map(str, levels)], columns)
    if used := [name for name in levels if str(name) in wanted]:
        frame = frame.reset_index(used)
        names = [str(name) for name in frame.columns]

    def rows() -> Iterator[tuple[int, Record]]:
        for first in range(0, len(frame), _PIECE_ROWS):
            piece = frame.iloc[first : first + _PIECE_ROWS]
            values = [piece.iloc[:, names.index(name)].tolist() for name in wanted]
            for number, row in enumerate(zip(*values, strict=True), first + 1):
                yield number, dict(zip(wanted, row, strict=True))

    return rows()


def _cursor(cursor: Any, columns: Columns) -> Iterator[tuple[int, Record]]:
    """The rows that a query of a database gave, as Python's database interface (PEP 249) has them."""
    if not cursor.description:
        raise InputError("the cursor has no rows: execute a query first")
    names = [str(column[0]) for column in cursor.description]
    _wanted(names, columns)
    rows = iter(cursor.fetchone, None)
    return enumerate(
        (row if isinstance(row, Mapping) else dict(zip(names, row, strict=True)) for row in rows), 1
    )


class _OpenFile(Reader):
    """The records of an open file, from where it stands; packed bytes are known by how they begin."""

    def __init__(self, opened: Any, file: File, reading: ReadingOptions, max_bytes: int) -> None:
        super().__init__(file, reading, max_bytes)
        self._opened = opened

    def blocks(self, *, as_packed: bool = False) -> Generator[bytes]:
        """The file's bytes, unpacked if not told otherwise."""
        packed = io.BufferedReader(_Bytes(self._opened), _BLOCK)
        head = packed.peek(_MOST_SIGN)
        packing = next((kind for begin, kind in _PACKED.items() if head.startswith(begin)), "")
        stream = unpacked(packed, "" if as_packed else packing)
        while block := stream.read1(_BLOCK):
            self.keep(block)
            yield block

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """A copy of the file: what reads from places in it cannot read a stream."""
        with TemporaryDirectory() as folder:
            copy = Path(folder, "copy")
            with copy.open("wb") as file:
                file.writelines(self.blocks())
            yield copy


class _Bytes(io.RawIOBase):
    """The bytes of an open file; those of a text in UTF-8."""

    def __init__(self, opened: Any) -> None:
        self._read = getattr(opened, "read1", None) or opened.read
        self._left = b""

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, room: Any) -> int:
        """Fill ``room`` with the next bytes, and return how many there were.

        Raises:
            UnusableError: the file is closed, or its text cannot be decoded as it was opened.
        """
        if not self._left:
            try:
                block = self._read(_BLOCK)
            except ValueError as error:
                raise UnusableError(f"cannot be read: {brief(error)}") from error
            self._left = block.encode("utf-8", "replace") if isinstance(block, str) else bytes(block or b"")
        part, self._left = self._left[: len(room)], self._left[len(room) :]
        room[: len(part)] = part
        return len(part)
