"""The agencies that credits may name: the shipped table, extended or overridden by a file of the user."""

import json
import os
import re
import reprlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
import xxhash

from syndetect.arrays import I32, I64, U8, U32, bounds_of
from syndetect.errors import InputError
from syndetect.kernels.credits import AGENCY, OTHER, PHOTO
from syndetect.matching import tokens
from syndetect.reading.small_files import read_text

AGENCY_KINDS = ("agency", "release", "photo")
#: The ways in which a phrase stands for an agency.
ALIAS, MARK, SIGNOFF = range(3)
_LISTS = ("aliases", "marks", "signoffs")
_SLOTS = 1 << 16
#: Articles and prepositions that French and Italian join to a name that begins with a vowel.
_ELIDED = ("l", "d", "qu", "un", "all", "dall", "dell", "nell", "sull")
_VOWELS = frozenset("aeiouéèà")


#: The genitive of English, which joins its word as an apostrophe between letters does.
GENITIVE = re.compile(r"(?<=\w)['’][sS]$")
ELISION = re.compile(rf"(?:{'|'.join(_ELIDED)})['’]", re.IGNORECASE)


class Agency(NamedTuple):
    """One entry of the table; ``agencies.toml`` explains the fields."""

    name: str
    kind: str = "agency"
    aliases: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    signoffs: tuple[str, ...] = ()


class AgencyTable(NamedTuple):
    """The names and kinds of agencies as columns (String), by number."""

    names: pl.Series
    kinds: pl.Series


class Phrase(NamedTuple):
    """A phrase that stands for an agency."""

    agency: int
    #: ``ALIAS``, ``MARK`` or ``SIGNOFF`` for each valid spelling; empty where every spelling is valid.
    spellings: dict[str, int]


@dataclass(frozen=True)
class Lookup:
    """The phrases as arguments of :func:`syndetect.kernels.phrases.find_phrases`, from its third argument on.

    ``lengths`` (int64) and what follows are those of :func:`syndetect.kernels.phrases.keep_spelt`,
    ``roles`` (uint8) those of :func:`syndetect.kernels.credits.keep_credited`.
    """

    phrases: tuple[Phrase, ...]
    known: U8
    heads: I32
    words: U32
    bounds: I64
    lengths: I64
    spellings: I64
    letters: U8
    letter_bounds: I64
    roles: U8


@dataclass(frozen=True)
class Agencies:
    """A table of agencies; credits refer to them by number.

    Attributes:
        entries: the agencies, in the order of the files.
    """

    entries: tuple[Agency, ...]

    @classmethod
    def load(cls, file: str | os.PathLike[str] | None = None) -> Self:
        """The shipped table and, where one is given, a file of the same format.

        An entry of the file replaces the shipped one of the same name; other entries are added at the end.

        Raises:
            InputError: the file cannot be read, or an entry is not valid; the message says which and why.
        """
        if file is None:
            return cls._shipped()
        entries = {agency.name: agency for agency in cls._shipped().entries}
        return cls(tuple((entries | _parse(read_text(file), os.fspath(file))).values()))

    @classmethod
    @cache
    def _shipped(cls) -> Self:
        file = files("syndetect.syndication.credits") / "agencies.toml"
        return cls(tuple(_parse(file.read_text(encoding="utf-8"), file.name).values()))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the agencies in results."""
        return tuple(agency.name for agency in self.entries)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each agency, one of :data:`AGENCY_KINDS`."""
        return tuple(agency.kind for agency in self.entries)

    @cached_property
    def table(self) -> AgencyTable:
        """The names and kinds as columns."""
        return AgencyTable(pl.Series(self.names, dtype=pl.String), pl.Series(self.kinds, dtype=pl.String))

    @property
    def fingerprint(self) -> str:
        """A hash of the table, for a manifest: XXH3 (64 bits, hexadecimal) of its JSON."""
        return str(xxhash.xxh3_64_hexdigest(json.dumps(self.entries, ensure_ascii=False).encode()))

    @cached_property
    def lookup(self) -> Lookup:
        """All phrases, ordered for the kernel: by the lower bits of their first code, then the longest first."""
        gathered: dict[tuple[int, ...], Phrase] = {}
        for code, (spelling, agency, way) in self._spelt():
            phrase = gathered.get(code)
            if (
                phrase is None or phrase.agency != agency
            ):  # of two agencies with one name, the later (the user's) has it
                phrase = gathered[code] = Phrase(agency, {})
            if way != SIGNOFF:
                name = plain(ELISION.sub("", spelling))
                phrase.spellings.setdefault(name, way)
                phrase.spellings.setdefault(name.upper(), way)
        order = sorted(gathered, key=lambda code: (code[0] >> 1 & _SLOTS - 1, -len(code), code))
        heads = np.full(_SLOTS, -1, np.int32)
        for place in range(len(order) - 1, -1, -1):
            heads[order[place][0] >> 1 & _SLOTS - 1] = place
        phrases = tuple(gathered[code] for code in order)
        spelt = [[_letters(spelling) for spelling in phrase.spellings] or [b""] for phrase in phrases]
        letters = [one for each in spelt for one in each]
        bounds = bounds_of(map(len, order))
        return Lookup(
            phrases,
            np.packbits(heads >= 0, bitorder="little"),
            heads,
            np.array([word for code in order for word in code], np.uint32),
            bounds,
            np.diff(bounds),
            bounds_of(map(len, spelt)),
            np.frombuffer(b"".join(letters), np.uint8),
            bounds_of(map(len, letters)),
            np.array([self._role(phrase) for phrase in phrases], np.uint8),
        )

    def _role(self, phrase: Phrase) -> int:
        """What a phrase names, for the kernel."""
        kind = self.kinds[phrase.agency] if phrase.spellings else ""
        return {"agency": AGENCY, "photo": PHOTO}.get(kind, OTHER)

    def _spelt(self) -> Iterator[tuple[tuple[int, ...], tuple[str, int, int]]]:
        """The codes of every phrase, also elided and in the genitive, with its spelling, agency and way."""
        spelt = [
            (phrase, number, way)
            for number, agency in enumerate(self.entries)
            for way, phrases in enumerate((agency.aliases, agency.marks, agency.signoffs))
            for phrase in phrases
        ]
        spelt += [
            (f"{article}'{phrase}", number, way)
            for phrase, number, way in spelt
            if way != SIGNOFF and phrase[0].lower() in _VOWELS and self.entries[number].kind == "agency"
            for article in _ELIDED
        ]
        spelt += [
            (f"{phrase}'s", number, way)
            for phrase, number, way in spelt
            if way != SIGNOFF and self.entries[number].kind == "agency"
        ]
        encoded = [phrase.encode() for phrase, _, _ in spelt]
        bounds = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
        found = tokens.tokenise(np.frombuffer(b"".join(encoded), np.uint8), bounds)
        for number, place in enumerate(spelt):
            code = tuple(found.code[found.documents[number] : found.documents[number + 1]].tolist())
            if code:  # signs alone make no word
                yield code, place


def _letters(spelling: str) -> bytes:
    """The letters and digits of a spelling; none where they are not all of ASCII."""
    letters = "".join(character for character in spelling if character.isalnum())
    return letters.encode() if letters.isascii() else b""


def plain(phrase: str) -> str:
    """A phrase with one space between its words, in place of any other separator."""
    return re.sub(r"[\W_]+", " ", phrase).strip()


def _parse(content: str, place: str) -> dict[str, Agency]:
    """The entries of a file, by name.

    Raises:
        InputError: the content is not valid.
    """
    try:
        tables = tomllib.loads(content)
    except RecursionError as error:
        raise InputError(
            f"{place} is not TOML that can be read: its lists or tables are nested too deep"
        ) from error
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise InputError(f"{place} is not TOML: {error}") from error
    entries = tables.pop("agency", None)
    if tables or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{place} must consist of [[agency]] tables and nothing else")
    found: dict[str, Agency] = {}
    for number, entry in enumerate(entries, 1):
        agency = _entry(entry, f"{place}, agency {number}")
        if agency.name in found:
            raise InputError(f"{place}, agency {number}: the name {agency.name!r} again")
        found[agency.name] = agency
    return found


def _entry(entry: Mapping[str, Any], place: str) -> Agency:
    name, kind = entry.get("name"), entry.get("kind", "agency")
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"{place}: it needs a name")
    if unknown := sorted(set(entry) - {*Agency._fields}):
        raise InputError(f"{place} ({name}): no such field: {', '.join(unknown)}")
    if kind not in AGENCY_KINDS:
        raise InputError(
            f"{place} ({name}): kind must be {', '.join(AGENCY_KINDS)}, not {reprlib.repr(kind)}"
        )
    lists = {field: entry.get(field, []) for field in _LISTS}
    for field, phrases in lists.items():
        if not isinstance(phrases, list) or not all(_has_word(phrase) for phrase in phrases):
            raise InputError(f"{place} ({name}): {field} must be a list of names")
    if not any(lists.values()):
        raise InputError(f"{place} ({name}): it needs aliases, marks or signoffs")
    return Agency(name, kind, *(tuple(lists[field]) for field in _LISTS))


def _has_word(phrase: object) -> bool:
    return isinstance(phrase, str) and bool(plain(phrase))


def numbers(agencies: Agencies, kinds: Iterable[str]) -> frozenset[int]:
    """The numbers of the agencies of some kinds."""
    return frozenset(number for number, kind in enumerate(agencies.kinds) if kind in set(kinds))
