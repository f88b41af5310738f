"""The derivation of articles from others: wholly, partially or not, the classes of the METER corpus.

The classes are those of Clough, Gaizauskas, Piao and Wilks (2002, "METER: MEasuring TExt Reuse", section 2): all of a
newspaper's text comes from the agency's, whether word for word or rewritten; some of it; or it was written
independently of it, about the same event.
"""

from typing import NamedTuple

import numpy as np

from syndetect import intervals
from syndetect.arrays import F64, I64, U8, U32, Bool, run_starts
from syndetect.matching.alignment import Matches
from syndetect.syndication.origins import TIE

#: The classes, by number.
DERIVATIONS = ("non", "partially", "wholly")
#: The share of the wording of a text that stands in an independent text about the same event, ...
CHANCE = 0.34
#: ... and in the text that it was rewritten from.
REWRITTEN = 0.5
#: A text of which at least this share is derived, is derived partially, or wholly.
PARTIALLY, WHOLLY = 0.2, 0.7


class DerivationConstraints(NamedTuple):
    """The constraints on derivation: by time, owner, reference and agency.

    Attributes:
        low, high: int64[d], the bounds of the times (:func:`syndetect.syndication.origins.bounds_of`).
        rank: uint32[d], the order of time, all different.
        owner: int64[d], -1 where not known. Articles do not derive from others of the same owner.
        reference: bool[d]; where there is a reference, articles derive from it alone.
        agency: bool[d], articles that agencies published themselves. They do not derive from articles of outlets.
    """

    low: I64
    high: I64
    rank: U32
    owner: I64
    reference: Bool
    agency: Bool

    def may_derive(self, document: I64, other: I64) -> Bool:
        """bool[n]: whether documents may derive from others, which must not be certainly later."""
        if self.reference.any():
            referred: Bool = self.reference[other] & ~self.reference[document]
            return referred
        is_later = self.low[other] >= self.high[document] + TIE
        is_own = (self.owner[document] == self.owner[other]) & (self.owner[document] >= 0)
        is_source = self.agency[document] & ~self.agency[other]
        may: Bool = ~is_later & ~is_own & ~is_source
        return may


class Derived(NamedTuple):
    """What each article has in common with the articles that it may derive from.

    Attributes:
        verbatim: float64[d], the share of its words in matches with these.
        wording: float64[d], the share of its wording in the one of these that has the largest share of it.
        origin: int64[d], the number of this one; -1 where there is none.
    """

    verbatim: F64
    wording: F64
    origin: I64


def derive(
    constraints: DerivationConstraints, matches: Matches, links: I64, wording: F64, documents: I64
) -> Derived:
    """Find the texts that articles derive from.

    Args:
        constraints: the constraints on derivation.
        matches: the matches of pairs of articles.
        links: int64[m, 2], linked documents.
        wording: float64[m, 2], the share of the wording of each one that stands in the other.
        documents: int64[d + 1], the first word of each document.
    """
    a, b = matches.document_a, matches.document_b
    ranges = np.concatenate(
        [matches.words_a[constraints.may_derive(a, b)], matches.words_b[constraints.may_derive(b, a)]]
    )
    verbatim = intervals.count_by_document(ranges, documents) / np.maximum(np.diff(documents), 1)
    one = np.concatenate([links[:, 0], links[:, 1]])
    other = np.concatenate([links[:, 1], links[:, 0]])
    share = np.concatenate([wording[:, 0], wording[:, 1]])
    allowed = np.flatnonzero(constraints.may_derive(one, other))
    # the most first, then the one that may be earlier, then the first in order of time
    near = other[allowed]
    order = allowed[
        np.lexsort((constraints.rank[near], constraints.low[near], -share[allowed], one[allowed]))
    ]
    heads = order[run_starts(one[order])]
    best, origin = np.zeros(len(documents) - 1), np.full(len(documents) - 1, -1)
    best[one[heads]], origin[one[heads]] = share[heads], other[heads]
    return Derived(verbatim, best, origin)


def estimate(
    derived_share: F64, wording_share: F64, chance: float = CHANCE, rewritten: float = REWRITTEN
) -> F64:
    """float64[n]: the share of each text that derives from others, verbatim or rewritten.

    Verbatim passages derive. Of the rest, the share of its wording that stands in the others decides: nothing derives
    up to ``chance``, everything from ``rewritten`` on, and a proportional share between. So of two texts with the same
    wording share, the one with more verbatim passages may derive less, since its remaining words are its own.

    Args:
        derived_share: float64[n], the share of the words that stand in verbatim passages.
        wording_share: float64[n], as of :func:`syndetect.matching.wording.shares`.
        chance, rewritten: see :data:`CHANCE` and :data:`REWRITTEN`.
    """
    of_rest = (wording_share - derived_share) / np.maximum(1 - derived_share, 1e-9)
    rewrites = np.clip((of_rest - chance) / (rewritten - chance), 0, 1)
    whole: F64 = derived_share + (1 - derived_share) * rewrites
    return whole


def classify(derived_share: F64, wording_share: F64) -> U8:
    """uint8[n]: the class of each text, a number of ``DERIVATIONS``, by the share that :func:`estimate` gives.

    ``CHANCE`` and ``REWRITTEN`` were set on the answers of Clough and Stevenson (2011), on passages of the training
    part of PAN 2013 and on pairs of news articles on one event that share no passage; ``python -m
    benchmarks.derivation`` prints what they give there. A chance of 0.24 to 0.34 does as well on the whole: more of it
    finds less of what is partially derived, less of it takes more of what is independent for derived. 0.34 was taken
    because an article is held against the one of several that has most of its wording. None of this is newspapers'
    rewriting of agency copy.

    Args:
        derived_share: float64[n], the share of the words that stand in verbatim passages shared with the others.
        wording_share: float64[n], how much of the wording stands in these, as of
            :func:`syndetect.matching.wording.shares`.
    """
    share = estimate(derived_share, wording_share)
    return (share >= PARTIALLY).astype(np.uint8) + (share >= WHOLLY).astype(np.uint8)
