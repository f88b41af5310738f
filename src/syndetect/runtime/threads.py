"""Work in chunks on a pool of threads: kernels release the GIL, so threads are enough.

Python sees Ctrl-C only in the main thread, and only between two of its own instructions. So whatever may take longer
than a moment runs on another thread, one or several, and the main thread waits for it.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")


def split_evenly(offsets: npt.NDArray[np.int64], size: int) -> list[tuple[int, int]]:
    """Ranges of consecutive items whose values, ``offsets[i]:offsets[i + 1]``, come to about ``size`` together.

    >>> split_evenly(np.array([0, 4, 5, 6, 20, 21]), 6)
    [(0, 3), (3, 4), (4, 5)]
    """
    ranges, low, items = [], 0, len(offsets) - 1
    while low < items:
        high = int(np.searchsorted(offsets, offsets[low] + size, side="right")) - 1
        high = min(max(high, low + 1), items)
        ranges.append((low, high))
        low = high
    return ranges


def in_order(work: Callable[[S], T], items: Iterable[S], threads: int) -> Generator[T, None, None]:
    """``work(item)`` for every item, on other threads, the results in the order of the items.

    Items are taken and results held no more than there are threads ahead of what was yielded, so that neither piles up;
    a single thread works only while the caller waits.

    Args:
        work: called from worker threads; must not write what another call reads.
        items: taken in this thread.
        threads: how many calls run at once; with 0, for work too short for a thread, the caller's own does it.

    An exception drops the items not begun and comes out as soon as the running ones end; so does closing the generator,
    which a caller must who may leave it before its end. Ctrl-C, and whatever else is no ``Exception``, comes out at
    once: a kernel cannot be stopped, so the running calls are left to end by themselves (:func:`is_work_left`), and
    what they read must stay.
    """
    if threads == 0:
        yield from map(work, items)
        return
    ahead = threads if threads > 1 else 0
    waiting: deque[Future[T]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for item in items:
            waiting.append(pool.submit(_noted, work, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BaseException as error:
        pool.shutdown(wait=not _is_interrupt(error), cancel_futures=True)
        raise
    pool.shutdown()


def ahead(items: Iterable[S], most: int) -> Generator[S, None, None]:
    """The same items, taken by another thread, ``most`` of them before the caller asks.

    An error comes out behind the items before it. Closing the generator, and an exception in it, closes the items if
    they are a generator, as soon as the one that is being made is there; Ctrl-C comes out at once, as of
    :func:`in_order`.
    """
    source, end = iter(items), object()
    pool = ThreadPoolExecutor(1)
    waiting: deque[Future[S | object]] = deque()
    try:
        for _ in range(most):
            waiting.append(pool.submit(_noted, lambda _: next(source, end), None))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(pool.submit(_noted, lambda _: next(source, end), None))
            yield cast(S, item)
    except BaseException as error:
        is_interrupt = _is_interrupt(error)
        pool.shutdown(wait=not is_interrupt, cancel_futures=True)
        if isinstance(source, Generator) and not is_interrupt:
            source.close()
        raise
    pool.shutdown()


def apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """``work(*args, **kwargs)`` on another thread, so that Ctrl-C comes out of this one at once."""
    with closing(in_order(lambda _: work(*args, **kwargs), (None,), 1)) as results:
        return next(results)


def is_work_left() -> bool:
    """Whether calls are running on other threads, as Ctrl-C leaves them behind; Python waits for them at its exit."""
    return bool(_running)


_running: set[object] = set()


def _noted(work: Callable[[S], T], item: S) -> T:
    """``work(item)``, noted among the running calls."""
    call = object()
    _running.add(call)
    try:
        return work(item)
    finally:
        _running.discard(call)


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether an exception is Ctrl-C or its like, or closes a generator because of it."""
    while isinstance(error, GeneratorExit):
        error = error.__context__
    return error is not None and not isinstance(error, Exception)
