"""Records laid into buckets, against a stable sort."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.kernels.scatter import to_buckets

pytestmark = pytest.mark.kernel


@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 3))
def test_records_are_laid_out_by_bucket_in_their_order(found: list[int], size: int) -> None:
    bucket = np.array(found, np.uint32)
    records = np.arange(len(found) * size, dtype=np.uint32).reshape(len(found), size)
    bounds, out = np.empty(8, np.int64), np.empty_like(records)
    to_buckets(bucket, records, bounds, out)
    order = np.argsort(bucket, kind="stable")
    assert out.tolist() == records[order].tolist()
    assert bounds.tolist() == [sum(one < b for one in found) for b in range(8)]
