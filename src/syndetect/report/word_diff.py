"""The differences between two texts, word by word."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import Enum
from typing import NamedTuple

# Scripts without spaces: each character is a token.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Punctuation is a token of its own: another style of quotation marks does not change the word between them.
_PUNCTUATION = (
    r"!-/:-@\[-`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u2010-\u2027\u2030-\u205e\u3000-\u303f\uff00-\uff0f"
)
_TOKEN = re.compile(rf"(\s*)([^\s{_PUNCTUATION}{_UNSPACED}]+|\S)")

_MAX_EQUAL_PAIRS = 1_000_000  # pairs of equal words, which difflib compares in some seconds


class Change(Enum):
    """Whether a piece of text is in both texts, in the first only, or in the other only."""

    NONE = "same"
    REMOVED = "removed"
    ADDED = "added"


Piece = tuple[Change, str]


class _Token(NamedTuple):
    space: bool  # whether white space precedes the word
    word: str


class _Run(NamedTuple):
    """Words ``begin_a:end_a`` of one text and ``begin_b:end_b`` of the other, which are equal or replace each other."""

    begin_a: int
    end_a: int
    begin_b: int
    end_b: int
    is_equal: bool


def differences(first: str, other: str) -> Iterator[Piece]:
    """The pieces of ``other`` in order, and between them the pieces of ``first`` that it lacks.

    White space is not compared. Where the texts have too many pairs of equal words (see ``_MAX_EQUAL_PAIRS``), all
    between their common beginning and end counts as replaced.

    Example:
        >>> [(change.value, piece) for change, piece in differences("He said so.", "He wrote so.")]
        [('same', 'He'), ('removed', ' said'), ('added', ' wrote'), ('same', ' so.')]
    """
    a, b = _tokens(first), _tokens(other)
    after_removal = False
    for run in _runs([token.word for token in a], [token.word for token in b]):
        ours, theirs = a[run.begin_a : run.end_a], b[run.begin_b : run.end_b]
        if run.is_equal:
            yield Change.NONE, _joined(theirs, spaced=after_removal and ours[0].space)
            after_removal = False
            continue
        if after_removal := bool(ours):
            yield Change.REMOVED, _joined(ours)
        if theirs:
            yield Change.ADDED, _joined(theirs)
            after_removal = False


def _tokens(text: str) -> list[_Token]:
    tokens = [_Token(space=bool(blanks), word=word) for blanks, word in _TOKEN.findall(text)]
    return [tokens[0]._replace(space=False), *tokens[1:]] if tokens else []


def _joined(tokens: Sequence[_Token], *, spaced: bool = False) -> str:
    """The tokens as text; if ``spaced``, it begins with a space in any case."""
    text = "".join(" " * token.space + token.word for token in tokens)
    return f" {text}" if spaced and not tokens[0].space else text


def _runs(a: list[str], b: list[str]) -> Iterator[_Run]:
    """Split both lists of words into runs, equal and unequal ones."""
    shorter = min(len(a), len(b))
    head = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if a[-1 - i] != b[-1 - i]), rest)
    end_a, end_b = len(a) - tail, len(b) - tail
    if head:
        yield _Run(0, head, 0, head, is_equal=True)
    frequency = Counter(b[head:end_b])
    if sum(frequency[word] for word in a[head:end_a]) > _MAX_EQUAL_PAIRS:
        yield _Run(head, end_a, head, end_b, is_equal=False)
    else:
        matcher = SequenceMatcher(None, a[head:end_a], b[head:end_b], autojunk=False)
        for tag, i, j, k, m in matcher.get_opcodes():
            yield _Run(head + i, head + j, head + k, head + m, tag == "equal")
    if tail:
        yield _Run(end_a, len(a), end_b, len(b), is_equal=True)
