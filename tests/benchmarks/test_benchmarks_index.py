"""The benchmarks of the index find what they look for, and find nothing in the index as it is."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from benchmarks.corpus import index_queries
from benchmarks.corpus.maker import Options, make
from benchmarks.corpus.random_articles import random_articles
from benchmarks.robustness import (
    fuzz,
    fuzz_cases,
    histories,
    index_checks,
    index_corruption,
    index_kills,
    malformed_files,
    mutated_inputs,
    mutations,
)
from benchmarks.robustness.killed_writer import Change, ChangedIndex, Killer, Moment
from benchmarks.speed import index_speed, index_tasks, scan_speed
from samples.strategies import INTERPRETED
from syndetect import Index, Settings
from syndetect.errors import StoredIndexError


def refuse() -> None:
    raise StoredIndexError("damaged")


def panic() -> None:
    raise pl.exceptions.PanicException("out of range")


class TestTrials:
    def test_an_attempt_gives_or_refuses_or_fails(self) -> None:
        assert index_checks.attempt(lambda: 3) == 3
        assert index_checks.attempt(refuse) == index_checks.Refusal("StoredIndexError: damaged")
        assert isinstance(index_checks.attempt(lambda: 1 / 0), index_checks.Failure)
        assert isinstance(index_checks.attempt(panic), index_checks.Failure)

    def test_a_refusal_is_right_and_another_answer_wrong(self) -> None:
        said = {"a": 1, "b": 2, "c": index_checks.Refusal("damaged"), "d": index_checks.Failure("trace")}
        assert index_checks.compare(said, dict.fromkeys("abcd", 1)) == {"b": "2, not 1", "d": "trace"}

    def test_a_sealed_manifest_is_the_index_s_own(self, tmp_path: Path) -> None:
        Index.create(tmp_path / "x.idx").close()
        text = (tmp_path / "x.idx" / "manifest.json").read_bytes()
        assert index_checks.sealed(json.loads(text)) == text

    def test_the_account(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert index_checks.report({"trials": 2}, ("lost",), [], None) == 0
        problem = index_checks.Problem("lost", 7, "a document")
        assert index_checks.report({"trials": 2}, ("lost",), [problem], tmp_path / "out.json") == 1
        told = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        assert told == {"trials": 2, "lost": 1, "problems": [problem._asdict()]}
        assert capsys.readouterr().out == "trials: 2\nlost: 0\ntrials: 2\nlost: 1\n"


ARTICLES = [one | {"published": None} for one in random_articles(Random(1), 6)]


class TestKills:
    @pytest.fixture
    def life(self, tmp_path: Path) -> ChangedIndex:
        """An index of four documents, and what is known of it."""
        held = {one["id"]: one for one in ARTICLES[:4]}
        with Index.create(tmp_path / "x.idx") as index:
            index.add([*held.values()], threads=1)
        return ChangedIndex(tmp_path / "x.idx", 1, Settings(), True, held)

    def check(self, life: ChangedIndex) -> list[str]:
        return [kind for kind, _ in index_kills.check(life, Random(1), life.folder.with_name("fresh"))]

    def test_an_index_may_hold_the_state_before_or_after_a_change(self, life: ChangedIndex) -> None:
        life.pending = Change("add", ARTICLES[4:])
        assert self.check(life) == []
        assert len(life.held or {}) == 4
        life.pending = Change("remove", removed=["n0", "n1"])
        with Index.open(life.folder) as index:
            index.remove(["n0", "n1"])
        shutil.rmtree(life.folder.with_name("fresh"))
        assert self.check(life) == []
        assert [*(life.held or {})] == ["n2", "n3"]

    def test_a_half_change(self, life: ChangedIndex) -> None:
        life.pending = Change("add", ARTICLES[4:])
        with Index.open(life.folder) as index:
            index.add(ARTICLES[4:5], threads=1)
        assert self.check(life) == ["half changes"]

    @pytest.mark.parametrize("change", [{}, {"text": "Something else."}])
    def test_a_lost_document(self, life: ChangedIndex, change: dict[str, str]) -> None:
        with Index.open(life.folder) as index:
            index.remove("n2")
            index.add([ARTICLES[2] | change] if change else [], threads=1)
        assert self.check(life) == ["documents lost"]

    def test_another_order_is_another_answer(self, life: ChangedIndex) -> None:
        life.held = dict(reversed((life.held or {}).items()))
        assert {*self.check(life)} <= {"wrong answers"}

    def test_what_is_left_behind_or_damaged(self, life: ChangedIndex) -> None:
        left = life.folder / "manifest.json.old"
        left.write_bytes(b"")
        assert self.check(life) == ["left behind"]
        segment = next(life.folder.glob("*.segment"))
        data = bytearray(segment.read_bytes())
        data[70] ^= 1
        segment.write_bytes(data)
        shutil.rmtree(life.folder.with_name("fresh"))
        assert self.check(life)[0] == "failed verifies"

    def test_no_index_is_right_before_it_is_made(self, tmp_path: Path) -> None:
        life = ChangedIndex(tmp_path / "none", 1, Settings(), True)
        assert self.check(life) == []
        life.held = {}
        assert self.check(life) == ["failed verifies"]

    @pytest.mark.parametrize("how", ["before", "after", "torn"])
    def test_a_killer_counts_calls(self, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        killed: list[int] = []
        monkeypatch.setattr(os, "kill", lambda *_: killed.append((tmp_path / "x").stat().st_size))
        killer = Killer(Moment(0, call="write", ordinal=2, how=how), 1)
        with (tmp_path / "x").open("wb", buffering=0) as file:
            for _ in range(3):
                killer(None, "c_call", file.write)
                file.write(b"x" * 9)
                killer(None, "c_return", file.write)
                killer(None, "c_return", "".join)
        expected = {"before": [9], "after": [18]}.get(how)
        assert killed == expected if expected else len(killed) == 1 and killed[0] < 18

    def test_writers_are_killed(self, tmp_path: Path) -> None:
        kills = index_kills.Trials(tmp_path)
        moments = [
            Moment(0, share=0.5),
            Moment(1, call="replace", ordinal=1, how="before"),
            Moment(2, share=0.5),
        ]
        life = ChangedIndex(tmp_path / "x.idx", 3, Settings(), True)
        for number, moment in enumerate(moments):
            kills._kill(life, moment, number)
            assert index_kills.check(life, Random(number), tmp_path / f"fresh {number}") == []
        assert kills.problems == []
        assert life.held

    def test_the_command(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert index_kills.main(["--count", "2", "--out", str(tmp_path / "out.json")]) == 0
        assert "documents lost: 0" in capsys.readouterr().out


class TestHistories:
    def test_the_command(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert histories.main(["--count", "1", "--seed", "2"]) == 0
        assert '{"histories": 1, "differences": [], ' in capfd.readouterr().out

    def test_the_exit_status_is_that_of_the_process(self) -> None:
        assert histories.main(["--count", "one"]) == 2


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> index_corruption.Intact:
    return index_corruption.Intact.build(tmp_path_factory.mktemp("intact") / "x.idx", 1)


class TestCorruption:
    def test_everything_is_asked_and_answered(self, intact: index_corruption.Intact) -> None:
        answers: dict[str, Any] = intact.answers
        assert len(answers) > 40
        assert not [
            one for one in answers.values() if isinstance(one, (index_checks.Refusal, index_checks.Failure))
        ]
        assert any(one["matches"] for name, one in answers.items() if name.startswith("query "))

    @pytest.mark.parametrize("kind", index_corruption.DAMAGES)
    def test_damage_is_found_and_answers_are_right(
        self, kind: str, intact: index_corruption.Intact, tmp_path: Path
    ) -> None:
        for number in range(8):
            assert index_corruption.trial(kind, number, intact, tmp_path / "damaged") == []

    def test_an_index_that_checks_nothing_is_found_out(
        self, intact: index_corruption.Intact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("check", "check_all"):
            monkeypatch.setattr(f"syndetect.storage.checked_file.CheckedFile.{name}", lambda *_: None)
        monkeypatch.setattr("syndetect.index.consistency.verify", lambda *_: None)
        kinds: set[str] = set()
        for number in range(12):
            kinds |= {
                one.kind for one in index_corruption.trial("flip", number, intact, tmp_path / "damaged")
            }
            if kinds >= {"wrong answers", "not found"}:
                return
        pytest.fail(f"found {kinds} alone")

    def test_the_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert index_corruption.main(["--count", "5", "--kind", "all"]) == 0
        assert "not found: 0" in capsys.readouterr().out


class TestMutatedInputs:
    def test_no_article_is_lost_without_a_word(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert (
            mutated_inputs.main(["--mutations", "25", "--only", "csv", "--only", "tsv", "--only", "jsonl"])
            == 0
        )
        assert len(capsys.readouterr().out.splitlines()) == 4

    def test_an_article_that_is_neither_read_nor_told_is_lost(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        folder = mutated_inputs.FORMS["jsonl"](Random(1), mutated_inputs.articles(Random(1)))
        unchanged = mutated_inputs.Mutation("a.jsonl", 0, 0, b"")
        assert mutated_inputs.lost(folder, unchanged, tmp_path) == []
        monkeypatch.setattr(mutated_inputs, "read", lambda *_, **__: [])
        assert len(mutated_inputs.lost(folder, unchanged, tmp_path)) == len(folder.texts)


class TestMutations:
    def test_bytes_are_changed_the_same_way_every_time(self) -> None:
        data = bytes(range(256)) * 4
        changed = [mutations.mutate(Random(seed), data) for seed in range(200)]
        assert changed == [mutations.mutate(Random(seed), data) for seed in range(200)]
        assert sum(one == data for one in changed) < 10
        assert all(isinstance(mutations.mutate(Random(seed), b""), bytes) for seed in range(50))

    def test_json_is_copied_and_changed(self) -> None:
        value = {"a": [1, 2, {"b": "c"}], "d": None, "e": 1.5}
        kept = json.dumps(value)
        changed = [mutations.mutate_json(Random(seed), value, ["name"]) for seed in range(200)]
        assert json.dumps(value) == kept
        assert sum(one == value for one in changed) < 40
        assert mutations.mutate_json(Random(1), {}) == {}

    def test_files_are_drawn_in_every_format(self) -> None:
        drawn = [malformed_files.draw(Random(seed)) for seed in range(150)]
        assert drawn == [malformed_files.draw(Random(seed)) for seed in range(150)]
        assert {Path(name).suffix for name, _ in drawn} == {
            ".jsonl", ".csv", ".tsv", ".txt", ".md", ".html", ".parquet", ".arrow", ".gz", ".zst",
        }  # fmt: skip


def fuzzing(**options: Any) -> fuzz.Fuzzing:
    return fuzz.Fuzzing(1, "reader", Path(), **{"goes_on": lambda number: number < 3} | options)


class TestFuzz:
    @pytest.mark.parametrize("mode", fuzz_cases.CASES)
    def test_cases(self, mode: str, tmp_path: Path) -> None:
        for number in range(6):
            assert fuzz.run_case(number, 5, mode, tmp_path) == []

    def test_failures_are_found(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("syndetect.reading.decoding.Decoder.line", lambda *_: 1 / 0)
        wrong = (one for number in range(20) for one in fuzz.run_case(number, 1, "reader", tmp_path))
        assert any("ZeroDivisionError" in one for one in wrong)
        wrong = (one for number in range(20) for one in fuzz.run_case(number, 1, "cli", tmp_path))
        assert any("unexpected error" in one for one in wrong)

    def test_a_hostile_manifest_is_found_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("syndetect.storage.manifest.Manifest._is_sound", lambda _: True)
        wrong = (one for number in range(60) for one in fuzz.run_case(number, 1, "index", tmp_path))
        assert any("Error" in one for one in wrong)

    def test_a_process_that_ends_or_never_ends(self, capsys: pytest.CaptureFixture[str]) -> None:
        ended: Any = SimpleNamespace(exitcode=-11, join=lambda: None)
        hangs, ends = fuzzing(), fuzzing()
        silent: Any = SimpleNamespace(poll=lambda _: False)
        assert hangs._follow(ended, silent, 1) == 2
        broken: Any = SimpleNamespace(poll=lambda _: True, recv=refuse)
        assert ends._follow(ended, broken, 1) == 2
        assert [one.what for one in hangs.problems + ends.problems] == [
            "reader: it does not end", "reader: exit status -11",
        ]  # fmt: skip
        assert "--case 1 --seed 1: reader: exit status -11" in capsys.readouterr().err

    def test_the_command(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert fuzz.main(["--count", "6", "--out", str(tmp_path / "out.json")]) == 0
        assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["cases"] == 6
        assert fuzz.main(["--case", "2", "--seed", "1"]) == 0
        assert capsys.readouterr().out.endswith("nothing wrong\n")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus and an index of it."""
    folder = tmp_path_factory.mktemp("kept")
    make(folder / "700000.jsonl", Options(700_000))
    index_tasks.build(str(folder / "700000.jsonl"), str(folder / "700000.idx"), "1")
    return folder


class Reader:
    """A process that queries, played by this one, which has all kernels at hand."""

    def __init__(self, command: list[str], **_: Any) -> None:
        self.printed = json.dumps(index_tasks.TASKS[command[3]](*command[4:]))

    def communicate(self) -> tuple[str, None]:
        return self.printed, None


@pytest.mark.skipif(INTERPRETED, reason="corpora are made by kernels")
class TestSpeed:
    def test_questions(self, kept: Path, tmp_path: Path) -> None:
        paragraphs = index_queries.make_queries(kept / "700000.jsonl", tmp_path / "q.jsonl", 9, 1)
        asked = index_queries.read_queries(tmp_path / "q.jsonl")
        assert 25 <= paragraphs <= 35
        assert [one.kind for one in asked[:3]] == [*index_queries.KINDS]
        assert [one.origin is None for one in asked[:3]] == [True, False, False]
        assert [path.name for path in tmp_path.iterdir()] == ["q.jsonl"]

    def test_all_parts(
        self, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def run(command: list[str]) -> tuple[float, float]:
            if command[2] == "benchmarks.speed.index_tasks":
                index_tasks.TASKS[command[3]](*command[4:])
            return (1.0 if "little" in str(command) else 3.0), 100.0

        monkeypatch.setattr(scan_speed, "run", run)
        monkeypatch.setattr(index_tasks, "_ALONE", 3)
        monkeypatch.setattr(
            index_speed, "measurements", lambda command: index_tasks.TASKS[command[3]](*command[4:])
        )
        arguments = [
            "--size",
            "700kB",
            "--queries",
            "6",
            "--rounds",
            "1",
            "--parts",
            "build,open,query,add,disk",
        ]
        assert index_speed.main([*arguments, "--keep", str(kept), "--out", str(tmp_path / "out.json")]) == 0
        told = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        assert [row["seconds"] for row in told["build"]] == [2.0, 2.0]
        assert told["ratios"][0]["value"] == 1
        assert [row["documents"] for row in told["query"]] == ["all", *index_queries.KINDS] * 3
        assert told["add"][0]["commits"] == 3
        assert told["disk"][0]["array"] == "all files"
        held = sum(row["MB"] for row in told["disk"][1:])
        assert held == pytest.approx(told["disk"][0]["MB"], rel=0.1)
        assert "bytes a paragraph" in capsys.readouterr().out

    def test_readers_beside_a_writer(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        index_queries.make_queries(kept / "700000.jsonl", kept / "queries.jsonl", 3, 1)
        monkeypatch.setattr(
            index_speed, "measurements", lambda command: index_tasks.TASKS[command[3]](*command[4:])
        )
        monkeypatch.setattr(index_speed, "subprocess", SimpleNamespace(Popen=Reader, PIPE=None))
        options = index_speed._options(["--size", "700kB"])
        alone, beside = index_speed.Measuring(options, kept)._beside()
        assert alone["warm p99, ms"] > 0
        assert beside["batches"] >= 1
        with Index.open(kept / "700000.idx", mode="r") as index:
            assert index.info()["generation"] == 1

    def test_lacking_articles_and_answers_are_wrong(
        self, kept: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        measuring = index_speed.Measuring(index_speed._options(["--size", "700kB"]), kept)
        monkeypatch.setattr(Index, "__len__", lambda _: 3)
        measuring._count()
        said: dict[str, Any] = {name: [0.1] * 3 for name in ("first", "matches", "tables")}
        said |= {"kinds": [*index_queries.KINDS], "found": [True, True, False], "segments": 1, "memory": 1}
        monkeypatch.setattr(index_speed, "measurements", lambda _: said)
        list(measuring._query("built", kept))
        assert len(measuring.wrong) == 2

    def test_what_is_aimed_at(self) -> None:
        results: Mapping[str, Any] = {
            "build": [{"what": "index", "MB/s": 2.0}, {"what": "scan", "MB/s": 10.0}],
            "open": [{"opening, ms": 100}],
            "beside": [{"warm p99, ms": 2}, {"warm p99, ms": 20}],
        }
        assert [one.is_far_off for one in index_speed.ratios(dict(results))] == [True, False, True]
