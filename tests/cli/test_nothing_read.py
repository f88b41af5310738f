"""Where nothing was read, a command fails and says how texts are found; what columns were taken is told."""

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

import syndetect
from syndetect.cli import main
from syndetect.errors import InputError

FERRIES = "Ferries to the old harbour will stop at noon on Friday because a storm is near, the office said."


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.fixture
def commands(tmp_path: Path) -> list[list[str | Path]]:
    syndetect.Index.create(tmp_path / "old.idx").close()
    return [
        ["scan"],
        ["scan", "-o", tmp_path / "result"],
        ["index", "build", tmp_path / "new.idx"],
        ["index", "add", tmp_path / "old.idx"],
        ["index", "query", tmp_path / "old.idx"],
        ["dedup", "-o", tmp_path / "kept"],
    ]


def fails_everywhere(commands: list[list[str | Path]], given: Path) -> set[str]:
    """The messages of all commands, which fail and leave nothing behind."""
    there = set(given.parent.iterdir())
    told = set()
    for command in commands:
        outcome = run(*command[:2], *command[2:], given) if command[0] == "index" else run(*command, given)
        assert (outcome.exit_code, outcome.stdout) == (1, "")
        told.add(outcome.stderr.splitlines()[-1])
        assert set(given.parent.iterdir()) == there
    return told


def test_case_15_a_table_without_texts_names_the_option_and_the_columns(
    commands: list[list[str | Path]], tmp_path: Path
) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "a.csv").write_text(f"id;Wortlaut\n1;{FERRIES}\n")
    (told,) = fails_everywhere(commands, folder)
    assert told.startswith("syndetect: nothing could be read (")
    assert "no column of text, only id, Wortlaut" in told
    assert "--text-column" in told
    outcome = run("scan", folder, "--text-column", "wort laut")
    assert outcome.exit_code == 0
    assert "columns: id; text from Wortlaut; none for source" in outcome.stderr


def test_sibling_of_case_15_objects_without_texts(commands: list[list[str | Path]], tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.jsonl").write_text('{"key": 1, "wording": "one two"}\n{"words": "three"}\n')
    (told,) = fails_everywhere(commands, tmp_path / "given")
    assert "no text): name the column of the texts with --text-column" in told
    assert told.endswith("; there are key, wording, words")


def test_sibling_of_case_15_files_without_anything(commands: list[list[str | Path]], tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.txt").write_text(" \n")
    (told,) = fails_everywhere(commands, tmp_path / "given")
    assert told.endswith("a.txt: no text, only white space)")


def test_sibling_of_case_15_a_reference_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FERRIES)
    (tmp_path / "b.jsonl").write_text('{"wording": "one"}\n')
    outcome = run("scan", tmp_path / "a.txt", "--reference", tmp_path / "b.jsonl")
    assert outcome.exit_code == 1
    assert "b.jsonl:1: no text): name the column" in outcome.stderr


def test_what_is_empty_in_memory_is_no_error(tmp_path: Path) -> None:
    with syndetect.Index.create(tmp_path / "i.idx") as index:
        assert index.add([]).documents == 0
        assert index.add([{"id": "a", "text": " "}]).skipped.height == 1
        assert index.query_many([]).documents.height == 0
        with pytest.raises(InputError, match=r"--text-column .in Python: columns.; there are id, wording"):
            index.add([{"id": "a", "wording": "one"}])
    assert syndetect.scan(iter(())).documents.height == 0
    with pytest.raises(InputError, match="the frame has no column of text, only wording"):
        syndetect.scan(pl.DataFrame({"wording": ["one"]}))


def test_the_columns_that_were_taken_are_told_once_and_not_of_texts(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"body": "{FERRIES}", "link": "https://gazette.example/1"}}\n')
    (tmp_path / "b.txt").write_text(FERRIES)
    line = "columns: text from body; source from link (its host); url from link; none for id, published, title, author"
    for command in (
        ["scan"],
        ["index", "build", tmp_path / "i.idx"],
        ["dedup", "-o", tmp_path / "kept.jsonl"],
    ):
        outcome = run(*command, tmp_path / "a.jsonl")
        assert outcome.stderr.splitlines().count(line) == 1
        assert "columns:" not in run(*command, tmp_path / "a.jsonl", "-q").stderr
    assert "columns:" not in run("scan", tmp_path / "b.txt").stderr
    assert run("scan", tmp_path / "a.jsonl", "-o", tmp_path / "r", "-q").exit_code == 0
    taken = syndetect.Result.read(tmp_path / "r").manifest["columns_taken"]
    assert (taken["text"], taken["source"], taken["author"]) == (["body"], ["link (its host)"], [])
