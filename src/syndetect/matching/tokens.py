"""Articles to words: one pass over UTF-8 bytes that yields flat arrays with character offsets.

**The rule of words.** Text is folded character by character: compatibility forms are resolved and case is folded
(NFKD, full case folding); accents on Latin, Greek and Cyrillic letters and the vowel points of Hebrew and Arabic are
dropped, other marks are kept; soft hyphens, zero-width characters and direction marks are dropped. What then is a
letter, a mark or a digit stands in a word, everything else (quotes, dashes and spaces of any kind) parts words. An
apostrophe between letters is dropped (``don't`` and ``don’t`` are ``dont``), and so is the full stop between single
letters (``U.S.`` is ``us``). Each character of a script written
without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese ...) is a word by itself.

**Paragraphs** are parted by blank lines, that is by two or more line ends between two words; in a document without
any, by line ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from queue import Empty, SimpleQueue

import numpy as np
from xxhash import xxh3_64_intdigest

from syndetect.arrays import I64, U8, U16, U32
from syndetect.runtime.threads import in_order, split_evenly

_Scratch = tuple[U32, I64]

_SCATTER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_S32 = np.uint64(32)

#: Bytes of text that one call of the kernel takes: small enough to answer Ctrl-C at once.
CHUNK_BYTES = 1 << 21


@dataclass(frozen=True)
class Words:
    """The words of a corpus as flat arrays; everything after tokenising reads these and not the text.

    Attributes:
        code: uint32[words], equal for equal folded words: 31 bits of a hash, and lowest 1 for a word, 0 for a single
            character of a script written without spaces.
        begin, end: uint32[words], the word's characters in its document, 0-based and half-open.
        documents: int64[d + 1], each document's first word.
        paragraphs: int64[p + 1], each paragraph's first word.
        document_paragraphs: int64[d + 1], each document's first paragraph.
    """

    code: U32
    begin: U32
    end: U32
    documents: I64
    paragraphs: I64
    document_paragraphs: I64

    @property
    def paragraph_documents(self) -> U32:
        """uint32[p]: each paragraph's document."""
        counts = np.diff(self.document_paragraphs)
        return np.repeat(np.arange(len(counts), dtype=np.uint32), counts)


@cache
def folding() -> tuple[U16, U32, U32]:
    """The folding table: pages, blocks and expansions (``tools/make_folding.py`` writes it)."""
    with (
        (files("syndetect.matching") / "folding.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as table,
    ):
        return table["pages"], table["blocks"], table["expansions"]


def tokenise(buffer: U8, documents: I64, threads: int = 1) -> Words:
    """The words of documents.

    Args:
        buffer: uint8[bytes], the documents' text as valid UTF-8, one after the other.
        documents: int64[d + 1], each document's first byte, then the length of the buffer.
        threads: how many chunks of documents are worked on at once; the result does not depend on it.

    Returns:
        The words, numbered through the documents in their order. The columns are the front of arrays with room for as
        many words as the bytes could hold; the rest is never touched, so that it takes addresses but no memory.
    """
    chunks = split_evenly(documents, CHUNK_BYTES)
    rooms = [_room(documents[low : high + 1]) for low, high in chunks]
    if len(chunks) == 1:
        return _tokenise_chunk(
            buffer, documents, np.empty((3, rooms[0]), np.uint32), np.empty(rooms[0] + 1, np.int64)
        )
    spare: SimpleQueue[_Scratch] = SimpleQueue()  # used again: new pages of memory cost as much as tokenising

    def work(chunk: tuple[int, int]) -> tuple[_Scratch, Words]:
        low, high = chunk
        try:
            scratch = spare.get_nowait()
        except Empty:
            scratch = np.empty((3, max(rooms)), np.uint32), np.empty(max(rooms) + 1, np.int64)
        return scratch, _tokenise_chunk(buffer, documents[low : high + 1], *scratch)

    code, begin, end = (np.empty(sum(rooms), np.uint32) for _ in range(3))
    parts, words = [], 0
    for scratch, part in in_order(work, chunks, threads):
        place = slice(words, words + len(part.code))
        code[place], begin[place], end[place] = part.code, part.begin, part.end
        parts.append((part.documents, part.paragraphs, part.document_paragraphs))
        words = place.stop
        spare.put(scratch)
    document_words, paragraphs, document_paragraphs = zip(*parts, strict=True) if parts else ((), (), ())
    return Words(
        code[:words], begin[:words], end[:words], _join_offsets(document_words), _join_offsets(paragraphs),
        _join_offsets(document_paragraphs),
    )  # fmt: skip


def _join_offsets(parts: Sequence[I64]) -> I64:
    joined, base = [np.zeros(1, np.int64)], 0
    for part in parts:
        joined.append(part[1:] + base)
        base += int(part[-1])
    return np.concatenate(joined)


def _room(documents: I64) -> int:
    """The most words there can be: each takes a byte and, but for the last of its document, one that parts it."""
    return (int(documents[-1] - documents[0]) + 1) // 2 + len(documents)


def _tokenise_chunk(buffer: U8, documents: I64, columns: U32, paragraphs: I64) -> Words:
    """The words of some documents, their columns written to scratch space with room for them."""
    from syndetect.kernels.words import PADDING  # noqa: PLC0415
    from syndetect.kernels.words import tokenise as kernel  # noqa: PLC0415

    if int(documents[-1]) + PADDING > len(buffer):
        buffer = np.concatenate([buffer[documents[0] : documents[-1]], np.zeros(PADDING, np.uint8)])
        documents = documents - documents[0]
    buffer = buffer.view()
    buffer.flags.writeable = False  # one type, for which the kernel is compiled once
    document_words, document_paragraphs = np.empty_like(documents), np.empty_like(documents)
    code, begin, end = columns
    words, found = kernel(
        buffer, documents, *folding(), code, begin, end, document_words, paragraphs, document_paragraphs
    )
    return Words(
        code[:words], begin[:words], end[:words], document_words, paragraphs[: found + 1].copy(),
        document_paragraphs,
    )  # fmt: skip


#: Words from which on a paragraph that repeats one word is taken out of the comparison.
LEAST_REPEATS = 32


def blank_repeats(words: Words, names: Sequence[str]) -> tuple[Words, I64]:
    """Words in which each word of a paragraph that is one word again and again is like no other.

    Such a paragraph agrees with itself at every distance; what it shares with others is no passage.

    Args:
        words: of some documents.
        names: what the documents are called: the new codes of two names have nothing in common.

    Returns:
        The words, and the paragraphs in question (int64[n]).
    """
    low, high = words.paragraphs[:-1], words.paragraphs[1:]
    changes = (
        np.concatenate([[0, 0], np.cumsum(words.code[1:] != words.code[:-1])]) if len(words.code) else low
    )
    is_repeat = (high - low >= LEAST_REPEATS) & (
        changes[high] == changes[np.minimum(low + 1, len(changes) - 1)]
    )
    found = np.flatnonzero(is_repeat).astype(np.int64)
    if not len(found):
        return words, found
    code = words.code.copy()
    for paragraph in found:
        document = int(np.searchsorted(words.documents, low[paragraph], side="right")) - 1
        place = np.arange(low[paragraph], high[paragraph], dtype=np.uint64) - np.uint64(
            words.documents[document]
        )
        h = (np.uint64(xxh3_64_intdigest(names[document].encode())) ^ place) * _SCATTER
        h = (h ^ h >> _S32) * _MIX
        code[low[paragraph] : high[paragraph]] = (h >> _S32).astype(np.uint32) | np.uint32(1)
    return replace(words, code=code), found


def joined(encoded: list[bytes]) -> tuple[U8, I64]:
    """Texts as one buffer, and where each begins in it."""
    bounds = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(article) for article in encoded], out=bounds[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), bounds
