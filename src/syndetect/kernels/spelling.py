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

# Kinds of atoms, and the other parts of an entry of the folding table; ``tools/make_folding.py`` explains them.
BOUNDARY, LETTER, SINGLE, IGNORED, APOSTROPHE, MARK, LINE_END, STOP, SPACE, HYPHEN = range(10)
KIND_SHIFT = np.uint32(28)
_EXPANDED = np.uint32(1 << 27)
_INITIAL = np.uint32(1 << 26)
_LOWER = np.uint32(1 << 25)
_RANK = np.uint32(0xF << 21)
_VALUE = np.uint32((1 << 21) - 1)
#: The bits that tell letters, and marks without a rank, from other atoms: two kinds that differ by one bit.
_OF_LETTERS, _PLAIN_LETTER = (
    np.uint32(0xF - (LETTER ^ MARK) << 28) | _EXPANDED | _RANK,
    np.uint32(LETTER << 28),
)
_PLAIN_ACCENT = np.uint32(IGNORED << 28)
_ACUTE, SOFT = _PLAIN_ACCENT | np.uint32(1), _PLAIN_ACCENT | np.uint32(2)

#: All bits, of which shifts take some; the bit by which small ASCII letters differ from large ones, and which digits
#: have too, in each byte; the kind of a word in its code.
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
SMALL = np.uint64(0x2020202020202020)
IS_WORD, IS_SINGLE = np.uint64(1), np.uint64(0)

#: Bytes in which a hyphen, a space or what is ignored may end: not those of letters and of most punctuation.
_MAY_END = np.zeros(256, np.uint8)
_MAY_END[[*b"\t\r -", *range(0x80, 0x98), *range(0x9F, 0xA4), *range(0xA8, 0xB0)]] = 1

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
def look_up(buffer, i, pages, blocks):
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
def read(buffer, i, k, pages, blocks, expansions):
    """The entry of the atom at a place, the place after it, and how many characters end with it.

    A place is the byte i of a character and, where some of the character's atoms have been read, the place k > 0 of the
    next one in ``expansions``.
    """
    entry, step = look_up(buffer, i, pages, blocks)
    if entry & _EXPANDED == 0:
        return entry, i + step, np.int64(0), 1
    if k == 0:
        k = np.int64(entry & _VALUE)
    entry = expansions[k]
    if entry & _EXPANDED:
        return np.uint32(entry ^ _EXPANDED), i, k + 1, 0
    return entry, i + step, np.int64(0), 1


@inline
def _append_atom(state, chunk, size, entry, buffer, i, end, key):
    """Add an atom, which is the character of bytes i to end itself if its value is 0."""
    value = np.uint64(entry & _VALUE)
    if value:
        encoded, length = _encode(value)
    else:
        length = end - i
        encoded = load_word(buffer, i) & ALL >> np.uint64(64 - 8 * length)
    return _append(state, chunk, size, encoded, length, key)


@inline
def _append_marks(state, chunk, size, buffer, i, k, at, high, table, key):
    """Add the marks with ranks from a place on, those of the lowest rank first; returns the place after them too.

    So marks that Unicode calls equivalent in any order (a nukta and a virama) are added in one order. Each rank takes a
    pass, so that no room is needed, however many marks there are.
    """
    pages, blocks, expansions = table
    lowest = np.uint32(0)
    while True:
        j, m, after, higher = i, k, at, _RANK + np.uint32(1)
        while j < high:
            entry, next_j, next_m, ended = read(buffer, j, m, pages, blocks, expansions)
            rank = entry & _RANK
            if rank == 0 and entry not in (_PLAIN_ACCENT, _ACUTE):
                break
            if rank > lowest:
                higher = min(higher, rank)
            elif rank and rank == lowest:
                state, chunk, size = _append_atom(state, chunk, size, entry, buffer, j, next_j, key)
            j, m, after = next_j, next_m, after + ended
        if higher > _RANK:
            return state, chunk, size, j, m, after
        lowest = higher


@inline
def _ahead(buffer, i, k, high, table):
    """The entry of the next atom that is not ignored, from a place on, and the place after it."""
    pages, blocks, expansions = table
    while i < high:
        entry, i, k, _ = read(buffer, i, k, pages, blocks, expansions)
        if entry >> KIND_SHIFT != IGNORED:
            return entry, i, k
    return np.uint32(0), i, k


@merged
def _is_inside(buffer, i, k, high, table, is_stop):
    """Whether the apostrophe or full stop before a place belongs to the word that it follows: don't, l'homme, U.S."""
    entry, i, k = _ahead(buffer, i, k, high, table)
    if not is_stop:
        return entry >> KIND_SHIFT == LETTER
    following = _ahead(buffer, i, k, high, table)[0] >> KIND_SHIFT
    return entry & _INITIAL != 0 and following not in (LETTER, MARK)


@merged
def _is_acute(buffer, i, k, high, table):
    """Whether the space before a place carries an acute accent: together they are ´, an apostrophe."""
    pages, blocks, expansions = table
    while i < high:
        if k == 0 and buffer[i] < 0x80:
            return False
        entry, i, k, _ = read(buffer, i, k, pages, blocks, expansions)
        if entry == _ACUTE:
            return True
        if entry >> KIND_SHIFT != IGNORED:
            return False
    return False


@inline
def _follows_small(buffer, i, is_hyphen, table):
    """Whether a small letter stands before byte i, accents aside, and between them a soft hyphen or, at i, another."""
    pages, blocks, expansions = table
    while i > 0:
        i -= 1
        while i > 0 and buffer[i] & 0xC0 == 0x80:
            i -= 1
        entry, _ = look_up(buffer, i, pages, blocks)
        if entry & _EXPANDED:
            low = k = np.int64(entry & _VALUE)
            while expansions[k] & _EXPANDED:
                k += 1
            while k > low and expansions[k] >> KIND_SHIFT in (IGNORED, MARK):
                k -= 1
            entry = expansions[k]
        is_hyphen |= entry == SOFT
        if entry >> KIND_SHIFT not in (IGNORED, MARK):
            return is_hyphen and entry & _LOWER != 0
    return False


@inline
def _beyond_hyphen(buffer, i, k, at, high, is_hyphen, table):
    """The place and character of the small letter by which a word goes on after its hyphen; byte -1 where it does not.

    It goes on right behind the hyphen or in the next line, with nothing but spaces around the line end.

    Args:
        buffer, high, table: as of :func:`spell`.
        i, k, at: the place and character after the hyphen.
        is_hyphen: not a soft hyphen, behind which there must be a line end.
    """
    pages, blocks, expansions = table
    lines, spaces = 0, 0
    while i < high:
        entry, next_i, next_k, ended = read(buffer, i, k, pages, blocks, expansions)
        kind = entry >> KIND_SHIFT
        if kind == LETTER:
            if entry & _LOWER and (lines == 1 or (is_hyphen and lines + spaces == 0)):
                return i, k, at
            break
        if kind == LINE_END and buffer[i] < 0x80:
            lines += np.int64(entry & _VALUE) - np.int64(
                buffer[i] == 10 and lines == 1 and buffer[i - 1] == 13
            )
        elif kind == SPACE or buffer[i] == 9:
            spaces += 1
        elif kind != IGNORED:
            break
        if lines > 1:
            break
        i, k, at = next_i, next_k, at + ended
    return np.int64(-1), np.int64(0), at


@inline
def mask_letters(buffer, i):
    """Mask of the ASCII letters and digits among 64 bytes."""
    return match(buffer, i, 0x20, 0x61, 0x7A) | match(buffer, i, 0, 0x30, 0x39)  # a-z with A-Z, 0-9


@inline
def note_line_end(breaks, p, word, lines, before):
    """Note that ``lines`` line ends, or more of them, stand before a word; returns the place after the last note.

    A note is four times the word's number, 1 more if the line ends before it are two or more, and 2 more if the first
    one follows a byte (``before``) in which a hyphen may end, or a space behind one.
    """
    if breaks[p - 1] >> 2 == word:
        breaks[p - 1] |= 1
        return p
    breaks[p] = word << 2 | np.int64(_MAY_END[before]) << 1 | np.int64(lines > 1)
    return p + 1


@inline
def _reopen(buffer, i, k, at, high, n, table, out):
    """The place of the last word where a space with an accent, whose first acute is at byte i, is its apostrophe.

    A word that is taken by its bytes alone, which has no expansions, ends at a space. Else the place is that of what
    follows the accents.
    """
    pages, blocks, expansions = table
    _, begin, end, _, _ = out
    j, before, kind = i, at, np.uint32(IGNORED)
    while i < high and kind == IGNORED:
        entry, next_i, next_k, ended = read(buffer, i, k, pages, blocks, expansions)
        kind = entry >> KIND_SHIFT
        if kind == IGNORED:
            i, k, at = next_i, next_k, at + ended
    if kind != LETTER or before <= end[n - 1]:
        return i, k, at, False
    while before > begin[n - 1]:
        j, before = j - 1, before - 1
        while buffer[j] & 0xC0 == 0x80:
            j -= 1
        entry = look_up(buffer, j, pages, blocks)[0]
        wanted = IGNORED if before > end[n - 1] else SPACE
        if (entry & _EXPANDED) if before < end[n - 1] else entry >> KIND_SHIFT != wanted:
            return i, k, at, False
    return j, np.int64(0), before, True


# More than eight parameters: a record of them would cost speed.
@merged
def _spell_word(buffer, i, k, first_atom, high, at, joins, table, key, out, n):
    """Take the word that begins at a place, with what was read there; returns place and character after it."""
    pages, blocks, expansions = table
    code, begin, end = out[0], out[1], out[2]
    state, chunk, size = key[0], _U0, np.int64(0)
    entry, next_i, next_k, ended = first_atom
    is_single = entry >> KIND_SHIFT == SINGLE
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
        elif entry & _RANK:
            state, chunk, size, i, k, at = _append_marks(
                state, chunk, size, buffer, i, k, at, high, table, key
            )
        else:
            state, chunk, size = _append_atom(state, chunk, size, entry, buffer, i, next_i, key)
            i, k, at = next_i, next_k, at + ended
            while i < high and k == 0 and buffer[i] >= 128 and not is_single:  # mostly followed by their like
                entry, step = look_up(buffer, i, pages, blocks)
                if entry & _OF_LETTERS != _PLAIN_LETTER:
                    break
                state, chunk, size = _append_atom(state, chunk, size, entry, buffer, i, i + step, key)
                i, at, is_initial = i + step, at + 1, False
        kind = np.uint32(BOUNDARY)
        while i < high:
            entry, next_i, next_k, ended = read(buffer, i, k, pages, blocks, expansions)
            kind = entry >> KIND_SHIFT
            if (is_single and kind != IGNORED) or kind in (LETTER, MARK, SINGLE):
                break
            if joins and kind != IGNORED and _follows_small(buffer, i, kind == HYPHEN, table):
                j, m, after = (next_i, next_k, at + ended) if kind == HYPHEN else (i, k, at)
                j, m, after = _beyond_hyphen(buffer, j, m, after, high, kind == HYPHEN, table)
                if j >= 0:
                    i, k, at, is_alone = j, m, after, True
                    continue
            if kind != IGNORED:
                is_stop = is_initial and kind == STOP
                if not (is_stop or kind in (APOSTROPHE, SPACE)):
                    break
                if kind == SPACE and not _is_acute(buffer, next_i, next_k, high, table):
                    break
                if not _is_inside(buffer, next_i, next_k, high, table, is_stop):
                    break
                is_alone = is_stop
            i, k, at = next_i, next_k, at + ended  # a combining accent belongs to its letter
        if i >= high or not (kind == MARK or (kind == LETTER and not is_single)):
            break
    code[n] = finish_long(state, chunk, size, IS_SINGLE if is_single else IS_WORD, key)
    end[n] = at + (k > 0)
    return i, k, at


# More than eight parameters: a record of them would cost speed.
@inline
def spell(buffer, i, stop, high, at, n, p, joins, table, key, out):
    """Tokenise by character from byte i, where no word is open, to the first such place from byte ``stop`` on.

    A character that stands for parts of several words belongs to the last of them.

    Args:
        buffer: uint8[bytes].
        i, stop, high: bytes; at ``high`` the document ends.
        at: the character at byte i, counted from the document's first.
        n, p: the places of the next word and of the next note of line ends.
        joins: whether a hyphen between small letters, in a line or at its end, joins them.
        table, key, out: the folding table's arrays, the key of the codes, and the tokeniser's arrays.

    Returns:
        i, at, n and p after what was taken.
    """
    pages, blocks, expansions = table
    code, begin, end, breaks, spare = out
    stop, k, known = min(stop, high), np.int64(0), n
    while i < stop or k > 0:
        entry, next_i, next_k, ended = read(buffer, i, k, pages, blocks, expansions)
        kind = entry >> KIND_SHIFT
        if kind in (LETTER, SINGLE, MARK):
            if k > 0 and n > known and end[n - 1] > at:
                end[n - 1] = at
                if begin[n - 1] == at:  # one more word than a character has room for
                    spare[0] -= 1
                    n -= spare[0] < 0
            i, k, at = _spell_word(
                buffer, i, k, (entry, next_i, next_k, ended), high, at, joins, table, key, out, n
            )
            n += 1
            continue
        if entry == _ACUTE and n == known and breaks[p - 1] >> 2 < n and code[n - 1] & 1:
            i, k, at, is_open = _reopen(buffer, i, k, at, high, n, table, out)
            n -= is_open
            known -= is_open
            continue
        if kind == LINE_END and not (
            buffer[i] == 10 and at > 0 and buffer[i - 1] == 13
        ):  # \r\n ends one line
            p = note_line_end(breaks, p, n, np.int64(entry & _VALUE), buffer[i - 1])
        i, k, at = next_i, next_k, at + ended
    return i, at, n, p
