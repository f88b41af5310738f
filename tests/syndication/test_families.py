"""Families of documents, held against a plain twin."""

from typing import NamedTuple

import numpy as np
import pytest

from syndetect.kernels.documents import UNDATED
from syndetect.matching.alignment import Matches
from syndetect.syndication.families import RELATIONS, Families, families

pytestmark = pytest.mark.kernel

DAY = 86_400_000_000


class Match(NamedTuple):
    """Words of document ``a`` that stand in document ``b``; counted from the beginning of each."""

    a: int
    b: int
    words_a: tuple[int, int]
    words_b: tuple[int, int]


def grouped(
    matches: list[Match],
    counts: list[int],
    *,
    content: list[int] | None = None,
    outlet: list[int] | None = None,
    time: list[int] | None = None,
    rank: list[int] | None = None,
) -> Families:
    d = len(counts)
    begins = np.concatenate([[0], np.cumsum(counts)])
    sides = [np.array([m[side] for m in matches], np.int64) for side in (0, 1)]
    ranges = [
        np.array([m[side + 2] for m in matches], np.int64).reshape(-1, 2) + begins[sides[side]][:, None]
        for side in (0, 1)
    ]
    none = np.zeros(len(matches), np.int64)
    return families(
        Matches(sides[0], sides[1], ranges[0], ranges[1], none, none, none), np.array(counts, np.int64),
        np.array(range(d) if content is None else content, np.uint64),
        np.array([-1] * d if outlet is None else outlet, np.int64),
        np.array(range(d) if rank is None else rank, np.uint32),
        np.array([UNDATED] * d if time is None else time, np.int64),
    )  # fmt: skip


def rows(found: Families) -> list[tuple[int, int, int, str | None, float]]:
    names = (None, *RELATIONS)
    columns = (found.family, found.document, found.representative, found.relation, found.share)
    return [(f, d, r, names[k], s) for f, d, r, k, s in zip(*(c.tolist() for c in columns), strict=True)]


@pytest.mark.parametrize(
    ("words_a", "words_b", "relation", "share"),
    [
        ((0, 90), (0, 90), "near", 0.9),
        ((0, 80), (0, 80), "near", 0.8),
        ((0, 79), (0, 79), None, None),
        ((0, 95), (5, 60), "contains", 0.95),
    ],
)
def test_the_relation_of_two(
    words_a: tuple[int, int], words_b: tuple[int, int], relation: str | None, share: float | None
) -> None:
    found = rows(grouped([Match(0, 1, words_a, words_b)], [100, 100]))
    assert found == ([] if relation is None else [(1, 0, 0, None, 1.0), (1, 1, 0, relation, share)])


def test_the_shorter_one_is_contained_whichever_is_earlier() -> None:
    for counts, ranges in (([100, 300], ((0, 90), (0, 90))), ([300, 100], ((200, 290), (0, 90)))):
        assert rows(grouped([Match(0, 1, *ranges)], counts))[1] == (1, 1, 0, "contains", 0.9)


def test_the_longer_one_alone_is_not_enough() -> None:
    assert rows(grouped([Match(0, 1, (0, 70), (0, 160))], [100, 200])) == []


def test_a_word_in_several_matches_counts_once() -> None:
    twice = [Match(0, 1, (0, 50), (0, 50)), Match(0, 1, (10, 50), (50, 70)), Match(0, 1, (0, 50), (10, 50))]
    assert rows(grouped(twice, [100, 100])) == []
    assert rows(grouped([*twice, Match(0, 1, (50, 85), (70, 81))], [100, 100]))[1][3:] == ("near", 0.81)


@pytest.mark.parametrize(
    ("outlet", "time", "relation"),
    [
        ([3, 3], [0, DAY], "revision"),
        ([3, 4], [0, DAY], None),
        ([-1, -1], [0, DAY], None),
        ([3, 3], [DAY, DAY], None),
        ([3, 3], [DAY, UNDATED], None),
    ],
)
def test_a_revision_is_of_one_outlet_at_another_time(
    outlet: list[int], time: list[int], relation: str | None
) -> None:
    found = rows(grouped([Match(0, 1, (0, 60), (0, 50))], [100, 100], outlet=outlet, time=time))
    assert [row[3:] for row in found[1:]] == ([] if relation is None else [(relation, 0.5)])


def test_the_same_words_are_exact_without_a_match() -> None:
    assert rows(grouped([], [5, 5, 5], content=[7, 8, 7])) == [(1, 0, 0, None, 1.0), (1, 2, 0, "exact", 1.0)]


def test_documents_without_words_are_in_no_family() -> None:
    assert rows(grouped([], [0, 0, 9], content=[7, 7, 7])) == []
    assert rows(grouped([], [])) == []


def test_a_chain_is_not_one_family() -> None:
    chain = [Match(0, 1, (0, 90), (0, 90)), Match(1, 2, (10, 100), (0, 90))]
    assert rows(grouped(chain, [100] * 3)) == [(1, 0, 0, None, 1.0), (1, 1, 0, "near", 0.9)]


def test_time_decides_who_represents() -> None:
    star = [Match(0, 1, (0, 90), (0, 90)), Match(0, 2, (0, 80), (0, 80)), Match(1, 2, (0, 85), (0, 85))]
    assert rows(grouped(star, [100] * 3, rank=[2, 0, 1])) == [
        (1, 1, 1, None, 1.0), (1, 2, 1, "near", 0.85), (1, 0, 1, "near", 0.9),
    ]  # fmt: skip


def test_copies_of_a_member_are_members() -> None:
    """Although the star of a widely shared passage has no match of theirs with the representative."""
    found = rows(grouped([Match(0, 1, (0, 85), (0, 85))], [100] * 3, content=[1, 2, 2]))
    assert found == [(1, 0, 0, None, 1.0), (1, 1, 0, "near", 0.85), (1, 2, 0, "near", 0.85)]


def test_a_copy_elsewhere_of_a_revision_is_none() -> None:
    found = rows(grouped(
        [Match(0, 1, (0, 60), (0, 60))], [100] * 3, content=[1, 2, 2], outlet=[1, 1, 2], time=[0, DAY, 2 * DAY]
    ))  # fmt: skip
    assert found == [(1, 0, 0, None, 1.0), (1, 1, 0, "revision", 0.6)]


def plain(
    matches: list[Match],
    counts: list[int],
    content: list[int],
    outlet: list[int],
    rank: list[int],
    time: list[int],
) -> dict[int, tuple[int, str, float]]:
    """Member to representative, relation and share, document by document."""
    inside: dict[tuple[int, int], tuple[set[int], set[int]]] = {}
    for a, b, words_a, words_b in matches:
        for one, other, mine, theirs in ((a, b, words_a, words_b), (b, a, words_b, words_a)):
            sets = inside.setdefault((one, other), (set(), set()))
            sets[0].update(range(*mine))
            sets[1].update(range(*theirs))

    def relation(one: int, other: int) -> tuple[str, float] | None:
        if (one, other) not in inside:
            return None
        shares = [len(s) / counts[d] for s, d in zip(inside[one, other], (one, other), strict=True)]
        short = shares[0] if counts[one] < counts[other] else shares[1]
        short = max(shares) if counts[one] == counts[other] else short
        if min(shares) >= 0.8:
            return "near", min(shares)
        if short >= 0.8:
            return "contains", short
        differ = UNDATED not in (time[one], time[other]) and time[one] != time[other]
        if outlet[one] == outlet[other] >= 0 and differ and min(shares) >= 0.5:
            return "revision", min(shares)
        return None

    order = sorted(range(len(counts)), key=rank.__getitem__)
    joins: dict[int, tuple[int, str, float]] = {}
    for at, document in enumerate(order):
        same = next(o for o in order if content[o] == content[document])
        if same != document and same not in joins:
            joins[document] = (same, "exact", 1.0)
        elif same != document and joins[same][1] != "revision":
            joins[document] = joins[same]
        else:
            for other in order[:at]:
                if other not in joins and (told := relation(other, document)):
                    joins[document] = (other, *told)
                    break
    return joins


def test_as_the_plain_twin() -> None:
    draw = np.random.default_rng(11)
    for _ in range(60):
        d = int(draw.integers(1, 9))
        counts = draw.integers(1, 12, d).tolist()
        content = draw.integers(0, 6, d).tolist()
        counts = [counts[content.index(c)] for c in content]
        matches = []
        for _ in range(int(draw.integers(0, 25)) if d > 1 else 0):
            a, b = sorted(draw.choice(d, 2, replace=False).tolist())
            ranges = [tuple(sorted(draw.choice(counts[x] + 1, 2, replace=False).tolist())) for x in (a, b)]
            matches.append(Match(a, b, *ranges))
        outlet, rank = draw.integers(-1, 2, d).tolist(), draw.permutation(d).tolist()
        time = draw.choice(np.array([0, DAY, 2 * DAY, UNDATED]), d).tolist()
        found = rows(grouped(matches, counts, content=content, outlet=outlet, time=time, rank=rank))
        members = {document: (head, name, share) for _, document, head, name, share in found if name}
        assert members == plain(matches, counts, content, outlet, rank, time)
        heads = [document for _, document, head, name, _ in found if name is None and head == document]
        assert sorted(heads) == sorted({head for head, _, _ in members.values()})
        assert [row[0] for row in found] == sorted(row[0] for row in found)
