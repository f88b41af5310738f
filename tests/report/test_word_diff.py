"""Differences between two uses of a passage, word by word."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samples.timing import at_most
from syndetect.report.word_diff import Change, differences


def marked(first: str, other: str) -> str:
    marks = {Change.NONE: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "{{+{}+}}"}
    return "".join(marks[change].format(piece) for change, piece in differences(first, other))


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        ("", "", ""),
        ("the bridge", "the bridge", "the bridge"),
        ("", "the bridge", "{+the bridge+}"),
        ("the bridge", "", "[-the bridge-]"),
        ("He said so.", "He wrote so.", "He[- said-]{+ wrote+} so."),
        ("Once the bridge", "the bridge", "[-Once-] the bridge"),
        ("the bridge", "the old bridge", "the{+ old+} bridge"),
        ("“Shut,” he said", "‘Shut,’ he said", "[-“-]{+‘+}Shut,[-”-]{+’+} he said"),
        ("Brandvoll said", "Mr Brandvoll said", "{+Mr+} Brandvoll said"),
        ("这里是中国", "这边是中国", "这[-里-]{+边+}是中国"),
        ("de\u0301ja\u0300 vu", "de\u0301ja\u0300 lu", "de\u0301ja\u0300[- vu-]{+ lu+}"),
        ("हिन्दी में", "हिन्दी है", "हिन्दी[- में-]{+ है+}"),
    ],
)
def test_pieces(first: str, other: str, expected: str) -> None:
    assert marked(first, other) == expected


WORDS = st.lists(st.sampled_from(["a", "b", "the", "“", ",", "橋", "мост", "e\u0301"]), max_size=20)
TEXTS = st.text(max_size=30) | st.builds("".join, WORDS) | st.builds(" ".join, WORDS)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(first=TEXTS, other=TEXTS)
def test_the_pieces_make_up_both_texts(first: str, other: str) -> None:
    pieces = list(differences(first, other))
    for text, left_out in ((first, Change.ADDED), (other, Change.REMOVED)):
        made = "".join(piece for kind, piece in pieces if kind is not left_out)
        assert "".join(made.split()) == "".join(text.split())
    kinds = [kind for kind, _ in pieces]
    assert all(one is not other for one, other in pairwise(kinds))
    assert all(piece.strip() for _, piece in pieces)


def test_a_text_is_no_different_from_itself() -> None:
    assert marked("word " * 50_000, "word " * 50_000).split() == ["word"] * 50_000


def test_one_word_again_and_again_does_not_take_for_ever() -> None:
    with at_most(5):
        kinds = [kind for kind, _ in differences("rain sun " * 20_000, "sun rain " * 20_000)]
    assert kinds == [Change.REMOVED, Change.ADDED]
