"""Signatures: bit for bit those of datasketch, and against the plain twin."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from samples.strategies import INTERPRETED, codes, documents, flatten
from syndetect.kernels.signatures import WINDOW, band_keys
from syndetect.matching import minhash
from syndetect.matching.minhash import permutations, sign, sign_words
from syndetect.matching.shingles import shingle32

pytestmark = pytest.mark.kernel

SLOTS = (16, 64, 100, 128, 256, 1000)
SEEDS = (0, 1, 42, 2**32 - 1)

hashes = st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2**31, 2**32 - 1]))
sets = st.lists(st.lists(hashes, max_size=12), max_size=4)


def reference(found: list[int], slots: int, seed: int) -> npt.NDArray[np.uint32]:
    """The signature of 32-bit hashes that datasketch makes."""
    one = MinHash(num_perm=slots, seed=seed, scheme="affine32", hashfunc=lambda h: h)
    one.update_batch(found)
    signature: npt.NDArray[np.uint32] = one.hashvalues
    return signature


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


@given(sets, st.sampled_from([16, 100, 128]), st.integers(0, 2**32 - 1))
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


@given(sets, st.integers(1, 9), st.integers(1, 3))
def test_chunks_and_threads_do_not_matter(found: list[list[int]], chunk: int, threads: int) -> None:
    flat, offsets = flatten(found)
    low, high = offsets[:-1], offsets[1:]
    whole = sign(offsets, flat, 16), sign_words(flat, low, high, 2, 16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(minhash, "CHUNK", chunk)
        parts = sign(offsets, flat, 16, threads=threads), sign_words(flat, low, high, 2, 16, threads=threads)
    assert np.array_equal(whole, parts)


@given(documents(4, 12), st.integers(1, 5), st.sampled_from([1, 16, 128]))
def test_sign_words(found: list[list[int]], k: int, slots: int) -> None:
    code, offsets = flatten(found)
    low, high = offsets[:-1].copy(), offsets[1:].copy()
    ours = sign_words(code, low, high, k, slots, 5)
    assert ours.tolist() == sign(*shingle32(code, low, high, k), slots, 5).tolist()
    a, b = (part.tolist() for part in permutations(slots, 5))
    assert ours.tolist() == [naive.sign_words(one, k, a, b) for one in found]


def random_ranges(words: int, number: int, most: int) -> tuple[npt.NDArray[Any], ...]:
    """Random words, and ranges of them in no order, some of them empty, some overlapping."""
    generator = np.random.default_rng(words)
    low = generator.integers(0, words, number)
    high = np.minimum(low + generator.integers(0, most, number), words)
    return generator.integers(0, 2**32, words, np.uint32), low, high


@pytest.mark.parametrize("k", [1, 3, 7])
def test_ranges_may_lie_anywhere_and_be_of_any_length(k: int) -> None:
    """Windows of shingles are shared by ranges that follow one another: here few do, and many need several."""
    number = 8 if INTERPRETED else 200
    code, low, high = random_ranges(5 * WINDOW, number, 3 * WINDOW)
    low[:2], high[:2] = [0, 5 * WINDOW - 1], 5 * WINDOW
    assert np.array_equal(sign_words(code, low, high, k, 64), sign(*shingle32(code, low, high, k), 64))


def keys_of(found: list[list[int]], k: int, bands: int, rows: int, spare: int = 0) -> npt.NDArray[np.uint32]:
    code, offsets = flatten(found)
    keys = np.empty((bands, len(found)), np.uint32)
    low, high = offsets[:-1].copy(), offsets[1:].copy()
    band_keys(code, low, high, k, *permutations(bands * rows + spare, 1), rows, keys)
    return keys


@given(documents(6, 12), st.integers(1, 4), st.sampled_from([(1, 1), (8, 2), (5, 3), (42, 3)]))
def test_band_keys(found: list[list[int]], k: int, shape: tuple[int, int]) -> None:
    """Slots that no band takes make no difference."""
    bands, rows = shape
    a, b = (part.tolist() for part in permutations(bands * rows + 2, 1))
    signatures = [naive.sign_words(one, k, a, b) for one in found]
    expected = [[naive.band_key(signature, band, rows) for signature in signatures] for band in range(bands)]
    assert keys_of(found, k, bands, rows, spare=2).tolist() == expected


def test_band_keys_are_equal_where_the_rows_of_signatures_are() -> None:
    generator = np.random.default_rng(3)
    found = [generator.integers(0, 9, generator.integers(1, 9)).tolist() for _ in range(60)]
    a, b = (part.tolist() for part in permutations(30, 1))
    keys = keys_of(found, 2, 10, 3)
    signatures = [naive.sign_words(one, 2, a, b) for one in found]
    for band in range(10):
        rows = [tuple(signature[3 * band : 3 * band + 3]) for signature in signatures]
        assert len(set(rows)) < len(rows), "some agree"
        assert len(set(rows)) == len(set(keys[band])) == len(set(zip(rows, keys[band], strict=True)))


def test_estimates_are_unbiased() -> None:
    """The 32-bit shingle hashes behave as random ones: the mean of many estimates is the Jaccard similarity."""
    pairs, common, own = (4, 12, 9) if INTERPRETED else (400, 12, 9)
    words = np.random.default_rng(5).integers(0, 2**31, (pairs, common + 2 * own), np.uint32) * 2 + 1
    code = np.concatenate([words[:, : common + own], words[:, own:][:, ::-1]], axis=1).astype(np.uint32)
    low = np.arange(2 * pairs) * (common + own)
    one, two = (
        sign_words(code.reshape(-1), low, low + common + own, 1, 128).reshape(pairs, 2, 128).swapaxes(0, 1)
    )
    jaccard = common / (common + 2 * own)
    tolerance = 5 * math.sqrt(jaccard * (1 - jaccard) / (pairs * 128))
    assert np.mean(one == two) == pytest.approx(jaccard, abs=tolerance)


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
