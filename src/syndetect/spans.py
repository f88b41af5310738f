"""Half-open ranges of characters: which of them overlap, and how much of one others cover; singly, and as arrays."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


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
