"""Words that have one of some codes, against the plain twin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.joins import words_with
from syndetect.kernels.spellings import find_words

pytestmark = pytest.mark.kernel

codes = st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1))


@given(st.lists(codes, max_size=30), st.sets(codes, max_size=6), st.data(), st.sampled_from([0, 2, 30]))
def test_words_that_have_one_of_some_codes_are_found(
    code: list[int], wanted: set[int], data: st.DataObject, room: int
) -> None:
    cut = st.integers(0, len(code))
    ranges = data.draw(st.lists(st.tuples(cut, cut).map(lambda pair: (min(pair), max(pair))), max_size=4))
    expected = words_with(code, ranges, wanted)
    out = np.full(room, -1)
    bounds = np.array(ranges, np.int64).reshape(-1, 2)
    n = find_words(
        np.array(code, np.uint32), bounds[:, 0].copy(), bounds[:, 1].copy(),
        np.array(sorted(wanted), np.uint32), np.zeros(8, np.uint8), out,
    )  # fmt: skip
    assert n == len(expected)
    assert out[:n].tolist() == expected[:room]
