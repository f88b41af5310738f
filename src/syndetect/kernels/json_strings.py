"""Strings of JSON as UTF-8: whether bytes are valid, and a string's characters without escapes.

All places are bytes of a buffer that has :data:`syndetect.kernels.vectors.WIDTH` bytes more behind its end.
"""

import numpy as np

from syndetect.kernels.jit import inline
from syndetect.kernels.vectors import WIDTH, copy, first, match

_NONE, _BACKSLASH = np.uint8(0), np.uint8(92)
_HIGH, _LAST = np.uint8(0x80), np.uint8(0xFF)


@inline
def _is_tail(byte):
    return byte & 0xC0 == 0x80


@inline
def character_end(buffer, at, end):
    """The end of the character of UTF-8 that begins here, which is not of ASCII; -1 where it is none."""
    lead, second = buffer[at], buffer[at + 1]
    if lead < 0xC2 or lead > 0xF4:
        return np.int64(-1)
    if lead < 0xE0:
        at += 2
        return at if at <= end and _is_tail(second) else np.int64(-1)
    if lead < 0xF0:
        least = 0xA0 if lead == 0xE0 else 0x80
        most = 0x9F if lead == 0xED else 0xBF  # no surrogate
        is_right = least <= second <= most and _is_tail(buffer[at + 2])
        at += 3
    else:
        least = 0x90 if lead == 0xF0 else 0x80
        most = 0x8F if lead == 0xF4 else 0xBF
        is_right = least <= second <= most and _is_tail(buffer[at + 2]) and _is_tail(buffer[at + 3])
        at += 4
    return at if at <= end and is_right else np.int64(-1)


@inline
def is_utf8(buffer, at, end):
    """Whether bytes are valid UTF-8."""
    while at < end:
        found = match(buffer, at, _NONE, _HIGH, _LAST)
        at += first(found)
        while at < end and buffer[at] >= 0x80:
            at = character_end(buffer, at, end)
            if at < 0:
                return False
    return True


@inline
def _hex(byte):
    value = np.int64(byte)
    return value - 48 if value < 58 else (value & 0x5F) - 55


@inline
def _unit(buffer, at):
    """The number that four hexadecimal digits make."""
    return (
        _hex(buffer[at]) << 12 | _hex(buffer[at + 1]) << 8 | _hex(buffer[at + 2]) << 4 | _hex(buffer[at + 3])
    )


@inline
def _escaped_character(buffer, at, end):
    """The character of an escape that begins with its backslash here, and the end; -1 for a lone surrogate."""
    sign = np.int64(buffer[at + 1])
    if sign == 117:
        unit = _unit(buffer, at + 2)
        if unit < 0xD800 or unit > 0xDFFF:
            return unit, at + 6
        if unit < 0xDC00 and at + 12 <= end and buffer[at + 6] == _BACKSLASH and buffer[at + 7] == 117:
            low = _unit(buffer, at + 8)
            if 0xDC00 <= low <= 0xDFFF:
                return 0x10000 + ((unit - 0xD800) << 10) + low - 0xDC00, at + 12
        return np.int64(-1), at
    if sign == 110:
        sign = np.int64(10)
    elif sign == 116:
        sign = np.int64(9)
    elif sign == 114:
        sign = np.int64(13)
    elif sign == 98:
        sign = np.int64(8)
    elif sign == 102:
        sign = np.int64(12)
    return sign, at + 2


@inline
def _put(character, out, at):
    """Write a character as UTF-8; returns the place behind it."""
    if character < 0x80:
        out[at] = character
        return at + 1
    if character < 0x800:
        out[at], out[at + 1] = 0xC0 | character >> 6, 0x80 | character & 0x3F
        return at + 2
    if character < 0x10000:
        out[at], out[at + 1] = 0xE0 | character >> 12, 0x80 | character >> 6 & 0x3F
        out[at + 2] = 0x80 | character & 0x3F
        return at + 3
    out[at], out[at + 1] = 0xF0 | character >> 18, 0x80 | character >> 12 & 0x3F
    out[at + 2], out[at + 3] = 0x80 | character >> 6 & 0x3F, 0x80 | character & 0x3F
    return at + 4


@inline
def write(buffer, at, end, has_escapes, out, place):
    """Write a string as :func:`unescape` does, or where it has no escapes, as it stands."""
    if has_escapes:
        return unescape(buffer, at, end, out, place)
    behind = place + end - at
    while at < end:
        copy(buffer, at, out, place)
        at, place = at + WIDTH, place + WIDTH
    return behind


@inline
def unescape(buffer, at, end, out, place):
    """Write the characters of a string, whose escapes are right, as UTF-8.

    Args:
        buffer: uint8[bytes].
        at, end: the string, without quotation marks.
        out: uint8, output; it has room for the string and :data:`WIDTH` bytes more.
        place: where to begin in it.

    Returns:
        The place behind the last byte; -1 where an escape is a lone surrogate or U+0000.
    """
    while at < end:
        copy(buffer, at, out, place)
        step = min(first(match(buffer, at, _NONE, _BACKSLASH, _BACKSLASH)), end - at)
        at, place = at + step, place + step
        if step < WIDTH and at < end:
            character, at = _escaped_character(buffer, at, end)
            if character <= 0:
                return np.int64(-1)
            place = _put(character, out, place)
    return place
