"""Rows of CSV, as long as they are clean, to their values; the first that is not is left to the caller.

A row is *clean* where it is valid UTF-8 with as many fields as the header, each either without quotation marks or
enclosed in them as a whole (RFC 4180), where each carriage return stands before a line feed, no mark has a backslash
before it, and its lines could not be rows by themselves. So none of the rules of :mod:`syndetect.reading.csv_rows` for
what people write otherwise applies to it.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.json_strings import is_utf8
from syndetect.kernels.vectors import WIDTH, copy, count, first, match

#: Why splitting stopped: at the end of the bytes, perhaps within a row; at a row that is not clean; for want of room.
ENDED, ODD, FULL = range(3)
#: What quotation marks do: enclose fields; the same, but in a row of one line without such a field they may be text;
#: or nothing, so that they are text wherever they stand.
ENCLOSE, ENCLOSE_OR_TEXT, TEXT = range(3)

_NONE, _ALL = np.uint8(0), np.uint64(0xFFFFFFFFFFFFFFFF)
_QUOTE, _RETURN, _FEED, _BACKSLASH = np.uint8(34), np.uint8(13), np.uint8(10), np.uint8(92)
#: In the place of a row's end: the bytes end before, or the row is not clean.
_CUT, _WRONG = np.int64(-1), np.int64(-2)


@inline
def _put_text(buffer, at, end, sign, out, place):
    """Write a field that no marks enclose, up to a delimiter, line end or mark; the places of that and behind it."""
    while at < end:
        copy(buffer, at, out, place)
        found = match(buffer, at, _NONE, sign, sign) | match(buffer, at, _NONE, _QUOTE, _QUOTE)
        found |= match(buffer, at, _NONE, _FEED, _FEED) | match(buffer, at, _NONE, _RETURN, _RETURN)
        step = min(first(found), end - at)
        at, place = at + step, place + step
        if step < WIDTH:
            break
    return at, place


@inline
def _put_enclosed(buffer, at, end, out, place):
    """Write a field from behind the mark that opens it; the places of the one that closes it and behind the value.

    The first may be _CUT or _WRONG.
    """
    while at < end:
        copy(buffer, at, out, place)
        found = match(buffer, at, _NONE, _QUOTE, _QUOTE) | match(buffer, at, _NONE, _RETURN, _RETURN)
        step = min(first(found), end - at)
        at, place = at + step, place + step
        if step == WIDTH or at >= end:
            continue
        if buffer[at] == _QUOTE:
            if buffer[at - 1] == _BACKSLASH:
                return _WRONG, place
            if at + 1 >= end or buffer[at + 1] != _QUOTE:
                return at, place
            at += 1
        elif at + 1 < end and buffer[at + 1] != _FEED:
            return _WRONG, place
        out[place] = buffer[at]  # the first of two marks, or the carriage return
        at, place = at + 1, place + 1
    return _CUT, place


@inline
def _could_be_rows(buffer, at, end, sign, columns):
    """Whether these are several lines each of which has as many delimiters as a row."""
    lines = signs = 0
    while at < end and columns > 1:
        found = match(buffer, at, _NONE, _FEED, _FEED)
        step = min(first(found), end - at)
        inside = _ALL if step >= WIDTH else (np.uint64(1) << np.uint64(step)) - np.uint64(1)
        signs += count(match(buffer, at, _NONE, sign, sign) & inside)
        at += step
        if step < WIDTH:
            if signs != columns - 1:
                return False
            at, lines, signs = at + 1, lines + 1, 0
        elif at >= end:
            return lines > 0 and signs == columns - 1
    return lines > 1


@inline
def _put_row(buffer, begin, is_wanted, out, row, limits):
    """Write the values of the row that begins here; its end, _CUT or _WRONG."""
    end, sign, is_last, marks = limits[0], np.uint8(limits[1]), limits[2] != 0, limits[4]
    data, bounds = out
    columns, at = len(is_wanted), begin
    column, bound, place = 0, row * limits[5], bounds[row * limits[5]]
    has_enclosed = has_text_marks = False
    while True:
        behind = place
        if at < end and buffer[at] == _QUOTE and marks != TEXT:
            has_enclosed = True
            at, behind = _put_enclosed(buffer, at + 1, end, data, place)
            if at < 0:
                return at
            at += 1
        else:
            at, behind = _put_text(buffer, at, end, sign, data, place)
            while at < end and buffer[at] == _QUOTE:
                has_text_marks = True
                data[behind] = _QUOTE
                at, behind = _put_text(buffer, at + 1, end, sign, data, behind + 1)
        if column == columns:
            return _WRONG
        if is_wanted[column]:
            bound, place = bound + 1, behind
            bounds[bound] = place
        column += 1
        if at >= end or buffer[at] != sign:
            break
        at += 1
    if at >= end:
        if not is_last:
            return _CUT
    else:
        if buffer[at] == _RETURN:
            at += 1
            if at >= end and not is_last:
                return _CUT
        if at >= end or buffer[at] != _FEED:
            return _WRONG
        at += 1
    if column != columns or (has_text_marks and (marks == ENCLOSE or (has_enclosed and marks != TEXT))):
        return _WRONG
    is_clear = not has_enclosed or not _could_be_rows(buffer, begin, at, sign, columns)
    return at if is_clear and is_utf8(buffer, begin, at) else _WRONG


@kernel
def split_rows(buffer, is_wanted, out, limits, state):
    """Write the values of rows, from the one that is next to the first that is not clean; blank rows count nothing.

    Args:
        buffer: uint8[bytes], with WIDTH bytes more behind the rows.
        is_wanted: bool[columns], of the header's columns those whose values are written.
        out: uint8, the values row by row without what encloses them, with room for all bytes from the next row on and
            WIDTH more; and int64[rows * wanted + 1], their bounds, of which the first is 0.
        limits: int64[6]: the end of the bytes; the delimiter; whether no bytes follow; the longest row, with its line
            end; what quotation marks do; how many columns are wanted.
        state: int64[2], changed: the first byte of the next row; rows that are written.

    Returns:
        Why it stopped, see above.
    """
    end, is_last = limits[0], limits[2] != 0
    while state[0] < end:
        at, row = state[0], state[1]
        if (row + 1) * limits[5] >= len(out[1]):
            return FULL
        if buffer[at] == _FEED or (buffer[at] == _RETURN and at + 1 < end and buffer[at + 1] == _FEED):
            state[0] = at + 1 if buffer[at] == _FEED else at + 2
            continue
        behind = _put_row(buffer, at, is_wanted, out, row, limits)
        reached = end if behind == _CUT else behind
        if behind == _WRONG or reached - at > limits[3] or (behind == _CUT and is_last):
            return ODD
        if behind == _CUT:
            return ENDED
        state[0], state[1] = behind, row + 1
    return ENDED
