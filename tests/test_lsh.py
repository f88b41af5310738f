"""Near-duplicate paragraphs: classes, bands and the S-curve."""

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import naive
from strategies import INTERPRETED, documents, flatten, scatter
from syndetect import lsh
from syndetect.minhash import permutations

UNION = 40  # words that two sets have together, in the tests of the hit rate


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
    words = np.random.default_rng(seed).integers(0, 2**64, (pairs, UNION), np.uint64)
    code = np.concatenate([words[:, : common + own], words[:, :common], words[:, common + own :]], axis=1)
    offsets = np.arange(2 * pairs + 1) * (common + own)
    bands, rows = shape
    found = lsh.similar_classes(
        code.reshape(-1), offsets[:-1], offsets[1:], np.arange(2 * pairs, dtype=np.uint32),
        permutations(bands * rows, seed), (1, bands, rows), 50,
    )  # fmt: skip
    return int(np.sum((found[:, 0] % 2 == 0) & (found[:, 1] == found[:, 0] + 1)))


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
    assert lsh.s_curve(np.array([0.5, 1.0]), 1, 2).tolist() == [0.25, 1.0]
    assert lsh.s_curve(0.7, 14, 9) == pytest.approx(0.438, abs=1e-3)


def collapsed(found: list[list[int]], least: int) -> lsh.Classes:
    code, offsets = flatten(scatter(found))
    return lsh.collapse(code, offsets, least)


@given(documents(8, 3), st.integers(1, 3))
def test_classes_are_of_identical_paragraphs(found: list[list[int]], least: int) -> None:
    classes = collapsed(found, least)
    by_words = defaultdict(list)
    for number, paragraph in enumerate(found):
        if len(paragraph) >= least:
            by_words[tuple(paragraph)].append(number)
    expected = sorted(by_words.values())
    assert classes.first.tolist() == [members[0] for members in expected]
    members = [
        classes.members[low:high].tolist()
        for low, high in zip(classes.offsets, classes.offsets[1:], strict=False)
    ]
    assert members == [one if len(one) > 1 else [] for one in expected]


@given(documents(8, 2), st.lists(st.integers(0, 3), min_size=9, max_size=9))
def test_identical_paragraphs_are_paired_as_a_star(found: list[list[int]], owner: list[int]) -> None:
    owner.sort()
    pairs = lsh.identical_pairs(collapsed(found, 1), np.array(owner, np.uint32))
    first = [found.index(paragraph) for paragraph in found]
    expected = {(one, i) for i, one in enumerate(first) if found[i] and owner[one] != owner[i]}
    assert len(pairs) == len(expected)
    assert set(map(tuple, pairs.tolist())) == expected


def similar(
    found: list[list[int]], owner: list[int], shape: tuple[int, int, int], hot: int, threads: int = 1
) -> list[list[int]]:
    code, offsets = flatten(found)
    drawn = permutations(shape[1] * shape[2], 1)
    return lsh.similar_classes(
        code, offsets[:-1], offsets[1:], np.array(owner, np.uint32), drawn, shape, hot, threads
    ).tolist()  # fmt: skip


owners = st.lists(st.integers(0, 3), min_size=9, max_size=9)
shapes = st.sampled_from([(1, 4, 1), (2, 4, 2), (3, 5, 3)])


@given(documents(8, 8), owners, shapes, st.sampled_from([1, 2, 50]))
def test_similar_classes_agree_in_a_band(
    found: list[list[int]], owner: list[int], shape: tuple[int, int, int], hot: int
) -> None:
    some = scatter([paragraph for paragraph in found if paragraph])
    k, bands, rows = shape
    a, b = (part.tolist() for part in permutations(bands * rows, 1))
    signatures = [naive.sign([h >> 32 for h in naive.shingles(one, k)], a, b) for one in some]
    expected = set()
    for low in range(0, bands * rows, rows):
        buckets = defaultdict(list)
        for i, signature in enumerate(signatures):
            buckets[tuple(signature[low : low + rows])].append(i)
        expected |= {pair for bucket in buckets.values() for pair in naive.pair_group(bucket, owner, hot)}
    assert similar(some, owner, shape, hot) == sorted(map(list, expected))


@given(documents(8, 8), owners, shapes, st.integers(1, 9), st.integers(1, 3))
def test_chunks_and_threads_do_not_matter(
    found: list[list[int]], owner: list[int], shape: tuple[int, int, int], chunk: int, threads: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lsh, "CHUNK_WORDS", chunk)
        in_chunks = similar(found, owner, shape, 50, threads)
    assert in_chunks == similar(found, owner, shape, 50)


def test_a_paragraph_that_everybody_has_costs_a_star() -> None:
    count = 60 if INTERPRETED else 1000
    classes = collapsed([list(range(12))] * count, 8)
    assert len(classes.first) == 1
    assert len(lsh.identical_pairs(classes, np.arange(count, dtype=np.uint32))) == count - 1
    almost = [[*range(40), 1000 + i] for i in range(count)]
    pairs = similar(almost, list(range(count)), (3, 42, 3), 50)
    assert len(pairs) < 42 * 2 * count
    assert {other for pair in pairs for other in pair} == set(range(count))
