"""The order of documents in time."""

import numpy as np

from syndetect.arrays import I64, U32
from syndetect.kernels.documents import UNDATED


def time_rank(time: I64) -> U32:
    """uint32[d]: each document's place in time order; undated documents come last, ties keep their order.

    Midnight stands for a date without a time: any time of that day is possible, so it comes after the known times.

    Args:
        time: int64[d], microseconds since 1970 in UTC, or ``UNDATED``.
    """
    rank = np.empty(len(time), np.uint32)
    rank[np.argsort(latest(time), kind="stable")] = np.arange(len(time), dtype=np.uint32)
    return rank


def latest(time: I64) -> I64:
    """int64[d]: the latest possible time of each document; undated ones come after all."""
    day = np.int64(86_400_000_000)
    until = np.where(time % day == 0, time + day, time)
    until[time == UNDATED] = np.iinfo(np.int64).max
    return until
