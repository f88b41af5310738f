"""Work in chunks on a pool of threads: kernels release the GIL, so threads are enough and Ctrl-C stays ours."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

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


def run_chunks(
    work: Callable[[int, int], T],
    ranges: Iterable[tuple[int, int]],
    threads: int,
    advance: Callable[[int], None] = lambda _: None,
) -> list[T]:
    """``work(low, high)`` for every range, on several threads, the results in the order of the ranges.

    Args:
        work: called from worker threads; must not write what another call reads.
        ranges: half-open ranges of items.
        threads: how many run at once.
        advance: told, in this thread, of the items of each range that is done.

    An exception, Ctrl-C among them, drops the ranges not begun and comes out as soon as the running ones end.
    """
    results = []
    with ThreadPoolExecutor(threads) as pool:
        futures = [(pool.submit(work, low, high), high - low) for low, high in ranges]
        try:
            for future, items in futures:
                results.append(future.result())
                advance(items)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return results
