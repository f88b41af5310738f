"""Zstandard: the module (of the standard library from Python 3.14, its backport before), and texts as frames."""

import sys
from collections.abc import Iterable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["compress", "decompress", "zstd"]

_UNKNOWN = (1 << 63) - 1  # bytes
_LEVEL = 1  # fast, and half the size of most texts


def compress(texts: Iterable[bytes]) -> list[bytes]:
    """Each text as a separate frame."""
    compressor = zstd.ZstdCompressor(level=_LEVEL)
    return [compressor.compress(text, zstd.ZstdCompressor.FLUSH_FRAME) for text in texts]


def text_size(frame: bytes) -> int:
    """The bytes of the text of a frame, as the frame says; as much as can be where it does not say.

    Raises:
        ValueError: it is no frame.
    """
    try:
        size = zstd.get_frame_info(frame).decompressed_size
    except zstd.ZstdError as error:
        raise ValueError("no frame") from error
    return _UNKNOWN if size is None else min(int(size), _UNKNOWN)


def decompress(frame: bytes, most: int) -> bytes:
    """The text of a frame.

    Raises:
        ValueError: it is no whole frame, or not one alone, or its text has more than ``most`` bytes.
    """
    decompressor = zstd.ZstdDecompressor()
    try:
        text: bytes = decompressor.decompress(frame, most + 1)
    except zstd.ZstdError as error:
        raise ValueError("no frame") from error
    if not decompressor.eof or decompressor.unused_data or len(text) > most:
        raise ValueError("not one frame, or more text than there can be")
    return text
