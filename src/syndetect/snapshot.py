"""The state of an index at one moment: its segments, opened, and what was removed of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syndetect.ledger import Entry, Ledger
from syndetect.segment import Segment
from syndetect.shard import Shard

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


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
    shards: tuple[Shard, ...]
    removals: Mapping[str, Entry]

    @classmethod
    def of(cls, ledger: Ledger, opened: "Snapshot | None" = None) -> "Snapshot":
        """The state of a folder. Segments that are open already, in an earlier state, are used again.

        They are known by their checksums as well: a folder that was replaced has other files of the same names.
        """
        known = {}
        if opened is not None:
            names = ((one.name, one.xxh3) for one in opened.entries)
            known = dict(zip(names, opened.shards, strict=True))
        removals = {str(one.facts["of"]): one for one in ledger.entries if "of" in one.facts}
        entries = tuple(one for one in ledger.entries if "of" not in one.facts)
        shards, first = [], 0
        for entry in entries:
            if (entry.name, entry.xxh3) in known:
                arrays = known[entry.name, entry.xxh3].arrays
            else:
                arrays = Segment(ledger.folder / entry.name, entry.size, entry.xxh3)
            removed = np.empty(0, np.uint32)
            if entry.name in removals:
                removed = np.frombuffer(ledger.read_small(removals[entry.name]), "<u4").astype(np.uint32)
            shards.append(Shard(arrays, first, int(entry.facts["documents"]), removed))
            first += shards[-1].count
        return cls(ledger.generation, entries, tuple(shards), removals)

    @property
    def size(self) -> int:
        """How many documents there are."""
        return sum(shard.count - len(shard.removed) for shard in self.shards)

    def total(self, name: str) -> int:
        """How many words, or the like, the segments hold, of removed documents too."""
        return sum(int(entry.facts[name]) for entry in self.entries)

    def numbers_of(self, ids: Sequence[str]) -> I64:
        """int64[n]: the documents of ids, numbered through all segments, or -1."""
        numbers = np.full(len(ids), -1, np.int64)
        for shard in self.shards:
            rows = shard.rows_of(ids)
            numbers = np.where(rows >= 0, rows + shard.first, numbers)
        return numbers

    def by_shard(self, numbers: I64) -> Iterator[tuple[int, Shard, I64, I64]]:
        """Of documents: the numbers of shards, the shards, which of them are theirs, and their rows."""
        for at, shard in enumerate(self.shards):
            which = np.flatnonzero((numbers >= shard.first) & (numbers < shard.first + shard.count))
            if len(which):
                yield at, shard, which, numbers[which] - shard.first
