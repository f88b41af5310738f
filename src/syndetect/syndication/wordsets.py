"""Ranges of words as sets: each word counts once, however many ranges it lies in.

Words are numbered through the corpus, so ranges of different documents never meet.
"""

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


def union(ranges: I64) -> I64:
    """int64[m, 2]: the same words as ``ranges`` (int64[n, 2], in any order), in ascending ranges that are apart."""
    ordered = ranges[np.argsort(ranges[:, 0], kind="stable")]
    if not len(ordered):
        return ordered
    reach = np.maximum.accumulate(ordered[:, 1])
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:, 0] > reach[:-1]]))
    ends = np.concatenate([begins[1:], [len(ordered)]]) - 1
    return np.stack([ordered[begins, 0], reach[ends]], axis=1)


def common(one: I64, two: I64) -> I64:
    """int64[m, 2]: the words of two sets, each of ascending ranges that are apart, that lie in both."""
    low = np.searchsorted(two[:, 1], one[:, 0], side="right")
    count = np.searchsorted(two[:, 0], one[:, 1], side="left") - low
    first = np.repeat(np.arange(len(one)), count)
    second = np.arange(count.sum()) + np.repeat(low - np.cumsum(count) + count, count)
    return np.stack(
        [np.maximum(one[first, 0], two[second, 0]), np.minimum(one[first, 1], two[second, 1])], axis=1
    )


def before(ranges: I64, words: I64) -> I64:
    """int64[n]: how many words of ascending ranges that are apart stand before each of ``words`` (int64[n])."""
    total = np.concatenate([[0], np.cumsum(ranges[:, 1] - ranges[:, 0])])
    at = np.searchsorted(ranges[:, 0], words, side="left")
    beyond = np.maximum(ranges[at - 1, 1] - words, 0) if len(ranges) else np.zeros(len(words), np.int64)
    inside: I64 = total[at] - np.where(at > 0, beyond, 0)
    return inside


def counted(ranges: I64, within: I64) -> I64:
    """int64[n]: how many words of ascending ranges that are apart lie in each of ``within`` (int64[n, 2])."""
    return before(ranges, within[:, 1]) - before(ranges, within[:, 0])


def by_document(ranges: I64, documents: I64) -> I64:
    """int64[d]: how many words of ``ranges`` (int64[n, 2], in any order) each document has.

    Args:
        ranges: int64[n, 2], in any order.
        documents: int64[d + 1], each document's first word.
    """
    return np.diff(before(union(ranges), documents))
