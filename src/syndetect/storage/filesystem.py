"""Files and folders: writes through to the disk, locks, and the reasons of system errors."""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

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


def _without_links(path: str, flags: int) -> int:
    """Open a path that is no link: who made the folder may have meant to have another file overwritten."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


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


def locked(path: Path, refusal: Callable[[str], Exception]) -> BinaryIO:
    """A file as a lock that one process can have, until it closes the file or ends; its forked children have no part.

    Args:
        path: made where it is missing. It holds the id of the process that has, or had, the lock.
        refusal: the error to raise when the lock is taken, made from who has it: "process 123" or "another process".

    Raises:
        OSError: the file cannot be written.
    """
    from filelock import lock_descriptor  # noqa: PLC0415  (readers lock nothing)

    lock = open(path, "a+b", buffering=0, opener=_without_links)  # noqa: SIM115  (with an opener)
    forks.close_in_child(lock)
    try:
        if not lock_descriptor(lock.fileno(), blocking=False):
            raise refusal(_holder(lock))
        with suppress(OSError):  # a full disk: the lock holds without a name
            lock.truncate(0)
            lock.write(str(os.getpid()).encode())
    except BaseException:
        lock.close()
        raise
    return lock


def _holder(lock: BinaryIO) -> str:
    """The process that has the lock, as the lock file names it."""
    holder = b""
    with suppress(OSError):  # Windows lets nobody else read a locked file
        lock.seek(0)
        holder = lock.read(20)
    return f"process {int(holder)}" if holder.isdigit() else "another process"


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
