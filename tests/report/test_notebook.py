"""The summary that notebooks show: what it tells, that nothing in it is obeyed, and that it stays small."""

import dataclasses
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest

from samples.results import result
from syndetect.index.index import Index
from syndetect.report.kind_colours import KINDS
from syndetect.report.notebook import html
from syndetect.results.result import Result
from syndetect.schema import TABLES
from syndetect.syndication import KINDS as TOLD

TEXT = """\
4 articles scanned · 3 outlets · 2031-06-02 to 2031-06-03 · corpus
13.3 % of 792 words are reused, in 2 passages
of these: ■ wire 71 % ■ quote 29 %
Whose copy do others run?
agency words outlets
Northwire 61 2
Who runs most text of others?
outlet words
Morvia Post 56
Kesh Daily 25
Which copy ran most widely?
“The bridge over the Tamsin will close to lorries from Monday, the transport ministry of Morvia said, after \
inspectors found cracks in two of its pillars.”
passage 1 · ■ Northwire wire · 25 words · 3 outlets: Northwire, Morvia Post, Kesh Daily · \
first: Northwire (inferred)
7 files not readable to their ends (.skipped). Every passage is in .passages; .plot() draws outlets and times.
"""
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</div></bdi><style>*{display:none}</style>",
    "&lt;b&gt; &amp;",
    "\x1b[31mred\x1b]0;title\x07 \u202eover\u2066 \x00",
    "n" * 100_000,
    "\u0301" * 100_000,
    "'\"&<>" * 1_000,
    "صحيفة",
    "",
]


class Checked(HTMLParser):
    """Reads HTML, keeps its text by lines of blocks, and fails where it is not what every notebook can show safely."""

    BLOCKS = frozenset({"div", "table", "tr", "br"})
    INLINE = frozenset({"b", "i", "bdi", "span", "code", "td", "th"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.told = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.BLOCKS | self.INLINE
        for name, value in attrs:
            assert name in {"class", "style", "title"}
            assert value is not None
            assert not {"url", "expression", "import", "javascript", "position"} & {
                *value.replace("(", ":").split(":")
            }
        if tag in self.BLOCKS:
            self.told += "\n"
        if tag in {"td", "th", "bdi"}:
            self.told += "\t"
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in self.BLOCKS:
            self.told += "\n"

    def handle_data(self, data: str) -> None:
        self.told += " ".join(data.split("\n"))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def told(shown: str) -> str:
    """The text of HTML, a line each block."""
    parser = Checked()
    parser.feed(shown)
    parser.close()
    assert parser.open == []
    lines = (" ".join(line.split()) for line in parser.told.splitlines())
    return "".join(f"{line}\n".replace("“ ", "“").replace(" ,", ",") for line in lines if line)


def changed(found: Result, **tables: Mapping[str, Any]) -> Result:
    """The result with some columns of some tables replaced."""
    return dataclasses.replace(
        found,
        **{name: getattr(found, name).with_columns(**columns) for name, columns in tables.items()},
    )


def shared(**documents: Any) -> Result:
    """The result with shares of agency copy and copied text in its articles: 53, 36 + 20, 25 + 0 and 0 words."""
    shares = {
        "agencies": pl.Series(["Northwire"] * 3 + [None]),
        "agency_share": pl.Series([0.25, 0.2, 25 / 305, 0.0]),
        "copied_share": pl.Series([0.0, 1 / 9, 0.0, 0.0]),
    }
    return changed(result(skipped=7), documents={**shares, **documents})


def empty() -> Result:
    """A result of one article without passages."""
    found = result()
    cleared = {name: getattr(found, name).clear() for name in TABLES if name != "documents"}
    return dataclasses.replace(found, documents=found.documents.tail(1), **cleared)


def test_the_summary_answers_the_questions_of_a_newsroom() -> None:
    assert told(html(shared())) == TEXT


def test_a_result_shows_itself() -> None:
    found = result()
    assert found._repr_html_() == html(found)
    assert repr(found) == "Result(4 documents, 2 passages, 13.3 % of 792 words reused)"
    assert str(found) == repr(found)


def test_nothing_found() -> None:
    assert (
        told(html(empty()))
        == "1 article scanned · 1 outlet · corpus\nNo passage of these 95 words is in another article\n"
    )
    assert repr(empty()) == "Result(1 document, 0 passages, 0.0 % of 95 words reused)"


def test_no_article_at_all() -> None:
    found = dataclasses.replace(empty(), documents=result().documents.clear())
    assert told(html(found)).startswith("0 articles scanned")
    assert repr(found) == "Result(0 documents, 0 passages, 0.0 % of 0 words reused)"


def test_an_article_of_the_agency_is_not_copy_that_others_run() -> None:
    without = dataclasses.replace(shared(), credits=result().credits.clear())
    assert "Northwire 114 3\n" in told(html(without))
    assert "Northwire 53\n" in told(html(without))
    assert "Northwire 53\n" not in told(html(shared()))


def test_an_agency_may_be_unknown_and_nobody_may_run_anything() -> None:
    assert "not known 114 3\n" in told(html(shared(agencies=pl.lit(None, pl.String))))
    shown = told(html(shared(agency_share=pl.lit(0.0), copied_share=pl.lit(0.0))))
    assert "Others run no agency's copy.\nWho runs most text of others?\nNobody is known to.\n" in shown
    assert "Others run no agency's copy." in told(html(result()))  # the shares are null


def test_words_of_agencies_and_copied_words_of_one_outlet_are_added() -> None:
    shown = html(shared(source=pl.lit("Kesh Daily")))
    assert "Northwire 61 1\n" in told(shown)
    assert "Kesh Daily 81\n" in told(shown)
    assert re.findall(r"width:([\d.]+)%;background-color:(#\w+)", shown.split("Who runs")[1]) == [
        ("75.31", KINDS["wire"].colour), ("24.69", KINDS["copy"].colour)
    ]  # fmt: skip


def test_only_the_first_agencies_and_outlets_are_named() -> None:
    number = 12
    documents = pl.concat([shared().documents.head(1)] * number).with_columns(
        doc_id=pl.format("d{}", pl.int_range(number)),
        source=pl.format("Outlet {}", pl.int_range(number)),
        agencies=pl.format("Agency {}", pl.int_range(number)),
        agency_share=pl.int_range(number) / 100,
    )
    found = dataclasses.replace(shared(), documents=documents)
    named = found.credits.clear().vstack(
        pl.concat([found.credits] * number).with_columns(
            agency=documents["agencies"], rule=pl.lit("dateline")
        )
    )
    shown = told(html(dataclasses.replace(found, credits=named)))
    assert (
        "Agency 11 23 1\nAgency 10 21 1\nAgency 9 19 1\nAgency 8 17 1\nAgency 7 15 1\nand 6 more\n" in shown
    )
    assert "Outlet 11 23\nOutlet 10 21\nOutlet 9 19\nOutlet 8 17\nOutlet 7 15\nand 6 more\n" in shown


def test_without_outlets_each_article_stands_for_itself() -> None:
    found = changed(shared(source=pl.lit(None, pl.String)), passages={"source": pl.lit(None, pl.String)})
    shown = told(html(found))
    assert "agency words articles\nNorthwire 61 2\n" in shown
    assert "article words\nmorvia/a.txt 56\nkesh/b.txt 25\n" in shown
    assert "3 articles: wire-17, morvia/a.txt, kesh/b.txt" in shown


def test_an_article_without_an_outlet_is_no_outlet() -> None:
    source = {"source": pl.Series(["Northwire", None, "Kesh Daily", "Northwire", None])}
    assert "2 outlets: Northwire, Kesh Daily" in told(html(changed(result(), passages=source)))


def test_without_wire_and_copies_the_widest_passages_are_shown() -> None:
    shown = told(html(changed(result(), clusters={"kind": pl.lit("quote")})))
    assert "Which passages ran most widely?\n“The bridge" in shown


def test_the_widest_passages_come_first_and_only_some() -> None:
    found, number = result(), 40
    at = pl.int_range(number, dtype=pl.Int64)
    passages = pl.concat([found.passages.head(1)] * number).with_columns(
        passage_id=at, text=pl.format("text {}", at)
    )
    clusters = pl.concat([found.clusters.head(1)] * number).with_columns(
        passage_id=at, sources=at % 7, words=at
    )
    shown = told(html(dataclasses.replace(found, passages=passages, clusters=clusters)))
    texts = [line for line in shown.splitlines() if line.startswith("“")]
    assert texts == ["“text 34”", "“text 27”", "“text 20”", "“text 13”", "“text 6”"]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_and_texts_are_shown_and_not_obeyed(name: str) -> None:
    text = pl.lit(name)
    found = changed(
        shared(),
        documents={"source": text, "doc_id": text + pl.col("doc_id"), "agencies": text},
        passages={"text": text, "source": text + pl.col("doc_id"), "doc_id": text + pl.col("doc_id")},
        clusters={"agency": text, "first_doc": text},
        credits={"agency": text},
    )
    manifest = found.manifest | {"inputs": [{"path": name + "\udcff"}]}
    shown = html(dataclasses.replace(found, manifest=manifest))
    told(shown)
    assert shown.encode().decode() == shown
    assert len(shown) < 60_000
    assert not {*map(chr, range(32)), "\u202e", "\u2066"} & {*shown}


@pytest.mark.parametrize(
    ("days", "shown"),
    [(-719_162, "0001-01-01"), (-800_000, "-0221-09-04"), (3_000_000, "+10183-09-21"), (0, "1970-01-01")],
)
def test_times_of_any_year_are_shown(days: int, shown: str) -> None:
    time = pl.lit(days * 86_400_000_000).cast(TABLES["documents"]["published"])
    found = changed(result(), documents={"published": time}, passages={"published": time})
    found = changed(found, clusters={"first_doc": pl.lit("wire-17")})
    assert f"3 outlets · {shown} · corpus" in told(html(found))
    assert f"first: Northwire, {shown}" in told(html(found))


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\n\n  b", "a b"), ("x" * 240, "x" * 240), ("x" * 241, "x" * 239 + "…"), ("a" + " " * 480, "a…")],
)
def test_a_text_ends_with_dots_where_it_is_cut(text: str, shown: str) -> None:
    assert f"“{shown}”" in told(html(changed(result(), passages={"text": pl.lit(text)})))


@pytest.mark.parametrize("inputs", [None, 3, "text", [None, "text", {"path": 3}, {}], []])
def test_a_manifest_may_name_no_inputs(inputs: object) -> None:
    found = dataclasses.replace(result(), manifest={"inputs": inputs})
    assert told(html(found)).startswith("4 articles scanned · 3 outlets · 2031-06-02 to 2031-06-03\n")


def test_a_kind_that_is_unknown_here_breaks_nothing() -> None:
    shown = told(html(changed(result(), clusters={"kind": pl.lit("rumour")})))
    assert "■ unknown · 15 words" in shown
    assert "rumour" not in shown


def test_a_large_result_has_a_small_summary() -> None:
    found = result()
    number = 50_000
    names = pl.format("Outlet {}", pl.int_range(number * 5))
    many = pl.concat([found.passages] * number).with_columns(
        source=names, doc_id=names, passage_id=pl.int_range(number * 5, dtype=pl.Int64) % number + 1
    )
    clusters = pl.concat([found.clusters] * (number // 2)).with_columns(
        passage_id=pl.int_range(1, number + 1, dtype=pl.Int64)
    )
    shown = html(dataclasses.replace(found, passages=many, clusters=clusters))
    assert "5 outlets: " in told(shown)
    assert len(shown) < 20_000


def test_every_kind_has_a_colour_of_its_own() -> None:
    assert {*KINDS} == {*TOLD}
    assert len({shown.colour for shown in KINDS.values()}) == len(KINDS)


def test_an_answer_of_an_index_shows_itself(tmp_path: Any) -> None:
    text = "Ferries to the outer islands will stop at noon because of the storm, the harbour office said on Monday."
    with Index.create(tmp_path / "ferries.idx") as index:
        index.add(
            [{"id": "wire", "text": text, "source": "Northwire"}, {"id": "b", "text": text, "source": "B"}]
        )
        answer = index.query({"id": "mine", "text": f"We heard this. {text}"})
        shown = told(answer._repr_html_())
        assert repr(answer.result()) == "Result(1 document queried, 1 passage, 86.4 % of 22 words reused)"
    assert shown.startswith(
        "1 article queried\n86.4 % of 22 words are in articles of the index, in 1 passage\n"
        "Who has the same text in the index?\noutlet words articles\nB 19 1\nNorthwire 19 1\n"
        "Which passages ran most widely?\n“Ferries"
    )
    assert "passage 1 · 19 words · 2 outlets: " in shown
