"""Changes of an index: segments written and merged, documents removed, and commits of both."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from syndetect import merge, tiers
from syndetect.disk import reason
from syndetect.errors import OutputError, SyndetectError
from syndetect.ledger import Entry, Ledger
from syndetect.parts import Part
from syndetect.segment import SegmentWriter
from syndetect.settings import Settings
from syndetect.snapshot import Snapshot

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


class Writer:
    """The one writer of an index's folder.

    Args:
        ledger: the folder, opened for writing.
        settings: of the index.
    """

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger, self._settings = ledger, settings

    def add(self, snapshot: Snapshot, parts: Sequence[Part], gone: I64, threads: int) -> Snapshot:
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
        while last := tiers.due([entry.facts["words"] for entry in snapshot.entries], merge.MOST_WORDS):
            snapshot = self._merge(snapshot, [(len(snapshot.entries) - last, len(snapshot.entries))], threads)
        return snapshot

    def compact(self, snapshot: Snapshot, threads: int) -> Snapshot:
        """As few segments as can be, and nothing of what was removed."""
        words = [merge.words_of([shard]) for shard in snapshot.shards]
        runs, low = [], 0
        for high in range(1, len(words) + 1):
            if high == len(words) or sum(words[low : high + 1]) > merge.MOST_WORDS:
                if high - low > 1 or len(snapshot.shards[low].removed):
                    runs.append((low, high))
                low = high
        return self._merge(snapshot, runs, threads) if runs else snapshot

    def _merge(self, snapshot: Snapshot, runs: Sequence[tuple[int, int]], threads: int) -> Snapshot:
        """Put one segment in the place of each run of segments, without what was removed of them."""
        entries: list[Entry] = []
        removed, done = self._removed(snapshot, np.empty(0, np.int64)), 0
        for low, high in runs:
            entries += snapshot.entries[done:low]
            merged = self._segment(snapshot.shards[low:high], threads)
            entries += [merged] if merged.facts["documents"] else []
            done = high
        return self._commit(snapshot, [*entries, *snapshot.entries[done:]], removed)

    def _segment(self, parts: Sequence[Part], threads: int) -> Entry:
        """Write a segment; it counts when it is committed."""
        path = self._ledger.fresh("segment")
        if merge.words_of(parts) <= tiers.LEAST_WORDS:
            threads = 1  # more would cost more than they give
        with SegmentWriter(path) as writer, _spooling(path.parent) as spool:
            facts = merge.write(writer.append, parts, self._settings.bands, spool, threads)
            written = writer.finish(facts)
        return Entry(path.name, written.size, written.xxh3, facts)

    def _removed(self, snapshot: Snapshot, gone: I64) -> dict[str, U32]:
        """What is removed of each segment when these documents are removed as well."""
        removed = {
            entry.name: shard.removed for entry, shard in zip(snapshot.entries, snapshot.shards, strict=True)
        }
        for at, shard, _, rows in snapshot.by_shard(gone):
            removed[snapshot.entries[at].name] = np.union1d(shard.removed, rows.astype(np.uint32))
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
