"""The shares of each article: of an agency, copied, and its own; every word counts once."""

from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect import intervals
from syndetect.arrays import F64, I64


class Shares(NamedTuple):
    """float64[d] each: shares of the words of articles.

    Attributes:
        agency: words of wire copy, or of an article that is credited to one agency alone.
        copied: words of passages that another outlet had before, without quotations, boilerplate, and wire copy that
            carries credit (:func:`syndetect.syndication.evidence.is_carried`).
        own: all other words, without passages whose first document is not known.
        unquoted: words of matches outside quotation marks.
    """

    agency: F64
    copied: F64
    own: F64
    unquoted: F64


def shares(uses: pl.DataFrame, whole: I64, matched: I64, quotes: I64, documents: I64) -> Shares:
    """The shares of the words of articles.

    A word in several passages counts once, in this order: wire copy, boilerplate and releases, quotations, copies.

    Args:
        uses: ``low, high`` (words), ``kind``, ``role``, ``carried``.
        whole: int64[n], documents that are credited to one agency alone.
        matched: int64[n, 2], the words of all matches, on both sides.
        quotes: int64[n, 2], the set of words in quotation marks.
        documents: int64[d + 1], the first word of each document.
    """
    sizes = np.maximum(np.diff(documents), 1)
    credited = np.stack([documents[whole], documents[whole + 1]], axis=1)
    kind, role = pl.col("kind"), pl.col("role")
    is_wire = (kind == "wire") & pl.col("carried")
    is_copy = kind.is_in(["copy", "unknown"]) | (kind == "wire") & ~is_wire
    known = credited
    totals = []
    for chosen in (
        is_wire,
        kind.is_in(["boilerplate", "release"]),
        kind == "quote",
        is_copy & (role == "copy"),
        is_copy & (role == "unknown"),
    ):
        ranges = uses.filter(chosen).select("low", "high").to_numpy().astype(np.int64).reshape(-1, 2)
        known = intervals.union(np.concatenate([known, ranges]))
        totals.append(np.diff(intervals.count_before(known, documents)))
    reused = intervals.union(matched)
    unquoted = np.diff(intervals.count_before(reused, documents)) - np.diff(
        intervals.count_before(intervals.intersection(reused, quotes), documents)
    )
    agency, _, quoted, copied, unknown = totals
    return Shares(agency / sizes, (copied - quoted) / sizes, 1 - unknown / sizes, unquoted / sizes)


def agencies(uses: pl.DataFrame, whole: pl.DataFrame, own: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """The agencies whose text each article has, and whether the article credits them.

    Args:
        uses: of wire copy: ``document, agency`` (null where not known), ``size``.
        whole: ``document, agency, size``: articles that are credited to one agency alone, and their words.
        own: ``document, agency``: every credit of an article for its text or for parts of it.
        names: the agencies' names by number.

    Returns:
        ``document, agencies`` (names, most words first), ``credited`` (yes, no, partly), for articles with wire copy.
    """
    rows = pl.concat([uses.select("document", "agency", "size"), whole.select("document", "agency", "size")])
    per_agency = rows.group_by("document", "agency").agg(pl.col("size").sum())
    marks = own.unique().with_columns(is_credited=True)
    with_credits = own.select("document").unique().with_columns(credits_any=True)
    told = (
        per_agency.join(marks, on=["document", "agency"], how="left")
        .join(with_credits, on="document", how="left")
        .with_columns(
            is_credited=pl.when(pl.col("agency").is_null())
            .then("credits_any")
            .otherwise("is_credited")
            .fill_null(value=False)
        )
    )
    return (
        told.with_columns(name=names.gather(told["agency"]))
        .sort("document", "size", "agency", descending=[False, True, False])
        .group_by("document", maintain_order=True)
        .agg(
            pl.col("name").drop_nulls().str.join(", ").alias("agencies"),
            pl.when(pl.col("is_credited").all())
            .then(pl.lit("yes"))
            .when(pl.col("is_credited").any())
            .then(pl.lit("partly"))
            .otherwise(pl.lit("no"))
            .alias("credited"),
        )
        .with_columns(pl.col("agencies").replace("", None))
    )
