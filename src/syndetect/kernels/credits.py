"""Names of agencies that may be credits: those with a cue in their line, or in a place where a name alone is one.

A screen before rules that are slow: what it drops cannot be a credit, what it keeps may be none. It reads a name's line
as the rules do, character by character, and has no cues of its own: which signs and words matter, and for what, say the
tables. Characters that the tables do not have (all but those of Western European languages) leave a name to the rules.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel

#: Places in the tables: U+0000 to U+00FF, then U+2000 to U+207F.
PLACES = 384
#: What a character is, a bit each: part of a word, a letter or a digit, white space; before a name, what opens
#: something, sets the name off from a place, makes a credit of it at any distance, or ends a sentence; behind a name, a
#: stroke, and what parts a place or a date from it, sets it off from the text, or closes it.
WORD, LETTER, SPACE, OPENS, SETS_OFF, OWNS, STOPS, STROKE, PARTS, DASH, CLOSES = (
    1 << bit for bit in range(11)
)
#: What a word is, a bit each: a cue before a name; one if a name closes something; the beginning of a word that may
#: stand next behind a name; such a word; a word that may stand anywhere behind a name.
BEFORE, BEFORE_CLOSING, HEAD, NEXT, BEHIND = (1 << bit for bit in range(5))
#: What a phrase names: an agency; a photo agency, which is only a cue itself; something with rules of its own.
AGENCY, PHOTO, OTHER = range(3)

#: The hash of words: FNV-1a of 32 bits, over code points.
SEED, PRIME, MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
#: No look further back than this for the beginning of a line.
_FAR = 1 << 13
_NEVER = 1 << 20


@inline
def hashed(h, character):
    """The hash of a word, of the hash of all characters but its last; the first one's is of 0."""
    return ((SEED if h == 0 else h) ^ np.int64(character)) * PRIME & MASK


@inline
def table_place(buffer, i):
    """The place in the tables of the character that begins at byte i; -1 if they do not have it."""
    byte = np.int64(buffer[i])
    if byte < 0x80:
        return byte
    if byte in (0xC2, 0xC3):
        return (byte & 3) << 6 | np.int64(buffer[i + 1]) & 63
    if byte == 0xE2 and buffer[i + 1] & 0xFE == 0x80:
        return 256 | (np.int64(buffer[i + 1]) & 1) << 6 | np.int64(buffer[i + 2]) & 63
    return np.int64(-1)


@inline
def bits_of(h, keys, bits):
    """What the word with a hash is: 0 for most."""
    slot = h & len(keys) - 1
    while bits[slot] != 0:
        if keys[slot] == h:
            return np.int64(bits[slot])
        slot = slot + 1 & len(keys) - 1
    return np.int64(0)


@inline
def has_stem(buffer, i, high, stem):
    """Whether a run of letters stands at byte i."""
    if buffer[i] != stem[0] or i + len(stem) > high:
        return False
    k = 1
    while k < len(stem) and buffer[i + k] == stem[k]:
        k += 1
    return k == len(stem)


@inline
def look_back(buffer, low, begin, reach):
    """Where a name's line begins within so many characters, or where they begin, and how many they are."""
    i, seen = begin, np.int64(0)
    while i > low and seen < reach and buffer[i - 1] != 0x0A:
        i -= 1
        while buffer[i] & 0xC0 == 0x80:
            i -= 1
        seen += 1
    return i, seen


@inline
def read_before(buffer, start, begin, seen, near, signs, folded, keys, bits, out):
    """Read the characters before a name.

    Returns:
        False where the tables do not have a character. ``out``: what its words are, whether a sign owns it, the words
        begun since the last sign that opens something, since the last that sets off, whether a sentence ends within
        ``near`` characters, and the number of words.
    """
    i, h = start, np.int64(0)
    words, opened, set_off = np.int64(0), np.int64(_NEVER), np.int64(_NEVER)
    found = owns = stops = np.int64(0)
    while i < begin:
        place = table_place(buffer, i)
        if place < 0:
            return False
        sign = np.int64(signs[place])
        if sign & WORD:
            if h == 0:
                words += 1
                opened += 1
                set_off += 1
            h = hashed(h, folded[place])
        else:
            if h != 0:
                found |= bits_of(h, keys, bits)
                h = np.int64(0)
            if sign & OPENS:
                opened = np.int64(0)
            if sign & SETS_OFF:
                set_off = np.int64(0)
            owns |= sign & OWNS
            if sign & STOPS and seen <= near:
                stops = np.int64(1)
        seen -= 1
        i += 1 + (place >= 0x80) + (place >= 256)
    if h != 0:
        found |= bits_of(h, keys, bits)
    out[0], out[1], out[2], out[3], out[4], out[5] = found, owns, opened, set_off, stops, words
    return True


@inline
def read_after(buffer, end, high, ahead, stem, signs, folded, keys, bits, out):
    """Read the characters behind a name.

    Returns:
        False where the tables do not have a character. ``out``: 1 if a cue stands there, what the first sign or letter
        is, whether there are any letters, how many characters there are up to the line's end (a very high number if
        that is beyond ``ahead``), and the byte of that.
    """
    i, h, seen, words = end, np.int64(0), np.int64(0), np.int64(0)
    is_cue, first, letters = False, np.int64(0), np.int64(0)
    while i < high and seen < ahead and buffer[i] != 0x0A and not is_cue:
        place = table_place(buffer, i)
        if place < 0:
            return False
        sign = np.int64(signs[place])
        letters |= sign & LETTER
        if first == 0 and sign & SPACE == 0:
            first = sign | 1 << 20
        if sign & WORD:
            words += h == 0
            h = hashed(h, folded[place])
            is_cue = (words == 1 and bits_of(h, keys, bits) & HEAD != 0) or has_stem(buffer, i, high, stem)
        elif h != 0:
            what = bits_of(h, keys, bits)
            is_cue = (words == 1 and what & NEXT != 0) or what & BEHIND != 0
            h = np.int64(0)
        seen += 1
        i += 1 + (place >= 0x80) + (place >= 256)
    if h != 0:
        what = bits_of(h, keys, bits)
        is_cue = is_cue or (words == 1 and what & NEXT != 0) or what & BEHIND != 0
    is_line = i >= high or buffer[i] == 0x0A
    out[0], out[1], out[2], out[3], out[4] = is_cue, first, letters, seen if is_line else _NEVER, i
    return True


@inline
def has_heading(buffer, low, begin, stem):
    """Whether a line has a run of letters before a name, or is too long to tell."""
    i = begin
    while i > low and buffer[i - 1] != 0x0A:
        i -= 1
        if begin - i > _FAR or has_stem(buffer, i, begin, stem):
            return True
    return False


@inline
def may_be_credit(buffer, low, high, places, n, limits, stem, signs, folded, keys, bits, out):
    """Whether name n in a document, bytes low to high, may be a credit; other arguments as of :func:`keep_credited`."""
    reach, ahead, near, dated, short, early, late = limits
    begin, end = places[n, 2], places[n, 3]
    if places[n, 4] == 0:
        return True
    start, seen = look_back(buffer, low, begin, reach)
    is_whole = start == low or buffer[start - 1] == 0x0A
    if not read_before(buffer, start, begin, seen, near, signs, folded, keys, bits, out):
        return True
    found, owns, opened, set_off, stops, words = out[0], out[1], out[2], out[3], out[4], out[5]
    if found & BEFORE or owns or opened <= 1:
        return True
    if not read_after(buffer, end, high, ahead, stem, signs, folded, keys, bits, out):
        return True
    is_cue, first, letters, length, stop = out[0], out[1], out[2], out[3], out[4]
    closes = letters == 0
    if is_cue or first & STROKE or (found & BEFORE_CLOSING and (closes or first & CLOSES)):
        return True
    if is_whole and set_off <= 1 and (closes or first & DASH):
        return True
    if (closes or (length <= dated and first & PARTS)) and (stops or (is_whole and words <= 1)):
        return True
    line = seen + places[n, 1] - places[n, 0] + length  # a genitive counts twice: two more
    if is_whole and line <= short + 2 and (places[n, 0] - seen <= early or high - stop <= 4 * late):
        return True
    return has_heading(buffer, low, begin, stem)


@kernel
def keep_credited(buffer, bounds, marks, places, roles, most, joint, limits, stem, signs, folded, keys, bits):
    """Move to the front what names may be credits, or stand beside names that may be.

    Args:
        buffer: uint8[bytes], the documents' text as UTF-8.
        bounds: int64[d + 1], each document's first byte, then the end.
        marks, places: int64[n, 3] and int64[n, 5], of :func:`syndetect.kernels.phrases.keep_spelt`; changed.
        roles: uint8[p], what each phrase names, ``AGENCY``, ``PHOTO`` or ``OTHER``.
        most: documents with more names keep all.
        joint: the characters between names that are looked at together; they are kept.
        limits: numbers of characters: before a name and behind it that are read, before it in which a sentence ends,
            behind it that may be a place and a date, of a short line, before an early line, behind a late line.
        stem: uint8[...], ASCII letters that a list of contributors has.
        signs: uint16[PLACES], what each character is.
        folded: uint16[PLACES], the code point of each in lower case.
        keys, bits: int64 and uint8[a power of two], the hash of each word and what it is, from the place on that the
            lowest bits of its hash say; places without a word have no bits.

    Returns:
        How many are left.
    """
    left = np.int64(0)
    out = np.zeros(6, np.int64)
    n = np.int64(0)
    while n < len(marks):
        d = marks[n, 0]
        stop = n + 1
        while stop < len(marks) and marks[stop, 0] == d:
            stop += 1
        keeps_all = stop - n > most
        while n < stop:
            last = n + 1
            while last < stop and places[last, 0] - places[last - 1, 1] < joint:
                last += 1
            role = roles[marks[n, 2]]
            keep = keeps_all or last - n > 1 or role == OTHER
            if not keep and role == AGENCY:
                keep = may_be_credit(
                    buffer, bounds[d], bounds[d + 1], places, n, limits, stem, signs, folded, keys, bits, out
                )
            for m in range(n, last):
                if keep:
                    marks[left] = marks[m]
                    places[left] = places[m]
                    left += 1
            n = last
    return left
