"""Segments with tombstones: commits, reuse of files, readers beside a writer, damaged states."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.errors import StoredIndexError
from syndetect.storage.directory import FileEntry, IndexDirectory
from syndetect.storage.segment_file import SegmentWriter
from syndetect.storage.segment_set import SegmentSet
from syndetect.storage.tombstones import PackedBits, RowNumbers, TombstoneEncoding

ENCODINGS = (RowNumbers(), PackedBits())


def opened(folder: Path, encoding: TombstoneEncoding = ENCODINGS[0], *, writing: bool = True) -> SegmentSet:
    if writing and not folder.exists():
        directory = IndexDirectory.create(folder, "numbers", {})
    else:
        directory = IndexDirectory.open(folder, "numbers", writing=writing)
    return SegmentSet(directory, "documents", encoding, lambda *_: None)


@pytest.fixture
def segments(tmp_path: Path) -> Iterator[SegmentSet]:
    with closing(opened(tmp_path / "x")) as made:
        yield made


def write(segments: SegmentSet, numbers: list[int]) -> FileEntry:
    path = segments.directory.new_path("segment")
    with SegmentWriter(path) as writer:
        writer.append("numbers", np.array(numbers, np.uint32))
        written = writer.finish({})
    return FileEntry(path.name, *written, {"documents": len(numbers)})


def contents(segments: SegmentSet) -> list[list[int]]:
    """The numbers of every segment that are not deleted."""
    return [np.delete(one.segment.whole("numbers"), one.deleted).tolist() for one in segments.committed.live]


def deleted(*rows: int) -> np.ndarray:
    return np.array(rows, np.uint32)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(rows=st.integers(1, 100).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_tombstones_come_back_as_they_were(encoding: TombstoneEncoding, rows: tuple[int, set[int]]) -> None:
    count, chosen = rows
    data, metadata = encoding.encode(deleted(*sorted(chosen)), count)
    assert encoding.decode(data, metadata, count).tolist() == sorted(chosen)
    with pytest.raises(ValueError, match=r"row|multiple"):
        encoding.decode(data + bytes(3), metadata, count)


def test_the_bytes_of_tombstones_are_those_of_the_format() -> None:
    assert RowNumbers().encode(deleted(1, 300), 400) == (b"\1\0\0\0\x2c\1\0\0", {"documents": 2})
    assert PackedBits().encode(deleted(0, 9), 10) == (b"\x80\x40", {})
    for data, count in ((b"\2\0\0\0\1\0\0\0", 2), (b"\4\0\0\0", 1), (b"\1\0\0\0", 2)):
        with pytest.raises(ValueError, match="row"):
            RowNumbers().decode(data, {"documents": count}, 4)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_commits_replace_what_changed_and_keep_the_rest(encoding: TombstoneEncoding, tmp_path: Path) -> None:
    segments = opened(tmp_path / "x", encoding)
    one, two = write(segments, [1, 2, 3]), write(segments, [4, 5])
    segments.commit([one, two], {}, {"step": 1})
    segments.commit([one, two], {one.name: deleted(1)}, {"step": 2})
    first, kept = segments.committed.live
    segments.commit([one, two], {two.name: deleted(0)}, {"step": 3})
    assert segments.committed.live[0] is first
    assert segments.committed.live[1].segment is kept.segment
    assert contents(segments) == [[1, 3], [5]]
    segments.commit([two, write(segments, [6])], {}, {"step": 4})
    assert contents(segments) == contents(opened(tmp_path / "x", encoding, writing=False)) == [[5], [6]]
    assert not segments.load()
    assert not segments.refresh()
    segments.verify(segments.committed)
    segments.close()


def test_a_reader_opens_a_later_state_when_files_are_removed_meanwhile(
    segments: SegmentSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments.commit([write(segments, [1])], {}, {})
    reader = opened(segments.directory.folder, writing=False)
    segments.commit([write(segments, [2])], {}, {})
    refresh, commits = IndexDirectory.refresh, iter(range(3, 6))

    def late(directory: IndexDirectory) -> bool:
        """A commit right after every refresh of the reader."""
        found = refresh(directory)
        if directory is reader.directory and (number := next(commits, None)) is not None:
            segments.commit([write(segments, [number])], {}, {})
        return found

    with monkeypatch.context() as patch:
        patch.setattr(IndexDirectory, "refresh", late)
        assert reader.refresh()
    assert contents(reader) == [[5]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda _: {"metadata": {"of": "000000000009.segment", "documents": 1}},
            "removed of what is not",
        ),
        (lambda entry: {"metadata": {**entry.metadata, "documents": 2}}, "of another index"),
        (lambda _: {"xxh3": "0"}, "not what was written"),
    ],
)
def test_tombstones_that_the_manifest_describes_wrongly_are_refused(
    change: Any, told: str, segments: SegmentSet
) -> None:
    one = write(segments, [1, 2])
    segments.commit([one], {one.name: deleted(1)}, {})
    tombstones = segments.committed.live[0].tombstones
    assert tombstones is not None
    before = segments.committed
    segments.directory.commit([one, tombstones._replace(**change(tombstones))], {})
    with pytest.raises(StoredIndexError, match=told):
        segments.load()
    assert segments.committed is before


@pytest.mark.parametrize("rows", [None, -1, 1 << 32, "2", True])
def test_a_segment_without_a_number_of_rows_is_refused(rows: object, segments: SegmentSet) -> None:
    segments.directory.commit([write(segments, [1])._replace(metadata={"documents": rows})], {})
    with pytest.raises(StoredIndexError, match="of another index"):
        segments.load()
