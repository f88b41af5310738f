"""Documents: which one a word belongs to, and whether two of them are close in time."""

import numpy as np

from syndetect.kernels.jit import inline, kernel

#: The time of a document whose time is not known.
UNDATED = np.int64(-(1 << 62))
#: There is a document hint for every word whose number has this many zeros for its last bits.
HINT_BITS = 8


@inline
def document_of(word, hints, documents):
    """The document (int64) of a word.

    Args:
        word: int64.
        hints: uint32, the document of every 256th word: ``hints[i]`` is that of word ``i << HINT_BITS``.
        documents: int64[d + 1], each document's first word.
    """
    document = np.int64(hints[word >> HINT_BITS])
    while documents[document + 1] <= word:
        document += 1
    return document


@kernel
def find_documents(words, hints, documents, document):
    """``document[i]`` (int64[n]) = the document of word ``words[i]`` (uint32[n]); see :func:`document_of`.

    Returns:
        Whether each word lies in its document. Where hints are wrong, though documents, nothing is read beyond the
        end of the document that the next hint names.
    """
    found = True
    for i in range(len(words)):
        word = np.int64(words[i])
        block = word >> HINT_BITS
        at = np.int64(hints[block])
        last = np.int64(len(documents) - 2) if block + 1 >= len(hints) else np.int64(hints[block + 1])
        while at < last and documents[at + 1] <= word:
            at += 1
        found &= documents[at] <= word < documents[at + 1]
        document[i] = at
    return found


@inline
def is_close(one, two, window):
    """Whether two times differ by at most ``window``; always if it is negative, or if a time is ``UNDATED``."""
    return window < 0 or UNDATED in (one, two) or abs(one - two) <= window
