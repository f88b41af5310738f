"""Times in the forms that programs write, of ISO 8601 or as numbers, as microseconds since 1970.

``2024-02-03``, ``2024-02-03T04:05``, ``2024-02-03 04:05:06.789``, the latter two also with ``Z``, ``+01:00`` or
``+0100``; without a zone they are of UTC. Every other form is left to :mod:`syndetect.reading.dates`.
"""

import numpy as np

from syndetect.kernels.jit import inline

#: What :func:`iso_time` gives for a string of another form.
UNKNOWN = np.int64(-(1 << 61))

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_DATE, _MINUTES, _SECONDS = 10, 16, 19  # bytes of a date, and of one with minutes or seconds


@inline
def _number(buffer, at, digits):
    """The number that some digits make; -1 where others are among them."""
    number = 0
    for i in range(at, at + digits):
        digit = np.int64(buffer[i]) - 48
        if digit < 0 or digit > 9:
            return -1
        number = number * 10 + digit
    return number


@inline
def _days(buffer, at):
    """Days from 1970 to the date of ten characters that begins here; UNKNOWN where it is none of the years 2 to 9998.

    In the first and last year of Python's calendar a zone may lead out of it.
    """
    year, month, day = _number(buffer, at, 4), _number(buffer, at + 5, 2), _number(buffer, at + 8, 2)
    if buffer[at + 4] != 45 or buffer[at + 7] != 45 or year < 2 or year > 9998 or month < 1 or month > 12:
        return UNKNOWN
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    most = 30 + (month + month // 8) % 2 if month != 2 else 29 if is_leap else 28
    if day < 1 or day > most:
        return UNKNOWN
    # of a year that begins in March, so that the leap day is its last
    year, month = (year - 1, month + 9) if month < 3 else (year, month - 3)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 719_469


@inline
def _zone(buffer, at, end):
    """The offset from UTC, in minutes, that fills the rest of a string; UNKNOWN for none of those above."""
    if at == end or (at + 1 == end and buffer[at] == 90):
        return np.int64(0)
    colon = 1 if end - at == 6 else 0
    if end - at - colon != 5 or (colon and buffer[at + 3] != 58) or (buffer[at] != 43 and buffer[at] != 45):
        return UNKNOWN
    hours, minutes = _number(buffer, at + 1, 2), _number(buffer, at + 3 + colon, 2)
    if hours < 0 or hours > 23 or minutes < 0 or minutes > 59:
        return UNKNOWN
    return (hours * 60 + minutes) * (1 if buffer[at] == 43 else -1)


@inline
def iso_time(buffer, at, end):
    """Microseconds since 1970 of a time of the forms above; :data:`UNKNOWN` for any other string.

    Args:
        buffer: uint8[bytes], with 20 bytes more behind ``end``.
        at, end: the string.
    """
    if end - at < _DATE:
        return UNKNOWN
    days = _days(buffer, at)
    if days == UNKNOWN or end - at == _DATE:
        return days * _DAY if days != UNKNOWN else UNKNOWN
    if end - at < _MINUTES or (buffer[at + 10] != 84 and buffer[at + 10] != 116 and buffer[at + 10] != 32):
        return UNKNOWN
    hour, minute, second, part = _number(buffer, at + 11, 2), _number(buffer, at + 14, 2), 0, 0
    behind = at + _MINUTES
    if behind < end and buffer[behind] == 58:
        second, behind = _number(buffer, at + 17, 2), at + _SECONDS
        if behind < end and buffer[behind] == 46:
            digits, behind = 0, behind + 1
            while behind < end and 48 <= buffer[behind] <= 57:
                if digits < 6:
                    part = part * 10 + np.int64(buffer[behind]) - 48
                digits, behind = digits + 1, behind + 1
            if digits == 0:
                return UNKNOWN
            for _ in range(digits, 6):
                part *= 10
    if (
        buffer[at + 13] != 58
        or hour < 0
        or hour > 23
        or minute < 0
        or minute > 59
        or second < 0
        or second > 59
    ):
        return UNKNOWN
    if behind > end:
        return UNKNOWN
    offset = _zone(buffer, behind, end)
    if offset == UNKNOWN:
        return UNKNOWN
    return days * _DAY + ((hour * 60 + minute - offset) * 60 + second) * _SECOND + part


@inline
def unix_time(buffer, at, end):
    """Microseconds since 1970 of so many seconds, milli- or microseconds, by 10, 13 or 16 digits; else UNKNOWN.

    Numbers of other lengths may be dates, or nothing of the kind (:mod:`syndetect.reading.dates`).
    """
    size = end - at
    if size not in (10, 13, 16) or buffer[at] == 48:
        return UNKNOWN
    number = _number(buffer, at, size)
    if number < 0:
        return UNKNOWN
    return number * (_SECOND if size == 10 else 1000 if size == 13 else 1)
