"""The chance that a shared passage of narration was copied, and is not a phrase that two writers came upon.

A logistic model (Cox 1958, "The Regression Analysis of Binary Sequences") over six measures of a passage. Its weights
were fitted to labelled passages of news of 2019 (``python -m benchmarks.kinds NEWS LABELS --fit``).
"""

import polars as pl

#: The weights: of the constant, and of each measure in :func:`measures`.
WEIGHTS = {
    "constant": -11.8,
    "equal": 1.6,
    "narration": 0.92,
    "days": -0.13,
    "credited": 2.1,
    "crediting": 0.75,
    "names": -4.25,
}


#: No passage of this kind is certain.
_LEAST = 0.01


def measures() -> dict[str, pl.Expr]:
    """The measures of a passage, as expressions over the features of :func:`syndetect.syndication.kinds.features`.

    Logarithms, to the base 2, of the words that the most exact use has equal, of all the words of narration that two of
    the articles share, and of the days between the first use and the last; whether credits agree on an agency, and then
    how often the outlet that credits agencies least credits one, compared with one article in ten; and how much larger
    the share of names among the words is than around the passage.
    """
    days = (pl.col("last_time") - pl.col("first_time")).fill_null(0) / 86_400e6
    return {
        "equal": (1 + pl.col("words") * pl.col("identity")).log(2),
        "narration": (1 + pl.col("narration")).log(2),
        "days": (1 + days).log(2),
        "credited": pl.col("credited").cast(pl.Float64),
        "crediting": pl.when("credited").then((10 * pl.col("crediting")).log(2)).otherwise(0.0),
        "names": pl.col("names"),
    }


def chance_of_copying() -> pl.Expr:
    """The chance, from 0 to 1, as an expression over the features of a passage."""
    weighed = [WEIGHTS[name] * measure for name, measure in measures().items()]
    chance = 1 / (1 + (-(pl.sum_horizontal(weighed) + WEIGHTS["constant"])).exp())
    return chance.clip(_LEAST, 1 - _LEAST)
