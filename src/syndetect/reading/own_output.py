"""What syndetect itself wrote, recognised so that it is not read as articles.

Results, indexes and scratch folders are known by the files in them, reports by how they begin. What dedup keeps looks
as its input does, and is known by the list of what was removed that lies beside it: where that is gone, nothing tells.
"""

import json
from collections.abc import Set
from contextlib import suppress
from pathlib import Path
from typing import Any

from syndetect.reading.file_names import beside
from syndetect.schema import TABLES
from syndetect.storage.filesystem import open_file
from syndetect.storage.manifest import MANIFEST
from syndetect.storage.scratch_folder import holds_scan

_MOST_BYTES = 64 << 20  # of a manifest, which names each path that was given
OF_DEDUP, OF_SCAN, OF_REPORT, UNFINISHED = (
    "what syndetect dedup wrote",
    "a result of syndetect",
    "a report of syndetect",
    "an unfinished output of syndetect",
)
#: How the page of a report begins.
REPORT_MARK = "<!DOCTYPE html><!-- syndetect report -->"
#: The end of the name of the list of what dedup removed.
LIST = ".removed.jsonl"
_LISTS = (LIST, ".skipped.jsonl")
#: The tables of a result in each format.
_RESULTS = [{f"{name}.{suffix}" for name in TABLES} for suffix in ("parquet", "csv", "jsonl")]
#: The files of a result that could be read as articles.
_TABLES = frozenset({"skipped.jsonl", "passim.jsonl", MANIFEST}.union(*_RESULTS))
_UNFINISHED = (".partial", ".replaced", ".scratch")
#: The columns of the list of what dedup removed that it always has.
_REMOVED = frozenset({"doc_id", "kept", "relation", "similarity", "place"})


def kind_of(folder: Path) -> str | None:
    """What a folder is of syndetect's own, in words; None for any other folder."""
    if folder.name.startswith(".") and folder.suffix in _UNFINISHED:
        return UNFINISHED
    found = _object_in(folder / MANIFEST, _MOST_BYTES)
    if found.get("program") == "syndetect":
        return "an index of syndetect" if "kind" in found else OF_SCAN
    if any(all((folder / name).exists() for name in tables) for tables in _RESULTS):
        return OF_SCAN
    return "the scratch folder of a scan" if holds_scan(folder) else None


def is_table(name: str) -> bool:
    """Whether a file of a result has this name."""
    return name in _TABLES


def is_list(name: str) -> bool:
    """Whether a list that dedup writes beside what it keeps has this name."""
    return name.endswith(_LISTS)


def holds_result(names: Set[str]) -> bool:
    """Whether a folder with files of these names holds a result."""
    return any(tables <= names for tables in _RESULTS)


def may_be_report(name: str) -> bool:
    """Whether the page of a report could have this name."""
    return name.lower().endswith((".html", ".htm"))


def is_report(path: Path) -> bool:
    """Whether a file is the page of a report."""
    with suppress(OSError), open_file(path) as file:
        return file.read(len(REPORT_MARK)) == REPORT_MARK.encode()
    return False


def is_of_dedup(path: Path, *, is_file: bool) -> bool:
    """Whether dedup wrote a file or folder: what was kept, or a list beside it."""
    removed = path.with_name(list_beside(path.name, is_file=is_file))
    with suppress(OSError):
        return not removed.stat().st_size or _object_in(removed, 1 << 20, is_line=True).keys() >= _REMOVED
    return False


def list_beside(name: str, *, is_file: bool) -> str:
    """The name of the list that lies beside a file or folder, or another list, if dedup wrote it."""
    for ending in _LISTS:
        if is_file and name.endswith(ending):
            name, is_file = name.removesuffix(ending), False
    return beside(name, "removed", is_file=is_file)


def begins_list(line: bytes) -> bool:
    """Whether a list of what dedup removed begins with this line; an empty list has none."""
    with suppress(ValueError, RecursionError):
        return not line or _REMOVED.issubset(json.loads(line))
    return False


def _object_in(path: Path, most_bytes: int, *, is_line: bool = False) -> dict[str, Any]:
    """The JSON object in a file, or in its first line; an empty one where there is none."""
    with suppress(OSError, ValueError, RecursionError), path.open("rb") as file:
        found = json.loads(file.readline(most_bytes) if is_line else file.read(most_bytes))
        return found if isinstance(found, dict) else {}
    return {}
