"""A table of signatures in memory, by their bands: which of them agree with a signature in at least one."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from syndetect.kernels import buckets as _kernels
from syndetect.sorting import sort_values

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

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
