"""The page of a report: its data says what the tables say, and its file holds nothing but what it should."""

import base64
import gzip
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest

from samples import make_block, pages, results
from samples.make_block import block
from syndetect.errors import InputError, OutputError
from syndetect.index.index import Index
from syndetect.pipeline.scan import scan
from syndetect.reading.own_output import REPORT_MARK
from syndetect.report.findings import ReadTexts
from syndetect.report.page import kept, template, texts
from syndetect.report.page.composition import PARTS
from syndetect.report.page.write import PageOptions
from syndetect.results.result import Result
from syndetect.settings import Settings

NOTHING = pl.DataFrame(schema={"id": pl.String, "text": pl.String})
SCHEMA = json.loads((Path(template.__file__).parent / "block.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def seeds() -> Result:
    return pages.seeds()


@pytest.fixture(scope="module")
def made(seeds: Result) -> dict[str, Any]:
    return block(seeds)


def parts_of(file: Path) -> dict[str, Any]:
    """The parts of a page's data block, out of its file."""
    found = re.findall(
        r'<script type="application/gzip" id="part-([^"]+)">([^<]*)</script>', file.read_text("utf-8")
    )
    return {name: json.loads(gzip.decompress(base64.b64decode(data))) for name, data in found}


def test_block_is_as_the_schema_says(made: dict[str, Any]) -> None:
    jsonschema.validate(made, SCHEMA)


@pytest.mark.parametrize(
    "options",
    [PageOptions(texts=False), PageOptions(anonymise=True), PageOptions(texts=False, anonymise=True)],
)
def test_other_blocks_are_as_the_schema_says(seeds: Result, options: PageOptions) -> None:
    jsonschema.validate(block(seeds, options), SCHEMA)


def test_hostile_and_empty_results_are_as_the_schema_says() -> None:
    for result in (
        pages.hostile(),
        scan(NOTHING),
        results.result(),
        scan([{"id": "a", "text": "One word."}]),
    ):
        jsonschema.validate(block(result), SCHEMA)


BRIDGE = " ".join(f"bridge{word}" for word in range(30))
NEWSLETTER = " ".join(f"newsletter{word}" for word in range(20))


@pytest.mark.parametrize("options", [PageOptions(), PageOptions(anonymise=True)], ids=["names", "anonymous"])
def test_outlets_of_other_articles_than_those_that_share(options: PageOptions) -> None:
    """Where no article with a passage has a source, articles stand for themselves, whatever others have."""
    shared = [{"id": name, "text": BRIDGE} for name in "ab"]
    made = block(scan([*shared, {"id": "c", "source": "X", "text": "Own words of an article."}]), options)
    jsonschema.validate(made, SCHEMA)
    assert (made["head"]["noun"], len(made["head"]["outlets"]), len(made["head"]["pairs"])) == (
        "article",
        2,
        1,
    )
    assert sorted(made["documents"]["outlet"]) == [-1, 0, 1]


def test_outlets_that_share_boilerplate_alone() -> None:
    """Outlets are known by one kind of passage, and the pairs are of another, whose articles have none."""
    shared = [{"id": name, "text": BRIDGE} for name in "ab"]
    own = [
        {"id": f"c{place}", "source": f"X{place % 2}", "published": f"2031-01-{1 + place:02d}",
         "text": f"Own words number {place} are told here.\n\n{NEWSLETTER}"}
        for place in range(12)
    ]  # fmt: skip
    result = scan([*shared, *own])
    assert sorted(result.clusters["kind"]) == ["boilerplate", "unknown"]
    made = block(result)
    jsonschema.validate(made, SCHEMA)
    head = made["head"]
    assert (head["noun"], [one["name"] for one in head["outlets"]], head["pairs"]) == (
        "outlet",
        ["X0", "X1"],
        [],
    )


@pytest.mark.parametrize("options", [PageOptions(), PageOptions(anonymise=True)], ids=["names", "anonymous"])
def test_answers_of_an_index_have_the_articles_that_they_name(tmp_path: Path, options: PageOptions) -> None:
    held = [
        {"id": f"held-{name}", "source": f"Outlet of {name}", "text": f"{BRIDGE} {name}"} for name in "abc"
    ]
    with Index.create(tmp_path / "index", Settings()) as index:
        index.add(held)
        result = index.query({"id": "asked", "text": f"Asked. {BRIDGE}"}).result()
        nothing = index.query({"id": "asked", "text": "Nothing is shared."}).result()
    for found, articles, uses in ((result, 4, 4), (nothing, 1, 0)):
        made = block(found, options)
        jsonschema.validate(made, SCHEMA)
        assert (len(made["documents"]["id"]), len(made["uses"]["document"])) == (articles, uses)
    made = block(result, options)
    assert len(made["head"]["outlets"]) == 3
    assert ("held-a" in json.dumps(made)) is not options.anonymise
    asked = replace(result, texts=lambda rows: ReadTexts([f"Asked. {BRIDGE}" for _ in rows]))
    made = block(asked)
    assert sorted(made["documents"]["text"]) == [1, 2, 2, 2]
    assert "index" in made["head"]["text_note"]


def test_block_for_the_tests_of_the_page_is_what_python_makes() -> None:
    assert json.loads(make_block.FIXTURE.read_text("utf-8")) == make_block.of_seeds()


def test_columns_have_one_length(made: dict[str, Any]) -> None:
    for name, part in made.items():
        if name in ("documents", "passages", "uses"):
            lengths = {column: len(values) for column, values in part.items() if column != "uses"}
            assert len(set(lengths.values())) == 1, name
    assert len(made["passages"]["uses"]) == len(made["passages"]["id"]) + 1
    assert made["passages"]["uses"][-1] == len(made["uses"]["document"])


def test_numbers_are_those_of_the_tables(seeds: Result, made: dict[str, Any]) -> None:
    totals, documents = made["head"]["totals"], seeds.documents
    assert totals["documents"] == documents.height
    assert totals["words"] == documents["words"].sum()
    assert totals["reused_words"] == documents["reused_words"].sum()
    assert totals["passages"] == seeds.clusters.height
    assert totals["uses"] == seeds.passages.height
    for part, column in (("agency", "agency_share"), ("copied", "copied_share"), ("own", "own_share")):
        exact = float((documents[column] * documents["words"]).sum()) / float(documents["words"].sum())
        assert totals["composition"][part] == pytest.approx(exact)
    kinds = dict(seeds.clusters.group_by("kind").len().iter_rows())
    assert {kind["name"]: kind["passages"] for kind in made["head"]["kinds"] if kind["passages"]} == kinds


def test_parts_of_articles_sum_to_one(seeds: Result, made: dict[str, Any]) -> None:
    for number, words in enumerate(made["documents"]["words"]):
        assert sum(made["documents"][part][number] for part in PARTS) == pytest.approx(
            1 if words else 0, abs=1e-3
        )
    shares = dict(zip(made["documents"]["id"], made["documents"]["agency"], strict=True))
    for name, share in seeds.documents.select("doc_id", "agency_share").iter_rows():
        assert shares[name] == pytest.approx(share, abs=1e-4)


def test_offsets_cut_the_texts_of_the_tables(seeds: Result, made: dict[str, Any]) -> None:
    found = []
    for passage, number in enumerate(made["passages"]["id"]):
        first, end = made["passages"]["uses"][passage : passage + 2]
        for use in range(first, end):
            document = made["uses"]["document"][use]
            span = slice(made["uses"]["begin"][use], made["uses"]["end"][use])
            found.append((number, made["documents"]["id"][document], made["texts"][document][span]))
    assert sorted(found) == sorted(seeds.passages.select("passage_id", "doc_id", "text").iter_rows())


def test_wire_and_copies_come_first_by_reach(made: dict[str, Any]) -> None:
    names = [kind["name"] for kind in made["head"]["kinds"]]
    kinds = [names[kind] for kind in made["passages"]["kind"]]
    leading = [kind in ("wire", "copy", "release") for kind in kinds]
    assert any(leading)
    assert leading == sorted(leading, reverse=True)
    reach = [outlets for outlets, leads in zip(made["passages"]["outlets"], leading, strict=True) if leads]
    assert reach == sorted(reach, reverse=True)


def test_without_texts_there_is_no_text(seeds: Result, tmp_path: Path) -> None:
    seeds.report(tmp_path / "page.html", texts=False)
    parts = parts_of(tmp_path / "page.html")
    assert parts["head"]["texts"] == "none"
    whole = json.dumps(parts, ensure_ascii=False)
    for text in seeds.passages["text"]:
        assert text[:60] not in whole


def test_anonymised_page_names_no_outlet_and_no_article(seeds: Result, tmp_path: Path) -> None:
    seeds.report(tmp_path / "page.html", texts=False, anonymise=True)
    page = json.dumps(parts_of(tmp_path / "page.html"), ensure_ascii=False)
    named = [
        *seeds.documents["doc_id"],
        *seeds.documents["source"],
        *seeds.documents["title"],
        *seeds.documents["url"],
    ]
    assert [name for name in named if name in page] == []


def test_anonymised_names_are_the_same_everywhere(seeds: Result, made: dict[str, Any]) -> None:
    hidden = block(seeds, PageOptions(anonymise=True))
    names = dict(zip(made["documents"]["id"], hidden["documents"]["id"], strict=True))
    assert len(set(names.values())) == len(names)
    for column in ("words", "published", "text", "derived_from"):
        assert hidden["documents"][column] == made["documents"][column]
    assert hidden["uses"] == made["uses"]
    assert hidden["texts"] == made["texts"]
    outlets = {one["name"] for one in hidden["head"]["outlets"]}
    assert all(re.fullmatch(r"Outlet \d+", name) for name in outlets)
    carried = {one["name"] for agency in hidden["head"]["agencies"] for one in agency["carried"]}
    assert carried <= outlets


def test_what_is_too_much_is_left_out_and_said(seeds: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = kept.keep(seeds)
    held = kept.keep(seeds, 5, 4)
    assert (held.documents.height, held.passages.height) == (5, 4)
    assert held.documents["doc_id"].to_list() == whole.documents["doc_id"].to_list()[:5]
    assert held.left_out is not None
    assert "leaves out 7 articles" in held.left_out
    assert set(held.uses["doc_id"]) <= set(held.documents["doc_id"])
    assert held.passages["passage"].to_list() == list(range(4))
    monkeypatch.setattr(texts, "MOST_CHARACTERS", 9000)
    few = texts.texts(seeds, whole)
    assert 0 < sum(form == 1 for form in few.forms) < 12
    assert few.note is not None
    assert "too large" in few.note


def test_articles_that_changed_show_their_passages_alone(seeds: Result) -> None:
    changed = dict(enumerate(seeds.texts(range(12)).texts)) if seeds.texts else {}
    other = replace(
        seeds, texts=lambda rows: ReadTexts([text and f"x{text}" for text in map(changed.get, rows)])
    )
    found = block(other)
    assert set(found["documents"]["text"]) <= {0, 2}
    assert "not as they were scanned" in found["head"]["text_note"]
    document = found["uses"]["document"][0]
    pieces = found["texts"][document]
    begin, end = found["uses"]["begin"][0], found["uses"]["end"][0]
    held = [text[begin - at : end - at] for at, text in pieces if at <= begin and end <= at + len(text)]
    use = seeds.passages.filter(pl.col("passage_id") == found["passages"]["id"][0])
    assert held[0] in use["text"].to_list()


def test_written_result_reads_the_articles_again(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for path in pages.SEEDS.glob("*.txt"):
        (folder / path.name).write_bytes(path.read_bytes())
    scanned = scan(str(folder))
    scanned.write(tmp_path / "result")
    assert block(Result.read(tmp_path / "result"))["texts"] == block(scanned)["texts"]
    (folder / "01-harbour-courier.txt").write_text("Something else altogether.")
    changed = block(Result.read(tmp_path / "result"))
    assert "not as it was scanned" in changed["head"]["text_note"]
    assert 1 not in changed["documents"]["text"]
    again = replace(Result.read(tmp_path / "result"), texts=None)
    again.report(tmp_path / "page.html", articles=str(pages.SEEDS))
    assert parts_of(tmp_path / "page.html")["head"]["texts"] == "all"


def test_articles_that_can_be_read_once_show_their_passages() -> None:
    found = block(scan(iter(pages.seed_articles())))
    assert set(found["documents"]["text"]) <= {0, 2}
    assert found["head"]["texts"] == "some"


def test_page_is_one_file_without_addresses(seeds: Result, tmp_path: Path) -> None:
    seeds.report(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.startswith(REPORT_MARK)
    assert re.findall(r'(?:src|href)="([^"]*)"', page.split("<body>")[0]) == ["data:,"]
    assert page.count("</script>") == page.count("<script")
    assert "Permission is hereby granted" in page[page.rindex("<!--") : page.rindex("-->")]
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1]


def test_report_replaces_a_report_and_nothing_else(seeds: Result, tmp_path: Path) -> None:
    file = tmp_path / "new" / "page.html"
    seeds.report(file)
    seeds.report(file, texts=False)
    assert parts_of(file)["head"]["texts"] == "none"
    file.write_text("mine")
    with pytest.raises(OutputError, match="no report"):
        seeds.report(file)
    assert file.read_text() == "mine"
    seeds.report(file, force=True)
    assert parts_of(file)["head"]["texts"] == "all"
    with pytest.raises(OutputError, match="is a folder"):
        seeds.report(tmp_path)
    with pytest.raises(OutputError, match="not at an address"):
        seeds.report("s3://bucket/page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


@pytest.mark.skipif(os.name != "posix", reason="the system has no such files")
def test_report_replaces_no_pipe_and_follows_links(seeds: Result, tmp_path: Path) -> None:
    pipe, loop, link = tmp_path / "pipe", tmp_path / "loop", tmp_path / "link.html"
    os.mkfifo(pipe)
    with pytest.raises(OutputError, match="a device or a pipe"):
        seeds.report(pipe, force=True)
    assert pipe.is_fifo()
    reader, writer = os.pipe()
    with pytest.raises(OutputError, match="a device or a pipe"):
        seeds.report(f"/dev/fd/{writer}", force=True)
    os.close(reader)
    os.close(writer)
    link.symlink_to(tmp_path / "page.html")
    seeds.report(link)
    seeds.report(link)
    assert (link.is_symlink(), parts_of(tmp_path / "page.html")["head"]["texts"]) == (True, "all")
    loop.symlink_to(loop)
    with pytest.raises(OutputError, match="loop"):
        seeds.report(loop / "page.html")


def test_report_in_the_folder_of_its_result_gives_way_with_it(seeds: Result, tmp_path: Path) -> None:
    seeds.write(tmp_path / "out")
    seeds.report(tmp_path / "out" / "page.html")
    assert Result.read(tmp_path / "out").clusters.equals(seeds.clusters)
    seeds.write(tmp_path / "out", force=True)
    assert not (tmp_path / "out" / "page.html").exists()
    (tmp_path / "out" / "page.html").write_text("mine")
    with pytest.raises(OutputError, match=r"holds page\.html"):
        seeds.write(tmp_path / "out", force=True)


def test_report_is_not_read_as_an_article(seeds: Result, tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("An article beside the report of another scan.")
    seeds.report(tmp_path / "page.html")
    result = scan(str(tmp_path))
    assert result.documents["doc_id"].to_list() == ["article.txt"]
    assert result.skipped["reason"].to_list() == ["a report of syndetect, not articles"]
    with pytest.raises(InputError, match="a report of syndetect"):
        scan(str(tmp_path / "page.html"))
