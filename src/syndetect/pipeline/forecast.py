"""What a scan is expected to take of memory, disk and time."""

import os
import shutil
import tempfile
from pathlib import Path

from syndetect.errors import OutputError
from syndetect.reading.discovery import Inputs
from syndetect.runtime.memory import (
    _ARRAYS,
    _ARTICLE,
    _BASE,
    _LONG,
    _RATE,
    _UNPACKED,
    _WORK,
    cores,
    for_arrays,
)
from syndetect.runtime.progress import Progress, quantity


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
    held = min(memory, _BASE + text * (_ARRAYS + _WORK))
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
    return shutil.disk_usage(next(path for path in (place, *place.resolve().parents) if path.exists())).free
