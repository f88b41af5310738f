"""An object store in this process: fsspec's ``memory://``, empty at the beginning and the end of a test."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import fsspec
from fsspec.implementations.memory import MemoryFileSystem


@contextmanager
def empty_store() -> Iterator[Any]:
    """The file system, without objects."""
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]
    yield fsspec.filesystem("memory")
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


def put(store: Any, objects: Mapping[str, bytes]) -> None:
    """Make objects of these paths."""
    for path, data in objects.items():
        store.pipe(f"/{path}", data)


def objects(store: Any, folder: str = "") -> dict[str, bytes]:
    """The objects below a folder, by their paths from there."""
    root = f"/{folder}".rstrip("/") + "/"
    return {path.removeprefix(root): store.cat(path) for path in store.find(root)}
