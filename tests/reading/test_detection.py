"""Encodings that a file does not name are guessed: never another alphabet for one without a word."""

import pytest

from samples.languages import NEWS, WESTERN
from syndetect.reading.detection import guess, is_latin1

CASES = [(text, encoding) for text, encodings in NEWS.values() for encoding in encodings]


@pytest.mark.parametrize(("text", "encoding"), CASES)
def test_languages_are_recognised_in_their_encodings(text: str, encoding: str) -> None:
    found = guess(text.encode(encoding), 2)
    assert found is not None
    assert text.encode(encoding).decode(found) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [case for case in CASES if case[1] in ("cp1250", "cp1251", "cp1253", "gbk", "cp932", "cp949", "big5")],
)
def test_one_odd_byte_does_not_hide_an_encoding(text: str, encoding: str) -> None:
    data = (text + " " + text).encode(encoding)
    at = data.index(b" ", len(data) // 2) if b" " in data else len(data)
    found = guess(data[:at] + b"\x81" + data[at:], 2)
    assert found is not None
    assert data.decode(found) == text + " " + text


@pytest.mark.parametrize(
    "text",
    [
        "A café on the quay", "It cost £5 in all", "Ü30 am Abend", "Der Ü-Wagen", "ein Brett von 3 × 4 Metern",
        "He said “no” – twice…", "30° in the shade", "São Paulo",
    ],
)  # fmt: skip
def test_a_byte_or_two_are_windows_1252(text: str) -> None:
    assert guess(text.encode("cp1252"), 2) == "cp1252"


@pytest.mark.parametrize("data", [b"hello \xff world", b"the \xe2\x80 of a quote", b"\xc3 alone"])
def test_a_byte_or_two_that_are_no_letters_are_nothing(data: bytes) -> None:
    assert guess(data, 2) is None


def test_what_is_western_is_plausible_as_latin1() -> None:
    for text, encodings in NEWS.values():
        if encodings == WESTERN:
            assert is_latin1(text.encode("cp1252"))
