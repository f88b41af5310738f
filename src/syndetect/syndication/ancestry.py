"""What each article may derive from: the articles it is linked with that were not published after it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from syndetect.syndication import wordsets
from syndetect.syndication.origins import TIE

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
B8 = npt.NDArray[np.bool_]


class Kin(NamedTuple):
    """Which articles may derive from which.

    Attributes:
        low, high: int64[d], the bounds of each one's time (:func:`syndetect.syndication.origins.bounds_of`).
        owner: int64[d], -1 where not known. What an owner publishes again is no derivation.
        reference: bool[d]; where there is a reference, all derives from it alone.
        agency: bool[d], articles that agencies published themselves. They derive from no outlet's.
    """

    low: I64
    high: I64
    owner: I64
    reference: B8
    agency: B8

    def may_derive(self, document: I64, other: I64) -> B8:
        """bool[n]: whether documents may derive from others: these must not be later for certain."""
        if self.reference.any():
            referred: B8 = self.reference[other] & ~self.reference[document]
            return referred
        is_later = self.low[other] >= self.high[document] + TIE
        is_own = (self.owner[document] == self.owner[other]) & (self.owner[document] >= 0)
        is_source = self.agency[document] & ~self.agency[other]
        may: B8 = ~is_later & ~is_own & ~is_source
        return may


class Derived(NamedTuple):
    """Of each article: what stands in others that it may derive from.

    Attributes:
        verbatim: float64[d], the part of its words in matches with them.
        wording: float64[d], the part of its wording in that one of them which has most of it.
        origin: int64[d], that one, -1 where there is none.
    """

    verbatim: F64
    wording: F64
    origin: I64


def derived(
    kin: Kin, matches: tuple[I64, I64, I64, I64], links: I64, wording: F64, documents: I64
) -> Derived:
    """What articles derive from, as far as it is known.

    Args:
        kin: which may derive from which.
        matches: documents a and b (int64[n]) and their words (int64[n, 2] each).
        links: int64[m, 2], linked documents.
        wording: float64[m, 2], the part of each one's wording that stands in the other.
        documents: int64[d + 1], each document's first word.
    """
    a, b, words_a, words_b = matches
    ranges = np.concatenate([words_a[kin.may_derive(a, b)], words_b[kin.may_derive(b, a)]])
    verbatim = wordsets.by_document(ranges, documents) / np.maximum(np.diff(documents), 1)
    one = np.concatenate([links[:, 0], links[:, 1]])
    other = np.concatenate([links[:, 1], links[:, 0]])
    share = np.concatenate([wording[:, 0], wording[:, 1]])
    allowed = np.flatnonzero(kin.may_derive(one, other))
    # the most first, then the earlier of the two, then the first in input order
    order = allowed[np.lexsort((other[allowed], kin.low[other[allowed]], -share[allowed], one[allowed]))]
    heads = order[np.flatnonzero(np.diff(one[order], prepend=-1))]
    best, origin = np.zeros(len(documents) - 1), np.full(len(documents) - 1, -1)
    best[one[heads]], origin[one[heads]] = share[heads], other[heads]
    return Derived(verbatim, best, origin)
