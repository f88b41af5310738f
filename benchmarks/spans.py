"""Half-open ranges of characters, and how much of one others cover."""

from collections.abc import Iterable
from typing import NamedTuple


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
