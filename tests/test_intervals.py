"""Ranges of words as sets, held against Python's sets."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from syndetect import intervals
from syndetect.arrays import I64

WORDS = 40

ranges = st.lists(
    st.tuples(st.integers(0, WORDS), st.integers(0, WORDS))
    .map(sorted)
    .filter(lambda pair: pair[0] < pair[1]),
    max_size=12,
)


def table(found: list[list[int]]) -> I64:
    return np.array(found, np.int64).reshape(-1, 2)


def members(found: I64) -> set[int]:
    return {word for low, high in found.tolist() for word in range(low, high)}


def assert_apart(found: I64) -> None:
    """Ascending, none empty, and none begins where another ends."""
    flat = found.reshape(-1)
    assert (np.diff(flat) > 0).all()


@given(ranges)
def test_union(one: list[list[int]]) -> None:
    found = intervals.union(table(one))
    assert found.dtype == np.int64
    assert members(found) == members(table(one))
    assert_apart(found)


@given(ranges, ranges)
def test_common(one: list[list[int]], two: list[list[int]]) -> None:
    sides = intervals.union(table(one)), intervals.union(table(two))
    found = intervals.intersection(*sides)
    assert members(found) == members(sides[0]) & members(sides[1])
    assert_apart(found)
    assert found.tolist() == intervals.intersection(*sides[::-1]).tolist()


@given(ranges, st.lists(st.integers(0, WORDS), max_size=9))
def test_before(one: list[list[int]], words: list[int]) -> None:
    found = intervals.count_before(intervals.union(table(one)), np.array(words, np.int64))
    assert found.tolist() == [sum(word < limit for word in members(table(one))) for limit in words]


@given(ranges, ranges)
def test_counted(one: list[list[int]], within: list[list[int]]) -> None:
    found = intervals.count_within(intervals.union(table(one)), table(within))
    assert found.tolist() == [len(members(table(one)) & {*range(*pair)}) for pair in within]


@given(ranges, st.lists(st.integers(0, 9), max_size=6))
def test_by_document(one: list[list[int]], sizes: list[int]) -> None:
    documents = np.cumsum([0, *sizes])
    expected = [
        len(members(table(one)) & {*range(low, low + size)})
        for low, size in zip(documents.tolist(), sizes, strict=False)
    ]
    assert intervals.count_by_document(table(one), documents).tolist() == expected
