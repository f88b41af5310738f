"""Documents that have the same words in other spellings, or in columns, are near-duplicates and share all passages."""

import textwrap
import unicodedata
from collections.abc import Callable
from random import Random

import pytest

from samples.make_words import wrapped
from syndetect import deduplicate, scan

pytestmark = pytest.mark.kernel

_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_TO_ARABIC = str.maketrans("یک", "يك")
_FINAL = str.maketrans("نمل", "\ufee6\ufee2\ufede")


def invented(letters: str, marks: str = "") -> str:
    """Ninety words of letters, some with a mark behind."""
    random = Random(18)
    return " ".join(
        "".join(random.choice(letters) + random.choice(["", "", *marks]) for _ in range(random.randint(4, 8)))
        for _ in range(90)
    )


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


LATIN = invented("aeiou" + "bdklmnrstv" * 2)
SPELLINGS: dict[str, tuple[str, Callable[[str], str]]] = {
    "case 18: Thai am": (invented("กคดนบมร", "ำ้"), decomposed),
    "case 18: Lao am": (invented("ກຄດນບມລ", "ຳ້"), decomposed),
    "case 18: tones before am": (invented("กคดนบมร").replace("ก", "น้ำ"), lambda text: text.replace("้ำ", "ํ้า")),
    "case 18: nukta behind virama": (
        invented("कगतनमर").replace("क", "क\u093c\u094d"), lambda text: text.replace("\u093c\u094d", "\u094d\u093c")
    ),
    "case 18: jamo": (invented("가나달말봄집"), decomposed),
    "case 19: tatweel": (invented("بتدرسلمني"), lambda text: text.replace("م", "م\u0640\u0640")),
    "case 19: yeh and kaf": (invented("بتدرسلمنیک"), lambda text: text.translate(_TO_ARABIC)),
    "case 19: digits": (invented("بتدر0123456789"), lambda text: text.translate(_DIGITS)),
    "case 19: final forms": (invented("بتدرسلمنه"), lambda text: text.translate(_FINAL)),
    "case 19: points and hamza": (invented("بتدرسلمنا"), lambda text: text.replace("ا", "أ\u064e")),
    "case 24: at 36 columns": (LATIN, lambda text: wrapped(text, 36)),
    "case 24: at 28 columns, as recognised": (LATIN, lambda text: wrapped(text, 28, hyphen="¬", end="\r\n")),
    "case 24: soft hyphens": (LATIN, lambda text: wrapped(text, 44, hyphen="\u00ad")),
    "case 24: spaces at line ends": (LATIN, lambda text: wrapped(text, 36, hyphen="‐ ", end="  \n ")),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_documents_in_other_spellings_are_the_same(name: str) -> None:
    text, respell = SPELLINGS[name]
    other = respell(text)
    assert other != text
    documents = [{"id": "plain", "text": text}, {"id": "other", "text": other}]
    assert deduplicate(documents).removed["similarity"].to_list() == [1.0]
    (match,) = scan(documents).matches.rows(named=True)
    assert (match["begin_a"], match["end_a"]) in ((0, len(text)), (0, len(other)))


@pytest.mark.parametrize("width", [28, 36, 72])
def test_case_24_compounds_that_stand_in_lines_stay_in_columns(width: int) -> None:
    words = LATIN.split()
    compound = f"{words[0]}-{words[1]}"
    for place in range(2, 90, 3):
        words[place] = compound
    text = " ".join(words)
    other = textwrap.fill(text, width)
    assert "-\n" in other
    documents = [{"id": "plain", "text": text}, {"id": "other", "text": other}]
    assert deduplicate(documents).removed["similarity"].to_list() == [1.0]
