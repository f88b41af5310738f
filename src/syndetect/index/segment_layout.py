"""The arrays and lists of a segment, and what must hold of them, as they stand in the file format.

What one array says of another, beyond lengths and ranges, is checked where both are read
(:mod:`syndetect.index.segment_reader`), and all of it by ``verify`` (:mod:`syndetect.index.consistency`).
"""

import numpy as np

from syndetect.kernels.documents import HINT_BITS, UNDATED
from syndetect.matching.winnowing import PARTS
from syndetect.reading.dates import FIRST, LAST
from syndetect.settings import Settings
from syndetect.storage.directory import FileEntry
from syndetect.storage.layout import (
    Items,
    ListGroup,
    Sizes,
    ascending,
    bounds,
    declare,
    declare_lists,
    keyed,
    within,
)
from syndetect.storage.segment_file import Segment

#: The most words of a segment: words have 31-bit numbers.
MOST_WORDS = (1 << 31) - 1
#: The strings of a document beside its text.
STRINGS = ("id", "source", "title", "url")


def _strings(*names: str) -> dict[str, Items]:
    """The arrays of strings of documents."""
    found = {}
    for name in names:
        found[name] = Items(f"every document's {name}, one behind the other", "|u1", name)
        found[f"{name}.bounds"] = Items(
            f"where each document's {name} begins", "<i8", "documents", bounds(name), 1
        )
    return found


#: Every document's text, as a Zstandard frame; only where texts are stored.
TEXT = _strings("text")
#: The arrays of a segment beside these and the lists.
ARRAYS = {
    "code": Items("word codes", "<u4", "words"),
    "gaps": Items(
        "characters between a word and the one before, or its document begins; 255: see far", "|u1", "words"
    ),
    "lengths": Items("a word's characters; 255: see far", "|u1", "words", within(0, 255)),
    "far": Items(
        "the words of which either is 255, with both values", "<i8", "far", keyed("words", 3), columns="three"
    ),
    "documents": Items("each document's first word", "<i8", "documents", bounds("words"), 1),
    "blocks": Items(
        "the document of every 256th word, and the last document", "<u4", "blocks",
        ascending("documents", repeats=True),
    ),
    "document_paragraphs": Items(
        "each document's first paragraph", "<i8", "documents", bounds("paragraphs"), 1
    ),
    "paragraphs": Items("each paragraph's first word", "<u4", "paragraphs", bounds("words"), 1),
    "time": Items(
        "microseconds since 1970 in UTC; -2**62 where unknown", "<i8", "documents",
        within(FIRST, LAST, int(UNDATED)),
    ),
    "sketched": Items(
        "paragraphs that are long enough to be compared", "<u4", "sketched", ascending("paragraphs")
    ),
    "sketched_owner": Items("their documents", "<u4", "sketched", ascending("documents", repeats=True)),
    "hashes": Items("hashes of all their words", "<u8", "sketched"),
    "carriers": Items(
        "those of them, by their place in sketched, of which the bands have the keys", "<u4", "carriers",
        ascending("sketched"),
    ),
    "continuations": Items(
        "of the words that follow a posting, ascending under one key, see winnowing.py", "<u4", "postings"
    ),
    "known": Items(
        "which strings a document has, one bit each", "|u1", "documents", within(1, (1 << len(STRINGS)) - 1)
    ),
    **_strings(*STRINGS),
}  # fmt: skip
#: The lists of a segment.
LISTS = {
    "postings": ListGroup(
        "256 parts of fingerprints: 32 bits of the key, the first word; of one key by continuations; more than"
        " 32 of one continuation by the latest time that may be meant, then by word",
        "parts", "words", by_number=False,
    ),
    "same": ListGroup("hashes of whole paragraphs: their upper half, the place in sketched", "one", "sketched"),
    "bands": ListGroup(
        "a list a band: its key, the place in sketched of one of each class of identical paragraphs",
        "bands", "sketched", by_number=False,
    ),
    "document_bands": ListGroup("a list a band: its key, the document", "bands", "documents"),
    "ids": ListGroup("the upper half of the hash of the id, the document", "one", "documents"),
}  # fmt: skip
_COUNTS = {"documents", "paragraphs", "words", "postings"}


def declare_segment(segment: Segment, file: FileEntry, settings: Settings, *, stores_text: bool) -> None:
    """Hold a segment against this layout, its entry in the manifest, and the settings of the index.

    Raises:
        StoredIndexError: an array is missing or has another type or length, or the manifest says otherwise.
    """
    counts = dict(segment.metadata)
    is_counted = counts.keys() == _COUNTS and all(type(count) is int for count in counts.values())
    if not is_counted or counts != file.metadata or not 0 < counts["documents"] <= MOST_WORDS:
        raise segment.refused("it is of another index")
    if not 0 <= counts["words"] <= MOST_WORDS or ("text" in segment) != stores_text:
        raise segment.refused("it is of another index")
    sizes: Sizes = counts | {
        "blocks": -(-counts["words"] >> HINT_BITS) + 1,
        "parts": PARTS,
        "bands": settings.bands,
        "one": 1,
        "three": 3,
    }
    declare(segment, ARRAYS | TEXT if stores_text else ARRAYS, sizes)
    declare_lists(segment, LISTS, sizes)
    per_document = {"ids": sizes["documents"], "same": sizes["sketched"], "postings": sizes["postings"]}
    for name, length in per_document.items():
        if len(segment[name]) != length:
            raise segment.refused(f"the list {name} has {len(segment[name])} entries, not {length}")
    if (np.diff(segment["bands.bounds"]) != sizes["carriers"]).any():
        raise segment.refused("a band has not one entry of each class of paragraphs")
