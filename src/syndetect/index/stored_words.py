"""The words of all documents of an index, portion after portion."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from syndetect.arrays import I64, bounds_of
from syndetect.index.index import Index
from syndetect.index.segment_reader import SegmentReader, check_paragraphs
from syndetect.matching.tokens import Words
from syndetect.runtime.threads import split_evenly

_PORTION_WORDS = 1 << 20


def stored_words(index: Index) -> Iterator[tuple[pl.DataFrame, Words]]:
    """The documents of an index, in the order of adding.

    Yields:
        ``doc_id`` and ``url`` of some documents, and their words: codes by the plain key, without their places in the
        text (``begin`` and ``end`` are 0). A paragraph that only repeats one word has codes that no other one has.

    Raises:
        StoredIndexError: the index is damaged.
    """
    for segment in index.present.segments:
        check_paragraphs(segment.arrays)
        for low, high in split_evenly(segment.arrays.whole("documents"), _PORTION_WORDS):
            rows = np.flatnonzero(segment.alive[low:high]) + low
            names = {"doc_id": segment.strings("id", rows), "url": segment.strings("url", rows)}
            yield pl.DataFrame(names, schema=dict.fromkeys(names, pl.String)), _words(segment, rows)


def _words(segment: SegmentReader, rows: I64) -> Words:
    low, high = segment.bounds("documents", rows)
    first, last = segment.bounds("document_paragraphs", rows)
    code, documents, paragraphs = (
        segment.codes(low, high), bounds_of(high - low), bounds_of(last - first)
    )  # fmt: skip
    counts = last - first
    number = np.repeat(first - paragraphs[:-1], counts) + np.arange(paragraphs[-1])
    begin = segment.column("paragraphs", number) + np.repeat(documents[:-1] - low, counts)
    nowhere = np.zeros(len(code), np.uint32)
    return Words(code, nowhere, nowhere, documents, np.append(begin, documents[-1]), paragraphs)
