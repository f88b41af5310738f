"""Where two texts differ, word by word."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import Enum
from typing import NamedTuple

# Scripts without spaces: each character is compared by itself.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Signs that stand against words: a restyled quotation mark is a difference by itself, not of its word.
_SIGNS = r"!-/:-@\[-`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u2010-\u2027\u2030-\u205e\u3000-\u303f\uff00-\uff0f"
_TOKEN = re.compile(rf"(\s*)([^\s{_SIGNS}{_UNSPACED}]+|\S)")

_MOST_PAIRS = 1_000_000  # places where equal words meet that are worth a comparison of some seconds


class Kind(Enum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class _Token(NamedTuple):
    space: bool
    word: str


def differences(first: str, other: str) -> Iterator[tuple[Kind, str]]:
    """How ``other`` came from ``first``: its pieces in order, and between them what was removed.

    Example:
        >>> [(kind.value, piece) for kind, piece in differences("He said so.", "He wrote so.")]
        [('same', 'He'), ('removed', ' said'), ('added', ' wrote'), ('same', ' so.')]

    Blanks are not compared. Texts in which few words stand very often are not compared where they begin to
    differ: there all is removed, then all added.
    """
    before, after = _tokens(first), _tokens(other)
    removed = False
    for low, high, after_low, after_high, same in _runs([t.word for t in before], [t.word for t in after]):
        if same:
            yield Kind.SAME, _joined(after[after_low:after_high], parted=removed and before[low].space)
            removed = False
            continue
        if removed := high > low:
            yield Kind.REMOVED, _joined(before[low:high])
        if after_high > after_low:
            yield Kind.ADDED, _joined(after[after_low:after_high])
            removed = False


def _tokens(text: str) -> list[_Token]:
    tokens = [_Token(space=bool(blanks), word=word) for blanks, word in _TOKEN.findall(text)]
    return [tokens[0]._replace(space=False), *tokens[1:]] if tokens else []


def _joined(tokens: Sequence[_Token], *, parted: bool = False) -> str:
    """Words as text; ``parted``: with a space in front, as what was removed there had one behind it."""
    text = "".join(" " * token.space + token.word for token in tokens)
    return f" {text}" if parted and not tokens[0].space else text


def _runs(before: list[str], after: list[str]) -> Iterator[tuple[int, int, int, int, bool]]:
    """Runs of equal and of unequal words: their range in each of the two, and whether they are equal."""
    least = min(len(before), len(after))
    head = next((i for i in range(least) if before[i] != after[i]), least)
    rest = least - head
    tail = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
    low, high, after_high = head, len(before) - tail, len(after) - tail
    if head:
        yield 0, head, 0, head, True
    often = Counter(after[low:after_high])
    if sum(often[word] for word in before[low:high]) > _MOST_PAIRS:
        yield low, high, low, after_high, False
    else:
        matcher = SequenceMatcher(None, before[low:high], after[low:after_high], autojunk=False)
        for kind, i, j, k, m in matcher.get_opcodes():
            yield low + i, low + j, low + k, low + m, kind == "equal"
    if tail:
        yield high, len(before), after_high, len(after), True
