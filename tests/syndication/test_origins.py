"""Who had a passage first, held against a plain twin; and what may derive from what."""

from itertools import combinations
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given

from samples.strategies import fewer, large
from syndetect.kernels.documents import UNDATED
from syndetect.matching.alignment import Matches
from syndetect.matching.wording import Rarity, sketch, union_shares
from syndetect.syndication import derivation, origins

HOUR = 3_600_000_000
DAY = 24 * HOUR
NEVER = int(UNDATED)


def earliest_and_latest(time: int) -> tuple[float, float]:
    """The plain twin of ``bounds_of``."""
    if time == NEVER:
        return -np.inf, np.inf
    return time, time + DAY if time % DAY == 0 else time


def may_be_first(times: list[int]) -> list[bool]:
    """Whether no other was there for certain, and by more than clocks differ."""
    bounds = [earliest_and_latest(time) for time in times]
    limits = [high if high - low == DAY else high + origins.TIE for low, high in bounds]
    return [all(low < limit for limit in limits) for low, _ in bounds]


def first_of(rows: list[tuple[int, int, bool]], rank: list[int]) -> int:
    """The first of some uses, each its document, time and whether it is the agency's own; -1 where not known."""
    chances = may_be_first([time for _, time, _ in rows])
    candidates = {row for row, may in zip(rows, chances, strict=True) if may}
    own = sorted((rank[document], document) for document, _, is_own in candidates if is_own)
    if own:
        return own[0][1]
    documents = {document for document, _, _ in candidates}
    return documents.pop() if len(documents) == 1 and not any(is_own for _, _, is_own in rows) else -1


def times(random: Random, count: int) -> list[int]:
    """Times on three days, dates alone among them, to the tie and a microsecond, and none."""
    choices = [NEVER, *(day * DAY for day in range(3))]
    exact = [day * DAY + hour * HOUR + off for day in range(3) for hour in (1, 23)
             for off in (0, origins.TIE - 1, origins.TIE, 2 * origins.TIE)]  # fmt: skip
    return random.choices([*choices, *choices, *exact], k=count)


@given(large)
def test_firsts_and_roles(random: Random) -> None:
    count = random.randint(1, 9)
    time, rank = times(random, count), random.sample(range(count), count)
    low, high = origins.bounds_of(np.array(time))
    passages = [
        [(document, time[document], random.random() < 0.2) for document in random.choices(range(count), k=n)]
        for n in random.choices(range(1, 6), k=random.randint(1, 5))
    ]
    # a document is an agency's own or it is not, whichever of its uses is looked at
    passages = [[(d, t, any(o for e, _, o in rows if e == d)) for d, t, _ in rows] for rows in passages]
    passage = np.repeat(np.arange(len(passages)), [len(rows) for rows in passages])
    document = np.array([row[0] for rows in passages for row in rows])
    own = np.array([row[2] for rows in passages for row in rows])
    first, may_be = origins.first_documents(
        passage, document, np.array(rank, np.uint32)[document], (low[document], high[document]), own
    )
    assert first.tolist() == [first_of(rows, rank) for rows in passages]
    assert may_be.tolist() == [may for rows in passages for may in may_be_first([row[1] for row in rows])]
    virtual = np.array([random.random() < 0.3 for _ in passages])
    expected = []
    for at, one, may in zip(passage.tolist(), document.tolist(), may_be.tolist(), strict=True):
        origin = int(first[at])
        role = "first" if origin == one else "copy" if origin >= 0 or not may else "unknown"
        expected.append("copy" if virtual[at] else role)
    assert origins.roles(passage, document, first, may_be, virtual).to_list() == expected


def test_nothing_has_no_first() -> None:
    nothing, none = np.empty(0, np.int64), np.empty(0, bool)
    first, may_be = origins.first_documents(
        nothing, nothing, nothing.astype(np.uint32), (nothing, nothing), none
    )
    assert len(first) == len(may_be) == len(origins.roles(nothing, nothing, first, may_be, none)) == 0


@pytest.mark.parametrize(("time", "first"), [
    ([HOUR, 2 * HOUR], 0),
    ([2 * HOUR, HOUR], 1),
    ([HOUR, HOUR + origins.TIE], 0),
    ([HOUR, HOUR + origins.TIE - 1], -1),  # within what clocks differ by
    ([HOUR, 0], -1),  # the second is a date alone
    ([0, DAY + HOUR], 0),
    ([0, 2 * DAY], 0),
    ([HOUR, NEVER], -1),
    ([NEVER, NEVER], -1),
])  # fmt: skip
def test_by_time(time: list[int], first: int) -> None:
    low, high = origins.bounds_of(np.array(time))
    two = np.arange(2)
    found, _ = origins.first_documents(
        np.zeros(2, np.int64), two, two.astype(np.uint32), (low, high), np.zeros(2, bool)
    )
    assert found.tolist() == [first]


def test_a_reference_was_there_before_all() -> None:
    low, high = origins.bounds_of(np.array([HOUR, 9 * DAY + HOUR]), np.array([False, True]))
    found, may_be = origins.first_documents(
        np.zeros(2, np.int64),
        np.arange(2),
        np.arange(2, dtype=np.uint32),
        (low, high),
        np.array([False, True]),
    )
    assert found.tolist() == [1]
    roles = origins.roles(np.zeros(2, np.int64), np.arange(2), found, may_be, np.zeros(1, bool))
    assert roles.to_list() == ["copy", "first"]


@given(large)
def test_rank(random: Random) -> None:
    count = random.randint(0, 12)
    time = times(random, count)
    agency, reference = ([random.random() < 0.3 for _ in range(count)] for _ in range(2))
    by_id, words = random.sample(range(count), count), random.choices(range(3), k=count)

    def key(document: int) -> tuple[bool, float, int, int]:
        low, high = earliest_and_latest(time[document])
        until = low if agency[document] and time[document] != NEVER else high
        return not reference[document], until, words[document], by_id[document]

    found = origins.rank_of(
        np.array(time, np.int64), np.array(words), np.array(by_id, np.uint32), np.array(agency, bool),
        np.array(reference, bool),
    )  # fmt: skip
    assert found.dtype == np.uint32
    assert np.argsort(found).tolist() == sorted(range(count), key=key)


@pytest.mark.parametrize(("kind", "agency", "voters", "own", "expected"), [
    ("wire", 3, 2, [], True), ("wire", 3, 1, [], False), ("wire", None, 5, [], False), ("copy", 3, 5, [], False),
    ("wire", 3, 5, [0], False), ("wire", 3, 5, [1], True),
])  # fmt: skip
def test_virtual_sources(kind: str, agency: int | None, voters: int, own: list[int], expected: bool) -> None:
    schema = {"passage": pl.Int64, "kind": pl.String, "agency": pl.Int64, "voters": pl.Int64}
    clusters = pl.DataFrame([(0, kind, agency, voters)], schema=schema, orient="row")
    assert origins.virtual_sources(clusters, np.array(own, np.int64)).to_list() == [expected]


def test_what_may_derive_from_what() -> None:
    time = np.array([HOUR, HOUR + origins.TIE - 1, 5 * HOUR, NEVER, 0])
    owner, nobody = np.array([0, 1, 0, -1, -1]), np.zeros(5, bool)
    constraints = derivation.DerivationConstraints(
        *origins.bounds_of(time), np.arange(5, dtype=np.uint32), owner, nobody, nobody
    )
    may = {
        (one, other)
        for one in range(5)
        for other in range(5)
        if one != other and constraints.may_derive(np.array([one]), np.array([other]))[0]
    }
    never = {(0, 2), (2, 0), (1, 2)}  # of one owner; the later one
    assert may == {*combinations(range(5), 2), *((b, a) for a, b in combinations(range(5), 2))} - never
    agencies = constraints._replace(agency=np.array([0, 0, 0, 1, 1], bool))
    assert agencies.may_derive(np.full(5, 3), np.arange(5)).tolist() == [False, False, False, True, True]
    assert agencies.may_derive(np.arange(5), np.full(5, 3)).tolist() == [True] * 5
    reference = constraints._replace(reference=np.array([0, 0, 1, 0, 0], bool))
    assert reference.may_derive(np.arange(5), np.full(5, 2)).tolist() == [True, True, False, True, True]
    assert not reference.may_derive(np.arange(5), np.full(5, 1)).any()


@given(large)
@fewer(2)
def test_what_derives(random: Random) -> None:
    sizes = random.choices(range(12), k=random.randint(2, 6))
    count, documents = len(sizes), np.cumsum([0, *sizes])
    time, owner = times(random, count), random.choices([-1, 0, 1], k=count)
    reference, agency = ([random.random() < 0.2 for _ in range(count)] for _ in range(2))
    rank = random.sample(range(count), count)
    constraints = derivation.DerivationConstraints(
        *origins.bounds_of(np.array(time)),
        np.array(rank, np.uint32),
        np.array(owner),
        np.array(reference),
        np.array(agency),
    )
    pairs = [sorted(random.sample(range(count), 2)) for _ in range(random.randint(0, 8))]
    words = [
        [sorted(random.choices(range(documents[one], documents[one + 1] + 1), k=2)) for one in pair]
        for pair in pairs
    ]
    links = sorted({tuple(pair) for pair in pairs})
    wording = [[random.choice([0.1, 0.5, 0.9]) for _ in range(2)] for _ in links]
    a, b = np.array(pairs, np.int64).reshape(-1, 2).T
    sides = np.array(words, np.int64).reshape(-1, 2, 2)
    code, linked = np.array(random.choices(range(9), k=documents[-1]), np.uint32), np.unique(links)
    sketches = sketch(code, documents, linked.astype(np.int64), Rarity.of(code, documents))
    sources = derivation.find_sources(
        constraints, np.array(links, np.int64).reshape(-1, 2), np.array(wording).reshape(-1, 2), sketches
    )
    matches = Matches(a, b, sides[:, 0], sides[:, 1], a, a, a)
    found = derivation.derive(constraints, matches, sources, documents)
    for one in range(count):
        said: set[int] = set()
        for pair, ranges in zip(pairs, words, strict=True):
            for side in (0, 1):
                if (
                    pair[side] == one
                    and constraints.may_derive(np.array([one]), np.array([pair[1 - side]]))[0]
                ):
                    said |= {*range(*ranges[side])}
        assert found.verbatim[one] == len(said) / max(sizes[one], 1)
        best = [
            (-share[side], constraints.low[link[1 - side]], rank[link[1 - side]], link[1 - side])
            for link, share in zip(links, wording, strict=True)
            for side in (0, 1)
            if link[side] == one and constraints.may_derive(np.array([one]), np.array([link[1 - side]]))[0]
        ]
        expected = [other for *_, other in sorted(best)][: derivation.MOST_SOURCES]
        assert found.origin[one] == (expected[0] if expected else -1)
        place = np.flatnonzero(sources.document == one)
        assert len(place) == bool(expected)
        for n in place:
            own = slice(sources.starts[n], sources.starts[n + 1])
            assert sources.source[own].tolist() == expected
            assert sources.words[own].tolist() == np.cumsum([sizes[other] for other in expected]).tolist()
            rows = np.searchsorted(linked, expected)
            alone = np.searchsorted(linked, [one])
            shares = union_shares(sketches, alone, rows, np.array([0, len(rows)]))
            assert sources.wording[own].tolist() == shares.tolist()
            assert found.wording[one] in shares
