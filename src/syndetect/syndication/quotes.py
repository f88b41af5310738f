"""Quotations: the words of articles inside quotation marks.

**The rule.** Marks are double (" “ ” „ ‟, and two single ones), single (' ‘ ’ ‚ ‛ `), guillemets (« » and ‹ ›) and
corner brackets (「 」 and 『 』). A quotation opens and closes with marks of one of these families; quotations of
different families may be nested. The form of a mark and the characters beside it decide whether it opens or closes:
``»`` and ``«`` may do either, ``“`` closes what ``„`` opened, ``"`` opens behind a space and closes before
a space.

Single marks between letters, before ``tis``, ``em``, ``n`` or a decade and behind a plural's s are apostrophes, double
ones behind a digit inches, unless a quotation is open and nothing else closes it. A quotation in single marks that is
never closed is not a quotation. Any other ends with its paragraph (as defined in ``matching.tokens``), or after 200
words of the paragraph. Where the next paragraph opens with a mark of the same family, the quotation continues, as is
usual for quotations of several paragraphs.
"""

import numpy as np

from syndetect.arrays import I64, U8
from syndetect.kernels import quotes as _kernels
from syndetect.kernels.vectors import WIDTH
from syndetect.matching.tokens import Words


def quoted(buffer: U8, bounds: I64, words: Words) -> U8:
    """Find the words inside quotation marks.

    Args:
        buffer: uint8[bytes], the documents' text as valid UTF-8, one after the other.
        bounds: int64[d + 1], each document's first byte, then the length of the last.
        words: the words of these documents.

    Returns:
        uint8[words], 1 for a word inside quotation marks and 0 for any other.
    """
    if len(buffer) < WIDTH:
        buffer = np.concatenate([buffer, np.zeros(WIDTH - len(buffer), np.uint8)])
    out = np.zeros(len(words.begin), np.uint8)
    fixed = (buffer, bounds, words.begin, words.documents, words.paragraphs, words.document_paragraphs)
    columns = [column.view() for column in fixed]
    for column in columns:
        column.flags.writeable = False  # one type, for which the kernel is compiled once
    _kernels.find_quoted(*columns, np.full(_kernels.STATE, -1, np.int64), out)
    return out
