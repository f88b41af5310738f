"""Findings without the names of outlets and articles."""

import re
from collections.abc import Iterable, Mapping

import polars as pl
from xxhash import xxh3_64_intdigest

from syndetect.report.findings import Changed, Findings


def anonymous(findings: Findings) -> Findings:
    """Findings whose outlets are ``Outlet 1`` ... and whose articles are ``Article 1`` ..., the same in all tables.

    The numbers follow a hash of the names, so that their order tells nothing. Agencies keep their names; so do outlets
    that the texts themselves name.
    """
    ids = _numbered(findings.documents["doc_id"], "Article")
    outlets = _numbered(findings.documents["source"].drop_nulls(), "Outlet")
    articles = {"doc_id", "first_doc", "from_doc", "to_doc", "derived_from", "representative"}
    renamed = {}
    for name in ("documents", "passages", "clusters", "credits", "edges", "families"):
        table: pl.DataFrame = getattr(findings, name)
        columns: list[pl.Expr | pl.Series] = [
            pl.col(column).replace(ids) for column in table.columns if column in articles
        ]
        if "source" in table.columns:
            columns.append(pl.col("source").replace(outlets))
        if "title" in table.columns:  # the id says which article it is
            columns += [pl.lit(None, pl.String).alias(column) for column in ("title", "url")]
        for column in ("reasons", "agency_evidence"):
            if column in table.columns:
                columns.append(_replaced(table[column], {**ids, **outlets}))
        renamed[name] = table.with_columns(columns)
    manifest = {name: value for name, value in findings.manifest.items() if name != "inputs"}
    return Changed.of(findings, **renamed, manifest=manifest)


def _numbered(names: Iterable[str], noun: str) -> dict[str, str]:
    """The names, with what stands for them."""
    order = sorted(set(names), key=lambda name: (xxh3_64_intdigest(name.encode()), name))
    return {name: f"{noun} {number:,}" for number, name in enumerate(order, start=1)}


def _replaced(texts: pl.Series, names: Mapping[str, str]) -> pl.Series:
    """The texts with every name that stands in them, as words of its own, replaced."""
    if not names:
        return texts
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    known = {text: pattern.sub(lambda found: names[found[0]], text) for text in texts.drop_nulls().unique()}
    return texts.replace(known)
