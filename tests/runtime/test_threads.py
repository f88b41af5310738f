"""Work in chunks: the same results in the same order, however it is cut and whoever does it."""

import signal
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.runtime.threads import ahead, apart, in_order, is_work_left, split_evenly


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


@pytest.mark.parametrize("threads", [0, 1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 4, 30])
def test_results_come_in_the_order_of_the_items(threads: int, count: int) -> None:
    def work(item: int) -> tuple[int, int]:
        time.sleep(0.002 if item % 3 == 0 else 0)
        return item, threading.get_ident()

    found = list(in_order(work, range(count), threads))
    assert [item for item, _ in found] == list(range(count))
    mine = threading.get_ident()
    assert all((worker == mine) == (threads == 0) for _, worker in found)


@pytest.mark.parametrize("threads", [0, 1, 2, 5])
def test_no_more_items_are_taken_than_there_are_threads_ahead(threads: int) -> None:
    taken, takers = 0, set()

    def items() -> Iterator[int]:
        nonlocal taken
        for item in range(40):
            taken = item + 1
            takers.add(threading.get_ident())
            yield item

    for done, item in enumerate(in_order(lambda item: item, items(), threads), 1):
        assert item == done - 1
        assert taken <= done + (threads if threads > 1 else 0)
    assert takers == {threading.get_ident()}


def test_nothing_is_taken_before_it_is_asked_for() -> None:
    taken: list[int] = []
    in_order(lambda item: item, map(taken.append, range(5)), 2)
    assert taken == []


@pytest.mark.parametrize("where", ["work", "items", "the caller"])
def test_an_exception_drops_what_has_not_begun(where: str) -> None:
    done = []

    def work(item: int) -> None:
        time.sleep(0.001)
        if where == "work" and item == 20:
            raise ValueError("broken")
        done.append(item)

    def items() -> Iterator[int]:
        for item in range(2000):
            if where == "items" and item == 20:
                raise ValueError("broken")
            yield item

    def consume() -> None:
        with closing(in_order(work, items(), 3)) as results:
            for at, _ in enumerate(results):
                if where == "the caller" and at == 20:
                    raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        consume()
    at_the_end = len(done)
    assert at_the_end <= 20 + 3 + 1
    time.sleep(0.02)
    assert len(done) == at_the_end, "a worker went on after the call had ended"


class _Stuck:
    """A call that ends when it is told to, in place of a kernel that takes long."""

    def __init__(self) -> None:
        self.has_begun, self.may_end, self.was_interrupted = (threading.Event() for _ in range(3))
        self.interrupter = threading.Thread(target=self._interrupt)

    def __call__(self, item: int = 1) -> int:
        if item:
            self.has_begun.set()
            self.may_end.wait(60)
        return item

    def _interrupt(self) -> None:
        """Send Ctrl-C to the main thread once the call has begun, until it is heard.

        One that comes just before the thread begins to wait is heard by Python when the wait ends.
        """
        self.has_begun.wait(60)
        while not self.was_interrupted.is_set():
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            self.was_interrupted.wait(0.1)

    def heard(self, *_: object) -> None:
        """Handle Ctrl-C: an exception, once."""
        if not self.was_interrupted.is_set():
            self.was_interrupted.set()
            raise KeyboardInterrupt


@pytest.fixture
def stuck() -> Iterator[_Stuck]:
    """Such a call; Ctrl-C is an exception meanwhile, though the tests may run in a process that ignores it."""
    call = _Stuck()
    before = signal.signal(signal.SIGINT, call.heard)
    yield call
    if call.interrupter.ident is not None:
        call.interrupter.join()
    call.may_end.set()
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals cannot be sent to a thread")
@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_does_not_wait_for_what_runs(threads: int, stuck: _Stuck) -> None:
    stuck.interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        list(in_order(stuck, range(3), threads))
    assert is_work_left()


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals cannot be sent to a thread")
def test_ctrl_c_does_not_wait_for_work_apart(stuck: _Stuck) -> None:
    stuck.interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        apart(stuck)
    assert is_work_left()


def test_ctrl_c_in_a_caller_does_not_wait_either(stuck: _Stuck) -> None:
    def inner() -> Generator[int, None, None]:
        with closing(in_order(stuck, range(3), 2)) as results:
            yield from results

    def consume() -> None:
        with closing(inner()) as results:
            for _ in results:
                stuck.has_begun.wait(60)
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        consume()
    assert is_work_left()


def test_work_apart_returns_and_raises() -> None:
    assert apart(divmod, 7, 2) == (3, 1)
    assert apart(int, "ff", base=16) == 255
    with pytest.raises(ZeroDivisionError):
        apart(divmod, 1, 0)


def counted(number: int, taken: list[int], closed: list[int]) -> Iterator[int]:
    """Numbers, which note who takes them and when they are closed; an error behind them."""
    try:
        for item in range(number):
            taken.append(threading.get_ident())
            yield item
        raise OSError("broken")
    finally:
        closed.append(threading.get_ident())


@pytest.mark.parametrize("most", [1, 3])
def test_items_are_taken_ahead_by_another_thread(most: int) -> None:
    taken: list[int] = []
    closed: list[int] = []
    found: list[int] = []

    def take() -> None:
        for item in ahead(counted(30, taken, closed), most):
            found.append(item)
            assert len(taken) <= len(found) + most

    with pytest.raises(OSError, match="broken"):
        take()
    assert found == list(range(30))
    assert len(closed) == len(set(taken)) == 1
    assert threading.get_ident() not in taken
    assert list(ahead([], most)) == []
    assert list(ahead("abc", most)) == ["a", "b", "c"]


def test_what_is_taken_ahead_is_closed_with_what_takes_it() -> None:
    closed: list[int] = []
    with closing(ahead(counted(30, [], closed), 2)) as items:
        assert next(items) == 0
        assert not closed
    assert closed
    assert not is_work_left()


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals cannot be sent to a thread")
def test_ctrl_c_does_not_wait_for_what_is_taken_ahead(stuck: _Stuck) -> None:
    stuck.interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        list(ahead(map(stuck, range(3)), 1))
    assert is_work_left()
