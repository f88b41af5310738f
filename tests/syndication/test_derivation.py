"""The three classes of derivation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.syndication.derivation import CHANCE, DERIVATIONS, REWRITTEN, classify, estimate

unit = st.floats(0, 1)


@pytest.mark.parametrize(("derived", "wording", "expected"), [
    (0, 0, "non"), (0, CHANCE, "non"), (0, REWRITTEN, "wholly"), (0, 1, "wholly"),
    (0, (CHANCE + REWRITTEN) / 2, "partially"),  # half rewritten
    (0.1, 0.1, "non"), (0.3, 0.3, "partially"), (0.5, 0.5, "partially"), (0.9, 0.9, "wholly"), (1, 1, "wholly"),
    (0.5, 0.5 + 0.5 * REWRITTEN, "wholly"),  # half verbatim, half rewritten
    (0.5, 0.5 + 0.5 * CHANCE, "partially"),  # half verbatim, half independent
    (1, 0.9, "wholly"),  # a quotation mark more or less
])  # fmt: skip
def test_classify(derived: float, wording: float, expected: str) -> None:
    found = classify(np.array([derived]), np.array([wording]))
    assert found.dtype == np.uint8
    assert DERIVATIONS[found[0]] == expected


@given(unit, unit, unit)
def test_more_wording_never_derives_less(derived: float, one: float, other: float) -> None:
    low, high = estimate(np.full(2, derived), np.array(sorted([one, other])))
    assert derived <= low <= high <= 1 + 1e-12
