"""The comparison of indexes: figures of all tools, and an alarm where syndetect finds other keys than datasketch."""

import json
from pathlib import Path

import pytest

from benchmarks.corpus.maker import Options, make
from benchmarks.speed import lsh


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "corpus.jsonl"
    make(path, Options(600_000))
    return path


class TestLsh:
    @pytest.mark.needs("rensa")
    def test_figures(
        self,
        corpus: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(lsh, "_in_own_process", lambda *_: 1000.0)
        lsh.main([str(corpus), "--articles", "40", "--rounds", "1", "--out", str(tmp_path / "figures.json")])
        figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
        assert figures["equal to datasketch"] is True
        rows = {row["tool"]: row for row in figures["rows"]}
        assert [*rows] == [*lsh.TOOLS]
        assert rows["syndetect"]["recall"] == rows["datasketch"]["recall"] > 0.3
        assert rows["syndetect"]["inserts/s"] > rows["datasketch"]["inserts/s"]
        assert rows["datasketch"]["inserts, x datasketch"] == 1
        table = capsys.readouterr().out
        assert all(tool in table for tool in rows)

    def test_other_keys_are_noticed(self) -> None:
        found: dict[str, list[list[int]]] = {
            "datasketch": [[0, 1], [1]],
            "syndetect": [[1, 0], [1]],
            "rensa": [[], []],
        }
        assert lsh.is_same(found)
        assert not lsh.is_same(found | {"syndetect, one by one": [[1, 0], []]})

    def test_a_process_of_its_own_counts_bytes(self, corpus: Path) -> None:
        assert 300 < lsh._in_own_process("syndetect", corpus, 40) < 30_000
