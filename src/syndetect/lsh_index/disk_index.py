"""``MinHashLSH`` on disk: its segments, pending deletions, and commits."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

from syndetect.arrays import I64, U64
from syndetect.errors import InputError, OutputError, SettingsError, StoredIndexError
from syndetect.lsh_index.memtable import Hashed
from syndetect.lsh_index.segment import NewRows, RowSource, SegmentRows, declare_segment, encode, write
from syndetect.matching import tokens
from syndetect.storage import merge_policy
from syndetect.storage.directory import FileEntry, IndexDirectory, files_of_others
from syndetect.storage.merge_policy import SegmentSize
from syndetect.storage.segment_file import SegmentWriter
from syndetect.storage.segment_set import CommittedSegments, SegmentSet
from syndetect.storage.tombstones import PackedBits

KIND = "minhash-lsh"
#: A segment has fewer rows: they have 32-bit numbers.
MOST_ROWS = 1 << 32


class DiskIndex:
    """The rows on disk, and the keys among them that are to be deleted by the next commit.

    Args:
        path: the folder; it is created if it is missing and to be written.
        parameters: the parameters of the index.
        writing: whether the index may be changed.

    Raises:
        SettingsError: the folder holds an index with other parameters.
        BusyError: another process is writing it.
        StoredIndexError: the index is damaged, of another kind or of a newer format; or missing, and not to be written.
        OutputError: the folder cannot be written.

    Attributes:
        path: the folder.
        writing: whether the index may be changed.
        has_repeats: whether a key has several rows.
        words_version: of the rule of words by which its texts are read.
    """

    def __init__(self, path: Path, parameters: Mapping[str, Any], *, writing: bool) -> None:
        self.path, self.writing, self.is_closed = path, writing, False
        if writing and not (path.is_dir() and files_of_others(path)):
            directory = IndexDirectory.create(path, KIND, parameters)
        else:
            directory = IndexDirectory.open(path, KIND, writing=writing)
        try:
            self.words_version = tokens.version_in(directory.header, path)
            given, held = (
                {name: value for name, value in one.items() if name != tokens.VERSION}
                for one in (parameters, directory.header)
            )
            if not _are_parameters(held, given):
                raise StoredIndexError.damaged(path, "it has no parameters")
            if held != given:
                ours, theirs = (
                    ", ".join(f"{name}={value!r}" for name, value in one.items()) for one in (given, held)
                )
                raise SettingsError(f"{path} is an index with {theirs}, not with {ours}")
            bands = parameters["params"][0]
            self._segments = SegmentSet(
                directory, "rows", PackedBits(), lambda segment, file: declare_segment(segment, file, bands)
            )
            self._use(self._segments.committed)
        except BaseException:
            directory.close()
            raise

    @property
    def segments(self) -> list[SegmentRows]:
        """The segments, oldest first.

        Raises:
            StoredIndexError: the index has been closed; or the state of an interrupted commit cannot be loaded.
        """
        if self.is_closed:
            raise StoredIndexError(f"{self.path} has been closed: open it again")
        self._load()
        return self._rows

    @property
    def generation(self) -> int:
        """The number of commits so far."""
        return self._segments.directory.generation

    def check_writing(self) -> None:
        """Make sure that the index may be changed, in this process."""
        if self.segments is not None and not self.writing:
            raise OutputError(f"cannot change {self.path}: it is open for reading only")
        self._segments.directory.check_writing()

    def __len__(self) -> int:
        """The number of keys."""
        self._load()
        return self._keys

    def __contains__(self, key: Hashable) -> bool:
        try:
            return bool(self.present([key]))
        except InputError:  # a key of this type cannot be stored
            return False

    def present(self, keys: Sequence[Hashable]) -> set[int]:
        """The positions of those keys that the index has.

        Raises:
            InputError: a key is of a type that cannot be stored.
        """
        encoded = [encode(key) for key in keys]
        return {number for one in self.segments for number in one.find_keys(encoded)[0].tolist()}

    def find(self, hashed: Hashed) -> list[tuple[I64, list[Hashable]]]:
        """The result of :meth:`SegmentRows.find` for each segment."""
        return [one.find(hashed) for one in self.segments]

    def checks_of(self, keys: Sequence[Hashable]) -> list[tuple[I64, U64]]:
        """The result of :meth:`SegmentRows.checks_of` for each segment.

        Raises:
            InputError: a key is of a type that cannot be stored.
        """
        encoded = [encode(key) for key in keys]
        return [one.checks_of(encoded) for one in self.segments]

    def remove(self, key: Hashable) -> bool:
        """Delete a key with the next commit; return whether the index had it."""
        encoded, was_present = [encode(key)], False
        for one in self.segments:
            _, rows = one.find_keys(encoded)
            if len(rows):
                one.alive[rows] = False
                was_present = True
        self._keys -= was_present
        return was_present

    def commit(self, keys: Sequence[Hashable], hashed: Hashed, metadata: Mapping[str, Any]) -> None:
        """Add rows, and commit them together with all deletions.

        Args:
            keys: the keys of the rows.
            hashed: the hashed bands of their signatures.
            metadata: ``keys``, the number of keys after the commit, and ``has_repeats``.

        Raises:
            OutputError: the folder cannot be written.
            StoredIndexError: a segment that is to be merged is damaged.
        """
        new, segments = NewRows(keys, hashed), self.segments
        deleted = {
            one.live.file.name: one.deleted for one in segments if len(one.deleted) != len(one.live.deleted)
        }
        if not new.rows and not deleted:
            return
        segments = [one for one in segments if one.rows]
        sizes = [SegmentSize(one.live.rows, one.rows) for one in segments]
        first = merge_policy.geometric([*sizes, SegmentSize(new.rows, new.rows)], MOST_ROWS)
        entries = [one.live.file for one in segments[:first]]
        sources: list[RowSource] = [*segments[first:]]
        sources += [new] if new.rows else []
        if sources:
            entries.append(self._write(sources))
        try:
            self._segments.commit(entries, deleted, metadata)
        finally:
            self._load()

    def close(self) -> None:
        """Release the lock and discard uncommitted changes."""
        for one in self._segments.committed.live:
            one.segment.close()
        self.is_closed = True
        self._segments.close()

    def _load(self) -> None:
        """Use the state that the directory knows: a commit may have been interrupted before its state was loaded."""
        self._segments.load()
        if self._committed is not self._segments.committed:
            self._use(self._segments.committed)

    def _use(self, committed: CommittedSegments) -> None:
        """Take the rows and counts of a committed state, without pending deletions."""
        metadata, rows = committed.manifest.metadata, [SegmentRows(one) for one in committed.live]
        keys, repeats = metadata.get("keys", 0), metadata.get("has_repeats", False)
        count = sum(one.rows for one in rows)
        is_possible = type(keys) is int and (0 <= keys <= count if repeats else keys == count)
        if not is_possible or type(repeats) is not bool or (count > 0) != (keys > 0):
            raise StoredIndexError.damaged(self.path, "it counts other keys than it has")
        self._rows, self._keys, self.has_repeats, self._committed = rows, int(keys), repeats, committed

    def _write(self, sources: Sequence[RowSource]) -> FileEntry:
        """Write a segment, to be committed."""
        directory = self._segments.directory
        path = directory.new_path("segment")
        with SegmentWriter(path) as writer:
            write(writer.append, directory.header["params"][0], sources)
            written = writer.finish({})
        return FileEntry(path.name, *written, {"rows": sum(source.rows for source in sources)})


def _are_parameters(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether the header of a folder has parameters of the types that an index has."""

    def types(value: Any) -> Any:
        return [type(one) for one in value] if isinstance(value, list) else type(value)

    return found.keys() == wanted.keys() and all(types(found[name]) == types(wanted[name]) for name in found)
