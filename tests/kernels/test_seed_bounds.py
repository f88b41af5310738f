"""How much the surroundings of two places agree: the vector code and the plain one."""

from collections.abc import Callable
from random import Random

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.strategies import from_python, large
from syndetect.kernels import seeds
from syndetect.kernels.seeds import SHIFT, SPAN, agreement, bounds_by_bits

pytestmark = pytest.mark.kernel


def plain(one: list[int], at: int, other: list[int], there: int) -> int:
    """Bit x: word x of the one stands in the other, at most ``SHIFT`` words off; bit SPAN + x: and just there."""
    window = 2 * SHIFT + 1
    near = sum(1 << x for x in range(SPAN) if one[at + x] in other[there + x : there + x + window])
    return near + sum(1 << SPAN + x for x in range(SPAN) if one[at + x] == other[there + x + SHIFT])


@given(large, st.sampled_from([1, 3, 9, 255]), st.integers(0, 9), st.integers(0, 9))
def test_agreement(random: Random, size: int, at: int, there: int) -> None:
    one = random.choices(range(size + 1), k=at + SPAN)
    other = random.choices(range(size + 1), k=there + SPAN + 2 * SHIFT)  # as short as it may be
    plain_agreement: Callable[..., int] = seeds._plain_agreement
    sides = np.array(one, np.uint8), np.array(other, np.uint8)
    assert from_python(agreement)(sides[0], at, sides[1], there) == plain(one, at, other, there)
    assert plain_agreement(sides[0], at, sides[1], there) == plain(one, at, other, there)


def test_an_interpreter_takes_the_plain_function() -> None:
    assert (agreement is seeds._plain_agreement) == bool(numba.config.DISABLE_JIT)


def best(pattern: list[int], equal: int, other: int) -> int:
    """What the best beginning of a pattern scores."""
    sums: list[int] = [0, *np.cumsum([equal if bit else -other for bit in pattern]).tolist()]
    return max(sums)


@given(st.integers(0, (1 << SPAN) - 1), st.sampled_from([(4, 3), (2, 5), (1, 1)]))
def test_bounds_of_a_pattern(pattern: int, weights: tuple[int, int]) -> None:
    lowest_first = [pattern >> x & 1 for x in range(SPAN)]
    tables = TABLES[weights]
    assert tables[0, pattern] == best(lowest_first, *weights)
    assert tables[1, pattern] == best(lowest_first[::-1], *weights)


TABLES = {weights: bounds_by_bits(*weights) for weights in [(4, 3), (2, 5), (1, 1)]}


@pytest.mark.parametrize("weights", TABLES)
def test_bounds_of_all_and_of_nothing(weights: tuple[int, int]) -> None:
    tables = TABLES[weights]
    assert tables.dtype == np.uint8
    assert tables[:, 0].tolist() == [0, 0]
    assert tables[:, -1].tolist() == [weights[0] * SPAN] * 2
