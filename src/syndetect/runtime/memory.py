"""The processor cores and the memory of the machine and of this process."""

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

import psutil

#: Bytes of a Python process with numpy, numba and polars, and of one batch per thread.
PROCESS_BYTES = 300 << 20
#: Bytes of arrays per byte of text.
ARRAY_BYTES = 3.5
#: Bytes of tables, and of copies while arrays are made, per byte of text.
WORK_BYTES = 1.5
#: Bytes that a thread holds while it works on a batch of articles.
BATCH_BYTES = 64 << 20

_ARENA_MAX = -8  # the number of this parameter of glibc's allocator
_TOUCHED = 4 << 30  # bytes a second of mapped pages that kernels may touch, about
#: Seconds between two looks at the memory of the process: the time in which what is left of it could be touched.
_SOONEST, _LATEST = 0.005, 0.1


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_memory() -> int:
    """Half of the memory that is free."""
    return free_memory() // 2


def for_arrays(memory: int) -> int:
    """The bytes of ``memory`` that arrays may take before they go to files."""
    return int(max(memory - PROCESS_BYTES, 0) * ARRAY_BYTES / (ARRAY_BYTES + WORK_BYTES))


def readers(threads: int, memory: int) -> int:
    """How many of the threads may work on batches of articles at once: as many as half of ``memory`` has room for."""
    return min(threads, 1 + max(memory - PROCESS_BYTES, 0) // 2 // BATCH_BYTES)


@contextmanager
def kept_within(memory: int, release: Callable[[], None]) -> Iterator[None]:
    """Call ``release`` whenever the process holds more than ``memory`` bytes, for the length of a block.

    Mapped pages of files count as held until they are evicted, and a kernel may touch many of them in a moment. Memory
    that the process has freed is given back to the system as well.
    """
    share_pool()
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(memory, release, ended), daemon=True)
    if resident_bytes() > 0:
        watch.start()
    try:
        yield
    finally:
        ended.set()


def _watch(memory: int, release: Callable[[], None], ended: threading.Event) -> None:
    trimmed, pause = 0.0, _SOONEST
    while not ended.wait(pause):
        left = memory - resident_bytes()
        pause = min(max(left / _TOUCHED, _SOONEST), _LATEST)
        if left >= 0:
            continue
        release()
        if resident_bytes() > memory and time.monotonic() > trimmed + 1:
            trim()
            trimmed = time.monotonic()


def resident_bytes() -> int:
    """The memory that this process holds (its resident set); 0 where the system does not tell."""
    with suppress(OSError, psutil.Error):
        return int(_process(os.getpid()).memory_info().rss)
    return 0


@cache
def _process(number: int) -> psutil.Process:
    """A process, found once: to find it costs more than to look at its memory."""
    return psutil.Process(number)


def share_pool() -> None:
    """Have threads that begin from now on take memory from the pools that there are, instead of one each.

    The end of a pool of a thread, up to 64 MB, is not given back when it is free, whatever :func:`trim` does; that of
    the first pool of the process is.
    """
    with suppress(OSError, AttributeError):  # glibc only
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def trim() -> None:
    """Give back to the system what was freed; the C library keeps it otherwise."""
    with suppress(OSError, AttributeError):  # glibc only
        ctypes.CDLL(None).malloc_trim(0)


def free_memory() -> int:
    """The memory that programs can still take without swapping, as the system tells it; 4 GB where it does not."""
    with suppress(OSError, psutil.Error):
        return int(psutil.virtual_memory().available)
    return 4 << 30
