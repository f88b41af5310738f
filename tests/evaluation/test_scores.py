"""Scores of text alignment, and spans, against plain twins."""

import math
import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.evaluation.scores import ALIGNED, AlignmentScores, count_related, score_alignment
from syndetect.intervals import Span, covered, covered_sizes, overlap, overlap_sizes, overlapping_pairs

Row = tuple[str, int, int, str, int, int]

spans = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(1, 8)).map(
        lambda drawn: (drawn[0], drawn[1], drawn[1] + drawn[2])
    ),
    max_size=12,
)
Drawn = list[tuple[int, int, int]]


def passage(begin: int, end: int, there: tuple[int, int] | None = None, source: str = "s") -> Row:
    return "x", begin, end, source, *(there or (begin, end))


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, ALIGNED, orient="row")


def arrays(drawn: Drawn) -> tuple[np.ndarray, np.ndarray]:
    whole = np.array(drawn, np.int64).reshape(-1, 3)
    return whole[:, 0], whole[:, 1:]


class TestSpans:
    def test_overlap_counts_shared_characters(self) -> None:
        assert overlap(Span(0, 10), Span(5, 20)) == 5
        assert overlap(Span(0, 10), Span(10, 20)) == 0

    def test_characters_are_covered_once(self) -> None:
        others = [Span(12, 18), Span(0, 5), Span(3, 14), Span(30, 40)]
        assert covered(Span(2, 20), others) == 16
        assert covered(Span(2, 20), []) == 0

    @given(spans, spans)
    def test_overlapping_spans_are_found(self, one: Drawn, two: Drawn) -> None:
        (place_a, a), (place_b, b) = arrays(one), arrays(two)
        found = list(
            zip(*(side.tolist() for side in overlapping_pairs((place_a, place_b), (a, b))), strict=True)
        )
        assert found == [
            (i, j)
            for i, x in enumerate(one)
            for j, y in enumerate(two)
            if x[0] == y[0] and overlap(Span(*x[1:]), Span(*y[1:]))
        ]
        i, j = overlapping_pairs((place_a, place_b), (a, b))
        assert overlap_sizes(a[i], b[j]).tolist() == [
            overlap(Span(*one[x][1:]), Span(*two[y][1:])) for x, y in found
        ]

    @given(spans, spans)
    def test_spans_are_covered(self, one: Drawn, two: Drawn) -> None:
        (_, a), (owner, b) = arrays(one), arrays(two)
        kept = owner < len(one)
        of = [[Span(*y[1:]) for y in two if y[0] == i] for i in range(len(one))]
        expected = [covered(Span(*x[1:]), others) for x, others in zip(one, of, strict=True)]
        assert covered_sizes(a, owner[kept], b[kept]).tolist() == expected

    def test_many_spans_take_no_longer_for_being_in_one_document(self) -> None:
        begin = 10 * np.arange(200_000)
        many = np.stack([begin, begin + 12], axis=1)
        place = np.zeros(len(many), np.int64)
        one, _ = overlapping_pairs((place, place), (many, many))
        assert len(one) == 3 * len(many) - 2


class TestPlagdet:
    @pytest.mark.parametrize(
        ("cases", "detections", "scores"),
        [
            ([passage(0, 100)], [passage(0, 100)], AlignmentScores(1, 1, 1)),
            ([passage(0, 100)], [passage(50, 150)], AlignmentScores(0.5, 0.5, 1)),
            ([passage(0, 100)], [passage(0, 50), passage(50, 100)], AlignmentScores(1, 1, 2)),
            ([passage(0, 100)], [passage(0, 60), passage(40, 100)], AlignmentScores(1, 1, 2)),
            ([passage(0, 100)], [passage(0, 100, (200, 300))], AlignmentScores(0, 0, 1)),
            ([passage(0, 100)], [passage(0, 100, source="t")], AlignmentScores(0, 0, 1)),
            ([passage(0, 100)], [], AlignmentScores(0, 0, 1)),
            ([], [passage(0, 100)], AlignmentScores(0, 0, 1)),
            ([], [], AlignmentScores(1, 1, 1)),
            # the mean of the passages' shares (1 and 1/4), not the share of all characters
            (
                [passage(0, 1000), passage(2000, 2004)],
                [passage(0, 1000), passage(2003, 2004)],
                AlignmentScores(1, 0.625, 1),
            ),
            # one detection that spans two cases and the gap between them
            ([passage(0, 40), passage(60, 100)], [passage(0, 100)], AlignmentScores(0.8, 1, 1)),
        ],
    )
    def test_known_values(self, cases: list[Row], detections: list[Row], scores: AlignmentScores) -> None:
        found = score_alignment(frame(cases), frame(detections))
        assert (found.precision, found.recall, found.granularity) == pytest.approx(
            (scores.precision, scores.recall, scores.granularity)
        )

    def test_plagdet_is_the_harmonic_mean_over_the_log_of_granularity(self) -> None:
        assert AlignmentScores(1, 1, 1).plagdet == 1
        assert AlignmentScores(1, 1, 2).plagdet == pytest.approx(1 / math.log2(3))
        assert AlignmentScores(0.5, 0.25, 1).plagdet == pytest.approx(1 / 3)
        assert AlignmentScores(0, 0, 1).plagdet == 0

    def test_equals_sets_of_characters(self) -> None:
        draw = random.Random(5)

        def some() -> list[Row]:
            return [
                passage(a, a + draw.randint(1, 30), (b, b + draw.randint(1, 30)), draw.choice("st"))
                for a, b in ((draw.randint(0, 60), draw.randint(0, 60)) for _ in range(draw.randint(1, 8)))
            ]

        for _ in range(200):
            cases, detections = some(), some()
            found = score_alignment(frame(cases), frame(detections))
            assert (found.precision, found.recall, found.granularity) == pytest.approx(
                naive(cases, detections)
            )

    def test_related_passages_overlap_in_both_documents(self) -> None:
        others = [passage(0, 9), passage(5, 8), passage(0, 9, (40, 49)), passage(0, 9, source="t")]
        assert count_related(frame([passage(7, 30), passage(9, 10)]), frame(others)).tolist() == [2, 0]
        assert count_related(frame([]), frame(others)).tolist() == []


def naive(cases: list[Row], detections: list[Row]) -> tuple[float, float, float]:
    """Precision, recall and granularity written as the paper has them: passages are sets of characters."""

    def sides(one: Row) -> tuple[set[object], set[object]]:
        here: set[object] = {(one[0], i) for i in range(*one[1:3])}
        return here, {(one[0], one[3], i) for i in range(*one[4:])}

    def detects(r: Row, s: Row) -> bool:
        return all(x & y for x, y in zip(sides(r), sides(s), strict=True))

    def common(s: Row, r: Row) -> set[object]:
        return set.union(*sides(s)) & set.union(*sides(r)) if detects(r, s) else set()

    def mean(ones: list[Row], others: list[Row]) -> float:
        shares = [
            len(set().union(*(common(o, one) for o in others))) / sum(map(len, sides(one))) for one in ones
        ]
        return sum(shares) / len(shares)

    hits = [sum(detects(r, s) for r in detections) for s in cases]
    detected = [n for n in hits if n]
    return (
        mean(detections, cases),
        mean(cases, detections),
        sum(detected) / len(detected) if detected else 1.0,
    )
