"""Sorting keys and finding equal ones: what candidates of both kinds rest on."""

import numpy as np
import numpy.typing as npt

from syndetect.kernels import groups as _groups
from syndetect.kernels.order import radix_sort

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


def sort_keys(keys: U64, places: U32 | None = None) -> tuple[U64, U32]:
    """Keys in ascending order, and with them their places (by default their numbers); equal keys keep their order."""
    keys = keys.copy()
    places = np.arange(len(keys), dtype=np.uint32) if places is None else places.copy()
    radix_sort(keys, places, np.empty_like(keys), np.empty_like(places))
    return keys, places


def find_groups(keys: U64) -> I64:
    """int64[g, 2]: begin and end of each run of two or more equal keys in sorted keys."""
    bounds = np.empty(len(keys) + 1, np.int64)
    count = _groups.find_groups(keys, bounds)
    return bounds[: 2 * count].reshape(-1, 2).copy()


def pair_groups(places: U32, groups: I64, owner: U32, hot: int) -> I64:
    """int64[n, 2]: pairs of places in one group with different owners, the smaller first.

    Groups of more than ``hot`` places give a star (the first with each, and each with the next), others all pairs.
    """
    flat = np.ascontiguousarray(groups).reshape(-1)
    nothing = np.empty((0, 2), np.int64)
    count = _groups.pair_groups(places, flat, owner, hot, nothing, False)
    pairs = np.empty((count, 2), np.int64)
    _groups.pair_groups(places, flat, owner, hot, pairs, True)
    return pairs
