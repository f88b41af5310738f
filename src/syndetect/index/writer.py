"""Changes of an index: segments written and merged, documents removed, and commits of both."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32
from syndetect.errors import InputError, OutputError, SyndetectError
from syndetect.index import merge, merge_policy
from syndetect.index.merge import MOST_WORDS
from syndetect.index.segment_builder import DocumentBatch, SegmentSource
from syndetect.index.snapshot import Snapshot
from syndetect.settings import Settings
from syndetect.storage.directory import Entry, Ledger
from syndetect.storage.filesystem import reason
from syndetect.storage.segment_file import SegmentWriter


class Writer:
    """The one writer of an index's folder.

    Args:
        ledger: the folder, opened for writing.
        settings: of the index.
    """

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger, self._settings = ledger, settings

    def add(self, snapshot: Snapshot, parts: Sequence[SegmentSource], gone: I64, threads: int) -> Snapshot:
        """Add documents behind those that are there, and remove some of these, at once.

        Args:
            snapshot: the present state.
            parts: the documents to add; may be none.
            gone: int64[n], numbers of documents to remove.
            threads: how many lists of the segment are sorted at once.
        """
        entries = list(snapshot.entries)
        if parts:
            entries.append(self._segment(parts, threads))
        return self._commit(snapshot, entries, self._removed(snapshot, gone))

    def tidy(self, snapshot: Snapshot, threads: int) -> Snapshot:
        """Merge segments as long as there are too many."""
        while last := merge_policy.due(
            [entry.facts["words"] for entry in snapshot.entries], merge.MOST_WORDS
        ):
            snapshot = self._merge(snapshot, [(len(snapshot.entries) - last, len(snapshot.entries))], threads)
        return snapshot

    def compact(self, snapshot: Snapshot, threads: int) -> Snapshot:
        """As few segments as can be, and nothing of what was removed."""
        words = [merge.words_of([segment]) for segment in snapshot.segments]
        runs, low = [], 0
        for high in range(1, len(words) + 1):
            if high == len(words) or sum(words[low : high + 1]) > merge.MOST_WORDS:
                if high - low > 1 or len(snapshot.segments[low].deleted):
                    runs.append((low, high))
                low = high
        return self._merge(snapshot, runs, threads) if runs else snapshot

    def _merge(self, snapshot: Snapshot, runs: Sequence[tuple[int, int]], threads: int) -> Snapshot:
        """Put one segment in the place of each run of segments, without what was removed of them."""
        entries: list[Entry] = []
        removed, done = self._removed(snapshot, np.empty(0, np.int64)), 0
        for low, high in runs:
            entries += snapshot.entries[done:low]
            merged = self._segment(snapshot.segments[low:high], threads)
            entries += [merged] if merged.facts["documents"] else []
            done = high
        return self._commit(snapshot, [*entries, *snapshot.entries[done:]], removed)

    def _segment(self, parts: Sequence[SegmentSource], threads: int) -> Entry:
        """Write a segment; it counts when it is committed."""
        path = self._ledger.fresh("segment")
        if merge.words_of(parts) <= merge_policy.LEAST_WORDS:
            threads = 1  # more would cost more than they give
        with SegmentWriter(path) as writer, _spooling(path.parent) as spool:
            facts = merge.write(writer.append, parts, self._settings.bands, spool, threads)
            written = writer.finish(facts)
        return Entry(path.name, written.size, written.xxh3, facts)

    def _removed(self, snapshot: Snapshot, gone: I64) -> dict[str, U32]:
        """What is removed of each segment when these documents are removed as well."""
        removed = {
            entry.name: segment.deleted
            for entry, segment in zip(snapshot.entries, snapshot.segments, strict=True)
        }
        for at, segment, _, rows in snapshot.by_segment(gone):
            removed[snapshot.entries[at].name] = np.union1d(segment.deleted, rows.astype(np.uint32))
        return removed

    def _commit(self, snapshot: Snapshot, entries: Sequence[Entry], removed: dict[str, U32]) -> Snapshot:
        """Let segments count, and what is removed of them."""
        removals = []
        for entry in entries:
            rows = removed.get(entry.name, np.empty(0, np.uint32))
            before = snapshot.removals.get(entry.name)
            if before is not None and before.facts["documents"] == len(rows):
                removals.append(before)
            elif len(rows):
                data = rows.astype("<u4").tobytes()
                removals.append(
                    self._ledger.write_small("removed", data, {"of": entry.name, "documents": len(rows)})
                )
        self._ledger.commit([*entries, *removals], {})
        return Snapshot.of(self._ledger, snapshot)


@contextmanager
def _spooling(folder: Path) -> Iterator[BinaryIO]:
    """A file that nobody else sees, on the disk of a folder."""
    try:
        with TemporaryFile(dir=folder) as spool:
            yield spool
    except OSError as error:
        if isinstance(error, SyndetectError):
            raise
        raise OutputError(f"cannot write {folder}: {reason(error)}") from error


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
        self._parts: list[DocumentBatch] = []
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

    def take(self, part: DocumentBatch, gone: I64) -> None:
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
