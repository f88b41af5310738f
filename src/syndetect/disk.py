"""What is asked of the system about files: bytes through to the disk, a lock, and why it refused."""

import errno
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


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
    """Bring a folder's entries to the disk, where the system can do that."""
    with suppress(OSError):  # Windows cannot, nor can some network disks; the files themselves are synced
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def locked(path: Path, refusal: Callable[[str], Exception]) -> BinaryIO:
    """A file as a lock that one process can have, until it closes the file or ends; on Windows it keeps nobody out.

    Args:
        path: made where it is missing. It holds the number of the process that has, or had, the lock.
        refusal: the error to raise when the lock is taken, made from who has it: "process 123" or "another process".

    Raises:
        OSError: the file cannot be written.
    """
    lock = path.open("a+b", buffering=0)
    try:
        with suppress(ImportError):
            import fcntl  # noqa: PLC0415  (not on Windows)

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(OSError):  # a full disk: the lock holds without a name
            lock.truncate(0)
            lock.write(str(os.getpid()).encode())
    except BlockingIOError:
        with lock:
            lock.seek(0)
            holder = lock.read(20)
        raise refusal(f"process {int(holder)}" if holder.isdigit() else "another process") from None
    except BaseException:
        lock.close()
        raise
    return lock


def reason(error: Exception) -> str:
    """Why the system or polars refused, on one line; polars hides the system's error number in its text."""
    hidden = re.search(r"\(os error (\d+)\)", str(error))
    number = int(hidden[1]) if hidden else getattr(error, "errno", None)
    if number == errno.ENOSPC:
        return "no space left on the disk; free some and try again"
    if number in (errno.ENOTEMPTY, errno.EEXIST):
        return "it is there by now; choose another folder, or add --force"
    if number is not None:
        return os.strerror(number)
    return next(iter(str(error).splitlines()), type(error).__name__)
