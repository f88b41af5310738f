"""The command, and the script for spark-submit: what they write, and what they say where something is missing."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import syndetect
from syndetect.cli import main
from syndetect.results.result import Result
from syndetect.schema import TABLES

_SPARK = [
    pytest.mark.needs("pyspark", "pandas", "pyarrow"),
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


class _Session:
    """The session of all tests, which a command does not end."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def stop(self) -> None:
        pass


@pytest.mark.parametrize("library", ["pyspark", "pandas", "pyarrow"])
def test_what_is_not_installed_is_named(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    done = CliRunner().invoke(main, ["spark-scan", "news.jsonl", "-o", "out"])
    assert done.exit_code == 1
    assert "to scan in Spark, pip install 'syndetect[spark]'" in done.output
    assert done.output.count("\n") == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
class TestCommand:
    pytestmark = _SPARK

    def test_an_article_without_a_partner_gives_empty_tables(
        self,
        session: Any,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """And spark-submit, asked for the same, makes no stage again."""
        from syndetect.spark import submit  # noqa: PLC0415

        command = import_module("syndetect.cli.spark_scan")
        monkeypatch.setattr(command, "_session", lambda *_: _Session(session))
        news, out = tmp_path / "news.jsonl", tmp_path / "out"
        row = {"id": "one", "text": "A few words.", "source": "Post", "published": "2024-01-02"}
        news.write_text(json.dumps(row) + "\n", encoding="utf-8")
        done = CliRunner().invoke(main, ["spark-scan", str(news), "-o", str(out), "--window", "14d"])
        assert done.exit_code == 0, done.output
        assert "read: " in done.output
        assert f"1 articles, 0 matches, 0 passages in {out}" in done.output
        local, found = syndetect.scan([row], syndetect.Settings(window_days=14)), Result.read(out)
        for name in TABLES:
            assert getattr(found, name).equals(getattr(local, name)), name
        before = {path: path.stat().st_mtime_ns for path in (out / "stages").rglob("part-*")}
        monkeypatch.setattr(sys, "argv", ["submit.py", str(news), str(out), "--set", "window_days=14"])
        submit.main()
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["documents"] == 1
        assert {path: path.stat().st_mtime_ns for path in (out / "stages").rglob("part-*")} == before
