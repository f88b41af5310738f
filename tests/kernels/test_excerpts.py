"""Excerpts and places of words, against plain code."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.kernels.excerpts import count_behind, find_characters, lay_excerpts

pytestmark = pytest.mark.kernel

_REACH = 3
_around = st.tuples(
    st.integers(0, _REACH), st.integers(0, 4)
)  # how many tags there are before a place, and behind


@given(st.lists(_around, max_size=12))
def test_excerpts_are_laid_end_to_end(found: list[tuple[int, int]]) -> None:
    tags = np.zeros((len(found), _REACH + 4), np.uint8)
    for row, (before, behind) in zip(tags, found, strict=True):
        row[_REACH - before : _REACH + behind] = np.arange(1, before + behind + 1)
    sizes = np.empty(len(found), np.int64)
    count_behind(tags, np.int64(_REACH), sizes)
    assert sizes.tolist() == [behind for _, behind in found]
    begins = np.cumsum([0, *map(sum, found)])
    at = begins[:-1] + np.array([before for before, _ in found], np.int64)
    laid = np.zeros(int(begins[-1]), np.uint8)
    lay_excerpts(tags, np.int64(_REACH), sizes, at.astype(np.int64), laid)
    assert laid.tolist() == [tag for one in found for tag in range(1, sum(one) + 1)]


@given(
    st.lists(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6), min_size=1, max_size=4), st.data()
)
def test_edges_stand_where_the_distances_before_them_end(found: list[list[int]], data: st.DataObject) -> None:
    sizes = [4 if max(gaps) > 255 else 1 for gaps in found]
    parts = [np.array(gaps, f"<u{size}").view(np.uint8) for gaps, size in zip(found, sizes, strict=True)]
    starts = np.cumsum([0, *map(len, parts)])[:-1]
    every = [(row, edge) for row, gaps in enumerate(found) for edge in range(len(gaps))]
    asked = sorted(data.draw(st.lists(st.sampled_from(every), max_size=8)))
    row, edge = (np.array([one[side] for one in asked], np.int64) for side in (0, 1))
    characters = np.empty(len(asked), np.int64)
    find_characters(np.concatenate(parts), starts, np.array(sizes), row, edge, characters)
    assert characters.tolist() == [sum(found[of][: at + 1]) for of, at in asked]
