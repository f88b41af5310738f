"""A scan compiles the kernels of its work: of few bytes, of rows, or of lines, as which counts what is not known."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from syndetect.pipeline import scan
from syndetect.reading import sources

TEXT = "The council said on Monday that it would publish the report before the end of the week.\n"


def test_files_below_the_limit_are_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    one, two = (sources.resolve(tmp_path / name) for name in ("one.txt", "two.txt"))
    assert scan._work_of(one, two) == "small"
    monkeypatch.setattr(scan, "_SMALL", 2 * len(TEXT))
    assert scan._work_of(one, None) == "small"
    assert scan._work_of(one, two) == "scan"


def test_packed_files_and_rows_are_not_known_to_be_small(tmp_path: Path) -> None:
    packed = tmp_path / "one.txt.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert scan._work_of(sources.resolve(packed), None) == "scan"
    assert scan._work_of(sources.resolve([{"text": TEXT}]), None) == "scan"


def test_rows_of_tables_have_kernels_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"text": [TEXT]})
    frame.write_csv(tmp_path / "one.csv")
    frame.write_parquet(tmp_path / "one.parquet")
    for source in (tmp_path / "one.csv", tmp_path / "one.parquet"):
        assert scan._work_of(sources.resolve(source), None) == "small"
    assert scan._work_of(sources.resolve([{"text": TEXT}]), frame) == "tables"
    monkeypatch.setattr(scan, "_SMALL", 0)
    for source in (tmp_path / "one.csv", tmp_path / "one.parquet"):
        assert scan._work_of(sources.resolve(source), None) == "tables"
