"""Documents that share several rare short shingles, against the plain twin."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import wording as twin
from samples.strategies import DAY, flatten, linked_corpus
from syndetect.kernels import rarity as kernels
from syndetect.kernels.documents import UNDATED
from syndetect.matching import rare_shingles

pytestmark = pytest.mark.kernel


def pairs_of(
    documents: list[list[int]], time: np.ndarray, window: int, threads: int = 1
) -> list[tuple[int, int]]:
    return [(a, b) for a, b in rare_shingles.rare_pairs(*flatten(documents), time, window, threads).tolist()]


@given(st.integers(0, 2**32), st.sampled_from([-1, 0, DAY, 3 * DAY]), st.integers(2, 5))
def test_rare_pairs(seed: int, window: int, most: int) -> None:
    random = Random(seed)
    documents, time = linked_corpus(random, random.randrange(25), random.choice([5, 40, 400]))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("MOST", most), ("CROWD", 2 * most), ("LEAST", 3), ("LEAST_SHARE", 0.2)):
            patch.setattr(rare_shingles, name, value)
        found = pairs_of(documents, time, window)
    counted = twin.rare_pairs(documents, time.tolist(), window, most, 2 * most)
    assert found == twin.linked(counted, documents, 3, 0.2)


def test_portions_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    documents, time = linked_corpus(Random(7), 60, 300)
    monkeypatch.setattr(rare_shingles, "LEAST", 3)
    monkeypatch.setattr(rare_shingles, "LEAST_SHARE", 0.05)
    whole = pairs_of(documents, time, 2 * DAY)
    assert len(whole) > 20
    for name, value in (("_CHUNK", 64), ("_ROUND", 512), ("_MOST_BITS", 3), ("_BINS", 64)):
        monkeypatch.setattr(rare_shingles, name, value)
        assert pairs_of(documents, time, 2 * DAY, threads=3) == whole


def test_all_that_is_sampled_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one shingle in four, pairs that share many rare ones are found as with all."""
    random = Random(3)
    documents = [[random.randrange(2**32) for _ in range(300)] for _ in range(12)]
    for number in range(0, 12, 2):
        documents[number + 1][100:200] = documents[number][50:150]
    monkeypatch.setattr(rare_shingles, "_RATES", ((0, 4),))
    assert pairs_of(documents, np.full(12, UNDATED), DAY) == [(n, n + 1) for n in range(0, 12, 2)]


def test_a_brief_is_linked_to_a_long_story() -> None:
    """Of 60 words, a phrase of five of a story of 600; not a phrase of three, nor of five of 4,000 words."""
    random = Random(4)
    story, longer = ([random.randrange(2**32) for _ in range(words)] for words in (600, 4000))
    documents = [
        story, longer,
        *([random.randrange(2**32) for _ in range(60 - words)] + taken[100 : 100 + words]
          for taken in (story, longer) for words in (5, 3)),
    ]  # fmt: skip
    assert pairs_of(documents, np.zeros(len(documents), np.int64), -1) == [(0, 2)]


def test_one_sampled_shingle_links_none(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [list(range(100)), list(range(200, 300)), list(range(400, 500))]
    documents[1][:50] = documents[0][:50]
    documents[2][:3] = documents[0][:3]
    for rate in (2, 4, 8, 16, 32, 64):
        monkeypatch.setattr(rare_shingles, "_RATES", ((0, rate),))
        assert set(pairs_of(documents, np.zeros(3, np.int64), -1)) <= {(0, 1)}


def test_what_many_documents_have_links_none() -> None:
    phrase = list(range(100, 140))
    documents = [[*phrase, number] for number in range(rare_shingles.MOST + 1)]
    time = np.zeros(len(documents), np.int64)
    assert pairs_of(documents, time, -1) == []
    assert len(pairs_of(documents[:-1], time[:-1], -1)) == rare_shingles.MOST * (rare_shingles.MOST - 1) // 2
    time[-1] = 9 * DAY  # one of them out of the others' window
    assert len(pairs_of(documents, time, DAY)) == rare_shingles.MOST * (rare_shingles.MOST - 1) // 2


@pytest.mark.parametrize("documents", [[], [[]], [[1]], [[1, 2], [1, 2]]])
def test_little_is_linked_to_nothing(documents: list[list[int]]) -> None:
    assert rare_shingles.rare_pairs(*flatten(documents), np.zeros(len(documents), np.int64), -1).shape == (
        0,
        2,
    )


@given(st.integers(0, 2**32), st.sampled_from([1, 2, 8]))
def test_take_shingles(seed: int, parts: int) -> None:
    """Parts have all shingles between them, each in the part that its hash ends with."""
    documents, _ = linked_corpus(Random(seed), 5)
    code, offsets = flatten(documents)
    found: list[tuple[int, int]] = []
    for part in range(parts):
        key, place = np.empty(2 * len(code) + 1, np.uint64), np.empty(2 * len(code) + 1, np.uint32)
        n = kernels.take_shingles(
            code, offsets, np.int64(9), np.uint64(parts - 1), np.uint64(part), key, place
        )  # fmt: skip
        assert (key[:n] % np.uint64(parts) == np.uint64(part)).all()
        found += zip(key[:n].tolist(), place[:n].tolist(), strict=True)
    assert sorted(found) == sorted(
        (twin.hash_of(one), 9 + number)
        for number, document in enumerate(documents)
        for k in (2, 3)
        for one in twin.shingles(document, k)
    )


@pytest.mark.parametrize(
    ("words", "rate"), [(0, 1), (1 << 20, 1), ((1 << 20) + 1, 2), (3 << 20, 4), (1 << 30, 8)]
)
def test_sampling(words: int, rate: int) -> None:
    assert rare_shingles.sampling(words) == rate


@given(st.lists(st.integers(0, 12), max_size=60), st.integers(1, 4), st.sampled_from([4, 1024]))
def test_keep_frequent(drawn: list[int], least: int, slots: int) -> None:
    """All that is there so often stays in its order; with a slot for each, nothing else does."""
    values = np.array([value << 32 | value for value in drawn], np.uint64)
    n = kernels.keep_frequent(values, np.int64(least), np.zeros(slots, np.uint8))
    kept = [value & 0xFF for value in values[:n].tolist()]
    expected = [value for value in drawn if drawn.count(value) >= least]
    assert [value for value in kept if value in expected] == expected
    if slots > 4:
        assert kept == expected
