"""A result for a person: the passages by reach, the totals, and one passage in all its documents.

Everything here returns text. What comes from articles (ids, titles, passages, file names) is shown and never
obeyed: escape sequences and markup in it reach the terminal as plain characters.
"""

import io
import os.path
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from pathlib import PurePath
from typing import Any

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from syndetect.differences import Kind, differences
from syndetect.errors import ResultError
from syndetect.progress import quantity
from syndetect.settings import Settings
from syndetect.tables import Result

_STYLES = {Kind.SAME: "", Kind.REMOVED: "strike red", Kind.ADDED: "bold green"}
_MARKS = {Kind.SAME: ("", ""), Kind.REMOVED: ("[-", "-]"), Kind.ADDED: ("{+", "+}")}
_MOST_LEFT_OUT = 8  # words before or after a use that are shown as left out; more are counted
_NAME_CELLS = 24  # a name that is wider loses its middle

_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_BLANKS = {ord(blank): " " for blank in "\t\n\v\f\r\x85\u2028\u2029"}
_DIRECTIONS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_PRINTABLE = {**dict.fromkeys(range(0x80, 0xA0), 0xFFFD), **_PICTURES, **_DIRECTIONS, **_BLANKS}


def printable(text: str) -> str:
    """Text on one line that a terminal only shows.

    Runs of blanks and line ends become one space, control characters their pictures (an escape becomes ␛),
    and characters that turn the direction of what follows are left out.
    """
    return " ".join(text.translate(_PRINTABLE).split())


def summary(result: Result, *, top: int | None = 20, width: int = 80, colour: bool = False) -> str:
    """The passages by reach, a row each, and the totals.

    Args:
        result: what a scan found.
        top: how many passages to show; None shows all.
        width: columns of the terminal.
        colour: may styles be used?
    """
    found = result.passages["passage_id"].n_unique()
    if not found:
        nothing = "The index has no passage of these." if _was_asked(result) else "No reused passage found."
        return f"{nothing}\n\n{totals(result)}\n"
    shown = _by_reach(result, top)
    table = Table(box=SIMPLE_HEAD, expand=True, pad_edge=False, show_edge=False)
    for name in ("passage", "articles", "words"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("text, and where it runs (earliest first)", ratio=1, no_wrap=True, overflow="ellipsis")
    room = width - 29  # what the three columns of numbers leave
    for row in shown.iter_rows(named=True):
        cell = Text(set_cell_size(printable(row["text"][: 8 * room]), 4 * room).rstrip() + "\n")
        cell.append(_some(row["names"], room), style="dim")
        table.add_row(*(f"{row[name]:,}" for name in ("passage_id", "documents", "words")), cell)
    more = (
        f"{_count(found - shown.height, 'more passage')}: --all shows all\n" if found > shown.height else ""
    )
    return f"{_render(table, width, colour)}{more}\n{totals(result)}\n"


def totals(result: Result, skipped: str = "-o DIR keeps the list") -> str:
    """What was read, found and left out, in two lines.

    Args:
        result: what a scan found.
        skipped: where the reader learns what was skipped, if anything was.
    """
    words, reused = (int(result.documents[name].sum()) for name in ("words", "reused_words"))
    share = f"{100 * reused / words:.1f} %" if words else "none"
    articles, passages = result.documents.height, result.passages["passage_id"].n_unique()
    pace = _pace(result.manifest)
    if result.skipped.height:
        pace.append(f"{result.skipped.height:,} skipped ({skipped})")
    if _was_asked(result):
        found = (
            f"{_count(articles, 'article')} asked, {_count(passages, 'passage')} found, {share} of the words"
        )
    else:
        found = f"{_count(articles, 'article')}, {_count(passages, 'reused passage')}, {share} of the words reused"
    return "\n".join([found, ", ".join(pace)] if pace else [found])


def skipped(places: pl.DataFrame, most: int = 5) -> str:
    """The first places that could not be used (``tables.SKIPPED``), each with its reason, a line each."""
    rows = places.head(most).iter_rows()
    lines = [f"skipped {printable(place or '')}: {printable(reason or '')}" for place, reason in rows]
    if places.height > most:
        lines.append(f"skipped {places.height - most:,} more places")
    return "\n".join(lines)


def holdings(facts: Mapping[str, Any]) -> str:
    """What :meth:`syndetect.Index.info` says, for a person: a line each."""
    waiting = f", {facts['removed']:,} more removed that still take space" if facts["removed"] else ""
    other = {
        name: value for name, value in facts["settings"].items() if value != Settings().to_dict().get(name)
    }
    lines = {
        "folder": printable(facts["path"]),
        "articles": f"{facts['documents']:,}{waiting}",
        "paragraphs": f"{facts['paragraphs']:,}",
        "words": f"{facts['words']:,}",
        "size": f"{quantity(facts['bytes'], 'bytes')} in {_count(facts['segments'], 'segment')}",
        "texts": "kept" if facts["stores_text"] else "not kept",
        "settings": ", ".join(f"{name} {value}" for name, value in other.items()) or "as by default",
        "changes": f"{facts['generation']:,}",
    }
    return "".join(f"{name:<12}{value}\n" for name, value in lines.items())


def passage(
    documents: pl.DataFrame, passages: pl.DataFrame, number: int, *, width: int = 80, colour: bool = False
) -> str:
    """One passage in all its documents, the earliest first, with its differences from that one.

    Args:
        documents: the table ``documents``.
        passages: the table ``passages``.
        number: the ``passage_id``.
        width: columns of the terminal.
        colour: may styles be used? Without, removed words stand in ``[- -]``, added words in ``{+ +}``.

    Raises:
        ResultError: there is no such passage.
    """
    uses = passages.filter(pl.col("passage_id") == number).join(
        documents.select("doc_id", "source", "published", "title", "url"),
        on="doc_id",
        how="left",
        maintain_order="left",
    )
    if uses.is_empty():
        last = passages["passage_id"].n_unique()
        known = f"this result has 1 to {last}" if last else "this result has none"
        raise ResultError(f"there is no passage {number}: {known}")
    rows = uses.rows(named=True)
    heading = Text(f"Passage {number}: {_count(uses['doc_id'].n_unique(), 'article')}; ", style="bold")
    heading.append(_marked([(Kind.REMOVED, "left out"), (Kind.SAME, " and "), (Kind.ADDED, "added")], colour))
    heading.append(" against the first")
    parts = [_render(heading, width, colour)]
    texts = [None if row["text"] is None else printable(row["text"]) for row in rows]
    first = next((text for text in texts if text is not None), "")
    for place, (row, text) in enumerate(zip(rows, texts, strict=True), start=1):
        if text is None:
            body = Text("(a text that the index does not store)", style="dim")
        else:
            body = _marked(_clipped(list(differences(first, text))), colour)
        parts.append(_heading(place, row, width, colour) + _render(body, width, colour, indent=4))
    return "\n".join(parts)


def _by_reach(result: Result, top: int | None) -> pl.DataFrame:
    """A row a passage: number, documents, who ran it, and words and text of the earliest use."""
    chosen = result.passages if top is None else result.passages.filter(pl.col("passage_id") <= top)
    sources = result.documents.select("doc_id", "source")
    return (
        chosen.join(sources, on="doc_id", how="left", maintain_order="left")
        .group_by("passage_id", maintain_order=True)
        .agg(
            pl.col("doc_id").n_unique().alias("documents"),
            pl.coalesce("source", "doc_id").unique(maintain_order=True).alias("names"),
            pl.col("words").first(),
            pl.col("text").drop_nulls().first(),  # an index may know only what the asked article says
        )
    )


def _was_asked(result: Result) -> bool:
    """Whether a result is an index's answers, and not that of a scan."""
    return "index" in result.manifest


def _some(names: list[str], room: int) -> str:
    """As many names as fit in so many cells, the rest as a number: ``a.txt, b.txt +3``."""
    names = [printable(name) for name in names]
    if cell_len(whole := ", ".join(names)) <= room:
        return whole
    # The folder and the suffix that all of them have do not tell them apart.
    shared = os.path.commonprefix(names).rfind("/") + 1  # noqa: RUF071  (up to a slash: whole components)
    suffix = PurePath(names[0]).suffix
    if all(name.endswith(suffix) for name in names):
        names = [name.removesuffix(suffix) for name in names]
    cells = min(_NAME_CELLS, room - 6)
    line = ""
    for count, name in enumerate(names):
        longer = line + (", " if line else "") + _shortened(name[shared:], cells)
        rest = len(names) - count - 1
        if line and cell_len(longer) + (len(f" +{rest:,}") if rest else 0) > room:
            return f"{line} +{len(names) - count:,}"
        line = longer
    return line


def _shortened(name: str, cells: int) -> str:
    """A name in at most so many cells; a longer one loses its middle."""
    if cell_len(name) <= cells:
        return name
    tail = name[-cells // 2 :]
    while cell_len(tail) >= cells // 2:
        tail = tail[1:]
    return set_cell_size(name, cells - 1 - cell_len(tail)).rstrip() + "…" + tail


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _pace(manifest: Mapping[str, Any]) -> list[str]:
    """How long the scan took and how fast it read, as far as the manifest tells."""
    seconds, size = sum(manifest.get("timings", {}).values()), manifest.get("counts", {}).get("bytes")
    if not seconds:
        return []
    return [f"{seconds:,.1f} s"] + ([f"{quantity(size / seconds, 'bytes')}/s"] if size else [])


def _heading(place: int, row: Mapping[str, Any], width: int, colour: bool) -> str:
    """What is known of one use: its document in the first line, then title, address and place."""
    known = [row["doc_id"], row["source"], _date(row["published"])]
    name = Text("  ".join(printable(part) for part in known if part), style="bold")
    title = Text(printable(row["title"] or ""))
    address = f"    {printable(row['url'])}\n" if row["url"] else ""  # whole, so that it can be copied
    where = f"characters {row['begin']}-{row['end']}, {_count(row['words'], 'word')}"
    equal = f", {100 * row['identity']:.0f} % equal" if place > 1 else ""
    name_lines = f"{place:>3} " + _render(name, width, colour, indent=4).lstrip()
    title_lines = _render(title, width, colour, indent=4) if title else ""
    return (
        name_lines
        + title_lines
        + address
        + _render(Text(where + equal, style="dim"), width, colour, indent=4)
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


def _render(what: RenderableType, width: int, colour: bool, indent: int = 0) -> str:
    """Something of rich's as text of so many columns, without blanks at the ends of lines."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=colour, color_system="standard" if colour else None,
        highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    with console.capture() as capture:
        if isinstance(what, Text):
            for line in what.wrap(console, width - indent):
                line.rstrip()
                console.print(Text(" " * indent).append(line))
        else:
            console.print(what)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())
