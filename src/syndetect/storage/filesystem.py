"""Files and folders: writes through to the disk, locks, and the reasons of system errors."""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

from syndetect.errors import OutputError, SyndetectError
from syndetect.runtime import forks

#: Errors of a system, or of a network disk, that cannot sync a folder at all.
_CANNOT_SYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def open_file(path: Path) -> BinaryIO:
    """A file opened for reading, without a buffer.

    Raises:
        OSError: the system refuses; or it is no file but a pipe or a device, which might have no end.
    """
    file = open(path, "rb", buffering=0, opener=_without_waiting)  # noqa: SIM115  (with an opener)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is no file")
    return file


def _without_waiting(path: str, flags: int) -> int:
    """Open a path; a pipe without waiting for its other end."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def absolute(path: str | os.PathLike[str]) -> Path:
    """An absolute path, links followed; a link that leads to itself stays what it is, for the system to refuse."""
    return Path(os.path.realpath(path))


def read_file(path: Path, most: int = 1 << 30) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: as of :func:`open_file`; or it has more than ``most`` bytes.
    """
    with open_file(path) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, "it is too large")
        return file.read()


def write_bytes(pieces: Iterable[bytes], path: Path) -> None:
    """Write bytes, through to the disk."""
    with path.open("wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())


def write_all(file: BinaryIO, data: memoryview) -> None:
    """Write bytes to a file without a buffer, which may take a part of them at a time."""
    while data:
        data = data[file.write(data) :]


def sync_folder(folder: Path) -> None:
    """Sync the entries of a folder to the disk.

    Some systems cannot (Windows, some network disks, a folder that may be written but not read); there the files alone
    are synced.

    Raises:
        OSError: the disk failed, or is full.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
    finally:
        os.close(handle)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and its missing parents, and sync the entry of each that was made.

    Args:
        folder: absolute; it may be there already.
        mode: the permissions of the folder itself, as for ``os.mkdir``.

    Raises:
        OSError: the system refuses.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode if one == folder else 0o777, exist_ok=True)
        sync_folder(one.parent)


class Lock:
    """A lock of the system that this process holds, until :meth:`close` or its end; forked children have no part in it.

    Args:
        handle: the open file or folder whose lock was taken; closed with the lock.
        unlock: releases it.
    """

    def __init__(self, handle: int, unlock: Callable[[int], None]) -> None:
        self._handle, self._unlock, self._maker = handle, unlock, forks.Maker()
        forks.close_in_child(self)

    def close(self) -> None:
        """Release the lock; in a forked child only close its copy of the file."""
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            with suppress(
                OSError
            ):  # closing the file releases the lock as well, where no other process has it open
                if self._maker.is_here:  # a child that was just forked may have it open still
                    self._unlock(handle)
            with suppress(OSError):
                os.close(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self) -> None:
        with suppress(OSError):
            self.close()


def take_lock(handle: int) -> Lock | None:
    """The lock of an open file or folder; None, and the handle closed, where another process has it.

    Raises:
        OSError: the system has no such locks.
    """
    from filelock import lock_descriptor, unlock_descriptor  # noqa: PLC0415  (readers lock nothing)

    try:
        if lock_descriptor(handle, blocking=False):
            return Lock(handle, unlock_descriptor)
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def locked(path: Path, refusal: Callable[[str], Exception]) -> Lock:
    """A file as a lock that one process can have, until it closes the lock or ends.

    Args:
        path: made where it is missing. It holds the id of the process that has, or had, the lock.
        refusal: the error to raise when the lock is taken, made from who has it: "process 123" or "another process".

    Raises:
        OSError: the file cannot be written; or it is a link, by which another file might be overwritten.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o666)
    lock = take_lock(handle)
    if lock is None:
        raise refusal(_holder(path))
    with suppress(OSError):  # a full disk: the lock holds without a name
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
    return lock


def _holder(path: Path) -> str:
    """The process that has the lock, as the lock file names it."""
    holder = b""
    with suppress(OSError):  # Windows lets nobody else read a locked file
        holder = read_file(path)[:20]
    return f"process {int(holder)}" if holder.isdigit() else "another process"


@contextmanager
def writing_to(place: str | os.PathLike[str]) -> Iterator[None]:
    """A block that writes, or finds out whether it may: errors of the system become OutputErrors of the place."""
    try:
        yield
    except SyndetectError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {os.fspath(place)}: {reason(error)}") from error


def check_parent(place: Path, shown: str | os.PathLike[str]) -> None:
    """Make sure that something may be written at a place.

    Args:
        place: absolute; its parents may be missing.
        shown: the place as messages name it.

    Raises:
        OutputError: the nearest parent that is there is no folder, or may not be written in.
        OSError: the system does not say.
    """
    parent = next(folder for folder in place.parents if folder.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {shown}: {parent} is not a folder that you may write in")


def reason(error: Exception) -> str:
    """The reason of a system or polars error on one line; polars hides the system's error number in its text."""
    hidden = re.search(r"\(os error (\d+)\)", str(error))
    number = int(hidden[1]) if hidden else getattr(error, "errno", None)
    if number == errno.ENOSPC:
        return "no space left on the disk; free some and try again"
    if number in (errno.ENOTEMPTY, errno.EEXIST):
        return "it is there by now; choose another folder, or add --force"
    if number is not None:
        return os.strerror(number)
    return next(iter(str(error).splitlines()), type(error).__name__)
