"""What scans say of whole invented corpora: who wrote it first, whose wire it is, and what is only a quote.

Words are invented one by one, and none comes twice but where a passage is reused, so every figure can be told.
"""

import json
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from samples.newspapers import Article, assert_same
from syndetect import Index, Result, scan
from syndetect.cli.program import main
from syndetect.errors import InputError, SettingsError
from syndetect.pipeline import intake
from syndetect.report import passage_view
from syndetect.schema import TABLES

SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se")
_numbers = count(1)


COPYING = "the chance of copying is 96 %"


def prose(words: int) -> str:
    """So many words that stand nowhere else."""
    numbers = [next(_numbers) for _ in range(words)]
    return " ".join(
        "".join(SYLLABLES[number // 12**place % 12] for place in (3, 2, 1, 0)) for number in numbers
    )


def article(name: str, source: str | None, published: str | None, *paragraphs: str, **more: str) -> Article:
    """An article; ``published`` is a time of day in June 2031 such as ``2T10:00``, or a day alone."""
    day, _, time = (published or "").partition("T")
    when = published and f"2031-06-{int(day):02}" + (f"T{time}:00Z" if time else "")
    text = "\n\n".join(paragraphs)
    return {"id": name, "source": source, "published": when, "text": text} | more


def passage_with(result: Result, text: str) -> dict[str, Any]:
    """The cluster of the passage that has a text, and the role of each document."""
    uses = result.passages.filter(pl.col("text").str.contains(text, literal=True))
    assert uses["passage_id"].n_unique() == 1, uses
    uses = result.passages.filter(pl.col("passage_id") == uses["passage_id"][0])
    (cluster,) = result.clusters.filter(pl.col("passage_id") == uses["passage_id"][0]).to_dicts()
    return cluster | {"roles": dict(uses.select("doc_id", "role").rows())}


def document(result: Result, name: str) -> dict[str, Any]:
    return result.documents.row(by_predicate=pl.col("doc_id") == name, named=True)


def edges(result: Result, text: str) -> set[tuple[str, str]]:
    number = passage_with(result, text)["passage_id"]
    return set(result.edges.filter(passage_id=number).select("from_doc", "to_doc").iter_rows())


def told(result: Result, text: str) -> tuple[str, str | None, str | None, dict[str, str]]:
    """Kind, agency, first document, and roles."""
    found = passage_with(result, text)
    return found["kind"], found["agency"], found["first_doc"], found["roles"]


# ------------------------------------------------------------------------------------------- stories and their truth

COPY, TIED, DATED, UNDATED = prose(60), prose(60), prose(60), prose(60)
WIRE, AGENCY, LATE, LATER = prose(60), prose(60), prose(60), prose(60)
SPEECH, FOOTER, RELEASE, LIST_A, LIST_B, OPEN = (
    prose(25),
    prose(20),
    prose(60),
    prose(50),
    prose(50),
    prose(50),
)
BURST = prose(60)


def stories() -> list[Article]:
    """One corpus of them all."""
    quote = f"“{SPEECH},”"
    found = [
        article("copy-1", "Post", "2T10:00", prose(40), COPY),
        article("copy-2", "Daily", "2T12:00", COPY, prose(20)),
        article("tied-1", "Post", "2T10:00", TIED),
        article("tied-2", "Daily", "2T10:10", TIED),
        article("tied-3", "Echo", "2T10:20", TIED),
        article("dated-1", "Post", "2", DATED),  # some time on that day
        article("dated-2", "Daily", "2T23:00", DATED),
        article("dated-3", "Echo", "4", DATED),
        article("undated-1", "Post", None, UNDATED),
        article("undated-2", "Daily", "2T10:00", UNDATED),
        article("undated-3", "Echo", "2T11:00", UNDATED),
        article("wire-1", "Post", "2T10:00", f"KESH (AFP) - {WIRE}", prose(38)),
        article("wire-2", "Daily", "2T11:00", WIRE, prose(40), author="Reuters, AFP"),
        article("wire-3", "Echo", "2T12:00", WIRE, prose(40), author="AFP"),
        article("wire-4", "Kurier", "2T13:00", prose(30), WIRE, prose(10)),
        article("agency-1", "AFP", "2T10:10", AGENCY),
        article("agency-2", "Post", "2T10:00", AGENCY, prose(60)),
        article("agency-3", "Daily", "2T12:00", AGENCY, "By AFP"),
        article("late-1", "Post", "2T10:00", LATE),
        article("late-2", "Reuters", "2T15:00", LATE),
        article("later-1", "Post", "2T10:00", f"KESH (Reuters) - {LATER}"),
        article("later-2", "Reuters", "2T15:00", LATER),
        article("said-1", "Post", "2T10:00", prose(50), f"{quote} {prose(2)}.", prose(50)),
        article("said-2", "Daily", "2T12:00", prose(70), f"{prose(3)}: {quote}", prose(60), author="AFP"),
        *(article(f"foot-{n}", "Post", f"{n}T10:00", prose(80), FOOTER) for n in (2, 4, 6)),
        article("release-1", "Post", "2T10:00", f"KESH, June 2, 2031 /PRNewswire/ -- {RELEASE}"),
        article("release-2", "Daily", "2T11:00", RELEASE, prose(20)),
        article("list-1", "Post", "2T14:00", LIST_A, prose(20), LIST_B, "AFP, REUTERS"),
        article("list-2", "Daily", "2T10:00", LIST_A, author="AFP"),
        article("list-3", "Echo", "2T11:00", LIST_B, author="Reuters"),
        article("open-1", "Post", "2T10:00", OPEN, "AFP, REUTERS"),
        article("open-2", "Daily", "2T12:00", OPEN, prose(20), "AFP, REUTERS"),
        *(article(f"burst-{n}", f"Paper {n}", f"2T1{n}:00", BURST, prose(20)) for n in range(5)),
    ]  # fmt: skip
    Random(1).shuffle(found)  # order tells nothing
    return found


STORIES = stories()


@pytest.fixture(scope="module")
def whole() -> Result:
    return scan(STORIES, threads=1, across_sources=False)


def test_a_copy(whole: Result) -> None:
    assert told(whole, COPY) == ("copy", None, "copy-1", {"copy-1": "first", "copy-2": "copy"})
    assert edges(whole, COPY) == {("copy-1", "copy-2")}
    one, other = document(whole, "copy-1"), document(whole, "copy-2")
    assert (one["agency_share"], one["copied_share"], one["own_share"], one["reused_share"]) == (0, 0, 1, 0.6)
    assert (other["agency_share"], other["copied_share"], other["own_share"]) == (0, 0.75, 0.25)
    assert (one["derivation"], other["derivation"], other["derived_from"]) == ("non", "wholly", "copy-1")
    assert (one["credited"], one["agencies"], other["derived_share"]) == (None, None, 0.75)
    cluster = passage_with(whole, COPY)
    assert (cluster["words"], cluster["documents"], cluster["sources"], cluster["uses"]) == (60, 2, 2, 2)
    assert cluster["spread"] == 2 * 3600
    assert (cluster["reasons"], cluster["agency_evidence"]) == (f"2 outlets have it; {COPYING}", None)
    assert cluster["confidence"] == 0.81
    edge = whole.edges.filter(to_doc="copy-2").select("from_doc", "words", "share").rows()
    assert edge == [("copy-1", 60, 0.75)]
    assert ("copy-1", "copy-2", 60) in set(whole.links.select("doc_a", "doc_b", "words").iter_rows()) | set(
        whole.links.select("doc_b", "doc_a", "words").iter_rows()
    )


@pytest.mark.parametrize(("text", "roles"), [
    (TIED, {"tied-1": "unknown", "tied-2": "unknown", "tied-3": "copy"}),
    (DATED, {"dated-1": "unknown", "dated-2": "unknown", "dated-3": "copy"}),
    (UNDATED, {"undated-1": "unknown", "undated-2": "unknown", "undated-3": "copy"}),
], ids=["tied", "dated", "undated"])  # fmt: skip
def test_where_times_do_not_tell_nobody_was_first(whole: Result, text: str, roles: dict[str, str]) -> None:
    assert told(whole, text) == ("copy", None, None, roles)
    assert edges(whole, text) == set()
    for name, role in roles.items():
        shares = document(whole, name)
        assert shares["own_share"] == 0
        assert shares["copied_share"] == (role == "copy")


def test_wire_copy_of_an_agency_that_is_not_here(whole: Result) -> None:
    names = ("wire-1", "wire-2", "wire-3", "wire-4")
    assert told(whole, WIRE) == ("wire", "AFP", "AFP (inferred)", dict.fromkeys(names, "copy"))
    assert edges(whole, WIRE) == {("AFP (inferred)", name) for name in names}
    found = {name: document(whole, name) for name in names}
    assert [found[name]["agency_share"] for name in names] == [1, 0.6, 1, 0.6]
    assert [found[name]["credited"] for name in names] == ["yes", "yes", "yes", "no"]
    assert [found[name]["own_share"] for name in names] == [0, 0.4, 0, 0.4]
    assert {found[name]["agencies"] for name in names} == {"AFP"}
    assert found["wire-1"]["derivation"] == "wholly"
    evidence = passage_with(whole, WIRE)["agency_evidence"]
    assert evidence == "AFP credited by 2, credited in part by 1; Reuters credited in part by 1"
    assert set(whole.credits.filter(doc_id="wire-1").select("agency", "role", "rule").iter_rows()) == {
        ("AFP", "text", "dateline")
    }


def test_an_agency_whose_text_is_here_was_first_as_far_as_clocks_tell(whole: Result) -> None:
    roles = {"agency-1": "first", "agency-2": "copy", "agency-3": "copy"}
    assert told(whole, AGENCY) == ("wire", "AFP", "agency-1", roles)
    own, copy = document(whole, "agency-1"), document(whole, "agency-2")
    assert (own["agency_share"], own["derivation"], own["credited"]) == (1, "non", "yes")
    assert (copy["agency_share"], copy["derivation"], copy["credited"]) == (0.5, "partially", "no")


def test_nobody_has_wire_copy_before_the_agency(whole: Result) -> None:
    """Its own article is later for certain: it had published the passage before, in another."""
    assert told(whole, LATE) == ("wire", "Reuters", None, {"late-1": "unknown", "late-2": "copy"})
    assert edges(whole, LATE) == set()
    roles = {"later-1": "copy", "later-2": "copy"}
    assert told(whole, LATER) == ("wire", "Reuters", "Reuters (inferred)", roles)


def test_a_quotation_is_nobody_s(whole: Result) -> None:
    assert told(whole, SPEECH) == ("quote", None, "said-1", {"said-1": "first", "said-2": "copy"})
    assert edges(whole, SPEECH) == set()
    found = passage_with(whole, SPEECH)
    assert found["quoted_share"] == 1
    assert found["reasons"].startswith("in quotation marks in 2 of 2 uses")
    shares = document(whole, "said-1")
    assert (shares["copied_share"], shares["agency_share"], shares["reused_unquoted_share"]) == (0, 0, 0)
    assert shares["own_share"] == pytest.approx(1 - 25 / 127)


def test_what_one_outlet_repeats(whole: Result) -> None:
    kind, agency, first, _ = told(whole, FOOTER)
    assert (kind, agency, first) == ("boilerplate", None, "foot-2")
    assert edges(whole, FOOTER) == set()
    reasons = passage_with(whole, FOOTER)["reasons"]
    assert reasons == "no other outlet has it; in 3 articles; which share little else"
    shares = document(whole, "foot-4")
    assert (shares["copied_share"], shares["own_share"], shares["derivation"]) == (0, 0.8, "non")


def test_a_press_release(whole: Result) -> None:
    assert told(whole, RELEASE)[0] == "release"
    assert passage_with(whole, RELEASE)["reasons"] == "below the mark of a press release in 1 of 2 articles"
    assert [document(whole, f"release-{n}")["credited"] for n in (1, 2)] == [None, None]
    assert document(whole, "release-2")["own_share"] == 0.25


def test_a_closing_list_is_decided_by_others_passage_by_passage(whole: Result) -> None:
    assert told(whole, LIST_A)[:2] == ("wire", "AFP")
    assert told(whole, LIST_B)[:2] == ("wire", "Reuters")
    mixed = document(whole, "list-1")
    assert (mixed["agencies"], mixed["credited"]) == ("AFP, Reuters", "yes")
    assert mixed["agency_share"] == pytest.approx(100 / 122)


def test_and_else_names_nobody(whole: Result) -> None:
    kind, agency, first, _ = told(whole, OPEN)
    assert (kind, agency, first) == ("wire", None, None)  # the first that is here is not the source
    both = "AFP credited in part by 2; Reuters credited in part by 2"
    assert passage_with(whole, OPEN)["agency_evidence"] == both
    found = document(whole, "open-2")
    assert (found["agencies"], found["credited"], found["copied_share"]) == (None, "yes", 0)


def test_a_burst_is_wire_of_nobody_known(whole: Result) -> None:
    kind, agency, first, _ = told(whole, BURST)
    assert (kind, agency, first) == ("wire", None, None)
    assert passage_with(whole, BURST)["reasons"] == "5 independent outlets within 48 hours"
    assert document(whole, "burst-3")["credited"] == "no"


def test_tables_agree(whole: Result) -> None:
    documents, passages, clusters = whole.documents, whole.passages, whole.clusters
    names = {*documents["doc_id"]}
    for column in (name for name in documents.columns if name.endswith("share")):
        assert documents[column].is_between(0, 1).all(), column
    total = documents["agency_share"] + documents["copied_share"] + documents["own_share"]
    assert total.max() <= 1 + 1e-12  # type: ignore[operator]
    assert documents.filter((pl.col("agency_share") > 0) != pl.col("credited").is_not_null()).is_empty()
    inferred = {name for name in whole.edges["from_doc"] if name not in names}
    assert inferred == {"AFP (inferred)", "Reuters (inferred)"}
    assert {*whole.edges["to_doc"]} <= names
    assert clusters["passage_id"].to_list() == [*range(1, len(clusters) + 1)]
    firsts = passages.filter(role="first").select("passage_id", "doc_id").unique()
    named = clusters.filter(pl.col("first_doc").is_in(names)).select("passage_id", doc_id="first_doc")
    assert firsts.sort("passage_id").equals(named.sort("passage_id"))
    by_passage = passages.group_by("passage_id").agg(
        pl.len().cast(pl.Int64).alias("uses"), pl.col("doc_id").n_unique().cast(pl.Int64).alias("documents")
    )
    assert by_passage.sort("passage_id").equals(clusters.select("passage_id", "uses", "documents"))
    assert passages.join(documents.select("doc_id", "source", "published"), on="doc_id").select(
        *(pl.col(name).eq_missing(pl.col(f"{name}_right")).all() for name in ("source", "published"))
    ).row(0) == (True, True)


def test_families_of_the_stories(whole: Result) -> None:
    rows = whole.families.filter(pl.col("doc_id").str.starts_with("tied"))
    assert rows.select("doc_id", "representative", "relation", "share").rows() == [
        ("tied-1", "tied-1", None, 1.0), ("tied-2", "tied-1", "exact", 1.0), ("tied-3", "tied-1", "exact", 1.0),
    ]  # fmt: skip
    contained = whole.families.filter(doc_id="agency-1").select("representative", "relation", "share")
    assert contained.rows() == [("agency-2", "contains", 1.0)]


# ----------------------------------------------------------------------------------------- what must not change it


@pytest.mark.parametrize(("batch", "options"), [
    (1, {"threads": 2}), (1, {"threads": 1, "memory": 1}), (3000, {"threads": 2, "memory": 1}),
])  # fmt: skip
def test_threads_batches_and_files_do_not_matter(
    whole: Result, monkeypatch: pytest.MonkeyPatch, batch: int, options: dict[str, int]
) -> None:
    monkeypatch.setattr(intake, "BATCH_BYTES", batch)
    assert_same(scan(STORIES, across_sources=False, **options), whole)  # type: ignore[arg-type]


def explained(result: Result) -> dict[str, list[Any]]:
    """What does not tell in which order the articles came."""
    clusters = result.clusters.drop("passage_id").sort(pl.all())
    uses = result.passages.drop("passage_id").sort(pl.all())
    credits_ = result.credits.sort(pl.all())
    families = result.families.drop("family_id")
    documents = result.documents.sort("doc_id")
    return {
        name: table.rows()
        for name, table in zip(
            "cupdf", (clusters, uses, credits_, documents, families.sort("doc_id")), strict=True
        )
    }


def test_the_order_of_articles_does_not_matter() -> None:
    assert explained(scan(STORIES, threads=1)) == explained(scan(STORIES[::-1], threads=1))


def test_nor_do_quotation_marks_that_only_one_of_two_has() -> None:
    speech = prose(40)
    articles = [
        article("a", "Post", "2T10:00", prose(90), speech),
        article("b", "Daily", "2T12:00", prose(90), f"“{speech}”", author="AFP"),
    ]
    found = explained(scan(articles, threads=1))
    assert found == explained(scan(articles[::-1], threads=1))


def written(articles: Iterable[Article], file: Path) -> Path:
    file.write_text("".join(json.dumps(one) + "\n" for one in articles), encoding="utf-8")
    return file


def test_a_scan_may_be_gone_on_with(whole: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, options = (
        written(STORIES, tmp_path / "stories.jsonl"),
        {"scratch": tmp_path / "scratch", "resume": True},
    )
    monkeypatch.setattr(intake, "BATCH_BYTES", 3000)
    with monkeypatch.context() as patch:
        patch.setattr("syndetect.pipeline.scan.all_tables", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            scan(file, threads=1, across_sources=False, **options)  # type: ignore[arg-type]
    assert (tmp_path / "scratch").exists()
    # what is shown may be chosen anew
    assert_same(scan(file, threads=2, across_sources=False, **options), whole)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl", "passim"])
def test_every_format_holds_it(whole: Result, tmp_path: Path, form: str) -> None:
    whole.write(tmp_path / "out", format=form)
    again = Result.read(tmp_path / "out")
    assert_same(again, whole)
    assert again.manifest["syndication"] == whole.manifest["syndication"]


# -------------------------------------------------------------------------------------------------- what is chosen


def kinds(result: Result) -> set[str]:
    return {*result.clusters["kind"]}


def test_by_default_what_one_outlet_repeats_is_left_out(whole: Result) -> None:
    found = scan(STORIES, threads=1)
    assert kinds(found) == kinds(whole) - {"boilerplate"}
    assert found.matches.height == _across(whole) < whole.matches.height
    assert document(found, "foot-2")["reused_words"] == 0
    assert document(whole, "foot-2")["reused_words"] == 20
    for column in ("agency_share", "copied_share", "own_share", "credited"):
        assert found.documents[column].equals(whole.documents[column])


def _across(result: Result) -> int:
    source = dict(result.documents.select("doc_id", "source").rows())
    return sum(source[a] != source[b] for a, b in result.matches.select("doc_a", "doc_b").iter_rows())


def test_articles_of_unknown_outlets() -> None:
    text, more = prose(60), prose(60)
    articles = [
        article("a", None, "2T10:00", text), article("b", None, "3T10:00", text, prose(9)),
        article("c", "Post", "2T10:00", more), article("d", None, "3T10:00", more, prose(9)),
    ]  # fmt: skip
    for across, expected in ((None, 2), (False, 2), (True, 0)):
        found = scan(articles, threads=1, across_sources=across)
        assert found.clusters.height == found.matches.height == expected
    found = scan(articles, threads=1)
    assert told(found, text) == ("unknown", None, "a", {"a": "first", "b": "copy"})
    assert told(found, more) == ("unknown", None, "c", {"c": "first", "d": "copy"})
    assert passage_with(found, text)["reasons"] == "the outlets are not known; the chance of copying is 95 %"


def test_min_sources_and_kinds(whole: Result) -> None:
    many = scan(STORIES, threads=1, min_sources=3)
    assert many.clusters["passage_id"].to_list() == [*range(1, 7)]
    stories_ = {"tied", "dated", "undated", "wire", "agency", "burst"}
    for name in (*many.matches["doc_a"], *many.matches["doc_b"], *many.passages["doc_id"]):
        assert name.partition("-")[0] in stories_
    assert (
        many.clusters.drop("passage_id")
        .sort(pl.all())
        .equals(whole.clusters.filter(pl.col("sources") >= 3).drop("passage_id").sort(pl.all()))
    )
    quotes = scan(STORIES, threads=1, kinds=["quote", "release"])
    assert kinds(quotes) == {"quote", "release"}
    assert quotes.clusters["passage_id"].to_list() == [1, 2]
    assert {*quotes.passages["passage_id"]} == {1, 2}
    assert {*quotes.matches["doc_a"], *quotes.matches["doc_b"]} == {
        "said-1",
        "said-2",
        "release-1",
        "release-2",
    }
    assert quotes.edges["to_doc"].to_list() == ["release-2"]
    assert quotes.manifest["counts"]["passages"] == 2
    assert quotes.manifest["syndication"]["kinds"] == ["quote", "release"]
    assert scan(STORIES, threads=1, kinds="unknown").clusters.is_empty()


# ---------------------------------------------------------------------------------- owners, agencies, reference


def test_owners_of_a_file_make_one_of_two_outlets(tmp_path: Path) -> None:
    text = prose(60)
    articles = [article("a", "Post", "2T10:00", text), article("b", " daily", "3T10:00", text, prose(30))]
    assert told(scan(articles, threads=1), text)[0] == "copy"
    (tmp_path / "owners.csv").write_text(
        "source,owner\nPOST,Morvia Media\nDaily,Morvia Media\n", encoding="utf-8"
    )
    found = scan(articles, threads=1, owners=tmp_path / "owners.csv")
    assert told(found, text)[0] == "boilerplate"
    assert passage_with(found, text)["reasons"].startswith("only the 2 outlets of one owner have it")
    assert document(found, "b")["derivation"] == "non"  # of its own
    assert document(found, "b")["copied_share"] == 0
    same = scan(articles, threads=1, owners={"Post": "Morvia Media", "Daily": "Morvia Media"})
    assert_same(same, found)


def test_outlets_that_share_whole_articles_with_nobody_else_have_one_owner() -> None:
    texts = [prose(50) for _ in range(6)]
    twins = [
        article(f"{outlet}-{n}", outlet, f"{n + 2}T1{hour}:00", text)
        for n, text in enumerate(texts)
        for hour, outlet in enumerate(("Post", "Daily"))
    ]
    alone = [article(f"own-{n}", "Post", "2T10:00", prose(50)) for n in range(5)]
    found = scan([*twins, *alone], threads=1)
    assert kinds(found) == {"boilerplate"}
    assert kinds(scan([*twins[:8], *alone], threads=1)) == {"copy"}  # four are too few
    credited = [
        one | {"author": "AFP"} for one in twins
    ]  # what both have of an agency tells nothing of owners
    assert kinds(scan([*credited, *alone], threads=1)) == {"wire"}


def test_agencies_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "agencies.toml"
    file.write_text('[[agency]]\nname = "Northwire"\naliases = ["Northwire", "NWR"]\n', encoding="utf-8")
    text = prose(60)
    articles = [
        article("a", "Post", "2T10:00", f"KESH (Northwire) - {text}"),
        article("b", "Daily", "3T10:00", text, prose(30), author="NWR"),
    ]
    assert told(scan(articles, threads=1), text)[:2] == ("copy", None)
    found = scan(articles, threads=1, agencies=file)
    assert told(found, text)[:3] == ("wire", "Northwire", "Northwire (inferred)")


@pytest.mark.parametrize(("content", "message"), [
    (b"agency = [", "is not TOML"), (b"\xff", "cannot read"), (b"[[agency]]\n", "needs a name"), (b"", "must consist"),
])  # fmt: skip
def test_a_file_of_agencies_that_is_none(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "agencies.toml").write_bytes(content)
    with pytest.raises(InputError, match=message):
        scan(STORIES, agencies=tmp_path / "agencies.toml")


def test_wrong_options(tmp_path: Path) -> None:
    for error, wrong in (
        (SettingsError, {"min_sources": True}), (SettingsError, {"kinds": ["wyre"]}),
        (SettingsError, {"across_sources": "yes"}), (SettingsError, {"owners": {"Post": None}}),
        (InputError, {"owners": tmp_path}), (InputError, {"agencies": tmp_path}),
        (InputError, {"reference": tmp_path / "none"}),
    ):  # fmt: skip
        with pytest.raises(error):
            scan(STORIES, **wrong)


def test_only_reuse_from_a_reference(tmp_path: Path) -> None:
    mine, theirs = prose(60), prose(60)
    articles = [
        article("a", "Post", "2T10:00", mine, prose(60)),
        article("b", "Daily", "3T10:00", theirs, prose(20)),
        article("c", "Echo", "3T12:00", theirs, mine),
        article("reference:a", "Kurier", "4T10:00", prose(60), author="AFP"),
    ]
    reference = [
        article(
            "a", None, "9T10:00", f"KESH (AFP) - {mine}", prose(9)
        ),  # known by the id of another, and late
        article("z", None, None, prose(60)),
    ]
    found = scan(articles, threads=1, reference=reference)
    name = "reference:reference:a"
    assert found.documents["doc_id"].to_list() == [name, "z", "a", "b", "c", "reference:a"]
    assert {*found.matches.select("doc_a", "doc_b").iter_rows()} == {(name, "a"), (name, "c")}
    assert {*found.pairs["doc_a"]} == {name}  # of the two, whose paragraphs are identical, the first
    assert told(found, mine)[1:] == ("AFP", name, {name: "first", "a": "copy", "c": "copy"})
    assert edges(found, mine) == {(name, "a"), (name, "c")}
    assert found.clusters.height == 1
    derived = dict(found.documents.select("doc_id", "derivation").rows())
    assert derived == {
        name: "non",
        "z": "non",
        "a": "partially",
        "b": "non",
        "c": "partially",
        "reference:a": "non",
    }
    assert document(found, "a")["derived_from"] == name
    file = written(reference, tmp_path / "reference.jsonl")
    with_file = scan(articles, threads=2, reference=file)
    assert_same(with_file, found)
    assert [given["reference"] for given in with_file.manifest["inputs"]] == [True]


# ---------------------------------------------------------------------------------------------- little, and nothing


@pytest.mark.parametrize("articles", [
    [], [article("a", "Post", "2", prose(30))], [article("a", None, None, "Of.")],
    [article(name, "AFP", None, prose(30)) for name in "ab"],
], ids=["none", "one", "a word", "nothing shared"])  # fmt: skip
@pytest.mark.parametrize(
    "reference", [None, [], [article("r", None, None, prose(30))]], ids=["", "empty", "one"]
)
def test_a_corpus_without_passages(
    articles: list[Article], reference: list[Article] | None, tmp_path: Path
) -> None:
    given = iter(articles)  # an empty list would be one of paths
    found = scan(given, threads=1, reference=None if reference is None else iter(reference))
    assert found.documents.height == len(articles) + len(reference or ())
    for name in ("pairs", "matches", "passages", "clusters", "edges", "links", "families"):
        assert getattr(found, name).equals(pl.DataFrame(schema=TABLES[name])), name
    assert found.documents.select(pl.col("copied_share").sum(), pl.col("derived_from").count()).row(0) == (
        0,
        0,
    )
    assert {*found.documents["derivation"]} <= {"non"}
    found.write(tmp_path / "out", format="csv")
    assert_same(Result.read(tmp_path / "out"), found)


# --------------------------------------------------------------------------------- the index, and the command line


def test_an_index_tells_roles_by_time(tmp_path: Path) -> None:
    names = ("copy-1", "tied-1", "tied-2", "wire-3")
    with Index.create(tmp_path / "index") as index:
        index.add([one for one in STORIES if one["id"] in names])
        later = article("asked", "Echo", "2T20:00", COPY, TIED, WIRE)
        found = index.query(later).passages
        rows = {(row["text"], row["doc_id"]): row for row in found.iter_rows(named=True)}
        roles = {(text, name): row["role"] for (text, name), row in rows.items()}
        assert roles == {
            (COPY, "copy-1"): "first", (COPY, "asked"): "copy", (TIED, "tied-1"): "unknown",
            (TIED, "tied-2"): "unknown", (TIED, "asked"): "copy", (WIRE, "wire-3"): "first", (WIRE, "asked"): "copy",
        }  # fmt: skip
        row = rows[COPY, "copy-1"]
        assert (row["source"], row["published"].isoformat()) == ("Post", "2031-06-02T10:00:00+00:00")
        assert rows[COPY, "asked"]["source"] == "Echo"
        undated = index.query({"text": COPY}).passages
        assert undated.select("doc_id", "role").rows() == [("copy-1", "unknown"), ("query", "unknown")]
        assert undated["published"].null_count() == undated["source"].null_count() == 1


def test_a_passage_for_a_person(whole: Result) -> None:
    def lines(text: str, clusters: pl.DataFrame) -> list[str]:
        number = passage_with(whole, text)["passage_id"]
        shown = passage_view.passage(whole.documents, whole.passages, clusters, number, width=200)
        return [line.strip() for line in shown.splitlines()]

    assert lines(COPY, whole.clusters)[1:3] == [
        f"copy (81 % sure): 2 outlets have it; {COPYING}",
        "first copy-1",
    ]
    assert lines(TIED, whole.clusters)[1:3] == [
        f"copy (81 % sure): 3 outlets have it; {COPYING}",
        "it is not known who had it first",
    ]
    assert "first AFP (inferred)" in lines(WIRE, whole.clusters)
    unexplained = lines(COPY, whole.clusters.clear())  # as of an index
    assert unexplained == [line for at, line in enumerate(lines(COPY, whole.clusters)) if at not in (1, 2)]


def run(*words: str) -> str:
    outcome = CliRunner().invoke(main, [*words])
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def test_the_command_line(tmp_path: Path) -> None:
    file, out = written(STORIES, tmp_path / "stories.jsonl"), str(tmp_path / "out")
    (tmp_path / "owners.csv").write_text("source,owner\nPost,A\nDaily,A\n", encoding="utf-8")
    (tmp_path / "agencies.toml").write_text(
        '[[agency]]\nname = "N"\naliases = ["Nordfunk"]\n', encoding="utf-8"
    )
    options = [
        *("--owners", str(tmp_path / "owners.csv")), *("--agencies", str(tmp_path / "agencies.toml")),
        *("--min-sources", "2"), *("--kind", "wire"), *("--kind", "quote"), "--across-sources",
    ]  # fmt: skip
    run("scan", str(file), "-q", "-o", out, "--threads", "1", *options)
    found = Result.read(out)
    same = scan(
        file, threads=1, owners={"Post": "A", "Daily": "A"}, agencies=tmp_path / "agencies.toml", min_sources=2,
        kinds=("wire", "quote"), across_sources=True,
    )  # fmt: skip
    assert_same(found, same)
    assert found.manifest["syndication"] == same.manifest["syndication"]
    number = str(passage_with(found, WIRE)["passage_id"])
    lines = run("show", out, number).splitlines()
    assert (
        lines[1].strip().startswith("AFP wire (99 % sure): AFP credited by 2; Reuters credited in part by 1")
    )
    assert any(line.strip() == "first AFP (inferred)" for line in lines)


@pytest.mark.parametrize(("options", "code", "message"), [
    (["--kind", "wyre"], 2, "'wyre' is not one of"),
    (["--min-sources", "0"], 2, "0 is not in the range"),
    (["--owners", "."], 1, "syndetect: cannot read .:"),
    (["--agencies", "missing.toml"], 1, "syndetect: cannot read missing.toml:"),
    (["--reference", "missing"], 1, "syndetect: "),
])  # fmt: skip
def test_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    written(STORIES[:2], tmp_path / "stories.jsonl")
    outcome = CliRunner().invoke(main, ["scan", "stories.jsonl", "-q", *options])
    assert outcome.exit_code == code
    assert message in outcome.stderr


def test_articles_of_one_outlet_are_linked_only_where_that_is_asked() -> None:
    shared = prose(60)
    articles = [article(f"{name}", name[0], "2T10:00", shared, prose(9)) for name in ("a1", "a2", "b1")]
    linked = {tuple(sorted(pair)) for pair in scan(articles).links.select("doc_a", "doc_b").rows()}
    assert linked == {("a1", "b1"), ("a2", "b1")}
    assert scan(articles, across_sources=False).links.height == 3


def test_a_scan_whose_reference_is_in_memory_is_not_resumed(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(prose(30), encoding="utf-8")
    reference = [article("wire", None, None, prose(30))]
    with pytest.raises(InputError, match="only a scan of files can be resumed"):
        scan(tmp_path / "articles", reference=reference, scratch=tmp_path / "scratch", resume=True)
