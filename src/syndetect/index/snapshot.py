"""The state of an index at one moment: its segments with consecutive document numbers, and its settings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from syndetect.arrays import I64
from syndetect.errors import StoredIndexError
from syndetect.index.segment_layout import declare_segment
from syndetect.index.segment_reader import SegmentReader
from syndetect.matching import tokens
from syndetect.settings import Settings
from syndetect.storage.directory import FileEntry, IndexDirectory
from syndetect.storage.segment_file import Segment
from syndetect.storage.segment_set import CommittedSegments, SegmentSet
from syndetect.storage.sorted_lists import hash_ids
from syndetect.storage.tombstones import RowNumbers


@dataclass(frozen=True)
class Snapshot:
    """The documents of one committed state; a later state is another object.

    Attributes:
        committed: the files of the state.
        segments: readers of its segments, in the same order.
    """

    committed: CommittedSegments
    segments: tuple[SegmentReader, ...]

    @classmethod
    def of(cls, committed: CommittedSegments, before: "Snapshot | None" = None) -> "Snapshot":
        """The snapshot of a committed state, with the readers that the one before it has of the same segments."""
        known = (before.committed.live, before.segments) if before else ((), ())
        readers = {id(live): reader for live, reader in zip(*known, strict=True)}
        segments, first = [], 0
        for one in committed.live:
            reader = readers.get(id(one))
            if reader is None or reader.first != first:
                reader = SegmentReader(one.segment, first, one.rows, one.deleted)
            segments.append(reader)
            first += one.rows
        return cls(committed, tuple(segments))

    def renewed(self, committed: CommittedSegments) -> "Snapshot":
        """The snapshot of a committed state: this one, if it is of that state."""
        return self if self.committed is committed else Snapshot.of(committed, self)

    @property
    def size(self) -> int:
        """The number of documents, without deleted ones."""
        return sum(segment.count - len(segment.deleted) for segment in self.segments)

    def total(self, name: str) -> int:
        """The sum of a count in the segments' metadata, such as "words", with those of deleted documents."""
        return sum(int(one.file.metadata[name]) for one in self.committed.live)

    def numbers_of(self, ids: Sequence[str]) -> I64:
        """int64[n]: the documents with these ids, numbered through all segments, or -1."""
        numbers, hashes = np.full(len(ids), -1, np.int64), hash_ids(ids)
        for segment in self.segments:
            rows = segment.rows_of(ids, hashes)
            numbers = np.where(rows >= 0, rows + segment.first, numbers)
        return numbers

    def by_segment(self, numbers: I64) -> Iterator[tuple[int, SegmentReader, I64, I64]]:
        """Documents, split by segment: the segment's number and reader, which documents it has, and their rows."""
        for at, segment in enumerate(self.segments):
            which = np.flatnonzero((numbers >= segment.first) & (numbers < segment.first + segment.count))
            if len(which):
                yield at, segment, which, numbers[which] - segment.first


def open_segments(directory: IndexDirectory, settings: Settings, *, stores_text: bool) -> SegmentSet:
    """The segments of an index with these settings, with texts or without.

    Raises:
        StoredIndexError: a file is missing or damaged, or is not what the manifest says of it.
    """

    def declare(segment: Segment, file: FileEntry) -> None:
        declare_segment(segment, file, settings, stores_text=stores_text)

    return SegmentSet(directory, "documents", RowNumbers(), declare)


def header_of(settings: Settings, *, stores_text: bool) -> dict[str, Any]:
    """The header of a new index, as :func:`parse_header` reads it."""
    return {"settings": settings.to_dict(), "store_text": stores_text, tokens.VERSION: tokens.NEWEST}


def parse_header(directory: IndexDirectory) -> tuple[Settings, bool, int]:
    """The settings of an index, whether it stores texts, and its version of the rule of words.

    Raises:
        StoredIndexError: the manifest's header lacks them.
    """
    stores_text = directory.header.get("store_text")
    try:
        settings = Settings.from_dict(directory.header["settings"])
    except (KeyError, TypeError, ValueError) as error:  # a SettingsError is a ValueError
        raise StoredIndexError.damaged(directory.folder, "it has no settings that can be used") from error
    if not isinstance(stores_text, bool):
        raise StoredIndexError.damaged(directory.folder, "it does not say whether texts are stored")
    return settings, stores_text, tokens.version_in(directory.header, directory.folder)
