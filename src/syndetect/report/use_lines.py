"""The uses of passages for a pipe: a line each, its fields parted by tabs."""

import polars as pl

from syndetect.report.terminal_text import printable

#: The fields of a line, in this order; later versions add fields at the end only.
FIELDS = (
    "passage_id", "doc_id", "begin", "end", "words", "identity", "role", "kind", "agency", "confidence", "articles",
    "source", "published", "title", "url", "text",
)  # fmt: skip


def use_lines(
    documents: pl.DataFrame, passages: pl.DataFrame, clusters: pl.DataFrame, shown: int | str
) -> str:
    """A line for each use of a passage, the earliest first, or for each use in an article, by position.

    An unknown value is empty. Times are in UTC, as ``2031-06-02T09:30:00Z``. A run of blanks, tabs or line ends within
    a value is one space, and characters that a terminal would obey are shown (:func:`printable`).

    Args:
        documents, passages, clusters: the tables of a result; ``clusters`` may lack the passages.
        shown: the ``passage_id`` or the ``doc_id``, which exist.
    """
    uses = passages.filter((pl.col("passage_id") if isinstance(shown, int) else pl.col("doc_id")) == shown)
    if isinstance(shown, str):
        uses = uses.sort("begin", "end", "passage_id")
    all_uses = passages.filter(pl.col("passage_id").is_in(uses["passage_id"].unique().implode()))
    reach = all_uses.group_by("passage_id").agg(articles=pl.col("doc_id").n_unique())
    rows = (
        uses.join(reach, on="passage_id", how="left", maintain_order="left")
        .join(
            clusters.select("passage_id", "kind", "agency", "confidence"),
            on="passage_id", how="left", maintain_order="left",
        )
        .join(documents.select("doc_id", "title", "url"), on="doc_id", how="left", maintain_order="left")
        .select(FIELDS)
    )  # fmt: skip
    texts = [name for name, type_ in rows.schema.items() if type_ == pl.String]
    shown_texts = [rows[name].map_elements(printable, return_dtype=pl.String) for name in texts]
    return rows.with_columns(shown_texts).write_csv(
        include_header=False, separator="\t", quote_style="never", float_precision=4,
        datetime_format="%Y-%m-%dT%H:%M:%SZ",
    )  # fmt: skip
