"""Outlets and owners, which the driver knows: a name and some numbers for each outlet."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64
from syndetect.spark.stages import Stages
from syndetect.syndication import owners

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Outlets(NamedTuple):
    """The outlets of articles.

    Attributes:
        of: sources as articles have them, and the numbers of their outlets.
        names: the names of the outlets, by number.
        articles, credited: int64[outlets + 1], the articles of each, the last ones of no known outlet; and how many of
            them credit an agency.
    """

    of: list[tuple[str, int]]
    names: list[str]
    articles: I64
    credited: I64


def outlets_of(articles: "DataFrame", stages: Stages) -> Outlets:
    """The outlets of articles (``source, credits_agency``)."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    def count() -> dict[str, object]:
        rows = (
            articles.groupBy("source")
            .agg(F.count("*"), F.sum(F.col("credits_agency").cast("long")))
            .collect()
        )
        return {"sources": [list(row) for row in rows]}

    sources = pl.DataFrame(
        stages.facts("outlets", count)["sources"],
        {"source": pl.String, "len": pl.Int64, "credited": pl.Int64},
        orient="row",
    )
    found = sources.with_columns(stripped=pl.col("source").str.strip_chars())
    counted = found.drop_nulls("stripped").group_by(source="stripped").agg(pl.col("len").sum())
    codes, names = owners.numbered_outlets(counted)
    found = found.with_columns(key=pl.col("stripped").str.to_lowercase()).join(codes, on="key", how="left")
    numbers = found["outlet"].fill_null(len(names)).to_numpy()
    totals = [
        np.bincount(numbers, found[name].to_numpy(), len(names) + 1).astype(np.int64)
        for name in ("len", "credited")
    ]
    of = found.drop_nulls("outlet").select("source", "outlet").sort("source").rows()
    return Outlets(of, names.to_list(), *totals)


def owners_of(pairs: "DataFrame", outlets: Outlets, given: Mapping[str, str], stages: Stages) -> I64:
    """int64[outlets]: the owner of each outlet; see :func:`syndetect.syndication.owners.owners_of`.

    Args:
        pairs: a row a pair of articles with a match, with ``shared`` and the columns of both articles.
        outlets: the outlets.
        given: sources to owners.
        stages: keep what was counted.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    def count() -> dict[str, object]:
        least = F.least("words_a", "words_b")
        is_copy = (
            (F.col("shared") >= F.lit(owners.WHOLE) * least) & ~F.col("credited_a") & ~F.col("credited_b")
        )
        known = (F.col("outlet_a") >= 0) & (F.col("outlet_b") >= 0) & (F.col("outlet_a") != F.col("outlet_b"))
        copies = pairs.filter(is_copy & known)
        one = copies.select(F.col("a").alias("document"), "outlet_a", "outlet_b")
        other = copies.select("b", "outlet_b", "outlet_a")
        both = one.union(other)
        alone = both.groupBy("document").agg(F.countDistinct("outlet_b").alias("outlets"))
        told = both.join(alone, "document").withColumn("exclusive", (F.col("outlets") == 1).cast("double"))
        counts = told.groupBy("outlet_a", "outlet_b").agg(
            F.countDistinct("document").alias("shared"), F.avg("exclusive")
        )
        return {
            "copies": [list(row) for row in counts.filter(F.col("shared") >= owners.LEAST_SHARED).collect()]
        }

    kinds = {"outlet_a": pl.Int64, "outlet_b": pl.Int64, "shared": pl.Int64, "exclusive": pl.Float64}
    counts = pl.DataFrame(stages.facts("owners", count)["copies"], kinds, orient="row")
    affine = owners.affine(counts, pl.Series(outlets.articles))
    return owners.joined_owners(pl.Series(outlets.names, dtype=pl.String), given, affine)
