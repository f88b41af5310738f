"""How newsrooms credit an agency or mark a press release, in four languages, and lines that only look like credits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import NamedTuple

from benchmarks.corpus.outlets import proper_name


class Agency(NamedTuple):
    """A news agency: its short and full name, and a city that it reports from."""

    name: str
    full: str
    city: str


AGENCIES: Mapping[str, tuple[Agency, ...]] = {
    "en": (
        Agency("Reuters", "Reuters", "London"),
        Agency("AP", "The Associated Press", "Washington"),
        Agency("AFP", "Agence France-Presse", "Paris"),
        Agency("UPI", "United Press International", "Washington"),
        Agency("Xinhua", "Xinhua News Agency", "Beijing"),
        Agency("Kyodo", "Kyodo News", "Tokyo"),
    ),
    "fr": (Agency("AFP", "Agence France-Presse", "Paris"), Agency("Belga", "Agence Belga", "Bruxelles")),
    "de": (Agency("dpa", "Deutsche Presse-Agentur", "Berlin"), Agency("APA", "Austria Presse Agentur", "Wien")),
    "es": (Agency("EFE", "Agencia EFE", "Madrid"), Agency("Europa Press", "Europa Press", "Madrid")),
}  # fmt: skip

_MONTHS: Mapping[str, str] = {
    "en": "Jan Feb March April May June July Aug Sept Oct Nov Dec",
    "fr": "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
}

# {name} and {full} are the agency's; {city} is as it is and {CITY} in capitals; {day} and {month} the date's.
_DATELINES: Mapping[str, tuple[str, ...]] = {
    "en": ("{CITY} ({name}) - ", "{CITY}, {month} {day} ({name}) - ", "{CITY} ({name}) — ", "({name}) - "),
    "fr": ("{CITY} ({name}) - ", "{city}, {day} {month} ({name}) - ", "({name}) - "),
    "de": ("{city} ({name}) - ", "{CITY} ({name}) – ", "{city}, {day}. {month} ({name}) - "),
    "es": ("{city}, {day} {month} ({name}).- ", "{CITY} ({name}) - ", "({name}) - "),
}
_BYLINES: Mapping[str, tuple[str, ...]] = {
    "en": ("By {full}", "By {name}", "{full}", "From {name}"),
    "fr": ("Par {name}", "{outlet} avec {name}", "Avec {name}"),
    "de": ("Von {name}", "mit Material von {name}"),
    "es": ("Por {name}", "Agencia {name}", "Con información de {name}"),
}
_CLOSINGS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Source: {name}", "({name})", "{full} contributed to this report.", "— {name}", "With {name}",
        "Copyright {year} {full}. All rights reserved.", "© {year} {full}", "With reporting by {name}",
    ),
    "fr": ("Source : {name}", "(Avec {name})", "({name})", "{outlet} avec {name}", "© {year} {full}"),
    "de": ("Quelle: {name}", "mit Material von {name}", "({name})", "Mit Material der {name}", "© {year} {full}"),
    "es": ("Fuente: {name}", "Con información de {name}", "({name})", "© {year} {full}"),
}  # fmt: skip

_RELEASES: Mapping[str, tuple[tuple[str, bool], ...]] = {  # and whether it stands before the text, in its line
    "en": (
        ("{CITY}, {month} {day}, {year} /PRNewswire/ -- ", True),
        ("{CITY}--(BUSINESS WIRE)--", True),
        ("{CITY}, {month} {day}, {year} (GLOBE NEWSWIRE) -- ", True),
        ("FOR IMMEDIATE RELEASE", False),
    ),
    "fr": (("COMMUNIQUÉ DE PRESSE", False), ("Communiqué de presse", False)),
    "de": (("Pressemitteilung", False), ("{CITY} (ots) - ", True)),
    "es": (("NOTA DE PRENSA", False), ("Comunicado de prensa", False)),
}  # fmt: skip

_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "en": ("according to {name}", "{name} reported on Monday", "a spokesman was quoted by {name} as saying"),
    "fr": ("selon {name}", "a rapporté l’agence {name}"),
    "de": ("wie die Nachrichtenagentur {name} berichtete", "laut {name}"),
    "es": ("según {name}", "informó la agencia {name}"),
}
_PHOTOS = (
    "Photo: {name}", "{name}/{person}", "PHOTO: {NAME}", "Photo by {person}/{name}", "(Photo: {person} / {name})"
)  # fmt: skip


class Mark(NamedTuple):
    """The lines of an article that name the origin of its text, each empty where there is none.

    Attributes:
        lead: before the first words of the text, in their line.
        above: a line above it.
        below: a line under it.
        author: as the article's metadata give it.
    """

    lead: str = ""
    above: str = ""
    below: str = ""
    author: str = ""


def credit(
    agency: Agency, outlet: str, language: str, day: datetime, random: Random, *, has_intro: bool = False
) -> Mark:
    """An outlet's credit to an agency: one mark, at times two of them.

    An article that begins with paragraphs of the outlet's own (``has_intro``) has no dateline of the agency's.
    """
    values = _words(agency, outlet, language, day)
    mark = Mark()
    parts = (
        ("above", "below", "below", "author") if has_intro else ("lead", "above", "below", "below", "author")
    )
    for part in random.sample(parts, random.choice((1, 1, 2))):
        match part:
            case "lead":
                mark = mark._replace(lead=random.choice(_DATELINES[language]).format_map(values))
            case "above":
                mark = mark._replace(above=random.choice(_BYLINES[language]).format_map(values))
            case "below":
                mark = mark._replace(below=random.choice(_CLOSINGS[language]).format_map(values))
            case _:
                mark = mark._replace(author=random.choice((agency.name, agency.full)))
    return mark


def agency_mark(agency: Agency, language: str, day: datetime, random: Random) -> Mark:
    """The marks of an agency's own text: a dateline and, for some, a sign-off."""
    lead = random.choice(_DATELINES[language][:3]).format_map(_words(agency, "", language, day))
    people = [f"{proper_name(random)} {proper_name(random)}" for _ in range(2)]
    below = f"(Reporting by {people[0]}; Editing by {people[1]})" if agency.name == "Reuters" else ""
    return Mark(lead=lead, below=below)


def closing_list(agencies: Sequence[Agency], random: Random) -> str:
    """The line at the end of an article made from the texts of several agencies."""
    names = [agency.name for agency in agencies]
    return random.choice(
        (", ".join(name.upper() for name in names), f"({', '.join(names)})", "/".join(names))
    )


def release_mark(language: str, day: datetime, random: Random) -> Mark:
    """The mark of a press release."""
    text, is_lead = random.choice(_RELEASES[language])
    text = text.format_map(_words(Agency("", "", proper_name(random)), "", language, day))
    return Mark(lead=text) if is_lead else Mark(above=text)


def citation(language: str, random: Random) -> str:
    """A clause that names an agency as the source of a claim, not of the text."""
    return random.choice(_CLAIMS[language]).format(name=random.choice(AGENCIES[language]).name)


def photo_credit(language: str, random: Random) -> str:
    """A line that names an agency as the source of a picture."""
    name = random.choice(AGENCIES[language]).name
    return photo_line(name, f"{proper_name(random)} {proper_name(random)}", random)


def photo_line(agency: str, person: str, random: Random) -> str:
    """A line that names the agency and, in some forms, the photographer of a picture."""
    return random.choice(_PHOTOS).format(name=agency, NAME=agency.upper(), person=person)


def release_phrase(language: str, random: Random) -> str:
    """The words that a press release is headed with, without a place."""
    return random.choice([text for text, is_lead in _RELEASES[language] if not is_lead])


def _words(agency: Agency, outlet: str, language: str, day: datetime) -> dict[str, str]:
    month = _MONTHS[language].split()[day.month - 1]
    return {
        "name": agency.name, "full": agency.full, "city": agency.city, "CITY": agency.city.upper(), "outlet": outlet,
        "day": str(day.day), "month": month, "year": str(day.year),
    }  # fmt: skip
