"""Paragraphs of the invented language as text, with neutral quotation marks that each outlet replaces by its own."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from benchmarks.corpus.compiled import kernel
from benchmarks.corpus.prose import put_prose
from benchmarks.corpus.vocabulary import Language, language, mix
from syndetect.arrays import I64, U8

#: Quotation marks before an outlet sets them: outer ones and those within a quotation (private characters).
OPEN, CLOSE, INNER_OPEN, INNER_CLOSE = "\ue000", "\ue001", "\ue002", "\ue003"

#: From the words that paragraphs are to have, the paragraphs: in turn other ones at every call.
Writer = Callable[[Sequence[int]], list[str]]

_SET_BACK = str.maketrans({"“": OPEN, "”": CLOSE})
_ROOM = 24  # bytes that a word takes at most, with what stands around it


@kernel
def _put_paragraphs(out: U8, ends: I64, words: I64, seed: np.uint64, language: Language) -> None:
    """Write paragraphs of these words one after the other; ``ends`` gets where each ends."""
    state, at = np.empty(1, np.uint64), np.int64(0)
    state[0] = mix(seed)
    for i in range(len(words)):
        at = put_prose(out, at, words[i], language, True, state)
        ends[i] = at


def writer(seed: int) -> Writer:
    """A writer of prose, a fifth of its sentences quoted; the same seed and calls give the same paragraphs."""
    calls = 0

    def write(words: Sequence[int]) -> list[str]:
        nonlocal calls
        calls += 1
        out, ends = np.empty(_ROOM * sum(words) + 64, np.uint8), np.empty(len(words), np.int64)
        _put_paragraphs(out, ends, np.array(words, np.int64), np.uint64((seed << 32) + calls), language())
        data, begins = out.tobytes(), [0, *ends.tolist()]
        pieces = (data[begin:end] for begin, end in pairwise(begins))
        return [piece.decode().translate(_SET_BACK) for piece in pieces]

    return write


def unquoted(text: str) -> str:
    """A text without its quotation marks."""
    return text.translate(dict.fromkeys(map(ord, (OPEN, CLOSE, INNER_OPEN, INNER_CLOSE))))


def quoted_share(text: str) -> float:
    """The share of a text's characters that stands within quotation marks."""
    pieces = text.split(OPEN)[1:]
    return sum(len(piece.partition(CLOSE)[0]) for piece in pieces) / max(1, len(text))
