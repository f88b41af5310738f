"""A folder of MinHashLSH that says what cannot be, under right checksums, is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samples.lies import Change, put, rewrite
from samples.manifests import reseal
from syndetect import MinHashLSH, StoredIndexError

TEXTS = [f"a text of some words and of the number {number}" for number in range(9)]
SHAPE: dict[str, Any] = {"num_perm": 16, "params": (4, 4)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with MinHashLSH(**SHAPE, path=tmp_path / "x") as lsh:
        for number, text in enumerate(TEXTS):
            lsh.insert((f"k{number}", 100 + number, b"k%d" % number)[number % 3], text)
    return tmp_path / "x"


def use(folder: Path) -> None:
    with MinHashLSH(**SHAPE, path=folder, mode="r") as lsh:
        for text in TEXTS:
            lsh.query(text)
        MinHashLSH(**SHAPE).merge(lsh)


LIES: dict[str, dict[str, Change]] = {
    "a key is of no kind": {"kind": put(3, at=0)},
    "a number is not written as one": {"text": lambda array: np.where(array == ord("1"), ord("0"), array)},
    "a string is no text": {"text": put(255, at=0)},
    "keys are out of order": {"text.bounds": put(9, 2, at=2)},
    "a key is behind all": {"text.bounds": put(1 << 40, at=2)},
    "a row is not there": {"lists": lambda array: array | np.uint64(16)},
    "a row stands twice": {"lists": lambda array: array & ~np.uint64(1)},
    "a list lacks a row": {"lists.bounds": put(8, at=1)},
    "checks are of other bands": {"checks": lambda array: array[:, 1:]},
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_what_cannot_be_is_refused(name: str, folder: Path) -> None:
    use(folder)
    rewrite(folder, LIES[name])
    with pytest.raises(StoredIndexError, match="damaged"):
        use(folder)


@pytest.mark.parametrize(
    "facts",
    [
        {"keys": 3},
        {"keys": -1},
        {"keys": "9"},
        {"keys": 10, "has_repeats": True},
        {"keys": 9, "has_repeats": 1},
        {},
    ],
)
def test_other_counts_of_keys_are_refused(facts: dict[str, Any], folder: Path) -> None:
    reseal(folder, facts=facts)
    with pytest.raises(StoredIndexError, match="damaged"):
        use(folder)


@pytest.mark.parametrize("head", [{}, {"params": "no"}, {"num_perm": None}, {"params": [[[4]]]}])
def test_parameters_that_are_none_are_refused(head: dict[str, Any], folder: Path) -> None:
    known = json.loads((folder / "manifest.json").read_bytes())["head"]
    reseal(folder, head=head and known | head)
    with pytest.raises(StoredIndexError, match="damaged"):
        use(folder)
