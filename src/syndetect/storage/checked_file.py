"""Files with checksums of their blocks of 16 KiB: each block is checked when it is first read, and so is what it says.

The checksum is XXH3 (64 bits); the last block may be shorter.
"""

import mmap
import os
import sys
import threading
import weakref
from array import array as numbers
from bisect import insort
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64, xxh3_64_intdigest

from syndetect.arrays import I64, U64, Array
from syndetect.errors import StoredIndexError
from syndetect.kernels.ranges import BLOCK_BITS, all_checked
from syndetect.storage.filesystem import open_file, reason
from syndetect.storage.invariants import Invariant, Placed, between

#: Size of a block, which has one checksum, in bytes.
BLOCK = 1 << BLOCK_BITS

_CONTEXT = 24  # bytes before a block that an invariant may look at

# Linux counts the pages of a writable map against its memory, and refuses larger maps unless this flag is set. Python
# knows the flag's name from 3.13 on.
_UNCOUNTED = getattr(mmap, "MAP_NORESERVE", 0x4000) if sys.platform == "linux" else 0


class BlockSums:
    """Computes the checksums of a file's blocks while the file is written.

    Attributes:
        size: the number of bytes so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._full = numbers("Q")
        self._rest = xxh3_64()  # the state of the incomplete block

    def update(self, data: memoryview) -> None:
        """Add the next bytes of the file."""
        place = 0
        while place < len(data):
            piece = data[place : place + BLOCK - self.size % BLOCK]
            self._rest.update(piece)
            place += len(piece)
            self.size += len(piece)
            if self.size % BLOCK == 0:
                self._full.append(self._rest.intdigest())
                self._rest.reset()

    def all(self) -> U64:
        """uint64[blocks]: XXH3 (64 bits) of every block; the last block may be shorter."""
        rest = [self._rest.intdigest()] if self.size % BLOCK else []
        return np.array([*self._full, *rest], np.uint64)


class CheckedFile:
    """A file opened for reading, with checksums of its blocks; any number of threads may read and check.

    The file is closed by :meth:`close` or with the last reference to this object.

    Args:
        path: the file.
        size: the expected size in bytes.

    Raises:
        StoredIndexError: the file cannot be read, or has another size.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size
        self._guard = threading.Lock()  # the position in the file, where reading moves it
        try:
            self._file: BinaryIO = open_file(path)
        except OSError as error:
            raise self._unreadable(error) from error
        self._closing = weakref.finalize(self, self._file.close)
        self.cover(0, np.empty(0, np.uint64))
        self.check_size()

    def cover(self, end: int, sums: U64) -> None:
        """Set the expected checksums of the blocks, and the end of the last block."""
        self._end, self._sums = end, sums
        self._checked = np.zeros(len(sums), np.uint8)  # a byte a block, so that threads need no lock
        self._required: list[Placed] = []  # in the order of the file
        self._held: dict[int, set[int]] = {}  # by identity, what held of blocks to be checked for more

    def require(self, name: str, offset: int, array: Array, invariant: Invariant) -> None:
        """From now on check an invariant together with the checksums of an array's blocks.

        Args:
            name: the array.
            offset: its place in the file, in bytes.
            array: it, mapped.
            invariant: what must hold of its values.
        """
        if array.nbytes:
            one = Placed(offset, offset + array.nbytes, name, array.dtype, invariant)
            low, high = offset >> BLOCK_BITS, (one.end - 1 >> BLOCK_BITS) + 1
            for block in (np.flatnonzero(self._checked[low:high]) + low).tolist():
                self._held[block] = set(map(id, self._required_of(block)))
            insort(self._required, one, key=Placed.begins_at)
            self._checked[low:high] = 0

    def check(self, begin: I64 | int, end: I64 | int, item_bytes: int, offset: int) -> None:
        """Check the blocks of ranges of items, except for blocks that were checked before.

        Args:
            begin, end: the items ``begin[i]:end[i]``, int64[n] each, or a number.
            item_bytes: the size of an item.
            offset: the offset of item 0 in the file.

        Raises:
            StoredIndexError: a block is damaged or cannot be read, or an invariant does not hold of it.
            IndexError: a range exceeds the covered bytes.
        """
        if isinstance(begin, int) and isinstance(end, int):
            if begin < end:  # one range needs no kernel, and no start of numba
                self._check_bytes(offset + begin * item_bytes, offset + end * item_bytes)
            return
        first, last = _numbers(begin), _numbers(end)
        if len(first) != len(last):
            first, last = (np.array(one) for one in np.broadcast_arrays(first, last))
        if all_checked(first, last, item_bytes, offset, self._checked):
            return
        some = first < last
        first, last = offset + first[some] * item_bytes, offset + last[some] * item_bytes
        if first.min() < 0 or last.max() > self._end:
            raise IndexError(f"{self.path}: bytes {first.min()} to {last.max()} are not among its data")
        blocks = _blocks(first, last)
        for block in blocks[self._checked[blocks] == 0].tolist():
            self._check_block(block)

    def _check_bytes(self, begin: int, end: int) -> None:
        """Check the blocks of a range of bytes, except for blocks that were checked before."""
        if begin < 0 or end > self._end:
            raise IndexError(f"{self.path}: bytes {begin} to {end} are not among its data")
        low, high = begin >> BLOCK_BITS, (end - 1 >> BLOCK_BITS) + 1
        if self._checked[low:high].all():
            return
        for block in np.flatnonzero(self._checked[low:high] == 0).tolist():
            self._check_block(low + block)

    def check_all(self) -> None:
        """Check every block, including blocks that were checked before.

        Raises:
            StoredIndexError: for the first block that is damaged or cannot be read.
        """
        self._held.clear()
        for block in range(len(self._sums)):
            self._check_block(block)

    def check_size(self) -> None:
        """Check the size of the file.

        Raises:
            StoredIndexError: the file has another size.
        """
        actual = os.fstat(self._file.fileno()).st_size
        if actual != self.size:
            raise StoredIndexError.damaged(self.path, f"it has {actual} bytes, not {self.size}")

    def read(self, begin: int, end: int) -> bytes:
        """Read bytes from the file rather than the map: a disk failure raises here, and kills the process there.

        Raises:
            StoredIndexError: the bytes cannot be read, or the file has been truncated.
        """
        data = b""
        try:
            while len(data) < end - begin and (more := self._read_at(begin + len(data), end)):
                data += more
        except OSError as error:
            raise self._unreadable(error) from error
        if len(data) < end - begin:
            raise StoredIndexError.damaged(self.path, f"it has {begin + len(data)} bytes, not {self.size}")
        return data

    def _read_at(self, begin: int, end: int) -> bytes:
        """Some bytes at a place, without the position of the file where possible: forked processes share that."""
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), end - begin, begin)
        with self._guard:
            self._file.seek(begin)
            return self._file.read(end - begin)

    def mapped(self) -> npt.NDArray[np.uint8]:
        """Memory-map the file: uint8[size], read on access.

        The array is writable, because kernels would be compiled a second time for read-only arrays; the map is
        private, so writing does not change the file.

        Raises:
            StoredIndexError: the system refuses.
        """
        number = self._file.fileno()
        try:
            if sys.platform == "win32":
                pages = mmap.mmap(number, self.size, access=mmap.ACCESS_COPY)
            else:
                both, private = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | _UNCOUNTED
                pages = mmap.mmap(number, self.size, flags=private, prot=both)
        except OSError as error:
            raise self._unreadable(error) from error
        self._pages = pages
        return np.frombuffer(pages, np.uint8)

    def release(self) -> None:
        """Evict the mapped pages (MADV_DONTNEED); they are read again when they are needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._pages.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Close the file; nothing can be read or checked after that, but maps stay valid."""
        with self._guard:
            self._closing()

    def _unreadable(self, error: OSError) -> StoredIndexError:
        return StoredIndexError(f"cannot read {self.path}: {reason(error)}")

    def _check_block(self, block: int) -> None:
        begin, end = block * BLOCK, min((block + 1) * BLOCK, self._end)
        required = self._required_of(block)
        start = max(begin - _CONTEXT, 0) if required else begin
        data = memoryview(self.read(start, end))
        if xxh3_64_intdigest(data[begin - start :]) != self._sums[block]:
            raise StoredIndexError.damaged(self.path, f"bytes {begin} to {end} are not what was written")
        held = self._held.get(block, ())  # of the same bytes, as their checksum says
        for one in required:
            if id(one) not in held and not one.holds(data, start, begin):
                raise StoredIndexError.damaged(self.path, f"the array {one.name} holds what it cannot")
        self._checked[block] = 1
        self._held.pop(block, None)

    def _required_of(self, block: int) -> list[Placed]:
        """The arrays of which something must hold, and which lie in a block, at least in part."""
        return between(self._required, block * BLOCK, min((block + 1) * BLOCK, self._end))


def _numbers(given: I64 | int) -> I64:
    """int64[n]: a number or an array in the one type and layout that the kernel is compiled for."""
    if isinstance(given, np.ndarray) and given.dtype == np.int64 and given.flags.carray and given.ndim:
        return given
    return np.array(given, np.int64, order="C", ndmin=1)


def _blocks(begin: I64, end: I64) -> I64:
    """The distinct blocks of ranges of bytes, ascending."""
    order = np.argsort(begin, kind="stable")
    first, last = begin[order] >> BLOCK_BITS, (end[order] - 1) >> BLOCK_BITS
    first[1:] = np.maximum(first[1:], np.maximum.accumulate(last)[:-1] + 1)
    count = np.maximum(last + 1 - first, 0)
    return np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
