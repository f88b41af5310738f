"""Files with a checksum for every block: summed up as they are written, checked when a block is first read."""

import mmap
import os
import sys
import threading
import weakref
from array import array as numbers
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64, xxh3_64_intdigest

from syndetect.arrays import I64, U64
from syndetect.errors import StoredIndexError
from syndetect.kernels.ranges import BLOCK_BITS, all_checked
from syndetect.storage.filesystem import reason

#: Bytes that have one checksum.
BLOCK = 1 << BLOCK_BITS

# Linux counts what could be written to a map against its memory, and so refuses maps that are larger than that, unless
# told not to. Python knows the flag's name from 3.13 on.
_UNCOUNTED = getattr(mmap, "MAP_NORESERVE", 0x4000) if sys.platform == "linux" else 0


class BlockSums:
    """The checksums of a file's blocks, while it is written.

    Attributes:
        size: the bytes until now.
    """

    def __init__(self) -> None:
        self.size = 0
        self._full = numbers("Q")
        self._rest = xxh3_64()  # of the block that is not full yet

    def update(self, data: memoryview) -> None:
        """Take in the next bytes of the file."""
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
        """XXH3 (64 bits) of every block, the last one as far as it goes; uint64[blocks]."""
        rest = [self._rest.intdigest()] if self.size % BLOCK else []
        return np.array([*self._full, *rest], np.uint64)


class CheckedFile:
    """A file that is read, of which blocks are checked; any number of threads may do so.

    It is closed with :meth:`close`, or when nobody holds it any more.

    Args:
        path: the file.
        size: its bytes, as they should be.

    Raises:
        StoredIndexError: the file cannot be read, or has another size.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size
        self._guard = threading.Lock()  # of the place in the file
        try:
            self._file: BinaryIO = path.open("rb", buffering=0)
        except OSError as error:
            raise self._unreadable(error) from error
        self._closing = weakref.finalize(self, self._file.close)
        self.cover(0, np.empty(0, np.uint64))
        self.check_size()

    def cover(self, end: int, sums: U64) -> None:
        """Say what the blocks should be: their checksums, and where the last one ends."""
        self._end, self._sums = end, sums
        self._checked = np.zeros(len(sums), np.uint8)  # a byte each, which threads set independently

    def check(self, begin: I64 | int, end: I64 | int, item_bytes: int, offset: int) -> None:
        """Check the blocks of ranges of items, those that have not been.

        Args:
            begin, end: the items ``begin[i]:end[i]``, int64[n] each, or a number.
            item_bytes: of one item.
            offset: of item 0 in the file.

        Raises:
            StoredIndexError: a block is damaged, or cannot be read.
            IndexError: a range leaves what is covered.
        """
        if isinstance(begin, int) and isinstance(end, int):
            if begin < end:  # without the kernel, for which numba would have to get ready
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
        """Check the blocks of a range of bytes, those that have not been."""
        if begin < 0 or end > self._end:
            raise IndexError(f"{self.path}: bytes {begin} to {end} are not among its data")
        low, high = begin >> BLOCK_BITS, (end - 1 >> BLOCK_BITS) + 1
        for block in np.flatnonzero(self._checked[low:high] == 0).tolist():
            self._check_block(low + block)

    def check_all(self) -> None:
        """Check every block, and those again that have been checked.

        Raises:
            StoredIndexError: for the first block that is damaged or cannot be read.
        """
        for block in range(len(self._sums)):
            self._check_block(block)

    def check_size(self) -> None:
        """Make sure that the file has as many bytes as it should.

        Raises:
            StoredIndexError: it has not.
        """
        there = os.fstat(self._file.fileno()).st_size
        if there != self.size:
            raise StoredIndexError.damaged(self.path, f"it has {there} bytes, not {self.size}")

    def read(self, begin: int, end: int) -> bytes:
        """Bytes of the file, not of a map: where a disk fails this is an error, and that the end of the process.

        Raises:
            StoredIndexError: they cannot be read, or the file has been cut short.
        """
        try:
            with self._guard:
                self._file.seek(begin)
                data = self._file.read(end - begin)
                while len(data) < end - begin and (more := self._file.read(end - begin - len(data))):
                    data += more
        except OSError as error:
            raise self._unreadable(error) from error
        if len(data) < end - begin:
            raise StoredIndexError.damaged(self.path, f"it has {begin + len(data)} bytes, not {self.size}")
        return data

    def mapped(self) -> npt.NDArray[np.uint8]:
        """The file as an array, uint8[size], read where it is touched.

        It can be written, because kernels would be compiled a second time for arrays that cannot; the file learns
        nothing of that.

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
        """Let go of the pages of the map; they are read again where they are needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._pages.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Close the file; nothing can be read or checked from now on, but maps remain."""
        with self._guard:
            self._closing()

    def _unreadable(self, error: OSError) -> StoredIndexError:
        return StoredIndexError(f"cannot read {self.path}: {reason(error)}")

    def _check_block(self, block: int) -> None:
        begin, end = block * BLOCK, min((block + 1) * BLOCK, self._end)
        if xxh3_64_intdigest(self.read(begin, end)) != self._sums[block]:
            raise StoredIndexError.damaged(self.path, f"bytes {begin} to {end} are not what was written")
        self._checked[block] = 1


def _numbers(given: I64 | int) -> I64:
    """An array of the one type that the kernel is compiled for."""
    if isinstance(given, np.ndarray) and given.dtype == np.int64 and given.flags.carray and given.ndim:
        return given
    return np.array(given, np.int64, order="C", ndmin=1)


def _blocks(begin: I64, end: I64) -> I64:
    """The blocks in which ranges of bytes lie, ascending, each once."""
    order = np.argsort(begin, kind="stable")
    first, last = begin[order] >> BLOCK_BITS, (end[order] - 1) >> BLOCK_BITS
    first[1:] = np.maximum(first[1:], np.maximum.accumulate(last)[:-1] + 1)
    count = np.maximum(last + 1 - first, 0)
    return np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
