"""What syndetect wrote in a folder that is read: passed over and named, or refused, and never read as articles."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from samples import results
from samples.command import run
from samples.reading import ids_of
from syndetect import Index, MinHashLSH, deduplicate, scan
from syndetect.errors import InputError, ScratchError
from syndetect.storage.scratch import Store

FERRY = (
    "Ferries to the islands will stop at noon on Sunday, the harbour office of Lindrow said in a statement."
)
ARTICLES = {"a.txt": FERRY, "b.txt": f"Pack early. {FERRY}", "c.txt": FERRY}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text)
    return folder


def write_result(place: Path, form: str = "parquet") -> None:
    results.result().write(place, format=form)


def write_damaged_result(place: Path) -> None:
    write_result(place)
    (place / "manifest.json").write_text("[" * 10_000)


def write_index(place: Path) -> None:
    with Index.create(place) as index:
        index.add([{"id": "a", "text": FERRY}])


def write_lsh_index(place: Path) -> None:
    with MinHashLSH(path=place) as index:
        index.insert("a", FERRY)


def write_scratch(place: Path) -> None:
    store = Store(place, 0, {}, resume=True)
    store.step("reading", 1)
    store.close(keep=True)


FOLDERS = {
    "parquet": (write_result, "a result of syndetect"),
    "csv": (lambda place: write_result(place, "csv"), "a result of syndetect"),
    "passim": (lambda place: write_result(place, "passim"), "a result of syndetect"),
    "jsonl": (lambda place: write_result(place, "jsonl"), "a result of syndetect"),
    "damaged": (write_damaged_result, "a result of syndetect"),
    "index": (write_index, "an index of syndetect"),
    "LSH": (write_lsh_index, "an index of syndetect"),
    "scratch": (write_scratch, "the scratch folder of a scan"),
}


@pytest.mark.parametrize(("make", "kind"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_of_its_own_is_passed_over_and_named(
    corpus: Path, make: Callable[[Path], None], kind: str
) -> None:
    make(corpus / "own")
    (corpus / "deep").mkdir()
    make(corpus / "deep" / "own")
    outside = corpus.with_name("outside")
    make(outside)
    (corpus / "link").symlink_to(outside)
    reason = f"{kind}, not articles"
    ids, skipped = ids_of(corpus)
    assert ids == list(ARTICLES)
    assert skipped == [(f"{corpus}/{name}", reason) for name in ("deep/own", "link", "own")]
    ids, skipped = ids_of(f"{corpus}/**")
    assert set(ids) == set(ARTICLES)
    assert (f"{corpus}/own", reason) in skipped
    for given in (corpus / "own", corpus / "link", str(corpus / "own") + os.sep):
        with pytest.raises(InputError, match=f"is {kind}, not articles: give the articles"):
            scan(given)


def test_a_file_of_a_result_is_refused_and_a_file_beside_it_read(corpus: Path) -> None:
    write_result(corpus / "own", "jsonl")
    (corpus / "own" / "mine.txt").write_text("This is no part of the result.")
    (corpus / "passages.jsonl").symlink_to(corpus / "own" / "passages.jsonl")
    for given in ("own/passages.jsonl", "passages.jsonl", "own/*.jsonl", "own/skipped.jsonl"):
        with pytest.raises(InputError, match="a file of a result of syndetect, not articles"):
            scan(corpus / given)
    assert ids_of(corpus / "own" / "mine.txt") == (["mine.txt"], [])
    ids, skipped = ids_of(corpus)
    assert ids == list(ARTICLES)
    assert [Path(place).name for place, _ in skipped] == ["own", "passages.jsonl"]


def test_what_dedup_wrote_is_read_only_where_it_is_given(corpus: Path) -> None:
    reason = "what syndetect dedup wrote, not articles"
    for force in (False, True):  # a second run does not read what the first one wrote
        found = deduplicate(corpus, corpus / "kept", force=force)
        assert found.counts["documents"] == 3
        assert list(found.kept) == [path.name for path in (corpus / "kept").iterdir()]
    assert ids_of(corpus / "kept") == (["a.txt"], [])
    ids, skipped = ids_of(corpus)
    assert ids == list(ARTICLES)
    assert skipped == [
        (f"{corpus}/{name}", reason) for name in ("kept", "kept.removed.jsonl", "kept.skipped.jsonl")
    ]
    with pytest.raises(InputError, match="what syndetect dedup wrote"):
        scan(f"{corpus}/*/*.txt")


@pytest.mark.parametrize("name", ["kept.jsonl", "kept.jsonl.gz", "kept.csv"])
@pytest.mark.parametrize("texts", [[FERRY, FERRY], [FERRY]], ids=["one removed", "none removed"])
def test_a_file_that_dedup_wrote(tmp_path: Path, name: str, texts: list[str]) -> None:
    given = tmp_path / name.replace("kept", "given")
    frame = pl.DataFrame({"id": [f"d{n}" for n in range(len(texts))], "text": texts})
    plain = frame.write_csv() if "csv" in name else frame.write_ndjson()
    if name.endswith("gz"):
        given.write_bytes(gzip.compress(plain.encode()))
    else:
        given.write_text(plain)
    deduplicate(given, tmp_path / name)
    ids, skipped = ids_of(tmp_path)
    assert ids == frame["id"].to_list()
    assert [Path(place).name for place, _ in skipped] == sorted([name, "kept.removed.jsonl"])
    assert ids_of(tmp_path / name)[0] == ["d0"]
    (tmp_path / "kept.removed.jsonl").write_text('{"of": "somebody else"}\n')
    assert "again, first in" in ids_of(tmp_path)[1][0][1]  # now it is read, after what was given


def test_files_of_a_scan_are_not_put_among_its_articles(corpus: Path) -> None:
    for given in (corpus, f"{corpus}/**"):
        with pytest.raises(ScratchError, match="lies in a folder that is read: choose another scratch"):
            scan(given, scratch=corpus / "deep" / "work")
    assert {path.name for path in corpus.iterdir()} == set(ARTICLES)
    scan(corpus, scratch=corpus / ".work")


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_commands_that_write_into_the_folder_they_read(corpus: Path, form: str) -> None:
    assert run("scan", corpus, "-o", corpus / "out", "--format", form, "-q").exit_code == 0
    assert run("index", "build", corpus / "idx", corpus, "-q").exit_code == 0
    assert run("index", "add", corpus / "idx", corpus, "--existing", "skip", "-q").exit_code == 0
    answered = run("index", "query", corpus / "idx", corpus, "-o", corpus / "answer", "--format", form, "-q")
    assert answered.exit_code == 0
    again = run("scan", corpus, "-o", corpus / "out", "--format", form, "-q", "--force")
    assert (again.exit_code, again.stderr) == (0, f"3 files passed over (see {corpus}/out/skipped.jsonl)\n")
    skipped = pl.read_ndjson(corpus / "out" / "skipped.jsonl")["place"].to_list()
    assert skipped == [f"{corpus}/{name}" for name in ("answer", "idx", "out")]
    documents = json.loads((corpus / "out" / "manifest.json").read_text())["counts"]["documents"]
    assert documents == 3
