"""Text to words: UTF-8 bytes in, word codes and character offsets out.

A word is a maximal run of letters, marks and digits after folding (``syndetect/text.py`` gives the rule), or one
character of a script written without spaces. Its code is a 32-bit hash of the folded word whose lowest bit is 1 for a
word of letters and 0 for such a single character.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel

BOUNDARY, LETTER, SINGLE, IGNORED, APOSTROPHE, MARK, LINE_END = range(7)
_KIND_SHIFT = np.uint32(28)
_EXPANDED = np.uint32(1 << 27)
_INITIAL = np.uint32(1 << 26)
_VALUE = np.uint32((1 << 26) - 1)

_M1 = np.uint64(0x9E3779B97F4A7C15)
_M2 = np.uint64(0xFF51AFD7ED558CCD)
_M3 = np.uint64(0xC4CEB9FE1A85EC53)
_U0 = np.uint64(0)
_U1 = np.uint64(1)
_U7 = np.uint64(7)
_U8 = np.uint64(8)
_S32 = np.uint64(32)
_S33 = np.uint64(33)


@inline
def _decode(buffer, i):
    """The code point at byte i of valid UTF-8, and its length in bytes."""
    b = np.uint32(buffer[i])
    if b < 0x80:
        return b, 1
    if b < 0xE0:
        return (b & np.uint32(0x1F)) << np.uint32(6) | np.uint32(buffer[i + 1]) & np.uint32(0x3F), 2
    if b < 0xF0:
        high = (b & np.uint32(0x0F)) << np.uint32(12) | (
            np.uint32(buffer[i + 1]) & np.uint32(0x3F)
        ) << np.uint32(6)
        return high | np.uint32(buffer[i + 2]) & np.uint32(0x3F), 3
    high = (b & np.uint32(0x07)) << np.uint32(18) | (np.uint32(buffer[i + 1]) & np.uint32(0x3F)) << np.uint32(
        12
    )
    high |= (np.uint32(buffer[i + 2]) & np.uint32(0x3F)) << np.uint32(6)
    return high | np.uint32(buffer[i + 3]) & np.uint32(0x3F), 4


@inline
def _absorb_byte(state, chunk, size, byte):
    """Add a byte to a hash that takes eight at a time, lowest first."""
    chunk |= np.uint64(byte) << (_U8 * (size & _U7))
    size += np.uint64(1)
    if size & _U7 == _U0:
        state = (state ^ chunk) * _M1
        state ^= state >> _S32
        chunk = _U0
    return state, chunk, size


@inline
def _absorb(state, chunk, size, point):
    """Add a code point as its UTF-8 bytes."""
    if point < 0x80:
        return _absorb_byte(state, chunk, size, point)
    if point < 0x800:
        state, chunk, size = _absorb_byte(state, chunk, size, np.uint32(0xC0) | point >> np.uint32(6))
    else:
        if point < 0x10000:
            state, chunk, size = _absorb_byte(state, chunk, size, np.uint32(0xE0) | point >> np.uint32(12))
        else:
            state, chunk, size = _absorb_byte(state, chunk, size, np.uint32(0xF0) | point >> np.uint32(18))
            middle = np.uint32(0x80) | point >> np.uint32(12) & np.uint32(0x3F)
            state, chunk, size = _absorb_byte(state, chunk, size, middle)
        middle = np.uint32(0x80) | point >> np.uint32(6) & np.uint32(0x3F)
        state, chunk, size = _absorb_byte(state, chunk, size, middle)
    return _absorb_byte(state, chunk, size, np.uint32(0x80) | point & np.uint32(0x3F))


@inline
def _code(state, chunk, size, is_single):
    """The finished code of a word: MurmurHash3's 64-bit finaliser, then the kind of word in the lowest bit."""
    h = (state ^ chunk) * _M1 ^ size
    h = (h ^ h >> _S33) * _M2
    h = (h ^ h >> _S33) * _M3
    h = (h >> _S33) << _U1
    return np.uint32(h if is_single else h | _U1)


@inline
def _ahead(buffer, i, high, pages, blocks):
    """The folding entry of the next character that is not ignored, from byte i on, and the byte after it."""
    while i < high:
        point, step = _decode(buffer, i)
        entry = blocks[np.int64(pages[point >> np.uint32(8)]) * 256 + np.int64(point & np.uint32(255))]
        i += step
        if entry >> _KIND_SHIFT != IGNORED:
            return entry, i
    return np.uint32(0), i


@inline
def _is_inside(buffer, i, high, pages, blocks, is_stop):
    """Whether the apostrophe or full stop before byte i belongs to the word that it follows: don't, l'homme, U.S."""
    entry, after = _ahead(buffer, i, high, pages, blocks)
    if not is_stop:
        return entry >> _KIND_SHIFT == LETTER
    following = _ahead(buffer, after, high, pages, blocks)[0] >> _KIND_SHIFT
    return entry & _INITIAL != 0 and following not in (LETTER, MARK)


@inline
def _document(buffer, low, high, pages, blocks, expansions, code, begin, end, gap, n):
    """Tokenise one document into the arrays from place n on; returns the place after its last word.

    ``gap`` receives, for each word, how many line ends (at most 2) stand between it and the word before.
    """
    state = chunk = size = _U0
    is_open = is_single = False
    is_initial = False  # whether the last character is a letter that so far stands by itself, as in U.S.
    after_stop = False  # whether only a full stop of the same word has come since
    lines = np.uint8(0)
    i = low
    at = 0  # the character's number in the document
    while i < high:
        if buffer[i] < 128 and blocks[buffer[i]] >> _KIND_SHIFT == LETTER and not (is_open and is_single):
            # Most text: a run of ASCII letters and digits, whose small letters differ by one bit.
            is_initial = (not is_open or after_stop) and blocks[buffer[i]] & _INITIAL != 0
            after_stop = False
            if not is_open:
                is_open, is_single = True, False
                state = chunk = size = _U0
                begin[n], gap[n], lines = at, lines, np.uint8(0)
            first = i
            while i < high and buffer[i] < 128 and blocks[buffer[i]] >> _KIND_SHIFT == LETTER:
                state, chunk, size = _absorb_byte(state, chunk, size, buffer[i] | np.uint8(0x20))
                i += 1
            at += i - first
            end[n] = at
            is_initial &= i - first == 1
            continue
        point, step = _decode(buffer, i)
        entry = blocks[np.int64(pages[point >> np.uint32(8)]) * 256 + np.int64(point & np.uint32(255))]
        kind = entry >> _KIND_SHIFT
        is_stop = point == 46 and is_initial
        if is_open and not is_single and (kind == APOSTROPHE or is_stop):  # noqa: SIM102
            if _is_inside(buffer, i + step, high, pages, blocks, is_stop):
                kind = np.uint32(IGNORED)
                after_stop = is_stop
        is_word = kind in (LETTER, SINGLE, MARK)
        if is_open and kind not in (IGNORED, MARK) and (not is_word or is_single or kind == SINGLE):
            code[n] = _code(state, chunk, size, is_single)
            n += 1
            is_open = False
        if is_word:
            is_initial = (not is_open or after_stop) and entry & _INITIAL != 0
            after_stop = False
            if not is_open:
                is_open = True
                is_single = kind == SINGLE
                state = chunk = size = _U0
                begin[n] = at
                gap[n] = lines
                lines = np.uint8(0)
            value = entry & _VALUE
            if entry & _EXPANDED:
                for j in range(np.int64(expansions[value])):
                    state, chunk, size = _absorb(state, chunk, size, expansions[np.int64(value) + 1 + j])
            else:
                state, chunk, size = _absorb(state, chunk, size, np.uint32(value if value else point))
            end[n] = at + 1
        elif kind == IGNORED and is_open:
            end[n] = at + 1  # a combining accent belongs to its letter
        elif kind == LINE_END and not (point == 10 and i > low and buffer[i - 1] == 13):  # \r\n ends one line
            lines = np.uint8(min(2, lines + (entry & _VALUE)))
        i += step
        at += 1
    if is_open:
        code[n] = _code(state, chunk, size, is_single)
        n += 1
    return n


@kernel
def tokenise(
    buffer, documents, pages, blocks, expansions, code, begin, end, gap, document_words, paragraph_words,
    document_paragraphs,
):  # fmt: skip
    """Cut documents into paragraphs and words.

    Args:
        buffer: uint8[bytes], valid UTF-8 of all documents.
        documents: int64[d + 1], where each begins in the buffer.
        pages, blocks, expansions: the folding table.
        code, begin, end, gap: outputs with room for (bytes + 1) // 2 + d words: the words' codes (uint32), their
            character offsets in the document (uint32), and the line ends before them (uint8).
        document_words: int64[d + 1], output: each document's first word.
        paragraph_words: int64[room for words + 1], output: each paragraph's first word.
        document_paragraphs: int64[d + 1], output: each document's first paragraph.

    Returns:
        The numbers of words and of paragraphs.
    """
    n = p = np.int64(0)  # typed: a bare 0 has numba compile what it is passed to twice
    document_words[0] = 0
    document_paragraphs[0] = 0
    for d in range(len(documents) - 1):
        first = n
        n = _document(
            buffer, documents[d], documents[d + 1], pages, blocks, expansions, code, begin, end, gap, first
        )
        needed = np.uint8(1)
        for i in range(first + 1, n):
            if gap[i] == 2:
                needed = np.uint8(2)  # blank lines part the paragraphs; where there are none, lines do
                break
        for i in range(first, n):
            if i == first or gap[i] >= needed:
                paragraph_words[p] = i
                p += 1
        document_words[d + 1] = n
        document_paragraphs[d + 1] = p
    paragraph_words[p] = n
    return n, p
