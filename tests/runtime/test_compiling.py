"""Kernels compiled beforehand: by other processes, into a cache that this one and later ones read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from samples.strategies import INTERPRETED
from syndetect.kernels import calls, jit
from syndetect.runtime import compiling, memory

SMALL = ("documents.find_documents", "lists.fill_directories")


class Recorder:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def stage(self, name: str, total: int | None, unit: str) -> None:
        self.told.append((name, total, unit))

    def advance(self, n: int) -> None:
        self.told.append(n)

    def note(self, text: str) -> None:
        self.told.append(text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, a list of two small kernels, and two cores."""
    small = [call for call in calls.listed() if call.kernel in SMALL]
    monkeypatch.setattr(
        calls, "listed", lambda work=None: [one for one in small if work in (None, *one.works)]
    )
    monkeypatch.setattr(jit, "CACHE_FOLDER", str(tmp_path / "kernels"))
    monkeypatch.setattr(memory, "cores", lambda: 2)
    return tmp_path / "kernels"


def kept(folder: Path) -> set[str]:
    return {path.name.partition("-")[0] for path in folder.glob("*.nbc")}


@pytest.mark.skipif(INTERPRETED, reason="nothing is compiled")
def test_all_that_is_listed_is_compiled_once(folder: Path) -> None:
    told = Recorder()
    assert compiling.fill(None, told) == 2
    assert told.told == [("compiling", 2, "kernels"), 1, 1]
    assert kept(folder) == set(SMALL)
    assert all(jit.is_compiled(work) for work in ("small", "scan", "adding", "asking"))
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.nb*")}
    assert compiling.fill("scan", told) == 1
    assert compiling.fill(None, told) == 2, "all are found"
    assert {path: path.stat().st_mtime_ns for path in folder.glob("*.nb*")} == before


@pytest.mark.skipif(INTERPRETED, reason="nothing is compiled")
def test_a_process_that_fails_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "_WORKER", "import sys; sys.exit(1)")
    told = Recorder()
    with compiling.compiling("adding", told):
        assert kept(folder) == set()
    assert told.told[1:] == [("compiling", 2, "kernels")]
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert compiling.fill(None, told) == 0
    monkeypatch.setattr(sys, "executable", "")
    assert compiling.fill(None, told) == 0


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may write everywhere")
def test_a_cache_that_is_read_only_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o500)
    assert compiling.fill(None, Recorder()) == 0


def test_without_a_cache_nothing_is_compiled_beforehand(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "CACHE_FOLDER", "")
    assert compiling.fill(None, Recorder()) == 0
    assert not folder.exists()


_LOADED = """
import sys
from syndetect.kernels.calls import compile_call, listed
from syndetect.kernels import documents
compile_call(next(call for call in listed() if call.kernel == "documents.find_documents"))
print(documents.__file__, sum(documents.find_documents.stats.cache_hits.values()))
"""


@pytest.mark.skipif(INTERPRETED, reason="nothing is compiled")
def test_the_cache_holds_for_another_environment(tmp_path: Path) -> None:
    """The sources are the same, though they lie elsewhere and were written at another time."""
    source = Path(compiling.__file__).parents[1]
    for copy, hits in (("one", "0"), ("two", "1")):
        package = tmp_path / copy / "syndetect"
        package.mkdir(parents=True)
        for path in ("__init__.py", "errors.py", "settings.py"):
            (package / path).write_bytes((source / path).read_bytes())
        (package / "kernels").mkdir()
        for found in (source / "kernels").glob("*.*"):
            (package / "kernels" / found.name).write_bytes(found.read_bytes())
        code = f"import sys; sys.path[:] = {[str(tmp_path / copy), *sys.path]!r}\n{_LOADED}"
        done = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.split() == [str(package / "kernels" / "documents.py"), hits]
