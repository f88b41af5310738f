"""Write src/syndetect/folding.npz, the table by which characters are folded (see syndetect/text.py).

Run with CPython 3.13 (Unicode 15.1): ``python tools/make_folding.py``. The table is committed so that every Python
version, each with its own Unicode data, folds alike; ``tests/test_folding.py`` holds it against the rule below.
"""

import sys
import unicodedata
from pathlib import Path

import numpy as np

# Kinds of characters; kernels/words.py reads them from the four highest bits of an entry.
BOUNDARY, LETTER, SINGLE, IGNORED, APOSTROPHE, MARK, LINE_END = range(7)
KIND_SHIFT = 28
#: Set in an entry whose low bits are an index into ``expansions`` and not a code point.
EXPANDED = 1 << 27

APOSTROPHES = "'`´ʻʼ‘’‛′＇"
LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
#: Scripts written without spaces, by the beginning of their characters' names: each character is a word.
UNSPACED = (
    "CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HENTAIGANA",
    "BOPOMOFO", "YI SYLLABLE", "TANGUT", "NUSHU", "KHITAN", "THAI CHARACTER", "LAO ", "KHMER", "MYANMAR", "TAI ",
    "NEW TAI LUE", "JAVANESE", "BALINESE",
)  # fmt: skip


def is_accent(character: str) -> bool:
    """Whether a combining mark is folded away.

    Accents (canonical combining class 200 and above: marks above, below and through a letter of Latin, Greek, Cyrillic
    and their like) and the points of Hebrew, Arabic and Syriac (classes 10 to 36) go; the marks of Indic and
    South-East Asian scripts and the voicing marks of kana, which tell words apart, stay.
    """
    kind = unicodedata.combining(character)
    return kind >= 200 or 10 <= kind <= 36 or unicodedata.category(character) == "Me"


def fold(character: str) -> str:
    """The word characters that one character stands for: compatibility forms resolved, case folded, accents gone."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(c for c in text if unicodedata.category(c)[0] in "LNM" and not is_accent(c))


def kind_of(character: str, folded: str) -> int:
    """The kind of one character, given what it folds to."""
    category = unicodedata.category(character)
    if character in APOSTROPHES:
        return APOSTROPHE
    if character in LINE_ENDS:
        return LINE_END
    if category == "Cf" or 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF:
        return IGNORED
    if category in ("Mn", "Me", "Mc"):
        return MARK if folded else IGNORED
    if not folded:
        return BOUNDARY
    return SINGLE if unicodedata.name(folded[0], "").startswith(UNSPACED) else LETTER


def tables() -> dict[str, np.ndarray]:
    """Pages (a block number for each 256 code points), blocks of 256 entries, and the expansions."""
    entries = np.zeros(0x110000, np.uint32)
    expansions: list[int] = []
    places: dict[str, int] = {}
    for code_point in range(0x110000):
        character = chr(code_point)
        if unicodedata.category(character) in ("Cn", "Co", "Cs"):
            continue
        folded = fold(character)
        kind = kind_of(character, folded)
        value = 0
        if kind in (LETTER, SINGLE, MARK):
            if len(folded) == 1:
                value = 0 if folded == character else ord(folded)  # 0: itself; so most blocks are alike
            else:
                if folded not in places:
                    places[folded] = len(expansions)
                    expansions += [len(folded), *map(ord, folded)]
                value = EXPANDED | places[folded]
        elif kind == LINE_END:
            value = 2 if character == "\u2029" else 1  # a paragraph separator ends the paragraph by itself
        entries[code_point] = kind << KIND_SHIFT | value
    blocks, pages = np.unique(entries.reshape(-1, 256), axis=0, return_inverse=True)
    # The ASCII page comes first, so that the hot entries are blocks[0:128].
    first = int(pages[0])
    order = np.array([first, *(i for i in range(len(blocks)) if i != first)])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return {
        "pages": place[pages].astype(np.uint16),
        "blocks": blocks[order].reshape(-1).astype(np.uint32),
        "expansions": np.array(expansions, np.uint32),
        "unicode": np.array([int(part) for part in unicodedata.unidata_version.split(".")], np.uint32),
    }


if __name__ == "__main__":
    target = Path(__file__).parent.parent / "src/syndetect/folding.npz"
    if unicodedata.unidata_version != "15.1.0":
        sys.exit("run this with CPython 3.13, whose Unicode data (15.1) the committed table follows")
    np.savez_compressed(target, allow_pickle=False, **tables())
    print(f"{target.name}: Unicode {unicodedata.unidata_version}, {target.stat().st_size:,} bytes")
