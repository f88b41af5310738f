"""New folders beside their places: whole or not at all, and the old one or the new one at every moment.

A folder is written beside its place, under the hidden name ``.NAME-xxxxxxxx.partial``, and moved there when it is
complete. To replace another folder, the two exchange their names in one step, where the system can (Linux, macOS).
Elsewhere the old folder steps aside as ``.NAME-xxxxxxxx.replaced``, and :func:`restore` puts it back when the process
is killed before the new one stands in its place. A process holds the lock of the folders that it is at work with, so
that :func:`sweep` can tell what a killed process left.
"""

import ctypes
import errno
import glob
import hashlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syndetect.runtime.forks import Maker
from syndetect.storage.filesystem import Lock, make_folder, sync_folder, take_lock

_MOST_BYTES = 200  # of the name within a hidden name: file systems take 255
_STALE = 86_400  # seconds, where the system has no locks of folders
_EXCHANGE = 2  # Linux: RENAME_EXCHANGE, macOS: RENAME_SWAP
_HERE = -100  # Linux: AT_FDCWD
_CANNOT_EXCHANGE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}


def hidden(place: Path, end: str) -> Path:
    """The path ``.NAME<end>`` beside a place; a long name is cut, and a digest of it added."""
    name = place.name
    if len(os.fsencode(name)) > _MOST_BYTES:
        digest = hashlib.blake2b(os.fsencode(name), digest_size=8).hexdigest()
        while len(os.fsencode(name)) > _MOST_BYTES - 17:
            name = name[:-1]
        name = f"{name}~{digest}"
    return place.with_name(f".{name}{end}")


def folder_lock(folder: Path) -> Lock | None:
    """The lock of a folder; None where another process has it.

    Raises:
        OSError: the folder is missing, or the system has no locks of folders.
    """
    return take_lock(os.open(folder, os.O_RDONLY))


@contextmanager
def staging_folder(place: Path) -> Iterator[Path]:
    """A new folder beside ``place``, removed when the block ends; complete files have been moved away by then.

    Missing parents of ``place`` are made. What killed processes left beside ``place`` is removed.

    Raises:
        OSError: the system refuses.
    """
    maker = Maker()
    make_folder(place.parent)
    sweep(place)
    staging, lock = _new_folder(place)
    try:
        yield staging
    finally:
        if maker.is_here:  # a forked child may unwind as well
            _remove(staging)
        if lock is not None:
            lock.close()


def _remove(folder: Path) -> None:
    """Remove a folder, also where Ctrl-C comes meanwhile."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _new_folder(place: Path) -> tuple[Path, Lock | None]:
    """A new staging folder, locked where the system can."""
    while True:
        staging = hidden(place, f"-{secrets.token_hex(4)}.partial")
        try:
            staging.mkdir()
            try:
                lock = folder_lock(staging)
            except FileNotFoundError:  # swept away before it was locked
                continue
        except OSError:
            if not staging.is_dir():
                raise
            return staging, None
        except BaseException:  # Ctrl-C
            _remove(staging)
            raise
        if lock is not None:
            return staging, lock


@contextmanager
def staged(place: Path, *, replace: bool) -> Iterator[Path]:
    """A new folder beside ``place``: moved there when the block ends, gone when the block fails.

    Args:
        place: where the folder shall stand; absolute. Missing parents are made.
        replace: a folder that stands there gives way, at the last moment.

    Raises:
        OSError: the system refuses.
    """
    with staging_folder(place) as staging:
        yield staging
        sync_folder(staging)
        move(staging, place, replace=replace)


def move(made: Path, place: Path, *, replace: bool) -> None:
    """Move a complete folder into place; with ``replace``, a folder that stands there is at ``made`` afterwards.

    Raises:
        OSError: the system refuses; the old folder stands in its place, or the new one.
    """
    if not (replace and place.exists()):
        made.rename(place)
    elif not _exchange(made, place):
        _replace_in_two_steps(made, place)
    sync_folder(place.parent)


def _exchange(one: Path, two: Path) -> bool:
    """Exchange the names of two folders in one step; False where the system cannot."""
    if os.name != "posix":
        return False
    libc, paths = ctypes.CDLL(None, use_errno=True), (os.fsencode(one), os.fsencode(two))
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        failed = libc.renameat2(_HERE, paths[0], _HERE, paths[1], _EXCHANGE)
    elif sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        failed = libc.renamex_np(*paths, _EXCHANGE)
    else:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), os.fspath(two))


def _replace_in_two_steps(made: Path, place: Path) -> None:
    """Let the old folder step aside, and move the new one in; the old one goes back on failure."""
    aside = hidden(place, f"-{secrets.token_hex(4)}.replaced")
    lock = _lock_or_none(place)
    try:
        place.rename(aside)
        made.rename(place)
    except BaseException:
        if aside.exists() and not place.exists():
            aside.rename(place)
        raise
    finally:
        if lock is not None:
            lock.close()
    aside.rename(made)


def restore(place: Path) -> bool:
    """Put back the folder that a killed process moved aside, if nothing stands in its place; whether there was one."""
    if os.path.lexists(place):
        return False
    for aside in _leftovers(place, "replaced"):
        if _is_left(aside):
            with suppress(OSError):  # another process was quicker
                aside.rename(place)
                sync_folder(place.parent)
                return True
    return False


def sweep(place: Path) -> None:
    """Remove the folders that killed processes left beside ``place``; a folder that was moved aside is put back."""
    restore(place)
    for stale in (*_leftovers(place, "partial"), *_leftovers(place, "replaced")):
        if _is_left(stale):
            shutil.rmtree(stale, ignore_errors=True)


def unfinished(folder: Path) -> list[Path]:
    """The folders that killed processes were writing in a folder, whatever their places."""
    hex_digits = "[0-9a-f]" * 8
    return [one for one in sorted(folder.glob(f".*-{hex_digits}.partial")) if one.is_dir() and _is_left(one)]


def _leftovers(place: Path, end: str) -> list[Path]:
    """The hidden folders beside a place that have an end."""
    return sorted(place.parent.glob(f"{glob.escape(hidden(place, '').name)}-????????.{end}"))


def _is_left(folder: Path) -> bool:
    """Whether no process is at work with a hidden folder; by its age, where the system has no locks of folders."""
    try:
        lock = folder_lock(folder)
    except OSError:
        with suppress(OSError):
            return time.time() - folder.stat().st_mtime > _STALE
        return False
    if lock is None:
        return False
    lock.close()
    return True


def _lock_or_none(folder: Path) -> Lock | None:
    """The lock of a folder, where the system has such locks and no other process has this one."""
    try:
        return folder_lock(folder)
    except OSError:
        return None
