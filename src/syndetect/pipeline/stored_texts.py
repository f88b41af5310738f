"""Strings that are kept in the store of a scan: many, that are written once and read in portions, in another order."""

from collections.abc import Callable

import numpy as np
import polars as pl

from syndetect.arrays import I64, Bool, ByteStrings, bounds_of
from syndetect.storage.scratch import Store

_FEW = 1 << 10  # strings that are read from mapped pages until these are evicted
_MUCH = 1 << 26  # bytes that are evicted at all, as long as there is room


class StoredTexts:
    """Strings in two arrays of a store, which a later stage is not resumed from.

    Args:
        store: holds them. What another one of this name left there, as in a scan that was killed, is dropped.
        name: of the arrays.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._data, self._bounds, self._bytes = store, name, f"{name}_bounds", 0
        for one in (self._data, self._bounds):
            store.drop(one)
        store.append(self._data, np.empty(0, np.uint8))
        store.append(self._bounds, np.zeros(1, np.int64))

    def add(self, texts: ByteStrings, is_null: Bool | None = None) -> None:
        """Add strings, as UTF-8, behind those that are there; where ``is_null`` (bool[n]) says so, there is none."""
        ends = texts.bounds[1:] + self._bytes << 1
        self._store.append(self._data, texts.data)
        self._store.append(self._bounds, ends if is_null is None else ends | is_null)
        self._bytes += int(texts.bounds[-1])

    def reader(self) -> "StoredTextReader":
        """What reads them, when all are there."""
        data, bounds = (np.asarray(self._store[name]) for name in (self._data, self._bounds))
        return StoredTextReader(data.data, bounds, self._store.release if data.nbytes > _MUCH else _stay)


class StoredTextReader:
    """Reads strings.

    Args:
        data: their bytes.
        bounds: int64[n + 1], twice the first byte of each, and the end of the last; one more where the string that ends
            there is null.
        release: evicts what was read: with the page that a string is on, a mapped file has its neighbours in memory.
    """

    def __init__(self, data: memoryview, bounds: I64, release: Callable[[], None]) -> None:
        self._data, self._bounds, self._release = data, bounds, release

    def __len__(self) -> int:
        """How many there are."""
        return len(self._bounds) - 1

    def __call__(self, numbers: I64) -> pl.Series:
        """String: those of these numbers, in any order."""
        data, pieces = self._data, list[bytes]()
        begin, end = self._bounds[numbers] >> 1, self._bounds[numbers + 1]
        is_null, end = (end & 1).astype(bool), end >> 1
        for low in range(0, len(numbers), _FEW):
            places = begin[low : low + _FEW].tolist(), end[low : low + _FEW].tolist()
            pieces.append(b"".join([data[first:last] for first, last in zip(*places, strict=True)]))
            self._release()
        sizes = end - begin
        return strings_at(
            pl.Series([b"".join(pieces)], dtype=pl.Binary), bounds_of(sizes)[:-1], sizes, is_null
        )


def _stay() -> None:
    """Evict nothing."""


def strings_at(data: pl.Series, begin: I64, size: I64, is_null: Bool | None = None) -> pl.Series:
    """String: the strings at these bytes of one buffer, made without an object for each.

    Args:
        data: Binary, of one row, UTF-8.
        begin, size: int64[n], where each begins, and its bytes.
        is_null: bool[n], which are null.
    """
    whole = pl.lit(data).first().bin.slice("begin", "size").cast(pl.String)
    places = pl.DataFrame({"begin": begin, "size": size})
    found = whole if is_null is None else pl.when(pl.lit(pl.Series(~is_null))).then(whole)
    return places.select(found.alias("text")).to_series()


def encoded(values: pl.Series) -> ByteStrings:
    """Strings as UTF-8, the null ones empty, without an object for each."""
    data = values.str.join("").cast(pl.Binary).item()
    return ByteStrings(
        np.frombuffer(data, np.uint8), bounds_of(values.str.len_bytes().fill_null(0).to_numpy())
    )
