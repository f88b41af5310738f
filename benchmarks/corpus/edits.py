"""Nine ways in which an outlet runs a paragraph that is not its own, as functions of the paragraph's text.

Every function takes the paragraph, a random generator and the corpus's vocabulary, and returns a
:class:`Copy`: the new text, and which of its characters, and of the paragraph's, are the reuse. Words that
are new (substitutes, insertions, a tail, surroundings) are drawn one by one from the vocabulary by
frequency: they read like the corpus to an index, yet no run of them stands anywhere else.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from syndetect.intervals import Span

#: A word: characters other than white space, a letter or digit among them.
WORD = re.compile(r"\S*\w\S*")

#: The least words of a paragraph that the edits take.
LEAST_WORDS = 25


class Copy(NamedTuple):
    """A paragraph as another article runs it."""

    text: str
    reused: Span  # in ``text``
    origin: Span  # in the paragraph that was copied


class Vocabulary:
    """The words of some texts, drawn by how often they occur."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(word for text in texts for word in WORD.findall(text))
        self._words = list(counts)
        self._up_to = np.cumsum(np.fromiter(counts.values(), dtype=np.int64, count=len(counts)))

    def draw(self, number: int, rng: np.random.Generator) -> list[str]:
        """Draw words with replacement."""
        places = rng.integers(self._up_to[-1], size=number)
        return [self._words[i] for i in np.searchsorted(self._up_to, places, side="right")]


Edit = Callable[[str, np.random.Generator, Vocabulary], Copy]


def identical(paragraph: str, rng: np.random.Generator, vocabulary: Vocabulary) -> Copy:  # noqa: ARG001
    """The paragraph as it is."""
    return _whole(paragraph, paragraph)


def house_style(paragraph: str, rng: np.random.Generator, vocabulary: Vocabulary) -> Copy:  # noqa: ARG001
    """Quotes restyled, American spelling made British, ``Mr`` put before names that stand alone."""
    text = _requote(paragraph)
    for pattern, replacement in _HOUSE_RULES:
        text = pattern.sub(replacement, text)
    return _whole(_SPELT.sub(_respell, text), paragraph)


def edited(share: float) -> Edit:
    """The edit that changes a share of the words: each substituted, deleted or preceded by a new one."""

    def edit(paragraph: str, rng: np.random.Generator, vocabulary: Vocabulary) -> Copy:
        return _whole(_edit_words(paragraph, share, rng, vocabulary), paragraph)

    return edit


def new_tail(paragraph: str, rng: np.random.Generator, vocabulary: Vocabulary) -> Copy:
    """The first 60 % of the words, then as many new ones as were dropped."""
    words = _words(paragraph)
    kept = round(0.6 * len(words))
    origin = Span(words[0].begin, words[kept - 1].end)
    return _surround("", paragraph[slice(*origin)], " ".join(vocabulary.draw(len(words) - kept, rng)), origin)


def within_longer(paragraph: str, rng: np.random.Generator, vocabulary: Vocabulary) -> Copy:
    """The whole paragraph somewhere inside one three times as long."""
    number = len(_words(paragraph))
    return _embed(paragraph, Span(0, len(paragraph)), 2 * number, rng, vocabulary)


def excerpt(words: int, within: int, share: float = 0.0) -> Edit:
    """The edit that takes a run of words, a share of them edited, into a paragraph of ``within`` words."""

    def edit(paragraph: str, rng: np.random.Generator, vocabulary: Vocabulary) -> Copy:
        spans = _words(paragraph)
        first = int(rng.integers(len(spans) - words + 1))
        origin = Span(spans[first].begin, spans[first + words - 1].end)
        taken = paragraph[slice(*origin)]
        if share:
            taken = _edit_words(taken, share, rng, vocabulary)
        return _embed(taken, origin, within - words, rng, vocabulary)

    return edit


#: The kinds by name. A merged copy is identical; what it lacks is the blank line beside its neighbour.
KINDS: dict[str, Edit] = {
    "identical": identical,
    "house style": house_style,
    "12 % edited": edited(0.12),
    "22 % edited": edited(0.22),
    "first 60 %, new tail": new_tail,
    "within three times longer": within_longer,
    "merged with neighbour": identical,
    "12 words within 40": excerpt(12, 40),
    "16 words, 8 % edited, within 44": excerpt(16, 44, 0.08),
}
MERGED = "merged with neighbour"


def _words(text: str) -> list[Span]:
    return [Span(*found.span()) for found in WORD.finditer(text)]


def _whole(text: str, paragraph: str) -> Copy:
    return Copy(text, Span(0, len(text)), Span(0, len(paragraph)))


def _embed(taken: str, origin: Span, number: int, rng: np.random.Generator, vocabulary: Vocabulary) -> Copy:
    """Put ``number`` new words around a text, as many before as chance says."""
    words, before = vocabulary.draw(number, rng), int(rng.integers(number + 1))
    return _surround(" ".join(words[:before]), taken, " ".join(words[before:]), origin)


def _surround(before: str, taken: str, after: str, origin: Span) -> Copy:
    begin = len(before) + 1 if before else 0
    text = " ".join(part for part in (before, taken, after) if part)
    return Copy(text, Span(begin, begin + len(taken)), origin)


def _edit_words(text: str, share: float, rng: np.random.Generator, vocabulary: Vocabulary) -> str:
    """Edit ``round(share x words)`` words, at least one, at places drawn without replacement."""
    words = _words(text)
    number = max(1, round(share * len(words)))
    places = rng.choice(len(words), size=number, replace=False)
    operations = dict(zip(places.tolist(), rng.integers(3, size=number).tolist(), strict=True))
    pieces, done = [], 0
    for place, (begin, end) in enumerate(words):
        pieces.append(text[done:begin])
        pieces.append(_edit_word(text[begin:end], operations.get(place), rng, vocabulary))
        done = end
    return "".join([*pieces, text[done:]]).strip()


def _edit_word(word: str, operation: int | None, rng: np.random.Generator, vocabulary: Vocabulary) -> str:
    if operation is None:
        return word
    if operation == 1:
        return ""
    drawn = word
    while drawn.casefold() == word.casefold():
        drawn = vocabulary.draw(1, rng)[0]
    return drawn if operation == 0 else f"{drawn} {word}"


_TO_STRAIGHT = str.maketrans("“”‘’", "\"\"''")
_OPENING = re.compile(r"(?<![^\s(\[—])\"")


def _requote(text: str) -> str:
    """Curly quotes made straight; where there are none, straight double ones made curly single ones."""
    if any(quote in text for quote in "“”‘’"):
        return text.translate(_TO_STRAIGHT)
    return _OPENING.sub("‘", text).replace('"', "’").replace("'", "’")


_LONE_NAME = re.compile(r"(?<=[a-z,] )(?=[A-Z][a-z]+ (?:said|says|told|also|has|had|was|is|will|would)\b)")
_HOUSE_RULES = [
    (re.compile(r"\b(Mr|Mrs|Ms|Dr)\."), r"\1"),
    (_LONE_NAME, "Mr "),
    (re.compile(r"\bU\.S\."), "US"),
    (re.compile(r" ?(?:\bpercent\b|%)"), " per cent"),
    (re.compile(r" (?:--|–|-) "), " — "),
    (re.compile(r"(?<=[a-z]{3}[a-z])iz(?=(?:e|ed|es|er|ing|ation|ations)\b)"), "is"),
]

_BRITISH = {
    "color": "colour", "labor": "labour", "favor": "favour", "honor": "honour", "harbor": "harbour",
    "neighbor": "neighbour", "behavior": "behaviour", "rumor": "rumour", "gray": "grey", "gotten": "got",
    "center": "centre", "theater": "theatre", "defense": "defence", "offense": "offence", "aging": "ageing",
    "license": "licence", "program": "programme", "traveled": "travelled", "traveling": "travelling",
    "canceled": "cancelled", "labeled": "labelled", "counselor": "counsellor", "fulfill": "fulfil",
    "skeptical": "sceptical", "judgment": "judgement", "toward": "towards", "check": "cheque", "tire": "tyre",
}  # fmt: skip
_SPELT = re.compile(
    rf"\b({'|'.join(_BRITISH)})(?=(?:s|ed|ing|able|ite|ites|hood|hoods|al)?\b)", re.IGNORECASE
)


def _respell(found: re.Match[str]) -> str:
    british = _BRITISH[found[0].lower()]
    return british.capitalize() if found[0][0].isupper() else british
