"""Segments: arrays as they were written, or an error that names the place."""

import errno
import gc
import json
import os
import sys
import threading
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest, xxh3_128_hexdigest

from reference import matching as naive
from samples.stores import array
from samples.strategies import INTERPRETED, fewer
from syndetect.errors import OutputError, StoredIndexError
from syndetect.kernels.ranges import all_checked
from syndetect.storage import checked_file, segment_file
from syndetect.storage.checked_file import BLOCK, CheckedFile
from syndetect.storage.invariants import Within
from syndetect.storage.segment_file import Segment, SegmentWriter, Written

pytestmark = pytest.mark.kernel

FACTS = {"documents": 3, "name": "é", "empty": None}
SMALL = {"a": array("a", 300), "none": np.empty((0, 3), np.uint64), "c": array("c", 20), "e": array("e", 9)}
LARGE = {"a": array("a", 1000), "b": array("b", 2 * BLOCK), "c": array("c", 2000), "d": array("d", 1)}


def put(path: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any] = FACTS) -> Written:
    """A segment of arrays, each in one piece."""
    with SegmentWriter(path) as writer:
        for name, values in arrays.items():
            writer.append(name, values)
        return writer.finish(facts)


def whole(path: Path, written: Written) -> dict[str, list[Any]]:
    """All there is in a segment, checked as it is read."""
    opened = Segment(path, *written)
    return {name: opened.whole(name).tolist() for name in {**SMALL, **LARGE} if name in opened}


def lists(arrays: Mapping[str, np.ndarray]) -> dict[str, list[Any]]:
    return {name: values.tolist() for name, values in arrays.items()}


def flip(path: Path, place: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Written]:
    path = tmp_path / "small.segment"
    return path, put(path, SMALL)


@pytest.fixture
def large(tmp_path: Path) -> tuple[Path, Written]:
    path = tmp_path / "large.segment"
    return path, put(path, LARGE)


pieces = st.lists(st.tuples(st.sampled_from("abcde"), st.lists(st.sampled_from([0, 1, 7, 5000]), min_size=1)))


@fewer(4)
@given(found=pieces)
def test_arrays_are_read_back_as_they_were_written(
    found: list[tuple[str, list[int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("segments") / "one.segment"
    expected: dict[str, np.ndarray] = {}
    with SegmentWriter(path) as writer:
        for name, sizes in dict(found).items():
            parts = [array(name, size, seed) for seed, size in enumerate(sizes)]
            for part in parts:
                writer.append(name, part)
            expected[name] = np.concatenate(parts)
        written = writer.finish(FACTS)
    opened = Segment(path, *written)
    assert opened.metadata == FACTS
    assert path.stat().st_size == written.size
    for name in "abcde":
        assert (name in opened) == (name in expected)
    for name, values in expected.items():
        there = opened.whole(name)
        assert (there.dtype, there.shape) == (values.dtype, values.shape)
        assert there.tolist() == values.tolist()
        assert there.flags.aligned
        assert there.flags.writeable
        assert opened[name] is there
    opened.verify()


def test_the_file_is_as_its_description_says(large: tuple[Path, Written]) -> None:
    path, written = large
    data = path.read_bytes()
    mark = b"\x89SYNSEG\x01"
    end, text = (int.from_bytes(data[at : at + 8], "little") for at in (-24, -16))
    contents = json.loads(data[end : end + text])
    count = -(-end // BLOCK)
    sums = np.frombuffer(data[end + text : -24], "<u8")
    assert (data[:8], data[-8:]) == (mark, mark)
    assert sums.tolist() == [xxh3_64_intdigest(data[:end][at : at + BLOCK]) for at in range(0, end, BLOCK)]
    assert len(sums) == count == 11
    assert written == (len(data), xxh3_128_hexdigest(data[end:]))
    assert (contents.keys(), contents["facts"]) == ({"arrays", "facts", "block"}, FACTS)
    assert contents["block"] == BLOCK == 16384
    reached = 8
    for name, (kind, shape, offset) in contents["arrays"].items():
        size = LARGE[name].nbytes
        assert offset % 64 == 0
        assert data[reached:offset] == bytes(offset - reached)
        assert len(data[reached:offset]) < 64
        values = np.frombuffer(data[offset : offset + size], kind).reshape(shape)
        assert values.tolist() == LARGE[name].tolist()
        reached = offset + size
    assert reached == end


def test_the_same_pieces_are_the_same_bytes(tmp_path: Path) -> None:
    """And so are other pieces of the same arrays."""
    first = put(tmp_path / "first", LARGE)
    with SegmentWriter(tmp_path / "second") as writer:
        for name, values in LARGE.items():
            for part in np.array_split(values, 5):
                writer.append(name, part)
        second = writer.finish(FACTS)
    assert first == second
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_arrays_may_be_in_any_order_in_memory(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.uint32).reshape(6, 4)
    fixed = values.copy()
    fixed.flags.writeable = False
    given = {"a": values[::-2], "b": values.T, "c": values.astype(">u4"), "d": fixed, "e": values > 7}
    written = put(tmp_path / "segment", given)
    assert whole(tmp_path / "segment", written) == lists(given)


# ------------------------------------------------------------------------------------------------- damage


@pytest.mark.parametrize("bit", [0, 7])
def test_every_flipped_byte_is_found(small: tuple[Path, Written], bit: int) -> None:
    """On opening when it is behind the data; else by ``verify``, and by whoever reads the block."""
    path, written = small
    data = path.read_bytes()
    end = int.from_bytes(data[-24:-16], "little")
    for place in range(0, len(data), 7 if INTERPRETED else 1):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
        if place >= end:
            with pytest.raises(StoredIndexError, match=r"small\.segment"):
                Segment(path, *written)
            continue
        opened = Segment(path, *written)
        with pytest.raises(StoredIndexError, match=rf"small\.segment is damaged \(bytes 0 to {end} are not"):
            opened.verify()
        for name, values in SMALL.items():
            if len(values):
                with pytest.raises(StoredIndexError, match="damaged"):
                    opened.whole(name)


def test_flipped_bytes_of_any_block_are_found(large: tuple[Path, Written]) -> None:
    path, written = large
    random = np.random.default_rng(1)
    for place in random.integers(0, written.size, 40).tolist():
        flip(path, place)
        with pytest.raises(StoredIndexError, match=r"large\.segment is damaged"):
            Segment(path, *written).verify()
        with pytest.raises(StoredIndexError, match=r"large\.segment is damaged"):
            assert whole(path, written)  # all blocks hold something of an array
        flip(path, place)
    assert whole(path, written) == lists(LARGE)


def test_every_other_length_is_refused(small: tuple[Path, Written]) -> None:
    path, written = small
    data = path.read_bytes()
    for length in (*range(len(data)), len(data) + 1):
        path.write_bytes((data + b"\0")[:length])
        with pytest.raises(StoredIndexError, match=f"has {length} bytes, not {len(data)}"):
            Segment(path, *written)
        if length < len(data):  # as if it had been noted so
            with pytest.raises(StoredIndexError, match="damaged"):
                Segment(path, length, written.xxh3)


def test_what_is_no_segment_is_refused(tmp_path: Path, small: tuple[Path, Written]) -> None:
    with pytest.raises(StoredIndexError, match=r"cannot read .*gone\.segment: No such file"):
        Segment(tmp_path / "gone.segment", 100, "")
    with pytest.raises(StoredIndexError, match=r"cannot read .*: Is a directory"):
        Segment(tmp_path, 100, "")
    (tmp_path / "text").write_bytes(b"text" * 100)
    with pytest.raises(StoredIndexError, match="it is no segment"):
        Segment(tmp_path / "text", 400, "")
    path, written = small
    other = put(tmp_path / "other", SMALL, {**FACTS, "documents": 4})
    assert other.size == written.size
    with pytest.raises(StoredIndexError, match="what stands behind its data"):
        Segment(path, *other)


def test_a_newer_format_is_named(small: tuple[Path, Written]) -> None:
    path, written = small
    path.write_bytes(path.read_bytes()[:-1] + b"\x02")
    with pytest.raises(StoredIndexError, match="has format 2, and this version reads 1: install a newer"):
        Segment(path, *written)


@pytest.mark.parametrize(
    "contents",
    [
        "[]", "{}", "[" * 100_000, "nothing",
        '{"arrays": {}, "facts": {}, "block": 4096}',
        '{"arrays": {"a": ["<u4", [1], 1]}, "facts": {}, "block": 16384}',
        '{"arrays": {"a": ["<u4", [100], 0]}, "facts": {}, "block": 16384}',
        '{"arrays": {"a": ["|O", [1], 0]}, "facts": {}, "block": 16384}',
        '{"arrays": {"a": ["<u4", "x", 0]}, "facts": {}, "block": 16384}',
        '{"arrays": {"a": 7}, "facts": {}, "block": 16384}',
        '{"arrays": "a", "facts": {}, "block": 16384}',
        '{"arrays": {}, "facts": 7, "block": 16384}',
        '{"arrays": {"a": ["<u4", [0, 9223372036854775808], 0]}, "facts": {}, "block": 16384}',
        '{"arrays": {"a": ["<u4", [-1], 0]}, "facts": {}, "block": 16384}',
        '{"arrays": {"a": ["<u4", [true], 0]}, "facts": {}, "block": 16384}',
        '{"arrays": {"a": ["|u1", [8], 0], "b": ["|u1", [8], 0]}, "facts": {}, "block": 16384}',
    ],
)  # fmt: skip
def test_contents_that_are_none_are_refused(tmp_path: Path, contents: str) -> None:
    """Though their checksum be right."""
    mark = b"\x89SYNSEG\x01"
    text = contents.encode()
    footer = text + xxh3_64_intdigest(mark).to_bytes(8, "little")
    footer += (8).to_bytes(8, "little") + len(text).to_bytes(8, "little") + mark
    (tmp_path / "made").write_bytes(mark + footer)
    with pytest.raises(StoredIndexError, match="its table of contents is none"):
        Segment(tmp_path / "made", 8 + len(footer), xxh3_128_hexdigest(footer))


# ----------------------------------------------------------------------------------------- checking blocks

ranges = st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30)), max_size=8)


@given(ranges, st.sampled_from([0, 1, 8, 5000, 20_000]), st.integers(0, 40_000), st.lists(st.booleans()))
def test_the_kernel_says_whether_all_blocks_are_checked(
    found: list[tuple[int, int]], item_bytes: int, offset: int, checked: list[bool]
) -> None:
    begin, end = np.array(found, np.int64).reshape(-1, 2).T.copy()
    touched = naive.blocks_of(found, item_bytes, offset, BLOCK)
    expected = touched <= {block for block, is_checked in enumerate(checked) if is_checked}
    if item_bytes == 0:
        assert all_checked(begin, end, item_bytes, offset, np.ones(5, np.uint8))
    else:
        assert all_checked(begin, end, item_bytes, offset, np.array(checked, np.uint8)) == expected


within = st.lists(st.tuples(st.integers(0, 2 * BLOCK), st.integers(0, 2 * BLOCK)), max_size=6)


@fewer(4)
@given(asked=st.lists(within, max_size=4))
def test_a_block_is_read_when_it_is_touched_and_once(
    asked: list[list[tuple[int, int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("segments") / "one.segment"
    opened = Segment(path, *put(path, LARGE))
    read: list[int] = []
    real = CheckedFile.read

    def noted(file: CheckedFile, begin: int, end: int) -> bytes:
        read.append(begin // BLOCK)
        return real(file, begin, end)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CheckedFile, "read", noted)
        for found in asked:
            begin, end = np.array(found, np.int64).reshape(-1, 2).T
            opened.check("b", begin, end)
    assert len(read) == len(set(read))
    offset = opened["b"].ctypes.data - opened["a"].ctypes.data + 64
    assert set(read) == naive.blocks_of(chain(*asked), 4, offset, BLOCK)


@pytest.mark.parametrize("checks", range(4))
def test_what_is_required_of_blocks_that_were_checked_is_checked(tmp_path: Path, checks: int) -> None:
    path, values = tmp_path / "one.segment", np.arange(3 * BLOCK // 8)
    opened = Segment(path, *put(path, {"a": values}))
    for turn in range(3):
        if turn < checks:
            opened.check("a", 0, len(values) // (turn + 1))
        opened.require("a", Within(0, len(values) - 1) if turn < 2 else Within(0, len(values) // 2))
    with pytest.raises(StoredIndexError, match="the array a holds what it cannot"):
        opened.whole("a")
    opened.check("a", 0, 9)


def test_damage_elsewhere_does_no_harm(large: tuple[Path, Written]) -> None:
    path, written = large
    flip(path, 5 * BLOCK + 17)
    opened = Segment(path, *written)
    sound = np.array([0, 100, 6 * BLOCK // 4])
    opened.check("b", sound, sound + 5)
    opened.check("b", 0, 10)
    for _ in range(2):
        with pytest.raises(StoredIndexError, match=r"damaged \(bytes 81920 to 98304 are not what was"):
            opened.check("b", np.array([0, 5 * BLOCK // 4]), np.array([2, 5 * BLOCK // 4]) + 1)
    # a number, and numbers of another type
    opened.check("b", np.uint32(3), np.array([4, 7], np.uint32))  # type: ignore[arg-type]
    opened.check("b", 9, 9)
    opened.check("b", np.empty(0, np.int64), np.empty(0, np.int64))


@pytest.mark.parametrize(("begin", "end"), [(-20_000, 3), (0, 1 << 40), (np.array([0, -90_000]), 5)])
def test_items_that_are_not_there_are_not_checked(large: tuple[Path, Written], begin: Any, end: Any) -> None:
    opened = Segment(large[0], *large[1])
    for _ in range(2):
        with pytest.raises(IndexError, match="are not among its data"):
            opened.check("b", begin, end)
        opened.whole("b")
    with pytest.raises(KeyError):
        opened.check("x", 0, 1)


def test_many_threads_may_check_at_once(large: tuple[Path, Written]) -> None:
    opened = Segment(large[0], *large[1])
    errors: list[BaseException] = []

    def read(seed: int) -> None:
        random = np.random.default_rng(seed)
        try:
            for _ in range(100):
                begin = random.integers(0, len(LARGE["b"]), 3)
                opened.check("b", begin, begin + 1)
                assert opened["b"][begin].tolist() == LARGE["b"][begin].tolist()
            opened.verify()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=read, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


# ---------------------------------------------------------------------------------------- while it is open


def test_what_is_written_to_an_array_stays_in_memory(large: tuple[Path, Written]) -> None:
    path, written = large
    before = path.read_bytes()
    opened = Segment(path, *written)
    opened.whole("b")[:] = 7
    opened.verify()
    assert path.read_bytes() == before
    assert whole(path, written) == lists(LARGE)


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be removed")
def test_a_file_that_is_removed_can_be_read_on(large: tuple[Path, Written]) -> None:
    path, written = large
    opened = Segment(path, *written)
    path.unlink()
    assert opened.whole("b").tolist() == LARGE["b"].tolist()
    opened.verify()


def test_a_file_that_is_cut_short_meanwhile_is_an_error(large: tuple[Path, Written]) -> None:
    path, written = large
    opened = Segment(path, *written)
    opened.check("b", 0, 10)
    os.truncate(path, 3 * BLOCK)
    with pytest.raises(StoredIndexError, match=f"it has {3 * BLOCK} bytes, not {written.size}"):
        opened.whole("b")
    with pytest.raises(StoredIndexError, match=f"it has {3 * BLOCK} bytes, not {written.size}"):
        opened.verify()


def test_a_disk_that_fails_is_an_error(large: tuple[Path, Written], monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Segment(large[0], *large[1])

    def fail(*_: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(opened._file, "_read_at", fail)
    with pytest.raises(StoredIndexError, match=r"cannot read .*large\.segment: Input/output error"):
        opened.check("b", 0, 1)


@pytest.mark.parametrize("has_pread", [True, False])
def test_bytes_that_come_in_portions_are_read(
    large: tuple[Path, Written], monkeypatch: pytest.MonkeyPatch, *, has_pread: bool
) -> None:
    opened = Segment(large[0], *large[1])
    if not has_pread:
        monkeypatch.delattr("os.pread")
    read_at = opened._file._read_at
    monkeypatch.setattr(opened._file, "_read_at", lambda begin, end: read_at(begin, min(end, begin + 5000)))
    opened.verify()


@pytest.mark.parametrize("closed", [False, True])
def test_a_file_is_closed_when_nobody_needs_it(large: tuple[Path, Written], *, closed: bool) -> None:
    opened = Segment(large[0], *large[1])
    file, values = opened._file._file, opened.whole("b")
    if closed:
        opened.close()
        opened.close()
        assert opened.whole("b") is values  # all of it has been checked
        with pytest.raises(ValueError, match="closed"):
            opened.check("c", 0, 2000)
    else:
        del opened
        gc.collect()
    assert file.closed
    assert values.tolist() == LARGE["b"].tolist()


def may_map_more_than_there_is() -> bool:
    setting = Path("/proc/sys/vm/overcommit_memory")
    return setting.exists() and setting.read_text().strip() != "2"


@pytest.mark.skipif(not may_map_more_than_there_is(), reason="the system counts every map")
def test_a_file_may_be_larger_than_the_memory(tmp_path: Path) -> None:
    size = 1 << 42
    path = tmp_path / "large"
    path.touch()
    try:
        os.truncate(path, size)
    except OSError:
        pytest.skip("the disk has no files of this size")
    pages = CheckedFile(path, size).mapped()
    assert len(pages) == size
    assert pages[size - 1] == 0


# --------------------------------------------------------------------------------------------- the writer


def test_pieces_of_another_kind_are_refused(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path / "segment") as writer:
        writer.append("a", np.zeros((3, 2), np.uint8))
        for other in (np.zeros(3, np.uint8), np.zeros((3, 2), np.int8), np.zeros((3, 3), np.uint8)):
            with pytest.raises(ValueError, match=r"a holds \|u1 \[2\], not"):
                writer.append("a", other)
        for other in (np.array(["text"]), np.array([None]), np.zeros(2, "M8[s]"), np.array(5)):
            with pytest.raises(ValueError, match="can be stored"):
                writer.append("b", other)
        writer.append("b", np.zeros(3))
        with pytest.raises(ValueError, match="a has ended"):
            writer.append("a", np.zeros((3, 2), np.uint8))
        written = writer.finish({})
    assert whole(tmp_path / "segment", written) == {"a": [[0, 0]] * 3, "b": [0.0] * 3}
    with pytest.raises(ValueError, match="closed"):
        writer.append("b", np.zeros(3))


def test_a_segment_that_is_not_finished_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    with SegmentWriter(path) as writer:
        writer.append("a", np.zeros(3))
        assert path.exists()
    assert not path.exists()
    with pytest.raises(ZeroDivisionError), SegmentWriter(path):
        raise ZeroDivisionError
    assert not path.exists()
    with pytest.raises(ValueError, match="not JSON compliant"):
        put(path, SMALL, {"share": float("nan")})
    assert not path.exists()


def test_a_place_that_cannot_be_written_is_named(small: tuple[Path, Written], tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"small\.segment: it is there already"):
        SegmentWriter(small[0])
    assert whole(*small) == lists(SMALL)
    with pytest.raises(OutputError, match=r"cannot write .*: No such file or directory"):
        SegmentWriter(tmp_path / "missing" / "segment")


@pytest.mark.parametrize("room", [0, 8, 100, 16384, 150_000])
def test_a_full_disk_is_named_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    left = [room]

    def write_all(file: Any, data: memoryview) -> None:
        fits = min(left[0], len(data))
        file.write(data[:fits])
        left[0] -= fits
        if fits < len(data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(segment_file, "write_all", write_all)
    with pytest.raises(OutputError, match=r"cannot write .*segment: no space left on the disk; free some"):
        put(tmp_path / "segment", LARGE)
    assert list(tmp_path.iterdir()) == []


def test_a_segment_that_does_not_reach_the_disk_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutputError, match=r"cannot write .*: Input/output error"):
        put(tmp_path / "segment", SMALL)
    assert list(tmp_path.iterdir()) == []


def test_blocks_that_overlap_are_taken_once() -> None:
    begin = np.array([5 * BLOCK, 0, BLOCK - 1, 7, 2 * BLOCK])
    end = np.array([5 * BLOCK + 1, 3 * BLOCK, BLOCK + 1, 8, 2 * BLOCK + 1])
    assert checked_file._blocks(begin, end).tolist() == [0, 1, 2, 5]
