"""How scans end, and what they leave: signals, --resume, --force, scratch folders, and the command scratch."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from samples import command
from syndetect.cli import signals
from syndetect.storage import scratch
from syndetect.storage.scratch import Store

TEXT = "Ferries to the islands will stop at noon on Friday, the harbour office said on Monday."
OTHER = "The bridge over the Tamsin will close to lorries from Monday, the ministry of Morvia said today."


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two articles that have two texts each, and a folder for temporary files in it."""
    rows = [{"id": name, "one": f"{name} {TEXT}", "two": f"{name} {OTHER} {TEXT}"} for name in ("a", "b")]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "t").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def ends(*words: object) -> tuple[int, str]:
    done = command.run(*words)
    return done.exit_code, done.stderr.strip()


def words_of(folder: str) -> int:
    return int(pl.read_parquet(f"{folder}/documents.parquet")["words"].sum())


# --------------------------------------------------------------------------------------------- one identity


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    "other",
    [
        ["--text-column", "two"],
        ["--text-column", "one", "--format", "csv"],
        ["--text-column", "one", "--min-words", "9"],
        ["--text-column", "one", "--min-sources", "2"],
        ["--text-column", "one", "--strict"],
        ["--text-column", "one", "--id-column", "id"],
        ["--text-column", "one", "--format", "csv", "--escape-formulas"],
    ],
)
def test_a_finished_result_of_another_request_is_not_taken_for_this_one(other: list[str]) -> None:
    asked = ["scan", "in.jsonl", "-o", "out", "--resume", "-q"]
    assert ends(*asked, "--text-column", "one") == (0, "")
    before = words_of("out")
    assert ends(*asked, "--text-column", "one") == (0, "out is complete already")
    code, said = ends(*asked, *other)
    assert (code, words_of("out")) == (1, before)
    assert said == "syndetect: out is there already: choose another folder, or add --force"
    assert ends(*asked, *other, "--force")[0] == 0


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("damage", ["missing", "cut", "changed"])
def test_the_files_of_a_finished_result_are_checked(damage: str) -> None:
    asked = ["scan", "in.jsonl", "-o", "out", "--resume", "-q", "--text-column", "one"]
    assert ends(*asked)[0] == 0
    table = Path("out/matches.parquet")
    data = table.read_bytes()
    match damage:
        case "missing":
            table.unlink()
        case "cut":
            table.write_bytes(data[:-1])
        case _:
            table.write_bytes(data[:50] + bytes([data[50] ^ 1]) + data[51:])
    code, said = ends(*asked)
    assert code == 1
    assert "matches.parquet" in said
    assert ends(*asked, "--force")[0] == 0
    assert table.read_bytes() == data


def left_behind(folder: Path, resume: bool = True) -> None:
    """What a killed scan leaves."""
    import numpy as np  # noqa: PLC0415

    store = Store(folder, 0, {"a": 1}, resume=resume)
    store.append("words", np.arange(5))
    store.step("stage", 1)
    store.close(keep=True)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("state", [b"", b"\0\0\0", b'{"for', b'{"format": 1, "ident', None])
def test_half_a_state_is_a_beginning(state: bytes | None) -> None:
    left_behind(Path(".out.scratch"))
    if state is None:
        Path(".out.scratch/state.json").rename(".out.scratch/state.json.new")
    else:
        Path(".out.scratch/state.json").write_bytes(state)
    asked = ["scan", "in.jsonl", "-o", "out", "-q", "--text-column", "one", "--memory", "1kb"]
    assert ends(*asked, "--resume") == (0, "")
    assert ends(*asked, "--force") == (0, "")
    assert {path.name for path in Path().iterdir()} == {"in.jsonl", "out", "t"}


# ------------------------------------------------------------------------------------------- scratch folders


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(("output", "folder"), [("x", "x"), ("x", "x/y"), ("x/y", "x"), ("./x", "x/../x")])
def test_a_scratch_folder_within_the_result_is_refused_before_the_work(output: str, folder: str) -> None:
    code, said = ends("scan", "missing.jsonl", "-o", output, "--scratch", folder)
    assert code == 2
    assert "-o and --scratch must be two folders" in said


@pytest.mark.usefixtures("place")
def test_a_scratch_folder_with_something_else_is_refused_before_the_work() -> None:
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("mine")
    Path("mine/syndetect-a.array").write_text("mine as well")
    code, said = ends("scan", "in.jsonl", "--scratch", "mine", "--text-column", "one")
    assert (code, said.split(", ")[0]) == (1, "syndetect: mine holds notes.txt")
    assert len(list(Path("mine").iterdir())) == 2


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
@pytest.mark.parametrize("given", [False, True])
def test_scratch_folders_are_private(place: Path, given: bool) -> None:
    store = Store(place / "s" if given else None, 0, {"a": 1})
    import numpy as np  # noqa: PLC0415

    store.append("words", np.arange(5))
    (folder,) = [place / "s"] if given else list((place / "t").iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.name.startswith("s" if given else "syndetect-scratch-")
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*.array"))
    store.close()
    assert not folder.exists()


def test_what_killed_scans_left_is_listed_and_removed(place: Path) -> None:
    left_behind(place / "t" / "syndetect-scratch-dead", resume=False)
    left_behind(place / ".out.scratch")
    (place / ".res-0badcafe.partial").mkdir()
    (place / ".note.scratch").mkdir()  # young, and without a lock: it may be in the making
    (place / ".mine.scratch").mkdir()
    (place / ".mine.scratch" / "lock").touch()
    (place / ".mine.scratch" / "diary.txt").write_text("mine")
    alive = Store(place / ".alive.scratch", 0, {"a": 1}, resume=True)
    listed = command.run("scratch").stdout.splitlines()
    ours = ["syndetect-scratch-dead", ".out.scratch", ".res-0badcafe.partial"]
    assert [Path(line.split(": ")[0]).name for line in listed] == ours
    assert [
        line.split(": ")[1].split(",")[0] for line in command.run("scratch", "--clean").stdout.splitlines()
    ] == ["removed"] * 3
    assert command.run("scratch").stdout == ""
    alive.close()
    assert {path.name for path in place.iterdir()} == {"in.jsonl", "t", ".note.scratch", ".mine.scratch"}


def test_the_next_scan_removes_what_a_killed_one_left_among_temporary_files(place: Path) -> None:
    left_behind(place / "t" / "syndetect-scratch-dead", resume=False)
    alive = Store(place / "t" / "syndetect-scratch-alive", 0, {"a": 1}, resume=True)
    assert ends("scan", "in.jsonl", "-q", "--memory", "1kb", "--text-column", "one")[0] == 0
    assert {path.name for path in (place / "t").iterdir()} == {"syndetect-scratch-alive"}
    alive.close()


# --------------------------------------------------------------------------------------------------- signals

WAITING = """
import sys, time
from syndetect.pipeline import scan
from syndetect.cli.program import main
def wait(*_):
    print("ready", flush=True)
    time.sleep(60)
scan.all_tables = wait
main()
"""


TWICE = """
import signal, sys
from syndetect.cli.signals import raised
signal.signal(signal.SIGTERM, signal.default_int_handler)
def lines_until_the_end(second):
    lines = 0
    def trace(frame, event, argument):
        nonlocal lines
        lines += 1
        if lines == second:
            signal.raise_signal(signal.SIGTERM)
        return trace
    try:
        with raised():
            sys.settrace(trace)
            signal.raise_signal(signal.SIGINT)
            print("not ended")
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(None)
    return lines
second = 1
while lines_until_the_end(second) >= second:
    second += 1
print(second > 10)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of another kind")
def test_a_second_signal_may_come_at_any_line_that_the_first_one_runs() -> None:
    said = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, timeout=30, check=True)
    assert (said.stdout, said.stderr) == (b"True\n", b"")


@pytest.mark.skipif(os.name != "posix", reason="signals of another kind")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_leaves_nothing_of_a_scan(place: Path, name: str, code: int) -> None:
    asked = ["scan", "in.jsonl", "--text-column", "one", "--memory", "1kb"]
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    assert list((place / "t").iterdir())
    process.send_signal(getattr(signal, name))
    process.send_signal(signal.SIGTERM)  # a second one does not cut the cleaning short
    _, said = process.communicate(timeout=30)
    assert process.returncode in (code, 143)
    assert said in (b"syndetect: interrupted\n", b"syndetect: terminated\n", b"syndetect: terminal closed\n")
    assert list((place / "t").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals of another kind")
def test_a_signal_that_is_ignored_stays_so_and_others_are_put_back() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.raised():
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.01)
            assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_DFL, signal.SIG_IGN)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_state_of_a_scan_is_saved_every_few_seconds(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(place / "s", 0, {}, resume=True)
    monkeypatch.setattr(scratch, "PAUSE", 1e9)
    store.step("stage", 1)
    store._next_save = 0.0
    store.step("stage", 2)
    store.step("stage", 3)
    assert json.loads((place / "s" / "state.json").read_text())["steps"] == {"stage": 2}
    store.close(keep=True)
    assert json.loads((place / "s" / "state.json").read_text())["steps"] == {"stage": 3}


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
@pytest.mark.parametrize(
    "words",
    [("scan", "in.jsonl", "--text-column", "one", "-o"), ("dedup", "in.jsonl", "-o"), ("index", "build")],
)
def test_a_link_to_itself_is_refused_in_one_line(place: Path, words: tuple[str, ...]) -> None:
    (place / "loop").symlink_to("loop")
    status, message = ends(*words, "loop/out", *(["in.jsonl"] if words[0] == "index" else []))
    assert (status, len(message.splitlines())) == (1, 1)
    assert "loop" in message
    assert "unexpected" not in message
