"""The agency of a passage, by the credits of the articles that have it.

The credit of an article extends to its passages. Each owner of outlets has one vote for each agency, however many
articles the outlets published, with the weight of its plainest mark:

- 8, a sentence of the passage itself names the agency as the one that somebody spoke to ("told AFP"),
- 4, the article is credited to this agency alone (dateline, sign-off, by-line ...),
- 1, the article is credited to several agencies, or in part.

So a closing list of several agencies decides nothing alone; the credits of other articles with the passage decide.

The text that two articles have in common may be a formula, a title or a list of names, of any author. So the second
and the third mark count only where two articles share at least 25 words outside quotation marks
(:data:`LEAST_NARRATION`), or half of the shorter article.
"""

import polars as pl

from syndetect import intervals

#: Weights of the marks; see above.
NAMED, WHOLE, PART = 8, 4, 1
#: The words outside quotation marks that an article must share with the earliest article of a passage, in the passage
#: and elsewhere, for the credit of one to extend to the other. Set on articles of 2019 whose credits were hidden
#: (``benchmarks.masked``).
LEAST_NARRATION = 25
#: The weight of the leading agency must be at least so many times that of the next, ...
LEAD = 3
#: ... or so many times where no article credits an agency alone.
LEAD_OF_PARTS = 2


def votes(uses: pl.DataFrame, credits_: pl.DataFrame) -> pl.DataFrame:
    """The votes of owners for agencies as the origins of passages.

    Args:
        uses: ``passage, document, begin, end`` (characters), ``voter`` (a number, the same for
            all outlets of an owner), ``carried`` (:func:`is_carried`).
        credits_: ``document, agency, role, begin, end``; roles as in :data:`syndetect.syndication.credits.find.ROLES`.

    Returns:
        ``passage, agency, voter, weight``, a row for each combination of the first three.
    """
    whole = credits_.filter(pl.col("role") == "text").select("document", "agency").unique()
    shared = whole.with_columns(several=pl.col("agency").len().over("document") > 1)
    part = credits_.filter(pl.col("role") == "mixture").select("document", "agency").unique()
    by_article = pl.concat(
        [
            shared.select("document", "agency", weight=pl.when("several").then(PART).otherwise(WHOLE)),
            part.select("document", "agency", weight=pl.lit(PART, pl.Int32)),
        ]
    )
    own = credits_.filter(pl.col("role") == "self")
    use, mark = intervals.overlapping_pairs(
        (uses["document"].to_numpy(), own["document"].to_numpy()),
        (uses.select("begin", "end").to_numpy(), own.select("begin", "end").to_numpy()),
    )
    named = (
        pl.concat(
            [uses[use], own[mark].select("agency", begin_mark="begin", end_mark="end")], how="horizontal"
        )
        .filter((pl.col("begin") <= pl.col("begin_mark")) & (pl.col("end_mark") <= pl.col("end")))
        .select("passage", "agency", "voter", weight=pl.lit(NAMED, pl.Int32))
    )
    told = (
        uses.filter("carried").join(by_article, on="document").select("passage", "agency", "voter", "weight")
    )
    return (
        pl.concat([told, named])
        .group_by("passage", "agency", "voter")
        .agg(pl.col("weight").max())
        .sort("passage", "agency", "voter")
    )


def is_carried() -> pl.Expr:
    """Whether the article of a use shares enough with the earliest article for credit to extend from one to the other.

    The earliest use itself is carried if any other use of the passage is. An expression over ``passage``, ``shared``
    and ``narration`` (the words that the article has in common with the earliest one, and those of them outside
    quotation marks; null for the earliest), and ``shorter`` (the words of the shorter article).
    """
    enough = (pl.col("narration") >= LEAST_NARRATION) | (2 * pl.col("shared") >= pl.col("shorter"))
    return pl.coalesce(enough, enough.any().over("passage"), False)


def agencies_of(found: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """The agency of each passage that has a vote.

    Args:
        found: the votes, as of :func:`votes`.
        names: the agencies' names by number.

    Returns:
        ``passage, agency`` (a number; null where the credits contradict one another), ``strong`` (a vote is for
        one agency alone), ``voters`` (the number of votes for the leading agency), ``evidence`` (in words).
    """
    counts = (
        found.group_by("passage", "agency")
        .agg(
            pl.col("weight").sum(),
            pl.len().alias("voters"),
            *((pl.col("weight") == weight).sum().alias(name) for name, weight in _MARKS),
        )
        .sort("passage", "weight", "agency", descending=[False, True, False])
    )
    counts = counts.with_columns(name=names.gather(counts["agency"]))
    return (
        counts.with_columns(sentence=_sentence())
        .group_by("passage", maintain_order=True)
        .agg(
            pl.col("agency", "weight", "voters").first(),
            pl.col("weight").get(1, null_on_oob=True).fill_null(0).alias("next"),
            pl.col("sentence").head(3).str.join("; ").alias("evidence"),
            (pl.col("named") + pl.col("whole") > 0).any().alias("strong"),
        )
        .with_columns(
            settled=pl.when("strong")
            .then(pl.col("weight") >= LEAD * pl.col("next"))
            .otherwise(pl.col("weight") >= LEAD_OF_PARTS * pl.col("next"))
        )
        .select(
            "passage",
            pl.when("settled").then("agency").alias("agency"),
            "strong",
            "voters",
            "evidence",
        )
    )


_MARKS = (("named", NAMED), ("whole", WHOLE), ("part", PART))


def _sentence() -> pl.Expr:
    """The votes for an agency in words: ``AFP credited by 3, credited in part by 1``."""
    parts = [
        pl.when(pl.col("whole") > 0).then(pl.format("credited by {}", "whole")),
        pl.when(pl.col("named") > 0).then(pl.format("named in the text by {}", "named")),
        pl.when(pl.col("part") > 0).then(pl.format("credited in part by {}", "part")),
    ]
    return pl.format("{} {}", "name", pl.concat_str(parts, separator=", ", ignore_nulls=True))
