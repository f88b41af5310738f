"""What tables that were read must say: nothing out of range, and nothing that another table contradicts."""

from collections.abc import Mapping
from typing import Any

import polars as pl

#: Columns that are never null.
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "documents": ("doc_id", "paragraphs", "words", "reused_words", "reused_share"),
    "pairs": ("doc_a", "paragraph_a", "begin_a", "end_a", "doc_b", "paragraph_b", "begin_b", "end_b", "jaccard"),
    "matches": ("doc_a", "begin_a", "end_a", "doc_b", "begin_b", "end_b", "words", "identity", "score"),
    "passages": ("passage_id", "doc_id", "begin", "end", "words", "identity"),
    "clusters": ("passage_id", "uses", "documents", "kind", "words", "reasons"),
    "credits": ("doc_id", "agency", "role"),
    "edges": ("from_doc", "to_doc", "passage_id", "words"),
    "links": ("doc_a", "doc_b", "words"),
    "families": ("family_id", "doc_id", "representative"),
    "skipped": ("place", "reason"),
}  # fmt: skip
#: Begins and ends of ranges of characters.
_RANGES = (("begin", "end"), ("begin_a", "end_a"), ("begin_b", "end_b"))
#: Columns of numbers that are not negative, and of shares.
_COUNTS = ("words", "paragraphs", "reused_words", "paragraph_a", "paragraph_b", "uses", "documents")
_DERIVATIONS = ("wholly", "partially", "non")
_SHARES = (
    "identity", "jaccard", "containment_a", "containment_b", "reused_share", "confidence",
    "agency_share", "copied_share", "own_share",
)  # fmt: skip


def fault(name: str, table: pl.DataFrame) -> str:
    """What is wrong with a table of a result, in words; empty if nothing is."""
    if nulls := [column for column in _REQUIRED[name] if table[column].null_count()]:
        return f"its column {nulls[0]} has no value in some rows"
    wrong = {f"a range of {begin} and {end} is none": (pl.col(begin) < 0) | (pl.col(begin) > pl.col(end))
             for begin, end in _RANGES if begin in table.columns}  # fmt: skip
    wrong |= {f"a number of {column} is negative": pl.col(column) < 0
              for column in _COUNTS if table.schema.get(column) == pl.Int64()}  # fmt: skip
    wrong |= {f"a share of {column} is not from 0 to 1": ~pl.col(column).is_between(0, 1)
              for column in _SHARES if column in table.columns}  # fmt: skip
    if name == "documents":
        wrong["a derivation is none"] = ~pl.col("derivation").is_in(_DERIVATIONS)
    if name == "passages":
        wrong["a text is not as long as its range"] = pl.col("text").str.len_chars().cast(pl.Int64) != pl.col(
            "end"
        ) - pl.col("begin")
    found = table.select(**{what: is_wrong.any() for what, is_wrong in wrong.items()}) if wrong else None
    return "" if found is None else next((what for what in wrong if found[what][0]), "")


def contradiction(tables: Mapping[str, pl.DataFrame], counts: Any) -> str:
    """What tables say against one another, or a manifest's counts against them, in words; empty if nothing.

    Args:
        tables: of :data:`syndetect.schema.TABLES`, each without a :func:`fault`.
        counts: what the manifest has for them.
    """
    passages = tables["passages"]["passage_id"].unique()
    for name in ("clusters", "edges"):
        if not tables[name]["passage_id"].is_in(passages.implode()).all():
            return f"{name} have passages that are not there"
    known = {name: tables[name].height for name in ("documents", "pairs", "matches")} | {
        "passages": len(passages)
    }
    counts = counts if isinstance(counts, dict) else {}
    differing = [name for name, count in known.items() if counts.get(name, count) != count]
    return f"its manifest counts other {differing[0]} than there are" if differing else ""
