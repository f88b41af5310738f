"""Where the words of a corpus stand, and when its documents were published."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from syndetect.arrays import I64, U8, U32
from syndetect.kernels.documents import HINT_BITS, UNDATED, find_documents


@dataclass(frozen=True)
class Places:
    """The places of the words of a corpus, for the joins of fingerprints and seeds.

    Attributes:
        tags: uint8[words], eight bits of each word's code, never 0.
        documents: int64[d + 1], each document's first word.
        hints: uint32, the document of every 256th word.
        time: int64[d], microseconds since 1970, or ``UNDATED``.
        rank: uint32[d], each document's place in time order.
        is_query: uint8[d], 1 for the documents whose pairs are wanted: with each other, and with those that have 0.
        article: uint32[d], the article of each document: a document may be an excerpt. Excerpts of one article are
            consecutive.
    """

    tags: U8
    documents: I64
    hints: U32
    time: I64
    rank: U32
    is_query: U8
    article: U32

    @classmethod
    def of(
        cls,
        tags: U8,
        documents: I64,
        time: I64,
        rank: U32,
        is_query: U8 | None = None,
        article: U32 | None = None,
    ) -> Self:
        """Places with their document hints; by default all documents are queries and whole articles."""
        is_query = np.ones(len(time), np.uint8) if is_query is None else is_query
        article = np.arange(len(time), dtype=np.uint32) if article is None else article
        return cls(tags, documents, document_hints(documents, len(tags)), time, rank, is_query, article)

    @cached_property
    def rank_in_time(self) -> U32:
        """uint32[d]: each document's place in the order of ``time`` alone, undated ones last; dates are midnights."""
        ranks = np.empty(len(self.time), np.uint32)
        order = np.lexsort((self.rank, self.time, self.time == UNDATED))
        ranks[order] = np.arange(len(order), dtype=np.uint32)
        return ranks

    def documents_of(self, words: U32) -> I64:
        """int64[n]: the documents of words."""
        document = np.empty(len(words), np.int64)
        find_documents(words, self.hints, self.documents, document)
        return document


def document_hints(documents: I64, words: int) -> U32:
    """The document of every 256th word, as :func:`syndetect.kernels.documents.document_of` takes it."""
    every = np.arange(0, words, 1 << HINT_BITS)
    return (np.searchsorted(documents, every, side="right") - 1).astype(np.uint32)


def tags(code: U32) -> U8:
    """The tags of word codes: their leading eight bits, 1 instead of 0."""
    found: U8 = (code >> np.uint32(24)).astype(np.uint8)
    return np.maximum(found, np.uint8(1), out=found)


def time_rank(time: I64, words: I64, by_id: U32) -> U32:
    """uint32[d]: each document's place in time order; undated documents come last.

    Midnight stands for a date without a time: any time of that day is possible, so it comes after the known times. Of
    documents of one time, those with fewer words come first, and then ids decide, not the order of the input. (With the
    longer ones first, passages have other centres, and their kinds are told less well: 0.938 of the labels that
    ``benchmarks.kinds`` weighs are right, against 0.945.)

    Args:
        time: int64[d], microseconds since 1970 in UTC, or ``UNDATED``.
        words: int64[d], the number of words of each document.
        by_id: uint32[d], each document's place in the order of ids.
    """
    rank = np.empty(len(time), np.uint32)
    rank[np.lexsort((by_id, words, latest(time)))] = np.arange(len(time), dtype=np.uint32)
    return rank


def latest(time: I64) -> I64:
    """int64[d]: the latest possible time of each document; undated ones come after all."""
    day = np.int64(86_400_000_000)
    until = np.where(time % day == 0, time + day, time)
    until[time == UNDATED] = np.iinfo(np.int64).max
    return until
