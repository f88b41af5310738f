"""One article with its passages, names that a person gives, and lines for a pipe."""

import dataclasses

import polars as pl
import pytest

from samples.results import BRIDGE, result, with_shares
from syndetect.errors import ResultError
from syndetect.report import article_view, lookup, passage_view, use_lines
from syndetect.results.result import Result

ARTICLE = """\
Article morvia/a.txt  Morvia Post  2031-06-03
    Bridge shut
    180 words: 36 (20 %) agency copy (Northwire, not credited); 9 (5 %) copied
    from other outlets; 90 (50 %) its own; 45 (25 %) quotations, boilerplate, or
    not known whose
    partially derived from wire-17  Northwire
    2 passages

Passage 1: Northwire wire (98 % sure)
    characters 20-167, 23 words, not the first
    also in Northwire, Kesh Daily
    The bridge over the Tamsin will close to heavy lorries from Monday, Morvia's
    transport ministry said, after inspectors found cracks in two pill…

Passage 2: quote (97 % sure)
    characters 500-597, 15 words, not the first
    also in Northwire
    “We would rather have angry drivers than wet ones,” the minister, Ilse
    Brandvoll, told reporters.
"""


def show(one: Result, doc_id: str, *, width: int = 80, colour: bool = False) -> str:
    return article_view.article(one.documents, one.passages, one.clusters, doc_id, width=width, colour=colour)


def lines(one: Result, shown: int | str) -> list[list[str]]:
    text = use_lines.use_lines(one.documents, one.passages, one.clusters, shown)
    return [line.split("\t") for line in text.splitlines()]


def test_an_article_at_80_columns() -> None:
    one = with_shares()
    few = pl.col("passage_id") <= 2
    one = dataclasses.replace(one, passages=one.passages.filter(few), clusters=one.clusters.filter(few))
    assert show(one, "morvia/a.txt") == ARTICLE


def test_passages_stand_in_the_order_of_their_places() -> None:
    one = with_shares()
    moved = pl.when(pl.col("passage_id") == 2).then(0).otherwise("begin")
    one = dataclasses.replace(one, passages=one.passages.with_columns(begin=moved))
    numbers = [int(line[8]) for line in show(one, "morvia/a.txt").splitlines() if line.startswith("Passage")]
    assert numbers == [4, 5, 6, 3, 2, 1]
    assert [int(row[0]) for row in lines(one, "morvia/a.txt")] == numbers


def test_an_article_that_shares_nothing() -> None:
    text = show(result(), "kesh/c.txt")
    assert text == (
        "Article kesh/c.txt  Kesh Daily\n    Rain\n    95 words, 0 of them reused\n"
        "    no passage that another article has\n"
    )
    assert "95 words: all its own\n" in show(with_shares(), "kesh/c.txt")


def test_what_an_index_answers_has_no_kinds_and_may_lack_texts() -> None:
    one = result()
    one = dataclasses.replace(
        one, clusters=one.clusters.clear(), passages=one.passages.with_columns(text=pl.lit(None, pl.String))
    )
    text = show(one, "kesh/b.txt")
    assert "\nPassage 1\n    characters 410-563, 25 words, not the first\n" in text
    assert "(a text that the index does not store)" in text
    assert lines(one, "kesh/b.txt")[0][-1] == ""


def test_an_article_that_repeats_a_passage_of_its_own() -> None:
    one = result()
    twice = pl.concat([one.passages[2:3]] * 2).with_columns(begin=pl.Series([410, 800]))
    one = dataclasses.replace(one, passages=twice)
    assert show(one, "kesh/b.txt").count("also in no other article") == 2


def test_a_number_is_a_passage_before_it_is_an_article() -> None:
    one = result()
    renamed = one.documents.with_columns(doc_id=pl.Series(["1", "07", "3", "none"]))
    assert lookup.meant("1", renamed, one.passages) == 1
    assert lookup.meant("1", renamed, one.passages, is_article=True) == "1"
    assert lookup.meant("3", renamed, one.passages) == "3"
    assert lookup.meant("07", renamed, one.passages) == "07"
    assert lookup.meant("2", renamed, one.passages) == 2
    assert lookup.meant("02", renamed, one.passages) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("9", "there is no passage 9: this result has 1 to 2"),
        ("0", "there is no passage 0: this result has 1 to 2"),
        ("9" * 5000, "there is no passage 999999999999999999: this result has 1 to 2"),
        ("KESH", "there is no article KESH: ids with this in them: kesh/b.txt, kesh/c.txt"),
        ("t", "there is no article t: ids with this in them: morvia/a.txt, kesh/b.txt, kesh/c.txt"),
        ("i", "there is no article i: ids with this in them: wire-17, morvia/a.txt"),
        ("", "there is no article : ids stand in the table documents"),
        ("[a-z", "there is no article [a-z: ids stand in the table documents"),
        ("²", "there is no article ²: ids stand in the table documents"),
        ("\x1b[2J", r"there is no article \x1b[2J: ids stand in the table documents"),
    ],
)
def test_what_is_not_there_is_named(name: str, message: str) -> None:
    one = result()
    with pytest.raises(ResultError) as raised:
        lookup.meant(name, one.documents, one.passages)
    assert str(raised.value) == message


def test_lines_for_a_pipe_have_the_same_fields_in_both_views() -> None:
    one = with_shares()
    rows = lines(one, 1)
    assert rows[0] == [
        "1", "wire-17", "0", "153", "25", "1.0000", "copy", "wire", "Northwire", "0.9800", "3", "Northwire",
        "2031-06-02T09:30:00Z", "Tamsin bridge to close", "news://northwire/17", BRIDGE,
    ]  # fmt: skip
    assert [row[1] for row in rows] == ["wire-17", "morvia/a.txt", "kesh/b.txt"]
    assert [row[12] for row in rows] == ["2031-06-02T09:30:00Z", "2031-06-03T00:00:00Z", ""]
    assert rows[1] in lines(one, "morvia/a.txt")
    of_passages = [row for number in (4, 5, 6, 3) for row in lines(one, number)]
    assert lines(one, "kesh/c.txt") == [row for row in of_passages if row[1] == "kesh/c.txt"] != []
    assert len(use_lines.FIELDS) == len(rows[0])


def test_a_result_explains_its_passages() -> None:
    one = with_shares()
    shown = one.explain(1)
    assert shown == passage_view.passage(one.documents, one.passages, one.clusters, 1)
    assert shown.startswith("Passage 1: 3 articles; ")
    assert max(map(len, one.explain(1, width=40).splitlines())) == 40
    with pytest.raises(ResultError, match="there is no passage 9: this result has 1 to 6"):
        one.explain(9)
