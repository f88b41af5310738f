"""Versions of a story as other outlets run it: whole or in part, reworded, in other paragraphs."""

import re
from collections.abc import Iterable, Sequence
from random import Random

import numpy as np

from benchmarks.corpus.edits import Vocabulary, edited
from benchmarks.corpus.quoted_prose import CLOSE, INNER_CLOSE, INNER_OPEN, OPEN, quoted_share, unquoted
from benchmarks.corpus.world_model import PARAGRAPH, SENTENCE, Segment

_BETWEEN_MARKS = re.compile(f"[^{OPEN}{CLOSE}{INNER_OPEN}{INNER_CLOSE}]+")
_SENTENCE_END = re.compile(f"\\.{CLOSE}? ")
_SENTENCE = re.compile(r"\S.*?[.!?][\"'”’)]*(?=\s|$)", re.DOTALL)
_COMMON = re.compile(r"\b[a-z]+\b")

#: The least words of an excerpt.
LEAST_WORDS = 30
#: The largest share of an excerpt's characters within quotations; beyond it, the excerpt is a reuse of these.
MOST_QUOTED = 0.4


class Rewriter:
    """Rewrites stories with the vocabulary of a world's texts."""

    def __init__(self, texts: Iterable[str], random: Random) -> None:
        self._vocabulary = Vocabulary(map(unquoted, texts))
        self._random = random
        self._rng = np.random.default_rng(random.getrandbits(64))

    def run(
        self, story: Sequence[str], plant: int, pieces: Sequence[int], share: float, *, resplit: bool
    ) -> list[Segment]:
        """Pieces of a story as an outlet runs them.

        Args:
            story: its paragraphs.
            plant: its number.
            pieces: which paragraphs are run, ascending.
            share: of their words that are changed (see ``benchmarks.corpus.edits``).
            resplit: some paragraphs are split in two, some joined with the one before.
        """
        segments: list[Segment] = []
        for piece in pieces:
            text = self.reworded(story[piece], share)
            is_joined = resplit and segments and self._random.random() < 0.35
            gap = SENTENCE if is_joined else PARAGRAPH
            cut = _middle(text) if resplit and self._random.random() < 0.35 else 0
            if cut:
                segments.append(Segment(text[:cut].rstrip(), plant, piece, gap))
                text, gap = text[cut:], PARAGRAPH
            segments.append(Segment(text, plant, piece, gap))
        return segments

    def reworded(self, text: str, share: float) -> str:
        """A text with a share of its words changed; quotation marks stay where they are."""

        def change(found: re.Match[str]) -> str:
            run = found[0]
            core = run.strip()
            if round(share * len(core.split())) == 0:
                return run
            changed = edited(share)(core, self._rng, self._vocabulary).text
            return run.replace(core, changed, 1)

        return _BETWEEN_MARKS.sub(change, text) if share else text

    def condensed(self, text: str, words: int, share: float) -> str:
        """A report of about so many words in other words than those of a text, as a desk rewrites agency copy.

        Sentences are left out, the later ones more often; neighbours change places; of a sentence with commas a part
        is dropped at times, or its end put first. Then a share of the words is changed, but for names and figures,
        which rewriting keeps: any that has a capital letter or a digit.
        """
        draw = self._random.random
        sentences = [found[0] for found in _SENTENCE.finditer(text)]
        taken, room = [], words
        for number, sentence in enumerate(sentences):
            left = sum(len(one.split()) for one in sentences[number:])
            if left <= room or draw() < 0.7:
                taken.append(self._turned(sentence))
                room -= len(taken[-1].split())
            if room <= 0:
                break
        for place in range(1, len(taken)):
            if draw() < 0.3:
                taken[place - 1 : place + 1] = taken[place], taken[place - 1]
        return _COMMON.sub(
            lambda found: self._changed(found[0], share), " ".join(" ".join(taken).split()[:words])
        )

    def _changed(self, word: str, share: float) -> str:
        """A word, or with a chance of ``share`` another one, none, or another one before it."""
        if self._random.random() >= share:
            return word
        drawn = self._vocabulary.draw(1, self._rng)[0].lower()
        return self._random.choice((drawn, "", f"{drawn} {word}"))

    def _turned(self, sentence: str) -> str:
        """A sentence without one of its parts between commas, or with the last one first; or as it is."""
        parts, draw = sentence.rstrip(".").split(", "), self._random.random
        if len(parts) > 1 and draw() < 0.4:
            del parts[self._random.randrange(1, len(parts))]
        if len(parts) > 1 and draw() < 0.4:
            parts = [parts[-1], *parts[:-1]]
        return ", ".join(parts) + "."

    def part(self, story: Sequence[str]) -> list[int]:
        """Consecutive paragraphs of a story, long enough and in the main not quotations; if need be, all."""
        for _ in range(20):
            first = self._random.randrange(len(story))
            last = self._random.randint(first + 1, len(story))
            text = " ".join(story[first:last])
            if len(text.split()) >= LEAST_WORDS and quoted_share(text) <= MOST_QUOTED:
                return list(range(first, last))
        return list(range(len(story)))

    def without_some(self, story: Sequence[str]) -> list[int]:
        """Most paragraphs of a story."""
        kept = [piece for piece in range(len(story)) if self._random.random() < 0.75]
        text = " ".join(story[piece] for piece in kept)
        is_enough = len(text.split()) >= LEAST_WORDS and quoted_share(text) <= MOST_QUOTED
        return kept if is_enough else list(range(len(story)))


def _middle(text: str) -> int:
    """Where the second half of a text's sentences begins; 0 where there is one sentence only."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    return min(ends, key=lambda end: abs(2 * end - len(text)), default=0)
