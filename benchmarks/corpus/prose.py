"""Kernels that write invented prose as bytes of JSON strings: words, paragraphs, and edited copies of them."""

import numpy as np

from benchmarks.corpus.vocabulary import Language, mix
from syndetect.arrays import F64, U8, U64
from syndetect.kernels.jit import inline

_SPACE, _COMMA, _STOP, _HYPHEN = np.uint8(32), np.uint8(44), np.uint8(46), np.uint8(45)
_QUOTE, _APOSTROPHE, _BACKSLASH, _ZERO = np.uint8(34), np.uint8(39), np.uint8(92), np.uint8(48)
# “ ” ‘ ’ and — are E2 80 and one of these.
_LEFT, _RIGHT, _RIGHT_SINGLE, _DASH = np.uint8(0x9C), np.uint8(0x9D), np.uint8(0x99), np.uint8(0x94)

# Of 65,536 draws: numbers and single words between formulas; a formula with "’s"; after a word: comma, hyphen, dash.
_NUMBER, _SINGLE, _POSSESSIVE = np.uint64(3300), np.uint64(5500), np.uint64(4300)
_AT_COMMA, _AT_HYPHEN, _AT_DASH = np.uint64(3650), np.uint64(4350), np.uint64(4600)
# Of 256 formulas of a length, the number that have a further word: so many a doubling of the rank.
_LONGER, _LONGER_MOST = 9.5, 125.0
_LOW16 = np.uint64(0xFFFF)


@inline
def draw(state: U64) -> np.uint64:
    """The next of a series of random 64 bits."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    return mix(state[0])


@inline
def below(number: np.int64, state: U64) -> np.int64:
    """A whole number from 0 on, below a number."""
    return np.int64(((draw(state) >> np.uint64(32)) * np.uint64(number)) >> np.uint64(32))


@inline
def chance(share: np.float64, state: U64) -> bool:
    """Yes, in this share of the draws."""
    return bool(np.float64(draw(state) >> np.uint64(11)) < share * 9007199254740992.0)


@inline
def quantile(table: F64, bits: np.uint64) -> np.int64:
    """The value of a table of quantiles for random bits."""
    place = np.int64(bits >> np.uint64(48))
    part = np.float64((bits >> np.uint64(16)) & np.uint64(0xFFFFFFFF)) / 4294967296.0
    return np.int64(table[place] + part * (table[place + 1] - table[place]))


@inline
def characters(text: U8, low: np.int64, high: np.int64) -> np.int64:
    """Characters of a part of a JSON string: what is no continuation byte, an escape counted once."""
    number = np.int64(0)
    for byte in text[low:high]:
        number += np.int64((byte & np.uint8(0xC0)) != np.uint8(0x80)) - np.int64(byte == _BACKSLASH)
    return number


@inline
def put_break(out: U8, at: np.int64) -> np.int64:
    r"""Write a blank line: ``\n\n`` as JSON has it."""
    for _ in range(2):
        out[at], out[at + 1] = _BACKSLASH, np.uint8(110)
        at += 2
    return at


@inline
def put_digits(out: U8, at: np.int64, number: np.int64, digits: np.int64) -> np.int64:
    """Write a whole number with this many digits."""
    for i in range(digits):
        out[at + digits - 1 - i] = _ZERO + np.uint8(number % 10)
        number //= 10
    return at + digits


@inline
def put_word(out: U8, at: np.int64, rank: np.int64, language: Language) -> np.int64:
    """Write a word, and what follows it up to 16 bytes with nothing of use."""
    place = np.uint64(at)  # without a sign, so that the eight bytes become one store
    half = language.words[rank, 0]
    for i in range(8):
        out[place + np.uint64(i)] = np.uint8(half >> np.uint64(8 * i))
    half = language.words[rank, 1]
    for i in range(8):
        out[place + np.uint64(8 + i)] = np.uint8(half >> np.uint64(8 * i))
    return at + np.int64(half >> np.uint64(56))


@inline
def put_bytes(out: U8, at: np.int64, text: U8) -> np.int64:
    """Write bytes as they are."""
    place = out[at : at + len(text)]
    for i in range(len(text)):
        place[i] = text[i]
    return at + len(text)


@inline
def _put_mark(out: U8, at: np.int64, last: np.uint8, straight: np.uint8, is_curly: bool) -> np.int64:
    """Write a quotation mark or an apostrophe: curly (its last byte is given) or straight."""
    if is_curly:
        out[at], out[at + 1], out[at + 2] = np.uint8(0xE2), np.uint8(0x80), last
        return at + 3
    if straight == _QUOTE:
        out[at] = _BACKSLASH
        at += 1
    out[at] = straight
    return at + 1


@inline
def put_prose(
    out: U8, at: np.int64, words: np.int64, language: Language, is_curly: bool, state: U64
) -> np.int64:
    """Write this many words as sentences."""
    in_sentence, in_formula, formula, is_quoted = np.int64(0), np.int64(0), np.uint64(0), False
    for n in range(words):
        begins = in_sentence == 0
        if begins:
            in_sentence = np.int64(8) + below(np.int64(36), state)
            is_quoted = chance(0.19, state)
            if is_quoted:
                at = _put_mark(out, at, _LEFT, _QUOTE, is_curly)
        first = at
        kind = bits = draw(state)
        if in_formula == 0:
            kind &= _LOW16
            if kind >= _SINGLE:
                rank = quantile(language.formula_at, bits)
                formula = mix(np.uint64(rank))
                in_formula = _formula_length(formula, rank)
        if in_formula == 0 and kind < _NUMBER:
            at = put_digits(
                out, at, np.int64(bits >> np.uint64(40)), np.int64(1) + np.int64(bits >> np.uint64(62))
            )
        elif in_formula == 0:
            at = put_word(out, at, quantile(language.word_at, bits), language)
        else:
            at = put_word(out, at, quantile(language.word_at, mix(formula + np.uint64(in_formula))), language)
            in_formula -= 1
            if in_formula == 0 and (bits >> np.uint64(16)) & _LOW16 < _POSSESSIVE:
                at = _put_mark(out, at, _RIGHT_SINGLE, _APOSTROPHE, is_curly)
                out[at] = np.uint8(115)
                at += 1
        if begins and out[first] >= np.uint8(97):
            out[first] -= np.uint8(32)
        in_sentence -= 1
        bits = draw(state) & _LOW16
        if n == words - 1 or in_sentence == 0:
            in_sentence = np.int64(0)
            out[at] = _STOP
            at += 1
            if is_quoted:
                at = _put_mark(out, at, _RIGHT, _QUOTE, is_curly)
        elif bits < _AT_COMMA:
            out[at] = _COMMA
            at += 1
        if n < words - 1:
            at = _put_gap(out, at, bits, is_curly)
    return at


@inline
def _formula_length(formula: np.uint64, rank: np.int64) -> np.int64:
    """Words of a formula, 2 to 8: the more frequent a formula, the shorter."""
    longer = np.uint64(min(_LONGER_MOST, _LONGER * np.log2(np.float64(rank + 1))))
    length = np.int64(2)
    while length < 8 and (formula >> np.uint64(8 * length)) & np.uint64(0xFF) < longer:
        length += 1
    return length


@inline
def _put_gap(out: U8, at: np.int64, bits: np.uint64, is_curly: bool) -> np.int64:
    """Write what stands between two words: a space; at times a hyphen, or a dash between spaces."""
    if _AT_COMMA <= bits < _AT_HYPHEN and out[at - 1] >= _ZERO:
        out[at] = _HYPHEN
        return at + 1
    out[at] = _SPACE
    at += 1
    if _AT_HYPHEN <= bits < _AT_DASH:
        at = _put_mark(out, at, _DASH, _HYPHEN, is_curly)
        out[at] = _SPACE
        at += 1
    return at


@inline
def _put_restyled(out: U8, at: np.int64, text: U8, low: np.int64, high: np.int64) -> np.int64:
    """Copy a word, curly marks made straight and straight ones curly."""
    i = low
    while i < high:
        byte = text[i]
        if byte == np.uint8(0xE2) and text[i + 2] != _DASH:
            straight = _APOSTROPHE if text[i + 2] == _RIGHT_SINGLE else _QUOTE
            at = _put_mark(out, at, text[i + 2], straight, False)
            i += 3
        elif byte == _BACKSLASH:
            at = _put_mark(out, at, _LEFT if i == low else _RIGHT, _QUOTE, True)
            i += 2
        elif byte == _APOSTROPHE:
            at = _put_mark(out, at, _RIGHT_SINGLE, _APOSTROPHE, True)
            i += 1
        else:
            out[at] = byte
            at += 1
            i += 1
    return at


@inline
def put_copy(
    out: U8, at: np.int64, text: U8, low: np.int64, high: np.int64, share: np.float64, restyle: bool,
    language: Language, state: U64,
) -> np.int64:  # fmt: skip
    """Copy words, a share of them edited: each substituted, deleted or preceded by a new one."""
    if share == 0.0 and not restyle:
        return put_bytes(out, at, text[low:high])
    begin, i = at, low
    while i < high:
        j = i
        while j < high and text[j] != _SPACE:
            j += 1
        edit = below(np.int64(3), state) if share > 0.0 and chance(share, state) else np.int64(3)
        if edit != 1:  # 1 deletes
            if at > begin:
                out[at] = _SPACE
                at += 1
            if edit != 3:
                at = put_word(out, at, quantile(language.word_at, draw(state)), language)
            if edit == 2:
                out[at] = _SPACE
                at += 1
            if edit != 0:
                at = _put_restyled(out, at, text, i, j) if restyle else put_bytes(out, at, text[i:j])
        i = j + 1
    return at


@inline
def word_place(text: U8, low: np.int64, high: np.int64, number: np.int64) -> np.int64:
    """Where word ``number`` (from 0) of a paragraph begins; one past the end's space if there are not so many."""
    i = low
    while number > 0 and i < high:
        number -= np.int64(text[i] == _SPACE)
        i += 1
    return i if number == 0 else high + 1


@inline
def count_words(text: U8, low: np.int64, high: np.int64) -> np.int64:
    """The words of a paragraph, by its spaces."""
    number = np.int64(1)
    for byte in text[low:high]:
        number += np.int64(byte == _SPACE)
    return number
