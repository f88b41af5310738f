"""Ranges: runs of flags, and ranges of one value."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.kernels.ranges import find_uniform, runs_of_flags

pytestmark = pytest.mark.kernel


@given(st.lists(st.sampled_from([0, 1, 1, 7]), max_size=40))
def test_runs_of_flags(flags: list[int]) -> None:
    runs = np.empty(len(flags) + 1, np.int64)
    found = runs[: 2 * runs_of_flags(np.array(flags, np.uint8), runs)].reshape(-1, 2).tolist()
    inside = [place for low, high in found for place in range(low, high)]
    assert inside == [place for place, flag in enumerate(flags) if flag]
    assert all(low < high for low, high in found)
    assert all(one[1] < two[0] for one, two in pairwise(found))


@given(st.lists(st.lists(st.integers(0, 1), max_size=6), max_size=12), st.integers(1, 4))
def test_ranges_of_one_value(ranges: list[list[int]], least: int) -> None:
    values = np.array([value for one in ranges for value in one], np.uint32)
    bounds = np.cumsum([0, *map(len, ranges)])
    found = np.empty(len(ranges), np.int64)
    count = find_uniform(values, bounds, np.int64(least), found)
    expected = [n for n, one in enumerate(ranges) if len(one) >= least and len(set(one)) == 1]
    assert found[:count].tolist() == expected
