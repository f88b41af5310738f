"""The scan of seeds/ against the truth in tests/data/seeds.jsonl."""

import json
import re
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import TypedDict

import pytest

from syndetect import Result, scan

_ROOT = Path(__file__).parents[2]


class Use(TypedDict):
    doc_id: str
    begin: int
    end: int


_TRUTH = [json.loads(line) for line in (_ROOT / "tests/data/seeds.jsonl").read_text("utf-8").splitlines()]
_PAIRS = [
    pytest.param(one, two, id=f"{passage['passage']}:{one['doc_id'][:2]}-{two['doc_id'][:2]}")
    for passage in _TRUTH
    for one, two in combinations(passage["uses"], 2)
    if one["doc_id"] != two["doc_id"]
]


@pytest.fixture(scope="module")
def result() -> Result:
    return scan(_ROOT / "seeds", threads=2)


def _sides(result: Result, one: str, two: str) -> tuple[list[range], list[range]]:
    """What is matched of each of two documents with the other."""
    sides: tuple[list[range], list[range]] = ([], [])
    for row in result.matches.iter_rows(named=True):
        spans = {
            row["doc_a"]: range(row["begin_a"], row["end_a"]),
            row["doc_b"]: range(row["begin_b"], row["end_b"]),
        }
        if {one, two} == set(spans):
            sides[0].append(spans[one])
            sides[1].append(spans[two])
    return sides


def _common(one: Use, two: Use) -> tuple[set[int], set[int]]:
    """The characters of each use's words that stand in the other, in runs of three words and more."""
    words = [
        [
            (found[0].casefold(), range(use["begin"] + found.start(), use["begin"] + found.end()))
            for found in re.finditer(r"\w+", _text(use["doc_id"])[use["begin"] : use["end"]])
        ]
        for use in (one, two)
    ]
    first, second = ([word for word, _ in side] for side in words)
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    sides: tuple[set[int], set[int]] = (set(), set())
    for block in matcher.get_matching_blocks():
        if block.size >= 3:
            for side, begin in enumerate((block.a, block.b)):
                sides[side].update(*(span for _, span in words[side][begin : begin + block.size]))
    return sides


def _text(doc_id: str) -> str:
    with (_ROOT / "seeds" / doc_id).open(encoding="utf-8", newline="") as file:
        return file.read()


@pytest.mark.parametrize(("one", "two"), _PAIRS)
def test_every_true_passage_is_matched(result: Result, one: Use, two: Use) -> None:
    for common, spans in zip(_common(one, two), _sides(result, one["doc_id"], two["doc_id"]), strict=True):
        assert common
        assert len(common.intersection(*[set().union(*spans)])) >= 0.95 * len(common)


def test_every_match_is_a_true_passage(result: Result) -> None:
    uses: dict[str, set[int]] = {}
    for passage in _TRUTH:
        for use in passage["uses"]:
            uses.setdefault(use["doc_id"], set()).update(range(use["begin"], use["end"]))
    for row in result.matches.iter_rows(named=True):
        for side in "ab":
            matched = set(range(row[f"begin_{side}"], row[f"end_{side}"]))
            assert len(matched - uses.get(row[f"doc_{side}"], set())) <= 0.1 * len(matched), row


def test_unrelated_articles_share_nothing(result: Result) -> None:
    reused = dict(result.documents.select("doc_id", "reused_words").iter_rows())
    assert reused["11-fellgate-gazette.txt"] == reused["12-coastline-weekly.txt"] == 0


def test_threads_do_not_change_the_result(result: Result) -> None:
    alone = scan(_ROOT / "seeds", threads=1)
    for name in ("documents", "pairs", "matches", "passages"):
        assert getattr(alone, name).equals(getattr(result, name))
