"""Write src/syndetect/matching/folding-2.npz, the table by which characters are folded (see matching/tokens.py).

Run with CPython 3.13 (Unicode 15.1): ``python tools/make_folding.py``. The table is committed so that every Python
version, each with its own Unicode data, folds alike; a test holds it against the rule below. The number in its name is
the version of the rule of words. Tables of older versions stay beside it as they are: indexes were made with them.

A character stands for the *atoms* of its compatibility decomposition (NFKD), each of them folded by itself. What a
text says is then said by its atoms in order, and the same in each of Unicode's normal forms.
"""

import sys
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

# Kinds of atoms; kernels/spelling.py reads them from the four highest bits of an entry.
BOUNDARY, LETTER, SINGLE, IGNORED, APOSTROPHE, MARK, LINE_END, STOP, SPACE, HYPHEN = range(10)
KIND_SHIFT = 28
#: Set in the entry of a character of several atoms, whose low bits say where in ``expansions`` these begin. There it
#: is set in each atom but the last.
EXPANDED = 1 << 27
#: Set in the entry of a letter that is no digit and may be an initial, as in U.S.
INITIAL = 1 << 26
#: Set in the entry of a small letter.
LOWER = 1 << 25
#: The four bits of a mark's rank, by which marks behind one letter are put in order; 0 for marks that stay in place.
RANK_SHIFT = 21

#: Values of what is ignored: the acute accent, which behind a space is an apostrophe (´), and the soft hyphen.
ACUTE, SOFT = 1, 2

APOSTROPHES = "'`ʻʼ‘’‛′"
HYPHENS = "-‐¬⸗"  # ¬: as character recognition and old encodings write a soft hyphen
LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
#: Scripts written without spaces, by the beginning of their characters' names: each character is a word.
UNSPACED = (
    "CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HENTAIGANA",
    "BOPOMOFO", "YI SYLLABLE", "NUSHU", "KHITAN", "THAI CHARACTER", "LAO ", "KHMER", "MYANMAR", "TAI ",
    "NEW TAI LUE", "JAVANESE", "BALINESE",
)  # fmt: skip
#: Letters of Arabic script that are typed for one another, as Lucene's ArabicNormalizer and PersianNormalizer fold
#: them: alef maksura, Farsi yeh and yeh barree; keheh; teh marbuta, heh goal and ae (which heh with yeh above becomes
#: without its hamza). Their forms with madda and hamza are these letters with accents, which go.
ALIKE = {
    "\u0649": "\u064a", "\u06cc": "\u064a", "\u06d2": "\u064a", "\u06a9": "\u0643", "\u0629": "\u0647",
    "\u06c1": "\u0647", "\u06d5": "\u0647",
}  # fmt: skip
#: What only makes a word longer: Arabic's tatweel, N'Ko's lajanyalan, Mongolian's nirugu.
STRETCHES = "\u0640\u07fa\u180a"

#: What shows nothing and is not of category Cf: Unicode's Default_Ignorable_Code_Point.
INVISIBLE = {
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, *range(0xFE00, 0xFE10), 0xFFA0,
    *range(0xE0100, 0xE01F0),
}  # fmt: skip
#: Tangut has no names in Python: its ideographs and components.
TANGUT = range(0x17000, 0x18D80)

#: Nikhahit and niggahita, which stand before or behind the tone mark of their letter, and the iota below a letter.
NIKHAHIT, IOTA_BELOW = "\u0e4d\u0ecd", "\u0345"
#: Canonical combining classes of marks that are kept, in their order; a mark's rank is its place here, from 1.
RANKED = (6, 7, 8, 9, 84, 91, 103, 107, 118, 122, NIKHAHIT, 129, 130, 132, 240)


class Atom(NamedTuple):
    """A character without a decomposition, folded: its kind, what it stands for in a word, the rest of its entry."""

    kind: int
    folded: str
    bits: int = 0

    @property
    def is_word(self) -> bool:
        """Whether it belongs to a word."""
        return self.kind in (LETTER, SINGLE, MARK)

    def entry(self, itself: str = "") -> int:
        """The entry; the value 0 stands for the character ``itself``."""
        value = ord(self.folded) if self.is_word and self.folded != itself else 0
        return self.kind << KIND_SHIFT | self.bits | value


def is_accent(character: str) -> bool:
    """Whether a combining mark is folded away.

    Accents (canonical combining class 200 and above: marks above, below and beside a letter of Latin, Greek, Cyrillic
    and their like; class 1: marks through it) and the points of Hebrew, Arabic and Syriac (classes 10 to 36) go; the
    marks of Indic and South-East Asian scripts and the voicing marks of kana, which tell words apart, stay.
    """
    place = unicodedata.combining(character)
    return place >= 200 or 10 <= place <= 36 or place == 1 or unicodedata.category(character) == "Me"


def rank(mark: str) -> int:
    """The place of a mark among those behind one letter; 0 where it keeps the place that it has."""
    place = unicodedata.combining(mark)
    return RANKED.index(NIKHAHIT if mark in NIKHAHIT else place) + 1 if mark in NIKHAHIT or place else 0


@cache
def fold_part(part: str) -> tuple[Atom, ...]:
    """The atoms of a character without a decomposition: several where its case folding has several."""
    if special := _special(part):
        return (special,)
    if part == IOTA_BELOW:
        return (Atom(MARK, "ι", rank(part) << RANK_SHIFT),)
    atoms = []
    is_lower = unicodedata.category(part) == "Ll"
    for char in unicodedata.normalize("NFKD", part.casefold()):
        category, digit = unicodedata.category(char), unicodedata.digit(char, None)
        if is_accent(char):
            continue
        if category[0] == "M":
            atoms.append(Atom(MARK, char, rank(char) << RANK_SHIFT))
        elif digit is not None:
            atoms.append(Atom(LETTER, str(digit)))
        elif unicodedata.name(char, "").startswith(UNSPACED) or ord(char) in TANGUT:
            atoms.append(Atom(SINGLE, char))
        else:
            bits = (INITIAL if char.isalpha() else 0) | (LOWER if is_lower else 0)
            atoms.append(Atom(LETTER, ALIKE.get(char, char), bits))
    return tuple(atoms) or (Atom(IGNORED, ""),)


def _special(part: str) -> Atom | None:
    """The atom of a character that is no letter, mark or digit, or is none in a word; None for the others."""
    category = unicodedata.category(part)
    if part in LINE_ENDS:
        return Atom(LINE_END, "", 2 if part == "\u2029" else 1)  # a paragraph separator ends the paragraph
    if part in APOSTROPHES:
        return Atom(APOSTROPHE, "")
    if part in "\u0301\u00ad":
        return Atom(IGNORED, "", ACUTE if part == "\u0301" else SOFT)
    if part in STRETCHES or category == "Cf" or ord(part) in INVISIBLE:
        return Atom(IGNORED, "")
    if category[0] in "LNM":
        return None
    return Atom({".": STOP, " ": SPACE}.get(part, HYPHEN if part in HYPHENS else BOUNDARY), "")


def fold(character: str) -> tuple[Atom, ...]:
    """The atoms of a character; what makes no difference is left out."""
    atoms = [atom for part in unicodedata.normalize("NFKD", character) for atom in fold_part(part)]
    if len(atoms) == 1:
        return tuple(atoms)
    is_apostrophe = any(
        atom.kind == SPACE and (IGNORED, ACUTE) in {(other.kind, other.bits) for other in atoms[i:]}
        for i, atom in enumerate(atoms)
    )
    accents = [atom for atom in atoms if atom.kind == IGNORED and atom.bits == ACUTE]
    shown = [atom for atom in atoms if atom.kind != IGNORED or (is_apostrophe and atom.bits == ACUTE)]
    if not shown:
        return (accents or atoms)[0],  # fmt: skip
    if any(atom.is_word for atom in shown) or is_apostrophe or len(shown) == 1:
        return tuple(shown)
    return (Atom(SPACE if shown[-1].kind == SPACE else BOUNDARY, ""),)


def tables() -> dict[str, np.ndarray]:
    """Pages (a block number for each 256 code points), blocks of 256 entries, and the expansions."""
    entries = np.zeros(0x110000, np.uint32)
    expansions = [0]  # a place is never 0
    places: dict[tuple[Atom, ...], int] = {}
    for code_point in range(0x110000):
        character = chr(code_point)
        if unicodedata.category(character) in ("Cn", "Co", "Cs"):
            continue
        atoms = fold(character)
        if len(atoms) == 1:
            entries[code_point] = atoms[0].entry(character)  # 0: itself; so most blocks are alike
            continue
        if atoms not in places:
            places[atoms] = len(expansions)
            expansions += [atom.entry() | EXPANDED for atom in atoms[:-1]] + [atoms[-1].entry()]
        entries[code_point] = atoms[0].kind << KIND_SHIFT | EXPANDED | places[atoms]
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
    target = Path(__file__).parent.parent / "src/syndetect/matching/folding-2.npz"
    if unicodedata.unidata_version != "15.1.0":
        sys.exit("run this with CPython 3.13, whose Unicode data (15.1) the committed table follows")
    np.savez_compressed(target, allow_pickle=False, **tables())
    print(f"{target.name}: Unicode {unicodedata.unidata_version}, {target.stat().st_size:,} bytes")
