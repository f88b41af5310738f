"""Words to shingles: hashes of k consecutive words, and exact set comparison of paragraphs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syndetect.kernels import shingles as _kernels

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


def shingle(code: U64, low: I64, high: I64, k: int) -> tuple[I64, U64]:
    """The k-word shingle hashes of ranges of words.

    Args:
        code: uint64[words], as :attr:`syndetect.text.Words.code`.
        low, high: int64[n], the ranges.
        k: words in a shingle; a range of fewer words is one shingle.

    Returns:
        int64[n + 1] offsets and uint64 hashes: those of range i are ``hashes[offsets[i]:offsets[i + 1]]``, in order.
        The upper halves of the hashes are what signatures are made of.
    """
    offsets = np.zeros(len(low) + 1, np.int64)
    _kernels.count_shingles(low, high, k, offsets[1:])
    np.cumsum(offsets, out=offsets)
    hashes = np.empty(int(offsets[-1]), np.uint64)
    _kernels.shingle_ranges(code, low, high, k, offsets, hashes)
    return offsets, hashes


@dataclass(frozen=True)
class Overlaps:
    """How much pairs of paragraphs share: float64[n] each, by exact sets of shingles."""

    jaccard: F64
    containment_a: F64
    containment_b: F64


def compare(code: U64, low: I64, high: I64, pairs: I64, k: int) -> Overlaps:
    """Exact Jaccard and containment of pairs of ranges of words.

    Args:
        code, low, high, k: as in :func:`shingle`.
        pairs: int64[n, 2], numbers of ranges.
    """
    used, numbers = np.unique(pairs, return_inverse=True)
    numbers = numbers.reshape(pairs.shape).astype(np.int64)
    offsets, hashes = shingle(code, low[used], high[used], k)
    sizes, common = np.empty(len(used), np.int64), np.empty(len(pairs), np.int64)
    _kernels.make_sets(offsets, hashes, sizes)
    _kernels.count_common(offsets, sizes, hashes, numbers[:, 0].copy(), numbers[:, 1].copy(), common)
    size_a, size_b = sizes[numbers[:, 0]], sizes[numbers[:, 1]]
    return Overlaps(common / (size_a + size_b - common), common / size_a, common / size_b)
