"""Words to shingles, and exact overlaps, against the plain twins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from samples.strategies import documents, flatten
from syndetect.kernels import shingles as kernels
from syndetect.matching import shingles as stage

pytestmark = pytest.mark.kernel

big_words = st.integers(0, 2**32 - 1)
some_documents = st.one_of(documents(), st.lists(st.lists(big_words, max_size=12), max_size=5))
small_k = st.integers(1, 6)


def ranges(found: list[list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    code, offsets = flatten(found)
    return code, offsets[:-1].copy(), offsets[1:].copy()


@given(some_documents)
def test_hash_ranges(found: list[list[int]]) -> None:
    code, low, high = ranges(found)
    out = np.empty(len(low), np.uint64)
    kernels.hash_ranges(code, low, high, out)
    assert out.tolist() == [naive.hash_words(document) for document in found]


def test_hashes_are_what_they_were() -> None:
    """Hashes may lie in stored indexes: they change with a new format only."""
    code, low, high = ranges([[], [0], [1, 2, 3], [3, 2, 1], [2**32 - 1] * 5])
    out = np.empty(len(low), np.uint64)
    kernels.hash_ranges(code, low, high, out)
    assert out.tolist() == [
        0, 15207615631364070887, 15758769404285339925, 1933172450219849812, 5049311301925228190,
    ]  # fmt: skip
    assert stage.shingle32(code, low, high, 5)[1].tolist() == [2654356959, 2279324992, 1380829380, 2028078822]


@given(some_documents, small_k)
def test_shingles_of_ranges(found: list[list[int]], k: int) -> None:
    offsets, hashes = stage.shingle(*ranges(found), k)
    expected = [naive.shingles(document, k) for document in found]
    assert np.diff(offsets).tolist() == [len(one) for one in expected]
    assert hashes.tolist() == [h for one in expected for h in one]


@given(some_documents, small_k)
def test_shingles_of_32_bits(found: list[list[int]], k: int) -> None:
    offsets, hashes = stage.shingle32(*ranges(found), k)
    expected = [naive.shingles(document, k, naive.hash_words32) for document in found]
    assert hashes.dtype == np.uint32
    assert np.diff(offsets).tolist() == [len(one) for one in expected]
    assert hashes.tolist() == [h for one in expected for h in one]


@given(documents(), small_k)
def test_count_shingles(found: list[list[int]], k: int) -> None:
    _, low, high = ranges(found)
    count = np.empty(len(low), np.int64)
    kernels.count_shingles(low, high, k, count)
    assert count.tolist() == [len(naive.shingles(document, k)) for document in found]


@given(st.one_of(documents(), st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=12), max_size=5)))
def test_make_sets(found: list[list[int]]) -> None:
    values, offsets = flatten(found, np.uint64)
    count = np.empty(len(found), np.int64)
    kernels.make_sets(offsets, values, count)
    sets = [values[low : low + size].tolist() for low, size in zip(offsets[:-1], count, strict=True)]
    assert sets == [sorted(set(one)) for one in found]


@given(documents(), st.data())
def test_count_common(found: list[list[int]], data: st.DataObject) -> None:
    sets = [sorted(set(one)) for one in found] + [[]]
    values, offsets = flatten(sets, np.uint64)
    sizes = np.diff(offsets)
    one = st.integers(0, len(sets) - 1)
    pairs = np.array(data.draw(st.lists(st.tuples(one, one), max_size=8)), np.int64).reshape(-1, 2)
    common = np.empty(len(pairs), np.int64)
    kernels.count_common(offsets, sizes, values, pairs[:, 0].copy(), pairs[:, 1].copy(), common)
    assert common.tolist() == [len({*sets[a]} & {*sets[b]}) for a, b in pairs.tolist()]


@given(documents(), small_k, st.data())
def test_overlaps_are_those_of_the_sets_of_shingles(
    found: list[list[int]], k: int, data: st.DataObject
) -> None:
    some = [document for document in found if document] or [[1]]
    one = st.integers(0, len(some) - 1)
    pairs = data.draw(st.lists(st.tuples(one, one), max_size=8))
    shares = stage.compare(*ranges(some), np.array(pairs, np.int64).reshape(-1, 2), k)
    sets = [{tuple(one[i : i + k]) for i in range(max(len(one) - k, 0) + 1)} for one in some]
    expected = [naive.overlaps(sets[a], sets[b]) for a, b in pairs]
    rows = zip(shares.jaccard, shares.containment_a, shares.containment_b, strict=True)
    assert list(rows) == expected


@pytest.mark.parametrize(("k", "jaccard"), [(1, 1), (2, 1 / 2), (3, 0), (9, 0)])
def test_longer_shingles_forgive_less(k: int, jaccard: float) -> None:
    shares = stage.compare(*ranges([[1, 2, 3, 4], [3, 4, 1, 2]]), np.array([[0, 1]]), k)
    assert shares.jaccard.tolist() == [jaccard]
