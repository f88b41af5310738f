"""The screen before the rules of credits: tables that say which words and signs around a name may make a credit of it.

The rules run Python for every name, under the interpreter's lock; most names that an article has by chance ("Efe" is
also a person's name) have no cue. The tables are made of the cues that the rules use, so what the kernel drops has no
verdict.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from syndetect.arrays import I64, U8, U16
from syndetect.kernels import credits as kernel
from syndetect.syndication.credits import context, cues, rules

#: Cues before a name, those of them that count only where the name closes its line, a sentence or brackets, and cues
#: behind a name. Senders of press releases have no screen.
BEFORE = (
    cues.PHOTO_BEFORE, cues.VIA, cues.CONTRIBUTING, cues.MATERIAL, cues.NOTICE, cues.TOLD, cues.JOURNALIST_BEFORE,
    cues.CITED_BEFORE, cues.ABOUT_BEFORE,
)  # fmt: skip
BEFORE_CLOSING = (cues.SOURCE, cues.WITH, cues.WITH_NOUN, cues.NEWSROOM, cues.WRITTEN_FOR)
BEHIND = (
    cues.PHOTO_AFTER, cues.INPUTS, cues.SOLE, cues.JOURNALIST_AFTER, cues.OWN_WORK, cues.CITED_AFTER,
    cues.AGENCY_NOUN, cues.SAID_AFTER, cues.ABOUT_AFTER, cues.ABOUT_VERB, cues.POLL,
)  # fmt: skip

#: What a sign is for the kernel, by its name there.
_SIGNS = {
    kernel.OPENS: rules.OPENERS | rules.STROKES,
    kernel.SETS_OFF: rules.SETTING_OFF,
    kernel.OWNS: frozenset("©"),
    kernel.STOPS: cues.STOPS,
    kernel.STROKE: frozenset("/"),
    kernel.PARTS: context.PARTING,
    kernel.DASH: cues.DASHES,
    kernel.CLOSES: rules.CLOSERS,
}
#: The share of the table of words that is in use is at most one in this.
_SPARE = 4


class Screen(NamedTuple):
    """The last arguments of :func:`syndetect.kernels.credits.keep_credited`."""

    limits: tuple[int, ...]
    cues_that: tuple[int, int]
    tables: tuple[U8, U16, U16, I64, I64]


@cache
def screen() -> Screen:
    """The tables of the cues."""
    characters = [chr(code) for code in (*range(256), *range(0x2000, 0x2080))]
    signs = np.zeros(kernel.PLACES, np.uint16)
    for place, character in enumerate(characters):
        is_letter = character.isalnum()
        signs[place] = (
            kernel.WORD * (is_letter or character == "_")
            | kernel.LETTER * is_letter
            | kernel.SPACE * character.isspace()
            | sum(bit for bit, members in _SIGNS.items() if character in members)
        )
    folded = np.array([ord(character.lower()) for character in characters], np.uint16)
    stem = np.frombuffer(cues.CONTRIBUTING_STEM.encode(), np.uint8)
    return Screen(
        (
            cues.REACH, context.AHEAD, rules.BEFORE_SENTENCE_END, context.DATE, context.SHORT, context.EARLY,
            context.LATE,
        ),
        (cues.RIGHTS_BIT | sum(cue.bit for cue in BEFORE), sum(cue.bit for cue in BEFORE_CLOSING)),
        (stem, signs, folded, *_hashed(_columns())),
    )  # fmt: skip


def _columns() -> dict[str, list[int]]:
    """For which cues each word counts."""
    found: dict[str, list[int]] = {word: [mask, 0, 0, 0] for word, mask in cues.bits_of_words().items()}
    words = [(word, kernel.HEAD, cue.bit) for cue in BEHIND for word in cue.heads]
    words += [(word, kernel.NEXT, cue.bit) for cue in BEHIND for word in cue.whole]
    words += [(word, kernel.BEHIND, cue.bit) for cue in BEHIND for word in cue.words]
    for word, column, bit in words:
        found.setdefault(word, [0] * 4)[column] |= bit
    return found


def _hashed(words: dict[str, list[int]]) -> tuple[I64, I64]:
    """The table of words, by their hashes: open addressing, the next place where one is taken."""
    size = 1 << (_SPARE * len(words) - 1).bit_length()
    keys, columns = np.full(size, kernel.FREE, np.int64), np.zeros((size + 1, 4), np.int64)
    for word, masks in words.items():
        h = kernel.SEED
        for character in word:
            h = (h ^ ord(character)) * kernel.PRIME & kernel.MASK
        slot = h & size - 1
        while keys[slot] not in {kernel.FREE, h}:
            slot = slot + 1 & size - 1
        keys[slot] = h
        columns[slot] |= masks
    return keys, columns
