"""Shared wording: the part of one article's words and short shingles that another has, weighted by rarity.

Of the simple measures, containment of short n-grams recognises rewritten agency copy best (Clough, Gaizauskas, Piao
and Wilks 2002, "METER: MEasuring TExt Reuse", section 4). Any two texts share common words, so every word and
shingle counts by its rarity, the logarithm of its inverse document frequency (Spärck Jones 1972).
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from syndetect.arrays import F64, I64, U8, U32, bounds_of, expand_groups, sort_values
from syndetect.kernels import rarity as _counts
from syndetect.kernels import wording as _kernels

#: The documents of the sample, and the words of each, in which words and shingles are counted.
SAMPLE, SAMPLE_WORDS = 2048, 512

#: The weights of words, 2-word and 3-word shingles in a share. Words recognise a thorough rewrite best, shingles
#: another author's text on the same subject.
MIX = (4, 1, 1)

_SLOTS = 1 << _counts.SLOT_BITS
_SMOOTH = 64  # documents without any of the words that are added to the sample
_UNITS = 16  # of weight, in a factor of two of the frequency


@dataclass(frozen=True)
class Rarity:
    """How rare words and shingles of two and three words are in a corpus.

    Attributes:
        weight: uint8[2 ** SLOT_BITS], by the slot of a hash: the logarithm of the inverse document frequency, in
            sixteenths of a factor of two.
    """

    weight: U8

    @classmethod
    def of(cls, code: U32, documents: I64, rank: U32 | None = None) -> Self:
        """From at most ``SAMPLE`` documents; the first ``SAMPLE_WORDS`` of each are counted.

        64 documents without any of the words are added to the sample, so that in a corpus of few documents, whose
        counts say little, all weights are similar.

        Args:
            code: uint32[words].
            documents: int64[d + 1], each document's first word.
            rank: uint32[d], an order of the documents, in which those of the sample are evenly spaced; without it,
                their own.
        """
        there = len(documents) - 1
        taken = np.arange(min(there, SAMPLE), dtype=np.int64) * there // max(min(there, SAMPLE), 1)
        if rank is not None:
            is_taken = np.zeros(there, bool)
            is_taken[taken] = True
            taken = np.flatnonzero(is_taken[rank])
        low = documents[taken]
        high = np.minimum(documents[taken + 1], low + SAMPLE_WORDS)
        count, last = np.zeros(_SLOTS, np.int32), np.zeros(_SLOTS, np.int32)
        _counts.count_documents(code, low, high, last, count)
        by_count = np.log2((len(taken) + _SMOOTH) / (np.arange(len(taken) + 1) + 1))
        return cls(np.rint(_UNITS * by_count).astype(np.uint8)[count])


class Sketches(NamedTuple):
    """Sketches of the wording of documents: words and short shingles by hash, with their weights.

    The sketch of a document of up to 512 words has all its words; that of a longer one has about as many, those with
    the smallest hashes. Both have about 64 shingles of each length. Two documents are compared up to the smaller of
    their largest hashes (Broder 1997, section 5).

    Attributes:
        keys, mass: uint32[n]: upper halves of hashes, and the weight of all their places.
        bounds: int64[3 * d + 1], where the words, 2-word and 3-word shingles of each document begin.
        words: int64[d], the number of words of each document.
    """

    keys: U32
    mass: U32
    bounds: I64
    words: I64

    def of(self, documents: I64) -> "Sketches":
        """The sketches of some of the documents (int64[n])."""
        groups = (documents[:, None] * len(MIX) + np.arange(len(MIX))).reshape(-1)
        items = expand_groups(self.bounds, groups)[1]
        bounds = bounds_of(self.bounds[groups + 1] - self.bounds[groups])
        return Sketches(self.keys[items], self.mass[items], bounds, self.words[documents])


def sketch(code: U32, documents: I64, of: I64, rarity: Rarity) -> Sketches:
    """Sketch the wording of documents.

    Args:
        code: uint32[words].
        documents: int64[d + 1], each document's first word.
        of: int64[n], the documents to sketch; fewer than 2^30.
        rarity: the rarity of words in the corpus.
    """
    low, high = documents[of], documents[of + 1]
    entries = np.empty(len(MIX) * int((high - low).sum()) + 1, np.uint64)
    entries = sort_values(entries[: _kernels.gather(code, low, high, entries)])
    keys, mass = np.empty(len(entries), np.uint32), np.empty(len(entries), np.uint32)
    bounds = np.empty(len(MIX) * len(of) + 1, np.int64)
    n = _kernels.condense(entries, rarity.weight, keys, mass, bounds)
    return Sketches(keys[:n], mass[:n], bounds, high - low)


def shares(sketches: Sketches, pairs: I64) -> F64:
    """The share of the wording of documents that another document has.

    A share is the mean, weighted by ``MIX``, of three containments: the weight of the words, 2-word and 3-word shingles
    of one document that stand anywhere in the other.

    Args:
        sketches: sketches of the documents.
        pairs: int64[n, 2], rows of ``sketches``.

    Returns:
        float64[n, 2]: the share of the first document in the second, and of the second in the first; 0 for a document
        without words.
    """
    found = np.empty((len(pairs), len(MIX), 4), np.int64)
    _kernels.compare(*sketches, pairs, found)
    return np.stack([_mean(found[:, :, 2], found[:, :, 0]), _mean(found[:, :, 3], found[:, :, 1])], axis=1)


def union_shares(sketches: Sketches, document: I64, sources: I64, starts: I64) -> F64:
    """The share of the wording of documents that their first source has, that the first two have together, and so on.

    Args:
        sketches: sketches of the documents.
        document: int64[n], rows of ``sketches``.
        sources: int64[m], rows of ``sketches``, those of each document in turn.
        starts: int64[n + 1], where the sources of each document begin.

    Returns:
        float64[m], as of :func:`shares`: of the document of each source, in this source and those before it.
    """
    found = np.empty((len(sources), len(MIX), 2), np.int64)
    _kernels.compare_union(*sketches, document, sources, starts, found)
    return _mean(found[:, :, 1], found[:, :, 0])


def _mean(shared: I64, totals: I64) -> F64:
    """float64[n]: the mean of shares by ``MIX``, over those with a total (both int64[n, 3])."""
    mix = np.where(totals > 0, np.array(MIX), 0)
    mean: F64 = (mix * shared / np.maximum(totals, 1)).sum(axis=1) / np.maximum(mix.sum(axis=1), 1)
    return mean
