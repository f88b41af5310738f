"""Text to words: the rule of words, offsets and paragraphs, against the plain twin."""

import json
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Literal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference import matching as naive
from samples.make_words import digests
from samples.strategies import FRAGMENTS, INTERPRETED, codes_of, encode, fewer, initials, prose, text
from syndetect.kernels.words import tokenise as kernel
from syndetect.matching import tokens as stage
from syndetect.matching.tokens import Words, blank_repeats, folding, tokenise

pytestmark = pytest.mark.kernel

CHARACTER = naive.characters(*folding())
DATA = Path(__file__).parents[1] / "data"

some_text = st.one_of(text(), initials(), prose())


def concatenate(parts: list[Words]) -> Words:
    """Words of consecutive documents as one."""

    def bounds(offsets: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(
            [[0], np.cumsum(np.concatenate([[], *(np.diff(one) for one in offsets)]))]
        ).astype(int)

    names = ("code", "begin", "end")
    columns = (
        np.concatenate([np.empty(0, np.uint32), *(getattr(one, name) for one in parts)]) for name in names
    )
    places = ("documents", "paragraphs", "document_paragraphs")
    return Words(*columns, *(bounds([getattr(one, name) for one in parts]) for name in places))


def tokenised(texts: Sequence[str], threads: int = 1) -> Words:
    return tokenise(*encode(texts), threads)


def spelled(*folded: str) -> list[int]:
    """The codes of folded words; a character that is a word by itself is marked by a leading ``|``."""
    return [naive.word_code(word.lstrip("|"), word.startswith("|")) for word in folded]


def assert_equal(one: Words, two: Words) -> None:
    for name in ("code", "begin", "end", "documents", "paragraphs", "document_paragraphs"):
        assert getattr(one, name).dtype == getattr(two, name).dtype
        assert getattr(one, name).tolist() == getattr(two, name).tolist()


@given(st.lists(some_text, max_size=4))
def test_words_and_paragraphs_are_those_of_the_rule(texts: list[str]) -> None:
    found = tokenised(texts)
    expected = [naive.words(one, CHARACTER) for one in texts]
    flat = [word for words in expected for word in words]
    assert found.code.tolist() == [word.code for word in flat]
    assert found.begin.tolist() == [word.begin for word in flat]
    assert found.end.tolist() == [word.end for word in flat]
    assert np.diff(found.documents).tolist() == [len(words) for words in expected]
    starts = [naive.paragraph_starts(words) for words in expected]
    assert np.diff(found.document_paragraphs).tolist() == [len(one) for one in starts]
    bases = found.documents[:-1].tolist()
    numbers = [base + start for base, one in zip(bases, starts, strict=True) for start in one]
    assert found.paragraphs.tolist() == [*numbers, len(flat)]


def says_one(char: str) -> bool:
    """Whether a character stands for parts of one word at most."""
    return len(CHARACTER(char)) == 1 or {atom.kind for atom in CHARACTER(char)} <= {"letter", "mark"}


@given(some_text)
def test_a_word_cut_out_by_its_offsets_is_that_word(one: str) -> None:
    found = tokenised([one])
    edges = np.stack([found.begin, found.end], axis=1).reshape(-1).tolist()
    assert all(low <= high for low, high in pairwise([0, *edges, len(one)]))
    one = "".join(filter(says_one, one))
    found = tokenised([one])
    cut = [one[low:high] for low, high in zip(found.begin, found.end, strict=True)]
    alone = tokenised(cut)
    assert alone.documents.tolist() == list(range(len(cut) + 1))
    assert alone.code.tolist() == found.code.tolist()
    assert alone.begin.tolist() == [0] * len(cut)
    assert alone.end.tolist() == [len(word) for word in cut]


FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")
ASSIGNED = [
    char for char in map(chr, range(0x110000)) if unicodedata.category(char) not in ("Cn", "Co", "Cs")
]


def different(texts: Sequence[str]) -> list[str]:
    """The texts that have other words in one of Unicode's normal forms."""
    parts = [tokenised([unicodedata.normalize(form, one) for one in texts]) for form in FORMS]
    given_ = tokenised(texts)

    def words(found: Words, i: int) -> bytes:
        return found.code[found.documents[i] : found.documents[i + 1]].tobytes()

    return [
        ascii(one)
        for i, one in enumerate(texts)
        if {words(found, i) for found in parts} != {words(given_, i)}
    ]


@given(st.lists(some_text, max_size=20))
@example(
    [
        "A.E\u0301b",
        "가.나",
        "A.\u0929",
        "3≠4",
        "か\u3099ク",
        "ﬁn Ｗｉｒｅ ²",
        "ｶﾞｽ",
        "ﻼ ﷺ",
        "½ 3½x",
        "l΅a",
        "a\u201a\u0301b",
    ]
)
@example(
    [
        "½A\u20ea\u0140\u0385z",
        "\U00022c23b\xa8\u0301c",
        "x" * 63 + " \u0301t",
        "d" * 5 + " \u0323\u0301t ŉ ŀl",
    ]
)
def test_a_text_has_the_same_words_in_all_normal_forms(texts: list[str]) -> None:
    assert different(texts) == []


@pytest.mark.skipif(INTERPRETED, reason="too many for plain Python")
def test_every_character_has_the_same_words_in_all_normal_forms() -> None:
    """Case 18-thai-am and its kind: each alone, between letters, and among marks that are put in canonical order."""
    known = [
        char for char in ASSIGNED if CHARACTER(char)[0].kind != "boundary" or unicodedata.decomposition(char)
    ]
    affected = [char for char in known if any(unicodedata.normalize(form, char) != char for form in FORMS)]
    affected += [char for char in known if unicodedata.combining(char)]
    assert different([f"{char} a{char}b A.{char}.c'{char}" for char in affected]) == []
    assert different([f"a\u093c\u0323{char}\u0345\u094d\u0301{char}´{char}" for char in affected]) == []


@pytest.mark.skipif(INTERPRETED, reason="too many for plain Python")
def test_random_marks_have_the_same_words_in_all_normal_forms() -> None:
    random = Random(18)
    marks = [char for char in ASSIGNED if unicodedata.combining(char)]
    parts = [char for char in ASSIGNED if unicodedata.decomposition(char)]
    hard = "´¨΅½ŀŉ\u0345\u0301\u0308\u0323\u093c\u094d\u0e48\u0e33\u0eb3\u0e4d\u0f73\u0f71\u3099"
    hard += " .'’-\n\u00ad\u00a0\u2024abAB"
    texts = [
        "".join(
            random.choice(random.choice((marks, parts, hard, hard))) for _ in range(random.randrange(1, 80))
        )
        for _ in range(4000)
    ]
    assert different(texts) == []


def test_lines_are_as_long_in_all_normal_forms() -> None:
    """Signs that stand for several make no line longer."""
    hard = "ab⁉⁗΅ŀﬁéが\u0301\u00a0…㎏"
    random = Random(24)
    texts = [
        "-\n".join(
            "".join(random.choices(["a", "b", "ab ", random.choice(hard)], k=random.randint(9, 14)))
            for _ in range(random.randint(4, 9))
        )
        for _ in range(20 if INTERPRETED else 1000)
    ]
    assert different(texts) == []


@given(
    st.lists(
        st.sampled_from(["café", "don’t", "STRASSE", "İzmir", "Ἀθῆναι", "U.S.", "ﬁn", "서울"]), max_size=8
    )
)
def test_restyled_text_is_the_same_words(words: list[str]) -> None:
    plain, restyled = " ".join(words), "“" + "\u00a0— ".join(words).replace("’", "'").upper() + "”"
    soft = "\u00ad".join(plain).replace("\u00ad.\u00ad", ".").replace("\u00ad’\u00ad", "’")
    assert codes_of(plain) == codes_of(restyled) == codes_of(soft)


RULE = {
    "don't don’t DON＇T": ("dont", "dont", "dont"),
    "'tis rock ’n’ roll'": ("tis", "rock", "n", "roll"),
    "U.S. u.s.a. and U.S": ("us", "usa", "and", "us"),
    "J.K.Rowling": ("jk", "rowling"),
    "A.Étienne": ("a", "etienne"),
    "A.E\u0301tienne": ("a", "etienne"),
    "end.Next e.g. this": ("end", "next", "eg", "this"),
    "3.5 ٣.٥ １.２ v1.2": ("3", "5", "3", "5", "1", "2", "v1", "2"),
    "가.나": ("\u1100\u1161", "\u1102\u1161"),
    "ﬁ.x fi.x": ("fi", "x", "fi", "x"),
    "A.\u00adB don\u00ad'\u00adt": ("ab", "dont"),
    "Reu\u00adters zero\u200bwidth": ("reuters", "zerowidth"),
    "naïve NAI\u0308VE Ἀθῆναι": ("naive", "naive", "αθηναι"),
    "שָׁלוֹם كَتَبَ": ("שלום", "كتب"),
    "s\u0336t\u0336r\u0336uck": ("struck",),
    "हिन्दी": ("हिन्दी",),
    "3≠4": ("3", "4"),
    "新华社Beijing": ("|新", "|华", "|社", "beijing"),
    "がか\u3099": ("|か\u3099", "|か\u3099"),
    "ｶﾞ": ("|カ\u3099",),
    "ไทย": ("|ไ", "|ท", "|ย"),
    "AFP—Paris\u00a0(10:30)": ("afp", "paris", "10", "30"),
    "Straße STRASSE": ("strasse", "strasse"),
    "👍🏽 ☃ …": (),
    "Acme™ №7 3½ Ⓐ": ("acmetm", "no7", "31", "2", "a"),
    "น้ำ น้ํา": ("|น้ํ", "|า", "|น้ํ", "|า"),
    "ນ້ຳ": ("|ນ້ໍ", "|າ"),
    "كتــاب مدرسة": ("كتاب", "مدرسه"),
    "کی كي كى": ("كي", "كي", "كي"),
    "أول آخر ۀ ۓ": ("اول", "اخر", "ه", "ي"),
    "۲۰۳۱ २०३१ ၂ ፩ ❷": ("2031", "2031", "2", "1", "2"),
    "don´t don ́t": ("dont", "dont"),
}


@pytest.mark.parametrize(("one", "folded"), RULE.items(), ids=map(ascii, RULE))
def test_the_rule_by_example(one: str, folded: tuple[str, ...]) -> None:
    assert codes_of(one) == spelled(*folded)


@pytest.mark.skipif(INTERPRETED, reason="too many for plain Python")
def test_the_first_version_gives_what_it_gave() -> None:
    """Of every character, alone and in context, and of random texts: codes, offsets and paragraphs."""
    expected = json.loads((DATA / "words-1.json").read_text(encoding="utf-8"))
    found = digests(lambda texts: tokenise(*encode(texts), version=1))
    assert [name for name, digest in expected.items() if found[name] != digest] == []
    assert found.keys() == expected.keys()


def test_codes_are_what_they_were() -> None:
    """Codes may lie in stored indexes: they change with a new format only."""
    assert codes_of("Reuters 통신 新") == [2114970181, 3492116019, 1274261256]


COLUMN = (
    "the keepers of the beacon met on the\nsecond evening and considered the pro-\n"
    "posals of the ferrymen for the exten-\nsion of the landing stage in the bay\n"
)
HYPHENS = {
    "in a text that hyphenates": (COLUMN, ("proposals", "extension"), ("pro", "posals")),
    "behind other hyphens": (COLUMN.replace("-\n", "\u2010\n"), ("proposals", "extension"), ()),
    "as recognised": (COLUMN.replace("-\n", "¬\n"), ("proposals", "extension"), ()),
    "soft": (COLUMN.replace("-\n", "\u00ad\n"), ("proposals", "extension"), ()),
    "with spaces around": (COLUMN.replace("-\n", "- \r\n  "), ("proposals", "extension"), ()),
    "one alone is kept": (COLUMN.replace("pro-\nposals", "proposals,\n"), ("exten", "sion"), ("extension",)),
    "its word stands elsewhere": (
        COLUMN.replace("pro-\nposals", "proposals,\n") + "and extension", ("extension",), ("exten", "sion")
    ),
    "with a hyphen in a line": (
        COLUMN.replace("pro-\nposals", "well-\nknown") + "as a well-known", ("well", "known"), ("wellknown",)
    ),
    "parts stand elsewhere": (
        COLUMN.replace("pro-\nposals", "well-\nknown") + "known to them as well", ("well", "known"), ("wellknown",)
    ),
    "capitals": (COLUMN.replace("pro-\nposals", "Anglo-\nSaxon"), ("anglo", "saxon"), ("anglosaxon",)),
    "blank lines": (COLUMN.replace("-\n", "-\n\n"), ("pro", "posals"), ("proposals",)),
    "not wrapped": (COLUMN.replace("\n", " ").replace("- ", "-\n", 1), ("pro", "posals"), ("proposals",)),
}  # fmt: skip


@pytest.mark.parametrize(("one", "there", "missing"), HYPHENS.values(), ids=HYPHENS)
def test_hyphens_at_line_ends(one: str, there: tuple[str, ...], missing: tuple[str, ...]) -> None:
    found = codes_of(one)
    assert found == [word.code for word in naive.words(one, CHARACTER)]
    assert set(spelled(*there)) <= set(found)
    assert not set(spelled(*missing)) & set(found)


def test_what_is_hyphenated_spans_its_parts_and_leaves_the_paragraphs() -> None:
    found = tokenised([COLUMN])
    word = found.code.tolist().index(spelled("extension")[0])
    assert COLUMN[found.begin[word] : found.end[word]] == "exten-\nsion"
    assert len(found.paragraphs) - 1 == 4


@fewer(2)
@given(
    st.lists(st.sampled_from(["ab", "cd", "abcd", "ab-cd", "Ab", "é", "x"]), min_size=12),
    st.integers(8, 14),
    st.data(),
)
def test_hard_wrapped_lines_are_joined_as_the_rule_says(
    parts: list[str], width: int, data: st.DataObject
) -> None:
    text, at = " ".join(parts), 0
    while (at := at + width) < len(text):
        text = (
            text[:at]
            + data.draw(st.sampled_from(["-\n", "-\n", "\n", "-\r\n", "\u00ad\n", "-\n\n"]))
            + text[at:]
        )
        at += 1
    found, expected = tokenised([text]), naive.words(text, CHARACTER)
    assert found.code.tolist() == [word.code for word in expected]
    assert found.end.tolist() == [word.end for word in expected]
    assert found.paragraphs[:-1].tolist() == naive.paragraph_starts(expected)


def test_characters_of_many_words_find_room() -> None:
    assert len(tokenised(["㌖" * 5000]).code) == 6 * 5000


@pytest.mark.parametrize("length", range(1, 26))
def test_words_of_every_length_have_their_own_code(length: int) -> None:
    found = codes_of(f"{'a' * length} {'a' * (length - 1)}b b{'a' * (length - 1)} {'a' * length}")
    assert found == spelled("a" * length, "a" * (length - 1) + "b", "b" + "a" * (length - 1), "a" * length)


PARAGRAPHS = {
    "a b\n\nc d\ne": [0, 2],
    "a b\nc d\ne": [0, 2, 4],
    "\n\na b\nc": [0, 2],
    "a\r\nb\r\n\r\nc": [0, 2],
    "a\n \t\nb\nc": [0, 1],
    "a\u2029b\nc": [0, 1],
    "a\u2028b": [0, 1],
    "a\n\n— …\n\nb": [0, 1],
    "": [],
    "…": [],
}


@pytest.mark.parametrize(("one", "starts"), PARAGRAPHS.items(), ids=map(ascii, PARAGRAPHS))
def test_paragraphs_by_example(one: str, starts: list[int]) -> None:
    assert tokenised([one]).paragraphs.tolist()[:-1] == starts


@given(st.lists(some_text, max_size=6), st.integers(1, 60), st.integers(1, 3))
def test_chunks_and_threads_do_not_matter(texts: list[str], chunk: int, threads: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "CHUNK_BYTES", chunk)
        in_chunks = tokenised(texts, threads)
    assert_equal(in_chunks, tokenised(texts))


@given(st.lists(some_text, max_size=5), st.integers(0, 5))
def test_batches_do_not_matter(texts: list[str], cut: int) -> None:
    assert_equal(concatenate([tokenised(texts[:cut]), tokenised(texts[cut:])]), tokenised(texts))
    assert_equal(concatenate([tokenised(texts)]), concatenate([concatenate([]), tokenised(texts)]))


@given(st.lists(some_text, min_size=1, max_size=5))
def test_words_and_paragraphs_know_their_documents(texts: list[str]) -> None:
    found = tokenised(texts)
    owner = np.repeat(np.arange(len(texts)), np.diff(found.documents))
    assert found.paragraph_documents.tolist() == owner[found.paragraphs[:-1]].tolist()


@fewer(4)
@given(st.one_of(text(20), initials(), prose(20)), st.sampled_from(["— ", "-", "\n", "a "]))
def test_it_does_not_matter_where_in_a_block_of_bytes_a_word_stands(one: str, filler: str) -> None:
    """Words are found 64 bytes at a time: each place in the text comes to stand at each place in a block."""
    alone = tokenised([one])
    before = [filler * count + "-" * rest for count in range(3) for rest in range(64)]
    together = tokenised([start + one for start in before])
    for start, low, high in zip(before, together.documents, together.documents[1:], strict=False):
        first = high - len(alone.code)
        assert first - low == start.count("a")
        assert together.code[first:high].tolist() == alone.code.tolist()
        assert (together.begin[first:high] - len(start)).tolist() == alone.begin.tolist()
        assert (together.end[first:high] - len(start)).tolist() == alone.end.tolist()


@pytest.mark.parametrize("length", [1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1000])
@pytest.mark.parametrize("end", ["", "\n", "’", "’s", "é", ".", "\u00ad", "…"])
def test_words_longer_than_a_block(length: int, end: str) -> None:
    for before in ("", "x ", "“"):
        one = before + "Ab1" * length + end
        expected = naive.words(one, CHARACTER)
        found = tokenised([one, one])
        assert found.code.tolist() == [word.code for word in expected] * 2
        assert found.begin.tolist() == [word.begin for word in expected] * 2
        assert found.end.tolist() == [word.end for word in expected] * 2


@pytest.mark.skipif(INTERPRETED, reason="nothing is compiled")
def test_the_kernel_is_compiled_once() -> None:
    buffer, documents = encode(["a b"] * 200)
    assert_equal(tokenise(buffer, documents), tokenise(buffer.copy(), documents))
    padded = np.concatenate([buffer, buffer])
    assert_equal(tokenise(buffer, documents), tokenise(padded, documents))
    assert len(kernel.signatures) == 1  # type: ignore[attr-defined]


def test_text_behind_a_document_does_not_matter() -> None:
    ends = ["a", "don", "don’", "U.", "U.S", "e", "caf", "“", "\r", "x" * 63, "x" * 64]
    begins = ["b", "’t", "t", "S.", ".", "\u0301", "é", "\n", "\u00adz", "”"]
    texts = [part for end in ends for begin in begins for part in (end, begin)]
    assert_equal(tokenised(texts), concatenate([tokenised([one]) for one in texts]))


def test_no_character_stands_for_more_words_than_there_is_room_for() -> None:
    texts = ["a" + fragment * count + "b" for fragment in FRAGMENTS for count in (1, 2)] + ["กaกbกcก", ""]
    assert_equal(tokenised(texts, 2), concatenate([tokenised([one]) for one in texts]))


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 31, 32, 33]), st.sampled_from(["a", "a b", "กข"])), max_size=6)
)
def test_paragraphs_of_one_word_again_and_again_agree_with_nothing(parts: list[tuple[int, str]]) -> None:
    before = tokenised(["\n\n".join(" ".join([words] * count) for count, words in parts)] * 2)
    after, blanked = blank_repeats(before, ["one", "two"])
    low, high = before.paragraphs[:-1].tolist(), before.paragraphs[1:].tolist()
    ranges = list(zip(low, high, strict=True))
    is_repeat = [high - low >= 32 and len(set(before.code[low:high])) == 1 for low, high in ranges]
    assert blanked.tolist() == np.flatnonzero(is_repeat).tolist()
    fresh = [code for number in blanked for code in after.code[slice(*ranges[number])].tolist()]
    assert len(set(fresh)) == len(fresh)
    assert not set(fresh) & set(before.code.tolist())
    for number, (first, end) in enumerate(ranges):
        if not is_repeat[number]:
            assert after.code[first:end].tolist() == before.code[first:end].tolist()
