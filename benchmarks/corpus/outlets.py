"""Invented outlets: their owners, their quotation marks, and the errors of their clocks."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import NamedTuple

from benchmarks.corpus.quoted_prose import CLOSE, INNER_CLOSE, INNER_OPEN, OPEN

#: Times closer to each other than this do not tell which was first.
TIE = timedelta(minutes=15)

LANGUAGES = ("en", "fr", "de", "es")

_NEVER, _EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Style(NamedTuple):
    """What an outlet writes for the four quotation marks and the apostrophe."""

    open: str
    close: str
    inner_open: str
    inner_close: str
    apostrophe: str

    def set(self, text: str) -> str:
        """A text with these marks."""
        marks = (OPEN, CLOSE, INNER_OPEN, INNER_CLOSE, "’")
        return text.translate({ord(mark): own for mark, own in zip(marks, self, strict=True)})


CURLY = Style("“", "”", "‘", "’", "’")
STRAIGHT = Style('"', '"', "'", "'", "'")
STYLES: Mapping[str, tuple[Style, ...]] = {
    "en": (CURLY, CURLY, CURLY, STRAIGHT, STRAIGHT, Style("‘", "’", "“", "”", "’")),
    "fr": (Style("«\u00a0", "\u00a0»", "“", "”", "’"), Style("« ", " »", "‹ ", " ›", "'"), STRAIGHT),
    "de": (Style("„", "“", "‚", "‘", "’"), Style("»", "«", "›", "‹", "’"), STRAIGHT),
    "es": (Style("«", "»", "“", "”", "’"), CURLY, STRAIGHT),
}


class Outlet(NamedTuple):
    """A newspaper or site, or an agency.

    Attributes:
        name: as its articles give their source.
        owner: the name of whoever owns it; its own where nobody owns another.
        language: of the marks that it sets, one of :data:`LANGUAGES`.
        style: its quotation marks.
        clock: ``exact``, ``fast`` or ``slow`` (off by up to seven minutes), ``day`` (dates without a time) or ``none``.
        zone: in which it gives its times, in hours from UTC.
    """

    name: str
    owner: str
    language: str
    style: Style
    clock: str = "exact"
    zone: int = 0


class Stamp(NamedTuple):
    """The publication time that an article states, and the moments that it may mean.

    Attributes:
        published: as given, None where nothing is.
        earliest, latest: the bounds of these moments; all of time where nothing is given.
    """

    published: str | None
    earliest: datetime
    latest: datetime

    @property
    def is_exact(self) -> bool:
        """Whether one moment alone is meant."""
        return self.earliest == self.latest


def stamp(at: datetime, outlet: Outlet, random: Random) -> Stamp:
    """What an outlet's clock says of an article published at a time.

    Nothing is published in the half hours around midnight (UTC): a time of 00:00 would pass for a date alone, and
    those close to it can hardly be told from a date beside it.
    """
    if outlet.clock == "none":
        return Stamp(None, _NEVER, _EVER)
    off = {"fast": 1, "slow": -1}.get(outlet.clock, 0) * random.randrange(30, 420)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if outlet.clock == "day":
        return Stamp(day.date().isoformat(), day, day + timedelta(days=1))
    said = at.replace(microsecond=0) + timedelta(seconds=off)
    said = min(max(said, day + timedelta(minutes=30)), day + timedelta(hours=23, minutes=30))
    zone = timezone(timedelta(hours=outlet.zone)) if outlet.zone else UTC
    return Stamp(said.astimezone(zone).isoformat(), said, said)


def first_by_time(stamps: Mapping[str, Stamp]) -> str | None:
    """The document that is surely the first of some, None where the times do not tell.

    One is first if the latest moment that it may mean is :data:`TIE` before the earliest of all others; days follow one
    another without.
    """
    first = min(stamps, key=lambda one: (stamps[one].latest, stamps[one].earliest))
    others = (other.earliest for name, other in stamps.items() if name != first)
    is_told = stamps[first].latest != _EVER and all(_is_before(stamps[first], other) for other in others)
    return first if is_told else None


def surely_later(one: Stamp, others: Iterable[Stamp]) -> bool:
    """Whether any of the others was surely published before."""
    return any(other.latest != _EVER and _is_before(other, one.earliest) for other in others)


def _is_before(one: Stamp, moment: datetime) -> bool:
    return moment != _NEVER and moment - one.latest >= (TIE if one.is_exact else timedelta(0))


def outlets(random: Random, number: int) -> list[Outlet]:
    """Outlets of one country: a language that most have, some groups of two to six, and clocks of all kinds.

    In half of the countries every outlet gives its times; in the others some give dates alone, or nothing.
    """
    tongue = random.choices(LANGUAGES, (5, 2, 2, 2))[0]
    shares = (0.15, random.choice((0, 0, 0.06, 0.15)), random.choice((0, 0, 0, 0.05)))
    found: list[Outlet] = []
    while len(found) < number:
        size = random.randint(2, 6) if random.random() < 0.12 else 1
        owner = f"{proper_name(random)} {proper_name(random)} Group"
        for _ in range(min(size, number - len(found))):
            name = f"{proper_name(random)} {proper_name(random)}"
            own = tongue if random.random() < 0.8 else random.choice(LANGUAGES)
            style, zone = random.choice(STYLES[own]), random.choice((0, 0, 0, 1, 2, -5))
            found.append(Outlet(name, owner if size > 1 else name, own, style, _clock(random, *shares), zone))
    return found


def proper_name(random: Random) -> str:
    """An invented name of a place or person, one of many millions."""
    return "".join(random.choices(_SYLLABLES, k=random.randint(3, 4))).title()


_STARTS = ("b", "br", "d", "f", "g", "k", "kl", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "z")
_SYLLABLES = [start + vowel for start in _STARTS for vowel in "aeiou"]


def _clock(random: Random, off: float, day: float, none: float) -> str:
    weights = (1 - off - day - none, off / 2, off / 2, day, none)
    return random.choices(("exact", "fast", "slow", "day", "none"), weights)[0]
