"""Words to winnowed fingerprints, and the guarantee of winnowing."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from samples.strategies import codes, documents, flatten, from_python, scatter
from syndetect.kernels import fingerprints as kernels
from syndetect.matching import winnowing
from syndetect.matching.places import tags
from syndetect.matching.winnowing import PARTS, Postings, fingerprint

pytestmark = pytest.mark.kernel

small = st.integers(1, 5)
big_words = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=12), max_size=4)


def winnowed(found: list[list[int]], k: int, window: int) -> Postings:
    return fingerprint(*flatten(found), k, window)


def entries(postings: Postings) -> list[tuple[int, int]]:
    """Keys but for their last bits, and places; in the order of parts."""
    return [
        (part << 32 | entry >> 32, entry & 0xFFFFFFFF)
        for part, (low, high) in enumerate(pairwise(postings.bounds.tolist()))
        for entry in postings.entries[low:high].tolist()
    ]


@given(st.one_of(documents(), documents().map(scatter), big_words), small, small)
def test_fingerprints_are_the_smallest_hashes_of_all_windows(
    found: list[list[int]], k: int, window: int
) -> None:
    bases = flatten(found)[1].tolist()
    expected = [
        (naive.shingle_hash(document[at : at + k]) >> 24, bases[owner] + at)
        for owner, document in enumerate(found)
        for at in naive.winnow(document, k, window)
    ]
    postings = winnowed(found, k, window)
    assert entries(postings) == sorted(expected, key=lambda entry: entry[0] >> 32)
    assert len(postings.bounds) == PARTS + 1
    assert (postings.bounds.dtype, postings.entries.dtype) == (np.dtype(np.int64), np.dtype(np.uint64))


@given(st.one_of(documents().map(scatter), big_words), small)
def test_hash_shingles(found: list[list[int]], k: int) -> None:
    for words in found:
        count = max(len(words) - k + 1, 0)
        out = np.empty(count, np.uint64)
        if count:
            from_python(kernels.hash_shingles)(np.array([9, *words], np.uint32), 1, count, k, out)
        assert out.tolist() == [naive.shingle_hash(words[i : i + k]) for i in range(count)]


@given(codes(12), codes(12), codes(12), codes(12), st.data(), small, small)
def test_any_shared_run_of_a_window_has_a_shared_fingerprint(
    before: list[int], after: list[int], other: list[int], last: list[int], data: st.DataObject, k: int, window: int
) -> None:  # fmt: skip
    length = k + window - 1
    run = data.draw(st.lists(st.integers(2, 6), min_size=length, max_size=length + 9))
    found = [before + run + after, other + run + last]
    begins = (len(before), len(found[0]) + len(other))
    inside: list[set[int]] = [set(), set()]
    for key, place in entries(winnowed(found, k, window)):
        owner = int(place >= len(found[0]))
        if begins[owner] <= place <= begins[owner] + len(run) - k:
            inside[owner].add(key)
    assert inside[0] & inside[1]


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)), max_size=30))
def test_part(found: list[tuple[int, int]]) -> None:
    """Postings of one part keep their order; what is packed of the key are the bits behind those of the part."""
    key, place = zip(*found, strict=True) if found else ((), ())
    bounds, postings = np.empty(PARTS + 1, np.int64), np.empty(len(found), np.uint64)
    kernels.partition(np.array(key, np.uint64), np.array(place, np.uint32), bounds, postings)
    by_part = sorted(
        ((key >> 56, key >> 24 & 0xFFFFFFFF, place) for key, place in found), key=lambda one: one[0]
    )
    assert postings.tolist() == [middle << 32 | place for _, middle, place in by_part]
    parts = [part for part, *_ in by_part]
    assert bounds.tolist() == [sum(part < limit for part in parts) for limit in range(PARTS + 1)]


@given(documents().map(scatter), small, st.data())
def test_lengthened_keys_are_equal_where_the_tags_are(
    found: list[list[int]], words: int, data: st.DataObject
) -> None:
    code, offsets = flatten(found)
    places = data.draw(st.lists(st.integers(0, max(len(code) - 1, 0)), max_size=20 if len(code) else 0))
    owner = np.searchsorted(offsets, places, side="right") - 1
    key = np.empty(len(places), np.uint64)
    kernels.lengthen(tags(code), offsets[1:], np.array(places, np.uint32), owner, words, key)
    rest = [
        tuple(map(naive.tag, code[place : min(place + words, offsets[one + 1])].tolist()))
        for place, one in zip(places, owner, strict=True)
    ]
    assert len({*key.tolist()}) == len({*rest}) == len({*zip(key.tolist(), rest, strict=True)})


@given(st.lists(st.integers(0, 2**32 - 1), max_size=9))
def test_tags(words: list[int]) -> None:
    assert tags(np.array(words, np.uint32)).tolist() == [naive.tag(word) for word in words]


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=4), max_size=4), small)
def test_cap_repeats(found: list[list[tuple[int, int]]], most: int) -> None:
    """Groups of places, each the runs of its owners; an owner comes once in a group."""
    groups = [[owner for owner, count in dict(group).items() for _ in range(count)] for group in found]
    owner = [one for group in groups for one in group]
    ends = np.cumsum([0, *map(len, groups)])
    keep = np.full(len(owner), 9, np.uint8)
    bounds = np.repeat(ends, 2)[1:-1].astype(np.int64)
    dropped = kernels.cap_repeats(bounds, np.array(owner, np.int64), most, keep)
    owners = dict(enumerate(owner))
    kept = [
        place
        for low, high in pairwise(ends.tolist())
        for place in naive.cap_repeats(range(low, high), owners, most)
    ]
    assert np.flatnonzero(keep).tolist() == kept
    assert set(keep.tolist()) <= {0, 1}
    assert dropped == len(owner) - len(kept)


def test_a_window_of_which_no_word_is_alike_has_the_density_that_the_paper_gives() -> None:
    """Of hashes that are all different, two in ``window + 1`` are kept (Schleimer et al., section 3.2)."""
    words = np.random.default_rng(5).integers(0, 2**32, 3000, np.uint32)
    for window in (1, 4, 9):
        kept = len(winnowing.fingerprint(words, np.array([0, len(words)]), 4, window).entries)
        assert abs(kept / len(words) - 2 / (window + 1)) < 0.05
