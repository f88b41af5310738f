"""The comparison of a scan before and after a change, and the share of the interpreter's lock."""

from pathlib import Path

import pytest

from benchmarks.corpus.maker import Options, make
from benchmarks.speed import before_after, lock_share

ROOT = Path(__file__).parents[2]


def test_a_scan_tells_its_stages_and_the_digests_of_its_tables(tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    make(news, Options(200_000))
    one = before_after.scanned(ROOT, news, threads=1)
    two = before_after.scanned(ROOT, news, threads=2)
    assert one["digests"] == two["digests"]
    assert 0.9 * news.stat().st_size < one["bytes"] < news.stat().st_size  # those of the texts
    rows = before_after.rows_of({"before": [one], "after": [two]}, 1)
    assert [row["scan"] for row in rows] == ["before", "after"]
    assert rows[0]["CPU seconds"] > 0
    stages = before_after.stages_of({"before": [one], "after": [two]})
    assert {"reading", "fingerprints", "alignment", "tables"} <= {row["stage"] for row in stages}


def test_stacks_count_within_the_scan_alone() -> None:
    stacks = (
        "thread (1): MainThread;<module> (<string>:1);scan (syndetect/pipeline/scan.py:1) 9\n"
        "thread (1): MainThread;sampled (<string>:9);scan (syndetect/pipeline/scan.py:1) 100\n"
        "thread (2): Pool_0;run (x.py:1);read (syndetect/reading/json_lines.py:3);raw_decode (json/decoder.py:3) 50\n"
    )
    assert lock_share.held(stacks) == {"whole scan": pytest.approx(0.6), "reading": pytest.approx(0.2)}
