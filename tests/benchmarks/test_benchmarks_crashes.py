"""Trials of kills, losses of power, failing calls and long runs, in small."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from benchmarks.robustness import failing_calls, kills, power_loss, soak
from benchmarks.robustness.actors import check
from benchmarks.robustness.announcements import NOTHING, Log, Possible
from benchmarks.robustness.disk_states import Disk, Operation
from benchmarks.robustness.rewritten import BuiltIndex, KeptFolder
from benchmarks.robustness.subjects import ChangedIndex, ChangedLsh, FedIndex, Subject
from benchmarks.robustness.system_calls import Call, TracingError, traced
from syndetect import Index


@pytest.fixture(scope="module")
def tracing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where system calls cannot be traced."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        try:
            with traced(process.pid, tmp_path_factory.mktemp("tracing") / "trace", ["close"]):
                process.communicate(b"\n")
        except TracingError as error:
            process.kill()
            pytest.skip(str(error))


class TestAnnouncements:
    def test_a_change_is_possible_from_its_beginning_and_certain_at_its_end(self, tmp_path: Path) -> None:
        log = Log(tmp_path / "log")
        possible = Possible(log)
        possible.update()
        assert possible.now == {NOTHING}
        with log.change("a"):
            possible.update()
            assert (possible.now, possible.pending) == ({NOTHING, "a"}, "a")
        possible.update()
        assert (possible.now, possible.since, possible.pending) == ({"a"}, {NOTHING, "a"}, None)

    def test_what_was_under_way_at_a_kill_is_found_or_not(self, tmp_path: Path) -> None:
        log = Log(tmp_path / "log")
        log.write(["held", NOTHING], ["intent", "a"], ["held", "a"], ["intent", "b"], ["held", "c"])
        possible = Possible(log)
        possible.update()
        assert possible.wrong == ["c was found; possible: ['a', 'b']"]


class TestSubjects:
    @pytest.mark.parametrize("kind", [ChangedIndex, ChangedLsh, FedIndex, BuiltIndex, KeptFolder])
    def test_a_session_ends_in_the_state_that_it_announced(self, kind: type[Subject], tmp_path: Path) -> None:
        subject, possible = kind(tmp_path / "x"), Possible(Log(tmp_path / "x" / "log"))
        for number in range(2):
            subject.session(Random(number), 5)
            possible.update()
            assert possible.now == {subject.state()} != {NOTHING}
        assert possible.wrong == subject.left() == []
        assert check(subject, possible) == []

    def test_lost_and_left_files_are_found(self, tmp_path: Path) -> None:
        subject = ChangedIndex(tmp_path / "x")
        subject.session(Random(1), 5)
        (subject.disk / ".x-00000000.scratch").mkdir()
        assert check(subject, Possible(subject.log)) == ["left behind: .x-00000000.scratch"]
        with Index.open(subject.place) as index:
            held = [f"a{number}" for number in range(24) if f"a{number}" in index]
            index.remove(held)
        assert "possible" in check(subject, Possible(subject.log))[-1]


class TestKills:
    def test_the_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert kills.main(["--kills", "2", "--only", "ChangedIndex"]) == 0
        assert "kills: 2" in capsys.readouterr().out


class TestPowerLoss:
    @pytest.mark.usefixtures("tracing")
    def test_the_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert power_loss.main(["--states", "20", "--only", "KeptFolder"]) == 0
        assert "states: 20" in capsys.readouterr().out

    def test_strace_is_missing(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PATH", "")
        assert power_loss.main(["--states", "1", "--only", "ChangedLsh"]) == 2
        assert "strace is missing: install it" in capsys.readouterr().err

    def states(self, root: Path, *done: tuple[str, ...]) -> set[str]:
        """What may be on the disk after these operations: names, and bytes of files."""
        disk, found = Disk(root), set()
        root.mkdir(exist_ok=True)
        for kind, *rest in done:
            path, other, data = [*rest, "", ""][:3]
            disk.apply(Operation(kind, str(root / path), str(root / other), 0, data.encode()))
        for draw in range(60):
            disk.lose_power(Random(draw), in_order=bool(draw % 2))
            there = sorted(path for path in root.rglob("*"))
            found.add(
                " ".join(f"{path.relative_to(root)}={path.read_text()}" for path in there if path.is_file())
            )
        return found

    def test_what_is_not_synced_may_be_lost(self, tmp_path: Path) -> None:
        written = [("create", "a"), ("write", "a", "", "xy")]
        assert self.states(tmp_path / "1", *written) >= {"", "a=", "a=x", "a=xy", "a=\0\0"}
        assert self.states(tmp_path / "2", *written, ("sync", "a"), ("sync", ".")) == {"a=xy"}
        assert self.states(tmp_path / "3", *written, ("sync", "a")) == {"", "a=xy"}

    def test_a_name_is_the_old_one_or_the_new_one(self, tmp_path: Path) -> None:
        written = [("create", "a"), ("write", "a", "", "x"), ("sync", "a"), ("sync", ".")]
        assert self.states(tmp_path / "1", *written, ("rename", "a", "b")) == {"a=x", "b=x"}
        other = [("create", "b"), ("write", "b", "", "y"), ("sync", "b"), ("sync", ".")]
        assert self.states(tmp_path / "2", *written, *other, ("exchange", "a", "b")) == {"a=x b=y", "a=y b=x"}
        assert self.states(tmp_path / "3", *written, ("remove", "a"), ("sync", ".")) == {""}


class TestFailingCalls:
    @pytest.mark.usefixtures("tracing")
    def test_calls_fail(self, tmp_path: Path) -> None:
        trials = failing_calls.Trials(ChangedLsh(tmp_path.resolve() / "x"), 1)
        for name, error in (("fsync", "EIO"), ("rename", "ENOSPC"), ("unlink", "EIO")):
            assert trials.trial(failing_calls.Fault(name, error, 1)) in ([], None if name == "unlink" else [])
        assert trials.trial(failing_calls.Fault("fsync", "EIO", 50_000)) is None

    def test_strace_is_missing(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PATH", "")
        assert failing_calls.main(["--calls", "1", "--only", "ChangedLsh"]) == 2
        assert "strace is missing: install it" in capsys.readouterr().err

    def test_paths_of_a_call(self) -> None:
        def text(path: str) -> str:
            return "".join(f"\\x{byte:02x}" for byte in path.encode())

        removed = Call(1, "unlinkat", [f"3<{text('/a')}>", f'"{text("b")}"', "0"], 0, False)
        assert removed.paths() == ["/a/b"]
        opened = Call(1, "openat", [f"AT_FDCWD<{text('/a')}>", f'"{text("/c")}"', "O_RDONLY"], 3, False)
        assert opened.paths() == ["/c"]
        written = Call(1, "write", [f"4<{text('/a')}>", f'"{text("/d")}"', "2"], 2, False)
        assert (written.paths(), written.data(), written.handle()) == (["/a"], b"/d", 4)
        assert Call(1, "close", [f"4<{text('/a')}>(deleted)"], 0, False).paths() == []


class TestSoak:
    @pytest.mark.skipif(
        not Path(f"/proc/{os.getpid()}/maps").exists(), reason="descriptors are read in /proc"
    )
    def test_the_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert soak.main(["--minutes", "0.03"]) == 0
        assert "wrong: 0" in capsys.readouterr().out

    def test_growth_is_told(self) -> None:
        flat = [{"descriptors": 9.0, "mappings": 100.0, "resident bytes": 1e8}] * 240
        assert soak.growth(flat) == []
        grown = [one | {"descriptors": 9.0 + at // 20} for at, one in enumerate(flat)]
        assert soak.growth(grown) == ["descriptors grew from 13 to 19"]
