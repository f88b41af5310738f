"""Changes of an index: segments are written and merged, documents are deleted, and commits make both effective."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32
from syndetect.errors import InputError, OutputError, SyndetectError
from syndetect.index import merge
from syndetect.index.segment_builder import DocumentBatch, SegmentSource
from syndetect.index.segment_layout import MOST_WORDS
from syndetect.index.snapshot import Snapshot
from syndetect.storage import merge_policy
from syndetect.storage.directory import FileEntry
from syndetect.storage.filesystem import reason
from syndetect.storage.merge_policy import SegmentSize
from syndetect.storage.segment_file import SegmentWriter
from syndetect.storage.segment_set import SegmentSet


class Writer:
    """Writes segments of an index and commits them. Each change takes a snapshot and returns the next one.

    Args:
        segments: the segments of the folder, opened for writing.
    """

    def __init__(self, segments: SegmentSet) -> None:
        self._segments = segments

    def add(self, snapshot: Snapshot, parts: Sequence[SegmentSource], deleted: I64, threads: int) -> Snapshot:
        """Append documents and delete others, in one commit.

        Args:
            snapshot: the present state.
            parts: the documents to add, if any.
            deleted: int64[n], numbers of documents to delete.
            threads: how many lists of the segment are sorted at once.
        """
        entries = [one.file for one in snapshot.committed.live]
        if parts:
            entries.append(self._write(parts, threads))
        changed: dict[str, U32] = {}
        for at, segment, _, rows in snapshot.by_segment(deleted):
            name = snapshot.committed.live[at].file.name
            changed[name] = np.union1d(segment.deleted, rows.astype(np.uint32))
        return self._commit(snapshot, entries, changed)

    def merge(self, snapshot: Snapshot, threads: int) -> Snapshot:
        """Merge segments until the merge policy is satisfied."""
        while True:
            live = snapshot.committed.live
            words = [int(one.file.metadata["words"]) for one in live]
            first = merge_policy.tiered([SegmentSize(count, count) for count in words], MOST_WORDS)
            if first == len(live):
                return snapshot
            snapshot = self._merge(snapshot, [(first, len(live))], threads)

    def compact(self, snapshot: Snapshot, threads: int) -> Snapshot:
        """Merge into as few segments as possible, without deleted documents."""
        words = [merge.words_of([segment]) for segment in snapshot.segments]
        runs, low = [], 0
        for high in range(1, len(words) + 1):
            if high == len(words) or sum(words[low : high + 1]) > MOST_WORDS:
                if high - low > 1 or len(snapshot.segments[low].deleted):
                    runs.append((low, high))
                low = high
        return self._merge(snapshot, runs, threads) if runs else snapshot

    def _merge(self, snapshot: Snapshot, runs: Sequence[tuple[int, int]], threads: int) -> Snapshot:
        """Replace each run of segments by one segment without deleted documents."""
        files = [one.file for one in snapshot.committed.live]
        entries: list[FileEntry] = []
        done = 0
        for low, high in runs:
            entries += files[done:low]
            merged = self._write(snapshot.segments[low:high], threads)
            entries += [merged] if merged.metadata["documents"] else []
            done = high
        return self._commit(snapshot, [*entries, *files[done:]], {})

    def _write(self, parts: Sequence[SegmentSource], threads: int) -> FileEntry:
        """Write a segment, to be committed."""
        path = self._segments.directory.new_path("segment")
        is_little = merge.words_of(parts) <= merge_policy.LEAST_WORDS
        if is_little:
            threads = 0  # to start one would take longer than sorting
        with SegmentWriter(path) as writer, BytesIO() if is_little else _spooling(path.parent) as spool:
            metadata = merge.write(writer.append, parts, spool, threads)
            written = writer.finish(metadata)
        return FileEntry(path.name, written.size, written.xxh3, metadata)

    def _commit(self, snapshot: Snapshot, entries: Sequence[FileEntry], deleted: dict[str, U32]) -> Snapshot:
        self._segments.commit(entries, deleted, {})
        return snapshot.renewed(self._segments.committed)


@contextmanager
def _spooling(folder: Path) -> Iterator[BinaryIO]:
    """A temporary file on the disk of a folder."""
    try:
        with TemporaryFile(dir=folder) as spool:
            yield spool
    except OSError as error:
        if isinstance(error, SyndetectError):
            raise
        raise OutputError(f"cannot write {folder}: {reason(error)}") from error


#: The smallest portion of documents that is written and committed together, in words.
LEAST_PORTION = 1 << 20
#: The size of texts that one thread has sketched before another has begun, in bytes.
_LITTLE_BYTES = 1 << 16
#: Memory for a word until it is written, in bytes.
_WORD_BYTES = 40
#: The largest portion, in words: one more batch must still fit into a segment.
_MOST_PORTION = MOST_WORDS - (1 << 28)


@dataclass(frozen=True)
class Added:
    """What became of documents that were to be added.

    Attributes:
        documents, paragraphs, words: how many were added.
        replaced: how many documents gave way to one with the same id.
        known: how many were left out because the index had their ids.
        skipped: what could not be used, as :data:`syndetect.schema.SKIPPED`.
        columns: for each of an article's columns, the names of the columns that were taken for it.
    """

    documents: int
    paragraphs: int
    words: int
    replaced: int
    known: int
    skipped: pl.DataFrame
    columns: Mapping[str, Sequence[str]]


class NewDocuments(NamedTuple):
    """Documents to add, their texts, and the numbers of the documents that they replace."""

    articles: pl.DataFrame
    texts: Sequence[bytes]
    replaced: I64


def is_little(batches: Sequence[tuple[pl.DataFrame, Sequence[bytes]]]) -> bool:
    """Whether documents, of which these are the first two batches, take less time than the start of a thread."""
    return len(batches) < 2 and sum(len(text) for _, texts in batches for text in texts) <= _LITTLE_BYTES


class PortionWriter:
    """Adds batches of documents to an index, and commits whenever a portion is large enough.

    Args:
        writer: the writer of the index.
        snapshot: the present state.
        existing: "error", "skip" or "replace", for documents whose ids the index has.
        threads: how many lists of a segment are sorted at once.
        memory: the memory that a portion may take, in bytes.

    Attributes:
        snapshot: the state after the last commit.
        counts: how many documents, paragraphs and words were added, and so on, as in :class:`Added`.
    """

    def __init__(self, writer: Writer, snapshot: Snapshot, existing: str, threads: int, memory: int) -> None:
        self._writer, self.snapshot, self._existing, self._threads = writer, snapshot, existing, threads
        self._portion = min(max(memory // _WORD_BYTES, LEAST_PORTION), _MOST_PORTION)
        self._batches: list[DocumentBatch] = []
        self._replaced: list[I64] = []
        self._words = 0
        self.counts = dict.fromkeys(("documents", "paragraphs", "words", "replaced", "known"), 0)

    def select(self, batches: Iterable[tuple[pl.DataFrame, Sequence[bytes]]]) -> Iterator[NewDocuments]:
        """The documents to add. Numbers of replaced documents stay valid while documents are added.

        Raises:
            InputError: the index has a document's id, and ``existing`` is "error".
        """
        for frame, texts in batches:
            numbers = self.snapshot.numbers_of(frame["doc_id"].to_list())
            is_known = numbers >= 0
            if is_known.any() and self._existing == "error":
                doc_id = frame["doc_id"][int(np.argmax(is_known))]
                raise InputError(f"the index has a document {doc_id!r} already: skip or replace what it has")
            if self._existing == "replace":
                yield NewDocuments(frame, texts, numbers[is_known])
                continue
            self.counts["known"] += int(is_known.sum())
            if not is_known.all():
                new = [text for text, known in zip(texts, is_known.tolist(), strict=True) if not known]
                yield NewDocuments(frame.filter(~is_known), new, numbers[:0])

    def add(self, batch: DocumentBatch, replaced: I64) -> None:
        """Add documents and delete the documents that they replace; commit a portion that is large enough."""
        self._batches.append(batch)
        self._replaced.append(replaced)
        self._words += len(batch.arrays["code"])
        if self._words >= self._portion:
            self.flush()

    def flush(self) -> None:
        """Write and commit the documents that were added since the last commit."""
        if self._batches:
            replaced = np.concatenate([np.empty(0, np.int64), *self._replaced])
            self.snapshot = self._writer.add(self.snapshot, self._batches, replaced, self._threads)
            for batch in self._batches:
                for name, column in (("documents", "time"), ("paragraphs", "paragraphs"), ("words", "code")):
                    self.counts[name] += len(batch.arrays[column]) - (name == "paragraphs")
            self.counts["replaced"] += len(replaced)
        self._batches, self._replaced, self._words = [], [], 0
