"""What kind of reuse a passage is, with the reasons in words.

The kinds are tried in this order; the first that holds counts. A passage is *lone* where the articles that run it share
hardly anything else.

1. ``quote``: at least six words of ten stand in quotation marks, and the articles share little narration besides.
2. ``wire``, of a reference: it stands there.
3. ``boilerplate``, recurring: lone, and it keeps coming for a week or longer, never in many articles at once.
4. ``boilerplate``, by position: lone, and it stands at the same end of at least four articles, a small part of each.
5. ``boilerplate``, of one outlet or owner: lone, and nobody else has it.
6. ``release``: a third or more of its articles have the mark of a press release, and none credits an agency.
7. ``wire``, credited: an article credits all of it to an agency, or two outlets credit it in part.
8. ``boilerplate``, of one outlet or owner, lone or not: it repeats itself.
9. ``boilerplate``, evergreen: it keeps coming for three weeks or longer, never in many articles at once.
10. ``wire``, in a burst: several independent outlets ran it within two days.
11. ``wire``, credited in part: one article that runs it names agencies for a part of its text.
12. ``copy``: two or more outlets have it.
13. ``unknown``.
"""

import numpy as np
import polars as pl

from syndetect.arrays import I64

_HOUR = 3_600_000_000
#: Part of its words in quotation marks from which on a passage is a quotation.
QUOTED = 0.6
#: Words outside quotation marks that two articles share besides it, from which on it is more than a quotation.
NARRATION = 30
#: A use is alone when what its article shares besides with the earliest one is less than this part of it.
ALONE = 0.25
#: What keeps coming is in at least so many articles, and no larger part of these within three days.
RECURRING, CROWD_SPAN, CROWD = 4, 72 * _HOUR, 0.5
#: ... and over so long, if it is lone, and if it is not.
LONE_SPAN, EVERGREEN_SPAN = 7 * 24 * _HOUR, 21 * 24 * _HOUR
#: A footer or a header: within so many words of the end in this part of the articles, and at most this part of them.
EDGE, AT_EDGE, SMALL = 40, 0.75, 0.25
#: Bursts: so many independent outlets within so long.
BURSTS = ((5, 48 * _HOUR), (4, 6 * _HOUR))


def most_within(group: I64, time: I64, span: int, groups: int) -> I64:
    """int64[groups]: the most members of each group whose times lie within ``span`` of each other.

    Args:
        group: int64[n], ascending.
        time: int64[n], ascending within each group.
        span: in the unit of the times.
        groups: how many there are.
    """
    most = np.zeros(groups, np.int64)
    # All groups on one line of time: gaps longer than the span, and those between groups, count one more than it.
    gaps = np.minimum(np.diff(time, prepend=time[:1]), span + 1)
    gaps[np.diff(group, prepend=group[:1]) != 0] = span + 1
    line = np.cumsum(gaps)
    if len(line):
        starts = np.flatnonzero(np.diff(group, prepend=-1))
        count = np.searchsorted(line, line + span, side="right") - np.arange(len(line))
        most[group[starts]] = np.maximum.reduceat(count, starts)
    return most


def features(uses: pl.DataFrame) -> pl.DataFrame:
    """What the kinds are told by, a row a passage, in the order of ``passage``, which counts from 0.

    Args:
        uses: by passage, the earliest first: ``passage, document, outlet, owner, time`` (null where unknown), ``size``
            and ``quoted`` (words, and those in quotation marks), ``before`` and ``behind`` (words of the article
            there), ``other`` and ``other_narration`` (words that it shares besides with the earliest article, and those
            outside quotation marks; null for the earliest itself).
    """
    alone = (pl.col("other") < ALONE * pl.col("size")).mean()
    narrated = (pl.col("other_narration") >= NARRATION).mean()
    found = (
        uses.group_by("passage")
        .agg(
            pl.len().alias("uses"),
            pl.col("document").n_unique().alias("documents"),
            pl.col("outlet").drop_nulls().n_unique().alias("sources"),
            pl.col("owner").drop_nulls().n_unique().alias("owners"),
            pl.col("outlet").is_null().any().alias("has_unknown_source"),
            pl.col("size").first().alias("words"),
            (pl.col("quoted").sum() / pl.col("size").sum()).alias("quoted_share"),
            alone.fill_null(0.0).alias("alone"),
            pl.max_horizontal((pl.col("behind") < EDGE).mean(), (pl.col("before") < EDGE).mean()).alias(
                "edge"
            ),
            (pl.col("size") / (pl.col("before") + pl.col("size") + pl.col("behind"))).max().alias("part"),
            narrated.fill_null(0.0).alias("narrated"),
            pl.col("time").min().alias("first_time"),
            pl.col("time").max().alias("last_time"),
        )
        .sort("passage")
    )
    dated = uses.filter(pl.col("time").is_not_null())
    articles = dated.unique(["passage", "document"]).sort("passage", "time")
    outlets = (
        dated.filter(pl.col("owner").is_not_null())
        .sort("passage", "time")
        .unique(["passage", "owner"], keep="first", maintain_order=True)
    )
    bursts = {f"burst_{at}": _most(outlets, span, len(found)) for at, (_, span) in enumerate(BURSTS)}
    return found.with_columns(crowd=_most(articles, CROWD_SPAN, len(found)), **bursts)


def _most(rows: pl.DataFrame, span: int, groups: int) -> pl.Series:
    return pl.Series(most_within(rows["passage"].to_numpy(), rows["time"].to_numpy(), span, groups))


def kinds_of(passages: pl.DataFrame) -> pl.DataFrame:
    """The kind of each passage and its reasons.

    Args:
        passages: :func:`features`, with ``in_reference``, ``releases`` (articles with the mark of a press release),
            and of the credits ``agency_name, strong, voters, evidence`` (null where nobody credits it).

    Returns:
        ``kind`` and ``reasons``, a row for each.
    """
    col = pl.col
    spread = col("last_time") - col("first_time")
    credited = (col("strong") | (col("voters") >= 2)).fill_null(value=False)
    lone = col("alone") > 0.5
    owned = (col("owners") == 1) & ~col("has_unknown_source")
    keeps_coming = (col("documents") >= RECURRING) & (col("crowd") <= CROWD * col("documents"))
    articles = pl.format("in {} articles", "documents")
    alone = pl.when(lone).then(pl.lit("which share little else"))
    recurs = pl.format("recurs over {} days", spread // (24 * _HOUR))
    who = (
        pl.when(col("sources") == 1)
        .then(pl.lit("no other outlet has it"))
        .otherwise(pl.format("only the {} outlets of one owner have it", "sources"))
    )
    quoted = pl.format("{} % of it in quotation marks", (100 * col("quoted_share")).round().cast(pl.Int64))
    marks = pl.format("the mark of a press release in {} of {} articles", "releases", "documents")
    rules = [
        (
            (col("quoted_share") >= QUOTED) & (col("narrated") < 0.5),
            "quote",
            [quoted, pl.lit("the articles share little narration")],
        ),
        (col("in_reference"), "wire", [pl.lit("the reference has it"), col("evidence")]),
        (keeps_coming & lone & (spread >= LONE_SPAN), "boilerplate", [recurs, articles, alone]),
        (
            lone & (col("documents") >= RECURRING) & (col("edge") >= AT_EDGE) & (col("part") <= SMALL),
            "boilerplate",
            [articles, pl.lit("always at the same end"), alone],
        ),
        (owned & lone, "boilerplate", [who, articles, alone]),
        ((col("releases") > 0) & (3 * col("releases") >= col("documents")) & ~credited, "release", [marks]),
        (credited, "wire", [col("evidence")]),
        (owned, "boilerplate", [who, articles]),
        (keeps_coming & (spread >= EVERGREEN_SPAN), "boilerplate", [recurs, articles]),
        *((col(f"burst_{at}") >= least, "wire", [_burst(at)]) for at, (least, _) in enumerate(BURSTS)),
        (col("evidence").is_not_null(), "wire", [col("evidence")]),
        (col("sources") > 1, "copy", [pl.format("{} outlets have it", "sources")]),
    ]
    kind, reasons = pl.lit("unknown"), pl.lit("the outlets are not known")
    for condition, name, why in reversed(rules):
        holds = condition.fill_null(value=False)
        kind = pl.when(holds).then(pl.lit(name)).otherwise(kind)
        reasons = (
            pl.when(holds).then(pl.concat_str(why, separator="; ", ignore_nulls=True)).otherwise(reasons)
        )
    besides = pl.when(kind != "wire").then("evidence")  # what speaks for an agency, and was not enough
    return passages.select(
        kind=kind, reasons=pl.concat_str([reasons, besides], separator="; ", ignore_nulls=True)
    )


def _burst(at: int) -> pl.Expr:
    return pl.format("{} independent outlets within {} hours", f"burst_{at}", pl.lit(BURSTS[at][1] // _HOUR))
