"""How many words of whose copy who ran: sums by agency and outlet."""

from collections.abc import Collection
from typing import NamedTuple

import polars as pl

from syndetect.report.findings import Findings


class Carried(NamedTuple):
    """Copy of one agency, or of other outlets, and who ran it.

    Attributes:
        agency: its name; None where the agency of wire copy is not known.
        own: words in the agency's own articles.
        words: words in articles of others.
        outlets: who ran it, most words first, and how many words; an article without a source by its id.
    """

    agency: str | None
    own: int
    words: int
    outlets: list[tuple[str, int]]


def agency_copy(result: Findings) -> list[Carried]:
    """The agencies, those first of which others ran most.

    The words of an article are those of its ``agency_share``. Where it has copy of several agencies, each has the words
    of its passages there, and the rest is counted to the first of ``agencies``.
    """
    documents = result.documents.select(
        "doc_id", "agencies", outlet=pl.coalesce("source", "doc_id"), words=pl.col("words") * pl.col("agency_share")
    ).filter(pl.col("words") > 0)  # fmt: skip
    names = _names(result)
    leading = {told: _leading(told, names) for told in documents["agencies"].drop_nulls().unique()}
    documents = documents.with_columns(agency=pl.col("agencies").replace(leading))
    alone = (pl.col("agency") == pl.col("agencies")) | pl.col("agencies").is_null()
    several = _of_several(documents.filter(~alone), _wire_uses(result))
    rows = pl.concat([documents.filter(alone), several], how="diagonal_relaxed")
    rows = rows.join(_own_articles(result), on=["doc_id", "agency"], how="left", nulls_equal=True)
    return _by_agency(rows.with_columns(pl.col("is_own").fill_null(value=False)))


def copies(result: Findings) -> Carried | None:
    """What outlets ran of other outlets, who had it first; None where that is known of nothing."""
    rows = result.documents.select(
        outlet=pl.coalesce("source", "doc_id"),
        words=pl.col("words") * pl.col("copied_share"),
        agency=pl.lit(None, pl.String),
        is_own=False,
    ).filter(pl.col("words") > 0)  # fmt: skip
    return next(iter(_by_agency(rows)), None)


def _by_agency(rows: pl.DataFrame) -> list[Carried]:
    """Sums over the rows of one agency; ``rows`` has ``agency, outlet, words, is_own``."""
    sums = rows.group_by("agency", "outlet", "is_own").agg(pl.col("words").sum().round().cast(pl.Int64))
    told = []
    for (agency,), group in sums.group_by("agency"):
        others = group.filter(~pl.col("is_own")).sort("words", "outlet", descending=[True, False])
        own = int(group.filter("is_own")["words"].sum())
        outlets = list(others.select("outlet", "words").iter_rows())
        told.append(
            Carried(None if agency is None else str(agency), own, int(others["words"].sum()), outlets)
        )
    return sorted(told, key=lambda one: (-one.words, -one.own, one.agency or ""))


def _wire_uses(result: Findings) -> pl.DataFrame:
    """``doc_id, agency, words, role`` of each use of a passage of wire copy."""
    wire = result.clusters.filter(pl.col("kind") == "wire").select("passage_id", "agency")
    return result.passages.join(wire, on="passage_id").select("doc_id", "agency", "words", "role")


def _own_articles(result: Findings) -> pl.DataFrame:
    """``doc_id, agency, is_own``: articles of an agency's own feed.

    Their source is the agency, or they are the first of wire copy, which no outlet is for having run it early.
    """
    by_source = result.credits.filter(pl.col("rule") == "source").select("doc_id", "agency")
    first = _wire_uses(result).filter(pl.col("role") == "first").select("doc_id", "agency")
    return pl.concat([by_source, first]).unique().with_columns(is_own=True)


def _of_several(documents: pl.DataFrame, uses: pl.DataFrame) -> pl.DataFrame:
    """Rows of articles with copy of several agencies, a row for each of them."""
    found = uses.drop_nulls("agency").group_by("doc_id", "agency").agg(pl.col("words").sum().alias("part"))
    parts = documents.rename({"agency": "leading"}).join(found, on="doc_id")
    all_parts = pl.col("part").sum().over("doc_id")
    shares = parts.with_columns(
        agency=pl.col("agency"), words=pl.col("part") * pl.min_horizontal(1.0, pl.col("words") / all_parts)
    )
    known = shares.group_by("doc_id").agg(pl.col("words").sum().alias("known"))
    rest = documents.join(known, on="doc_id", how="left").with_columns(
        words=pl.col("words") - pl.col("known").fill_null(0.0)
    )
    columns = ["doc_id", "outlet", "agency", "words"]
    return pl.concat([shares.select(columns), rest.select(columns)]).filter(pl.col("words") > 0)


def _names(result: Findings) -> set[str]:
    """The names of agencies that occur."""
    return {*result.credits["agency"].drop_nulls(), *result.clusters["agency"].drop_nulls()}


def _leading(told: str, names: Collection[str]) -> str:
    """The first of a list of agencies, whose names may have commas."""
    fitting = [name for name in names if told == name or told.startswith(f"{name}, ")]
    return max(fitting, key=len, default=told.split(", ", maxsplit=1)[0])
