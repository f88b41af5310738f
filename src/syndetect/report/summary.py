"""A result, or the contents of an index, summarised as text for a terminal."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from syndetect.reading.notes import counted
from syndetect.report import carried_table, passage_table
from syndetect.report.findings import Findings
from syndetect.report.passage_table import LEADING, Reach
from syndetect.report.terminal_text import printable, render, shorten
from syndetect.runtime.progress import count, quantity
from syndetect.settings import Settings

#: The counts of a manifest that limits on repetition leave out, in words.
_LIMITS = {
    "passed_seeds": "places in pairs of articles that repeat themselves were not aligned",
    "passed_names": "names of agencies in articles with more than 1,000 were not looked at",
}
# The rows of the tables where the screen decides. With fewer than a few passages there are fewer agencies as well.
_MOST_PASSAGES, _FEW_PASSAGES, _FEWEST_PASSAGES = 20, 5, 3
_MOST_AGENCIES, _FEWEST_AGENCIES = 5, 3


def summary(
    result: Findings, *, top: int | None = None, everything: bool = False,
    width: int = 80, colour: bool = False, lines: int | None = None,
) -> str:  # fmt: skip
    """Who ran how much of whose copy, the passages with the widest reach, the other kinds, and the totals.

    Args:
        result: of a scan, or of queries to an index.
        top: the number of passages; by default as many as the screen has room for, from 3 to 20.
        everything: show every passage, of all kinds.
        width: columns of the terminal.
        colour: whether styles may be used.
        lines: of the screen; None for no end.
    """
    end = _wrapped(totals(result), width)
    if result.passages.is_empty():
        nothing = (
            "The index has no passage of these." if _is_of_queries(result) else "No reused passage found."
        )
        return f"{nothing}\n\n{end}"
    reach = passage_table.by_reach(result, all_kinds=everything)
    carried = _carried(result, reach, _MOST_AGENCIES, width, colour)
    top, is_dense = (reach.passages.height if everything else top), False
    if top is None and lines is not None:
        others = passage_table.rest(reach, 1, width, colour) + end
        top, is_dense = _fitting(reach, lines - _height(carried, others), width)
        if top < _FEW_PASSAGES:
            carried = _carried(result, reach, _FEWEST_AGENCIES, width, colour)
            top, is_dense = _fitting(reach, lines - _height(carried, others), width)
    top = _MOST_PASSAGES if top is None else top
    shown = reach.passages.head(top)
    passages = passage_table.table(result, shown, reach.unit, width, colour, is_dense=is_dense)
    rest = passage_table.rest(reach, top, width, colour)
    return "\n".join(part for part in (carried, passages + rest, end) if part)


def _carried(result: Findings, reach: Reach, most: int, width: int, colour: bool) -> str:
    """Whose copy was carried, or that none was; empty where passages have no kinds, or the user wants other kinds."""
    kinds = _filter(result).get("kinds") or LEADING
    if not {*LEADING} & {*kinds}:
        return ""
    if table := carried_table.table(result, most, width, colour):
        return table
    has_kinds = reach.passages["kind"].is_not_null().any()
    return (
        "No passage is told to be agency copy or a copy between outlets.\n"
        if has_kinds and not reach.has_leading
        else ""
    )


def _height(carried: str, others: str) -> int:
    """Lines of what is not a passage, with the head of their table and what stands between."""
    return carried.count("\n") + others.count("\n") + (3 if carried else 2)


def _fitting(reach: Reach, lines: int, width: int) -> tuple[int, bool]:
    """The number of passages that fit, but not fewer than some, and whether they have to be dense for it."""
    few = min(_FEW_PASSAGES, reach.passages.height)
    is_dense = lines < few * passage_table.height(width, is_dense=False)
    fitting = lines // passage_table.height(width, is_dense=is_dense)
    return min(max(fitting, _FEWEST_PASSAGES), _MOST_PASSAGES), is_dense


def totals(result: Findings, skipped: str = "-o DIR keeps the list") -> str:
    """The numbers of articles and passages, the shares of the words that are reused and agency copy, and the speed.

    A line each, which may be wider than a terminal.

    Args:
        result: of a scan, or of queries to an index.
        skipped: where to find the list of skipped places, if any were.
    """
    words, reused = (int(result.documents[name].sum()) for name in ("words", "reused_words"))
    articles = count(result.documents.height, "article")
    passages = result.passages["passage_id"].n_unique()
    share = f"{100 * reused / words:.1f} %" if words else "none"
    if _is_of_queries(result):
        head = f"{articles} queried, {count(passages, 'passage')} found, {share} of the words"
        shares = []
    else:
        head = f"{articles}, {count(passages, 'reused passage')}"
        shares = [
            f"{share} of the words are {_reused(result)}",
            *_agency_share(result.documents, words),
        ]
    left = [f"{counted(result.skipped)} ({skipped})"] if result.skipped.height else []
    head = "; ".join(filter(None, [head, _speed(result.manifest)]))
    return "\n".join([head, *shares, *left, *_passed(result.manifest)])


def _reused(result: Findings) -> str:
    """What reused words are; where passages are chosen, only those of these count."""
    chosen = _filter(result)
    if chosen.get("kinds") or chosen.get("least_confidence") or chosen.get("min_sources", 1) > 1:
        return "in these passages"
    return "reused: another article has them as well"


def _agency_share(documents: pl.DataFrame, words: int) -> list[str]:
    """The share of words in agency copy, and why it may exceed what is reused; nothing where there is none."""
    copied = float((documents["words"] * documents["agency_share"]).sum())
    if not copied:
        return []
    return [f"{100 * copied / words:.1f} % are agency copy; credited articles count whole, reused or not"]


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


def _filter(result: Findings) -> Mapping[str, Any]:
    """By what the passages of a result were chosen, as the manifest says."""
    chosen: Mapping[str, Any] = result.manifest.get("syndication", {})
    return chosen


def _is_of_queries(result: Findings) -> bool:
    """Whether a result answers queries to an index; else it is of a scan."""
    return "index" in result.manifest


def _wrapped(text: str, width: int) -> str:
    """Lines that are broken where they are wider than the terminal."""
    return "".join(render(Text(line), width, colour=False) for line in text.splitlines())


def _speed(manifest: Mapping[str, Any]) -> str:
    """The seconds that a scan took and the bytes it read a second, if the manifest has them."""
    seconds, size = sum(manifest.get("timings", {}).values()), manifest.get("counts", {}).get("bytes")
    if not seconds:
        return ""
    return f"{seconds:,.1f} s" + (f", {quantity(size / seconds, 'bytes')}/s" if size else "")
