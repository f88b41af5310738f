"""Arrays to tables: document numbers become document ids, words become characters."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import polars as pl

from syndetect.arrays import F64, I64, order_by
from syndetect.kernels.ranges import count_covered
from syndetect.runtime import forks
from syndetect.schema import ARTICLES, TABLES

T = TypeVar("T")


class Sides(NamedTuple, Generic[T]):
    """One value for each side of pairs."""

    a: T
    b: T


class Characters(NamedTuple):
    """Ranges of characters in documents: int64[n] each, the first character and the end."""

    begin: I64
    end: I64


class ParagraphPairs(NamedTuple):
    """Pairs of near-duplicate paragraphs: their documents and words on both sides, and what they share.

    ``documents`` are int64[n], ``words`` int64[n, 2], ``numbers`` (of the paragraph in its document) int64[n], twice
    each; ``shares`` float64[n, 3].
    """

    documents: Sides[I64]
    words: Sides[I64]
    numbers: Sides[I64]
    shares: F64


def documents_table(
    articles: pl.DataFrame, counts: tuple[I64, I64], matched: tuple[I64, I64]
) -> pl.DataFrame:
    """The table ``documents``, as far as matches tell it.

    What syndication adds is null, and what articles lack is left out.
    ``counts`` are each document's paragraphs and words (int64[d]), ``matched`` the document and words (int64[n],
    int64[n, 2]) of every match.
    """
    paragraphs, total = counts
    document, ranges = matched
    reused = np.zeros(len(articles), np.int64)
    order = order_by(document, ranges[:, 0])
    count_covered(ranges[:, 0].copy(), ranges[:, 1].copy(), document, order, reused)
    base = articles.select(name for name in TABLES["documents"] if name in articles.columns).with_columns(
        paragraphs=pl.Series(paragraphs),
        words=pl.Series(total),
        reused_words=pl.Series(reused),
        reused_share=pl.Series(reused / np.maximum(total, 1)),
    )
    unknown = {
        name: pl.lit(None, kind)
        for name, kind in TABLES["documents"].items()
        if name not in base.columns and name not in ARTICLES
    }
    return base.with_columns(**unknown)


def pairs_table(
    articles: pl.DataFrame, pairs: ParagraphPairs, spans: Sequence[tuple[I64, I64]]
) -> pl.DataFrame:
    """The table ``pairs``; ``spans`` are the characters on both sides."""
    columns: dict[str, Any] = {}
    for side, name in enumerate("ab"):
        columns[f"doc_{name}"] = articles["doc_id"][pairs.documents[side]]
        columns[f"paragraph_{name}"] = pairs.numbers[side]
        columns[f"begin_{name}"], columns[f"end_{name}"] = spans[side]
    columns["jaccard"], columns["containment_a"], columns["containment_b"] = pairs.shares.T.copy()
    return _table("pairs", columns)


def matches_table(
    documents: tuple[pl.Series, pl.Series], spans: Sequence[tuple[I64, I64]], measures: tuple[I64, ...]
) -> pl.DataFrame:
    """The table ``matches``; ``documents`` are ids, ``measures`` equal words, aligned columns, scores in quarters."""
    equal, aligned, score = measures
    columns: dict[str, Any] = {}
    for name, ids, span in zip("ab", documents, spans, strict=True):
        columns[f"doc_{name}"] = ids
        columns[f"begin_{name}"], columns[f"end_{name}"] = span
    columns |= {"words": equal, "identity": equal / np.maximum(aligned, 1), "score": score / 4}
    return _table("matches", columns)


def passages_table(
    articles: pl.DataFrame,
    numbers: tuple[I64, I64],
    spans: tuple[I64, I64],
    text: pl.Series | None,
    measures: tuple[I64, I64],
    role: pl.Series,
) -> pl.DataFrame:
    """The table ``passages``; ``numbers`` are passages and documents, ``measures`` equal words and columns.

    What articles lack is left out, and so are the texts where there are none.
    """
    (passage, document), (equal, aligned) = numbers, measures
    columns: dict[str, Any] = {
        "passage_id": passage,
        "doc_id": articles["doc_id"][document],
        "begin": spans[0],
        "end": spans[1],
        "words": equal,
        "identity": equal / np.maximum(aligned, 1),
        "role": role,
    }
    for name in ("source", "published"):
        if name in articles.columns:
            columns[name] = articles[name][document]
    if text is not None:
        columns["text"] = text
    return _table("passages", columns)


def of_frame(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A table from a frame that has its columns, and perhaps others."""
    return _table(name, {column: frame[column] for column in TABLES[name]})


def _table(name: str, columns: Mapping[str, Any]) -> pl.DataFrame:
    """A table of these columns in the order of the schema; built from columns, since queries make small tables.

    Numbers of articles (UInt32) may stand in the place of ids.
    """
    forks.check()
    return pl.DataFrame([
        pl.Series(column, columns[column], pl.UInt32 if _is_number(columns[column], kind) else kind)
        for column, kind in TABLES[name].items()
        if column in columns
    ])  # fmt: skip


def _is_number(values: Any, kind: pl.DataType) -> bool:
    return kind == pl.String and isinstance(values, pl.Series) and values.dtype == pl.UInt32
