"""Near-duplicate documents of a scan: families with a representative, from the matches.

How much of a document stands in another is the share of its words that lie in their matches, each word once. Two
documents are related

- ``exact``: they have the same words;
- ``near``: of both, 80 % or more stand in the other;
- ``contains``: of the shorter one, but not of the longer;
- ``revision``: they are of one outlet, published at different times, and of both half or more stands in the other.

The first of these that holds counts. Families are stars, as passages are: in time order each document joins the
earliest representative to which it is related itself, else it may become one. So a family's members need not be related
to each other, and no chain of small changes connects what has little in common.
"""

from dataclasses import dataclass

import numpy as np

from syndetect.arrays import F64, I64, U8, U32, U64
from syndetect.kernels import stars as _kernels
from syndetect.kernels.documents import UNDATED
from syndetect.kernels.ranges import count_covered
from syndetect.matching.alignment import Matches

#: The relations to a representative, by their numbers from 1; 0 is the representative itself.
RELATIONS = ("exact", "near", "contains", "revision")
_NEAR, _CONTAINS, _REVISION = 2, 3, 4
#: The share from which on a document stands in another, and from which on it may be a revision of it.
MOST, HALF = 0.8, 0.5


@dataclass(frozen=True)
class Families:
    """Documents that are in a family of two or more, by family, in each the representative first, the others by time.

    Attributes:
        family: int64[n], from 1, in time order of the representatives.
        document, representative: int64[n].
        relation: uint8[n], 0 for the representative, else 1 and more, as in :data:`RELATIONS`.
        share: float64[n], how much of the documents is shared: of the one of which it is less, but in ``contains`` of
            the shorter; 1 for the representative.
    """

    family: I64
    document: I64
    representative: I64
    relation: U8
    share: F64


def families(
    matches: Matches,
    counts: I64,
    content: U64,
    outlet: I64,
    rank: U32,
    time: I64,
) -> Families:
    """Group documents into families.

    Args:
        matches: the matches of pairs of documents.
        counts: int64[d], each document's words; one without words is in no family.
        content: uint64[d], a hash of each document's words, equal where these are the same.
        outlet: int64[d], -1 where unknown.
        rank: uint32[d], each document's place in time order, all different.
        time: int64[d], microseconds since 1970, or ``UNDATED``.
    """
    same = _first_of_same(content, counts, rank)
    earlier, later, covered = _coverage(matches, rank)
    kind, share = _relations(earlier, later, covered, counts, outlet, time)
    related = np.flatnonzero(kind)
    related = related[np.lexsort((rank[earlier[related]], later[related]))]
    bounds = np.searchsorted(later[related], np.arange(len(counts) + 1))
    leader, joined, joined_share = (
        np.empty_like(counts),
        np.empty(len(counts), np.uint8),
        np.empty(len(counts)),
    )
    _kernels.find_leaders(
        np.argsort(rank), same, bounds, earlier[related], kind[related], share[related], np.int64(_REVISION), leader,
        joined, joined_share,
    )  # fmt: skip
    members = np.flatnonzero(np.bincount(leader, minlength=len(leader))[leader] > 1)
    members = members[np.lexsort((rank[members], rank[leader[members]]))]
    heads = leader[members]
    family = np.cumsum(np.diff(heads, prepend=-1) != 0)
    return Families(family, members, heads, joined[members], joined_share[members])


def _first_of_same(content: U64, counts: I64, rank: U32) -> I64:
    """int64[d]: the earliest document with the same words; one without words has none but itself."""
    first = np.arange(len(content))
    filled = np.flatnonzero(counts)
    order = filled[np.lexsort((rank[filled], content[filled]))]
    begins = np.flatnonzero(np.diff(content[order], prepend=~content[order[:1]]))
    first[order] = np.repeat(order[begins], np.diff(begins, append=len(order)))
    return first


def _coverage(matches: Matches, rank: U32) -> tuple[I64, I64, tuple[I64, I64]]:
    """The earlier and the later document of each pair that has a match, and how many words of both are covered."""
    a, b, words = matches.document_a, matches.document_b, (matches.words_a, matches.words_b)
    swap = rank[a] > rank[b]
    earlier, later = np.where(swap, b, a), np.where(swap, a, b)
    pairs, pair = np.unique(earlier * len(rank) + later, return_inverse=True)
    sides = np.where(swap[:, None], words[1], words[0]), np.where(swap[:, None], words[0], words[1])
    covered = np.zeros(len(pairs), np.int64), np.zeros(len(pairs), np.int64)
    for side, count in zip(sides, covered, strict=True):
        order = np.lexsort((side[:, 0], pair))
        count_covered(side[:, 0].copy(), side[:, 1].copy(), pair, order, count)
    return pairs // max(len(rank), 1), pairs % max(len(rank), 1), covered


def _relations(
    earlier: I64, later: I64, covered: tuple[I64, I64], counts: I64, outlet: I64, time: I64
) -> tuple[U8, F64]:
    """The relation of each pair, 0 for none, and how much is shared; ``exact`` is told by the words themselves."""
    one, other = covered[0] / counts[earlier], covered[1] / counts[later]
    less, longer = np.minimum(one, other), counts[earlier] - counts[later]
    of_shorter = np.where(longer > 0, other, np.where(longer < 0, one, np.maximum(one, other)))
    is_dated = (time[earlier] != UNDATED) & (time[later] != UNDATED) & (time[earlier] != time[later])
    is_revised = is_dated & (outlet[earlier] >= 0) & (outlet[earlier] == outlet[later]) & (less >= HALF)
    kind = np.select([less >= MOST, of_shorter >= MOST, is_revised], [_NEAR, _CONTAINS, _REVISION], 0)
    return kind.astype(np.uint8), np.where(kind == _CONTAINS, of_shorter, less)
