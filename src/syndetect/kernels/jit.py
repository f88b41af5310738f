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
from llvmlite.binding import get_host_cpu_name
from platformdirs import user_cache_path

try:  # these are not promised: without them the cache is as numba makes it
    from numba.core import caching
    from numba.core.runtime import rtsys
except ImportError:
    caching = None

_Function = Callable[..., Any]

#: Whether kernels run as plain Python.
IS_INTERPRETED = bool(numba.config.DISABLE_JIT)


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


def _digest() -> str:
    """A digest of every kernel's source, and of whether bounds are checked.

    numba notices a changed caller but not a changed callee in another file, and does not tell checked kernels apart.
    """
    digest = hashlib.blake2b(b"checked" if numba.config.BOUNDSCHECK else b"", digest_size=8)
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _cache_folder() -> str:
    """A private folder that can be written, named for the kernels' source; empty when there is none."""
    if numba.config.CACHE_DIR:
        return str(numba.config.CACHE_DIR)  # the user's own choice is trusted, and stands
    for place in _places():
        folder = place / _digest()
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            for private in (place, folder):
                private.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
            if _is_ours(place) and _is_ours(folder):
                return str(folder)
    return ""


_STAMP = _digest()
#: Where compiled kernels are kept; empty where they are not.
CACHE_FOLDER = _cache_folder()


def _mark(work: str) -> Path:
    """The file that stands for what is compiled; numba takes what another version or processor left for nothing."""
    made_by = f"{sys.implementation.cache_tag}-numba-{numba.__version__}-{numba.config.CPU_NAME or get_host_cpu_name()}"
    return Path(CACHE_FOLDER) / f"compiled-{work}-{_STAMP}-{made_by}"


def is_compiled(work: str) -> bool:
    """Whether a piece of work with these versions has left its kernels in the cache, so that none need be compiled."""
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
    fixed: dict[str, Any] = {"nogil": True, "inline": "never", "error_model": "numpy"}
    return _njit(function, **fixed, no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)


def _njit(function: _Function, *, cache: bool = False, **options: Any) -> _Function:
    compiled: Any = numba.njit(**options)(function)
    if cache and not IS_INTERPRETED and not _keep_by_digest(compiled, function):
        _keep_as_numba_does(compiled)
    return compiled  # type: ignore[no-any-return]


def _keep_by_digest(compiled: Any, function: _Function) -> bool:
    """Have a function's cache lie in the folder itself, valid for the digest of the sources; whether that is possible.

    numba's own way names a folder for the path of the sources, so that another environment would compile them again,
    and asks for a folder that can be written.
    """
    folder = CACHE_FOLDER

    class Place:
        """What numba asks where a cache lies; it calls this a locator."""

        _py_file = function.__code__.co_filename  # named in a warning

        @classmethod
        def from_function(cls, *_: Any) -> "Place":
            return cls()

        def ensure_cache_path(self) -> None:
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)

        def get_cache_path(self) -> str:
            return folder

        def get_source_stamp(self) -> str:
            return _STAMP

        def get_disambiguator(self) -> str:
            return str(function.__code__.co_firstlineno)

    try:
        base = caching.FunctionCache
        load = base._load_overload

        class Cache(base):  # type: ignore[misc, valid-type]
            """A cache whose folder may be read-only, or not be read at all.

            numba readies all that it can compile before it loads anything, and imports half of itself and
            ``scipy.linalg`` for it: a third of a small scan. A library that is loaded needs numba's allocator alone
            (and what hashes strings, which no kernel does); what is compiled later is readied for then.
            """

            _impl_class = type("Kept", (caching.CompileResultCacheImpl,), {"_locator_classes": [Place]})

            def load_overload(self, signature: Any, context: Any) -> Any:
                with suppress(OSError):
                    rtsys.initialize(context)
                    return load(self, signature, context)

            def save_overload(self, *arguments: Any) -> None:
                with suppress(OSError):
                    super().save_overload(*arguments)

        if not hasattr(compiled, "_cache"):
            return False
        compiled._cache = Cache(function)
    except (AttributeError, TypeError, RuntimeError):
        return False
    return True


def _keep_as_numba_does(compiled: Any) -> None:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = CACHE_FOLDER
    try:
        compiled.enable_caching()
    finally:
        numba.config.CACHE_DIR = before
