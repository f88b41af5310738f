"""MinHash signatures, bit-identical to datasketch's (``MinHash(num_perm, seed, scheme="affine32")``)."""

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from syndetect.arrays import I64, U32, bounds_of
from syndetect.kernels import signatures as _kernels
from syndetect.kernels.signatures import permutations
from syndetect.runtime.threads import in_order, split_evenly

if TYPE_CHECKING:
    from datasketch import LeanMinHash


__all__ = ["permutations", "sign", "sign_words", "to_datasketch"]

#: Hashes, or words, of one call of a kernel: two milliseconds of work.
CHUNK = 1 << 19


def sign(offsets: I64, hashes: U32, slots: int = 128, seed: int = 1, threads: int = 1) -> U32:
    """Signatures of sets of 32-bit hashes.

    Args:
        offsets: int64[n + 1]; set i is ``hashes[offsets[i]:offsets[i + 1]]``, repeats allowed.
        hashes: uint32.
        slots: the length of a signature (datasketch: ``num_perm``).
        seed: the seed of the permutations.
        threads: the number of chunks worked on at once; the result does not depend on it.

    Returns:
        uint32[n, slots]; the empty set has all ones.
    """
    signatures = np.empty((len(offsets) - 1, slots), np.uint32)
    drawn = permutations(slots, seed)

    def work(part: tuple[int, int]) -> None:
        low, high = part
        _kernels.sign_hashes(offsets[low : high + 1], hashes, *drawn, signatures[low:high])

    chunks = split_evenly(offsets, CHUNK)
    deque(in_order(work, chunks, threads if len(chunks) > 1 else 0), maxlen=0)
    return signatures


def sign_words(
    code: U32, low: I64, high: I64, k: int, slots: int = 128, seed: int = 1, threads: int = 1
) -> U32:
    """Signatures of ranges of words: :func:`sign` of what :func:`syndetect.shingle.shingle32` gives for them.

    Args:
        code: uint32[words], as :attr:`syndetect.matching.tokens.Words.code`.
        low, high: int64[n], the ranges, in any order; ranges that follow one another cost least.
        k: words in a shingle; a range of fewer words is one shingle.
        slots, seed, threads: as in :func:`sign`.

    Returns:
        uint32[n, slots]; the empty range has all ones.
    """
    signatures = np.empty((len(low), slots), np.uint32)
    drawn = permutations(slots, seed)
    offsets = bounds_of(high - low)

    def work(part: tuple[int, int]) -> None:
        chunk = slice(*part)
        _kernels.sign_words(code, low[chunk], high[chunk], k, *drawn, signatures[chunk])

    chunks = split_evenly(offsets, CHUNK)
    deque(in_order(work, chunks, threads if len(chunks) > 1 else 0), maxlen=0)
    return signatures


def to_datasketch(signatures: U32, seed: int = 1) -> "list[LeanMinHash]":
    """Signatures as datasketch objects, for its indexes."""
    from datasketch import LeanMinHash  # noqa: PLC0415  (a second to import)

    return [LeanMinHash(seed=seed, hashvalues=row.copy(), scheme="affine32") for row in signatures]
