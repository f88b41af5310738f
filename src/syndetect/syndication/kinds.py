"""The kind of reuse that a passage is, with the reasons in words and a confidence.

The rules of :data:`RULES` are tried in this order; the first whose condition holds decides. A passage is *lone* where
the articles that share it have hardly any other text in common; it *recurs* where four or more articles have it over a
week or longer, and at most half of these within three days. *Narration* is text outside quotation marks. The *chance of
copying* (:mod:`syndetect.syndication.copying`) weighs how long, how exact and how close in time the text is, and how
much other narration the articles share.

1. ``wire`` or ``copy``, cited: one outlet quotes it and names another, whose article has it as narration.
2. ``boilerplate``, recurring: over three weeks or longer, as paragraphs of its own or with 25 words or more.
3. ``boilerplate``, furniture: words such as "sign up for", lone or at the end of the articles.
4. ``boilerplate``, caption: the credit of a photograph stands in it or right behind it.
5. ``boilerplate``, standing text: lone, a paragraph of its own, five days apart or more.
6. ``boilerplate``, by position: lone, and at the same end of at least four articles, a small part of each.
7. ``boilerplate``, of one outlet or owner: lone, and no other owner has it.
8. ``quote``: in a quarter of its uses or more, six words of ten or more stand in quotation marks.
9. ``wire``, of a reference: an article of the reference has the passage.
10. ``quote``, bare: the marks of a post, somebody's text or a transcript introduces it, or it is in the first person.
11. ``release``: in a third or more of its articles it stands below the mark of a press release, and none credits an
    agency.
12. ``formula``, recurring: short, and the articles share little other narration.
13. ``wire``, credited: an article credits all of it to an agency, or two outlets a part, and copying is likely.
14. ``boilerplate``, of one outlet or owner: only outlets of one owner have it.
15. ``wire``, in a burst: several independent outlets published it within two days, and copying is likely.
16. ``copy``: two or more outlets have it, and copying is likely.
17. ``formula``: copying is not likely.
18. ``unknown``: none of these.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64, run_starts
from syndetect.syndication.copying import chance_of_copying

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
#: A use is quoted that has this share of its words in quotation marks; of the uses of a quotation, this share is. Where
#: one article of many opens a quotation that it does not close, narration is not a quotation.
QUOTED, QUOTING = 0.6, 0.25
#: Above this share of all uses' words in quotation marks a passage is no boilerplate.
_MOST_QUOTED = 0.6
#: A use is alone when its article shares fewer other words with the earliest one than this part of the passage.
ALONE = 0.25
#: Two articles that share so many words of narration outside of a passage share more than a phrase.
NARRATION = 25
#: A recurring passage is in at least so many articles, and at most this share of them lies within three days.
RECURRING, CROWD_SPAN, CROWD = 4, 3 * _DAY, 0.5
#: The least time over which a passage recurs; over which recurring text is boilerplate; over which a lone one is.
RECURRING_SPAN, STANDING_SPAN, LONE_SPAN = 7 * _DAY, 21 * _DAY, 5 * _DAY
#: A recurring passage of fewer words, within paragraphs, is a formula.
SHORT = 25
#: A footer or header: fewer words than this from the end of this share of the articles, and at most this part of each.
EDGE, AT_EDGE, SMALL = 40, 0.75, 0.25
#: Captions, and the furniture of an outlet, have fewer words.
CAPTION, FURNITURE = 60, 100
#: Words in the first person: so many, and this share of a use.
FIRST_PERSON, FIRST_PERSON_SHARE = 2, 0.04
#: Bursts: so many independent outlets within so long.
BURSTS = ((5, 48 * _HOUR), (4, 6 * _HOUR))
#: The least chance of copying of wire copy, for which a credit speaks as well, and of a copy.
LIKELY, LIKELIER = 0.5, 0.65


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
            ``size`` (words), ``quoted`` (words in quotation marks), ``equal`` (the share of the words that is equal in
            the earliest use), ``before`` and ``behind`` (words of the article before and behind the use), ``other`` and
            ``other_narration`` (other words that the article shares with the earliest article, and those of them
            outside quotation marks; null for the earliest article itself), ``caption`` (the credit of a photograph
            stands at the use), ``crediting`` (the share of the outlet's other articles that credit an agency), and the
            columns of :data:`syndetect.syndication.surroundings.SIGNS`.
    """
    is_alone = pl.col("other") < ALONE * pl.col("size")
    length = pl.col("before") + pl.col("size") + pl.col("behind")
    in_first_person = (pl.col("first_person") >= FIRST_PERSON) & (
        pl.col("first_person") >= FIRST_PERSON_SHARE * pl.col("size")
    )
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
            quoting=(pl.col("quoted") >= QUOTED * pl.col("size")).mean(),
            quoted_most=(pl.col("quoted") / pl.col("size")).max(),
            identity=pl.col("equal").slice(1).max(),
            narration=(pl.col("size") - pl.col("quoted")).max()
            + pl.col("other_narration").max().fill_null(0),
            other_narration=pl.col("other_narration").max().fill_null(0),
            alone=is_alone.mean().fill_null(0.0),
            edge=pl.max_horizontal((pl.col("behind") < EDGE).mean(), (pl.col("before") < EDGE).mean()),
            part=(pl.col("size") / length).max(),
            first_time=pl.col("time").min(),
            last_time=pl.col("time").max(),
            paragraphs=(pl.col("opens") & pl.col("closes")).mean(),
            furniture=pl.col("furniture").mean(),
            caption=pl.col("caption").any(),
            posted=pl.col("posted").any(),
            introduced=pl.col("introduced").any(),
            in_first_person=in_first_person.any(),
            names=pl.col("names").mean(),
            crediting=pl.col("crediting").min(),
        )
        .sort("passage")
    )
    dated = uses.filter(pl.col("time").is_not_null()).select("passage", "document", "owner", "time")
    articles = dated.unique(["passage", "document"]).sort("passage", "time")
    outlets = (
        dated.filter(pl.col("owner").is_not_null())
        .group_by("passage", "owner")
        .agg(pl.col("time").min())
        .sort("passage", "time")
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
        confidence: Float64, the share of labelled passages of which the rule was right (``docs/syndication.md``).
        reasons: String, joined by semicolons; null is left out.
    """

    kind: str
    condition: pl.Expr
    confidence: pl.Expr
    reasons: tuple[pl.Expr, ...]


def _text(reason: str) -> pl.Expr:
    return pl.lit(reason)


def _percent(share: pl.Expr) -> pl.Expr:
    return (100 * share).round().cast(pl.Int64)


def _burst(at: int) -> Rule:
    least, span = BURSTS[at]
    reason = pl.format("{} independent outlets within {} hours", f"burst_{at}", pl.lit(span // _HOUR))
    return Rule("wire", (pl.col(f"burst_{at}") >= least) & _IS_LIKELY, pl.lit(0.8), (reason,))


# conditions
_SPREAD = pl.col("last_time") - pl.col("first_time")
_CHANCE = pl.col("chance")
_IS_LIKELY = _CHANCE >= LIKELY
_IS_CREDITED = pl.col("credited")
_IS_BARE = pl.col("quoted_share") < _MOST_QUOTED
_IS_LONE = pl.col("alone") > 0.5
_HAS_ONE_OWNER = (pl.col("owners") == 1) & ~pl.col("has_unknown_source")
_RECURS = (
    (pl.col("documents") >= RECURRING)
    & (pl.col("crowd") <= CROWD * pl.col("documents"))
    & (_SPREAD >= RECURRING_SPAN)
)
_IS_PARAGRAPH = pl.col("paragraphs") >= 0.5
_IS_AT_EDGE = (pl.col("documents") >= RECURRING) & (pl.col("edge") >= AT_EDGE) & (pl.col("part") <= SMALL)
_IS_FURNITURE = (
    (pl.col("furniture") >= 0.5)
    & (_IS_LONE | (pl.col("edge") >= 0.5))
    & (pl.col("words") < FURNITURE)
    & ~(_IS_CREDITED & _IS_LIKELY)
)
_IS_CAPTION = pl.col("caption") & (pl.col("words") < CAPTION)
_IS_RELEASE = (pl.col("releases") > 0) & (3 * pl.col("releases") >= pl.col("documents"))

# reasons
_EVIDENCE = pl.col("evidence")
_ARTICLES = pl.format("in {} articles", "documents")
_LONE = pl.when(_IS_LONE).then(_text("which share little else"))
_DAYS = pl.format("recurs over {} days", _SPREAD // _DAY)
_OUTLETS = pl.format("{} outlets have it", "sources")
_OWNER = (
    pl.when(pl.col("sources") == 1)
    .then(_text("no other outlet has it"))
    .otherwise(pl.format("only the {} outlets of one owner have it", "sources"))
)
_QUOTED = pl.format(
    "in quotation marks in {} of {} uses", (pl.col("quoting") * pl.col("uses")).round().cast(pl.Int64), "uses"
)
_BARE = pl.concat_str(
    pl.when(pl.col("posted")).then(_text("the marks of a post")),
    pl.when(pl.col("introduced")).then(_text("introduced as somebody's text")),
    pl.when(pl.col("in_first_person")).then(_text("in the first person")),
    separator="; ",
    ignore_nulls=True,
)
_RELEASES = pl.format("below the mark of a press release in {} of {} articles", "releases", "documents")
_COPYING = pl.format("the chance of copying is {} %", _percent(_CHANCE))
_CITED = pl.format("quoted by an outlet that names {}", "cited")

#: In the order in which they are tried.
RULES = (
    Rule("wire", _IS_CREDITED & pl.col("cited").is_not_null(), pl.lit(0.88), (_CITED, _EVIDENCE)),
    Rule("copy", pl.col("cited").is_not_null(), pl.lit(0.88), (_CITED,)),
    Rule(
        "boilerplate",
        _RECURS & (_SPREAD >= STANDING_SPAN) & _IS_BARE & (_IS_PARAGRAPH | (pl.col("words") >= SHORT)),
        pl.lit(0.9),
        (_DAYS, _ARTICLES, _LONE),
    ),
    Rule(
        "boilerplate",
        _IS_FURNITURE & _IS_BARE,
        pl.lit(0.93),
        (_text("words of an outlet's furniture"), _LONE),
    ),
    Rule("boilerplate", _IS_CAPTION & _IS_BARE, pl.lit(0.7), (_text("the caption of a photograph"),)),
    Rule(
        "boilerplate",
        _IS_LONE
        & (pl.col("paragraphs") >= 0.6)
        & (pl.col("words") < FURNITURE)
        & _IS_BARE
        & ~_IS_CREDITED
        & (_SPREAD >= LONE_SPAN),
        pl.lit(0.7),
        (_text("a paragraph of its own"), _DAYS, _LONE),
    ),
    Rule(
        "boilerplate",
        _IS_LONE & _IS_AT_EDGE & _IS_PARAGRAPH,
        pl.lit(0.8),
        (_ARTICLES, _text("always at the same end"), _LONE),
    ),
    Rule("boilerplate", _IS_LONE & _HAS_ONE_OWNER, pl.lit(0.8), (_OWNER, _ARTICLES, _LONE)),
    Rule("quote", pl.col("quoting") >= QUOTING, pl.lit(0.97), (_QUOTED,)),
    Rule("wire", pl.col("in_reference"), pl.lit(0.99), (_text("the reference has it"), _EVIDENCE)),
    Rule(
        "quote",
        pl.col("posted") | pl.col("introduced") | pl.col("in_first_person") & ~_IS_CREDITED,
        pl.lit(0.8),
        (_BARE,),
    ),
    Rule("release", _IS_RELEASE & ~_IS_CREDITED, pl.lit(0.7), (_RELEASES,)),
    Rule(
        "formula",
        _RECURS & (pl.col("words") < SHORT) & (pl.col("other_narration") < NARRATION),
        pl.lit(0.85),
        (_DAYS, _ARTICLES),
    ),
    Rule("wire", _IS_CREDITED & _IS_LIKELY, _CHANCE, (_EVIDENCE, _COPYING)),
    Rule("boilerplate", _HAS_ONE_OWNER, pl.lit(0.8), (_OWNER, _ARTICLES)),
    *(_burst(at) for at in range(len(BURSTS))),
    Rule("copy", (pl.col("sources") > 1) & (_CHANCE >= LIKELIER), 0.85 * _CHANCE, (_OUTLETS, _COPYING)),
    Rule("formula", _CHANCE < LIKELY, 0.9 * (1 - _CHANCE), (_COPYING, _LONE)),
    Rule("unknown", pl.col("sources") > 1, pl.lit(0.5), (_OUTLETS, _COPYING)),
)


def is_credited() -> pl.Expr:
    """Whether the credits of a passage agree: an article credits all of it to an agency, or two outlets a part."""
    return (pl.col("strong") | (pl.col("voters") >= 2)).fill_null(value=False)


def kinds_of(passages: pl.DataFrame) -> pl.DataFrame:
    """The kind of each passage, its reasons and its confidence.

    Args:
        passages: :func:`features`, with ``in_reference``, ``releases`` (the number of articles in which it stands below
            the mark of a press release), ``cited`` (the outlet that has it as narration, named by one that quotes it),
            and of the credits ``agency_name, strong, voters, evidence`` (null where no article has one).

    Returns:
        ``kind``, ``reasons`` and ``confidence``, a row per passage.
    """
    passages = passages.with_columns(credited=is_credited())
    passages = passages.with_columns(chance=chance_of_copying())
    kind = _text("unknown")
    reasons = pl.concat_str(_text("the outlets are not known"), _COPYING, separator="; ")
    confidence = pl.lit(0.5)
    for rule in reversed(RULES):
        holds = rule.condition.fill_null(value=False)
        why = pl.concat_str(rule.reasons, separator="; ", ignore_nulls=True)
        kind = pl.when(holds).then(pl.lit(rule.kind)).otherwise(kind)
        reasons = pl.when(holds).then(why).otherwise(reasons)
        confidence = pl.when(holds).then(rule.confidence).otherwise(confidence)
    insufficient = pl.when(kind != "wire").then(_EVIDENCE)  # credits that did not decide
    return passages.select(
        kind=kind,
        reasons=pl.concat_str([reasons, insufficient], separator="; ", ignore_nulls=True),
        confidence=confidence.round(2),
    )
