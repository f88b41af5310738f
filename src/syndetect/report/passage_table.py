"""The passages of a result by reach, and the kinds that are only counted, as lines for a terminal."""

from typing import Any, NamedTuple

import polars as pl
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from syndetect.report.findings import Findings
from syndetect.report.names import joined
from syndetect.report.terminal_text import printable, render, shorten, start
from syndetect.runtime.progress import count

#: The kinds that a result is opened for: they lead.
LEADING = ("wire", "copy")
#: The other kinds, the first of which leads where there is no better: one passage, several.
OTHERS = {
    "release": ("press release", "press releases"),
    "unknown": ("unknown kind", "unknown kind"),
    "quote": ("quotation", "quotations"),
    "formula": ("stock phrase", "stock phrases"),
    "boilerplate": ("boilerplate", "boilerplate"),
}
_NARROW = 80  # columns from which on a table has room for its columns
_AGENCY_CELLS = 12
_DENSE_CELLS = 28  # columns of where a passage runs, beside its text
_INDENT = "  "


class Reach(NamedTuple):
    """The passages of a result, in the order in which they are shown.

    Attributes:
        passages: ``passage_id``, ``reach`` (outlets that have it; each article without a source counts as one),
            ``kind`` and ``agency`` (null in an answer of an index): those of the leading kinds, widest reach first, and
            of equal reach the one with most words in all its uses.
        others: ``kind``, and the numbers of its ``passages`` and ``documents``: the kinds that do not lead.
        unit: what the reach counts: outlet, or article, where no source is known.
        has_leading: whether there is agency copy or a copy.
    """

    passages: pl.DataFrame
    others: pl.DataFrame
    unit: str
    has_leading: bool


def by_reach(result: Findings, *, all_kinds: bool) -> Reach:
    """The passages of the leading kinds; of all kinds with ``all_kinds``, where ``--kind`` chose some, or in an answer.

    Without agency copy and copies the next kind of :data:`OTHERS` leads. Among articles without sources, where nothing
    can be told to be a copy, passages of unknown kind lead as well.
    """
    has_sources = result.passages["source"].is_not_null().any()
    passages = (
        result.passages.group_by("passage_id")
        .agg(
            reach=pl.coalesce("source", "doc_id").n_unique(),
            all_words=pl.col("words").sum(),
        )
        .join(result.clusters.select("passage_id", "kind", "agency"), on="passage_id", how="left")
        .sort("reach", "all_words", "passage_id", descending=[True, True, False])
    )
    kinds = passages["kind"].drop_nulls().unique().to_list()
    leading = [*LEADING, *([] if has_sources else ["unknown"])]
    has_leading = bool({*kinds} & {*LEADING})
    if not {*kinds} & {*leading}:
        leading = [kind for kind in OTHERS if kind in kinds][:1] or kinds
    leads = pl.col("kind").is_in(leading) | pl.col("kind").is_null()
    if result.manifest.get("syndication", {}).get("kinds"):
        shown = passages
    elif all_kinds:
        shown = passages.sort(leads, descending=True, maintain_order=True)
    else:
        shown = passages.filter(leads)
    uses = result.passages.join(passages.join(shown, on="passage_id", how="anti"), on="passage_id")
    others = (
        uses.group_by("kind")
        .agg(passages=pl.col("passage_id").n_unique(), documents=pl.col("doc_id").n_unique())
        .sort("passages", "kind", descending=[True, False])
    )
    return Reach(shown, others, "outlet" if has_sources else "article", has_leading)


def height(width: int, *, is_dense: bool) -> int:
    """The lines that a passage takes."""
    return 3 if width < _NARROW else 1 if is_dense else 2


def table(
    result: Findings, shown: pl.DataFrame, unit: str, width: int, colour: bool, *, is_dense: bool
) -> str:
    """The passages that are ``shown``, rows of :class:`Reach`; dense on a line each, where the width allows."""
    rows = _described(result, shown).rows(named=True)
    if width < _NARROW:
        return "".join(_block(row, unit, width, colour) for row in rows)
    lines = Table(box=None, pad_edge=False, expand=True, padding=(0, 2, 0, 0))
    figures = {"passage": "passage_id", f"{unit}s": "reach", "words": "words"}
    for head in figures:
        lines.add_column(head, justify="right", no_wrap=True)
    room = width - sum(len(head) + 2 for head in figures)
    where = max(_DENSE_CELLS, 2 * room // 5) if is_dense else room
    if is_dense:
        lines.add_column("where it runs", no_wrap=True, width=where)
        lines.add_column("text", ratio=1, no_wrap=True)
    else:
        lines.add_column("text, and where it runs (earliest first)", ratio=1, no_wrap=True)
    for row in rows:
        cells = [
            Text(_where(row, where)),
            Text(_beginning(row["text"], room - 2 - where if is_dense else room)),
        ]
        cells[is_dense].stylize("dim")
        lines.add_row(
            *(f"{row[name]:,}" for name in figures.values()),
            *(cells if is_dense else [Text("\n").join(reversed(cells))]),
        )
    return render(lines, width, colour)


def rest(reach: Reach, top: int, width: int, colour: bool) -> str:
    """A line for the passages that ``top`` leaves out and one for each other kind, with how to see them."""
    lines: list[tuple[int, str, str]] = []
    is_narrow = width < _NARROW
    if (left := reach.passages.height - top) > 0:
        option = "--all" if reach.others.is_empty() else f"--top {reach.passages.height}"
        lines.append((left, "more" if is_narrow else "more like these", option))
    for kind, number, documents in reach.others.iter_rows():
        what = printable(OTHERS.get(kind, (kind, kind))[number > 1])
        lines.append(
            (number, what if is_narrow else f"{what} in {documents:,} articles", f"--kind {printable(kind)}")
        )
    shown = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1 if is_narrow else 2, 0, 0))
    shown.add_column(justify="right", no_wrap=True)
    for _ in range(2):
        shown.add_column(no_wrap=True)
    for number, what, option in lines:
        shown.add_row(f"{number:,}", what, Text(option, style="bold"))
    return render(shown, width, colour) if lines else ""


def label(row: dict[str, Any], cells: int = _AGENCY_CELLS) -> str:
    """The agency, in so many columns, and the kind of a passage: ``AFP wire``; empty where the kind is not known."""
    if row["kind"] in (None, "unknown"):
        return ""
    agency = shorten(printable(row["agency"] or ""), cells)
    return " ".join(filter(None, [agency, printable(row["kind"])]))


def _described(result: Findings, chosen: pl.DataFrame) -> pl.DataFrame:
    """The chosen passages with ``names`` of their outlets, and ``words`` and ``text`` of the earliest use."""
    uses = result.passages.filter(pl.col("passage_id").is_in(chosen["passage_id"].implode()))
    details = uses.group_by("passage_id", maintain_order=True).agg(
        pl.coalesce("source", "doc_id").unique(maintain_order=True).alias("names"),
        pl.col("words").first(),
        pl.col("text").drop_nulls().first(),  # an index without texts gives only the text of the query
    )
    return chosen.join(details, on="passage_id", how="left", maintain_order="left")


def _where(row: dict[str, Any], room: int) -> str:
    """The label of a passage, and the names of its outlets."""
    told = f"{label(row)}: " if label(row) else ""
    return told + joined(row["names"], room - cell_len(told))


def _beginning(text: str | None, room: int) -> str:
    """The beginning of a text, on one line."""
    return start(printable((text or "")[: 8 * room]), room)


def _block(row: dict[str, Any], unit: str, width: int, colour: bool) -> str:
    """A passage on three lines: its number, kind and reach; where it runs; its text."""
    number, reach = f"{row['passage_id']:,} ", f"{count(row['reach'], unit)}, {count(row['words'], 'word')}"
    cells = width - len(f"{number} {row['kind']}, {reach}")
    kind = label(row, max(cells, 0))
    lines = [
        (number, f"{kind}, {reach}" if kind else reach, "bold"),
        (_INDENT, joined(row["names"], width - len(_INDENT)), ""),
        (_INDENT, _beginning(row["text"], width - len(_INDENT)), "dim"),
    ]
    return "".join(render(Text(blank).append(text, style), width, colour) for blank, text, style in lines)
