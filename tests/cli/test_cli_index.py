"""The commands of the index: what each does, says and refuses, and a query that a pipeline keeps open."""

import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result as Outcome

from samples import command
from syndetect import Index, InputError, ReadingOptions, Settings, StoredIndexError
from syndetect.cli.index import index
from syndetect.cli.program import main
from syndetect.index.feed import answers
from syndetect.report import summary
from syndetect.results.result import Result
from syndetect.storage.staging import folder_lock

SRC = Path(__file__).parents[2] / "src"
FERRIES = (
    'Ferries to the islands will stop at noon, the harbour office said. "No ship sails before the gale ends."'
)
BRIDGE = (
    "The bridge over the Tamsin will close to lorries from Monday, the transport ministry of Morvia said."
)
ARTICLES = [
    {"id": "wire", "text": FERRIES, "source": "Northwire", "published": "2031-06-02T09:30:00Z"},
    {"id": "daily", "text": f"Pack early. {FERRIES}", "source": "Kesh Daily", "published": "2031-06-03"},
    {"id": "post", "text": f"{BRIDGE} Drivers are angry.", "title": "Bridge", "url": "news://post/1"},
]
ASKED = {"id": "new", "text": f"Good morning! {FERRIES} And now the weather.", "published": "2031-06-04"}


run = partial(command.run, "index")


def lines(*records: Any) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text(lines(*ARTICLES), encoding="utf-8")
    return path


@pytest.fixture
def held(corpus: Path, tmp_path: Path) -> Path:
    """An index of the articles."""
    place = tmp_path / "wire.idx"
    assert run("build", place, corpus, "-q").exit_code == 0
    return place


def ids(place: Path) -> list[str]:
    with Index.open(place, mode="r") as found:
        return [one for one in ("wire", "daily", "post", "new") if one in found]


def failed(outcome: Outcome) -> str:
    """The one line of a command that failed."""
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    (line,) = outcome.stderr.splitlines()
    return line.removeprefix("syndetect: ")


# ----------------------------------------------------------------------------------------------- build


def test_build(corpus: Path, tmp_path: Path) -> None:
    outcome = run("build", tmp_path / "i", corpus, "--no-text", "--min-score", "12.5", "--window", "14d")
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    told, columns = outcome.stderr.splitlines()
    assert told == "3 articles added; the index has 3"
    assert (
        columns
        == "columns: id; text; source from source, url (its host); published; title; url; none for author"
    )
    with Index.open(tmp_path / "i", Settings(min_score=12.5, window_days=14), mode="r") as found:
        assert (len(found), found.stores_text) == (3, False)


def test_what_is_skipped_is_told(corpus: Path, tmp_path: Path) -> None:
    with corpus.open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    outcome = run("build", tmp_path / "i", corpus)
    told, _, counted, listed = outcome.stderr.splitlines()
    assert told == "3 articles added; the index has 3"
    assert counted == "1 record left out"
    assert listed.startswith(f"left out: {corpus.as_posix()}:4: broken JSON")
    assert run("add", tmp_path / "i", corpus, "--existing", "skip", "-q").stderr == "1 record left out\n"
    assert run("build", tmp_path / "i", corpus, "--force", "-q").stderr == "1 record left out\n"


def test_columns_have_the_names_that_are_given(tmp_path: Path) -> None:
    named = ["--text-column", "words", "--id-column", "key"]
    assert (
        run("build", tmp_path / "i", "-", *named, given=lines({"key": "wire", "words": FERRIES})).exit_code
        == 0
    )
    assert ids(tmp_path / "i") == ["wire"]
    answer = run(
        "query", tmp_path / "i", "-", "--format", "jsonl", *named, given=lines({"key": 1, "words": FERRIES})
    )
    assert [one["doc"] for one in json.loads(answer.stdout)["matches"]] == ["wire"]


def test_an_index_gives_way_to_force_alone(held: Path, corpus: Path) -> None:
    told = f"{held} holds an index already: open it, or choose another folder"
    assert failed(run("build", held, corpus)) == told
    corpus.write_text(lines(ARTICLES[0]), encoding="utf-8")
    assert run("build", held, corpus, "--force", "-q").exit_code == 0
    assert ids(held) == ["wire"]
    (held / "notes.txt").touch()
    told = f"{held} holds notes.txt, which is no part of an index: move it away first"
    assert failed(run("build", held, corpus, "--force")) == told


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_nothing_else_gives_way(corpus: Path, tmp_path: Path, force: list[str]) -> None:
    told = f"{tmp_path} holds articles.jsonl and no index: choose another folder"
    assert failed(run("build", tmp_path, corpus, *force)) == told
    assert failed(run("build", corpus, corpus, *force)) == f"{corpus} is not a folder: choose another"
    (tmp_path / "empty").mkdir()
    assert run("build", tmp_path / "empty", corpus, "-q", *force).exit_code == 0


def test_a_damaged_index_can_be_built_anew(held: Path, corpus: Path) -> None:
    manifest = held / "manifest.json"
    text = manifest.read_text(encoding="utf-8").replace('"generation": 1', '"generation": 2')
    manifest.write_text(text, encoding="utf-8")
    assert "is damaged" in failed(run("verify", held))
    assert run("build", held, corpus, "--force", "-q").exit_code == 0
    assert run("verify", held).exit_code == 0


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_build_that_fails_leaves_what_was_there(held: Path, corpus: Path, force: list[str]) -> None:
    place = held if force else held.with_name("other.idx")
    before = sorted(path.name for path in held.parent.iterdir())
    corpus.write_text("{broken\n", encoding="utf-8")
    assert "broken JSON" in failed(run("build", place, corpus, "--strict", *force))
    assert failed(run("build", place, "nowhere", *force)) == "nowhere does not exist: check the path"
    assert sorted(path.name for path in held.parent.iterdir()) == before
    assert ids(held) == ["wire", "daily", "post"]


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_an_index_is_built_where_a_killed_creation_was(
    corpus: Path, tmp_path: Path, force: list[str]
) -> None:
    (tmp_path / "i").mkdir()
    (tmp_path / "i" / "lock").touch()
    assert run("build", tmp_path / "i", corpus, "-q", *force).exit_code == 0
    assert len(ids(tmp_path / "i")) == 3


def test_what_a_killed_build_left_is_removed_by_the_next(corpus: Path, tmp_path: Path) -> None:
    dead, alive = tmp_path / ".i-00c0ffee.partial", tmp_path / ".i-00decafe.partial"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "000000000000.segment").touch()
    lock = folder_lock(alive)
    assert lock is not None
    with closing(lock):
        assert run("build", tmp_path / "i", corpus, "-q").exit_code == 0
    assert (dead.exists(), alive.exists()) == (False, os.name != "nt")


def test_who_reads_a_replaced_index(held: Path, corpus: Path) -> None:
    """The new index has files of the same names; a segment that is open must not be taken for one of them."""
    corpus.write_text(lines(ARTICLES[2]), encoding="utf-8")
    with Index.open(held, mode="r") as found:
        assert run("build", held, corpus, "--force", "-q").exit_code == 0
        assert len(found.query(FERRIES).matches) == 2
        assert found.refresh()
        assert (found.query(FERRIES).matches.height, found.query(BRIDGE).matches.height) == (0, 1)
        assert run("build", held, corpus, "--force", "-q", "--min-words", "9").exit_code == 0
        with pytest.raises(
            StoredIndexError, match="was replaced by an index of other settings: open it again"
        ):
            found.refresh()
        assert found.query(BRIDGE).matches.height == 1


# ----------------------------------------------------------------------------------------------- add, remove, compact


def test_add(held: Path, corpus: Path) -> None:
    told = "the index has a document 'wire' already: skip or replace what it has"
    assert failed(run("add", held, corpus)) == told
    corpus.write_text(lines(*ARTICLES[:2], ASKED), encoding="utf-8")
    outcome = run("add", held, corpus, "--existing", "skip", "--threads", "1")
    assert outcome.stderr.startswith("1 article added, 2 known already; the index has 4\n")
    outcome = run("add", held, corpus, "--existing", "replace")
    assert outcome.stderr.startswith("3 articles added, 3 replaced; the index has 4\n")
    assert ids(held) == ["wire", "daily", "post", "new"]


def test_remove(held: Path, tmp_path: Path) -> None:
    assert failed(run("remove", held, "wire", "lost")) == "the index has no document 'lost'"
    assert ids(held) == ["wire", "daily", "post"]
    outcome = run("remove", held, "wire", "lost", "--missing", "skip")
    assert outcome.stderr == "1 article removed; the index has 2\n"
    (tmp_path / "ids").write_bytes(b"daily\r\n\n")
    assert run("remove", held, "--ids-from", tmp_path / "ids", "-q").exit_code == 0
    assert ids(held) == ["post"]
    assert run("remove", held, "-", given="post\n").stderr == "1 article removed; the index has 0\n"
    (tmp_path / "ids").write_bytes(b"post\n\xff\n")
    told = "line 2 of the ids is not UTF-8"
    assert failed(run("remove", held, "--ids-from", tmp_path / "ids")) == told


def test_compact(held: Path) -> None:
    run("remove", held, "wire", "-q")
    outcome = run("compact", held)
    assert outcome.exit_code == 0
    assert outcome.stderr.endswith(" now\n")
    with Index.open(held, mode="r") as found:
        assert found.info()["removed"] == 0
    assert run("compact", held, "-q").stderr == ""


# ----------------------------------------------------------------------------------------------- info, verify


def test_info(held: Path) -> None:
    run("remove", held, "wire", "-q")
    with Index.open(held, mode="r") as found:
        facts = found.info()
    assert json.loads(run("info", held, "--format", "json").stdout) == facts
    shown = run("info", held).stdout
    assert shown == summary.index_info(facts)
    assert "articles    2, 1 more removed that still take space\n" in shown
    assert "settings    as by default\n" in shown


def test_verify(held: Path) -> None:
    assert run("verify", held).stdout.startswith(f"{held} is as it was written: 3 articles, ")
    (segment,) = held.glob("*.segment")
    data = bytearray(segment.read_bytes())
    data[100] ^= 1
    segment.write_bytes(data)
    told = failed(run("verify", held))
    assert told.startswith(f"{segment} is damaged (bytes 0 to ")
    assert told.endswith("): restore the index from a copy, or build it anew")


# ----------------------------------------------------------------------------------------------- query


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """Two articles to ask about, the second of them the index's own."""
    path = tmp_path / "asked.jsonl"
    path.write_text(lines(ASKED, ARTICLES[1]), encoding="utf-8")
    return path


def found_in(held: Path, asked: Path) -> Result:
    with Index.open(held, mode="r") as found:
        return found.query_many([asked])


def test_a_table_for_a_person(held: Path, asked: Path) -> None:
    outcome = run("query", held, asked)
    assert outcome.stdout == summary.summary(found_in(held, asked))
    assert outcome.stdout.splitlines()[-1].startswith("2 articles queried, 2 passages found, ")
    assert "1  more like these  --all" in run("query", held, asked, "--top", "1").stdout
    asked.write_text(lines({"text": "nothing of this is known"}), encoding="utf-8")
    told = "The index has no passage of these.\n\n1 article queried, 0 passages found, 0.0 % of the words\n"
    assert run("query", held, asked).stdout == told


def test_a_result_in_a_folder(held: Path, asked: Path, tmp_path: Path) -> None:
    outcome = run("query", held, asked, "-o", tmp_path / "out", "--format", "csv")
    assert outcome.stdout == ""
    assert outcome.stderr.endswith(f"result in {tmp_path / 'out'}\n")
    assert Result.read(tmp_path / "out").matches.equals(found_in(held, asked).matches)
    assert "is there already" in failed(run("query", held, asked, "-o", tmp_path / "out"))
    assert run("query", held, asked, "-o", tmp_path / "out", "--force", "-q").stderr == ""


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
def test_matches_for_a_pipe(held: Path, asked: Path, form: str) -> None:
    outcome, matches = run("query", held, asked, "--format", form), found_in(held, asked).matches
    assert matches.height == 3
    match form:
        case "json":
            assert json.loads(outcome.stdout) == matches.to_dicts()
        case "jsonl":
            assert [json.loads(line) for line in outcome.stdout.splitlines()] == matches.to_dicts()
        case _:
            assert len(list(csv.reader(io.StringIO(outcome.stdout)))) == 4
    assert outcome.stderr.startswith("2 articles queried, ")


def test_passages_of_an_index_without_texts(corpus: Path, asked: Path, tmp_path: Path) -> None:
    run("build", tmp_path / "i", corpus, "--no-text", "-q")
    assert "Ferries to the islands" in run("query", tmp_path / "i", asked).stdout
    run("query", tmp_path / "i", asked, "-o", tmp_path / "out", "-q")
    shown = CliRunner().invoke(main, ["show", str(tmp_path / "out"), "1"])
    assert shown.exit_code == 0
    assert "(a text that the index does not store)" in shown.stdout
    assert "Ferries to the islands" in shown.stdout


# ----------------------------------------------------------------------------------------------- line by line


def told(held: Path, *words: str, given: str | bytes) -> list[dict[str, Any]]:
    outcome = run("query", held, "-", "--format", "jsonl", *words, given=given)
    assert outcome.exit_code == 0, outcome.stderr
    return [json.loads(line) for line in outcome.stdout.splitlines()]


def test_an_answer(held: Path) -> None:
    (answer,) = told(held, given=lines(ASKED))
    first, second = answer.pop("matches")
    assert answer == {
        "line": 1, "id": "new", "known": False, "words": 25, "reused_words": 19, "reused_share": 19 / 25,
        "passages": [{"begin": 14, "end": 14 + len(FERRIES) - 2, "words": 19, "first": "wire"}],
    }  # fmt: skip
    assert first == {
        "doc": "wire", "source": "Northwire", "published": "2031-06-02T09:30:00Z", "title": None, "url": None,
        "begin": 14, "end": 14 + len(FERRIES) - 2, "doc_begin": 0, "doc_end": len(FERRIES) - 2,
        "words": 19, "identity": 1.0, "score": 19.0,
    }  # fmt: skip
    assert (second["doc"], second["source"], second["doc_begin"]) == ("daily", "Kesh Daily", 12)


class TestNear:
    LONG = "a-long-name-of-an-article-" * 4 + "end"

    @pytest.fixture
    def asked(self, tmp_path: Path) -> Path:
        path = tmp_path / "asked.jsonl"
        path.write_text(
            lines(
                ASKED | {"id": "a\x1b[31mb"},
                {"id": self.LONG, "text": BRIDGE},
                {"id": "none", "text": "Hello."},
            )
        )
        return path

    def test_a_table_that_fits_the_terminal(self, held: Path, asked: Path) -> None:
        outcome = run("near", held, asked)
        assert outcome.exit_code == 0
        head, rule, *rows = outcome.stdout.splitlines()
        assert head.split() == ["similarity", "article", "is", "nearly,", "in", "the", "index"]
        assert len(rule) <= 80
        assert [row.split()[1:] for row in rows][:2] == [["a␛[31mb", "wire"], ["a␛[31mb", "daily"]]
        assert all(len(row) <= 80 for row in rows)
        assert "3 articles queried, 2 with near-duplicates in the index" in outcome.stderr

    def test_formats_have_the_rows_of_the_api(self, held: Path, asked: Path) -> None:
        with Index.open(held, mode="r") as index:
            expected = [
                row
                for record in map(json.loads, asked.read_text().splitlines())
                for row in index.near_duplicates(record).documents.iter_rows(named=True)
            ]
        assert {row["doc_b"] for row in expected} == {"a\x1b[31mb", self.LONG}
        assert json.loads(run("near", held, asked, "--format", "json").stdout) == expected
        for output in (
            run("near", held, asked, "--format", "jsonl", "-q").stdout,
            run("near", held, "-", "--format", "jsonl", given=asked.read_text()).stdout,
        ):
            assert [json.loads(line) for line in output.splitlines()] == expected
        rows = list(csv.DictReader(io.StringIO(run("near", held, asked, "--format", "csv").stdout)))
        assert [row["doc_a"] for row in rows] == [row["doc_a"] for row in expected]

    def test_an_article_is_no_near_duplicate_of_itself(self, held: Path, corpus: Path) -> None:
        rows = run("near", held, corpus, "--format", "jsonl").stdout.splitlines()
        assert {(row["doc_a"], row["doc_b"]) for row in map(json.loads, rows)} <= {
            ("wire", "daily"), ("daily", "wire"),
        }  # fmt: skip

    def test_nothing_found_and_what_cannot_be_used(self, held: Path, tmp_path: Path) -> None:
        (tmp_path / "bad.jsonl").write_text('{"id": "x", "text": "Hello."}\nnone\n')
        outcome = run("near", held, tmp_path / "bad.jsonl")
        assert outcome.stdout == "The index has no near-duplicate of these.\n"
        assert "1 record left out" in outcome.stderr
        assert run("near", held, tmp_path / "bad.jsonl", "--strict").exit_code == 1
        assert "goes with --format csv" in run("near", held, tmp_path, "--escape-formulas").stderr

    def test_formulas_are_escaped(self, held: Path, tmp_path: Path) -> None:
        (tmp_path / "formula.jsonl").write_text(lines({"id": "=1+1", "text": BRIDGE + " Drivers are angry."}))
        outcome = run("near", held, tmp_path / "formula.jsonl", "--format", "csv", "--escape-formulas")
        assert ",'=1+1," in outcome.stdout


def test_answers_hold_the_matches_of_a_query(held: Path) -> None:
    """Also where a document stands in the place of its like in the index, before others."""
    for document in (*ARTICLES, ASKED):
        (answer,) = told(held, given=lines(document))
        with Index.open(held, mode="r") as found:
            rows = found.query(document).matches.to_dicts()
        assert answer["known"] == (document is not ASKED)
        assert len(answer["matches"]) == len(rows)
        for match, row in zip(answer["matches"], rows, strict=True):
            sides = {
                row["doc_a"]: (row["begin_a"], row["end_a"]),
                row["doc_b"]: (row["begin_b"], row["end_b"]),
            }
            assert sides == {
                document["id"]: (match["begin"], match["end"]),
                match["doc"]: (match["doc_begin"], match["doc_end"]),
            }


def test_the_first_of_all_has_nobody_before_it(held: Path) -> None:
    (answer,) = told(held, given=lines({**ASKED, "published": "2031-06-01"}))
    assert [passage["first"] for passage in answer["passages"]] == [None]


def test_a_line_that_cannot_be_used_is_answered_too(held: Path) -> None:
    records = [
        "{broken",
        json.dumps({"text": ""}),
        "",
        json.dumps({**ASKED, "date": "never", "published": None}),
    ]
    answers = told(held, given="\ufeff" + "\n".join(records))
    assert [answer["line"] for answer in answers] == [1, 2, 4]
    assert answers[0]["error"].startswith("broken JSON at character 2")
    assert answers[1]["error"] == "no text"
    assert answers[2]["remarks"] == ["published not understood: 'never'"]
    assert len(answers[2]["matches"]) == 2
    outcome = run("query", held, "-", "--format", "jsonl", "--strict", given=lines(ASKED, {}, ASKED))
    assert (outcome.exit_code, len(outcome.stdout.splitlines())) == (1, 1)
    assert outcome.stderr == "syndetect: stdin:2: no text\n"


def test_totals_of_a_pipe(held: Path) -> None:
    given = lines(ASKED, {}, {"text": "nothing"})
    outcome = run("query", held, "-", "--format", "jsonl", given=given)
    assert outcome.stderr == "2 articles queried, 1 with passages of the index, 1 not used\n"
    assert run("query", held, "-", "--format", "jsonl", "-q", given=given).stderr == ""


def test_a_document_without_an_id_is_nobodys_twin(tmp_path: Path) -> None:
    """Not even of one that was named after its line."""
    run("build", tmp_path / "i", "-", "-q", given=lines({"text": FERRIES}))
    (answer,) = told(tmp_path / "i", given=lines({"text": FERRIES}))
    assert (answer["id"], answer["known"]) == (None, False)
    assert [match["doc"] for match in answer["matches"]] == ["stdin:1"]


def test_a_document_is_added_after_its_answer(held: Path) -> None:
    answers = told(held, "--add", given=lines(ASKED, {"text": FERRIES}, {**ASKED, "id": "newer"}, ASKED))
    assert [len(answer.get("matches", ())) for answer in answers] == [2, 0, 3, 3]
    assert [answer.get("known") for answer in answers] == [False, None, False, True]
    assert answers[1]["error"] == "no id, without which nothing is added"
    assert ids(held) == ["wire", "daily", "post", "new"]


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 20])
def test_lines_may_come_in_pieces(held: Path, size: int) -> None:
    data = b"\xef\xbb\xbf" + lines(ASKED, ARTICLES[0]).encode()
    with Index.open(held, mode="r") as found:
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        assert [answer["id"] for answer in answers(pieces, found)] == ["new", "wire"]
        assert list(answers([], found)) == []


def test_a_guess_of_the_encoding_is_remarked_upon_once(held: Path) -> None:
    data = "".join(
        json.dumps({"id": name, "text": name}, ensure_ascii=False) + "\n" for name in ("déjà", "été")
    )
    with Index.open(held, mode="r") as found:
        first, second = answers([data.encode("cp1252")], found)
    assert (first["id"], second["id"]) == ("déjà", "été")
    [remark] = first["remarks"]
    assert "windows-1252 where it is not, a guess" in remark
    assert "remarks" not in second


def test_lines_in_an_encoding_that_is_named(held: Path) -> None:
    data = json.dumps({"id": "řeka", "text": "Řeka je plná"}, ensure_ascii=False).encode("cp1250")
    with Index.open(held, mode="r") as found:
        assert [one["id"] for one in answers([data], found, reading=ReadingOptions(encoding="cp1250"))] == [
            "řeka"
        ]
        with pytest.raises(InputError, match="lines in utf-16 cannot be answered one by one"):
            list(answers([data], found, reading=ReadingOptions(encoding="utf-16")))


@contextmanager
def kept_open(held: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A query in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "syndetect",
        "index",
        "query",
        str(held),
        "-",
        "--format",
        "jsonl",
        *words,
    ]
    strict = "error,ignore:overflow encountered:RuntimeWarning"  # hashes wrap around, which interpreters tell
    environment = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONWARNINGS": strict}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, env=environment, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def ask(process: subprocess.Popen[bytes], document: Any) -> dict[str, Any]:
    """Write a line, and wait for its answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(lines(document).encode())
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def test_each_answer_comes_before_the_next_line_and_of_the_newest_state(held: Path, corpus: Path) -> None:
    corpus.write_text(lines({**ASKED, "id": "other"}), encoding="utf-8")
    with kept_open(held) as process:
        assert len(ask(process, ASKED)["matches"]) == 2
        assert ask(process, 7) == {"line": 2, "error": "no JSON object but int"}
        assert run("add", held, corpus, "-q").exit_code == 0
        assert len(ask(process, ASKED)["matches"]) == 3
        assert run("compact", held, "-q").exit_code == 0
        assert len(ask(process, ASKED)["matches"]) == 3
        out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, b"")
    assert said == b"3 articles queried, 3 with passages of the index, 1 not used\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_a_pipe_ends_cleanly(held: Path) -> None:
    with kept_open(held, "--add") as process:
        ask(process, ASKED)
        assert "is writing" in failed(run("remove", held, "wire"))
        time.sleep(0.3)  # until it has added the article, and waits
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (130, b"syndetect: interrupted\n")
    assert ids(held)[-1] == "new"
    with kept_open(held) as process:
        ask(process, ASKED)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.write(lines(ASKED).encode())
        process.stdin.flush()
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


# ----------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("command", ["add", "query", "info", "verify", "compact", "remove"])
def test_what_is_no_index(command: str, tmp_path: Path) -> None:
    more = ["x"] if command in ("add", "query", "remove") else []
    (tmp_path / "file").touch()
    for place, why in (
        ("lost", "there is no such folder"),
        ("file", "there is no such folder"),
        (".", "it has no"),
    ):
        assert f"is no index: {why}" in failed(run(command, tmp_path / place, *more))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "no space left on the disk; free some and try again"),
        (errno.EROFS, os.strerror(errno.EROFS)),
    ],
)
def test_a_disk_that_takes_no_more(
    held: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("syndetect.storage.segment_file.write_all", refuse)
    before = sorted(path.name for path in held.parent.rglob("*"))
    for words in (["add", held, corpus, "--existing", "replace"], ["build", held, corpus, "--force"]):
        told = failed(run(*words))
        assert told.startswith(f"cannot write {held.parent}")
        assert told.endswith(f".segment: {reason}")
    assert sorted(path.name for path in held.parent.rglob("*")) == before
    assert ids(held) == ["wire", "daily", "post"]


def test_an_index_of_a_newer_format(held: Path) -> None:
    manifest = held / "manifest.json"
    text = manifest.read_text(encoding="utf-8").replace('"format": 2', '"format": 9')
    manifest.write_text(text, encoding="utf-8")
    told = f"{held} has format 9, and this version reads up to 2: install a newer syndetect"
    assert failed(run("info", held)) == told
    assert failed(run("add", held, "-", given="")) == told


@pytest.mark.skipif(sys.platform == "win32", reason="there the lock keeps nobody out")
def test_an_index_that_is_written_by_another(held: Path, corpus: Path) -> None:
    with Index.open(held):
        for words in (["add", held, corpus], ["remove", held, "wire"], ["compact", held]):
            assert f"is writing {held}: wait until it is done" in failed(run(*words))
        assert "is writing" in failed(run("build", held, corpus, "--force"))
        assert run("query", held, corpus, "-q").exit_code == 0
        assert run("verify", held).exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["build", "i"], "Missing argument 'PATH...'"),
        (["build", "i", "x", "--slots", "64"], "bands x rows must not exceed slots"),
        (["remove", "i"], "nothing to remove: give an ID, or --ids-from FILE"),
        (["query", "i", "x", "--format", "parquet"], "--format parquet writes files: add -o DIR"),
        (["query", "i", "x", "--format", "json", "-o", "out"], "--format json is for standard output"),
        (["query", "i", "x", "--add"], "--add goes with the one PATH - and --format jsonl"),
        (["query", "i", "-", "--add"], "--add goes with the one PATH - and --format jsonl"),
        (["add", "i", "x", "--existing", "keep"], "'keep' is not one of"),
    ],
)
def test_wrong_usage_is_2(words: list[str], message: str) -> None:
    outcome = run(*words)
    assert outcome.exit_code == 2
    assert message in outcome.stderr


def test_help_fits_80_columns_and_is_quick_to_import() -> None:
    assert list(index.commands) == ["build", "add", "remove", "query", "near", "info", "verify", "compact"]
    for words in (["--help"], *([name, "--help"] for name in index.commands)):
        outcome = run(*words)
        assert outcome.exit_code == 0
        assert max(map(len, outcome.stdout.splitlines())) <= 80
        assert "..." not in outcome.stdout.partition("Options:")[2]
    code = (
        "import sys; from syndetect.cli.program import main; sys.argv[1:] = ['index', 'query', '--help']\n"
        "heavy = {'polars', 'numpy', 'numba', 'rich', 'xxhash', 'datasketch'}\n"
        "try: main()\n"
        "except SystemExit: print(sorted(heavy & {*sys.modules}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    assert done.stdout.splitlines()[-1] == b"[]"
