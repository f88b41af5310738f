"""Text to words, character by character: the whole rule of words, and the hash that is a word's code.

A code is 31 bits of a hash and, lowest, a bit that tells words (1) from single characters of scripts written without
spaces (0). The hash is of the folded word's UTF-8 bytes, padded with zeros to a multiple of sixteen and taken eight at
a time, so that words of ASCII letters can be hashed straight from the text (``kernels/words.py``).

A key (uint64 twice: the first state, and a mixer) selects one of a family of hashes. Codes that are kept have the key
``(0, 0)``. With a key that nobody knows, words whose codes have been made to collide have different codes.
"""

import numpy as np

from syndetect.kernels.jit import inline, merged
from syndetect.kernels.vectors import first, load_word, match

BOUNDARY, LETTER, SINGLE, IGNORED, APOSTROPHE, MARK, LINE_END = range(7)
_KIND_SHIFT = np.uint32(28)
_EXPANDED = np.uint32(1 << 27)
_INITIAL = np.uint32(1 << 26)
_VALUE = np.uint32((1 << 26) - 1)

#: All bits, of which shifts take some; the bit by which small ASCII letters differ from large ones, and which digits
#: have too, in each byte; the kind of a word in its code.
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
SMALL = np.uint64(0x2020202020202020)
IS_WORD, IS_SINGLE = np.uint64(1), np.uint64(0)

_M1 = np.uint64(0x9E3779B97F4A7C15)
_M2 = np.uint64(0xFF51AFD7ED558CCD)
_M3 = np.uint64(0xC4CEB9FE1A85EC53)
_U0 = np.uint64(0)
_U1 = np.uint64(1)
_U6 = np.uint64(6)
_U8 = np.uint64(8)
_U12 = np.uint64(12)
_U18 = np.uint64(18)
_S31 = np.uint64(31)
_S32 = np.uint64(32)
_S33 = np.uint64(33)
_TAIL = np.uint64(0x80)
_SIX_BITS = np.uint64(0x3F)


@inline
def fold(state, part, key):
    """Add eight bytes to a hash."""
    state = (state ^ part ^ (part >> _S31) * key[1]) * _M1
    return state ^ state >> _S32


@inline
def finish(state, size, kind):
    """The code of a word of ``size`` bytes: MurmurHash3's 64-bit finaliser, its upper 31 bits, and the kind of word."""
    h = state ^ np.uint64(size)
    h = (h ^ h >> _S33) * _M2
    h = (h ^ h >> _S33) * _M3  # the last fold would change lower bits only
    return np.uint32(h >> _S33 << _U1 | kind)


@inline
def _append(state, chunk, size, value, length, key):
    """Add the lowest 1 to 8 bytes of ``value``, whose others are zero, to the hash of a word."""
    filled = size & 7
    chunk |= value << np.uint64(8 * filled)
    if filled + length >= 8:
        state = fold(state, chunk, key)
        half = np.uint64(4 * (8 - filled))  # in two steps: all 64 bits cannot be shifted out in one
        chunk = value >> half >> half
    return state, chunk, size + length


@inline
def finish_long(state, chunk, size, kind, key):
    """The code of a word put together by ``_append``, padded with zeros to a multiple of 16 bytes."""
    parts = (size + 7) >> 3
    if size & 7:
        state = fold(state, chunk, key)
    if parts & 1:
        state = fold(state, _U0, key)
    return finish(state, size, kind)


@inline
def append_letters(state, chunk, size, buffer, i, length, key):
    """Add ASCII letters and digits, eight at a time."""
    for j in range(0, length, 8):
        part = min(length - j, 8)
        value = (load_word(buffer, i + j) | SMALL) & ALL >> np.uint64(64 - 8 * part)
        state, chunk, size = _append(state, chunk, size, value, part, key)
    return state, chunk, size


@inline
def _encode(point):
    """A code point's UTF-8 bytes, the first lowest, and how many they are."""
    if point < np.uint64(0x80):
        return point, 1
    tail = point & _SIX_BITS | _TAIL
    if point < np.uint64(0x800):
        return point >> _U6 | np.uint64(0xC0) | tail << _U8, 2
    tail = point >> _U6 & _SIX_BITS | _TAIL | tail << _U8
    if point < np.uint64(0x10000):
        return point >> _U12 | np.uint64(0xE0) | tail << _U8, 3
    tail = point >> _U12 & _SIX_BITS | _TAIL | tail << _U8
    return point >> _U18 | np.uint64(0xF0) | tail << _U8, 4


@inline
def _append_folded(state, chunk, size, entry, buffer, i, step, expansions, key):
    """Add what the character of ``step`` bytes at byte i, not of ASCII, is folded to."""
    value, is_expanded = np.int64(entry & _VALUE), entry & _EXPANDED != 0
    if not value and not is_expanded:
        itself = load_word(buffer, i) & ALL >> np.uint64(64 - 8 * step)
        return _append(state, chunk, size, itself, step, key)
    for j in range(np.int64(expansions[value]) if is_expanded else 1):
        encoded, length = _encode(np.uint64(expansions[value + 1 + j] if is_expanded else value))
        state, chunk, size = _append(state, chunk, size, encoded, length, key)
    return state, chunk, size


@inline
def _look_up(buffer, i, pages, blocks):
    """The folding entry of the character at byte i of valid UTF-8, and its length in bytes."""
    head = np.int64(buffer[i])
    if head < 0x80:
        return blocks[head], 1
    tail = np.int64(buffer[i + 1]) & 0x3F
    if head < 0xE0:
        point, step = (head & 0x1F) << 6 | tail, 2
    else:
        tail = tail << 6 | np.int64(buffer[i + 2]) & 0x3F
        if head < 0xF0:
            point, step = (head & 0x0F) << 12 | tail, 3
        else:
            point, step = (head & 0x07) << 18 | tail << 6 | np.int64(buffer[i + 3]) & 0x3F, 4
    place = np.uint64(point)  # unsigned, so that it is not looked at whether it counts from the end
    return blocks[np.uint64(pages[place >> _U8]) << _U8 | place & np.uint64(0xFF)], step


@inline
def _ahead(buffer, i, high, pages, blocks):
    """The folding entry of the next character that is not ignored, from byte i on, and the byte after it."""
    while i < high:
        entry, step = _look_up(buffer, i, pages, blocks)
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
def mask_letters(buffer, i):
    """Mask of the ASCII letters and digits among 64 bytes."""
    return match(buffer, i, 0x20, 0x61, 0x7A) | match(buffer, i, 0, 0x30, 0x39)  # a-z with A-Z, 0-9


@inline
def note_line_end(breaks, p, word, lines):
    """Note that ``lines`` line ends, or more of them, stand before a word; returns the place after the last note.

    A note is the word's number, doubled, and 1 more if the line ends before it are two or more.
    """
    if breaks[p - 1] >> 1 == word:
        breaks[p - 1] |= 1
        return p
    breaks[p] = word << 1 | np.int64(lines > 1)
    return p + 1


# More than eight parameters: a record of them would cost speed.
@merged
def _spell_word(buffer, i, high, at, entry, step, table, key, out, n):
    """Take the word whose first character is at byte i and has ``step`` bytes; returns byte and character after it."""
    pages, blocks, expansions = table
    code, begin, end, _ = out
    state, chunk, size = key[0], _U0, np.int64(0)
    is_single = entry >> _KIND_SHIFT == SINGLE
    is_alone = True  # whether only single letters with full stops come before, if any, as in U.S.
    begin[n] = at
    while True:
        is_initial = is_alone and entry & _INITIAL != 0
        is_alone = False
        if buffer[i] < 128:
            length = min(first(~mask_letters(buffer, i)), high - i)
            state, chunk, size = append_letters(state, chunk, size, buffer, i, length, key)
            is_initial &= length == 1
            i, at = i + length, at + length
        else:
            state, chunk, size = _append_folded(state, chunk, size, entry, buffer, i, step, expansions, key)
            i, at = i + step, at + 1
        kind = np.uint32(BOUNDARY)
        while i < high:
            entry, step = _look_up(buffer, i, pages, blocks)
            kind = entry >> _KIND_SHIFT
            if kind != IGNORED:
                is_stop = is_initial and buffer[i] == 46
                if is_single or not (kind == APOSTROPHE or is_stop):
                    break
                if not _is_inside(buffer, i + step, high, pages, blocks, is_stop):
                    break
                is_alone = is_stop
            i, at = i + step, at + 1  # a combining accent belongs to its letter
        if i >= high or not (kind == MARK or (kind == LETTER and not is_single)):
            break
    code[n] = finish_long(state, chunk, size, IS_SINGLE if is_single else IS_WORD, key)
    end[n] = at
    return i, at


# More than eight parameters: a record of them would cost speed.
@inline
def spell(buffer, i, stop, high, at, n, p, table, key, out):
    """Tokenise by character from byte i, where no word is open, to the first such place from byte ``stop`` on.

    Args:
        buffer: uint8[bytes].
        i, stop, high: bytes; at ``high`` the document ends.
        at: the character at byte i, counted from the document's first.
        n, p: the places of the next word and of the next note of line ends.
        table, key, out: the folding table's arrays, the key of the codes, and the tokeniser's arrays.

    Returns:
        i, at, n and p after what was taken.
    """
    pages, blocks, _ = table
    while i < min(stop, high):
        entry, step = _look_up(buffer, i, pages, blocks)
        kind = entry >> _KIND_SHIFT
        if kind in (LETTER, SINGLE, MARK):
            i, at = _spell_word(buffer, i, high, at, entry, step, table, key, out, n)
            n += 1
            continue
        if kind == LINE_END and not (
            buffer[i] == 10 and at > 0 and buffer[i - 1] == 13
        ):  # \r\n ends one line
            p = note_line_end(out[3], p, n, np.int64(entry & _VALUE))
        i, at = i + step, at + 1
    return i, at, n, p
