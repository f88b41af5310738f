"""Whose copy was carried, how much of it, and who ran most of it, as lines for a terminal."""

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from syndetect.report.carried import Carried, agency_copy, copies
from syndetect.report.findings import Findings
from syndetect.report.names import joined
from syndetect.report.terminal_text import printable, render, shorten

_NARROW = 60  # columns from which on there is room for agencies' own articles
_GAP = 2


def table(result: Findings, most: int, width: int, colour: bool) -> str:
    """A line for each of the ``most`` agencies of which others carried most, and one for copies between outlets.

    Empty where there is neither, or no article has shares, as in an answer of an index.
    """
    rows = _rows(result, most, "more" if width < _NARROW else "more agencies")
    if not rows:
        return ""
    name_cells = 20 if width >= _NARROW else len("other outlets")
    names = [shorten(name, name_cells) for name, _ in rows]
    columns = {"carried": [f"{one.words:,}" for _, one in rows]}
    if width >= _NARROW and any(one.own for _, one in rows):
        columns["own feed"] = [f"{one.own:,}" if one.own else "" for _, one in rows]
    heading = "copy of"
    used = max(map(cell_len, [heading, *names])) + _GAP
    used += sum(max(map(len, [head, *cells])) + _GAP for head, cells in columns.items())
    shown = Table(box=None, pad_edge=False, expand=True, padding=(0, _GAP, 0, 0))
    shown.add_column(heading, no_wrap=True)
    for head in columns:
        shown.add_column(head, justify="right", no_wrap=True)
    shown.add_column("words carried by", ratio=1, no_wrap=True)
    for name, cells, (_, one) in zip(names, zip(*columns.values(), strict=True), rows, strict=True):
        shown.add_row(Text(name), *cells, Text(_outlets(one, width - used)))
    return render(shown, width, colour)


def _rows(result: Findings, most: int, more: str) -> list[tuple[str, Carried]]:
    """What stands in the lines, with a name for each; agencies beyond the ``most`` as one, called ``more``."""
    rows = [(printable(one.agency) if one.agency else "agency not known", one) for one in agency_copy(result)]
    if len(rows) > most:
        left = [one for _, one in rows[most - 1 :]]
        merged = Carried(None, sum(one.own for one in left), sum(one.words for one in left), [])
        rows = [*rows[: most - 1], (f"{len(left):,} {more}", merged)]
    if (between := copies(result)) is not None:
        has_sources = result.documents["source"].is_not_null().any()
        rows.append(("other outlets" if has_sources else "other articles", between))
    return rows


def _outlets(one: Carried, room: int) -> str:
    """Who carried it, with words, as many as there is room for."""
    if not one.outlets:
        return ""
    names, words = zip(*one.outlets, strict=True)
    return joined(names, room, [f"{number:,}" for number in words])
