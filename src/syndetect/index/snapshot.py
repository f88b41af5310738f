"""The state of an index at one moment: its segments, opened, and what was removed of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from syndetect.arrays import I64, U32
from syndetect.errors import StoredIndexError
from syndetect.index.segment_reader import SegmentReader
from syndetect.settings import Settings
from syndetect.storage.directory import Entry, Ledger
from syndetect.storage.segment_file import Segment


@dataclass(frozen=True)
class Snapshot:
    """What an index holds; later changes make another one.

    Attributes:
        generation: of the folder.
        entries: the segments' files.
        shards: the same, to be read.
        removals: the files that say what was removed, by the name of the segment.
    """

    generation: int
    entries: tuple[Entry, ...]
    segments: tuple[SegmentReader, ...]
    removals: Mapping[str, Entry]

    @classmethod
    def of(cls, ledger: Ledger, opened: "Snapshot | None" = None) -> "Snapshot":
        """The state of a folder. Segments that are open already, in an earlier state, are used again.

        They are known by all that the manifest says of them: a folder that was replaced has other files of the same
        names.

        Raises:
            StoredIndexError: a file is missing or damaged, or is not what the manifest says of it.
        """
        known = {}
        if opened is not None:
            known = {
                one.name: (one, segment) for one, segment in zip(opened.entries, opened.segments, strict=True)
            }
        entries = tuple(one for one in ledger.entries if "of" not in one.facts)
        removals = {str(one.facts["of"]): one for one in ledger.entries if "of" in one.facts}
        names = {one.name for one in entries}
        if not removals.keys() <= names or len(removals) + len(names) < len(ledger.entries):
            raise StoredIndexError.damaged(ledger.folder, "documents are removed of what is not there")
        segments, first = [], 0
        for entry in entries:
            before, segment = known.get(entry.name, (None, None))
            arrays = segment.arrays if segment is not None and before == entry else _segment(ledger, entry)
            removed = np.empty(0, np.uint32)
            count = int(entry.facts["documents"])
            if entry.name in removals:
                removed = _removed(ledger, removals[entry.name], count)
            segments.append(SegmentReader(arrays, first, count, removed))
            first += count
        return cls(ledger.generation, entries, tuple(segments), removals)

    def is_of(self, ledger: Ledger) -> bool:
        """Whether this is the state of a folder that its ledger knows."""
        files = (*self.entries, *self.removals.values())
        return (self.generation, files) == (ledger.generation, ledger.entries)

    @property
    def size(self) -> int:
        """How many documents there are."""
        return sum(segment.count - len(segment.deleted) for segment in self.segments)

    def total(self, name: str) -> int:
        """How many words, or the like, the segments hold, of removed documents too."""
        return sum(int(entry.facts[name]) for entry in self.entries)

    def numbers_of(self, ids: Sequence[str]) -> I64:
        """int64[n]: the documents of ids, numbered through all segments, or -1."""
        numbers = np.full(len(ids), -1, np.int64)
        for segment in self.segments:
            rows = segment.rows_of(ids)
            numbers = np.where(rows >= 0, rows + segment.first, numbers)
        return numbers

    def by_segment(self, numbers: I64) -> Iterator[tuple[int, SegmentReader, I64, I64]]:
        """Of documents: the numbers of shards, the shards, which of them are theirs, and their rows."""
        for at, segment in enumerate(self.segments):
            which = np.flatnonzero((numbers >= segment.first) & (numbers < segment.first + segment.count))
            if len(which):
                yield at, segment, which, numbers[which] - segment.first


def head_of(ledger: Ledger) -> tuple[Settings, bool]:
    """The settings of an index, and whether it stores texts.

    Raises:
        StoredIndexError: the manifest does not say so.
    """
    stores_text = ledger.head.get("store_text")
    try:
        settings = Settings.from_dict(ledger.head["settings"])
    except (KeyError, TypeError, ValueError) as error:  # a SettingsError is a ValueError
        raise StoredIndexError.damaged(ledger.folder, "it has no settings that can be used") from error
    if not isinstance(stores_text, bool):
        raise StoredIndexError.damaged(ledger.folder, "it does not say whether texts are stored")
    return settings, stores_text


def _segment(ledger: Ledger, entry: Entry) -> Segment:
    """A segment, of which the manifest says what it says itself, and which was made with the index's settings."""
    segment = Segment(ledger.folder / entry.name, entry.size, entry.xxh3)
    bands = head_of(ledger)[0].bands
    if segment.facts != entry.facts or len(segment["bands.bounds"]) != bands + 1:
        segment.close()
        raise StoredIndexError.damaged(segment.path, "it is of another index")
    return segment


def _removed(ledger: Ledger, entry: Entry, count: int) -> U32:
    """Which of so many documents of a segment were removed."""
    data = ledger.read_small(entry)
    removed = np.frombuffer(data[: len(data) // 4 * 4], "<u4").astype(np.uint32)
    if (
        len(data) % 4
        or entry.facts.get("documents") != len(removed)
        or (np.diff(removed.astype(np.int64), append=count) <= 0).any()
    ):
        raise StoredIndexError.damaged(ledger.folder / entry.name, "it is of another index")
    return removed
