"""What a person sees: the table of passages, the totals, one passage in all its documents."""

import dataclasses
import re

import polars as pl
import pytest
from rich.cells import cell_len

from samples.results import result
from syndetect.errors import ResultError
from syndetect.report import passage_view, summary
from syndetect.report.terminal_text import printable
from syndetect.results.result import Result

SUMMARY = """\
passage   articles   words   text, and where it runs (earliest first)
────────────────────────────────────────────────────────────────────────────────
      1          3      25   The bridge over the Tamsin will close to lorries f…
                             Northwire wire: Northwire, Morvia Post, Kesh Daily
      2          2      15   “We would rather have angry drivers than wet ones,…
                             quote: Northwire, Morvia Post

4 articles, 2 reused passages, 13.3 % of the words reused
1.0 s, 4.8 MB/s
7 files not readable to their ends (-o DIR keeps the list)
"""

PASSAGE = """\
Passage 1: 3 articles; [-left out-] and {+added+} against the first
    Northwire wire (98 % sure): Northwire credited by 2
    first Northwire (inferred)

  1 wire-17  Northwire  2031-06-02 09:30 UTC
    Tamsin bridge to close
    news://northwire/17
    characters 0-153, 25 words
    The bridge over the Tamsin will close to lorries from Monday, the transport
    ministry of Morvia said, after inspectors found cracks in two of its
    pillars.

  2 morvia/a.txt  Morvia Post  2031-06-03
    Bridge shut
    characters 20-167, 23 words, 92 % equal
    The bridge over the Tamsin will close to {+heavy+} lorries from Monday,
    [-the-] {+Morvia's+} transport ministry [-of Morvia-] said, after inspectors
    found cracks in two [-of its-] pillars.

  3 kesh/b.txt  Kesh Daily
    characters 410-563, 25 words, 100 % equal
    The bridge over the Tamsin will close to lorries from Monday, the transport
    ministry of Morvia said, after inspectors found cracks in two of its
    pillars.
"""

ANSI = re.compile(r"\x1b\[[0-9;]*m")
HOSTILE = "\x1b[31mred\x1b]0;title\x07 \x9b2J [bold]no[/bold] \u202eover\u2066 a\r\nb\0c\x7f :smile:"
SHOWN = "␛[31mred␛]0;title␇ �2J [bold]no[/bold] over a b␀c␡ :smile:"


def show(one: Result, number: int = 1, *, width: int = 80, colour: bool = False) -> str:
    return passage_view.passage(one.documents, one.passages, one.clusters, number, width=width, colour=colour)


def with_text(text: str) -> Result:
    """The invented result, with one text in every place that articles fill."""
    one = result()
    names = {doc_id: f"{number} {text}" for number, doc_id in enumerate(one.documents["doc_id"])}
    renamed = pl.col("doc_id").replace_strict(names)
    filled = {name: pl.lit(text) for name in ("source", "title", "url")}
    return dataclasses.replace(
        one,
        documents=one.documents.with_columns(renamed, **filled),
        passages=one.passages.with_columns(
            renamed, source=pl.lit(text), text=pl.lit(f"{text} ") + pl.col("text")
        ),
        clusters=one.clusters.with_columns(first_doc=pl.lit(text), agency=pl.lit(text), reasons=pl.lit(text)),
        skipped=pl.DataFrame({"place": [text], "reason": [text], "outcome": ["left out"]}),
    )


def without_sources(one: Result, *doc_ids: str) -> Result:
    """A passage in articles of which only the ids are known."""
    documents = pl.DataFrame({"doc_id": doc_ids}).join(one.documents.clear(), on="doc_id", how="left")
    nobody = pl.lit(None, pl.String)
    uses = pl.concat(
        [one.passages[:1].with_columns(doc_id=pl.lit(doc_id), source=nobody) for doc_id in doc_ids]
    )
    return dataclasses.replace(one, documents=documents, passages=uses, clusters=one.clusters.clear())


def test_the_summary_at_80_columns() -> None:
    assert summary.summary(result(skipped=7)) == SUMMARY


def test_one_passage_at_80_columns() -> None:
    assert show(result()) == PASSAGE


def test_colours_change_nothing_but_colours() -> None:
    plain = ANSI.sub("", summary.summary(result(), colour=True))
    assert [line.rstrip() for line in plain.splitlines()] == summary.summary(result()).splitlines()
    coloured = show(result(), colour=True)
    assert "\x1b[1;32m heavy\x1b[0m" in coloured
    assert "\x1b[9;31m of Morvia\x1b[0m" in coloured
    assert "[-" not in coloured


def test_the_most_are_shown_and_the_rest_counted() -> None:
    text = summary.summary(result(), top=1)
    assert "angry drivers" not in text
    assert "\n1 more passage: --all shows all\n" in text
    assert "--all" not in summary.summary(result(), top=None)


def test_nothing_found_is_said() -> None:
    one = result()
    none = dataclasses.replace(one, passages=one.passages.clear(), documents=one.documents[:1], manifest={})
    end = "1 article, 0 reused passages, 18.9 % of the words reused\n"
    assert summary.summary(none) == "No reused passage found.\n\n" + end
    no_articles = dataclasses.replace(none, documents=one.documents.clear())
    assert summary.totals(no_articles) == "0 articles, 0 reused passages, none of the words reused"
    with pytest.raises(ResultError, match="there is no passage 1: this result has none"):
        show(none)


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_passage_that_is_not_there_is_named(number: int) -> None:
    with pytest.raises(ResultError, match=f"there is no passage {number}: this result has 1 to 2"):
        show(result(), number)


def test_ids_stand_where_no_source_is_known() -> None:
    few = without_sources(result(), "a.txt", "b.txt")
    assert "\n                             a.txt, b.txt\n" in summary.summary(few)
    many = without_sources(result(), *(f"archive/2031/06/{n:03}-tamsin-bridge.txt" for n in range(40)))
    line = summary.summary(many).splitlines()[3]
    assert line == " " * 29 + "000-tamsin-bridge, 001-tamsin-bridge +38"


def test_skipped_places_are_listed_up_to_a_number() -> None:
    assert summary.skipped(result(skipped=2).skipped).splitlines() == [
        "unreadable: kesh/0.txt: not text: it holds NUL bytes",
        "unreadable: kesh/1.txt: not text: it holds NUL bytes",
    ]
    assert summary.skipped(result(skipped=7).skipped).splitlines()[-1] == "and 2 more places"
    assert summary.skipped(result().skipped) == ""


def test_totals_say_where_the_list_of_the_skipped_is() -> None:
    one = result(skipped=1)
    assert summary.totals(one, "see out/skipped.jsonl").endswith(
        "\n1 file not readable to its end (see out/skipped.jsonl)"
    )
    assert "readable" not in summary.totals(result())


def test_printable_text_is_shown_and_not_obeyed() -> None:
    assert printable(HOSTILE) == SHOWN
    assert printable("  a\t\u2028 b\x85") == "a b"
    assert printable("می\u200cخواهم 👩\u200d👧") == "می\u200cخواهم 👩\u200d👧"


@pytest.mark.parametrize("colour", [False, True])
def test_no_escape_of_an_article_reaches_the_terminal(colour: bool) -> None:
    one = with_text(HOSTILE)
    for text in (summary.summary(one, colour=colour), show(one, colour=colour), summary.skipped(one.skipped)):
        plain = ANSI.sub("", text) if colour else text
        assert all(char == "\n" or char.isprintable() for char in plain), plain
        assert "\u202e" not in text
        assert "␛[31mred" in plain
    assert SHOWN in " ".join(show(one, width=200).split())


WIDE = {
    "chinese": "塔姆辛河上的大桥将从星期一起禁止卡车通行交通部表示检查人员在两个桥墩上发现了裂缝" * 4,
    "arabic": "سيغلق الجسر فوق نهر تامسين أمام الشاحنات اعتبارا من يوم الاثنين " * 4,
    "hebrew": "הגשר מעל הטמסין ייסגר למשאיות החל מיום שני " * 4,
    "emoji": "👩‍👩‍👧 🌉🚚 " * 20,
    "combining": "T\u0301a\u0308m\u0303s\u0302i\u0304n\u0301 " * 20,
    "one word": "tamsin" * 60,
}


@pytest.mark.parametrize("width", [60, 80, 133])
@pytest.mark.parametrize("text", WIDE.values(), ids=WIDE)
def test_no_line_is_wider_than_the_terminal(text: str, width: int) -> None:
    one = with_text(text)
    one = dataclasses.replace(one, documents=one.documents.with_columns(url=pl.lit(None, dtype=pl.String)))
    for shown in (summary.summary(one, width=width), show(one, width=width)):
        assert max(cell_len(line) for line in shown.splitlines()) <= width
        assert all(line == line.rstrip() for line in shown.splitlines())
    rows = [line for line in summary.summary(one, width=width).splitlines() if re.match(r" +\d ", line)]
    assert [row.split()[:3] for row in rows] == [["1", "3", "25"], ["2", "2", "15"]]


def test_an_address_is_kept_whole_so_that_it_can_be_copied() -> None:
    address = "news://northwire/" + "bridge-" * 30
    one = result()
    one = dataclasses.replace(one, documents=one.documents.with_columns(url=pl.lit(address)))
    assert f"\n    {address}\n" in show(one)


def test_limits_that_were_reached_are_told() -> None:
    found = result()
    assert "limit reached" not in summary.totals(found)
    counts = {**found.manifest.get("counts", {}), "passed_seeds": 1234, "passed_names": 0}
    told = summary.totals(dataclasses.replace(found, manifest={**found.manifest, "counts": counts}))
    assert told.splitlines()[-1].startswith("limit reached: 1,234 places in pairs of articles")
