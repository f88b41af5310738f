"""The first document of each passage, as far as times of publication decide it."""

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32, Bool, order_by, run_starts
from syndetect.kernels.documents import UNDATED
from syndetect.matching.places import latest

#: Clocks of outlets differ: times closer than this (microseconds: a quarter of an hour) decide no order.
TIE = 15 * 60 * 1_000_000
#: So many votes (:mod:`syndetect.syndication.evidence`) make an agency without an article here a virtual source.
LEAST_WITNESSES = 2
_NEVER = np.iinfo(np.int64).max // 2


def bounds_of(time: I64, reference: Bool | None = None) -> tuple[I64, I64]:
    """int64[d] each: the earliest and the latest moment at which a document may have been published, in microseconds.

    Midnight stands for a date without a time, and so for any moment of that day. An undated document may be of any
    time, and a document of a reference (bool[d]) precedes all others, whatever its date.
    """
    undated = time == UNDATED
    until = latest(time)
    until[until > time] -= TIE  # the order of two dates does not depend on clocks
    is_open = undated if reference is None else undated | reference
    return np.where(is_open, -_NEVER, time), np.where(undated, _NEVER, until)


def rank_of(time: I64, words: I64, by_id: U32, agency: Bool, reference: Bool) -> U32:
    """uint32[d]: the time order in which matches are grouped into passages.

    As in :func:`syndetect.matching.places.time_rank`, except that references come first, and that an agency's own
    article with a date alone comes before the other articles of that day.

    Args:
        time: int64[d], microseconds since 1970, or ``UNDATED``.
        words: int64[d], the number of words of each document.
        by_id: uint32[d], each document's place in the order of ids.
        agency, reference: bool[d].
    """
    until = np.where(agency & (time != UNDATED), time, latest(time))
    rank = np.empty(len(time), np.uint32)
    rank[np.lexsort((by_id, words, until, ~reference))] = np.arange(len(time), dtype=np.uint32)
    return rank


def first_documents(
    passage: I64, document: I64, rank: U32, bounds: tuple[I64, I64], own: Bool
) -> tuple[I64, Bool]:
    """The first document of each passage, where times decide it.

    A document may be the first unless another one is certainly earlier. A single candidate is the first. Of several
    candidates, the agency's own document is the first, since the others can only have the passage from the agency.
    Where the agency's own document is certainly later, none is: the agency published the passage before, in a text
    that is not here.

    Args:
        passage: int64[n], the passage of each use, ascending from 0 without gaps.
        document: int64[n].
        rank: uint32[n], the time order, which decides among several documents of the agency.
        bounds: int64[n] each, as of :func:`bounds_of`.
        own: bool[n], uses in documents of the passage's own agency, or of a reference.

    Returns:
        int64[passages], the first document, -1 where it is not known; and bool[n], the uses in candidates for it.
    """
    low, high = bounds
    starts = run_starts(passage)
    if not len(starts):
        return np.empty(0, np.int64), np.empty(0, bool)
    may_be = low < (np.minimum.reduceat(high, starts) + TIE)[passage]
    chosen = np.flatnonzero(may_be)
    documents = int(document.max()) + 1
    many = np.bincount(np.unique(passage[chosen] * documents + document[chosen]) // documents)
    order = chosen[order_by(passage[chosen], ~own[chosen], rank[chosen])]
    heads = order[run_starts(passage[order])]
    is_owned = np.bincount(passage[own], minlength=len(starts)) > 0
    return np.where(own[heads] | (many == 1) & ~is_owned, document[heads], -1), may_be


def roles(passage: I64, document: I64, first: I64, may_be: Bool, virtual: Bool) -> pl.Series:
    """The role of each use: ``first``, ``copy``, or ``unknown``.

    A document that is certainly not the first has a copy, even where the first is not known. Of a passage with a
    virtual source, every document has a copy.

    Args:
        passage, document: int64[n].
        first, may_be: as of :func:`first_documents`.
        virtual: bool[passages], as of :func:`virtual_sources`.
    """
    origin, is_virtual = first[passage], virtual[passage]
    is_first = (origin == document) & ~is_virtual
    is_copy = is_virtual | (origin >= 0) | ~may_be
    return pl.Series(["unknown", "copy", "first"]).gather(np.where(is_first, 2, np.where(is_copy, 1, 0)))


def has_absent_source(clusters: pl.DataFrame, own: I64) -> pl.Series:
    """Boolean per passage: wire copy of which no article of the agency is here that may be the first.

    An outlet is not the first for having run an agency's text before others did.

    Args:
        clusters: ``passage, kind``.
        own: as of :func:`virtual_sources`.
    """
    return clusters.select((pl.col("kind") == "wire") & ~pl.col("passage").is_in(own.tolist())).to_series()


def virtual_sources(clusters: pl.DataFrame, own: I64) -> pl.Series:
    """Boolean per passage: several outlets credit an agency, and no article of the agency here may be the first.

    Args:
        clusters: ``passage, kind, agency, voters``.
        own: the passages whose first document may be of their own agency, or of a reference.
    """
    credited = (
        (pl.col("kind") == "wire") & pl.col("agency").is_not_null() & (pl.col("voters") >= LEAST_WITNESSES)
    )
    return clusters.select(credited & ~pl.col("passage").is_in(own.tolist())).to_series()
