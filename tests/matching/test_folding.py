"""The committed folding table, against the rule that writes it and against what it promises."""

import importlib.util
import sys
import unicodedata
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from reference import matching as naive
from syndetect.matching.tokens import folding

pytestmark = pytest.mark.kernel

ROOT = Path(__file__).parents[2]
CHARACTER = naive.characters(*folding())


def load_tool() -> ModuleType:
    path = ROOT / "tools" / "make_folding.py"
    spec = importlib.util.spec_from_file_location("make_folding", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RULE = load_tool()


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def table() -> dict[str, np.ndarray]:
    with np.load(ROOT / "src" / "syndetect" / "matching" / "folding-2.npz", allow_pickle=False) as file:
        return dict(file)


TABLE_VERSION = tuple(table()["unicode"].tolist())
RUNNING_VERSION = version(unicodedata.unidata_version)
ASSIGNED = [
    char
    for char in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(char) not in ("Cn", "Co", "Cs")
]


def is_comparable(char: str) -> bool:
    """Whether an assigned character is surely assigned in the table's Unicode too.

    It is when this Python's Unicode is no newer. When it is, characters may have come that the table cannot know, to
    which it gives nothing.
    """
    return RUNNING_VERSION <= TABLE_VERSION or CHARACTER(char)[0].kind != "boundary"


def rule(char: str) -> naive.Atoms:
    atoms = RULE.fold(char)
    return tuple(
        naive.Character(
            naive.KINDS[atom.kind],
            atom.folded if atom.is_word else "",
            entry & (1 << 21) - 1,
            entry >> RULE.RANK_SHIFT & 15,
            bool(entry & RULE.INITIAL),
            bool(entry & RULE.LOWER),
        )
        for atom in atoms
        for entry in [atom.entry(char if len(atoms) == 1 else "")]
    )


def folded(char: str) -> str:
    return "".join(atom.folded for atom in CHARACTER(char))


def test_the_table_is_the_rule() -> None:
    """Properties that Unicode keeps stable decide what folds to what, so any version may check any other."""
    different = {
        f"U+{ord(char):04X}": (CHARACTER(char), rule(char))
        for char in ASSIGNED
        if is_comparable(char) and CHARACTER(char) != rule(char)
    }
    assert not different


@pytest.mark.skipif(
    RUNNING_VERSION != TABLE_VERSION, reason="the table is written with another Unicode version"
)
def test_the_table_is_what_the_tool_writes() -> None:
    written, committed = RULE.tables(), table()
    assert {name: part.dtype for name, part in written.items()} == {
        name: part.dtype for name, part in committed.items()
    }
    assert all(np.array_equal(written[name], committed[name]) for name in written)


def test_what_is_not_assigned_parts_words() -> None:
    for char in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(char) in ("Co", "Cs"):
            assert CHARACTER(char)[0].kind == "boundary"


def test_what_a_character_folds_to_is_folded() -> None:
    loose = {}
    for char in ASSIGNED:
        if "".join(map(folded, folded(char))) != folded(char):
            loose[char] = folded(char)
    assert not loose


def test_case_and_form_do_not_matter() -> None:
    """Spellings of one character that Unicode calls equivalent, in either case, fold to the same."""
    for char in filter(is_comparable, ASSIGNED):
        for other in (char.casefold(), *(unicodedata.normalize(form, char) for form in ("NFC", "NFD"))):
            assert "".join(map(folded, other)) == folded(char), ascii(char)


def test_the_kernel_finds_ascii_first() -> None:
    pages, blocks, expansions = folding()
    assert pages[0] == 0
    assert len(pages) == (sys.maxunicode + 1) // 256
    assert (pages.max() + 1) * 256 == len(blocks)
    assert (pages.dtype, blocks.dtype, expansions.dtype) == tuple(
        map(np.dtype, (np.uint16, np.uint32, np.uint32))
    )
    assert folding() is folding()


@pytest.mark.parametrize(
    ("char", "kind"),
    {
        "\u00ad": "ignored", "\u200b": "ignored", "\u200d": "ignored", "\u200f": "ignored", "\u2066": "ignored",
        "\u2060": "ignored", "\ufeff": "ignored", "\ufe0f": "ignored", "\U000e0101": "ignored", "\u034f": "ignored",
        "\u180b": "ignored", "\u3164": "ignored", "\uffa0": "ignored", "\u0301": "ignored", "\u0338": "ignored",
        "\u05b8": "ignored", "\u064b": "ignored", "\u0e31": "mark", "\u093f": "mark", "\u3099": "mark",
        "\uff9e": "mark", "ー": "single", "々": "single", "〇": "single", "\U00017000": "single", "한": "letter",
        "٣": "letter", "’": "apostrophe", "ʼ": "apostrophe", "•": "boundary", "\u00a0": "space",
        "€": "boundary", "☃": "boundary", "≠": "boundary", "゛": "space", "\u0640": "ignored",
        "\x00": "boundary", "\ue000": "boundary",
    }.items(),
    ids=ascii,
)  # fmt: skip
def test_kinds_by_example(char: str, kind: str) -> None:
    assert CHARACTER(char)[0].kind == kind
