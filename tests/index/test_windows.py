"""Frequent keys within a window: an index leaves out places far in time, and answers as a scan all the same."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from syndetect import Index, Settings, scan
from syndetect.index import fingerprint_hits


def articles(random: Random, count: int) -> list[dict[str, Any]]:
    """Articles with four words in common, before and behind them one of few phrases, over some weeks or months."""
    vocabulary = [
        f"{first}{second}a" for first in "bdfgklmnprst" for second in ("o", "e", "iro", "una", "ela")
    ]
    befores, afters = (
        [random.choices(vocabulary, k=random.randint(0, 16)) for _ in range(random.randint(1, 12))]
        for _ in range(2)
    )
    key, days = random.sample(vocabulary, 4), random.choice([20, 60, 200])
    bursts = [random.randrange(days) for _ in range(4)]
    found = []
    for number in range(count):
        day = random.choice([random.choice(bursts), random.randrange(days)])
        time = datetime(2024, 1, 1) + timedelta(days=day, hours=random.randrange(24))
        words = [*random.choice(befores), *key, *random.choice(afters)]
        published = random.choice([*[str(time)] * 12, str(time.date()), None])
        found.append(
            {"id": f"a{number}", "published": published, "text": " ".join(words * random.choice([1, 1, 2]))}
        )
    return found


def rows(table: pl.DataFrame, asked: str) -> list[tuple[Any, ...]]:
    chosen = table.filter((pl.col("doc_a") == asked) | (pl.col("doc_b") == asked))
    return sorted(chosen.rows())


def answers_differ(random: Random, folder: Path) -> list[str]:
    """The ids of query documents to which an index answers other than a scan does."""
    settings = Settings(
        hot_places=random.choice([2, 4, 8]), window_days=random.choice([0.5, 1, 3, 10]), min_score=8.0
    )
    found = articles(random, random.choice([60, 150]))
    scanned = scan(found, settings, threads=1, across_sources=False)
    with Index.create(folder, settings) as index:
        for part in (found[:30], found[30:50], found[50:]):
            index.add(part, threads=1)
        answers = {one["id"]: index.query(one).matches for one in random.sample(found, 8)}
    return [asked for asked, answer in answers.items() if rows(scanned.matches, asked) != rows(answer, asked)]


@pytest.mark.parametrize("seed", range(6))
def test_a_window_gives_what_a_scan_finds(seed: int, tmp_path: Path) -> None:
    assert answers_differ(Random(seed), tmp_path / "index") == []


def test_places_beyond_the_window_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[Sequence[int]] = []
    without_far = fingerprint_hits._without_far

    def counted(*args: Any) -> Any:
        kept = without_far(*args)
        counts.append((len(args[2].key), len(kept.key)))
        return kept

    monkeypatch.setattr(fingerprint_hits, "_without_far", counted)
    assert answers_differ(Random(2), tmp_path / "index") == []
    assert len(counts) == 8
    assert sum(kept for _, kept in counts) < 0.7 * sum(read for read, _ in counts)
