"""Paragraphs cut out of texts of every form."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from syndetect import deduplicate
from syndetect.dedup.cuts import cut

RIVER = "The river rose by a metre in the night and the lower town was warned to leave its cellars"
TRAMS = "New trams will run on the northern line from the spring, the council of the city decided on Monday"


@pytest.mark.parametrize(
    ("value", "spans", "left"),
    [
        (["One.", "Two."], [(0, 3)], ["Two."]),
        (["One.", None, " ", "Two.\n\nThree."], [(6, 9)], ["One.", None, " ", "Three."]),
        (
            [{"type": "p", "text": "One."}, {"type": "p", "text": "Two."}],
            [(6, 9)],
            [{"type": "p", "text": "One."}],
        ),
        ({"rendered": "One.\n\nTwo.", "more": 1}, [(6, 9)], {"rendered": "One.", "more": 1}),
        (b"One.\n\nTwo.", [(0, 3)], b"Two."),
        ("<p>One.</p><h2>Two &amp; three.</h2>", [(15, 28)], "<p>One.</p><h2></h2>"),
        ("<p>One <b>and</b> a.</p> <p>Two.</p>", [(3, 19)], "<p></p> <p>Two.</p>"),
        ("One<br>two<br>three", [(7, 10)], "One<br><br>three"),
        (["<p>One.</p>", "<p>Two.</p>"], [(3, 6)], ["<p></p>", "<p>Two.</p>"]),
    ],
)
def test_what_is_left(value: Any, spans: list[tuple[int, int]], left: Any) -> None:
    assert cut(value, spans, "auto") == left


def test_repeated_paragraphs_of_lists_and_html_are_cut_in_their_forms(tmp_path: Path) -> None:
    records = [
        {"id": "a", "text": [RIVER, TRAMS]},
        {"id": "b", "text": ["Something of its own stands in this one.", RIVER]},
        {"id": "c", "text": f"<p>{TRAMS}.</p><p>Nothing else is &ldquo;new&rdquo;.</p>"},
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", unit="paragraph")
    kept = [json.loads(line)["text"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert kept == [
        [RIVER, TRAMS],
        ["Something of its own stands in this one."],
        "<p></p><p>Nothing else is &ldquo;new&rdquo;.</p>",
    ]


@pytest.mark.parametrize("dtype", [pl.List(pl.String), pl.Binary])
def test_repeated_paragraphs_of_tables_keep_their_types(dtype: Any, tmp_path: Path) -> None:
    texts: list[Any] = [[RIVER, TRAMS], [TRAMS, "Something of its own."]]
    if dtype == pl.Binary:
        texts = ["\n\n".join(text).encode() for text in texts]
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=dtype), "x": [1, 2]})
    frame.write_parquet(tmp_path / "in.parquet")
    deduplicate(tmp_path / "in.parquet", tmp_path / "out.parquet", unit="paragraph")
    kept = pl.read_parquet(tmp_path / "out.parquet")
    assert kept.schema == frame.schema
    assert (
        kept["text"][1].to_list() == ["Something of its own."]
        if dtype != pl.Binary
        else b"Something of its own."
    )
