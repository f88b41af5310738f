"""Signs in and around uses: posts, introductions, the first person, furniture, paragraphs, names, and citations."""

from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

from syndetect import scan
from syndetect.syndication import surroundings
from syndetect.syndication.surroundings import SIGNS


def signs(before: str, text: str, behind: str) -> dict[str, Any]:
    found = surroundings.signs(*(pl.Series([one], dtype=pl.String) for one in (before, text, behind)))
    assert found.schema == SIGNS
    return found.row(0, named=True)


@pytest.mark.parametrize(("before", "behind", "opens", "closes"), [
    ("", "", True, True),
    ("The end.\n\n", "\n\nMore", True, True),
    ("The end.\n• “", ".”\n", True, True),
    ("She said ", " on Monday", False, False),
    ("He said: “", "”, and left", False, False),
    ("— ", ". More", True, False),
])  # fmt: skip
def test_edges_of_paragraphs(before: str, behind: str, opens: bool, closes: bool) -> None:
    found = signs(before, "the ferry came late", behind)
    assert (found["opens"], found["closes"]) == (opens, closes)


@pytest.mark.parametrize(("before", "text", "behind", "sign"), [
    ("", "No ferry today, sorry all @harbourpost", "", "posted"),
    ("", "Come one, come all #HarbourFair", "", "posted"),
    ("", "The last boat pic.twitter.com/aB3", "", "posted"),
    ("", "the last boat leaves at nine", "! — Ada Lunt (@adalunt) May 3, 2031", "posted"),
    ("", "the last boat leaves at nine", "\n\n- Ada Lunt (@adalunt)", "posted"),
    ("The mayor's statement reads:\n\n", "the last boat leaves at nine", "", "introduced"),
    ("She wrote in a letter to the council: “", "the last boat leaves", "", "introduced"),
    ("In der Erklärung heißt es: „", "das letzte Schiff fährt", "", "introduced"),
    ("Thanks for coming.\n\nADA LUNT: ", "the last boat leaves at nine", "", "introduced"),
    ("Why late?\n\nA: ", "the last boat leaves at nine", "", "introduced"),
    ("", "The full statement:\nthe last boat leaves at nine", "", "introduced"),
    ("", "BODOKA: Will it come?\n\nDAFUKI: It will, in the end", "", "introduced"),
    ("", "the crowd at the pier on Monday", ". Photo: Ada Lunt", "captioned"),
    ("", "the crowd at the pier on Monday\nFoto : Ada Lunt", "", "captioned"),
    ("", "Sign up for our newsletter, every morning", "", "furniture"),
    ("", "Follow Ada Lunt on Twitter: @adalunt", "", "furniture"),
    ("", "Alle Rechte vorbehalten. Kesh täglich", "", "furniture"),
    ("", "the author is a former columnist for the Post", "", "furniture"),
])  # fmt: skip
def test_signs(before: str, text: str, behind: str, sign: str) -> None:
    assert signs(before, text, behind)[sign]


@pytest.mark.parametrize(("before", "text", "behind"), [
    ("The ferry came late. ", "Passengers waited for hours at the pier", ", said the mayor (51) on May 3."),
    ("", "Write to ada@post.example about it, at 5:30", " - a long wait - (and more)"),
    ("He told the paper: “", "it was cold", "”"),
    ("", "an eight-hour copy right there on the roadside", ""),
])  # fmt: skip
def test_what_is_no_sign(before: str, text: str, behind: str) -> None:
    found = signs(before, text, behind)
    assert not any(found[name] for name in ("posted", "introduced", "furniture", "captioned"))
    assert found["first_person"] == 0


@pytest.mark.parametrize(("text", "count"), [
    ("I’m sure we will get our boat back, and I don't doubt it", 4),
    ("Wir geben unsere Fähre nicht her", 2),
    ("The US and the UK, and World War II", 0),
    ("Nous voulons notre bateau", 2),
])  # fmt: skip
def test_the_first_person(text: str, count: int) -> None:
    assert signs("", text, "")["first_person"] == count


def test_names_are_counted_against_the_surroundings() -> None:
    assert signs("it was late and cold", "Senator Ada Lunt of Kesh", "and she was tired")["names"] == 0.8
    german = signs("Die Fähre kam am Abend", "Die Stadt und der Hafen", "und die Leute am Pier")["names"]
    assert abs(german) < 0.2
    assert signs("", "", "")["names"] == 0


def test_a_quoting_use_needs_one_that_narrates() -> None:
    passage = np.array([0, 0, 1, 1, 2, 2, 2])
    share = np.array([1.0, 0.0, 1.0, 0.9, 0.2, 0.5, 0.51])
    assert surroundings.quoting(passage, share).tolist() == [True, False, False, False, False, False, True]
    assert surroundings.quoting(passage[:0], share[:0]).tolist() == []


@pytest.mark.parametrize(("outlet", "around", "is_cited"), [
    ("The Kesh Daily", "as the kesh daily wrote: ", True),
    ("Kesh Daily (Web News)", "the Kesh Daily's report", True),
    ("keshdaily.com", "as Keshdaily wrote on Monday", True),
    ("Kesh Daily", "the Kesh Dailyness", False),
    ("Kesh Daily", "the Post wrote", False),
    ("K+", "K+ says", False),  # too short
    ("Kesh Daily", "he told the Kesh Daily in March", False),
    ("Kesh Daily", "sagte er der Zeitung Kesh Daily", False),
    ("Kesh Daily", "he told the Kesh Daily, the Kesh Daily writes", True),
])  # fmt: skip
def test_cited_outlets(outlet: str, around: str, is_cited: bool) -> None:
    uses = pl.DataFrame(
        [(0, 0, 0.0, None), (0, 1, 1.0, around), (1, None, 1.0, around), (2, 1, 0.0, None)],
        schema={"passage": pl.Int64, "outlet": pl.Int64, "quoted_share": pl.Float64, "around": pl.String},
        orient="row",
    ).with_columns(posted=pl.lit(value=False), introduced=pl.lit(value=False))
    found = surroundings.cited(uses, [outlet, "Post"])
    assert found.rows() == ([(0, outlet)] if is_cited else [])


def test_an_outlet_quoted_by_another_that_names_it() -> None:
    text = (
        "the harbour has become a place where nobody waits for boats any longer, and where the young leave first"
        " while the old count the lamps that still burn along the pier at night"
    )
    articles = [
        {
            "id": "a",
            "source": "Kesh Daily",
            "published": "2031-06-01",
            "text": f"A slow tide. {text}. More follows.",
        },
        {
            "id": "b",
            "source": "Post",
            "published": "2031-06-04",
            "text": f"A Kesh Daily essay finds that “{text}”.",
        },
    ]
    (row,) = scan(articles, threads=1).clusters.to_dicts()
    assert (row["kind"], row["reasons"]) == ("copy", "quoted by an outlet that names Kesh Daily")


def test_of_many_outlets_the_quoted_ones_are_those_that_a_look_at_each_finds() -> None:
    rng = Random(3)
    names = [
        "North Post",
        "North",
        "Post (print)",
        "Post",
        "The Hill-Top",
        "Hill Top",
        "A.B. News",
        "***",
        "Ny-Tid",
    ]
    for _ in range(60):
        uses = pl.DataFrame(
            [
                {
                    "passage": rng.randrange(2), "outlet": rng.choice([None, *range(len(names))]),
                    "quoted_share": rng.choice([0.2, 0.9]), "posted": False, "introduced": False,
                    "around": rng.choice([None, " told ".join(rng.choices([*names, "it", "rained"], k=4))]),
                }
                for _ in range(12)
            ],
            schema_overrides={"outlet": pl.Int64, "around": pl.String},
        )  # fmt: skip
        narrating = uses.filter((pl.col("quoted_share") < 0.5) & pl.col("outlet").is_not_null())
        expected: dict[int, str] = {}
        for passage, outlet, around in uses.select("passage", "outlet", "around").iter_rows():
            for narrator in narrating.filter(pl.col("passage") == passage)["outlet"]:
                alone = uses.clear().vstack(
                    narrating.filter(pl.col("outlet") == narrator)[:1].with_columns(around=None)
                )
                one = alone.vstack(
                    uses[:1].with_columns(around=pl.lit(around), outlet=pl.lit(outlet, pl.Int64))
                )
                one = one.with_columns(passage=pl.lit(passage, pl.Int64))
                if around is not None and narrator != outlet and surroundings.cited(one, names).height:
                    expected[passage] = min(expected.get(passage, names[narrator]), names[narrator])
        assert dict(surroundings.cited(uses, names).rows()) == expected


def test_outlets_that_may_be_named_are_those_whose_words_follow_one_another() -> None:
    random = Random(5)
    words = ["the", "harbour", "post", "daily", "news", "***", "fell-gate"]
    names = sorted({" ".join(random.choices(words, k=random.randrange(1, 4))) for _ in range(60)})
    known = surroundings._OutletNames()
    for outlet, name in enumerate(names):
        known.add(name, outlet)
    for _ in range(200):
        text = " ".join(random.choices([*words, "said", "of"], k=random.randrange(12)))
        inside = f" {' '.join(surroundings._WORD.findall(text))} "
        expected = {
            outlet
            for outlet, name in enumerate(names)
            for one in surroundings._names(name)
            if f" {' '.join(surroundings._WORD.findall(one))} " in inside
            or not surroundings._WORD.search(one)
        }
        assert known.that_may_be_in(text) == expected


def test_signs_of_equal_texts_in_other_surroundings_are_told_one_by_one() -> None:
    hints = surroundings._FURNITURE_HINTS
    parts = [
        "",
        "the ferry",
        "Sign",
        " up for it",
        "we wait: Text of the letter:\n",
        "@pier",
        *hints[:6],
        "É I my",
    ]
    random, rows = Random(5), list[tuple[str, str, str]]()
    for _ in range(400):
        before, text, behind = (" ".join(random.choices(parts, k=random.randrange(4))) for _ in range(3))
        cut = random.randrange(len(text) + 1)
        rows += [(before, text, behind), (before + text[:cut], text[cut:], behind)]
    found = surroundings.signs(*(pl.Series(side, dtype=pl.String) for side in zip(*rows, strict=True)))
    assert found.rows(named=True) == [signs(*row) for row in rows]
    assert {True, False} == set(found["furniture"]) == set(found["posted"]) == set(found["introduced"])


def test_a_hint_at_furniture_may_begin_before_the_use() -> None:
    assert signs("Please sign up", " for our letters", "")["furniture"]
