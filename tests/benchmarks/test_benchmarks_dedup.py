"""How removals are judged beside other tools."""

import numpy as np

from benchmarks.accuracy.dedup import RATES, Run, judged, near_duplicates, planted, words_only

A = "the river rose by two metres on sunday and flooded the lower quarter"
B = A + " again"
C = "parliament voted to sell its trams to a company from the north"


def test_words_only() -> None:
    assert words_only("“Café”, it's 2 O'Clock\n\nNOW") == "caf it s 2 o clock now"


def test_every_pair_of_near_duplicates_is_known() -> None:
    assert sorted(near_duplicates([A, C, B, A, "the river"]).tolist()) == [[0, 2], [0, 3], [2, 3]]
    assert near_duplicates(["a b c d", "x y z w"]).tolist() == []


def test_copies_are_planted_around_the_threshold() -> None:
    texts = [" ".join(f"w{one}x{at}" for at in range(300)) for one in range(20)]
    whole = planted(texts, 1)
    assert len(whole) == 20 + 2 * len(RATES)
    assert set(texts) <= set(whole)
    assert planted(texts, 1) == whole
    assert 2 <= len(near_duplicates(whole)) < 2 * len(RATES) * len(RATES)


def test_removals_are_judged() -> None:
    pairs = near_duplicates([A, C, B, A])

    def told(*kept: int) -> tuple[int, int, int, float]:
        found = judged(Run(np.isin(np.arange(4), kept), 1.0, 1.0), pairs)
        return found["removed"], found["wrong"], found["left"], round(found["found"], 3)

    assert told(0, 1) == (2, 0, 0, 1.0)
    assert told(0, 1, 2) == (1, 0, 2, 0.667)
    assert told(0) == (3, 1, 0, 1.0)
    assert told(1) == (3, 3, 0, 1.0)
