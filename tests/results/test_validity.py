"""A result that says what cannot be is refused, and files outside of its folder are left alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from samples.results import result
from syndetect import Result, ResultError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    result().write(tmp_path / "out")
    Result.read(tmp_path / "out")
    return tmp_path / "out"


def value(table: str, column: str, other: Any) -> Callable[[Result], Result]:
    """A result whose table has another value in its first row."""

    def change(whole: Result) -> Result:
        frame: pl.DataFrame = getattr(whole, table)
        values = [other, *frame[column][1:].to_list()]
        changed: dict[str, Any] = {table: frame.with_columns(pl.Series(column, values, frame.schema[column]))}
        return replace(whole, **changed)

    return change


LIES: dict[str, Callable[[Result], Result]] = {
    "a range begins before the text": value("matches", "begin_a", -5),
    "a range ends before it begins": value("pairs", "end_b", 3),
    "a text is longer than its range": value("passages", "text", "x" * 999),
    "a passage has no document": value("passages", "doc_id", None),
    "a share is more than the whole": value("matches", "identity", 1.5),
    "a share is no number": value("documents", "reused_share", float("nan")),
    "a share of agency copy is more than the whole": value("documents", "agency_share", 1.5),
    "a share of copies is negative": value("documents", "copied_share", -0.5),
    "a share of own words is too large": value("documents", "own_share", 2.0),
    "a derivation is none": value("documents", "derivation", "hardly"),
    "a number of words is negative": value("documents", "words", -1),
    "a cluster is of no passage": value("clusters", "passage_id", 77),
    "an edge is of no passage": value("edges", "passage_id", 77),
    "there are fewer documents": lambda whole: replace(whole, documents=whole.documents[1:]),
}


@pytest.mark.parametrize("name", LIES)
@pytest.mark.parametrize("format", ["parquet", "csv", "jsonl"])
def test_what_cannot_be_is_refused(name: str, format: str, tmp_path: Path) -> None:  # noqa: A002
    LIES[name](result()).write(tmp_path / "out", format=format)
    with pytest.raises(ResultError, match="scan again"):
        Result.read(tmp_path / "out")


@pytest.mark.parametrize(
    "files",
    [None, [], "x", {}, {"../passages.parquet": 9}, {"/passages.parquet": 9}, {"passages.parquet": "9"}],
)
def test_a_manifest_names_files_of_its_folder(files: Any, folder: Path) -> None:
    (folder.parent / "passages.parquet").write_bytes(b"precious")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"files": files}))
    with pytest.raises(ResultError):
        Result.read(folder)


def test_a_deep_manifest_is_refused(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"program": ' + "[" * 100_000)
    with pytest.raises(ResultError, match="not a result"):
        Result.read(folder)


def test_a_link_is_refused(folder: Path) -> None:
    (folder / "passages.parquet").rename(folder.parent / "elsewhere")
    (folder / "passages.parquet").symlink_to(folder.parent / "elsewhere")
    with pytest.raises(ResultError, match="not as it was written"):
        Result.read(folder)


def test_more_rows_than_the_memory_holds_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndetect.results.frames.free_memory", lambda: 100)
    with pytest.raises(ResultError, match="more than the memory holds"):
        Result.read(folder)
