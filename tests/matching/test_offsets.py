"""A scan from end to end: what stands at the offsets of its tables is what the tables say."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from reference import matching as naive
from samples.strategies import codes_of, encode, fewer, text
from syndetect.matching import bands
from syndetect.matching import tokens as text_stage
from syndetect.matching.tokens import Words, tokenise
from syndetect.pipeline import stages
from syndetect.pipeline.scan import scan
from syndetect.results.result import Result
from syndetect.schema import TABLES
from syndetect.settings import Settings

pytestmark = pytest.mark.kernel

VOCABULARY = (
    "Reuters", "café", "naïveté", "Straße", "İstanbul", "don’t", "l’État", "U.S", "ﬁnance", "Œuvre", "Žižek",
    "Αθήνα", "ἄνθρωπος", "Москва", "Ёлка", "Київ", "ქართული", "հայերեն", "שָׁלוֹם", "יְרוּשָׁלַיִם", "السَّلَامُ", "العربيّة",
    "فارسی", "हिन्दी", "क़लम", "বাংলা", "தமிழ்", "తెలుగు", "አማርኛ", "서울", "대통령", "新华社", "東京", "ニュース", "ガラス",
    "ประเทศไทย", "ລາວ", "ខ្មែរ", "မြန်မာ", "བོད་ཡིག", "2031", "٢٠٣١", "२०३१", "№7", "x²", "Ⅷ", "minister", "bridge",
    "Tamsin", "Morvia", "capital", "lorries", "pillars", "inspectors", "government", "yesterday", "announced",
    "reopened", "traffic", "repairs",
)  # fmt: skip
SEPARATORS = (
    " ",
    "\u00a0",
    "\u2009",
    "  ",
    ", ",
    " — ",
    "… ",
    "” “",
    " 👍🏽 ",
    "\n",
    " (",
    ") ",
    "\u3000",
    " \u200f",
)

RESTYLE: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "composed": lambda word: unicodedata.normalize("NFC", word),
    "decomposed": lambda word: unicodedata.normalize("NFD", word),
    "capitals": lambda word: word.upper() if word.isascii() else word,
    "straight quotes": lambda word: word.replace("’", "'"),
    "soft hyphens": lambda word: "\u00ad".join(word) if word.isalpha() else word,
}


@cache
def is_several_words(character: str) -> bool:
    """Whether a character is more than one word, as ½ is: a span that ends between them cannot be cut out."""
    return len(codes_of(character)) > 1


#: A scan passes over texts with NUL characters, and those that are blank.
readable = text(25).map(lambda one: "".join("\ufffd" if c == "\0" or is_several_words(c) else c for c in one))


class Article(NamedTuple):
    """An article's text, and the characters of the stretch that it shares with others."""

    text: str
    begin: int
    end: int


@st.composite
def articles(draw: st.DrawFn) -> list[Article]:
    """Articles that share a stretch of words, each with its own spelling, between text of their own in any script."""
    shared = draw(st.lists(st.sampled_from(VOCABULARY), min_size=24, max_size=36, unique=True))
    styles = st.sampled_from(sorted(RESTYLE)).map(RESTYLE.__getitem__)
    found = []
    for _ in range(draw(st.integers(2, 3))):
        words = [draw(styles)(word) for word in shared]
        gaps = [draw(st.sampled_from(SEPARATORS)) for _ in words[1:]]
        stretch = words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=True))
        before = draw(readable) + "\n"
        found.append(Article(before + stretch + "\n" + draw(readable), len(before), len(before + stretch)))
    return found


#: Whatever agrees at all is a match.
LOOSE = Settings(
    fingerprint_words=1, winnow_window=1, shingle_words=1, min_jaccard=0.0, min_words=1, min_score=2,
    min_linked_score=1, drop=4, join_words=2,
)  # fmt: skip
#: Every two paragraphs are compared.
ANY_PAIR = Settings(min_words=1, min_jaccard=0.0)
some_texts = st.one_of(
    articles().map(lambda found: [one.text for one in found]),
    st.lists(readable, max_size=4).map(lambda found: [*found, "".join(found), "\n\n".join(found[::-1])]),
)


def scanned(texts: Sequence[str], settings: Settings | None = None, threads: int = 1) -> Result:
    return scan([{"id": f"d{i}", "text": one} for i, one in enumerate(texts)], settings, threads=threads)


def by_id(texts: Sequence[str]) -> dict[str, str]:
    return {f"d{i}": one for i, one in enumerate(texts)}


def assert_states_what_is_there(row: dict[str, Any], texts: dict[str, str]) -> None:
    """The words at the offsets of a match, tokenised afresh, align as it states."""
    a, b = (codes_of(texts[row[f"doc_{side}"]][row[f"begin_{side}"] : row[f"end_{side}"]]) for side in "ab")
    assert a[0] == b[0]
    assert a[-1] == b[-1]
    assert 0 < row["words"] <= naive.most_equal(a, b)
    assert 4 * row["score"] <= naive.best_score(a, b)
    columns = row["words"] / row["identity"]
    assert columns == pytest.approx(round(columns))
    assert max(len(a), len(b)) <= round(columns) <= len(a) + len(b) - row["words"]


@fewer(4)
@given(articles())
def test_matches_cover_what_articles_share_and_state_what_is_there(found: list[Article]) -> None:
    matches = scanned([one.text for one in found]).matches.to_dicts()
    texts = by_id([one.text for one in found])
    for row in matches:
        assert_states_what_is_there(row, texts)
    for a, b in combinations(range(len(found)), 2):
        assert any(
            (row["doc_a"], row["doc_b"]) == (f"d{a}", f"d{b}")
            and row["begin_a"] <= found[a].begin < found[a].end <= row["end_a"]
            and row["begin_b"] <= found[b].begin < found[b].end <= row["end_b"]
            for row in matches
        ), (a, b)


def assert_uses_quote_their_documents(result: Result, texts: dict[str, str]) -> None:
    matched = {
        (row[f"doc_{side}"], row[f"begin_{side}"], row[f"end_{side}"], row["words"], row["identity"])
        for row in result.matches.to_dicts()
        for side in "ab"
    }
    last = None
    for row in result.passages.to_dicts():
        quoted = texts[row["doc_id"]][row["begin"] : row["end"]]
        assert row["text"] == quoted
        if row["passage_id"] != last:  # the first use stands for the whole passage
            assert (row["words"], row["identity"]) == (len(codes_of(quoted)), 1.0)
        else:
            assert (row["doc_id"], row["begin"], row["end"], row["words"], row["identity"]) in matched
        last = row["passage_id"]


def assert_pairs_are_paragraphs_and_state_their_overlap(
    result: Result, whole: dict[str, Words], shingle_words: int
) -> None:
    for row in result.pairs.to_dicts():
        sets = []
        for side in "ab":
            words = whole[row[f"doc_{side}"]]
            low, high = words.paragraphs[row[f"paragraph_{side}"] :][:2]
            assert (row[f"begin_{side}"], row[f"end_{side}"]) == (words.begin[low], words.end[high - 1])
            sets.append(set(naive.shingles(words.code[low:high].tolist(), shingle_words)))
        shares = row["jaccard"], row["containment_a"], row["containment_b"]
        assert shares == naive.overlaps(*sets)


def assert_words_and_what_of_them_is_reused_are_counted(result: Result, whole: dict[str, Words]) -> None:
    reused: dict[str, set[int]] = defaultdict(set)
    for row in result.matches.to_dicts():
        for side in "ab":
            found = whole[row[f"doc_{side}"]]
            is_inside = (found.begin >= row[f"begin_{side}"]) & (found.end <= row[f"end_{side}"])
            reused[row[f"doc_{side}"]] |= set(np.flatnonzero(is_inside).tolist())
    for row in result.documents.to_dicts():
        found = whole[row["doc_id"]]
        assert (row["words"], row["paragraphs"]) == (len(found.code), len(found.paragraphs) - 1)
        assert row["reused_words"] == len(reused[row["doc_id"]])
        assert row["reused_share"] == row["reused_words"] / max(row["words"], 1)


@pytest.mark.parametrize("settings", [Settings(), LOOSE, ANY_PAIR], ids=["defaults", "loose", "any pair"])
@fewer(6)
@given(texts=some_texts)
def test_tables_state_what_is_there(settings: Settings, texts: list[str]) -> None:
    """All of them of one scan, since a scan takes longer than to look at its tables."""
    result, named = scanned(texts, settings), by_id(texts)
    whole = {name: tokenise(*encode([one])) for name, one in named.items()}
    for row in result.matches.to_dicts():
        assert_states_what_is_there(row, named)
    assert_uses_quote_their_documents(result, named)
    assert_pairs_are_paragraphs_and_state_their_overlap(result, whole, settings.shingle_words)
    assert_words_and_what_of_them_is_reused_are_counted(result, whole)


@fewer(8)
@given(some_texts, st.sampled_from([None, LOOSE]), st.integers(1, 50), st.integers(1, 3))
def test_the_result_is_the_same_for_any_threads_and_chunks(
    texts: list[str], settings: Settings | None, chunk: int, threads: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_stage, "CHUNK_BYTES", chunk)
        patch.setattr(bands, "MOST_KEYS", chunk)
        patch.setattr(stages, "PAIRS", chunk)
        patch.setattr(stages, "SEEDS", chunk)
        in_chunks = scanned(texts, settings, threads)
    whole = scanned(texts, settings)
    for name in TABLES:
        assert_frame_equal(getattr(in_chunks, name), getattr(whole, name))
    assert in_chunks.manifest["counts"] == whole.manifest["counts"]
