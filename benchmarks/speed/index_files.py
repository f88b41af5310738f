"""The files of an index: sizes of their arrays, copies, and eviction from the page cache."""

import os
import shutil
from pathlib import Path
from typing import Any

from syndetect.index.segment_layout import ARRAYS, LISTS, TEXT
from syndetect.storage.directory import IndexDirectory
from syndetect.storage.segment_file import Segment

_ENDS = ("", ".bounds", ".directory")
_NAMES = (*ARRAYS, *TEXT, *(name + end for name in LISTS for end in _ENDS))


def disk(folder: Path) -> list[dict[str, Any]]:
    """The size of an index: a row for each array, the largest first, and one for all files."""
    sizes: dict[str, int] = {}
    paragraphs = 0
    with IndexDirectory.open(folder, "index", writing=False) as directory:
        for entry in directory.entries:
            if entry.name.endswith(".segment"):
                segment = Segment(folder / entry.name, entry.size, entry.xxh3)
                for name in _NAMES:
                    if name in segment:
                        sizes[name] = sizes.get(name, 0) + segment[name].nbytes
                segment.close()
                paragraphs += int(entry.metadata["paragraphs"])
    sizes["all files"] = sum(path.stat().st_size for path in folder.iterdir())
    return [
        {
            "array": name,
            "MB": round(size / 1e6, 2),
            "%": round(100 * size / sizes["all files"], 1),
            "bytes a paragraph": round(size / max(paragraphs, 1), 2),
        }
        for name, size in sorted(sizes.items(), key=lambda item: -item[1])
    ]


def copy(index: Path, to: Path) -> None:
    """Copy an index; files that are never changed are shared."""
    to.mkdir()
    for path in index.iterdir():
        (shutil.copy if path.suffix not in (".segment", ".removed") else os.link)(path, to / path.name)


def forget(folder: Path) -> None:
    """Evict the files of a folder from the page cache, where the system allows it."""
    if hasattr(os, "posix_fadvise"):
        for path in folder.iterdir():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
