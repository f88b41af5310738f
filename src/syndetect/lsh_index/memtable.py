"""Keys and the bands of their signatures in memory, where they are inserted, found and removed."""

from collections.abc import Hashable, KeysView, Sequence
from typing import Any, TypeAlias

import numpy as np

from syndetect.arrays import I64, U8, U32, U64, sort_values
from syndetect.kernels import buckets as _kernels

#: What signatures are compared by: links, uint64[bands, n], of which the upper halves are the bands' keys, and checks,
#: uint64[n, bands], which tell bands apart whose keys are equal.
Hashed: TypeAlias = tuple[U64, U64]

_LEAST_ROWS = 256


class Buckets:
    """Rows, numbered as they come, that are found by what they have in their bands.

    Of a row are kept 16 bytes a band, and four to eight that lead to it; its signature is not.

    Args:
        bands: how many bands a signature has.
        rows: slots of a band.
    """

    def __init__(self, bands: int, rows: int) -> None:
        self.bands, self.rows = bands, rows
        self._count, self._shift = 0, np.uint64(32)
        self._links = np.empty((bands, 0), np.uint64)
        self._checks = np.empty((0, bands), np.uint64)
        self._heads = np.empty((bands, 0), np.uint32)
        self._gone = np.zeros(0, np.uint8)

    def __len__(self) -> int:
        """How many rows there are, the removed ones among them."""
        return self._count

    @property
    def hashed(self) -> Hashed:
        """The bands of all rows."""
        return self._links[:, : self._count], self._checks[: self._count]

    @property
    def gone(self) -> U8:
        """uint8[n]: which rows are not to be found any more; written by whoever removes them."""
        return self._gone[: self._count]

    def hash(self, signatures: U32) -> Hashed:
        """The bands of signatures (uint32[n, slots]), of which no use is made of slots beyond the last band."""
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
        """Add rows of which the bands are known."""
        links, checks = hashed
        place = self._place(len(checks))
        self._links[:, place], self._checks[place] = links, checks
        self._chain(place)

    def find(self, hashed: Hashed) -> U64:
        """The rows that agree in at least one band with signatures, given by their bands.

        Returns:
            uint64[m], ascending: the number of a signature (32 bits), then a row; each pair once.
        """
        links, checks = hashed
        if not self._count:
            return np.empty(0, np.uint64)
        pairs = np.empty(4 * len(checks), np.uint64)
        while True:
            n = _kernels.find_rows(
                links, checks, self._links, self._checks, self._heads, self._shift, self._gone, pairs
            )
            if n <= len(pairs):
                return sort_values(pairs[:n])
            pairs = np.empty(n, np.uint64)

    def _place(self, more: int) -> slice:
        """Make room for more rows: where they stand."""
        count = self._count + more
        if count > int(_kernels.NONE):
            raise OverflowError(f"more than {int(_kernels.NONE):,} signatures")
        if count > len(self._checks):
            links, checks, gone, old = self._links, self._checks, self._gone, slice(self._count)
            room = max(count, self._count * 3 // 2, _LEAST_ROWS)
            self._links = np.empty((self.bands, room), np.uint64)
            self._checks = np.empty((room, self.bands), np.uint64)
            self._gone = np.zeros(room, np.uint8)
            self._links[:, old], self._checks[old], self._gone[old] = links[:, old], checks[old], gone[old]
        return slice(self._count, count)

    def _chain(self, place: slice) -> None:
        """Put rows in chains; all of them anew, if they have become too many for the chains that there are."""
        first, self._count = place.start, place.stop
        if self._count > self._heads.shape[1]:
            bits = max(self._count - 1, 1).bit_length()
            self._heads = np.full((self.bands, 1 << bits), _kernels.NONE, np.uint32)
            self._shift, first = np.uint64(32 - bits), 0
        _kernels.chain_rows(self._links, self._heads, self._shift, first, self._count)


WAITING = 1024  # signatures that are inserted together
LEAST_GONE = 1024


class Memtable:
    """Rows in the order in which they came, each a key and a signature; a key may have several.

    Args:
        bands, rows: the shape of the signatures.
        slots: how long they are.
    """

    def __init__(self, bands: int, rows: int, slots: int) -> None:
        self._shape, self._slots = (bands, rows), slots
        self._buckets = Buckets(bands, rows)
        self._names: list[Hashable] = []  # of every row; None where it is removed
        self._row_of: dict[Hashable, int] = {}
        self._further: dict[Hashable, list[int]] = {}  # the later rows of keys that have several
        self._waiting = np.empty((WAITING, slots), np.uint32)
        self._gone = 0

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._row_of)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._row_of

    def keys(self) -> KeysView[Hashable]:
        """The keys."""
        return self._row_of.keys()

    @property
    def has_repeats(self) -> bool:
        """Whether there are keys with several rows."""
        return bool(self._further)

    def insert(self, key: Hashable, signature: U32) -> None:
        """Add a row: its key, and uint32[slots]."""
        row = len(self._names)
        at = row - len(self._buckets)
        self._waiting[at] = signature
        self._names.append(key)
        if self._row_of.setdefault(key, row) != row:
            self._further.setdefault(key, []).append(row)
        if at + 1 == WAITING:
            self._settle()

    def insert_many(self, keys: Sequence[Hashable], signatures: U32) -> None:
        """Add rows: their keys, and uint32[n, slots]."""
        self._settle()
        self._buckets.add(signatures)
        self._enter(keys)

    def insert_hashed(self, keys: Sequence[Hashable], hashed: Hashed) -> None:
        """Add rows: their keys, and what their signatures are compared by."""
        self._settle()
        self._buckets.add_hashed(hashed)
        self._enter(keys)

    def remove(self, key: Hashable) -> None:
        """Remove a key that is there, with all its rows."""
        self._settle()
        for row in (self._row_of.pop(key), *self._further.pop(key, ())):
            self._buckets.gone[row], self._names[row] = 1, None
            self._gone += 1
        if self._gone > max(LEAST_GONE, len(self._names) // 2):
            self._compact()

    def hash(self, signatures: U32) -> Hashed:
        """What signatures (uint32[n, slots]) are compared by."""
        return self._buckets.hash(signatures)

    def find(self, hashed: Hashed) -> tuple[I64, list[Hashable]]:
        """The keys with a row that agrees with signatures in at least one band.

        Args:
            hashed: what the signatures are compared by.

        Returns:
            The number of a signature (int64[m], ascending), and a key for each, in the order of the rows; a key
            that has several comes several times.
        """
        self._settle()
        pairs = self._buckets.find(hashed)
        names, rows = self._names, pairs.astype(np.uint32).tolist()
        return (pairs >> np.uint64(32)).astype(np.int64), [names[row] for row in rows]

    def rows(self) -> tuple[list[Hashable], Hashed]:
        """All rows that are not removed: their keys, and what their signatures are compared by."""
        self._settle()
        (links, checks), names = self._buckets.hashed, list(self._names)
        if self._gone:
            kept = np.flatnonzero(self._buckets.gone == 0)
            links, checks, names = links[:, kept], checks[kept], [names[row] for row in kept.tolist()]
        return names, (links, checks)

    def _settle(self) -> None:
        """Insert the signatures that wait for it."""
        count = len(self._names) - len(self._buckets)
        if count:
            self._buckets.add(self._waiting[:count])

    def _enter(self, keys: Sequence[Hashable]) -> None:
        """Note the keys of the rows that were added last."""
        first = len(self._names)
        fresh = dict(zip(keys, range(first, first + len(keys)), strict=True))
        self._names += keys
        if len(fresh) == len(keys) and self._row_of.keys().isdisjoint(fresh):
            self._row_of |= fresh
            return
        for row, key in enumerate(keys, first):
            if self._row_of.setdefault(key, row) != row:
                self._further.setdefault(key, []).append(row)

    def _compact(self) -> None:
        """Forget what is removed."""
        names, hashed = self.rows()
        self.__init__(*self._shape, self._slots)  # type: ignore[misc]
        self.insert_hashed(names, hashed)

    def __getstate__(self) -> dict[str, Any]:
        """Only what is not removed is pickled, and no more room than that takes."""
        return {"shape": (*self._shape, self._slots), "rows": self.rows()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(*state["shape"])  # type: ignore[misc]
        self.insert_hashed(*state["rows"])
