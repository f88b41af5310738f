"""Cascades are planted as their truth says, and held against a result by the rules that are stated."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import numba
import polars as pl
import pytest

from benchmarks.accuracy import cascades
from benchmarks.accuracy.cascade_scores import Counts, counts_by_kind, score_clusters
from benchmarks.corpus.credit_marks import (
    AGENCIES,
    citation,
    closing_list,
    credit,
    photo_credit,
    release_mark,
)
from benchmarks.corpus.outlets import (
    CURLY,
    LANGUAGES,
    STYLES,
    Outlet,
    Stamp,
    Style,
    first_by_time,
    outlets,
    stamp,
    surely_later,
)
from benchmarks.corpus.posts import first_person, post
from benchmarks.corpus.quotations import quoting, statement
from benchmarks.corpus.quoted_prose import (
    CLOSE,
    INNER_CLOSE,
    INNER_OPEN,
    OPEN,
    Writer,
    quoted_share,
    unquoted,
    writer,
)
from benchmarks.corpus.rewriting import Rewriter
from benchmarks.corpus.world_model import Article, Draft, Plant, PlantDraft, Segment, Use, World, finish_world
from benchmarks.corpus.worlds import world
from syndetect.intervals import Span

INTERPRETED = bool(numba.config.DISABLE_JIT)
NOON = datetime(2031, 6, 2, 12, tzinfo=UTC)
PAPER = Outlet("Morvia Post", "Morvia Post", "en", CURLY)


def plain_writer(seed: int) -> Writer:
    """A writer without kernels: sentences of eight words, every fourth of them quoted."""
    random = Random(seed)
    lexicon = ["".join(random.choices("abdegiklmnoprstu", k=random.randint(2, 8))) for _ in range(3000)]

    def sentence(words: int) -> str:
        text = " ".join(random.choices(lexicon, k=words)).capitalize() + "."
        return f"{OPEN}{text}{CLOSE}" if random.random() < 0.25 else text

    return lambda numbers: [
        " ".join(sentence(min(8, number - at)) for at in range(0, number, 8)) for number in numbers
    ]


def at(hours: float) -> Stamp:
    when = NOON + timedelta(hours=hours)
    return Stamp(when.isoformat(), when, when)


def on_day(days: int) -> Stamp:
    begin = NOON.replace(hour=0) + timedelta(days=days)
    return Stamp(begin.date().isoformat(), begin, begin + timedelta(days=1))


UNDATED = stamp(NOON, PAPER._replace(clock="none"), Random(0))


class TestWriting:
    @pytest.mark.skipif(INTERPRETED, reason="prose is written by kernels")
    def test_a_writer_repeats_itself_with_its_seed_alone(self) -> None:
        one, two = writer(5), writer(5)
        first = one([30, 40])
        assert first == two([30, 40])
        assert [len(text.split()) for text in first] == pytest.approx([30, 40], abs=6)  # hyphens and dashes
        assert one([30, 40]) != first
        assert writer(6)([30, 40]) != first
        whole = " ".join(one([60] * 40))
        assert whole.count(OPEN) == whole.count(CLOSE) > 10
        assert not set("“”") & set(whole)

    def test_quotations_are_measured_and_taken_away(self) -> None:
        assert unquoted(f"a {OPEN}b {INNER_OPEN}c{INNER_CLOSE}{CLOSE}") == "a b c"
        assert quoted_share(f"{OPEN}abcd{CLOSE} ef.") == pytest.approx(0.4)
        assert quoted_share(f"{OPEN}abcd") == pytest.approx(0.8)

    @pytest.mark.parametrize("style", {style for styles in STYLES.values() for style in styles})
    def test_outlets_set_their_own_quotation_marks(self, style: Style) -> None:
        text = style.set(f"{OPEN}a {INNER_OPEN}b{INNER_CLOSE}{CLOSE} c’s")
        assert (
            text == f"{style.open}a {style.inner_open}b{style.inner_close}{style.close} c{style.apostrophe}s"
        )


class TestTime:
    def test_a_day_may_mean_any_of_its_moments(self) -> None:
        said = stamp(NOON, PAPER._replace(clock="day"), Random(0))
        assert said == on_day(0)
        assert said.published == "2031-06-02"

    def test_clocks_are_off_by_minutes(self) -> None:
        for clock, sign in (("fast", 1), ("slow", -1)):
            said = stamp(NOON, PAPER._replace(clock=clock, zone=2), Random(0))
            assert timedelta(0) < sign * (said.earliest - NOON) <= timedelta(minutes=7)
            assert said.published is not None
            assert said.published.endswith("+02:00")
            assert datetime.fromisoformat(said.published) == said.earliest == said.latest

    def test_no_time_is_that_of_a_date_alone(self) -> None:
        midnight = NOON.replace(hour=0)
        assert stamp(midnight, PAPER, Random(0)).earliest == midnight + timedelta(minutes=30)
        late = stamp(midnight - timedelta(minutes=1), PAPER, Random(0))
        assert late.earliest == midnight - timedelta(minutes=30)

    @pytest.mark.parametrize(
        ("stamps", "first"),
        [
            ([at(0), at(1), at(2)], 0),
            ([at(1), at(0)], 1),
            ([at(0), at(0.2)], None),  # twelve minutes
            ([at(0), at(0.2), at(-1)], 2),
            ([at(0), at(0)], None),
            ([on_day(0), on_day(1)], 0),  # whatever the clocks
            ([on_day(0), on_day(2)], 0),
            ([on_day(0), at(5)], None),
            ([at(0), on_day(0)], None),
            ([at(0), on_day(1)], 0),
            ([at(0), UNDATED], None),
            ([UNDATED, UNDATED], None),
        ],
    )
    def test_the_first_is_told_beyond_doubt_or_not_at_all(
        self, stamps: list[Stamp], first: int | None
    ) -> None:
        names = {f"d{i}": one for i, one in enumerate(stamps)}
        assert first_by_time(names) == (None if first is None else f"d{first}")
        if first is not None:
            later = [surely_later(one, stamps) for one in stamps]
            assert later == [place != first for place in range(len(stamps))]


class TestMarks:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_credit_names_its_agency(self, language: str) -> None:
        random = Random(1)
        for agency in AGENCIES[language] * 20:
            mark = credit(agency, PAPER.name, language, NOON, random)
            assert any(agency.name in part or agency.full in part for part in mark if part)
            assert "{" not in "".join(mark)
            assert not credit(agency, PAPER.name, language, NOON, random, has_intro=True).lead

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_other_marks_are_whole(self, language: str) -> None:
        random = Random(2)
        for _ in range(20):
            mark = release_mark(language, NOON, random)
            assert bool(mark.lead) != bool(mark.above)
            said = [*mark, citation(language, random), photo_credit(language, random)]
            assert "{" not in "".join(said)
        assert closing_list(AGENCIES["de"], random).casefold().count("dpa") == 1


class TestRunning:
    def test_quotation_marks_survive_every_edit(self) -> None:
        write = plain_writer(1)
        desk, texts = Rewriter(write([40] * 10), Random(1)), write([40] * 20)
        for share in (0.03, 0.12):
            for text in texts:
                new = desk.reworded(text, share)
                assert [one for one in new if one in OPEN + CLOSE] == [
                    one for one in text if one in OPEN + CLOSE
                ]
                assert len(set(new.split()) & set(text.split())) > 0.5 * len(set(text.split()))
        assert desk.reworded(texts[0], 0) == texts[0]

    def test_resplit_paragraphs_have_the_same_words(self) -> None:
        write = plain_writer(2)
        desk, story = Rewriter(write([40] * 10), Random(2)), write([40] * 12)
        segments = desk.run(story, 7, range(2, 12), 0, resplit=True)
        assert " ".join(one.text for one in segments).split() == " ".join(story[2:]).split()
        assert {one.plant for one in segments} == {7}
        assert [one.piece for one in segments] == sorted(one.piece for one in segments)
        assert len(segments) > 10
        assert {one.gap for one in segments} == {" ", "\n\n"}

    def test_a_part_is_long_and_mostly_no_quotation(self) -> None:
        write = plain_writer(3)
        desk = Rewriter(write([40] * 10), Random(3))
        for _ in range(30):
            story = write([25] * 6)
            for pieces in (desk.part(story), desk.without_some(story)):
                text = " ".join(story[piece] for piece in pieces)
                assert len(pieces) == 6 or (len(text.split()) >= 30 and quoted_share(text) <= 0.4)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_statements_stand_within_quotation_marks(self, language: str) -> None:
        random, write = Random(4), plain_writer(4)
        for _ in range(40):
            said = statement(random, write)
            assert 12 <= len(" ".join(said).split()) <= 60
            segments = quoting(said, 0, "Ilse Brandvoll", language, random, write)
            text = "".join(one.gap + one.text for one in segments)
            assert "Brandvoll" in text
            is_open = False
            for one in segments:
                assert one.plant is None or is_open
                marks = [mark for mark in one.text if mark in OPEN + CLOSE]
                is_open = marks[-1] == OPEN if marks else is_open
            assert not is_open


class TestPrinting:
    def test_spans_are_those_of_the_printed_text(self) -> None:
        segments = [Segment(f"{OPEN}Own.{CLOSE}"), Segment("First.", 0, 0), Segment("Second.", 0, 1, " ")]
        drafts = [Draft(PAPER._replace(style=STYLES["fr"][0]), NOON, segments)]
        drafts.append(Draft(PAPER, NOON, [Segment("First.", 0, 0), Segment("Alone.", 1)]))
        made = finish_world(3, drafts, [PlantDraft("wire", "AFP", 1, {0}), PlantDraft("copy")], Random(0))
        [plant] = made.plants  # what stands in one article alone is no reuse
        said = [(made.articles[use.document].text[slice(*use.span)], use.piece) for use in plant.uses]
        assert said == [("First.", 0), ("Second.", 1), ("First.", 0)]
        french = made.articles[next(iter(plant.credited))]
        assert french.text == "«\u00a0Own.\u00a0»\n\nFirst. Second."
        assert plant.origin is not None
        assert made.articles[plant.origin].text == "First.\n\nAlone."
        assert french.record()["published"] == "2031-06-02T12:00:00+00:00"


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [world(1, number, plain_writer(number)) for number in range(6)]


class TestWorlds:
    def test_the_same_seed_gives_the_same(self, worlds: list[World]) -> None:
        assert world(1, 2, plain_writer(2)) == worlds[2]
        assert world(2, 2, plain_writer(2)) != worlds[2]

    def test_every_kind_is_there(self, worlds: list[World]) -> None:
        kinds = {plant.kind for one in worlds for plant in one.plants}
        assert kinds == {"wire", "copy", "quote", "boilerplate", "release", "formula"}

    def test_pieces_have_words_in_common(self, worlds: list[World]) -> None:
        for one in worlds:
            for plant in one.plants:
                pieces: defaultdict[int, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
                for use in plant.uses:
                    text = one.articles[use.document].text[slice(*use.span)]
                    pieces[use.piece][use.document] |= set(
                        "".join(c if c.isalnum() else " " for c in text).split()
                    )
                for texts in pieces.values():
                    longest = max(texts.values(), key=len)
                    shares = [len(words & longest) / len(words) for words in texts.values()]
                    assert min(shares) > 0.5

    def test_agencies_are_there_or_inferred(self, worlds: list[World]) -> None:
        for number, one in enumerate(worlds):
            wires = [plant for plant in one.plants if plant.agency and not plant.form]
            assert wires
            for plant in wires:
                assert (plant.origin is not None) == (number % 2 == 0)
                assert len({one.articles[name].owner for name in plant.credited}) >= 3

    def test_bursts_are_of_several_owners_within_a_day(self, worlds: list[World]) -> None:
        for one in worlds:
            for plant in one.plants:
                if plant.kind == "wire" and plant.agency is None:
                    articles = [one.articles[name] for name in {use.document for use in plant.uses}]
                    assert len({article.owner for article in articles}) >= 5
                    moments = [article.stamp.earliest for article in articles]
                    assert max(moments) - min(moments) < timedelta(days=1)

    def test_phrases_are_of_unrelated_articles_on_different_days(self, worlds: list[World]) -> None:
        formulas = [(one, plant) for one in worlds for plant in one.plants if plant.kind == "formula"]
        assert {plant.form for _, plant in formulas} == {"recurring", "twice"}
        for one, plant in formulas:
            texts = {one.articles[use.document].text[slice(*use.span)] for use in plant.uses}
            [words] = {len(text.replace("’", "'").split()) for text in texts}
            assert 8 <= words <= 18
            articles = [one.articles[use.document] for use in plant.uses]
            days = {article.stamp.earliest.date() for article in articles if article.stamp.is_exact}
            assert len(days) == sum(article.stamp.is_exact for article in articles)
            assert len({article.owner for article in articles}) >= (2 if plant.form == "twice" else 3)

    def test_what_others_said_stands_quoted_or_bare(self, worlds: list[World]) -> None:
        found = defaultdict(set)
        for one in worlds:
            for plant in one.plants:
                for use in plant.uses:
                    before = one.articles[use.document].text[: use.span.begin].rstrip(" \u00a0")[-1:]
                    found[plant.form].add(before in set('“"«„»‘'))
        assert all(found[form] == {True, False} for form in ("post", "statement", "interview", "cited"))

    def test_an_agency_in_a_list_of_authors(self, worlds: list[World]) -> None:
        names = {agency.name for known in AGENCIES.values() for agency in known}
        names |= {agency.full for known in AGENCIES.values() for agency in known}
        listed = defaultdict(list)
        for one in worlds:
            for plant in one.plants:
                for name in {use.document for use in plant.uses} if plant.form == "author list" else ():
                    authors = one.articles[name].author.split(", ")
                    if names & {*authors}:
                        listed[plant.kind].append(len(authors))
        assert set(listed["wire"]) == {3}
        assert min(listed["copy"]) >= 4

    def test_a_copy_stands_above_the_release_of_its_article(self, worlds: list[World]) -> None:
        pairs = 0
        for one in worlds:
            ends: dict[str, int] = {}
            for plant in one.plants:
                if plant.form == "above a release":
                    ends |= {use.document: use.span.end for use in plant.uses}
                if plant.form.startswith("below"):
                    both = [use for use in plant.uses if use.document in ends]
                    assert both
                    assert all(use.span.begin > ends[use.document] for use in both)
                    assert len({use.document for use in plant.uses}) > len({use.document for use in both})
                    pairs += 1
        assert pairs

    def test_ids_and_order_tell_nothing(self, worlds: list[World]) -> None:
        for one in worlds:
            moments = [article.stamp.earliest for article in one.articles.values()]
            assert moments != sorted(moments)
            assert [*one.articles] == sorted(one.articles)

    def test_outlets_have_owners_and_languages(self) -> None:
        found = outlets(Random(1), 80)
        assert len({outlet.name for outlet in found}) == 80
        assert 30 < len({outlet.owner for outlet in found}) < 80


def small_world(stamps: list[Stamp], **plant: Any) -> World:
    """Articles that all have the pieces 0 (characters 0-100) and 1 (characters 100-200) of one plant."""
    names = [f"d{i}" for i in range(len(stamps))]
    articles = {
        name: Article(name, "x" * 300, f"s{i}", f"o{i}", "", one)
        for i, (name, one) in enumerate(zip(names, stamps, strict=True))
    }
    uses = [Use(name, Span(100 * piece, 100 * piece + 100), piece) for name in names for piece in range(2)]
    planted: dict[str, Any] = {"kind": "copy", "uses": uses}
    return World(articles, [Plant(**planted | plant)])


def tables(
    *found: tuple[str | None, str, str | None, list[tuple[str, int, int, str]]],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``clusters`` and ``passages`` from the first, kind, agency and uses (document, characters, role) of each."""
    clusters = pl.DataFrame(
        [(i, kind, agency, first) for i, (first, kind, agency, _) in enumerate(found)],
        schema={"passage_id": pl.Int64, "kind": pl.String, "agency": pl.String, "first_doc": pl.String},
        orient="row",
    )
    passages = pl.DataFrame(
        [(i, *use) for i, (*_, uses) in enumerate(found) for use in uses],
        schema={
            "passage_id": pl.Int64,
            "doc_id": pl.String,
            "begin": pl.Int64,
            "end": pl.Int64,
            "role": pl.String,
        },
        orient="row",
    )
    return clusters, passages


def uses(roles: str, begin: int = 0, end: int = 200) -> list[tuple[str, int, int, str]]:
    """A use in each article of a small world; ``fcu`` are first, copy, unknown; a blank is none."""
    names = {"f": "first", "c": "copy", "u": "unknown"}
    return [(f"d{i}", begin, end, names[role]) for i, role in enumerate(roles) if role != " "]


class TestPosts:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_posts_are_short_and_signed(self, language: str) -> None:
        random, write = Random(5), plain_writer(5)
        for _ in range(40):
            made = post(language, NOON, random, write)
            assert 10 <= len(" ".join(made.said).split()) <= 60
            assert not {OPEN, CLOSE} & {*"".join(made.said)}
            assert made.signature(language).startswith(f"— {made.name} (@{made.handle}) ")
        assert post("en", NOON, random, write).signature("en").endswith(" June 2, 2031")
        assert post("es", NOON, random, write).signature("es").endswith(" 2 de junio de 2031")

    def test_the_first_person_takes_the_place_of_words(self) -> None:
        text = "Ab cd ef gh ij kl mn op qr st uv."
        new = first_person(text, "en", Random(1))
        [changed] = [b for a, b in zip(text.split(), new.split(), strict=True) if a != b]
        assert changed in {"I", "we", "our", "my", "me"}


class TestVerdicts:
    def test_a_right_answer(self) -> None:
        [one] = score_clusters(small_world([at(0), at(3)]), *tables(("d0", "copy", None, uses("fc"))))
        assert one.is_told
        assert one.is_all_right
        assert (one.weight, one.roles) == (1, 1)

    def test_wrong_kind_agency_first_and_roles(self) -> None:
        [one] = score_clusters(small_world([at(0), at(3)]), *tables(("d1", "wire", "AFP", uses("cf"))))
        assert (one.kind, one.agency, one.is_right_first, one.roles) == (False, False, False, 0)

    def test_a_guess_is_wrong_where_time_does_not_tell(self) -> None:
        made = small_world([at(0), at(0.1), at(9)])
        [right] = score_clusters(made, *tables((None, "copy", None, uses("uuc"))))
        [also] = score_clusters(made, *tables((None, "copy", None, uses("uuu"))))
        [guess] = score_clusters(made, *tables(("d0", "copy", None, uses("fcc"))))
        assert [one.is_told for one in (right, also, guess)] == [False] * 3
        assert [one.is_right_first for one in (right, also, guess)] == [True, True, False]
        assert [one.roles for one in (right, also, guess)] == pytest.approx([1, 1, 1 / 3])

    def test_the_agency_s_own_text_is_first_whatever_its_time(self) -> None:
        made = small_world([at(1), at(1)], kind="wire", agency="dpa", origin="d1")
        [one] = score_clusters(made, *tables(("d1", "wire", "DPA", uses("cf"))))
        assert one.is_all_right
        assert one.roles == 1

    def test_a_virtual_source_where_two_owners_credit(self) -> None:
        made = small_world([at(0), at(2), at(4)], kind="wire", agency="AFP", credited={"d1", "d2"})
        [right] = score_clusters(made, *tables(("AFP (inferred)", "wire", "AFP", uses("ccc"))))
        [wrong] = score_clusters(made, *tables(("d0", "wire", "AFP", uses("fcc"))))
        assert right.is_all_right
        assert right.roles == 1
        assert not wrong.is_right_first
        articles = {**made.articles, "d2": made.articles["d2"]._replace(owner="o1")}
        of_one_owner = World(articles, made.plants)
        for first, roles in (("AFP (inferred)", "ccc"), (None, "ucc")):  # one owner's outlets alone credit it
            [one] = score_clusters(of_one_owner, *tables((first, "wire", None, uses(roles))))
            assert one.is_all_right

    def test_parts_weigh_by_their_characters(self) -> None:
        found = tables(("d0", "copy", None, uses("fc", 0, 150)), ("d0", "wire", None, uses("fc", 150, 200)))
        judged = score_clusters(small_world([at(0), at(3)]), *found)
        assert [(one.weight, one.kind) for one in judged] == [(0.75, True), (0.25, False)]
        counts = counts_by_kind(small_world([at(0), at(3)]), judged)["copy"]
        assert (counts.planted, counts.found, counts.kind, counts.told, counts.first) == (1, 1, 0.75, 1, 1)

    def test_what_lies_elsewhere_is_no_cluster_of_the_plant(self) -> None:
        made = small_world([at(0), at(3)])
        assert score_clusters(made, *tables(("d0", "copy", None, uses("fc", 150, 300)))) == []
        [one] = score_clusters(made, *tables(("d0", "copy", None, uses("fc", 0, 300))))
        assert one.weight == 1
        assert counts_by_kind(made, []) == {"copy": Counts(planted=1)}
        assert counts_by_kind(small_world([at(0), at(3)], form="cited"), []) == {
            "copy, cited": Counts(planted=1)
        }

    def test_an_article_that_the_cluster_lacks_may_be_the_first(self) -> None:
        found = tables(("d1", "copy", None, uses(" fc")))
        [one] = score_clusters(small_world([at(0), at(3), at(6)]), *found)
        assert one.firsts == {"d0"}


def oracle(made: World) -> SimpleNamespace:
    """A result that knows where everything is and of what kind, but nothing of time."""
    found = []
    for plant in made.plants:
        spans = [(use.document, *use.span, "unknown") for use in plant.uses]
        found.append((None, plant.kind, plant.agency, spans))
    clusters, passages = tables(*found)
    unknown = {name: pl.lit(None) for name in ("uses", "sources", "spread", "reasons")}
    return SimpleNamespace(clusters=clusters.with_columns(**unknown), passages=passages)


class TestCommand:
    def test_a_result_that_knows_no_firsts(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(cascades, "writer", plain_writer)
        monkeypatch.setattr(cascades, "scan_world", lambda made, *_: oracle(made))
        assert cascades.main(["--count", "3", "--show", "2", "--least", "0.9"]) == 1
        lines = capsys.readouterr().out.splitlines()
        assert sum(line.startswith("passage") for line in lines) == 2
        [told] = [line for line in lines if "(goal 95%)," in line]
        assert "right kind 100.0% (goal" in told
        assert lines[-1].split()[0] == "3"

    def test_rows_are_shares_of_what_was_found(self) -> None:
        half = Counts(
            planted=4, found=2, kind=1, agency=2, roles=2, told=1, first=0.5, untold=1, unknown=1, guesses=0.5
        )
        other = Counts(planted=6, found=6, kind=6, agency=6, roles=6, untold=6, unknown=6)
        [copy, quote, every, mean] = cascades.rows_of({"quote": other, "copy": half})
        assert (every["planted"], every["right kind"], mean["right kind"]) == (10, 0.875, 0.75)
        assert (quote["right first"], every["right first"], mean["right first"]) == (None, 0.5, 0.5)
        assert copy["right kind"] == copy["right first"] == 0.5
        assert (copy["found"], copy["right unknown"], copy["wrong guesses"]) == (2, 1, 0.25)
        assert cascades.rows_of({"quote": Counts(planted=1)})[0]["right kind"] is None

    def test_plants_of_a_form_have_their_own_table(self) -> None:
        one = Counts(planted=1, found=1, kind=1)
        parts = cascades.parts_of({"quote, post": one, "quote": one, "copy, cited": one})
        assert [[row["kind"] for row in rows] for rows in parts.values()] == [
            ["quote", "all", "mean of kinds"],
            ["copy, cited", "quote, post", "all", "mean of kinds"],
        ]
        assert list(cascades.parts_of({"quote": one})) == ["ordinary plants"]
