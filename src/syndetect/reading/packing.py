"""Packed files: their bytes unpacked, however many streams stand one behind another, and packed again."""

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from syndetect.storage.compression import zstd

_BLOCK_BYTES = 1 << 20
_MOST_MEMORY = 1 << 30  # bytes, to unpack xz: its dictionary may have four times as many

#: What unpacking raises where the bytes are broken.
BROKEN = (EOFError, zlib.error, zstd.ZstdError, lzma.LZMAError)


def unpacked(file: Any, packing: str) -> Any:
    """A file opened for reading, as one whose ``read1`` gives the unpacked bytes.

    What was unpacked before a break is handed over, and then the error raised: OSError or one of :data:`BROKEN`.
    """
    match packing:
        case "gz":
            return gzip.GzipFile(fileobj=file)
        case "zst":
            return zstd.ZstdFile(file)
        case "bz2":
            return _Streams(file, bz2.BZ2Decompressor)
        case "xz" | "lzma":
            return _Streams(file, partial(lzma.LZMADecompressor, memlimit=_MOST_MEMORY))
    return file


class _Streams:
    """Streams of bz2 or xz, one behind another.

    The files of the standard library end where a later stream is broken, as if there were no more.
    """

    def __init__(self, file: Any, new: Callable[[], Any]) -> None:
        self._file, self._new = file, new
        self._decoder: Any = None  # between streams there is none
        self._packed = b""

    def read1(self, size: int) -> bytes:
        """Some of the bytes; none at the end.

        Raises:
            EOFError, OSError, LZMAError: the file is cut off or broken.
        """
        while True:
            if not self._packed and (self._decoder is None or self._decoder.needs_input):
                self._packed = self._file.read(_BLOCK_BYTES)
                if not self._packed:
                    if self._decoder is None:
                        return b""
                    raise EOFError("it is cut off")
            if self._decoder is None:
                self._packed = self._packed.lstrip(b"\0")  # of which xz may have some behind a stream
                if not self._packed:
                    continue
                self._decoder = self._new()
            block: bytes = self._decoder.decompress(self._packed, size)
            self._packed = b""
            if self._decoder.eof:
                self._packed, self._decoder = self._decoder.unused_data, None
            if block:
                return block


@contextmanager
def packed(place: Path, packing: str) -> Iterator[BufferedIOBase]:
    """A new file to write to, which packs; synced to the disk at the end."""
    with place.open("wb") as file:
        with _packer(file, packing) as out:
            yield out
        file.flush()
        os.fsync(file.fileno())


def _packer(file: Any, packing: str) -> AbstractContextManager[Any]:
    match packing:
        case "gz":
            return gzip.GzipFile("", "wb", 6, file, mtime=0)
        case "zst":
            return zstd.ZstdFile(file, "wb")
        case "bz2":
            return bz2.BZ2File(file, "wb")
        case "xz":
            return lzma.LZMAFile(file, "wb")
        case "lzma":
            return lzma.LZMAFile(file, "wb", format=lzma.FORMAT_ALONE)
    return nullcontext(file)
