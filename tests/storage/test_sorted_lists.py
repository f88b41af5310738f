"""Sorted lists and ranges of flat arrays, against plain twins."""

from itertools import chain, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from syndetect.arrays import bounds_of
from syndetect.index.merge import in_time
from syndetect.index.segment_builder import MOST_UNTIMED, _steps
from syndetect.kernels.lists import fill_directories, find_runs
from syndetect.kernels.ranges import copy_ranges, find_spans, place_ranges
from syndetect.storage import sorted_lists
from syndetect.storage.sorted_lists import ListEntries, Lists, Memory

pytestmark = pytest.mark.kernel

keys = st.one_of(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 1, 7, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]),
    st.integers(0, 5).map(lambda key: key << 29),
)
entries = st.lists(st.tuples(keys, st.integers(0, 2**32 - 1)), max_size=60)


def written(found: list[list[tuple[int, int]]], threads: int = 1) -> Memory:
    """Lists of keys and numbers, in memory."""
    memory = Memory()

    def put(name: str, array: np.ndarray) -> None:
        memory[name] = np.concatenate([memory[name], array]) if name in memory else array

    packed = [np.array([key << 32 | number for key, number in one], np.uint64) for one in found]
    sizes = np.array([len(one) for one in packed])

    def entries(first: int, last: int) -> ListEntries:
        bounds = bounds_of(sizes[first:last])
        return ListEntries.of(np.concatenate(packed[first:last]), bounds)

    sorted_lists.write(put, "some", sizes, entries, threads)
    return memory


@given(st.lists(entries, min_size=1, max_size=4), st.lists(keys, max_size=10), st.sampled_from([1, 2]))
def test_every_number_stands_under_its_key(
    found: list[list[tuple[int, int]]], others: list[int], threads: int
) -> None:
    memory = written(found, threads)
    looked = Lists(memory, "some")
    wanted = [(at, key) for at, one in enumerate(found) for key in [*others, *(key for key, _ in one)]]
    numbers, which = looked.numbers(
        *looked.find(
            np.array([at for at, _ in wanted], np.int64), np.array([key for _, key in wanted], np.uint64)
        )
    )
    for number, (at, key) in enumerate(wanted):
        expected = [theirs for mine, theirs in found[at] if mine == key]
        assert numbers[which == number].tolist() == expected  # those of one key in their order
    for at, one in enumerate(found):
        assert sorted(looked.entries(at).tolist()) == sorted(key << 32 | number for key, number in one)


@pytest.mark.parametrize("count", [15, 16, 17, 300, 5000])
def test_long_lists_and_long_runs(count: int) -> None:
    spread = [(number * 2**32 // count, number) for number in range(count)]
    same = [(77, number) for number in range(count)]
    looked = Lists(written([spread, same, []]), "some")
    begin, end = looked.find(np.zeros(count, np.int64), np.array([key for key, _ in spread], np.uint64))
    assert (end - begin).tolist() == [1] * count
    assert looked.numbers(begin, end)[0].tolist() == list(range(count))
    begin, end = looked.find(np.array([1, 1, 1, 2]), np.array([77, 76, 78, 77], np.uint64))
    assert (end - begin).tolist() == [count, 0, 0, 0]


@given(
    st.lists(st.tuples(st.lists(keys, max_size=30).map(sorted), st.integers(0, 6)), min_size=1, max_size=6)
)
def test_directories_say_where_leading_bits_begin(found: list[tuple[list[int], int]]) -> None:
    expected = [naive.directory(one, bits) for one, bits in found]
    starts = bounds_of(map(len, expected))
    out = np.full(starts[-1], 99, np.uint32)
    packed = np.array([key << 32 | 7 for one, _ in found for key in one], np.uint64)
    fill_directories(packed, bounds_of(len(one) for one, _ in found), starts, out)
    assert out.tolist() == list(chain.from_iterable(expected))


@given(st.lists(entries, min_size=1, max_size=8), st.integers(0, 40), st.sampled_from([0, 1, 2]))
def test_lists_are_the_same_whether_sorted_together_or_one_by_one(
    found: list[list[tuple[int, int]]], at_once: int, threads: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_lists, "_AT_ONCE", at_once)
        parted = written(found, threads)
        patch.setattr(sorted_lists, "_AT_ONCE", 1 << 20)
        whole = written(found, threads)
    assert {name: one.tolist() for name, one in parted.items()} == {
        name: one.tolist() for name, one in whole.items()
    }


def test_postings_are_put_in_time_in_their_own_list() -> None:
    # the last key of the first list is the first one of the second, and together they are many
    count = MOST_UNTIMED
    documents = np.arange(2 * count + 2)
    times = np.arange(2 * count + 1)[::-1].copy()
    keys, words = np.full(2 * count, 5, np.uint64), np.arange(2 * count, dtype=np.uint32)
    lists = np.repeat([0, 1], count)
    assert in_time(keys, words, lists, documents, times).tolist() == words.tolist()
    keys, words = np.append(keys, np.uint64(5)), np.append(words, np.uint32(2 * count))
    ordered = in_time(keys, words, np.append(lists, 1), documents, times)
    assert ordered.tolist() == [*range(count), *range(count, 2 * count + 1)[::-1]]


values = st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 3), max_size=40).map(sorted)


@given(values, st.integers(0, 2**32 - 1) | st.integers(0, 3), st.sampled_from([0, 1, 16, 31]), st.data())
def test_narrowed_ranges_hold_what_is_wanted(
    found: list[int], wanted: int, shift: int, data: st.DataObject
) -> None:
    low = data.draw(st.integers(0, len(found)))
    high = data.draw(st.integers(low, len(found)))
    begin, end = np.array([low]), np.array([high])
    ignored = np.uint32(shift)
    keys = np.array([wanted], np.uint32) >> ignored
    find_runs(np.array(found, np.uint32), keys, ignored, begin, end)
    inside = [i for i in range(low, high) if found[i] >> shift == wanted >> shift]
    assert list(range(begin[0], end[0])) == inside


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=10))
def test_ranges_are_copied_one_after_the_other(pairs: list[tuple[int, int]]) -> None:
    source = np.arange(100, 120, dtype=np.uint32)
    begin, end = (np.array([pick(pair) for pair in pairs], np.int64) for pick in (min, max))
    out = np.empty(int((end - begin).sum()), np.uint32)
    copy_ranges(source, begin, end, out)
    assert out.tolist() == [
        int(one) for low, high in zip(begin, end, strict=True) for one in source[low:high]
    ]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=10), st.randoms())
def test_ranges_are_put_where_they_belong(pairs: list[tuple[int, int]], random: Random) -> None:
    source = np.arange(100, 120, dtype=np.uint32)
    begin, end = (np.array([pick(pair) for pair in pairs], np.int64) for pick in (min, max))
    order = random.sample(range(len(pairs)), len(pairs))  # of the ranges in what is written
    to = np.zeros(len(pairs), np.int64)
    to[order] = bounds_of((end - begin)[order])[:-1]
    out = np.empty(int((end - begin).sum()), np.uint32)
    place_ranges(source, begin, end, to, out)
    assert out.tolist() == [int(one) for i in order for one in source[begin[i] : end[i]]]


steps = st.lists(
    st.tuples(st.sampled_from([0, 1, 254, 255, 256, 70000]), st.sampled_from([1, 2, 254, 255, 256])),
    max_size=12,
)


@given(st.lists(steps, min_size=1, max_size=4), st.data())
def test_words_stand_where_their_gaps_and_lengths_say(
    documents: list[list[tuple[int, int]]], data: st.DataObject
) -> None:
    begins, ends, firsts = [], [], [0]
    for one in documents:
        at = 0
        for gap, length in one:
            begins.append(at + gap)
            at += gap + length
            ends.append(at)
        firsts.append(len(begins))
    columns = _steps(np.array(begins, np.uint32), np.array(ends, np.uint32), np.array(firsts))
    ranges = [
        (firsts[document], low, data.draw(st.integers(low + 1, firsts[document + 1])))
        for document, low in data.draw(
            st.lists(st.sampled_from(_words_of(firsts)), min_size=1, max_size=8) if begins else st.just([])
        )
    ]
    first, low, high = np.array(ranges, np.int64).reshape(-1, 3).T.copy()
    spans = np.empty((len(ranges), 2), np.int64)
    find_spans(
        columns["gaps"],
        columns["lengths"],
        columns["far"],
        first,
        low,
        high,
        np.argsort(low, kind="stable"),
        spans,
    )
    assert spans.tolist() == [[begins[low], ends[high - 1]] for _, low, high in ranges]


def _words_of(firsts: list[int]) -> list[tuple[int, int]]:
    """Every word with its document."""
    return [(document, word) for document, bounds in enumerate(pairwise(firsts)) for word in range(*bounds)]
