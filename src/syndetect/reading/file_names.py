"""Names of files: what they say of the format, and how they are shown."""

from collections.abc import Mapping
from pathlib import Path

#: What the end of a file's name says of its format.
FORMATS: Mapping[str, str] = {
    ".txt": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jl": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".warc": "warc",
    ".wet": "wet",
    ".arc": "warc",
}
#: What the last end of a packed file's name says.
PACKINGS = ("gz", "zst", "bz2", "xz", "lzma")
_NEVER_PACKED = ("parquet", "arrow", "xlsx")  # of themselves they are


def printable(path: str) -> str:
    r"""A path with each byte that is not text written ``\xff``."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def format_of(name: str) -> tuple[str, str] | None:
    """The format and packing of a file by its name; None for unknown formats."""
    stem, _, packing = name.lower().rpartition(".")
    if packing not in PACKINGS:
        stem, packing = name.lower(), ""
    kind = FORMATS.get(Path(stem).suffix)
    return None if kind is None or (packing and kind in _NEVER_PACKED) else (kind, packing)


def beside(name: str, what: str, *, is_file: bool) -> str:
    """The name of a list of ``dedup``: beside ``kept.jsonl.gz``, as beside a folder kept, is ``kept.removed.jsonl``."""
    kind = format_of(name) if is_file else None
    for _ in range(0 if kind is None else 1 + bool(kind[1])):
        name = name.rpartition(".")[0]
    return f"{name}.{what}.jsonl"
