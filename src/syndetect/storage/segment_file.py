"""Segment files: named flat arrays in one immutable file, memory-mapped, each block checked when it is first read.

    mark        8 bytes: the magic number, and in the last byte the format's version
    data        the arrays, each aligned to 64 bytes; padding bytes are zero
    contents    JSON: {"arrays": {name: [type, shape, offset]}, "facts": {...}, "block": 16384}
    sums        uint64 each: XXH3 (64 bits) of every block of 16 KiB from the mark to the end of the data; the last
                block may be shorter
    tail        24 bytes: the end of the data, the size of the contents (uint64 each), the mark again

Numbers are little-endian. The manifest notes the size of the file and the XXH3 (128 bits) of contents, sums and tail.
So every byte is covered, and opening a segment reads only the bytes behind its data.
"""

import json
import mmap
import os
import struct
import sys
import threading
import weakref
from array import array as numbers
from bisect import insort
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64, xxh3_64_intdigest, xxh3_128_hexdigest

from syndetect.arrays import I64, U64, Array
from syndetect.errors import OutputError, StoredIndexError
from syndetect.kernels.ranges import BLOCK_BITS, all_checked
from syndetect.storage.filesystem import open_file, reason, write_all
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
            insort(self._required, one, key=Placed.begins_at)
            self._checked[offset >> BLOCK_BITS : (one.end - 1 >> BLOCK_BITS) + 1] = 0

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
        for block in np.flatnonzero(self._checked[low:high] == 0).tolist():
            self._check_block(low + block)

    def check_all(self) -> None:
        """Check every block, including blocks that were checked before.

        Raises:
            StoredIndexError: for the first block that is damaged or cannot be read.
        """
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
        required = between(self._required, begin, end)
        start = max(begin - _CONTEXT, 0) if required else begin
        data = memoryview(self.read(start, end))
        if xxh3_64_intdigest(data[begin - start :]) != self._sums[block]:
            raise StoredIndexError.damaged(self.path, f"bytes {begin} to {end} are not what was written")
        for one in required:
            if not one.holds(data, start, begin):
                raise StoredIndexError.damaged(self.path, f"the array {one.name} holds what it cannot")
        self._checked[block] = 1


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


_FORMAT = 1
_MARK = b"\x89SYNSEG" + bytes([_FORMAT])
_TAIL = struct.Struct("<QQ8s")
_ALIGNED = 64  # a cache line, and the widest vector
_KINDS = "biuf"  # of numpy's types: those whose bytes are the value
_KIND_LENGTH = 3  # of the name of such a type, as "<u4"
_MOST_CONTENTS = 1 << 24  # bytes of the table of contents


class Written(NamedTuple):
    """The size of a segment file in bytes, and the checksum of the bytes behind its data, in hexadecimal digits."""

    size: int
    xxh3: str


class SegmentWriter:
    """Writes one segment file, array after array, each in any number of pieces.

    As a context manager it removes the file when the block fails or ends before :meth:`finish`.

    Args:
        path: the file to create.

    Raises:
        OutputError: the file exists, or cannot be written; an incomplete file is removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._arrays: dict[str, tuple[str, list[int], int]] = {}  # as in the contents on disk
        self._sums = BlockSums()
        try:
            self._file: BinaryIO = path.open("xb", buffering=0)
        except FileExistsError:
            raise OutputError(f"cannot write {path}: it is there already") from None
        except OSError as error:
            raise OutputError(f"cannot write {path}: {reason(error)}") from error
        self._write(memoryview(_MARK))

    def append(self, name: str, array: Array) -> None:
        """Append a piece to an array; the pieces of one array must follow one another.

        Args:
            name: the name of the array.
            array: booleans, integers or reals, [n, ...], with the item type and shape of the first piece.

        Raises:
            ValueError: the piece has another item type than the first, or another array has been started since.
            OutputError: the file cannot be written; it is removed.
        """
        if array.dtype.kind not in _KINDS or array.ndim == 0:
            raise ValueError(f"{name}: no array of {array.dtype} and {array.ndim} dimensions can be stored")
        piece = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        kind, item = piece.dtype.str, list(piece.shape[1:])
        if name not in self._arrays:
            self._write(memoryview(bytes(-self._sums.size % _ALIGNED)))
            self._arrays[name] = (kind, [0, *item], self._sums.size)
        known, shape, _ = self._arrays[name]
        if name != next(reversed(self._arrays)):
            raise ValueError(f"{name} has ended: another array has been begun")
        if (known, shape[1:]) != (kind, item):
            raise ValueError(f"{name} holds {known} {shape[1:]}, not {kind} {item}")
        self._write(piece.reshape(-1).view(np.uint8).data)
        shape[0] += len(piece)

    def finish(self, metadata: Mapping[str, Any]) -> Written:
        """Write contents, sums and tail, sync the file, and close it.

        Args:
            metadata: notes about the segment, as JSON can hold them.

        Raises:
            OutputError: the file cannot be written; it is removed.
        """
        contents = {"arrays": self._arrays, "facts": dict(metadata), "block": BLOCK}
        text = json.dumps(contents, allow_nan=False).encode()
        tail = _TAIL.pack(self._sums.size, len(text), _MARK)
        footer = text + self._sums.all().astype("<u8").tobytes() + tail
        with self._removed_on_failure():
            write_all(self._file, memoryview(footer))
            os.fsync(self._file.fileno())
            self._file.close()
        return Written(self._sums.size + len(footer), str(xxh3_128_hexdigest(footer)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if not self._file.closed:
            self._discard()

    def _write(self, data: memoryview) -> None:
        with self._removed_on_failure():
            write_all(self._file, data)
        self._sums.update(data)

    @contextmanager
    def _removed_on_failure(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._discard()
            raise OutputError(f"cannot write {self._path}: {reason(error)}") from error

    def _discard(self) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._path.unlink()


class Segment:
    """The arrays of a segment file, memory-mapped; any number of threads may read them.

    Items must be checked before they are read, by :meth:`check` or :meth:`whole`. The arrays are writable, because
    kernels are compiled for writable arrays; written values stay in this process. The file is closed by :meth:`close`
    or with the last reference to the segment; arrays stay valid after that.

    Args:
        path: the file.
        size, xxh3: the size and checksum from :class:`Written`.

    Raises:
        StoredIndexError: the file is missing, of another size, damaged behind its data, of a newer format, or no
            segment.

    Attributes:
        path: the file.
        metadata: the notes that :meth:`SegmentWriter.finish` was given.
    """

    def __init__(self, path: Path, size: int, xxh3: str) -> None:
        self.path, self._xxh3 = path, xxh3
        self._file = CheckedFile(path, size)
        try:
            end, sums, contents = self._footer()
            self._file.cover(end, sums)
            self.metadata: Mapping[str, Any] = contents["facts"]
            self._arrays = _arrays(self._file.mapped()[:end], contents)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise self.refused("its table of contents is none") from error

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __getitem__(self, name: str) -> Array:
        """An array, of which only checked items may be read."""
        return self._arrays[name][0]

    def require(self, name: str, invariant: Invariant) -> None:
        """From now on check an invariant with the blocks of an array."""
        array, offset, _ = self._arrays[name]
        self._file.require(name, offset, array, invariant)

    def refused(self, how: str) -> StoredIndexError:
        """The error that says how the file is not what it should be."""
        return StoredIndexError.damaged(self.path, how)

    def check(self, name: str, begin: I64 | int, end: I64 | int) -> None:
        """Check the blocks that hold some items; blocks that were checked before cost little.

        Args:
            name: the name of the array.
            begin, end: the items ``begin[i]:end[i]``, int64[n] each, or a number.

        Raises:
            StoredIndexError: a block is damaged or cannot be read, or an invariant does not hold of it.
            IndexError: the items lie outside the data.
        """
        _, offset, item_bytes = self._arrays[name]
        self._file.check(begin, end, item_bytes, offset)

    def whole(self, name: str) -> Array:
        """A whole array, checked."""
        array = self[name]
        self.check(name, 0, len(array))
        return array

    def verify(self) -> None:
        """Read and check the whole file, including blocks that were checked before.

        Raises:
            StoredIndexError: for the first block that is damaged or cannot be read.
        """
        self._file.check_size()
        self._footer()
        self._file.check_all()

    def release(self) -> None:
        """Evict the mapped pages (MADV_DONTNEED); they are read again when they are needed."""
        self._file.release()

    def close(self) -> None:
        """Close the file; nothing can be checked after that."""
        self._file.close()

    def _footer(self) -> tuple[int, U64, dict[str, Any]]:
        """The end of the data, the block checksums and the contents, checked against the checksum of all three."""
        size = self._file.size
        if size < len(_MARK) + _TAIL.size:
            raise StoredIndexError.damaged(self.path, "it is no segment")
        end, text, mark = _TAIL.unpack(self._file.read(size - _TAIL.size, size))
        if mark[:-1] != _MARK[:-1]:
            raise StoredIndexError.damaged(self.path, "it is no segment")
        if mark[-1] > _FORMAT:
            raise StoredIndexError(
                f"{self.path} has format {mark[-1]}, and this version reads {_FORMAT}: install a newer syndetect"
            )
        blocks = -(-end // BLOCK)
        is_whole = end + text + 8 * blocks + _TAIL.size == size and text <= _MOST_CONTENTS
        footer = self._file.read(end, size) if is_whole else b""
        if xxh3_128_hexdigest(footer) != self._xxh3:
            raise StoredIndexError.damaged(self.path, "what stands behind its data is not what was written")
        return end, np.frombuffer(footer, "<u8", blocks, text), json.loads(footer[:text])


def _arrays(data: npt.NDArray[np.uint8], contents: Mapping[str, Any]) -> dict[str, tuple[Array, int, int]]:
    """Every array by its name, with its offset in the file and the size of an item in bytes."""
    if contents["block"] != BLOCK or not all(
        isinstance(contents[name], dict) for name in ("arrays", "facts")
    ):
        raise ValueError("blocks of another size, or arrays or facts that are none")
    found, reached = {}, 0
    for name, (kind, shape, offset) in contents["arrays"].items():
        if not (isinstance(kind, str) and len(kind) == _KIND_LENGTH and isinstance(shape, list) and shape):
            raise ValueError("an array without a type or a shape")
        if not all(type(number) is int and 0 <= number < 1 << 63 for number in (*shape, offset)):
            raise ValueError("an array of no shape or at no place")
        dtype = np.dtype(kind)
        if dtype.kind not in _KINDS or offset % _ALIGNED:
            raise ValueError("an array that is not aligned, or of no kind that can be stored")
        item_bytes = dtype.itemsize * prod(shape[1:])
        end = offset + shape[0] * item_bytes
        if offset < reached or end > len(data):
            raise ValueError("arrays that overlap, or leave the data")
        found[name] = (data[offset:end].view(dtype).reshape(shape), offset, item_bytes)
        reached = end
    return found
