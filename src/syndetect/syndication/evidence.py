"""Credits to agencies of passages: what the articles that run a passage say of its origin, put together.

An article's credit passes along its passages. Each outlet has one voice for each agency, however many articles it
ran, and the weight of its plainest mark:

- 8, a sentence of the passage itself names the agency as the one that was told ("told AFP"),
- 4, the article is credited to this agency alone (dateline, sign-off, by-line ...),
- 1, the article is credited to several, or in part.

So a closing list of several agencies decides nothing alone, but is decided by others that run the passage.

What two articles have in common may be a formula, a title or a list of names, in whoever's words. So the second and
the third count only where two articles share at least 25 words outside quotation marks (:data:`LEAST_NARRATION`), or
half of the shorter one.
"""

import polars as pl

#: Weights of the marks; see above.
NAMED, WHOLE, PART = 8, 4, 1
#: Words outside quotation marks that an article must share with the earliest that runs a passage, there and elsewhere,
#: for the credit of the one to tell of the other. Set on articles of 2019 whose credits were hidden
#: (``benchmarks.masked``).
LEAST_NARRATION = 25
#: The leading agency must have so many times the weight of the next.
LEAD = 3
#: ... or so many times, where nobody credits any agency alone.
LEAD_OF_PARTS = 2


def voices(uses: pl.DataFrame, credits_: pl.DataFrame) -> pl.DataFrame:
    """Which agency which outlet names as the origin of which passage, and how plainly.

    Args:
        uses: ``passage, document, begin, end`` (characters), ``voter`` (one of each owner), ``carried``
            (:func:`is_carried`).
        credits_: ``document, agency, role, begin, end``; roles as in :data:`syndetect.syndication.credits.find.ROLES`.

    Returns:
        ``passage, agency, voter, weight``, a row for each that differ in the first three.
    """
    whole = credits_.filter(pl.col("role") == "text").select("document", "agency").unique()
    shared = whole.with_columns(several=pl.col("agency").len().over("document") > 1)
    part = credits_.filter(pl.col("role") == "mixture").select("document", "agency")
    by_article = pl.concat(
        [
            shared.select("document", "agency", weight=pl.when("several").then(PART).otherwise(WHOLE)),
            part.select("document", "agency", weight=pl.lit(PART, pl.Int32)),
        ]
    )
    named = (
        uses.join(credits_.filter(pl.col("role") == "self"), on="document", suffix="_mark")
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
    """Whether a use shares enough with the earliest one for credit to pass between them; the earliest with any.

    Of ``passage``, ``shared`` and ``narration`` (words that its article has in common with the earliest one, and those
    of them outside quotation marks) and ``shorter`` (words of the shorter article), null for the earliest.
    """
    enough = (pl.col("narration") >= LEAST_NARRATION) | (2 * pl.col("shared") >= pl.col("shorter"))
    return pl.coalesce(enough, enough.any().over("passage"), False)


def agencies_of(found: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """The agency of each passage that anybody credits.

    Args:
        found: what :func:`voices` found.
        names: the agencies' names by number.

    Returns:
        ``passage, agency`` (a number; null where the credits contradict one another), ``strong`` (somebody credits one
        agency alone), ``voters`` (how many outlets credit the leading one), ``evidence`` (in words).
    """
    counts = (
        found.group_by("passage", "agency")
        .agg(
            pl.col("weight").sum(),
            pl.len().alias("voters"),
            *((pl.col("weight") == weight).sum().alias(name) for name, weight in _SAID),
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


_SAID = (("named", NAMED), ("whole", WHOLE), ("part", PART))


def _sentence() -> pl.Expr:
    """``AFP credited by 3, credited in part by 1``: by so many outlets, or articles of unknown ones."""
    parts = [
        pl.when(pl.col("whole") > 0).then(pl.format("credited by {}", "whole")),
        pl.when(pl.col("named") > 0).then(pl.format("named in the text by {}", "named")),
        pl.when(pl.col("part") > 0).then(pl.format("credited in part by {}", "part")),
    ]
    return pl.format("{} {}", "name", pl.concat_str(parts, separator=", ", ignore_nulls=True))
