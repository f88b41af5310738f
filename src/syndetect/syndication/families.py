"""Families of near-duplicate documents, each with a representative, from the matches.

The share of a document that stands in another is the share of its words in their matches, each word counted once. Two
documents are related

- ``exact``: they have the same words;
- ``near``: 80 % or more of both stands in the other;
- ``contains``: 80 % or more of the shorter one stands in the longer one, but not the reverse;
- ``revision``: both are of one outlet, published at different times, and half or more of both stands in the other.

The first relation that holds counts. Families are stars, as passages are: in time order each document joins the
earliest representative to which it is related, or may become a representative itself. So the members of a family need
not be related to each other, and a chain of small changes does not connect documents that have little in common.
"""

from dataclasses import dataclass

import numpy as np

from syndetect.arrays import F64, I64, U8, U32, U64, order_by, run_starts
from syndetect.kernels import stars as _kernels
from syndetect.kernels.documents import UNDATED
from syndetect.kernels.ranges import count_covered
from syndetect.matching.alignment import Matches

#: The relations to a representative, numbered from 1; 0 is the representative itself.
RELATIONS = ("exact", "near", "contains", "revision")
_NEAR, _CONTAINS, _REVISION = 2, 3, 4
#: The share from which on a document stands in another, and from which on it may be a revision of it.
MOST, HALF = 0.8, 0.5


@dataclass(frozen=True)
class Families:
    """The documents in families of two or more, by family: the representative first, the others by time.

    Attributes:
        family: int64[n], from 1, in time order of the representatives.
        document, representative: int64[n].
        relation: uint8[n], 0 for the representative, else 1 and more, as in :data:`RELATIONS`.
        share: float64[n], the share of the document that stands in the representative, or the reverse, whichever is
            less; in ``contains``, the share of the shorter one; 1 for the representative.
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
        counts: int64[d], the number of words of each document; a document without words is in no family.
        content: uint64[d], a hash of each document's words, equal where these are the same.
        outlet: int64[d], -1 where unknown.
        rank: uint32[d], the place of each document in time order, all different.
        time: int64[d], microseconds since 1970, or ``UNDATED``.
    """
    same = _first_of_same(content, counts, rank)
    earlier, later, covered = _coverage(matches, rank)
    kind, share = relations(earlier, later, covered, counts, outlet, time)
    related = np.flatnonzero(kind)
    related = related[order_by(later[related], rank[earlier[related]])]
    leader, joined, joined_share = leaders(
        np.argsort(rank), same, (earlier[related], later[related]), kind[related], share[related]
    )
    members = np.flatnonzero(np.bincount(leader, minlength=len(leader))[leader] > 1)
    members = members[order_by(rank[leader[members]], rank[members])]
    heads = leader[members]
    family = np.cumsum(np.diff(heads, prepend=-1) != 0)
    return Families(family, members, heads, joined[members], joined_share[members])


def leaders(order: I64, same: I64, ends: tuple[I64, I64], relation: U8, share: F64) -> tuple[I64, U8, F64]:
    """The representative that each document joins, or itself; its relation to it, and its share.

    Args:
        order: int64[d], the documents in order of time.
        same: int64[d], the earliest document with the same words.
        ends: int64[n] each, the earlier and the later document of each relation, by the later one, the earliest first.
        relation, share: uint8[n], float64[n], as of :func:`relations`.
    """
    earlier, later = ends
    bounds = np.searchsorted(later, np.arange(len(order) + 1))
    leader, joined, joined_share = np.empty_like(order), np.empty(len(order), np.uint8), np.empty(len(order))
    _kernels.find_leaders(
        order, same, bounds, earlier, relation, share, np.int64(_REVISION), leader, joined, joined_share
    )
    return leader, joined, joined_share


def _first_of_same(content: U64, counts: I64, rank: U32) -> I64:
    """int64[d]: the earliest document with the same words; a document without words is like no other."""
    first = np.arange(len(content))
    filled = np.flatnonzero(counts)
    order = filled[order_by(content[filled], rank[filled])]
    begins = run_starts(content[order])
    first[order] = np.repeat(order[begins], np.diff(begins, append=len(order)))
    return first


def _coverage(matches: Matches, rank: U32) -> tuple[I64, I64, tuple[I64, I64]]:
    """The earlier and the later document of each pair with a match, and the number of words of both in matches."""
    a, b, words = matches.document_a, matches.document_b, (matches.words_a, matches.words_b)
    swap = rank[a] > rank[b]
    earlier, later = np.where(swap, b, a), np.where(swap, a, b)
    pairs, pair = np.unique(earlier * len(rank) + later, return_inverse=True)
    sides = np.where(swap[:, None], words[1], words[0]), np.where(swap[:, None], words[0], words[1])
    covered = np.zeros(len(pairs), np.int64), np.zeros(len(pairs), np.int64)
    for side, count in zip(sides, covered, strict=True):
        order = order_by(pair, side[:, 0])
        count_covered(side[:, 0].copy(), side[:, 1].copy(), pair, order, count)
    return pairs // max(len(rank), 1), pairs % max(len(rank), 1), covered


def relations(
    earlier: I64, later: I64, covered: tuple[I64, I64], counts: I64, outlet: I64, time: I64
) -> tuple[U8, F64]:
    """The relation of each pair of documents, 0 for none, and the share; ``exact`` is found by hashes of words instead.

    Args:
        earlier, later: int64[n], documents.
        covered: int64[n] each, the words of both in their matches.
        counts, outlet, time: of all documents, as of :func:`families`.
    """
    one, other = covered[0] / counts[earlier], covered[1] / counts[later]
    less, longer = np.minimum(one, other), counts[earlier] - counts[later]
    of_shorter = np.where(longer > 0, other, np.where(longer < 0, one, np.maximum(one, other)))
    is_dated = (time[earlier] != UNDATED) & (time[later] != UNDATED) & (time[earlier] != time[later])
    is_revised = is_dated & (outlet[earlier] >= 0) & (outlet[earlier] == outlet[later]) & (less >= HALF)
    kind = np.select([less >= MOST, of_shorter >= MOST, is_revised], [_NEAR, _CONTAINS, _REVISION], 0)
    return kind.astype(np.uint8), np.where(kind == _CONTAINS, of_shorter, less)
