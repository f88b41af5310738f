"""A result as a small piece of HTML for notebooks, and as one line.

The HTML has no scripts, no style sheets and no addresses. Colours are inherited, but for marks that are seen on
white and on black, so it fits light and dark themes; it can still be read where a viewer drops all styles.
"""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import PurePath
from typing import Any, NamedTuple

import polars as pl
from rich.cells import cell_len, set_cell_size

from syndetect.reading.notes import counted
from syndetect.report.carried import agency_copy, copies
from syndetect.report.findings import Findings
from syndetect.report.kind_colours import KINDS
from syndetect.report.shared_words import of_outlets, uses
from syndetect.report.terminal_text import printable, shorten
from syndetect.runtime.progress import count

_TOP = 5  # agencies, outlets, passages, and outlets of a passage
_NAME_CELLS, _TEXT_CELLS = 40, 240
_NAME_CHARACTERS, _TEXT_CHARACTERS = (
    120,
    480,
)  # that are looked at: marks without width would fit in any number
_BAR = 6  # em, of the longest bar
_FAINT = "opacity:.75"


class Row(NamedTuple):
    """A row of a table of sums: a name, numbers, and words by kind, which are drawn as a bar."""

    name: str
    numbers: Sequence[int]
    words: Mapping[str, int]


def line(result: Findings) -> str:
    """A result in one line: how much was scanned, or queried, and how much of it is reused."""
    documents, words = count(result.documents.height, "document"), count(_words(result), "word")
    queried = " queried" if is_of_queries(result) else ""
    passages = count(result.passages["passage_id"].n_unique(), "passage")
    return f"Result({documents}{queried}, {passages}, {_share(result)} of {words} reused)"


def is_of_queries(result: Findings) -> bool:
    """Whether a result answers queries to an index; else it is of a scan."""
    return "index" in result.manifest


def html(result: Findings) -> str:
    """What was scanned, how much of it is reused and of what kind, whose copy it is, who ran it, what ran most widely.

    Only the first few of each are named, so a result of any size gives some ten kilobytes.
    """
    parts = [_scanned(result), _reused(result)]
    if not result.passages.is_empty():
        tables = _holders(result) if is_of_queries(result) else _takers(result)
        parts += [f'<div style="display:flex;flex-wrap:wrap;column-gap:4em">{tables}</div>', _widest(result)]
    parts += [_remarks(result)]
    return f'<div class="syndetect" style="max-width:64em;line-height:1.5;overflow:hidden">{"".join(parts)}</div>'


def _scanned(result: Findings) -> str:
    """How many articles, of which outlets and times, from where."""
    documents = result.documents
    told = [
        f"<b>{count(documents.height, 'article')}</b> {'queried' if is_of_queries(result) else 'scanned'}"
    ]
    if outlets := documents["source"].drop_nulls().n_unique():
        told.append(count(outlets, "outlet"))
    first, last = documents.select(
        _day(pl.col("published").min()), _day(pl.col("published").max()).alias("")
    ).row(0)
    if first is not None:
        told.append(first if first == last else f"{first} to {last}")
    if names := _inputs(result.manifest):
        told.append(", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else ""))
    return f"<div>{' · '.join(told)}</div>"


def _inputs(manifest: Mapping[str, Any]) -> list[str]:
    """The names of the inputs in a manifest, whose file anybody may have written."""
    inputs = manifest.get("inputs")
    paths = (
        [one.get("path") for one in inputs if isinstance(one, Mapping)] if isinstance(inputs, list) else []
    )
    return [_name(PurePath(path).name) for path in paths if isinstance(path, str)]


def _reused(result: Findings) -> str:
    """The share of words that are reused, and a bar of the kinds of passages."""
    passages, words = result.passages["passage_id"].n_unique(), count(_words(result), "word")
    if not passages:
        return f"<div>No passage of these {words} is in another article</div>"
    what = "are in articles of the index" if is_of_queries(result) else "are reused"
    told = (
        f'<div style="font-size:1.4em"><b>{_share(result)}</b> of {words} {what}, '
        f"in {count(passages, 'passage')}</div>"
    )
    if result.clusters.is_empty():
        return told
    found = uses(result).group_by("kind").agg(pl.col("words").sum(), pl.col("passage_id").n_unique())
    words_of = {kind: words for kind, words, _ in found.iter_rows()}
    number_of = {kind: number for kind, _, number in found.iter_rows()}
    whole = max(sum(words_of.values()), 1)
    legend = " &ensp; ".join(
        f'<span style="white-space:nowrap" title="{escape(shown.meaning)}; {count(number_of[kind], "passage")}">'
        f"{_square(kind)} {kind} {_percent(words_of[kind] / whole)}</span>"
        for kind, shown in KINDS.items()
        if kind in words_of
    )
    return f"{told}{_bar(words_of, whole, '100%')}<div>of these: &ensp; {legend}</div>"


def _percent(share: float) -> str:
    """A share without decimals, but never as nothing."""
    return f"{100 * share:.0f} %" if share >= 0.005 else "&lt;1 %"


def _takers(result: Findings) -> str:
    """The agencies whose copy others carried, and the outlets that ran most text of others, by words."""
    agencies, others = agency_copy(result), copies(result)
    noun = "article" if result.documents["source"].null_count() == result.documents.height else "outlet"
    words_of: dict[str, dict[str, int]] = {}
    for kind, one in [*(("wire", agency) for agency in agencies), *([("copy", others)] if others else [])]:
        for name, words in one.outlets:
            of_kinds = words_of.setdefault(name, {})
            of_kinds[kind] = of_kinds.get(kind, 0) + words
    carried = [
        Row("<i>not known</i>" if one.agency is None else _name(one.agency), (one.words, len(one.outlets)),
            {"wire": one.words})
        for one in agencies if one.words
    ]  # fmt: skip
    takers = sorted(words_of.items(), key=lambda taker: (-sum(taker[1].values()), taker[0]))
    ran = [Row(_name(name), (sum(words.values()),), words) for name, words in takers[:_TOP]]
    more = len(carried) - _TOP, len(takers) - _TOP
    header = ("agency", "words", f"{noun}s")
    return (
        _table("Whose copy do others run?", header, carried[:_TOP], more[0], "Others run no agency's copy.")
        + _table("Who runs most text of others?", (noun, "words"), ran, more[1], "Nobody is known to.")
    )  # fmt: skip


def _holders(result: Findings) -> str:
    """The outlets whose articles in the index have most text of the queries."""
    found = of_outlets(uses(result).join(result.documents.select("doc_id"), on="doc_id", how="anti"))
    sums = (
        found.table.group_by("outlet")
        .agg(pl.col("words").sum(), pl.col("doc_id").n_unique())
        .sort("words", "outlet", descending=[True, False])
    )
    rows = [
        Row(_name(name), (words, articles), {"unknown": words})
        for name, words, articles in sums.head(_TOP).iter_rows()
    ]
    title, header = "Who has the same text in the index?", (found.noun, "words", "articles")
    return _table(title, header, rows, sums.height - _TOP, "Nobody.")


def _widest(result: Findings) -> str:
    """The passages that most outlets have, wire and copies if there are any."""
    clusters = result.clusters if result.clusters.height else _stand_ins(result.passages)
    clusters = clusters.join(result.passages.select("passage_id"), on="passage_id", how="semi")
    chosen, title = clusters.filter(pl.col("kind").is_in(["wire", "copy"])), "Which copy ran most widely?"
    if chosen.is_empty():
        chosen, title = clusters, "Which passages ran most widely?"
    wide = ["sources", "documents", "words", "passage_id"]
    chosen = chosen.sort(wide, descending=[True, True, True, False]).head(_TOP)
    of_passage = result.passages.join(chosen.select("passage_id"), on="passage_id", how="semi").partition_by(
        "passage_id", as_dict=True, maintain_order=True
    )
    shown = [_passage(row, of_passage[(row["passage_id"],)]) for row in chosen.iter_rows(named=True)]
    return f"{_heading(title)}{''.join(shown)}"


def _stand_ins(passages: pl.DataFrame) -> pl.DataFrame:
    """What an index leaves open of the table ``clusters``, as far as the passages tell it."""
    text = pl.lit(None, pl.String)
    return passages.group_by("passage_id", maintain_order=True).agg(
        documents=pl.col("doc_id").n_unique().cast(pl.Int64),
        sources=pl.col("source").drop_nulls().n_unique().cast(pl.Int64),
        words=pl.col("words").first(),
        first_doc=pl.col("doc_id").filter(pl.col("role") == "first").first(),
        kind=text,
        agency=text,
    )


def _passage(row: Mapping[str, Any], found: pl.DataFrame) -> str:
    """The text of a passage, its kind, its outlets and who had it first."""
    text = next(iter(found["text"].drop_nulls()), None)
    quoted = "<i>a text that the index does not store</i>" if text is None else f"“{_text(text)}”"
    told = [f"passage {row['passage_id']}"]
    if row["kind"] is not None:
        agency = f"{_name(row['agency'])} " if row["agency"] is not None else ""
        kind = row["kind"] if row["kind"] in KINDS else "unknown"
        told.append(f"{_square(kind)} {agency}{kind}")
    told.append(count(row["words"] or 0, "word"))
    names = found["source"].drop_nulls().unique(maintain_order=True)
    noun = "outlet" if len(names) else "article"
    names = names if len(names) else found["doc_id"].unique(maintain_order=True)
    more = f" and {len(names) - _TOP:,} more" if len(names) > _TOP else ""
    told.append(f"{count(len(names), noun)}: {', '.join(map(_name, names.head(_TOP)))}{more}")
    told.append(_first(row["first_doc"], found))
    return (
        f'<div style="margin:.2em 0 .5em">{quoted}<br><span style="{_FAINT}">{" · ".join(told)}</span></div>'
    )


def _first(document: str | None, found: pl.DataFrame) -> str:
    """Who had a passage first, and when."""
    if document is None:
        return "first: not known"
    for source, day in (
        found.filter(doc_id=document).select("source", _day(pl.col("published"))).head(1).iter_rows()
    ):
        when = f", {day}" if day is not None else ""
        return f"first: {_name(source if source is not None else document)}{when}"
    return f"first: {_name(document)}"


def _remarks(result: Findings) -> str:
    """What was not used as it stands, and where to find more."""
    told = [f"{counted(result.skipped)} (<code>.skipped</code>)."] if result.skipped.height else []
    if result.passages.height:
        told.append(
            "Every passage is in <code>.passages</code>; <code>.plot()</code> draws outlets and times."
        )
    return f'<div style="{_FAINT}">{" ".join(told)}</div>' if told else ""


def _table(title: str, header: Sequence[str], rows: Sequence[Row], more: int, nothing: str) -> str:
    """A table of sums with a bar in each row, and the number of rows that are left out."""
    if not rows:
        return f"<div>{_heading(title)}<div>{nothing}</div></div>"
    longest = max(1, *(sum(row.words.values()) for row in rows))
    lines = [_cells("th", (*header, ""))]
    for row in rows:
        words = sum(row.words.values())
        bar = _bar(row.words, words, f"{_BAR * words / longest:.2f}em")
        lines.append(_cells("td", (row.name, *(f"{number:,}" for number in row.numbers), bar)))
    body = "".join(f'<tr style="background:none">{cells}</tr>' for cells in lines)
    rest = f'<div style="{_FAINT}">and {more:,} more</div>' if more > 0 else ""
    return f"<div>{_heading(title)}{_opening()}{body}</table>{rest}</div>"


def _cells(tag: str, cells: Sequence[str]) -> str:
    """A row of a table: a name, numbers, and a bar."""
    last = len(cells) - 1
    look = f";font-weight:normal;{_FAINT}" if tag == "th" else ""
    return "".join(
        f'<{tag} style="{_style("left" if place in (0, last) else "right")}{look}">{cell}</{tag}>'
        for place, cell in enumerate(cells)
    )


def _opening() -> str:
    return (
        '<table style="border-collapse:collapse;border:none;margin:0;table-layout:auto;background:none;color:inherit;'
        'font-size:1em">'
    )


def _heading(title: str) -> str:
    return f'<div style="margin-top:.8em"><b>{title}</b></div>'


def _style(align: str) -> str:
    """The style of a cell, in place of what notebooks give to tables."""
    return (
        f"border:none;background:none;text-align:{align};vertical-align:middle;padding:.1em 1em .1em 0;max-width:none;"
        "white-space:nowrap"
    )


def _bar(words: Mapping[str, int], whole: int, width: str) -> str:
    """A bar of this width, with a piece for each kind."""
    pieces = "".join(
        f'<div style="width:{100 * words[kind] / max(whole, 1):.2f}%;background-color:{shown.colour}"></div>'
        for kind, shown in KINDS.items()
        if kind in words
    )
    return f'<div style="display:flex;height:.8em;width:{width};margin:.2em 0">{pieces}</div>'


def _square(kind: str) -> str:
    return f'<span style="color:{KINDS[kind].colour}">■</span>'


def _words(result: Findings) -> int:
    return int(result.documents["words"].sum())


def _share(result: Findings) -> str:
    """The share of words that are reused."""
    words = _words(result)
    return f"{100 * int(result.documents['reused_words'].sum()) / words:.1f} %" if words else "0.0 %"


def _day(published: pl.Expr) -> pl.Expr:
    """The days of times as text, also of years that Python's dates do not have."""
    return published.dt.to_string("%Y-%m-%d")


def _text(text: str) -> str:
    """The beginning of a text, as HTML."""
    shown = printable(text[:_TEXT_CHARACTERS])
    if cell_len(shown) > _TEXT_CELLS:
        return _isolated(set_cell_size(shown, _TEXT_CELLS - 1).rstrip() + "…")
    return _isolated(shown + "…" * (len(text) > _TEXT_CHARACTERS))


def _name(name: str) -> str:
    """A name, shortened in the middle, as HTML."""
    return _isolated(shorten(printable(name[:_NAME_CHARACTERS]), _NAME_CELLS))


def _isolated(text: str) -> str:
    """A text as HTML whose writing direction changes nothing around it. Halves of characters become question marks."""
    return f"<bdi>{escape(text.encode('utf-8', 'replace').decode())}</bdi>"
