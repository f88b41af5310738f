"""The order of documents in time."""

import numpy as np

from syndetect.arrays import I64, U32
from syndetect.kernels.documents import UNDATED


def time_rank(time: I64) -> U32:
    """uint32[d]: each document's place in time order; the undated come last, ties stay in their order.

    Midnight is taken for a date alone: any time of that day may be meant, so it comes after the times that are known.

    Args:
        time: int64[d], microseconds since 1970 in UTC, or ``UNDATED``.
    """
    rank = np.empty(len(time), np.uint32)
    rank[np.argsort(latest(time), kind="stable")] = np.arange(len(time), dtype=np.uint32)
    return rank


def latest(time: I64) -> I64:
    """int64[d]: the latest that may be meant by each time; what is undated comes after all."""
    day = np.int64(86_400_000_000)
    until = np.where(time % day == 0, time + day, time)
    until[time == UNDATED] = np.iinfo(np.int64).max
    return until
