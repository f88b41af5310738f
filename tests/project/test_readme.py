"""README.md is true: its examples give the output that stands below them, its tables are those of the code.

``python tests/project/test_readme.py`` (or ``make readme``) writes the output that they give now into README.md.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from syndetect.cli.program import main
from syndetect.schema import TABLES

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PACE = re.compile(r"; [\d,.]+ s(, [\d,.]+ \w+/s)?$", re.MULTILINE)


def blocks() -> list[tuple[str, str]]:
    """The language and the text of every example, in order."""
    return [(found[1], found[2]) for found in _BLOCK.finditer(README.read_text(encoding="utf-8"))]


def renewed(place: Path, examples: list[tuple[str, str]]) -> list[str]:
    """Examples with the output that they give; they run in order in ``place``, which has the seeds."""
    shutil.copytree(ROOT / "seeds", place / "seeds")
    command = place / "bin" / "syndetect"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m syndetect "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    names: dict[str, Any] = {}
    return [
        _console(text, place) if language == "console" else _python(text, place, names)
        for language, text in examples
    ]


def _console(text: str, place: Path) -> str:
    """Each line that begins with ``$`` as a person would type it, and what the terminal then shows."""
    shown = []
    for line in text.splitlines():
        if line.startswith("$ "):
            is_plain = line.startswith("$ syndetect ") and not {*"|<>;&*$"} & {*line[1:]}
            printed, status = _called(line[2:], place) if is_plain else _typed(line[2:], place)
            ending = f"(exit status {status})\n" if status else ""
            shown.append(f"{line}\n{printed}{ending}")
    return "".join(shown)


def _called(line: str, place: Path) -> tuple[str, int]:
    """What a command alone shows, and its exit status; called here, where all kernels are at hand."""
    with contextlib.chdir(place):
        outcome = CliRunner().invoke(main, shlex.split(line)[1:], prog_name="syndetect")
    return outcome.output, outcome.exit_code


def _typed(line: str, place: Path) -> tuple[str, int]:
    """What a line shows in a shell, and its exit status."""
    environment = {
        **os.environ,
        "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=place,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.stdout.decode(), done.returncode


def _python(text: str, place: Path, names: dict[str, Any]) -> str:
    """Each statement after ``>>>``, and what Python then prints."""
    shown = []
    for example in doctest.DocTestParser().get_examples(text):
        with contextlib.chdir(place), contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(example.source, README.name, "single"), names)
        prompted = example.source.rstrip("\n").replace("\n", "\n... ")
        shown.append(f">>> {prompted}\n{printed.getvalue()}")
    return "".join(shown)


def _comparable(text: str) -> list[str]:
    """Lines without what differs from run to run: how long it took."""
    return [line.rstrip() for line in _PACE.sub("(time)", text).splitlines()]


@pytest.mark.skipif(sys.platform == "win32", reason="the examples are for a POSIX shell")
@pytest.mark.parametrize("is_of_index", [False, True])
def test_examples_give_the_output_below_them(is_of_index: bool, tmp_path: Path) -> None:
    """In two parts, since those that use an index from the command line need no file of the others."""
    examples = [(language, text) for language, text in blocks() if ("news.idx" in text) == is_of_index]
    assert examples
    for (_, text), now in zip(examples, renewed(tmp_path, examples), strict=True):
        assert _comparable(text) == _comparable(now)


def test_tables_have_the_columns_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| `([\w, ]+)` \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: columns.split(", ") for name, columns in rows} == {
        name: list(schema) for name, schema in TABLES.items()
    }


@pytest.mark.parametrize("end", ["syndetect scan seeds/", "-m pytest"])
def test_a_fresh_machine_needs_one_line(end: str) -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    (command,) = [line for line in lines if line.startswith("python3 -m venv ") and line.endswith(end)]
    assert " -c constraints.txt " in command


def _rewrite() -> None:
    """Put the output of now below the examples; lines that tell another time only are left alone."""
    with tempfile.TemporaryDirectory() as place:
        now = iter(renewed(Path(place), blocks()))

    def replaced(found: re.Match[str]) -> str:
        text = next(now)
        return found[0] if _comparable(found[2]) == _comparable(text) else f"```{found[1]}\n{text}```"

    README.write_text(_BLOCK.sub(replaced, README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    _rewrite()
