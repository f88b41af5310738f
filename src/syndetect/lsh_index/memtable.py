"""The memtable of ``MinHashLSH``: keys and the hashed bands of their signatures, in memory.

:class:`Buckets` is the hash table of bands, which knows rows by number; :class:`Memtable` adds the keys of the rows.
"""

from collections.abc import Hashable, KeysView, Sequence
from typing import TypeAlias

import numpy as np

from syndetect.arrays import I64, U8, U32, U64, sort_values
from syndetect.kernels import buckets as _kernels

#: The hashed bands by which signatures are compared: links, uint64[bands, n], whose upper halves are the keys of the
#: bands, and checks, uint64[n, bands], which distinguish different bands with equal keys.
Hashed: TypeAlias = tuple[U64, U64]

#: Room for rows that a table begins with.
_LEAST_ROWS = 256
#: Signatures that are collected before they are hashed and inserted together.
PENDING = 1024
#: Deleted rows from which on a memtable is compacted.
LEAST_DELETED = 1024


class Buckets:
    """A hash table of bands: rows, numbered in the order of insertion, are found by the bands of their signatures.

    A row takes 16 bytes a band, and four to eight for its place in the table; its signature is not stored.

    Args:
        bands: the number of bands of a signature.
        rows: the number of slots of a band.
    """

    def __init__(self, bands: int, rows: int) -> None:
        self.bands, self.rows = bands, rows
        self._count, self._shift = 0, np.uint64(32)
        self._links = np.empty((bands, 0), np.uint64)
        self._checks = np.empty((0, bands), np.uint64)
        self._heads = np.empty((bands, 0), np.uint32)
        self._deleted = np.zeros(0, np.uint8)

    def __len__(self) -> int:
        """The number of rows, including deleted ones."""
        return self._count

    @property
    def hashed(self) -> Hashed:
        """The hashed bands of all rows."""
        return self._links[:, : self._count], self._checks[: self._count]

    @property
    def deleted(self) -> U8:
        """uint8[n]: 1 for deleted rows, which are not found; the caller writes it."""
        return self._deleted[: self._count]

    def hash(self, signatures: U32) -> Hashed:
        """The hashed bands of signatures (uint32[n, slots]); slots beyond the last band are not used."""
        links = np.empty((self.bands, len(signatures)), np.uint64)
        checks = np.empty((len(signatures), self.bands), np.uint64)
        _kernels.hash_rows(signatures, self.rows, links, checks, 0)
        return links, checks

    def add(self, signatures: U32) -> None:
        """Add rows: uint32[n, slots]."""
        place = self._place(len(signatures))
        _kernels.hash_rows(signatures, self.rows, self._links, self._checks, place.start)
        self._chain(place)

    def add_hashed(self, hashed: Hashed) -> None:
        """Add rows, given by their hashed bands."""
        links, checks = hashed
        place = self._place(len(checks))
        self._links[:, place], self._checks[place] = links, checks
        self._chain(place)

    def find(self, hashed: Hashed) -> U64:
        """Find the rows that agree in at least one band with signatures, given by their hashed bands.

        Returns:
            uint64[m], ascending: the number of a signature (32 bits), then a row; each pair once.
        """
        links, checks = hashed
        if not self._count:
            return np.empty(0, np.uint64)
        pairs = np.empty(4 * len(checks), np.uint64)
        while True:
            n = _kernels.find_rows(
                links, checks, self._links, self._checks, self._heads, self._shift, self._deleted, pairs
            )
            if n <= len(pairs):
                return sort_values(pairs[:n])
            pairs = np.empty(n, np.uint64)

    def _place(self, more: int) -> slice:
        """Make room for more rows, and return their slice."""
        count = self._count + more
        if count > int(_kernels.NONE):
            raise OverflowError(f"more than {int(_kernels.NONE):,} signatures")
        if count > len(self._checks):
            links, checks, deleted, old = self._links, self._checks, self._deleted, slice(self._count)
            room = max(count, self._count * 3 // 2, _LEAST_ROWS)
            self._links = np.empty((self.bands, room), np.uint64)
            self._checks = np.empty((room, self.bands), np.uint64)
            self._deleted = np.zeros(room, np.uint8)
            self._links[:, old], self._checks[old] = links[:, old], checks[old]
            self._deleted[old] = deleted[old]
        return slice(self._count, count)

    def _chain(self, place: slice) -> None:
        """Link rows into the chains of the table; link all rows again when the table has to grow."""
        first, self._count = place.start, place.stop
        if self._count > self._heads.shape[1]:
            bits = max(self._count - 1, 1).bit_length()
            self._heads = np.full((self.bands, 1 << bits), _kernels.NONE, np.uint32)
            self._shift, first = np.uint64(32 - bits), 0
        _kernels.chain_rows(self._links, self._heads, self._shift, first, self._count)


class Memtable:
    """Rows in the order of insertion, each a key and a signature; a key may have several rows.

    Args:
        bands: the number of bands of a signature.
        rows: the number of slots of a band.
        slots: the length of a signature.
    """

    def __init__(self, bands: int, rows: int, slots: int) -> None:
        self._shape = bands, rows
        self._pending = np.empty((PENDING, slots), np.uint32)  # the signatures of the last rows
        self._reset()

    def _reset(self) -> None:
        """Delete all rows."""
        self._buckets = Buckets(*self._shape)
        self._names: list[Hashable] = []  # the key of every row; None for deleted rows
        self._row_of: dict[Hashable, int] = {}
        self._further: dict[Hashable, list[int]] = {}  # the later rows of keys with several rows
        self._deleted_rows = 0

    def __len__(self) -> int:
        """The number of keys."""
        return len(self._row_of)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._row_of

    def keys(self) -> KeysView[Hashable]:
        """The keys."""
        return self._row_of.keys()

    @property
    def has_repeats(self) -> bool:
        """Whether a key has several rows."""
        return bool(self._further)

    def insert(self, key: Hashable, signature: U32) -> None:
        """Add a row: its key, and uint32[slots]."""
        row = len(self._names)
        at = row - len(self._buckets)
        self._pending[at] = signature
        self._names.append(key)
        if self._row_of.setdefault(key, row) != row:
            self._further.setdefault(key, []).append(row)
        if at + 1 == PENDING:
            self._flush()

    def insert_many(self, keys: Sequence[Hashable], signatures: U32) -> None:
        """Add rows: their keys, and uint32[n, slots]."""
        self._flush()
        self._buckets.add(signatures)
        self._enter(keys)

    def insert_hashed(self, keys: Sequence[Hashable], hashed: Hashed) -> None:
        """Add rows: their keys, and the hashed bands of their signatures."""
        self._flush()
        self._buckets.add_hashed(hashed)
        self._enter(keys)

    def remove(self, key: Hashable) -> None:
        """Delete all rows of a key, which must be present."""
        self._flush()
        for row in (self._row_of.pop(key), *self._further.pop(key, ())):
            self._buckets.deleted[row], self._names[row] = 1, None
            self._deleted_rows += 1
        if self._deleted_rows > max(LEAST_DELETED, len(self._names) // 2):
            self._compact()

    def hash(self, signatures: U32) -> Hashed:
        """The hashed bands of signatures (uint32[n, slots])."""
        return self._buckets.hash(signatures)

    def find(self, hashed: Hashed) -> tuple[I64, list[Hashable]]:
        """Find the keys with a row that agrees with signatures in at least one band.

        Args:
            hashed: the hashed bands of the signatures.

        Returns:
            The number of a signature (int64[m], ascending), and a key for each, in the order of the rows; a key with
            several matching rows comes several times.
        """
        self._flush()
        pairs = self._buckets.find(hashed)
        names, rows = self._names, pairs.astype(np.uint32).tolist()
        return (pairs >> np.uint64(32)).astype(np.int64), [names[row] for row in rows]

    def rows(self) -> tuple[list[Hashable], Hashed]:
        """All rows that are not deleted: their keys, and the hashed bands of their signatures."""
        self._flush()
        (links, checks), names = self._buckets.hashed, list(self._names)
        if self._deleted_rows:
            alive = np.flatnonzero(self._buckets.deleted == 0)
            links, checks, names = links[:, alive], checks[alive], [names[row] for row in alive.tolist()]
        return names, (links, checks)

    def checks_of(self, keys: Sequence[Hashable]) -> tuple[I64, U64]:
        """The positions of those keys that are here, once a row, and the checks of these rows, uint64[m, bands]."""
        self._flush()
        found = [
            (number, row)
            for number, key in enumerate(keys)
            if key in self._row_of
            for row in (self._row_of[key], *self._further.get(key, ()))
        ]
        which, rows = np.array(found, np.int64).reshape(-1, 2).T
        return which, self._buckets.hashed[1][rows]

    def _flush(self) -> None:
        """Insert the pending signatures into the buckets."""
        count = len(self._names) - len(self._buckets)
        if count:
            self._buckets.add(self._pending[:count])

    def _enter(self, keys: Sequence[Hashable]) -> None:
        """Record the keys of the rows that were added last."""
        first = len(self._names)
        new = dict(zip(keys, range(first, first + len(keys)), strict=True))
        self._names += keys
        if len(new) == len(keys) and self._row_of.keys().isdisjoint(new):
            self._row_of |= new
            return
        for row, key in enumerate(keys, first):
            if self._row_of.setdefault(key, row) != row:
                self._further.setdefault(key, []).append(row)

    def _compact(self) -> None:
        """Free the memory of deleted rows."""
        names, hashed = self.rows()
        self._reset()
        self.insert_hashed(names, hashed)
