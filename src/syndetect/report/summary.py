"""A result for a person: the passages by reach, and the totals.

Everything here returns text. What comes from articles (ids, titles, passages, file names) is shown and never
obeyed: escape sequences and markup in it reach the terminal as plain characters.
"""

import io
import os.path
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from syndetect.results.result import Result
from syndetect.runtime.progress import quantity
from syndetect.settings import Settings

_NAME_CELLS = 24  # a name that is wider loses its middle
_LEAST_NAMES = 16  # cells for who runs a passage; the terminal may cut them off

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
        label = _label(row)
        cell.append(label)
        cell.append(_some(row["names"], max(room - cell_len(label), _LEAST_NAMES)), style="dim")
        table.add_row(*(f"{row[name]:,}" for name in ("passage_id", "documents", "words")), cell)
    more = f"{count(found - shown.height, 'more passage')}: --all shows all\n" if found > shown.height else ""
    return f"{render(table, width, colour)}{more}\n{totals(result)}\n"


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
            f"{count(articles, 'article')} asked, {count(passages, 'passage')} found, {share} of the words"
        )
    else:
        found = (
            f"{count(articles, 'article')}, {count(passages, 'reused passage')}, {share} of the words reused"
        )
        found += _agencies_share(result.documents)
    return "\n".join([found, ", ".join(pace)] if pace else [found])


def skipped(places: pl.DataFrame, most: int = 5) -> str:
    """The first places that could not be used (``schema.SKIPPED``), each with its reason, a line each."""
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
        "size": f"{quantity(facts['bytes'], 'bytes')} in {count(facts['segments'], 'segment')}",
        "texts": "kept" if facts["stores_text"] else "not kept",
        "settings": ", ".join(f"{name} {value}" for name, value in other.items()) or "as by default",
        "changes": f"{facts['generation']:,}",
    }
    return "".join(f"{name:<12}{value}\n" for name, value in lines.items())


def _label(row: Mapping[str, Any]) -> str:
    """The kind of a passage, and whose it is: ``AFP wire: ``."""
    if row["kind"] in (None, "unknown"):
        return ""
    agency = _shortened(printable(row["agency"] or ""), _NAME_CELLS // 2)
    return " ".join(filter(None, [agency, row["kind"]])) + ": "


def _agencies_share(documents: pl.DataFrame) -> str:
    """``, 31.0 % agency copy``, where there is any."""
    copy = float((documents["words"] * documents["agency_share"]).sum())
    return f", {100 * copy / int(documents['words'].sum()):.1f} % agency copy" if copy else ""


def _by_reach(result: Result, top: int | None) -> pl.DataFrame:
    """A row a passage: number, documents, who ran it, and words and text of the earliest use."""
    chosen = result.passages if top is None else result.passages.filter(pl.col("passage_id") <= top)
    kinds = result.clusters.select("passage_id", "kind", "agency")
    return (
        chosen.group_by("passage_id", maintain_order=True)
        .agg(
            pl.col("doc_id").n_unique().alias("documents"),
            pl.coalesce("source", "doc_id").unique(maintain_order=True).alias("names"),
            pl.col("words").first(),
            pl.col("text").drop_nulls().first(),  # an index may know only what the asked article says
        )
        .join(kinds, on="passage_id", how="left", maintain_order="left")
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


def count(number: int, noun: str) -> str:
    """``1 article``, ``1,200 articles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _pace(manifest: Mapping[str, Any]) -> list[str]:
    """How long the scan took and how fast it read, as far as the manifest tells."""
    seconds, size = sum(manifest.get("timings", {}).values()), manifest.get("counts", {}).get("bytes")
    if not seconds:
        return []
    return [f"{seconds:,.1f} s"] + ([f"{quantity(size / seconds, 'bytes')}/s"] if size else [])


def render(what: RenderableType, width: int, colour: bool, indent: int = 0) -> str:
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
