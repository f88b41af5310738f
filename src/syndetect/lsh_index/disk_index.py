"""A folder of keys and the bands of their signatures: segments, what is removed from them, and commits."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from syndetect.arrays import I64
from syndetect.errors import InputError, OutputError, SettingsError, StoredIndexError
from syndetect.lsh_index.memtable import Hashed
from syndetect.lsh_index.segment import Fresh, Source, Stored, encode, write
from syndetect.storage.directory import Entry, Ledger
from syndetect.storage.segment_file import Segment, SegmentWriter

KIND = "minhash-lsh"
#: A segment is merged with those behind it when they have so many times its rows, or when half of its own are removed.
RATIO = 3
#: Of a segment: rows are numbers of 32 bits.
MOST_ROWS = 1 << 32


class Folder:
    """The rows that are on disk, and the keys among them that are removed.

    Args:
        path: of the folder, which is made where there is none and it is to be written.
        head: the parameters of the index.
        writing: whether it may be changed.

    Raises:
        SettingsError: it is an index with other parameters.
        BusyError: another process is writing it.
        StoredIndexError: it is damaged, of another kind or of a newer version; or missing, and not to be written.
        OutputError: it cannot be written.

    Attributes:
        has_repeats: whether there are keys with several rows.
    """

    def __init__(self, path: Path, head: Mapping[str, Any], *, writing: bool) -> None:
        self.path, self.writing = path, writing
        if writing and not (path.is_dir() and any(path.iterdir())):
            self._ledger = Ledger.create(path, KIND, head)
        else:
            self._ledger = Ledger.open(path, KIND, writing=writing)
        self._parts: dict[str, Stored] | None = {}  # by the names of their files, in order
        try:
            if self._ledger.head != head:
                ours, theirs = (
                    ", ".join(f"{name}={value!r}" for name, value in one.items())
                    for one in (head, self._ledger.head)
                )
                raise SettingsError(f"{path} is an index with {theirs}, not with {ours}")
            self._load()
        except BaseException:
            self.close()
            raise

    @property
    def parts(self) -> dict[str, Stored]:
        """The segments by their names, in order.

        Raises:
            StoredIndexError: the folder has been closed.
        """
        if self._parts is None:
            raise StoredIndexError(f"{self.path} has been closed: open it again")
        return self._parts

    @property
    def is_closed(self) -> bool:
        """Whether it has been closed."""
        return self._parts is None

    @property
    def generation(self) -> int:
        """How many commits there have been."""
        return self._ledger.generation

    def check_writing(self) -> None:
        """Make sure that it may be changed."""
        if self.parts is not None and not self.writing:
            raise OutputError(f"cannot change {self.path}: it is open for reading only")

    def __len__(self) -> int:
        """How many keys there are."""
        return self._keys

    def __contains__(self, key: Hashable) -> bool:
        try:
            return bool(self.present([key]))
        except InputError:  # of a kind that cannot be there
            return False

    def present(self, keys: Sequence[Hashable]) -> set[int]:
        """Which of these keys are there, by their numbers.

        Raises:
            InputError: one is of a kind that cannot be stored.
        """
        encoded = [encode(key) for key in keys]
        return {number for part in self.parts.values() for number in part.find_keys(encoded)[0].tolist()}

    def find(self, hashed: Hashed) -> list[tuple[I64, list[Hashable]]]:
        """What each segment finds, in order, as :meth:`Stored.find` gives it."""
        return [part.find(hashed) for part in self.parts.values()]

    def remove(self, key: Hashable) -> bool:
        """Remove a key; whether it was there."""
        encoded, was_there = [encode(key)], False
        for name, part in self.parts.items():
            _, rows = part.find_keys(encoded)
            if len(rows):
                part.gone[rows] = 1
                self._changed.add(name)
                was_there = True
        self._keys -= was_there
        return was_there

    def commit(self, keys: Sequence[Hashable], hashed: Hashed, facts: Mapping[str, Any]) -> None:
        """Add rows, and let this and all removals count.

        Args:
            keys: of the rows.
            hashed: what their signatures are compared by.
            facts: ``keys``, how many there are now, and ``has_repeats``.

        Raises:
            OutputError: the folder cannot be written.
            StoredIndexError: what is to be merged is damaged.
        """
        fresh = Fresh(keys, hashed)
        if not fresh.rows and not self._changed:
            return
        if list(self.parts) != [entry.name for entry in self._ledger.entries if "of" not in entry.facts]:
            # a commit was interrupted before its state was taken up
            raise StoredIndexError(f"{self.path} has changed since it was read: open it again")
        names = [name for name, part in self.parts.items() if part.rows]
        kept = names[: _merged_from([self.parts[name] for name in names], fresh.rows)]
        entries = [entry for name in kept for entry in self._entries(name)]
        sources: list[Source] = [self.parts[name] for name in names[len(kept) :]]
        sources += [fresh] if fresh.rows else []
        if sources:
            entries.append(self._write(sources))
        before = self.generation
        try:
            self._ledger.commit(entries, facts)
        finally:  # it may count, whatever went wrong after that
            if self.generation != before:
                self._load()

    def close(self) -> None:
        """Give the lock back, and forget what was not committed."""
        for part in (self._parts or {}).values():
            part.segment.close()
        self._parts = None
        self._ledger.close()

    def _write(self, sources: Sequence[Source]) -> Entry:
        """Write a segment."""
        path = self._ledger.fresh("segment")
        with SegmentWriter(path) as writer:
            write(writer.append, self._ledger.head["params"][0], sources)
            written = writer.finish({})
        return Entry(path.name, *written, {"rows": sum(source.rows for source in sources)})

    def _entries(self, name: str) -> list[Entry]:
        """The files of a segment as they are to count: itself, and what is removed from it."""
        found = [entry for entry in self._ledger.entries if name in (entry.name, entry.facts.get("of"))]
        if name in self._changed:
            gone = np.packbits(self.parts[name].gone).tobytes()
            found[1:] = [self._ledger.write_small("removed", gone, {"of": name})]
        return found

    def _load(self) -> None:
        """Open what counts now."""
        while True:
            try:
                self._parts = self._opened()
                break
            except StoredIndexError:  # a commit may have removed the files of the state that was read
                if not self._ledger.refresh():
                    raise
        self._changed: set[str] = set()
        self._keys = int(self._ledger.facts.get("keys", 0))
        self.has_repeats = bool(self._ledger.facts.get("has_repeats", False))

    def _opened(self) -> dict[str, Stored]:
        parts: dict[str, Stored] = {}
        for name, size, xxh3, facts in self._ledger.entries:
            if "of" not in facts:
                known = self.parts.get(name)
                segment = known.segment if known else Segment(self.path / name, size, xxh3)
                parts[name] = Stored(segment, np.zeros(facts["rows"], np.uint8))
                continue
            gone = parts[facts["of"]].gone
            data = self._ledger.read_small(Entry(name, size, xxh3, facts))
            gone[:] = np.unpackbits(np.frombuffer(data, np.uint8), count=len(gone))
        return parts


def _merged_from(parts: Sequence[Stored], more: int) -> int:
    """The first segment that is to be merged with all behind it and with so many new rows; none: how many there are."""
    rows = [*(part.rows for part in parts), more]
    for first, part in enumerate(parts):
        own, behind = rows[first], sum(rows[first + 1 :])
        is_sparse = 2 * own < len(part.gone)
        if (is_sparse or RATIO * own <= behind) and own + behind < MOST_ROWS:
            return first
    return len(parts)
