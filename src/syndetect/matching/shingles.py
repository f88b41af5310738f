"""Shingles: hashes of k consecutive words, and exact comparison of paragraphs as sets of shingles."""

from dataclasses import dataclass

import numpy as np

from syndetect.arrays import F64, I64, U32, U64
from syndetect.kernels import shingles as _kernels


def shingle(code: U32, low: I64, high: I64, k: int) -> tuple[I64, U64]:
    """The k-word shingle hashes of ranges of words.

    Args:
        code: uint32[words], as :attr:`syndetect.matching.tokens.Words.code`.
        low, high: int64[n], the ranges.
        k: words in a shingle; a range of fewer words is one shingle.

    Returns:
        int64[n + 1] offsets and uint64 hashes: range i has ``hashes[offsets[i]:offsets[i + 1]]``, in order.
    """
    offsets = _shingle_offsets(low, high, k)
    hashes = np.empty(int(offsets[-1]), np.uint64)
    _kernels.shingle_ranges(code, low, high, k, offsets, hashes)
    return offsets, hashes


def shingle32(code: U32, low: I64, high: I64, k: int) -> tuple[I64, U32]:
    """The 32-bit shingle hashes that signatures are made of: as :func:`shingle`, but uint32.

    :func:`syndetect.minhash.sign_words` computes them itself; here they are input for other tools.
    """
    offsets = _shingle_offsets(low, high, k)
    hashes = np.empty(int(offsets[-1]), np.uint32)
    _kernels.shingle_ranges32(code, low, high, k, offsets, hashes)
    return offsets, hashes


def _shingle_offsets(low: I64, high: I64, k: int) -> I64:
    offsets = np.zeros(len(low) + 1, np.int64)
    _kernels.count_shingles(low, high, k, offsets[1:])
    return np.cumsum(offsets, out=offsets)


@dataclass(frozen=True)
class Overlaps:
    """The overlap of pairs of paragraphs, by exact sets of shingles.

    Attributes:
        common: int64[n], shingles in both.
        jaccard, containment_a, containment_b: float64[n].
    """

    common: I64
    jaccard: F64
    containment_a: F64
    containment_b: F64


def compare(code: U32, low: I64, high: I64, pairs: I64, k: int) -> Overlaps:
    """Exact Jaccard and containment of pairs of ranges of words.

    Args:
        code, low, high, k: as in :func:`shingle`.
        pairs: int64[n, 2], numbers of ranges.
    """
    offsets, hashes = shingle(code, low, high, k)
    sizes, common = np.empty(len(low), np.int64), np.empty(len(pairs), np.int64)
    first, second = pairs[:, 0].copy(), pairs[:, 1].copy()
    _kernels.make_sets(offsets, hashes, sizes)
    _kernels.count_common(offsets, sizes, hashes, first, second, common)
    size_a, size_b = sizes[first], sizes[second]
    return Overlaps(common, common / (size_a + size_b - common), common / size_a, common / size_b)
