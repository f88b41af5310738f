"""The kind of reuse that a passage is, with the reasons in words.

The rules of :data:`RULES` are tried in this order; the first whose condition holds decides. A passage is *lone* where
the articles that share it have hardly any other text in common.

1. ``quote``: at least six words of ten stand in quotation marks, and the articles share little other narration.
2. ``wire``, of a reference: an article of the reference has the passage.
3. ``boilerplate``, recurring: lone, and it recurs over a week or longer, never in many articles at once.
4. ``boilerplate``, by position: lone, and at the same end of at least four articles, a small part of each.
5. ``boilerplate``, of one outlet or owner: lone, and no other owner has it.
6. ``release``: a third or more of its articles have the mark of a press release, and none credits an agency.
7. ``wire``, credited: an article credits all of it to an agency, or two outlets credit a part of it.
8. ``boilerplate``, of one outlet or owner, lone or not: only outlets of one owner have it.
9. ``boilerplate``, evergreen: it recurs over three weeks or longer, never in many articles at once.
10. ``wire``, in a burst: several independent outlets published it within two days.
11. ``wire``, credited in part: one article that has it credits agencies with a part of its text.
12. ``copy``: two or more outlets have it.
13. ``unknown``: none of these.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64, run_starts

_HOUR = 3_600_000_000
#: A quotation has at least this share of its words in quotation marks.
QUOTED = 0.6
#: Two articles that share so many words of narration outside of a passage share more than a quotation.
NARRATION = 30
#: A use is alone when its article shares fewer other words with the earliest one than this part of the passage.
ALONE = 0.25
#: A recurring passage is in at least so many articles, and at most this share of them lies within three days.
RECURRING, CROWD_SPAN, CROWD = 4, 72 * _HOUR, 0.5
#: The least time over which a lone passage recurs, and over which any other does (evergreen).
LONE_SPAN, EVERGREEN_SPAN = 7 * 24 * _HOUR, 21 * 24 * _HOUR
#: A footer or header: fewer words than this from the end of this share of the articles, and at most this part of each.
EDGE, AT_EDGE, SMALL = 40, 0.75, 0.25
#: Bursts: so many independent outlets within so long.
BURSTS = ((5, 48 * _HOUR), (4, 6 * _HOUR))


def most_within(group: I64, time: I64, span: int, groups: int) -> I64:
    """int64[groups]: the largest number of members of each group whose times lie within ``span`` of each other.

    Args:
        group: int64[n], ascending.
        time: int64[n], ascending within each group.
        span: in the unit of the times.
        groups: the number of groups.
    """
    most = np.zeros(groups, np.int64)
    # All groups on one time line: gaps longer than the span, and gaps between groups, become one more than the span.
    gaps = np.minimum(np.diff(time, prepend=time[:1]), span + 1)
    gaps[np.diff(group, prepend=group[:1]) != 0] = span + 1
    line = np.cumsum(gaps)
    if len(line):
        starts = run_starts(group)
        count = np.searchsorted(line, line + span, side="right") - np.arange(len(line))
        most[group[starts]] = np.maximum.reduceat(count, starts)
    return most


def features(uses: pl.DataFrame) -> pl.DataFrame:
    """The features by which kinds are told, a row per passage, in the order of ``passage``, which counts from 0.

    Args:
        uses: by passage, the earliest use first: ``passage, document, outlet, owner, time`` (null where unknown),
            ``size`` (words), ``quoted`` (words in quotation marks), ``before`` and ``behind`` (words of the article
            before and behind the use), ``other`` and ``other_narration`` (other words that the article shares with the
            earliest article, and those of them outside quotation marks; null for the earliest article itself).
    """
    is_alone = pl.col("other") < ALONE * pl.col("size")
    is_narrated = pl.col("other_narration") >= NARRATION
    length = pl.col("before") + pl.col("size") + pl.col("behind")
    found = (
        uses.group_by("passage")
        .agg(
            uses=pl.len(),
            documents=pl.col("document").n_unique(),
            sources=pl.col("outlet").drop_nulls().n_unique(),
            owners=pl.col("owner").drop_nulls().n_unique(),
            has_unknown_source=pl.col("outlet").is_null().any(),
            words=pl.col("size").first(),
            quoted_share=pl.col("quoted").sum() / pl.col("size").sum(),
            alone=is_alone.mean().fill_null(0.0),
            edge=pl.max_horizontal((pl.col("behind") < EDGE).mean(), (pl.col("before") < EDGE).mean()),
            part=(pl.col("size") / length).max(),
            narrated=is_narrated.mean().fill_null(0.0),
            first_time=pl.col("time").min(),
            last_time=pl.col("time").max(),
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


class Rule(NamedTuple):
    """A rule for a kind, over the features of a passage.

    Attributes:
        kind: the kind.
        condition: Boolean; null does not hold.
        reasons: String, joined by semicolons; null is left out.
    """

    kind: str
    condition: pl.Expr
    reasons: tuple[pl.Expr, ...]


def _text(reason: str) -> pl.Expr:
    return pl.lit(reason)


def _burst(at: int) -> Rule:
    least, span = BURSTS[at]
    reason = pl.format("{} independent outlets within {} hours", f"burst_{at}", pl.lit(span // _HOUR))
    return Rule("wire", pl.col(f"burst_{at}") >= least, (reason,))


# conditions
_SPREAD = pl.col("last_time") - pl.col("first_time")
_IS_QUOTED = (pl.col("quoted_share") >= QUOTED) & (pl.col("narrated") < 0.5)
_IS_CREDITED = (pl.col("strong") | (pl.col("voters") >= 2)).fill_null(value=False)
_IS_LONE = pl.col("alone") > 0.5
_HAS_ONE_OWNER = (pl.col("owners") == 1) & ~pl.col("has_unknown_source")
_RECURS = (pl.col("documents") >= RECURRING) & (pl.col("crowd") <= CROWD * pl.col("documents"))
_IS_AT_EDGE = (
    (pl.col("documents") >= RECURRING) & (pl.col("edge") >= AT_EDGE) & (pl.col("part") <= SMALL)
)  # fmt: skip
_IS_RELEASE = (pl.col("releases") > 0) & (3 * pl.col("releases") >= pl.col("documents"))

# reasons
_EVIDENCE = pl.col("evidence")
_ARTICLES = pl.format("in {} articles", "documents")
_LONE = pl.when(_IS_LONE).then(_text("which share little else"))
_DAYS = pl.format("recurs over {} days", _SPREAD // (24 * _HOUR))
_OWNER = (
    pl.when(pl.col("sources") == 1)
    .then(_text("no other outlet has it"))
    .otherwise(pl.format("only the {} outlets of one owner have it", "sources"))
)
_QUOTED_SHARE = pl.format(
    "{} % of it in quotation marks", (100 * pl.col("quoted_share")).round().cast(pl.Int64)
)
_RELEASES = pl.format("the mark of a press release in {} of {} articles", "releases", "documents")

#: In the order in which they are tried.
RULES = (
    Rule("quote", _IS_QUOTED, (_QUOTED_SHARE, _text("the articles share little narration"))),
    Rule("wire", pl.col("in_reference"), (_text("the reference has it"), _EVIDENCE)),
    Rule("boilerplate", _IS_LONE & _RECURS & (_SPREAD >= LONE_SPAN), (_DAYS, _ARTICLES, _LONE)),
    Rule("boilerplate", _IS_LONE & _IS_AT_EDGE, (_ARTICLES, _text("always at the same end"), _LONE)),
    Rule("boilerplate", _IS_LONE & _HAS_ONE_OWNER, (_OWNER, _ARTICLES, _LONE)),
    Rule("release", _IS_RELEASE & ~_IS_CREDITED, (_RELEASES,)),
    Rule("wire", _IS_CREDITED, (_EVIDENCE,)),
    Rule("boilerplate", _HAS_ONE_OWNER, (_OWNER, _ARTICLES)),
    Rule("boilerplate", _RECURS & (_SPREAD >= EVERGREEN_SPAN), (_DAYS, _ARTICLES)),
    *(_burst(at) for at in range(len(BURSTS))),
    Rule("wire", _EVIDENCE.is_not_null(), (_EVIDENCE,)),
    Rule("copy", pl.col("sources") > 1, (pl.format("{} outlets have it", "sources"),)),
)


def kinds_of(passages: pl.DataFrame) -> pl.DataFrame:
    """The kind of each passage and its reasons.

    Args:
        passages: :func:`features`, with ``in_reference``, ``releases`` (the number of articles with the mark of a press
            release), and of the credits ``agency_name, strong, voters, evidence`` (null where no article has one).

    Returns:
        ``kind`` and ``reasons``, a row per passage.
    """
    kind, reasons = _text("unknown"), _text("the outlets are not known")
    for rule in reversed(RULES):
        holds = rule.condition.fill_null(value=False)
        why = pl.concat_str(rule.reasons, separator="; ", ignore_nulls=True)
        kind = pl.when(holds).then(pl.lit(rule.kind)).otherwise(kind)
        reasons = pl.when(holds).then(why).otherwise(reasons)
    insufficient = pl.when(kind != "wire").then(_EVIDENCE)  # credits that did not decide
    return passages.select(
        kind=kind, reasons=pl.concat_str([reasons, insufficient], separator="; ", ignore_nulls=True)
    )
