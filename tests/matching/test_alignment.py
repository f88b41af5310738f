"""Seeds to matches: against the plain twin, and against alignments that owe nothing to it."""

from itertools import combinations, pairwise
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference import matching as naive
from samples.strategies import (
    INTERPRETED,
    codes,
    documents,
    edited,
    few_words,
    fewer,
    flatten,
    from_python,
    large,
    mosaics,
    placed,
)
from syndetect.kernels.seeds import first_of, pack_seed, second_of
from syndetect.matching import alignment as stage
from syndetect.matching.alignment import AlignmentLimits, Matches, align, seed_pairs
from syndetect.settings import Settings

pytestmark = pytest.mark.kernel

_SET = Settings()
DEFAULT = AlignmentLimits(
    _SET.min_words, _SET.min_score, _SET.min_linked_score, _SET.link_words, _SET.drop, _SET.join_words
)
LOOSE = AlignmentLimits(min_words=1, min_score=3, min_linked_score=1.0, link_words=10, drop=4, join_words=3)

rules = st.one_of(
    st.sampled_from([DEFAULT, LOOSE]),
    st.builds(
        AlignmentLimits,
        min_words=st.sampled_from([1, 2, 4, 8]),
        min_score=st.sampled_from([1.0, 3.0, 4.25, 11.5]),
        min_linked_score=st.sampled_from([1.0, 2.5]),
        link_words=st.sampled_from([0, 3, 200]),
        drop=st.sampled_from([1.0, 2.0, 2.5, 3.0, 8.0, 30.0]),
        join_words=st.sampled_from([0, 2, 8, 40]),
    ),
)
some_documents = st.one_of(edited(), documents(3, 30), mosaics())


def in_quarters(given_rules: AlignmentLimits) -> naive.Rules:
    return naive.Rules(
        given_rules.min_words,
        round(4 * given_rules.min_score),
        round(4 * min(given_rules.min_linked_score, given_rules.min_score)),
        given_rules.link_words,
        round(4 * given_rules.drop),
        given_rules.join_words,
    )


def common_words(found: list[list[int]]) -> list[tuple[int, int]]:
    """All pairs of equal words in two documents, as words of the corpus."""
    code, offsets = flatten(found)
    owner = np.repeat(np.arange(len(found)), np.diff(offsets))
    pairs = combinations(range(len(code)), 2)
    return [(x, y) for x, y in pairs if code[x] == code[y] and owner[x] < owner[y]]


def some_seeds(found: list[list[int]], data: st.DataObject) -> list[tuple[int, int]]:
    """Seeds in any order: some of the common words, and what has no word in common."""
    everything = common_words(found)
    if not everything:
        return []
    _, offsets = flatten(found)
    random = data.draw(large)
    drawn = random.sample(everything, min(len(everything), random.randint(1, 20)))
    wrong = [(x, y + 1) for x, y in drawn[:2] if y + 1 not in offsets]
    return drawn + wrong


def packed(
    seeds: list[tuple[int, int]], strong: set[tuple[int, int]] | None = None
) -> npt.NDArray[np.uint64]:
    """Seeds as the stage takes them; all are strong, if it is not told which."""
    rows = [(x << 32) + 2 * y + (strong is None or (x, y) in strong) for x, y in seeds]
    return np.array(sorted(rows), np.uint64)


def matched(
    found: list[list[int]],
    seeds: list[tuple[int, int]],
    how: AlignmentLimits = DEFAULT,
    strong: set[tuple[int, int]] | None = None,
) -> Matches:
    places = placed(found)
    return Matches.of(align(flatten(found)[0], places, packed(seeds, strong), how).table, places)


def rows(matches: Matches) -> list[tuple[int, ...]]:
    columns = (
        matches.document_a, matches.document_b, *matches.words_a.T, *matches.words_b.T,
        matches.equal, matches.columns, matches.score,
    )  # fmt: skip
    return [tuple(map(int, row)) for row in zip(*columns, strict=True)]


def expected(
    found: list[list[int]],
    seeds: list[tuple[int, int]],
    how: AlignmentLimits,
    strong: set[tuple[int, int]] | None = None,
) -> list[tuple[int, ...]]:
    _, offsets = flatten(found)
    begins = offsets.tolist()
    table = []
    for a, b in combinations(range(len(found)), 2):
        local = [
            (x - begins[a], y - begins[b])
            for x, y in seeds
            if begins[a] <= x < begins[a + 1] and begins[b] <= y < begins[b + 1]
        ]
        if strong is not None and not any((x + begins[a], y + begins[b]) in strong for x, y in local):
            continue
        for match in naive.align(found[a], found[b], local, in_quarters(how)):
            a0, a1, b0, b1, *rest = match.row
            table.append((a, b, a0 + begins[a], a1 + begins[a], b0 + begins[b], b1 + begins[b], *rest))
    return table


@given(some_documents, rules, st.data())
def test_matches_are_those_of_the_plain_twin(
    found: list[list[int]], how: AlignmentLimits, data: st.DataObject
) -> None:
    seeds = some_seeds(found, data)
    assert rows(matched(found, seeds, how)) == expected(found, seeds, how)


@fewer(6)
@given(st.one_of(mosaics(), edited()), rules)
def test_from_all_seeds_too_they_are_those_of_the_twin(found: list[list[int]], how: AlignmentLimits) -> None:
    seeds = common_words(found)
    assert rows(matched(found, seeds, how)) == expected(found, seeds, how)


@given(few_words(), st.sampled_from([1.0, 2.0, 3.75, 8.0, 20.0]), st.sampled_from([1, 1, 6, 12, 16, 20]))
def test_an_alignment_goes_as_far_from_its_seed_as_the_twins(
    found: list[list[int]], drop: float, min_words: int
) -> None:
    """Few different words around one seed: gaps and ties of all kinds."""
    pair = [found[0] + [9] + found[1], found[2] + [9] + found[3]]
    seeds, how = (
        [(len(found[0]), len(pair[0]) + len(found[2]))],
        AlignmentLimits(min_words, 1.0, 1.0, 0, drop, 0),
    )
    assert rows(matched(pair, seeds, how)) == expected(pair, seeds, how)


@given(st.integers(0, 24), st.integers(0, 24), st.sampled_from([4.0, 8.0, 13.0, 30.0]), st.booleans())
@example(16, 0, 13.0, True)
@example(16, 0, 13.0, False)
@example(17, 0, 30.0, True)
@example(17, 0, 30.0, False)
def test_words_put_in_cost_the_same_on_either_side(one: int, two: int, drop: float, is_first: bool) -> None:
    """Two shared runs parted by words of one document, or of both: the extension is the twin's."""
    first, second = list(range(101, 141, 2)), list(range(201, 281, 2))
    a, b = first + [5] * one + second, first + [7] * two + second
    found = [a, b] if is_first else [b, a]
    how = AlignmentLimits(1, 1.0, 1.0, 0, drop, 0)
    seeds = [(0, len(found[0]))]
    assert rows(matched(found, seeds, how)) == expected(found, seeds, how)


@given(
    st.one_of(edited(), few_words().map(lambda found: found[:2]), mosaics()), rules, st.data(), st.booleans()
)
def test_two_documents_are_aligned_alike_either_way_round(
    found: list[list[int]], how: AlignmentLimits, data: st.DataObject, is_same: bool
) -> None:
    """Two of the same words, too, by the order that goes with them."""
    one, other = found[0], found[0] if is_same else found[1]
    seeds = [(x, y - len(one)) for x, y in some_seeds([one, other], data)]
    forwards = [(x, y + len(one)) for x, y in seeds]
    back = [(y, x + len(other)) for x, y in seeds]
    aligned = []
    for pair, these, rank in (([one, other], forwards, [0, 1]), ([other, one], back, [1, 0])):
        places = placed(pair, rank=rank)
        aligned.append(Matches.of(align(flatten(pair)[0], places, packed(these), how).table, places))
    size = np.array([len(one), len(other)])
    first, second = (np.array([row[2:] for row in rows(matches)]).reshape(-1, 7) for matches in aligned)
    first[:, 2:4] -= size[0]
    second[:, 2:4] -= size[1]
    assert sorted(second[:, [2, 3, 0, 1, 4, 5, 6]].tolist()) == sorted(first.tolist())


def claims_at_most_what_is_there(found: list[list[int]], row: tuple[int, ...]) -> None:
    """A match lies in its documents, begins and ends with equal words, and states what an alignment can reach."""
    document_a, document_b, a0, a1, b0, b1, equal, columns, score = row
    code, offsets = flatten(found)
    assert document_a < document_b
    assert offsets[document_a] <= a0 < a1 <= offsets[document_a + 1]
    assert offsets[document_b] <= b0 < b1 <= offsets[document_b + 1]
    a, b = code[a0:a1].tolist(), code[b0:b1].tolist()
    assert a[0] == b[0]
    assert a[-1] == b[-1]
    assert score <= naive.best_score(a, b)
    assert equal <= naive.most_equal(a, b)
    assert max(len(a), len(b)) <= columns <= len(a) + len(b) - equal


@given(some_documents, st.sampled_from([DEFAULT, LOOSE]), st.data())
def test_a_match_claims_no_more_than_any_alignment_reaches(
    found: list[list[int]], how: AlignmentLimits, data: st.DataObject
) -> None:
    for row in rows(matched(found, some_seeds(found, data), how)):
        claims_at_most_what_is_there(found, row)
        assert row[6] >= how.min_words
        assert row[8] >= 4 * how.min_linked_score


@st.composite
def planted(draw: st.DrawFn) -> tuple[list[list[int]], list[tuple[int, int, int]]]:
    """Two documents without a repeated word that share runs, in another order; and where the runs are."""
    lengths = draw(st.lists(st.integers(12, 18), min_size=1, max_size=3))
    runs = [[1000 * (i + 1) + 2 * j + 1 for j in range(length)] for i, length in enumerate(lengths)]
    sides: list[list[int]] = []
    places: list[list[int]] = []
    for side in (0, 1):
        words, begins = [], [0] * len(runs)
        own = iter(range(10_000 + side, 20_000, 2))
        for i in draw(st.permutations(range(len(runs)))):
            words += [next(own) for _ in range(draw(st.integers(0, 20)))]
            begins[i] = len(words)
            words += runs[i]
        sides.append(words + [next(own) for _ in range(draw(st.integers(0, 9)))])
        places.append(begins)
    return sides, [(x, y + len(sides[0]), n) for x, y, n in zip(*places, lengths, strict=True)]


@given(planted(), st.data())
def test_a_shared_run_of_enough_words_is_covered(
    drawn: tuple[list[list[int]], list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    """Whatever else the two share, and wherever in it the seeds stand."""
    found, runs = drawn
    inside = [data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=4)) for _, _, n in runs]
    seeds = [(x + i, y + i) for (x, y, _), places in zip(runs, inside, strict=True) for i in places]
    matches = rows(matched(found, seeds))
    for x, y, length in runs:
        assert any(
            a0 <= x and x + length <= a1 and b0 <= y and y + length <= b1
            for _, _, a0, a1, b0, b1, *_ in matches
        ), (x, y, length)


@given(some_documents, rules, st.data())
def test_seeds_may_come_again_and_pairs_without_a_strong_one_are_passed_over(
    found: list[list[int]], how: AlignmentLimits, data: st.DataObject
) -> None:
    seeds = some_seeds(found, data)
    strong = set(data.draw(st.lists(st.sampled_from(seeds), max_size=3))) if seeds else set()
    assert rows(matched(found, seeds + seeds, how, strong)) == expected(found, seeds, how, strong)


@given(some_documents, rules, st.data())
def test_documents_aligned_apart_give_what_they_give_together(
    found: list[list[int]], how: AlignmentLimits, data: st.DataObject
) -> None:
    """Seeds are cut between first documents, so that portions of them can be aligned at once."""
    seeds, begins = some_seeds(found, data), flatten(found)[1].tolist()
    portions = [[seed for seed in seeds if low <= seed[0] < high] for low, high in pairwise(begins)]
    apart = [row for portion in portions for row in rows(matched(found, portion, how))]
    assert apart == rows(matched(found, seeds, how))


wide_words = st.integers(0, 2**31 - 1)


@given(wide_words, wide_words, st.booleans())
def test_seeds_are_packed_and_sorted_by_the_earlier_word(one: int, other: int, is_strong: bool) -> None:
    seed = np.uint64(from_python(pack_seed)(np.int64(one), np.int64(other), is_strong))
    assert (from_python(first_of)(seed), from_python(second_of)(seed)) == (min(one, other), max(one, other))
    assert int(seed) & 1 == is_strong
    assert int(seed) == (min(one, other) << 32) + 2 * max(one, other) + is_strong


@given(st.lists(st.sampled_from([1, 2, 9]), min_size=4, max_size=4), st.integers(0, 30), st.integers(8, 24))
def test_a_long_run_is_followed_to_its_end(gaps: list[int], own: int, length: int) -> None:
    """Four shared runs with other words between: the twin's, whichever way the words between are counted."""
    runs = [list(range(1001 + 100 * i, 1001 + 100 * i + 2 * length, 2)) for i in range(4)]
    one = [word for run, gap in zip(runs, gaps, strict=True) for word in [*run, *[own] * gap]]
    other = [word for run in runs for word in [*run, 7, 7]]
    found = [one, other]
    for seed in (0, 3 * length + sum(gaps[:3])):
        y = len(one) + (0 if seed == 0 else 3 * length + 6)
        for drop in (2.0, 8.0):
            how = AlignmentLimits(1, 1.0, 1.0, 0, drop, 0)
            assert rows(matched(found, [(seed, y)], how)) == expected(found, [(seed, y)], how)


@given(st.lists(st.tuples(codes(14), codes(14)), max_size=4), st.sampled_from([1, 3, 1024]))
def test_seeds_of_paragraphs_begin_their_longest_common_run(
    drawn: list[tuple[list[int], list[int]]], most: int
) -> None:
    paragraphs = [one for pair in drawn for one in pair]
    code, offsets = flatten(paragraphs)
    pairs = np.arange(len(paragraphs)).reshape(-1, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "MOST_WORDS", most)
        seeds = seed_pairs(code, offsets[:-1], offsets[1:], pairs)
    runs = [naive.longest_run(one[:most], two[:most]) for one, two in drawn]
    assert seeds.tolist() == [
        (offsets[2 * i] + run[0] << 32) + 2 * (offsets[2 * i + 1] + run[1]) + 1
        for i, run in enumerate(runs)
        if run
    ]


@given(codes(14), codes(14))
def test_seeds_of_paragraphs_are_the_same_either_way_round(one: list[int], other: list[int]) -> None:
    code, offsets = flatten([one, other, one])
    seeds = [
        seed_pairs(code, offsets[:-1], offsets[1:], np.array([pair])).tolist() for pair in ([0, 1], [1, 2])
    ]
    forwards = [(seed >> 32, (seed & 0xFFFFFFFF) >> 1) for seed in seeds[0]]
    back = [((seed & 0xFFFFFFFF) >> 1, seed >> 32) for seed in seeds[1]]
    assert [(x - offsets[2], y) for x, y in back] == forwards


def test_repeats_inside_documents_do_not_multiply() -> None:
    """Twenty copies of a sentence against twenty: matches by the copy, not by the pair of copies."""
    copies = 4 if INTERPRETED else 20
    sentence = list(range(101, 131, 2))
    sides = [
        [
            word
            for i in range(copies)
            for word in [*sentence, *range(start + 100 * i, start + 100 * i + 24, 2)]
        ]
        for start in (10_001, 20_001)
    ]
    matches = rows(matched(sides, common_words(sides)))
    assert copies <= len(matches) <= 2 * copies
    for side in (2, 4):
        spans = {word for row in matches for word in range(row[side], row[side + 1])}
        assert len(spans) >= copies * len(sentence)


@pytest.mark.parametrize("length", [7, 8, 12])
@pytest.mark.parametrize("gap", [1, 2, 3, 4])
@pytest.mark.parametrize("is_first", [True, False])
def test_words_put_in_again_and_again_do_not_hide_a_passage(length: int, gap: int, is_first: bool) -> None:
    """Runs of seven words are sure to give seeds; four of them with a few words put in between are one match."""
    parts = [list(range(start, start + 2 * length, 2)) for start in (101, 201, 301, 401)]
    plain = [word for part in parts for word in part]
    longer = [word for part in parts for word in [*part, *[9 + part[0] * 100] * gap]][:-gap]
    found = [plain, longer] if is_first else [longer, plain]
    begins = (0, len(found[0]))
    score = 4 * len(plain) - 3 * naive.GAP * gap
    whole = [(begins[0], len(found[0]), begins[1], begins[1] + len(found[1]), len(plain), len(longer), score)]
    assert [row[2:] for row in rows(matched(found, common_words(found)))] == whole


def test_a_pair_may_have_many_matches() -> None:
    count = 10 if INTERPRETED else 66
    blocks = [[*range(1001 + 100 * i, 1033 + 100 * i, 2), 2 * i, 2 * i] for i in range(count)]
    found = [[word for block in order for word in block] for order in (blocks, blocks[::-1])]
    seeds = common_words(found)
    matches = rows(matched(found, seeds))
    assert len(matches) == count
    assert matches == expected(found, seeds, DEFAULT)


def test_a_weak_match_needs_a_strong_one_nearby() -> None:
    strong, weak = list(range(101, 141, 2)), list(range(201, 219, 2))
    for gap, count in ((20, 2), (300, 1)):
        filler = [[start + 2 * i for i in range(gap)] for start in (1001, 3001)]
        found = [strong + filler[0] + weak, strong + filler[1] + weak]
        assert len(rows(matched(found, common_words(found)))) == count


def test_single_characters_weigh_half() -> None:
    for step, score in ((2, 4), (3, 3)):
        words = [1000 + 1 + i * step for i in range(40)]
        (row,) = rows(matched([words, words], [(3, 43)]))
        assert row[8] == sum(map(naive.weight, words)) == 40 * score
    assert naive.weight(3) == 2 * naive.weight(2)


def test_nothing_gives_nothing() -> None:
    nothing: list[list[list[int]]] = [[], [[]], [[1, 2, 3], [4, 5]]]
    for found in nothing:
        matches = matched(found, [])
        assert rows(matches) == []
        assert (matches.words_a.shape, matches.words_b.shape) == ((0, 2), (0, 2))


def test_many_matches_of_one_pair_are_those_of_the_twin() -> None:
    """Pieces in another order, some of them again and again, so that better matches cover others in part."""
    random = Random(5)
    pieces = [[2 * random.randrange(60) + 1 for _ in range(random.randint(5, 14))] for _ in range(40)]
    for how in (DEFAULT, LOOSE):
        one, other = (
            [word for piece in random.choices(pieces, k=50) for word in piece[: random.randint(4, 14)]]
            for _ in range(2)
        )
        seeds = random.sample(common_words([one, other]), 500)
        found = rows(matched([one, other], seeds, how))
        assert found == expected([one, other], seeds, how)
        assert found


def test_work_on_a_pair_is_bounded_and_what_is_passed_over_is_told() -> None:
    """A phrase with another number every time: on every diagonal of the phrase the documents agree but for these."""
    phrase = [2 * word + 1 for word in range(14)]
    words = [word for number in range(3000) for word in (*phrase, 1001 + 2 * number)]
    places = placed([words, words])
    wrong = [(15 * (300 - diagonal), len(words) + 15 * (900 + diagonal)) for diagonal in range(-300, 300)]
    seeds = [*wrong, *((at, len(words) + at) for at in range(0, len(words), 8))]
    aligned = align(flatten([words, words])[0], places, packed(seeds), DEFAULT)
    assert 0 < aligned.passed < len(wrong)
    assert (0, len(words), len(words), 2 * len(words)) in {tuple(row[:4]) for row in aligned.table.tolist()}
    assert align(flatten([words, words])[0], places, packed(seeds[-9:]), DEFAULT).passed == 0
