"""How much of one document's wording stands in others, against the plain twin."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import wording as twin
from samples.strategies import INTERPRETED, flatten, linked_corpus
from syndetect.kernels.rarity import SLOT_BITS
from syndetect.matching import wording
from syndetect.matching.wording import MIX, Rarity

pytestmark = pytest.mark.kernel

SOME = settings(max_examples=10 if INTERPRETED else 30)
Documents = list[list[int]]


def measured(seed: int) -> tuple[Documents, np.ndarray, np.ndarray, Rarity]:
    random = Random(seed)
    documents, _ = linked_corpus(random, random.randrange(1, 12), random.choice([5, 40, 4000]))
    code, offsets = flatten(documents)
    return documents, code, offsets, Rarity.of(code, offsets)


@SOME
@given(st.integers(0, 2**32))
def test_rarity(seed: int) -> None:
    documents, _, _, rarity = measured(seed)
    expected = twin.weights(documents, SLOT_BITS)
    unseen = expected.pop(-1)
    assert rarity.weight.dtype == np.uint8
    found = np.full(1 << SLOT_BITS, unseen, np.uint8)
    found[[*expected.keys()]] = [*expected.values()]
    assert (rarity.weight == found).all()


def test_rarity_is_learned_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "SAMPLE", 4)
    monkeypatch.setattr(wording, "SAMPLE_WORDS", 5)
    documents = [[number, 7, 8, 9, 10, 11, 12] for number in range(100, 110)]
    found = Rarity.of(*flatten(documents)).weight
    expected = Rarity.of(*flatten([documents[number][:5] for number in (0, 2, 5, 7)])).weight
    assert (found == expected).all()


def shares(code: np.ndarray, offsets: np.ndarray, pairs: np.ndarray, rarity: Rarity) -> np.ndarray:
    return wording.shares(wording.sketch(code, offsets, np.arange(len(offsets) - 1), rarity), pairs)


@SOME
@given(seed=st.integers(0, 2**32), times=st.sampled_from([1, 1, 40]))
def test_shares(seed: int, times: int) -> None:
    """Of documents as they are, and of long ones, of which a part is weighed."""
    short, *_ = measured(seed)
    documents = [one * times for one in short]
    code, offsets = flatten(documents)
    rarity = Rarity.of(code, offsets)
    one = range(len(documents))
    pairs = [(a, b) for a in one for b in one if Random(seed ^ a * 64 ^ b).random() < 0.4]
    found = shares(code, offsets, np.array(pairs, np.int64).reshape(-1, 2), rarity)
    weight = twin.weights([one[: wording.SAMPLE_WORDS] for one in documents], SLOT_BITS)
    expected = [
        [twin.share(documents[x], documents[y], weight, SLOT_BITS, MIX) for x, y in ((a, b), (b, a))]
        for a, b in pairs
    ]
    np.testing.assert_allclose(found, np.array(expected).reshape(-1, 2), rtol=1e-12)


@SOME
@given(seed=st.integers(0, 2**32), times=st.sampled_from([1, 1, 40]))
def test_union_shares(seed: int, times: int) -> None:
    """Of the first source, the first two, and so on."""
    short, *_ = measured(seed)
    random, documents = Random(seed), [one * times for one in short]
    code, offsets = flatten(documents)
    rarity = Rarity.of(code, offsets)
    of = [random.randrange(len(documents)) for _ in range(random.randrange(4))]
    sources = [random.choices(range(len(documents)), k=random.randrange(4)) for _ in of]
    starts = np.cumsum([0, *map(len, sources)])
    flat = np.array([source for some in sources for source in some], np.int64)
    sketches = wording.sketch(code, offsets, np.arange(len(documents)), rarity)
    found = wording.union_shares(sketches, np.array(of, np.int64), flat, starts)
    weight = twin.weights([one[: wording.SAMPLE_WORDS] for one in documents], SLOT_BITS)
    expected = [
        twin.union_share(documents[a], [documents[b] for b in some[: n + 1]], weight, SLOT_BITS, MIX)
        for a, some in zip(of, sources, strict=True)
        for n in range(len(some))
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_two_sources_have_together_what_neither_has_alone() -> None:
    first, second = list(range(1, 60)), list(range(100, 160))
    code, offsets = flatten([first + second, first, second])
    sketches = wording.sketch(code, offsets, np.arange(3), Rarity.of(code, offsets))
    one, both = wording.union_shares(sketches, np.array([0]), np.array([1, 2]), np.array([0, 2]))
    assert 0.4 < one < 0.6
    assert both > 0.98


def test_portions_and_order_change_nothing() -> None:
    documents, _ = linked_corpus(Random(5), 20)
    code, offsets = flatten(documents)
    rarity = Rarity.of(code, offsets)
    pairs = np.argwhere(np.ones((20, 20), bool)).astype(np.int64)
    whole = shares(code, offsets, pairs, rarity)
    assert (whole[:, 0].reshape(20, 20) == whole[:, 1].reshape(20, 20).T).all()
    shuffled = np.random.default_rng(1).permutation(20)
    mixed = wording.shares(wording.sketch(code, offsets, shuffled, rarity), pairs)
    assert (mixed.reshape(20, 20, 2) == whole.reshape(20, 20, 2)[np.ix_(shuffled, shuffled)]).all()


def test_a_copy_has_all_and_a_stranger_nothing() -> None:
    documents = [list(range(1, 60)), list(range(100, 160)), list(range(1, 60)), []]
    code, offsets = flatten(documents)
    found = shares(code, offsets, np.array([[0, 1], [0, 2], [0, 3], [3, 3]]), Rarity.of(code, offsets))
    assert found.tolist() == [[0, 0], [1, 1], [0, 0], [0, 0]]
    assert shares(code, offsets, np.empty((0, 2), np.int64), Rarity.of(code, offsets)).shape == (0, 2)


def test_common_words_count_for_little() -> None:
    """Of two documents that share half their words each, those that share the rare ones share more."""
    random = Random(2)
    common = list(range(20))
    crowd = [
        random.sample(common, 20) + [random.randrange(10**6, 10**9) for _ in range(20)] for _ in range(300)
    ]
    rare = list(range(1000, 1020))
    documents = [common + rare, rare + list(range(2000, 2020)), common + list(range(3000, 3020)), *crowd]
    code, offsets = flatten(documents)
    by_rare, by_common = shares(code, offsets, np.array([[0, 1], [0, 2]]), Rarity.of(code, offsets))[:, 0]
    assert by_rare > 0.7
    assert by_common < 0.3
