"""What a terminal of some size shows, with and without colours, and what a pipe gets."""

import os
import re
import shutil
import struct
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from samples.command import run
from samples.results import result, with_shares
from syndetect.cli import terminal
from syndetect.pipeline import scan as pipeline
from syndetect.report import article_view, passage_view, use_lines

SRC = Path(__file__).parents[2] / "src"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
SCAN = f"""
import contextlib, sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from samples.results import with_shares
import syndetect.pipeline.scan
@contextlib.contextmanager
def scanning(*_, **__):
    yield with_shares(skipped=2)
syndetect.pipeline.scan.scanning = scanning
from syndetect.cli import main
main(prog_name="syndetect")
"""


def environment(**more: str) -> dict[str, str]:
    unset = {"COLUMNS", "LINES", "NO_COLOR", "TERM"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, "PYTHONPATH": str(SRC), "TERM": "xterm-256color", **more}


def on_terminal(width: int, lines: int, *words: str, **more: str) -> tuple[str, int]:
    """What a command writes to a terminal of a size, and its exit status."""
    import fcntl  # noqa: PLC0415  (there is none on Windows)
    import termios  # noqa: PLC0415

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, width, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", SCAN, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**more)
    ) as process:  # fmt: skip
        os.close(theirs)
        written = b""
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # on Linux the end of what a terminal gets
                break
            if not piece:
                break
            written += piece
    os.close(ours)
    return written.decode().replace("\r\n", "\n"), process.returncode


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_first_screen_answers_without_scrolling() -> None:
    shown, status = on_terminal(80, 24, "scan", "corpus")
    assert status == 0
    assert shown.count("\n") < 24
    text = ANSI.sub("", shown)
    assert "copy of        carried  own feed  words carried by " in text
    assert "\nNorthwire           97       212  Kesh Daily 61, Morvia Post 36" in text
    assert "unreadable: kesh/1.txt: not text" in text
    assert "\x1b[1m" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colours_where_none_are_wanted(name: str, value: str) -> None:
    shown, status = on_terminal(40, 24, "scan", "corpus", "-q", **{name: value})
    assert status == 0
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 40
    assert "1 Northwire wire, 3 outlets, 25 words\n" in shown


@pytest.mark.parametrize(
    ("variables", "columns", "expected"),
    [
        ({"TERM": "xterm"}, 80, (80, True)),
        ({"TERM": "xterm", "NO_COLOR": ""}, 80, (80, True)),  # no-color.org: set, and not empty
        ({"TERM": "xterm", "NO_COLOR": "0"}, 200, (200, False)),
        ({"TERM": "dumb"}, 40, (40, False)),
        ({"TERM": "xterm"}, 20, (40, True)),
    ],
)
def test_the_screen(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], columns: int, expected: tuple[int, bool]
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((columns, 24)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: True))
    assert terminal.screen() == expected
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: False))
    assert terminal.screen() == (80, False)


def test_show_takes_an_article(tmp_path: Path) -> None:
    one = with_shares()
    one.write(tmp_path / "out")
    tables = (one.documents, one.passages, one.clusters)
    outcome = run("show", tmp_path / "out", "morvia/a.txt")
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert outcome.stdout == article_view.article(*tables, "morvia/a.txt")
    absent = run("show", tmp_path / "out", "morvia")
    assert absent.exit_code == 1
    assert absent.stderr == "syndetect: there is no article morvia: ids with this in them: morvia/a.txt\n"
    assert run("show", tmp_path / "out", "1", "--article").exit_code == 1


def test_show_says_that_a_number_is_an_article_as_well(tmp_path: Path) -> None:
    one = result()
    ids = pl.col("doc_id").replace("kesh/b.txt", "2")
    for name in ("documents", "passages"):
        object.__setattr__(one, name, getattr(one, name).with_columns(ids))
    one.write(tmp_path / "out")
    tables = (one.documents, one.passages, one.clusters)
    outcome = run("show", tmp_path / "out", "2")
    assert outcome.stdout == passage_view.passage(*tables, 2)
    assert outcome.stderr == "2 is the id of an article as well: --article shows it\n"
    as_article = run("show", tmp_path / "out", "2", "--article")
    assert (as_article.stdout, as_article.stderr) == (article_view.article(*tables, "2"), "")


@pytest.mark.parametrize("name", ["1", "morvia/a.txt"])
def test_show_plain(tmp_path: Path, name: str) -> None:
    one = with_shares()
    one.write(tmp_path / "out")
    outcome = run("show", tmp_path / "out", name, "--plain")
    shown = int(name) if name.isdigit() else name
    assert outcome.stdout == use_lines.use_lines(one.documents, one.passages, one.clusters, shown)
    assert {line.count("\t") for line in outcome.stdout.splitlines()} == {len(use_lines.FIELDS) - 1}
    help_page = " ".join(run("show", "--help").stdout.split())
    assert ", ".join(use_lines.FIELDS) in help_page


def test_show_to_a_closed_pipe(tmp_path: Path) -> None:
    with_shares().write(tmp_path / "out")
    command = [sys.executable, "-m", "syndetect", "show", str(tmp_path / "out"), "1"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, env=environment(), check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_totals_of_a_written_result_say_what_each_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pipeline, "scanning", lambda _: nullcontext(with_shares()))
    assert run("scan", "corpus", "-o", tmp_path / "out").stderr.splitlines() == [
        "4 articles, 6 reused passages; 1.0 s, 4.8 MB/s",
        "13.3 % of the words are reused: another article has them as well",
        "39.0 % are agency copy; credited articles count whole, reused or not",
        f"result in {tmp_path / 'out'}",
    ]
