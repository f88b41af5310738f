"""What a scan may take of the machine, and what it is expected to take."""

import os
from pathlib import Path

from syndetect.errors import OutputError
from syndetect.find import Inputs
from syndetect.progress import Progress, quantity
from syndetect.store import free_bytes, free_memory

_BASE = (
    300 << 20
)  # bytes of a Python with numpy, numba and polars in it, and of a batch in every thread's hands
_ARRAYS = 3.5  # bytes of arrays a byte of text
_WORK = 1.5  # bytes beside them a byte of text: tables, and copies while arrays are made
_UNPACKED = 3.5  # bytes of text a byte of a packed file
_ARTICLE = 5_000  # bytes, about
_RATE = 30e6  # bytes a second on one core of these days, about
_LONG = 100 << 20  # bytes from which on a forecast is worth a line


def default_memory() -> int:
    """Half of the memory that is free."""
    return free_memory() // 2


def for_arrays(memory: int) -> int:
    """What arrays may take of it before they go to files."""
    return int(max(memory - _BASE, 0) * _ARRAYS / (_ARRAYS + _WORK))


def check(inputs: Inputs, memory: int, scratch: str | os.PathLike[str] | None, progress: Progress) -> None:
    """Say what a long scan is expected to take.

    Raises:
        OutputError: the scratch folder's disk has not the space.
    """
    text = sum(file.size * (_UNPACKED if file.packing else 1) for file in inputs.files)
    if text < _LONG:
        return
    arrays = text * _ARRAYS
    spills = arrays > for_arrays(memory)
    needed = int(arrays) if spills else 0
    free = free_bytes(None if scratch is None else Path(scratch))
    cores = os.cpu_count() or 1
    progress.note(
        f"About {text / _ARTICLE:,.0f} articles: up to {quantity(min(memory, _BASE + text * (_ARRAYS + _WORK)), 'bytes')}"
        f" of memory, {quantity(needed, 'bytes')} of {quantity(free, 'bytes')} free scratch space,"
        f" {max(text / _RATE / cores / 60, 0.1):.1f} minutes."
    )
    if needed > free:
        raise OutputError(
            f"{quantity(needed, 'bytes')} of scratch space are needed and {quantity(free, 'bytes')} free:"
            " free some, choose another folder with --scratch, or allow more --memory"
        )
