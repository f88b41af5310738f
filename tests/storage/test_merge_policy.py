"""Merge policies: segments stay few, rows are seldom rewritten, and no segment becomes too large."""

from hypothesis import given
from hypothesis import strategies as st

from syndetect.storage import merge_policy
from syndetect.storage.merge_policy import SegmentSize

MOST = 2**31 - 1


def add(held: list[int], size: int, most: int = MOST) -> int:
    """Add a segment and merge as :func:`merge_policy.tiered` says; how much was rewritten."""
    held.append(size)
    rewritten = 0
    while (first := merge_policy.tiered([SegmentSize(one, one) for one in held], most)) < len(held):
        held[first:] = [sum(held[first:])]
        rewritten += held[-1]
    return rewritten


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=300))
def test_tiered_segments_stay_few_and_are_seldom_rewritten(sizes: list[int]) -> None:
    held: list[int] = []
    rewritten = 0
    for size in sizes:
        rewritten += add(held, size)
        assert len(held) < merge_policy.MOST
    assert sum(held) == sum(sizes)
    assert rewritten <= sum(sizes) * (merge_policy.tier(sum(sizes)) + 1) * merge_policy.WIDTH


def test_a_large_segment_is_not_rewritten_for_small_ones() -> None:
    held = [10**8]
    rewritten = sum(add(held, 1000) for _ in range(500))
    assert held[0] == 10**8
    assert rewritten < 500 * 1000 * 100


def test_segments_are_not_merged_beyond_what_one_can_hold() -> None:
    sizes = [SegmentSize(100, 100)] * 20
    assert merge_policy.tiered(sizes, 500) == 20
    assert merge_policy.tiered(sizes, 1000) == 10
    assert merge_policy.geometric([*sizes, SegmentSize(10**9, 10**9)], 10**9) == 21


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=300))
def test_geometric_segments_are_few_and_each_has_a_third_of_those_behind_it(sizes: list[int]) -> None:
    held: list[int] = []
    rewritten = 0
    for size in sizes:
        first = merge_policy.geometric([SegmentSize(one, one) for one in (*held, size)], MOST)
        rewritten += sum(held[first:])
        held[first:] = [*held[first:], size] if first > len(held) else [sum(held[first:]) + size]
        for place, one in enumerate(held):
            assert merge_policy.RATIO * one > sum(held[place + 1 :])
    assert sum(held) == sum(sizes)
    assert len(held) <= 2 + 4 * sum(sizes).bit_length()


def test_a_segment_with_half_of_its_rows_deleted_is_rewritten() -> None:
    none = SegmentSize(0, 0)
    assert merge_policy.geometric([SegmentSize(100, 50), none], MOST) == 1
    assert merge_policy.geometric([SegmentSize(100, 49), none], MOST) == 0
