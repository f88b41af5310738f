"""A result, or the contents of an index, summarised as text for a terminal."""

import os.path
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text

from syndetect.reading.notes import counted
from syndetect.report.findings import Findings
from syndetect.report.terminal_text import printable, render, shorten
from syndetect.runtime.progress import count, quantity
from syndetect.settings import Settings

_NAME_CELLS = 24  # columns of a name; the middle of a wider one is left out
#: The counts of a manifest that limits on repetition leave out, in words.
_LIMITS = {
    "passed_seeds": "places in pairs of articles that repeat themselves were not aligned",
    "passed_names": "names of agencies in articles with more than 1,000 were not looked at",
}
_MIN_NAMES_CELLS = 16  # columns of the list of names, even if the terminal cuts them off


def summary(result: Findings, *, top: int | None = 20, width: int = 80, colour: bool = False) -> str:
    """A table of the passages that most articles have, and the totals.

    Args:
        result: of a scan, or of queries to an index.
        top: the number of passages to show; None shows all.
        width: columns of the terminal.
        colour: whether styles may be used.
    """
    found = result.passages["passage_id"].n_unique()
    if not found:
        nothing = (
            "The index has no passage of these." if _is_of_queries(result) else "No reused passage found."
        )
        return f"{nothing}\n\n{totals(result)}\n"
    rows = _passage_rows(result, top)
    table = Table(box=SIMPLE_HEAD, expand=True, pad_edge=False, show_edge=False)
    for name in ("passage", "articles", "words"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("text, and where it runs (earliest first)", ratio=1, no_wrap=True, overflow="ellipsis")
    room = width - 29  # without the three columns of numbers
    for row in rows.iter_rows(named=True):
        cell = Text(set_cell_size(printable(row["text"][: 8 * room]), 4 * room).rstrip() + "\n")
        label = _label(row)
        cell.append(label)
        cell.append(_joined(row["names"], max(room - cell_len(label), _MIN_NAMES_CELLS)), style="dim")
        table.add_row(*(f"{row[name]:,}" for name in ("passage_id", "documents", "words")), cell)
    more = f"{count(found - rows.height, 'more passage')}: --all shows all\n" if found > rows.height else ""
    return f"{render(table, width, colour)}{more}\n{totals(result)}\n"


def totals(result: Findings, skipped: str = "-o DIR keeps the list") -> str:
    """The numbers of articles, passages and reused words, and the speed, in one or two lines.

    Args:
        result: of a scan, or of queries to an index.
        skipped: where to find the list of skipped places, if any were.
    """
    words, reused = (int(result.documents[name].sum()) for name in ("words", "reused_words"))
    share = f"{100 * reused / words:.1f} %" if words else "none"
    articles = count(result.documents.height, "article")
    passages = result.passages["passage_id"].n_unique()
    if _is_of_queries(result):
        found = f"{articles} queried, {count(passages, 'passage')} found, {share} of the words"
    else:
        found = f"{articles}, {count(passages, 'reused passage')}, {share} of the words reused"
        found += _agency_share(result.documents)
    speed, left = _speed(result.manifest), []
    if result.skipped.height:
        left.append(f"{counted(result.skipped)} ({skipped})")
    return "\n".join([found, *([", ".join(speed)] if speed else []), *left, *_passed(result.manifest)])


def _passed(manifest: Mapping[str, Any]) -> list[str]:
    """A line for each limit on hostile repetition that left anything out; ordinary news reaches none."""
    counts = manifest.get("counts", {})
    return [f"limit reached: {counts[name]:,} {what}" for name, what in _LIMITS.items() if counts.get(name)]


def skipped(places: pl.DataFrame, most: int = 5) -> str:
    """The first ``most`` rows of ``schema.SKIPPED``, a line each, and the number of the others."""
    rows = places.head(most).iter_rows()
    lines = [
        f"{outcome or 'skipped'}: {printable(place or '')}: {printable(reason or '')}"
        for place, reason, outcome in rows
    ]
    if places.height > most:
        lines.append(f"and {places.height - most:,} more places")
    return "\n".join(lines)


def near_duplicates(found: pl.DataFrame, *, width: int = 80, colour: bool = False) -> str:
    """A table of the near-duplicates of articles, by the columns of ``NearDuplicates.documents``.

    Args:
        found: the rows.
        width: columns of the terminal.
        colour: whether styles may be used.
    """
    if found.is_empty():
        return "The index has no near-duplicate of these.\n"
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("similarity", justify="right", no_wrap=True)
    for name in ("article", "is nearly, in the index"):
        table.add_column(name, no_wrap=True)
    cells = (width - 16) // 2  # without the column of numbers, and what stands between
    for row in found.iter_rows(named=True):
        names = (Text(shorten(printable(row[name]), cells)) for name in ("doc_b", "doc_a"))
        table.add_row(f"{row['jaccard']:.2f}", *names)
    return render(table, width, colour)


def index_info(info: Mapping[str, Any]) -> str:
    """The mapping of :meth:`syndetect.Index.info` as lines of text."""
    removed = f", {info['removed']:,} more removed that still take space" if info["removed"] else ""
    default = Settings().to_dict()
    changed = {name: value for name, value in info["settings"].items() if value != default.get(name)}
    lines = {
        "folder": printable(info["path"]),
        "articles": f"{info['documents']:,}{removed}",
        "paragraphs": f"{info['paragraphs']:,}",
        "words": f"{info['words']:,}",
        "size": f"{quantity(info['bytes'], 'bytes')} in {count(info['segments'], 'segment')}",
        "texts": "kept" if info["stores_text"] else "not kept",
        "word rule": f"version {info['words_version']}",
        "settings": ", ".join(f"{name} {value}" for name, value in changed.items()) or "as by default",
        "changes": f"{info['generation']:,}",
    }
    return "".join(f"{name:<12}{value}\n" for name, value in lines.items())


def _is_of_queries(result: Findings) -> bool:
    """Whether a result answers queries to an index; else it is of a scan."""
    return "index" in result.manifest


def _passage_rows(result: Findings, top: int | None) -> pl.DataFrame:
    """One row a passage: id, number of articles, names of sources, kind, and words and text of the earliest use."""
    passages = result.passages if top is None else result.passages.filter(pl.col("passage_id") <= top)
    kinds = result.clusters.select("passage_id", "kind", "agency")
    return (
        passages.group_by("passage_id", maintain_order=True)
        .agg(
            pl.col("doc_id").n_unique().alias("documents"),
            pl.coalesce("source", "doc_id").unique(maintain_order=True).alias("names"),
            pl.col("words").first(),
            pl.col("text").drop_nulls().first(),  # an index without texts gives only the text of the query
        )
        .join(kinds, on="passage_id", how="left", maintain_order="left")
    )


def _label(row: Mapping[str, Any]) -> str:
    """The agency and the kind of a passage: ``AFP wire: ``."""
    if row["kind"] in (None, "unknown"):
        return ""
    agency = shorten(printable(row["agency"] or ""), _NAME_CELLS // 2)
    return " ".join(filter(None, [agency, row["kind"]])) + ": "


def _joined(names: list[str], room: int) -> str:
    """As many names as fit into ``room`` columns, and the number of the others: ``a.txt, b.txt +3``."""
    names = [printable(name) for name in names]
    if cell_len(whole := ", ".join(names)) <= room:
        return whole
    # A folder and a suffix that all names have do not distinguish them.
    shared = os.path.commonprefix(names).rfind("/") + 1  # noqa: RUF071  (up to a slash: whole components)
    suffix = PurePath(names[0]).suffix
    if all(name.endswith(suffix) for name in names):
        names = [name.removesuffix(suffix) for name in names]
    cells = min(_NAME_CELLS, room - 6)
    line = ""
    for number, name in enumerate(names):
        longer = line + (", " if line else "") + shorten(name[shared:], cells)
        rest = len(names) - number - 1
        if line and cell_len(longer) + (len(f" +{rest:,}") if rest else 0) > room:
            return f"{line} +{len(names) - number:,}"
        line = longer
    return line


def _agency_share(documents: pl.DataFrame) -> str:
    """The share of words copied from agencies, if there are any: ``, 31.0 % agency copy``."""
    words = float((documents["words"] * documents["agency_share"]).sum())
    return f", {100 * words / int(documents['words'].sum()):.1f} % agency copy" if words else ""


def _speed(manifest: Mapping[str, Any]) -> list[str]:
    """The seconds that a scan took and the bytes it read a second, if the manifest has them."""
    seconds, size = sum(manifest.get("timings", {}).values()), manifest.get("counts", {}).get("bytes")
    if not seconds:
        return []
    return [f"{seconds:,.1f} s"] + ([f"{quantity(size / seconds, 'bytes')}/s"] if size else [])
