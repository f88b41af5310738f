"""From words to characters: where ranges of words stand in the text of their documents."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64
from syndetect.pipeline.corpus import Corpus, Wanted
from syndetect.pipeline.corpus import Located as Portion


class Located(NamedTuple):
    """Ranges of words as characters, first and end (int64[n] each); and the text of the last list of ranges."""

    ranges: list[tuple[I64, I64]]
    text: pl.Series


def locate(corpus: Corpus, wanted: Sequence[tuple[I64, I64]], threads: int) -> Located:
    """The characters of ranges of words in their documents.

    Args:
        corpus: the articles.
        wanted: documents (int64[n]) and words (int64[n, 2]), in any order.
        threads: how many portions are worked on at once.
    """
    orders = [np.argsort(document, kind="stable") for document, _ in wanted]
    ordered = [Wanted(one[0][order], one[1][order]) for one, order in zip(wanted, orders, strict=True)]
    ranges = [(np.empty(len(order), np.int64), np.empty(len(order), np.int64)) for order in orders]
    filled, texts = [0] * len(wanted), [pl.Series(dtype=pl.String)]
    for part in corpus.locate(ordered, threads):
        for at, (begin, end) in enumerate(part.spans):
            chosen = orders[at][filled[at] : filled[at] + len(begin)]
            ranges[at][0][chosen], ranges[at][1][chosen] = begin, end
            filled[at] += len(begin)
        texts.append(_quote(part, ordered[-1].document[filled[-1] - len(begin) : filled[-1]], (begin, end)))
    back = np.empty(len(orders[-1]), np.int64)
    back[orders[-1]] = np.arange(len(back))
    return Located(ranges, pl.concat(texts).gather(back))


def _quote(part: Portion, documents: I64, spans: tuple[I64, I64]) -> pl.Series:
    """What the documents of a portion say at these characters."""
    data, bounds = part.text.tobytes(), part.text_bounds.tolist()
    used, at = np.unique(documents, return_inverse=True)
    places = np.searchsorted(part.documents, used).tolist()
    texts = pl.Series([data[bounds[i] : bounds[i + 1]] for i in places], dtype=pl.Binary).cast(pl.String)
    frame = pl.DataFrame({"text": texts.gather(at), "begin": spans[0], "length": spans[1] - spans[0]})
    sliced = frame.select(pl.col("text").str.slice(pl.col("begin"), pl.col("length")))["text"]
    return pl.Series(sliced.to_list(), dtype=pl.String)  # a copy: slices would hold on to the whole texts
