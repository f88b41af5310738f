"""Fingerprints and their join: the guarantee of winnowing, and what hot fingerprints cost."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import naive
from strategies import INTERPRETED, codes, documents, flatten, scatter
from syndetect import winnow
from syndetect.kernels.fingerprints import cap_repeats, lengthen
from syndetect.winnow import Fingerprints, Seeds, fingerprint, join

small = st.integers(1, 5)


def winnowed(found: list[list[int]], k: int, window: int, threads: int = 1) -> Fingerprints:
    return fingerprint(*flatten(found), k, window, threads)


def rows(prints: Fingerprints) -> list[naive.Print]:
    columns = (prints.key.tolist(), prints.place.tolist(), prints.owner.tolist())
    return [naive.Print(*row) for row in zip(*columns, strict=True)]


@given(documents(), small, small)
def test_fingerprints_are_the_smallest_hashes_of_all_windows(
    found: list[list[int]], k: int, window: int
) -> None:
    bases = flatten(found)[1].tolist()
    expected = [
        naive.Print(naive.hash_words(document[at : at + k]), bases[owner] + at, owner)
        for owner, document in enumerate(found)
        for at in naive.winnow(document, k, window)
    ]
    prints = winnowed(found, k, window)
    assert rows(prints) == expected
    assert (prints.key.dtype, prints.place.dtype, prints.owner.dtype) == (np.uint64, np.uint32, np.uint32)


@given(codes(12), codes(12), codes(12), codes(12), st.data(), small, small)
def test_any_shared_run_of_a_window_has_a_shared_fingerprint(
    before: list[int], after: list[int], other: list[int], last: list[int], data: st.DataObject, k: int, window: int
) -> None:  # fmt: skip
    length = k + window - 1
    run = data.draw(st.lists(st.integers(2, 6), min_size=length, max_size=length + 9))
    found = [before + run + after, other + run + last]
    prints = rows(winnowed(found, k, window))
    begins = (len(before), len(found[0]) + len(other))
    inside: list[set[int]] = [set(), set()]
    for key, place, owner in prints:
        if begins[owner] <= place <= begins[owner] + len(run) - k:
            inside[owner].add(key)
    assert inside[0] & inside[1]


@given(documents(), small, small, st.integers(1, 30), st.integers(1, 3))
def test_chunks_and_threads_do_not_matter(
    found: list[list[int]], k: int, window: int, chunk: int, threads: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winnow, "CHUNK_WORDS", chunk)
        in_chunks = winnowed(found, k, window, threads)
    assert rows(in_chunks) == rows(winnowed(found, k, window))


@given(documents(), small, st.data())
def test_lengthen(found: list[list[int]], words: int, data: st.DataObject) -> None:
    code, offsets = flatten(found)
    places = data.draw(st.lists(st.integers(0, max(len(code) - 1, 0)), max_size=9 if len(code) else 0))
    owner = np.searchsorted(offsets, places, side="right") - 1
    key = np.empty(len(places), np.uint64)
    lengthen(code, offsets[1:], np.array(places, np.uint32), owner.astype(np.uint32), words, key)
    rest = [code[place : offsets[one + 1]].tolist() for place, one in zip(places, owner, strict=True)]
    assert key.tolist() == [naive.hash_words(one[:words]) for one in rest]


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=4), max_size=4), small)
def test_cap_repeats(found: list[list[tuple[int, int]]], most: int) -> None:
    """Groups of places, each the runs of its owners; an owner comes once in a group."""
    groups = [[owner for owner, count in dict(group).items() for _ in range(count)] for group in found]
    owner = [one for group in groups for one in group]
    ends = np.cumsum([0, *map(len, groups)])
    keep = np.full(len(owner), 9, np.uint8)
    places = np.arange(len(owner), dtype=np.uint32)
    bounds = np.repeat(ends, 2)[1:-1].astype(np.int64)
    dropped = cap_repeats(places, bounds, np.array(owner, np.uint32), most, keep)
    owners = dict(enumerate(owner))
    kept = [
        place
        for low, high in pairwise(ends.tolist())
        for place in naive.cap_repeats(range(low, high), owners, most)
    ]
    assert np.flatnonzero(keep).tolist() == kept
    assert set(keep.tolist()) <= {0, 1}
    assert dropped == len(owner) - len(kept)


def joined(found: list[list[int]], rank: list[int], prints: Fingerprints, k: int, hot: int) -> Seeds:
    code, offsets = flatten(found)
    return join(prints, code, offsets, np.array(rank, np.uint32), k, hot)


@st.composite
def prints_to_join(draw: st.DrawFn) -> tuple[list[list[int]], list[int], Fingerprints, int, int]:
    """Documents full of repeats, their places in time, and fingerprints everywhere, whose keys collide too."""
    found = scatter(draw(documents(7, 24)))
    k, hot, buckets = draw(st.integers(1, 3)), draw(st.integers(2, 5)), draw(st.sampled_from([2, 2**64]))
    bases = flatten(found)[1].tolist()
    prints = [
        (naive.hash_words(document[at : at + k]) % buckets, bases[owner] + at, owner)
        for owner, document in enumerate(found)
        for at in range(len(document) - k + 1)
        if draw(st.booleans())
    ]
    key, place, owner = zip(*prints, strict=True) if prints else ((), (), ())
    columns = np.array(key, np.uint64), np.array(place, np.uint32), np.array(owner, np.uint32)
    return found, draw(st.permutations(range(len(found)))), Fingerprints(*columns), k, hot


@given(prints_to_join())
def test_join(drawn: tuple[list[list[int]], list[int], Fingerprints, int, int]) -> None:
    found, rank, prints, k, hot = drawn
    seeds = joined(found, rank, prints, k, hot)
    lengths = [length * k for length in winnow.LENGTHS]
    pairs, counts = naive.join(rows(prints), found, rank, hot, lengths, winnow.MOST_REPEATS)
    assert Counter(map(tuple, seeds.words.tolist())) == pairs
    assert (seeds.hot_keys, seeds.starred_places, seeds.dropped_places) == counts
    assert seeds.words.shape == (pairs.total(), 2)


@given(prints_to_join(), st.integers(1, 9))
def test_ranks_say_who_is_first_and_nothing_else(
    drawn: tuple[list[list[int]], list[int], Fingerprints, int, int], stretch: int
) -> None:
    found, rank, prints, k, hot = drawn
    stretched = [7 + one * stretch for one in rank]
    seeds = [joined(found, order, prints, k, hot).words.tolist() for order in (rank, stretched)]
    assert seeds[0] == seeds[1]


PARAGRAPH = list(range(100, 140))


def hot_corpus(count: int) -> list[list[int]]:
    """Documents that share a paragraph between words of their own."""
    return scatter([[1000 + 2 * i] * 3 + PARAGRAPH + [1001 + 2 * i] * 3 for i in range(count)])


@pytest.mark.parametrize("step", [1, -1], ids=["input order", "reversed"])
def test_a_paragraph_that_everybody_has_costs_stars_in_time_order(step: int) -> None:
    count = 80 if INTERPRETED else 1000
    found, in_time = hot_corpus(count), list(range(count))[::step]
    prints = winnowed(found, 4, 4)
    seeds = joined(found, in_time, prints, 4, 50)  # reversed, the order is its own ranks
    owner, at = np.divmod(seeds.words, len(found[0]))
    star = {tuple(sorted(pair)) for pair in [*((in_time[0], one) for one in in_time[1:]), *pairwise(in_time)]}
    places = Counter((prints.place % len(found[0])).tolist())
    everywhere = [place for place, documents in places.items() if documents == count]
    starred = [
        place for place in everywhere if place < 3 + len(PARAGRAPH) - 16
    ]  # 16 words are still the same
    assert len(starred) > 3
    for place in starred:
        assert set(map(tuple, owner[at[:, 0] == place].tolist())) == star
    assert np.all(at[:, 0] == at[:, 1])
    assert len(seeds.words) <= 2 * count * seeds.hot_keys
    assert seeds.starred_places <= count * seeds.hot_keys
    assert seeds.dropped_places == 0


def test_the_seeds_of_a_hot_key_grow_as_its_places() -> None:
    few, many = (60, 120) if INTERPRETED else (500, 1000)
    counts = []
    for count in (few, many):
        found = hot_corpus(count)
        counts.append(len(joined(found, list(range(count)), winnowed(found, 4, 4), 4, 50).words))
    assert counts[1] <= 1.1 * counts[0] * many / few


def test_a_hot_fingerprint_is_lengthened_before_it_is_starred() -> None:
    """Everyone begins with a formula; two of them go on alike, and find each other by what follows."""
    formula = [1, 2, 3, 4]
    found = scatter([formula + [100 + 20 * i + j for j in range(20)] for i in range(30)])
    found[21] = found[7]
    seeds = joined(found, list(range(30)), winnowed(found, 4, 1), 4, 10)
    owner = seeds.words // len(found[0])
    assert set(map(tuple, owner.tolist())) == {(7, 21)}
    assert (seeds.hot_keys, seeds.starred_places) == (1, 0)


def test_one_document_does_not_fill_a_star() -> None:
    """A document that repeats a sentence a hundred times stands in the star as often as one may."""
    sentence = [5] * 40
    found = scatter([sentence * 3, sentence, sentence])
    seeds = joined(found, [0, 1, 2], winnowed(found, 4, 4), 4, 10)
    assert (seeds.hot_keys, seeds.starred_places) == (1, 3 * winnow.MOST_REPEATS)
    ends = 9  # three of each document's are cut short by its end, and are no longer the same
    assert seeds.dropped_places == len(winnowed(found, 4, 4).key) - ends - seeds.starred_places


def test_nothing_gives_nothing() -> None:
    for found in ([], [[]], [[], [1, 2]]):
        seeds = joined(found, list(range(len(found))), winnowed(found, 4, 4), 4, 2)
        assert seeds.words.shape == (0, 2)
        assert (seeds.hot_keys, seeds.starred_places, seeds.dropped_places) == (0, 0, 0)
