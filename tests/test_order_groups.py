"""Sorting keys and pairing equal ones, against the plain twins."""

from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import naive
from strategies import documents, flatten
from syndetect.kernels.groups import find_leaders
from syndetect.kernels.order import shell_sort
from syndetect.sorting import find_groups, pair_groups, sort_keys

wide, narrow = st.integers(0, 2**64 - 1), st.integers(0, 3)
keys = st.one_of(
    st.lists(wide, max_size=50),
    st.lists(narrow, max_size=50),
    st.lists(narrow.map(lambda key: key << 40), max_size=50),  # most digits the same
    st.lists(st.sampled_from([0, 255, 256, 2**32, 2**63, 2**64 - 1]), max_size=50),
)


@given(keys, st.booleans())
def test_keys_are_sorted_stably_and_their_places_with_them(found: list[int], is_placed: bool) -> None:
    before = np.array(found, np.uint64)
    given_places = np.arange(len(found), dtype=np.uint32)[::-1] * 3 if is_placed else None
    ordered, places = sort_keys(before, given_places)
    order = sorted(range(len(found)), key=found.__getitem__)
    assert ordered.tolist() == sorted(found)
    assert places.tolist() == [int(given_places[i]) if given_places is not None else i for i in order]
    assert before.tolist() == found
    assert (ordered.dtype, places.dtype) == (np.uint64, np.uint32)


@given(st.lists(st.one_of(narrow, wide, st.integers(0, 9)), max_size=140))
def test_shell_sort(found: list[int]) -> None:
    values = np.array(found, np.uint64)
    shell_sort(values)
    assert values.tolist() == sorted(found)


@pytest.mark.parametrize("length", [5, 11, 24, 133, 302, 1578, 3549])
def test_shell_sort_of_every_gap(length: int) -> None:
    values = np.random.default_rng(length).integers(-5, length, length)
    expected = np.sort(values).tolist()
    shell_sort(values)
    assert values.tolist() == expected


@given(keys)
def test_groups_are_the_runs_of_equal_keys(found: list[int]) -> None:
    ordered = sorted(found)
    assert find_groups(np.array(ordered, np.uint64)).tolist() == [list(run) for run in naive.runs(ordered)]


groups_of_places = st.lists(st.integers(0, 12), max_size=5).flatmap(
    lambda sizes: st.tuples(
        st.just(sizes),
        st.permutations(range(sum(sizes))),
        st.lists(st.integers(0, 4), min_size=sum(sizes), max_size=sum(sizes)),
    )
)


@given(groups_of_places, st.sampled_from([0, 2, 3, 5, 50]))
def test_pairs_of_small_groups_and_stars_of_large_ones(
    drawn: tuple[list[int], list[int], list[int]], hot: int
) -> None:
    sizes, places, owner = drawn
    ends = np.cumsum([0, *sizes])
    bounds = [
        (low, high) for low, high in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True) if high > low
    ]
    found = pair_groups(
        np.array(places, np.uint32),
        np.array(bounds, np.int64).reshape(-1, 2),
        np.array(owner, np.uint32),
        hot,
    )
    expected = [pair for low, high in bounds for pair in naive.pair_group(places[low:high], owner, hot)]
    assert Counter(map(tuple, found.tolist())) == Counter(expected)
    assert found.dtype == np.int64


@pytest.mark.parametrize("size", [2, 51, 1000])
def test_a_star_is_linear_in_its_size(size: int) -> None:
    places = np.arange(size, dtype=np.uint32)
    pairs = pair_groups(places, np.array([[0, size]]), places, 50)
    assert len(pairs) == (size - 1 if size <= 2 else 2 * size - 3)


def leaders(found: list[list[int]], hashes: npt.NDArray[np.uint64]) -> list[int]:
    code, offsets = flatten(found)
    ordered, places = sort_keys(hashes)
    leader = np.arange(len(found))
    find_leaders(
        code, offsets[:-1].copy(), offsets[1:].copy(), places, find_groups(ordered).reshape(-1), leader
    )
    return leader.tolist()


@given(documents(8, 3), st.integers(1, 4))
def test_leaders_are_the_first_of_a_hash_and_of_the_same_words(found: list[list[int]], buckets: int) -> None:
    """Hashes collide here: whoever is not word for word the first of its hash leads itself."""
    hashes = [sum(document) % buckets for document in found]
    first = [hashes.index(h) for h in hashes]
    expected = [i if found[i] != found[first[i]] else first[i] for i in range(len(found))]
    assert leaders(found, np.array(hashes, np.uint64)) == expected
