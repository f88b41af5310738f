"""Text to words: UTF-8 bytes in, word codes and character offsets out.

A word is a maximal run of letters, marks and digits after folding (``matching/tokens.py`` gives the rule), or one
character of a script written without spaces.

Most words of most text need no more than this: they are letters and digits of ASCII, perhaps with apostrophes between
them, and stand between characters that part words whatever is beside them. So a document is taken in blocks of 64
bytes, each classified at once (``kernels/vectors.py``); where such words begin and end are then bits in two masks, and
two loads hash one. A word for which the block does not tell enough (an accent, a full stop between letters, another
script) is spelt out by the whole rule (``kernels/spelling.py``). A block always begins where no word is open: one that
a word runs out of is followed by one that begins with that word. So nothing but places is carried from block to block.

A document with hyphens at line ends is gone through once more, to join what they part (``kernels/hyphens.py``).
"""

import numpy as np

from syndetect.kernels.hyphens import join_lines
from syndetect.kernels.jit import inline, kernel, merged
from syndetect.kernels.spelling import (  # fmt: skip
    ALL,
    IS_WORD,
    SMALL,
    append_letters,
    finish,
    finish_long,
    fold,
    mask_letters,
    note_line_end,
    spell,
)
from syndetect.kernels.vectors import WIDTH, count, first, load_word, match

#: Bytes that must follow the last document, to be read and ignored.
PADDING = 2 * WIDTH
#: So many bytes of a block that ask for spelling are another script's; then all the rest of the block is spelt out.
_DENSE = 16

_LAST = np.uint64(1 << 63)
_IN_LINES = np.bool_(False)  # typed, so that what it is passed to is compiled once, not once a value
_U0 = np.uint64(0)
_U1 = np.uint64(1)
_U2 = np.uint64(2)
_U3 = np.uint64(3)
_U4 = np.uint64(4)
_U8 = np.uint64(8)


@merged
def _code_short(buffer, i, size, key):
    """The code of a word of 1 to 15 ASCII letters and digits that begins at byte i."""
    head = min(size, 8)
    one = (load_word(buffer, i) | SMALL) & ALL >> np.uint64(64 - 8 * head)
    two = (load_word(buffer, i + 8) | SMALL) & (_U1 << np.uint64(8 * (size - head))) - _U1
    return finish(fold(fold(key[0], one, key), two, key), size, IS_WORD)


@inline
def _code_joined(buffer, i, letters, low, high, key):
    """The code of a word of ASCII letters with apostrophes between them, the bytes low to high of the block at i."""
    state, chunk, size = key[0], _U0, np.int64(0)
    while low < high:
        low += first(letters >> np.uint64(low))
        length = first(~(letters >> np.uint64(low)))
        state, chunk, size = append_letters(state, chunk, size, buffer, i + low, length, key)
        low += length
    return finish_long(state, chunk, size, IS_WORD, key)


@inline
def _classify_beyond(buffer, i, letters, beyond):
    """Masks of the bytes beyond ASCII that are apostrophes between letters, and of those that are plain punctuation.

    Plain is what parts words whatever stands beside it (“ ” – — … « »), and ‘ ’ at the edge of a word.
    """
    three = match(buffer, i, 0, 0xE2, 0xE2) & match(buffer, i, 0, 0x80, 0x80) >> _U1
    quotes = three & match(buffer, i, 0, 0x98, 0x99) >> _U2
    joints = quotes & letters << _U1 & letters >> _U3
    edges = ~(letters | beyond)
    quotes &= edges << _U1 | _U1 | edges >> _U3  # no word is open where a block begins
    third = (
        match(buffer, i, 0, 0x90, 0x97) | match(buffer, i, 0, 0x9C, 0xA3) | match(buffer, i, 0, 0xA6, 0xA6)
    )
    three = three & third >> _U2 | quotes
    second = match(buffer, i, 0, 0xA0, 0xA9) | match(buffer, i, 0x10, 0xBB, 0xBB)
    two = match(buffer, i, 0, 0xC2, 0xC2) & second >> _U1
    return joints | joints << _U1 | joints << _U2, three | three << _U1 | three << _U2 | two | two << _U1


@merged
def _classify(buffer, i, letters, valid):
    """Masks of a block's bytes that are apostrophes between letters, and of those whose words must be spelt out."""
    ticks = match(buffer, i, 0, 0x27, 0x27) | match(buffer, i, 0, 0x60, 0x60)
    joints = ticks & letters << _U1 & letters >> _U1
    odd = match(buffer, i, 0, 0x80, 0xFF) & valid
    if odd:
        quotes, plain = _classify_beyond(buffer, i, letters, odd)
        joints |= quotes
        odd &= ~(quotes | plain)
    word = letters | odd
    stops = (match(buffer, i, 0, 0x2E, 0x2E) | ticks & ~joints) & valid
    odd |= stops & word << _U1 & (word >> _U1 | _LAST)
    odd |= letters & _LAST  # a word of which more may come
    run = letters & letters >> _U1
    run &= run >> _U2
    run &= run >> _U4
    return joints, odd | run & run >> _U8  # sixteen letters and more: too long for two loads


# More than eight parameters: a record of them would cost speed.
@merged
def _take_short(buffer, i, at, tails, left, ends, words, n, key, out):
    """Write the block's next words, each of 1 to 15 letters; returns the starts and ends that are left."""
    code, begin, end = out[0], out[1], out[2]
    for j in range(words):
        low = first(left)
        size = first(ends) - low
        place = np.uint64(n + j)  # unsigned, so that it is not looked at whether it counts from the end
        character = at + low - count(tails & (left ^ left - _U1))
        code[place] = _code_short(buffer, i + low, size, key)
        begin[place] = character
        end[place] = character + size
        left &= left - _U1
        ends &= ends - _U1
    return left, ends


@inline
def _note_lines(buffer, i, at, lines, starts, n, breaks, p):
    """Note the line ends of a block before the words that follow them, where word n is the first of ``starts``."""
    returns = match(buffer, i, 0, 0x0D, 0x0D) << _U1 | np.uint64(at > 0 and buffer[i - 1] == 0x0D)
    lines &= ~(match(buffer, i, 0, 0x0A, 0x0A) & returns)  # \r\n ends one line
    while lines:
        word = n + count(starts & (lines ^ lines - _U1))
        p = note_line_end(breaks, p, word, np.int64(1), buffer[i + first(lines) - 1])
        lines &= lines - _U1
    return p


@merged
def _block(buffer, i, high, at, n, p, table, key, out):
    """Take the words of the 64 bytes from byte i on, where no word is open; returns the places reached.

    Arguments and results are those of ``spell``. In the masks, ``left`` and ``ends`` have the first byte of each word
    and the byte after its last, and ``special`` has the bytes by which a word is not just letters.
    """
    code, begin, end = out[0], out[1], out[2]
    valid = ALL >> np.uint64(max(WIDTH - (high - i), 0))
    letters = mask_letters(buffer, i) & valid
    joints, odd = _classify(buffer, i, letters, valid)
    tails = match(buffer, i, 0, 0x80, 0xBF) & valid  # a character has one byte that is none of these
    lines = match(buffer, i, 0, 0x0A, 0x0D) & valid
    word, special = letters | joints | odd, joints | odd
    left, ends = word & ~(word << _U1), ~word & word << _U1
    while True:
        starts, words = left, count(left & (special ^ special - _U1)) - np.int64(special != _U0)
        left, ends = _take_short(buffer, i, at, tails, left, ends, words, n, key, out)
        before = ~left & left - _U1
        if lines & before:
            p = _note_lines(buffer, i, at, lines & before, starts, n, out[3], p)
            lines &= ~before
        n += words
        if not special:
            break
        low, stop, upto = first(left), first(ends), ends ^ ends - _U1
        character = at + low - count(tails & before)
        if odd & upto:
            if count(odd) >= _DENSE:
                stop = np.int64(WIDTH)
            elif stop == WIDTH and low > 0:
                return i + low, character, n, p
            reached, character, n, p = spell(
                buffer, i + low, i + stop, high, character, n, p, _IN_LINES, table, key, out
            )
            if stop == WIDTH or reached > i + stop:  # beyond it by a space with an accent (don ́t)
                return reached, character, n, p
        else:
            code[n] = _code_joined(buffer, i, letters, low, stop, key)
            begin[n], end[n] = character, at + stop - count(tails & upto)
            n += 1
        left, ends, special = left & left - _U1, ends & ends - _U1, special & ~upto
    length = min(high - i, WIDTH)
    return i + length, at + length - count(tails), n, p


@inline
def _document(buffer, low, high, n, p, table, key, out):
    """Tokenise one document; returns the places after its last word and its last note of line ends.

    The first note is of the first word, whatever stands before it; all later ones are of words after it.
    """
    out[3][p] = n << 2
    p += 1
    i, at = low, np.int64(0)
    while i < high:
        i, at, n, p = _block(buffer, i, high, at, n, p, table, key, out)
    return n, p


@inline
def _make_paragraphs(breaks, low, high, words):
    """Make of a document's notes of line ends, in place, its paragraphs' first words; returns the place after them."""
    needed = np.int64(0)
    for i in range(low + 1, high):
        if breaks[i] >> 2 < words:
            needed |= breaks[i] & 1  # blank lines part the paragraphs; where there are none, lines do
    p = low
    for i in range(low, high):
        word = breaks[i] >> 2
        if word < words and (i == low or breaks[i] & 1 >= needed):
            breaks[p] = word
            p += 1
    return p


@inline
def _may_be_hyphenated(breaks, low, high):
    """Whether a document's notes of line ends tell of one that may follow a hyphen, and is followed by another line."""
    found = False
    for i in range(low + 1, high):
        found |= breaks[i] & 3 == 2
    return found


# More than eight parameters: a record of them would cost speed.
@kernel
def tokenise(
    buffer, documents, pages, blocks, expansions, key, code, begin, end, document_words, paragraph_words,
    document_paragraphs, spare,
):  # fmt: skip
    """Cut documents into paragraphs and words.

    Args:
        buffer: uint8[bytes], valid UTF-8 of all documents, with at least ``PADDING`` bytes after the last.
        documents: int64[d + 1], where each begins in the buffer.
        pages, blocks, expansions: the folding table.
        key: uint64 twice, which codes are made: see ``kernels/spelling.py``.
        code, begin, end: uint32 outputs with room for (bytes + 1) // 2 + d words: the words' codes, and the characters
            of the document at which they begin and end.
        document_words: int64[d + 1], output: each document's first word.
        paragraph_words: int64[room for words + 1], output: each paragraph's first word.
        document_paragraphs: int64[d + 1], output: each document's first paragraph.
        spare: int64[1], in and out: for how many words more than that there is room, which characters that are several
            words take. If it is negative in the end, there was not enough, and words are missing.

    Returns:
        The numbers of words and of paragraphs.
    """
    n = p = np.int64(0)  # typed: a bare 0 has numba compile what it is passed to twice
    table, out = (pages, blocks, expansions), (code, begin, end, paragraph_words, spare)
    document_words[0] = document_paragraphs[0] = 0
    for d in range(len(documents) - 1):
        n, notes = _document(buffer, documents[d], documents[d + 1], n, p, table, key, out)
        if _may_be_hyphenated(paragraph_words, p, notes):
            n, notes = join_lines(
                buffer, documents[d], documents[d + 1], document_words[d], n, p, notes, table, key, out
            )
        p = _make_paragraphs(paragraph_words, p, notes, n)
        document_words[d + 1] = n
        document_paragraphs[d + 1] = p
    paragraph_words[p] = n
    return n, p
