"""Words to winnowed fingerprints (Schleimer, Wilkerson and Aiken 2003, section 3)."""

import numpy as np

from syndetect.kernels.jit import kernel
from syndetect.kernels.shingles import hash_words


@kernel
def winnow(code, documents, k, window, key, place, owner):
    """Robust winnowing of each document's word stream.

    In every window of ``window`` consecutive k-word shingles the smallest hash is kept: the one kept already, if it
    is among the smallest, else the rightmost of them. So any run of k + window - 1 words has a fingerprint, and equal
    runs have equal ones. A document with fewer shingles than a window is one window; one with fewer than k words
    has none.

    Args:
        code: uint64[words].
        documents: int64[d + 1], each document's first word.
        key, place, owner: outputs with room for one entry a word: the hash (uint64), the shingle's first word and
            the document's number in ``documents`` (uint32).

    Returns:
        How many fingerprints there are.
    """
    n = 0
    ring = np.empty(window, np.uint64)
    for d in range(len(documents) - 1):
        first = documents[d]
        shingles = documents[d + 1] - first - k + 1
        kept = np.int64(-1)
        for i in range(shingles):
            ring[i % window] = hash_words(code, first + i, first + i + k)
            if i + 1 < min(window, shingles):
                continue
            oldest = max(i - window + 1, 0)
            best = i
            for j in range(i - 1, oldest - 1, -1):
                if ring[j % window] < ring[best % window]:
                    best = j
            if kept >= oldest and ring[kept % window] == ring[best % window]:
                continue
            kept = best
            key[n] = ring[best % window]
            place[n] = first + best
            owner[n] = d
            n += 1
    return n


@kernel
def lengthen(code, ends, place, owner, words, key):
    """The keys of ``words`` words from each place on, cut at the end of its document (``ends[owner]``)."""
    for i in range(len(place)):
        low = np.int64(place[i])
        key[i] = hash_words(code, low, min(low + words, ends[owner[i]]))


@kernel
def cap_repeats(places, groups, owner, most, keep):
    """Mark what stays of each group when one owner may stand in it at most ``most`` times.

    A group's places come with those of one owner next to each other. ``keep`` (uint8, one a place in sorted order)
    is written for the places of the groups only. Returns how many are not kept.
    """
    dropped = 0
    for g in range(len(groups) // 2):
        run = 0
        for i in range(groups[2 * g], groups[2 * g + 1]):
            run = run + 1 if i > groups[2 * g] and owner[places[i]] == owner[places[i - 1]] else 1
            keep[i] = run <= most
            dropped += run > most
    return dropped
