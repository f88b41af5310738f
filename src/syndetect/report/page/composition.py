"""The words of articles parted by origin, so that the parts are the shares of the tables and sum to 1."""

import polars as pl

from syndetect.report.findings import Findings

#: The parts of an article, as the data block names them.
PARTS = ("agency", "copied", "quotation", "boilerplate", "unclear", "own")
_PART_OF = {"quote": "quotation", "boilerplate": "boilerplate", "formula": "boilerplate"}


def compositions(findings: Findings) -> pl.DataFrame:
    """A row for each article, in the order of ``documents``: the shares of :data:`PARTS`, of its words.

    ``agency``, ``copied`` and ``own`` are ``agency_share``, ``copied_share`` and ``own_share``. What is in none of
    these is parted as the words of its passages are: quotations; boilerplate and formulas; and others, the first of
    which is not known. In an answer of an index, whose passages have no kinds, ``unclear`` is ``reused_share``.
    """
    known = findings.clusters.select("passage_id", "kind", "first_doc")
    uses = findings.passages.join(known, on="passage_id", how="left")
    part = pl.col("kind").replace_strict(_PART_OF, default="unclear", return_dtype=pl.String)
    is_other = (part != "unclear") | (pl.col("first_doc").is_null() & (pl.col("kind") != "wire"))
    weights = (
        uses.filter(is_other)
        .group_by("doc_id")
        .agg(
            **{
                name: pl.col("words").filter(part == name).sum()
                for name in ("quotation", "boilerplate", "unclear")
            }
        )
    )
    shares = findings.documents.join(weights, on="doc_id", how="left", maintain_order="left")
    is_answer = pl.col("own_share").is_null()
    shares = shares.select(
        "words",
        agency=pl.col("agency_share").fill_null(0.0),
        copied=pl.col("copied_share").fill_null(0.0),
        own=pl.when(is_answer).then(1 - pl.col("reused_share")).otherwise("own_share"),
        **{
            name: pl.col(name).fill_null(0).cast(pl.Float64)
            for name in ("quotation", "boilerplate", "unclear")
        },
    )
    weight = pl.sum_horizontal("quotation", "boilerplate", "unclear")
    rest = pl.max_horizontal(0.0, 1 - pl.col("agency") - pl.col("copied") - pl.col("own"))
    parted = {
        name: pl.when(weight > 0)
        .then(rest * pl.col(name) / weight)
        .otherwise(rest if name == "unclear" else 0.0)
        for name in ("quotation", "boilerplate", "unclear")
    }
    has_words = pl.col("words") > 0
    return shares.with_columns(**parted).select(
        pl.when(has_words).then(pl.col(name)).otherwise(0.0).alias(name) for name in PARTS
    )


def summed(shares: pl.DataFrame, words: pl.Series) -> dict[str, float]:
    """The composition of several articles together: their shares by their words."""
    total = int(words.sum())
    return {name: float((shares[name] * words).sum()) / total if total else 0.0 for name in PARTS}
