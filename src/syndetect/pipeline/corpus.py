"""The articles of a scan as flat arrays in a store: added batch by batch, read by every later stage."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple, TypeVar

import numpy as np

from syndetect import intervals
from syndetect.arrays import I64, U8, U32, U64, bounds_of
from syndetect.kernels.ranges import copy_ranges
from syndetect.kernels.spellings import list_spellings
from syndetect.matching import places, tokens
from syndetect.matching.portions import Batch
from syndetect.matching.tokens import Key
from syndetect.runtime.threads import in_order, split_evenly
from syndetect.storage.scratch import Store

#: Bytes of text that are tokenised again at a time.
_CHUNK_BYTES = 1 << 22
_CACHE = 1 << 14  # spellings

T = TypeVar("T")


class Corpus:
    """All articles.

    Args:
        store: holds the arrays.
        bands: the number of band keys of a sketched paragraph.
    """

    def __init__(self, store: Store, bands: int) -> None:
        self._store, self._bands = store, bands
        self._words = len(store["tags"]) if "tags" in store else 0
        self._documents = len(store["word_counts"]) if "word_counts" in store else 0
        if "paragraph_bounds" not in store:
            store.append("paragraph_bounds", np.zeros(1, np.uint32))
        self._paragraphs = len(store["paragraph_bounds"]) - 1

    def add(self, batch: Batch) -> None:
        """Add articles behind those that are there."""
        put, words, sketch = self._store.append, batch.words, batch.sketch
        put("text", batch.text)
        put("text_sizes", np.diff(batch.text_bounds))
        put("code", words.code, is_scattered=True)
        put("tags", places.tags(words.code))
        put("word_counts", np.diff(words.documents))
        put("paragraph_counts", np.diff(words.document_paragraphs))
        put("paragraph_bounds", (words.paragraphs[1:] + self._words).astype(np.uint32))
        put("entries", batch.postings.entries + np.uint64(self._words))
        put("part_bounds", batch.postings.bounds.reshape(1, -1))
        put("sketched", sketch.paragraphs + np.uint32(self._paragraphs))
        put("sketched_owner", words.paragraph_documents[sketch.paragraphs] + np.uint32(self._documents))
        put("hashes", sketch.hashes)
        put("keys", sketch.keys.reshape(-1))
        self._words += len(words.code)
        self._paragraphs += len(words.paragraphs) - 1
        self._documents += len(words.documents) - 1

    @property
    def size(self) -> int:
        """The number of documents."""
        return self._documents

    @property
    def paragraphs(self) -> int:
        """The number of paragraphs."""
        return self._paragraphs

    @property
    def words(self) -> int:
        """The number of words."""
        return self._words

    @property
    def text_bytes(self) -> int:
        """The number of bytes of text."""
        return int(self.text_sizes.sum())

    @property
    def code(self) -> U32:
        """uint32[words]: their codes."""
        return self._store["code"]

    @property
    def tags(self) -> U8:
        """uint8[words]: their tags."""
        return self._store["tags"]

    @property
    def text_sizes(self) -> I64:
        """int64[d]: each document's bytes of text."""
        return np.asarray(self._store["text_sizes"])

    @property
    def word_counts(self) -> I64:
        """int64[d]: each document's words."""
        return np.asarray(self._store["word_counts"])

    @property
    def paragraph_counts(self) -> I64:
        """int64[d]: each document's paragraphs."""
        return np.asarray(self._store["paragraph_counts"])

    @property
    def documents(self) -> I64:
        """int64[d + 1]: each document's first word."""
        return bounds_of(self.word_counts)

    @property
    def paragraph_bounds(self) -> U32:
        """uint32[p + 1]: each paragraph's first word."""
        return self._store["paragraph_bounds"]

    @property
    def sketched(self) -> tuple[U32, U32, U64]:
        """The number and document (uint32[n] each) and the hash of all words (uint64[n]) of sketched paragraphs."""
        return self._store["sketched"], self._store["sketched_owner"], self._store["hashes"]

    def spans_of(self, paragraphs: I64) -> tuple[I64, I64]:
        """int64[n] each: the first words and the ends of paragraphs."""
        bounds = self.paragraph_bounds
        return bounds[paragraphs].astype(np.int64), bounds[paragraphs + 1].astype(np.int64)

    def band(self, band: int) -> U32:
        """uint32[sketched paragraphs]: the keys of one band."""
        parts = [piece.reshape(self._bands, -1)[band] for piece in self._store.pieces("keys")]
        return np.concatenate([np.empty(0, np.uint32), *parts])

    def part(self, part: int) -> U64:
        """The postings of one part of all fingerprints, in the order of the text."""
        bounds = self._store["part_bounds"][:, part : part + 2].tolist()
        pieces = zip(self._store.pieces("entries"), bounds, strict=True)
        return np.concatenate([np.empty(0, np.uint64), *(piece[low:high] for piece, (low, high) in pieces)])

    def locate(
        self, wanted: "Sequence[Wanted]", threads: int, key: Key, then: "Callable[[Located], T]"
    ) -> Iterator[T]:
        """The characters of ranges of words in their documents, which are tokenised again.

        Args:
            wanted: ranges of words, of documents in ascending order.
            threads: the number of portions worked on at once.
            key: with which they are tokenised.
            then: what is made of a portion, on the thread that works on it.

        Yields:
            For each portion of consecutive documents, what ``then`` makes of the ranges of each of ``wanted`` in it.
        """
        is_wanted = np.zeros(self.size, bool)
        for one in wanted:
            is_wanted[one.document] = True
        documents = np.flatnonzero(is_wanted)
        first_words, offsets = self.documents, bounds_of(self.text_sizes[documents])

        def find(part: tuple[int, int]) -> T:
            low, high = part
            chosen = documents[low:high]
            buffer = self._texts(chosen)
            found = tokens.tokenise(buffer, offsets[low : high + 1] - offsets[low], key=key)
            if (np.diff(found.documents) != np.diff(first_words)[chosen]).any():
                raise self._store.refused("texts have other words than it says")
            rows, spans, ranges = [], [], [np.empty((0, 2), np.int64)]
            for one in wanted:
                of_it = slice(*np.searchsorted(one.document, (chosen[0], chosen[-1] + 1)).tolist())
                at = np.searchsorted(chosen, one.document[of_it])
                shift = (found.documents[at] - first_words[one.document[of_it]])[:, None]
                inside = one.words[of_it] + shift
                rows.append(of_it)
                ranges.append(inside)
                spans.append(
                    (found.begin[inside[:, 0]].astype(np.int64), found.end[inside[:, 1] - 1].astype(np.int64))
                )
            spellings = self._spellings(chosen, found.code, np.concatenate(ranges))
            return then(
                Located(chosen, buffer, offsets[low : high + 1] - offsets[low], rows, spans, spellings)
            )

        with closing(in_order(find, split_evenly(offsets, _CHUNK_BYTES), threads)) as portions:
            for located in portions:
                yield located
                self._store.release()

    def _spellings(self, documents: I64, keyed: U32, ranges: I64) -> U64:
        """The codes of words of documents by both keys; ``ranges`` (int64[n, 2]) count from the first document."""
        code, first = np.empty(len(keyed), np.uint32), self.documents
        copy_ranges(self.code, first[documents], first[documents + 1], code)
        whole = intervals.union(ranges)
        begin, end = whole[:, 0].copy(), whole[:, 1].copy()
        found = np.empty(int((end - begin).sum()), np.uint64)
        return found[: list_spellings(code, keyed, begin, end, np.zeros(_CACHE, np.uint64), found)].copy()

    def keyed(self, documents: I64, key: Key) -> U32:
        """uint32[m]: the codes of all words of documents (ascending) by a key; they are tokenised again."""
        sizes, codes = bounds_of(self.text_sizes[documents]), [np.empty(0, np.uint32)]
        for low, high in split_evenly(sizes, _CHUNK_BYTES):
            bounds = sizes[low : high + 1] - sizes[low]
            codes.append(tokens.tokenise(self._texts(documents[low:high]), bounds, key=key).code)
        return np.concatenate(codes)

    def encoded(self, documents: I64) -> list[bytes]:
        """The texts of documents, in any order, as UTF-8."""
        ascending, place = np.unique(documents, return_inverse=True)
        if not len(ascending):
            return []
        texts, bounds = self._texts(ascending).tobytes(), bounds_of(self.text_sizes[ascending]).tolist()
        return [texts[bounds[at] : bounds[at + 1]] for at in place.tolist()]

    def _texts(self, documents: I64) -> U8:
        """The text of documents, one after the other."""
        sizes, pieces = self._store.pieces("text_sizes"), self._store.pieces("text")
        first = bounds_of(np.array([len(piece) for piece in sizes]))
        found = []
        for number in np.unique(np.searchsorted(first, documents, side="right") - 1).tolist():
            bounds = bounds_of(sizes[number])
            inside = documents[(documents >= first[number]) & (documents < first[number + 1])] - first[number]
            found += [pieces[number][bounds[document] : bounds[document + 1]] for document in inside]
        return np.concatenate(found)


class Wanted(NamedTuple):
    """Ranges of words: document int64[n], ascending, first word and end int64[n, 2]."""

    document: I64
    words: I64


class Located(NamedTuple):
    """Some documents, their text (UTF-8) with its bounds, and the characters of each list of ranges in them.

    ``rows`` are the ranges of each list that lie in these documents. ``spellings`` are the codes of all words in the
    ranges (uint64[n], the kept one in the upper half, the one by the key in the lower half), each pair once or a few
    times.
    """

    documents: I64
    text: U8
    text_bounds: I64
    rows: list[slice]
    spans: list[tuple[I64, I64]]
    spellings: U64
