"""Work in chunks on a pool of threads: kernels release the GIL, so threads are enough, and Ctrl-C works."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

S = TypeVar("S")
T = TypeVar("T")


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
    """``work(item)`` for every item, on several threads, the results in the order of the items.

    Items are taken and results held no more than there are threads ahead of what was yielded, so that neither piles up.

    Args:
        work: called from worker threads; must not write what another call reads.
        items: taken in this thread.
        threads: how many calls run at once; one runs in the caller's own thread.

    An exception, Ctrl-C among them, drops the items not begun and comes out as soon as the running ones end; so does
    closing the generator, which a caller must who may leave it before its end.
    """
    if threads == 1:  # a pool would cost more than it gives
        yield from map(work, items)
        return
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
