"""One passage with all its uses, as text for a terminal."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

import polars as pl
from rich.text import Text

from syndetect.report.lookup import no_passage
from syndetect.report.terminal_text import printable, render
from syndetect.report.word_diff import Change, Piece, differences
from syndetect.runtime.progress import count

_STYLES = {Change.NONE: "", Change.REMOVED: "strike red", Change.ADDED: "bold green"}
_MARKS = {Change.NONE: ("", ""), Change.REMOVED: ("[-", "-]"), Change.ADDED: ("{+", "+}")}
_MAX_REMOVED = 8  # more words that are removed at an end of the passage are only counted


def passage(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    clusters: pl.DataFrame,
    number: int,
    *,
    width: int = 80,
    colour: bool = False,
) -> str:
    """The kind and origin of a passage, and all its uses with their differences from the earliest one.

    Args:
        documents, passages, clusters: the tables of a result; ``clusters`` may lack the passage.
        number: the ``passage_id``.
        width: columns of the terminal.
        colour: whether styles may be used; else removed words stand in ``[- -]``, added words in ``{+ +}``.

    Raises:
        ResultError: there is no such passage.
    """
    uses = passages.filter(pl.col("passage_id") == number).join(
        documents.select("doc_id", "title", "url"), on="doc_id", how="left", maintain_order="left"
    )
    if uses.is_empty():
        raise no_passage(number, passages)
    heading = Text(f"Passage {number}: {count(uses['doc_id'].n_unique(), 'article')}; ", style="bold")
    legend = [(Change.REMOVED, "left out"), (Change.NONE, " and "), (Change.ADDED, "added")]
    heading.append(_marked(legend, colour)).append(" against the first")
    shown = [render(heading, width, colour) + _origin(clusters, number, width, colour)]
    rows = uses.rows(named=True)
    texts = [None if row["text"] is None else printable(row["text"]) for row in rows]
    first = next((text for text in texts if text is not None), "")
    for place, (row, text) in enumerate(zip(rows, texts, strict=True), start=1):
        if text is None:
            body = Text("(a text that the index does not store)", style="dim")
        else:
            body = _marked(_without_long_ends(list(differences(first, text))), colour)
        shown.append(_use_heading(place, row, width, colour) + render(body, width, colour, indent=4))
    return "\n".join(shown)


def _origin(clusters: pl.DataFrame, number: int, width: int, colour: bool) -> str:
    """The kind of a passage with the reasons, and its first document; nothing if ``clusters`` lacks it."""
    lines = ""
    for row in clusters.filter(pl.col("passage_id") == number).iter_rows(named=True):
        first = "it is not known who had it first"
        if row["first_doc"] is not None:
            first = f"first {printable(row['first_doc'])}"
        for line in (f"{kind_line(row)}: {printable(row['reasons'] or '')}", first):
            lines += render(Text(line), width, colour, indent=4)
    return lines


def kind_line(row: Mapping[str, Any]) -> str:
    """The agency and the kind of a passage, and how sure that is: ``AFP wire (99 % sure)``."""
    kind = " ".join(filter(None, [printable(row["agency"] or ""), printable(row["kind"])]))
    is_sure = row["confidence"] is not None and row["kind"] != "unknown"
    return f"{kind} ({100 * row['confidence']:.0f} % sure)" if is_sure else kind


def _use_heading(place: int, row: Mapping[str, Any], width: int, colour: bool) -> str:
    """The document of a use, its title and address, and the range and length of the use, a line each."""
    known = [row["doc_id"], row["source"], date(row["published"])]
    name = Text("  ".join(printable(value) for value in known if value), style="bold")
    title = Text(printable(row["title"] or ""))
    address = f"    {printable(row['url'])}\n" if row["url"] else ""  # on one line, so that it can be copied
    extent = f"characters {row['begin']}-{row['end']}, {count(row['words'], 'word')}"
    if place > 1:
        extent += f", {100 * row['identity']:.0f} % equal"
    return (
        f"{place:>3} {render(name, width, colour, indent=4).lstrip()}"
        f"{render(title, width, colour, indent=4) if title else ''}"
        f"{address}{render(Text(extent, style='dim'), width, colour, indent=4)}"
    )


def date(published: datetime | None) -> str | None:
    """A time in UTC; at midnight only the date."""
    if published is None:
        return None
    return published.strftime("%Y-%m-%d" if published.time() == time() else "%Y-%m-%d %H:%M UTC")


def _without_long_ends(pieces: list[Piece]) -> list[Piece]:
    """The pieces, with the number of words in place of a long removed piece at either end."""
    for end in (0, -1):
        change, piece = pieces[end]
        words = len(piece.split())
        if change is Change.REMOVED and words > _MAX_REMOVED:
            left_out = f"[{words} words left out]"
            pieces[end] = (Change.NONE, f"{left_out} " if end == 0 else f" {left_out}")
    return pieces


def _marked(pieces: Iterable[Piece], colour: bool) -> Text:
    """The pieces as one text, the changed ones in colours or between marks."""
    text = Text()
    for change, piece in pieces:
        if colour:
            text.append(piece, style=_STYLES[change])
        else:
            opening, closing = _MARKS[change]
            word = piece.lstrip()
            text.append(piece[: len(piece) - len(word)] + opening + word + closing)
    return text
