"""Merge policies of log-structured indexes: which of the newest segments are merged into one.

A policy is a pure function of the segments' sizes, oldest first, and of the largest size that one segment can hold. It
returns the first segment to merge with all that follow it, or the number of segments if none is to be merged.

* :func:`tiered` bounds how often an item is rewritten (about once a tier). The index of articles uses it: its segments
  are large, an add is one commit, and up to 32 segments slow a query only little.
* :func:`geometric` bounds the number of segments more tightly, and merges before the new rows are written, so that a
  commit writes one segment. ``MinHashLSH`` uses it: its rows are small, and a query costs some time in every segment.
"""

from collections.abc import Sequence
from typing import NamedTuple

#: Segments of one tier that are merged.
WIDTH = 8
#: Segments that are merged whatever their tiers.
MOST = 4 * WIDTH
#: The largest size of a segment of the lowest tier, in words.
LEAST_WORDS = 1 << 16
#: How many times its own rows a segment must have behind it to be merged with them.
RATIO = 3


class SegmentSize(NamedTuple):
    """The size of a segment, in words or rows.

    Attributes:
        stored: the items in its file.
        alive: the items that are not deleted.
    """

    stored: int
    alive: int


def tier(words: int) -> int:
    """The tier of a segment; each tier is eight times as large as the one below."""
    found = 0
    while words > LEAST_WORDS * WIDTH**found:
        found += 1
    return found


def tiered(sizes: Sequence[SegmentSize], most: int) -> int:
    """Merge eight consecutive segments of one tier, with smaller ones between them (O'Neil et al. 1996).

    Small segments that precede a large one wait for it; from 32 segments on, they are merged too. Source: "The
    log-structured merge-tree", section 3.

    Args:
        sizes: the size of every segment, in words, oldest first.
        most: the largest number of words that one segment can hold.
    """
    words = [size.stored for size in sizes]
    tiers = [tier(one) for one in words]
    for level in sorted(set(tiers)):
        run = 0
        while run < len(words) and tiers[-1 - run] <= level:
            run += 1
        while run and sum(words[len(words) - run :]) > most:
            run -= 1
        if tiers[len(words) - run :].count(level) >= WIDTH or run >= MOST:
            return len(words) - run
    return len(words)


def geometric(sizes: Sequence[SegmentSize], most: int) -> int:
    """Merge from the first segment with three times its rows behind it, or with half of its own rows deleted.

    So a row is rewritten once each time that the index has grown fourfold.

    Args:
        sizes: the size of every segment, in rows, oldest first; the last one is that of the rows to be added.
        most: no segment may have as many rows.
    """
    for first, size in enumerate(sizes):
        behind = sum(one.alive for one in sizes[first + 1 :])
        is_sparse = 2 * size.alive < size.stored
        if (is_sparse or RATIO * size.alive <= behind) and size.alive + behind < most:
            return first
    return len(sizes)
