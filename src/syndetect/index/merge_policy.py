"""When segments are merged: so that a look-up need not ask many, and no document is written often.

Segments come in tiers by their words, each tier eight times as large as the one below. As soon as eight of one tier
stand behind one another, in the order of adding, with none but smaller ones between, they are merged with these
(O'Neil et al. 1996, "The log-structured merge-tree"); so a document is rewritten about once a tier. Small ones that
stand before a large one wait for it: from 32 segments on, they are merged too.
"""

from collections.abc import Sequence

#: How many segments of one tier are merged.
WIDTH = 8
#: How many segments are merged whatever their tiers.
MOST = 4 * WIDTH
#: Words of a segment of the lowest tier, at most.
LEAST_WORDS = 1 << 16


def tier(words: int) -> int:
    """The tier of a segment."""
    found = 0
    while words > LEAST_WORDS * WIDTH**found:
        found += 1
    return found


def due(words: Sequence[int], most: int) -> int:
    """How many of the last segments are to be merged now; 0 for none.

    Args:
        words: of every segment, in order.
        most: words that one segment can hold.
    """
    tiers = [tier(one) for one in words]
    for level in sorted(set(tiers)):
        run = 0
        while run < len(words) and tiers[-1 - run] <= level:
            run += 1
        while run and sum(words[len(words) - run :]) > most:
            run -= 1
        if tiers[len(words) - run :].count(level) >= WIDTH or run >= MOST:
            return run
    return 0
