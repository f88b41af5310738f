"""The folder of an index: which of its files count, in which order, and who may change that.

    manifest.json               what counts; every commit puts another in its place, at once
    lock                        held by the writer until it is done or its process ends
    000000000012.segment, ...   files that are never changed

Such files that the manifest does not name are left from a writer that was killed, and the next one removes them.
Whatever else is in the folder is left alone.
"""

import glob
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

from xxhash import xxh3_128_hexdigest

from syndetect.errors import BusyError, OutputError, StoredIndexError, SyndetectError
from syndetect.storage.filesystem import locked, reason, staged, sync_folder, write_bytes
from syndetect.storage.manifest import MANIFEST, UNFINISHED, Entry, Manifest, holds_index

__all__ = ["Entry", "Ledger", "check_replaceable", "check_vacant", "lock_folder"]

_LOCK = "lock"
_SUFFIXES = (".segment", ".removed")


class Ledger:
    """The folder of an index: what it consists of, who writes it, and how a change takes effect at once.

    :meth:`create` and :meth:`open` make one. There is one writer at most, and any number of readers, which write
    nothing: each sees what counted when it opened the folder or last refreshed. Files of a reader's state may be gone
    when there was a commit since; who misses one refreshes and begins anew.

    Attributes:
        folder: where the index is.
    """

    def __init__(self, folder: Path, kind: str, lock: BinaryIO | None) -> None:
        self.folder, self._kind, self._lock = folder, kind, lock
        self._state = Manifest.read(folder, kind)
        self._next_file = self._state.next_file

    @classmethod
    def create(cls, folder: Path, kind: str, head: Mapping[str, Any]) -> Self:
        """Make an index without files, and open it for writing.

        Args:
            folder: missing or empty; its parents are made too.
            kind: of index, such as "index"; it must be opened as what it is.
            head: what never changes, as JSON can hold it.

        Raises:
            StoredIndexError: an index is there.
            BusyError: another process is just making one.
            OutputError: something else is there, or the folder cannot be written.
        """
        with _writing(folder):
            check_vacant(folder)
            folder.mkdir(parents=True, exist_ok=True)
            lock = lock_folder(folder)
            try:
                check_vacant(folder)  # another process may have been quicker
                Manifest(kind, 0, 0, head, {}, ()).write(folder)
                sync_folder(folder.parent)
                return cls(folder, kind, lock)
            except BaseException:
                lock.close()
                raise

    @classmethod
    def open(cls, folder: Path, kind: str, *, writing: bool) -> Self:
        """Open an index; to write it, as the only one who does, and what a killed writer left is then removed.

        Raises:
            StoredIndexError: there is no index, or one that is damaged, of another kind or of a newer format.
            BusyError: another process has it open for writing.
            OutputError: it cannot be written.
        """
        if not writing:
            return cls(folder, kind, None)
        Manifest.read(folder, kind)  # nothing is put where there is no index
        with _writing(folder):
            lock = lock_folder(folder)
        try:
            ledger = cls(folder, kind, lock)
            ledger._sweep()
        except BaseException:
            lock.close()
            raise
        return ledger

    @property
    def head(self) -> Mapping[str, Any]:
        """What was given to :meth:`create`."""
        return self._state.head

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was given to the last :meth:`commit`."""
        return self._state.facts

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The files that count, in order."""
        return self._state.entries

    @property
    def generation(self) -> int:
        """How many commits there have been."""
        return self._state.generation

    def fresh(self, suffix: str) -> Path:
        """The path of a new file to write; no file that ever counted here had it.

        Args:
            suffix: "segment" or "removed", with or without the dot.
        """
        self._check_writing()
        if (suffix := f".{suffix.removeprefix('.')}") not in _SUFFIXES:
            raise ValueError(f"files of an index are {' or '.join(_SUFFIXES)}, not {suffix}")
        while True:
            path = self.folder / f"{self._next_file:012}{suffix}"
            self._next_file += 1
            if not path.exists():
                return path

    def write_small(self, suffix: str, data: bytes, facts: Mapping[str, Any]) -> Entry:
        """Write a new file through to the disk, for :meth:`read_small`; it counts when a commit names it.

        Raises:
            OutputError: it cannot be written; what was written of it is removed.
        """
        path = self.fresh(suffix)
        with _writing(path):
            try:
                write_bytes([data], path)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return Entry(path.name, len(data), str(xxh3_128_hexdigest(data)), dict(facts))

    def read_small(self, entry: Entry) -> bytes:
        """A file whole, when it is what was written.

        Args:
            entry: with the XXH3 (128 bits) of the file.

        Raises:
            StoredIndexError: it is missing, damaged, or cannot be read.
        """
        path = self.folder / entry.name
        data = _read(path)
        if len(data) != entry.size:
            raise StoredIndexError.damaged(path, f"it has {len(data)} bytes, not {entry.size}")
        if xxh3_128_hexdigest(data) != entry.xxh3:
            raise StoredIndexError.damaged(path, "it is not what was written")
        return data

    def commit(self, entries: Sequence[Entry], facts: Mapping[str, Any]) -> None:
        """Let these files count, in this order, and no others; those that counted until now are removed.

        The files are on the disk already. Whatever goes wrong, Ctrl-C and a loss of power among it, the folder holds
        the state before or the state after, and :meth:`refresh` finds which. So files that were to count are left in
        their place then; the next writer removes those that do not.

        Args:
            entries: all files that are to count.
            facts: what is to be known of this state, as JSON can hold it.

        Raises:
            OutputError: the folder cannot be written.
            StoredIndexError: the folder has another state by now than this object knows.
        """
        self._check_writing()
        if self.changed():  # another writer's, where locks keep nobody out, or an interrupted commit
            raise StoredIndexError(f"{self.folder} has changed since it was read: open it again")
        before = self._state
        after = Manifest(
            self._kind, before.generation + 1, self._next_file, before.head, facts, tuple(entries)
        )
        try:
            with _writing(self.folder):
                after.write(self.folder)
        finally:
            self.refresh()
        for name in {entry.name for entry in before.entries} - {entry.name for entry in entries}:
            with suppress(OSError):
                (self.folder / name).unlink()

    def changed(self) -> bool:
        """Whether the folder has another state by now.

        Raises:
            StoredIndexError: its manifest is missing or cannot be read.
        """
        return _read(self.folder / MANIFEST) != self._state.text

    def refresh(self) -> bool:
        """Take up the state that the folder has now; whether it is another.

        Raises:
            StoredIndexError: its manifest is missing, damaged or of a newer format, or that of an index of other
                settings; the state is what it was.
        """
        if not self.changed():
            return False
        state = Manifest.read(self.folder, self._kind)
        if state.head != self._state.head:
            raise StoredIndexError(f"{self.folder} was replaced by an index of other settings: open it again")
        self._state = state
        return True

    def close(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _check_writing(self) -> None:
        if self._lock is None:
            raise OutputError(f"cannot write {self.folder}: it is not open for writing")

    def _sweep(self) -> None:
        """Remove files of an index that do not count."""
        counting = {entry.name for entry in self.entries}
        with suppress(OSError):  # they only take room
            for path in list(self.folder.iterdir()):
                is_ours = path.suffix in _SUFFIXES or path.name == UNFINISHED
                if is_ours and path.name not in counting:
                    with suppress(OSError):
                        path.unlink()


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    """Say of a refusal of the system what could not be written."""
    try:
        yield
    except SyndetectError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {place}: {reason(error)}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoredIndexError(f"cannot read {path}: {reason(error)}") from error


def check_vacant(folder: Path) -> None:
    """Make sure that a folder is missing or empty, but for what a killed creation leaves.

    Raises:
        StoredIndexError: an index is there.
        OutputError: something else is there.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(f"{folder} is not a folder: choose another")
    if foreign := {path.name for path in folder.iterdir()} - {_LOCK, UNFINISHED}:
        if holds_index(folder):
            raise StoredIndexError(f"{folder} holds an index already: open it, or choose another folder")
        raise OutputError(f"{folder} holds {min(foreign)} and no index: choose another folder")


def check_replaceable(folder: Path) -> None:
    """Make sure that a folder holds an index of any kind and format, damaged or not, and nothing else.

    Raises:
        OutputError: it does not.
    """
    if not holds_index(folder):
        check_vacant(folder)
        return
    ours = {MANIFEST, UNFINISHED, _LOCK, ".DS_Store"}  # macOS leaves the last in every folder it shows
    if foreign := [
        one.name for one in folder.iterdir() if one.name not in ours and one.suffix not in _SUFFIXES
    ]:
        raise OutputError(f"{folder} holds {min(foreign)}, which is no part of an index: move it away first")


def lock_folder(folder: Path) -> BinaryIO:
    """Be the one who writes an index, until the file that is returned is closed, or the process ends.

    Raises:
        BusyError: another process does.
        OutputError: the folder cannot be written.
    """
    if not os.access(folder, os.W_OK | os.X_OK):  # the lock alone might be writable
        raise OutputError(f"cannot write {folder}: it is not a folder that you may write in")
    remedy = "wait until it is done, or open the index for reading"
    return locked(folder / _LOCK, lambda who: BusyError(f"{who} is writing {folder}: {remedy}"))


@contextmanager
def built(place: Path, *, replace: bool = False) -> Iterator[Path]:
    """A new folder to make an index in: moved to its place when the block ends, gone when the block fails.

    Args:
        place: where the index shall stand: missing or empty; absolute.
        replace: an index that stands there gives way, at the last moment; nobody can write it until then. Who reads it
            goes on with what it had.

    Raises:
        StoredIndexError: an index is there, and is not to be replaced.
        BusyError: another process writes it.
        OutputError: something else is there, or the place cannot be written.
    """
    with ExitStack() as held:
        check = check_replaceable if replace else check_vacant
        check(place)
        gives_way = place.exists() and any(place.iterdir())  # an index, or what a killed creation left
        if gives_way:
            held.enter_context(lock_folder(place))
            check(place)  # another process may have been quicker
        _sweep(place)
        try:
            with staged(place, replace=gives_way) as folder:
                yield folder
        except SyndetectError:
            raise
        except OSError as error:
            raise OutputError(f"cannot write {place}: {reason(error)}") from error


def _sweep(place: Path) -> None:
    """Remove what killed processes left that were building an index to stand here; those at work hold its lock."""
    for stale in place.parent.glob(f".{glob.escape(place.name)}-????????.partial"):
        with suppress(SyndetectError, OSError), lock_folder(stale):
            shutil.rmtree(stale, ignore_errors=True)
