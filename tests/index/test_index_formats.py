"""Indexes of every released format open, and answer as they did (``tests/samples/make_index.py`` wrote them)."""

import json
import shutil
from pathlib import Path

import pytest

from samples.make_index import tables
from syndetect import Index

DATA = Path(__file__).parents[1] / "data"
VERSIONS = sorted(path.stem for path in DATA.glob("index-*.json"))


def test_there_is_one_of_this_version() -> None:
    assert "index-1" in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_an_index_of_every_format_opens_and_answers(version: str, tmp_path: Path) -> None:
    expected = json.loads((DATA / f"{version}.json").read_text(encoding="utf-8"))
    shutil.copytree(DATA / version, tmp_path / version)
    with Index.open(tmp_path / version, mode="r") as index:
        assert index.verify() > 0
        assert len(index) == len(expected["ids"])
        for name in expected["ids"]:
            assert index.get(name)["text"] == expected["articles"][name]  # type: ignore[index]
    with Index.open(tmp_path / version) as index:
        for compacted in (False, True):
            for one in expected["answers"]:
                asked = {name: value for name, value in one["asked"].items() if value}
                answer = json.loads(json.dumps(tables(index.query(asked))))
                assert answer == {name: one[name] for name in answer}, compacted
            index.add([{"id": "later", "text": "words of a later version of all this"}], existing="skip")
            index.compact()
        assert "later" in index
