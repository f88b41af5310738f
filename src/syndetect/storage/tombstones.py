"""Tombstones: the two encodings on disk of the deleted rows of a segment.

In memory, both are the row numbers as ascending uint32[n].
"""

from typing import Any, Protocol

import numpy as np

from syndetect.arrays import U32


class TombstoneEncoding(Protocol):
    """How the deleted rows of a segment are written to a file."""

    def encode(self, deleted: U32, rows: int) -> tuple[bytes, dict[str, Any]]:
        """The bytes of the file for a segment of so many rows, and metadata for its entry in the manifest."""

    def decode(self, data: bytes, metadata: dict[str, Any], rows: int) -> U32:
        """The inverse of :meth:`encode`; ValueError if these are no tombstones of a segment of so many rows."""


class RowNumbers:
    """Ascending row numbers, little-endian uint32 each; the manifest notes their count as "documents".

    Few deleted rows take little space.
    """

    def encode(self, deleted: U32, rows: int) -> tuple[bytes, dict[str, Any]]:  # noqa: ARG002
        """As :class:`TombstoneEncoding` says."""
        return deleted.astype("<u4").tobytes(), {"documents": len(deleted)}

    def decode(self, data: bytes, metadata: dict[str, Any], rows: int) -> U32:
        """As :class:`TombstoneEncoding` says."""
        deleted = np.frombuffer(data, "<u4").astype(np.uint32)  # ValueError for a part of a number
        if metadata.get("documents") != len(deleted):
            raise ValueError("another count of deleted rows")
        if (np.diff(deleted.astype(np.int64), append=rows) <= 0).any():
            raise ValueError("rows that are not ascending, or out of range")
        return deleted


class PackedBits:
    """One bit a row, the first row in the highest bit; 1 for a deleted row."""

    def encode(self, deleted: U32, rows: int) -> tuple[bytes, dict[str, Any]]:
        """As :class:`TombstoneEncoding` says."""
        bits = np.zeros(rows, np.uint8)
        bits[deleted] = 1
        return np.packbits(bits).tobytes(), {}

    def decode(self, data: bytes, metadata: dict[str, Any], rows: int) -> U32:  # noqa: ARG002
        """As :class:`TombstoneEncoding` says."""
        bits = np.frombuffer(data, np.uint8)
        if len(bits) != -(-rows // 8):
            raise ValueError("another number of rows")
        return np.flatnonzero(np.unpackbits(bits, count=rows)).astype(np.uint32)
