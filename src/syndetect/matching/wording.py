"""How much of one article's wording stands in others, rewritten or not: shared words and short shingles, by rarity.

Containment of short n-grams is what tells rewritten agency copy best of the simple measures (Clough, Gaizauskas, Piao
and Wilks 2002, "METER: MEasuring TExt Reuse", section 4). Common words stand in any two texts, so every word and
shingle counts by its rarity, the logarithm of its inverse document frequency (Spärck Jones 1972).
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from syndetect.arrays import F64, I64, U8, U32, sort_values
from syndetect.kernels import rarity as _counts
from syndetect.kernels import wording as _kernels

#: Documents in which words and shingles are counted, and words of each.
SAMPLE, SAMPLE_WORDS = 2048, 512

#: What words, 2-word and 3-word shingles count for in a share. Words tell best what was rewritten throughout, shingles
#: what was written by another about the same.
MIX = (4, 1, 1)

_SLOTS = 1 << _counts.SLOT_BITS
_SMOOTH = 64  # documents that are taken to be there and to have none of the words
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
    def of(cls, code: U32, documents: I64) -> Self:
        """From at most ``SAMPLE`` evenly spaced documents; the first ``SAMPLE_WORDS`` of each are counted.

        In a corpus of few documents all that is known of a word says little, and all weights are alike: 64 documents
        without any of the words are taken to be there besides.

        Args:
            code: uint32[words].
            documents: int64[d + 1], each document's first word.
        """
        there = len(documents) - 1
        taken = np.arange(min(there, SAMPLE), dtype=np.int64) * there // max(min(there, SAMPLE), 1)
        low = documents[taken]
        high = np.minimum(documents[taken + 1], low + SAMPLE_WORDS)
        count, last = np.zeros(_SLOTS, np.int32), np.zeros(_SLOTS, np.int32)
        _counts.count_documents(code, low, high, last, count)
        by_count = np.log2((len(taken) + _SMOOTH) / (np.arange(len(taken) + 1) + 1))
        return cls(np.rint(_UNITS * by_count).astype(np.uint8)[count])


class Sketches(NamedTuple):
    """The wording of some documents: of each its words and short shingles, by hash, with their weight.

    Of a document of up to 512 words all words are held, of a longer one those of the smallest hashes, about as many;
    and of shingles about 64 of each length. Two documents are compared up to the hash to which both are known
    (Broder 1997, section 5).

    Attributes:
        keys, mass: uint32[n]: halves of hashes, and what their places weigh together.
        bounds: int64[3 * d + 1], where the words, 2-word and 3-word shingles of each document begin.
        words: int64[d], how many words the documents have.
    """

    keys: U32
    mass: U32
    bounds: I64
    words: I64


def sketch(code: U32, documents: I64, of: I64, rarity: Rarity) -> Sketches:
    """Sketch the wording of documents.

    Args:
        code: uint32[words].
        documents: int64[d + 1], each document's first word.
        of: int64[n], which documents; fewer than 2^30.
        rarity: that of the corpus.
    """
    low, high = documents[of], documents[of + 1]
    entries = np.empty(len(MIX) * int((high - low).sum()) + 1, np.uint64)
    entries = sort_values(entries[: _kernels.gather(code, low, high, entries)])
    keys, mass = np.empty(len(entries), np.uint32), np.empty(len(entries), np.uint32)
    bounds = np.empty(len(MIX) * len(of) + 1, np.int64)
    n = _kernels.condense(entries, rarity.weight, keys, mass, bounds)
    return Sketches(keys[:n], mass[:n], bounds, high - low)


def shares(sketches: Sketches, pairs: I64) -> F64:
    """How much of the wording of documents stands in one another.

    A share is the mean, by ``MIX``, of three containments: by weight, of the words, of the 2-word and of the 3-word
    shingles of the one document those that stand anywhere in the other.

    Args:
        sketches: of the documents.
        pairs: int64[n, 2], their numbers there.

    Returns:
        float64[n, 2]: how much of the first document stands in the second, and of the second in the first; 0 for one
        without words.
    """
    found = np.empty((len(pairs), len(MIX), 4), np.int64)
    _kernels.compare(*sketches, pairs, found)
    return np.stack([_mean(found[:, :, 2], found[:, :, 0]), _mean(found[:, :, 3], found[:, :, 1])], axis=1)


def _mean(shared: I64, totals: I64) -> F64:
    """float64[n]: the mean by ``MIX`` of the shares of what there is; both int64[n, 3]."""
    mix = np.where(totals > 0, np.array(MIX), 0)
    mean: F64 = (mix * shared / np.maximum(totals, 1)).sum(axis=1) / np.maximum(mix.sum(axis=1), 1)
    return mean
