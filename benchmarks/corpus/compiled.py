"""Compiles the loops that write corpora, and caches them under a digest of this package, which holds all of them."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

from syndetect.kernels import jit


def _cache_folder() -> str:
    """A folder within the cache of syndetect's kernels, whose name covers those; empty where there is no cache."""
    if not jit.CACHE_FOLDER:
        return ""
    digest = hashlib.blake2b(digest_size=8)
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return str(Path(jit.CACHE_FOLDER) / f"benchmarks-{digest.hexdigest()}")


_CACHE_FOLDER = _cache_folder()


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function on its first call, and keep it until a file of this package changes."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _CACHE_FOLDER  # read by numba when it decorates; other packages keep their own
    try:
        compiled: Callable[..., Any] = numba.njit(nogil=True, cache=bool(_CACHE_FOLDER), error_model="numpy")(
            function
        )
    finally:
        numba.config.CACHE_DIR = before
    return compiled
