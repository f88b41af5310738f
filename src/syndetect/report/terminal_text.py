"""Text for a terminal: of one line, of a width, and without effect on the terminal.

Escape sequences and markup in text from articles (ids, titles, passages, file names) become plain characters.
"""

import io

from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.text import Text

_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_BLANKS = {ord(blank): " " for blank in "\t\n\v\f\r\x85\u2028\u2029"}
# Without width, and no part of a word: soft hyphens, marks of the writing direction, spaces and signs that nobody sees,
# tags. Joiners spell words and emoji.
_UNSEEN = dict.fromkeys(
    [
        0xAD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
        *range(0xFFF9, 0xFFFC), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE0080),
    ]
)  # fmt: skip
_PRINTABLE = {**dict.fromkeys(range(0x80, 0xA0), 0xFFFD), **_PICTURES, **_UNSEEN, **_BLANKS}


def printable(text: str) -> str:
    """The text on one line, without control characters.

    Runs of blanks and line ends become one space, control characters their pictures (an escape becomes ␛),
    and characters that change the writing direction or that nobody sees are dropped.
    """
    return " ".join(text.translate(_PRINTABLE).split())


def start(text: str, cells: int) -> str:
    """The beginning of a text in at most ``cells`` columns; an ellipsis ends what is cut."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1).rstrip() + "…" if cells > 0 else ""


def shorten(name: str, cells: int) -> str:
    """The name in at most ``cells`` columns: of a longer one the middle is replaced by an ellipsis."""
    if cell_len(name) <= cells:
        return name
    if cells < 1:
        return ""
    tail = name[-max(cells // 2, 1) :]
    while tail and cell_len(tail) >= cells // 2:
        tail = tail[1:]
    return set_cell_size(name, cells - 1 - cell_len(tail)).rstrip() + "…" + tail


def render(shown: RenderableType, width: int, colour: bool, indent: int = 0) -> str:
    """A renderable of rich as text of at most ``width`` columns, without blanks at the ends of lines."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=colour, color_system="standard" if colour else None,
        highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    with console.capture() as capture:
        if isinstance(shown, Text):
            for line in shown.wrap(console, width - indent):
                line.rstrip()
                console.print(Text(" " * indent).append(line))
        else:
            console.print(shown)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())
