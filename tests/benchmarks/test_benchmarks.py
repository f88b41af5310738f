"""The benchmarks measure what they say, on tiny invented texts."""

import gzip
import itertools
import json
import random
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks import command
from benchmarks.accuracy import decoys, order, pan, planted, runs
from benchmarks.corpus import corpus_files, edits, planting
from benchmarks.corpus.corpus_files import Article
from benchmarks.corpus.planting import Place, Plant
from syndetect.evaluation.scores import ALIGNED
from syndetect.intervals import Span, overlap
from syndetect.matching.tokens import Words
from syndetect.schema import TABLES
from syndetect.settings import Settings

Row = tuple[str, int, int, str, int, int, float]


def frame_of(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(
        [(*row[:6], 9, 1.0, row[6]) for row in rows], schema=dict(TABLES["matches"]), orient="row"
    )


def words_of(articles: Sequence[Article]) -> Words:
    """A plain twin of the tokeniser: words of letters and digits, paragraphs between blank lines."""
    begin: list[int] = []
    end: list[int] = []
    paragraphs: list[int] = []
    documents, document_paragraphs = [0], [0]
    for article in articles:
        for span in planting.paragraphs_of(article.text):
            paragraphs.append(len(begin))
            for found in re.finditer(r"\w+", article.text[slice(*span)]):
                begin.append(span.begin + found.start())
                end.append(span.begin + found.end())
        documents.append(len(begin))
        document_paragraphs.append(len(paragraphs))
    return Words(
        np.arange(len(begin), dtype=np.uint64),
        np.array(begin, np.uint32),
        np.array(end, np.uint32),
        np.array(documents, np.int64),
        np.array([*paragraphs, len(begin)], np.int64),
        np.array(document_paragraphs, np.int64),
    )


def newspaper(number: int, seed: int = 3) -> list[Article]:
    """Invented articles of invented words, by two outlets."""
    draw = random.Random(seed)
    lexicon = ["".join(draw.choices("abdegiklmnoprstu", k=draw.randint(2, 8))) for _ in range(400)]
    return [
        Article(
            f"d{i}",
            "\n\n".join(
                " ".join(draw.choices(lexicon, k=draw.randint(26, 40))).capitalize() + "." for _ in range(6)
            ),
            ("Gazette", "Courier")[i % 2],
        )
        for i in range(number)
    ]


class TestPan:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        kind = tmp_path / "02-no-obfuscation"
        for name in ("src", "susp", kind.name):
            (tmp_path / name).mkdir()
        (kind / "pairs").write_text("a.txt m.txt\nb.txt m.txt\n")
        offsets = 'this_offset="2" this_length="3" source_offset="5" source_length="4"'
        feature = f'<feature name="plagiarism" source_reference="m.txt" {offsets}/>'
        (kind / "a-m.xml").write_text(
            f'<document reference="a.txt"><feature name="about"/>{feature}</document>'
        )
        (kind / "b-m.xml").write_text('<document reference="b.txt"/>')
        for name in ("susp/a.txt", "susp/b.txt", "src/m.txt"):
            (tmp_path / name).write_bytes("é\r\nü\0".encode())
        return tmp_path

    def test_reads_pairs_and_cases(self, folder: Path) -> None:
        found = pan.read_subcorpus(folder / "02-no-obfuscation")
        assert found.pairs == [("a.txt", "m.txt"), ("b.txt", "m.txt")]
        assert found.cases.rows() == [("a.txt", 2, 5, "m.txt", 5, 9)]

    def test_reads_each_document_once_and_keeps_line_ends(self, folder: Path) -> None:
        documents = pan.read_documents(folder, [("b.txt", "m.txt"), ("a.txt", "m.txt")])
        assert [(one.id, one.text) for one in documents] == [
            (name, "é\r\nü ") for name in ("a.txt", "b.txt", "m.txt")
        ]

    def test_keeps_the_matches_of_listed_pairs(self) -> None:
        matches = frame_of(
            ("a", 0, 5, "m", 1, 6, 9.0), ("a", 0, 5, "n", 1, 6, 9.0), ("a", 0, 5, "b", 1, 6, 9.0)
        )
        found = pan.detections_in(matches, [("a", "m"), ("b", "m")])
        assert found.rows() == [("a", 0, 5, "m", 1, 6)]

    def test_counts_every_detection_as_false_where_nothing_is_reused(self) -> None:
        detections = pl.DataFrame([("a", 0, 9, "m", 0, 9)], ALIGNED, orient="row")
        row = pan.row_of("none", detections.clear(), detections)
        assert (row["plagdet"], row["detections"], row["false"]) == (None, 1, 1)


PARAGRAPH = (
    "The minister of Harbors Ann Ito said on Monday, “We will organize the labor,” and that Castello will "
    "favor no port over another, according to three officials who had seen the program and who asked not to "
    "be named."
)


class TestEdits:
    @pytest.fixture
    def vocabulary(self) -> edits.Vocabulary:
        return edits.Vocabulary(["new words that are foreign to it, such as zebra zebra zebra"])

    @pytest.mark.parametrize("kind", edits.KINDS)
    def test_spans_hold_the_reuse(self, kind: str, vocabulary: edits.Vocabulary) -> None:
        copy = edits.KINDS[kind](PARAGRAPH, np.random.default_rng(1), vocabulary)
        again = edits.KINDS[kind](PARAGRAPH, np.random.default_rng(1), vocabulary)
        reused, origin = copy.text[slice(*copy.reused)], PARAGRAPH[slice(*copy.origin)]
        assert copy == again
        assert reused == reused.strip()
        if kind in ("house style", "12 % edited", "22 % edited", "16 words, 8 % edited, within 44"):
            assert reused != origin
        else:
            assert reused == origin

    @pytest.mark.parametrize(
        ("kind", "reused", "origin", "whole"),
        [
            ("identical", 39, 39, 39),
            ("first 60 %, new tail", 23, 23, 39),
            ("within three times longer", 39, 39, 117),
            ("12 words within 40", 12, 12, 40),
        ],
    )
    def test_lengths(
        self, kind: str, reused: int, origin: int, whole: int, vocabulary: edits.Vocabulary
    ) -> None:
        copy = edits.KINDS[kind](PARAGRAPH, np.random.default_rng(2), vocabulary)
        texts = copy.text[slice(*copy.reused)], PARAGRAPH[slice(*copy.origin)], copy.text
        assert [len(edits.WORD.findall(text)) for text in texts] == [reused, origin, whole]

    @pytest.mark.parametrize("share", [0.12, 0.22])
    def test_edits_as_many_words_as_asked(self, share: float, vocabulary: edits.Vocabulary) -> None:
        text = " ".join(f"w{i}" for i in range(100))
        copy = edits.edited(share)(text, np.random.default_rng(3), vocabulary)
        words = copy.text.split()
        kept, added = [w for w in words if w in text.split()], [w for w in words if w not in text.split()]
        changed = 100 - len(kept)  # substituted or deleted
        assert kept == sorted(kept, key=lambda w: int(w[1:]))
        assert max(changed, len(added)) <= round(100 * share) <= changed + len(added)

    def test_house_style(self, vocabulary: edits.Vocabulary) -> None:
        text = edits.house_style(PARAGRAPH, np.random.default_rng(1), vocabulary).text
        assert '"We will organise the labour," and that Mr Castello will favour' in text
        assert "minister of Harbours Ann" in text
        assert "programme" in text

    def test_house_style_curls_straight_quotes(self, vocabulary: edits.Vocabulary) -> None:
        text = edits.house_style('"No," she didn\'t say ("No").', np.random.default_rng(1), vocabulary).text
        assert text == "‘No,’ she didn’t say (‘No’)."

    def test_words_are_drawn_by_frequency(self) -> None:
        drawn = edits.Vocabulary(["rare often often often"]).draw(4000, np.random.default_rng(1))
        assert 2850 < drawn.count("often") < 3150


class TestPlanting:
    def test_every_plant_stands_where_it_is_said_to(self) -> None:
        articles = newspaper(40)
        grown, plants = planting.plant(articles, 5, seed=7)
        assert [one.id for one in grown] == [one.id for one in articles]
        assert sorted(one.kind for one in plants) == sorted(list(edits.KINDS) * 5)
        for one in plants:
            origin, reused = (grown[p.article].text[slice(*p.span)] for p in (one.origin, one.reused))
            assert origin in articles[one.origin.article].text
            assert articles[one.origin.article].source != articles[one.reused.article].source
            if "edited" not in one.kind and one.kind != "house style":
                assert reused == origin

    def test_nothing_is_replaced_and_no_source_is_used_twice(self) -> None:
        articles = newspaper(40)
        grown, plants = planting.plant(articles, 5, seed=7)
        origins = [grown[p.article].text[slice(*p.span)] for p in (one.origin for one in plants)]
        assert len(set(origins)) == len(origins)
        for before, after in zip(articles, grown, strict=True):
            at = 0
            for span in planting.paragraphs_of(before.text):
                at = after.text.index(before.text[slice(*span)], at)

    def test_merged_copies_share_a_paragraph_and_others_stand_alone(self) -> None:
        grown, plants = planting.plant(newspaper(40), 5, seed=7)
        for one in plants:
            text, span = grown[one.reused.article].text, one.reused.span
            around = [p for p in planting.paragraphs_of(text) if overlap(p, span)]
            assert len(around) == 1
            if one.kind in ("identical", "merged with neighbour"):
                assert (around[0] == span) == (one.kind == "identical")

    def test_the_seed_decides(self) -> None:
        articles = newspaper(40)
        assert planting.plant(articles, 3, seed=7) == planting.plant(articles, 3, seed=7)
        assert planting.plant(articles, 3, seed=7) != planting.plant(articles, 3, seed=8)

    def test_too_many_plants_are_refused(self) -> None:
        with pytest.raises(ValueError, match="paragraphs"):
            planting.plant(newspaper(4), 100, seed=1)

    def test_paragraphs_stand_between_blank_lines(self) -> None:
        text = "  one\ntwo \n \n\nthree\n\n"
        assert [text[slice(*span)] for span in planting.paragraphs_of(text)] == ["one\ntwo", "three"]


class TestPlanted:
    # the words "c d e f" of the first article, and "w x", were planted into the second
    ARTICLES = (Article("p", "a b c d e f\n\nw x y z"), Article("q", "k l\n\nm c d e f n\n\nw x"))
    PLANTS = (
        Plant("identical", Place(0, Span(4, 11)), Place(1, Span(7, 14))),
        Plant("12 words within 40", Place(0, Span(13, 16)), Place(1, Span(18, 21))),
    )

    def test_spans_of_the_fixture(self) -> None:
        for one in self.PLANTS:
            texts = {self.ARTICLES[p.article].text[slice(*p.span)] for p in (one.origin, one.reused)}
            assert len(texts) == 1

    @pytest.mark.parametrize(
        ("seed", "found"),
        [
            ((2, 13), [True, False]),  # c d ~ c d
            ((13, 2), [True, False]),  # either side may come first
            ((4, 15), [True, False]),  # e f ~ e f
            ((5, 16), [False, False]),  # begins inside, ends outside
            ((1, 12), [False, False]),  # begins before
            ((2, 18), [False, False]),  # c d ~ w x: of different plants
            ((6, 18), [False, True]),
        ],
    )
    def test_a_seed_must_lie_inside_both_sides(self, seed: tuple[int, int], found: list[bool]) -> None:
        words = words_of(self.ARTICLES)
        assert planted.found_by_seeds(self.PLANTS, words, np.array([seed]), 2).tolist() == found

    def test_lsh_pairs_the_paragraphs(self) -> None:
        words = words_of(self.ARTICLES)
        pairs = np.array([[3, 0], [1, 2]])
        assert planted.found_by_paragraphs(self.PLANTS, words, pairs).tolist() == [True, False]
        assert planted.found_by_paragraphs(self.PLANTS, words, np.array([[1, 4]])).tolist() == [False, True]

    @pytest.mark.parametrize(
        ("match", "found"),
        [
            (("p", 4, 8, "q", 7, 11, 9.0), [True, False]),
            (("p", 4, 7, "q", 7, 14, 9.0), [False, False]),  # less than half on one side
            (("p", 0, 20, "q", 0, 21, 9.0), [True, True]),
            (("p", 4, 11, "r", 7, 14, 9.0), [False, False]),
        ],
    )
    def test_one_match_must_cover_half_of_both_sides(self, match: Row, found: list[bool]) -> None:
        assert planted.found_by_matches(self.PLANTS, self.ARTICLES, frame_of(match)).tolist() == found

    def test_half_of_a_match_of_two_does_not_count_twice(self) -> None:
        thirds = frame_of(("p", 4, 7, "q", 7, 10, 9.0), ("p", 8, 11, "q", 11, 14, 9.0))
        assert planted.found_by_matches(self.PLANTS, self.ARTICLES, thirds).tolist() == [False, False]

    def test_rows_state_shares(self) -> None:
        rows = planted.rows_of(self.PLANTS, {"LSH": np.array([True, False])})
        assert [(row["kind"], row["number"], row["LSH"]) for row in rows] == [
            ("identical", 1, 1.0),
            ("12 words within 40", 1, 0.0),
            ("all", 2, 0.5),
        ]


class TestDecoys:
    MATCHES = frame_of(
        ("news:a", 0, 9, "news:b", 0, 9, 30.0),
        ("news:a", 0, 9, "pan:x", 0, 9, 8.0),
        ("news:a", 20, 43, "pan:x", 20, 29, 12.0),
        ("news:b", 0, 9, "pan:y", 0, 9, 9.0),
    )
    TEXTS = {"news:a": "a talk of the press, of Unalienable\n Rights", "news:b": "what news "}  # noqa: RUF012

    @pytest.fixture
    def false(self) -> pl.DataFrame:
        return decoys.between_families(self.MATCHES, self.TEXTS)

    def test_only_matches_between_families_are_false(self, false: pl.DataFrame) -> None:
        assert false["score"].to_list() == [8.0, 12.0, 9.0]
        assert false["quoted"].to_list() == [False, True, False]

    @pytest.mark.parametrize(
        ("score", "linked", "number"),
        [(7, 7, (3, 1)), (8.5, 7, (3, 1)), (9.5, 7, (2, 1)), (9.5, 8.5, (1, 1)), (12.5, 7, (0, 0))],
    )
    def test_a_weak_match_is_accepted_beside_a_strong_one(
        self, false: pl.DataFrame, score: float, linked: float, number: tuple[int, int]
    ) -> None:
        assert decoys.accepted(false, score, linked) == number

    def test_the_least_threshold_that_holds_is_chosen_on_the_setting_half(self, false: pl.DataFrame) -> None:
        rows = decoys.rows_of(decoys.Half(false, 200_000), decoys.Half(false, 100_000), 8.5)
        chosen = [decoys.choose(rows, rate) for rate in ("rate", "unquoted")]
        assert [one and one["score"] for one in chosen] == [9.5, 8.5]
        assert decoys.choose(rows[:5], "rate") is None
        ten = next(row for row in rows if row["score"] == 10)
        assert (ten["setting: rate"], ten["reporting: rate"], ten["reporting: unquoted"]) == (5.0, 10.0, 0.0)

    def test_halves_are_even_and_seeded(self) -> None:
        halves = [decoys.half_of(f"d{i}", 1) for i in range(2000)]
        assert 900 < sum(halves) < 1100
        assert halves == [decoys.half_of(f"d{i}", 1) for i in range(2000)]
        assert halves != [decoys.half_of(f"d{i}", 2) for i in range(2000)]


def naive_runs(articles: list[Article], least: int) -> set[runs.Run]:
    """Every maximal shared run, by comparing every word of every pair of articles."""
    tokens = [[(m[0].lower(), *m.span()) for m in re.finditer(r"\w+", one.text)] for one in articles]
    grams = Counter(tuple(t[0] for t in x[i : i + least]) for x in tokens for i in range(len(x) - least + 1))
    found = set()
    for a, b in itertools.combinations(range(len(articles)), 2):
        x, y = tokens[a], tokens[b]
        for i, j in itertools.product(range(len(x)), range(len(y))):
            if i and j and x[i - 1][0] == y[j - 1][0]:
                continue
            n = 0
            while i + n < len(x) and j + n < len(y) and x[i + n][0] == y[j + n][0]:
                n += 1
            if n >= least:
                spans = (Span(t[k][1], t[k + n - 1][2]) for t, k in ((x, i), (y, j)))
                words = [t[0] for t in x[i : i + n]]
                often = [grams[tuple(words[k : k + least])] for k in range(n - least + 1)]
                found.add(runs.Run(a, next(spans), b, next(spans), n, statistics.median_low(often)))
    return found


class TestRuns:
    def test_equal_every_pair_compared(self) -> None:
        draw = random.Random(11)
        for _ in range(60):
            articles = [
                Article(f"{i}", " ".join(draw.choices("ABcde", k=draw.randint(0, 25))))
                for i in range(draw.randint(1, 4))
            ]
            least = draw.randint(1, 5)
            found = list(runs.shared_runs(articles, least))
            assert len(found) == len(set(found))
            assert set(found) == naive_runs(articles, least)

    def test_case_and_apostrophes_are_folded(self) -> None:
        articles = [Article("a", "“It’s NOT so,” he said."), Article("b", "it's not—so he said")]
        assert [(run.words, tuple(run.span_a)) for run in runs.shared_runs(articles, 5)] == [(5, (1, 22))]

    ARTICLES = (Article("a", "x" * 100), Article("b", "x" * 100), Article("c", ""))
    RUN = runs.Run(0, Span(0, 100), 1, Span(0, 100), 12, 9)

    @pytest.mark.parametrize(
        ("rows", "common", "found"),
        [
            ([("a", 0, 50, "b", 0, 50, 9.0), ("a", 50, 90, "b", 50, 90, 9.0)], 50, True),
            ([("a", 0, 100, "b", 0, 89, 9.0)], 50, False),
            ([("a", 0, 100, "c", 0, 9, 9.0), ("b", 0, 100, "c", 0, 9, 9.0)], 50, False),
            (
                [("a", 0, 100, "c", 0, 9, 9.0), ("b", 0, 100, "c", 0, 9, 9.0)],
                8,
                True,
            ),  # common: a star will do
            ([], 8, False),
        ],
    )
    def test_a_run_must_lie_in_matches(self, rows: list[Row], common: int, found: bool) -> None:
        missed = runs.uncovered([self.RUN], self.ARTICLES, frame_of(*rows), common)
        assert missed == ([] if found else [self.RUN])

    def test_rows_count_by_length_and_places(self) -> None:
        rows = runs.rows_of([self.RUN, self.RUN._replace(places=99)], [self.RUN], 50)
        assert [row["words"] for row in rows if row["runs"]] == ["12 to 13"]
        assert list(rows[2].values()) == ["12 to 13", 1, 1, 1, 0]


class TestReading:
    def test_jsonl_and_folder(self, tmp_path: Path) -> None:
        record = {"id": "1", "text": "a\r\nb", "source": "s", "published": "2019-01-01", "url": "u"}
        (tmp_path / "x.jsonl.gz").write_bytes(gzip.compress(json.dumps(record).encode() + b"\n"))
        (tmp_path / "y").mkdir()
        (tmp_path / "y" / "t.txt").write_bytes("é\r\n".encode())
        assert corpus_files.read_articles(tmp_path / "x.jsonl.gz") == [
            Article("1", "a\r\nb", "s", "2019-01-01")
        ]
        assert corpus_files.read_articles(tmp_path / "y") == [Article("t.txt", "é\r\n", source="t")]

    def test_an_article_that_the_scan_leaves_out_is_an_error(self) -> None:
        articles = [Article("a", "some words"), Article("b", "a \0 character")]
        with pytest.raises(ValueError, match="skipped"):
            corpus_files.scan_articles(articles, Settings(), threads=1)

    def test_nothing_to_read_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="no articles"):
            corpus_files.read_articles(tmp_path)


class TestCommand:
    def test_settings_and_figures(self, tmp_path: Path) -> None:
        options = command.parser("x").parse_args(["--set", "rows=2", "--json", str(tmp_path / "f.json")])
        settings = command.settings_of(options, min_score=7.0)
        command.save(options, settings, rows=[1])
        saved = json.loads((tmp_path / "f.json").read_text())
        assert (saved["settings"]["rows"], saved["settings"]["min_score"], saved["rows"]) == (2, 7.0, [1])

    def test_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        command.print_table(
            [
                {"kind": "all", "n": 12, "share": 0.5},
                {"kind": "none", "n": 3, "share": None},
                {"kind": "most", "n": 4, "share": 0.9987},
            ]
        )
        assert capsys.readouterr().out == "kind   n   share\nall   12  0.5000\nnone   3\nmost   4  0.9987\n"


class TestCommandLines:
    """Each benchmark from its arguments to its figures, with the real scan."""

    @pytest.fixture
    def news(self, tmp_path: Path) -> Path:
        path = tmp_path / "news.jsonl.gz"
        lines = "\n".join(json.dumps(article._asdict()) for article in newspaper(30))
        path.write_bytes(gzip.compress(lines.encode()))
        return path

    @pytest.fixture
    def pan_folder(self, tmp_path: Path) -> Path:
        """Two suspicious documents; the first holds a paragraph of the source, the second nothing of it."""
        first, second, source = (article.text for article in newspaper(3, seed=9))
        begin, end = planting.paragraphs_of(source)[2]
        texts = {"susp/a.txt": first + "\n\n" + source[begin:end], "susp/b.txt": second, "src/m.txt": source}
        place = f'this_offset="{len(first) + 2}" source_offset="{begin}"'
        length = f'this_length="{end - begin}" source_length="{end - begin}"'
        for name in ("susp", "src", *pan.KINDS.values()):
            (tmp_path / name).mkdir()
        for name, text in texts.items():
            (tmp_path / name).write_bytes(text.encode())
        for kind in pan.KINDS.values():
            plagiarised = kind != pan.KINDS["none"]
            name = "a" if plagiarised else "b"
            told = f'<feature name="plagiarism" source_reference="m.txt" {place} {length}/>'
            (tmp_path / kind / "pairs").write_text(f"{name}.txt m.txt\n")
            (tmp_path / kind / f"{name}-m.xml").write_text(
                f'<document reference="{name}.txt">{told if plagiarised else ""}</document>'
            )
        return tmp_path

    @pytest.mark.parametrize("mode", [[], ["--pairs"]])
    def test_pan(self, pan_folder: Path, tmp_path: Path, mode: list[str]) -> None:
        pan.main([str(pan_folder), "--json", str(tmp_path / "f.json"), "--threads", "1", *mode])
        rows = {row["kind"]: row for row in json.loads((tmp_path / "f.json").read_text())["rows"]}
        assert rows["none"]["detections"] == 0
        assert rows["no-obfuscation"]["plagdet"] == pytest.approx(1.0, abs=0.01)

    def test_planted(self, news: Path, tmp_path: Path) -> None:
        planted.main([str(news), "--number", "3", "--json", str(tmp_path / "f.json"), "--threads", "1"])
        rows = {row["kind"]: row for row in json.loads((tmp_path / "f.json").read_text())["rows"]}
        assert [row["number"] for row in rows.values()] == [3] * 9 + [27]
        for kind in ("identical", "merged with neighbour", "within three times longer"):
            assert rows[kind]["fingerprints"] == rows[kind]["candidates"] == rows[kind]["matches"] == 1.0
        assert rows["identical"]["LSH"] == 1.0

    def test_order(self, news: Path, tmp_path: Path) -> None:
        assert (
            order.main([str(news), "--pairs", "3", "--json", str(tmp_path / "f.json"), "--threads", "1"]) == 0
        )
        figures = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
        assert [row["order"] for row in figures["orders"]] == ["forwards", "backwards", "shuffled"]
        assert figures["orders"][0]["documents"] > 0
        assert all(row["differ"] == 0 for row in figures["pairs"])

    def test_decoys(self, news: Path, pan_folder: Path, tmp_path: Path) -> None:
        decoys.main([str(news), str(pan_folder), "--json", str(tmp_path / "f.json"), "--threads", "1"])
        figures = json.loads((tmp_path / "f.json").read_text())
        assert sum(figures["paragraphs"]) == 30 * 6 + 6 + 6 + 7
        assert [row["score"] for row in figures["rows"]] == [7 + step / 2 for step in range(19)]
        assert figures["chosen"]["rate"]["score"] == 7.0

    def test_runs(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        articles = newspaper(4)
        lent = articles[0].text[slice(*planting.paragraphs_of(articles[0].text)[1])]
        folder = tmp_path / "articles"
        folder.mkdir()
        for article, extra in zip(articles, ("", "", lent, lent.upper()), strict=True):
            (folder / f"{article.id}.txt").write_text(f"{article.text}\n\n{extra}")
        assert runs.main([str(folder), "--threads", "1"]) == 0
        assert "4 articles, 3 matches, 3 runs, 0 not covered" in capsys.readouterr().out
        assert runs.main([str(folder), "--threads", "1", "--set", "min_score=1000"]) == 1
