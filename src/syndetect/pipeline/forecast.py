"""What a scan is expected to take of memory, disk and time."""

import os
import shutil
import tempfile
from pathlib import Path

from syndetect.errors import OutputError
from syndetect.reading.discovery import Inputs
from syndetect.runtime.memory import ARRAY_BYTES, PROCESS_BYTES, WORK_BYTES, cores, for_arrays
from syndetect.runtime.progress import Progress, quantity
from syndetect.storage.filesystem import absolute

_UNPACKED = 3.5  # bytes of text per byte of a packed file
_ARTICLE = 5_000  # bytes of an article, about
_RATE = 30e6  # bytes per second and core, about
_LONG = 100 << 20  # bytes of text from which on a scan gets a forecast


def check(inputs: Inputs, memory: int, scratch: str | os.PathLike[str] | None, progress: Progress) -> None:
    """Say what a long scan is expected to take.

    Raises:
        OutputError: the scratch folder's disk has not the space.
    """
    text = sum(file.size * (_UNPACKED if file.packing else 1) for file in inputs.files)
    if text < _LONG:
        return
    arrays = text * ARRAY_BYTES
    spills = arrays > for_arrays(memory)
    needed = int(arrays) if spills else 0
    free = free_bytes(None if scratch is None else Path(scratch))
    held = min(memory, PROCESS_BYTES + text * (ARRAY_BYTES + WORK_BYTES))
    progress.note(
        f"About {text / _ARTICLE:,.0f} articles: up to {quantity(held, 'bytes')} of memory,"
        f" {quantity(needed, 'bytes')} of {quantity(free, 'bytes')} free scratch space,"
        f" {max(text / _RATE / cores() / 60, 0.1):.1f} minutes."
    )
    if needed > free:
        raise OutputError(
            f"{quantity(needed, 'bytes')} of scratch space are needed and {quantity(free, 'bytes')} free:"
            " free some, choose another folder with --scratch, or allow more --memory"
        )


def free_bytes(folder: Path | None) -> int:
    """The free space where a scratch folder would be."""
    place = folder or Path(tempfile.gettempdir())
    return shutil.disk_usage(next(path for path in (place, *absolute(place).parents) if path.exists())).free
