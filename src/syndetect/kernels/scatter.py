"""Records of a fixed size, laid into buckets."""

from syndetect.kernels.jit import kernel


@kernel
def to_buckets(bucket, records, bounds, out):
    """Lay records out by bucket, in their order within each.

    Args:
        bucket: uint32[n], the bucket of each record, below b.
        records: uint32[n, size] or uint8[n, size].
        bounds: int64[b + 1], output: where the records of each bucket begin, and the end of the last one's.
        out: as records, output.
    """
    buckets, size = len(bounds) - 1, records.shape[1]
    bounds[:] = 0
    for i in range(len(bucket)):
        bounds[bucket[i] + 1] += 1
    for b in range(buckets):
        bounds[b + 1] += bounds[b]
    at = bounds.copy()
    for i in range(len(bucket)):
        to = at[bucket[i]]
        for unit in range(size):
            out[to, unit] = records[i, unit]
        at[bucket[i]] = to + 1
