"""Classes of identical paragraphs in a segment: from the hash of a paragraph to all stored copies of it."""

from typing import NamedTuple

import numpy as np

from syndetect.arrays import I64, U64
from syndetect.index.segment_reader import SegmentReader

_S32 = np.uint64(32)


class Members(NamedTuple):
    """Stored paragraphs of alive documents.

    Attributes:
        which: int64[n], the hash that a paragraph has, as a row of the hashes looked up.
        document, paragraph: int64[n], their rows in the segment.
    """

    which: I64
    document: I64
    paragraph: I64


def class_members(segment: SegmentReader, hashes: U64) -> Members:
    """All members of the classes of identical paragraphs that have these hashes (uint64[h], of all words)."""
    numbers, which = segment.look_up("same", np.zeros(len(hashes), np.int64), hashes >> _S32)
    sketched = numbers.astype(np.int64)
    is_member = segment.hashes(sketched) == hashes[which]
    sketched, which = sketched[is_member], which[is_member]
    document, paragraph = (segment.column(name, sketched) for name in ("sketched_owner", "sketched"))
    if len(segment.deleted):
        alive = segment.alive[document]
        which, document, paragraph = which[alive], document[alive], paragraph[alive]
    return Members(which, document, paragraph)
