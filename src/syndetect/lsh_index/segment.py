"""Keys and the bands of their signatures in a segment, where they are found and never changed.

Of every row there are its key (``text`` and its ``kind``), its ``checks`` (uint64[n, bands]) and, in the sorted
``lists``, an entry in the list of each band, by the band's key, and one in a last list, by a hash of the row's own key.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from operator import index
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

from syndetect.arrays import I64, U8, U64, sort_values
from syndetect.errors import InputError
from syndetect.lsh_index.memtable import Hashed
from syndetect.storage import sorted_lists
from syndetect.storage.segment_file import Segment

_S32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_STR, _BYTES, _INT = range(3)
PIECE = 1 << 16  # rows that are copied at once
ASKED = 1 << 13  # signatures that are looked up at once


def encode(key: Hashable) -> tuple[int, bytes]:
    """A key's kind, and its bytes.

    Raises:
        InputError: it is not of a kind that can be stored.
    """
    if isinstance(key, str):
        return _STR, key.encode("utf-8", "surrogatepass")
    if isinstance(key, bytes):
        return _BYTES, key
    try:
        return _INT, str(index(key)).encode()  # type: ignore[arg-type]
    except TypeError:
        raise InputError(f"a key on disk is a str, bytes or an int, not {type(key).__name__}") from None


def decode(kind: int, data: bytes) -> Hashable:
    """The key of a kind that has these bytes."""
    if kind == _BYTES:
        return data
    return int(data) if kind == _INT else data.decode("utf-8", "surrogatepass")


class Source(Protocol):
    """Rows that are to be written, numbered from 0."""

    @property
    def rows(self) -> int:
        """How many they are."""

    def entries(self, which: int) -> U64:
        """Their entries in a list: 32 bits of a key, then the row."""

    def checks(self) -> Iterator[U64]:
        """Their checks, piece by piece: uint64[n, bands]."""

    def names(self) -> Iterator[tuple[U8, I64, U8]]:
        """Their keys, piece by piece: kinds (uint8[n]), lengths (int64[n]), and the bytes of all (uint8)."""


class Fresh:
    """Rows in memory, to be written.

    Args:
        keys: of the rows.
        hashed: what their signatures are compared by.
    """

    def __init__(self, keys: Sequence[Hashable], hashed: Hashed) -> None:
        self._links, self._checks = hashed
        self._keys = [encode(key) for key in keys]

    @property
    def rows(self) -> int:
        """How many they are."""
        return len(self._keys)

    def entries(self, which: int) -> U64:
        """Their entries in a list, as :class:`Source` says."""
        keys = _hashes(self._keys) if which == len(self._links) else self._links[which] >> _S32
        return keys << _S32 | np.arange(self.rows, dtype=np.uint64)

    def checks(self) -> Iterator[U64]:
        """Their checks."""
        yield self._checks

    def names(self) -> Iterator[tuple[U8, I64, U8]]:
        """Their keys."""
        yield _columns(self._keys)


def write(put: Callable[[str, npt.NDArray[Any]], None], bands: int, sources: Sequence[Source]) -> None:
    """Write the rows of sources, one after the other, as one numbering.

    Args:
        put: takes an array's name and a piece of it; all pieces of one array come one after the other.
        bands: how many a row has.
        sources: of fewer than 2**32 rows together.
    """
    counts = [source.rows for source in sources]
    firsts = np.cumsum([0, *counts[:-1]], dtype=np.uint64)

    def entries(which: int) -> U64:
        return np.concatenate(
            [source.entries(which) + first for source, first in zip(sources, firsts, strict=True)]
        )

    sorted_lists.write(put, "lists", bands + 1, entries)
    kinds, sizes = [np.empty(0, np.uint8)], [np.zeros(1, np.int64)]
    for source in sources:
        for kind, size, data in source.names():
            put("text", data)
            kinds.append(kind)
            sizes.append(size)
    put("text.bounds", np.cumsum(np.concatenate(sizes)))
    put("kind", np.concatenate(kinds))
    for source in sources:
        for checks in source.checks():
            put("checks", checks)


class Stored:
    """Rows of a segment, of which some are removed by now.

    Args:
        segment: as :func:`write` left it.
        gone: uint8[n], which rows are removed.
    """

    def __init__(self, segment: Segment, gone: U8) -> None:
        self.segment, self.gone = segment, gone
        self._lists = sorted_lists.Lists(segment, "lists")
        self._bands = len(self._lists.bounds) - 2

    @property
    def rows(self) -> int:
        """How many are not removed."""
        return int((self.gone == 0).sum())

    def find(self, hashed: Hashed) -> tuple[I64, list[Hashable]]:
        """The keys of rows that agree in at least one band with signatures: as of :meth:`Memtable.find`.

        Raises:
            StoredIndexError: what has to be read is damaged.
        """
        links, checks = hashed
        found = [
            self._find(links[:, first : first + ASKED], checks[first : first + ASKED])
            + (np.uint64(first) << _S32)
            for first in range(0, len(checks), ASKED)
        ]
        pairs = np.concatenate([np.empty(0, np.uint64), *found])
        keys = self._keys((pairs & _LOW).astype(np.int64))
        return (pairs >> _S32).astype(np.int64), [decode(*key) for key in keys]

    def all(self) -> tuple[list[Hashable], Hashed]:
        """All rows that are not removed, as :meth:`Memtable.rows` gives them."""
        links = np.empty((self._bands, self.rows), np.uint64)
        for band in range(self._bands):
            entries = self.entries(band)
            links[band, (entries & _LOW).astype(np.int64)] = entries
        rows = np.flatnonzero(self.gone == 0)
        return [decode(*key) for key in self._keys(rows)], (links, np.concatenate(list(self.checks())))

    def find_keys(self, keys: Sequence[tuple[int, bytes]]) -> tuple[I64, I64]:
        """The rows that have keys, given by their kinds and bytes: numbers of keys (int64[m]), and beside each a row.

        Raises:
            StoredIndexError: what has to be read is damaged.
        """
        begin, end = self._lists.find(np.full(len(keys), self._bands), _hashes(keys))
        found, which = self._lists.numbers(begin, end)
        rows = found.astype(np.int64)
        same = np.array(
            [key == keys[number] for key, number in zip(self._keys(rows), which.tolist(), strict=True)],
            np.bool_,
        )
        same &= self.gone[rows] == 0
        return which[same], rows[same]

    def entries(self, which: int) -> U64:
        """The entries of a list, by the numbers that the rows have without those that are removed."""
        entries = self._lists.entries(which)
        rows = (entries & _LOW).astype(np.int64)
        kept = self.gone[rows] == 0
        numbers = np.cumsum(self.gone == 0) - 1
        found: U64 = entries[kept] & ~_LOW | numbers[rows[kept]].astype(np.uint64)
        return found

    def checks(self) -> Iterator[U64]:
        """The checks of rows that are not removed."""
        for first, last, kept in self._pieces():
            self.segment.check("checks", first, last)
            yield self.segment["checks"][first:last][kept]

    def names(self) -> Iterator[tuple[U8, I64, U8]]:
        """The keys of rows that are not removed."""
        for first, last, kept in self._pieces():
            yield _columns(list(self._keys(np.arange(first, last)[kept])))

    def _pieces(self) -> Iterator[tuple[int, int, npt.NDArray[np.bool_]]]:
        for first in range(0, len(self.gone), PIECE):
            last = min(first + PIECE, len(self.gone))
            yield first, last, self.gone[first:last] == 0

    def _find(self, links: U64, checks: U64) -> U64:
        """Pairs of signatures and rows that are not removed, as of :meth:`Buckets.find`."""
        asked = np.tile(np.arange(len(checks)), self._bands)
        bands = np.repeat(np.arange(self._bands), len(checks))
        begin, end = self._lists.find(bands, (links >> _S32).reshape(-1))
        found, which = self._lists.numbers(begin, end)
        rows, asked, bands = found.astype(np.int64), asked[which], bands[which]
        self.segment.check("checks", rows, rows + 1)
        same = (self.segment["checks"][rows, bands] == checks[asked, bands]) & (self.gone[rows] == 0)
        pairs = sort_values(asked[same].astype(np.uint64) << _S32 | rows[same].astype(np.uint64))
        once: U64 = pairs[np.concatenate([[True], pairs[1:] != pairs[:-1]])[: len(pairs)]]
        return once

    def _keys(self, rows: I64) -> Iterator[tuple[int, bytes]]:
        """The keys of rows, as :func:`encode` gives them."""
        segment = self.segment
        segment.check("kind", rows, rows + 1)
        segment.check("text.bounds", rows, rows + 2)
        begin, end = segment["text.bounds"][rows], segment["text.bounds"][rows + 1]
        segment.check("text", begin, end)
        text = segment["text"]
        for kind, low, high in zip(segment["kind"][rows].tolist(), begin.tolist(), end.tolist(), strict=True):
            yield kind, text[low:high].tobytes()


def _hashes(keys: Sequence[tuple[int, bytes]]) -> U64:
    """uint64[n]: hashes of 32 bits of keys, given by their kinds and bytes."""
    return np.array([xxh3_64_intdigest(data, kind) >> 32 for kind, data in keys], np.uint64)


def _columns(keys: Sequence[tuple[int, bytes]]) -> tuple[U8, I64, U8]:
    """Keys, given by their kinds and bytes, as arrays: kinds, lengths, and the bytes of all."""
    kinds = np.array([kind for kind, _ in keys], np.uint8)
    sizes = np.array([len(data) for _, data in keys], np.int64)
    return kinds, sizes, np.frombuffer(b"".join(data for _, data in keys), np.uint8)
