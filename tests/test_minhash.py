"""Signatures: bit for bit those of datasketch, and against the plain twin."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

import naive
from strategies import codes, documents, flatten
from syndetect import minhash
from syndetect.kernels.signatures import band_keys
from syndetect.minhash import permutations, sign, sign_words
from syndetect.shingle import shingle

SLOTS = (16, 64, 128, 256)
SEEDS = (0, 1, 42, 2**32 - 1)

hashes = st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2**31, 2**32 - 1]))
sets = st.lists(st.lists(hashes, max_size=12), max_size=4)


def reference(found: list[int], slots: int, seed: int) -> npt.NDArray[np.uint32]:
    """The signature of 32-bit hashes that datasketch makes."""
    one = MinHash(num_perm=slots, seed=seed, scheme="affine32", hashfunc=lambda h: h)
    one.update_batch(found)
    return one.hashvalues


def signed(found: list[list[int]], slots: int, seed: int) -> npt.NDArray[np.uint32]:
    flat, offsets = flatten(found)
    return sign(offsets, flat.astype(np.uint32), slots, seed)


@pytest.mark.parametrize("slots", SLOTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_signatures_are_those_of_datasketch_bit_for_bit(slots: int, seed: int) -> None:
    generator = np.random.default_rng(slots + seed)
    found = [generator.integers(0, 2**32, size).tolist() for size in (0, 1, 2, 40, 300)]
    found += [[0], [2**32 - 1], [7] * 9, [0, 1, 2**31, 2**32 - 1]]
    ours = signed(found, slots, seed)
    assert ours.dtype == np.uint32
    for row, one in zip(ours, found, strict=True):
        theirs = reference(one, slots, seed)
        assert row.tobytes() == theirs.astype(np.uint32).tobytes()
        assert np.array_equal(row, theirs)


@given(sets, st.sampled_from(SLOTS), st.integers(0, 2**32 - 1))
def test_signatures_of_any_sets_are_those_of_datasketch(
    found: list[list[int]], slots: int, seed: int
) -> None:
    expected = [reference(one, slots, seed).tolist() for one in found]
    assert signed(found, slots, seed).tolist() == expected


@given(sets, st.sampled_from([1, 3, 16]), st.integers(0, 9))
def test_sign_hashes(found: list[list[int]], slots: int, seed: int) -> None:
    a, b = permutations(slots, seed)
    assert all(a % 2 == 1)
    expected = [naive.sign(one, a.tolist(), b.tolist()) for one in found]
    assert signed(found, slots, seed).tolist() == expected


def test_the_empty_set_has_all_ones() -> None:
    assert signed([[]], 16, 1).tolist() == [[2**32 - 1] * 16]


@given(documents(4, 12), st.integers(1, 5), st.sampled_from([1, 16, 128]))
def test_sign_words_signs_the_upper_halves_of_shingle_hashes(
    found: list[list[int]], k: int, slots: int
) -> None:
    some = [document for document in found if document]
    code, offsets = flatten(some)
    low, high = offsets[:-1].copy(), offsets[1:].copy()
    ours = sign_words(code, low, high, k, slots, 5)
    places, shingles = shingle(code, low, high, k)
    assert ours.tolist() == sign(places, (shingles >> np.uint64(32)).astype(np.uint32), slots, 5).tolist()
    a, b = (part.tolist() for part in permutations(slots, 5))
    assert ours.tolist() == [naive.sign([h >> 32 for h in naive.shingles(one, k)], a, b) for one in some]


def keys_of(found: list[list[int]], k: int, bands: int, rows: int) -> npt.NDArray[np.uint32]:
    code, offsets = flatten(found)
    keys = np.empty((bands, len(found)), np.uint32)
    band_keys(
        code, offsets[:-1].copy(), offsets[1:].copy(), k, *permutations(bands * rows, 1), rows, keys[:, 0:]
    )
    return keys


@given(documents(6, 12), st.integers(1, 4), st.sampled_from([(1, 1), (8, 2), (5, 3)]))
def test_band_keys_are_equal_where_the_rows_of_signatures_are(
    found: list[list[int]], k: int, shape: tuple[int, int]
) -> None:
    some = [document for document in found if document]
    bands, rows = shape
    keys = keys_of(some, k, bands, rows)
    a, b = (part.tolist() for part in permutations(bands * rows, 1))
    signatures = [naive.sign([h >> 32 for h in naive.shingles(one, k)], a, b) for one in some]
    for band in range(bands):
        by_rows, by_key = defaultdict(list), defaultdict(list)
        for i, signature in enumerate(signatures):
            by_rows[tuple(signature[band * rows : (band + 1) * rows])].append(i)
            by_key[int(keys[band, i])].append(i)
        assert sorted(by_rows.values()) == sorted(by_key.values())


@given(st.lists(codes(9).filter(bool), min_size=1, max_size=3), st.sampled_from([16, 128]), st.integers(0, 5))
def test_the_bridge_hands_over_signatures_that_datasketch_takes(
    found: list[list[int]], slots: int, seed: int
) -> None:
    signatures = signed(found, slots, seed)
    bridged = minhash.to_datasketch(signatures, seed)
    for one, hashed, row in zip(bridged, found, signatures, strict=True):
        theirs = MinHash(num_perm=slots, seed=seed, scheme="affine32", hashfunc=lambda h: h)
        theirs.update_batch(hashed)
        assert one.jaccard(theirs) == 1.0
        assert one.hashvalues.tolist() == row.tolist()
        assert not np.shares_memory(one.hashvalues, signatures)
