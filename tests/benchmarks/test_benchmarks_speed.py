"""The made corpora are what their truth says, and the figures of speed and recall are about what they say."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from benchmarks import __main__ as command
from benchmarks.accuracy import likeness, recall
from benchmarks.corpus import maker
from benchmarks.corpus.corpus_files import read_articles
from benchmarks.corpus.maker import Options, bytes_of, make, truth_path
from benchmarks.corpus.vocabulary import language, spelling
from benchmarks.corpus.wire_stories import KINDS, TRUTH
from benchmarks.speed import machine, peers, ratios, results_page, scan_speed, signature_speed
from syndetect.cli.program import main as program
from syndetect.schema import TABLES


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of 3 MB, long enough for every kind of copy."""
    path = tmp_path_factory.mktemp("made") / "corpus.jsonl"
    make(path, Options(3_000_000))
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of 500 kB, with copies, for what takes long or starts processes."""
    path = tmp_path_factory.mktemp("small") / "corpus.jsonl"
    make(path, Options(500_000))
    return path


def rows_of(path: Path) -> tuple[list[dict[str, str]], list[dict[str, int]]]:
    articles = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    with np.load(truth_path(path)) as file:
        return articles, [dict(zip(TRUTH, row, strict=True)) for row in file["truth"].tolist()]


class TestMaker:
    def test_lines_are_articles_in_order_of_time(self, corpus: Path) -> None:
        articles, _ = rows_of(corpus)
        assert [article["id"] for article in articles] == [f"a{i:09d}" for i in range(len(articles))]
        assert [*articles[0]] == ["id", "source", "published", "title", "text"]
        times = [article["published"] for article in articles]
        assert times == sorted(times)
        assert times[0] == "2031-01-01T00:00:00Z"
        assert times[200].startswith("2031-01-02T")
        assert 2_900_000 < corpus.stat().st_size <= 3_000_000

    def test_the_truth_points_at_equal_text(self, corpus: Path) -> None:
        articles, truth = rows_of(corpus)
        assert {KINDS[row["kind"]] for row in truth} == {*KINDS}
        exact = {KINDS.index(kind) for kind in ("identical", "merged with neighbour", "whole article")}
        for row in truth:
            copy = articles[row["copy"]]["text"][row["copy_begin"] : row["copy_end"]]
            origin = articles[row["origin"]]["text"][row["origin_begin"] : row["origin_end"]]
            assert 0 <= row["origin"] < row["copy"]
            assert len(origin.split()) == row["words"]
            if row["kind"] in exact:
                assert copy == origin
            words = [set(re.findall(r"\w+", text.casefold())) for text in (copy, origin)]
            assert len(words[0] & words[1]) >= 0.4 * len(words[1])

    def test_whole_articles_are_equal(self, corpus: Path) -> None:
        articles, truth = rows_of(corpus)
        whole = {(row["copy"], row["origin"]) for row in truth if KINDS[row["kind"]] == "whole article"}
        assert whole
        for copy, origin in whole:
            assert articles[origin]["text"].startswith(articles[copy]["text"])
            assert articles[origin]["source"] != articles[copy]["source"]

    def test_three_in_ten_articles_run_others(self, corpus: Path) -> None:
        articles, truth = rows_of(corpus)
        assert 0.2 < len({row["copy"] for row in truth}) / len(articles) < 0.4

    def test_boilerplate_stands_in_many_articles(self, corpus: Path) -> None:
        articles, truth = rows_of(corpus)
        copies = {row["copy"] for row in truth}
        own = [one["text"].split("\n\n") for i, one in enumerate(articles) if i not in copies]
        _, counts = np.unique(
            [piece for pieces in own for piece in pieces if len(piece) > 60], return_counts=True
        )
        assert 3 <= counts.max() < 0.1 * len(articles)

    def test_a_smaller_corpus_is_the_beginning_of_a_larger(self, corpus: Path, small: Path) -> None:
        assert corpus.read_bytes().startswith(small.read_bytes())
        few, many = rows_of(small)[1], rows_of(corpus)[1]
        assert few == many[: len(few)]

    def test_options_decide(self, tmp_path: Path) -> None:
        def made(**options: Any) -> bytes:
            make(tmp_path / "x.jsonl", Options(**{"size": 400_000, **options}))
            return (tmp_path / "x.jsonl").read_bytes()

        assert made() != made(seed=2)
        assert made(articles=7).count(b"\n") == 7
        assert b"2031-01-03T" in made(articles_a_day=12)

    def test_a_hot_paragraph(self, tmp_path: Path) -> None:
        ends = []
        for is_distinct in (False, True):
            path = tmp_path / f"{is_distinct}.jsonl"
            make(path, Options(10**9, 60, length=0.05, hot=1, is_hot_distinct=is_distinct))
            articles, truth = rows_of(path)
            untouched = {number for number in range(60) if number % 12} - {row["copy"] for row in truth}
            ends.append({articles[number]["text"].rpartition("\n\n")[2] for number in untouched})
        assert len(ends[0]) == 1
        assert len(ends[1]) == len(untouched)

    def test_words_are_spelt_once_for_all(self) -> None:
        words = [spelling(rank) for rank in range(0, 1_000_000, 5000)]
        assert all(re.fullmatch("[A-Za-z]{1,15}", word) for word in words)
        assert len(set(words)) > 150
        for table in language()[1:]:
            assert (np.diff(table) >= 0).all()

    def test_sizes(self) -> None:
        assert [bytes_of(text) for text in ("64MB", "1.5 GB", "10", "3kB")] == [
            64_000_000,
            1_500_000_000,
            10,
            3000,
        ]
        with pytest.raises(ValueError, match="not a size"):
            bytes_of("large")

    def test_command_line(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        maker.main([str(tmp_path / "x.jsonl"), "--size", "50kB"])
        assert "articles, 0.0 MB" in capsys.readouterr().out


class TestRecall:
    # an article's second paragraph (characters 20 to 40) was copied to the first of another (0 to 20)
    TRUTH = recall.Truth(np.array([0]), np.array([[5, 0, 20]]), np.array([[2, 20, 40]]), ("identical",))
    PARAGRAPHS = recall.Paragraphs(np.array([2, 2, 5, 5]), np.array([0, 20, 0, 30]))

    @pytest.mark.parametrize(
        ("spans", "found"), [((20, 40, 0, 20), True), ((30, 90, 10, 90), True), ((31, 40, 0, 20), False)]
    )
    def test_matches(self, spans: tuple[int, int, int, int], found: bool) -> None:
        begin_a, end_a, begin_b, end_b = spans
        row = ("a000000002", begin_a, end_a, "a000000005", begin_b, end_b, 9, 1.0, 9.0)
        matches = pl.DataFrame([row], schema=dict(TABLES["matches"]), orient="row")
        assert recall.by_matches(self.TRUTH, matches).tolist() == [found]

    @pytest.mark.parametrize(
        ("pair", "found"), [((1, 2), True), ((2, 1), True), ((0, 2), False), ((1, 3), False)]
    )
    def test_pairs(self, pair: tuple[int, int], found: bool) -> None:
        reported = {"pairs": np.array([pair])}
        assert recall.of_found(self.TRUTH, self.PARAGRAPHS, reported, 2).tolist() == [found]

    def test_groups(self) -> None:
        for groups, found in (([0, 1, 1, 2], True), ([0, 1, 2, 1], False)):
            reported = {"groups": np.array(groups)}
            assert recall.of_found(self.TRUTH, self.PARAGRAPHS, reported, 2).tolist() == [found]

    @pytest.mark.parametrize(
        ("flags", "signature", "found"),
        [
            ([0, 1, 1, 0], [1, 2, 9, 9], True),
            ([0, 0, 1, 0], [1, 2, 9, 9], False),  # not flagged
            ([0, 1, 1, 0], [9, 2, 3, 9], False),  # agrees in no band of two
        ],
    )
    def test_flags(self, flags: list[int], signature: list[int], found: bool) -> None:
        signatures = np.array([[0] * 4, [1, 2, 3, 4], signature, [5] * 4], np.uint32)
        reported = {"flags": np.array(flags, np.bool_), "signatures": signatures}
        assert recall.of_found(self.TRUTH, self.PARAGRAPHS, reported, 2).tolist() == [found]

    def test_truth_of_the_first_articles(self, corpus: Path) -> None:
        whole, part = recall.Truth.read(corpus, 10**6), recall.Truth.read(corpus, 100)
        assert 0 < len(part.kind) < len(whole.kind)
        assert part.copy[:, 0].max() < 100
        assert recall.shares(part, np.ones(len(part.kind), np.bool_))["all"] == 1.0


class TestPeers:
    def test_paragraphs_and_where_they_are(self) -> None:
        pieces, places = peers.paragraphs_of(["one two\n\nthree", "", "four\n\n\n\nfive"])
        assert pieces == ["one two", "three", "four", "five"]
        assert list(zip(places.article, places.begin, strict=True)) == [(0, 0), (0, 9), (2, 0), (2, 8)]

    def test_shingles(self) -> None:
        assert peers.shingles_of("A b C d") == ["a b c", "b c d"]
        assert peers.byte_shingles_of("É b") == ["é b".encode()]

    @pytest.mark.parametrize(
        "name",
        [
            pytest.param(name, marks=[pytest.mark.needs("rensa")] if name.startswith("rensa") else [])
            for name in peers.FIND
            if name != "datatrove"
        ],
    )
    def test_each_finds_what_is_equal(self, name: str) -> None:
        draw = np.random.default_rng(3)
        texts = [" ".join(f"w{word}" for word in draw.integers(1000, size=40)) for _ in range(6)]
        found = peers.FIND[name]([*texts, texts[2]], 1)
        if "pairs" in found:
            assert found["pairs"].tolist() == [[2, 6]]
        else:
            assert np.flatnonzero(found["flags"]).tolist() == [2, 6]


class TestSpeed:
    def test_signatures_are_held_against_datasketch(
        self, corpus: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        encoded = [article.text.encode() for article in read_articles(corpus)[:3]]
        documents = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
        buffer = np.frombuffer(b"".join(encoded), np.uint8)
        assert signature_speed.is_datasketch(buffer, documents)
        signed = signature_speed.sign_text(buffer, documents, 2)
        signed[0][0, 5] ^= 1
        monkeypatch.setattr(signature_speed, "sign_text", lambda *_: signed)
        assert not signature_speed.is_datasketch(buffer, documents)

    def test_rounds_take_turns(self) -> None:
        order = []
        seconds = signature_speed.rounds({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 2)
        assert "".join(order) == "ababab"
        assert [*seconds] == ["a", "b"]


RESULTS: dict[str, Any] = {
    "equal to datasketch": True,
    "machine": {"processor": "one", "commit": "abc"},
    "options": {"rounds": "5"},
    "parts": {
        "text": [
            {"task": task, "threads": 1, "MB": 8.0, "MB/s": rate}
            for task, rate in (
                ("syndetect: tokenise", 900.0), ("syndetect: tokenise and sign", 500.0), ("datasketch bulk", 1.0),
                ("rensa full set", 20.0),
            )
        ],
        "hashes": [{"shingles": 20, "syndetect, ns": 100, "rensa full set, ns": 600, "rensa sampling, ns": 100}],
        "scan": [
            {"tool": "syndetect", "threads": 2, "MB/s": 60.0, "recall": 0.99, "recall by kind": {"all": 0.99}},
            {"tool": "datasketch", "threads": 1, "MB/s": 1.0, "recall": 0.9, "recall by kind": {"all": 0.9}},
        ],
        "growth": [
            {"MB": 64.0, "ms/MB": 15.0, "memory, MB": 900, "against the step before": None},
            {"MB": 256.0, "ms/MB": 60.0, "memory, MB": 950, "against the step before": 4.0},
        ],
    },
}  # fmt: skip


class TestRatios:
    def test_of_results(self) -> None:
        found = {ratio.name: ratio for ratio in ratios.of_results(RESULTS["parts"])}
        assert found["text to signatures, times datasketch bulk"].value == 500
        assert found["text to signatures, times the tokenising"].value == pytest.approx(1.8)
        assert found["20 hashes to a signature, times rensa full set"].value == 6
        assert found["whole scan, 2 threads, times datasketch"].value == 60
        far = [name for name, ratio in found.items() if ratio.is_far_off]
        assert far == ["time per MB at 256 MB, times the step before"]

    def test_wrongs(self) -> None:
        assert len(ratios.wrongs(RESULTS, 0.97)) == 1
        assert ratios.wrongs(RESULTS, 0.995)[0] == "recall 0.99 is below 0.995"
        unequal = RESULTS | {"equal to datasketch": False}
        assert ratios.wrongs(unequal, 0.97)[0] == "signatures differ from datasketch's"


class TestPages:
    def test_page_and_pictures(self, tmp_path: Path) -> None:
        found = [ratio._asdict() for ratio in ratios.of_results(RESULTS["parts"])]
        results_page.write(RESULTS | {"ratios": found}, tmp_path)
        page = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
        for said in ("processor: one", "commit: abc", "at most 2", "| syndetect  |"):
            assert said in page
        pictures = re.findall(r"\]\((.+?\.png)\)", page)
        assert len(pictures) == 5
        assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in pictures)

    def test_a_run_without_truth_has_no_recall(self, tmp_path: Path) -> None:
        rows = [row | {"recall": None, "recall by kind": {}} for row in RESULTS["parts"]["scan"]]
        results_page.write(RESULTS | {"parts": {"scan": rows}}, tmp_path)
        assert not (tmp_path / "recall.png").exists()


class TestScans:
    def test_a_scan_of_a_made_corpus(self, corpus: Path, tmp_path: Path) -> None:
        row = scan_speed.scan(corpus, tmp_path, 2)
        assert row["recall"] > 0.97
        assert row["memory, MB"] > 50
        assert row["articles"] == len(rows_of(corpus)[0])

    def test_a_command_that_fails(self) -> None:
        with pytest.raises(subprocess.CalledProcessError, match="status 3"):
            scan_speed.run([sys.executable, "-c", "raise SystemExit(3)"])

    def test_growing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def run(command: Sequence[str]) -> tuple[float, float]:
            assert (
                CliRunner().invoke(program, command[3:]).exit_code == 0
            )  # in this process, which is quicker
            return 1.0, 100.0

        monkeypatch.setattr(scan_speed, "run", run)
        first, second = scan_speed.growing(tmp_path, [100_000, 200_000], 1, 1, {})
        assert first["against the step before"] is None
        assert second["against the step before"] == second["ms/MB"] / first["ms/MB"]
        assert [row["MB"] for row in (first, second)] == [0.1, 0.2]
        assert not [*tmp_path.iterdir()]


class TestLikeness:
    def test_figures(self, small: Path, capsys: pytest.CaptureFixture[str]) -> None:
        likeness.main([str(small), str(small)])
        table = capsys.readouterr().out
        grams = [float(line.split()[-1]) for line in table.splitlines() if line.startswith("4-word grams")]
        assert sum(grams) == pytest.approx(100, abs=0.01)


class TestMachine:
    def test_it_is_described(self) -> None:
        told = machine.describe()
        assert {"processor", "cores", "memory", "Python", "numba", "commit"} <= {*told}
        assert all(told.values())


class TestCommand:
    def test_parts_that_do_not_exist(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            command.main(["--parts", "scan,speed"])
        assert "no such part: speed" in capsys.readouterr().err

    @pytest.mark.needs("rensa")
    def test_one_part(self, small: Path, tmp_path: Path) -> None:
        arguments = ["--parts", "tokenise", "--corpus", str(small), "--rounds", "1", "--threads", "1"]
        assert command.main([*arguments, "--out", str(tmp_path), "--work", str(tmp_path)]) == 0
        results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
        assert results["equal to datasketch"] is True
        assert [row["threads"] for row in results["parts"]["text"]] == [1] * 6
