"""Matches to passages: stars in time order, against the plain twin and by what they promise."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given

from reference import matching as naive
from samples.strategies import large
from syndetect.kernels.documents import UNDATED
from syndetect.kernels.ranges import count_covered
from syndetect.matching.passages import Passages, group
from syndetect.matching.places import time_rank

pytestmark = pytest.mark.kernel

LENGTH = 30  # words of each document
DOCUMENTS = 5


class Match(NamedTuple):
    """A match as ``group`` takes it: the first document comes first in the input."""

    one: int
    one_words: naive.Span
    two: int
    two_words: naive.Span
    equal: int
    columns: int
    score: int


def span(random: Random, document: int) -> naive.Span:
    """A stretch of a document, as words of the corpus; few places, so that many overlap."""
    begin = document * LENGTH + 3 * random.randint(0, 5)
    return begin, begin + random.choice([1, 2, 4, 8, 9, 12])


def match(random: Random) -> Match:
    one, two = sorted(random.sample(range(DOCUMENTS), 2))
    columns = random.randint(1, 12)
    equal, score = random.randint(1, columns), random.randint(8, 11)
    return Match(one, span(random, one), two, span(random, two), equal, columns, score)


def some_matches(random: Random) -> tuple[list[Match], list[int]]:
    """Matches in any order, no two of which time, score and place leave in a tie; and the documents' ranks."""
    found = [match(random) for _ in range(random.randint(1, 25))]
    unique = {(m.one, m.two, m.score, m.one_words[0], m.two_words[0]): m for m in found}
    return list(unique.values()), random.sample(range(DOCUMENTS), DOCUMENTS)


matches = large.map(some_matches)
some_ranges = large.map(
    lambda random: [(one, span(random, one)) for one in random.choices(range(4), k=random.randint(0, 12))]
)


def grouped(found: Sequence[Match], rank: Sequence[int]) -> Passages:
    one, two, equal, columns, score = (
        np.array([getattr(m, name) for m in found], np.int64)
        for name in ("one", "two", "equal", "columns", "score")
    )
    words = [
        np.array([getattr(m, name) for m in found], np.int64).reshape(-1, 2)
        for name in ("one_words", "two_words")
    ]
    return group((one, two), (words[0], words[1]), equal, columns, score, np.array(rank, np.uint32))


def rows(found: Passages) -> list[tuple[int, int, naive.Span, int, int]]:
    columns = (found.passage, found.document, found.words, found.equal, found.columns)
    return [(*row[:2], tuple(row[2]), *row[3:]) for row in zip(*(c.tolist() for c in columns), strict=True)]


def in_time(found: Sequence[Match], rank: Sequence[int]) -> list[naive.Pair]:
    """Matches in the order of the later document's time, then the earlier's, best first."""
    pairs = []
    for m in found:
        sides = sorted([(m.one, m.one_words), (m.two, m.two_words)], key=lambda side: rank[side[0]])
        pairs.append((naive.Pair(*sides[1], *sides[0], m.equal, m.columns), m.score))
    pairs.sort(
        key=lambda pair: (
            rank[pair[0].later], rank[pair[0].earlier], -pair[1], pair[0].later_words[0], pair[0].earlier_words[0]
        )
    )  # fmt: skip
    return [pair for pair, _ in pairs]


@given(matches)
def test_passages_are_those_of_the_plain_twin(drawn: tuple[list[Match], list[int]]) -> None:
    found, rank = drawn
    assert rows(grouped(found, rank)) == naive.passages(in_time(found, rank), rank)


@given(matches, large)
def test_the_order_of_matches_does_not_matter(drawn: tuple[list[Match], list[int]], random: Random) -> None:
    found, rank = drawn
    shuffled = random.sample(found, len(found))
    assert rows(grouped(shuffled, rank)) == rows(grouped(found, rank))


@given(matches)
def test_every_use_matches_another_article_that_has_the_passage(drawn: tuple[list[Match], list[int]]) -> None:
    found, rank = drawn
    pairs, stars = in_time(found, rank), defaultdict(list)
    for passage, document, words, equal, columns in rows(grouped(found, rank)):
        stars[passage].append((document, words, equal, columns))
    for (centre, whole, *length), *uses in stars.values():
        assert length == [whole[1] - whole[0]] * 2
        assert uses
        having = {centre, *(document for document, *_ in uses)}
        for document, words, equal, columns in uses:
            assert rank[centre] <= rank[document]
            assert any(
                (pair.equal, pair.columns) == (equal, columns)
                and (
                    ((pair.later, pair.later_words) == (document, words) and pair.earlier == centre)
                    or ((pair.earlier, pair.earlier_words) == (document, words) and pair.later in having)
                )
                for pair in pairs
            )


@given(matches)
def test_passages_are_numbered_by_reach(drawn: tuple[list[Match], list[int]]) -> None:
    found = rows(grouped(*drawn))
    reach = defaultdict(set)
    for passage, document, *_ in found:
        reach[passage].add(document)
    sizes = [len(reach[passage]) for passage in range(1, len(reach) + 1)]
    assert sizes == sorted(sizes, reverse=True)
    assert [row[0] for row in found] == sorted(row[0] for row in found)


def test_what_an_article_between_two_has_joins_their_passage() -> None:
    """Document 1 has part of a long passage of document 0 otherwise worded; document 2 has it as document 1 has it."""
    found = [
        Match(0, (0, 100), 2, (2000, 2100), 100, 100, 400),
        Match(1, (1000, 1080), 2, (2010, 2090), 80, 80, 320),
    ]
    assert [row[:3] for row in rows(grouped(found, [0, 1, 2]))] == [
        (1, 0, (0, 100)), (1, 1, (1000, 1080)), (1, 2, (2000, 2100))
    ]  # fmt: skip


def test_what_the_first_article_has_twice_are_two_uses() -> None:
    found = [
        Match(0, (0, 40), 1, (1000, 1040), 40, 40, 160),
        Match(0, (200, 240), 1, (1000, 1040), 40, 40, 150),
        Match(0, (0, 40), 2, (2000, 2040), 40, 40, 160),
        Match(0, (200, 240), 2, (2000, 2040), 40, 40, 150),
    ]
    assert [row[:3] for row in rows(grouped(found, [0, 1, 2]))] == [
        (1, 0, (0, 40)), (1, 0, (200, 240)), (1, 1, (1000, 1040)), (1, 2, (2000, 2040))
    ]  # fmt: skip


def test_a_sentence_of_a_long_passage_is_a_passage_by_itself() -> None:
    """A quotation does not join the article that it stands in; a part of a passage joins the passage."""
    found = [
        Match(0, (0, 500), 1, (1000, 1500), 500, 500, 2000),
        Match(0, (10, 30), 2, (2000, 2020), 20, 20, 80),
        Match(0, (70, 190), 3, (3000, 3120), 120, 120, 480),
    ]
    whole = rows(grouped(found, [0, 1, 2, 3]))
    assert [row[:3] for row in whole] == [
        (1, 0, (0, 500)), (1, 1, (1000, 1500)), (1, 3, (3000, 3120)), (2, 0, (10, 30)), (2, 2, (2000, 2020))
    ]  # fmt: skip


def test_two_passages_in_another_order_make_no_third() -> None:
    """Documents 1 and 2 have both halves of a passage of document 0 the other way round."""
    found = [
        Match(0, (0, 60), 1, (1060, 1120), 60, 60, 240),
        Match(0, (60, 120), 1, (1000, 1060), 60, 60, 240),
        Match(0, (0, 60), 2, (2060, 2120), 60, 60, 240),
        Match(0, (60, 120), 2, (2000, 2060), 60, 60, 240),
        Match(1, (1000, 1120), 2, (2000, 2120), 120, 120, 480),
    ]
    assert {row[0] for row in rows(grouped(found, [0, 1, 2]))} == {1, 2}


def test_a_later_and_longer_copy_widens_the_passage() -> None:
    found = [
        Match(0, (10, 40), 1, (110, 140), 30, 30, 120),
        Match(0, (0, 60), 2, (200, 260), 60, 60, 240),
        Match(0, (12, 40), 3, (312, 340), 28, 28, 112),
    ]
    assert [row[:3] for row in rows(grouped(found, [0, 1, 2, 3]))] == [
        (1, 0, (0, 60)), (1, 1, (110, 140)), (1, 2, (200, 260)), (1, 3, (312, 340))
    ]  # fmt: skip


def test_overlapping_uses_of_one_passage_are_one() -> None:
    """Document 2 matches one centre twice, with stretches of which the one lies in the other."""
    found = [
        Match(0, (0, 100), 1, (200, 300), 100, 100, 400),
        Match(0, (0, 60), 2, (400, 460), 60, 60, 240),
        Match(0, (0, 100), 2, (400, 500), 80, 100, 230),
    ]
    uses = [row[1:3] for row in rows(grouped(found, [0, 1, 2]))]
    assert uses == [(0, (0, 100)), (1, (200, 300)), (2, (400, 500))]


def test_nothing_gives_nothing() -> None:
    found = grouped([], [0, 1])
    assert rows(found) == []
    assert found.words.shape == (0, 2)


@given(some_ranges)
def test_count_covered(some: list[tuple[int, naive.Span]]) -> None:
    owner = np.array([one for one, _ in some], np.int64)
    words = np.array([words for _, words in some], np.int64).reshape(-1, 2)
    found = np.zeros(4, np.int64)
    order = np.lexsort((words[:, 0], owner))
    count_covered(words[:, 0].copy(), words[:, 1].copy(), owner, order, found)
    expected = naive.covered(some)
    assert found.tolist() == [expected[one] for one in range(4)]


def test_the_undated_come_last_and_sizes_and_ids_decide_among_equals() -> None:
    days = [None, 3, 1, 3, None, 2]
    time = [day and int(datetime(2031, 6, day, tzinfo=UTC).timestamp()) * 10**6 for day in days]
    published = np.array([UNDATED if one is None else one for one in time], np.int64)
    by_id, same = np.arange(6, dtype=np.uint32), np.full(6, 7)
    assert time_rank(published, same, by_id).tolist() == [4, 2, 0, 3, 5, 1]
    assert time_rank(published, same, by_id[::-1]).tolist() == [5, 3, 0, 2, 4, 1]
    assert time_rank(published, np.array([9, 9, 7, 7, 8, 9]), by_id).tolist() == [5, 3, 0, 2, 4, 1]
