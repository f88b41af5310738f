"""Files written again in their formats, with only the kept records and the changes in them."""

import os
import shutil
from collections.abc import Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from syndetect.dedup.cuts import Spans, cut, without
from syndetect.dedup.kept import MAX_BYTES, KeptRecords, Texts
from syndetect.dedup.rewrite_json import kept_json
from syndetect.dedup.rewrite_rows import kept_rows
from syndetect.reading.columns import Columns
from syndetect.reading.decoding import Decoder
from syndetect.reading.discovery import File
from syndetect.reading.formats import DELIMITERS, Reader, scan_table, whole
from syndetect.reading.options import ReadingOptions
from syndetect.reading.packing import packed

_NUMBER = "\0number"  # a column that no file has


def write_kept(file: File, kept: KeptRecords, reading: ReadingOptions, place: Path) -> None:
    """Write the kept records of a file to ``place``, in the same format, packing and encoding.

    Lines, rows and files that are not changed are the same bytes, each line ended by a line feed. Parquet and Arrow
    files have the same columns, of the types that polars has for theirs, and those of Parquet the same metadata.

    Args:
        file: a text, JSON, CSV or a table; HTML, if no paragraph is removed from it.
        kept: the records, the paragraphs to remove, and a column to add, but to texts and HTML.
        reading: how they were read.
        place: the file to write; its folder is there.

    Raises:
        OSError, polars.exceptions.PolarsError: the file cannot be read any more, or written.
        InputError: a row is too long to be written again.
    """
    texts = Texts(Columns(reading.columns), reading.markup)
    if kept.is_whole or (file.holds_one and kept.numbers and not kept.cuts):
        with file.on_disk() as path:
            shutil.copyfile(path, place)
        with place.open("rb") as copied:
            os.fsync(copied.fileno())
    elif file.format in ("parquet", "arrow"):
        _write_table(file, kept, texts, place)
    else:
        reader = Reader(file, reading, MAX_BYTES)
        with packed(place, file.packing) as out, closing(reader.blocks()) as blocks:
            if file.holds_one:
                if kept.numbers:
                    out.write(_text(whole(blocks, MAX_BYTES), reader.decoder, kept.cuts[0]))
                return
            stream = reader.decoder.stream(blocks)
            first = next(stream)
            out.write(reader.decoder.mark)
            selected = kept_rows if file.format in DELIMITERS else kept_json
            for piece in selected(chain((first,), stream), reader, texts, kept):
                out.write(reader.decoder.original(piece))


def _text(data: bytes, decoder: Decoder, spans: Spans) -> bytes:
    """A file's text without some spans of it, in the same encoding."""
    body = b"".join(decoder.stream(iter((data,))))
    left = without(decoder.line(body), spans)
    return decoder.mark + decoder.original(decoder.encode(left, body))


# ------------------------------------------------------------------------------------------------ tables


def _write_table(file: File, kept: KeptRecords, texts: Texts, place: Path) -> None:
    flags = kept.flags
    numbers: dict[str, list[Any]] = {_NUMBER: kept.numbers}
    if flags is not None:
        numbers[flags.column] = [flags.of.get(number) for number in kept.numbers]
    chosen = pl.LazyFrame(
        numbers, schema={name: pl.String() if name != _NUMBER else pl.UInt32() for name in numbers}
    )
    with file.on_disk() as path, scan_table(path, file.format) as found, place.open("wb") as out:
        table = found if flags is None else found.drop(flags.column, strict=False)
        schema = table.collect_schema()
        last = kept.numbers[-1] if kept.numbers else 0  # what follows may be broken
        frame = (
            table.with_row_index(_NUMBER, 1)
            .head(last)
            .join(chosen, on=_NUMBER, how="semi" if flags is None else "inner", maintain_order="left")
        )
        if kept.cuts:
            frame = frame.map_batches(
                lambda rows: _cut_rows(rows, kept.cuts, texts), streamable=True, schema={_NUMBER: pl.UInt32(), **schema}
            )  # fmt: skip
        frame = frame.drop(_NUMBER)
        if file.format == "parquet":
            frame.sink_parquet(out, metadata=_metadata(path, schema, has_flag=flags is not None))
        elif _is_stream(path):
            frame.collect().write_ipc_stream(out)
        else:
            frame.sink_ipc(out)
        out.flush()
        os.fsync(out.fileno())


def _metadata(path: Path, schema: pl.Schema, *, has_flag: bool) -> dict[str, str]:
    """The metadata of a Parquet file, such as the features of Hugging Face.

    The types of Arrow are among it. They stay where they are true of what is written: of no other columns, and no
    durations, which have other units then.
    """
    with path.open("rb") as opened:
        found = pl.read_parquet_metadata(opened)
    if has_flag or "Duration" in repr(schema):
        found.pop("ARROW:schema", None)
    return found


def _is_stream(path: Path) -> bool:
    """Whether Arrow data is a stream, which has no header."""
    with path.open("rb") as file:
        return file.read(6) != b"ARROW1"


def _cut_rows(rows: pl.DataFrame, cuts: Mapping[int, Spans], texts: Texts) -> pl.DataFrame:
    """Rows with the cuts made."""
    names = texts.columns.keys(rows.columns)[1]
    is_coded = {name: isinstance(rows[name].dtype, pl.Categorical | pl.Enum) for name in names}
    given = {name: rows[name].cast(pl.String) if is_coded[name] else rows[name] for name in names}
    values = {name: given[name].to_list() for name in names}
    for at, number in enumerate(rows[_NUMBER].to_list()):
        if number in cuts:
            column = values[texts.column_of({name: values[name][at] for name in names})]
            column[at] = cut(column[at], cuts[number], texts.markup)
    return rows.with_columns(
        pl.Series(name, values[name], given[name].dtype).cast(rows[name].dtype) for name in names
    )
