"""The matching stages of a query: candidates of both kinds looked up, and aligned as a scan aligns them."""

from typing import NamedTuple

import numpy as np

from syndetect.arrays import I64, U64, Bool
from syndetect.index import fingerprint_hits, paragraph_hits
from syndetect.index.paragraph_hits import ParagraphHits
from syndetect.index.query_batch import QueryBatch, WordPairs
from syndetect.matching import alignment, winnowing
from syndetect.matching.alignment import Matches
from syndetect.matching.places import Places
from syndetect.settings import Settings

_U1, _S32 = np.uint64(1), np.uint64(32)


class Found(NamedTuple):
    """The matches and similar paragraphs of query documents in an index.

    Attributes:
        keys: int64[d], ascending, the documents of the matches.
        bounds: int64[d + 1], the words of each document in a corpus of these documents.
        matches: in this corpus.
        near: the pairs of similar paragraphs.
    """

    keys: I64
    bounds: I64
    matches: Matches
    near: ParagraphHits

    def words(self, documents: I64, ranges: I64) -> I64:
        """Ranges of words of the corpus (int64[n, 2]), counted from the beginnings of their documents."""
        return ranges - self.bounds[documents][:, None]


def find(queries: QueryBatch, settings: Settings) -> Found:
    """The matches and pairs of query documents and stored ones that a scan of all of them would find."""
    near = paragraph_hits.find(queries, settings)
    seeds = near.seeds.joined(fingerprint_hits.find_seeds(queries, winnowing.JoinLimits.of(settings)))
    chosen = _may_match(seeds)
    keys, article = np.unique(seeds.keys[chosen], return_inverse=True)
    article, words, strong = article.reshape(-1, 2), seeds.words[chosen], seeds.strong[chosen]
    code, bounds = queries.codes(keys, *queries.bounds("documents", keys))
    at = (words + bounds[article]).astype(np.uint64)
    packed: U64 = np.unique(at[:, 0] << _S32 | at[:, 1] << _U1 | strong.astype(np.uint64))
    places = _places(bounds)
    table = alignment.align(code, places, packed, alignment.AlignmentLimits.of(settings))
    return Found(keys, bounds, Matches.of(table, places), near)


def _may_match(seeds: WordPairs) -> Bool:
    """bool[n]: which seeds are of pairs of documents that have a strong one; other pairs are not aligned."""
    both = seeds.keys[:, 0] << 32 | seeds.keys[:, 1]
    return np.isin(both, np.unique(both[seeds.strong]))


def _places(bounds: I64) -> Places:
    """Places for alignment, which reads neither tags nor times."""
    documents, words = len(bounds) - 1, int(bounds[-1])
    zeros = np.zeros(documents, np.int64)
    return Places.of(np.empty(words, np.uint8), bounds, zeros, zeros.astype(np.uint32))
