"""From a word to its document, by a table of every 256th word."""

import numpy as np

from syndetect.kernels.jit import inline, kernel

#: Bits of a word's number that the table leaves out.
BLOCK_BITS = 8


@inline
def owner_of(place, blocks, documents):
    """The document of a word; ``blocks[i]`` is that of word ``i << BLOCK_BITS``."""
    document = np.int64(blocks[place >> BLOCK_BITS])
    while documents[document + 1] <= place:
        document += 1
    return document


@kernel
def find_owners(places, blocks, documents, owner):
    """``owner[i]`` (int64[n]) = the document of word ``places[i]`` (uint32[n])."""
    for i in range(len(places)):
        owner[i] = owner_of(np.int64(places[i]), blocks, documents)
