"""The columns of a page's data: its articles, passages and uses, a value a row."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

import polars as pl

from syndetect.report.findings import Findings
from syndetect.report.page.composition import PARTS, compositions
from syndetect.report.page.kept import Kept, use_order
from syndetect.report.shared_words import noun

SNIPPET = 140  # characters of a passage that lists show
_MIDNIGHT = time()
_DIGITS = 4  # of shares
_ROLES = {"first": 0, "copy": 1, "unknown": 2}
_CREDITING = ("text", "mixture", "self")


def documents(
    findings: Findings, kept: Kept, outlets: Mapping[str, int], texts: Sequence[int]
) -> dict[str, list[Any]]:
    """The part ``documents`` of the schema.

    Args:
        findings: all of the result.
        kept: what the page holds.
        outlets: their numbers by their names, which are those of articles where no source is known.
        texts: what there is of the text of each article: 0 nothing, 1 all, 2 its passages.
    """
    table = kept.documents
    shares = compositions(findings)[table["row"].to_numpy()]
    numbers = dict(zip(table["doc_id"], table["document"], strict=True))
    return {
        "id": table["doc_id"].to_list(),
        "outlet": _numbers(table["source" if noun(findings) == "outlet" else "doc_id"], outlets),
        "published": _seconds(table["published"]),
        "dated": [int(at is not None and at.time() != _MIDNIGHT) for at in table["published"]],
        "title": table["title"].to_list(),
        "url": table["url"].to_list(),
        "words": table["words"].to_list(),
        "reused_words": table["reused_words"].to_list(),
        **{part: _shares(shares[part]) for part in PARTS},
        "agencies": table["agencies"].to_list(),
        "credited": table["credited"].to_list(),
        "derivation": table["derivation"].to_list(),
        "derived_from": [numbers.get(name) for name in table["derived_from"]],
        "text": list(texts),
    }


def passages(
    findings: Findings, kept: Kept, kinds: Mapping[str, int], agencies: Mapping[str, int], *, with_text: bool
) -> dict[str, list[Any]]:
    """The part ``passages`` of the schema.

    Args:
        findings: all of the result.
        kept: what the page holds.
        kinds, agencies: their numbers by their names.
        with_text: whether passages have the beginnings of their texts.
    """
    table = kept.passages
    numbers = dict(zip(kept.documents["doc_id"], kept.documents["document"], strict=True))
    snippets = [""] * table.height
    if with_text:
        snippets = _snippets(findings, table)
    return {
        "id": table["passage_id"].to_list(),
        "kind": [kinds[kind] for kind in table["kind"]],
        "agency": _numbers(table["agency"], agencies),
        "confidence": _shares(table["confidence"]),
        "words": table["words"].to_list(),
        "documents": table["documents"].to_list(),
        "outlets": table["sources"].to_list(),
        "first": _numbers(table["first_doc"], numbers),
        "origin": [None if name in numbers else name for name in table["first_doc"]],
        "first_published": _seconds(table["first_published"]),
        "spread": table["spread"].to_list(),
        "quoted_share": _shares(table["quoted_share"]),
        "credited": _credited(findings, table),
        "reasons": table["reasons"].to_list(),
        "evidence": table["agency_evidence"].to_list(),
        "snippet": snippets,
        "uses": use_order(kept.uses, table.height),
    }


def uses(kept: Kept) -> dict[str, list[Any]]:
    """The part ``uses`` of the schema."""
    table = kept.uses
    role = table["role"].fill_null("unknown").replace_strict(_ROLES, default=2, return_dtype=pl.Int64)
    return {
        "document": table["document"].to_list(),
        "begin": table["begin"].to_list(),
        "end": table["end"].to_list(),
        "words": table["words"].to_list(),
        "identity": _shares(table["identity"]),
        "role": role.to_list(),
    }


def _snippets(findings: Findings, table: pl.DataFrame) -> list[str]:
    """The beginning of each passage, as the earliest use whose text is known has it."""
    first = findings.passages.group_by("passage_id").agg(pl.col("text").drop_nulls().first())
    text = table.select("passage_id").join(first, on="passage_id", how="left", maintain_order="left")["text"]
    return text.fill_null("").str.head(SNIPPET).str.replace_all(r"\s+", " ").to_list()


def _credited(findings: Findings, table: pl.DataFrame) -> list[int]:
    """How many articles of each passage credit its agency."""
    credits_ = findings.credits.filter(pl.col("role").is_in(_CREDITING)).select("doc_id", "agency").unique()
    wire = table.filter(pl.col("agency").is_not_null()).select("passage_id", "agency")
    found = (
        findings.passages.select("passage_id", "doc_id")
        .unique()
        .join(wire, on="passage_id")
        .join(credits_, on=["doc_id", "agency"])
        .group_by("passage_id")
        .agg(credited=pl.len().cast(pl.Int64))
    )
    counts = table.select("passage_id").join(found, on="passage_id", how="left", maintain_order="left")
    return counts["credited"].fill_null(0).to_list()


def _numbers(names: pl.Series, numbers: Mapping[str, int]) -> list[int]:
    return [numbers.get(name, -1) for name in names]


def _seconds(times: pl.Series) -> list[int | None]:
    return times.dt.epoch("s").to_list()


def _shares(shares: pl.Series) -> list[float | None]:
    return shares.round(_DIGITS).to_list()
