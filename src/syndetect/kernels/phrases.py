"""Where known phrases stand among the words of documents."""

import numpy as np

from syndetect.kernels.jit import inline, kernel


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
def find_phrases(code, documents, heads, words, bounds, out):
    """Find phrases, at each word the first of those that begin there, and none inside another.

    Args:
        code: uint32[n], the words' codes.
        documents: int64[d + 1], each document's first word.
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
            phrase = np.int64(heads[slot])
            i += 1
            while 0 <= phrase < len(bounds) - 1 and words[bounds[phrase]] >> np.uint32(1) & mask == slot:
                if _is_at(code, i - 1, high, words, bounds[phrase], bounds[phrase + 1]):
                    out[found, 0], out[found, 1], out[found, 2] = d, i - 1, phrase
                    found += 1
                    i += bounds[phrase + 1] - bounds[phrase] - 1
                    break
                phrase += 1
    return found


@kernel
def keep_capitalised(buffer, bounds, begin, marks, proper):
    """Move to the front what phrases were found that may be names by their first letter.

    Args:
        buffer: uint8[bytes], the documents' text as UTF-8.
        bounds: int64[d + 1], each document's first byte, then the end.
        begin: uint32[words], each word's first character in its document.
        marks: int64[n, 3], of :func:`find_phrases`; changed.
        proper: uint8[p], 1 for each phrase that is no name where it begins with a small letter (a to z).

    Returns:
        How many are left.
    """
    left = np.int64(0)
    at = characters = np.int64(0)
    last = np.int64(-1)
    for n in range(len(marks)):
        d = marks[n, 0]
        if d != last:
            last, at, characters = d, bounds[d], np.int64(0)
        target = np.int64(begin[marks[n, 1]])
        while at + 64 <= bounds[d + 1]:
            starts = np.int64(0)
            for i in range(at, at + 64):
                starts += buffer[i] & 0xC0 != 0x80
            if characters + starts > target:
                break
            characters += starts
            at += 64
        i, seen = at, characters
        while seen < target or buffer[i] & 0xC0 == 0x80:
            seen += buffer[i] & 0xC0 != 0x80
            i += 1
        if proper[marks[n, 2]] == 0 or buffer[i] < 0x61 or buffer[i] > 0x7A:
            marks[left] = marks[n]
            left += 1
    return left
