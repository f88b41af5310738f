"""The benchmark of derivation, on invented corpora."""

import json
from pathlib import Path
from random import Random

import pytest

from benchmarks.accuracy import derivation
from benchmarks.accuracy.pan import KINDS
from benchmarks.corpus.rewriting import Rewriter


def prose(random: Random, words: int) -> str:
    return " ".join("".join(random.choices(("ba", "de", "fi", "ko", "lu", "me"), k=4)) for _ in range(words))


def answers(folder: Path) -> Path:
    """Like the corpus of Clough and Stevenson: near copies, and answers that have nothing of the source."""
    random, rows = Random(1), ["File,Task,Category"]
    folder.mkdir()
    for task in "abcde":
        source = prose(random, 120)
        (folder / f"orig_task{task}.txt").write_text(source, encoding="utf-8")
        for name, category, text in (("g0", "cut", source), ("g1", "non", prose(random, 120))):
            (folder / f"{name}_task{task}.txt").write_text(text, encoding="utf-8")
            rows.append(f"{name}_task{task}.txt,{task},{category}")
    (folder / "file_information.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def passages(folder: Path) -> Path:
    """Like PAN: one pair of each kind, a passage of the source in the midst of other text."""
    random = Random(2)
    for name in ("src", "susp", *KINDS.values()):
        (folder / name).mkdir(parents=True)
    for i, (kind, name) in enumerate(KINDS.items()):
        source, before, after = prose(random, 100), prose(random, 60), prose(random, 60)
        text = f"{before} {source if kind != 'none' else prose(random, 100)} {after}"
        (folder / "src" / f"s{i}.txt").write_text(source, encoding="utf-8")
        (folder / "susp" / f"t{i}.txt").write_text(text, encoding="utf-8")
        (folder / name / "pairs").write_text(f"t{i}.txt s{i}.txt\n", encoding="utf-8")
        known = f'<feature name="plagiarism" this_offset="{len(before) + 1}" this_length="{len(source)}"'
        known += f' source_reference="s{i}.txt" source_offset="0" source_length="{len(source)}"/>'
        whole = f'<document reference="t{i}.txt">{known if kind != "none" else ""}</document>'
        (folder / name / f"t{i}-s{i}.xml").write_text(whole, encoding="utf-8")
    return folder


def test_the_benchmark_tells_copies_halves_and_strangers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--clough", str(answers(tmp_path / "answers")), "--pan", str(passages(tmp_path / "pan"))]
    derivation.main([*folders, "--threads", "1"])
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    found = {row[0]: row[1:] for row in ([cell.strip() for cell in line if cell] for line in lines) if row}
    assert found["answer, non"][:5] == ["non", "5", "5", "0", "0"]
    assert found["answer, cut"][:5] == ["wholly", "5", "0", "0", "5"]
    assert found["answer, half cut"][:5] == ["partially", "10", "0", "10", "0"]
    assert found["random, passage"][:5] == ["wholly", "1", "0", "0", "1"]
    assert found["random, half"][:5] == ["partially", "1", "0", "1", "0"]
    assert found["the rule, as it is"][0] == "1.0000" or float(found["the rule, as it is"][0]) == 1


def news(path: Path) -> Path:
    """Two reports of each event, by two outlets, with phrases in common that are too short for a match."""
    random, lines = Random(3), []
    for event in range(20):
        phrases = [prose(random, 4) for _ in range(12)]
        for source in ("Post", "Daily"):
            sentences = [f"{prose(random, 9)} {phrase}, {prose(random, 4)}." for phrase in phrases]
            article = {"id": f"{event} {source}", "source": source, "text": "\n\n".join(sentences)}
            lines.append(json.dumps({**article, "published": f"2031-{event // 2 + 1:02}-02"}))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_rewriting_is_planted_in_news(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    derivation.main(["--news", str(news(tmp_path / "news.jsonl")), "--threads", "1", "--fit"])
    printed = capsys.readouterr().out
    found = {line.split("  ")[0]: line.split()[-6:] for line in printed.splitlines() if line}
    for words in (60, 120):
        assert found[f"rewritten, {words} words"][0] == "15"
        assert int(found[f"rewritten, {words} words"][3]) > 7  # wholly
        assert int(found[f"half rewritten, {words} words"][2]) > 10  # partially
        assert int(found[f"independent, {words} words"][1]) > 10  # not at all
    assert found["rewritten, two sources"][0] == "20"
    assert int(found["rewritten, two sources"][3]) > 10
    assert int(found["linked articles"][1]) == 40
    assert "fitted:   Rule(" in printed


def test_copy_is_condensed_in_other_words() -> None:
    random = Random(1)
    texts = [" ".join(f"{prose(random, 6)}, Kesh {number} {prose(random, 6)}." for number in range(40))]
    rewriter = Rewriter([prose(random, 400)], random)
    short = rewriter.condensed(texts[0], 60, 0.5)
    assert 40 < len(short.split()) < 90
    kept = set(short.replace(".", "").replace(",", "").split())
    assert "Kesh" in kept
    assert len(kept & set(texts[0].split())) < 0.8 * len(kept)
    assert set(rewriter.condensed(texts[0], 60, 0).split()) - {*kept}


def test_the_benchmark_wants_a_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        derivation.main([])
    assert "name a corpus" in capsys.readouterr().err
