"""Kinds of passages, the credits that passages carry, owners of outlets, and shares of articles."""

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.strategies import fewer, large
from syndetect.errors import InputError, SettingsError
from syndetect.syndication import KINDS, copying, evidence, kinds, owners, shares, surroundings
from syndetect.syndication.options import PassageFilter

HOUR = 3_600_000_000
DAY = 24 * HOUR


def frame(rows: Sequence[Sequence[Any]], **columns: Any) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=columns, orient="row")


# ------------------------------------------------------------------------------------------------------- kinds


@given(st.lists(st.lists(st.integers(-50, 50), max_size=8), max_size=5), st.integers(0, 30))
def test_most_within(groups: list[list[int]], span: int) -> None:
    group = np.repeat(np.arange(len(groups)), [len(one) for one in groups])
    time = np.array([at for one in groups for at in sorted(one)], np.int64)
    expected = [max((sum(0 <= at - low <= span for at in one) for low in one), default=0) for one in groups]
    assert kinds.most_within(group, time, span, len(groups)).tolist() == expected


USES: dict[str, Any] = {
    "passage": pl.Int64, "document": pl.Int64, "outlet": pl.Int64, "owner": pl.Int64, "time": pl.Int64,
    "size": pl.Int64, "quoted": pl.Int64, "equal": pl.Float64, "before": pl.Int64, "behind": pl.Int64,
    "other": pl.Int64, "other_narration": pl.Int64, "caption": pl.Boolean, "crediting": pl.Float64,
    **surroundings.SIGNS,
}  # fmt: skip


def plain_features(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What :func:`kinds.features` says of one passage."""

    def most(times: list[int], span: int) -> int:
        return max((sum(0 <= at - low <= span for at in times) for low in times), default=0)

    later = [row for row in rows if row["other"] is not None]
    dated = [row for row in rows if row["time"] is not None]
    first_of: dict[int, int] = {}
    for row in sorted(dated, key=lambda row: row["time"]):
        if row["owner"] is not None:
            first_of.setdefault(row["owner"], row["time"])
    known = [row["time"] for row in dated]
    elsewhere = max((row["other_narration"] for row in later), default=0)
    return {
        "passage": rows[0]["passage"],
        "uses": len(rows),
        "documents": len({row["document"] for row in rows}),
        "sources": len({row["outlet"] for row in rows} - {None}),
        "owners": len({row["owner"] for row in rows} - {None}),
        "has_unknown_source": any(row["outlet"] is None for row in rows),
        "words": rows[0]["size"],
        "quoted_share": sum(row["quoted"] for row in rows) / sum(row["size"] for row in rows),
        "quoting": sum(row["quoted"] >= kinds.QUOTED * row["size"] for row in rows) / len(rows),
        "quoted_most": max(row["quoted"] / row["size"] for row in rows),
        "identity": max((row["equal"] for row in rows[1:]), default=None),
        "narration": max(row["size"] - row["quoted"] for row in rows) + elsewhere,
        "other_narration": elsewhere,
        "alone": sum(row["other"] < kinds.ALONE * row["size"] for row in later) / max(len(later), 1),
        "edge": max(sum(row[side] < kinds.EDGE for row in rows) / len(rows) for side in ("before", "behind")),
        "part": max(row["size"] / (row["before"] + row["size"] + row["behind"]) for row in rows),
        "first_time": min(known, default=None),
        "last_time": max(known, default=None),
        "paragraphs": sum(row["opens"] and row["closes"] for row in rows) / len(rows),
        "furniture": sum(row["furniture"] for row in rows) / len(rows),
        **{name: any(row[name] for row in rows) for name in ("caption", "posted", "introduced")},
        "in_first_person": any(
            row["first_person"] >= 2 and row["first_person"] >= 0.04 * row["size"] for row in rows
        ),
        "names": sum(row["names"] for row in rows) / len(rows),
        "crediting": min(row["crediting"] for row in rows),
        "crowd": most([*{row["document"]: row["time"] for row in dated}.values()], kinds.CROWD_SPAN),
        **{
            f"burst_{at}": most([*first_of.values()], span)
            for at, (_, span) in enumerate(kinds.BURSTS)
        },
    }  # fmt: skip


def use(random: Random, passage: int, document: int, *, is_first: bool) -> dict[str, Any]:
    told = Random(document)  # an article has one time and one outlet
    outlet, size = told.choice([None, 0, 1, 2, 3, 4]), random.randint(1, 60)
    signs = {
        name: random.random() < 0.5
        for name in ("caption", "opens", "closes", "posted", "introduced", "furniture")
    }
    return signs | {
        "passage": passage, "document": document, "outlet": outlet,
        "owner": None if outlet is None else min(outlet, 3), "time": told.choice([None, told.randint(0, 90) * HOUR]),
        "size": size, "quoted": random.randint(0, size), "equal": random.randint(0, size) / size,
        "before": random.randint(0, 80), "behind": random.randint(0, 80),
        "other": None if is_first else random.randint(0, 60),
        "other_narration": None if is_first else random.randint(0, 60),
        "first_person": random.randint(0, 3), "names": random.uniform(-1, 1), "crediting": random.random(),
    }  # fmt: skip


@given(large)
@fewer(2)
def test_features(random: Random) -> None:
    passages = [
        [use(random, number, random.randint(0, 15), is_first=at == 0) for at in range(random.randint(1, 9))]
        for number in range(random.randint(1, 4))
    ]
    found = kinds.features(pl.DataFrame([row for rows in passages for row in rows], schema=USES))
    for row, rows in zip(found.rows(named=True), passages, strict=True):
        assert row == {
            name: value if value is None else pytest.approx(value)
            for name, value in plain_features(rows).items()
        }


#: A passage of sixty words in two articles of two outlets, an hour apart, and most of what follows is not so.
TELLING = {
    "uses": 2, "documents": 2, "sources": 2, "owners": 2, "has_unknown_source": False, "words": 60,
    "quoted_share": 0.0, "quoted_most": 0.0, "quoting": 0.0, "identity": 1.0, "narration": 60, "other_narration": 0,
    "alone": 0.0, "edge": 0.0, "part": 0.2, "first_time": 0, "last_time": HOUR, "paragraphs": 0.0, "furniture": 0.0,
    "caption": False, "posted": False, "introduced": False, "in_first_person": False, "names": 0.0, "crediting": 0.1,
    "crowd": 2, "burst_0": 2, "burst_1": 2, "releases": 0, "in_reference": False, "strong": False, "voters": 0,
    "agency": None, "evidence": None, "cited": None,
}  # fmt: skip
NAMES = "Northwire credited by 2"
COPIED, HARDLY = {"narration": 300}, {"words": 12, "narration": 12}
OFTEN = {"documents": 4, "uses": 4, "last_time": 21 * DAY}
#: How likely it is depends on weights, which are fitted anew.
COPYING = "the chance of copying is ..."
CREDITED = {"strong": True, "voters": 1, "evidence": NAMES}


def kind_of(told: dict[str, Any]) -> tuple[str, str, float]:
    types = {
        "agency": pl.Int64,
        "evidence": pl.String,
        "cited": pl.String,
        "first_time": pl.Int64,
        "last_time": pl.Int64,
    }
    found = kinds.kinds_of(pl.DataFrame([TELLING | told], schema_overrides=types))
    row: tuple[str, str, float] = found.row(0)
    return row


@pytest.mark.parametrize(("told", "kind", "reasons"), [
    (COPIED, "copy", f"2 outlets have it; {COPYING}"),
    (HARDLY, "formula", COPYING),
    (HARDLY | {"alone": 1.0}, "formula", f"{COPYING}; which share little else"),
    (COPIED | {"identity": 0.1}, "unknown", f"2 outlets have it; {COPYING}"),
    (COPIED | {"words": 6}, "unknown", f"2 outlets have it; {COPYING}"),
    (COPIED | {"sources": 0, "owners": 0, "has_unknown_source": True}, "unknown",
     f"the outlets are not known; {COPYING}"),
    (COPIED | {"sources": 1, "owners": 1, "has_unknown_source": True}, "unknown",
     f"the outlets are not known; {COPYING}"),
    # third parties' words
    (COPIED | {"quoting": 0.5, "quoted_most": 1.0}, "quote", "in quotation marks in 1 of 2 uses"),
    (COPIED | {"quoting": 0.2, "uses": 5}, "copy", f"2 outlets have it; {COPYING}"),
    (CREDITED | {"quoting": 1.0}, "quote", f"in quotation marks in 2 of 2 uses; {NAMES}"),
    (COPIED | {"posted": True}, "quote", "the marks of a post"),
    (COPIED | {"introduced": True, "in_first_person": True}, "quote",
     "introduced as somebody's text; in the first person"),
    (COPIED | CREDITED | {"in_first_person": True}, "wire", f"{NAMES}; {COPYING}"),
    (COPIED | CREDITED | {"posted": True}, "quote", f"the marks of a post; {NAMES}"),
    # ... and an outlet's, which another one quotes and names
    ({"quoting": 0.5, "cited": "Kesh Daily"}, "copy", "quoted by an outlet that names Kesh Daily"),
    (CREDITED | {"quoting": 0.5, "cited": "AFP"}, "wire", f"quoted by an outlet that names AFP; {NAMES}"),
    # agencies
    (COPIED | CREDITED, "wire", f"{NAMES}; {COPYING}"),
    (COPIED | {"voters": 2, "evidence": NAMES}, "wire", f"{NAMES}; {COPYING}"),
    (COPIED | {"voters": 1, "evidence": "A credited in part by 1"}, "copy",
     f"2 outlets have it; {COPYING}; A credited in part by 1"),
    (HARDLY | CREDITED, "formula", f"{COPYING}; {NAMES}"),
    (COPIED | CREDITED | {"crediting": 0.02}, "wire", f"{NAMES}; {COPYING}"),
    (COPIED | CREDITED | {"sources": 0, "has_unknown_source": True}, "wire", f"{NAMES}; {COPYING}"),
    (COPIED | {"burst_0": 5}, "wire", "5 independent outlets within 48 hours"),
    (COPIED | {"burst_1": 4}, "wire", "4 independent outlets within 6 hours"),
    (COPIED | {"burst_0": 4, "burst_1": 3}, "copy", f"2 outlets have it; {COPYING}"),
    (HARDLY | {"burst_0": 5}, "formula", COPYING),
    ({"in_reference": True, "releases": 2}, "wire", "the reference has it"),
    ({"in_reference": True, "quoting": 1.0}, "quote", "in quotation marks in 2 of 2 uses"),
    # releases
    (COPIED | {"documents": 3, "releases": 1}, "release", "below the mark of a press release in 1 of 3 articles"),
    (COPIED | {"documents": 4, "releases": 1}, "copy", f"2 outlets have it; {COPYING}"),
    (COPIED | CREDITED | {"releases": 1}, "wire", f"{NAMES}; {COPYING}"),
    # furniture
    (COPIED | {"sources": 1, "owners": 1}, "boilerplate", "no other outlet has it; in 2 articles"),
    (COPIED | {"sources": 2, "owners": 1}, "boilerplate", "only the 2 outlets of one owner have it; in 2 articles"),
    (COPIED | CREDITED | {"sources": 1, "owners": 1}, "wire", f"{NAMES}; {COPYING}"),
    (CREDITED | {"sources": 1, "owners": 1, "alone": 1.0}, "boilerplate",
     f"no other outlet has it; in 2 articles; which share little else; {NAMES}"),
    (OFTEN, "boilerplate", "recurs over 21 days; in 4 articles"),
    (OFTEN | {"words": 24, "paragraphs": 0.5, "alone": 1.0}, "boilerplate",
     "recurs over 21 days; in 4 articles; which share little else"),
    (OFTEN | {"words": 24}, "formula", "recurs over 21 days; in 4 articles"),
    (OFTEN | {"words": 24, "last_time": 7 * DAY}, "formula", "recurs over 7 days; in 4 articles"),
    (OFTEN | COPIED | {"crowd": 3}, "copy", f"2 outlets have it; {COPYING}"),
    (OFTEN | COPIED | {"documents": 3}, "copy", f"2 outlets have it; {COPYING}"),
    (OFTEN | COPIED | {"last_time": 21 * DAY - 1}, "copy", f"2 outlets have it; {COPYING}"),
    (OFTEN | {"quoted_share": 0.6, "quoting": 1.0}, "quote", "in quotation marks in 4 of 4 uses"),
    ({"furniture": 0.5, "alone": 1.0}, "boilerplate", "words of an outlet's furniture; which share little else"),
    ({"furniture": 0.5, "edge": 0.5}, "boilerplate", "words of an outlet's furniture"),
    (COPIED | {"furniture": 0.5}, "copy", f"2 outlets have it; {COPYING}"),
    (COPIED | CREDITED | {"furniture": 1.0, "edge": 1.0}, "wire", f"{NAMES}; {COPYING}"),
    ({"caption": True, "words": 59}, "boilerplate", "the caption of a photograph"),
    (COPIED | {"caption": True}, "copy", f"2 outlets have it; {COPYING}"),
    ({"alone": 1.0, "paragraphs": 1.0, "last_time": 5 * DAY}, "boilerplate",
     "a paragraph of its own; recurs over 5 days; which share little else"),
    (CREDITED | COPIED | {"alone": 1.0, "paragraphs": 1.0, "last_time": 5 * DAY}, "wire",
     f"{NAMES}; {COPYING}"),
    ({"documents": 4, "alone": 1.0, "edge": 0.75, "paragraphs": 0.5}, "boilerplate",
     "in 4 articles; always at the same end; which share little else"),
    (COPIED | {"documents": 4, "alone": 1.0, "edge": 0.75, "paragraphs": 0.5, "part": 0.3}, "copy",
     f"2 outlets have it; {COPYING}"),
    (COPIED | {"first_time": None, "last_time": None, "documents": 9}, "copy",
     f"2 outlets have it; {COPYING}"),
])  # fmt: skip
def test_kinds_and_reasons(told: dict[str, Any], kind: str, reasons: str) -> None:
    found = kind_of(told)
    assert (found[0], re.sub(r"(?<=copying is )\d+ %", "...", found[1])) == (kind, reasons)


def test_confidence() -> None:
    wire = kind_of(COPIED | CREDITED)
    assert f"{100 * wire[2]:.0f} %" in wire[1]  # the chance of copying, ...
    assert 0.5 < kind_of(COPIED)[2] < wire[2]  # ... a part of it, ...
    assert kind_of(HARDLY)[2] > 0.8  # ... or the chance that it was not copied, ...
    assert kind_of({"quoting": 1.0})[2] == 0.97  # ... or how often a rule was right
    for rule in kinds.RULES:
        (share,) = pl.DataFrame([TELLING | {"chance": 0.5}]).select(rule.confidence.alias("share"))["share"]
        assert 0.4 <= share < 1


@pytest.mark.parametrize("measure", ["words", "narration", "identity"])
def test_more_of_it_is_more_likely_copied(measure: str) -> None:
    values = [0.2, 0.5, 1.0] if measure == "identity" else [5, 50, 500]
    rows = [TELLING | {"credited": False, measure: value} for value in values]
    types = {"agency": pl.Int64, "evidence": pl.String, "cited": pl.String}
    chances = (
        pl.DataFrame(rows, schema_overrides=types).select(copying.chance_of_copying()).to_series().to_list()
    )
    assert 0 < chances[0] < chances[1] < chances[2] < 1


# ------------------------------------------------------------------------------------------------------ choices

PASSAGES = frame(
    [(0, 1, False, "boilerplate", True, 0.9), (1, 2, False, "wire", True, 0.8), (2, 0, True, "unknown", True, 0.5),
     (3, 1, True, "copy", True, 0.7), (4, 3, False, "quote", True, 0.97), (5, 3, False, "wire", False, 0.99)],
    passage=pl.Int64, sources=pl.Int64, has_unknown_source=pl.Boolean, kind=pl.String, referred=pl.Boolean,
    confidence=pl.Float64,
)  # fmt: skip


@pytest.mark.parametrize(("choice", "kept"), [
    (PassageFilter(), [1, 2, 3, 4]),
    (PassageFilter(across_sources=False), [0, 1, 2, 3, 4]),
    (PassageFilter(across_sources=True), [1, 4]),
    (PassageFilter(min_sources=3), [4]),
    (PassageFilter(min_sources=1, across_sources=False, kinds="boilerplate"), [0]),
    (PassageFilter(kinds=iter(["wire", "quote"])), [1, 4]),  # type: ignore[arg-type]
    (PassageFilter(kinds={"release"}), []),
    (PassageFilter(least_confidence=0.8), [1, 4]),
    (PassageFilter(kinds="wire", least_confidence=0.9), []),
])  # fmt: skip
def test_chosen_passages(choice: PassageFilter, kept: list[int]) -> None:
    assert choice.passages(PASSAGES).to_list() == kept


@pytest.mark.parametrize(("across", "kept"), [
    (None, [False, True, True, True]), (True, [False, True, False, False]), (False, [True] * 4),
])  # fmt: skip
def test_pairs_across_sources(across: bool | None, kept: list[bool]) -> None:
    a, b = pl.Series([1, 1, 1, None], dtype=pl.Int64), pl.Series([1, 2, None, None], dtype=pl.Int64)
    assert PassageFilter(across_sources=across).is_across(a, b).to_list() == kept


@pytest.mark.parametrize(("wrong", "message"), [
    ({"kinds": ["wire", "wyre"]}, "no such kind: 'wyre'; there are wire, copy"),
    ({"kinds": "wir"}, "no such kind: 'wir'"),
    ({"min_sources": True}, "whole number from 1, not True"),
    ({"min_sources": 0}, "whole number from 1, not 0"),
    ({"min_sources": 2.0}, "whole number from 1, not 2.0"),
    ({"least_confidence": 1.1}, "from 0 to 1, not 1.1"),
    ({"least_confidence": "high"}, "from 0 to 1, not 'high'"),
    ({"across_sources": "no"}, "must be True, False or None, not 'no'"),
    ({"across_sources": 1}, "must be True, False or None, not 1"),
])  # fmt: skip
def test_what_is_no_choice(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        PassageFilter(**wrong)


# ----------------------------------------------------------------------------------------------------- evidence

NAMED, WHOLE, PART = evidence.NAMED, evidence.WHOLE, evidence.PART
AGENCIES = pl.Series(["Northwire", "Agence Sud", "Kessel Press"])


def agency_of(*found: tuple[int, int]) -> tuple[Any, ...]:
    """Agency, whether strong, voters and evidence of a passage, from the agency and weight of each voter."""
    rows = [(0, agency, voter, weight) for voter, (agency, weight) in enumerate(found)]
    told = evidence.agencies_of(
        frame(rows, passage=pl.Int64, agency=pl.Int64, voter=pl.Int64, weight=pl.Int32), AGENCIES
    )
    return told.row(0)[1:]


@pytest.mark.parametrize(("found", "agency", "strong", "voters"), [
    ([(1, WHOLE)], 1, True, 1),
    ([(1, PART)], 1, False, 1),
    ([(0, PART), (1, PART)], None, False, 1),  # the closing list of one
    ([(0, PART), (1, PART), (0, PART), (1, PART)], None, False, 2),  # ... and that of two
    ([(0, PART), (1, PART), (1, PART)], 1, False, 2),
    ([(0, PART), (1, PART), (1, WHOLE)], 1, True, 2),  # decided by another
    ([(0, WHOLE), (1, WHOLE)], None, True, 1),
    ([(0, WHOLE), (0, WHOLE), (0, WHOLE), (1, WHOLE)], 0, True, 3),
    ([(0, NAMED), (1, WHOLE)], None, True, 1),
    ([(0, NAMED), (0, WHOLE), (1, WHOLE)], 0, True, 2),
    ([*[(0, PART)] * 5, *[(1, PART)] * 2], 0, False, 5),  # many parts are no whole
    ([*[(0, PART)] * 5, (1, WHOLE)], None, True, 5),  # a whole one says more than parts of another
])  # fmt: skip
def test_agency_of_a_passage(
    found: list[tuple[int, int]], agency: int | None, strong: bool, voters: int
) -> None:
    assert agency_of(*found)[:3] == (agency, strong, voters)


def test_evidence_in_words() -> None:
    told = agency_of((0, NAMED), (0, WHOLE), (0, WHOLE), (0, PART), (1, WHOLE), (2, PART), (2, PART))
    assert told[3] == (
        "Northwire credited by 2, named in the text by 1, credited in part by 1;"
        " Agence Sud credited by 1; Kessel Press credited in part by 2"
    )


def test_voices() -> None:
    uses = frame(
        [(0, 0, 10, 90, 5, True), (0, 1, 0, 80, 6, True), (0, 2, 0, 80, 6, True), (0, 3, 0, 80, 7, False),
         (0, 4, 0, 80, 8, False), (1, 4, 100, 180, 8, False), (0, 5, 0, 80, 9, True)],
        passage=pl.Int64, document=pl.Int64, begin=pl.Int64, end=pl.Int64, voter=pl.Int64, carried=pl.Boolean,
    )  # fmt: skip
    marks = frame(
        [(0, 0, "text", 1, 4), (0, 0, "text", 500, 504),  # once more in the same article
         (1, 0, "mixture", 0, 4), (1, 1, "mixture", 6, 9), (2, 0, "text", None, None),  # two of one owner
         (3, 0, "text", 0, 4),  # not carried
         (4, 1, "self", 0, 80), (4, 2, "self", 79, 81),  # told to one in the passage; beyond its end
         (5, 0, "text", 0, 4), (5, 1, "text", 0, 4),  # two for one text: parts
         (5, 2, "photo", 0, 4), (5, 2, "citation", 0, 4), (5, 2, "about", 0, 4)],
        document=pl.Int64, agency=pl.Int64, role=pl.String, begin=pl.Int64, end=pl.Int64,
    )  # fmt: skip
    assert evidence.votes(uses, marks).rows() == [
        (0, 0, 5, WHOLE), (0, 0, 6, WHOLE), (0, 0, 9, PART), (0, 1, 6, PART), (0, 1, 8, NAMED), (0, 1, 9, PART),
    ]  # fmt: skip


def test_credit_passes_between_articles_with_enough_in_common() -> None:
    least = evidence.LEAST_NARRATION
    uses = frame(
        [(0, None, None, 900), (0, least, least, 900), (0, 300, least - 1, 900), (0, 30, 0, 60), (0, 29, 0, 60),
         (1, None, None, 900), (1, 12, 12, 900)],
        passage=pl.Int64, shared=pl.Int64, narration=pl.Int64, shorter=pl.Int64,
    )  # fmt: skip
    carried = uses.select(carried=evidence.is_carried())["carried"]
    assert carried.to_list() == [True, True, False, True, False, False, False]


# ------------------------------------------------------------------------------------------------------- owners


def test_owners_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "owners.csv"
    file.write_bytes(
        '\ufeffowner,since,source\r\nMorvia Media,2031,"Post, The"\r\nKesh AG,,Kesh täglich\r\n'.encode()
    )
    expected = {"Post, The": "Morvia Media", "Kesh täglich": "Kesh AG"}
    assert (
        owners.read_owners(file) == owners.read_owners(str(file)) == owners.read_owners(expected) == expected
    )


@pytest.mark.parametrize(("content", "message"), [
    (b"", "has no column 'owner'"),
    (b"source,house\na,b\n", "has no column 'owner'"),
    (b"source,owner\nPost,House\nKesh\n", r"owners\.csv:3 has no source or no owner"),
    (b"source,owner\n , House\n", r"owners\.csv:2 has no source or no owner"),
    (b"source,owner\nPost,\n", r"owners\.csv:2 has no source or no owner"),
    (b"source,owner\n\xff\xfe,House\n", "cannot read .*owners.csv"),
    (b'source,owner\n"Post"x,House\n', "cannot read .*owners.csv"),
    (b'source,owner\n"Post,House\n', "cannot read .*owners.csv"),
    (b"source,owner\n" + b"x" * 200_000 + b",House\n", "cannot read .*owners.csv"),
])  # fmt: skip
def test_a_file_of_owners_that_is_none(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "owners.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=message):
        owners.read_owners(file)


def test_owners_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(InputError, match="cannot read"):
            owners.read_owners(path)
    for wrong in ({"Post": None}, {1: "House"}, {"Post": " "}):
        with pytest.raises(SettingsError, match="must map names"):
            owners.read_owners(wrong)  # type: ignore[arg-type]


def test_outlets_are_told_apart_by_more_than_case_and_blanks() -> None:
    sources = ["Post", None, " POST", "Kesh", "post ", None, "Post "]
    for order in (sources, sources[::-1]):
        outlet, names = owners.outlets_of(pl.Series(order))
        numbers = {"post": 1, "kesh": 0}
        assert outlet.to_list() == [one and numbers[one.strip().lower()] for one in order]
        assert names.to_list() == ["Kesh", "Post"]
    assert owners.outlets_of(pl.Series([None], dtype=pl.String))[0].to_list() == [None]


def shared(a: int, b: int, documents: int, exclusive: int) -> list[tuple[int, int, int, bool]]:
    return [(a, b, document, document < exclusive) for document in range(documents)]


@pytest.mark.parametrize(("given_", "copies", "sizes", "expected"), [
    ({}, [], [9, 9, 9], [0, 1, 2]),
    ({"c ": "House", "A": " house"}, [], [9, 9, 9], [0, 1, 0]),
    ({}, shared(0, 2, 5, 4), [25, 9, 99], [0, 1, 0]),
    ({}, shared(2, 0, 5, 4), [25, 9, 99], [0, 1, 0]),
    ({}, shared(0, 2, 4, 4), [9, 9, 9], [0, 1, 2]),  # too few
    ({}, shared(0, 2, 5, 3), [9, 9, 9], [0, 1, 2]),  # others have them too
    ({}, shared(0, 2, 5, 5), [26, 9, 26], [0, 1, 2]),  # too small a part of either
    ({"B": "House", "C": "House"}, shared(0, 2, 5, 5), [9, 9, 9], [0, 0, 0]),  # told and learned
    ({}, [*shared(0, 1, 5, 5), *shared(1, 2, 5, 5)], [9, 9, 9], [0, 0, 0]),
])  # fmt: skip
def test_owners_told_and_learned(
    given_: dict[str, str], copies: list[tuple[int, int, int, bool]], sizes: list[int], expected: list[int]
) -> None:
    columns = {"outlet_a": pl.Int64, "outlet_b": pl.Int64, "document": pl.Int64, "exclusive": pl.Boolean}
    found = owners.owners_of(pl.Series(["a", "B", "c"]), given_, frame(copies, **columns), pl.Series(sizes))
    assert found.tolist() == expected


# ------------------------------------------------------------------------------------------------------- shares

RANKS = ("wire", "boilerplate", "quote", "copy", "unknown")


@given(large)
@fewer(2)
def test_every_word_counts_once(random: Random) -> None:
    sizes = random.choices(range(15), k=random.randint(1, 4))
    documents = np.cumsum([0, *sizes])
    total = int(documents[-1])

    def ranges(most: int) -> list[list[int]]:
        found = []
        for _ in range(random.randint(0, most)):
            at = random.randrange(len(sizes))
            if sizes[at]:
                found.append(sorted(random.sample(range(documents[at], documents[at + 1] + 1), 2)))
        return found

    rows = [
        (
            low,
            high,
            random.choice(KINDS),
            random.choice(["first", "copy", "unknown"]),
            random.random() < 0.8,
        )
        for low, high in ranges(9)
    ]
    quotes = sorted({word for pair in ranges(2) for word in range(*pair)})
    matched, whole = ranges(4), [at for at in range(len(sizes)) if random.random() < 0.2]
    is_of: dict[int, set[str]] = {word: set() for word in range(total)}
    for low, high, kind, role, carried in rows:
        name = {"release": "boilerplate", "formula": "own"}.get(kind, kind)
        if kind in ("copy", "unknown") or (kind == "wire" and not carried):
            name = role
        for word in range(low, high):
            is_of[word].add(name)
    for at in whole:
        for word in range(documents[at], documents[at + 1]):
            is_of[word].add("wire")
    first = {word: next((name for name in RANKS if name in names), None) for word, names in is_of.items()}
    columns = {"low": pl.Int64, "high": pl.Int64, "kind": pl.String, "role": pl.String, "carried": pl.Boolean}
    found = shares.shares(
        frame(rows, **columns), np.array(whole, np.int64), np.array(matched, np.int64).reshape(-1, 2),
        np.array([[word, word + 1] for word in quotes], np.int64).reshape(-1, 2), documents,
    )  # fmt: skip
    reused = {word for pair in matched for word in range(*pair)} - {*quotes}
    for at, size in enumerate(sizes):
        inside = range(documents[at], documents[at + 1])
        counts = {name: sum(first[word] == name for word in inside) / max(size, 1) for name in RANKS}
        assert found.agency[at] == counts["wire"]
        assert found.copied[at] == pytest.approx(counts["copy"])
        assert found.own[at] == pytest.approx(1 - sum(counts.values()))
        assert found.unquoted[at] == pytest.approx(sum(word in reused for word in inside) / max(size, 1))


def test_agencies_of_articles() -> None:
    uses = frame(
        [(0, 1, 30), (0, 0, 20), (0, 0, 15), (1, 0, 30), (2, None, 30), (3, None, 9), (4, 0, 9), (4, 1, 8)],
        document=pl.Int64, agency=pl.Int64, size=pl.Int64,
    )  # fmt: skip
    whole = frame([(5, 2, 90)], document=pl.Int64, agency=pl.Int64, size=pl.Int64)
    own = frame([(0, 0), (0, 1), (0, 1), (2, 2), (4, 1), (5, 2), (6, 0)], document=pl.Int64, agency=pl.Int64)
    assert shares.agencies(uses, whole, own, AGENCIES).rows() == [
        (0, "Northwire, Agence Sud", "yes"), (1, "Northwire", "no"), (2, None, "yes"), (3, None, "no"),
        (4, "Northwire, Agence Sud", "partly"), (5, "Kessel Press", "yes"),
    ]  # fmt: skip
