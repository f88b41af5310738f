"""Frames as files: Parquet, CSV and JSON Lines."""

import codecs
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import polars as pl
from polars.io.plugins import register_io_source

from syndetect.errors import ResultError
from syndetect.runtime import forks
from syndetect.runtime.memory import free_memory
from syndetect.schema import ADDED
from syndetect.storage.filesystem import reason, write_bytes

_ISO = "%Y-%m-%dT%H:%M:%S%.fZ"
#: Rows of a Parquet row group, fixed, so that equal frames are equal bytes: of any table, and of one with texts, as
#: polars has eight row groups in memory when it writes a stream.
_ROW_GROUP, _ROW_GROUP_OF_TEXTS = 1 << 16, 1 << 14
_SLICE = 1 << 14  # rows that are text at once
#: The beginning of a cell that a spreadsheet would run as a formula, or of such a cell escaped.
_FORMULA = r"'*[=+\-@\t\r]"
_VALUE_BYTES = 8  # that a value takes in memory, at least


#: Makes rows of a table from those of a frame that stands for it, and the number of the first one.
Fill = Callable[[pl.DataFrame, int], pl.DataFrame]
Change = Callable[[pl.DataFrame], pl.DataFrame]


def slices(frame: pl.DataFrame, *, fill: Fill | None = None) -> Iterator[pl.DataFrame]:
    """A frame in portions of consecutive rows, one or more; or the table that it stands for."""
    for low in range(0, max(frame.height, 1), _SLICE):
        piece = frame.slice(low, _SLICE)
        yield piece if fill is None else fill(piece, low)


def encode(
    frame: pl.DataFrame,
    format: str,  # noqa: A002  (the word of the command line)
    *,
    mark: bool = False,
    fill: Fill | None = None,
    change: Change | None = None,
) -> Iterator[bytes]:
    """A frame as UTF-8 text, piece by piece; times are written as ISO 8601.

    Args:
        frame: any frame whose times are in UTC; as "csv" it may hold no lists.
        format: "csv", "jsonl" (an object a line) or "json" (one array).
        mark: begin with the byte order mark of UTF-8, by which Excel knows the encoding.
        fill: makes the rows to be written from those of the frame.
        change: what is done to each row.
    """
    forks.check()
    pieces = (
        piece.with_columns(pl.col(pl.Datetime).dt.strftime(_ISO))
        for piece in map(change or pl.DataFrame.clone, slices(frame, fill=fill))
    )
    if mark:
        yield codecs.BOM_UTF8
    if format == "csv":
        for number, piece in enumerate(pieces):
            yield piece.write_csv(include_header=number == 0).encode()
    elif format == "jsonl":
        for piece in pieces:
            yield piece.write_ndjson().encode()
    else:
        yield b"["
        for number, piece in enumerate(pieces):
            # Line ends stand between objects only: inside a string they are escaped.
            objects = piece.write_ndjson().encode().rstrip(b"\n").replace(b"\n", b",\n")
            yield (b",\n" if number else b"\n") + objects
        yield b"\n]\n"


def escape_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe before each text that a spreadsheet would run.

    Such a text begins with =, +, -, @, a tab or a carriage return, or with one of them behind apostrophes.
    """
    return frame.with_columns(pl.col(pl.String).str.replace(f"^({_FORMULA})", "'${1}"))


def unescape_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """The inverse of :func:`escape_formulas`."""
    return frame.with_columns(pl.col(pl.String).str.replace(f"^'({_FORMULA})", "${1}"))


def write_frame(
    frame: pl.DataFrame,
    path: Path,
    *,
    mark: bool = False,
    fill: Fill | None = None,
    change: Change | None = None,
) -> None:
    """Write a frame in the format of the path's suffix (.parquet, .csv or .jsonl), through to the disk.

    ``mark``, ``fill`` and ``change`` are those of :func:`encode`, the last for text alone.
    """
    forks.check()
    if path.suffix != ".parquet":
        write_bytes(encode(frame, path.suffix[1:], mark=mark, fill=fill, change=change), path)
        return
    schema = frame.schema if fill is None else fill(frame.clear(), 0).schema
    rows = _ROW_GROUP_OF_TEXTS if "text" in schema else _ROW_GROUP
    with path.open("wb") as file:
        if fill is None:
            frame.rechunk().write_parquet(file, row_group_size=rows)
        else:
            _stream(frame, fill, schema).sink_parquet(file, row_group_size=rows)
        file.flush()
        os.fsync(file.fileno())


def _stream(frame: pl.DataFrame, fill: Fill, schema: pl.Schema) -> pl.LazyFrame:
    """A table that is made in portions, each when it is asked for; its file has the bytes of one that was whole."""

    def pieces(
        columns: list[str] | None,
        predicate: pl.Expr | None,
        rows: int | None,
        size: int | None,  # noqa: ARG001  (a hint)
    ) -> Iterator[pl.DataFrame]:
        assert columns is None  # a table is written as it is
        assert predicate is None
        assert rows is None
        return slices(frame, fill=fill)

    return register_io_source(pieces, schema=schema, is_pure=True)


def read_frame(path: Path, schema: pl.Schema) -> pl.DataFrame:
    """The frame that :func:`write_frame` wrote.

    Raises:
        ResultError: the file is missing or broken, or holds other columns than those of the schema; columns that were
            added to it since (``schema.ADDED``) may be missing, and are null then.
    """
    forks.check()
    try:
        with path.open("rb") as file:  # a path would be a pattern, an address or a home folder to polars
            frame = _decode(file, path.suffix, schema)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise ResultError(f"cannot read {path}: {reason(error)}") from error
    missing = [name for name in schema if name in ADDED and name not in frame.columns]
    if {*frame.columns, *missing} == set(schema):
        frame = frame.with_columns(pl.lit(None, schema[name]).alias(name) for name in missing).select(
            schema.names()
        )
    if frame.schema != schema:
        raise ResultError(f"cannot read {path}: its columns are not those of this version; scan again")
    return frame


def read_parts(folder: Path, schema: pl.Schema) -> pl.DataFrame:
    """The frame whose rows are in the files of a folder, as Spark writes them, in the order of the files' names.

    Raises:
        ResultError: as of :func:`read_frame`.
    """
    found = [read_frame(path, schema) for path in _parts(folder)]
    return pl.concat(found, rechunk=True) if found else schema.to_frame()


def only_part(place: Path) -> Path:
    """The file itself, or the only one of a folder that Spark wrote in its place.

    Raises:
        OSError: the folder has none, or several.
    """
    if not place.is_dir():
        return place
    parts = _parts(place)
    if len(parts) != 1:
        raise OSError(f"{place} has {len(parts)} files in the place of one")
    return parts[0]


def _parts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))


def _decode(file: BinaryIO, suffix: str, schema: pl.Schema) -> pl.DataFrame:
    """The frame in a file, its times as times."""
    if suffix == ".parquet":
        rows = int(pl.scan_parquet(file).select(pl.len()).collect().item())
        if rows * len(schema) * _VALUE_BYTES > free_memory():
            raise OSError(f"its {rows:,} rows are more than the memory holds")
        file.seek(0)
        return pl.read_parquet(file)
    times = [name for name, dtype in schema.items() if isinstance(dtype, pl.Datetime)]
    text = pl.Schema({**schema, **dict.fromkeys(times, pl.String())})
    is_csv = suffix == ".csv"
    frame = pl.read_csv(file, schema_overrides=text) if is_csv else pl.read_ndjson(file, schema=text)
    return frame.with_columns(pl.col(times).str.to_datetime(_ISO, time_unit="us", time_zone="UTC"))
