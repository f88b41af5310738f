"""Quotations character by character: the twin of ``syndetect.kernels.quotes``, as plain as its rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

FORMS = {
    '"': ("double", "either"), "“": ("double", "left"), "‟": ("double", "left"), "”": ("double", "right"),
    "„": ("double", "low"), "'": ("single", "either"), "`": ("single", "left"), "‘": ("single", "left"),
    "‛": ("single", "left"), "’": ("single", "right"), "‚": ("single", "low"), "«": ("angle", "left"),
    "»": ("angle", "right"), "‹": ("small", "left"), "›": ("small", "right"), "「": ("corner", "left"),
    "」": ("corner", "right"), "『": ("white", "left"), "』": ("white", "right"),
}  # fmt: skip
LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"
SPACES = {
    *map(chr, range(33)),
    "\x7f",
    "\x85",
    "\xa0",
    *map(chr, range(0x2000, 0x2010)),
    *"\u2028\u2029\u202f\u3000",
}
OPENERS = {*"([{-/=:<|_*", *map(chr, range(0x2010, 0x2016))}
CLOSERS = set(".,;!?)]}%…")
ELIDED = {"n", "em", "tis", "til", "twas", "twere", "twill"}
DIGITS = set("0123456789")


def side(one: str) -> str:
    """What a character is beside a mark; nothing at all is a space."""
    if one == "" or one in SPACES:
        return "space"
    if one in OPENERS:
        return "opener"
    if one in CLOSERS:
        return "closer"
    is_listed = one < "\xc0" or "\u2000" <= one < "\u2040" or "\u3000" <= one < "\u3040"
    return "sign" if is_listed and not (one.isascii() and one.isalnum()) and one not in "ªµº" else "letter"


def is_elided(behind: str) -> bool:
    """Whether text behind an apostrophe begins with a word that has lost its beginning."""
    word = ""
    for one in behind[:6]:
        if side(one) != "letter":
            break
        word += one
    is_decade = len(word) == 3 and word[0] in DIGITS and word[1] == "0" and word[2] in "sS"
    return is_decade or (word.isascii() and word.lower() in ELIDED)


def is_doubtful(before: str, behind: str, family: str) -> bool:
    """Whether a mark with a space behind it is perhaps an apostrophe, or a sign for feet or inches."""
    if behind[:1] != " " or not before:
        return False
    if before[-1] in DIGITS:
        return True
    letter = before[-1].lower()
    is_dropped = letter == "n" and before[-2:-1] != "" and before[-2] in "iI'’"
    return family == "single" and (letter in "sxz" or is_dropped)


@dataclass
class Family:
    """The quotations of one family that are open in a paragraph."""

    word: int | None = None
    place: int = -1
    is_turned: bool = False
    until: int | None = None
    outer: int = 0
    depth: int = 0
    pending: int | None = None


class Reader:
    """What is quoted of one document."""

    def __init__(self, text: str, begins: Sequence[int], paragraphs: Sequence[int]) -> None:
        self.text, self.begins, self.paragraphs = text, begins, list(paragraphs)
        self.quoted = [0] * len(begins)
        self.families = {family: Family() for family, _ in FORMS.values()}

    def mark(self, low: int, high: int) -> None:
        self.quoted[low:high] = [1] * max(high - low, 0)

    def read(self) -> list[int]:
        taken, paragraph = 0, 0
        for at, one in enumerate(self.text):
            word = sum(begin < at for begin in self.begins)
            if (
                one in LINE_ENDS
                and word < len(self.begins)
                and word in self.paragraphs[paragraph + 1 : paragraph + 2]
            ):
                self.end(word)
                paragraph += 1
            elif one in FORMS and at >= taken:
                is_first = word == (self.paragraphs[paragraph] if self.paragraphs else 0)
                taken = self.take(at, word, is_first)
        self.end(len(self.begins))
        return self.quoted

    def take(self, at: int, word: int, is_first: bool) -> int:
        family, form = FORMS[self.text[at]]
        after = at + 1
        if family == "single" and form != "low" and self.text[after : after + 1] == self.text[at]:
            family, after = "double", after + 1
        before, behind = self.text[:at], self.text[after:]
        own = self.families[family]
        way = self.way(family, form, side(before[-1:]), side(behind[:1]))
        if (
            is_first
            and own.word is None
            and own.pending is not None
            and (way == "open" or family != "single")
        ):
            self.mark(own.pending, word)
            way = "open"
        if way == "open":
            if family == "double" and before[-1:] in DIGITS:
                return after
            if not (family == "single" and form != "low" and is_elided(behind)):
                self.open(own, word, at, form in ("right", "low"))
        elif (
            way == "close"
            and (form == "either" or family == "single")
            and is_doubtful(before, behind, family)
        ):
            if own.word is not None and own.until is None:
                own.until = word
        elif way == "close":
            self.close(own, word)
        return after

    def way(self, family: str, form: str, left: str, right: str) -> str | None:
        own = self.families[family]
        is_open = own.word is not None
        opens = left not in ("letter", "closer") and right != "space"
        closes = left not in ("space", "opener") and right != "letter"
        if family in ("corner", "white"):
            return "open" if form == "left" else "close"
        if form == "low":
            return "open"
        if family == "single":
            if left == right == "letter":
                return None
            if is_open and closes and (not opens or own.is_turned or form == "right"):
                return "close"
            return "open" if opens and form != "right" else None
        if form == "right":
            return "open" if opens and not closes and not own.depth and right != "closer" else "close"
        if form == "left" and not (is_open and own.is_turned):
            return "close" if closes and not opens and left != "sign" else "open"
        if opens != closes:
            return "open" if opens else "close"
        return "close" if is_open else "open"

    def open(self, own: Family, word: int, at: int, is_turned: bool) -> None:
        is_single = own is self.families["single"]
        if own.word is not None and own.until is not None:
            self.mark(own.word, own.until)
            own.depth -= 1
        elif own.word is not None and not is_single:
            own.depth += 1
            return
        if is_single or own.depth == 0:
            own.outer, own.depth = word, 0
        own.word, own.place, own.is_turned, own.until = word, at, is_turned, None
        own.depth += 1

    def close(self, own: Family, word: int) -> None:
        single = self.families["single"]
        if own is single:
            if any(other.word is not None and other.place > own.place for other in self.families.values()):
                return
        elif own.word is not None and single.place > own.place:
            single.word = None
        if own.depth:
            if own.word is not None:
                self.mark(own.word, word)
            own.depth -= 1
            if own.depth == 0:
                self.mark(own.outer, word)
        own.word = None

    def end(self, word: int) -> None:
        for family, own in self.families.items():
            own.pending = own.word
            if own.word is not None and own.until is not None:
                self.mark(own.word, own.until)
            elif own.word is not None and family != "single":
                self.mark(own.word, min(word, own.word + 200))
            own.word, own.depth = None, 0


def quoted_words(text: str, begins: Sequence[int], paragraphs: Sequence[int]) -> list[int]:
    """1 for each word of a document that is quoted, 0 for each other.

    ``begins`` are the characters at which words begin, ``paragraphs`` each paragraph's first word.
    """
    assert all(one <= two for one, two in pairwise(begins))  # a sign may be several words
    return Reader(text, begins, paragraphs).read()
