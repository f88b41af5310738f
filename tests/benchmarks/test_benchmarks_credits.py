"""Credits on the lines that were written for them."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.accuracy import credits as benchmark
from syndetect.syndication.credits.agencies import Agencies

pytestmark = pytest.mark.kernel

AGENCIES = Agencies.load()
CASES = benchmark.read_cases(benchmark.TEST_SET)


def test_the_test_set_is_large_and_half_of_traps() -> None:
    traps = [
        case for case in CASES if not {role for _, role, _ in case.credits} & {"text", "mixture", "release"}
    ]
    assert len(CASES) >= 400
    assert len(traps) >= len(CASES) / 2
    languages = Counter(case.language for case in CASES)
    assert {"en", "fr", "de", "es", "it", "pt"} <= {language for language, n in languages.items() if n >= 40}
    assert all(span in case.text for case in CASES for _, _, span in case.credits)
    assert {agency for case in CASES for agency, _, _ in case.credits} <= {*AGENCIES.names}


def test_precision_and_recall_on_the_test_set() -> None:
    figures = {row["of"]: row for row in benchmark.score(CASES, benchmark.predict(CASES, AGENCIES))}
    assert figures["all"]["precision"] >= 0.99
    assert figures["all"]["recall"] >= 0.95
    assert all(row["recall"] >= 0.95 for row in figures.values() if row["recall"] is not None)


def test_precision_and_recall_on_lines_that_the_rules_were_not_made_for() -> None:
    cases = benchmark.read_cases(benchmark.TEST_SET.with_name("credits-held-out.jsonl"))
    total = benchmark.score(cases, benchmark.predict(cases, AGENCIES))[0]
    assert len(cases) == 60
    assert total["precision"] >= 0.99
    assert total["recall"] >= 0.95


def test_the_benchmark_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--mistakes"])
    assert "precision" in capsys.readouterr().out
    (tmp_path / "a.txt").write_text("OSLO (AFP) - It rained.", encoding="utf-8")
    benchmark.main(["--corpus", str(tmp_path), "--rounds", "1"])
    assert "text, dateline" in capsys.readouterr().out
