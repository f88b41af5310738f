"""The texts of a page's articles: whole where they are at hand and as they were scanned, else their passages."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl

from syndetect.report.findings import Findings
from syndetect.report.page.kept import Kept

MOST_CHARACTERS = 1 << 26  # of all texts
_BLOCK = 1 << 20  # characters that are decompressed together

#: A text; or pieces of it and where they begin; or nothing.
Stored = str | list[tuple[int, str]] | None


class Texts(NamedTuple):
    """What the page holds of its articles' texts.

    Attributes:
        stored: an entry an article, by number.
        note: why some have less than the whole, in words; None where all have.
    """

    stored: list[Stored]
    note: str | None

    @property
    def forms(self) -> list[int]:
        """0, 1, 2 an article: no text, the whole, its passages."""
        return [0 if one is None else 1 if isinstance(one, str) else 2 for one in self.stored]

    @property
    def extent(self) -> str:
        """``all`` where the articles have their texts in which there is something to see, else ``some`` or ``none``."""
        return "all" if self.note is None else "some" if any(self.stored) else "none"


def no_texts(kept: Kept) -> Texts:
    """A page without texts, as its reader wants it."""
    return Texts([None] * kept.documents.height, "It was written without texts.")


def texts(findings: Findings, kept: Kept) -> Texts:
    """The texts of the articles with reused passages, as many as the page may hold, those with most reuse first."""
    pieces = _pieces(kept)
    shown, rows = _to_show(kept)
    whole: list[str | None] = [None] * kept.documents.height
    missing = "The articles' texts are not in the result."
    if findings.texts is not None:
        found = findings.texts(rows)
        missing = found.missing or ""
        for number, text in zip(shown, found.texts, strict=True):
            whole[number] = text
    stored: list[Stored] = []
    held, changed, beyond = 0, 0, 0
    for number, text in enumerate(whole):
        parts = pieces.get(number, [])
        one: Stored = text if text is not None else parts or None
        if text is not None and any(text[begin : begin + len(part)] != part for begin, part in parts):
            one, changed = parts, changed + 1
        size = len(one) if isinstance(one, str) else sum(len(part) for _, part in one or ())
        if held + size > MOST_CHARACTERS:
            one, size, beyond = None, 0, beyond + 1
        held += size
        stored.append(one)
    notes = [
        missing if any(whole[number] is None for number in shown) else "",
        f"{changed:,} articles are not as they were scanned: of them the passages alone are shown."
        if changed
        else "",
        f"{beyond:,} articles have no text here, since the file would be too large." if beyond else "",
    ]
    return Texts(stored, " ".join(filter(None, notes)) or None)


def blocks(stored: Sequence[Stored]) -> Iterator[tuple[int, list[Stored]]]:
    """The texts of consecutive articles, about a million characters together, each with the first one's number."""
    first, size = 0, 0
    for number, one in enumerate(stored):
        size += len(one) if isinstance(one, str) else sum(len(part) for _, part in one or ())
        if size >= _BLOCK:
            yield first, list(stored[first : number + 1])
            first, size = number + 1, 0
    if first < len(stored):
        yield first, list(stored[first:])


def _to_show(kept: Kept) -> tuple[list[int], list[int]]:
    """The numbers and the rows of the articles in which there is something to see: shared passages, or agency copy."""
    having = kept.uses["document"].unique().implode()
    shown = kept.documents.filter(pl.col("document").is_in(having) | (pl.col("agency_share") > 0))
    return shown["document"].to_list(), shown["row"].to_list()


def _pieces(kept: Kept) -> dict[int, list[tuple[int, str]]]:
    """The texts of all uses in each article, in order; those within another one are left out."""
    known = kept.uses.filter(pl.col("text").is_not_null()).sort(
        "document", "begin", "end", descending=[False, False, True], maintain_order=True
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for document, begin, text in known.select("document", "begin", "text").iter_rows():
        parts = found.setdefault(document, [])
        if not parts or begin + len(text) > parts[-1][0] + len(parts[-1][1]):
            parts.append((begin, text))
    return found
