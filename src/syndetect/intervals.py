"""Half-open ranges of characters: which of them overlap, and how much of one others cover; singly, and as arrays."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from syndetect.arrays import I64


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


def shared(one: I64, two: I64) -> I64:
    """int64[n]: the characters that two spans (int64[n, 2] each) of one document share, for each n."""
    found: I64 = np.maximum(np.minimum(one[:, 1], two[:, 1]) - np.maximum(one[:, 0], two[:, 0]), 0)
    return found


def overlapping(places: tuple[I64, I64], spans: tuple[I64, I64]) -> tuple[I64, I64]:
    """All pairs of spans, one of each list, that stand in one place and share a character.

    Of two spans that overlap, one begins within the other: so two sorted lists find all pairs, in time of their number.

    Args:
        places: int64[n] and int64[m], from 0: the document, or pair of documents, of each span.
        spans: int64[n, 2] and int64[m, 2], none of them empty.

    Returns:
        The numbers of the spans, int64[p] each, by the first and then by the second.
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
    order = np.lexsort((two, one))
    return one[order], two[order]


def _begin_within(spans: tuple[I64, I64], begins: I64, side: str) -> tuple[I64, I64]:
    """Spans and those sorted beginnings that lie in them; at a span's own beginning only where ``side`` is "left"."""
    low = np.searchsorted(begins, spans[0], side="left" if side == "left" else "right")
    counts = np.maximum(np.searchsorted(begins, spans[1]) - low, 0)
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts - low, counts)


def cover(spans: I64, owner: I64, others: I64) -> I64:
    """As :func:`covered`, of many spans.

    Args:
        spans: int64[n, 2].
        owner: int64[m], which of them each of the others is held against.
        others: int64[m, 2].

    Returns:
        int64[n].
    """
    begin = np.maximum(others[:, 0], spans[owner, 0])
    end = np.maximum(np.minimum(others[:, 1], spans[owner, 1]), begin)
    base = owner * (int(spans.max(initial=0)) + 1)  # so that what is reached in one span lies before the next
    order = np.argsort(base + begin, kind="stable")
    begin, end = (base + begin)[order], (base + end)[order]
    reached = np.maximum.accumulate(np.concatenate([[-1], end]))[:-1]
    new = np.maximum(end - np.maximum(begin, reached), 0)
    return np.bincount(owner[order], new, minlength=len(spans)).astype(np.int64)


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
