"""What joining words at line ends does."""

import json
from pathlib import Path

import pytest

from benchmarks.accuracy import hyphens

TEXT = (
    "The ferrymen of the southern harbour considered the well-known proposals of the commissioners, and the "
    "well-known keepers of the beacon remembered an earlier settlement with the ferrymen of the harbour. "
) * 3


@pytest.mark.parametrize("kind", hyphens.KINDS)
@pytest.mark.parametrize("width", [20, 36])
def test_a_wrapped_text_has_the_words_of_the_text(kind: str, width: int) -> None:
    wrapped = hyphens.wrap(f"{TEXT}\n\n{TEXT}", width, kind)
    assert max(len(line.rstrip()) for line in wrapped.text.split("\n")) <= width
    ends = {*wrapped.splits, *wrapped.compounds}
    assert {wrapped.text[at : at + 2] for at in ends} == {"-\n"}
    assert wrapped.text.count("-\n") == len(ends)
    assert bool(wrapped.splits) == (kind == "hyphenated")
    restored = list(wrapped.text)
    for at in wrapped.splits:
        restored[at : at + 2] = ["", ""]
    for at in wrapped.compounds:
        restored[at + 1] = ""
    assert "".join(restored).split() == f"{TEXT}\n\n{TEXT}".split()


def test_shares_are_those_of_the_texts(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text(json.dumps({"text": TEXT}) + "\n")
    hyphens.main([str(path), "--json", str(tmp_path / "figures.json")])
    rows = json.loads((tmp_path / "figures.json").read_text())["hyphens"]
    assert len(rows) == 8
    first, second = rows[:2]
    assert (first["version"], first["joined"], first["kept"]) == (1, 0.0, 1.0)
    assert (second["version"], second["joined"], second["kept"], second["jaccard"]) == (2, 1.0, 1.0, 1.0)
