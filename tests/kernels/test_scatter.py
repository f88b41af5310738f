"""Records laid into buckets, against plain code."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.kernels.scatter import count_in_buckets, to_buckets

pytestmark = pytest.mark.kernel

_keys = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2**32 - 1)), max_size=40)


def _bucket(upper: int, lower: int, share: int, *, is_ranged: bool) -> int:
    within = ((upper << 32 | lower) * 0x9E3779B97F4A7C15 % 2**64 >> 32) * share >> 32
    return upper * share + within if is_ranged else within


@given(_keys, st.integers(1, 5), st.booleans(), st.integers(1, 3), st.integers(1, 3))
def test_records_are_laid_out_by_bucket_in_their_order(
    found: list[tuple[int, int]], share: int, is_ranged: bool, size: int, portion: int
) -> None:
    buckets = 3 * share if is_ranged else share
    bucket = [_bucket(*one, share, is_ranged=is_ranged) for one in found]
    assert all(one < buckets for one in bucket)
    keys = np.array([upper << 32 | lower for upper, lower in found], np.uint64)
    records = np.arange(len(found) * size, dtype=np.uint32).reshape(len(found), size)
    counts = np.zeros(buckets, np.int64)
    parts = [slice(low, low + portion) for low in range(0, len(found), portion)]
    for part in parts:
        count_in_buckets(keys[part], is_ranged, np.uint64(share), counts)
    assert counts.tolist() == [bucket.count(one) for one in range(buckets)]
    at, out = np.cumsum(counts) - counts, np.empty_like(records)
    for part in parts:
        to_buckets(keys[part], is_ranged, np.uint64(share), records[part], at, out)
    order = np.argsort(bucket, kind="stable")
    assert out.tolist() == records[order].tolist()
    assert at.tolist() == np.cumsum(counts).tolist()


@given(st.integers(0, 2), st.integers(0, 2**32 - 1))
def test_a_key_of_a_range_is_in_its_buckets(upper: int, lower: int) -> None:
    assert _bucket(upper, lower, 4, is_ranged=True) // 4 == upper
