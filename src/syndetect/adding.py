"""Documents on their way into an index."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.errors import InputError
from syndetect.merge import MOST_WORDS
from syndetect.parts import Fresh
from syndetect.snapshot import Snapshot
from syndetect.writer import Writer

I64 = npt.NDArray[np.int64]

#: Words of documents that are written, and committed, together, at least.
LEAST_PORTION = 1 << 20
#: Bytes that a word takes in memory until it is written.
_WORD_BYTES = 40
#: And at most: one batch more must not be too much for a segment.
_MOST_PORTION = MOST_WORDS - (1 << 28)


@dataclass(frozen=True)
class Added:
    """What became of documents that were to be added.

    Attributes:
        documents, paragraphs, words: how many were added.
        replaced: how many documents gave way to one with the same id.
        known: how many were left out because the index had their ids.
        skipped: what could not be used, as :data:`syndetect.schema.SKIPPED`.
    """

    documents: int
    paragraphs: int
    words: int
    replaced: int
    known: int
    skipped: pl.DataFrame


class Chosen(NamedTuple):
    """Documents to add, their texts, and the numbers of those that they replace."""

    articles: pl.DataFrame
    texts: list[bytes]
    gone: I64


class Adding:
    """Documents on their way into an index, and what became of them."""

    def __init__(self, writer: Writer, snapshot: Snapshot, existing: str, threads: int, memory: int) -> None:
        self._writer, self.snapshot, self._existing, self._threads = writer, snapshot, existing, threads
        self._portion = min(max(memory // _WORD_BYTES, LEAST_PORTION), _MOST_PORTION)
        self._parts: list[Fresh] = []
        self._gone: list[I64] = []
        self._words = 0
        self.counts = dict.fromkeys(("documents", "paragraphs", "words", "replaced", "known"), 0)

    def chosen(self, batches: Iterable[tuple[pl.DataFrame, list[bytes]]]) -> Iterator[Chosen]:
        """The documents to add. Numbers of those that they replace stay what they are while documents are added."""
        for frame, texts in batches:
            numbers = self.snapshot.numbers_of(frame["doc_id"].to_list())
            is_known = numbers >= 0
            if is_known.any() and self._existing == "error":
                doc_id = frame["doc_id"][int(np.argmax(is_known))]
                raise InputError(f"the index has a document {doc_id!r} already: skip or replace what it has")
            if self._existing == "replace":
                yield Chosen(frame, texts, numbers[is_known])
                continue
            self.counts["known"] += int(is_known.sum())
            if not is_known.all():
                stays = [text for text, known in zip(texts, is_known.tolist(), strict=True) if not known]
                yield Chosen(frame.filter(~is_known), stays, numbers[:0])

    def take(self, part: Fresh, gone: I64) -> None:
        """Take documents and those that they replace, and write what there is when it is much."""
        self._parts.append(part)
        self._gone.append(gone)
        self._words += len(part.arrays["code"])
        if self._words >= self._portion:
            self.write()

    def write(self) -> None:
        """Write and commit what was taken."""
        if self._parts:
            gone = np.concatenate([np.empty(0, np.int64), *self._gone])
            self.snapshot = self._writer.add(self.snapshot, self._parts, gone, self._threads)
            for part in self._parts:
                for name, column in (("documents", "time"), ("paragraphs", "paragraphs"), ("words", "code")):
                    self.counts[name] += len(part.arrays[column]) - (name == "paragraphs")
            self.counts["replaced"] += len(gone)
        self._parts, self._gone, self._words = [], [], 0
