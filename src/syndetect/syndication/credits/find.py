"""Find credits: the agencies that an article names, their positions, and their roles.

A name alone is ambiguous: it may belong to a dateline, to a photograph, to the interviewer of a witness, or may mean
something other than an agency. Its position (in its line, and of the line in the article) and the words around it
decide. The role ``text`` means that the article is the agency's, ``mixture`` that parts of it are, and ``self`` that
the sentence is. Photographs, citations of an agency's reports and stories about agencies have roles of their own, which
do not count as credits for the text.

Names are found by the codes of their words, which tokenisation yields anyway; only documents with a name are decoded.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from syndetect.arrays import I64, U8
from syndetect.kernels.credits import keep_credited
from syndetect.kernels.phrases import find_phrases, keep_spelt
from syndetect.matching.tokens import Words
from syndetect.syndication.credits import rules
from syndetect.syndication.credits.agencies import (
    ELISION,
    GENITIVE,
    SIGNOFF,
    Agencies,
    Phrase,
    numbers,
    plain,
)
from syndetect.syndication.credits.context import Context, Line, Mention, line_of
from syndetect.syndication.credits.cues import JOINT, MANY_AUTHORS
from syndetect.syndication.credits.rules import ROLES, RULES
from syndetect.syndication.credits.screen import screen

__all__ = ["ROLES", "RULES", "Credits", "find", "of_metadata"]


#: The most names in a document that are looked at: half of them the first ones, half the last.
MOST = 1_000
#: Joined names have fewer characters between them.
BETWEEN = 20

_Row = tuple[int, int, int, int, int, int]


@dataclass(frozen=True)
class Credits:
    """Credits in the order of document and place.

    Attributes:
        document: int64[n].
        agency: int64[n], its number in ``Agencies.names``.
        role: uint8[n], its number in :data:`ROLES`.
        rule: uint8[n], the number in :data:`RULES` of the rule that found it.
        begin, end: int64[n], the characters of the name in the document, or of a whole sign-off; -1 for metadata.
        passed: the number of names, joined ones as one, that were passed over in documents with more than :data:`MOST`.
    """

    document: I64
    agency: I64
    role: U8
    rule: U8
    begin: I64
    end: I64
    passed: int = 0

    @classmethod
    def of(cls, rows: Sequence[_Row], passed: int = 0) -> "Credits":
        """From rows of document, begin, end, agency, role and rule."""
        table = np.array(sorted(set(rows)), np.int64).reshape(-1, 6)
        document, begin, end, agency, role, rule = np.ascontiguousarray(table.T)
        return cls(document, agency, role.astype(np.uint8), rule.astype(np.uint8), begin, end, passed)


def find(buffer: U8, bounds: I64, words: Words, agencies: Agencies) -> Credits:
    """The credits in the text of documents.

    Args:
        buffer: uint8[bytes], the documents' text as UTF-8.
        bounds: int64[d + 1], the first byte of each document, then the end.
        words: the words of the documents.
        agencies: the agencies that may be credited.
    """
    lookup = agencies.lookup
    found, where = _named(buffer, bounds, words, agencies)
    columns = np.column_stack([found[:, 0], found[:, 2], where[:, :2], where[:, -2:]])
    places = columns.tolist()
    phrases = lookup.phrases
    photo, release = numbers(agencies, ("photo",)), numbers(agencies, ("release",))
    rows: list[_Row] = []
    passed = 0
    for document, marks in groupby(places, key=lambda place: place[0]):
        text = buffer[bounds[document] : bounds[document + 1]].tobytes().decode()
        line = Line(text, 0, -1)
        groups = list(_groups(text, _mentions(text, marks, phrases)))
        passed += max(0, len(groups) - MOST)
        for group in groups if len(groups) <= MOST else groups[: MOST // 2] + groups[-MOST // 2 :]:
            named = {mention.agency: mention for mention in reversed(group) if mention.agency not in photo}
            line = line_of(text, group[0].begin, group[-1].end, line)
            if named and (verdict := rules.judge(Context(text, group, line, photo, release))):
                role, rule, span = verdict
                rows += [
                    (document, *(span or mention[:2]), agency, ROLES.index(role), RULES.index(rule))
                    for agency, mention in named.items()
                ]
    return Credits.of(rows, passed)


def _named(buffer: U8, bounds: I64, words: Words, agencies: Agencies) -> tuple[I64, I64]:
    """The names that may be credits: ``marks`` and ``places`` of :func:`keep_credited`."""
    lookup = agencies.lookup
    found = np.empty((len(words.code), 3), np.int64)  # only the rows that are written take memory
    n = find_phrases(
        words.code, words.documents, lookup.known, lookup.heads, lookup.words, lookup.bounds, found
    )
    where = np.empty((n, 7), np.int64)
    spelt = (lookup.lengths, lookup.spellings, lookup.letters, lookup.letter_bounds)
    buffer = buffer.view()
    buffer.flags.writeable = False  # one type, for which the kernels are compiled once
    n = keep_spelt(buffer, bounds, words.begin, words.end, found[:n], *spelt, where)
    n = keep_credited(buffer, bounds, found[:n], where[:n], lookup.roles, MOST, BETWEEN, *screen())
    return found[:n], where[:n]


def _mentions(text: str, marks: Iterator[list[int]], phrases: Sequence[Phrase]) -> Iterator[Mention]:
    """The phrases with a valid spelling."""
    for _, number, begin, end, *cues in marks:
        agency, spellings = phrases[number]
        if not spellings:
            yield Mention(begin, end, agency, SIGNOFF, *cues)
            continue
        spelt = text[begin:end]
        way, elided = spellings.get(spelt), 0
        if way is None:
            if found := ELISION.match(spelt):
                elided = found.end()
            way = spellings.get(plain(spelt[elided:]))
        if way is not None and not _NUMBERED.match(text, end):
            genitive = GENITIVE.search(spelt)
            yield Mention(begin + elided, end - (len(genitive[0]) if genitive else 0), agency, way, *cues)


_NUMBERED = re.compile(r"[-–]\d")  # "PA-17" is a district


def _groups(text: str, mentions: Iterator[Mention]) -> Iterator[list[Mention]]:
    """Runs of names with only a comma, a slash or "and" between them."""
    group: list[Mention] = []
    for mention in mentions:
        if group:
            between = text[group[-1].end : mention.begin]
            is_joined = len(between) < BETWEEN and "\n" not in between and JOINT.fullmatch(between)
            if not is_joined or SIGNOFF in (mention.way, group[-1].way):
                yield group
                group = []
        group.append(mention)
    if group:
        yield group


_AUTHORS = re.compile(r"\s*[,/|;&]\s*|\s+(?:and|et|und|y|e|with|avec|mit|con|com)\s+|\s+-\s+")


def of_metadata(source: Sequence[str | None], author: Sequence[str | None], agencies: Agencies) -> Credits:
    """The credits in the outlets and authors of articles.

    An outlet or an author that is an agency is credited with the text, and so is one behind a single author ("Name,
    Agency"). Several agencies, an agency together with an outlet ("Le Monde avec AFP"), and one among two or three
    authors are credited with a mixture; one among more, as scrapers list all names of a page, with nothing.

    Args:
        source, author: of each document, where known.
        agencies: the agencies that may be credited.
    """
    spelt: dict[str, int] = {}
    for phrase in agencies.lookup.phrases:
        spelt |= dict.fromkeys(phrase.spellings, phrase.agency)
    text_kinds = numbers(agencies, ("agency",))
    known: dict[tuple[str, str], tuple[list[int], str]] = {}  # the same outlets and authors occur many times
    rows: list[_Row] = []
    for document, (outlet, names) in enumerate(zip(source, author, strict=True)):
        for rule, value in (("source", outlet), ("author", names)):
            if value is None:
                continue
            if (rule, value) not in known:
                known[rule, value] = _credited(value, spelt, is_author=rule == "author")
            found, role = known[rule, value]
            rows += [
                (document, -1, -1, agency, ROLES.index(role), RULES.index(rule))
                for agency in found
                if agency in text_kinds
            ]
    return Credits.of(rows)


_WORK = re.compile(
    r"^(?:by|von|par|por|di|de|door)\s+|\s+(?:staff|writers?|correspondents?|reporters?|news agency)$", re.I
)
_LEADING = re.compile(r"^(?:the|la|le|die|der|agence|agencia|agenzia|agência)\s+", re.I)
_MIXED = re.compile(r"\s(?:with|avec|mit|con|com)\s", re.I)


def _credited(value: str, spelt: dict[str, int], *, is_author: bool) -> tuple[list[int], str]:
    """The agencies that a value names, each once, and their role."""
    whole = _WORK.sub("", value.strip())
    parts = [part for part in _AUTHORS.split(whole) if part] if is_author else [whole]
    agencies: list[int] = []
    for part in [whole, *parts]:
        name = plain(_WORK.sub("", part.strip(" ().")))
        number = spelt.get(name, spelt.get(plain(_LEADING.sub("", name))))
        if number is not None and number not in agencies:
            agencies.append(number)
        if part == whole and agencies:
            break
    others = sum(plain(part) != "" for part in parts) - len(agencies) if parts[1:] else 0
    if len(agencies) == 1 and others >= MANY_AUTHORS:
        return [], "mixture"
    is_mixed = len(agencies) > 1 or others > 1 or _MIXED.search(f" {whole}") is not None
    return agencies, "mixture" if is_mixed else "text"
