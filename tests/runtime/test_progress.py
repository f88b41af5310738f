"""Progress: silent where nobody looks, bars on a terminal."""

import io
import sys

import pytest

from syndetect.cli.progress import TerminalProgress, on_stderr
from syndetect.runtime.progress import Silent, quantity


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(*, quiet: bool = False) -> None:
    with on_stderr(quiet=quiet) as progress:
        progress.note("Compiling [kernels]")
        progress.stage("reading", 3_000_000, "bytes")
        progress.advance(1_000_000)
        progress.advance(2_000_000)
        progress.stage("alignment", None, "pairs")
        progress.advance(1_234)


def test_silent_when_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("because", ["quiet", "dumb", "closed"])
def test_silent_also_when(monkeypatch: pytest.MonkeyPatch, because: str) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "dumb" if because == "dumb" else "xterm")
    monkeypatch.setattr(sys, "stderr", None if because == "closed" else terminal)
    with on_stderr(quiet=because == "quiet") as progress:
        assert isinstance(progress, Silent)
    assert terminal.getvalue() == ""


def test_bars_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stderr", terminal)
    with on_stderr() as progress:
        assert isinstance(progress, TerminalProgress)
    run()
    shown = terminal.getvalue()
    expected = [
        "Compiling [kernels]\n",
        "reading",
        "3.0 MB",
        "B/s",
        "alignment",
        "1,234 pairs",
        "pairs/s",
    ]
    for piece in expected:
        assert piece in shown, piece
    assert shown.endswith("\x1b[2K")  # the bars are wiped


@pytest.mark.parametrize(
    ("count", "unit", "expected"),
    [
        (0, "bytes", "0 bytes"), (999, "bytes", "999 bytes"), (28_640_000, "bytes", "28.6 MB"),
        (1_500, "bytes", "1.5 kB"), (3.21e9, "bytes", "3.2 GB"), (4623, "articles", "4,623 articles"),
    ],
)  # fmt: skip
def test_quantities(count: float, unit: str, expected: str) -> None:
    assert quantity(count, unit) == expected
