"""Names of files and folders: taken as they are by every command, and without effect on the terminal."""

import json
import os
import re
from pathlib import Path

import polars as pl
import pytest

from samples.command import run
from syndetect import Result, deduplicate, scan
from syndetect.errors import OutputError, SyndetectError
from syndetect.results.result import FORMATS

FERRY = (
    "Ferries to the islands will stop at noon on Sunday, the harbour office of Lindrow said in a statement."
)
OTHER = (
    "A bridge over the Tamsin will close to lorries from Monday, the ministry of transport said on Friday."
)
NAMES = {
    "pattern": "may[1]",
    "stars": "m*y?",
    "home": "~",
    "address": "s3:",
    "partition": "year=2019{a,b}",
    "blanks": " two  blanks\nb\r",
    "controls": "\x1b]0;title\x07\x9b31m\u202e",
    "not UTF-8": os.fsdecode(b"caf\xe9\xff"),
    "long": "n" * 200,
}


@pytest.fixture(params=list(NAMES.values()), ids=list(NAMES))
def name(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A name; beside it lie the files and folders that it would match as a pattern, with other contents."""
    monkeypatch.chdir(tmp_path)
    for decoy in ("may1", "mayy", "home"):
        Path(decoy).mkdir()
        Path(decoy, "a.jsonl").write_text(json.dumps({"id": "decoy", "text": OTHER}) + "\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return str(request.param)


def done(*words: object) -> str:
    """What a command that succeeds prints, which has no control characters."""
    outcome = run(*words)
    assert outcome.exit_code == 0, outcome.stderr
    shown = outcome.stdout + outcome.stderr
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    return shown


def fill(name: str) -> Path:
    """A folder of this name with a table of each kind."""
    folder = Path(name)
    folder.mkdir()
    for number, form in enumerate(("jsonl", "csv", "parquet", "arrow")):
        frame = pl.DataFrame({"id": [f"d{number}"], "text": [FERRY]})
        write = "write_ndjson" if form == "jsonl" else f"write_{form}".replace("arrow", "ipc")
        with (folder / f"{name}.{form}").open("wb") as file:
            getattr(frame, write)(file)
    return folder


def test_scan_show_and_evaluate(name: str) -> None:
    folder = fill(name)
    given = f"./{name}"
    for form in FORMATS:
        out = f"{given[:-9] if len(name) == 200 else given}-{form}"
        done("scan", given, "-o", out, "--format", form, "--scratch", f"{out}.work")
        assert sorted(Result.read(out).documents["doc_id"]) == ["d0", "d1", "d2", "d3"]
        assert "d3" in done("show", out, 1)
    assert done("scan", given, "-o", out, "--format", form, "--resume").endswith("is complete already\n")
    Path(folder, "truth[1].csv").write_text("doc_id,family\nd0,f\nd1,f\n")
    Path(folder, "pairs*").write_text("d0\td1\n")
    done("evaluate", out, f"{given}/truth[1].csv", "--pairs", f"{given}/pairs*")
    assert "4 articles" in done("scan", f"{given}/*.[jcpa]*")


def test_index(name: str) -> None:
    fill(name)
    given = f"./{name}"
    done("index", "build", f"{given[:-9]}.idx", given)
    for words in (["info"], ["verify"], ["compact"], ["query", given], ["add", given, "--existing", "skip"]):
        done("index", words[0], f"{given[:-9]}.idx", *words[1:])
    Path(name, "ids*").write_text("d0\nd1\r\n\n")
    assert "2 articles removed" in done("index", "remove", f"{given[:-9]}.idx", "--ids-from", f"{given}/ids*")


def test_dedup_keeps_names(name: str) -> None:
    folder = fill(name)
    kept = deduplicate(folder, "kept").kept.to_list()
    assert len(kept) == 1
    [only] = Path("kept").iterdir()
    assert only.read_bytes() == (folder / only.name).read_bytes()
    for form in ("jsonl", "parquet", "arrow"):
        given = next(folder.glob(f"*.{form}"))
        done("dedup", given, "-o", f"again.{form}", "--force")
        assert Path(f"again.{form}").exists()


def test_lists_of_agencies_owners_and_sources(name: str) -> None:
    folder = fill(name)
    Path(folder, "agencies*").write_text('[[agency]]\nname = "Northwire"\naliases = ["Northwire"]\n')
    Path(folder, "owners?").write_text("source,owner\nA,B\n")
    Path(folder, "sources[]").write_text("A\nB\n")
    done(
        "scan",
        folder,
        "--agencies",
        folder / "agencies*",
        "--owners",
        folder / "owners?",
        "--reference",
        folder,
    )
    refused = run("dedup", folder, "-o", "kept", "--keep", "source-order", "--sources", folder / "sources[]")
    assert "no document is from A, B" in refused.stderr


def test_a_failure_is_one_line_without_effect(name: str) -> None:
    missing = f"./{name}/no"
    for words in (
        ["scan", missing], ["show", missing, 1], ["evaluate", missing, "t"], ["dedup", missing, "-o", "k"],
        ["index", "info", missing], ["index", "build", "i", missing], ["scan", "may1", "--agencies", missing],
        ["scan", "may1", "--owners", missing], ["scan", "may1", "-o", "may1/a.jsonl/" + name],
        ["index", "remove", missing, "--ids-from", missing], ["scan", "may1", "--top", name], [name],
        ["scan", "may1", f"--{name}"],
    ):  # fmt: skip
        outcome = run(*words)
        assert outcome.exit_code in (1, 2)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", outcome.stderr)
        assert outcome.stderr.splitlines()[-1].startswith(("syndetect: ", "Error: "))


def test_an_error_is_one_line_in_python_too() -> None:
    error = OutputError("cannot write a\nb\x1b[31m: no space")
    assert (str(error), isinstance(error, OSError)) == ("cannot write a b\\x1b[31m: no space", True)
    assert str(SyndetectError("plain “text” of é")) == "plain “text” of é"


def test_names_of_sources_may_be_longer_than_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"id,text,source\na,{FERRY[:30]},A\n")
    names = ",".join(["A", *(f"Outlet number {number}" for number in range(300))])
    done("dedup", tmp_path / "a.csv", "-o", tmp_path / "k.csv", "--keep", "source-order", "--sources", names)


def test_what_is_there_is_no_pattern(tmp_path: Path) -> None:
    for folder in ("may[1]", "may1"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(f"{folder}. {FERRY}")
    assert scan(tmp_path / "may[1]" / "*.txt").manifest["inputs"][0]["files"] == 1
    assert re.search(
        "is no pattern|matches nothing", run("scan", tmp_path / "a**b").stderr
    )  # Python 3.13 takes it


def test_cells_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    rows = [{"id": f"{sign}{n}", "text": FERRY, "title": f"'{sign}1"} for n, sign in enumerate("=+-@\t\r'x")]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for option in ([], ["--escape-formulas"]):
        out = tmp_path / f"out{len(option)}"
        done("scan", tmp_path / "a.jsonl", "-o", out, "--format", "csv", *option)
        assert Result.read(out).documents["doc_id"].to_list() == [row["id"] for row in rows]
        assert Result.read(out).documents["title"].to_list() == [row["title"] for row in rows]
        cells = pl.read_csv(out / "documents.csv")["doc_id"].to_list()
        assert any(cell[0] in "=+-@\t\r" for cell in cells) is not bool(option)
    printed = run("scan", tmp_path / "a.jsonl", "--format", "csv", "--escape-formulas", "-q").stdout
    assert "\n'=0," in printed
    assert run("scan", tmp_path / "a.jsonl", "--escape-formulas").exit_code == 2


def test_csv_that_excel_knows_as_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "é", "text": FERRY}) + "\n")
    done(
        "scan",
        tmp_path / "a.jsonl",
        "-o",
        tmp_path / "out",
        "--format",
        "csv",
        "--utf8-mark",
        "--escape-formulas",
    )
    tables = list((tmp_path / "out").glob("*.csv"))
    assert len(tables) == 9
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in tables)
    assert Result.read(tmp_path / "out").documents["doc_id"].to_list() == ["é"]
    printed = run("scan", tmp_path / "a.jsonl", "--format", "csv", "--utf8-mark", "-q").stdout_bytes
    assert printed.startswith(b"\xef\xbb\xbfdoc_a,")
    assert run("scan", tmp_path / "a.jsonl", "--utf8-mark").exit_code == 2
