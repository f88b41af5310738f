"""Fonts of this machine by which matplotlib can draw names of every script."""

from functools import lru_cache

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

_MISSING = "\u25a1"  # a square
_LAST_RESORT = (
    "Last Resort"  # begins the names of fonts that have a sign for each script in place of its characters
)


def families(text: str) -> list[str]:
    """The families of fonts to draw a text with: those of the user's settings, and others for characters they lack."""
    return [*mpl.rcParams["font.family"], *_further(_lacking(text))]


def drawable(text: str) -> str:
    """The text with a square in place of each character that no font has, of which matplotlib would warn."""
    lacking = _lacking(text)
    for family in _further(lacking):
        lacking -= _characters(_regular()[family])
    return "".join(_MISSING if ord(char) in lacking else char for char in text)


def _lacking(text: str) -> frozenset[int]:
    """The characters that the usual font lacks."""
    return frozenset(map(ord, text)) - _characters(findfont(FontProperties()))


@lru_cache(maxsize=256)
def _further(characters: frozenset[int]) -> tuple[str, ...]:
    """Families that have these characters, as far as any has: one after another that has most of the rest."""
    found: list[str] = []
    while characters:
        family = max(
            _regular(), key=lambda name: len(characters & _characters(_regular()[name])), default=None
        )
        if family is None or not characters & _characters(_regular()[family]):
            break
        found.append(family)
        characters -= _characters(_regular()[family])
    return tuple(found)


@lru_cache(maxsize=1)
def _regular() -> dict[str, str]:
    """The file of each family's upright font of normal weight, in order of their names, sans serif first."""
    files = {
        font.name: font.fname
        for font in fontManager.ttflist
        if font.style == "normal" and font.weight == 400 and not font.name.startswith(_LAST_RESORT)
    }
    return {name: files[name] for name in sorted(files, key=lambda name: ("Sans" not in name, name))}


@lru_cache(maxsize=2048)
def _characters(path: str) -> frozenset[int]:
    """The characters that a font has; none of a file that is no font any more."""
    try:
        return frozenset(get_font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
