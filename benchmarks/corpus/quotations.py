"""Statements of a speaker, and paragraphs that quote them."""

from collections.abc import Mapping, Sequence
from random import Random

from benchmarks.corpus.quoted_prose import CLOSE, INNER_CLOSE, INNER_OPEN, OPEN, Writer, unquoted
from benchmarks.corpus.world_model import PARAGRAPH, SENTENCE, Segment

_SAID: Mapping[str, tuple[str, ...]] = {
    "en": ("{who} said", "said {who}", "{who} told reporters", "{who} added"),
    "fr": ("a déclaré {who}", "a dit {who}", "a ajouté {who}", "affirme {who}"),
    "de": ("sagte {who}", "erklärte {who}", "so {who}", "betonte {who}"),
    "es": ("dijo {who}", "afirmó {who}", "declaró {who}", "añadió {who}"),
}
_BEFORE: Mapping[str, tuple[str, ...]] = {
    "en": ("{who} said: ", "{who} told a news conference: ", "In a statement, {who} said "),
    "fr": ("{who} a déclaré : ", "Selon {who}, "),
    "de": ("{who} sagte: ", "{who} erklärte dazu: "),
    "es": ("{who} dijo: ", "Según {who}, "),
}
_LEAST_PART = 12  # words of a quotation that leaves something out


def statement(random: Random, write: Writer) -> list[str]:
    """One to three sentences, 12 to 60 words in all; in some of them a few words are quoted from somebody else."""
    number = random.choice((1, 1, 2, 2, 3))
    sentences = [one_sentence(text) for text in write([random.randint(12, 20) for _ in range(number)])]
    if random.random() < 0.3:
        at = random.randrange(number)
        words = sentences[at].split()
        first = random.randint(2, len(words) - 5)
        last = first + random.randint(1, 3)
        words[first] = INNER_OPEN + words[first]
        words[last] += INNER_CLOSE
        sentences[at] = " ".join(words)
    return sentences


def quoting(
    said: Sequence[str], plant: int, speaker: str, language: str, random: Random, write: Writer
) -> list[Segment]:
    """A paragraph or more that quote a statement: whole, interrupted, in several paragraphs, or most of it."""
    who = random.choice((speaker, speaker.split()[1]))
    by = random.choice(_SAID[language]).format(who=who)
    own = one_sentence(write([random.randint(8, 20)])[0])
    form = random.choice(("whole", "whole", "after", "interrupted", "paragraphs", "most"))
    if form == "after":
        return [
            Segment(f"{own} {random.choice(_BEFORE[language]).format(who=who)}{OPEN}"),
            *_pieces(said, plant),
            Segment(CLOSE, gap=""),
        ]
    if form == "interrupted":
        return _interrupted(said, plant, by, own, random)
    if form == "paragraphs" and len(said) > 1:
        return _paragraphs(said, plant, f"{own.rstrip('.')}, {by}.")
    if form == "most" and len(said) > 1 and sum(len(one.split()) for one in said[:-1]) >= _LEAST_PART:
        said = said[:-1]
    *ahead, last = _pieces(said, plant)
    return [
        Segment(OPEN),
        *ahead,
        last._replace(text=last.text.rstrip(".")),
        Segment(f",{CLOSE} {by}. {own}", gap=""),
    ]


def _interrupted(said: Sequence[str], plant: int, by: str, own: str, random: Random) -> list[Segment]:
    """The speaker is named after the first sentence or, if there is one alone, between its halves."""
    if len(said) > 1:
        first, rest, between = said[0].rstrip("."), list(said[1:]), "."
    else:
        words = said[0].split()
        half = len(words) // 2 + random.randint(-2, 2)
        first, rest, between = " ".join(words[:half]), [" ".join(words[half:])], ","
    return [
        Segment(OPEN),
        Segment(first, plant, 0, ""),
        Segment(f",{CLOSE} {by}{between} {OPEN}", gap=""),
        *(
            Segment(text, plant, min(piece, len(said) - 1), SENTENCE if piece > 1 else "")
            for piece, text in enumerate(rest, 1)
        ),
        Segment(f"{CLOSE} {own}", gap=""),
    ]


def _paragraphs(said: Sequence[str], plant: int, own: str) -> list[Segment]:
    """A paragraph a sentence: each opens the quotation, the last alone closes it."""
    segments: list[Segment] = []
    for piece, text in enumerate(said):
        segments += [Segment(OPEN, gap=PARAGRAPH), Segment(text, plant, piece, "")]
    return [*segments, Segment(f"{CLOSE} {own}", gap="")]


def _pieces(said: Sequence[str], plant: int) -> list[Segment]:
    return [Segment(text, plant, piece, SENTENCE if piece else "") for piece, text in enumerate(said)]


def one_sentence(text: str) -> str:
    """A text as one sentence without quotations."""
    return unquoted(text).rstrip(".").replace(". ", ", ") + "."
