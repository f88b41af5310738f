"""The scratch folder: what a killed scan is resumed from, and whose files are left alone."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samples.stores import IDENTITY, KINDS, PLENTY, array, contents, put
from syndetect.errors import OutputError, ScratchError
from syndetect.storage import scratch
from syndetect.storage.scratch import Store

Open = Callable[..., Store]


@pytest.fixture(autouse=True)
def every_step_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "PAUSE", 0.0)


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens stores, and closes them in the end as if they had been killed."""
    with ExitStack() as stack:

        def open_store(*asked: Any, **named: Any) -> Store:
            store = Store(*asked, **named)
            stack.callback(store.close, keep=True)
            return store

        yield open_store


def steps_taken(store: Store, steps: int) -> None:
    """Each step appends to some arrays and to one of its own, and notes a fact."""
    for step in range(store.steps.get("stage", 0), steps):
        for seed, name in enumerate(sorted(KINDS)[: 2 + step % 4]):
            store.append(name, array(name, step * seed % 7, 10 * step + seed))
        store.append(f"own{step}", np.arange(step))
        store.facts.setdefault("seen", []).append(step)
        store.step("stage", step + 1)


def everything(store: Store) -> tuple[dict[str, list[object]], dict[str, int], dict[str, object]]:
    names = [*KINDS, *(f"own{step}" for step in range(9))]
    return {name: store[name].tolist() for name in names if name in store}, store.steps, store.facts


@pytest.mark.parametrize("done", range(7))
@pytest.mark.parametrize("beyond", ["", "a known array", "a new array", "a fact", "a file cut short"])
def test_a_killed_scan_is_gone_on_with_from_its_last_step(
    opened: Open, tmp_path: Path, done: int, beyond: str
) -> None:
    whole = opened(tmp_path / "whole", PLENTY, IDENTITY, resume=True)
    steps_taken(whole, 7)
    expected = everything(whole)
    killed = opened(tmp_path / "killed", PLENTY, IDENTITY, resume=True)
    steps_taken(killed, done)
    match beyond:
        case "a known array":
            put(killed, [("a", 5), ("c", 1)])
        case "a new array":
            killed.append("new", np.zeros(5))
        case "a fact":
            killed.facts["seen"] = ["half a step"]
    shutil.copytree(tmp_path / "killed", tmp_path / "copy")  # as it is at this moment, nothing closed
    if beyond == "a file cut short":
        (tmp_path / "copy" / "state.json.new").write_text('{"form')
    resumed = opened(tmp_path / "copy", PLENTY, IDENTITY, resume=True)
    assert resumed.steps.get("stage", 0) == done
    assert "new" not in resumed
    steps_taken(resumed, 7)
    assert everything(resumed) == expected


@pytest.mark.parametrize("most", [*range(0, 400, 25)])
def test_a_killed_scan_that_was_not_to_be_resumed_can_be(
    opened: Open, tmp_path: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It moves to files in the middle of a step, and is killed before that step ends."""
    whole = opened(None, PLENTY, IDENTITY)
    steps_taken(whole, 7)

    class KilledError(Exception):
        pass

    killed = opened(tmp_path / "killed", most, IDENTITY)

    def append(name: str, array: np.ndarray, real: Callable[[str, np.ndarray], None] = killed.append) -> None:
        real(name, array)
        if killed.spilled:
            raise KilledError

    monkeypatch.setattr(killed, "append", append)
    with pytest.raises(KilledError):
        steps_taken(killed, 7)
    shutil.copytree(tmp_path / "killed", tmp_path / "copy")
    resumed = opened(tmp_path / "copy", PLENTY, IDENTITY, resume=True)
    steps_taken(resumed, 7)
    assert everything(resumed) == everything(whole)


def left_behind(folder: Path) -> None:
    """What a killed scan leaves: an array that counts, and one that does not yet."""
    store = Store(folder, 0, IDENTITY, resume=True)
    put(store, [("a", 5)])
    store.step("stage", 1)
    put(store, [("b", 5)])
    store.close(keep=True)


def test_without_resume_a_scan_begins_anew(opened: Open, tmp_path: Path) -> None:
    left_behind(tmp_path / "scratch")
    store = opened(tmp_path / "scratch", 0, {"other": 1})
    store.append("c", array("c", 1))
    assert contents(store).keys() == {"c"}
    assert store.steps == {}
    store.close()
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize("identity", [{}, {**IDENTITY, "inputs": [1]}, {"settings": {"k": 5}, "inputs": []}])
def test_a_scan_of_something_else_is_not_resumed(
    opened: Open, tmp_path: Path, identity: dict[str, object]
) -> None:
    left_behind(tmp_path)
    with pytest.raises(ScratchError, match="holds an unfinished scan of other articles"):
        opened(tmp_path, 0, identity, resume=True)
    assert contents(opened(tmp_path, 0, IDENTITY, resume=True)).keys() == {"a"}  # and it is left as it was


def test_a_file_that_is_too_short_is_noticed(opened: Open, tmp_path: Path) -> None:
    left_behind(tmp_path)
    (tmp_path / "syndetect-a.array").write_bytes(b"1234")
    with pytest.raises(ScratchError, match="is damaged"):
        opened(tmp_path, 0, IDENTITY, resume=True)


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", "mine"),
        ("state.json", "{}"),
        ("state.json", "[1"),
        ("a.array", "mine"),
        ("folder", None),
    ],
)
def test_what_is_no_part_of_a_scan_is_not_touched(
    opened: Open, tmp_path: Path, name: str, text: str | None, resume: bool
) -> None:
    (tmp_path / name).mkdir() if text is None else (tmp_path / name).write_text(text)
    with pytest.raises(ScratchError, match=f"holds {name}, which is no part of a scan"):
        opened(tmp_path, 0, IDENTITY, resume=resume).append("a", array("a", 1))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_somebody_puts_there_meanwhile_stays(opened: Open, tmp_path: Path) -> None:
    store = opened(tmp_path / "scratch", 0, IDENTITY)
    put(store, [("a", 1)])
    (tmp_path / "scratch" / "notes.txt").write_text("mine")
    store.close()
    assert [path.name for path in (tmp_path / "scratch").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("resume", [False, True])
def test_a_second_scan_in_the_same_folder_is_refused_and_harms_nothing(
    opened: Open, tmp_path: Path, resume: bool
) -> None:
    first = opened(tmp_path, 0, IDENTITY, resume=True)
    expected = put(first, [("a", 5)])
    first.step("stage", 1)

    def second() -> None:
        store = Store(tmp_path, 0, IDENTITY, resume=resume)
        try:
            store.append("a", array("a", 1))
        finally:
            store.close()  # as a scan does that fails

    with pytest.raises(ScratchError, match="another scan is at work"):
        second()
    assert contents(first) == expected
    code = f"""
from pathlib import Path
from syndetect.storage.scratch import Store
Store(Path({str(tmp_path)!r}), 0, {IDENTITY}, resume=True)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "another scan is at work" in done.stderr
    first.close(keep=True)
    assert contents(opened(tmp_path, 0, IDENTITY, resume=True)) == expected


def test_a_folder_that_cannot_be_made_is_told(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write .*file/scratch: Not a directory"):
        opened(tmp_path / "file" / "scratch", 0, IDENTITY, resume=True)


def test_a_full_disk_is_told(opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(tmp_path / "scratch", 0, IDENTITY, resume=True)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "_write", fail)
    with pytest.raises(OutputError, match=r"cannot write .*scratch: no space left on the disk"):
        store.append("a", array("a", 5))


def test_the_state_is_json_that_a_person_can_read(tmp_path: Path) -> None:
    left_behind(tmp_path)
    state = json.loads((tmp_path / "state.json").read_text())
    assert (state["steps"], state["sizes"], state["identity"]) == ({"stage": 1}, {"a": [5]}, IDENTITY)
