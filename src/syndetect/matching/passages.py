"""Passages: the matches of many documents grouped into passages, each with all its uses."""

from dataclasses import dataclass

import numpy as np

from syndetect.arrays import I64, U32, distinct, order_by, pack, sort_values, upper
from syndetect.kernels import stars as _kernels


@dataclass(frozen=True)
class Passages:
    """Uses of passages, by passage and then by time; the first use is the earliest one, the centre of the star.

    Attributes:
        passage: int64[n], from 1: by the number of documents, then the length, then the earliest.
        document: int64[n].
        words: int64[n, 2], first word and end in the corpus.
        equal, columns: int64[n], words aligned as equal with the first use, and aligned words.
    """

    passage: I64
    document: I64
    words: I64
    equal: I64
    columns: I64


def group(
    documents: tuple[I64, I64], words: tuple[I64, I64], equal: I64, columns: I64, score: I64, rank: U32
) -> Passages:
    """Group matches as stars in time order.

    Args:
        documents: int64[n] each, the two documents of every match.
        words: int64[n, 2] each, first word and end in both.
        equal, columns, score: int64[n], as in :class:`syndetect.matching.alignment.Matches`.
        rank: uint32[d], each document's place in time order, all different.
    """
    swap = rank[documents[0]] > rank[documents[1]]
    earlier, later = np.where(swap, documents[1], documents[0]), np.where(swap, documents[0], documents[1])
    earlier_words = np.where(swap[:, None], words[1], words[0])
    later_words = np.where(swap[:, None], words[0], words[1])
    order = order_by(rank[later], rank[earlier], -score, later_words[:, 0], earlier_words[:, 0])
    centres, uses = np.empty((len(order), 3), np.int64), np.empty((len(order), 6), np.int64)
    n = _kernels.find_stars(
        later_words[order], earlier_words[order], equal[order], columns[order], later[order], earlier[order],
        centres, uses,
    )  # fmt: skip
    return _assemble(centres, uses[:n], rank)


def _assemble(centres: I64, uses: I64, rank: U32) -> Passages:
    """The uses of the centres and of all others, with passages numbered by their documents."""
    used = np.unique(uses[:, 0])
    own = centres[used]
    length = own[:, 1] - own[:, 0]
    centre = np.concatenate([used, uses[:, 0]])
    document = np.concatenate([own[:, 2], uses[:, 5]])
    words = np.concatenate([own[:, :2], uses[:, 1:3]])
    equal, columns = np.concatenate([length, uses[:, 3]]), np.concatenate([length, uses[:, 4]])
    number = np.searchsorted(used, centre)
    having = distinct(sort_values(pack(number, document)))
    reach = np.bincount(upper(having), minlength=len(used))
    by_reach = order_by(-reach, -length, rank[own[:, 2]], own[:, 0])
    passage = np.empty(len(used), np.int64)
    passage[by_reach] = np.arange(1, len(used) + 1)
    is_copy = np.arange(len(centre)) >= len(used)
    order = order_by(passage[number], is_copy, rank[document], words[:, 0])
    return Passages(passage[number][order], document[order], words[order], equal[order], columns[order])
