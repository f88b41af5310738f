"""The manifest of an index: what the folder consists of, as JSON that a person can read, put in place at once.

Its last member is the XXH3 (128 bits) of all bytes before that member.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from xxhash import xxh3_128_hexdigest

from syndetect.errors import StoredIndexError
from syndetect.storage.filesystem import reason, sync_folder, write_bytes

MANIFEST = "manifest.json"
UNFINISHED = f"{MANIFEST}.new"

_PROGRAM, _FORMAT = "syndetect", 1
#: Names of files: in the folder itself, since a commit may remove what is named.
_FILE = re.compile(r"[\w-]+\.(?:segment|removed)", re.ASCII)


class Entry(NamedTuple):
    """A file that counts.

    Attributes:
        name: of the file, in the folder.
        size: in bytes.
        xxh3: the checksum by which it is opened, in hexadecimal digits.
        facts: whatever else is to be known of it, as JSON can hold it.
    """

    name: str
    size: int
    xxh3: str
    facts: dict[str, Any]


class Manifest(NamedTuple):
    """A state of an index.

    Attributes:
        kind: of index.
        generation: how many commits there have been.
        next_file: the number that no file has had.
        head: what never changes, as JSON can hold it.
        facts: what is to be known of this state, as JSON can hold it.
        entries: the files that count, in order.
        text: the manifest's bytes, when it has been read.
    """

    kind: str
    generation: int
    next_file: int
    head: Mapping[str, Any]
    facts: Mapping[str, Any]
    entries: tuple[Entry, ...]
    text: bytes = b""

    def write(self, folder: Path) -> None:
        """Put this manifest in a folder, in the place of the one that is there.

        The files that it names are on the disk before it is, whole; and it is before this returns.

        Raises:
            OSError: the system refuses. The folder has its old manifest.
        """
        body = {
            "program": _PROGRAM,
            "kind": self.kind,
            "format": _FORMAT,
            "version": version(_PROGRAM),
            "generation": self.generation,
            "next_file": self.next_file,
            "head": dict(self.head),
            "facts": dict(self.facts),
            "entries": [entry._asdict() for entry in self.entries],
        }
        text = json.dumps(body, indent=2, allow_nan=False).removesuffix("\n}").encode()
        sync_folder(folder)
        try:
            write_bytes([_sealed(text)], folder / UNFINISHED)
            (folder / UNFINISHED).replace(folder / MANIFEST)
        except BaseException:
            with suppress(OSError):
                (folder / UNFINISHED).unlink()
            raise
        sync_folder(folder)

    @classmethod
    def read(cls, folder: Path, kind: str) -> "Manifest":
        """The manifest of a folder.

        Raises:
            StoredIndexError: there is none, or it is damaged, of another kind of index or of a newer format.
        """
        text, found = _load(folder)
        form = found.get("format")
        if isinstance(form, int) and form > _FORMAT:  # which may be sealed in another way
            raise StoredIndexError(
                f"{folder} has format {form}, and this version reads {_FORMAT}: install a newer syndetect"
            )
        if form != _FORMAT or text != _sealed(text[: -len(_sealed(b""))]):
            raise StoredIndexError.damaged(folder / MANIFEST, "it is not what was written")
        if found["kind"] != kind:
            raise StoredIndexError(
                f"{folder} holds an index of kind {found['kind']}, not {kind}: choose another folder"
            )
        try:
            found["entries"] = tuple(Entry(**entry) for entry in found["entries"])
            manifest = cls(**{name: found[name] for name in cls._fields if name != "text"}, text=text)
        except (KeyError, TypeError) as error:
            raise StoredIndexError.damaged(folder / MANIFEST, "it lacks what an index needs") from error
        if not manifest._is_sound():
            raise StoredIndexError.damaged(folder / MANIFEST, "it says what no index can")
        return manifest

    def _is_sound(self) -> bool:
        """Whether everything is of its type, and the files are of this folder."""
        counts = (self.generation, self.next_file, *(entry.size for entry in self.entries))
        names = [entry.name for entry in self.entries]
        return (
            all(type(count) is int and 0 <= count < 1 << 63 for count in counts)
            and all(
                isinstance(facts, dict)
                for facts in (self.head, self.facts, *(one.facts for one in self.entries))
            )
            and all(isinstance(entry.xxh3, str) for entry in self.entries)
            and all(isinstance(name, str) and _FILE.fullmatch(name) for name in names)
        )


def holds_index(folder: Path) -> bool:
    """Whether a folder has the manifest of an index of any kind and format."""
    try:
        _load(folder)
    except StoredIndexError:
        return False
    return True


def _load(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """A manifest's bytes and what they say, which nobody has checked, if it may be that of an index."""
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
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
    """A JSON object, all but its end, with its own checksum as the last member."""
    return text + b',\n  "xxh3": "' + xxh3_128_hexdigest(text).encode() + b'"\n}\n'
