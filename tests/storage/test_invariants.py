"""Invariants of arrays: found broken in whichever piece, and held when nothing is."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.storage.invariants import Ascending, Bounds, Entries, Invariant, Keyed, Within


def hold(invariant: Invariant, values: np.ndarray, size: int) -> bool:
    """Whether an invariant holds of every piece of so many values."""
    return all(
        invariant.holds(values[max(at - invariant.context, 0) : at + size], max(at - invariant.context, 0))
        for at in range(0, len(values), size)
    )


numbers = st.lists(st.integers(-1, 6), max_size=14)
sizes = st.sampled_from([1, 2, 3, 6, 100])


@given(numbers, sizes)
def test_values_lie_within(found: list[int], size: int) -> None:
    values = np.array(found, np.int64)
    assert hold(Within(1, 4), values, size) == all(1 <= one <= 4 for one in found)
    assert hold(Within(1, 4, -1), values, size) == all(1 <= one <= 4 or one == -1 for one in found)


@given(numbers.map(lambda found: sorted(found) if sum(found) % 3 else found), sizes)
def test_values_ascend(found: list[int], size: int) -> None:
    values, pairs = np.array(found, np.int64), list(pairwise(found))
    inside = all(0 <= one <= 5 for one in found)
    assert hold(Ascending(5), values, size) == (inside and all(a < b for a, b in pairs))
    assert hold(Ascending(5, repeats=True), values, size) == (inside and all(a <= b for a, b in pairs))


runs = st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=1, max_size=4)
spoilt = st.tuples(st.integers(0, 30), st.integers(-1, 7))


@given(runs, st.none() | spoilt, sizes)
def test_bounds_ascend_from_nothing_to_all_items(
    found: list[list[int]], change: tuple[int, int] | None, size: int
) -> None:
    whole = [[0, *sorted(one)] for one in found]
    values = np.array([value for one in whole for value in one], np.int64)
    starts, totals = np.cumsum([0, *map(len, whole)]), np.array([one[-1] for one in whole])
    if change is not None:
        values[change[0] % len(values)] = change[1]
    expected = all(
        run[0] == 0 and run[-1] == total and (np.diff(run) >= 0).all()
        for run, total in zip(np.split(values, starts[1:-1]), totals, strict=True)
    )
    assert hold(Bounds(starts, totals), values, size) == expected


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=4), min_size=1),
    sizes,
    st.booleans(),
)
def test_entries_ascend_by_key_in_every_list(
    found: list[list[tuple[int, int]]], size: int, by_number: bool
) -> None:
    if sum(map(len, found)) % 2:
        found = [sorted(set(one)) for one in found]
    values = np.array([key << 32 | number for one in found for key, number in one], np.uint64)
    starts = np.cumsum([0, *map(len, found)])
    pairs = [pair for one in found for pair in pairwise(one)]
    expected = all(a < b if by_number else a[0] <= b[0] for a, b in pairs)
    expected &= all(number <= 4 for one in found for _, number in one)
    assert hold(Entries(4, starts, by_number), values, size) == expected


@given(st.lists(st.tuples(*[st.integers(-1, 9)] * 3), max_size=6), sizes)
def test_rows_ascend_by_their_first_value(found: list[tuple[int, int, int]], size: int) -> None:
    if len(found) % 2:
        found = sorted({one[0]: one for one in found}.values())
    keys = [one[0] for one in found]
    expected = all(0 <= key <= 7 for key in keys) and min(map(min, found), default=0) >= 0
    expected &= all(a < b for a, b in pairwise(keys))
    assert hold(Keyed(7, 3), np.array(found, np.int64).reshape(-1), size) == expected


@pytest.mark.parametrize("kind", [np.uint8, np.uint32, np.uint64, np.int64])
def test_nothing_is_too_large_to_be_seen(kind: type[np.integer]) -> None:
    values = np.array([0, np.iinfo(kind).max], kind)
    assert not Within(0, 7).holds(values, 0)
    assert not Ascending(7).holds(values, 0)
    assert not Bounds(np.array([0, 3]), np.array([7])).holds(values, 0)
