"""Words that share a code are told apart: a match that is reported as equal is equal."""

import json
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest

from samples.collisions import colliding_texts, colliding_words
from samples.newspapers import newspapers
from samples.strategies import INTERPRETED
from syndetect import Settings, deduplicate, scan
from syndetect.arrays import pack
from syndetect.dedup.request import Unit
from syndetect.kernels.spellings import list_spellings
from syndetect.matching import tokens
from syndetect.pipeline import collisions
from syndetect.pipeline.collisions import Spellings

pytestmark = pytest.mark.skipif(INTERPRETED, reason="many words are made until some collide")
OWN = " ".join(f"plain{i}" for i in range(30))


def test_there_are_words_that_share_a_code_and_no_secret_key() -> None:
    one, two = (tokens.joined([text.encode()]) for text in colliding_texts())
    assert (tokens.tokenise(*one).code == tokens.tokenise(*two).code).all()
    for _ in range(20):
        key = tokens.secret_key()
        assert (tokens.tokenise(*one, key=key).code != tokens.tokenise(*two, key=key).code).all()


@pytest.mark.parametrize("memory", [None, 1])
def test_texts_without_a_common_word_have_no_match(memory: int | None) -> None:
    one, two = colliding_texts()
    found = scan([{"id": "one", "text": one}, {"id": "two", "text": two}], memory=memory)
    assert (found.matches.height, found.pairs.height, found.links.height) == (0, 0, 0)
    assert found.documents["reused_words"].to_list() == [0, 0]


@pytest.mark.parametrize("memory", [None, 1])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_what_is_equal_is_found_beside_it(memory: int | None, order: tuple[int, ...]) -> None:
    one, two = colliding_texts()
    texts = {"one": f"{one} {OWN}", "two": f"{two} {OWN}", "three": one}
    names = [list(texts)[at] for at in order]
    found = scan([{"id": name, "text": texts[name]} for name in names], memory=memory)
    cut = {
        frozenset(
            (row[f"doc_{side}"], texts[row[f"doc_{side}"]][row[f"begin_{side}"] : row[f"end_{side}"]])
            for side in "ab"
        )
        for row in found.matches.iter_rows(named=True)
    }
    assert cut == {frozenset({("one", OWN), ("two", OWN)}), frozenset({("one", one), ("three", one)})}
    assert found.matches["identity"].to_list() == [1.0, 1.0]


def test_one_word_that_collides_counts_as_another_word() -> None:
    one, two = colliding_words()[0]
    texts = [f"{OWN} {word} {OWN[::-1]}" for word in (one, two)]
    found = scan([{"id": f"{i}", "text": text} for i, text in enumerate(texts)]).matches
    assert found.select("words").row(0) == (len(texts[0].split()) - 1,)
    assert found["identity"][0] < 1


@pytest.mark.parametrize("unit", ["document", "paragraph"])
@pytest.mark.parametrize("contained", [False, True])
def test_dedup_removes_no_text_of_other_words(tmp_path: Path, unit: Unit, contained: bool) -> None:
    texts = colliding_texts()
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"id": text[:9], "text": text}) + "\n" for text in texts))
    found = deduplicate(source, unit=unit, contained=contained, threshold=0.1)
    assert found.removed.height == 0


def test_codes_of_several_spellings_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(1)
    code = np.array([random.randrange(50) << 1 | 1 for _ in range(2000)], np.uint32)
    keyed = np.array([one * 7 + (random.random() < 0.02) for one in code.tolist()], np.uint32)
    begin, end = np.array([0, 500, 1500]), np.array([400, 1400, 2000])
    inside = np.concatenate([np.arange(low, high) for low, high in zip(begin, end, strict=True)])
    out = np.empty(len(inside), np.uint64)
    listed = out[: list_spellings(code, keyed, begin, end, np.zeros(8, np.uint64), out)]
    spellings = pack(code[inside], keyed[inside])
    assert set(listed.tolist()) == set(spellings.tolist())
    codes = [value >> 32 for value in set(spellings.tolist())]
    several = {one for one in codes if codes.count(one) > 1}
    for waiting in (1, 1 << 20):
        monkeypatch.setattr(collisions, "_WAITING", waiting)
        found = Spellings()
        for low in range(0, len(listed), 9):
            found.add(listed[low : low + 9])
        assert found.shared_codes().tolist() == sorted(several)


def test_the_key_of_a_dedup_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    random, found = Random(2), []
    base = [" ".join(f"w{random.randrange(300)}" for _ in range(60)) for _ in range(20)]
    texts = [" ".join(w for w in random.choice(base).split() if random.random() < 0.95) for _ in range(120)]
    for key in [tokens.PLAIN, (1, 1), *(tokens.secret_key() for _ in range(3))]:
        monkeypatch.setattr(tokens, "secret_key", lambda key=key: key)
        made = deduplicate([{"id": f"{i}", "text": text} for i, text in enumerate(texts)], threshold=0.7)
        found.append((made.kept.to_list(), made.removed.rows()))
    assert all(one == found[0] for one in found)
    assert found[0][1]


def test_the_settings_of_a_scan_do_not_matter_to_it() -> None:
    one, two = colliding_texts()
    found = scan([{"id": "one", "text": one}, {"id": "two", "text": two}], Settings(hot_places=2))
    assert found.matches.height == 0


@pytest.mark.parametrize("memory", [None, 1])
def test_what_does_not_collide_is_as_without_the_others(memory: int | None) -> None:
    """Among many articles some whose words collide: the others are what they are without these, links and all."""
    one, two = colliding_texts()
    plain = newspapers(7, 12)
    own = [{"id": "x1", "text": f"{one} {OWN}"}, {"id": "x2", "text": f"{two} {OWN}"}]
    last = {"id": "x3", "text": OWN}
    alone, beside = scan(plain, memory=memory), scan([*plain[:6], *own, *plain[6:], last], memory=memory)
    for name in ("matches", "pairs", "links"):
        sides = [getattr(found, name) for found in (alone, beside)]
        if name == "links":  # their shares depend on the rarity of words in all articles
            sides = [side.select("doc_a", "doc_b") for side in sides]
        others = sides[1].filter(~pl.col("doc_a").str.starts_with("x"))
        assert others.sort(others.columns[:4]).equals(sides[0].sort(others.columns[:4]))
    ours = beside.matches.filter(pl.col("doc_a").str.starts_with("x"))
    assert ours.select("doc_a", "doc_b", "words", "identity").rows() == [
        ("x1", "x2", 30, 1.0),
        ("x1", "x3", 30, 1.0),
        ("x2", "x3", 30, 1.0),
    ]


@pytest.mark.parametrize("drawn", range(3))
def test_words_that_collide_by_chance_change_nothing(drawn: int) -> None:
    """A rare word shares its code with a word of a passage that stands beside it in one article only."""
    one, two = colliding_words()[drawn]
    passage = f"{OWN} {one} {OWN[::-1]}"
    texts = [f"{two} stands before it {passage}", f"before that {passage}", passage]
    found = scan([{"id": f"{i}", "text": text} for i, text in enumerate(texts)]).matches
    assert found["identity"].to_list() == [1.0] * 3
    assert {
        texts[0][row["begin_a"] : row["end_a"]] for row in found.iter_rows(named=True) if row["doc_a"] == "0"
    } == {passage}
