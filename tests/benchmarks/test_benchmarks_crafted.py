"""Folders that lie, in processes that may end."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from benchmarks.robustness import crafted, index_checks
from benchmarks.robustness.crafted import KINDS, build, main, run, trial, trials
from syndetect import Index


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    build(folder)
    return folder


@pytest.mark.parametrize("kind", ["index", "lsh", "result", "scratch"])
def test_no_lie_is_told_as_the_truth(kind: str, base: Path) -> None:
    for seed in range(6):
        told, outcome = trial(kind, str(seed), base)
        assert not [one for one in outcome if one[0] in KINDS], told
        assert outcome


def test_trials_are_of_all_kinds() -> None:
    assert [kind for kind, _ in trials(5, 2, 3)] == ["index"] * 4 + ["lsh", "result", "scratch"]
    assert [seed for _, seed in trials(5, 2, 3)] == list("3456789")


class Ended:
    """Stands for a process: of its trials one is answered, one ends it by a signal, and one hangs."""

    def __init__(self, _base: Path) -> None:
        self.closed = False

    def ask(self, kind: str, seed: str) -> None:
        self.asked = kind, seed

    def answer(self) -> Any:
        return "a lie", [{"0": ("fine", ""), "1": ("signals", "-11"), "2": ("hangs", "")}[self.asked[1]]]

    def close(self) -> None:
        self.closed = True


def test_every_trial_has_an_outcome(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(crafted, "_Child", Ended)
    found = sorted(run([("index", str(seed)) for seed in range(3)], tmp_path, 2))
    assert [outcome[0][0] for *_, outcome in found] == ["fine", "signals", "hangs"]


def test_a_fault_is_an_exit_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crafted, "_Child", Ended)
    monkeypatch.setattr(crafted, "build", lambda _: None)
    assert main(["--indexes", "1", "--others", "0", "--seed", "0"]) == 0
    assert main(["--indexes", "3", "--others", "0", "--seed", "0", "--out", str(tmp_path / "out")]) == 1
    assert "signals: 1" in capsys.readouterr().out
    assert json.loads((tmp_path / "out").read_text())["hangs"] == 1


def test_a_process_that_ends_is_known_and_another_started(base: Path) -> None:
    (wanted,) = trials(1, 0, 5)
    ((kind, seed, _, outcome),) = run([wanted], base, 1)
    assert ((kind, seed), {one for one, _ in outcome} & {*KINDS}) == (wanted, set())
    child = crafted._Child(base)
    child.ask("index", "1")
    child.process.send_signal(signal.SIGABRT)
    child.process.wait()
    while (answer := child.answer()) is None:
        pass
    assert answer[1][0][0] == "signals"
    assert child.process.poll() is None
    child.close()


def test_an_answer_beside_the_documents_is_wrong(base: Path) -> None:
    with Index.open(base / "index", mode="r") as index:
        calls = {"len": len, "documents": crafted._documents}
        answers = index_checks.answers_of(index, calls)
        assert crafted._differences(index.settings, answers, calls) == []
        answers["len"] = 7
        assert len(crafted._differences(index.settings, answers, calls)) == 1
