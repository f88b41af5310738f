"""Words that outlets share: held against plain sums, and their order."""

import dataclasses
from collections import defaultdict
from itertools import permutations

import numpy as np
import polars as pl
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from samples.results import result
from syndetect.report.shared_words import NARRATION, _joined, shared_words
from syndetect.results.result import Result
from syndetect.schema import TABLES

KINDS = ("wire", "quote", "copy", "boilerplate")


def invented(seed: int, outlets: int = 6) -> Result:
    """A result of random passages."""
    random = np.random.default_rng(seed)
    number = 60
    passages = pl.DataFrame(
        {
            "passage_id": random.integers(1, 15, number),
            "doc_id": [f"d{at}" for at in range(number)],
            "words": random.integers(8, 100, number),
            "source": [None if at == 0 else f"Outlet {at}" for at in random.integers(0, outlets, number)],
            "role": random.choice(["first", "copy", "unknown"], number),
        }
    )
    table = pl.DataFrame(
        [passages[name] if name in passages.columns else pl.Series(name, [None] * number, kind)
         for name, kind in TABLES["passages"].items()]
    )  # fmt: skip
    clusters = pl.concat([result().clusters.head(1)] * 14).with_columns(
        passage_id=pl.int_range(1, 15, dtype=pl.Int64), kind=pl.Series(random.choice(KINDS, 14))
    )
    return dataclasses.replace(result(), passages=table, clusters=clusters)


def plain(
    found: Result, kinds: tuple[str, ...]
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """The words that pairs of outlets share, and those that the first is known to have had before the second."""
    kind = dict(found.clusters.select("passage_id", "kind").iter_rows())
    words: dict[tuple[int, str], int] = defaultdict(int)
    roles: dict[tuple[int, str], set[str]] = defaultdict(set)
    for row in found.passages.iter_rows(named=True):
        if row["source"] is not None and kind[row["passage_id"]] in kinds:
            key = row["passage_id"], row["source"]
            words[key] = max(words[key], row["words"])
            roles[key].add(row["role"])
    shared: dict[tuple[str, str], int] = defaultdict(int)
    earlier: dict[tuple[str, str], int] = defaultdict(int)
    for one, other in permutations(words, 2):
        if one[0] == other[0]:
            both = min(words[one], words[other])
            shared[one[1], other[1]] += both
            if "first" in roles[one] and roles[other] == {"copy"}:
                earlier[one[1], other[1]] += both
    return shared, earlier


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kinds", [NARRATION, KINDS])
def test_words_are_those_of_passages_that_both_have(seed: int, kinds: tuple[str, ...]) -> None:
    found = invented(seed)
    shared, earlier = plain(found, kinds)
    told = shared_words(found, top=50, kinds=kinds)
    names = told.names
    assert {*names} == {name for pair in shared for name in pair}
    assert {(one, other): told.words[i, j] for i, one in enumerate(names) for j, other in enumerate(names)
            if told.words[i, j]} == shared  # fmt: skip
    assert {(one, other): told.earlier[i, j] for i, one in enumerate(names) for j, other in enumerate(names)
            if told.earlier[i, j]} == earlier  # fmt: skip
    assert told.noun == "outlet"
    assert told.unnamed == found.passages.filter(
        pl.col("source").is_null()
        & pl.col("passage_id").is_in(found.clusters.filter(pl.col("kind").is_in(kinds))["passage_id"].to_list())
    )["doc_id"].n_unique()  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_those_that_share_most_are_taken(seed: int) -> None:
    found = invented(seed, outlets=20)
    whole, some = (shared_words(found, top=top, kinds=None) for top in (50, 4))
    assert len(some.names) == 4
    assert some.others == len(whole.names) - 4
    assert {*some.names} <= {*whole.names}
    at = [whole.names.index(name) for name in some.names]
    assert (whole.words[np.ix_(at, at)] == some.words).all()


def grouped(groups: list[list[int]], weights: list[int]) -> Result:
    """A result in which the outlets of each group share a passage of so many words."""
    rows = [
        (number, f"d{outlet}", 0, 1, weights[number], 1.0, "text", f"Outlet {outlet:02}", None, "unknown")
        for number, group in enumerate(groups)
        for outlet in group
    ]
    return dataclasses.replace(
        result(),
        passages=pl.DataFrame(rows, schema=TABLES["passages"], orient="row"),
        clusters=result().clusters.clear(),
    )


def test_groups_stand_together_and_the_one_that_shares_most_comes_first() -> None:
    groups = [[0, 9, 4], [1, 7], [2, 3, 5, 6]]
    told = shared_words(grouped(groups, [20, 50, 30]), top=50)
    places = {name: at for at, name in enumerate(told.names)}
    for group in groups:
        at = sorted(places[f"Outlet {number:02}"] for number in group)
        assert at == list(range(at[0], at[0] + len(group)))
    assert {*told.names[:4]} == {f"Outlet {number:02}" for number in groups[2]}  # 3 times 30 words each


def test_neighbours_share_more_than_outlets_far_apart() -> None:
    """A group that two outlets hold together is not torn apart by the weight of its members."""
    groups = [[0, 1], [0, 1], [2, 3], [2, 3], [1, 2]]
    told = shared_words(grouped(groups, [100, 90, 80, 70, 20]), top=50)
    assert told.names[0] == "Outlet 01"
    assert told.names[1] == "Outlet 00"


def test_the_order_does_not_depend_on_that_of_the_rows() -> None:
    found = invented(3)
    turned = dataclasses.replace(found, passages=found.passages.reverse(), clusters=found.clusters.reverse())
    one, other = shared_words(found, top=50), shared_words(turned, top=50)
    assert one.names == other.names
    assert (one.words == other.words).all()


@pytest.mark.parametrize("groups", [[], [[0]], [[0, 0]]])
def test_nobody_shares_with_itself(groups: list[list[int]]) -> None:
    told = shared_words(grouped(groups, [20]), top=50)
    assert told.names == []
    assert told.words.shape == told.earlier.shape == (0, 0)


def test_branches_are_joined_as_scipy_joins_them() -> None:
    random = np.random.default_rng(1)
    for number in (2, 3, 10, 40):
        distance = random.random((number, number))
        distance = (distance + distance.T) / 2
        np.fill_diagonal(distance, 0)
        expected = [frozenset([row]) for row in range(number)]
        for one, other in hierarchy.linkage(squareform(distance), "average")[:, :2].astype(int):
            expected.append(expected[one] | expected[other])
        np.fill_diagonal(distance, np.inf)
        branches = {row: frozenset([row]) for row in range(number)}
        found = []
        for left, right in _joined(distance):
            branches[left] |= branches[right]
            found.append(branches[left])
        assert found == expected[number:]
