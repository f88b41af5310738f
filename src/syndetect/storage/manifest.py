"""The manifest of an index: the list of its files as readable JSON, replaced atomically by each commit.

Its last member is the XXH3 (128 bits) of all bytes before that member. This module alone knows the members' names on
disk: a header is ``head`` there, and metadata are ``facts``.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from textwrap import indent
from typing import Any, NamedTuple

from xxhash import xxh3_128_hexdigest

from syndetect.errors import StoredIndexError
from syndetect.storage.filesystem import read_file, reason, sync_folder, write_bytes

MANIFEST = "manifest.json"
UNFINISHED = f"{MANIFEST}.new"

_PROGRAM = "syndetect"
#: The formats that are read; that of a folder is the first unless its header says by which rule its words were made.
_FORMATS = (1, 2)
#: Names of files: in the folder itself, since a commit may remove what is named.
_FILE = re.compile(r"[\w-]+\.(?:segment|removed)", re.ASCII)


class FileEntry(NamedTuple):
    """A file of an index, as the manifest lists it.

    Attributes:
        name: the file's name in the folder.
        size: the file's size in bytes.
        xxh3: the checksum by which the file is opened, in hexadecimal digits.
        metadata: whatever else the index notes about the file, as JSON can hold it.
    """

    name: str
    size: int
    xxh3: str
    metadata: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The entry as the manifest holds it."""
        return {"name": self.name, "size": self.size, "xxh3": self.xxh3, "facts": self.metadata}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "FileEntry":
        """The inverse of :meth:`to_json`; KeyError or TypeError where a member is missing."""
        return cls(entry["name"], entry["size"], entry["xxh3"], entry["facts"])


class Manifest(NamedTuple):
    """A committed state of an index.

    Attributes:
        kind: the kind of index, such as "index".
        generation: the number of commits so far.
        next_file: the smallest file number that was never used.
        header: the parameters of the index, which never change, as JSON can hold them.
        metadata: what the last commit noted about its state, as JSON can hold it.
        entries: the files of the index, in order.
        text: the manifest's bytes, if it was read from disk.
    """

    kind: str
    generation: int
    next_file: int
    header: Mapping[str, Any]
    metadata: Mapping[str, Any]
    entries: tuple[FileEntry, ...]
    text: bytes = b""

    def write(self, folder: Path) -> None:
        """Write this manifest to a folder, atomically replacing the one that is there.

        Directory entries of the files that it names are synced first; the manifest is synced before this returns.

        Raises:
            OSError: the system refuses. The folder keeps its old manifest.
        """
        body = {
            "program": _PROGRAM,
            "kind": self.kind,
            "format": _FORMATS["words" in self.header],
            "version": _version(),
            "generation": self.generation,
            "next_file": self.next_file,
            "head": dict(self.header),
            "facts": dict(self.metadata),
            "entries": [],
        }
        entries = [_indented(json.dumps(entry.to_json(), allow_nan=False)) for entry in self.entries]
        text = json.dumps(body, indent=2, allow_nan=False).removesuffix("\n}")
        if entries:
            text = text.removesuffix("]") + ",".join(entries) + "\n  ]"
        sync_folder(folder)
        try:
            write_bytes([_sealed(text.encode())], folder / UNFINISHED)
            (folder / UNFINISHED).replace(folder / MANIFEST)
        except BaseException:
            with suppress(OSError):
                (folder / UNFINISHED).unlink()
            raise
        sync_folder(folder)

    @classmethod
    def read(cls, folder: Path, kind: str) -> "Manifest":
        """Read the manifest of a folder.

        Raises:
            StoredIndexError: the manifest is missing, damaged, of another kind of index or of a newer format.
        """
        text, found = _load(folder)
        file_format = found.get("format")
        if isinstance(file_format, int) and file_format > _FORMATS[-1]:  # its checksum may be another one
            raise StoredIndexError(
                f"{folder} has format {file_format}, and this version reads up to {_FORMATS[-1]}: "
                "install a newer syndetect"
            )
        if file_format not in _FORMATS or text != _sealed(text[: -len(_sealed(b""))]):
            raise StoredIndexError.damaged(folder / MANIFEST, "it is not what was written")
        if not isinstance(found["kind"], str):
            raise StoredIndexError.damaged(folder / MANIFEST, "it says what no index can")
        if found["kind"] != kind:
            raise StoredIndexError(
                f"{folder} holds an index of kind {found['kind']}, not {kind}: choose another folder"
            )
        try:
            entries = tuple(FileEntry.from_json(entry) for entry in found["entries"])
            counts = found["generation"], found["next_file"]
            manifest = cls(kind, *counts, found["head"], found["facts"], entries, text)
        except (KeyError, TypeError) as error:
            raise StoredIndexError.damaged(folder / MANIFEST, "it lacks what an index needs") from error
        if not manifest._is_sound():
            raise StoredIndexError.damaged(folder / MANIFEST, "it says what no index can")
        return manifest

    def _is_sound(self) -> bool:
        """Whether every member has its type, all files lie in the folder itself, and no new one takes their names."""
        counts = (self.generation, self.next_file, *(entry.size for entry in self.entries))
        names = [entry.name for entry in self.entries]
        return (
            all(type(count) is int and 0 <= count < 1 << 63 for count in counts)
            and all(
                isinstance(metadata, dict)
                for metadata in (self.header, self.metadata, *(one.metadata for one in self.entries))
            )
            and all(isinstance(entry.xxh3, str) for entry in self.entries)
            and all(isinstance(name, str) and _FILE.fullmatch(name) for name in names)
            and all(_number_of(name) < self.next_file for name in names)
        )


@lru_cache(1 << 10)
def _indented(entry: str) -> str:
    """An entry as it stands in a manifest, from its JSON: most entries of a manifest stood in the one before it."""
    return indent("\n" + json.dumps(json.loads(entry), indent=2), "    ")


@cache
def _version() -> str:
    """The version of this program; to look it up takes as long as to write a manifest."""
    return version(_PROGRAM)


def _number_of(name: str) -> int:
    """The number that a file is named by, -1 where it has another name."""
    stem = name.partition(".")[0]
    return int(stem) if stem.isdecimal() and len(stem) < 20 else -1


def holds_index(folder: Path) -> bool:
    """Whether a folder has the manifest of an index, of any kind and format."""
    try:
        _load(folder)
    except StoredIndexError:
        return False
    return True


def _load(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a folder's manifest and the JSON object in them, not validated further."""
    path = folder / MANIFEST
    try:
        text = read_file(path)
        found = json.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        lacking = f"it has no {MANIFEST}" if folder.is_dir() else "there is no such folder"
        raise StoredIndexError(
            f"{folder} is no index: {lacking}; build one, or name another folder"
        ) from None
    except OSError as error:
        raise StoredIndexError(f"cannot read {path}: {reason(error)}") from error
    except (ValueError, RecursionError) as error:
        raise StoredIndexError.damaged(path, "it is no JSON") from error
    if not isinstance(found, dict) or found.get("program") != _PROGRAM or "kind" not in found:
        raise StoredIndexError(
            f"{folder} is no index: its {MANIFEST} is of something else, or damaged; name another folder"
        )
    return text, found


def _sealed(text: bytes) -> bytes:
    """A JSON object without its closing brace, completed by its own checksum as the last member."""
    return text + b',\n  "xxh3": "' + xxh3_128_hexdigest(text).encode() + b'"\n}\n'
