"""What a scan may take of the machine, and what it is expected to take."""

import ctypes
import mmap
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_BASE = (
    300 << 20
)  # bytes of a Python with numpy, numba and polars in it, and of a batch in every thread's hands
_ARRAYS = 3.5  # bytes of arrays a byte of text
_WORK = 1.5  # bytes beside them a byte of text: tables, and copies while arrays are made
_UNPACKED = 3.5  # bytes of text a byte of a packed file
_ARTICLE = 5_000  # bytes, about
_RATE = 30e6  # bytes a second on one core of these days, about
_LOOK = 0.005  # seconds between looks at what is held
_LONG = 100 << 20  # bytes from which on a forecast is worth a line


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_memory() -> int:
    """Half of the memory that is free."""
    return free_memory() // 2


def for_arrays(memory: int) -> int:
    """What arrays may take of it before they go to files."""
    return int(max(memory - _BASE, 0) * _ARRAYS / (_ARRAYS + _WORK))


@contextmanager
def kept_within(memory: int, release: Callable[[], None]) -> Iterator[None]:
    """Have ``release`` called whenever the process holds more memory, for the length of a block.

    Pages of mapped files count as held until they are let go of, and a kernel may touch many of them in a moment. What
    the process has freed is given back as well. Works where the system tells what is held (Linux).
    """
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(memory, release, ended), daemon=True)
    if resident_bytes() > 0:
        watch.start()
    try:
        yield
    finally:
        ended.set()


def _watch(memory: int, release: Callable[[], None], ended: threading.Event) -> None:
    trimmed = 0.0
    while not ended.wait(_LOOK):
        if resident_bytes() <= memory:
            continue
        release()
        if resident_bytes() > memory and time.monotonic() > trimmed + 1:
            trim()
            trimmed = time.monotonic()


def resident_bytes() -> int:
    """The memory that this process holds; 0 where the system does not tell."""
    try:
        with Path("/proc/self/statm").open("rb") as file:
            return int(file.read().split()[1]) * mmap.PAGESIZE
    except OSError:
        return 0


def trim() -> None:
    """Give back to the system what was freed; the C library keeps it otherwise, a pool for every thread."""
    with suppress(OSError, AttributeError):  # glibc only
        ctypes.CDLL(None).malloc_trim(0)


def free_memory() -> int:
    """The memory that is free, as the system tells it; 4 GB where it does not."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1])
    with suppress(AttributeError, ValueError, OSError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return 4 << 30
