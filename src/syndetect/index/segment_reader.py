"""Read a segment of an index: every range is checked before it is read, and no array is read whole."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from syndetect.arrays import I64, U32, U64, Bool, bounds_of, unique
from syndetect.index.segment_layout import STRINGS
from syndetect.kernels.documents import HINT_BITS, UNDATED, find_documents
from syndetect.kernels.lists import find_runs
from syndetect.kernels.ranges import find_spans, place_ranges
from syndetect.storage import compression
from syndetect.storage.sorted_lists import Arrays, ListEntries, Lists

_S32 = np.uint64(32)
#: How a segment can contradict itself.
WRONG_HINTS = "the array blocks names other documents than words have"
WRONG_OWNERS = "paragraphs lie in other documents than it says"
_BEHIND_TEXT = "words lie behind the end of their text"
_NO_TEXT = "a text is not what can be stored"
#: The largest text that is read, in bytes (``reading.sources`` takes no larger one).
_MOST_TEXT = 128 << 20


class Members(NamedTuple):
    """Stored paragraphs of alive documents.

    Attributes:
        which: int64[n], the hash that a paragraph has, as a row of the hashes looked up.
        document, paragraph: int64[n], their rows in the segment.
    """

    which: I64
    document: I64
    paragraph: I64


def check_paragraphs(arrays: Arrays) -> None:
    """Make sure that all paragraphs of a segment lie where it says.

    Raises:
        StoredIndexError: documents do not begin with their first paragraphs, or a paragraph is in another document.
    """
    documents, first, begin = (
        arrays.whole(name) for name in ("documents", "document_paragraphs", "paragraphs")
    )
    owner, paragraph = arrays.whole("sketched_owner"), arrays.whole("sketched")
    are_inside = (first[owner] <= paragraph) & (paragraph < first[owner.astype(np.int64) + 1])
    if (begin[first] != documents).any() or not are_inside.all():
        raise arrays.refused(WRONG_OWNERS)


class SegmentReader:
    """The documents of one segment.

    Args:
        arrays: the arrays of the segment.
        first: the number of its first document in the index.
        count: the number of its documents, deleted ones counted.
        deleted: uint32, ascending, the rows of deleted documents: the tombstones.
    """

    def __init__(self, arrays: Arrays, first: int, count: int, deleted: U32) -> None:
        self.arrays, self.first, self.count, self.deleted = arrays, first, count, deleted
        self._opened: dict[str, Lists] = {}

    @cached_property
    def alive(self) -> Bool:
        """bool[d]: which documents are not deleted."""
        alive = np.ones(self.count, bool)
        alive[self.deleted] = False
        return alive

    def _lists(self, name: str) -> Lists:
        """The lists of a name, opened when they are first read."""
        found = self._opened.get(name)
        if found is None:
            found = self._opened[name] = Lists(self.arrays, name)
        return found

    def find(self, name: str, lists: I64, keys: U64) -> tuple[I64, I64]:
        """The ranges of entries that have keys; see :meth:`syndetect.storage.sorted_lists.Lists.find`."""
        return self._lists(name).find(lists, keys)

    def numbers(self, name: str, begin: I64, end: I64) -> tuple[U32, I64]:
        """The numbers of ranges of entries; see :meth:`syndetect.storage.sorted_lists.Lists.numbers`."""
        return self._lists(name).numbers(begin, end)

    def look_up(self, name: str, lists: I64, keys: U64) -> tuple[U32, I64]:
        """The numbers that stand under keys of lists (uint32[m]), and for each the row of its key (int64[m])."""
        return self.numbers(name, *self.find(name, lists, keys))

    def sizes(self, name: str) -> I64:
        """As :class:`syndetect.index.segment_builder.SegmentSource` says."""
        return np.diff(self._lists(name).bounds)

    def list_entries(self, name: str, first: int, last: int) -> ListEntries:
        """As :class:`syndetect.index.segment_builder.SegmentSource` says."""
        return self._lists(name).between(first, last)

    def context_hashes(self, first: int, last: int) -> U32:
        """As :class:`syndetect.index.segment_builder.SegmentSource` says."""
        low, high = self._lists("postings").bounds[[first, last]].tolist()
        self.arrays.check("continuations", low, high)
        found: U32 = self.arrays["continuations"][low:high]
        return found

    def narrow(self, begin: I64, end: I64, following: U32, shift: int) -> tuple[I64, I64]:
        """Narrow ranges of postings to those with context hash ``following``, the ``shift`` last bits ignored."""
        begin, end = begin.copy(), end.copy()
        self.arrays.check("continuations", begin, end)
        ignored = np.uint32(shift)
        find_runs(self.arrays["continuations"], following >> ignored, ignored, begin, end)
        return begin, end

    # ------------------------------------------------------------------------------------------- documents

    def documents_of(self, words: U32) -> I64:
        """int64[n]: the rows of the documents of words."""
        document = np.empty(len(words), np.int64)
        if len(words):
            at = (words >> np.uint32(HINT_BITS)).astype(np.int64)
            self.arrays.check("blocks", at, at + 2)
            blocks = self.arrays["blocks"]
            self.arrays.check("documents", blocks[at].astype(np.int64), blocks[at + 1].astype(np.int64) + 2)
            if not find_documents(words, blocks, self.arrays["documents"], document):
                raise self.arrays.refused(WRONG_HINTS)
        return document

    def bounds(self, name: str, rows: I64) -> tuple[I64, I64]:
        """int64[n] each: where rows begin and end, from an array of bounds."""
        self.arrays.check(name, rows, rows + 2)
        column = self.arrays[name]
        return column[rows].astype(np.int64), column[rows + 1].astype(np.int64)

    def column(self, name: str, rows: I64) -> npt.NDArray[np.int64]:
        """int64[n]: the values of rows in an array."""
        self.arrays.check(name, rows, rows + 1)
        return self.arrays[name][rows].astype(np.int64)

    def times(self, rows: I64) -> list[int | None]:
        """The times of publication of documents, in microseconds since 1970; None where unknown."""
        return [None if time == UNDATED else time for time in self.column("time", rows).tolist()]

    def hashes(self, sketched: I64) -> U64:
        """uint64[n]: the hashes of sketched paragraphs."""
        self.arrays.check("hashes", sketched, sketched + 1)
        found: U64 = self.arrays["hashes"][sketched]
        return found

    def class_members(self, hashes: U64) -> Members:
        """All members of the classes of identical paragraphs that have these hashes (uint64[h], of all words)."""
        numbers, which = self.look_up("same", np.zeros(len(hashes), np.int64), hashes >> _S32)
        sketched = numbers.astype(np.int64)
        is_member = self.hashes(sketched) == hashes[which]
        sketched, which = sketched[is_member], which[is_member]
        document, paragraph = (self.column(name, sketched) for name in ("sketched_owner", "sketched"))
        if len(self.deleted):
            alive = self.alive[document]
            which, document, paragraph = which[alive], document[alive], paragraph[alive]
        return Members(which, document, paragraph)

    def codes(self, begin: I64, end: I64) -> U32:
        """The word codes of ranges of words, range after range."""
        bounds = bounds_of(end - begin)
        out = np.empty(int(bounds[-1]), np.uint32)
        self.place_codes(begin, end, bounds, out)
        return out

    def place_codes(self, begin: I64, end: I64, to: I64, out: U32) -> None:
        """Put the word codes of ranges of words into ``out``, each range from ``to`` (int64[n]) on."""
        self.arrays.check("code", begin, end)
        code = self.arrays["code"]
        if len(code):
            code.take(begin, mode="clip")  # prefetch, to overlap cache misses
        place_ranges(code, begin, end, to, out)

    def spans(self, documents: I64, begin: I64, end: I64) -> I64:
        """int64[n, 2]: the characters of ranges of words, one range in each document.

        Raises:
            StoredIndexError: a range is empty or not in its document; or its characters are not in the text.
        """
        first, last = self.bounds("documents", documents)
        if not ((first <= begin) & (begin < end) & (end <= last)).all():
            raise self.arrays.refused(WRONG_OWNERS)
        for name in ("gaps", "lengths"):
            self.arrays.check(name, first, end)
        spans = np.empty((len(first), 2), np.int64)
        columns = (self.arrays["gaps"], self.arrays["lengths"], self.arrays.whole("far"))
        if not find_spans(*columns, first, begin, end, np.argsort(begin), spans):
            raise self.arrays.refused("the array far lacks a word")
        self._check_inside(documents, spans[:, 1])
        return spans

    def strings(self, name: str, documents: I64) -> list[str | None]:
        """The id, source, title or address of each document; None where unknown."""
        has = self.column("known", documents) >> STRINGS.index(name) & 1
        if name == "id" and not has.all():
            raise self.arrays.refused("a document has no id")
        return [
            self._decoded(value) if is_known else None
            for value, is_known in zip(self._bytes(name, documents), has.tolist(), strict=True)
        ]

    def verify(self) -> None:
        """Check everything."""
        self.arrays.verify()

    def texts(self, documents: I64, ends: I64 | int = 0) -> list[str] | None:
        """The texts of documents; None where the index does not store texts.

        Args:
            documents: int64[n], rows.
            ends: int64[n] or a number, the characters that each text has at least.
        """
        if "text" not in self.arrays:
            return None
        found = [self._text(frame) for frame in self._bytes("text", documents)]
        if (np.array(list(map(len, found)), np.int64) < ends).any():
            raise self.arrays.refused(_BEHIND_TEXT)
        return found

    def _check_inside(self, documents: I64, ends: I64) -> None:
        """Make sure that places in documents, in characters, are no more than the bytes of their texts, if stored.

        :meth:`texts` counts the characters.
        """
        if "text" in self.arrays and len(documents):
            if len(new := documents[self._text_ends[documents] == 0]):
                new = unique(new)
                self._text_ends[new] = [self._text_size(frame) for frame in self._bytes("text", new)]
            if (ends > self._text_ends[documents]).any():
                raise self.arrays.refused(_BEHIND_TEXT)

    @cached_property
    def _text_ends(self) -> I64:
        """int64[d]: the bytes of each text, 0 until it has been asked for; memory is taken by those that were."""
        return np.zeros(self.count, np.int64)

    def _text_size(self, frame: bytes) -> int:
        try:
            return compression.text_size(frame)
        except ValueError as error:
            raise self.arrays.refused(_NO_TEXT) from error

    def _text(self, frame: bytes) -> str:
        try:
            return compression.decompress(frame, _MOST_TEXT).decode()
        except ValueError as error:
            raise self.arrays.refused(_NO_TEXT) from error

    def _decoded(self, value: bytes) -> str:
        try:
            return value.decode()
        except ValueError as error:
            raise self.arrays.refused("a string is no UTF-8") from error

    def _bytes(self, name: str, documents: I64) -> list[bytes]:
        low, high = self.bounds(f"{name}.bounds", documents)
        self.arrays.check(name, low, high)
        column = self.arrays[name]
        return [column[i:j].tobytes() for i, j in zip(low.tolist(), high.tolist(), strict=True)]

    def rows_of(self, ids: Sequence[str], hashes: U64) -> I64:
        """int64[n]: the rows of the documents that have these ids, -1 where there is none or it is deleted.

        Args:
            ids: n of them.
            hashes: uint64[n], as of :func:`syndetect.storage.sorted_lists.hash_ids`.
        """
        rows = np.full(len(ids), -1, np.int64)
        found, which = self.look_up("ids", np.zeros(len(ids), np.int64), hashes >> _S32)
        if not len(found):
            return rows
        documents = found.astype(np.int64)
        for document, one, name in zip(
            found.tolist(), which.tolist(), self.strings("id", documents), strict=True
        ):
            if name == ids[one] and self.alive[document]:
                rows[one] = document
        return rows
