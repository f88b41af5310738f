"""Excerpts and places of words, against plain code."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.kernels.excerpts import (
    copy_around,
    copy_runs,
    count_behind,
    find_characters,
    lay_excerpts,
    lay_sections,
)

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


@given(st.lists(st.integers(0, 6), min_size=1, max_size=4), st.integers(1, 5), st.data())
def test_tags_around_places_end_with_their_documents(
    sizes: list[int], behind: int, data: st.DataObject
) -> None:
    bounds = np.cumsum([0, *sizes])
    tags = np.arange(1, bounds[-1] + 1, dtype=np.uint8)
    places = [
        (at, row) for row, (low, high) in enumerate(pairwise(bounds.tolist())) for at in range(low, high)
    ]
    chosen = data.draw(st.lists(st.sampled_from(places), max_size=6)) if places else []
    place, row = (np.array([one[side] for one in chosen], np.int64) for side in (0, 1))
    records = np.full((len(chosen), 2 + _REACH + behind), 99, np.uint8)
    copy_around(tags, bounds, place, row, np.int64(_REACH), records, np.int64(2))
    for (at, of), found in zip(chosen, records.tolist(), strict=True):
        columns = range(at - _REACH, at + behind)
        assert found[2:] == [one + 1 if bounds[of] <= one < bounds[of + 1] else 0 for one in columns]
        assert found[:2] == [99, 99]


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


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=6))
def test_runs_are_laid_end_to_end(found: list[tuple[int, int]]) -> None:
    data = np.arange(14, dtype=np.uint8)
    begin = np.array([at for at, _ in found], np.int64)
    bounds = np.cumsum([0, *(size for _, size in found)])
    out = np.full(int(bounds[-1]), 99, np.uint8)
    copy_runs(data, begin, bounds, out)
    assert out.tolist() == [one for at, size in found for one in range(at, at + size)]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6), st.integers(0, 4))
def test_sections_are_laid_between_the_words_that_are_missing(
    found: list[tuple[int, int]], behind: int
) -> None:
    expected: list[int | None] = []
    begin, sizes = [], []
    for missing, size in found:
        expected += [None] * missing
        begin.append(len(expected))
        sizes.append(size)
        expected += range(100 + sum(sizes[:-1]), 100 + sum(sizes))
    expected += [None] * behind
    bounds = np.cumsum([0, *sizes])
    held = np.arange(100, 100 + bounds[-1], dtype=np.uint32)
    code, gaps = np.empty(len(expected), np.uint32), np.empty(len(expected) + 1, np.int32)
    lay_sections(held, bounds, np.array(begin, np.int64), code, gaps)
    assert code.tolist() == [at if word is None else word for at, word in enumerate(expected)]
    assert gaps.tolist() == [expected[:at].count(None) for at in range(len(expected) + 1)]
