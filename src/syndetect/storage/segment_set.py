"""The segments of a log-structured index with their tombstones: opened, refreshed, and changed by commits.

Such an index is a sequence of immutable segments, each with at most one file of tombstones. This module holds all that
its two users, the index of articles and ``MinHashLSH`` on disk, have in common; they add the meaning of a segment's
arrays, and they choose the tombstones' encoding and a merge policy.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from syndetect.arrays import U32
from syndetect.errors import StoredIndexError
from syndetect.storage.directory import FileEntry, IndexDirectory
from syndetect.storage.manifest import Manifest
from syndetect.storage.segment_file import Segment
from syndetect.storage.tombstones import TombstoneEncoding

#: How many commits of a writer may remove files under a reader that is opening them.
_ATTEMPTS = 20
_MOST_ROWS = 1 << 32


class LiveSegment(NamedTuple):
    """An open segment and its deleted rows.

    Attributes:
        file: the segment's entry in the manifest.
        segment: its arrays.
        rows: the number of its rows, including deleted ones.
        deleted: the deleted rows, ascending.
        tombstones: the file that lists them, if there are any.
    """

    file: FileEntry
    segment: Segment
    rows: int
    deleted: U32
    tombstones: FileEntry | None


@dataclass(frozen=True)
class CommittedSegments:
    """The segments of one committed state, oldest first; a later state is another object.

    Attributes:
        manifest: the manifest of the state.
        live: its segments.
    """

    manifest: Manifest
    live: tuple[LiveSegment, ...]

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(entry.size for entry in self.manifest.entries)


class SegmentSet:
    """The open segments of an index's folder.

    Readers and threads that hold a :attr:`committed` state keep it whatever happens to the folder: removed files stay
    readable while they are open.

    Args:
        directory: the folder.
        rows_key: the member of a segment's metadata that gives its number of rows.
        encoding: how tombstones are written.
        declare: raises StoredIndexError unless a segment that was just opened is of this index and as its entry in the
            manifest says; and lets the values of its arrays be checked as they are read.

    Raises:
        StoredIndexError: a file is missing or damaged, or is not what the manifest says of it.

    Attributes:
        directory: the folder.
        committed: the state that is open.
    """

    def __init__(
        self,
        directory: IndexDirectory,
        rows_key: str,
        encoding: TombstoneEncoding,
        declare: Callable[[Segment, FileEntry], None],
    ) -> None:
        self.directory = directory
        self._rows_key, self._encoding, self._declare = rows_key, encoding, declare
        self.committed = self._open({})

    def load(self) -> bool:
        """Open the state that the directory knows, unless it is open already; return True if it was another.

        A commit or a refresh may have been interrupted before its state was loaded, so call this before every change.

        Raises:
            StoredIndexError: as for the constructor; the open state stays.
        """
        if self.committed.manifest is self.directory.manifest:
            return False
        self.committed = self._open({one.file.name: one for one in self.committed.live})
        return True

    def refresh(self) -> bool:
        """Open the state that the folder has now; return True if it was another.

        Raises:
            StoredIndexError: as for the constructor; the open state stays.
        """
        self.directory.refresh()
        return self.load()

    def commit(
        self, segments: Sequence[FileEntry], deleted: Mapping[str, U32], metadata: Mapping[str, object]
    ) -> None:
        """Make these segments the whole index, and load that state.

        Args:
            segments: all segments of the new state, new and kept ones, oldest first.
            deleted: the deleted rows of segments by the names of their files, ascending; segments that are not named
                keep their tombstones.
            metadata: notes about the new state, as JSON can hold them.

        Raises:
            OutputError, StoredIndexError: as for :meth:`IndexDirectory.commit`. The new state may have been committed
                and loaded all the same.
        """
        known = {one.file.name: one for one in self.committed.live}
        tombstones = [self._tombstones(entry, known.get(entry.name), deleted) for entry in segments]
        try:
            self.directory.commit([*segments, *(one for one in tombstones if one is not None)], metadata)
        finally:
            self.load()

    def verify(self, committed: CommittedSegments) -> None:
        """Read every file of a state again and check it.

        Raises:
            StoredIndexError: for the first file that is damaged or missing.
        """
        for one in committed.live:
            one.segment.verify()
        for one in committed.live:
            if one.tombstones is None:
                continue
            try:
                self.directory.read_small(one.tombstones)
            except StoredIndexError:
                # it was read when this state was opened; a later commit may have removed it
                is_current = committed.manifest is self.directory.manifest and not self.directory.changed()
                if is_current or (self.directory.folder / one.tombstones.name).exists():
                    raise

    def close(self) -> None:
        """Release the writer's lock; open segments stay readable."""
        self.directory.close()

    def _tombstones(
        self, entry: FileEntry, live: LiveSegment | None, deleted: Mapping[str, U32]
    ) -> FileEntry | None:
        """The tombstone file of a segment in the next state: the present one unless more rows are deleted."""
        before = np.empty(0, np.uint32) if live is None else live.deleted
        rows = deleted.get(entry.name, before)
        if len(rows) == len(before):  # rows are never undeleted
            return None if live is None else live.tombstones
        data, metadata = self._encoding.encode(rows, self._row_count(entry))
        return self.directory.write_small("removed", data, {"of": entry.name, **metadata})

    def _open(self, known: Mapping[str, LiveSegment]) -> CommittedSegments:
        """Open the state that the directory knows; refresh it when a commit has removed files meanwhile."""
        for attempt in range(_ATTEMPTS):
            try:
                return self._open_files(known)
            except StoredIndexError:
                if attempt == _ATTEMPTS - 1 or not self.directory.refresh():
                    raise
        raise AssertionError

    def _open_files(self, known: Mapping[str, LiveSegment]) -> CommittedSegments:
        """Open the files of the directory's manifest, and reuse the open ones with the same entries."""
        manifest = self.directory.manifest
        files = [entry for entry in manifest.entries if "of" not in entry.metadata]
        tombstones = {
            str(entry.metadata["of"]): entry for entry in manifest.entries if "of" in entry.metadata
        }
        names = {entry.name for entry in files}
        if not tombstones.keys() <= names or len(tombstones) + len(names) < len(manifest.entries):
            raise StoredIndexError.damaged(
                self.directory.folder, "documents are removed of what is not there"
            )
        return CommittedSegments(
            manifest,
            tuple(self._open_one(one, tombstones.get(one.name), known.get(one.name)) for one in files),
        )

    def _open_one(
        self, file: FileEntry, tombstones: FileEntry | None, before: LiveSegment | None
    ) -> LiveSegment:
        """Open a segment and its tombstones, or reuse them: a replaced folder has other files of the same names."""
        rows = self._row_count(file)
        if before is not None and before.file == file:
            segment = before.segment
            if before.tombstones == tombstones:
                return before
        else:
            segment = Segment(self.directory.folder / file.name, file.size, file.xxh3)
            try:
                self._declare(segment, file)
            except BaseException:
                segment.close()
                raise
        deleted = np.empty(0, np.uint32)
        if tombstones is not None:
            data = self.directory.read_small(tombstones)
            try:
                deleted = self._encoding.decode(data, tombstones.metadata, rows)
            except ValueError as error:
                path = self.directory.folder / tombstones.name
                raise StoredIndexError.damaged(path, "it is of another index") from error
        return LiveSegment(file, segment, rows, deleted, tombstones)

    def _row_count(self, file: FileEntry) -> int:
        rows = file.metadata.get(self._rows_key)
        if type(rows) is not int or not 0 <= rows < _MOST_ROWS:
            raise StoredIndexError.damaged(self.directory.folder / file.name, "it is of another index")
        return rows
