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
#: For which cues a word counts, a column each: before a name; as the beginning of the first word behind it; as that
#: word; anywhere behind it.
BEFORE, HEAD, NEXT, BEHIND = range(4)
#: The cues of a name that the tables do not tell of.
ALL = -1
#: What a phrase names: an agency; a photo agency, which is only a cue itself; something with rules of its own.
AGENCY, PHOTO, OTHER = range(3)

#: No word has this hash.
FREE = -1
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
    if byte >> 1 == 0x61:  # C2, C3
        return (byte & 3) << 6 | np.int64(buffer[i + 1]) & 63
    if byte == 0xE2 and buffer[i + 1] & 0xFE == 0x80:
        return 256 | (np.int64(buffer[i + 1]) & 1) << 6 | np.int64(buffer[i + 2]) & 63
    return np.int64(-1)


@inline
def slot_of(h, keys):
    """Where the word with a hash is in the table; the last place, which has no cues, for most."""
    slot = h & len(keys) - 1
    while keys[slot] != FREE:
        if keys[slot] == h:
            return slot
        slot = slot + 1 & len(keys) - 1
    return np.int64(len(keys))


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
def read_before(buffer, start, begin, seen, near, tables, out):
    """Read the characters before a name.

    Returns:
        The cues that its words count for; ``ALL`` where the tables do not have a character. ``out``: whether a sign
        owns it, the words begun since the last sign that opens something, since the last that sets off, whether a
        sentence ends within ``near`` characters, and the number of words.
    """
    _, signs, folded, keys, cues = tables
    i, h = start, np.int64(0)
    words, opened, set_off = np.int64(0), np.int64(_NEVER), np.int64(_NEVER)
    found = owns = stops = np.int64(0)
    while i < begin:
        place = table_place(buffer, i)
        if place < 0:
            return np.int64(ALL)
        sign = np.int64(signs[place])
        if sign & WORD:
            if h == 0:
                words += 1
                opened += 1
                set_off += 1
            h = hashed(h, folded[place])
        else:
            if h != 0:
                found |= cues[slot_of(h, keys), BEFORE]
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
        found |= cues[slot_of(h, keys), BEFORE]
    out[0], out[1], out[2], out[3], out[4] = owns, opened, set_off, stops, words
    return found


@inline
def read_after(buffer, end, high, ahead, tables, out):
    """Read the characters behind a name.

    Returns:
        The cues that its words count for; ``ALL`` where the tables do not have a character. ``out``, from 5 on:
        whether the stem stands there, what the first sign or letter is, whether there are any letters, how many
        characters there are up to the line's end (a very high number if that is beyond ``ahead``), and the byte of it.
    """
    stem, signs, folded, keys, cues = tables
    i, h, seen, words = end, np.int64(0), np.int64(0), np.int64(0)
    found = has = first = letters = np.int64(0)
    while i < high and seen < ahead and buffer[i] != 0x0A:
        place = table_place(buffer, i)
        if place < 0:
            return np.int64(ALL)
        sign = np.int64(signs[place])
        letters |= sign & LETTER
        if first == 0 and sign & SPACE == 0:
            first = sign | 1 << 20
        if sign & WORD:
            words += h == 0
            h = hashed(h, folded[place])
            if words == 1:
                found |= cues[slot_of(h, keys), HEAD]
            has |= has_stem(buffer, i, high, stem)
        elif h != 0:
            found |= next_cues(h, words, keys, cues)
            h = np.int64(0)
        seen += 1
        i += 1 + (place >= 0x80) + (place >= 256)
    if h != 0:
        found |= next_cues(h, words, keys, cues)
    is_line = i >= high or buffer[i] == 0x0A
    out[5], out[6], out[7], out[8], out[9] = has, first, letters, seen if is_line else _NEVER, i
    return found


@inline
def next_cues(h, words, keys, cues):
    """The cues that a word behind a name, one of so many, counts for."""
    slot = slot_of(h, keys)
    return cues[slot, BEHIND] | (cues[slot, NEXT] if words == 1 else 0)


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
def may_be_credit(buffer, low, high, places, n, limits, cues_that, stem, out):
    """Whether name n in a document, bytes low to high, may be a credit, of what was read; for the rest see below."""
    reach, _, _, dated, short, early, late = limits
    count_alone, count_closing = cues_that
    before, behind = places[n, 5], places[n, 6]
    if before < 0 or behind < 0 or before & count_alone or behind:
        return True
    owns, opened, set_off, stops, words = out[0], out[1], out[2], out[3], out[4]
    has, first, letters, length, stop = out[5], out[6], out[7], out[8], out[9]
    if owns or opened <= 1 or has or first & STROKE:
        return True
    closes = letters == 0
    if before & count_closing and (closes or first & CLOSES):
        return True
    start, seen = look_back(buffer, low, places[n, 2], reach)
    is_whole = start == low or buffer[start - 1] == 0x0A
    if is_whole and set_off <= 1 and (closes or first & DASH):
        return True
    if (closes or (length <= dated and first & PARTS)) and (stops or (is_whole and words <= 1)):
        return True
    line = seen + places[n, 1] - places[n, 0] + length  # a genitive counts twice: two more
    if is_whole and line <= short + 2 and (places[n, 0] - seen <= early or high - stop <= 4 * late):
        return True
    return has_heading(buffer, low, places[n, 2], stem)


@inline
def read_around(buffer, low, high, places, n, limits, tables, out):
    """Read a name's line, and write its cues to ``places``."""
    places[n, 5] = places[n, 6] = ALL
    if places[n, 4]:
        start, seen = look_back(buffer, low, places[n, 2], limits[0])
        places[n, 5] = read_before(buffer, start, places[n, 2], seen, limits[2], tables, out)
        places[n, 6] = read_after(buffer, places[n, 3], high, limits[1], tables, out)


@kernel
def keep_credited(buffer, bounds, marks, places, roles, most, joint, limits, cues_that, tables):
    """Move to the front what names may be credits, or stand beside names that may be, and write which cues they have.

    Args:
        buffer: uint8[bytes], the documents' text as UTF-8.
        bounds: int64[d + 1], each document's first byte, then the end.
        marks, places: int64[n, 3] and int64[n, 7], of :func:`syndetect.kernels.phrases.keep_spelt`; changed. The last
            two columns are written: the cues before a name and those behind it, a bit each, or ``ALL`` (-1) where the
            name or the text has characters that the tables do not have.
        roles: uint8[p], what each phrase names, ``AGENCY``, ``PHOTO`` or ``OTHER``.
        most: documents with more names keep all.
        joint: the characters between names that are looked at together; they are kept.
        limits: numbers of characters: before a name and behind it that are read, before it in which a sentence ends,
            behind it that may be a place and a date, of a short line, before an early line, behind a late line.
        cues_that: those before a name that count alone, and those that count only if it closes something (bits).
        tables: ``stem`` (uint8), ASCII letters that a list of contributors has; ``signs`` (uint16[PLACES]), what each
            character is; ``folded`` (uint16[PLACES]), its code point in lower case; ``keys`` (int64[a power of two]),
            hashes of words, each at the place that its lowest bits say or behind it, ``FREE`` elsewhere; ``cues``
            (int64[keys + 1, 4]), the cues that each word counts for, none in the last row.

    Returns:
        How many are left.
    """
    left = np.int64(0)
    out = np.zeros(10, np.int64)
    n = np.int64(0)
    while n < len(marks):
        d = marks[n, 0]
        low, high = bounds[d], bounds[d + 1]
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
            for m in range(n, last):
                if not keep and role == PHOTO:
                    continue
                read_around(buffer, low, high, places, m, limits, tables, out)
                if keep or may_be_credit(buffer, low, high, places, m, limits, cues_that, tables[0], out):
                    for column in range(marks.shape[1]):
                        marks[left, column] = marks[m, column]
                    for column in range(places.shape[1]):
                        places[left, column] = places[m, column]
                    left += 1
            n = last
    return left
