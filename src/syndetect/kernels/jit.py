"""How kernels are compiled: one decorator, and a cache that finds a place or does without."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from platformdirs import user_cache_path

_Function = Callable[..., Any]


def _places() -> Iterator[Path]:
    """Where compiled kernels may be kept, best first."""
    users = user_cache_path("syndetect", appauthor=False, opinion=False)
    if users.is_absolute():  # it begins with ~ where there is no home
        yield users / "kernels"
    with suppress(RuntimeError):  # there may be no home at all
        yield Path.home() / ".cache" / "syndetect" / "kernels"
    yield (
        Path(tempfile.gettempdir()) / f"syndetect-kernels-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    )


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can have put a file here: numba unpickles what it finds in its cache."""
    if not hasattr(os, "getuid"):
        return True
    state = folder.lstat()
    return state.st_uid == os.getuid() and not state.st_mode & 0o022


def _cache_folder() -> str:
    """A private folder that can be written, named for the kernels' source; empty when there is none.

    The name carries a digest of every kernel's source, because numba notices a changed caller but not a changed
    callee in another file, and of whether bounds are checked, which numba does not tell apart either.
    """
    if numba.config.CACHE_DIR:
        return str(numba.config.CACHE_DIR)  # the user's own choice is trusted, and stands
    digest = hashlib.blake2b(b"checked" if numba.config.BOUNDSCHECK else b"", digest_size=8)
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    for place in _places():
        folder = place / digest.hexdigest()
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            for private in (place, folder):
                private.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
            if _is_ours(place) and _is_ours(folder):
                return str(folder)
    return ""


CACHE_FOLDER = _cache_folder()


def _mark(work: str) -> Path:
    return Path(CACHE_FOLDER) / f"compiled-{work}-{sys.implementation.cache_tag}"


def is_compiled(work: str) -> bool:
    """Whether a piece of work with this Python has left its kernels in the cache, so that none need be compiled."""
    return bool(CACHE_FOLDER) and _mark(work).exists()


def note_compiled(work: str) -> None:
    """Remember that a piece of work has been done to its end, and so has compiled all its kernels."""
    if CACHE_FOLDER:
        with suppress(OSError):
            _mark(work).touch()


def kernel(function: _Function) -> _Function:
    """Compile a function on its first call: without the GIL, with numpy's error model, kept in the cache folder."""
    return _njit(function, nogil=True, cache=bool(CACHE_FOLDER), error_model="numpy", no_cfunc_wrapper=True)


def inline(function: _Function, **options: Any) -> _Function:
    """Compile a small function that only kernels call and that makes no arrays.

    Without a door to Python it compiles faster; without counting references to arrays, which its caller holds anyway,
    it runs faster.
    """
    return allocating(function, _nrt=False, **options)


def merged(function: _Function) -> _Function:
    """Compile such a function into its one caller, where passing it all its arrays would take longer than it does."""
    return inline(function, forceinline=True)


def allocating(function: _Function, **options: Any) -> _Function:
    """Compile a function that only kernels call and that makes arrays."""
    fixed = {"nogil": True, "inline": "never", "error_model": "numpy"}
    return _njit(function, **fixed, no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)


def _njit(function: _Function, **options: Any) -> _Function:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = CACHE_FOLDER  # read by numba when it decorates; other packages keep their own
    try:
        compiled: _Function = numba.njit(**options)(function)
    finally:
        numba.config.CACHE_DIR = before
    return compiled
