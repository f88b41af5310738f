"""One passage for a person: what it is, and how it reads in all its documents.

As in :mod:`syndetect.report.summary`, what comes from articles is shown and never obeyed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

import polars as pl
from rich.text import Text

from syndetect.errors import ResultError
from syndetect.report.summary import count, printable, render
from syndetect.report.word_diff import Kind, differences

_STYLES = {Kind.SAME: "", Kind.REMOVED: "strike red", Kind.ADDED: "bold green"}
_MARKS = {Kind.SAME: ("", ""), Kind.REMOVED: ("[-", "-]"), Kind.ADDED: ("{+", "+}")}
_MOST_LEFT_OUT = 8  # words before or after a use that are shown as left out; more are counted


def passage(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    clusters: pl.DataFrame,
    number: int,
    *,
    width: int = 80,
    colour: bool = False,
) -> str:
    """One passage in all its documents, the earliest first, with its differences from that one.

    What kind it is and why, and who had it first, come before, as far as ``clusters`` tells.

    Args:
        documents, passages, clusters: these tables.
        number: the ``passage_id``.
        width: columns of the terminal.
        colour: may styles be used? Without, removed words stand in ``[- -]``, added words in ``{+ +}``.

    Raises:
        ResultError: there is no such passage.
    """
    uses = passages.filter(pl.col("passage_id") == number).join(
        documents.select("doc_id", "title", "url"),
        on="doc_id",
        how="left",
        maintain_order="left",
    )
    if uses.is_empty():
        last = passages["passage_id"].n_unique()
        known = f"this result has 1 to {last}" if last else "this result has none"
        raise ResultError(f"there is no passage {number}: {known}")
    rows = uses.rows(named=True)
    heading = Text(f"Passage {number}: {count(uses['doc_id'].n_unique(), 'article')}; ", style="bold")
    heading.append(_marked([(Kind.REMOVED, "left out"), (Kind.SAME, " and "), (Kind.ADDED, "added")], colour))
    heading.append(" against the first")
    parts = [render(heading, width, colour) + _explained(clusters, number, width, colour)]
    texts = [None if row["text"] is None else printable(row["text"]) for row in rows]
    first = next((text for text in texts if text is not None), "")
    for place, (row, text) in enumerate(zip(rows, texts, strict=True), start=1):
        if text is None:
            body = Text("(a text that the index does not store)", style="dim")
        else:
            body = _marked(_clipped(list(differences(first, text))), colour)
        parts.append(_heading(place, row, width, colour) + render(body, width, colour, indent=4))
    return "\n".join(parts)


def _explained(clusters: pl.DataFrame, number: int, width: int, colour: bool) -> str:
    """What a passage is and where it is from, in a few lines; nothing where that is not known."""
    lines = ""
    for row in clusters.filter(pl.col("passage_id") == number).iter_rows(named=True):
        kind = " ".join(filter(None, [printable(row["agency"] or ""), row["kind"]]))
        first = "it is not known who had it first"
        if row["first_doc"] is not None:
            first = f"first {printable(row['first_doc'])}"
        for line in (f"{kind}: {printable(row['reasons'])}", first):
            lines += render(Text(line), width, colour, indent=4)
    return lines


def _heading(place: int, row: Mapping[str, Any], width: int, colour: bool) -> str:
    """What is known of one use: its document in the first line, then title, address and place."""
    known = [row["doc_id"], row["source"], _date(row["published"])]
    name = Text("  ".join(printable(part) for part in known if part), style="bold")
    title = Text(printable(row["title"] or ""))
    address = f"    {printable(row['url'])}\n" if row["url"] else ""  # whole, so that it can be copied
    where = f"characters {row['begin']}-{row['end']}, {count(row['words'], 'word')}"
    equal = f", {100 * row['identity']:.0f} % equal" if place > 1 else ""
    name_lines = f"{place:>3} " + render(name, width, colour, indent=4).lstrip()
    title_lines = render(title, width, colour, indent=4) if title else ""
    return (
        name_lines + title_lines + address + render(Text(where + equal, style="dim"), width, colour, indent=4)
    )


def _date(published: datetime | None) -> str | None:
    """A time as a person writes it; midnight is taken for a date alone."""
    if published is None:
        return None
    return published.strftime("%Y-%m-%d" if published.time() == time() else "%Y-%m-%d %H:%M UTC")


def _clipped(pieces: list[tuple[Kind, str]]) -> list[tuple[Kind, str]]:
    """Pieces without the long stretches of the first use that lie before and after what this use has of it."""
    for end in (0, -1):
        kind, piece = pieces[end]
        words = len(piece.split())
        if kind is Kind.REMOVED and words > _MOST_LEFT_OUT:
            pieces[end] = (
                Kind.SAME,
                f"[{words} words left out] " if end == 0 else f" [{words} words left out]",
            )
    return pieces


def _marked(pieces: Iterable[tuple[Kind, str]], colour: bool) -> Text:
    """Pieces of text, the changed ones in colours or between marks."""
    text = Text()
    for kind, piece in pieces:
        if colour:
            text.append(piece, style=_STYLES[kind])
        else:
            opening, closing = _MARKS[kind]
            core = piece.lstrip()
            text.append(piece[: len(piece) - len(core)] + opening + core + closing)
    return text
