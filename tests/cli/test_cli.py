"""The command line: what goes where, every exit code, and one line for each failure."""

import csv
import dataclasses
import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from samples.command import run
from samples.results import result
from syndetect import Index, errors
from syndetect.cli import terminal
from syndetect.pipeline import scan as pipeline
from syndetect.pipeline.scan import ScanRequest
from syndetect.reading.columns import ALIASES
from syndetect.report import passage_view, summary
from syndetect.results.result import Result
from syndetect.settings import Settings

Calls = list[ScanRequest]

SRC = Path(__file__).parents[2] / "src"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Scans return the invented result; what they were asked is kept here."""
    made: Calls = []

    def scan(request: ScanRequest) -> Result:
        made.append(request)
        return result(skipped=7)

    replace_scan(monkeypatch, scan)
    return made


def replace_scan(monkeypatch: pytest.MonkeyPatch, scan: Callable[..., Result]) -> None:
    @contextmanager
    def scanning(request: ScanRequest) -> Iterator[Result]:
        yield scan(request)

    monkeypatch.setattr(pipeline, "scanning", scanning)


def test_a_table_for_a_person(calls: Calls) -> None:
    outcome = run("scan", "corpus")
    assert outcome.exit_code == 0
    assert outcome.stdout == summary.summary(result(skipped=7))
    assert outcome.stderr.splitlines() == summary.skipped(result(skipped=7).skipped).splitlines()
    assert len(calls) == 1


@pytest.mark.usefixtures("calls")
def test_how_many_passages_are_shown() -> None:
    assert run("scan", "corpus", "--top", "1").stdout == summary.summary(result(skipped=7), top=1)
    everything = summary.summary(result(skipped=7), everything=True)
    assert (
        run("scan", "corpus", "--top", "1", "--all").stdout
        == everything
        != summary.summary(result(skipped=7))
    )
    assert run("scan", "corpus", "-q").stderr == ""


def test_what_a_scan_is_asked(calls: Calls) -> None:
    assert run("scan", "a.txt", "-", "--threads", "3", "--strict", "-q").exit_code == 0
    request = calls.pop()
    assert request == ScanRequest(
        ["a.txt", "-"], Settings(), threads=3, strict=True, progress=request.progress
    )
    words = [word for name in ALIASES for word in (f"--{name}-column", f"my_{name}")]
    run("scan", "a.csv", *words)
    assert calls.pop().reading.columns == {name: f"my_{name}" for name in ALIASES}


def test_what_a_large_scan_is_asked(calls: Calls, tmp_path: Path) -> None:
    words = ["--memory", "1.5GB", "--window", "36h", "--resume", "-o", tmp_path / "out"]
    assert run("scan", "a.txt", *words).exit_code == 0
    request = calls.pop()
    assert request.settings == Settings(window_days=1.5)
    assert (request.memory, request.resume) == (1_500_000_000, True)
    assert request.scratch == str(tmp_path / ".out.scratch")


@pytest.mark.parametrize("words", [["--memory", "2"], ["--memory", "lots"], ["--window", "14"], ["--resume"]])
def test_quantities_have_units_and_resuming_a_place(words: list[str]) -> None:
    assert run("scan", "a.txt", *words).exit_code == 2


@pytest.mark.parametrize(
    "field",
    [one for one in dataclasses.fields(Settings) if one.name != "window_days"],
    ids=lambda field: field.name,
)
def test_every_setting_is_an_option(calls: Calls, field: dataclasses.Field[Any]) -> None:
    default: Any = field.default
    other: Any = {"slots": 256, "bands": 41, "rows": 2, "min_jaccard": 0.5}.get(field.name, default + 1)
    option = f"--{field.name.replace('_', '-')}"
    assert run("scan", "corpus", option, str(other)).exit_code == 0
    assert calls.pop().settings == Settings(**{field.name: other})
    shown = " ".join(run("scan", "--help").stdout.split())
    assert f"{option} " in shown
    assert f"{field.metadata['meaning']} [default: {field.default};" in shown
    outside = run("scan", "corpus", option, str(field.metadata["low"] - 1))
    assert outside.exit_code == 2
    assert "is not in the range" in outside.stderr


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
def test_matches_for_a_pipe_and_nothing_else(form: str) -> None:
    outcome = run("scan", "corpus", "--format", form)
    matches = result().matches
    match form:
        case "json":
            assert json.loads(outcome.stdout) == matches.to_dicts()
        case "jsonl":
            assert [json.loads(line) for line in outcome.stdout.splitlines()] == matches.to_dicts()
        case _:
            header, *rows = csv.reader(io.StringIO(outcome.stdout))
            assert header == matches.columns
            assert len(rows) == matches.height
    one = result(skipped=7)
    assert outcome.stderr == f"{summary.totals(one)}\n{summary.skipped(one.skipped)}\n"
    assert (
        run("scan", "corpus", "--format", form, "-q").stderr
        == "7 files not readable to their ends (-o DIR keeps the list)\n"
    )


@pytest.mark.usefixtures("calls")
def test_clusters_for_a_pipe() -> None:
    lines = run("scan", "corpus", "--format", "passim").stdout.splitlines()
    assert [json.loads(line)["cluster"] for line in lines] == [1, 1, 1, 2, 2]


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("form", [None, "parquet", "csv", "jsonl", "passim"])
def test_a_folder(tmp_path: Path, form: str | None) -> None:
    place = tmp_path / "out"
    outcome = run("scan", "corpus", "-o", place, *(["--format", form] if form else []))
    assert outcome.exit_code == 0
    assert outcome.stdout == ""
    totals = summary.totals(result(skipped=7), f"see {place / 'skipped.jsonl'}")
    assert outcome.stderr == f"{totals}\nresult in {place}\n"
    assert Result.read(place).matches.equals(result().matches)
    suffixes = {path.suffix for path in place.iterdir()} - {".json", ".jsonl"}
    assert suffixes == {None: {".parquet"}, "csv": {".csv"}, "jsonl": set()}.get(form, {".parquet"})
    assert (place / "passim.jsonl").exists() == (form == "passim")
    quiet = run("scan", "corpus", "-o", place, "--force", "-q")
    assert quiet.stderr == f"7 files not readable to their ends (see {place / 'skipped.jsonl'})\n"


def test_a_folder_that_is_there_is_refused_before_the_scan(calls: Calls, tmp_path: Path) -> None:
    outcome = run("scan", "corpus", "-o", tmp_path)
    assert outcome.exit_code == 1
    told = f"syndetect: {tmp_path} is there already: choose another folder, or add --force\n"
    assert outcome.stderr == told
    assert not calls


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Missing argument 'PATH...'"),
        (["corpus", "--format", "xlsx"], "'xlsx' is not one of"),
        (["corpus", "--format", "parquet"], "--format parquet writes files: add -o DIR"),
        (["corpus", "--format", "json", "-o", "out"], "--format json is for standard output"),
        (["corpus", "--threads", "0"], "0 is not in the range"),
        (["corpus", "--slots", "64"], "bands x rows must not exceed slots"),
        (["corpus", "--encoding", "none such"], "no encoding is named 'none such'"),
        (["corpus", "--nonsense"], "No such option"),
    ],
)
def test_wrong_usage_is_2(calls: Calls, words: list[str], message: str) -> None:
    outcome = run("scan", *words)
    assert outcome.exit_code == 2
    assert message in outcome.stderr
    assert not calls


FAILURES = {
    "input": (errors.InputError("no such path: corpus"), "no such path: corpus"),
    "two lines": (errors.InputError("one\n two"), "one two"),
    "escapes": (errors.InputError("no \x1b[31m\u202egpj.txt"), r"no \x1b[31m\u202egpj.txt"),
    "memory": (MemoryError(), "out of memory: take fewer articles at a time, or a larger machine"),
    "disk": (OSError(errno.ENOSPC, "Full"), "no space left on the disk; free some and try again"),
    "system": (PermissionError(errno.EACCES, "Permission denied", "a.txt"), "Permission denied: a.txt"),
    "bug": (
        ZeroDivisionError("division by zero"),
        "unexpected error: ZeroDivisionError: division by zero (run with --debug for the traceback)",
    ),
    "panic": (
        pl.exceptions.PanicException("lost"),
        "unexpected error: PanicException: lost (run with --debug for the traceback)",
    ),
}


@pytest.mark.parametrize(("fault", "message"), FAILURES.values(), ids=FAILURES)
def test_a_failure_is_1_and_one_line(
    monkeypatch: pytest.MonkeyPatch, fault: BaseException, message: str
) -> None:
    def fail(*_: object, **__: object) -> Result:
        raise fault

    replace_scan(monkeypatch, fail)
    outcome = run("scan", "corpus")
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (1, "", f"syndetect: {message}\n")
    debugged = run("scan", "corpus", "--debug")
    assert debugged.exit_code == 1
    assert debugged.stderr.startswith("Traceback (most recent call last):\n")
    assert debugged.stderr.endswith(f"\nsyndetect: {message}\n")


def test_a_failed_scan_leaves_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> Result:
        raise KeyboardInterrupt

    replace_scan(monkeypatch, fail)
    outcome = run("scan", "corpus", "-o", tmp_path / "out")
    assert (outcome.exit_code, outcome.stderr) == (130, "syndetect: interrupted\n")
    assert not list(tmp_path.iterdir())


def test_show(tmp_path: Path) -> None:
    one = result()
    one.write(tmp_path / "out")
    outcome = run("show", tmp_path / "out", "1")
    assert outcome.exit_code == 0
    assert outcome.stdout == passage_view.passage(one.documents, one.passages, one.clusters, 1)
    absent = run("show", tmp_path / "out", "9")
    assert absent.exit_code == 1
    assert absent.stderr == "syndetect: there is no passage 9: this result has 1 to 2\n"
    elsewhere = run("show", tmp_path, "1")
    assert elsewhere.exit_code == 1
    assert "is not a result of a scan" in elsewhere.stderr


def test_help_fits_80_columns_and_is_quick_to_import() -> None:
    for words in (["--help"], ["scan", "-h"], ["show", "--help"]):
        outcome = run(*words)
        assert outcome.exit_code == 0
        assert max(map(len, outcome.stdout.splitlines())) <= 80
    code = (
        "import sys; from syndetect.cli.program import main; sys.argv[1:] = ['scan', '--help']\n"
        "heavy = {'polars', 'numpy', 'numba', 'rich', 'xxhash', 'datasketch'}\n"
        "try: main()\n"
        "except SystemExit: print(sorted(heavy & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment())
    assert done.stdout.splitlines()[-1] == b"[]"


# What only a process of its own can show.

FAKE = """
import contextlib, sys, time, types
sys.path.insert(0, {tests!r})
from samples.results import result
import dataclasses
def scan(*_, **__):
    {body}
@contextlib.contextmanager
def scanning(*_, **__):
    yield scan()
import syndetect.pipeline.scan
syndetect.pipeline.scan.scanning = scanning
from syndetect.cli import main
main(prog_name="syndetect")
"""
MANY = """many = result().matches.sample(200_000, with_replacement=True, seed=1)
    return dataclasses.replace(result(), matches=many)"""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SRC), "PYTHONWARNINGS": "error"}


def start(body: str, *words: str, **pipes: Any) -> subprocess.Popen[bytes]:
    code = FAKE.format(tests=str(Path(__file__).parents[1]), body=body)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **pipes}
    return subprocess.Popen([sys.executable, "-c", code, *words], env=environment(), **pipes)


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    process = start(MANY, "scan", "corpus", "--format", "jsonl")
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b'{"doc_a":')
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
@pytest.mark.parametrize("words", [[], ["--format", "jsonl"]])
def test_a_full_disk_behind_standard_output(words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start("return result()", "scan", "corpus", *words, stdout=full)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said == b"syndetect: no space left on the disk; free some and try again\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize(
    "body",
    ["sys.stderr.write('ready\\n'); time.sleep(60)", "sys.stderr.write('ready\\n'); sys.stdin.buffer.read()"],
    ids=["working", "reading"],
)
@pytest.mark.parametrize(
    ("name", "code", "word"),
    [("SIGINT", 130, "interrupted"), ("SIGTERM", 143, "terminated"), ("SIGHUP", 129, "terminal closed")],
)
def test_a_scan_that_is_asked_to_end(body: str, name: str, code: int, word: str) -> None:
    heard = signal.signal(getattr(signal, name), signal.SIG_DFL)  # nohup, and a shell's &, have them ignored
    try:
        process = start(body, "scan", "-", stdin=subprocess.PIPE)
    finally:
        signal.signal(getattr(signal, name), heard)
    assert process.stderr is not None
    assert process.stderr.readline() == b"ready\n"
    time.sleep(0.1)
    process.send_signal(getattr(signal, name))
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out, said) == (code, b"", f"syndetect: {word}\n".encode())


def test_an_encoding_that_lacks_characters_is_no_failure() -> None:
    code = FAKE.format(tests=str(Path(__file__).parents[1]), body="return result()")
    done = subprocess.run(
        [sys.executable, "-c", code, "scan", "corpus"],
        env={**environment(), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert b"Morvia Post" in done.stdout


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "syndetect", "scan"], env=environment(), capture_output=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"Usage: syndetect scan [OPTIONS] PATH...\n")


def test_a_write_that_takes_a_part_only_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under PYTHONUNBUFFERED standard output is raw, and may take less than it is given."""

    class Raw(io.RawIOBase):
        taken = b""

        def write(self, data: Any) -> int:
            self.taken += bytes(data[:7])
            return min(7, len(data))

    raw = Raw()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=raw))
    terminal.write([b"a piece of more than seven bytes", b"", b"another one"])
    assert raw.taken == b"a piece of more than seven bytesanother one"


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks into /proc")
@pytest.mark.parametrize("words", ["scan -", "index add held -"])
def test_an_interrupt_ends_a_command_that_waits_for_input(tmp_path: Path, words: str) -> None:
    """Polars sets a handler after which the system would resume the read."""
    Index.create(tmp_path / "held").close()
    command = [sys.executable, "-m", "syndetect", *words.split()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        for _ in range(100):  # until it listens: a signal before that kills Python itself
            time.sleep(0.2)
            if "_polars" in Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8"):
                time.sleep(1)
                break
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b"syndetect: interrupted\n"
