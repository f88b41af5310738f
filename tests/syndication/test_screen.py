"""The screen of credits: it drops no name that the rules give a role, and it is what its plain twin says."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference import credits as plain
from samples.strategies import INTERPRETED
from samples.timing import at_most
from syndetect.kernels.credits import AGENCY, OTHER, PHOTO, keep_credited
from syndetect.kernels.phrases import find_phrases, keep_spelt
from syndetect.matching.tokens import joined, tokenise
from syndetect.syndication.credits import cues, find, rules, screen
from syndetect.syndication.credits.agencies import Agencies

pytestmark = pytest.mark.kernel

AGENCIES = Agencies.load()
LINES = [
    json.loads(line)["text"]
    for line in (Path(__file__).parents[1] / "data" / "credits.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
REST = "\n\n" + "The old ferry made its last crossing of the sound at noon. " * 20 + "\n\n"
NAMES = [
    "AFP", "Reuters", "AP", "A.P.", "ap", "dpa", "Efe", "efe", "PA", "Reuters’", "AP's", "AFP’s", "APS", "l'AFP",
    "L’AFP", "dell'Ansa", "Agence France-Presse", "Associated Press", "Getty Images", "EPA", "PR Newswire", "ots",
    "Reporting by", "editing by", "Agência Brasil", "法新社", "ČTK", "Press Association", "press association",
]  # fmt: skip
CUES = sorted(
    frozenset().union(*(cue.words for cue in (*screen.BEFORE, *screen.BEFORE_CLOSING, *screen.BEHIND)))
    | frozenset().union(*(cue.heads | cue.whole for cue in screen.BEHIND))
)
BETWEEN = [
    "by", "from", "to", "with", "the", "The", "this", "at", "der", "la", "de", "un", "une", "was used", "a", "PARIS",
    "Oslo", "Jan 5", "news agency", "d'après", "contributed", "contributed to this report", "Contributing:", "Jane Doe",
    "said", "told", "“", "”", "(", ")", "[", "]", "/", "|", "-", "–", "—", ":", ",", ".", "!", "?", "…", "©", "·", ";",
    "'", "’s", "_", "\n", "\n\n", "  ", "\u00a0", "\u200b", "é", "É", "ł", "Київ", "€", "2019", "x" * 90, "ſ", "İ",
]  # fmt: skip
PIECES = st.one_of(st.sampled_from(NAMES), st.sampled_from(CUES), st.sampled_from(BETWEEN))
ARTICLES = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", " "])), max_size=24).map(
    lambda pieces: "".join(piece + space for piece, space in pieces)
)


def rows(articles: Sequence[str]) -> tuple[list[list[int]], int]:
    buffer, bounds = joined([article.encode() for article in articles])
    found = find.find(buffer, bounds, tokenise(buffer, bounds), AGENCIES)
    columns = (found.document, found.agency, found.role, found.rule, found.begin, found.end)
    return np.stack(columns, axis=1).tolist(), found.passed


def _keep_places(*arguments: Any) -> int:
    begin, end, marks, lengths, places = *arguments[2:6], arguments[-1]
    places[:, 0], places[:, 1] = begin[marks[:, 1]], end[marks[:, 1] + lengths[marks[:, 2]] - 1]
    places[:, 5:] = -1  # no cue is ruled out
    return len(marks)


def rows_without_screen(articles: Sequence[str]) -> tuple[list[list[int]], int]:
    with (
        patch.object(find, "keep_spelt", _keep_places),
        patch.object(find, "keep_credited", lambda *arguments: len(arguments[2])),
    ):
        return rows(articles)


@given(st.lists(ARTICLES, min_size=1, max_size=2))
@example(["Jane Doe, told AFP" + " x" * 200 + "\n" + "contributed"])
def test_no_credit_is_lost(articles: list[str]) -> None:
    assert rows(articles) == rows_without_screen(articles)


def test_no_credit_is_lost_in_known_lines_wherever_they_stand() -> None:
    lines = LINES[::9] if INTERPRETED else LINES
    around = [("", ""), ("", REST), (REST, REST), (REST, ""), (REST.rstrip() + " ", "")]
    articles = [before + line + after for line in lines for before, after in around]
    assert rows(articles) == rows_without_screen(articles)


def test_no_credit_is_lost_in_parts_of_known_lines_put_together() -> None:
    random = Random(3)
    articles = []
    for _ in range(60 if INTERPRETED else 1500):
        parts = []
        for line in random.choices(LINES, k=random.randint(1, 10)):
            low = random.randint(0, len(line))
            parts += [line[low : low + random.randint(0, 80)], random.choice(["", "", " ", "\n", "\n\n"])]
            parts += random.choice([[], [random.choice(NAMES)], [" " + random.choice(CUES), " "]])
        articles.append("".join(parts))
    found = rows(articles)
    assert found == rows_without_screen(articles)
    assert len(found[0]) > len(articles) / 4


def test_every_cue_of_words_is_in_the_screen() -> None:
    every = {id(one) for one in vars(cues).values() if isinstance(one, cues.Cues | cues.After)}
    screened = [id(one) for one in (*screen.BEFORE, *screen.BEFORE_CLOSING, *screen.BEHIND)]
    assert len({*screened}) == len(screened)
    assert every - {*screened} == {id(cues.SENT)}


def test_a_cue_behind_a_name_begins_as_it_says() -> None:
    for cue in screen.BEHIND:
        for head in (*cue.heads, *cue.whole, *cue.words):
            assert head == head.lower()
        assert cue.pattern.match(" zzz") is None


def _spellings(phrase: int) -> list[str]:
    lookup = AGENCIES.lookup
    bounds = lookup.letter_bounds[lookup.spellings[phrase] : lookup.spellings[phrase + 1] + 1].tolist()
    return [lookup.letters[low:high].tobytes().decode() for low, high in pairwise(bounds)]


@given(st.lists(ARTICLES, min_size=1, max_size=2), st.integers(1, 12))
@example(["x" * 200 + ", AFP", "", "AFP\n" * 3], 2)
@example([" contributors: " + "é" * 5000 + " AFP in x", "x" * 9000 + " AFP in x"], 9)
def test_the_kernels_keep_what_their_twin_keeps(articles: list[str], most: int) -> None:
    buffer, bounds = joined([article.encode() for article in articles])
    words, lookup = tokenise(buffer, bounds), AGENCIES.lookup
    marks, places = np.empty((len(words.code), 3), np.int64), np.empty((len(words.code), 7), np.int64)
    first = (words.code, words.documents, lookup.known, lookup.heads, lookup.words, lookup.bounds)
    n = find_phrases(*first, marks)
    names: list[list[plain.Name]] = [[] for _ in articles]
    for document, word, phrase in marks[:n].tolist():
        begin, end = int(words.begin[word]), int(words.end[word + lookup.lengths[phrase] - 1])
        if fits := plain.spelt(articles[document][begin:end], _spellings(phrase)):
            names[document].append((phrase, begin, end, begin + fits[0], fits[1]))
    spelt = (lookup.lengths, lookup.spellings, lookup.letters, lookup.letter_bounds)
    n = keep_spelt(buffer, bounds, words.begin, words.end, marks[:n], *spelt, places)
    assert _named(articles, bounds.tolist(), marks[:n], places) == names
    n = keep_credited(
        buffer, bounds, marks[:n], places[:n], lookup.roles, most, find.BETWEEN, *screen.screen()
    )
    roles = [{AGENCY: "agency", PHOTO: "photo", OTHER: "other"}[role] for role in lookup.roles.tolist()]
    kept = plain.keep_credited(articles, names, roles, most, find.BETWEEN)
    assert _named(articles, bounds.tolist(), marks[:n], places) == kept
    cues_around = [plain.cues_around(*one) for one in zip(articles, kept, strict=True)]
    assert places[:n, 5:].tolist() == [around for each in cues_around for around in each]


def _named(articles: list[str], bounds: list[int], marks: Any, places: Any) -> list[list[plain.Name]]:
    """What the kernels left, by document, the bytes as characters."""
    names: list[list[plain.Name]] = [[] for _ in articles]
    for (document, _, phrase), (begin, end, low, high, is_plain) in zip(
        marks.tolist(), places[:, :5].tolist(), strict=False
    ):
        encoded = articles[document].encode()
        assert len(encoded[: low - bounds[document]].decode()) == begin
        stop = begin + len(encoded[low - bounds[document] : high - bounds[document]].decode())
        names[document].append((phrase, begin, end, stop, bool(is_plain)))
    return names


@pytest.mark.parametrize("line", ["In AFP in " * 999, "AFP " * 999, "In AP's " + "é" * 8000 + " dpa in "])
def test_no_line_takes_the_screen_long(line: str) -> None:
    articles = [line] * (1 if INTERPRETED else 5)
    rows([line])
    with patch.object(rules, "judge", lambda _: None), at_most(2):
        rows(articles)
