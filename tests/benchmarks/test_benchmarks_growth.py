"""The hostile shapes, the exponent of growth, and Ctrl-C, in small."""

import json
from pathlib import Path

import pytest

import syndetect
from benchmarks.robustness import growth, interrupts
from benchmarks.robustness.growth_shapes import SHAPES, articles


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_are_as_large_as_asked_and_always_the_same(shape: str) -> None:
    made = articles(shape, 40_000)
    assert made == articles(shape, 40_000)
    assert len({one["id"] for one in made}) == len(made) > 1
    assert 20_000 < sum(len(one["text"].encode()) for one in made) < 120_000


def test_the_exponent_is_of_the_last_doublings_above_the_noise() -> None:
    rows = [{"MB": size, "CPU s": size**2.0} for size in (0.5, 1.0, 2.0, 4.0)]
    assert growth.exponent(rows) == pytest.approx(2)
    assert growth.exponent(rows[:2]) == 0  # one is noise
    assert growth.exponent([{"MB": 1.0, "CPU s": 9.0}, *rows[2:]]) < 2


def test_a_shape_is_measured_in_a_process_of_its_own() -> None:
    rows, wrong = growth.measure("one-word", [20_000], 60)
    assert [row["shape"] for row in rows] == ["one-word"]
    assert not wrong


@pytest.mark.parametrize(
    ("shape", "limits"),
    [("refrain", {"passed_seeds"}), ("credits", {"passed_names", "passed_seeds"}), ("shuffled-lines", set())],
)
def test_what_a_limit_leaves_out_is_counted(shape: str, limits: set[str]) -> None:
    counts = syndetect.scan(articles(shape, 600_000), threads=1).manifest["counts"]
    assert {name for name in ("passed_seeds", "passed_names") if counts[name]} == limits
    assert counts["matches"] > 0


def test_ctrl_c_ends_a_scan_and_leaves_nothing(tmp_path: Path) -> None:
    corpus, folder = tmp_path / "corpus.jsonl", tmp_path / "results"
    folder.mkdir()
    corpus.write_text("".join(json.dumps(one) + "\n" for one in articles("shuffled-lines", 6_000_000)))
    ended = interrupts.interrupted(interrupts.arguments_of("scan", corpus, folder, 1), folder, 2.0)
    assert ended is None or (ended.code in interrupts.CODES and ended.left == [] and ended.seconds < 10)
