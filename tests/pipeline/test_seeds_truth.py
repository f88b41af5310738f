"""The truth in tests/data/seeds.jsonl against the articles in seeds/, apart from the package."""

import itertools
import json
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parents[1]
# Bytes, then a decode: the offsets count characters of the file as it is, with no newline translated.
TEXTS = {path.name: path.read_bytes().decode() for path in sorted((HERE.parent / "seeds").glob("*.txt"))}
UNRELATED = {"11-fellgate-gazette.txt", "12-coastline-weekly.txt"}
RUN = 8  # words: a shared run as long as this is reuse


class Word(NamedTuple):
    folded: str
    begin: int
    end: int


class Use(NamedTuple):
    passage: str
    doc_id: str
    begin: int
    end: int

    def holds(self, first: Word, last: Word) -> bool:
        return self.begin <= first.begin and last.end <= self.end


def split(text: str) -> list[Word]:
    return [Word(found.group().casefold(), *found.span()) for found in re.finditer(r"\w+", text)]


WORDS = {doc_id: split(text) for doc_id, text in TEXTS.items()}
LINES = (HERE / "data" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
RECORDS = [json.loads(line) for line in LINES]
USES = [Use(record["passage"], **use) for record in RECORDS for use in record["uses"]]
each_use = pytest.mark.parametrize("use", USES, ids=lambda use: f"{use.passage}-{use.doc_id[:2]}-{use.begin}")


def folded(use: Use) -> list[str]:
    return [word.folded for word in split(TEXTS[use.doc_id][use.begin : use.end])]


def grams(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def shared_runs(a: list[str], b: list[str], least: int) -> Iterator[tuple[int, int, int]]:
    """Every maximal run of at least ``least`` words: where it starts in a and in b, and its length."""
    places = defaultdict(list)
    for j in range(len(b) - least + 1):
        places[tuple(b[j : j + least])].append(j)
    for i in range(len(a) - least + 1):
        for j in places[tuple(a[i : i + least])]:
            if i and j and a[i - 1] == b[j - 1]:
                continue  # inside a run that began earlier
            equal = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(a[i:], b[j:], strict=False))
            yield i, j, sum(1 for _ in equal)


def runs_between(doc_a: str, doc_b: str, least: int) -> Iterator[tuple[Word, Word, Word, Word]]:
    """The first and the last word of each shared run, in doc_a and in doc_b."""
    a, b = WORDS[doc_a], WORDS[doc_b]
    for i, j, length in shared_runs([word.folded for word in a], [word.folded for word in b], least):
        yield a[i], a[i + length - 1], b[j], b[j + length - 1]


def test_corpus_is_ten_articles_on_the_event_and_two_on_others() -> None:
    assert len(TEXTS) == 12
    assert set(TEXTS) > UNRELATED


def test_passages_are_named_once() -> None:
    names = [record["passage"] for record in RECORDS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("doc_id", TEXTS)
def test_article_has_the_size_of_a_news_article(doc_id: str) -> None:
    paragraphs = [split(part) for part in re.split(r"\n\s*\n", TEXTS[doc_id]) if part.strip()]
    assert 350 <= len(TEXTS[doc_id].split()) <= 900
    assert 20 <= statistics.median(map(len, paragraphs)) <= 32


@each_use
def test_use_runs_from_the_first_word_to_the_last_within_its_document(use: Use) -> None:
    text = TEXTS[use.doc_id]
    assert 0 <= use.begin < use.end <= len(text)
    assert use.begin in {word.begin for word in WORDS[use.doc_id]}
    assert use.end in {word.end for word in WORDS[use.doc_id]}


@each_use
def test_use_begins_and_ends_with_words_that_another_document_runs(use: Use) -> None:
    words = folded(use)
    elsewhere = set()
    for other in USES:
        if other.passage == use.passage and other.doc_id != use.doc_id:
            elsewhere |= grams(folded(other), 2)
    assert tuple(words[:2]) in elsewhere
    assert tuple(words[-2:]) in elsewhere


@pytest.mark.parametrize("passage", [record["passage"] for record in RECORDS])
def test_any_two_documents_of_a_passage_share_a_run_of_it(passage: str) -> None:
    uses = [use for use in USES if use.passage == passage]
    assert len({use.doc_id for use in uses}) >= 2
    for one, other in itertools.combinations(uses, 2):
        if one.doc_id != other.doc_id:
            assert any(shared_runs(folded(one), folded(other), RUN)), (one, other)


@pytest.mark.parametrize("doc_id", TEXTS)
def test_uses_in_a_document_do_not_overlap(doc_id: str) -> None:
    uses = sorted((use for use in USES if use.doc_id == doc_id), key=lambda use: use.begin)
    assert all(earlier.end < later.begin for earlier, later in itertools.pairwise(uses))


@pytest.mark.parametrize("doc_a", TEXTS)
def test_every_shared_run_lies_inside_the_uses_of_one_passage(doc_a: str) -> None:
    for doc_b in TEXTS:
        if doc_b == doc_a:
            continue
        for first_a, last_a, first_b, last_b in runs_between(doc_a, doc_b, RUN):
            in_a = {use.passage for use in USES if use.doc_id == doc_a and use.holds(first_a, last_a)}
            in_b = {use.passage for use in USES if use.doc_id == doc_b and use.holds(first_b, last_b)}
            assert in_a & in_b, (doc_b, TEXTS[doc_a][first_a.begin : last_a.end])


def test_unrelated_articles_stand_in_no_passage() -> None:
    assert not UNRELATED & {use.doc_id for use in USES}


def test_one_unrelated_article_shares_stock_phrases_just_short_of_a_passage() -> None:
    tempting = [
        doc_id
        for doc_id in TEXTS
        if doc_id not in UNRELATED and any(runs_between("11-fellgate-gazette.txt", doc_id, RUN - 1))
    ]
    assert len(tempting) == 6


def test_a_caption_repeats_within_one_article_and_is_no_reuse() -> None:
    text = TEXTS["03-daily-lantern.txt"]
    caption = next(line for line in text.splitlines() if line.startswith("Built by joiners"))
    assert text.count(caption) == 2
    begins = [found.start() for found in re.finditer(re.escape(caption), text)]
    uses = [use for use in USES if use.doc_id == "03-daily-lantern.txt"]
    assert not any(use.begin <= begin < use.end for use in uses for begin in begins)


@pytest.mark.parametrize(
    ("doc_id", "trait"),
    [
        ("01-harbour-courier.txt", "\nLINDROW (AFP) - Tarvonia"),
        ("02-meridian-post.txt", "\nBeta 0.9 - "),
        ("02-meridian-post.txt", "18 per\u00a0cent"),
        ("02-meridian-post.txt", "Mr Joram Pell"),
        ("03-daily-lantern.txt", "‘We do not ask"),
        ("03-daily-lantern.txt", "\nSource: Read Full Article"),
        ("04-northgate-financial-record.txt", "\nReporting by "),
        ("04-northgate-financial-record.txt", "; Editing by "),
        ("05-isthmus-times.txt", " BLOOMBERG, REUTERS, AFP\n"),
        ("05-isthmus-times.txt", "reser\u00advoir"),
        ("06-morning-bugle.txt", "\nREAD MORE: "),
        ("07-plains-tribune.txt", "defense ministry"),
        ("08-inland-review.txt", "«This bridge was built"),
        ("10-proinos-deiktis.txt", "“Αυτή τη γέφυρα"),
    ],
)
def test_trait_of_real_outlets_is_present(doc_id: str, trait: str) -> None:
    assert trait in TEXTS[doc_id]
