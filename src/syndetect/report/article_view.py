"""One article and its passages in order, as text for a terminal."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.text import Text

from syndetect.report.names import joined
from syndetect.report.passage_view import date, kind_line
from syndetect.report.terminal_text import printable, render, start
from syndetect.runtime.progress import count

_TEXT_LINES = 2  # of a passage
_ROLES = {"first": "first here", "copy": "not the first"}


def article(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    clusters: pl.DataFrame,
    doc_id: str,
    *,
    width: int = 80,
    colour: bool = False,
) -> str:
    """Title, source, date and shares of an article, and its passages in the order of their places in it.

    Args:
        documents, passages, clusters: the tables of a result; ``clusters`` may lack the passages.
        doc_id: of an article of ``documents``.
        width: columns of the terminal.
        colour: whether styles may be used.
    """
    row = documents.row(by_predicate=pl.col("doc_id") == doc_id, named=True)
    uses = passages.filter(pl.col("doc_id") == doc_id).sort("begin", "end", "passage_id")
    others = _others(passages, uses, doc_id)
    explained = clusters.filter(pl.col("passage_id").is_in(list(others)))
    kinds = {found["passage_id"]: found for found in explained.iter_rows(named=True)}
    shown = [_heading(row, documents, uses["passage_id"].n_unique(), width, colour)]
    for use in uses.iter_rows(named=True):
        number = use["passage_id"]
        shown.append(_use(use, kinds.get(number), others[number], width, colour))
    return "\n".join(shown)


def _others(passages: pl.DataFrame, uses: pl.DataFrame, doc_id: str) -> dict[int, list[str]]:
    """For each passage of the uses the outlets of its other articles, or their ids, the earliest first."""
    chosen = passages.filter(pl.col("passage_id").is_in(uses["passage_id"].unique().implode()))
    is_other = pl.col("doc_id") != doc_id
    named = chosen.group_by("passage_id").agg(
        pl.coalesce("source", "doc_id").filter(is_other).unique(maintain_order=True)
    )
    return dict(named.iter_rows())


def _heading(row: Mapping[str, Any], documents: pl.DataFrame, passages: int, width: int, colour: bool) -> str:
    """The article and what it is made of."""
    known = [row["doc_id"], row["source"], date(row["published"])]
    lines = [
        render(
            Text("Article " + "  ".join(printable(value) for value in known if value), style="bold"),
            width,
            colour,
        )
    ]
    if row["title"]:
        lines.append(render(Text(printable(row["title"])), width, colour, indent=4))
    if row["url"]:
        lines.append(f"    {printable(row['url'])}\n")  # on one line, so that it can be copied
    told = [*_shares(row), *_origin(row, documents)]
    told.append(f"{count(passages, 'passage') if passages else 'no passage that another article has'}")
    lines += [render(Text(line), width, colour, indent=4) for line in told]
    return "".join(lines)


def _shares(row: Mapping[str, Any]) -> list[str]:
    """The words of an article by whose they are, each word counted once."""
    words = row["words"]
    if None in [row[f"{name}_share"] for name in ("agency", "copied", "own")]:
        return [f"{count(words, 'word')}, {row['reused_words']:,} of them reused"]
    agency, copied, own = (round(words * row[f"{name}_share"]) for name in ("agency", "copied", "own"))
    credited = {"yes": "credited", "no": "not credited", "partly": "credited in part"}.get(
        row["credited"] or ""
    )
    whose = ", ".join(filter(None, [printable(row["agencies"] or ""), credited]))
    told = []
    if agency:
        told.append(f"{_part(agency, words)} agency copy" + f" ({whose})" * bool(whose))
    if copied:
        told.append(f"{_part(copied, words)} copied from other outlets")
    if own or not words:
        told.append(f"{_part(own, words)} its own")
    if (rest := words - agency - copied - own) > 0:
        told.append(f"{_part(rest, words)} quotations, boilerplate, or not known whose")
    return [f"{count(words, 'word')}: {'; '.join(told)}"]


def _part(number: int, words: int) -> str:
    """So many of the words, and their share."""
    return "all" if number == words else f"{number:,} ({100 * number / words:.0f} %)"


def _origin(row: Mapping[str, Any], documents: pl.DataFrame) -> list[str]:
    """From which article it derives, if from any."""
    if row["derivation"] not in ("wholly", "partially") or row["derived_from"] is None:
        return []
    source = documents.filter(pl.col("doc_id") == row["derived_from"])["source"].head(1).to_list()
    known = [row["derived_from"], *source]
    return [f"{row['derivation']} derived from {'  '.join(printable(value) for value in known if value)}"]


def _use(
    use: Mapping[str, Any], found: Mapping[str, Any] | None, others: list[str], width: int, colour: bool
) -> str:
    """A passage: its number and kind, its place and role here, where else it runs, and its beginning."""
    heading = f"Passage {use['passage_id']}"
    if found is not None:
        heading += f": {kind_line(found)}"
    extent = [f"characters {use['begin']}-{use['end']}", count(use["words"], "word")]
    if use["role"] in _ROLES:
        extent.append(_ROLES[use["role"]])
    elsewhere = joined(others, width - 12) if others else "no other article"
    text = "(a text that the index does not store)"
    if use["text"] is not None:
        text = start(printable(use["text"]), _TEXT_LINES * (width - 8))
    return "".join(
        [
            render(Text(heading, style="bold"), width, colour),
            render(Text(", ".join(extent), style="dim"), width, colour, indent=4),
            render(Text(f"also in {elsewhere}"), width, colour, indent=4),
            render(Text(text, style="" if use["text"] else "dim"), width, colour, indent=4),
        ]
    )
