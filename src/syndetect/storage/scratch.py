"""The store of a scan: flat arrays in memory while they are small, in files of a scratch folder when they are not.

The folder is also what a scan can be resumed from. Arrays only grow, step by step; a step counts once ``state.json``
names it, and what a killed scan wrote beyond the last step is cut off again.
"""

import copy
import json
import mmap
import re
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from syndetect.arrays import Array
from syndetect.errors import OutputError, ScratchError
from syndetect.storage.filesystem import locked, read_file, write_all

_STATE, _LOCK, _SUFFIX = "state.json", "lock", ".array"
_FORMAT = 1
#: Types of arrays; and what no count of items or bytes comes to.
_KINDS, _MOST = ("|b1", "|u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f8"), 1 << 59


class Store:
    """Named arrays that grow at their ends, and the stages that are done.

    Args:
        folder: the scratch folder; None for one of its own in the system's place for temporary files.
        most_bytes: what the arrays may take in memory; beyond it, all are in files.
        identity: what the arrays depend on, as JSON can hold it.
        resume: have them in files from the beginning, and continue what is in the folder. Without it, what an earlier
            scan left there is removed.

    Raises:
        ScratchError: another scan works in the folder; or it holds something else; or, to be resumed, a scan with
            another identity.
        OutputError: the folder cannot be written.
    """

    def __init__(
        self, folder: Path | None, most_bytes: int, identity: Mapping[str, Any], *, resume: bool = False
    ) -> None:
        self._requested_folder, self._most_bytes, self._resume = folder, most_bytes, resume
        self._identity = json.loads(json.dumps(identity))
        self._folder: Path | None = None
        self._lock: BinaryIO | None = None
        self._parts: dict[str, list[Array]] = {}
        self._files: dict[str, BinaryIO] = {}
        self._kinds: dict[str, tuple[str, list[int]]] = {}  # type, and the shape of an item
        self._sizes: dict[str, list[int]] = {}  # items of every piece that was appended
        self._maps: dict[str, Array] = {}
        self._memory_bytes = 0
        self._guard = threading.RLock()  # stages read from several threads
        self.steps: dict[str, int] = {}  #: how much of each stage is done
        self.facts: dict[str, Any] = {}  #: what later stages must know, as JSON can hold it
        self._committed: Mapping[str, Any] = _NOTHING  # the state that the next save writes
        if resume:
            self._open()

    @property
    def spilled(self) -> int:
        """The bytes of all arrays where they are in files, else 0."""
        if self._folder is None:
            return 0
        return sum(sum(self._sizes[name]) * _item_bytes(*kind) for name, kind in self._kinds.items())

    def append(self, name: str, array: Array) -> None:
        """Add items to the end of an array, which the first call makes."""
        with self._guard:
            kind = (array.dtype.str, list(array.shape[1:]))
            if self._kinds.setdefault(name, kind) != kind:
                raise ValueError(f"{name} holds {self._kinds[name]}, not {kind}")
            self._sizes.setdefault(name, []).append(len(array))
            self._maps.pop(name, None)
            if self._folder is not None:
                try:
                    self._write(name, array)
                except OSError as error:
                    raise OutputError(f"cannot write {self._folder}: {error.strerror}") from error
                return
            self._parts.setdefault(name, []).append(array)
            self._memory_bytes += array.nbytes
            if self._memory_bytes > self._most_bytes:
                self._open()

    def __getitem__(self, name: str) -> Array:
        """The present array in one piece, for reading only."""
        with self._guard:
            if self._folder is None:
                parts = self._parts[name]
                if len(parts) != 1:
                    self._parts[name] = parts = [np.concatenate(parts)]
                return parts[0]
            if name not in self._maps:
                self._maps[name] = self._map(name)
            return self._maps[name]

    def pieces(self, name: str) -> list[Array]:
        """The pieces of an array as they were appended; for large arrays that need not be in one piece."""
        with self._guard:
            parts, sizes = self._parts.get(name, []), self._sizes.get(name, [])
            if len(parts) == len(sizes):
                return parts
            whole, ends = self[name], np.cumsum(sizes)
            return [whole[end - size : end] for end, size in zip(ends.tolist(), sizes, strict=True)]

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def sizes(self, name: str) -> list[int]:
        """The items of every piece of an array, in order; none where there is no such array."""
        return list(self._sizes.get(name, []))

    def refused(self, how: str) -> ScratchError:
        """The error that says how the folder is not what a scan left."""
        return ScratchError(f"{self._folder} is damaged ({how}): remove it and scan again")

    def drop(self, name: str) -> None:
        """Drop an array, and free its memory or file."""
        for part in self._parts.pop(name, []):
            self._memory_bytes -= part.nbytes
        self._maps.pop(name, None)
        if self._kinds.pop(name, None) is None:
            return
        del self._sizes[name]
        self._mark_committed()
        if self._folder is not None:
            self._save()
            if name in self._files:
                self._files.pop(name).close()
            self._file(name).unlink(missing_ok=True)

    def release(self) -> None:
        """Evict the mapped pages of the array files (MADV_DONTNEED); the system reads them again when they are used."""
        with self._guard:
            for array in self._maps.values():
                pages = getattr(array, "_mmap", None)
                if pages is not None and hasattr(mmap, "MADV_DONTNEED"):
                    pages.madvise(mmap.MADV_DONTNEED)

    def step(self, stage: str, done: int) -> None:
        """Record how many steps of a stage are done, and commit what was appended until now."""
        self.steps[stage] = done
        self._mark_committed()
        if self._folder is not None:
            self._save()

    def close(self, *, keep: bool = False) -> None:
        """Remove the scratch folder, or keep it for a scan that resumes."""
        self._maps.clear()
        for file in self._files.values():
            file.close()
        if self._folder is not None and not keep:
            with suppress(OSError):
                _clear(self._folder)
                (self._folder / _LOCK).unlink()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._folder is not None and not keep:
            with suppress(OSError):  # whatever somebody else has put there stays
                self._folder.rmdir()
        self._folder = None

    # ------------------------------------------------------------------------------------------- the folder

    def _open(self) -> None:
        """Move the arrays to files, or continue from the files of an earlier scan."""
        try:
            place = self._requested_folder or Path(tempfile.mkdtemp(prefix="syndetect-"))
            place.mkdir(parents=True, exist_ok=True)
            _state_of(place)  # before anything is put there
            self._lock = _locked(place)
            self._folder = place  # from here on it is this scan's to remove
            state = _state_of(place)
            if self._resume and state:
                self._continue(state)
            else:
                self._start()
        except ScratchError:
            self.close(keep=True)
            raise
        except OSError as error:
            raise OutputError(
                f"cannot write {self._requested_folder or tempfile.gettempdir()}: {error.strerror}"
            ) from error

    def _start(self) -> None:
        """Clear the folder, and write the arrays that are in memory."""
        assert self._folder is not None
        _clear(self._folder)
        committed, self._committed = self._committed, _NOTHING
        self._save()  # now the folder is known to be a scan's, whatever happens
        for name, parts in self._parts.items():
            for part in parts:
                self._write(name, part)
        self._parts.clear()
        self._memory_bytes = 0
        self._committed = committed
        self._save()

    def _continue(self, state: Mapping[str, Any]) -> None:
        """Load the state of the folder, if it is of the same scan."""
        folder = self._folder
        assert folder is not None
        if state["format"] != _FORMAT or state["identity"] != self._identity:
            raise ScratchError(
                f"{folder} holds an unfinished scan of other articles, or with other settings or another version:"
                " scan without --resume to begin anew"
            )
        if not _is_sound(state):
            raise self.refused(f"{_STATE} says what no scan can")
        self._kinds = {name: (kind, shape) for name, (kind, shape) in state["kinds"].items()}
        self._sizes, self.steps, self.facts = state["sizes"], state["steps"], state["facts"]
        self._mark_committed()
        for path in folder.glob(f"*{_SUFFIX}"):
            if path.stem not in self._kinds:
                path.unlink()
        for name, kind in self._kinds.items():
            size = sum(self._sizes[name]) * _item_bytes(*kind)
            with self._file(name).open("ab") as file:
                if file.tell() < size:
                    raise self.refused(f"{name} is too short")
                file.truncate(size)

    def _map(self, name: str) -> Array:
        assert self._folder is not None
        (kind, shape), length = self._kinds[name], sum(self._sizes[name])
        if length * _item_bytes(kind, shape) == 0:  # what is empty cannot be mapped
            return np.empty((length, *shape), kind)
        # read only, but kernels would be compiled a second time for arrays of which that is known
        return np.memmap(self._file(name), kind, "r+", shape=(length, *shape))

    def _write(self, name: str, array: Array) -> None:
        assert self._folder is not None
        if name not in self._files:
            self._files[name] = self._file(name).open("ab", buffering=0)
        write_all(self._files[name], np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)

    def _file(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{name}{_SUFFIX}"

    def _mark_committed(self) -> None:
        """Commit the present arrays and steps in memory; :meth:`_save` writes them."""
        self._committed = {
            "kinds": dict(self._kinds),
            "sizes": {name: list(sizes) for name, sizes in self._sizes.items()},
            "steps": dict(self.steps),
            "facts": copy.deepcopy(self.facts),
        }

    def _save(self) -> None:
        """Replace ``state.json`` by a rename without fsync: safe against a killed process, not against a power cut."""
        assert self._folder is not None
        fresh = self._folder / f"{_STATE}.new"
        fresh.write_text(json.dumps({"format": _FORMAT, "identity": self._identity, **self._committed}))
        fresh.replace(self._folder / _STATE)


def discard(folder: Path) -> None:
    """Remove what a killed scan left in its scratch folder, and the folder.

    Raises:
        ScratchError: another scan is at work there.
    """
    if folder.is_dir() and _state_of(folder):
        with _locked(folder):
            _clear(folder)
            (folder / _LOCK).unlink(missing_ok=True)
        folder.rmdir()


_NOTHING: Mapping[str, Any] = {"kinds": {}, "sizes": {}, "steps": {}, "facts": {}}


def _state_of(folder: Path) -> Mapping[str, Any] | None:
    """The state that a scan wrote in a folder, None without one; raises if other files are there."""
    state, paths = None, list(folder.iterdir())
    foreign = {path.name for path in paths} - {_LOCK}
    with suppress(FileNotFoundError, ValueError, RecursionError):
        state = json.loads(read_file(folder / _STATE))
    if isinstance(state, dict) and state.keys() == {"format", "identity", *_NOTHING}:
        foreign = {name for name in foreign if not name.endswith(_SUFFIX)} - {_STATE, f"{_STATE}.new"}
    foreign |= {path.name for path in paths if path.is_symlink() or not path.is_file()}
    if foreign:
        raise ScratchError(
            f"{folder} holds {min(foreign)}, which is no part of a scan: choose another folder"
        )
    return state


def _is_sound(state: Mapping[str, Any]) -> bool:
    """Whether every member has its type, and every array a name that keeps it in the folder, a type and sizes."""

    def counts(found: Any) -> bool:
        return isinstance(found, list) and all(type(one) is int and 0 <= one < _MOST for one in found)

    kinds, sizes, steps = state["kinds"], state["sizes"], state["steps"]
    if not all(isinstance(state[name], dict) for name in _NOTHING) or kinds.keys() != sizes.keys():
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


def _clear(folder: Path) -> None:
    """Remove the files of a scan from its folder, and no others; ``state.json`` last."""
    for path in (*folder.glob(f"*{_SUFFIX}"), folder / f"{_STATE}.new", folder / _STATE):
        path.unlink(missing_ok=True)


def _item_bytes(kind: str, shape: list[int]) -> int:
    return int(np.dtype(kind).itemsize * np.prod(shape, dtype=np.int64))


def _locked(folder: Path) -> BinaryIO:
    """The folder's lock, which ends with this process."""
    busy = f"another scan is at work in {folder}: wait for it, or choose another folder"
    return locked(folder / _LOCK, lambda _: ScratchError(busy))
