"""Who had a passage first: by time, as far as times tell it."""

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32, Bool
from syndetect.kernels.documents import UNDATED
from syndetect.matching.timeline import latest

#: Clocks of outlets differ: times closer than this (microseconds: a quarter of an hour) tell no order.
TIE = 15 * 60 * 1_000_000
#: So many outlets must credit an agency for it to be taken for the source where it has no article here.
LEAST_WITNESSES = 2
_NEVER = np.iinfo(np.int64).max // 2


def bounds_of(time: I64, reference: Bool | None = None) -> tuple[I64, I64]:
    """int64[d] each: the earliest and the latest moment that a time may mean, in microseconds.

    Midnight is taken for a date alone, which means any moment of that day; an undated document may be of any time, and
    one of a reference (bool[d]) was there before all, whenever it was published.
    """
    undated = time == UNDATED
    until = latest(time)
    until[until > time] -= TIE  # days follow one another, whatever clocks say
    is_open = undated if reference is None else undated | reference
    return np.where(is_open, -_NEVER, time), np.where(undated, _NEVER, until)


def rank_of(time: I64, agency: Bool, reference: Bool) -> U32:
    """uint32[d]: the order of time in which passages are put together.

    As in :func:`syndetect.matching.timeline.time_rank`, but that a reference comes before all, and that an agency's
    own article of
    which only the date is known comes before what others have of that day.

    Args:
        time: int64[d], microseconds since 1970, or ``UNDATED``.
        agency, reference: bool[d].
    """
    until = np.where(agency & (time != UNDATED), time, latest(time))
    rank = np.empty(len(time), np.uint32)
    rank[np.lexsort((until, ~reference))] = np.arange(len(time), dtype=np.uint32)
    return rank


def first_documents(
    passage: I64, document: I64, rank: U32, bounds: tuple[I64, I64], own: Bool
) -> tuple[I64, Bool]:
    """The document that had each passage first, where times tell it.

    A document may have been first unless another was there before it for certain. Where one alone may have been, it
    was. Among several, the agency's own is taken: others can have it only from there. Where the agency's own is later
    for certain, nobody is taken: it had published the passage before, in a text that is not here.

    Args:
        passage: int64[n], of each use, ascending from 0 without gaps.
        document: int64[n].
        rank: uint32[n], the order of time, which tells among several of the agency's own.
        bounds: int64[n] each, of :func:`bounds_of`.
        own: bool[n], uses in documents of the passage's own agency, or of a reference.

    Returns:
        int64[passages], the first document, -1 where it is not known; and bool[n], whether a use's may have been.
    """
    low, high = bounds
    starts = np.flatnonzero(np.diff(passage, prepend=-1))
    if not len(starts):
        return np.empty(0, np.int64), np.empty(0, bool)
    may_be = low < (np.minimum.reduceat(high, starts) + TIE)[passage]
    chosen = np.flatnonzero(may_be)
    documents = int(document.max()) + 1
    many = np.bincount(np.unique(passage[chosen] * documents + document[chosen]) // documents)
    order = chosen[np.lexsort((rank[chosen], ~own[chosen], passage[chosen]))]
    heads = order[np.flatnonzero(np.diff(passage[order], prepend=-1))]
    is_owned = np.bincount(passage[own], minlength=len(starts)) > 0
    return np.where(own[heads] | (many == 1) & ~is_owned, document[heads], -1), may_be


def roles(passage: I64, document: I64, first: I64, may_be: Bool, virtual: Bool) -> pl.Series:
    """The role of each use: ``first``, ``copy``, or ``unknown``.

    Whoever was not first for certain has a copy, also where it is not known who was. With a virtual source all have.

    Args:
        passage, document: int64[n].
        first, may_be: of :func:`first_documents`.
        virtual: bool[passages].
    """
    origin, is_virtual = first[passage], virtual[passage]
    is_first = (origin == document) & ~is_virtual
    is_copy = is_virtual | (origin >= 0) | ~may_be
    return pl.Series(["unknown", "copy", "first"]).gather(np.where(is_first, 2, np.where(is_copy, 1, 0)))


def virtual_sources(clusters: pl.DataFrame, own: I64) -> pl.Series:
    """Whether several outlets credit a passage to an agency of which no article here may have had it first.

    Args:
        clusters: ``passage, kind, agency, voters``.
        own: the passages that an article of their own agency, or of a reference, may have had first.
    """
    credited = (
        (pl.col("kind") == "wire") & pl.col("agency").is_not_null() & (pl.col("voters") >= LEAST_WITNESSES)
    )
    return clusters.select(credited & ~pl.col("passage").is_in(own.tolist())).to_series()
