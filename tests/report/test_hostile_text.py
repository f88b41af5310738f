"""Text from articles does not steer the terminal, and no line is wider than it, whatever the text."""

import dataclasses
import re
import unicodedata
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from samples.results import with_shares
from syndetect.report import article_view, passage_view, summary, use_lines
from syndetect.report.names import joined
from syndetect.report.terminal_text import printable, shorten, start
from syndetect.results.result import Result

ANSI = re.compile(r"\x1b\[[0-9;]*m")
HOSTILE = "\x1b[31mred\x1b]0;title\x07 \x9b2J [bold]no[/bold] \u202eover\u2066 a\r\nb\0c\x7f :smile:"
SHOWN = "␛[31mred␛]0;title␇ �2J [bold]no[/bold] over a b␀c␡ :smile:"
WIDTHS = (40, 60, 80, 120, 200)

WIDE = {
    "chinese": "塔姆辛河上的大桥将从星期一起禁止卡车通行交通部表示检查人员在两个桥墩上发现了裂缝" * 4,
    "arabic": "سيغلق الجسر فوق نهر تامسين أمام الشاحنات اعتبارا من يوم الاثنين " * 4,
    "hebrew": "הגשר מעל הטמסין ייסגר למשאיות החל מיום שני " * 4,
    "emoji": "👩‍👩‍👧 🌉🚚 " * 20,
    "combining": "T\u0301a\u0308m\u0303s\u0302i\u0304n\u0301 " * 20,
    "one word": "tamsin" * 60,
    "mixed": "a桥\u0301\u200b\u202e\u200fb\u2066c" * 30,
    "blank": " \t\n ",
    "unseen": "\u200b\u2060\ufeff\u00ad\u202e",
    "escapes": HOSTILE * 3,
}


def with_text(text: str) -> Result:
    """The invented result, with one text in every place that articles, credits and users fill."""
    one = with_shares()
    names = {doc_id: f"{number} {text}" for number, doc_id in enumerate(one.documents["doc_id"])}
    renamed = pl.col("doc_id").replace_strict(names)
    said = pl.lit(text)
    return dataclasses.replace(
        one,
        documents=one.documents.with_columns(
            renamed, source=said, title=said, url=said, agencies=said, derived_from=renamed
        ),
        passages=one.passages.with_columns(renamed, source=said, text=pl.lit(f"{text} ") + pl.col("text")),
        clusters=one.clusters.with_columns(first_doc=said, agency=said, reasons=said),
        credits=one.credits.with_columns(agency=said),
        skipped=pl.DataFrame({"place": [text], "reason": [text], "outcome": ["left out"]}),
    )


def views(one: Result, width: int, *, colour: bool = False) -> Iterator[str]:
    """Everything that is written for a terminal of a width."""
    tables = (one.documents, one.passages, one.clusters)
    for lines in (None, 20):
        yield summary.summary(one, width=width, colour=colour, lines=lines)
    yield summary.summary(one, everything=True, width=width, colour=colour)
    yield passage_view.passage(*tables, 1, width=width, colour=colour)
    for doc_id in one.documents["doc_id"]:
        yield article_view.article(*tables, doc_id, width=width, colour=colour)


def columns(line: str) -> int:
    """The columns of a line of characters that terminals do not join."""
    return sum(
        0
        if unicodedata.category(char) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in line
    )


@pytest.mark.parametrize("colour", [False, True])
def test_no_escape_of_an_article_reaches_the_terminal(colour: bool) -> None:
    one = with_text(HOSTILE)
    for width in WIDTHS:
        for text in views(one, width, colour=colour):
            plain = ANSI.sub("", text) if colour else text
            assert all(char == "\n" or char.isprintable() for char in plain), plain
            assert "\u202e" not in text
            assert "␛[31m" in plain
    whole = passage_view.passage(one.documents, one.passages, one.clusters, 1, width=200)
    assert SHOWN in " ".join(whole.split())
    assert summary.skipped(one.skipped) == f"left out: {SHOWN}: {SHOWN}"


def test_no_escape_of_an_article_reaches_a_pipe() -> None:
    one = with_text(HOSTILE)
    for shown in (1, one.documents["doc_id"][0]):
        text = use_lines.use_lines(one.documents, one.passages, one.clusters, shown)
        rows = [line.split("\t") for line in text.splitlines()]
        assert {len(row) for row in rows} == {len(use_lines.FIELDS)}
        assert all(char in "\t\n" or char.isprintable() for char in text)
        assert rows[0][use_lines.FIELDS.index("title")] == SHOWN


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("text", WIDE.values(), ids=WIDE)
def test_no_line_is_wider_than_the_terminal(text: str, width: int) -> None:
    one = with_text(text)
    one = dataclasses.replace(one, documents=one.documents.with_columns(url=pl.lit(None, dtype=pl.String)))
    for shown in views(one, width):
        measure = cell_len if "\u200d" in text else columns
        assert max(measure(line) for line in shown.splitlines()) <= width
        assert all(line == line.rstrip() for line in shown.splitlines())
    everything = summary.summary(one, everything=True, width=width)
    rows = [line.split() for line in everything.splitlines() if re.match(r" *\d ", line)]
    if width < 80:
        assert [row[0] for row in rows][:1] == ["1"]
        assert " 1 outlet, 25 words\n" in everything
    else:
        assert ["1", "1", "25"] in [row[:3] for row in rows]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(text=TEXTS, width=st.integers(40, 200))
def test_any_text_stays_on_its_lines(text: str, width: int) -> None:
    one = with_text(text)
    one = dataclasses.replace(one, documents=one.documents.with_columns(url=pl.lit(None, dtype=pl.String)))
    for shown in views(one, width):
        assert max(cell_len(line) for line in shown.splitlines()) <= width
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", shown)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(text=TEXTS, cells=st.integers(0, 70))
def test_a_cut_text_fits(text: str, cells: int) -> None:
    shown = printable(text)
    for cut in (shorten(shown, cells), start(shown, cells)):
        assert cell_len(cut) <= cells


def test_names_end_with_the_number_of_the_others() -> None:
    names = ["Morvia Post", "Kesh Daily", "Harbour Courier"]
    assert joined(names, 80) == "Morvia Post, Kesh Daily, Harbour Courier"
    assert joined(names, 26) == "Morvia Post, Kesh Daily +1"
    assert joined(names, 25) == "Morvia Post +2"
    assert joined(names, 12) == "Morvi…ost +2"
    assert joined(names, 24, ["1,200", "30", "4"]) == "Morvia Post 1,200 +2"
    assert joined(["a/b.txt"], 3) == "b"
    for room in range(8, 60):
        assert cell_len(joined([name * 3 for name in names], room, ["1", "2", "3"])) <= room


def test_printable_text_is_shown_and_not_obeyed() -> None:
    assert printable(HOSTILE) == SHOWN
    assert printable("  a\t\u2028 b\x85") == "a b"
    assert printable("می\u200cخواهم 👩\u200d👧") == "می\u200cخواهم 👩\u200d👧"
    assert printable("a\u200bb\u2060c\ufeffd\u00ade\U000e0041f") == "abcdef"
    assert printable("\u0600\u0661 \u06dd") == "\u0600\u0661 \u06dd"  # signs that are seen
