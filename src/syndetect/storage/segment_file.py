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
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_128_hexdigest

from syndetect.arrays import I64, U64, Array
from syndetect.errors import OutputError, StoredIndexError
from syndetect.storage.checked_file import BLOCK, BlockSums, CheckedFile
from syndetect.storage.filesystem import reason, write_all
from syndetect.storage.invariants import Invariant

_FORMAT = 1
_MARK = b"\x89SYNSEG" + bytes([_FORMAT])
_TAIL = struct.Struct("<QQ8s")
_ALIGNED = 64  # a cache line, and the widest vector
_KINDS = "biuf"  # of numpy's types: those whose bytes are the value
_KIND_LENGTH = 3  # of the name of such a type, as "<u4"
_MOST_CONTENTS = 1 << 24  # bytes of the table of contents
_BUFFER = 1 << 16  # bytes that are written at a time, where pieces are smaller


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
        self._sums, self._waiting = BlockSums(), bytearray()
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
            ValueError: the piece has another item type than the first, or another array has been started since; or
                the file is finished.
            OutputError: the file cannot be written; it is removed.
        """
        if self._file.closed:
            raise ValueError(f"{name}: the file is closed")
        if array.dtype.kind not in _KINDS or array.ndim == 0:
            raise ValueError(f"{name}: no array of {array.dtype} and {array.ndim} dimensions can be stored")
        piece = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        kind, item = piece.dtype.str, list(piece.shape[1:])
        if name not in self._arrays:
            self._write(memoryview(bytes(-self._size % _ALIGNED)))
            self._arrays[name] = (kind, [0, *item], self._size)
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
        self._flush()
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

    @property
    def _size(self) -> int:
        """The bytes so far."""
        return self._sums.size + len(self._waiting)

    def _write(self, data: memoryview) -> None:
        if len(self._waiting) + len(data) > _BUFFER:
            self._flush()
        if len(data) > _BUFFER:
            self._write_through(data)
        else:
            self._waiting += data

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, bytearray()
        self._write_through(memoryview(waiting))

    def _write_through(self, data: memoryview) -> None:
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
