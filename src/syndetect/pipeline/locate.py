"""From words to characters: where ranges of words stand in the text of their documents."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32, ByteStrings, order_by
from syndetect.kernels.characters import bytes_at, characters_at, count_characters
from syndetect.matching.tokens import Key
from syndetect.pipeline.collisions import Spellings
from syndetect.pipeline.corpus import Corpus, Wanted
from syndetect.pipeline.corpus import Located as Portion
from syndetect.pipeline.stored_texts import encoded, strings_at

#: From the rows of some ranges (int64[m]), and the characters ``before``, ``text`` and ``behind`` each, to columns.
Describe = Callable[[I64, pl.DataFrame], pl.DataFrame]


class Located(NamedTuple):
    """Ranges of words as characters, first and end (int64[n] each); and the last list of ranges, described.

    ``turn`` (int64[n]) is the place of each range of the last list among those that were described, one portion behind
    the other; ``shared`` are the codes that different words in the ranges have (uint32[m], ascending).
    """

    ranges: list[tuple[I64, I64]]
    described: pl.DataFrame
    turn: I64
    shared: U32


def locate(
    corpus: Corpus,
    wanted: Sequence[tuple[I64, I64]],
    describe: Describe,
    keep: Callable[[ByteStrings], None],
    around: tuple[int, int],
    threads: int,
    key: Key,
) -> Located:
    """The characters of ranges of words in their documents.

    Args:
        corpus: the articles.
        wanted: documents (int64[n]) and words (int64[n, 2]), in any order.
        describe: the columns that are wanted of the last list of ranges, from their texts; on several threads.
        keep: takes the texts of the last list of ranges, a portion at a time, in the order of documents.
        around: the characters before and behind a range that ``describe`` is given.
        threads: how many portions are worked on at once.
        key: with which the documents are tokenised again.
    """
    orders = [order_by(document) for document, _ in wanted]
    ordered = [Wanted(one[0][order], one[1][order]) for one, order in zip(wanted, orders, strict=True)]
    ranges = [(np.empty(len(order), np.int64), np.empty(len(order), np.int64)) for order in orders]

    def quoted(part: Portion) -> tuple[Portion, ByteStrings, pl.DataFrame]:
        rows = part.rows[-1]
        texts = _quote(part, ordered[-1].document[rows], part.spans[-1], around)
        columns = describe(orders[-1][rows], texts)
        return part._replace(text=_NO_TEXT), encoded(texts["text"]), columns

    described = [describe(np.empty(0, np.int64), pl.DataFrame(schema=dict.fromkeys(_TEXTS, pl.String)))]
    keep(ByteStrings.of([]))  # there may be no range at all
    spellings = Spellings()
    for part, strings, columns in corpus.locate(ordered, threads, key, quoted):
        for (begins, ends), order, rows, (begin, end) in zip(
            ranges, orders, part.rows, part.spans, strict=True
        ):
            begins[order[rows]], ends[order[rows]] = begin, end
        spellings.add(part.spellings)
        keep(strings)
        described.append(columns)
    turn = np.empty(len(orders[-1]), np.int64)
    turn[orders[-1]] = np.arange(len(turn))
    return Located(ranges, pl.concat(described)[turn], turn, spellings.shared_codes())


_TEXTS = ("before", "text", "behind")
_NO_TEXT = np.empty(0, np.uint8)


def _quote(part: Portion, documents: I64, spans: tuple[I64, I64], around: tuple[int, int]) -> pl.DataFrame:
    """What the documents of a portion say at these characters, and before and behind them."""
    # a look-up of bytes, since to slice a text by characters is to read it from its beginning
    before = np.empty(len(part.text) // 64 + 1, np.uint32)
    count_characters(part.text, before)
    edges = np.empty(len(part.text_bounds), np.int64)  # of each document
    characters_at(part.text, before, part.text_bounds, edges)
    place = np.searchsorted(part.documents, documents)
    begin, end = edges[place] + spans[0], edges[place] + spans[1]
    low = np.maximum(begin - around[0], edges[place])
    cuts = low, begin, end, np.minimum(end + around[1], edges[place + 1])
    places = np.empty((len(cuts), len(begin)), np.int64)
    for row, cut in zip(places, cuts, strict=True):
        bytes_at(part.text, before, cut, row)
    data = pl.Series([part.text.tobytes()], dtype=pl.Binary)
    return pl.DataFrame({
        name: strings_at(data, low, high - low) for name, (low, high) in zip(_TEXTS, pairwise(places), strict=True)
    })  # fmt: skip
