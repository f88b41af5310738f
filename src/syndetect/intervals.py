"""Half-open ranges: spans of characters one by one, and arrays of ranges as pairs and as sets."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from syndetect.arrays import I64, bounds_of, expand, order_by


class Span(NamedTuple):
    """The characters ``text[begin:end]`` of a document."""

    begin: int
    end: int


def overlap(x: Span, y: Span) -> int:
    """The number of characters that two spans of one document share."""
    return max(0, min(x.end, y.end) - max(x.begin, y.begin))


def covered(span: Span, others: Iterable[Span]) -> int:
    """The number of characters of a span that lie in one or more of the others (each counted once)."""
    total, reached = 0, span.begin
    for other in sorted(others):
        total += overlap(Span(reached, span.end), other)
        reached = max(reached, min(other.end, span.end))
    return total


def overlap_sizes(one: I64, two: I64) -> I64:
    """int64[n]: the number of items that two ranges (int64[n, 2] each) share, row by row."""
    found: I64 = np.maximum(np.minimum(one[:, 1], two[:, 1]) - np.maximum(one[:, 0], two[:, 0]), 0)
    return found


def overlapping_pairs(places: tuple[I64, I64], spans: tuple[I64, I64]) -> tuple[I64, I64]:
    """All pairs of spans, one of each list, that stand in the same place and share an item.

    Of two spans that overlap, one begins within the other: two sorted lists find all pairs in time of their number.

    Args:
        places: int64[n] and int64[m], from 0: the document, or the pair of documents, of each span.
        spans: int64[n, 2] and int64[m, 2], none of them empty.

    Returns:
        The row numbers of the spans, int64[p] each, ordered by the first list and then by the second.
    """
    stride = max((int(one.max()) for one in spans if one.size), default=0) + 1
    (begin_a, end_a), (begin_b, end_b) = (
        (place * stride + span[:, 0], place * stride + span[:, 1])
        for place, span in zip(places, spans, strict=True)
    )
    order_a, order_b = np.argsort(begin_a, kind="stable"), np.argsort(begin_b, kind="stable")
    a, within_a = _begin_within((begin_a, end_a), begin_b[order_b], "left")
    b, within_b = _begin_within((begin_b, end_b), begin_a[order_a], "right")
    one, two = np.concatenate([a, order_a[within_b]]), np.concatenate([order_b[within_a], b])
    order = order_by(one, two)
    return one[order], two[order]


def _begin_within(spans: tuple[I64, I64], begins: I64, side: Literal["left", "right"]) -> tuple[I64, I64]:
    """Pairs of a span and a sorted beginning that lies in it; a beginning equal to the span's own: only for "left"."""
    low = np.searchsorted(begins, spans[0], side=side)
    return expand(low, np.maximum(np.searchsorted(begins, spans[1]) - low, 0))


def covered_sizes(spans: I64, which: I64, others: I64) -> I64:
    """int64[n]: the number of items of each span that lie in one or more other spans, as :func:`covered`.

    Args:
        spans: int64[n, 2].
        which: int64[m], the row in ``spans`` that each of the others is compared with.
        others: int64[m, 2].
    """
    begin = np.maximum(others[:, 0], spans[which, 0])
    end = np.maximum(np.minimum(others[:, 1], spans[which, 1]), begin)
    base = which * (
        int(spans.max(initial=0)) + 1
    )  # the ranges of one span end before those of the next begin
    order = np.argsort(base + begin, kind="stable")
    begin, end = (base + begin)[order], (base + end)[order]
    reached = np.maximum.accumulate(np.concatenate([[-1], end]))[:-1]
    new = np.maximum(end - np.maximum(begin, reached), 0)
    return np.bincount(which[order], new, minlength=len(spans)).astype(np.int64)


# A set of items, such as words, is an array of ascending ranges that do not touch: each item counts once.


def union(ranges: I64) -> I64:
    """int64[m, 2]: the set of the items of ``ranges`` (int64[n, 2], in any order)."""
    ordered = ranges[order_by(ranges[:, 0])]
    if not len(ordered):
        return ordered
    reach = np.maximum.accumulate(ordered[:, 1])
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:, 0] > reach[:-1]]))
    ends = np.concatenate([begins[1:], [len(ordered)]]) - 1
    return np.stack([ordered[begins, 0], reach[ends]], axis=1)


def intersection(one: I64, two: I64) -> I64:
    """int64[m, 2]: the items that two sets have in common, as ascending ranges."""
    low = np.searchsorted(two[:, 1], one[:, 0], side="right")
    first, second = expand(low, np.searchsorted(two[:, 0], one[:, 1], side="left") - low)
    return np.stack(
        [np.maximum(one[first, 0], two[second, 0]), np.minimum(one[first, 1], two[second, 1])], axis=1
    )


def count_before(ranges: I64, items: I64) -> I64:
    """int64[n]: how many items of a set stand before each of ``items`` (int64[n])."""
    total = bounds_of(ranges[:, 1] - ranges[:, 0])
    at = np.searchsorted(ranges[:, 0], items, side="left")
    beyond = np.maximum(ranges[at - 1, 1] - items, 0) if len(ranges) else np.zeros(len(items), np.int64)
    inside: I64 = total[at] - np.where(at > 0, beyond, 0)
    return inside


def count_within(ranges: I64, within: I64) -> I64:
    """int64[n]: how many items of a set lie in each of the ranges ``within`` (int64[n, 2])."""
    return count_before(ranges, within[:, 1]) - count_before(ranges, within[:, 0])


def count_by_document(ranges: I64, documents: I64) -> I64:
    """int64[d]: how many words of ``ranges`` each document has.

    Args:
        ranges: int64[n, 2], in any order.
        documents: int64[d + 1], the first word of each document.
    """
    return np.diff(count_before(union(ranges), documents))
