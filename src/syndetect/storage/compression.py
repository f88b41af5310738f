"""Texts as Zstandard frames."""

from collections.abc import Iterable

from syndetect.storage.zstd import zstd

_LEVEL = 1  # fast, and half the size of most texts


def compress(texts: Iterable[bytes]) -> list[bytes]:
    """Each text as a separate frame."""
    compressor = zstd.ZstdCompressor(level=_LEVEL)
    return [compressor.compress(text, zstd.ZstdCompressor.FLUSH_FRAME) for text in texts]


def decompress(frame: bytes) -> bytes:
    """The text of a frame."""
    return zstd.decompress(frame)
