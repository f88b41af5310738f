"""Scans that are stopped anywhere and gone on with."""

import json
import shutil
import threading
from pathlib import Path
from random import Random

import pytest

from samples.newspapers import Watched, assert_same, newspapers, written
from samples.strategies import INTERPRETED
from syndetect import Result, Settings, scan
from syndetect.errors import ScratchError, SettingsError
from syndetect.matching import bands, portions, tokens, winnowing
from syndetect.pipeline import intake, stages
from syndetect.pipeline import scan as scan_module

COUNT = 8 if INTERPRETED else 40
SETTINGS = Settings(hot_places=4, window_days=4.0)
STOPS = 3 if INTERPRETED else 10


class StoppedError(Exception):
    pass


def stop_after(calls: int) -> Watched:
    """A progress that stops the scan at its n-th call, counted from 0."""
    left = [calls]

    def watch() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise StoppedError

    return Watched(watch)


@pytest.fixture(autouse=True)
def many_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BATCH_BYTES", 2000)
    monkeypatch.setattr(stages, "SEEDS", 60)
    monkeypatch.setattr(stages, "PAIRS", 20)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(newspapers(5, COUNT), tmp_path_factory.mktemp("corpus") / "articles")


@pytest.fixture(scope="module")
def whole(source: Path) -> tuple[Result, int]:
    """The scan in one go, and how often it told of its progress."""
    calls: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "BATCH_BYTES", 2000)
        patch.setattr(stages, "SEEDS", 60)
        patch.setattr(stages, "PAIRS", 20)
        return scan(source, SETTINGS, progress=Watched(lambda: calls.append(1)), threads=2), len(calls)


def stop(source: Path, scratch: Path, calls: int, threads: int = 2) -> None:
    with pytest.raises(StoppedError):
        scan(source, SETTINGS, scratch=scratch, resume=True, progress=stop_after(calls), threads=threads)
    workers = [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]
    assert workers == [], "a worker went on after the scan had ended"


@pytest.mark.parametrize("at", range(STOPS))
def test_a_scan_that_is_stopped_and_gone_on_with_gives_the_same_tables(
    source: Path, whole: tuple[Result, int], tmp_path: Path, at: int
) -> None:
    random, scratch = Random(at), tmp_path / "scratch"
    stop(source, scratch, random.randrange(whole[1]), threads=random.randint(1, 3))
    shutil.copytree(scratch, tmp_path / "again")
    assert_same(scan(source, SETTINGS, scratch=scratch, resume=True, threads=2), whole[0])
    assert not scratch.exists()
    if INTERPRETED:
        return
    scratch = tmp_path / "again"  # the same once more, and stopped a second time
    calls: list[int] = []
    with pytest.raises(StoppedError):
        scan(
            source,
            SETTINGS,
            scratch=scratch,
            resume=True,
            progress=stop_after(random.randrange(9)),
            threads=3,
        )
    rest = scan(
        source, SETTINGS, scratch=scratch, resume=True, memory=1, progress=Watched(lambda: calls.append(1))
    )
    assert_same(rest, whole[0])


def test_what_is_done_is_not_done_again(
    source: Path, whole: tuple[Result, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop(source, tmp_path / "scratch", whole[1] - 1)

    def again(*_: object) -> None:
        raise AssertionError("done already")

    for module, name in ((portions, "sketch_articles"), (bands, "similar_pairs"), (winnowing, "join")):
        monkeypatch.setattr(module, name, again)
    assert_same(scan(source, SETTINGS, scratch=tmp_path / "scratch", resume=True), whole[0])


def test_without_resume_nothing_is_left_of_a_scan_that_fails(source: Path, tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        scan(source, SETTINGS, scratch=tmp_path / "scratch", memory=1, progress=stop_after(30))
    assert list(tmp_path.iterdir()) == []


def test_and_one_that_is_left_may_be_begun_anew(
    source: Path, whole: tuple[Result, int], tmp_path: Path
) -> None:
    for calls in (1, 5, whole[1] // 2):
        stop(source, tmp_path / "scratch", calls)
        result = scan(source, SETTINGS, scratch=tmp_path / "scratch", memory=1)
        assert_same(result, whole[0])


@pytest.mark.parametrize("what", ["settings", "articles", "version", "words"])
def test_another_scan_is_not_gone_on_with(
    source: Path, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, settings = tmp_path / "scratch", SETTINGS
    stop(source, scratch, 20)
    if what == "settings":
        settings = Settings(hot_places=5, window_days=4.0)
    elif what == "articles":
        source = Path(shutil.copytree(source, tmp_path / "other"))
        with (source / "b.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"id": "new", "text": "one more"}) + "\n")
    elif what == "version":
        monkeypatch.setattr(scan_module, "version", lambda _: "0.0.1")
    else:
        monkeypatch.setattr(tokens, "NEWEST", 1)
    with pytest.raises(ScratchError, match="scan without --resume to begin anew"):
        scan(source, settings, scratch=scratch, resume=True)
    assert (scratch / "state.json").exists()


def test_to_resume_the_folder_must_be_named(source: Path) -> None:
    with pytest.raises(SettingsError, match="name its scratch folder"):
        scan(source, resume=True)
