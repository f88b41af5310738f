"""The order of the input decides the order of rows and which article is ``doc_a``, and nothing else."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from samples.newspapers import Article, newspapers, repetitive_articles
from samples.strategies import INTERPRETED
from syndetect import Result, Settings, scan
from syndetect.matching import wording
from syndetect.schema import TABLES

pytestmark = pytest.mark.kernel

SETTINGS = {
    "defaults": Settings(),
    "all frequent": Settings(hot_places=2, min_jaccard=0.1),
    "a window": Settings(hot_places=3, window_days=1.5),
}
COUNT = 8 if INTERPRETED else 40


def corpus(seed: int) -> list[Article]:
    """Articles of few outlets, many of one date or of none; some sentences stand in nearly all of a part of them."""
    random = Random(seed)
    found = newspapers(seed, COUNT)
    found += [one | {"id": f"r{one['id']}"} for one in repetitive_articles(seed, COUNT // 2)]
    sources = [None, "Post", " post", "Daily", "Kesh", "AFP"]
    return [one | {"source": random.choice(sources), "author": random.choice([None, "AFP"])} for one in found]


def turned(row: dict[str, Any]) -> dict[str, Any]:
    """A row about two articles, the one with the smaller id first."""
    if row.get("doc_a", "") <= row.get("doc_b", ""):
        return row
    other = {"_a": "_b", "_b": "_a"}
    return {name: row[name[:-2] + other[name[-2:]]] if name[-2:] in other else row[name] for name in row}


def tables(result: Result) -> dict[str, list[str]]:
    """The rows of all tables in an order of their own."""
    return {name: sorted(repr(turned(row)) for row in getattr(result, name).to_dicts()) for name in TABLES}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("seed", [1, 2])
def test_input_in_another_order_has_the_same_tables(
    name: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "SAMPLE", COUNT)  # rarity is learned from some of the articles
    articles = corpus(seed)
    expected = tables(scan(articles, SETTINGS[name], threads=1, across_sources=False))
    assert all(expected[table] for table in ("pairs", "matches", "passages", "links", "families"))
    for order in (articles[::-1], Random(seed).sample(articles, len(articles))):
        assert tables(scan(order, SETTINGS[name], threads=1, across_sources=False)) == expected


def sides(articles: Sequence[Article]) -> list[list[tuple[Any, ...]]]:
    """What two articles have in common, without their ids, as the first one of the two sees it."""
    found = scan(articles, threads=1)
    spans = ("begin_a", "end_a", "begin_b", "end_b")
    both = [found.matches.select(*spans, "words", "identity", "score"), found.pairs.select(*spans, "jaccard")]
    return [sorted(table.rows()) for table in both]


@pytest.mark.parametrize("seed", range(2))
def test_two_texts_match_alike_either_way_round(seed: int) -> None:
    """Also where ids do not go with the texts."""
    articles = corpus(10 + seed)
    random = Random(seed)
    found = 0
    for _ in range(4 if INTERPRETED else 15):
        one, other = ({"text": article["text"]} for article in random.sample(articles, 2))
        forwards = sides([one, other])
        assert [
            sorted((*row[2:4], *row[:2], *row[4:]) for row in rows) for rows in sides([other, one])
        ] == forwards
        found += len(forwards[0])
    assert found > 2 or INTERPRETED
