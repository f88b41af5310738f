"""Quotation marks: what each is by its form, and what stands beside it."""

import numpy as np
import numpy.typing as npt

from syndetect.kernels.jit import inline

#: What stands beside a mark. A letter is whatever is none of the others.
SPACE, OPENER, CLOSER, SIGN, LETTER = range(5)
#: The families of marks.
DOUBLE, SINGLE, ANGLE, SMALL_ANGLE, CORNER, WHITE_CORNER = range(6)
#: What a mark is by its form. LOW only ever opens; LINE is no mark but the end of a line.
NONE, EITHER, LEFT, RIGHT, LOW, LINE = range(6)

MARKS = {
    '"': (DOUBLE, EITHER), "“": (DOUBLE, LEFT), "‟": (DOUBLE, LEFT), "”": (DOUBLE, RIGHT), "„": (DOUBLE, LOW),
    "'": (SINGLE, EITHER), "`": (SINGLE, LEFT), "‘": (SINGLE, LEFT), "‛": (SINGLE, LEFT), "’": (SINGLE, RIGHT),
    "‚": (SINGLE, LOW), "«": (ANGLE, LEFT), "»": (ANGLE, RIGHT), "‹": (SMALL_ANGLE, LEFT), "›": (SMALL_ANGLE, RIGHT),
    "「": (CORNER, LEFT), "」": (CORNER, RIGHT), "『": (WHITE_CORNER, LEFT), "』": (WHITE_CORNER, RIGHT),
} | dict.fromkeys("\n\v\f\r\x85\u2028\u2029", (DOUBLE, LINE))  # fmt: skip

#: The tables have ASCII, then U+0080, U+2000 and U+3000 on, 64 characters each, and all others as one.
_BASES = (0x80, 0x2000, 0x3000)
_ELSE = 128 + 64 * len(_BASES)


def _tables() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Side and mark of every character that a place in the tables stands for."""
    sides, marks = np.full(_ELSE + 1, LETTER, np.int64), np.zeros(_ELSE + 1, np.int64)
    characters = [chr(code) for code in range(128)]
    characters += [chr(base + i) for base in _BASES for i in range(64)]
    for place, character in enumerate(characters):
        if (
            character <= " "
            or character in "\x7f\x85\xa0\u2028\u2029\u202f\u3000"
            or "\u2000" <= character <= "\u200f"
        ):
            sides[place] = SPACE
        elif character in "([{-/=:<|_*" or "\u2010" <= character <= "\u2015":
            sides[place] = OPENER
        elif character in ".,;!?)]}%…":
            sides[place] = CLOSER
        elif character not in "ªµº" and not (character.isascii() and character.isalnum()):
            sides[place] = SIGN
        family, role = MARKS.get(character, (DOUBLE, NONE))
        marks[place] = family << 3 | role
    return sides, marks


SIDES, CODES = _tables()
#: The bytes of words that an apostrophe may stand before, as one number each.
_ELIDED = tuple(int.from_bytes(word) for word in (b"n", b"em", b"tis", b"til", b"twas", b"twere", b"twill"))


@inline
def place(buffer, i):
    """The place in the tables of the character that begins at byte i."""
    byte = np.int64(buffer[i])
    if byte < 0x80:
        return byte
    if byte == 0xC2:
        return 128 + (np.int64(buffer[i + 1]) & 63)
    if byte in (0xE2, 0xE3) and buffer[i + 1] == 0x80:
        return 192 + 64 * (byte - 0xE2) + (np.int64(buffer[i + 2]) & 63)
    return np.int64(_ELSE)


@inline
def is_digit(byte):
    """Whether a byte is a digit of ASCII."""
    return byte >= 0x30 and byte <= 0x39


@inline
def side_before(buffer, low, i):
    """What stands before byte i of a document that begins at ``low``."""
    if i == low:
        return np.int64(SPACE)
    i -= 1
    while i > low and buffer[i] & 0xC0 == 0x80:
        i -= 1
    return SIDES[place(buffer, i)]


@inline
def is_elided(buffer, i, high):
    """Whether the letters at byte i have lost others before an apostrophe: 'tis, 'em, 'n', '90s."""
    word = np.int64(0)
    n = 0
    while i + n < high and n < 6 and SIDES[place(buffer, i + n)] == LETTER:
        word = word << 8 | np.int64(buffer[i + n]) | 0x20
        n += 1
    if n == 3 and is_digit(buffer[i]) and buffer[i + 1] == 0x30 and word & 0xFF == 0x73:
        return True
    return word in _ELIDED


@inline
def is_doubtful(buffer, low, i, after, high, family):
    """Whether a mark at byte i with a space behind may close nothing: dogs' bowl, 12" pipe, 6' tall, goin' home."""
    if after >= high or buffer[after] != 0x20 or i == low:
        return False
    if is_digit(buffer[i - 1]):
        return True
    if family != SINGLE:
        return False
    byte = np.int64(buffer[i - 1]) | 0x20
    if byte == 0x6E and i - low > 1:  # n behind i, or behind another apostrophe
        two = np.int64(buffer[i - 2])
        is_curly = two == 0x99 and i - low > 3 and buffer[i - 3] == 0x80 and buffer[i - 4] == 0xE2
        return two | 0x20 == 0x69 or two == 0x27 or is_curly
    return byte in (0x73, 0x78, 0x7A)
