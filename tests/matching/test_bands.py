"""Near-duplicate paragraphs: classes of identical ones, bands and the S-curve."""

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from samples.strategies import INTERPRETED, documents, flatten, scatter
from syndetect.kernels.documents import UNDATED
from syndetect.matching import bands as lsh
from syndetect.matching.bands import ParagraphDocuments, Sketch
from syndetect.matching.minhash import permutations

pytestmark = pytest.mark.kernel

UNION = 40  # words that two sets have together, in the tests of the hit rate


def sketched(found: Sequence[Sequence[int]], least: int, shape: tuple[int, int, int]) -> Sketch:
    _, bands, rows = shape
    return lsh.sketch(*flatten(found), least, permutations(bands * rows, 1), shape)


def undated(owner: Sequence[int]) -> ParagraphDocuments:
    """Documents in input order, without times."""
    count = max(owner, default=0) + 1
    return ParagraphDocuments(
        np.array(owner, np.uint32),
        np.full(count, UNDATED),
        np.arange(count, dtype=np.uint32),
        -1,
        np.ones(count, np.uint8),
    )


def unpacked(pairs: np.ndarray) -> list[tuple[int, int]]:
    assert pairs.dtype == np.uint64
    return [(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs.tolist()]


def binomial_bounds(n: int, p: float, tail: float) -> tuple[int, int]:
    """The least and the greatest count of hits beyond which lies less than ``tail`` on either side."""

    def share(i: int) -> float:
        ways = math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
        return math.exp(ways + i * math.log(p) + (n - i) * math.log1p(-p))

    shares = [share(i) for i in range(n + 1)]
    low = next(i for i in range(n + 1) if sum(shares[: i + 1]) >= tail)
    high = next(i for i in range(n, -1, -1) if sum(shares[i:]) >= tail)
    return low, high


def hits(jaccard: float, shape: tuple[int, int], pairs: int, seed: int) -> int:
    """How many of many pairs of sets of random words, each of this Jaccard similarity, share a band."""
    common = round(UNION * jaccard)
    own = (UNION - common) // 2
    words = np.random.default_rng(seed).integers(0, 2**32, (pairs, UNION), np.uint32)
    code = np.concatenate([words[:, : common + own], words[:, :common], words[:, common + own :]], axis=1)
    offsets = np.arange(2 * pairs + 1) * (common + own)
    bands, rows = shape
    found = lsh.sketch(code.reshape(-1), offsets, 1, permutations(bands * rows, seed), (1, bands, rows))
    everyone, whose = np.arange(2 * pairs, dtype=np.uint32), undated(range(2 * pairs))
    met = [lsh.similar_pairs(keys, everyone, whose, 50) for keys in found.keys]
    return sum(a % 2 == 0 and b == a + 1 for a, b in unpacked(np.unique(np.concatenate(met))))


@pytest.mark.parametrize("jaccard", [0.1, 0.2, 0.3, 0.5, 0.7])
@pytest.mark.parametrize("shape", [(42, 3), (16, 8), (32, 4)])
def test_the_hit_rate_is_that_of_the_s_curve(jaccard: float, shape: tuple[int, int]) -> None:
    pairs = 4 if INTERPRETED else 800
    seeds = range(1, 5)
    low, high = binomial_bounds(pairs * len(seeds), float(lsh.s_curve(jaccard, *shape)), 5e-7)
    assert low <= sum(hits(jaccard, shape, pairs, seed) for seed in seeds) <= high


def test_the_s_curve() -> None:
    assert lsh.s_curve(0.0, 42, 3) == 0.0
    assert lsh.s_curve(1.0, 42, 3) == 1.0
    assert lsh.s_curve(0.5, 2, 1) == 0.75
    assert np.asarray(lsh.s_curve(np.array([0.5, 1.0]), 1, 2)).tolist() == [0.25, 1.0]
    assert lsh.s_curve(0.7, 14, 9) == pytest.approx(0.438, abs=1e-3)


shapes = st.sampled_from([(1, 4, 1), (2, 4, 2), (3, 5, 3)])


@given(documents(8, 8).map(scatter), st.integers(1, 4), shapes)
def test_paragraphs_that_are_long_enough_are_sketched(
    found: list[list[int]], least: int, shape: tuple[int, int, int]
) -> None:
    k, bands, rows = shape
    made = sketched(found, least, shape)
    chosen = [i for i, words in enumerate(found) if len(words) >= least]
    assert made.paragraphs.tolist() == chosen
    assert made.hashes.tolist() == [naive.hash_words(found[i]) for i in chosen]
    a, b = (part.tolist() for part in permutations(bands * rows, 1))
    signatures = [naive.sign(naive.shingles(found[i], k, naive.hash_words32), a, b) for i in chosen]
    assert made.keys.shape == (bands, len(chosen))
    for band, keys in enumerate(made.keys.tolist()):
        in_band = [tuple(signature[band * rows : (band + 1) * rows]) for signature in signatures]
        for one, other in combinations(range(len(chosen)), 2):
            assert (keys[one] == keys[other]) == (in_band[one] == in_band[other])
    assert (made.paragraphs.dtype, made.hashes.dtype, made.keys.dtype) == tuple(
        map(np.dtype, (np.uint32, np.uint64, np.uint32))
    )


Drawn = tuple[list[list[int]], list[int], naive.Timeline]


@st.composite
def owned(draw: st.DrawFn) -> Drawn:
    """Paragraphs, many of them the same, the documents that they stand in, and when these were published."""
    found = scatter([words for words in draw(documents(12, 3)) if words])  # hashes that do not collide
    owner = sorted(draw(st.lists(st.integers(0, 8), min_size=len(found), max_size=len(found))))
    time = draw(st.lists(st.one_of(st.none(), st.integers(-9, 9)), min_size=9, max_size=9))
    return (
        found,
        owner,
        naive.Timeline(time, draw(st.permutations(range(9))), draw(st.sampled_from([-1, 0, 4]))),
    )


def owners_of(owner: list[int], when: naive.Timeline) -> ParagraphDocuments:
    time = [UNDATED if one is None else one for one in when.time]
    ranks = np.array(when.rank, np.uint32)
    return ParagraphDocuments(
        np.array(owner, np.uint32), np.array(time, np.int64), ranks, when.window, np.ones(len(time), np.uint8)
    )


def leaders_of(found: list[list[int]], owner: list[int], when: naive.Timeline) -> np.ndarray:
    code, begins = flatten(found)
    made = sketched(found, 1, (1, 1, 1))
    return lsh.find_representatives(
        code, begins.astype(np.uint32), made.paragraphs, made.hashes, owners_of(owner, when)
    )


@given(owned(), st.sampled_from([1, 2, 5, 1 << 23]))
def test_leaders_are_the_earliest_of_the_same_words(drawn: Drawn, most: int) -> None:
    found, owner, when = drawn
    in_time = sorted(range(len(found)), key=lambda i: (when.rank[owner[i]], i))
    groups = defaultdict(list)
    for i in in_time:
        groups[tuple(found[i])].append(i)
    expected = naive.find_leaders(groups.values(), found, owner, when)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lsh, "MOST_KEYS", most)
        patch.setattr(lsh, "_READ", most)
        leader = leaders_of(found, owner, when)
    assert leader.tolist() == [expected[i] for i in range(len(found))]
    pairs = unpacked(lsh.identical_pairs(leader, owners_of(owner, when)))
    across = [(i, one) for i, one in expected.items() if owner[i] != owner[one]]
    assert sorted(pairs) == sorted((min(pair), max(pair)) for pair in across)
    assert all(when.are_near(owner[one], owner[other]) for one, other in pairs)


@given(owned(), st.sampled_from([1, 2, 50]), st.sampled_from([1, 3, 1 << 23]), st.data())
def test_paragraphs_with_one_key_are_paired(drawn: Drawn, hot: int, most: int, data: st.DataObject) -> None:
    """A bucket of more than ``hot`` gives a star in time order; only those that lead are in buckets."""
    found, owner, when = drawn
    wide = st.sampled_from([0, 1, 2, 1 << 31, (1 << 32) - 1])
    keys = data.draw(st.lists(wide, min_size=len(found), max_size=len(found)))
    leaders = sorted(data.draw(st.sets(st.sampled_from(range(len(found)))))) if found else []
    buckets = defaultdict(list)
    for i in leaders:
        buckets[keys[i]].append(i)
    of = dict(enumerate(owner))
    expected = []
    for bucket in buckets.values():
        in_time = sorted(bucket, key=lambda i: (when.rank[owner[i]], i))
        is_hot = len(bucket) > hot
        expected += naive.star_group(in_time, of, when) if is_hot else naive.pair_group(bucket, of, when)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lsh, "MOST_KEYS", most)
        found_pairs = lsh.similar_pairs(
            np.array(keys, np.uint32), np.array(leaders, np.uint32), owners_of(owner, when), hot
        )
    assert unpacked(found_pairs) == sorted((min(pair), max(pair)) for pair in expected)


def test_a_paragraph_that_everybody_has_costs_a_star() -> None:
    count = 60 if INTERPRETED else 1000
    same, whose = [list(range(12))] * count, list(range(count))
    when = naive.Timeline([None] * count, range(count))
    leader = leaders_of(same, whose, when)
    assert len(lsh.identical_pairs(leader, undated(whose))) == count - 1
    almost = scatter([[*range(40), 1000 + i] for i in range(count)])
    made = sketched(almost, 1, (3, 42, 3))
    everyone = np.arange(count, dtype=np.uint32)
    bands = [unpacked(lsh.similar_pairs(keys, everyone, undated(whose), 50)) for keys in made.keys]
    assert all(len(pairs) <= 2 * count for pairs in bands if len(pairs) > 50 * count)
    assert sum(map(len, bands)) < 42 * 25 * count
    assert {one for pairs in bands for pair in pairs for one in pair} == set(range(count))
