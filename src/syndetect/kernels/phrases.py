"""Where known phrases stand among the words of documents."""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.vectors import WIDTH, count, match


@inline
def _is_at(code, i, high, words, low, end):
    """Whether the phrase that is ``words[low:end]`` begins at word i, and ends before word ``high``."""
    if i + end - low > high:
        return False
    j = low
    while j < end and code[i + j - low] == words[j]:
        j += 1
    return j == end


@kernel
def find_phrases(code, documents, known, heads, words, bounds, out):
    """Find phrases, at each word the first of those that begin there, and none inside another.

    Args:
        code: uint32[n], the words' codes.
        documents: int64[d + 1], each document's first word.
        known: uint8[...], bit by bit, from the lowest of the first byte on: whether ``heads`` has a phrase. It stays in
            the cache that is nearest to the processor.
        heads: int32[a power of two], by a code's bits above the lowest: the first phrase that begins with such a code,
            or -1.
        words: uint32[...], the codes of all phrases, those with the same bits of the first code one after the other.
        bounds: int64[p + 1], each phrase's first place in ``words``.
        out: int64[n, 3], output: document, word and phrase of each that was found.

    Returns:
        How many were found.
    """
    found = np.int64(0)
    mask = np.uint32(len(heads) - 1)
    for d in range(len(documents) - 1):
        i, high = documents[d], documents[d + 1]
        while i < high:
            slot = code[i] >> np.uint32(1) & mask
            i += 1
            if known[slot >> np.uint32(3)] >> (slot & np.uint32(7)) & 1 == 0:
                continue
            phrase = np.int64(heads[slot])
            while 0 <= phrase < len(bounds) - 1 and words[bounds[phrase]] >> np.uint32(1) & mask == slot:
                if _is_at(code, i - 1, high, words, bounds[phrase], bounds[phrase + 1]):
                    out[found, 0], out[found, 1], out[found, 2] = d, i - 1, phrase
                    found += 1
                    i += bounds[phrase + 1] - bounds[phrase] - 1
                    break
                phrase += 1
    return found


@inline
def forward(buffer, i, high, characters):
    """The byte of the character that is so many behind the one at byte i, not beyond byte ``high``."""
    while i + WIDTH <= high:
        starts = WIDTH - count(match(buffer, i, np.uint8(0), np.uint8(0x80), np.uint8(0xBF)))
        if starts > characters:
            break
        characters -= starts
        i += WIDTH
    while i < high and (characters > 0 or buffer[i] & 0xC0 == 0x80):
        characters -= buffer[i] & 0xC0 != 0x80
        i += 1
    return i


@inline
def is_curly(buffer, low, i):
    """Whether the curly apostrophe ends with byte i."""
    return i >= low + 2 and buffer[i] == 0x99 and buffer[i - 1] == 0x80 and buffer[i - 2] == 0xE2


@inline
def is_alphanumeric(byte):
    """Whether a byte is a letter or a digit of ASCII."""
    return (byte >= 0x30 and byte <= 0x39) or ((byte | 0x20) >= 0x61 and (byte | 0x20) <= 0x7A)


@inline
def is_plain(buffer, low, high):
    """Whether bytes are ASCII and curly apostrophes."""
    i = high - 1
    while i >= low:
        if buffer[i] >= 0x80:
            if not is_curly(buffer, low, i):
                return False
            i -= 2
        i -= 1
    return True


@inline
def spelt_from(buffer, low, high, letters, first, last):
    """Where the letters that plain bytes end with begin, whatever signs stand between them; -1 if they do not."""
    i, k = high, last
    while k > first:
        i -= 1
        if i < low:
            return np.int64(-1)
        if is_alphanumeric(buffer[i]):
            k -= 1
            if buffer[i] != letters[k]:
                return np.int64(-1)
    return i


@inline
def without_genitive(buffer, low, high):
    """The end of a plain name without the apostrophe and the s of the genitive."""
    if high - low < 3 or buffer[high - 1] | 0x20 != 0x73:
        return high
    end = high - 2 if buffer[high - 2] == 0x27 else high
    if is_curly(buffer, low, high - 2):
        end = high - 4
    return end if end > low and is_alphanumeric(buffer[end - 1]) else high


@kernel
def keep_spelt(buffer, bounds, begin, end, marks, lengths, spellings, letters, letter_bounds, places):
    """Move to the front what phrases were found whose spelling may be one that counts.

    A phrase may be spelt in several ways, each a run of letters and digits, with any signs between them in the text and
    perhaps a joined article before them. A name with other characters than ASCII and curly apostrophes is kept.

    Args:
        buffer: uint8[bytes], the documents' text as UTF-8.
        bounds: int64[d + 1], each document's first byte, then the end.
        begin, end: uint32[words], each word's characters in its document.
        marks: int64[n, 3], of :func:`find_phrases`; changed.
        lengths: int64[p], each phrase's number of words.
        spellings: int64[p + 1], each phrase's first spelling.
        letters: uint8[...], the letters and digits of all spellings; a spelling without any is met by every text.
        letter_bounds: int64[spellings + 1], each spelling's first letter.
        places: int64[n, 5 or more], output, for each that is left: its characters (begin, end); the bytes of the name
            (begin, end), and 1 if it is ASCII and has no joined article, so that the name is without the genitive,
            else 0.

    Returns:
        How many are left.
    """
    left = np.int64(0)
    at = characters = np.int64(0)
    last = np.int64(-1)
    for n in range(len(marks)):
        d, word, phrase = marks[n, 0], marks[n, 1], marks[n, 2]
        if d != last:
            last, at, characters = d, bounds[d], np.int64(0)
        first, stop = np.int64(begin[word]), np.int64(end[word + lengths[phrase] - 1])
        at = forward(buffer, at, bounds[d + 1], first - characters)
        characters = first
        high = forward(buffer, at, bounds[d + 1], stop - first)
        plain, low = is_plain(buffer, at, high), np.int64(-1)
        s = spellings[phrase]
        while plain and low < 0 and s < spellings[phrase + 1]:
            low = spelt_from(buffer, at, high, letters, letter_bounds[s], letter_bounds[s + 1])
            s += 1
        if plain and low < 0:
            continue
        is_whole = plain and low == at
        marks[left, 0], marks[left, 1], marks[left, 2] = d, word, phrase
        places[left, 0], places[left, 1], places[left, 4] = first, stop, is_whole
        places[left, 2], places[left, 3] = at, without_genitive(buffer, at, high) if is_whole else high
        left += 1
    return left
