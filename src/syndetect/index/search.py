"""Asked documents to what an index has of them: the stages of a scan, over what both may have in common."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from syndetect.arrays import I64, U64
from syndetect.index import fingerprint_hits, paragraph_hits
from syndetect.index.query_batch import QueryBatch, WordPairs
from syndetect.matching import alignment, winnowing
from syndetect.matching.alignment import Matches
from syndetect.matching.places import Places
from syndetect.settings import Settings

_U1, _S32 = np.uint64(1), np.uint64(32)


class Found(NamedTuple):
    """What an index has of asked documents.

    Attributes:
        keys: int64[d], the documents that the matches are in, ascending.
        bounds: int64[d + 1], each one's words in a corpus of these.
        matches: in this corpus.
        near: pairs of paragraphs.
    """

    keys: I64
    bounds: I64
    matches: Matches
    near: paragraph_hits.Near

    def words(self, documents: I64, ranges: I64) -> I64:
        """Ranges of words of the corpus (int64[n, 2]) counted from the beginnings of their documents."""
        return ranges - self.bounds[documents][:, None]


def find(queries: QueryBatch, settings: Settings) -> Found:
    """Matches and pairs of asked documents and an index: those that a scan of all of them would find."""
    similar = paragraph_hits.find(queries, settings)
    seeds = fingerprint_hits.find_seeds(queries, winnowing.JoinLimits.of(settings))
    pairs = similar.seeds.joined(seeds)
    hopeful = _hopeful(pairs)
    keys, article = np.unique(pairs.keys[hopeful], return_inverse=True)
    article, words, strong = article.reshape(-1, 2), pairs.words[hopeful], pairs.strong[hopeful]
    code, bounds = queries.codes(keys, *queries.firsts("documents", keys))
    places = _places(bounds)
    at = (words + bounds[article]).astype(np.uint64)
    packed: U64 = np.unique(at[:, 0] << _S32 | at[:, 1] << _U1 | strong.astype(np.uint64))
    table = alignment.align(code, places, packed, alignment.AlignmentLimits.of(settings))
    return Found(keys, bounds, Matches.of(table, places), similar)


def _hopeful(pairs: WordPairs) -> npt.NDArray[np.bool_]:
    """bool[n]: which seeds are of pairs of documents with a strong one; others are not aligned."""
    both = pairs.keys[:, 0] << 32 | pairs.keys[:, 1]
    return np.isin(both, np.unique(both[pairs.strong]))


def _places(bounds: I64) -> Places:
    """Where words stand, for alignment, which looks at neither tags nor times."""
    documents, words = len(bounds) - 1, int(bounds[-1])
    nothing = np.zeros(documents, np.int64)
    return Places.of(np.empty(words, np.uint8), bounds, nothing, nothing.astype(np.uint32))
