"""The scratch folder of a scan: its files, what is left of killed scans, and what is no part of a scan.

    lock                     held by the scan until it ends
    state.json               the identity of the scan, its steps, and the arrays with their sizes
    syndetect-NAME.array     one array each

Nobody but the user may enter a folder that is made here, or read the files.
"""

import json
import os
import re
import stat
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any

from syndetect.errors import ScratchError
from syndetect.storage.filesystem import Lock, locked, read_file

STATE, FRESH, LOCK = "state.json", "state.json.new", "lock"
#: What is committed before the first step.
NOTHING: Mapping[str, Any] = {"kinds": {}, "sizes": {}, "steps": {}, "facts": {}}

_PREFIX, _SUFFIX = "syndetect-", ".array"
_TEMPORARY = "syndetect-scratch-"
_HEAD = b'{"format": '  # what a state begins with, and one that a loss of power cut short
_YOUNG = 3600  # seconds in which a folder without a lock may be one that is being made
#: Types of arrays; and what no count of items or bytes comes to.
_KINDS, _MOST = ("|b1", "|u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f8"), 1 << 59


def array_file(folder: Path, name: str) -> Path:
    """The file of an array."""
    return folder / f"{_PREFIX}{name}{_SUFFIX}"


def array_files(folder: Path) -> list[Path]:
    """The files of all arrays."""
    return list(folder.glob(f"{_PREFIX}*{_SUFFIX}"))


def discard(folder: Path) -> None:
    """Remove the scratch folder of a killed scan, which may be empty already.

    Raises:
        ScratchError: another scan is at work there, or it holds something else.
        OSError: the system refuses.
    """
    if not folder.is_dir():
        return
    check_ours(folder)
    with locked_folder(folder):
        clear(folder)
        (folder / LOCK).unlink(missing_ok=True)
    folder.rmdir()


def holds_scan(folder: Path) -> bool:
    """Whether a folder has the state of an unfinished scan."""
    with suppress(OSError):
        return state_of(folder) is not None
    return False


def check_ours(folder: Path) -> None:
    """Raise ScratchError where a folder holds anything but the files of a scan."""
    if not folder.is_dir():
        raise ScratchError(f"{folder} is not a folder: choose another")
    foreign = [
        path.name
        for path in folder.iterdir()
        if path.is_symlink()
        or not path.is_file()
        or (
            path.name not in (LOCK, FRESH)
            and not (path.name.startswith(_PREFIX) and path.name.endswith(_SUFFIX))
            and not (path.name == STATE and _is_state(path))
        )
    ]
    if foreign:
        raise ScratchError(
            f"{folder} holds {min(foreign)}, which is no part of a scan: choose another folder"
        )


def _is_state(path: Path) -> bool:
    """Whether a file is the state of a scan, or what a loss of power left of one: nothing, zeros, or its beginning."""
    with path.open("rb") as file:
        head = file.read(len(_HEAD)).rstrip(b"\0")
    return _HEAD.startswith(head)


def state_of(folder: Path) -> Mapping[str, Any] | None:
    """The state that a scan wrote in a folder; None without one, or with a part of one."""
    with suppress(FileNotFoundError, ValueError, RecursionError):
        state = json.loads(read_file(folder / STATE))
        if isinstance(state, dict) and state.keys() == {"format", "identity", *NOTHING}:
            return state
    return None


def is_sound(state: Mapping[str, Any]) -> bool:
    """Whether every member has its type, and every array a name that keeps it in the folder, a type and sizes."""

    def counts(found: Any) -> bool:
        return isinstance(found, list) and all(type(one) is int and 0 <= one < _MOST for one in found)

    kinds, sizes, steps = state["kinds"], state["sizes"], state["steps"]
    if not all(isinstance(state[name], dict) for name in NOTHING) or kinds.keys() != sizes.keys():
        return False
    are_kinds = all(
        isinstance(kind, list) and len(kind) == 2 and kind[0] in _KINDS and counts(kind[1])
        for kind in kinds.values()
    )
    return (
        are_kinds
        and all(re.fullmatch(r"\w+", name, re.ASCII) for name in kinds)
        and all(map(counts, sizes.values()))
        and counts([*steps.values()])
        and all(sum(sizes[name]) * prod(kind[1]) < _MOST for name, kind in kinds.items())
    )


def clear(folder: Path) -> None:
    """Remove the files of a scan from its folder, and no others.

    ``state.json`` goes first: what is left when one cannot be removed is then nothing to resume from.
    """
    for path in (folder / STATE, folder / FRESH, *array_files(folder)):
        path.unlink(missing_ok=True)


def temporary_folder() -> Path:
    """A new scratch folder in the system's place for temporary files; those of killed scans are removed."""
    for folder in leftovers(Path(tempfile.gettempdir()), f"{_TEMPORARY}*"):
        with suppress(OSError):
            discard(folder)
    return Path(tempfile.mkdtemp(prefix=_TEMPORARY))


def all_leftovers(folders: Sequence[Path]) -> list[Path]:
    """The scratch folders of killed scans among the temporary files, and beside results in these folders."""
    places = [
        (Path(tempfile.gettempdir()), f"{_TEMPORARY}*"),
        *((folder, ".*.scratch") for folder in folders),
    ]
    return [found for place, pattern in places for found in leftovers(place, pattern)]


def leftovers(place: Path, pattern: str) -> list[Path]:
    """The scratch folders of this user in a place that match a pattern, and that no scan is at work in.

    A folder that may be in the making is not among them, nor one that holds anything else.
    """
    found = []
    for folder in sorted(place.glob(pattern)):
        with suppress(OSError):
            status = folder.lstat()
            is_mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            is_old = (folder / LOCK).exists() or time.time() - status.st_mtime > _YOUNG
            if is_mine and is_old and stat.S_ISDIR(status.st_mode):
                check_ours(folder)
                locked_folder(folder).close()
                found.append(folder)
    return found


def private(path: str, flags: int) -> int:
    """Open a file that only its owner may read and write."""
    return os.open(path, flags, 0o600)


def locked_folder(folder: Path) -> Lock:
    """The folder's lock, which ends with this process."""
    busy = f"another scan is at work in {folder}: wait for it, or choose another folder"
    return locked(folder / LOCK, lambda _: ScratchError(busy))
