"""Dates as people write them: ``Tuesday, 5 March 2024, 10:15 CET``, ``5. März 2024``, ``03/25/2024``.

The parser is dateparser's, which knows the names of months; here is decided what is not left to it: a year has four
digits, a date its day, nothing is filled in from today, and what could be read in two ways is not read. It takes
milliseconds. So for each form, which is a date without its digits, where the day, month and time stand is learnt from
the first that it understood, and the others are read from there.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from typing import Any

#: Those of the credits' cues.
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")

_LONGEST = 80  # characters
_MOST_FORMS = 1 << 14
_MOST_FAILURES = 4  # of a form of which nothing was understood; then nothing more of it is tried

_TIME = re.compile(
    r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?(?:\s*([ap])\.?\s?m\b\.?)?(?![\d:])", re.I
)
_ZONE = re.compile(
    r",?\s*[(\[]?\s*([A-Z]{1,5}(?![A-Za-z]))?\s*([+-]\d{1,2}(?::?\d{2})?(?![\d:]))?\s*[)\]]?(?:\s*\([A-Za-z ]+\))?"
)
_HOUR = re.compile(  # 10h15, 10 h 15; 10.15 Uhr, 10.15 uur; 10 pm
    r"(?<!\d)(\d{1,2})(?:\s?[hHu]\s?(\d{2})(?!\d)|[.](\d{2})(?=\s*(?:Uhr|uur)\b)|(?<!:\d\d)(?=\s?[aApP]\.?[mM]\b))"
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_NUMERIC = re.compile(
    r"""(?<!\d)(?: (\d{4}) \s?([./-])\s? (\d{1,2}) \s?\2\s? (\d{1,2})
    | (\d{1,2}) \s?([./\ -])\s? (\d{1,2}) \s?\6\s? (\d{4}) )(?!\d)""",
    re.VERBOSE,
)
_NAMED = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
#: Names of zones that mean one offset, in hours; and of those that follow the summer time of a place.
_OFFSETS = {
    "UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7, "MST": -7, "AKST": -9,
    "AKDT": -8, "HST": -10, "JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "AWST": 8, "AEST": 10, "AEDT": 11, "NZST": 12,
    "NZDT": 13, "SAST": 2, "NPT": 5.75,
}  # fmt: skip
_PLACES = {"ET": "America/New_York", "PT": "America/Los_Angeles"}
_NO_ZONES = frozenset(("UHR", "H", "HRS", "AM", "PM"))


class AmbiguousError(ValueError):
    """A date whose day and month could be either; the message says what to do."""


class WrittenDates:
    """Reads dates as people write them; which were read before makes no difference.

    Args:
        day_first: whether the day comes first in dates such as 03/04/2024; None takes those for not understood in
            which either can. With full stops between the numbers it comes first unless this is False.
    """

    def __init__(self, day_first: bool | None = None) -> None:
        self._day_first = day_first
        self._months: dict[str, int] = {}  # of the forms that were understood; any, where it is a number
        self._failures: dict[str, int] = {}

    def __call__(self, text: str) -> datetime:
        """The point in time, with its zone where it has one.

        Raises:
            ValueError: it is not understood, or could mean several times; then the message says what to do.
        """
        if len(text) > _LONGEST or not any(sign.isdigit() for sign in text):
            raise ValueError(text)
        core, zone = _without_zone(_HOUR.sub(_with_colon, text))
        if len(_YEAR.findall(core)) != 1:
            raise ValueError(text)
        return _in_zone(self._moment(core), zone)

    def _moment(self, core: str) -> datetime:
        """A date without its zone."""
        numeric = _NUMERIC.search(core)
        day_first = numeric is None or self._is_day_first(numeric)
        form = re.sub(r"\d", "0", core)
        month = self._months.get(form)
        moment = _read(core, numeric, month or 1, day_first)
        if month is not None:
            return moment
        if self._failures.get(form, 0) >= _MOST_FAILURES:
            raise ValueError(core)
        found = self._parsers[day_first].get_date_data(core).date_obj
        if found is None or found != _read(core, numeric, found.month, day_first):
            if moment.day <= 28:  # not for want of a 30 February
                _bounded(self._failures)[form] = self._failures.get(form, 0) + 1
            raise ValueError(core)
        _bounded(self._months)[form] = found.month
        return moment if numeric else moment.replace(month=found.month)

    def _is_day_first(self, numeric: re.Match[str]) -> bool:
        """Whether the day stands before the month.

        Raises:
            AmbiguousError: it cannot be told.
        """
        if numeric[1]:  # the year stands first, and then the month
            return False
        first, second = int(numeric[5]), int(numeric[7])
        if first > 12 or second > 12 or first == second:
            return first > 12
        if self._day_first is None and numeric[6] != ".":
            raise AmbiguousError("which is the day? say --day-first or --month-first, or give --date-format")
        return self._day_first is not False

    @cached_property
    def _parsers(self) -> tuple[Any, Any]:
        """Month first, day first."""
        from dateparser.date import DateDataParser  # noqa: PLC0415  (a fifth of a second)

        settings = {
            "PREFER_LOCALE_DATE_ORDER": False,
            "PARSERS": ["absolute-time"],
            "STRICT_PARSING": True,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "TIMEZONE": "UTC",
        }
        month, day = (
            DateDataParser(
                languages=list(LANGUAGES),
                try_previous_locales=False,
                settings=settings | {"DATE_ORDER": order},
            )
            for order in ("MDY", "DMY")
        )
        return month, day


def _with_colon(hour: re.Match[str]) -> str:
    return f"{hour[1]}:{hour[2] or hour[3] or '00'}"


def _bounded(known: dict[str, Any]) -> dict[str, Any]:
    if len(known) >= _MOST_FORMS:
        known.clear()
    return known


def _read(core: str, numeric: re.Match[str] | None, month: int, day_first: bool) -> datetime:
    """The time in a date; ``month`` is that of its name, if it is no number.

    Raises:
        ValueError: there is no such day or hour, or there are numbers beside those of the date and the time.
    """
    time = _TIME.search(core)
    if numeric:
        year, one, two = [int(part) for part in numeric.group(*((1, 3, 4) if numeric[1] else (8, 5, 7)))]
        return datetime(year, *((two, one) if day_first else (one, two)), *_clock(time))
    date = core if time is None else f"{core[: time.start()]} {core[time.end() :]}"
    days = _NAMED.findall(date)
    if len(days) != 1:
        raise ValueError(core)
    return datetime(int(_YEAR.findall(date)[0]), month, int(days[0]), *_clock(time))


def _clock(time: re.Match[str] | None) -> tuple[int, int, int, int]:
    """Hour, minute, second and microsecond."""
    if time is None:
        return 0, 0, 0, 0
    hour = int(time[1])
    if time[5]:
        if not 1 <= hour <= 12:
            raise ValueError(time[0])
        hour = hour % 12 + 12 * (time[5] in "pP")
    return hour, int(time[2]), int(time[3] or 0), int((time[4] or "").ljust(6, "0"))


def _without_zone(text: str) -> tuple[str, tzinfo | None]:
    """A date without the zone behind its time, and the zone.

    Raises:
        ValueError: the name of the zone is not known, or is that of several.
    """
    time = _TIME.search(text)
    found = time and _ZONE.match(text, time.end())
    if not time or not found or not (found[1] or found[2]) or (found[1] or "").upper() in _NO_ZONES:
        return text, None
    name, offset = found[1], found[2]
    rest = f"{text[: time.end()]} {text[found.end() :]}".strip()
    if offset:
        if name not in (None, "UTC", "GMT", "Z"):
            raise ValueError(text)
        return rest, _offset(offset)
    if name in _OFFSETS:
        return rest, timezone(timedelta(hours=_OFFSETS[name]))
    if name in _PLACES:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415  (seldom needed)

        try:
            return rest, ZoneInfo(_PLACES[name])
        except ZoneInfoNotFoundError:  # a system without the data
            raise ValueError(text) from None
    raise ValueError(text)


def _offset(signed: str) -> tzinfo:
    digits = signed[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if signed[0] == "-" else offset)


def _in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.replace(tzinfo=UTC if zone is None else zone)
