"""Points in time, as people and programs write them."""

import math
import re
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from syndetect.errors import SettingsError


def is_missing(value: object) -> bool:
    """Whether a value is None or another library's missing value: NaN, NaT, NA."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124  (NaN and NaT differ from themselves)
    except TypeError:  # pandas' NA is neither
        return True
    except ValueError:  # an array
        return False


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: The years 1 to 9999, as microseconds since 1970.
FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_RFC_2822 = re.compile(
    r"(?:[A-Z][a-z]{2},\s*)?\d{1,2}\s+[A-Z][a-z]{2}\s+\d{4}\s+\d\d:\d\d(?::\d\d)?"
    r"\s+(?:[+-]\d{4}|UTC?|GMT|Z|[ACEMP][SD]T)"  # other names of zones would be read as UTC
)
#: From which absolute value on a number counts nano-, micro- or milliseconds, and how many make a second.
_UNITS = ((1e17, 10**9), (1e14, 10**6), (1e11, 10**3), (0, 1))


def microseconds(value: Any) -> int | None:
    """A point in time as microseconds since 1970 in UTC; None for what is missing and for an empty string.

    Understood are ``datetime`` and ``date``; ISO 8601, with ``Z`` or an offset, else taken as UTC, or the
    date alone; RFC 2822; a date or time without signs, ``20190711`` or ``20190711093000``; and other numbers,
    or strings of five digits and more: seconds since 1970, or milli-, micro- or nanoseconds where the number
    is too large for seconds.

    Raises:
        ValueError: the value is none of these. A year alone is none of them.
    """
    if isinstance(value, str):
        return _from_string(value.strip())
    if is_missing(value):
        return None
    if isinstance(value, datetime):
        return _since_epoch(value)
    if isinstance(value, date):
        return _since_epoch(datetime(value.year, value.month, value.day))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value)
    if hasattr(value, "item"):  # numpy's scalars
        return microseconds(value.item())
    raise ValueError(value)


#: What stands in a column of times where there is none.
_NO_TIMES = frozenset(
    ("nat", "nan", "null", "none", "n/a", "na", "nil", "undefined", "unknown", "-", "--", "0000-00-00")
)


class Times:
    """Points in time as :func:`microseconds` understands them, and as people write them.

    Args:
        date_format: the form of the values, in the codes of ``strptime``; what has another form is understood as usual.
        day_first: as of :class:`syndetect.reading.written_dates.WrittenDates`.

    Raises:
        SettingsError: the format has no year, month and day.
    """

    def __init__(self, date_format: str | None = None, day_first: bool | None = None) -> None:
        self._format, self._day_first = date_format, day_first
        self._read: Callable[[str], datetime] | None = None
        self._known: dict[str, int | ValueError | None] = {}
        if date_format is not None:
            _check_format(date_format)

    @property
    def is_usual(self) -> bool:
        """Whether ISO 8601 is taken as that: the user gave no format."""
        return self._format is None

    def __call__(self, value: Any) -> int | None:
        """Microseconds since 1970 in UTC; None where there is no time.

        Raises:
            ValueError, TypeError, OverflowError: the value is not understood; a ValueError may say why.
        """
        if not isinstance(value, str):
            return microseconds(value)
        if self._format is None:
            try:
                return microseconds(value)
            except (ValueError, OverflowError):
                pass
        if value not in self._known:
            if len(self._known) == _MOST_KNOWN:
                self._known.clear()
            try:
                self._known[value] = self._odd(value.strip())
            except (ValueError, OverflowError) as error:
                self._known[value] = error if isinstance(error, ValueError) else ValueError(value)
        found = self._known[value]
        if isinstance(found, ValueError):
            raise found
        return found

    def _odd(self, text: str) -> int | None:
        if text.lower() in _NO_TIMES:
            return None
        if self._format is not None:
            with suppress(ValueError):
                return _since_epoch(datetime.strptime(text, self._format))
            with suppress(ValueError, OverflowError):
                return microseconds(text)
        if self._read is None:
            from syndetect.reading.written_dates import WrittenDates  # noqa: PLC0415  (seldom needed)

            self._read = WrittenDates(self._day_first)
        return _since_epoch(self._read(text))


_MOST_KNOWN = 1 << 16


def _check_format(date_format: str) -> None:
    sample = datetime(2001, 2, 3, tzinfo=UTC)
    try:
        found = datetime.strptime(sample.strftime(date_format), date_format)
    except (ValueError, UnicodeError) as error:
        raise SettingsError(f"no format of dates: {date_format!r}: {error}") from error
    if found.date() != sample.date():
        raise SettingsError(
            f"a format of dates has a year, a month and a day (%Y, %m, %d ...): not {date_format!r}"
        )


def _since_epoch(moment: datetime) -> int:
    return _in_range((moment - (_EPOCH if moment.tzinfo else _EPOCH.replace(tzinfo=None))) // _MICROSECOND)


def _in_range(since: int) -> int:
    """A time of the years 1 to 9999 in UTC, which an offset may leave; ValueError for any other."""
    if not FIRST <= since <= LAST:
        raise ValueError(since)
    return since


def _from_string(text: str) -> int | None:
    if not text:
        return None
    if text[4:5] == "-":  # nearly all, and so the shortest way
        with suppress(ValueError):
            return _since_epoch(_iso(text))
    if re.fullmatch(r"-?\d{5,20}(?:\.\d{1,9})?", text, re.ASCII):
        return _from_number(float(text) if "." in text else int(text))
    if text.isdecimal():  # or the digits behind the first eight would pass for a time
        raise ValueError(text)
    if _RFC_2822.fullmatch(text):
        from email.utils import parsedate_to_datetime  # noqa: PLC0415  (slow to import, seldom needed)

        return _since_epoch(parsedate_to_datetime(text))
    return _since_epoch(_iso(re.sub(r"\s*(?:UTC|GMT)$|\s+(?=[+-]\d\d:?\d\d$)", "", text)))


def _iso(text: str) -> datetime:
    """ISO 8601, also a day with a zone, and a time with a full stop; Python takes any sign for that before a time.

    Raises:
        ValueError: it is not.
    """
    if text[4:5] == "-" and text[10:11] not in ("", "T", "t", " "):
        day, zone = text[:10], text[10:]
        if not re.fullmatch(r"Z|[+-]\d\d:?\d\d", zone, re.ASCII):
            raise ValueError(text)
        text = f"{day}T00:00{zone}"
    if text[13:14] == ".":
        text = re.sub(r"^(.{13})\.(\d\d)$", r"\1:\2", text)
    return datetime.fromisoformat(text)


#: In 1973: fewer seconds since 1970 are hardly the time of an article.
_FEWEST_SECONDS = 10**8


def _from_number(number: float) -> int:
    if not math.isfinite(number) or 1000 <= number < 3000:
        raise ValueError(number)
    digits = str(int(number))
    if len(digits) in (8, 12, 14) and digits[0] in "12":
        with (
            nullcontext() if len(digits) != 12 else suppress(ValueError)
        ):  # or milliseconds, of the seventies
            return _since_epoch(datetime.strptime(digits, "%Y%m%d%H%M%S"[: len(digits) - 2]))
    if 0 < number < _FEWEST_SECONDS:  # a spreadsheet counts days, and others other things
        raise ValueError(number)
    per_second = next(unit for least, unit in _UNITS if abs(number) >= least)
    return _in_range(
        number * 10**6 // per_second if isinstance(number, int) else round(number * (10**6 / per_second))
    )
