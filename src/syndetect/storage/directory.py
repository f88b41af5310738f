"""The folder of an index: its manifest, its lock, commits, and building a whole index in its place.

    manifest.json               the files of the index, in order; every commit replaces it atomically
    lock                        held by the writer until it closes the index or its process ends
    000000000012.segment, ...   immutable files

Files of these names that the manifest does not list were left by a writer that was killed, and the next writer removes
them. Other files in the folder are left alone. There is no write-ahead log: changes before a commit live in memory.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from xxhash import xxh3_128_hexdigest

from syndetect.errors import BusyError, OutputError, StoredIndexError
from syndetect.runtime.forks import Maker
from syndetect.storage import addresses
from syndetect.storage.filesystem import Lock, locked, make_folder, read_file, reason, write_bytes, writing_to
from syndetect.storage.manifest import MANIFEST, UNFINISHED, FileEntry, Manifest, holds_index
from syndetect.storage.staging import restore, staged

__all__ = [
    "FileEntry",
    "IndexDirectory",
    "check_replaceable",
    "check_vacant",
    "files_of_others",
    "lock_folder",
]

_LOCK = "lock"
_SUFFIXES = (".segment", ".removed")


class ReplacedError(StoredIndexError):
    """An index of other settings stands in the place of the one that was opened."""


class IndexDirectory:
    """The folder of an index, opened by its one writer or by any number of readers.

    :meth:`create` and :meth:`open` make one. Readers write nothing; each sees the manifest that was there when it
    opened the folder or last refreshed. A later commit may have removed files that this manifest lists: a reader that
    misses one refreshes and starts again.

    Attributes:
        folder: the path of the folder.
        manifest: the manifest that was read last; another object after each commit and effective refresh.
    """

    def __init__(self, folder: Path, kind: str, lock: Lock | None) -> None:
        self.folder, self._kind, self._lock, self._maker = folder, kind, lock, Maker()
        self.manifest = Manifest.read(folder, kind)
        self._next_file = self.manifest.next_file

    @classmethod
    def create(cls, folder: Path, kind: str, header: Mapping[str, Any]) -> Self:
        """Create an index without files, and open it for writing.

        Args:
            folder: a path that is missing or an empty folder; its parents are created too.
            kind: the kind of index, such as "index"; :meth:`open` must name the same.
            header: the parameters of the index, which never change, as JSON can hold them.

        Raises:
            StoredIndexError: the folder holds an index.
            BusyError: another process is creating one there.
            OutputError: the folder holds something else, or cannot be written.
        """
        with writing_to(folder):
            check_vacant(folder)
            make_folder(folder)
            lock = lock_folder(folder)
            try:
                check_vacant(folder)  # another process may have been quicker
                Manifest(kind, 0, 0, header, {}, ()).write(folder)
                return cls(folder, kind, lock)
            except BaseException:
                lock.close()
                raise

    @classmethod
    def open(cls, folder: Path, kind: str, *, writing: bool) -> Self:
        """Open an index; for writing, take its lock and remove the files that a killed writer left.

        Raises:
            StoredIndexError: the index is missing, damaged, of another kind or of a newer format.
            BusyError: another process has it open for writing.
            OutputError: the folder cannot be written.
        """
        if not folder.exists():
            with suppress(OSError):  # then reading tells of it
                restore(folder)
        if not writing:
            return cls(folder, kind, None)
        Manifest.read(folder, kind)  # create no lock where there is no index
        with writing_to(folder):
            lock = lock_folder(folder)
        try:
            directory = cls(folder, kind, lock)
            directory._sweep()
        except BaseException:
            lock.close()
            raise
        return directory

    @property
    def header(self) -> Mapping[str, Any]:
        """The header that :meth:`create` was given."""
        return self.manifest.header

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata that the last :meth:`commit` was given."""
        return self.manifest.metadata

    @property
    def entries(self) -> tuple[FileEntry, ...]:
        """The files of the index, in order."""
        return self.manifest.entries

    @property
    def generation(self) -> int:
        """The number of commits so far."""
        return self.manifest.generation

    def new_path(self, suffix: str) -> Path:
        """A path for a new file, which no committed file of this index ever had.

        Args:
            suffix: "segment" or "removed", with or without the dot.
        """
        self.check_writing()
        if (suffix := f".{suffix.removeprefix('.')}") not in _SUFFIXES:
            raise ValueError(f"files of an index are {' or '.join(_SUFFIXES)}, not {suffix}")
        while True:
            path = self.folder / f"{self._next_file:012}{suffix}"
            self._next_file += 1
            if not path.exists():
                return path

    def write_small(self, suffix: str, data: bytes, metadata: Mapping[str, Any]) -> FileEntry:
        """Write and sync a new file for :meth:`read_small`; a commit has to name it.

        Raises:
            OutputError: the file cannot be written; an incomplete file is removed.
        """
        path = self.new_path(suffix)
        with writing_to(path):
            try:
                write_bytes([data], path)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return FileEntry(path.name, len(data), str(xxh3_128_hexdigest(data)), dict(metadata))

    def read_small(self, entry: FileEntry) -> bytes:
        """Read a whole file and check it.

        Args:
            entry: the file, with the XXH3 (128 bits) of its bytes.

        Raises:
            StoredIndexError: the file is missing, damaged, or cannot be read.
        """
        path = self.folder / entry.name
        data = _read(path)
        if len(data) != entry.size:
            raise StoredIndexError.damaged(path, f"it has {len(data)} bytes, not {entry.size}")
        if xxh3_128_hexdigest(data) != entry.xxh3:
            raise StoredIndexError.damaged(path, "it is not what was written")
        return data

    def commit(self, entries: Sequence[FileEntry], metadata: Mapping[str, Any]) -> None:
        """Make these files the whole index, in this order, and remove the other files of the last state.

        The files are synced already. Whatever goes wrong, including Ctrl-C and a loss of power, the folder holds
        either the state before or the state after, and :meth:`refresh` finds out which. So a failed commit removes no
        file; the next writer removes the files that its manifest does not list.

        Args:
            entries: all files of the new state.
            metadata: notes about the new state, as JSON can hold them.

        Raises:
            OutputError: the folder cannot be written.
            StoredIndexError: the folder no longer holds the state that this object knows.
        """
        self.check_writing()
        if self.changed():  # another writer's, where locks keep nobody out, or an interrupted commit
            raise StoredIndexError(f"{self.folder} has changed since it was read: open it again")
        before = self.manifest
        after = Manifest(
            self._kind, before.generation + 1, self._next_file, before.header, metadata, tuple(entries)
        )
        try:
            with writing_to(self.folder):
                after.write(self.folder)
        finally:
            self.refresh()
        for name in {entry.name for entry in before.entries} - {entry.name for entry in entries}:
            with suppress(OSError):
                (self.folder / name).unlink()

    def changed(self) -> bool:
        """Whether the folder holds another state than the one read last.

        Raises:
            StoredIndexError: the manifest is missing or cannot be read.
        """
        return _read(self.folder / MANIFEST) != self.manifest.text

    def refresh(self) -> bool:
        """Read the manifest that the folder has now; return True if it changed.

        Raises:
            StoredIndexError: the manifest is missing, damaged or of a newer format; the known state stays.
            ReplacedError: it is of an index with other settings; the known state stays.
        """
        if not self.changed():
            return False
        state = Manifest.read(self.folder, self._kind)
        if state.header != self.manifest.header:
            raise ReplacedError(f"{self.folder} was replaced by an index of other settings: open it again")
        self.manifest = state
        return True

    def close(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def check_writing(self) -> None:
        """Make sure that the index may be changed here.

        Raises:
            OutputError: it is not open for writing.
            ProcessError: it was opened for writing before this process was forked.
        """
        if self._lock is None:
            raise OutputError(f"cannot write {self.folder}: it is not open for writing")
        self._maker.check(str(self.folder))

    def _sweep(self) -> None:
        """Remove index files that the manifest does not list."""
        listed = {entry.name for entry in self.entries}
        with suppress(OSError):  # they only take space
            for path in list(self.folder.iterdir()):
                is_ours = path.suffix in _SUFFIXES or path.name == UNFINISHED
                if is_ours and path.name not in listed:
                    with suppress(OSError):
                        path.unlink()


def _read(path: Path) -> bytes:
    try:
        return read_file(path)
    except OSError as error:
        raise StoredIndexError(f"cannot read {path}: {reason(error)}") from error


def index_folder(path: str | os.PathLike[str]) -> Path:
    """The absolute path of an index; StoredIndexError where it is an address."""
    return addresses.local(path, "an index", StoredIndexError).absolute()


def check_vacant(folder: Path) -> None:
    """Make sure that a folder is missing or empty, apart from files that a killed creation leaves.

    Raises:
        StoredIndexError: the folder holds an index.
        OutputError: the folder holds something else.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(f"{folder} is not a folder: choose another")
    if foreign := files_of_others(folder):
        if holds_index(folder):
            raise StoredIndexError(f"{folder} holds an index already: open it, or choose another folder")
        raise OutputError(f"{folder} holds {min(foreign)} and no index: choose another folder")


def files_of_others(folder: Path) -> set[str]:
    """The names of the files in a folder, without those that a killed creation leaves."""
    with writing_to(folder):
        return {path.name for path in folder.iterdir()} - {_LOCK, UNFINISHED}


def check_replaceable(folder: Path) -> None:
    """Make sure that a folder holds at most an index, of any kind and format, damaged or not, and no other files.

    Raises:
        OutputError: the folder holds other files.
    """
    if not holds_index(folder):
        check_vacant(folder)
        return
    ours = {MANIFEST, UNFINISHED, _LOCK, ".DS_Store"}  # macOS leaves the last in every folder it shows
    if foreign := [
        one.name for one in folder.iterdir() if one.name not in ours and one.suffix not in _SUFFIXES
    ]:
        raise OutputError(f"{folder} holds {min(foreign)}, which is no part of an index: move it away first")


def lock_folder(folder: Path) -> Lock:
    """Take the writer's lock of a folder; it is held until the returned lock is closed or the process ends.

    Raises:
        BusyError: another process holds it.
        OutputError: the folder cannot be written.
    """
    if not os.access(folder, os.W_OK | os.X_OK):  # the lock alone might be writable
        raise OutputError(f"cannot write {folder}: it is not a folder that you may write in")
    remedy = "wait until it is done, or open the index for reading"
    return locked(folder / _LOCK, lambda who: BusyError(f"{who} is writing {folder}: {remedy}"))


@contextmanager
def built(place: Path, *, replace: bool = False) -> Iterator[Path]:
    """A temporary folder to build an index in, moved to its place when the block ends, removed if the block fails.

    Args:
        place: the folder of the index, absolute: missing or empty, or an index with ``replace``.
        replace: replace an index at ``place``, at the end of the block; it stays locked until then. Its readers keep
            the state that they have open.

    Raises:
        StoredIndexError: there is an index, and ``replace`` is False.
        BusyError: another process is writing that index.
        OutputError: ``place`` holds something else, or cannot be written.
    """
    with ExitStack() as held:
        held.enter_context(writing_to(place))
        check = check_replaceable if replace else check_vacant
        restore(place)
        check(place)
        replaces = place.exists() and any(place.iterdir())  # an index, or the files of a killed creation
        if replaces:
            held.enter_context(lock_folder(place))
            check(place)  # another process may have been quicker
        yield held.enter_context(staged(place, replace=replaces))
