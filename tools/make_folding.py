"""Write src/syndetect/matching/folding.npz, the table by which characters are folded (see matching/tokens.py).

Run with CPython 3.13 (Unicode 15.1): ``python tools/make_folding.py``. The table is committed so that every Python
version, each with its own Unicode data, folds alike; a test holds it against the rule below.
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
#: Set in the entry of one letter, not a digit, that stays one letter: what may be an initial, as in U.S.
INITIAL = 1 << 26

APOSTROPHES = "'`´ʻʼ‘’‛′＇"
LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
#: Scripts written without spaces, by the beginning of their characters' names: each character is a word.
UNSPACED = (
    "CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HENTAIGANA",
    "BOPOMOFO", "YI SYLLABLE", "NUSHU", "KHITAN", "THAI CHARACTER", "LAO ", "KHMER", "MYANMAR", "TAI ",
    "NEW TAI LUE", "JAVANESE", "BALINESE",
)  # fmt: skip


#: What shows nothing and is not of category Cf: Unicode's Default_Ignorable_Code_Point.
INVISIBLE = {
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, *range(0xFE00, 0xFE10), 0xFFA0,
    *range(0xE0100, 0xE01F0),
}  # fmt: skip
#: Tangut has no names in Python: its ideographs and components.
TANGUT = range(0x17000, 0x18D80)


def is_accent(character: str) -> bool:
    """Whether a combining mark is folded away.

    Accents (canonical combining class 200 and above: marks above, below and beside a letter of Latin, Greek, Cyrillic
    and their like; class 1: marks through it) and the points of Hebrew, Arabic and Syriac (classes 10 to 36) go; the
    marks of Indic and South-East Asian scripts and the voicing marks of kana, which tell words apart, stay.
    """
    place = unicodedata.combining(character)
    return place >= 200 or 10 <= place <= 36 or place == 1 or unicodedata.category(character) == "Me"


def fold(character: str) -> str:
    """What one character stands for in a word: compatibility forms resolved, case folded, accents gone."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(
        c for c in text if unicodedata.category(c)[0] in "LNM" and not is_accent(c) and c not in APOSTROPHES
    )


def kind_of(character: str, folded: str) -> int:
    """The kind of one character, given what it folds to. Symbols are no words, even those that fold to letters."""
    category = unicodedata.category(character)
    if character in APOSTROPHES:
        return APOSTROPHE
    if character in LINE_ENDS:
        return LINE_END
    if category == "Cf" or ord(character) in INVISIBLE:
        return IGNORED
    if category[0] not in "LNM":
        return BOUNDARY
    if not folded:
        return IGNORED
    if all(unicodedata.category(c)[0] == "M" for c in folded):
        return MARK
    if any(unicodedata.name(c, "").startswith(UNSPACED) or ord(c) in TANGUT for c in folded):
        return SINGLE
    return LETTER


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
            if kind == LETTER and len(folded) == 1 and folded.isalpha():
                value |= INITIAL
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
    target = Path(__file__).parent.parent / "src/syndetect/matching/folding.npz"
    if unicodedata.unidata_version != "15.1.0":
        sys.exit("run this with CPython 3.13, whose Unicode data (15.1) the committed table follows")
    np.savez_compressed(target, allow_pickle=False, **tables())
    print(f"{target.name}: Unicode {unicodedata.unidata_version}, {target.stat().st_size:,} bytes")
