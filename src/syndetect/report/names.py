"""Names of outlets and documents, as many as fit on a line."""

import os.path
from collections.abc import Sequence
from pathlib import PurePath

from rich.cells import cell_len

from syndetect.report.terminal_text import printable, shorten

_NAME_CELLS = 24  # columns of a name; the middle of a wider one is left out


def joined(names: Sequence[str], room: int, figures: Sequence[str] = ()) -> str:
    """As many names as fit into ``room`` columns, and the number of the others: ``a.txt, b.txt +3``.

    Args:
        names: in order of importance; the first is there in any case, shortened.
        room: columns, 12 or more for a name without a figure.
        figures: what stands behind each name, such as its number of words; none by default.
    """
    names = [printable(name) for name in names]
    behind = [f" {figure}" for figure in figures] or [""] * len(names)
    if cell_len(whole := ", ".join(map("".join, zip(names, behind, strict=True)))) <= room:
        return whole
    names = _without_common_parts(names)
    line = ""
    for number, (name, figure) in enumerate(zip(names, behind, strict=True)):
        rest = len(names) - number - 1
        end = f" +{rest:,}" if rest else ""
        cells = min(_NAME_CELLS, room - len(figure) - len(f" +{len(names):,}"))
        longer = line + (", " if line else "") + shorten(name, max(cells, 1)) + figure
        if line and cell_len(longer + end) > room:
            return f"{line} +{len(names) - number:,}"
        line = longer
    return line


def _without_common_parts(names: Sequence[str]) -> list[str]:
    """Names without the folder and the suffix that all have, which do not distinguish them."""
    shared = os.path.commonprefix(names).rfind("/") + 1  # noqa: RUF071  (up to a slash: whole components)
    suffix = PurePath(names[0]).suffix
    if not all(name.endswith(suffix) for name in names):
        suffix = ""
    return [name[shared:].removesuffix(suffix) or name for name in names]
