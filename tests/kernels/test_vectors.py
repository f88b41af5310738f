"""The vector operations, against what they are said to do, and the classes of bytes that the tokeniser makes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from samples.strategies import from_python
from syndetect.kernels import spelling, vectors, words
from syndetect.matching.tokens import folding

pytestmark = pytest.mark.kernel

CHARACTER = naive.characters(*folding())

blocks = st.binary(min_size=vectors.WIDTH, max_size=vectors.WIDTH)
byte = st.integers(0, 255)
mask = st.integers(0, 2**64 - 1)


match, load_word = from_python(vectors.match), from_python(vectors.load_word)
copy = from_python(vectors.copy)
count, first = from_python(vectors.count), from_python(vectors.first)
mask_letters, classes = from_python(spelling.mask_letters), from_python(words._classify)


def letters(buffer: np.ndarray) -> np.uint64:
    """The mask of ASCII letters: Python gets an ``int``, and ``classes`` takes 64 bits."""
    return np.uint64(mask_letters(buffer, 0))


def classify(buffer: np.ndarray) -> tuple[int, int]:
    joints, odd = classes(buffer, 0, letters(buffer), np.uint64(0xFFFFFFFFFFFFFFFF))
    return int(joints), int(odd)


def padded(data: bytes, before: int = 0) -> np.ndarray:
    return np.frombuffer(bytes(before) + data + bytes(words.PADDING), np.uint8)


@given(blocks, st.integers(0, 63), byte, byte, byte)
def test_match(data: bytes, before: int, raised: int, one: int, two: int) -> None:
    low, high = sorted((one, two))
    expected = sum(1 << i for i, value in enumerate(data) if low <= value | raised <= high)
    found = match(padded(data, before), before, np.uint8(raised), np.uint8(low), np.uint8(high))
    assert int(found) == expected


@given(st.binary(min_size=8, max_size=8), st.integers(0, 8))
def test_load_word(data: bytes, before: int) -> None:
    assert int(load_word(padded(data, before), before)) == int.from_bytes(data, "little")


@given(blocks, st.integers(0, 63), st.integers(0, 9))
def test_copy(data: bytes, before: int, behind: int) -> None:
    out = np.full(behind + vectors.WIDTH + 3, 7, np.uint8)
    copy(padded(data, before), before, out, behind)
    assert out.tobytes() == b"\7" * behind + data + b"\7\7\7"


@given(st.one_of(mask, st.integers(0, 63).map(lambda i: 1 << i), st.just(0)))
def test_count_and_first(of: int) -> None:
    lowest = next((i for i in range(64) if of >> i & 1), 64)
    assert (count(np.uint64(of)), first(np.uint64(of))) == (of.bit_count(), lowest)


def test_ascii_letters_are_those_of_the_folding_table() -> None:
    for low in (0, 64):
        data = bytes(range(low, low + 64))
        expected = [CHARACTER(chr(value))[0].kind == "letter" for value in data]
        assert [bool(int(letters(padded(data))) >> i & 1) for i in range(64)] == expected
    for char in map(chr, range(128)):
        kind, folded = CHARACTER(char)[0][:2]
        assert kind != "letter" or folded == chr(ord(char) | 0x20)
        assert (kind == "line end") == ("\n" <= char <= "\r")
        assert (kind == "apostrophe") == (char in "'`")


def test_punctuation_that_need_not_be_looked_up_parts_words() -> None:
    plain = set()
    for char in map(chr, [*range(0x80, 0x3000), *range(0xFE00, 0x10000), *range(0x1F600, 0x1F650)]):
        joints, odd = map(int, classify(padded(("a" + char + "b").encode())))
        if not joints | odd:
            plain.add(char)
        assert not joints or CHARACTER(char)[0].kind == "apostrophe"
    assert {CHARACTER(char)[0].kind for char in plain} <= {"boundary", "space", "hyphen"}
    assert plain >= set("“”„«»–—…\u00a0") - {"„"}
