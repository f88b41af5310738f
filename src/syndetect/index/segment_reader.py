"""Reading a segment of an index: every range is checked before it is read, and nothing is read whole."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from syndetect.arrays import I64, U32, U64, Bool
from syndetect.index.segment_builder import LISTS, STRINGS, hash_ids
from syndetect.kernels import lists as _kernels
from syndetect.kernels.groups import BLOCK_BITS, find_owners
from syndetect.storage import compression
from syndetect.storage.sorted_lists import Arrays, Lists

_S32 = np.uint64(32)


class SegmentReader:
    """Some consecutive documents of an index.

    Args:
        arrays: those of a segment.
        first: the number of the first of the documents in the index.
        count: how many there are.
        removed: uint32, ascending, those that were removed.
    """

    def __init__(self, arrays: Arrays, first: int, count: int, deleted: U32) -> None:
        self.arrays, self.first, self.count, self.deleted = arrays, first, count, deleted
        self._lists = {name: Lists(arrays, name) for name in LISTS}

    @cached_property
    def alive(self) -> Bool:
        """bool[d]: the documents that were not removed."""
        alive = np.ones(self.count, bool)
        alive[self.deleted] = False
        return alive

    def find(self, name: str, lists: I64, keys: U64) -> tuple[I64, I64]:
        """Where entries stand; see :meth:`syndetect.storage.sorted_lists.Lists.find`."""
        return self._lists[name].find(lists, keys)

    def numbers(self, name: str, begin: I64, end: I64) -> tuple[U32, I64]:
        """What entries lead to; see :meth:`syndetect.storage.sorted_lists.Lists.numbers`."""
        return self._lists[name].numbers(begin, end)

    def entries(self, name: str, which: int) -> U64:
        """The entries of one list."""
        return self._lists[name].entries(which)

    def continuations(self, which: int) -> U32:
        """What follows the postings of a part."""
        low, high = self._lists["postings"].bounds[which : which + 2].tolist()
        self.arrays.check("continuations", low, high)
        found: U32 = self.arrays["continuations"][low:high]
        return found

    def narrow(self, begin: I64, end: I64, following: U32, shift: int) -> tuple[I64, I64]:
        """Ranges of postings narrowed to those that are followed as told, but for the last ``shift`` bits."""
        begin, end = begin.copy(), end.copy()
        self.arrays.check("continuations", begin, end)
        _kernels.narrow(self.arrays["continuations"], following, np.uint32(shift), begin, end)
        return begin, end

    # ------------------------------------------------------------------------------------------- documents

    def owners(self, words: U32) -> I64:
        """int64[n]: the documents of words."""
        owner = np.empty(len(words), np.int64)
        if len(words):
            at = (words >> np.uint32(BLOCK_BITS)).astype(np.int64)
            self.arrays.check("blocks", at, at + 2)
            blocks = self.arrays["blocks"]
            self.arrays.check("documents", blocks[at].astype(np.int64), blocks[at + 1].astype(np.int64) + 2)
            find_owners(words, blocks, self.arrays["documents"], owner)
        return owner

    def bounds(self, name: str, rows: I64) -> tuple[I64, I64]:
        """int64[n] each: entries of a column of bounds, and those that follow them."""
        self.arrays.check(name, rows, rows + 2)
        column = self.arrays[name]
        return column[rows].astype(np.int64), column[rows + 1].astype(np.int64)

    def column(self, name: str, rows: I64) -> npt.NDArray[np.int64]:
        """int64[n]: values of a column that has one a row."""
        self.arrays.check(name, rows, rows + 1)
        return self.arrays[name][rows].astype(np.int64)

    def hashes(self, sketched: I64) -> U64:
        """uint64[n]: the hashes of sketched paragraphs."""
        self.arrays.check("hashes", sketched, sketched + 1)
        found: U64 = self.arrays["hashes"][sketched]
        return found

    def codes(self, begin: I64, end: I64) -> U32:
        """The word codes of ranges of words, one after the other."""
        self.arrays.check("code", begin, end)
        out, code = np.empty(int((end - begin).sum()), np.uint32), self.arrays["code"]
        if len(code):
            code.take(begin, mode="clip")  # so that memory's delays overlap
        _kernels.copy_ranges(code, begin, end, out)
        return out

    def spans(self, documents: I64, begin: I64, end: I64) -> I64:
        """int64[n, 2]: the characters of ranges of words, which are in these documents."""
        first, _ = self.bounds("documents", documents)
        for name in ("gaps", "lengths"):
            self.arrays.check(name, first, end)
        spans = np.empty((len(first), 2), np.int64)
        columns = (self.arrays["gaps"], self.arrays["lengths"], self.arrays.whole("far"))
        _kernels.find_spans(*columns, first, begin, end, spans)
        return spans

    def strings(self, name: str, documents: I64) -> list[str | None]:
        """Ids, sources, titles or addresses of documents."""
        has = self.column("known", documents) >> STRINGS.index(name) & 1
        return [
            value.decode() if is_known else None
            for value, is_known in zip(self._bytes(name, documents), has.tolist(), strict=True)
        ]

    def verify(self) -> None:
        """Check everything."""
        self.arrays.verify()

    def texts(self, documents: I64) -> list[str] | None:
        """The texts of documents, where they are stored."""
        if "text" not in self.arrays:
            return None
        return [compression.decompress(frame).decode() for frame in self._bytes("text", documents)]

    def _bytes(self, name: str, documents: I64) -> list[bytes]:
        low, high = self.bounds(f"{name}.bounds", documents)
        self.arrays.check(name, low, high)
        column = self.arrays[name]
        return [column[i:j].tobytes() for i, j in zip(low.tolist(), high.tolist(), strict=True)]

    def rows_of(self, ids: Sequence[str]) -> I64:
        """int64[n]: the documents of ids, -1 where there is none, or none any more."""
        rows = np.full(len(ids), -1, np.int64)
        begin, end = self.find("ids", np.zeros(len(ids), np.int64), hash_ids(ids) >> _S32)
        found, which = self.numbers("ids", begin, end)
        documents = found.astype(np.int64)
        for document, one, name in zip(
            found.tolist(), which.tolist(), self.strings("id", documents), strict=True
        ):
            if name == ids[one] and self.alive[document]:
                rows[one] = document
        return rows
