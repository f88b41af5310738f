"""How much of a data set is understood."""

import json
from pathlib import Path

import pytest

from benchmarks.accuracy import understood


def test_shares_of_what_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [
        {"body": "The ferry leaves at nine.", "outlet": "Kesh Daily", "date": "2031-06-02"},
        {"body": "The bridge is shut.", "outlet": "Kesh Daily", "date": "some day"},
        {"body": ""},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    row, notes = understood.measure(str(path))
    assert row == {
        "data": str(path), "records": 3, "articles": 0.667, "source": 1.0, "published": 0.5, "title": 0.0, "url": 0.0
    }  # fmt: skip
    assert [outcome for _, _, outcome in notes.rows] == ["kept undated", "left out"]
    understood.main([str(path), "--json", str(tmp_path / "figures.json")])
    assert "text: body; source: outlet; published: date" in capsys.readouterr().out
