"""The kinds of passages in the order in which they are shown, what each is in a few words, and its colour."""

from typing import NamedTuple


class Shown(NamedTuple):
    """How a kind is shown: what it is, and a colour (``#rrggbb``) that is seen on white and on black."""

    meaning: str
    colour: str


#: By kind. Most colours are those of Okabe and Ito, which the colour-blind tell apart.
KINDS = {
    "wire": Shown("an agency's text", "#0072b2"),
    "copy": Shown("another outlet's text", "#d55e00"),
    "release": Shown("a press release's text", "#cc79a7"),
    "unknown": Shown("of unknown origin", "#8c8c8c"),
    "quote": Shown("speech, posts, statements, documents", "#e69f00"),
    "formula": Shown("stock phrases and background clauses", "#56b4e9"),
    "boilerplate": Shown("furniture of an outlet", "#009e73"),
}
