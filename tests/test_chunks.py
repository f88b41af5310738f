"""Work in chunks: the same results in the same order, however it is cut and whoever does it."""

import threading
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.chunks import run_chunks, split_evenly


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 40))
def test_ranges_are_as_long_as_they_may(sizes: list[int], size: int) -> None:
    offsets = np.cumsum([0, *sizes], dtype=np.int64)
    ranges = split_evenly(offsets, size)
    assert [low for low, _ in ranges] == [0, *(high for _, high in ranges)][: len(ranges)]
    assert (ranges[-1][1] if ranges else 0) == len(sizes)
    for low, high in ranges:
        assert low < high
        assert sum(sizes[low:high]) <= size or high == low + 1
        assert high == len(sizes) or sum(sizes[low : high + 1]) > size


def test_ranges_by_example() -> None:
    assert split_evenly(np.array([0, 4, 5, 6, 20, 21]), 6) == [(0, 3), (3, 4), (4, 5)]
    assert split_evenly(np.array([0]), 6) == []


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_the_order_of_the_ranges(threads: int) -> None:
    told = []

    def work(low: int, high: int) -> tuple[int, int]:
        time.sleep(0.002 if low % 3 == 0 else 0)
        return low, high

    ranges = [(low, high) for low, high in pairwise([0, 3, 4, 10, 11, 12, 20])]
    assert run_chunks(work, ranges, threads, told.append) == ranges
    assert told == [high - low for low, high in ranges]
    assert run_chunks(work, [], threads) == []


def test_the_caller_is_told_in_its_own_thread() -> None:
    told, worked = set(), set()
    run_chunks(
        lambda *_: worked.add(threading.get_ident()), [(i, i + 1) for i in range(9)], 2,
        lambda _: told.add(threading.get_ident()),
    )  # fmt: skip
    assert told == {threading.get_ident()}
    assert not worked & told


@pytest.mark.parametrize("where", ["work", "advance"])
def test_an_exception_drops_what_has_not_begun(where: str) -> None:
    done = []

    def work(low: int, _: int) -> None:
        time.sleep(0.001)
        done.append(low)
        if where == "work" and low == 2:
            raise ValueError("broken")

    def advance(_: int) -> None:
        if where == "advance" and len(done) > 2:
            raise KeyboardInterrupt

    with pytest.raises(ValueError if where == "work" else KeyboardInterrupt):
        run_chunks(work, [(i, i + 1) for i in range(2000)], 2, advance)
    at_the_end = len(done)
    assert at_the_end < 1000
    time.sleep(0.02)
    assert len(done) == at_the_end, "a worker went on after the call had ended"
