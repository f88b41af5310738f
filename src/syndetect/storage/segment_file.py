"""A segment: named flat arrays in one file that is never changed, mapped, each block checked when it is first read.

    mark        8 bytes: the magic number, and in the last byte the format's version
    data        the arrays, each from a multiple of 64 bytes on; what lies between them is zero
    contents    JSON: {"arrays": {name: [type, shape, offset]}, "facts": {...}, "block": 16384}
    sums        uint64 each: XXH3 (64 bits) of every 16 KiB of the file as far as the data go, the last may be shorter
    tail        24 bytes: where the data end, the bytes of the contents (uint64 each), the mark again

Numbers are little-endian. Who names a segment notes its size and the XXH3 (128 bits) of contents, sums and tail. So
every byte is covered, and opening reads what stands behind the data and nothing else.
"""

import json
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_128_hexdigest

from syndetect.arrays import I64, U64, Array
from syndetect.errors import OutputError, StoredIndexError
from syndetect.storage.checked_file import BLOCK, BlockSums, CheckedFile
from syndetect.storage.filesystem import reason, write_all

_FORMAT = 1
_MARK = b"\x89SYNSEG" + bytes([_FORMAT])
_TAIL = struct.Struct("<QQ8s")
_ALIGNED = 64  # a cache line, and the widest vector
_KINDS = "biuf"  # of numpy's types: those whose bytes are the value


class Written(NamedTuple):
    """What names a segment: its size in bytes, and the checksum of all behind its data, in hexadecimal digits."""

    size: int
    xxh3: str


class SegmentWriter:
    """Writes one segment, array after array, each in any number of pieces.

    As a context manager it removes the file when the block fails or ends before :meth:`finish`.

    Args:
        path: the file to make; it may not be there.

    Raises:
        OutputError: the file is there, or cannot be written; what was written of it is removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._arrays: dict[str, tuple[str, list[int], int]] = {}  # as they stand in the contents
        self._sums = BlockSums()
        try:
            self._file: BinaryIO = path.open("xb", buffering=0)
        except FileExistsError:
            raise OutputError(f"cannot write {path}: it is there already") from None
        except OSError as error:
            raise OutputError(f"cannot write {path}: {reason(error)}") from error
        self._write(memoryview(_MARK))

    def append(self, name: str, array: Array) -> None:
        """Write a piece of an array; all pieces of one follow one another.

        Args:
            name: of the array.
            array: booleans, integers or reals, [n, ...]; type and shape of an item are those of the first piece.

        Raises:
            ValueError: the piece is of another kind than the first, or another array has been begun since.
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

    def finish(self, facts: Mapping[str, Any]) -> Written:
        """Write what stands behind the data, bring the file to the disk, and close it.

        Args:
            facts: whatever else is to be known of the segment when it is opened, as JSON can hold it.

        Raises:
            OutputError: the file cannot be written; it is removed.
        """
        contents = {"arrays": self._arrays, "facts": dict(facts), "block": BLOCK}
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
    """The arrays of a segment, mapped; any number of threads may read them.

    What is read must have been checked, by :meth:`check` or :meth:`whole`. Arrays can be written, because kernels are
    compiled for such; what is written stays in this process. The file is closed with :meth:`close`, or when nobody
    holds the segment any more; arrays that were handed out remain.

    Args:
        path: the file.
        size, xxh3: what :class:`Written` said of it.

    Raises:
        StoredIndexError: the file is missing, of another size, damaged behind its data, of a newer format, or no
            segment.

    Attributes:
        path: the file.
        facts: what was given to :meth:`SegmentWriter.finish`.
    """

    def __init__(self, path: Path, size: int, xxh3: str) -> None:
        self.path, self._xxh3 = path, xxh3
        self._file = CheckedFile(path, size)
        try:
            end, sums, contents = self._footer()
            self._file.cover(end, sums)
            self.facts: Mapping[str, Any] = contents["facts"]
            self._arrays = _arrays(self._file.mapped()[:end], contents)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise StoredIndexError.damaged(self.path, "its table of contents is none") from error

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __getitem__(self, name: str) -> Array:
        """An array, of which must be checked what is read."""
        return self._arrays[name][0]

    def check(self, name: str, begin: I64 | int, end: I64 | int) -> None:
        """Make sure that items are as they were written, before they are read; at little cost where that is known.

        Args:
            name: of the array.
            begin, end: the items ``begin[i]:end[i]``, int64[n] each, or a number.

        Raises:
            StoredIndexError: a block that holds some of them is damaged, or cannot be read.
            IndexError: they lie outside the data.
        """
        _, offset, item_bytes = self._arrays[name]
        self._file.check(begin, end, item_bytes, offset)

    def whole(self, name: str) -> Array:
        """An array, all of it checked."""
        array = self[name]
        self.check(name, 0, len(array))
        return array

    def verify(self) -> None:
        """Read the whole file again, and check all of it.

        Raises:
            StoredIndexError: for the first part that is damaged or cannot be read.
        """
        self._file.check_size()
        self._footer()
        self._file.check_all()

    def release(self) -> None:
        """Let go of the memory of what was read; it is read again where it is needed."""
        self._file.release()

    def close(self) -> None:
        """Close the file; nothing can be checked from now on."""
        self._file.close()

    def _footer(self) -> tuple[int, U64, dict[str, Any]]:
        """Where the data end, the sums, and the contents, when all of that is what was written."""
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
        footer = self._file.read(end, size) if end + text + 8 * blocks + _TAIL.size == size else b""
        if xxh3_128_hexdigest(footer) != self._xxh3:
            raise StoredIndexError.damaged(self.path, "what stands behind its data is not what was written")
        return end, np.frombuffer(footer, "<u8", blocks, text), json.loads(footer[:text])


def _arrays(data: npt.NDArray[np.uint8], contents: Mapping[str, Any]) -> dict[str, tuple[Array, int, int]]:
    """Every array by its name, with its offset and the bytes of an item."""
    if contents["block"] != BLOCK:
        raise ValueError("blocks of another size")
    found = {}
    for name, (kind, shape, offset) in contents["arrays"].items():
        dtype = np.dtype(kind)
        item_bytes = dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64))
        if dtype.kind not in _KINDS or offset % _ALIGNED:
            raise ValueError("an array that is not aligned, or of no kind that can be stored")
        array = data[offset : offset + shape[0] * item_bytes].view(dtype).reshape(shape)
        found[name] = (array, offset, item_bytes)
    return found
