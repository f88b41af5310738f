"""The members of a flat object of JSON: where the names and values stand in a line, and of which kind the values are.

A line is *flat* here where it is one object of UTF-8 whose names have no escapes. Values that are arrays or objects are
checked and passed over. Whatever else Python's decoder reads, or refuses, is not told apart: the line is not flat.

All places are bytes of a buffer that has :data:`syndetect.kernels.vectors.WIDTH` bytes more behind its end.
"""

import numpy as np

from syndetect.kernels.jit import inline
from syndetect.kernels.vectors import first, match

#: Kinds of values: a string without and with escapes, an integer, another number, null, and anything else.
PLAIN, ESCAPED, INTEGER, NUMBER, NULL, OTHER = range(6)
#: The most members of a flat object.
MOST = 64
#: Arrays and objects in one another, in the value of a member.
_DEEPEST = 60
#: Characters of a number: longer integers are left to Python, which refuses very long ones.
_LONGEST = 300

_LOW, _NONE, _ALL, _ONE = np.uint8(0), np.uint8(0), np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(1)
_QUOTE, _BACKSLASH = np.uint8(34), np.uint8(92)
_OPENED, _NEXT, _BEHIND = range(3)  # in an array or object: at its begin, behind a comma, behind a value


@inline
def skip_blank(buffer, at, end):
    """The first byte that is no white space of JSON."""
    while at < end and (buffer[at] == 32 or buffer[at] == 10 or buffer[at] == 13 or buffer[at] == 9):
        at += 1
    return at


@inline
def is_hex(byte):
    """Whether a byte is a hexadecimal digit."""
    return (48 <= byte <= 57) or (65 <= byte <= 70) or (97 <= byte <= 102)


@inline
def string_end(buffer, at, end):
    """The closing quotation mark of a string whose first character is ``at``, and whether it has escapes.

    The place is -1 where there is none, or an escape is wrong.
    """
    has_escapes = False
    while at < end:
        found = match(buffer, at, _NONE, _QUOTE, _QUOTE) | match(buffer, at, _NONE, _BACKSLASH, _BACKSLASH)
        at += first(found)
        if found == 0:
            continue
        if at >= end:
            break
        if buffer[at] == _QUOTE:
            return at, has_escapes
        has_escapes = True
        sign = buffer[at + 1]
        if sign == 117:  # u
            for i in range(at + 2, at + 6):
                if i >= end or not is_hex(buffer[i]):
                    return np.int64(-1), has_escapes
            at += 6
        elif sign in (34, 92, 47, 98, 102, 110, 114, 116):
            at += 2
        else:
            break
    return np.int64(-1), has_escapes


@inline
def _digits(buffer, at, end):
    """The end of a run of digits."""
    while at < end and 48 <= buffer[at] <= 57:
        at += 1
    return at


@inline
def _number_end(buffer, at, end):
    """The end of a number, and its kind; the place is -1 where it is none."""
    begin = at
    if buffer[at] == 45:  # -
        at += 1
    whole = _digits(buffer, at, end)
    if whole == at or (buffer[at] == 48 and whole > at + 1) or whole - begin > _LONGEST:
        return np.int64(-1), NUMBER
    at, kind = whole, INTEGER
    if at < end and buffer[at] == 46:  # .
        kind = NUMBER
        part = _digits(buffer, at + 1, end)
        if part == at + 1:
            return np.int64(-1), NUMBER
        at = part
    if at < end and (buffer[at] == 101 or buffer[at] == 69):  # e, E
        kind = NUMBER
        at += 1
        if at < end and (buffer[at] == 45 or buffer[at] == 43):
            at += 1
        part = _digits(buffer, at, end)
        if part == at:
            return np.int64(-1), NUMBER
        at = part
    return at, kind


@inline
def _scalar_end(buffer, at, end):
    """The end of a string, number, null, true or false, and its kind; the place is -1 where it is none of these."""
    byte = buffer[at]
    if byte == _QUOTE:
        close, has_escapes = string_end(buffer, at + 1, end)
        return (close + 1 if close >= 0 else close), (ESCAPED if has_escapes else PLAIN)
    if byte == 45 or 48 <= byte <= 57:
        return _number_end(buffer, at, end)
    if (
        byte == 110 and at + 4 <= end and buffer[at + 1] == 117 and buffer[at + 2] == 108
        and buffer[at + 3] == 108
    ):  # fmt: skip
        return at + 4, NULL
    if (
        byte == 116 and at + 4 <= end and buffer[at + 1] == 114 and buffer[at + 2] == 117
        and buffer[at + 3] == 101
    ):  # fmt: skip
        return at + 4, OTHER
    if (
        byte == 102 and at + 5 <= end and buffer[at + 1] == 97 and buffer[at + 2] == 108
        and buffer[at + 3] == 115 and buffer[at + 4] == 101
    ):  # fmt: skip
        return at + 5, OTHER
    return np.int64(-1), OTHER


@inline
def _value_begin(buffer, at, end):
    """Where the value begins behind a member's name; -1 where there is no colon."""
    at = skip_blank(buffer, at, end)
    if at >= end or buffer[at] != 58:
        return np.int64(-1)
    return skip_blank(buffer, at + 1, end)


@inline
def _nested_end(buffer, at, end):
    """The end of the array or object that begins here; -1 where it is wrong, or too deep."""
    objects, depth = np.uint64(buffer[at] == 123), 1  # a bit for each array or object around, 1 for an object
    state, at = _OPENED, at + 1
    while True:
        at = skip_blank(buffer, at, end)
        if at >= end:
            return np.int64(-1)
        is_object = objects & _ONE == _ONE
        if state != _NEXT and buffer[at] == (125 if is_object else 93):
            at, depth, objects, state = at + 1, depth - 1, objects >> _ONE, _BEHIND
            if depth == 0:
                return at
            continue
        if state == _BEHIND:
            if buffer[at] != 44:
                return np.int64(-1)
            at, state = at + 1, _NEXT
            continue
        if is_object:
            if buffer[at] != _QUOTE:
                return np.int64(-1)
            close, _ = string_end(buffer, at + 1, end)
            if close < 0:
                return close
            at = _value_begin(buffer, close + 1, end)
            if at < 0 or at >= end:
                return np.int64(-1)
        if buffer[at] == 91 or buffer[at] == 123:
            if depth == _DEEPEST:
                return np.int64(-1)
            objects, depth = objects << _ONE | np.uint64(buffer[at] == 123), depth + 1
            at, state = at + 1, _OPENED
        else:
            at, _ = _scalar_end(buffer, at, end)
            if at < 0:
                return at
            state = _BEHIND


@inline
def find_members(buffer, at, end, members):
    """Find the members of a flat object.

    Args:
        buffer: uint8[bytes].
        at, end: the line; from its begin on it is white space or the object.
        members: int64[MOST, 5], output: of each member the begin and end of its name, the kind of its value, and the
            begin and end of that; of strings without the quotation marks.

    Returns:
        How many there are; -1 where the line is not flat, or the object empty.
    """
    at = skip_blank(buffer, at, end)
    if at >= end or buffer[at] != 123:
        return -1
    at, number = at + 1, 0
    while number < MOST:
        at = skip_blank(buffer, at, end)
        if at >= end or buffer[at] != _QUOTE:
            return -1
        close, has_escapes = string_end(buffer, at + 1, end)
        if close < 0 or has_escapes:
            return -1
        begin = _value_begin(buffer, close + 1, end)
        if begin < 0 or begin >= end:
            return -1
        if buffer[begin] == 91 or buffer[begin] == 123:
            behind, kind = _nested_end(buffer, begin, end), OTHER
        else:
            behind, kind = _scalar_end(buffer, begin, end)
        if behind < 0:
            return -1
        inner = 1 if kind in (PLAIN, ESCAPED) else 0
        members[number, 0], members[number, 1], members[number, 2] = at + 1, close, kind
        members[number, 3], members[number, 4] = begin + inner, behind - inner
        number += 1
        at = skip_blank(buffer, behind, end)
        if at >= end:
            return -1
        if buffer[at] == 125:
            return number if skip_blank(buffer, at + 1, end) == end else -1
        if buffer[at] != 44:
            return -1
        at += 1
    return -1
