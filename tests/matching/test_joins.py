"""Fingerprints to seeds: against the plain twin, and what hot fingerprints cost."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import joins as naive_joins
from reference import matching as naive
from samples.strategies import INTERPRETED, documents, edited, flatten, large, mosaics, placed, scatter
from syndetect.kernels.documents import UNDATED
from syndetect.matching import winnowing
from syndetect.matching.winnowing import PARTS, JoinLimits, Seeds, fingerprint, join

pytestmark = pytest.mark.kernel


def unpacked(seeds: npt.NDArray[np.uint64]) -> list[tuple[int, int, bool]]:
    return [(seed >> 32, (seed & 0xFFFFFFFF) >> 1, bool(seed & 1)) for seed in seeds.tolist()]


def in_quarters(rules: JoinLimits) -> naive_joins.Rules:
    return naive_joins.Rules(
        rules.k, rules.most_places, *(round(4 * score) for score in (rules.least_score, rules.strong_score))
    )


Drawn = tuple[list[list[int]], list[tuple[int, int]], JoinLimits, naive.Timeline]


@st.composite
def prints_to_join(draw: st.DrawFn) -> Drawn:
    """Documents full of repeats, fingerprints anywhere, whose keys collide too, and documents' times, if known."""
    found = draw(st.one_of(documents(7, 24), documents(7, 24).map(scatter), mosaics().map(scatter)))
    random = draw(large)
    k, buckets = random.randint(1, 3), random.choice([2, 2**32])
    bases = flatten(found)[1].tolist()
    prints = [
        (naive.shingle_hash(document[at : at + k]) % buckets, bases[owner] + at)
        for owner, document in enumerate(found)
        for at in range(len(document) - k + 1)
        if random.random() < 0.7
    ]
    least = random.choice([1.0, 2.5, 4.25, 8.0])
    window = random.choice([-1, 0, 2, 5])
    rules = JoinLimits(k, random.randint(2, 6), window, least, random.choice([least, 11.5, 30.0]))
    time = [random.choice([None, *range(12)]) for _ in found]
    return found, prints, rules, naive.Timeline(time, random.sample(range(len(found)), len(found)), window)


def _crowd(random: Random) -> Drawn:
    """Many short documents that say much the same, one key in all of them, published within few days."""
    k, words = random.randint(1, 3), scatter([range(2, 40)])[0]
    befores, afters = (
        [random.choices(words, k=random.randint(0, most)) for _ in range(2)] for most in (9, 5)
    )
    key, found = words[:k], []
    for _ in range(random.randint(6, 24)):
        before, after = random.choice(befores), random.choice(afters)
        found.append([*before[random.choice([0, 0, 1]) :], *key, *after] * random.choice([1, 1, 1, 2]))
    prints = [
        (7, start + at)
        for words, start in zip(found, flatten(found)[1].tolist(), strict=False)
        for at in range(len(words) - k + 1)
        if words[at : at + k] == key
    ]
    days, window = random.choice([3, 9]), random.randint(0, 2)
    least = random.choice([1.0, k + 0.5, k + 2.0])
    rules = JoinLimits(k, random.randint(2, 5), window, least, least + random.choice([0, 1.5, 4.25]))
    time = [random.choice([None, *range(2 * days)]) for _ in found]
    return found, prints, rules, naive.Timeline(time, random.sample(range(len(found)), len(found)), window)


def joined(
    found: Sequence[Sequence[int]],
    prints: list[tuple[int, int]],
    rules: JoinLimits,
    when: naive.Timeline,
    asked: Sequence[int] | None = None,
) -> Seeds:
    entries = np.array([key << 32 | place for key, place in prints], np.uint64)
    time = [int(UNDATED) if one is None else one for one in when.time]
    places = placed(found, time, when.rank)
    if asked is not None:
        places = replace(places, is_query=np.array(asked, np.uint8))
    return join(entries, places, rules)


@given(st.one_of(prints_to_join(), large.map(_crowd)))
def test_seeds_are_those_of_the_plain_twin(drawn: Drawn) -> None:
    found, prints, rules, when = drawn
    seeds = joined(found, prints, rules, when)
    twin = naive_joins.join(
        prints, naive_joins.Corpus(found), when, in_quarters(rules), winnowing.LENGTHS, winnowing.MOST_REPEATS
    )
    assert unpacked(seeds.words) == twin.seeds
    assert (seeds.frequent_keys, seeds.starred_places, seeds.dropped_places) == twin[1:]
    assert seeds.words.dtype == np.uint64


@given(st.one_of(prints_to_join(), large.map(_crowd)), large)
def test_who_is_asked_for_has_the_same_seeds_as_among_all(drawn: Drawn, random: Random) -> None:
    found, prints, rules, when = drawn
    asked = [random.randint(0, 1) for _ in found]
    corpus = naive_joins.Corpus(found)
    everything = unpacked(joined(found, prints, rules, when).words)
    some = unpacked(joined(found, prints, rules, when, asked).words)
    assert some == [seed for seed in everything if any(asked[corpus.owner(word)] for word in seed[:2])]


@given(st.one_of(prints_to_join(), large.map(_crowd)), large)
def test_documents_in_another_order_have_the_same_seeds(drawn: Drawn, random: Random) -> None:
    found, prints, rules, when = drawn
    order = random.sample(range(len(found)), len(found))
    corpus, turned = naive_joins.Corpus(found), naive_joins.Corpus([found[i] for i in order])
    begins = {one: turned.starts[at] for at, one in enumerate(order)}
    moved = [(key, begins[corpus.owner(place)] + corpus.within(place)) for key, place in prints]
    known = when._replace(time=[when.time[i] for i in order], rank=[when.rank[i] for i in order])
    expected = unpacked(joined(found, prints, rules, when).words)
    other = unpacked(joined(turned.documents, sorted(moved, key=lambda one: one[1]), rules, known).words)

    def places(seeds: list[tuple[int, int, bool]], of: naive_joins.Corpus, names: Sequence[int]) -> list[str]:
        both = (sorted((names[of.owner(word)], of.within(word)) for word in seed[:2]) for seed in seeds)
        return sorted(f"{pair} {seed[2]}" for pair, seed in zip(both, seeds, strict=True))

    assert places(other, turned, order) == places(expected, corpus, range(len(found)))


@given(prints_to_join(), st.integers(10, 40))
def test_room_for_seeds_does_not_matter(drawn: Drawn, room: int) -> None:
    found, prints, rules, when = drawn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winnowing, "_ROOM", room)
        in_pieces = joined(found, prints, rules, when)
    assert in_pieces.words.tolist() == joined(found, prints, rules, when).words.tolist()


@given(prints_to_join(), st.integers(1, 9))
def test_ranks_say_who_is_first_and_nothing_else(drawn: Drawn, stretch: int) -> None:
    found, prints, rules, when = drawn
    stretched = when._replace(rank=[7 + one * stretch for one in when.rank])
    seeds = [joined(found, prints, rules, order).words.tolist() for order in (when, stretched)]
    assert seeds[0] == seeds[1]


@given(prints_to_join())
def test_with_a_window_no_pair_lies_further_apart(drawn: Drawn) -> None:
    found, prints, rules, when = drawn
    corpus = naive_joins.Corpus(found)
    for one, other, _ in unpacked(joined(found, prints, rules, when).words):
        assert when.are_near(corpus.owner(one), corpus.owner(other))


def best_near(one: Sequence[int], other: Sequence[int]) -> int:
    """The best score of an alignment of beginnings, of 16 words, that never drifts more than 2 words."""
    best, before = 0, {0: 0, 1: -naive.GAP, 2: -2 * naive.GAP}
    for i, word in enumerate(one[: naive_joins.SPAN], 1):
        row: dict[int, int] = {}
        for j in range(max(0, i - 2), min(len(other), i + 2) + 1):
            ways = [before[j] - naive.GAP] if j in before else []
            ways += [row[j - 1] - naive.GAP] if j - 1 in row else []
            if j and j - 1 in before:
                ways.append(before[j - 1] + (naive.weight(word) if word == other[j - 1] else -naive.MISMATCH))
            if ways:
                row[j] = max(ways)
        best, before = max(best, *row.values(), 0), row
    return best


@given(edited().map(scatter), st.integers(1, 4), large)
def test_a_pair_that_can_score_enough_nearby_is_a_seed(
    found: list[list[int]], k: int, random: Random
) -> None:
    """Whatever stands around, an alignment within 16 words and 2 words of drift scores no more than was allowed for."""
    one, other = ({tuple(words[i : i + k]): i for i in range(len(words) - k + 1)} for words in found)
    if not (shared := sorted({*one} & {*other})):
        return
    run = random.choice(shared)
    x, y = one[run], other[run]
    sides = [(found[0][:x][::-1], found[1][:y][::-1]), (found[0][x + k :], found[1][y + k :])]
    prints = [(1, x), (1, len(found[0]) + y)]
    # the words of either are counted, and the less of both is asked for
    ways = [sum(best_near(*side[::way]) for side in sides) for way in (1, -1)]
    least = sum(map(naive.weight, run)) + min(ways)
    rules = JoinLimits(k, 50, -1, least / 4, least / 4)
    seeds = joined(found, prints, rules, naive.Timeline([None] * 2, range(2)))
    assert unpacked(seeds.words) == [(x, len(found[0]) + y, True)]


PARAGRAPH = list(range(100, 140))
ALL = JoinLimits(4, 50, -1, 8.0, 11.5)


def hot_corpus(count: int) -> list[list[int]]:
    """Documents that share a paragraph between words of their own."""
    return scatter([[1000 + 2 * i] * 3 + PARAGRAPH + [1001 + 2 * i] * 3 for i in range(count)])


def joined_whole(
    found: list[list[int]], rules: JoinLimits, time: list[int] | None = None, rank: list[int] | None = None
) -> Seeds:
    """The seeds of all parts together."""
    postings, places = fingerprint(*flatten(found), rules.k, 4), placed(found, time, rank)
    parts = [
        join(postings.entries[postings.bounds[part] : postings.bounds[part + 1]], places, rules)
        for part in range(PARTS)
        if postings.bounds[part] < postings.bounds[part + 1]
    ]
    words = np.concatenate([np.empty(0, np.uint64), *(part.words for part in parts)])
    counts = [(part.frequent_keys, part.starred_places, part.dropped_places) for part in parts]
    return Seeds(words, *np.sum([(0, 0, 0), *counts], axis=0).tolist())


@pytest.mark.parametrize("step", [1, -1], ids=["input order", "reversed"])
def test_a_paragraph_that_everybody_has_costs_stars_in_time_order(step: int) -> None:
    count = 60 if INTERPRETED else 400
    found, in_time = hot_corpus(count), list(range(count))[::step]
    seeds = joined_whole(found, ALL, rank=in_time)  # reversed, the order is its own ranks
    star = {tuple(sorted(pair)) for pair in [*((in_time[0], one) for one in in_time[1:]), *pairwise(in_time)]}
    inside = range(
        10, 3 + len(PARAGRAPH) - 16
    )  # fingerprints that do not depend on what is around the paragraph
    pairs = defaultdict(set)
    for one, other, _ in unpacked(seeds.words):
        assert one % len(found[0]) == other % len(found[0])
        pairs[one % len(found[0])].add((one // len(found[0]), other // len(found[0])))
    assert len([at for at in inside if at in pairs]) > 3
    assert all(pairs[at] in (star, set()) for at in inside)
    assert seeds.starred_places <= count * seeds.frequent_keys
    assert seeds.dropped_places == 0


def test_the_seeds_of_a_hot_key_grow_as_its_places() -> None:
    few, many = (60, 120) if INTERPRETED else (500, 1000)
    counts = [joined_whole(hot_corpus(count), ALL).starred_places for count in (few, many)]
    assert counts[1] <= 1.1 * counts[0] * many / few


def test_a_window_parts_what_is_hot_into_what_is_not() -> None:
    """A paragraph that everybody runs once, months apart, gives all pairs within the window, and no star."""
    found = hot_corpus(80)
    seeds = joined_whole(found, replace(ALL, window=3), time=[*range(80)])
    pairs = {(one // len(found[0]), other // len(found[0])) for one, other, _ in unpacked(seeds.words)}
    assert pairs == {(i, j) for i in range(80) for j in range(i + 1, min(i + 4, 80))}
    assert seeds.frequent_keys > 0
    assert seeds.starred_places == 0


def test_a_hot_fingerprint_is_lengthened_before_it_is_starred() -> None:
    """Everyone begins with a formula; two of them go on alike, and find each other by what follows."""
    formula = [1, 2, 3, 4]
    found = scatter([formula + [1000 + 37 * i + 11 * j for j in range(20)] for i in range(30)])
    found[21] = found[7]
    prints = [(1, 24 * i) for i in range(30)]
    seeds = joined(found, prints, JoinLimits(4, 10, -1, 8.0, 11.5), naive.Timeline([None] * 30, range(30)))
    assert unpacked(seeds.words) == [(24 * 7, 24 * 21, True)]
    assert (seeds.frequent_keys, seeds.starred_places) == (1, 0)


def test_one_document_does_not_fill_a_star() -> None:
    """A document that repeats a sentence a hundred times stands in the star as often as one may."""
    sentence = [5] * 40
    found = scatter([sentence * 3, sentence, sentence])
    seeds = joined_whole(found, JoinLimits(4, 10, -1, 8.0, 11.5))
    assert seeds.frequent_keys == 1
    assert seeds.starred_places == 3 * winnowing.MOST_REPEATS
    assert (
        len(seeds.words) <= 2 * seeds.starred_places + 3 * 9 * 9
    )  # 9 places of each are cut short by its end


@pytest.mark.parametrize("found", [[], [[]], [[], [1, 2]]], ids=str)
def test_nothing_gives_nothing(found: list[list[int]]) -> None:
    seeds = join(np.empty(0, np.uint64), placed(found), JoinLimits(4, 2, -1, 8.0, 11.5))
    assert seeds.words.tolist() == []
    assert (seeds.frequent_keys, seeds.starred_places, seeds.dropped_places) == (0, 0, 0)


@pytest.mark.parametrize("hot", [2, 1_000_000])
def test_any_number_of_hot_places_will_do(hot: int) -> None:
    found = hot_corpus(5)
    assert joined_whole(found, JoinLimits(4, hot, -1, 8.0, 11.5)).words.size
