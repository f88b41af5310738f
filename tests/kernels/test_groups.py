"""Equal keys to groups and pairs, and ranges of words to the first that is the same, against the plain twins."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from samples.strategies import documents, flatten
from syndetect.arrays import find_groups, gather, sort_keys
from syndetect.kernels import groups as kernels
from syndetect.kernels.documents import UNDATED

pytestmark = pytest.mark.kernel

keys = st.one_of(
    st.lists(st.integers(0, 2**64 - 1), max_size=50),
    st.lists(st.integers(0, 3), max_size=50),
    st.lists(st.integers(0, 3).map(lambda key: key << 40), max_size=50),
)
times = st.lists(st.one_of(st.none(), st.integers(-20, 20)), min_size=9, max_size=9)
windows = st.sampled_from([-1, 0, 3, 12])


@given(keys, st.sampled_from([0, 1, 32, 41, 63]))
def test_groups_are_the_runs_of_equal_keys(found: list[int], shift: int) -> None:
    ordered = sorted(found)
    runs = naive.runs([key >> shift for key in ordered])
    assert find_groups(np.array(ordered, np.uint64), shift).tolist() == [list(run) for run in runs]


groups_of_places = st.lists(st.integers(0, 12), max_size=5).flatmap(
    lambda sizes: st.tuples(
        st.just(sizes),
        st.permutations(range(sum(sizes))),
        st.lists(st.integers(0, 8), min_size=sum(sizes), max_size=sum(sizes)),
    )
)


def dated(time: list[int | None]) -> np.ndarray:
    return np.array([UNDATED if one is None else one for one in time], np.int64)


@given(groups_of_places, times, windows, st.lists(st.integers(0, 1), min_size=9, max_size=9))
@pytest.mark.parametrize("twin", [naive.pair_group, naive.star_group])
def test_pairs_and_stars_of_groups(
    twin: Callable[..., Any],
    drawn: tuple[list[int], list[int], list[int]],
    time: list[int | None],
    window: int,
    asked: list[int],
) -> None:
    """The star's members need not even be in order of time."""
    sizes, places, owner = drawn
    bounds = [run for run in pairwise(np.cumsum([0, *sizes]).tolist()) if run[0] < run[1]]
    is_star = twin is naive.star_group
    room = sum(2 * n if is_star else n * (n - 1) // 2 for n in sizes)
    out = np.empty(room, np.uint64)
    kernel = kernels.star_groups if is_star else kernels.pair_groups
    n = kernel(
        np.array(places, np.uint32), np.array(owner, np.int64), np.array(bounds, np.int64).reshape(-1),
        dated(time), np.array(asked, np.uint8), window, out,
    )  # fmt: skip
    of_place = dict(zip(places, owner, strict=True))
    when = naive.Timeline(time, range(9), window)
    pairs = [pair for low, high in bounds for pair in twin(places[low:high], of_place, when)]
    pairs = [pair for pair in pairs if any(asked[of_place[place]] for place in pair)]
    assert sorted(out[:n].tolist()) == sorted(min(pair) << 32 | max(pair) for pair in pairs)


@pytest.mark.parametrize("size", [2, 51, 1000])
def test_a_star_is_linear_in_its_size(size: int) -> None:
    places, out = np.arange(size, dtype=np.uint32), np.empty(2 * size, np.uint64)
    time = np.full(size, UNDATED)
    n = kernels.star_groups(
        places, places.astype(np.int64), np.array([0, size]), time, np.ones(size, np.uint8), -1, out
    )
    assert n == 2 * size - 3
    assert len(np.unique(out[:n])) == n


@given(groups_of_places, st.data())
def test_gather(drawn: tuple[list[int], list[int], list[int]], data: st.DataObject) -> None:
    sizes, places, _ = drawn
    bounds = list(pairwise(np.cumsum([0, *sizes]).tolist()))
    chosen = data.draw(st.lists(st.sampled_from(bounds), max_size=6)) if bounds else []
    members, groups, number = gather(np.array(places, np.uint32), np.array(chosen, np.int64).reshape(-1, 2))
    assert [members[low:high].tolist() for low, high in groups] == [places[low:high] for low, high in chosen]
    assert number.tolist() == [i for i, (low, high) in enumerate(chosen) for _ in range(low, high)]
    assert (members.dtype, groups.dtype, number.dtype) == tuple(
        map(np.dtype, (np.uint32, np.int64, np.uint64))
    )


@given(documents(8, 3), st.integers(1, 4), times, windows, st.permutations(range(9)), st.data())
def test_leaders_are_the_first_of_a_hash_and_of_the_same_words(
    found: list[list[int]],
    buckets: int,
    time: list[int | None],
    window: int,
    rank: list[int],
    data: st.DataObject,
) -> None:
    """Hashes collide here: whoever is not word for word the first of its hash leads itself."""
    code, begins = flatten(found)
    ranges = data.draw(st.lists(st.sampled_from(range(len(found))), unique=True)) if found else []
    owner = sorted(data.draw(st.lists(st.integers(0, 8), min_size=len(ranges), max_size=len(ranges))))
    hashes = [sum(found[one]) % buckets for one in ranges]
    in_time = sorted(range(len(ranges)), key=lambda i: rank[owner[i]])
    ordered, places = sort_keys(
        np.array([hashes[i] for i in in_time], np.uint64), np.array(in_time, np.uint32)
    )
    leader = np.arange(len(ranges), dtype=np.uint32)
    kernels.find_leaders(
        code, begins.astype(np.uint32), np.array(ranges, np.uint32), places, find_groups(ordered).reshape(-1),
        np.array(owner, np.uint32), dated(time), window, leader,
    )  # fmt: skip
    groups = [[i for i in in_time if hashes[i] == h] for h in {*hashes}]
    when = naive.Timeline(time, rank, window)
    expected = naive.find_leaders(groups, [found[one] for one in ranges], owner, when)
    assert leader.tolist() == [expected[i] for i in range(len(ranges))]
