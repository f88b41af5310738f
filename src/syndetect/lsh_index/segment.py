"""Segments of ``MinHashLSH`` on disk: keys and the hashed bands of their signatures.

A segment holds for every row its key, its checks, and entries in sorted lists; ``ARRAYS`` and ``LISTS`` say which.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from operator import index
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

from syndetect.arrays import I64, U8, U32, U64, Bool, distinct, sort_values
from syndetect.errors import InputError
from syndetect.lsh_index.memtable import Hashed
from syndetect.storage import sorted_lists
from syndetect.storage.directory import FileEntry
from syndetect.storage.layout import Items, ListGroup, bounds, declare, declare_lists, within
from syndetect.storage.segment_file import Segment
from syndetect.storage.segment_set import LiveSegment
from syndetect.storage.sorted_lists import ListEntries

_S32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_STR, _BYTES, _INT = range(3)
#: Rows that are copied at a time.
PIECE = 1 << 16
#: Signatures that are looked up at a time.
QUERIES = 1 << 13


#: The arrays of a segment beside the lists.
ARRAYS = {
    "kind": Items("what each row's key is: str, bytes or int", "|u1", "rows", within(_STR, _INT)),
    "text": Items("the bytes of the keys, one behind the other", "|u1", "text"),
    "text.bounds": Items("where each key begins", "<i8", "rows", bounds("text"), 1),
    "checks": Items("checks of each row's bands", "<u8", "rows", columns="bands"),
}
#: A list a band: its key, the row; and a last list: a hash of the row's key, the row.
LISTS = {"lists": ListGroup("keys of bands or rows, rows", "lists", "rows")}


def declare_segment(segment: Segment, file: FileEntry, bands: int) -> None:
    """Hold a segment against this layout, and its entry in the manifest.

    Raises:
        StoredIndexError: an array is missing or has another type or length, or not all rows are in each list.
    """
    sizes = {"rows": file.metadata["rows"], "bands": bands, "lists": bands + 1}
    declare(segment, ARRAYS, sizes)
    declare_lists(segment, LISTS, sizes)
    if (np.diff(segment["lists.bounds"]) != sizes["rows"]).any():
        raise segment.refused("a list has not one entry of each row")


def encode(key: Hashable) -> tuple[int, bytes]:
    """The kind and the bytes of a key.

    Raises:
        InputError: the key is of a type that cannot be stored.
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
    """The key with this kind and these bytes.

    Raises:
        ValueError: there is none.
    """
    if kind == _BYTES:
        return data
    key = int(data) if kind == _INT else data.decode("utf-8", "surrogatepass")
    if encode(key) != (kind, data):
        raise ValueError("another form of a key")
    return key


class RowSource(Protocol):
    """Rows to be written to a segment, numbered from 0."""

    @property
    def rows(self) -> int:
        """The number of rows."""

    def entries(self, which: int) -> U64:
        """The rows' entries in one of the lists: 32 bits of a key, then the row."""

    def checks(self) -> Iterator[U64]:
        """The rows' checks, piece by piece: uint64[n, bands]."""

    def names(self) -> Iterator[tuple[U8, I64, U8]]:
        """The rows' keys, piece by piece: kinds (uint8[n]), lengths (int64[n]), and the bytes of all (uint8)."""


class NewRows:
    """Rows of the memtable, to be written to a segment.

    Args:
        keys: the keys of the rows.
        hashed: the hashed bands of their signatures.
    """

    def __init__(self, keys: Sequence[Hashable], hashed: Hashed) -> None:
        self._links, self._checks = hashed
        self._keys = [encode(key) for key in keys]

    @property
    def rows(self) -> int:
        """As :class:`RowSource` says."""
        return len(self._keys)

    def entries(self, which: int) -> U64:
        """As :class:`RowSource` says."""
        keys = _hashes(self._keys) if which == len(self._links) else self._links[which] >> _S32
        return keys << _S32 | np.arange(self.rows, dtype=np.uint64)

    def checks(self) -> Iterator[U64]:
        """As :class:`RowSource` says."""
        yield self._checks

    def names(self) -> Iterator[tuple[U8, I64, U8]]:
        """As :class:`RowSource` says."""
        yield _columns(self._keys)


def write(put: Callable[[str, npt.NDArray[Any]], None], bands: int, sources: Sequence[RowSource]) -> None:
    """Write the rows of sources to one segment, numbered consecutively.

    Args:
        put: takes the name of an array and a piece of it; the pieces of one array follow one another.
        bands: the number of bands of a row.
        sources: the rows, fewer than 2**32 together.
    """
    counts = [source.rows for source in sources]
    firsts = np.cumsum([0, *counts[:-1]], dtype=np.uint64)

    def list_entries(low: int, high: int) -> ListEntries:
        return ListEntries.joined([
            ListEntries(entries, np.full(len(entries), which - low))
            for which in range(low, high)
            for source, first in zip(sources, firsts, strict=True)
            for entries in (source.entries(which) + first,)
        ])  # fmt: skip

    sorted_lists.write(put, "lists", np.full(bands + 1, sum(counts)), list_entries)
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


class SegmentRows:
    """The rows of a segment on disk.

    Args:
        live: the segment, as :func:`write` wrote it, with its committed tombstones.

    Attributes:
        live: the same.
        alive: bool[n], the rows that are not deleted; the caller writes it, and later commits it.
    """

    def __init__(self, live: LiveSegment) -> None:
        self.live, self._segment = live, live.segment
        self.alive: Bool = np.ones(live.rows, bool)
        self.alive[live.deleted] = False
        self._lists = sorted_lists.Lists(live.segment, "lists")
        self._bands = len(self._lists.bounds) - 2

    @property
    def rows(self) -> int:
        """The number of rows that are not deleted."""
        return int(np.count_nonzero(self.alive))

    @property
    def deleted(self) -> U32:
        """uint32[m]: the deleted rows, ascending."""
        return np.flatnonzero(~self.alive).astype(np.uint32)

    def find(self, hashed: Hashed) -> tuple[I64, list[Hashable]]:
        """Find the keys of rows that agree in at least one band with signatures, as :meth:`Memtable.find` does.

        Raises:
            StoredIndexError: the segment is damaged.
        """
        links, checks = hashed
        found = [
            self._find(links[:, first : first + QUERIES], checks[first : first + QUERIES])
            + (np.uint64(first) << _S32)
            for first in range(0, len(checks), QUERIES)
        ]
        pairs = np.concatenate([np.empty(0, np.uint64), *found])
        keys = self._keys((pairs & _LOW).astype(np.int64))
        return (pairs >> _S32).astype(np.int64), self._decoded(keys)

    def all(self) -> tuple[list[Hashable], Hashed]:
        """All rows that are not deleted, as :meth:`Memtable.rows` gives them."""
        links = np.empty((self._bands, self.rows), np.uint64)
        for band in range(self._bands):
            entries = self.entries(band)
            links[band, (entries & _LOW).astype(np.int64)] = entries
        return self.all_keys(), (links, np.concatenate(list(self.checks())))

    def find_keys(self, keys: Sequence[tuple[int, bytes]]) -> tuple[I64, I64]:
        """Find the rows with some keys, given by their kinds and bytes: the key's number and the row, int64[m] each.

        Raises:
            StoredIndexError: the segment is damaged.
        """
        begin, end = self._lists.find(np.full(len(keys), self._bands), _hashes(keys))
        found, which = self._lists.numbers(begin, end)
        rows = found.astype(np.int64)
        same = np.array(
            [key == keys[number] for key, number in zip(self._keys(rows), which.tolist(), strict=True)],
            np.bool_,
        )
        same &= self.alive[rows]
        return which[same], rows[same]

    def all_keys(self) -> list[Hashable]:
        """The keys of all rows that are not deleted."""
        return self._decoded(self._keys(np.flatnonzero(self.alive)))

    def checks_of(self, keys: Sequence[tuple[int, bytes]]) -> tuple[I64, U64]:
        """The rows with some keys, as :meth:`find_keys` finds them: the keys' numbers, and uint64[m, bands]."""
        which, rows = self.find_keys(keys)
        self._segment.check("checks", rows, rows + 1)
        return which, self._segment["checks"][rows]

    def entries(self, which: int) -> U64:
        """The entries of a list, with rows numbered without the deleted ones."""
        entries = self._lists.entries(which)
        rows = (entries & _LOW).astype(np.int64)
        if not (np.bincount(rows, minlength=len(self.alive)) == 1).all():
            raise self._segment.refused("a list has not one entry of each row")
        kept = self.alive[rows]
        numbers = np.cumsum(self.alive) - 1
        found: U64 = entries[kept] & ~_LOW | numbers[rows[kept]].astype(np.uint64)
        return found

    def checks(self) -> Iterator[U64]:
        """As :class:`RowSource` says."""
        for first, last, alive in self._pieces():
            self._segment.check("checks", first, last)
            yield self._segment["checks"][first:last][alive]

    def names(self) -> Iterator[tuple[U8, I64, U8]]:
        """As :class:`RowSource` says."""
        for first, last, alive in self._pieces():
            yield _columns(list(self._keys(np.arange(first, last)[alive])))

    def _pieces(self) -> Iterator[tuple[int, int, Bool]]:
        """Ranges of rows, and which of their rows are not deleted."""
        for first in range(0, len(self.alive), PIECE):
            last = min(first + PIECE, len(self.alive))
            yield first, last, self.alive[first:last]

    def _find(self, links: U64, checks: U64) -> U64:
        """Pairs of signatures and rows that are not deleted, as :meth:`Buckets.find` gives them."""
        queries = np.tile(np.arange(len(checks)), self._bands)
        bands = np.repeat(np.arange(self._bands), len(checks))
        begin, end = self._lists.find(bands, (links >> _S32).reshape(-1))
        found, which = self._lists.numbers(begin, end)
        rows, queries, bands = found.astype(np.int64), queries[which], bands[which]
        self._segment.check("checks", rows, rows + 1)
        same = (self._segment["checks"][rows, bands] == checks[queries, bands]) & self.alive[rows]
        return distinct(sort_values(queries[same].astype(np.uint64) << _S32 | rows[same].astype(np.uint64)))

    def _decoded(self, keys: Iterator[tuple[int, bytes]]) -> list[Hashable]:
        """The keys with these kinds and bytes."""
        try:
            return [decode(*key) for key in keys]
        except ValueError as error:
            raise self._segment.refused("a key is not what can be stored") from error

    def _keys(self, rows: I64) -> Iterator[tuple[int, bytes]]:
        """The kinds and bytes of the keys of rows, as :func:`encode` gives them."""
        segment = self._segment
        segment.check("kind", rows, rows + 1)
        segment.check("text.bounds", rows, rows + 2)
        begin, end = segment["text.bounds"][rows], segment["text.bounds"][rows + 1]
        segment.check("text", begin, end)
        text = segment["text"]
        for kind, low, high in zip(segment["kind"][rows].tolist(), begin.tolist(), end.tolist(), strict=True):
            yield kind, text[low:high].tobytes()


def _hashes(keys: Sequence[tuple[int, bytes]]) -> U64:
    """uint64[n]: 32-bit hashes of keys, given by their kinds and bytes."""
    return np.array([xxh3_64_intdigest(data, kind) >> 32 for kind, data in keys], np.uint64)


def _columns(keys: Sequence[tuple[int, bytes]]) -> tuple[U8, I64, U8]:
    """Keys, given by their kinds and bytes, as arrays: kinds, lengths, and the bytes of all."""
    kinds = np.array([kind for kind, _ in keys], np.uint8)
    sizes = np.array([len(data) for _, data in keys], np.int64)
    return kinds, sizes, np.frombuffer(b"".join(data for _, data in keys), np.uint8)
