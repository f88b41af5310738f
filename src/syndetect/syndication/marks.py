"""Find the marks in the texts of a batch: credits, quotations, and a hash of each document's words."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import polars as pl
from xxhash import xxh3_64_intdigest

from syndetect.arrays import I64, U8, U64
from syndetect.kernels.ranges import runs_of_flags
from syndetect.matching.tokens import Words
from syndetect.syndication.credits import find as credit_finder
from syndetect.syndication.credits.agencies import Agencies
from syndetect.syndication.quotes import quoted


class Marks(NamedTuple):
    """The marks of consecutive documents.

    Attributes:
        credits: int64[n, 6]: document, agency, role, rule, and begin and end in characters.
        quotes: int64[n, 2]: the set of words in quotation marks.
        contents: uint64[d]: a hash of each document's words.
        passed: how many names of agencies were passed over, where a document has very many.
    """

    credits: I64
    quotes: I64
    contents: U64
    passed: int = 0


def find(buffer: U8, bounds: I64, words: Words, agencies: Agencies) -> Marks:
    """The marks of documents.

    Args:
        buffer: uint8[bytes], the texts as UTF-8.
        bounds: int64[d + 1], the first byte of each document.
        words: the words of the documents.
        agencies: the agencies that may be credited.
    """
    found = credit_finder.find(buffer, bounds, words, agencies)
    columns = (found.document, found.agency, found.role, found.rule, found.begin, found.end)
    rows = np.stack([column.astype(np.int64) for column in columns], axis=1)
    inside = quoted(buffer, bounds, words)
    edges = np.empty(len(inside) + 1, np.int64)
    quotes = edges[: 2 * runs_of_flags(inside, edges)].reshape(-1, 2).copy()
    code, first = words.code, words.documents.tolist()
    contents = [xxh3_64_intdigest(code[low:high].data) for low, high in pairwise(first)]
    return Marks(rows, quotes, np.array(contents, np.uint64), found.passed)


def credits_frame(credits_: I64, articles: pl.DataFrame, agencies: Agencies) -> pl.DataFrame:
    """All credits, in the texts and in the columns ``source`` and ``author``, by document.

    Args:
        credits_: int64[n, 6], the credits in the articles' texts, as in :class:`Marks`.
        articles: with ``source`` and ``author``.
        agencies: the agencies that may be credited.

    Returns:
        ``document, agency`` (its number), ``role, begin, end`` (null for columns), ``rule``.
    """
    fields = ("document", "agency", "role", "rule", "begin", "end")
    columns = articles.select("source", "author").unique(maintain_order=True)
    named = credit_finder.of_metadata(columns["source"].to_list(), columns["author"].to_list(), agencies)
    of_columns = columns.with_row_index("row").join(
        pl.DataFrame({name: getattr(named, name).astype(np.int64) for name in fields}).rename(
            {"document": "row"}
        ),
        left_on=pl.col("row").cast(pl.Int64),
        right_on="row",
    )
    in_columns = (
        articles.select("source", "author").with_row_index("document")
        .join(of_columns, on=["source", "author"], nulls_equal=True)
        .select(pl.col(fields).cast(pl.Int64))
    )  # fmt: skip
    frame = pl.concat(
        [pl.DataFrame(np.asarray(credits_), schema=dict.fromkeys(fields, pl.Int64)), in_columns]
    )
    return frame.with_columns(
        pl.Series("role", credit_finder.ROLES).gather(frame["role"]),
        pl.Series("rule", credit_finder.RULES).gather(frame["rule"]),
        pl.when(pl.col("begin") >= 0).then("begin").alias("begin"),
        pl.when(pl.col("begin") >= 0).then("end").alias("end"),
    ).sort("document", "begin", "agency", "rule", nulls_last=True)
