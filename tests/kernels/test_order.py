"""Sorting, against Python's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.strategies import INTERPRETED, from_python
from syndetect import arrays
from syndetect.arrays import is_among, order_by, ranked, sort_keys, sort_values
from syndetect.kernels import order
from syndetect.kernels.order import shell_sort

pytestmark = pytest.mark.kernel

wide, narrow = st.integers(0, 2**64 - 1), st.integers(0, 3)
some = st.one_of(
    st.lists(wide, max_size=50),
    st.lists(narrow, max_size=50),
    st.lists(narrow.map(lambda key: key << 40), max_size=50),  # most digits the same
    st.lists(st.sampled_from([0, 255, 256, 2**32, 2**63, 2**64 - 1]), max_size=50),
)
#: What is told apart: few, more than are sorted plainly, and more than are sorted in one go.
SIZES = (order._FEW, order._FEW + 1, order._MANY + 1)
MASKS = {
    "all digits": 2**64 - 1, "last digits": 0xFFFF, "one digit": 0xFF << 24, "a low and a high one": 0xFF << 56 | 1,
    "upper half": 0xFFFFFFFF << 32, "few values": 3 << 33, "none": 0,
}  # fmt: skip


@given(some, st.booleans())
def test_keys_are_sorted_stably_and_their_places_with_them(found: list[int], is_placed: bool) -> None:
    before = np.array(found, np.uint64)
    given_places = np.arange(len(found), dtype=np.uint32)[::-1] * 3 if is_placed else None
    ordered, places = sort_keys(before, given_places)
    by_key = sorted(range(len(found)), key=found.__getitem__)
    assert ordered.tolist() == sorted(found)
    assert places.tolist() == [int(given_places[i]) if given_places is not None else i for i in by_key]
    assert before.tolist() == found
    assert (ordered.dtype, places.dtype) == (np.dtype(np.uint64), np.dtype(np.uint32))


@given(some, st.integers(0, 7))
def test_values_are_sorted_by_their_upper_bytes_and_else_keep_their_order(
    found: list[int], lowest: int
) -> None:
    before = np.array(found, np.uint64)
    ordered = sort_values(before, lowest)
    assert ordered.tolist() == sorted(found, key=lambda value: value >> 8 * lowest)
    assert before.tolist() == found
    assert ordered.dtype == np.uint64


@pytest.mark.parametrize("lowest", [0, 4])
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("size", SIZES)
def test_so_are_few_and_many(monkeypatch: pytest.MonkeyPatch, size: int, mask: int, lowest: int) -> None:
    if INTERPRETED:
        monkeypatch.setattr(order, "_MANY", 300)  # compiled, a constant
        size = min(size, 301)
    values = np.random.default_rng(size).integers(0, 2**64, size, np.uint64) & np.uint64(mask)
    by_upper = np.argsort(values >> np.uint64(8 * lowest), kind="stable")
    assert np.array_equal(sort_values(values, lowest), values[by_upper])


def test_many_values_of_which_one_is_different() -> None:
    values = np.full((1 << 9 if INTERPRETED else 1 << 16), 77, np.uint64)
    values[3] = 2**63
    assert np.array_equal(sort_values(values), np.sort(values))


@given(st.lists(st.one_of(narrow, wide, st.integers(0, 9)), max_size=140))
def test_shell_sort(found: list[int]) -> None:
    values = np.array(found, np.uint64)
    from_python(shell_sort)(values)
    assert values.tolist() == sorted(found)


@pytest.mark.parametrize("length", [5, 11, 24, 133, 302, 1578, 3549])
def test_shell_sort_of_every_gap(length: int) -> None:
    values = np.random.default_rng(length).integers(-5, length, length)
    expected = np.sort(values).tolist()
    from_python(shell_sort)(values)
    assert values.tolist() == expected


columns = st.sampled_from([
    (np.uint64, st.integers(0, 2**64 - 1)), (np.int64, st.integers(-(2**63), 2**63 - 1)),
    (np.uint32, st.integers(0, 2**32 - 1)), (np.int64, st.integers(-3, 3)), (bool, st.booleans()),
    (np.uint8, st.just(7)),
])  # fmt: skip


@given(st.data(), st.integers(1, 40))
def test_rows_are_ordered_by_columns_the_first_before_the_others(data: st.DataObject, rows: int) -> None:
    chosen = [
        np.array(data.draw(st.lists(values, min_size=rows, max_size=rows)), kind)
        for kind, values in data.draw(st.lists(columns, min_size=1, max_size=5))
    ]
    expected = sorted(range(rows), key=lambda row: [int(column[row]) for column in chosen])
    for found in (order_by(*chosen), arrays._order_packed(chosen)):
        assert found.tolist() == expected
        assert found.dtype == np.int64


def test_many_rows_are_ordered_as_few_are() -> None:
    random = np.random.default_rng(3)
    chosen = [random.integers(-(2**most), 2**most, 2 * arrays._FEW) for most in (2, 40, 1, 62)]
    assert order_by(*chosen).tolist() == np.lexsort(chosen[::-1]).tolist()
    assert order_by(np.empty(0, np.int64), np.empty(0, bool)).tolist() == []


@given(st.lists(st.integers(0, 9), max_size=9), st.lists(st.integers(0, 9), max_size=9).map(sorted))
def test_values_are_found_among_others(values: list[int], among: list[int]) -> None:
    found = is_among(np.array(values, np.int64), np.array(among, np.int64))
    assert found.tolist() == [value in among for value in values]


@given(some, st.sets(st.one_of(wide, narrow), max_size=20), st.booleans())
def test_values_are_looked_up_among_few_and_many(found: list[int], others: set[int], is_many: bool) -> None:
    among = sorted(others | set(found[::2]) | (set(range(10, 10_010)) if is_many else set()))
    told = is_among(np.array(found, np.uint64), np.array(among, np.uint64))
    assert told.tolist() == [value in set(among) for value in found]


@given(some)
def test_values_are_ranked_as_numpy_has_it(found: list[int]) -> None:
    values = np.array(found, np.uint64)
    expected = np.unique(values, return_index=True, return_inverse=True)
    assert [column.tolist() for column in ranked(values)] == [column.tolist() for column in expected]
