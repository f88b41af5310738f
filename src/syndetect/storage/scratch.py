"""The store of a scan: flat arrays in memory while they are small, in files of a scratch folder when they are not.

The folder is also what a scan can be resumed from. Arrays only grow, step by step; a step counts once ``state.json``
names it, and what a killed scan wrote beyond the last step is cut off again. The state of a scan that can be resumed is
synced to the disk, arrays first, every few seconds: it survives a kill and a loss of power.
"""

import copy
import json
import mmap
import os
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from syndetect.arrays import Array
from syndetect.errors import ScratchError
from syndetect.runtime.forks import Maker
from syndetect.storage.filesystem import Lock, make_folder, sync_folder, write_all, writing_to
from syndetect.storage.scratch_folder import (
    FRESH,
    LOCK,
    NOTHING,
    STATE,
    array_file,
    array_files,
    check_ours,
    clear,
    is_sound,
    locked_folder,
    private,
    state_of,
    temporary_folder,
)

_FORMAT = 1
#: Seconds from one synced state to the next.
PAUSE = 5.0
#: Bytes of scattered arrays that are written at a time. What is written at once Linux may hold as one page of up to
#: 2 MB, and maps it whole where a byte is read: a few hundred words anywhere would be gigabytes in memory.
_WRITTEN = 1 << 16


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
        self._lock: Lock | None = None
        self._parts: dict[str, list[Array]] = {}
        self._scattered = set[str]()
        self._files: dict[str, BinaryIO] = {}
        self._kinds: dict[str, tuple[str, list[int]]] = {}  # type, and the shape of an item
        self._sizes: dict[str, list[int]] = {}  # items of every piece that was appended
        self._maps: dict[str, Array] = {}
        self._memory_bytes = 0
        self._guard = threading.RLock()  # stages read from several threads
        self.steps: dict[str, int] = {}  #: how much of each stage is done
        self.facts: dict[str, Any] = {}  #: what later stages must know, as JSON can hold it
        self._committed: Mapping[str, Any] = NOTHING  # the state that the next save writes
        self._unsynced: set[str] = set()  # arrays that grew since the last save
        self._next_save = 0.0
        self._maker = Maker()
        if folder is not None and folder.exists():
            with self._writing():
                check_ours(folder)  # before the work
        if resume:
            self._open()

    @property
    def spilled(self) -> int:
        """The bytes of all arrays where they are in files, else 0."""
        if self._folder is None:
            return 0
        return sum(sum(self._sizes[name]) * _item_bytes(*kind) for name, kind in self._kinds.items())

    def append(self, name: str, array: Array, *, is_scattered: bool = False) -> None:
        """Add items to the end of an array, which the first call makes.

        Args:
            name: of the array.
            array: its items.
            is_scattered: whether a few of them are read here and there. Where all are read, in whatever order, large
                pages of memory are faster.
        """
        with self._guard:
            kind = (array.dtype.str, list(array.shape[1:]))
            if is_scattered:
                self._scattered.add(name)
            if self._kinds.setdefault(name, kind) != kind:
                raise ValueError(f"{name} holds {self._kinds[name]}, not {kind}")
            self._sizes.setdefault(name, []).append(len(array))
            self._maps.pop(name, None)
            if self._folder is not None:
                with self._writing():
                    self._write(name, array)
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
                with self._writing():
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
        """Drop an array, and free its memory or file; in a folder that is resumed from, once no state names it."""
        for part in self._parts.pop(name, []):
            self._memory_bytes -= part.nbytes
        self._maps.pop(name, None)
        if self._kinds.pop(name, None) is None:
            return
        del self._sizes[name]
        self._mark_committed()
        if self._folder is not None:
            with self._writing():
                self._unsynced.discard(name)
                if self._resume:
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
        if self._folder is not None and self._resume and time.monotonic() >= self._next_save:
            with self._writing():
                self._save()

    def close(self, *, keep: bool = False) -> None:
        """Remove the scratch folder, or keep it for a scan that resumes."""
        self._maps.clear()
        folder, self._folder = self._folder, None
        if folder is not None and self._maker.is_here:  # a forked child may unwind as well
            with suppress(OSError):
                if keep:
                    self._save(folder)
                else:
                    clear(folder)
                    (folder / LOCK).unlink()
        for file in self._files.values():
            file.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if folder is not None and self._maker.is_here and not keep:
            with suppress(OSError):  # whatever somebody else has put there stays
                folder.rmdir()

    # ------------------------------------------------------------------------------------------- the folder

    def _open(self) -> None:
        """Move the arrays to files, or continue from the files of an earlier scan."""
        try:
            with self._writing():
                place = self._requested_folder or temporary_folder()
                make_folder(place.absolute(), 0o700)
                check_ours(place)  # before anything is put there
                self._lock = locked_folder(place)
                self._folder = place  # from here on it is this scan's to remove
                state = state_of(place)
                if self._resume and state:
                    self._continue(state)
                else:
                    self._start(place)
        except ScratchError:
            self._folder = None
            self.close()
            raise

    def _start(self, folder: Path) -> None:
        """Clear the folder, and write the arrays that are in memory."""
        clear(folder)
        committed, self._committed = self._committed, NOTHING
        self._save(folder)  # now the folder is known to be a scan's, whatever happens
        for name, parts in self._parts.items():
            for part in parts:
                self._write(name, part)
        self._parts.clear()
        self._memory_bytes = 0
        self._committed = committed
        if self._resume:
            self._save(folder)

    def _continue(self, state: Mapping[str, Any]) -> None:
        """Load the state of the folder, if it is of the same scan."""
        folder = self._folder
        assert folder is not None
        if state["format"] != _FORMAT or state["identity"] != self._identity:
            raise ScratchError(
                f"{folder} holds an unfinished scan of other articles, or with other settings or another version:"
                " scan without --resume to begin anew"
            )
        if not is_sound(state):
            raise self.refused(f"{STATE} says what no scan can")
        self._kinds = {name: (kind, shape) for name, (kind, shape) in state["kinds"].items()}
        self._sizes, self.steps, self.facts = state["sizes"], state["steps"], state["facts"]
        self._mark_committed()
        named = {self._file(name) for name in self._kinds}
        for path in array_files(folder):
            if path not in named:
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
            self._files[name] = open(self._file(name), "ab", buffering=0, opener=private)  # noqa: SIM115
        self._unsynced.add(name)
        data = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        step = _WRITTEN if name in self._scattered else max(len(data), 1)
        for low in range(0, len(data), step):
            write_all(self._files[name], data[low : low + step])

    def _file(self, name: str) -> Path:
        assert self._folder is not None
        return array_file(self._folder, name)

    def _writing(self) -> AbstractContextManager[None]:
        """A block that writes the folder."""
        return writing_to(self._folder or self._requested_folder or tempfile.gettempdir())

    def _mark_committed(self) -> None:
        """Commit the present arrays and steps in memory; :meth:`_save` writes them."""
        self._committed = {
            "kinds": dict(self._kinds),
            "sizes": {name: list(sizes) for name, sizes in self._sizes.items()},
            "steps": dict(self.steps),
            "facts": copy.deepcopy(self.facts),
        }

    def _save(self, folder: Path | None = None) -> None:
        """Replace ``state.json``; for a scan that can be resumed, with everything that it names on the disk."""
        folder = folder or self._folder
        assert folder is not None
        if self._resume:
            for name in self._unsynced & self._files.keys():
                os.fsync(self._files[name].fileno())
            self._unsynced.clear()
        text = json.dumps({"format": _FORMAT, "identity": self._identity, **self._committed})
        with open(folder / FRESH, "wb", opener=private) as file:
            file.write(text.encode())
            file.flush()
            if self._resume:
                os.fsync(file.fileno())
        (folder / FRESH).replace(folder / STATE)
        if self._resume:
            sync_folder(folder)
        self._next_save = time.monotonic() + PAUSE


def _item_bytes(kind: str, shape: list[int]) -> int:
    return int(np.dtype(kind).itemsize * np.prod(shape, dtype=np.int64))
