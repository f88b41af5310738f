"""How the arrays and lists of a segment are made from a batch of documents.

A segment on disk and a batch in memory have the same arrays and lists, those of
:mod:`syndetect.index.segment_layout`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32, U64, Array, Bool, bounds_of, pack
from syndetect.index.segment_layout import STRINGS
from syndetect.kernels.ranges import FAR
from syndetect.matching import winnowing
from syndetect.matching.places import document_hints, tags
from syndetect.matching.portions import Batch, sketch_documents
from syndetect.reading.articles import times
from syndetect.settings import Settings
from syndetect.storage.sorted_lists import Arrays, ListEntries, Memory, hash_ids

#: Up to this many postings with equal key and context hash may be unsorted by time.
MOST_UNTIMED = 32
_UPPER = np.uint64(0xFFFFFFFF00000000)


class SegmentSource(Protocol):
    """Consecutive documents, in memory or in a segment."""

    @property
    def arrays(self) -> Arrays:
        """Those of a segment."""

    @property
    def alive(self) -> Bool:
        """bool[d]: which documents are not deleted."""

    def sizes(self, name: str) -> I64:
        """int64[l]: how many entries each of the lists of a name has."""

    def list_entries(self, name: str, first: int, last: int) -> ListEntries:
        """The entries of the lists from ``first`` to before ``last``, list after list, each in any order."""

    def context_hashes(self, first: int, last: int) -> U32:
        """The context hashes of the postings of some parts, as :meth:`list_entries` has these."""


def keyed(hashes: U64, numbers: U32) -> U64:
    """uint64[n]: entries of a list, with the upper halves of hashes as keys."""
    return hashes & _UPPER | numbers


@dataclass(frozen=True)
class DocumentBatch:
    """Sketched documents in memory, before they are written.

    Attributes:
        arrays: as of a segment.
        alive: bool[d], all true.
        lists: of each name the entries of the lists, one list behind the other, and where each begins (int64[l + 1]).
        contexts: uint32[n], the context hashes of all postings.
    """

    arrays: Memory
    alive: Bool
    lists: dict[str, tuple[U64, I64]]
    contexts: U32

    def sizes(self, name: str) -> I64:
        """As :class:`SegmentSource` says."""
        return np.diff(self.lists[name][1])

    def list_entries(self, name: str, first: int, last: int) -> ListEntries:
        """As :class:`SegmentSource` says."""
        entries, bounds = self.lists[name]
        bounds = bounds[first : last + 1]
        return ListEntries.of(entries[bounds[0] : bounds[-1]], bounds)

    def context_hashes(self, first: int, last: int) -> U32:
        """As :class:`SegmentSource` says."""
        bounds = self.lists["postings"][1]
        return self.contexts[bounds[first] : bounds[last]]

    @classmethod
    def of(
        cls, batch: Batch, articles: pl.DataFrame, settings: Settings, texts: Sequence[bytes] | None
    ) -> "DocumentBatch":
        """From the sketches of articles.

        Args:
            batch: the articles.
            articles: the same, as a frame of ``schema.ARTICLES``; the text is not needed.
            settings: with which they were sketched.
            texts: their texts, compressed; None where texts are not stored.
        """
        words, sketch = batch.words, batch.sketch
        time = times(articles["published"])
        arrays = Memory(
            code=words.code,
            documents=words.documents,
            blocks=stored_hints(words.documents),
            document_paragraphs=words.document_paragraphs,
            paragraphs=words.paragraphs.astype(np.uint32),
            time=time,
            sketched=sketch.paragraphs,
            sketched_owner=words.paragraph_documents[sketch.paragraphs],
            hashes=sketch.hashes,
            carriers=np.arange(len(sketch.hashes), dtype=np.uint32),
            **_steps(words.begin, words.end, words.documents),
            **_strings(articles),
        )
        if texts is not None:
            arrays |= _joined("text", texts)
        numbers = np.arange(len(articles), dtype=np.uint32)
        ids = keyed(hash_ids(articles["doc_id"].to_list()), numbers)
        sketched = np.arange(len(sketch.hashes), dtype=np.uint32)
        contexts = winnowing.context_hashes(
            tags(words.code),
            words.documents,
            arrays["blocks"],
            batch.postings.entries.astype(np.uint32),
            settings.fingerprint_words,
        )
        lists = {
            "postings": (batch.postings.entries, batch.postings.bounds),
            "same": (keyed(sketch.hashes, sketched), np.array([0, len(sketched)])),
            "bands": _bands(sketch.keys, sketched),
            "document_bands": _document_bands(batch, settings),
            "ids": (ids, np.array([0, len(ids)])),
        }
        return cls(arrays, np.ones(len(articles), bool), lists, contexts)


def stored_hints(documents: I64) -> U32:
    """uint32: the array ``blocks`` of a segment: the document of every 256th word, and the last document."""
    last = max(len(documents) - 2, 0)
    return np.append(document_hints(documents, int(documents[-1])), last).astype(np.uint32)


def _steps(begin: U32, end: U32, documents: I64) -> dict[str, Array]:
    """The places of words, as gaps and lengths."""
    before = np.concatenate([np.zeros(1, np.uint32), end[:-1]])[: len(end)]
    firsts = documents[:-1]
    before[firsts[firsts < documents[1:]]] = 0
    gaps, lengths = begin - before, end - begin
    is_far = (gaps >= FAR) | (lengths >= FAR)
    far = np.flatnonzero(is_far)
    return {
        "gaps": np.where(is_far, FAR, gaps).astype(np.uint8),
        "lengths": np.where(is_far, FAR, lengths).astype(np.uint8),
        "far": np.stack([far, gaps[far], lengths[far]], axis=1).astype(np.int64),
    }


def _strings(articles: pl.DataFrame) -> dict[str, Array]:
    """The strings of articles, and a bit mask of the strings that each has."""
    arrays: dict[str, Array] = {}
    known = np.zeros(len(articles), np.uint8)
    for bit, name in enumerate(STRINGS):
        column = articles["doc_id" if name == "id" else name].to_list()
        known |= np.array([value is not None for value in column], np.uint8) << np.uint8(bit)
        arrays |= _joined(name, [(value or "").encode() for value in column])
    return {"known": known, **arrays}


def _joined(name: str, values: Sequence[bytes]) -> dict[str, Array]:
    bounds = bounds_of(map(len, values))
    return {name: np.frombuffer(b"".join(values), np.uint8), f"{name}.bounds": bounds.astype(np.int64)}


def _bands(keys: Array, numbers: U32) -> tuple[U64, I64]:
    """A list a band, of its keys (uint[bands, n]) and of the same numbers (uint32[n]); where each begins."""
    entries = pack(keys, numbers)  # each band with all numbers
    return entries.reshape(-1), np.arange(len(keys) + 1) * len(numbers)


def _document_bands(batch: Batch, settings: Settings) -> tuple[U64, I64]:
    """Band keys of whole documents that are long enough to be compared."""
    sketch = sketch_documents(batch.words, settings)
    return _bands(sketch.keys, sketch.paragraphs)
