"""What hypothesis feeds the tests: text of every script, and documents of few, many or the same words."""

from collections.abc import Sequence

import numba
import numpy as np
import numpy.typing as npt
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

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


@st.composite
def edited(draw: DrawFn, length: int = 40) -> tuple[list[int], list[int]]:
    """Two documents that share stretches: words kept, replaced, left out or put in, between words of their own."""
    shared = draw(st.lists(st.integers(2, 60), min_size=1, max_size=length))
    other: list[int] = []
    edits = draw(st.lists(st.sampled_from("=========x-+"), min_size=len(shared), max_size=len(shared)))
    for word, edit in zip(shared, edits, strict=True):
        other += {"=": [word], "x": [3], "-": [], "+": [word, 5]}[edit]
    cut = draw(st.integers(0, len(other)))
    if draw(st.booleans()):
        other = other[cut:] + other[:cut]
    noise = st.lists(st.integers(2, 9), max_size=25)
    return draw(noise) + shared + draw(noise), draw(noise) + other + draw(noise)


def scatter(found: Sequence[Sequence[int]]) -> list[list[int]]:
    """The same documents with codes as far apart as those of words are, so that no hashes are equal by design."""
    return [[word * 0x9E3779B97F4A7C15 % 2**64 for word in document] for document in found]


@st.composite
def mosaics(draw: DrawFn) -> list[list[int]]:
    """Two documents laid out of the same few blocks, whole or cut, with words of their own between them."""
    sizes = draw(st.lists(st.integers(2, 8), min_size=1, max_size=4))
    blocks = [[100 * (i + 1) + j * draw(st.integers(1, 2)) for j in range(n)] for i, n in enumerate(sizes)]
    part = st.tuples(st.integers(0, len(blocks) - 1), st.integers(0, 2), st.integers(0, 1), st.integers(0, 9))
    found = []
    for own in (10_000, 20_000):
        words: list[int] = []
        for block, head, tail, gap in draw(st.lists(part, min_size=1, max_size=8)):
            words += blocks[block][head : len(blocks[block]) - tail]
            words += range(own + len(words), own + len(words) + gap)
        found.append(words)
    return found


def flatten(found: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Documents as the kernels take them: all words, and each document's first."""
    code = np.array([word for document in found for word in document], np.uint64)
    return code, np.cumsum([0, *map(len, found)], dtype=np.int64)


def encode(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Texts as the tokeniser takes them: one buffer of UTF-8, and each text's first byte."""
    data = [one.encode() for one in texts]
    return np.frombuffer(b"".join(data), np.uint8), np.cumsum([0, *map(len, data)], dtype=np.int64)


def fewer(by: int) -> settings:
    """The profile with a part of its examples, for tests that take their time."""
    return settings(max_examples=max(5, settings.default.max_examples // by))
