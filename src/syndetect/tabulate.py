"""Arrays to tables: dense numbers become the user's ids again, words become characters."""

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.kernels.stars import count_covered
from syndetect.tables import TABLES
from syndetect.text import Words

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


def time_rank(published: pl.Series) -> U32:
    """uint32[d]: each document's place in time order; the undated come last, ties stay in input order.

    Midnight is taken for a date alone: any time of that day may be meant, so it comes after the times that are known.
    """
    at = pl.col("at")
    known = pl.when(at.dt.truncate("1d") == at).then(at.dt.offset_by("1d")).otherwise(at)
    frame = published.to_frame("at").select(known).with_row_index()
    order = frame.sort("at", nulls_last=True, maintain_order=True)["index"]
    rank = np.empty(len(published), np.uint32)
    rank[order.to_numpy()] = np.arange(len(published), dtype=np.uint32)
    return rank


def _spans(words: Words, ranges: I64) -> tuple[I64, I64]:
    """Ranges of words (int64[n, 2]) as characters in their documents."""
    return words.begin[ranges[:, 0]].astype(np.int64), words.end[ranges[:, 1] - 1].astype(np.int64)


def documents_table(articles: pl.DataFrame, words: Words, matched: tuple[I64, I64]) -> pl.DataFrame:
    """The table ``documents``; ``matched`` gives the document and words (int64[n], int64[n, 2]) of every match."""
    document, ranges = matched
    reused = np.zeros(len(articles), np.int64)
    order = np.lexsort((ranges[:, 0], document))
    count_covered(ranges[:, 0].copy(), ranges[:, 1].copy(), document, order, reused)
    total = np.diff(words.documents)
    return articles.select("doc_id", "source", "published", "title", "url").with_columns(
        paragraphs=pl.Series(np.diff(words.document_paragraphs)),
        words=pl.Series(total),
        reused_words=pl.Series(reused),
        reused_share=pl.Series(reused / np.maximum(total, 1)),
    )


def pairs_table(
    articles: pl.DataFrame, words: Words, pairs: I64, shares: tuple[F64, F64, F64]
) -> pl.DataFrame:
    """The table ``pairs``, from int64[n, 2] paragraphs and their Jaccard and containments."""
    documents = words.paragraph_documents[pairs] if len(pairs) else np.empty((0, 2), np.uint32)
    columns: dict[str, object] = {}
    for side, name in enumerate("ab"):
        paragraph = pairs[:, side]
        begin, end = _spans(
            words, np.stack([words.paragraphs[paragraph], words.paragraphs[paragraph + 1]], axis=1)
        )
        columns[f"doc_{name}"] = articles["doc_id"].gather(documents[:, side])
        columns[f"paragraph_{name}"] = paragraph - words.document_paragraphs[documents[:, side]]
        columns[f"begin_{name}"], columns[f"end_{name}"] = begin, end
    columns["jaccard"], columns["containment_a"], columns["containment_b"] = shares
    return pl.DataFrame(columns, schema_overrides=TABLES["pairs"]).select(TABLES["pairs"].names())


def matches_table(
    articles: pl.DataFrame,
    words: Words,
    documents: tuple[I64, I64],
    ranges: tuple[I64, I64],
    measures: tuple[I64, ...],
) -> pl.DataFrame:
    """The table ``matches``; ``measures`` are equal words, aligned columns and the score in quarters."""
    equal, aligned, score = measures
    columns: dict[str, object] = {}
    for name, document, span in zip("ab", documents, ranges, strict=True):
        columns[f"doc_{name}"] = articles["doc_id"].gather(document)
        columns[f"begin_{name}"], columns[f"end_{name}"] = _spans(words, span)
    columns |= {"words": equal, "identity": equal / np.maximum(aligned, 1), "score": score / 4}
    return pl.DataFrame(columns, schema_overrides=TABLES["matches"]).select(TABLES["matches"].names())


def passages_table(
    articles: pl.DataFrame, words: Words, numbers: tuple[I64, I64], ranges: I64, measures: tuple[I64, I64]
) -> pl.DataFrame:
    """The table ``passages``; ``numbers`` are passages and documents, ``measures`` equal words and columns."""
    (passage, document), (equal, aligned) = numbers, measures
    begin, end = _spans(words, ranges)
    text = articles["text"].gather(document).to_frame("text").select(
        pl.col("text").str.slice(pl.Series(begin), pl.Series(end - begin))
    )  # fmt: skip
    columns: dict[str, object] = {
        "passage_id": passage,
        "doc_id": articles["doc_id"].gather(document),
        "begin": begin,
        "end": end,
        "words": equal,
        "identity": equal / np.maximum(aligned, 1),
        "text": text["text"],
    }
    return pl.DataFrame(columns, schema_overrides=TABLES["passages"]).select(TABLES["passages"].names())
