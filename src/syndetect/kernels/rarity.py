"""Short shingles: how many documents have each, and which pairs of documents share rare ones."""

import numpy as np

from syndetect.kernels.documents import is_close
from syndetect.kernels.groups import pack
from syndetect.kernels.jit import inline, kernel

#: Bits of the numbers by which words and shingles are counted.
SLOT_BITS = 20
#: Words of the longest shingle that is weighed.
LONGEST = 3

_SEED = np.uint64(0xC4CEB9FE1A85EC53)  # more bits than a word, so that no word takes it back
_MIX = np.uint64(0x9E3779B97F4A7C15)
_S32 = np.uint64(32)
_S_SLOT = np.uint64(64 - SLOT_BITS)
_LOWER = np.uint64(0xFFFFFFFF)


@inline
def extend(h, word):
    """The hash of a shingle and one more word, from that of the shingle; ``start`` is that of no word."""
    h = (h ^ np.uint64(word)) * _MIX
    return h ^ h >> _S32


@inline
def start():
    """The hash of a shingle of no words."""
    return _SEED


@inline
def slot_of(h):
    """The number by which a word or shingle of this hash is counted."""
    return np.int64(h >> _S_SLOT)


@kernel
def take_shingles(code, documents, number, mask, part, key, place):
    """The shingles of two and of three words whose hash has given last bits.

    Args:
        code: uint32[words].
        documents: int64[d + 1], each document's first word.
        number: int64, that of the first document.
        mask, part: uint64; taken are the hashes with ``hash & mask == part``.
        key, place: outputs with room for two entries a word, and one: the hash (uint64), the document (uint32).

    Returns:
        How many were taken.
    """
    n = np.int64(0)
    for d in range(len(documents) - 1):
        for i in range(documents[d], documents[d + 1] - 1):
            h = extend(extend(_SEED, code[i]), code[i + 1])
            key[n], place[n] = h, number + d
            n += h & mask == part
            if i + 2 < documents[d + 1]:
                h = extend(h, code[i + 2])
                key[n], place[n] = h, number + d
                n += h & mask == part
    return n


@inline
def _keep_distinct(entries, low, high):
    """Move the distinct ones of some ascending entries to their front; returns where these end."""
    n = low + 1
    for i in range(low + 1, high):
        entries[n] = entries[i]
        n += entries[n] != entries[n - 1]
    return n


@inline
def _close(entries, i, j, time, window):
    """Whether the documents of two entries are at most ``window`` apart."""
    return is_close(time[np.int64(entries[i] & _LOWER)], time[np.int64(entries[j] & _LOWER)], window)


@inline
def _is_rare(entries, low, high, i, time, window, most):
    """Whether ``most`` documents at most of those from low to high are close to that of entry i, itself among them."""
    near = np.int64(0)
    for j in range(low, high):
        near += _close(entries, i, j, time, window)
    return near <= most


@kernel
def pair_rare(entries, time, window, most, crowd, out):
    """All pairs of documents, at most ``window`` apart, that share a shingle which is rare about both.

    Rare about a document is what ``most`` documents at most have that are so close to it, itself among them, and
    ``crowd`` documents at most at all.

    Args:
        entries: uint64[n], in order of their upper half: 32 bits of a shingle's hash, then the document, ascending
            for each shingle. They are changed.
        time: int64[d], of each document, or ``UNDATED``.
        window: in units of time; negative for no limit.
        most, crowd: documents.
        out: uint64, output with room for ``(most - 1) / 2`` pairs an entry, packed by
            :func:`syndetect.kernels.groups.pack`.

    Returns:
        The number of pairs.
    """
    n = np.int64(0)
    next_one = np.int64(0)
    while next_one < len(entries):
        low = next_one
        next_one += 1
        while next_one < len(entries) and entries[next_one] >> _S32 == entries[low] >> _S32:
            next_one += 1
        high = _keep_distinct(entries, low, next_one)
        if not 1 < high - low <= crowd or (window < 0 and high - low > most):
            continue
        has_room = high - low <= most
        for i in range(low, high):
            if has_room or _is_rare(entries, low, high, i, time, window, most):
                for j in range(i + 1, high):
                    if _close(entries, i, j, time, window) and (
                        has_room or _is_rare(entries, low, high, j, time, window, most)
                    ):
                        out[n] = pack(np.int64(entries[i] & _LOWER), np.int64(entries[j] & _LOWER))
                        n += 1
    return n


@kernel
def keep_frequent(values, least, counts):
    """Move to the front of ``values`` (uint64[n]) those that may be there ``least`` times; returns how many.

    What is there so often stays. Others stay that by chance share a count: ``counts`` is uint8, all 0, a power of two.
    """
    mask = np.int64(len(counts) - 1)
    for i in range(len(values)):
        slot = np.int64(values[i] * _MIX >> _S32) & mask
        counts[slot] = min(np.int64(counts[slot]) + 1, 255)
    n = np.int64(0)
    for i in range(len(values)):
        values[n] = values[i]
        n += counts[np.int64(values[i] * _MIX >> _S32) & mask] >= least
    return n


@kernel
def count_documents(code, low, high, last, count):
    """In how many ranges of words each word and each shingle stands, by the slot of its hash.

    Args:
        code: uint32[words].
        low, high: int64[n], first word and end of each range.
        last: int32[slots], work space, all 0.
        count: int32[slots], output, all 0 before.
    """
    for d in range(len(low)):
        for i in range(low[d], high[d]):
            h = _SEED
            for j in range(i, min(i + LONGEST, high[d])):
                h = extend(h, code[j])
                slot = slot_of(h)
                count[slot] += last[slot] != d + 1
                last[slot] = d + 1
