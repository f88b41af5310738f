"""The kinds of passages in the order in which they are shown, what each is in a few words, and its colour."""

from typing import NamedTuple


class Shown(NamedTuple):
    """How a kind is shown: what it is, and a colour (``#rrggbb``) that is seen on white and on black."""

    meaning: str
    colour: str


#: By kind. The hues are those of the page of a report; kinds beside each other differ in lightness as well.
KINDS = {
    "wire": Shown("an agency's text", "#2176d9"),
    "copy": Shown("another outlet's text", "#e0702e"),
    "release": Shown("a press release's text", "#14938a"),
    "unknown": Shown("of unknown origin", "#d9ab2b"),
    "quote": Shown("speech, posts, statements, documents", "#a777e3"),
    "formula": Shown("stock phrases and background clauses", "#b3bac3"),
    "boilerplate": Shown("notices, captions and signatures of an outlet", "#7c8592"),
}
