"""Alignment: the seeds of each pair of documents, extended to matches word by word."""

from dataclasses import dataclass, fields
from typing import NamedTuple, Self

import numpy as np

from syndetect.arrays import I32, I64, U32, U64
from syndetect.kernels import alignment as _kernels
from syndetect.kernels.extension import A0, B0, COLUMNS, EQUAL, SCORE, WIDTH
from syndetect.matching.places import Places
from syndetect.settings import Settings

#: The fewest common shingles of two paragraphs that are aligned.
LEAST_COMMON = 2
#: The words of a paragraph that are searched for the seed of a candidate pair.
MOST_WORDS = 1024


@dataclass(frozen=True)
class AlignmentLimits:
    """The parameters of alignment; see :class:`syndetect.settings.Settings`. Scores are in words."""

    min_words: int
    min_score: float
    min_linked_score: float
    link_words: int
    drop: float
    join_words: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The parameters that settings give."""
        return cls(*(getattr(settings, field.name) for field in fields(cls)))


@dataclass(frozen=True)
class Matches:
    """Aligned passages in pairs of documents, in the order of documents and of place.

    Attributes:
        document_a, document_b: int64[n], the earlier and the later document in input order. Which is which makes no
            difference to the other columns, but that a and b change places.
        words_a, words_b: int64[n, 2], first word and end in the corpus.
        equal: int64[n], words aligned as equal.
        columns: int64[n], aligned words, gaps counted; identity is ``equal / columns``.
        score: int64[n], in quarters of a word.
    """

    document_a: I64
    document_b: I64
    words_a: I64
    words_b: I64
    equal: I64
    columns: I64
    score: I64

    @classmethod
    def of(cls, table: U32, places: Places) -> "Matches":
        """The matches of a table that :func:`align` returned."""
        document_a, document_b = (places.documents_of(table[:, side].copy()) for side in (A0, B0))
        a, b = (table[:, side : side + 2].astype(np.int64) for side in (A0, B0))
        measures = (table[:, column].astype(np.int64) for column in (EQUAL, COLUMNS, SCORE))
        return cls(document_a, document_b, a, b, *measures)


def seed_pairs(code: U32, low: I64, high: I64, pairs: I64) -> U64:
    """Seeds of pairs of ranges of words: the begin of the longest common run of words.

    Args:
        code: uint32[words].
        low, high: int64[r], the ranges.
        pairs: int64[n, 2], numbers of ranges, the earlier first.

    Returns:
        uint64[m], strong seeds as of :mod:`syndetect.kernels.seeds`; pairs without a common word have none.
    """
    one, two = pairs[:, 0], pairs[:, 1]
    seeds = np.empty((len(pairs), 2), np.int64)
    _kernels.longest_runs(code, low[one], high[one], low[two], high[two], np.int64(MOST_WORDS), seeds)
    found = seeds[seeds[:, 0] >= 0].astype(np.uint64)
    return found[:, 0] << np.uint64(32) | found[:, 1] << np.uint64(1) | np.uint64(1)


class Aligned(NamedTuple):
    """Matches as uint32[n, WIDTH], the table that :meth:`Matches.of` takes; and how many seeds were passed over.

    ``open_pairs`` (int64[p, 2], documents) are those about which missing words may decide; they have no matches.

    Where two documents repeat themselves so much that their extensions are longer than many times the shorter one, only
    seeds in long runs of equal words are extended from then on.
    """

    table: U32
    passed: int
    open_pairs: I64


def align(code: U32, places: Places, seeds: U64, limits: AlignmentLimits, gaps: I32 | None = None) -> Aligned:
    """Align every pair of documents around its seeds.

    Args:
        code: uint32[words].
        places: where words stand.
        seeds: uint64[n], ascending, as of :mod:`syndetect.kernels.seeds`.
        limits: the parameters of alignment.
        gaps: int32[words + 1], of how many words before each the codes are missing: none is equal to another one.
    """
    missing = np.empty(0, np.int32) if gaps is None else gaps
    open_pairs = np.empty((len(seeds) if len(missing) else 0, 2), np.int64)
    least = round(4 * limits.min_score)
    in_quarters = (
        limits.min_words, least,
        min(least, round(4 * limits.min_linked_score)),  # a match that can stand alone needs no other
        limits.link_words, round(4 * limits.drop), limits.join_words,
    )  # fmt: skip
    table, passed = np.empty((len(seeds) + 1, WIDTH), np.int64), np.zeros(2, np.int64)
    longest = int(np.diff(places.documents).max(initial=0))
    passing = np.zeros((longest // _kernels.CELL + 1, _kernels.NOTES), np.int32)
    n = _kernels.align(
        code, places.documents, places.hints, places.rank, seeds, tuple(map(np.int64, in_quarters)), passing, passed,
        missing, open_pairs, table,
    )  # fmt: skip
    return Aligned(table[:n].astype(np.uint32), int(passed[0]), open_pairs[: passed[1]])
