"""Records of a fixed size, laid into buckets by a hash of their keys."""

import numpy as np

from syndetect.kernels.jit import inline, kernel

_MIX, _S32 = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


@inline
def _bucket_of(key, is_ranged, share):
    within = (key * _MIX >> _S32) * share >> _S32
    return np.int64(within + (key >> _S32) * share if is_ranged else within)


@kernel
def count_in_buckets(keys, is_ranged, share, counts):
    """Count the records of each bucket.

    Args:
        keys: uint64[n], those of the records.
        is_ranged: bool, whether the upper half of a key is the number of a range of buckets, in which its bucket is.
        share: uint64, buckets of a range; of all where there are no ranges.
        counts: int64[b], input and output: so many are added.
    """
    for i in range(len(keys)):
        counts[_bucket_of(keys[i], is_ranged, share)] += 1


@kernel
def to_buckets(keys, is_ranged, share, records, at, out):
    """Lay records out by bucket, in their order within each.

    Args:
        keys, is_ranged, share: as of :func:`count_in_buckets`.
        records: uint32[n, size] or uint8[n, size].
        at: int64[b], input and output: where the next record of each bucket goes.
        out: as records, of as many rows as there are in all, output.
    """
    size = records.shape[1]
    for i in range(len(keys)):
        bucket = _bucket_of(keys[i], is_ranged, share)
        to = at[bucket]
        for unit in range(size):
            out[to, unit] = records[i, unit]
        at[bucket] = to + 1
