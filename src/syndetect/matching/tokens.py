"""Tokens: one pass over UTF-8 bytes that gives the words of articles as flat arrays with character offsets.

**The rule of words.** Text is folded character by character: each stands for its compatibility decomposition (NFKD), of
which case is folded (full case folding), digits of every script are those of ASCII, accents on Latin, Greek and
Cyrillic letters and the vowel points of Hebrew and Arabic are dropped, and other marks are kept, those behind one
letter in the order of their canonical combining classes. So a text has the same words in each of Unicode's normal
forms (NFC, NFD,
NFKC, NFKD): ``ﬁ`` is ``fi``, ``™`` is ``tm``, ``½`` is ``1`` and ``2``. Soft hyphens, zero-width characters, direction
marks and tatweel are dropped. Letters of Arabic script that are typed for one another are one (yeh, kaf, heh, alef: as
Lucene's ArabicNormalizer and PersianNormalizer fold them). What then is a letter, a mark or a digit belongs to a word;
everything else (quotes, dashes and spaces of any kind) separates words. An apostrophe between letters is dropped
(``don't`` and ``don’t`` are ``dont``), and so is the full stop between single letters (``U.S.`` is ``us``). Each
character of a script written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese ...) is a word.

**Hyphens at line ends.** In a text with hard-wrapped lines a hyphen at the end of a line (``-``, ``‐``, ``¬``, ``⸗`` or
a soft hyphen), between small letters, joins the parts of a word (``con-`` and ``tract`` are ``contract``), unless they
stand in a line of the document with a hyphen (``well-known``); or both stand in it as words, and what they make does
not. Where that says nothing and the joined word does not stand elsewhere, they are joined if the document hyphenates:
two words or more, and one in 16 lines. Lines are hard-wrapped if there are three or more behind which another one
follows at once, half of them as long as their median by a quarter, which is at most 120 letters.

**Paragraphs** are separated by blank lines, that is by two or more line ends between two words; in a document without
any blank line, by line ends.

**Versions.** The rule has a version, since codes are kept: an index goes on with the one that it was made with. Version
1 had no rule of hyphens; its table of folding left digits, tatweel and the letters of Arabic script as they are, took
symbols for no words, and kept marks as they stood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from queue import Empty, SimpleQueue
from secrets import randbits
from typing import Any, NamedTuple

import numpy as np
from xxhash import xxh3_64_intdigest

from syndetect.arrays import I64, U8, U16, U32, ByteStrings
from syndetect.errors import StoredIndexError
from syndetect.runtime.threads import in_order, split_evenly

_Scratch = tuple[U32, I64]

#: Which of a family of hashes codes are made by: the first state and the mixer, 64 bits each.
Key = tuple[int, int]
#: The key of codes that are kept, and that equal ones must have everywhere.
PLAIN: Key = (0, 0)

_SCATTER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_S32 = np.uint64(32)

#: The versions of the rule of words, and the one that is used but for indexes made with another.
VERSIONS = (1, 2)
NEWEST = VERSIONS[-1]

#: The name under which the header of an index says its version; without it, it has the first.
VERSION = "words"

#: Room for words that are one of several in a character, a byte of text: what nearly always suffices, and the most.
_SPARE, _MOST_SPARE = 1 / 64, 2

#: Bytes of text of one call of the kernel: small enough to react to Ctrl-C at once.
CHUNK_BYTES = 1 << 21


@dataclass(frozen=True)
class Words:
    """The words of a corpus as flat arrays; every later stage reads these and not the text.

    Attributes:
        code: uint32[words], equal for equal folded words: 31 bits of a hash; the lowest bit is 0 for a character of a
            script written without spaces, else 1.
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


def secret_key() -> Key:
    """A key that nobody can know beforehand: words made to have one code by another key have several by this one.

    Of any two words, 1 in 2**31 pairs have one code by it.
    """
    return randbits(64), randbits(64) | 1


@cache
def folding(version: int = NEWEST) -> tuple[U16, U32, U32]:
    """The folding table of a version: pages, blocks and expansions (``tools/make_folding.py`` writes it)."""
    with (
        (files("syndetect.matching") / f"folding-{version}.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as table,
    ):
        return table["pages"], table["blocks"], table["expansions"]


def version_in(header: Mapping[str, Any], folder: Path) -> int:
    """The version of the rule of words by which an index was made.

    Args:
        header: of its manifest, or its pickled state.
        folder: what it is, for the message.

    Raises:
        StoredIndexError: there is no such version.
    """
    version = header.get(VERSION, VERSIONS[0])
    if type(version) is int and version > NEWEST:
        raise StoredIndexError(
            f"{folder} has words of version {version}, and this version reads up to {NEWEST}: install a newer syndetect"
        )
    if type(version) is not int or version not in VERSIONS:
        raise StoredIndexError.damaged(folder, "its words are of no version that there is")
    return version


class _Rule(NamedTuple):
    """By which version and key words are made, and the room for those that are one of several in a character."""

    version: int
    key: Key
    spare: float


class _CrowdedError(Exception):
    """There are more words than there is room for."""


def tokenise(buffer: U8, documents: I64, threads: int = 1, key: Key = PLAIN, version: int = NEWEST) -> Words:
    """The words of documents.

    Args:
        buffer: uint8[bytes], the documents' text as valid UTF-8, one after the other.
        documents: int64[d + 1], each document's first byte, then the length of the buffer.
        threads: the number of chunks of documents worked on at once; the result does not depend on it.
        key: which codes words have; those of one key can be compared.
        version: of the rule of words; codes of one version can be compared.

    Returns:
        The words, numbered through all documents. The columns are the front of arrays with room for as many words as
        the bytes could hold; the rest is never touched, so that it takes addresses but no memory.
    """
    try:
        return _tokenise(buffer, documents, threads, _Rule(version, key, _SPARE))
    except _CrowdedError:
        return _tokenise(buffer, documents, threads, _Rule(version, key, _MOST_SPARE))


def _tokenise(buffer: U8, documents: I64, threads: int, rule: _Rule) -> Words:
    is_small = documents[-1] - documents[0] <= CHUNK_BYTES  # as a query is: one chunk
    chunks = [(0, len(documents) - 1)] if is_small else split_evenly(documents, CHUNK_BYTES)
    rooms = [_room(documents[low : high + 1], rule) for low, high in chunks]
    if len(chunks) == 1:
        return _tokenise_chunk(
            buffer, documents, rule, np.empty((3, rooms[0]), np.uint32), np.empty(rooms[0] + 1, np.int64)
        )
    spare: SimpleQueue[_Scratch] = SimpleQueue()  # used again: new pages of memory cost as much as tokenising

    def work(chunk: tuple[int, int]) -> tuple[_Scratch, Words]:
        low, high = chunk
        try:
            scratch = spare.get_nowait()
        except Empty:
            scratch = np.empty((3, max(rooms)), np.uint32), np.empty(max(rooms) + 1, np.int64)
        return scratch, _tokenise_chunk(buffer, documents[low : high + 1], rule, *scratch)

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


def _room(documents: I64, rule: _Rule) -> int:
    """The most words there can be: each takes a byte, and a separator but for the last of its document."""
    return (int(documents[-1] - documents[0]) + 1) // 2 + len(documents) + _spare(documents, rule)


def _spare(documents: I64, rule: _Rule) -> int:
    """Room for more words: those of a character that is several, but the first."""
    return int((documents[-1] - documents[0]) * rule.spare) + 64


def _tokenise_chunk(buffer: U8, documents: I64, rule: _Rule, columns: U32, paragraphs: I64) -> Words:
    """The words of some documents, with the columns written to scratch space."""
    from syndetect.kernels.words import PADDING  # noqa: PLC0415
    from syndetect.kernels.words import tokenise as kernel  # noqa: PLC0415

    if int(documents[-1]) + PADDING > len(buffer):
        buffer = np.concatenate([buffer[documents[0] : documents[-1]], np.zeros(PADDING, np.uint8)])
        documents = documents - documents[0]
    buffer = buffer.view()
    buffer.flags.writeable = False  # one array type, so that the kernel is compiled once
    document_words, document_paragraphs = np.empty_like(documents), np.empty_like(documents)
    code, begin, end = columns
    spare = np.array([_spare(documents, rule)])
    words, found = kernel(
        buffer,
        documents,
        *folding(rule.version),
        (np.uint64(rule.key[0]), np.uint64(rule.key[1])),
        code,
        begin,
        end,
        document_words,
        paragraphs,
        document_paragraphs,
        spare,
    )
    if spare[0] < 0:
        raise _CrowdedError
    return Words(
        code[:words], begin[:words], end[:words], document_words, paragraphs[: found + 1].copy(),
        document_paragraphs,
    )  # fmt: skip


#: The fewest words of a paragraph of one repeated word that is taken out of the comparison.
LEAST_REPEATS = 32


def blank_repeats(words: Words, names: Sequence[str]) -> tuple[Words, I64]:
    """Give every word of a paragraph that only repeats one word a unique code, so that it never matches.

    Such a paragraph agrees with itself at every distance; what it shares with other articles is no passage.

    Args:
        words: of some documents.
        names: the ids of the documents; the new codes of two ids have nothing in common.

    Returns:
        The words, and the paragraphs with new codes (int64[n]).
    """
    from syndetect.kernels.ranges import find_uniform  # noqa: PLC0415

    low, high = words.paragraphs[:-1], words.paragraphs[1:]
    found = np.empty(len(low), np.int64)
    found = found[: find_uniform(words.code, words.paragraphs, np.int64(LEAST_REPEATS), found)]
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


def joined(encoded: Sequence[bytes]) -> tuple[U8, I64]:
    """Texts as one buffer (uint8[bytes]), and the bounds of each in it (int64[d + 1])."""
    texts = ByteStrings.of(encoded)
    return texts.data, texts.bounds
