"""Credits: which agency, what for, and where."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samples.timing import at_most
from syndetect.errors import InputError
from syndetect.kernels.phrases import find_phrases
from syndetect.matching import tokens
from syndetect.matching.tokens import joined
from syndetect.syndication.credits import cues
from syndetect.syndication.credits.agencies import AGENCY_KINDS, Agencies
from syndetect.syndication.credits.context import Line, line_of
from syndetect.syndication.credits.find import MOST, ROLES, RULES, Credits, find, of_metadata

pytestmark = pytest.mark.kernel

AGENCIES = Agencies.load()
_TEST_SET = Path(__file__).parents[1] / "data" / "credits.jsonl"
LINES = [json.loads(line) for line in _TEST_SET.read_text(encoding="utf-8").splitlines()]
REST = "The old ferry made its last crossing of the sound at noon. " * 20


def found_in(*articles: str, agencies: Agencies = AGENCIES) -> Credits:
    buffer, bounds = joined([article.encode() for article in articles])
    return find(buffer, bounds, tokens.tokenise(buffer, bounds), agencies)


def rows(found: Credits, agencies: Agencies = AGENCIES) -> list[tuple[Any, ...]]:
    """(document, agency, role, rule, begin, end) of each credit."""
    columns = (found.document, found.agency, found.role, found.rule, found.begin, found.end)
    return [
        (document, agencies.names[agency], ROLES[role], RULES[rule], begin, end)
        for document, agency, role, rule, begin, end in zip(*(one.tolist() for one in columns), strict=True)
    ]


def roles(article: str, agencies: Agencies = AGENCIES) -> list[tuple[object, object]]:
    return [(row[1], row[2]) for row in rows(found_in(article, agencies=agencies), agencies)]


def test_what_is_found_does_not_depend_on_the_batch() -> None:
    around = {"first": ("", REST), "middle": (REST, REST), "last": (REST, "")}
    articles = [f"\n\n{line['text']}\n\n".join(around[line["place"]]).strip() for line in LINES[::3]]
    whole = rows(found_in(*articles))
    parts = [(number, *row[1:]) for number, article in enumerate(articles) for row in rows(found_in(article))]
    assert whole == parts


def test_phrases_are_found_as_a_plain_search_finds_them() -> None:
    rng = np.random.default_rng(5)
    phrases = sorted(
        {tuple(rng.integers(0, 6, rng.integers(1, 4)).tolist()) for _ in range(12)},
        key=lambda p: (p[0] >> 1, -len(p), p),
    )
    code = rng.integers(0, 6, 2000).astype(np.uint32)
    documents = np.array([0, 0, 3, 700, 1999, 2000])
    heads = np.full(4, -1, np.int32)
    for number in range(len(phrases) - 1, -1, -1):
        heads[phrases[number][0] >> 1 & 3] = number
    known = np.packbits(heads >= 0, bitorder="little")
    words = np.array([word for phrase in phrases for word in phrase], np.uint32)
    bounds = np.cumsum([0, *map(len, phrases)]).astype(np.int64)
    out = np.empty((len(code), 3), np.int64)
    n = find_phrases(code, documents, known, heads, words, bounds, out)
    expected = []
    for document in range(len(documents) - 1):
        at = int(documents[document])
        while at < documents[document + 1]:
            rest = tuple(code[at : documents[document + 1]].tolist())
            fits = [number for number, phrase in enumerate(phrases) if rest[: len(phrase)] == phrase]
            if fits:
                expected.append([document, at, fits[0]])
            at += len(phrases[fits[0]]) if fits else 1
    assert out[:n].tolist() == expected
    assert n > 100


def test_a_cue_has_one_of_its_words() -> None:
    every = [one for one in vars(cues).values() if isinstance(one, cues.Cues)]
    assert len(every) > 12
    for line in LINES:
        for begin in (line["text"].find(span) for _, _, span in line["credits"]):
            before = line["text"][max(0, begin - cues.REACH) : begin].lower()
            for cue in every:
                assert cue.pattern.search(before) is None or cues.bits_in(before) & cue.bit


def test_characters_are_counted_not_bytes() -> None:
    article = "Παρίσι — 𝄞 «Ήρθα», είπε.\n\nMünchen (dpa) - Es regnet.\n\nZürich: Quelle: 新华社"
    found = rows(found_in("ä" * 7, article))
    assert [(row[0], article[row[4] : row[5]], row[2]) for row in found] == [
        (1, "dpa", "text"),
        (1, "新华社", "text"),
    ]


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ("", []),
        ("AFP", [("AFP", "text")]),
        ("Nothing is credited here.", []),
        ("Die Reuters-Aktie fiel.\n\n" + "Es regnet seit Tagen. " * 40, [("Reuters", "about")]),
        ("«Fini», a dit à l’AFP le maire.\n\n" + "Il pleut depuis des jours. " * 40, [("AFP", "self")]),
        ("The PA-17 district, an AP exam and the Ap store.", []),
        ("(REPORTING BY JANE DOE IN OSLO; EDITING BY JOHN ROE)", [("Reuters", "text")]),
        ("Reporting by Jane Doe in Oslo; Editing by John Roe", [("Reuters", "text")]),
        ("A book (edited by Jane Doe) and a hall.", []),
    ],
)
def test_short_articles(article: str, expected: list[tuple[str, str]]) -> None:
    assert roles(article) == expected


def test_a_sign_off_is_marked_whole() -> None:
    article = "It rained.\n\n(Reporting by Jane Doe; Editing by John Roe)"
    ((_, _, _, rule, begin, end),) = rows(found_in(article))
    assert (rule, article[begin:end]) == ("signoff", "Reporting by Jane Doe; Editing by John Roe")


@pytest.mark.parametrize(
    "line",
    [
        "photo " + "a-" * 50_000 + " AFP",
        "photo " + "a.b, " * 20_000 + "AFP",
        "A-" * 60 + "(AFP) -",
        "AFP " * 4_000,
        "told AFP, " * 4_000,
        "said sagte " * 10_000 + "der dpa",
        "(" * 5_000 + "editing by " * 5_000,
        "this story was " * 5_000 + "AFP",
        "AP writers " + "A. B " * 20_000 + "contributed",
    ],
    ids=lambda line: line[:12],
)
def test_no_line_takes_long(line: str) -> None:
    with at_most(5):
        found_in(line)


def test_of_very_many_names_the_first_and_the_last_are_looked_at() -> None:
    article = "\n\n".join(
        ["MILAN (AFP) - It rained.", *["A man told AFP so."] * 3 * MOST, "It rained, he told AFP."]
    )
    found = found_in(article)
    assert (found.passed, len(found.begin)) == (2 * MOST + 2, MOST)
    assert (int(found.begin[0]), int(found.end[-1])) == (7, len(article) - 1)
    assert found_in("\n\n".join(["A man told AFP so."] * MOST)).passed == 0


def test_the_line_of_characters() -> None:
    content = "one\n\ntwo three\nfour"
    last = Line(content, 0, -1)
    for begin in range(len(content) - 1):
        if "\n" in content[begin : begin + 2]:
            continue
        last = line_of(content, begin, begin + 2, last)
        assert "\n" not in content[last.begin : last.end]
        assert last.begin <= begin < begin + 2 <= last.end
        assert content[last.begin - 1 : last.begin] in {"", "\n"}
        assert content[last.end : last.end + 1] in {"", "\n"}


@pytest.mark.parametrize(
    ("source", "author", "expected"),
    [
        (None, None, []),
        ("Reuters", None, [("Reuters", "text", "source")]),
        ("The Daily Lantern", "AFP", [("AFP", "text", "author")]),
        (None, "Reuters Staff", [("Reuters", "text", "author")]),
        (None, "By Jane Doe, Associated Press", [("AP", "text", "author")]),
        (None, "The Associated Press", [("AP", "text", "author")]),
        (None, "Jane Doe | AFP", [("AFP", "text", "author")]),
        (None, "Agence France-Presse", [("AFP", "text", "author")]),
        (None, "dpa/AFP", [("dpa", "mixture", "author"), ("AFP", "mixture", "author")]),
        (None, "Le Monde avec AFP", [("AFP", "mixture", "author")]),
        (None, "Jane Doe", []),
        (None, "Ap Doe, Pa Roe", []),
        ("Bloomberg", "Jane Doe", [("Bloomberg", "text", "source")]),
        ("Getty Images", "PR Newswire", []),
    ],
)
def test_metadata(source: str | None, author: str | None, expected: list[tuple[str, str, str]]) -> None:
    found = of_metadata([None, source], [None, author], AGENCIES)
    assert {row[0] for row in rows(found)} <= {1}
    assert sorted(row[1:4] for row in rows(found)) == sorted(expected)
    assert all(row[4:] == (-1, -1) for row in rows(found))


def test_the_shipped_table() -> None:
    assert len([kind for kind in AGENCIES.kinds if kind == "agency"]) >= 40
    assert {*AGENCIES.kinds} == {*AGENCY_KINDS}
    assert len({*AGENCIES.names}) == len(AGENCIES.names)
    assert AGENCIES.fingerprint == Agencies.load().fingerprint


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[agency]]\nname = "Harbour Wire"\naliases = ["Harbour Wire", "HW"]\n'
        '[[agency]]\nname = "AFP"\naliases = ["Agence France-Presse"]\n',
        encoding="utf-8",
    )
    mine = Agencies.load(file)
    assert mine.names == (*AGENCIES.names, "Harbour Wire")
    assert mine.fingerprint != AGENCIES.fingerprint
    assert roles("OSLO (HW) - It rained.", mine) == [("Harbour Wire", "text")]
    assert roles("OSLO (AFP) - It rained.", mine) == []
    assert roles("OSLO (Agence France-Presse) - It rained.", mine) == [("AFP", "text")]


def test_of_two_agencies_with_one_name_the_users_has_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[[agency]]\nname = "Police"\naliases = ["AFP"]\n', encoding="utf-8")
    assert roles("OSLO (AFP) - It rained.", Agencies.load(file)) == [("Police", "text")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name = ", "is not TOML"),
        ('name = "AFP"', r"must consist of \[\[agency\]\] tables"),
        ('agency = ["AFP"]', r"must consist of \[\[agency\]\] tables"),
        ('[[agency]]\naliases = ["X"]', "agency 1: it needs a name"),
        ('[[agency]]\nname = "X"\nalias = ["X"]', r"agency 1 \(X\): no such field: alias"),
        (
            '[[agency]]\nname = "X"\nkind = "paper"\naliases = ["X"]',
            "kind must be agency, release, photo, not 'paper'",
        ),
        ('[[agency]]\nname = "X"\naliases = "X"', "aliases must be a list of names"),
        ('[[agency]]\nname = "X"\nmarks = ["--"]', "marks must be a list of names"),
        ('[[agency]]\nname = "X"', "it needs aliases, marks or signoffs"),
        ('[[agency]]\nname = "X"\nmarks = ["X"]\n' * 2, "agency 2: the name 'X' again"),
    ],
)
def test_a_table_that_is_not_as_it_must_be(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        Agencies.load(file)
    assert "mine.toml" in str(error.value)


def test_a_table_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.toml: No such file"):
        Agencies.load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"cannot read .*binary\.toml"):
        Agencies.load(tmp_path / "binary.toml")
