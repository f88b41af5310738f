"""``syndetect warm``: what it says, and what it refuses."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from syndetect.cli import main
from syndetect.kernels import calls, jit
from syndetect.runtime import compiling


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(jit, "IS_INTERPRETED", False)
    monkeypatch.setattr(jit, "CACHE_FOLDER", str(tmp_path))
    monkeypatch.setattr(compiling, "fill", lambda *_: len(calls.listed()))
    return tmp_path


def test_it_says_where_kernels_are_kept(folder: Path) -> None:
    done = CliRunner().invoke(main, ["warm"])
    first, second = done.stdout.splitlines()
    assert first.startswith(f"{len(calls.listed())} kernels compiled or found in ")
    assert second == f"kept in {folder}"
    assert done.exit_code == 0
    assert CliRunner().invoke(main, ["warm", "-q"]).output == ""


def test_what_cannot_be_kept_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "fill", lambda *_: 3)
    done = CliRunner().invoke(main, ["warm"])
    assert done.exit_code == 1
    assert f"3 kernels of {len(calls.listed())}" in done.output
    assert str(folder) in done.output
    monkeypatch.setattr(jit, "CACHE_FOLDER", "")
    assert "set NUMBA_CACHE_DIR" in CliRunner().invoke(main, ["warm"]).output
    monkeypatch.setattr(jit, "IS_INTERPRETED", True)
    assert "NUMBA_DISABLE_JIT" in CliRunner().invoke(main, ["warm"]).output
