"""Texts that are kept in the store of a scan: many, that are written once and read in portions, in another order."""

from collections.abc import Callable

import numpy as np
import polars as pl

from syndetect.arrays import I64, ByteStrings, bounds_of
from syndetect.storage.scratch import Store

_FEW = 1 << 10  # texts that are read from mapped pages until these are evicted


class StoredTexts:
    """Texts in two arrays of a store, which a later stage is not resumed from.

    Args:
        store: holds them. What another one of this name left there, as in a scan that was killed, is dropped.
        name: of the arrays.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._names = store, (name, f"{name}_sizes")
        for one in self._names:
            store.drop(one)

    def add(self, texts: ByteStrings) -> None:
        """Add texts, as UTF-8, behind those that are there."""
        for name, values in zip(self._names, (texts.data, np.diff(texts.bounds)), strict=True):
            self._store.append(name, values)

    def reader(self) -> "StoredTextReader":
        """What reads them, when all are there."""
        data, sizes = (np.asarray(self._store[name]) for name in self._names)
        return StoredTextReader(data.data, bounds_of(sizes), self._store.release)


class StoredTextReader:
    """Reads texts.

    Args:
        data: their bytes.
        bounds: int64[n + 1], the first byte of each, and the end of the last.
        release: evicts what was read: with the page that a text is on, a mapped file has its neighbours in memory.
    """

    def __init__(self, data: memoryview, bounds: I64, release: Callable[[], None]) -> None:
        self._data, self._bounds, self._release = data, bounds, release

    def __call__(self, numbers: I64) -> pl.Series:
        """String: the texts of these numbers, in any order."""
        found = list[bytes]()
        for low in range(0, len(numbers), _FEW):
            some = numbers[low : low + _FEW]
            places = self._bounds[some].tolist(), self._bounds[some + 1].tolist()
            found += [bytes(self._data[begin:end]) for begin, end in zip(*places, strict=True)]
            self._release()
        return pl.Series(found, dtype=pl.Binary).cast(pl.String)
