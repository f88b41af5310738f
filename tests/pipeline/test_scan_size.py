"""A scan of few bytes compiles the kernels of a small one; what cannot be known beforehand counts as large."""

import gzip
from pathlib import Path

import pytest

from syndetect.pipeline import scan
from syndetect.reading import sources

TEXT = "The council said on Monday that it would publish the report before the end of the week.\n"


def test_files_below_the_limit_are_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    one, two = (sources.resolve(tmp_path / name) for name in ("one.txt", "two.txt"))
    assert scan._is_small(one, two)
    monkeypatch.setattr(scan, "_SMALL", 2 * len(TEXT))
    assert scan._is_small(one, None)
    assert not scan._is_small(one, two)


def test_packed_files_and_rows_are_not_known_to_be_small(tmp_path: Path) -> None:
    packed = tmp_path / "one.txt.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert not scan._is_small(sources.resolve(packed), None)
    assert not scan._is_small(sources.resolve([{"text": TEXT}]), None)
