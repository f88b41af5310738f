"""What the tests of reading share: a source read whole, with what was skipped."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from syndetect.reading.options import ReadingOptions
from syndetect.reading.sources import ARTICLES, read
from syndetect.storage.compression import zstd

GOOD = b'{"id": "a", "text": "first"}\n'
LAST = b'{"id": "z", "text": "last"}\n'
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstd.compress,
    ".bz2": partial(bz2.compress, compresslevel=1),
    ".xz": partial(lzma.compress, preset=0),
    ".lzma": partial(lzma.compress, format=lzma.FORMAT_ALONE, preset=0),
}
PACKINGS = [ending for ending in PACKED if ending]


def as_jsonl(records: Iterable[Mapping[str, Any]]) -> bytes:
    """Articles as JSON Lines."""
    return "".join(json.dumps(record, default=str) + "\n" for record in records).encode()


def gather(
    source: Any, columns: Mapping[str, str] | None = None, **options: Any
) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    """All articles, and the places and reasons of what was skipped."""
    skipped: list[tuple[str, str]] = []
    reading = ReadingOptions.of(options.pop("reading", None), columns)
    frames = list(read(source, reading=reading, on_skip=lambda *told: skipped.append(told[:2]), **options))
    assert all(frame.schema == ARTICLES for frame in frames)
    return pl.concat([pl.DataFrame(schema=ARTICLES), *frames]), skipped


def ids_of(source: Any, **options: Any) -> tuple[list[str], list[tuple[str, str]]]:
    """The ids that were read, and what was skipped."""
    frame, skipped = gather(source, **options)
    return frame["doc_id"].to_list(), skipped


def texts(source: Any, **options: Any) -> list[tuple[str, str]]:
    """Ids and texts, where nothing is skipped."""
    frame, skipped = gather(source, **options)
    assert not skipped
    return frame.select("doc_id", "text").rows()


def skipped_beside(folder: Path, name: str, data: bytes, **options: Any) -> str:
    """The reason why a file is skipped, in a folder where another is read."""
    (folder / name).write_bytes(data)
    (folder / "zz.txt").write_text("good")
    ids, skipped = ids_of(folder, **options)
    assert ids == ["zz.txt"]
    [(place, reason)] = skipped
    assert place == f"{folder.as_posix()}/{name}"
    return reason
