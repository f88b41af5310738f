"""Which articles and passages a page holds: all of them, or those with most reuse where they are too many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from syndetect.report.findings import Changed, Findings, ReadTexts

MOST_DOCUMENTS = 10_000
MOST_PASSAGES = 50_000
#: Kinds in the order in which passages are listed; the others come last.
_FIRST = {"wire": 0, "copy": 0, "release": 0, "unknown": 1, "quote": 2}
_LAST = 3


@dataclass(frozen=True)
class Kept:
    """The articles and passages of a page, each with its number there.

    Attributes:
        documents: the table ``documents`` with ``row`` (its row in the result) and ``document`` (its number), in the
            order of the numbers: those first of whose words most are copied, then most are shared.
        passages: a row a passage as in ``clusters``, with ``passage``, its number, in the order of the numbers: wire
            and copies by reach first.
        uses: the uses of these passages in these articles, as in ``passages`` with ``passage`` and ``document``, in the
            order of both tables.
        left_out: what is left out, in words; None where nothing is.
    """

    documents: pl.DataFrame
    passages: pl.DataFrame
    uses: pl.DataFrame
    left_out: str | None


def completed(findings: Findings) -> Findings:
    """Findings whose ``documents`` are all that have a passage.

    What an index answers has those that were asked about alone; of the others, the number of words is not known (0).
    """
    told = findings.documents.select("doc_id")
    others = findings.passages.join(told, on="doc_id", how="anti", maintain_order="left")
    if others.is_empty():
        return findings
    rows = others.group_by("doc_id", maintain_order=True).agg(pl.col("source", "published").first())
    rows = rows.with_columns(words=pl.lit(0, pl.Int64), reused_words=pl.lit(0, pl.Int64), reused_share=0.0)
    ask = findings.texts

    def texts(wanted: Sequence[int]) -> ReadTexts:
        found = ask([row for row in wanted if row < told.height]) if ask else ReadTexts([])
        known = dict(zip((row for row in wanted if row < told.height), found.texts, strict=False))
        return ReadTexts(
            [known.get(row) for row in wanted],
            found.missing or "Of articles in the index the passages alone are known.",
        )

    documents = pl.concat([findings.documents, rows], how="diagonal")
    return Changed.of(findings, documents=documents, texts=texts if ask else None)


def keep(
    findings: Findings, most_documents: int = MOST_DOCUMENTS, most_passages: int = MOST_PASSAGES
) -> Kept:
    """The articles with most copied words, and of their passages those with the widest reach."""
    clusters = ranked(findings)
    uses = findings.passages.join(
        clusters.select("passage_id", "passage", "kind"), on="passage_id", maintain_order="left"
    )
    documents = _ranked_documents(findings.documents, uses).head(most_documents)
    numbers = documents.select("doc_id", "document")
    uses = uses.join(numbers, on="doc_id", maintain_order="left")
    held = clusters.filter(pl.col("passage").is_in(uses["passage"].unique().implode())).head(most_passages)
    renumbered = held.select(old="passage").with_row_index("new").with_columns(pl.col("new").cast(pl.Int64))
    uses = (
        uses.join(renumbered, left_on="passage", right_on="old", maintain_order="left")
        .with_columns(passage="new")
        .drop("new", "kind")
        .sort("passage", maintain_order=True)
    )
    held = held.with_columns(passage=renumbered["new"])
    return Kept(documents, held, uses, _left_out(findings, documents, held, clusters))


def ranked(findings: Findings) -> pl.DataFrame:
    """``clusters`` with ``passage``, by kind and reach; what an index answers has none, so they are counted here."""
    counted = findings.passages.group_by("passage_id", maintain_order=True).agg(
        uses=pl.len().cast(pl.Int64),
        documents=pl.col("doc_id").n_unique().cast(pl.Int64),
        sources=pl.col("source").drop_nulls().n_unique().cast(pl.Int64),
        words=pl.col("words").first(),
        first_published=pl.col("published").min(),
        spread=(pl.col("published").max() - pl.col("published").min()).dt.total_seconds(),
    )
    known = findings.clusters
    told = counted.select("passage_id").join(known, on="passage_id", how="left", maintain_order="left")
    filled = told.with_columns(
        **{
            name: pl.coalesce(pl.col(name), counted[name])
            for name in ("uses", "documents", "sources", "words", "first_published", "spread")
        },
        kind=pl.col("kind").fill_null("unknown"),
        reasons=pl.col("reasons").fill_null(""),
        quoted_share=pl.col("quoted_share").fill_null(0.0),
    )
    order = pl.col("kind").replace_strict(_FIRST, default=_LAST, return_dtype=pl.Int64)
    by = [order, -pl.col("sources"), -pl.col("documents"), -pl.col("words"), pl.col("passage_id")]
    return filled.sort(by).with_columns(passage=pl.int_range(pl.len(), dtype=pl.Int64))


def _ranked_documents(documents: pl.DataFrame, uses: pl.DataFrame) -> pl.DataFrame:
    """The articles with ``row`` and ``document``; ``uses`` have the ``kind`` of their passages."""
    is_copied = pl.col("kind").is_in([kind for kind, order in _FIRST.items() if order == 0])
    words = uses.group_by("doc_id").agg(
        copied=pl.col("words").filter(is_copied).sum(), shared=pl.col("words").sum()
    )
    rows = documents.with_row_index("row").join(words, on="doc_id", how="left", maintain_order="left")
    weight = pl.col("words") * pl.col("agency_share").fill_null(0.0)
    keys = [
        pl.max_horizontal(pl.col("copied").fill_null(0), weight),
        pl.col("shared").fill_null(0),
        -pl.col("row").cast(pl.Int64),
    ]
    return (
        rows.sort(keys, descending=True)
        .drop("copied", "shared")
        .with_columns(document=pl.int_range(pl.len(), dtype=pl.Int64))
    )


def _left_out(
    findings: Findings, documents: pl.DataFrame, held: pl.DataFrame, clusters: pl.DataFrame
) -> str | None:
    articles, passages = findings.documents.height - documents.height, clusters.height - held.height
    if not articles and not passages:
        return None
    return (
        f"The file holds the {documents.height:,} articles with most copied words and {held.height:,} passages, those"
        f" of the widest reach; it leaves out {articles:,} articles and {passages:,} passages. The numbers of the"
        " overview are of all."
    )


def use_order(uses: pl.DataFrame, passages: int) -> list[int]:
    """The first use of each passage, and the number of all uses; ``uses`` are in the order of passages."""
    found: list[int] = np.searchsorted(uses["passage"].to_numpy(), np.arange(passages + 1)).tolist()
    return found
