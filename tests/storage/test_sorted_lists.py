"""Sorted lists and ranges of flat arrays, against plain twins."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.index.segment_builder import _steps
from syndetect.kernels.lists import find_runs
from syndetect.kernels.ranges import copy_ranges, find_spans
from syndetect.storage import sorted_lists
from syndetect.storage.sorted_lists import Lists, Memory

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
    sorted_lists.write(put, "some", len(found), packed.__getitem__, threads)
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
