"""A result as passim's cluster rows, for the tools that read passim's output.

The columns are those of passim 2 (its ``out.json``), so that rows of both programs join:

- ``uid`` is passim's number of a document: the 64-bit xxHash of ``id`` as Apache Spark computes it;
- ``cluster`` is our ``passage_id``, ``size`` how many documents the cluster has;
- ``src`` is the passage that this one is taken from: the earliest; for the earliest itself there is none;
- ``boiler``: is ``src`` of the same ``series``? ``pboiler`` is the share of such links in the cluster;
- ``series`` and ``date`` are our ``source`` and ``published``.
"""

import polars as pl
import xxhash

_SPARK_SEED = 42  # Spark's xxhash64() starts from 42


def clusters(documents: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """One row per use of a passage, in the order of ``passages``, with passim's columns.

    ``begin`` and ``end`` are character offsets, 0-based and half-open, in passim as here.

    Args:
        documents, passages: a result's tables of these names (:data:`syndetect.schema.TABLES`).
    """
    known = documents.select(
        "doc_id",
        _uid(documents["doc_id"]),
        pl.col("source").alias("series"),
        pl.col("published").alias("date"),
        "title",
        "url",
    )
    span = pl.struct("uid", "begin", "end")
    first = pl.int_range(pl.len()).over("passage_id") == 0
    same_series = (pl.col("series") == pl.col("series").first().over("passage_id")).fill_null(False) & ~first
    links = pl.len().over("passage_id") - 1
    return (
        passages.join(known, on="doc_id", how="left", maintain_order="left")
        .with_columns(
            boiler=same_series,
            src=pl.when(first)
            .then(pl.lit([], dtype=pl.List(pl.Struct(_SPAN))))
            .otherwise(pl.concat_list(span.first().over("passage_id"))),
            size=pl.col("doc_id").n_unique().over("passage_id"),
        )
        .with_columns(pboiler=pl.col("boiler").sum().over("passage_id") / links.clip(1))
        .rename({"passage_id": "cluster", "doc_id": "id"})
        .select(_COLUMNS)
    )


_SPAN = {"uid": pl.Int64, "begin": pl.Int64, "end": pl.Int64}
_COLUMNS = (
    *("uid", "cluster", "begin", "end", "boiler", "src", "size", "pboiler"),
    *("id", "series", "date", "title", "url", "text"),
)


def _uid(ids: pl.Series) -> pl.Series:
    """Passim's id of each document: a signed 64-bit integer."""
    hashes = [xxhash.xxh64_intdigest(doc_id.encode(), seed=_SPARK_SEED) for doc_id in ids]
    return pl.Series("uid", hashes, dtype=pl.UInt64).reinterpret(signed=True)
