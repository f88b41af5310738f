"""Addresses on the command line: as inputs and outputs, and refused where only this machine will do."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samples.command import run
from samples.reading import as_jsonl
from samples.store import empty_store, objects, put
from syndetect import Index, MinHashLSH, Result, StoredIndexError, scan

FERRY = "Ferries to the islands will stop at noon on Sunday, the harbour office of Lindrow said on Friday."
LINES = as_jsonl({"id": name, "text": f"{name}. {FERRY}"} for name in "ab")


@pytest.fixture
def store() -> Iterator[Any]:
    with empty_store() as found:
        put(found, {"in/a.jsonl": LINES})
        yield found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with articles."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_bytes(LINES)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("dedup", "in.jsonl", "-o", "s3://bucket/kept.jsonl"),
        ("dedup", ".", "-o", "gs://bucket/kept"),
        ("scan", "in.jsonl", "-o", "s3://bucket/result"),
        ("scan", "in.jsonl", "-o", "S3:/bucket/result", "--force"),
        ("scan", "https://host.example/in.jsonl"),
        ("scan", "in.jsonl", "--reference", "s3://bucket/texts"),
        ("index", "build", "new.idx", "hf://datasets/lindrow/ferries"),
        ("show", "s3://bucket/result", "1"),
    ],
)
def test_case_14_without_the_extra_an_address_is_refused_by_its_name(
    words: tuple[str, ...], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address as output is no local folder."""
    monkeypatch.setitem(sys.modules, "fsspec", None)
    outcome = run(*words)
    assert outcome.exit_code == 1
    assert "pip install 'syndetect[remote]'" in outcome.output
    assert outcome.output.count("\n") == 1
    assert [path.name for path in here.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("index", "build", "s3://bucket/new.idx", "in.jsonl"), "an index must be on this machine"),
        (("index", "add", "s3://bucket/new.idx", "in.jsonl"), "an index must be on this machine"),
        (("index", "info", "s3:/bucket/new.idx"), "an index must be on this machine"),
        (
            ("scan", "in.jsonl", "--scratch", "s3://bucket/scratch"),
            "a scratch folder must be on this machine",
        ),
        (("scratch", "memory://out"), "a scratch folder must be on this machine"),
        (("scan", "in.jsonl", "--owners", "s3://bucket/owners.csv"), "this list must be on this machine"),
        (("evaluate", "result", "s3://bucket/truth.csv"), "the truth must be on this machine"),
    ],
)
def test_case_14_what_must_be_local(words: tuple[str, ...], told: str, here: Path) -> None:
    outcome = run(*words)
    assert outcome.exit_code == 1
    assert told in outcome.output
    assert outcome.output.count("\n") == 1
    assert [path.name for path in here.iterdir()] == ["in.jsonl"]


def test_case_14_in_python(here: Path) -> None:
    for make in (Index.create, Index.open, lambda path: MinHashLSH(path=path)):
        with pytest.raises(StoredIndexError, match=r"^s3://bucket/x: an index must be on this machine"):
            make("s3://bucket/x")
    with pytest.raises(StoredIndexError):
        Index.create(Path("s3://bucket/x"))
    assert [path.name for path in here.iterdir()] == ["in.jsonl"]


def test_a_scan_from_an_address_to_an_address(store: Any, here: Path) -> None:
    outcome = run("scan", "memory://in", "-o", "memory://out/result")
    assert outcome.exit_code == 0
    assert "result in memory://out/result" in outcome.output
    assert Result.read("memory://out/result").passages.equals(scan("memory://in").passages)
    assert [path.name for path in here.iterdir()] == ["in.jsonl"]
    again = run("scan", "memory://in", "-o", "memory://out/result")
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    assert run("show", "memory://out/result", 1).output == run("show", "memory:/out/result/", 1).output != ""
    assert ".result.partial" not in objects(store, "out")


def test_a_scan_to_an_address_goes_on_from_its_scratch_folder(store: Any, here: Path) -> None:  # noqa: ARG001
    refused = run("scan", "in.jsonl", "-o", "memory://out/result", "--resume")
    assert (
        refused.exit_code,
        "--resume needs --scratch FOLDER with an address as DIR" in refused.output,
    ) == (2, True)
    words = ("scan", "memory://in", "-o", "memory://out/result", "--resume", "--scratch", "scratch")
    assert run(*words).exit_code == 0
    again = run(*words)
    assert (again.exit_code, again.output) == (0, "memory://out/result is complete already\n")
    assert not (here / "scratch").exists()


def test_dedup_from_an_address_to_an_address(store: Any, here: Path) -> None:  # noqa: ARG001
    outcome = run("dedup", "memory://in", "-o", "memory://out/kept")
    assert outcome.exit_code == 0
    assert "1 kept in memory://out/kept" in outcome.output
    assert objects(store, "out").keys() == {"kept/a.jsonl", "kept.removed.jsonl"}


def test_an_index_takes_articles_from_an_address(store: Any, here: Path) -> None:  # noqa: ARG001
    assert run("index", "build", "new.idx", "memory://in").exit_code == 0
    outcome = run("index", "query", "new.idx", "memory://in/a.jsonl", "-o", "memory://out/answers")
    assert outcome.exit_code == 0
    assert objects(store, "out/answers").keys() >= {"manifest.json", "matches.parquet"}


def test_a_file_address_is_a_path(here: Path) -> None:
    assert run("scan", here.joinpath("in.jsonl").as_uri(), "-o", here.joinpath("a b").as_uri()).exit_code == 0
    assert (here / "a b" / "manifest.json").exists()
    assert not (here / "file:").exists()
