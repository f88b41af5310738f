"""Sketches of documents' wording, and how much weight one of them has in common with others."""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.rarity import LONGEST, SLOT_BITS, extend, start

#: About how many places of words, 2-word and 3-word shingles of a document are weighed.
MOST = np.array([512, 64, 64], np.int64)

_S32 = np.uint64(32)
_S34 = np.uint64(34)
_TWO, _THREE = np.uint64(1 << 32), np.uint64(2 << 32)
_LOWER = np.uint64(0xFFFFFFFF)
_WORDS = np.int64(0)  # typed: numba compiles a function anew for each bare number that it is passed
_S_SLOT = np.uint32(32 - SLOT_BITS)


@inline
def _limit(words, k):
    """Below which key the words (k = 0) or shingles of k + 1 words of a document are weighed: all of a short one."""
    return _LOWER if words <= MOST[k] else np.uint64((1 << 32) * MOST[k] // words)


@kernel
def gather(code, low, high, entries):
    """The words and shingles of documents that are weighed: their number, how many words, and half their hash.

    Args:
        code: uint32[words].
        low, high: int64[d], the documents' first words and ends.
        entries: uint64, output with room for ``LONGEST`` a word: the document in the upper 30 bits, 2 bits for the
            kind, and the key.

    Returns:
        How many there are.
    """
    n = np.int64(0)
    for d in range(len(low)):
        words = high[d] - low[d]
        one, two, three = _limit(words, _WORDS), _limit(words, _WORDS + 1), _limit(words, _WORDS + 2)
        of = np.uint64(d) << _S34
        for i in range(low[d], high[d]):
            h = extend(start(), code[i])
            entries[n] = of | h >> _S32
            n += h >> _S32 <= one
            if i + 1 < high[d]:
                h = extend(h, code[i + 1])
                entries[n] = of | _TWO | h >> _S32
                n += h >> _S32 <= two
            if i + 2 < high[d]:
                h = extend(h, code[i + 2])
                entries[n] = of | _THREE | h >> _S32
                n += h >> _S32 <= three
    return n


@kernel
def condense(entries, weight, keys, mass, bounds):
    """Sorted entries, each once, with what all its places weigh.

    Args:
        entries: uint64[n], ascending.
        weight: uint8, by the leading bits of a key.
        keys, mass: uint32[n], outputs.
        bounds: int64[3 * d + 1], output: where the keys of each document and kind begin.

    Returns:
        How many keys there are.
    """
    n = np.int64(0)
    group = np.int64(0)
    bounds[0] = 0
    for i in range(len(entries)):
        of = np.int64(entries[i] >> _S32)
        of = of // 4 * LONGEST + of % 4
        while group < of:
            group += 1
            bounds[group] = n
        key = np.uint32(entries[i] & _LOWER)
        is_new = i == 0 or entries[i] != entries[i - 1]
        n += is_new
        keys[n - 1] = key
        mass[n - 1] = np.uint32(weight[key >> _S_SLOT]) + (np.uint32(0) if is_new else mass[n - 1])
    while group < len(bounds) - 1:
        group += 1
        bounds[group] = n
    return n


@kernel
def compare(keys, mass, bounds, words, pairs, found):
    """What pairs of documents weigh, up to the key to which both are known, and what they have in common.

    Args:
        keys, mass, bounds: of :func:`condense`.
        words: int64[d], each document's.
        pairs: int64[n, 2].
        found: int64[n, 3, 4], output, by words in a shingle: the weight of the first and of the second, and of their
            places that stand in the other.
    """
    for p in range(len(pairs)):
        a, b = pairs[p, 0], pairs[p, 1]
        for k in range(LONGEST):
            last = np.uint32(min(_limit(words[a], k), _limit(words[b], k)))
            i, j = bounds[LONGEST * a + k], bounds[LONGEST * b + k]
            end_i, end_j = bounds[LONGEST * a + k + 1], bounds[LONGEST * b + k + 1]
            while end_i > i and keys[end_i - 1] > last:
                end_i -= 1
            while end_j > j and keys[end_j - 1] > last:
                end_j -= 1
            total_a = total_b = in_b = in_a = np.int64(0)
            for m in range(i, end_i):
                total_a += np.int64(mass[m])
            for m in range(j, end_j):
                total_b += np.int64(mass[m])
            while i < end_i and j < end_j:  # without branches: which key is smaller is anybody's guess
                one, two = keys[i], keys[j]
                same = np.int64(one == two)
                in_b += same * np.int64(mass[i])
                in_a += same * np.int64(mass[j])
                i += np.int64(one <= two)
                j += np.int64(two <= one)
            found[p, k, 0], found[p, k, 1], found[p, k, 2], found[p, k, 3] = total_a, total_b, in_b, in_a


@kernel
def compare_union(keys, mass, bounds, words, document, sources, starts, found):
    """What documents weigh, and what of it stands in any of their first source, their first two, and so on.

    As in :func:`compare`, documents are weighed up to the key to which all that take part are known.

    Args:
        keys, mass, bounds: of :func:`condense`.
        words: int64[d], each document's.
        document: int64[n].
        sources: int64[m], those of each document in turn.
        starts: int64[n + 1], where the sources of each document begin.
        found: int64[m, 3, 2], output, by words in a shingle: the weight of the document, and of its places that stand
            in one or more of its sources up to this one.
    """
    most = np.int64(0)
    for n in range(len(bounds) - 1):
        most = max(most, bounds[n + 1] - bounds[n])
    is_shared = np.empty(most, np.bool_)
    for n in range(len(document)):
        a = document[n]
        for k in range(LONGEST):
            low, high = bounds[LONGEST * a + k], bounds[LONGEST * a + k + 1]
            last = np.uint32(_limit(words[a], k))
            for i in range(high - low):
                is_shared[i] = False
            for m in range(starts[n], starts[n + 1]):
                b = sources[m]
                last = min(last, np.uint32(_limit(words[b], k)))
                while high > low and keys[high - 1] > last:
                    high -= 1
                i, j, end = low, bounds[LONGEST * b + k], bounds[LONGEST * b + k + 1]
                while i < high and j < end:
                    one, two = keys[i], keys[j]
                    is_shared[i - low] |= one == two
                    i += np.int64(one <= two)
                    j += np.int64(two <= one)
                total = shared = np.int64(0)
                for i in range(low, high):
                    total += np.int64(mass[i])
                    shared += np.int64(mass[i]) * np.int64(is_shared[i - low])
                found[m, k, 0], found[m, k, 1] = total, shared
