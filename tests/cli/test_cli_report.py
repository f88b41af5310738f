"""The command ``report``, and ``scan --report``: the page is written whole, or nothing is."""

import base64
import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from samples.command import run

SEEDS = Path(__file__).parents[2] / "seeds"


def head(file: Path) -> dict[str, Any]:
    found = re.search(r'id="part-head">([^<]*)<', file.read_text("utf-8"))
    assert found is not None
    made: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    return tmp_path


def test_scan_writes_the_page_and_the_tables(folder: Path) -> None:
    page = folder / "report.html"
    done = run("scan", folder / "seeds", "-q", "-o", folder / "result", "--report", page)
    assert (done.exit_code, done.output) == (0, "")
    assert head(page)["texts"] == "all"
    assert head(page)["totals"]["documents"] == 12
    again = run("report", folder / "result", "-o", folder / "again.html")
    assert (again.exit_code, again.output) == (0, f"report in {folder / 'again.html'}\n")
    assert head(folder / "again.html")["id"] == head(page)["id"]
    assert head(folder / "again.html")["texts"] == "all"


def test_scan_with_a_page_shows_what_it_shows_without(folder: Path) -> None:
    plain = run("scan", folder / "seeds", "-q")
    with_page = run("scan", folder / "seeds", "-q", "--report", folder / "report.html")
    assert re.sub(r"[\d.]+ s, .*", "", with_page.stdout) == re.sub(r"[\d.]+ s, .*", "", plain.stdout)


def test_standard_input_is_in_the_page(folder: Path) -> None:
    given = "".join(
        json.dumps({"id": path.name, "text": path.read_text("utf-8")}) + "\n"
        for path in sorted(SEEDS.glob("*.txt"))
    )
    assert run("scan", "-", "-q", "--report", folder / "report.html", given=given).exit_code == 0
    assert head(folder / "report.html")["texts"] == "all"


def test_page_without_texts_and_names(folder: Path) -> None:
    run("scan", folder / "seeds", "-q", "-o", folder / "result")
    page = folder / "report.html"
    assert run("report", folder / "result", "-o", page, "--no-text", "--anonymise", "-q").exit_code == 0
    assert (head(page)["texts"], head(page)["anonymised"], head(page)["inputs"]) == ("none", True, [])


def test_articles_that_moved_can_be_named(folder: Path) -> None:
    run("scan", folder / "seeds", "-q", "-o", folder / "result")
    (folder / "seeds").rename(folder / "moved")
    page = folder / "report.html"
    assert run("report", folder / "result", "-o", page).exit_code == 0
    assert head(page)["texts"] == "some"
    assert "cannot be read again" in head(page)["text_note"]
    assert run("report", folder / "result", "-o", page, "--articles", folder / "moved").exit_code == 0
    assert head(page)["texts"] == "all"
    wrong = run("report", folder / "result", "-o", page, "--articles", folder / "nowhere")
    assert wrong.exit_code == 1
    assert "nowhere" in wrong.output
    assert head(page)["texts"] == "all"  # the page that was there is still whole


@pytest.mark.parametrize("command", ["scan", "report"])
def test_what_is_there_stays(folder: Path, command: str) -> None:
    run("scan", folder / "seeds", "-q", "-o", folder / "result")
    mine = folder / "mine.html"
    mine.write_text("mine")
    words: list[object] = ["report", folder / "result", "-o", mine]
    if command == "scan":
        words = ["scan", folder / "seeds", "-q", "--report", mine]
    refused = run(*words)
    assert refused.exit_code == 1
    assert "no report: choose another name, or add --force" in refused.output
    assert mine.read_text() == "mine"
    assert run(*words, "--force").exit_code == 0
    assert head(mine)["totals"]["documents"] == 12


def test_wrong_usage_is_told(folder: Path) -> None:
    without = run("scan", folder / "seeds", "--no-text")
    assert without.exit_code == 2
    assert "name its file with --report" in without.output
    assert "is not a result" in run("report", folder, "-o", folder / "report.html").output
    assert "is a folder" in run("scan", folder / "seeds", "--report", folder).output
    missing = run("report", folder / "result")
    assert missing.exit_code == 2
    assert "--output" in missing.output
