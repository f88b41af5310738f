"""Characters of UTF-8 text told from bytes and back, with the characters before every 64th byte at hand."""

import numpy as np

from syndetect.kernels.jit import inline, kernel

_BITS = 6  # of a byte's place that are its place in a block


@inline
def _begins(byte):
    """Whether a character begins with this byte: 1 or 0."""
    return np.uint32(byte & 0xC0 != 0x80)


@kernel
def count_characters(text, before):
    """Count the characters before every 64th byte of a text (uint8): ``before`` is uint32[len(text) // 64 + 1]."""
    seen = np.uint32(0)
    for block in range(len(before)):
        before[block] = seen
        low = block << _BITS
        for i in range(low, min(low + (1 << _BITS), len(text))):
            seen += _begins(text[i])


@kernel
def characters_at(text, before, places, out):
    """The characters before some bytes: ``places`` (int64[n], the length of the text at most) to ``out`` (int64[n])."""
    for n in range(len(places)):
        block = places[n] >> _BITS
        seen = before[block]
        for i in range(block << _BITS, places[n]):
            seen += _begins(text[i])
        out[n] = seen


@kernel
def bytes_at(text, before, characters, out):
    """The bytes at which characters (int64[n], their numbers in the text) begin: to ``out`` (int64[n])."""
    for n in range(len(characters)):
        low, high = np.int64(0), np.int64(len(before))
        while high - low > 1:
            middle = (low + high) >> 1
            if before[middle] <= characters[n]:
                low = middle
            else:
                high = middle
        i, seen = low << _BITS, np.int64(before[low])
        while i < len(text) and seen + _begins(text[i]) <= characters[n]:
            seen += _begins(text[i])
            i += 1
        out[n] = i
