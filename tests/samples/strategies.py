"""What hypothesis feeds the tests: text of every script, and documents of few, many or the same words."""

from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from syndetect.kernels.documents import UNDATED
from syndetect.matching.places import Places, tags
from syndetect.matching.tokens import tokenise

#: Whether kernels run as plain Python; then what is large in a test is made small.
INTERPRETED = bool(numba.config.DISABLE_JIT)

#: Characters and sequences by which words and offsets may go wrong, a line a kind.
FRAGMENTS = (
    "a", "b", "Z", "é", "e\u0301", "ß", "ﬁ", "İ", "ŉ", "ø", "µ", "ά", "ᾳ", "Ж", "й", "\u212a", "™", "№", "ª",
    "1", "7", "٣", "१", "１", "²", "½", "Ⅷ", "①",
    "가", "ᄀ", "ᅡ", "ᆨ", "ﾡ", "中", "㍿", "か", "が", "ｶ", "ﾞ", "゛", "ー", "ヿ", "ㄅ", "\U00017000",
    "ก", "ำ", "ั", "่", "ລ", "ຳ", "ក", "្", "က", "ိ", "क", "क़", "ि", "्", "த", "ོ",
    "ש", "\u05b8", "\u05c1", "ب", "\u064e", "ﷲ", "ﻼ", "٪",
    "\u0301", "\u0345", "\u0338", "\u0327", "\u3099", "\u093c", "\u20e3", "\u034f",
    "\u00ad", "\u200b", "\u200d", "\u200e", "\u2066", "\ufeff", "\ufe0f", "\U000e0101",
    "'", "’", "‘", "´", "ʼ", "`", "＇", ".", ".", "．", "…", ",", "“", "”", "«", '"', "„",
    "-", "–", "—", "\u2011", "/", "⁄", "_", "@", "≠", "€", "%", "\x00", "\ufffd",
    " ", " ", " ", "\u00a0", "\u2009", "\u202f", "\u3000", "\t",
    "\n", "\n", "\n\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029",
    "👍🏽", "👩‍👩‍👧", "🇫🇷", "1\ufe0f\u20e3", "☃", "𝔉", "🄰",
)  # fmt: skip

PLAIN = ("a", "of", "the", "said", "Minister", "government", "2031", "T", "constitutional", "NATO")
STYLED = (
    "don't", "don’t", "l’État", "rock’n’roll", "U.S.", "U.S", "e.g.", "J.K.Rowling", "café", "cafe\u0301", "Straße",
    "“Hello", "world”", "‘quoted’", "’tis", "it’s.", "«mot»", "administration’s", "internationalisation", "x" * 64,
    "soft\u00adhyphen", "新华社", "Москва", "1’2", "`tick`", "a''b", "a.'b", "’’", "\u00a0", "—", "…",
    "…\u2028", "\u2029",
)  # fmt: skip

#: Randomness by the handful, for examples that tell nothing when small: drawn as a seed, so they do not shrink.
large = st.randoms(use_true_random=True)

_assigned = st.characters(exclude_categories=("Cs", "Cn", "Co"))


def text(most: int = 40) -> SearchStrategy[str]:
    """Text of any script, dense in what is hard."""
    part = st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(FRAGMENTS), _assigned)
    return st.lists(part, max_size=most).map("".join)


def initials() -> SearchStrategy[str]:
    """Letters, digits, marks and syllables with full stops and apostrophes between them."""
    dense = (
        "a",
        "b",
        "é",
        "e\u0301",
        "가",
        "ｶ",
        "क",
        "ि",
        "٣",
        "4",
        "ﬁ",
        ".",
        ".",
        ".",
        "'",
        "\u00ad",
        " ",
        "ก",
    )
    return st.lists(st.sampled_from(dense), max_size=14).map("".join)


def prose(most: int = 40) -> SearchStrategy[str]:
    """Words as news writes them, most of them plain, some with what must be looked at closely."""
    word = st.one_of(st.sampled_from(PLAIN), st.sampled_from(PLAIN), st.sampled_from(STYLED))
    between = st.sampled_from(
        [" ", " ", " ", " ", "", "  ", ", ", ". ", "\n", "\r\n", "-", " — ", "’", "'", "."]
    )
    return st.lists(st.tuples(word, between), max_size=most).map(lambda parts: "".join(sum(parts, ())))


def codes(most: int = 40) -> SearchStrategy[list[int]]:
    """A document's word codes; most of them from an alphabet so small that repeats and ties are common."""
    alphabets = st.sampled_from([1, 2, 4, 12, 1000])
    return alphabets.flatmap(lambda size: st.lists(st.integers(2, size + 1), max_size=most))


def documents(count: int = 5, most: int = 40) -> SearchStrategy[list[list[int]]]:
    """Documents over one alphabet, empty ones and repeats of one document among them."""
    alphabets = st.sampled_from([1, 2, 4, 12, 1000])
    some = alphabets.flatmap(
        lambda size: st.lists(st.lists(st.integers(2, size + 1), max_size=most), max_size=count)
    )
    return some.flatmap(lambda found: st.permutations(found + found[:1]))


def _edit(random: Random) -> list[list[int]]:
    shared = random.choices(range(2, random.choice([4, 9, 60])), k=random.randint(1, 40))
    other: list[int] = []
    for word in shared:
        edit = random.choice("========x-+")
        other += {"=": [word], "x": [3], "-": [], "+": [word, 5]}[edit]
    if random.random() < 0.3:
        cut = random.randint(0, len(other))
        other = other[cut:] + other[:cut]
    noise = [random.choices(range(2, 9), k=random.randint(0, 25)) for _ in range(4)]
    return [noise[0] + shared + noise[1], noise[2] + other + noise[3]]


def edited() -> SearchStrategy[list[list[int]]]:
    """Two documents that share a stretch, with words replaced, left out or put in, between words of their own."""
    return large.map(_edit)


def _lay(random: Random) -> list[list[int]]:
    sizes = [random.randint(2, 8) for _ in range(random.randint(1, 4))]
    blocks = [[100 * (i + 1) + j * random.randint(1, 2) for j in range(n)] for i, n in enumerate(sizes)]
    found = []
    for own in (10_000, 20_000):
        words: list[int] = []
        for _ in range(random.randint(1, 8)):
            block = random.choice(blocks)
            words += block[random.choice([0, 0, 0, 1, 2]) : len(block) - random.choice([0, 0, 1])]
            words += range(own + len(words), own + len(words) + random.choice([0, 0, 1, 1, 2, 3, 5, 9]))
        found.append(words)
    return found


def mosaics() -> SearchStrategy[list[list[int]]]:
    """Two documents laid out of the same few blocks, whole or cut, with words of their own between them."""
    return large.map(_lay)


def _scatter_few(random: Random) -> list[list[int]]:
    words = range(2, random.randint(4, 8))
    return [random.choices(words, k=random.randint(0, 40)) for _ in range(4)]


def few_words() -> SearchStrategy[list[list[int]]]:
    """Four long stretches of very few different words."""
    return large.map(_scatter_few)


def scatter(found: Sequence[Sequence[int]]) -> list[list[int]]:
    """The same documents with codes as far apart as those of words are, so that no hashes are equal by design."""
    return [[word * 0xC2B2AE35 % 2**32 for word in document] for document in found]


def signatures(random: Random, count: int, slots: int) -> npt.NDArray[np.uint32]:
    """Signatures of so few values that many agree in a band: uint32[count, slots]."""
    values = random.choices(range(3), k=count * slots)
    return np.array(values, np.uint32).reshape(count, slots)


def flatten(
    found: Sequence[Sequence[int]], kind: npt.DTypeLike = np.uint32
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Documents as the kernels take them: all words, and each document's first."""
    code = np.array([word for document in found for word in document], kind)
    return code, np.cumsum([0, *map(len, found)], dtype=np.int64)


def placed(
    found: Sequence[Sequence[int]], time: Sequence[int] | None = None, rank: Sequence[int] | None = None
) -> Places:
    """Where the words of documents stand; without times all are undated, without ranks in order of time and input."""
    code, bounds = flatten(found)
    known = [int(UNDATED)] * len(found) if time is None else list(time)
    order = sorted(range(len(found)), key=lambda i: (known[i] == UNDATED, known[i]))
    ranks = np.argsort(order) if rank is None else rank
    return Places.of(tags(code), bounds, np.array(known, np.int64), np.array(ranks, np.uint32))


def encode(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Texts as the tokeniser takes them: one buffer of UTF-8, and each text's first byte."""
    data = [one.encode() for one in texts]
    return np.frombuffer(b"".join(data), np.uint8), np.cumsum([0, *map(len, data)], dtype=np.int64)


def codes_of(one: str) -> list[int]:
    """The codes of the words of a text."""
    found: list[int] = tokenise(*encode([one])).code.tolist()
    return found


def fewer(by: int) -> settings:
    """The profile with a part of its examples, for tests that take their time."""
    return settings(max_examples=max(5, settings().max_examples // by))


@cache
def from_python(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is compiled for kernels alone, so that Python may call it too."""
    return function if INTERPRETED else numba.njit(lambda *arguments: function(*arguments))  # noqa: PLW0108  (the lambda is what is compiled)


DAY = 86_400_000_000  # microseconds


def linked_corpus(random: Random, count: int, vocabulary: int = 40) -> tuple[list[list[int]], np.ndarray]:
    """Documents that take up phrases of one another, some empty, and their times."""
    found: list[list[int]] = []
    for _ in range(count):
        document = [
            random.randrange(1, vocabulary) * 2_654_435_761 % 2**32 for _ in range(random.randrange(30))
        ]
        for other in random.sample(found, min(len(found), random.randrange(3))):
            at = random.randrange(len(other) + 1)
            document += other[at : at + random.randrange(12)]
        found.append(document)
    time = [random.choice([int(UNDATED), *(DAY * day for day in range(6))]) for _ in found]
    return found, np.array(time, np.int64)
