"""Corpora that break programs: nothing, one thing, one thing again and again, and things without end."""

from random import Random

import pytest

from samples.newspapers import _words, assert_same
from samples.strategies import INTERPRETED
from samples.timing import at_most
from syndetect import Settings, scan
from syndetect.schema import TABLES

LARGE = 1 if not INTERPRETED else 100  # by what large numbers are divided


def rows(texts: list[str]) -> list[dict[str, str]]:
    return [{"id": f"a{i}", "text": text} for i, text in enumerate(texts)]


def sentence(seed: int, words: int = 20) -> str:
    return " ".join(_words(Random(seed), words))


@pytest.mark.parametrize(
    "texts", [[], [""], ["..."], ["", "\n\n", "…"], ["one"], [sentence(1)], [sentence(1), sentence(2)]], ids=repr
)  # fmt: skip
@pytest.mark.parametrize("memory", [1, None])
@pytest.mark.parametrize("days", [0, 3])
def test_where_nothing_is_shared_the_tables_are_empty(
    texts: list[str], memory: int | None, days: int
) -> None:
    result = scan(iter(rows(texts)), Settings(window_days=days), memory=memory)
    assert result.documents.height + result.skipped.height == len(texts)
    for name in ("pairs", "matches", "passages"):
        assert getattr(result, name).height == 0
        assert getattr(result, name).schema == TABLES[name]


@pytest.mark.parametrize("days", [0, 3])
def test_articles_that_are_all_the_same(days: int) -> None:
    count = 200 // (10 if INTERPRETED else 1)
    text = "\n\n".join(sentence(i) for i in range(5))
    result = scan(rows([text] * count), Settings(window_days=days, hot_places=10))
    assert result.pairs.height == 5 * (count - 1)
    assert result.passages.height == count
    assert result.passages["text"].unique().to_list() == [text]
    assert result.documents["reused_share"].to_list() == [1.0] * count
    assert result.matches.height <= 3 * count


def test_an_article_without_end() -> None:
    long = " ".join(_words(Random(5), 300_000 // LARGE))
    shared = " ".join(long.split(" ")[len(long) // 20 :][:40])
    with at_most(20):
        result = scan(rows([long, "Something else: " + shared, "Nothing. " + sentence(3)]))
    assert result.matches.height == 1
    assert result.matches["words"].to_list() == [40]
    assert result.passages["text"].to_list() == [shared, shared]


@pytest.mark.parametrize("copies", [1, 2])
def test_a_paragraph_without_end(copies: int) -> None:
    """Of 200,000 words; against a copy of it, too."""
    words = 200_000 // LARGE
    long = " ".join(_words(Random(6), words))
    with at_most(20):
        result = scan(rows([long] * copies + [sentence(4)]))
    assert result.pairs.height == copies - 1
    assert result.matches["words"].to_list() == [words] * (copies - 1)


def test_a_paragraph_again_and_again_in_one_article() -> None:
    count = 3000 // LARGE
    again = "\n\n".join([sentence(7)] * count)
    with at_most(20):
        result = scan(rows([again, sentence(8), "They said: " + sentence(7)]))
    assert {*result.matches.select("doc_a", "doc_b").iter_rows()} == {("a0", "a2")}
    assert result.pairs.height <= count


def test_a_paragraph_again_and_again_in_two_articles() -> None:
    count = 400 // (20 if INTERPRETED else 1)
    again = "\n\n".join([sentence(7)] * count)
    with at_most(30):
        result = scan(rows([again, "Heard. " + again]))
    assert result.matches.height > 0


@pytest.mark.parametrize("word", ["no", "橋", "a b"])
def test_a_word_again_and_again(word: str) -> None:
    """Neither a passage, nor different by the batches in which it comes."""
    texts = [f"{word} " * (20_000 // LARGE), sentence(1), f"{word} " * (30_000 // LARGE)]
    with at_most(30):
        result = scan(rows(texts))
    if word != "a b":
        assert result.matches.height == 0
        assert result.skipped.height == 2


def test_repeats_are_unlike_those_of_other_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{word} " * 100 for word in ("no", "yes", "no", "perhaps")]
    whole = scan(rows(texts))
    monkeypatch.setattr("syndetect.reading.sources.BATCH_BYTES", 1)
    assert_same(scan(rows(texts)), whole)
    assert whole.matches.height == whole.pairs.height == 0


def test_any_number_of_hot_places() -> None:
    texts = rows([sentence(1), sentence(2) + " " + sentence(1), sentence(1) + " " + sentence(3)])
    most = scan(texts, Settings(hot_places=1_000_000))
    assert_same(most, scan(texts, Settings(hot_places=50)))
