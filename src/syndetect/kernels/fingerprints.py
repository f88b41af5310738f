"""Winnowed fingerprints of documents (Schleimer, Wilkerson and Aiken 2003, section 3), and their partitions by key."""

import numpy as np

from syndetect.kernels.jit import inline, kernel

#: Postings are partitioned by this many leading bits of their keys.
PART_BITS = 8
PARTS = 1 << PART_BITS

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_S32 = np.uint64(32)
_S48 = np.uint64(48)
_S56 = np.uint64(64 - PART_BITS)
_MOST = np.uint32(0xFFFFFFFF)
_UPPER = np.uint64(0xFFFFFFFF00000000)


@inline
def _mix(h):
    h = (h ^ h >> _S32) * _MIX
    return h ^ h >> _S32


@inline
def hash_shingles(code, first, shingles, k, out):
    """``out[i]`` = the hash of the k words from ``first + i`` on: a polynomial of their codes that rolls, mixed."""
    newest = code[first + k - 1 :]
    oldest = np.uint64(1)
    for _ in range(k):
        oldest *= _BASE
    h = np.uint64(0)
    for i in range(k):
        h = h * _BASE + np.uint64(code[first + i])
    out[0] = _mix(h)
    for i in range(1, shingles):
        h = h * _BASE + (np.uint64(newest[i]) - np.uint64(code[first + i - 1]) * oldest)
        out[i] = _mix(h)


@inline
def _least_of_windows(upper, row, spare, items, window):
    """The least of each ``window`` values of a row, from its first one on; the row, of the two, that has them then."""
    width = 1
    while width < window:
        step = min(width, window - width)
        values, least = upper[row], upper[spare]
        behind = values[step:]
        for i in range(items - width - step + 1):
            least[i] = min(values[i], behind[i])
        row, spare = spare, row
        width += step
    return row


@kernel
def winnow(code, documents, k, window, hashes, upper, key, place):
    """Robust winnowing of each document's word stream.

    In every window of ``window`` consecutive k-word shingles the smallest hash is kept: the one kept already, if it
    is among the smallest, else the rightmost of them. So any run of k + window - 1 words has a fingerprint, and equal
    runs have equal ones. A document with fewer shingles than a window is one window; one with fewer than k words
    has none.

    Args:
        code: uint32[words].
        documents: int64[d + 1], each document's first word.
        k, window: words in a shingle, shingles in a window (fewer than 256).
        hashes: uint64, work space for the words of the longest document.
        upper: uint32[3, n], work space for these words and two windows.
        key, place: outputs with room for one entry a word: the hash (uint64) and the shingle's first word (uint32).

    Returns:
        How many fingerprints there are.
    """
    n = np.int64(0)
    for d in range(len(documents) - 1):
        first = documents[d]
        shingles = documents[d + 1] - first - k + 1
        if shingles < 1:
            continue
        hash_shingles(code, first, shingles, k, hashes)
        found = n
        if shingles >= window:
            found = _keep_least(hashes, shingles, window, first, upper, key, place, n)
        if found == n:
            found = _slide(hashes, shingles, window, first, key, place, n)
        n = found
    return n


@inline
def _keep_least(hashes, shingles, window, first, upper, key, place, n):
    """The smallest hashes of a document's windows, in loops that take vectors; none if two of a window are equal.

    A hash is the smallest of some window if it is the largest of the least ones of the windows that it is in. The
    upper 32 bits are compared. Returns how many fingerprints there are now.
    """
    plain = upper[0]
    for i in range(shingles):
        plain[i] = upper[1, i] = hashes[i] >> _S32
    row = _least_of_windows(upper, 1, 2, shingles, window)
    # the complement, since the least of it is the largest; behind a margin in which nothing counts
    least, most = upper[row], upper[3 - row]
    for i in range(window - 1):
        most[i] = most[shingles + i] = _MOST
    for i in range(shingles - window + 1):
        most[window - 1 + i] = ~least[i]
    found = upper[_least_of_windows(upper, 3 - row, row, shingles + window - 1, window)]
    end = n
    for i in range(shingles):
        key[end], place[end] = hashes[i], first + i
        end += plain[i] == ~found[i]
    for i in range(n + 1, end):
        if key[i] >> _S32 == key[i - 1] >> _S32 and place[i] - place[i - 1] < window:
            return n
    return end


@inline
def _slide(hashes, shingles, window, first, key, place, n):
    """The smallest hashes of a document's windows, one window after the other."""
    kept = np.int64(-1)
    for i in range(min(window, shingles) - 1, shingles):
        oldest = max(i - window + 1, np.int64(0))
        best, least = i, hashes[i]
        for j in range(i - 1, oldest - 1, -1):
            best = j if hashes[j] < least else best
            least = min(hashes[j], least)
        best = kept if kept >= oldest and hashes[kept] == least else best
        key[n], place[n] = least, first + best
        n += best != kept
        kept = best
    return n


@kernel
def partition(key, place, bounds, postings):
    """Partition fingerprints by the leading bits of their keys, in their order otherwise.

    Args:
        key, place: uint64[n], uint32[n].
        bounds: int64[PARTS + 1], output: where the postings of each partition begin.
        postings: uint64[n], output: the 32 bits of the key behind those leading ones, then the place.
    """
    for i in range(PARTS + 1):
        bounds[i] = 0
    for i in range(len(key)):
        bounds[np.int64(key[i] >> _S56) + 1] += 1
    for i in range(PARTS):
        bounds[i + 1] += bounds[i]
    at = bounds.copy()
    for i in range(len(key)):
        which = np.int64(key[i] >> _S56)
        postings[at[which]] = key[i] << np.uint64(PART_BITS) & _UPPER | np.uint64(place[i])
        at[which] += 1


@kernel
def lengthen(tags, ends, place, document, words, key):
    """Keys of ``words`` words from each place on, by their tags, cut at the document's end (``ends[document]``)."""
    for i in range(len(place)):
        low = np.int64(place[i])
        h = np.uint64(0)
        for at in range(low, min(low + words, ends[document[i]])):
            h = (h ^ np.uint64(tags[at])) * _BASE
            h ^= h >> _S32
        key[i] = _mix(h)


@kernel
def follow(tags, ends, place, document, short, long, following):
    """What follows places: 16 bits of the key that :func:`lengthen` gives with ``short`` words, 16 with ``long``."""
    for i in range(len(place)):
        low = np.int64(place[i])
        h = first = np.uint64(0)
        until = min(low + long, ends[document[i]])
        for at in range(low, until):
            if at - low == short:
                first = h
            h = (h ^ np.uint64(tags[at])) * _BASE
            h ^= h >> _S32
        first = h if until - low <= short else first
        following[i] = (_mix(first) >> _S48 << np.uint64(16)) | _mix(h) >> _S48


@kernel
def cap_repeats(groups, document, most, keep):
    """Mark the places of each group that stay when it may have at most ``most`` places of one document.

    In ``document`` (int64[n]) the places of one document in a group are consecutive. ``keep`` (uint8[n]) is written for
    the places of the groups only. Returns how many are not kept.
    """
    dropped = 0
    for g in range(len(groups) // 2):
        run = 0
        for i in range(groups[2 * g], groups[2 * g + 1]):
            run = run + 1 if i > groups[2 * g] and document[i] == document[i - 1] else 1
            keep[i] = run <= most
            dropped += run > most
    return dropped
