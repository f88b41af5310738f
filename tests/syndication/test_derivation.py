"""The three classes of derivation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.syndication import derivation
from syndetect.syndication.derivation import (
    DERIVATIONS,
    RULE,
    Sources,
    choose,
    classify,
    estimate,
    expect,
)

unit = st.floats(0, 1)
CHANCE = RULE.chance[0]
LEAST = CHANCE + RULE.margin


@pytest.mark.parametrize(("derived", "wording", "expected"), [
    (0, 0, "non"), (0, LEAST, "non"), (0, RULE.rewritten, "wholly"), (0, 1, "wholly"),
    (0, (LEAST + RULE.rewritten) / 2, "partially"),
    (0.05, 0.05, "non"), (0.3, 0.3, "partially"), (0.5, 0.5, "partially"), (0.9, 0.9, "wholly"), (1, 1, "wholly"),
    (0.3, RULE.rewritten, "wholly"),  # some verbatim, the rest rewritten
    (0.3, LEAST, "partially"),  # some verbatim, the rest independent
    (1, 0.9, "wholly"),  # a quotation mark more or less
])  # fmt: skip
def test_classify(derived: float, wording: float, expected: str) -> None:
    found = classify(np.array([derived]), np.array([wording]), np.array([CHANCE]))
    assert found.dtype == np.uint8
    assert DERIVATIONS[found[0]] == expected


@given(st.tuples(unit, unit), st.tuples(unit, unit), unit)
def test_more_of_either_share_never_derives_less(
    derived: tuple[float, float], wording: tuple[float, float], chance: float
) -> None:
    low, high = estimate(np.sort(derived), np.sort(wording), np.full(2, chance))
    assert min(derived) <= low <= high + 1e-12 <= 1 + 2e-12


def test_more_is_expected_by_chance_of_longer_sources_and_shorter_texts() -> None:
    level, by_words, by_others = RULE.chance
    found = expect(np.array([300, 300, 150, 0, 300]), np.array([600, 1200, 600, 0, 1 << 40]))
    assert found[:3].tolist() == pytest.approx([level, level + by_others, level - by_words])
    assert (found[3], found[4]) == (0, 1)


def test_what_a_brief_shares_with_many_words_tells_little() -> None:
    """The same share of wording derives of a source of 300 words, and not of one of 4,800."""
    words, wording = np.full(2, 60), np.full(2, 0.5)
    chance = expect(words, np.array([300, 4800]))
    assert [DERIVATIONS[one] for one in classify(np.zeros(2), wording, chance)] == ["partially", "non"]


@pytest.mark.parametrize(("wording", "chosen"), [
    ([0.4, 0.8], 1),  # two takes of one story
    ([0.7, 0.72], 0),  # the second has little that the first has not
    ([0.5, 0.5, 0.9], 2),
])  # fmt: skip
def test_sources_are_taken_together_while_they_add_more_than_chance(
    wording: list[float], chosen: int
) -> None:
    n = len(wording)
    sources = Sources(
        np.array([4]), np.array([0, n]), np.arange(n), np.array(wording), 600 * np.arange(1, n + 1)
    )
    last, expected = choose(sources, np.array([300]))
    assert last.tolist() == [chosen]
    assert expected.tolist() == expect(np.array([300]), np.array([600 * (chosen + 1)])).tolist()


def test_no_sources() -> None:
    none = np.empty(0, np.int64)
    last, expected = choose(Sources(none, np.zeros(1, np.int64), none, np.empty(0), none), none)
    assert (last.tolist(), expected.tolist()) == ([], [])


@given(st.lists(st.floats(-4, 4)))
def test_falling_numbers_are_in_the_reverse_order_of_shares(values: list[float]) -> None:
    found = derivation._falling(np.array(values, float)).tolist()
    for one, two in zip(values, values[1:] + values[:1], strict=True):
        a, b = found[values.index(one)], found[values.index(two)]
        assert (a < b, a == b) == (one > two, one == two)
