"""Whose copy was carried, how much of it, and who ran most of it, as lines for a terminal."""

from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from syndetect.report.carried import Carried, agency_copy, copies
from syndetect.report.findings import Findings
from syndetect.report.names import joined
from syndetect.report.terminal_text import printable, render, shorten

_NARROW = 80  # columns from which on a table has room for its columns
_AGENCY_CELLS = 20
_GAP = 2


def table(result: Findings, most: int, width: int, colour: bool) -> str:
    """A line for each of the ``most`` agencies of which others carried most, and one for copies between outlets.

    On a narrow terminal two lines each. Empty where there is neither, or no article has shares, as in an answer of an
    index.
    """
    rows = _rows(result, most)
    if not rows:
        return ""
    if width < _NARROW:
        return "".join(_block(name, one, width, colour) for name, one in rows)
    names = [shorten(name, _AGENCY_CELLS) for name, _ in rows]
    columns = {"carried": [f"{one.words:,}" for _, one in rows]}
    if any(one.own for _, one in rows):
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


def _rows(result: Findings, most: int) -> list[tuple[str, Carried]]:
    """What stands in the lines, with a name for each; agencies beyond the ``most`` as one."""
    rows = [(one.agency or "agency not known", one) for one in agency_copy(result)]
    if len(rows) > most:
        left = rows[most - 1 :]
        names = joined([name for name, _ in left], _AGENCY_CELLS)
        rows = [*rows[: most - 1], (names, _together([one for _, one in left]))]
    if (between := copies(result)) is not None:
        has_sources = result.documents["source"].is_not_null().any()
        rows.append(("other outlets" if has_sources else "other articles", between))
    return [(printable(name), one) for name, one in rows]


def _together(several: Sequence[Carried]) -> Carried:
    """The copy of several agencies as one."""
    words: Counter[str] = Counter()
    for one in several:
        words.update(dict(one.outlets))
    outlets = sorted(words.items(), key=lambda row: (-row[1], row[0]))
    return Carried(None, sum(one.own for one in several), sum(one.words for one in several), outlets)


def _block(name: str, one: Carried, width: int, colour: bool) -> str:
    """The copy of an agency on two lines: how much was carried, and by whom."""
    carried, own = f": {one.words:,} words carried", f", own feed {one.own:,}" if one.own else ""
    if len(carried + own) + min(cell_len(name), _AGENCY_CELLS // 2) > width:
        own = ""
    head = shorten(name, width - len(carried + own)) + carried + own
    outlets = _outlets(one, width - _GAP)
    lines = [head, " " * _GAP + outlets] if outlets else [head]
    return "".join(render(Text(line, style="bold" if line is head else ""), width, colour) for line in lines)


def _outlets(one: Carried, room: int) -> str:
    """Who carried it, with words, as many as there is room for."""
    if not one.outlets:
        return ""
    names, words = zip(*one.outlets, strict=True)
    return joined(names, room, [f"{number:,}" for number in words])
