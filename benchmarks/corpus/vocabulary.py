"""An invented language whose figures are those of English news: its words, formulas and lengths.

Every number below was measured on 4,623 articles of 2019 (29 MB) or fitted so that made corpora agree with them;
``python -m benchmarks.likeness MADE NEWS`` prints both side by side. No word of the language is taken from anywhere:
words are spelt from syllables by a hash of their rank.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from benchmarks.corpus.compiled import kernel
from syndetect.arrays import F64, U64
from syndetect.kernels.jit import inline

#: Words in the language: so many that a corpus of 10 GB does not come to their end.
WORDS = 1_500_000

_BINS = 1 << 16

# Rank and frequency: p(r) ~ (r + shift) ** -head, from rank `bend` on falling faster by (1 + r / bend) ** -tail.
_SHIFT, _HEAD, _BEND, _TAIL = 0.7, 0.95, 3300.0, 0.93

# Formulas ("in the middle of"): their number, and their rank and frequency likewise.
_FORMULAS, _FORMULA_SHIFT, _FORMULA_HEAD, _FORMULA_BEND, _FORMULA_TAIL = 1e7, 300.0, 0.88, 5e5, 0.5

# Mean letters of a word, at these ranks.
_RANKS = (1, 20, 60, 200, 600, 2000, 6000, 20000, 60000, WORDS)
_LETTERS = (2.3, 2.85, 4.2, 5.6, 6.1, 6.8, 7.4, 8.0, 9.0, 9.5)
_SPREAD = 2.2

# Quantiles at these shares, of the words of a paragraph and of an article.
_SHARES = (0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1)
_PARAGRAPH = (1, 1, 2, 7, 20, 34, 51, 73, 91, 143, 260)
_ARTICLE = (250, 319, 349, 385, 535, 837, 1234, 1724, 2192, 4222, 6000)


class Language(NamedTuple):
    """The tables from which the kernels draw; a draw is a place in ``..._at``, values at even shares.

    Attributes:
        words: uint64[words, 2], the words' spelling, most frequent first: the 16 bytes are 15 letters at most and
            their number.
        word_at, formula_at, paragraph_at, article_at: float64[65537], quantiles of the rank of a word, the rank of a
            formula, the words of a paragraph, the words of an article.
    """

    words: U64
    word_at: F64
    formula_at: F64
    paragraph_at: F64
    article_at: F64


@cache
def language() -> Language:
    """The language; it does not depend on any seed."""
    ranks = np.arange(1, WORDS + 1)
    mean = np.interp(np.log(ranks), np.log(_RANKS), _LETTERS)
    words = np.zeros((WORDS, 2), np.uint64)
    _spell(mean, words)
    return Language(
        words,
        _quantiles_of_ranks(WORDS, _SHIFT, _HEAD, _BEND, _TAIL),
        _quantiles_of_ranks(_FORMULAS, _FORMULA_SHIFT, _FORMULA_HEAD, _FORMULA_BEND, _FORMULA_TAIL),
        np.interp(np.linspace(0, 1, _BINS + 1), _SHARES, _PARAGRAPH),
        np.interp(np.linspace(0, 1, _BINS + 1), _SHARES, _ARTICLE),
    )


def _quantiles_of_ranks(number: float, shift: float, head: float, bend: float, tail: float) -> F64:
    """Ranks, from 0 on, at even shares of a rank-frequency law; fractions are for a draw to round down."""
    edges = np.unique(np.concatenate([np.arange(5000.0), np.geomspace(5000, number, 20_000)]).round())
    middle = (edges[1:] + edges[:-1] + 1) / 2  # of the ranks from 1 on between two edges
    mass = (middle + shift) ** -head * (1 + middle / bend) ** -tail * np.diff(edges)
    up_to = np.concatenate([[0.0], np.cumsum(mass)])
    at = np.interp(np.linspace(0, 1, _BINS + 1), up_to / up_to[-1], edges)
    quantiles: F64 = np.minimum(at, np.nextafter(number, 0))
    return quantiles


def spelling(rank: int) -> str:
    """A word as text."""
    letters: bytes = language().words[rank].tobytes()
    return letters[: letters[15]].decode()


@inline
def mix(x: np.uint64) -> np.uint64:
    """A bijection of 64 bits that scatters them (the finaliser of splitmix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


_CONSONANTS = np.frombuffer(b"tnrslhdcmpgbfvkwtnrsldmp", np.uint8)
_VOWELS = np.frombuffer(b"eaoiueaoieao", np.uint8)


@kernel
def _spell(mean: F64, words: U64) -> None:
    """Spell each word: about ``mean`` letters, consonants and vowels in turn; one in four of the rarer is a name."""
    for rank in range(len(mean)):
        draw = mix(np.uint64(rank) * np.uint64(2) + np.uint64(1))
        bell = 0.0  # nearly normal, of variance 1
        for i in range(4):
            bell += np.float64((draw >> np.uint64(16 * i)) & np.uint64(0xFFFF)) / 65536.0
        spread = min(_SPREAD, mean[rank] / 3)
        length = min(15, max(1, int(mean[rank] + (bell - 2.0) * 1.73 * spread + 0.5)))
        is_name = rank >= 150 and mix(draw) % np.uint64(4) == np.uint64(0)
        bits = mix(draw ^ np.uint64(0x5DEECE66D))
        vowel = bits & np.uint64(1) == np.uint64(0)
        for i in range(length):
            bits = mix(bits) if i % 8 == 7 else bits >> np.uint64(7)
            table = _VOWELS if vowel else _CONSONANTS
            letter = table[np.int64(bits & np.uint64(0x7F)) % len(table)]
            if is_name and (i == 0 or length <= 4):
                letter -= np.uint8(32)
            words[rank, i // 8] |= np.uint64(letter) << np.uint64(8 * (i % 8))
            vowel = not vowel
        words[rank, 1] |= np.uint64(length) << np.uint64(56)
