"""Forks: what a child process made by ``os.fork`` may not use of its parent's.

A forked child has one thread. polars' pool of threads is gone in it, and whatever asks that pool waits for ever; so
where the parent had started the pool, :func:`check` refuses. Open files are shared with the parent: a lock file that
the child kept open would hold the lock when its owner has ended, so the child closes what :func:`close_in_child` was
given. What a process has made (scratch and staging folders), its children must not remove: see :class:`Maker`.
"""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

from syndetect.errors import ProcessError

_THREADS = Path("/proc/self/task")
_POOLS = re.compile(r"polars-\d|tokio-rt|async-exec")  # the beginnings of names of polars' threads


class Closable(Protocol):
    """A file, or what is closed as one."""

    def close(self) -> None:
        """Close it."""


_closed: "WeakSet[Closable]" = WeakSet()
_state = {"had_pool": False, "lost_pool": False}


def check() -> None:
    """Refuse to use polars in a child whose parent had started polars' threads.

    Raises:
        ProcessError: this is such a child.
    """
    if _state["lost_pool"]:
        raise ProcessError(
            "this process was forked from one that had already asked or scanned, and its threads are gone: start"
            " processes by spawn or forkserver, or fork before the first scan or query"
        )


class Maker:
    """The process that made something; its forked children are another one."""

    def __init__(self) -> None:
        self._process = os.getpid()

    @property
    def is_here(self) -> bool:
        """Whether this process is the maker."""
        return os.getpid() == self._process

    def check(self, what: str) -> None:
        """Raise ProcessError in a child of the maker; ``what`` is the subject of the message."""
        if not self.is_here:
            raise ProcessError(
                f"{what} was opened for writing by process {self._process}: this is another one,"
                " which may open it itself when that one has closed it"
            )


def close_in_child(file: Closable) -> None:
    """Have a file closed in every child that is forked from now on."""
    _closed.add(file)


def _has_pool() -> bool:
    """Whether polars has started its threads; where threads have no names, whether polars is imported."""
    if "polars" not in sys.modules:
        return False
    try:
        threads = list(_THREADS.iterdir())
    except OSError:
        return True
    for thread in threads:
        with suppress(OSError):  # it has ended
            if _POOLS.match((thread / "comm").read_text()):
                return True
    return False


def _before() -> None:
    _state["had_pool"] = _has_pool()


def _in_child() -> None:
    _state["lost_pool"] |= _state["had_pool"]
    for file in list(_closed):
        with suppress(OSError):
            file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_child=_in_child)
