"""Flat arrays: their types, and what is done with them everywhere: sort, group, expand, pack two numbers in one."""

from typing import Any

import numpy as np
import numpy.typing as npt

from syndetect.kernels import groups as _groups
from syndetect.kernels.order import radix_sort, sort

Bool = npt.NDArray[np.bool_]
U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Array = npt.NDArray[Any]

_S32 = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)


def sort_keys(keys: U64, places: U32 | None = None) -> tuple[U64, U32]:
    """Keys in ascending order, and with them their places (by default their numbers); equal keys keep their order."""
    keys = keys.copy()
    places = np.arange(len(keys), dtype=np.uint32) if places is None else places.copy()
    radix_sort(keys, places, np.empty_like(keys), np.empty_like(places))
    return keys, places


def sort_values(values: U64, lowest: int = 0) -> U64:
    """Values in ascending order of their bytes from ``lowest`` up; those that are equal in these keep their order."""
    values = values.copy()
    sort(values, np.empty_like(values), np.int64(lowest))
    return values


def find_groups(keys: U64, shift: int = 0) -> I64:
    """int64[g, 2]: begin and end of each run of two or more sorted keys that are equal but for ``shift`` last bits."""
    bounds = np.empty(len(keys) + 1, np.int64)
    count = _groups.find_groups(keys, np.uint64(shift), bounds)
    return bounds[: 2 * count].reshape(-1, 2).copy()


def gather(places: U32, groups: I64) -> tuple[U32, I64, U64]:
    """The places of groups, group by group; where the groups then stand (int64[g, 2]); and each place's group."""
    sizes = groups[:, 1] - groups[:, 0]
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    members = places[np.repeat(groups[:, 0] - bounds[:-1], sizes) + np.arange(bounds[-1])]
    number = np.repeat(np.arange(len(groups), dtype=np.uint64), sizes)
    return members, np.stack([bounds[:-1], bounds[1:]], axis=1), number


def _distinct(values: U64) -> U64:
    """Sorted values, each once."""
    is_new = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=is_new[1:])
    distinct: U64 = values[is_new]
    return distinct


def _halves(pairs: U64) -> I64:
    """int64[n, 2]: the numbers that were packed in two."""
    return np.stack([pairs >> _S32, pairs & _LOWER], axis=1).astype(np.int64)
