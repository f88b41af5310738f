"""The folder of an index: always the state of a commit, whoever writes, reads, is killed or damages a file."""

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_128_hexdigest

from samples.manifests import reseal
from samples.results import result
from samples.strategies import fewer, large
from syndetect.errors import BusyError, OutputError, StoredIndexError
from syndetect.storage import directory, filesystem, manifest
from syndetect.storage.directory import FileEntry, IndexDirectory

HEAD = {"settings": {"k": 4, "share": 0.5}, "language": "français"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two files, whose first was a third one."""
    place = tmp_path / "wire.idx"
    with IndexDirectory.create(place, "index", HEAD) as made:
        add(made)
        add(made)
        first, second = made.entries
        made.commit([second, made.write_small("removed", b"\1\0\1", {"of": first.name})], {"documents": 2})
    return place


def content(number: int) -> bytes:
    return b"%d " % number * (number % 50 + 1)


def add(writer: IndexDirectory, most: int = 9) -> None:
    """Commit a file more, and let go of the first if there are too many then."""
    number = writer.generation + 1
    entry = writer.write_small(".segment", content(number), {"number": number})
    writer.commit([*writer.entries, entry][-most:], {"documents": number})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def reader(folder: Path) -> IndexDirectory:
    return IndexDirectory.open(folder, "index", writing=False)


def writer(folder: Path) -> IndexDirectory:
    return IndexDirectory.open(folder, "index", writing=True)


def state(folder: Path) -> tuple[int, object, list[FileEntry], list[bytes]]:
    """What a reader that opens the folder now finds, files and all."""
    opened = reader(folder)
    contents = [opened.read_small(entry) for entry in opened.entries]
    return opened.generation, opened.metadata, list(opened.entries), contents


# ----------------------------------------------------------------------------------------- what it remembers


def test_what_was_committed_is_found_again(folder: Path) -> None:
    opened = reader(folder)
    assert (opened.header, opened.metadata, opened.generation) == (HEAD, {"documents": 2}, 3)
    assert [entry.name for entry in opened.entries] == ["000000000001.segment", "000000000002.removed"]
    assert [entry.metadata for entry in opened.entries] == [{"number": 2}, {"of": "000000000000.segment"}]
    assert [opened.read_small(entry) for entry in opened.entries] == [content(2), b"\1\0\1"]
    assert names(folder) == {"manifest.json", "lock", *(entry.name for entry in opened.entries)}


def test_the_manifest_is_as_its_description_says(folder: Path) -> None:
    data = (folder / "manifest.json").read_bytes()
    body, _, rest = data.rpartition(b',\n  "xxh3": ')
    assert rest == b'"%s"\n}\n' % xxh3_128_hexdigest(body).encode()
    found = json.loads(data)
    assert [*found] == [
        "program", "kind", "format", "version", "generation", "next_file", "head", "facts", "entries", "xxh3",
    ]  # fmt: skip
    assert (found["program"], found["kind"], found["format"]) == ("syndetect", "index", 1)
    assert found["entries"][0] == {
        "name": "000000000001.segment", "size": 6, "xxh3": xxh3_128_hexdigest(content(2)), "facts": {"number": 2},
    }  # fmt: skip


def history(folder: Path, taken: list[str], random: Random) -> list[FileEntry]:
    """Take steps, and compare what a reader finds after each; the entries that are left."""
    entries: list[FileEntry] = []
    contents: dict[str, bytes] = {}
    generation = 0
    for number, step in enumerate(taken):
        with writer(folder) as opened:
            match step:
                case "add":
                    entries.append(opened.write_small("segment", content(number), {}))
                    assert entries[-1].name not in contents
                    contents[entries[-1].name] = content(number)
                case "remove" if entries:
                    entries.remove(random.choice(entries))
                case "reorder":
                    random.shuffle(entries)
                case "abandon":
                    opened.write_small("segment", b"never committed", {})
                    continue
            opened.commit(entries, {"step": number})
            generation += 1
            expected = [contents[entry.name] for entry in entries]
            assert state(folder) == (generation, {"step": number}, entries, expected)
    return entries


@fewer(8)
@given(
    taken=st.lists(st.sampled_from(["add", "add", "remove", "reorder", "abandon"]), max_size=12), random=large
)
def test_any_history_leaves_what_was_committed_last(
    taken: list[str], random: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("directorys") / "index"
    IndexDirectory.create(folder, "index", HEAD).close()
    entries = history(folder, taken, random)
    writer(folder).close()
    assert names(folder) == {"manifest.json", "lock", *(entry.name for entry in entries)}


def test_names_of_new_files_are_never_old_ones(folder: Path) -> None:
    with writer(folder) as opened:
        assert opened.new_path("segment") == folder / "000000000003.segment"
        assert opened.new_path(".removed") == folder / "000000000004.removed"
        (folder / "000000000005.segment").mkdir()  # whatever that is
        assert opened.new_path("segment") == folder / "000000000006.segment"
        opened.commit([], {})
    with writer(folder) as opened:
        assert opened.new_path("segment") == folder / "000000000007.segment"
        with pytest.raises(ValueError, match=r"are \.segment or \.removed, not \.txt"):
            opened.new_path("txt")


def test_what_is_no_json_is_refused_and_nothing_changes(folder: Path) -> None:
    before = state(folder)
    with writer(folder) as opened:
        for facts, error in (({"share": float("nan")}, ValueError), ({"names": {1, 2}}, TypeError)):
            with pytest.raises(error):
                opened.commit([], facts)
        assert state(folder) == before
        opened.commit(opened.entries, {"odd name": "\udcff"})
        assert opened.metadata == reader(folder).metadata == {"odd name": "\udcff"}


# ------------------------------------------------------------------------------------------- who may do what


def test_a_second_writer_is_told_who_is_the_first(folder: Path) -> None:
    with writer(folder) as opened:
        for _ in range(2):
            with pytest.raises(
                BusyError, match=rf"^process {os.getpid()} is writing .*wire\.idx: wait until"
            ):
                writer(folder)
        with pytest.raises(StoredIndexError, match="holds an index already"):
            IndexDirectory.create(folder, "index", HEAD)
        add(opened)
    with writer(folder) as opened:
        add(opened)
    opened.close()


def test_the_lock_is_given_back_when_opening_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(IndexDirectory, "_sweep", lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            writer(folder)
    writer(folder).close()
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "_version", lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            IndexDirectory.create(folder.parent / "another", "index", HEAD)
    IndexDirectory.create(folder.parent / "another", "index", HEAD).close()


def test_a_lock_without_a_name_holds_as_well(tmp_path: Path) -> None:
    with filesystem.locked(tmp_path / "lock", ValueError):
        (tmp_path / "lock").write_bytes(b"not a number")
        with pytest.raises(ValueError, match=r"^another process$"):
            filesystem.locked(tmp_path / "lock", ValueError)


def test_who_does_not_write_cannot(folder: Path) -> None:
    opened = writer(folder)
    opened.close()
    before = state(folder)
    for one in (opened, reader(folder)):
        for act in (lambda one: one.commit([], {}), lambda one: one.new_path("segment"), add):
            with pytest.raises(OutputError, match=r"wire\.idx: it is not open for writing"):
                act(one)
    assert state(folder) == before


def test_a_reader_sees_the_state_of_its_opening_until_it_refreshes(folder: Path) -> None:
    opened = reader(folder)
    before = opened.entries
    assert not opened.changed()
    assert not opened.refresh()
    with writer(folder) as other:
        other.write_small("segment", b"not yet", {})
        assert not opened.changed()
        other.commit([other.write_small("segment", b"new", {})], {"documents": 1})
        assert opened.changed()
        assert (opened.entries, opened.generation) == (before, 3)
        with pytest.raises(StoredIndexError, match=r"cannot read .*1\.segment: No such file"):
            opened.read_small(before[0])
        assert opened.refresh()
        assert not opened.refresh()
        assert (opened.entries, opened.metadata, opened.generation) == (other.entries, {"documents": 1}, 4)
        assert opened.read_small(opened.entries[0]) == b"new"


def test_a_writer_sweeps_what_a_killed_one_left(folder: Path) -> None:
    before, stale = names(folder), {"000000000009.segment", "000000000009.removed", "manifest.json.new"}
    foreign = {"notes.txt", "notes.new", "segment", "wire.segment.bak"}
    for name in stale | foreign:
        (folder / name).write_bytes(b"?")
    (folder / "folder.segment").mkdir()
    reader(folder)
    assert names(folder) == before | stale | foreign | {"folder.segment"}
    writer(folder).close()
    assert names(folder) == before | foreign | {"folder.segment"}


def test_a_manifest_that_is_not_the_writers_own_is_not_overwritten(folder: Path) -> None:
    with writer(folder) as opened:
        reseal(folder, generation=17)
        with pytest.raises(StoredIndexError, match="has changed since it was read: open it again"):
            add(opened)
    assert reader(folder).generation == 17


# ------------------------------------------------------------------------------------- where an index may be


@pytest.mark.parametrize("left", [(), ("lock",), ("lock", "manifest.json.new")])
def test_an_index_is_made_in_a_folder_that_is_missing_or_empty(tmp_path: Path, left: tuple[str, ...]) -> None:
    """Or where the making of another was killed."""
    place = tmp_path / "some" / "folder"
    if left:
        place.mkdir(parents=True)
    for name in left:
        (place / name).write_bytes(b"")
    with IndexDirectory.create(place, "index", HEAD) as made:
        assert (made.header, made.metadata, made.entries, made.generation) == (HEAD, {}, (), 0)
    assert names(place) == {"lock", "manifest.json"}
    assert reader(place).header == HEAD


def test_an_index_is_not_made_over_anything(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for kind in ("index", "minhash-lsh"):
        with pytest.raises(StoredIndexError, match=r"wire\.idx holds an index already: open it, or"):
            IndexDirectory.create(folder, kind, {})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    result().write(folder.parent / "result")
    with pytest.raises(OutputError, match=r"result holds clusters\.parquet and no index: choose another"):
        IndexDirectory.create(folder.parent / "result", "index", {})
    (folder.parent / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="file is not a folder: choose another"):
        IndexDirectory.create(folder.parent / "file", "index", {})
    with pytest.raises(OutputError, match=r"cannot write .*file/below: Not a directory"):
        IndexDirectory.create(folder.parent / "file" / "below", "index", {})


def test_what_is_no_index_is_not_opened(folder: Path) -> None:
    place = folder.parent
    (place / "file").write_bytes(b"")
    (place / "empty").mkdir()
    result().write(place / "result")
    expected = {
        "gone": "gone is no index: there is no such folder; build one",
        "file": "file is no index: there is no such folder; build one",
        "empty": r"empty is no index: it has no manifest\.json; build one",
        "result": r"result is no index: its manifest\.json is of something else, or damaged; name another",
    }
    for name, message in expected.items():
        for writing in (False, True):
            before = names(place / name) if (place / name).is_dir() else None
            with pytest.raises(StoredIndexError, match=message):
                IndexDirectory.open(place / name, "index", writing=writing)
            assert before is None or names(place / name) == before
    with pytest.raises(StoredIndexError, match="an index of kind index, not minhash-lsh: choose another"):
        IndexDirectory.open(folder, "minhash-lsh", writing=True)


binding = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind"
)


@binding
def test_a_folder_that_may_only_be_read_can_be(folder: Path) -> None:
    before = state(folder)
    folder.chmod(0o500)
    try:
        with pytest.raises(
            OutputError, match=r"cannot write .*wire\.idx: it is not a folder that you may write"
        ):
            writer(folder)
        with pytest.raises(OutputError, match=r"cannot write .*: Permission denied"):
            IndexDirectory.create(folder / "below", "index", {})
        assert state(folder) == before
    finally:
        folder.chmod(0o700)


@binding
def test_a_folder_that_may_not_be_read_is_named(folder: Path) -> None:
    for path in (folder, folder / "manifest.json"):
        mode = path.stat().st_mode
        path.chmod(0)
        try:
            for writing in (False, True):
                with pytest.raises(
                    StoredIndexError, match=r"cannot read .*manifest\.json: Permission denied"
                ):
                    IndexDirectory.open(folder, "index", writing=writing)
        finally:
            path.chmod(mode)


def test_a_writer_is_told_at_once_that_it_may_not_write(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="is not a folder that you may write in"):
        writer(folder)
    assert reader(folder).generation == 3


# ------------------------------------------------------------------------------------------------- damage


@pytest.mark.parametrize("bit", [0, 1, 5])
def test_every_flipped_byte_of_a_manifest_is_found(folder: Path, bit: int) -> None:
    path = folder / "manifest.json"
    data = path.read_bytes()
    opened = reader(folder)
    before = opened.entries
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
        with pytest.raises(StoredIndexError):
            reader(folder)
        assert opened.changed()
    with pytest.raises(StoredIndexError):
        opened.refresh()
    with pytest.raises(StoredIndexError):
        writer(folder)
    assert opened.entries == before


def test_a_manifest_that_is_cut_short_is_found(folder: Path) -> None:
    data = (folder / "manifest.json").read_bytes()
    for length in range(len(data)):
        (folder / "manifest.json").write_bytes(data[:length])
        with pytest.raises(StoredIndexError, match=r"manifest\.json is damaged"):
            reader(folder)


def test_a_newer_format_is_named(folder: Path) -> None:
    message = "wire.idx has format 3, and this version reads up to 2: install a newer syndetect"
    reseal(folder, format=3)
    with pytest.raises(StoredIndexError, match=message):
        reader(folder)
    path = folder / "manifest.json"
    path.write_text('{"program": "syndetect", "kind": "index", "format": 3, "sealed": "in another way"}')
    for writing in (False, True):
        with pytest.raises(StoredIndexError, match=message):
            IndexDirectory.open(folder, "index", writing=writing)
    with pytest.raises(StoredIndexError, match="holds an index already"):
        IndexDirectory.create(folder, "index", {})


@pytest.mark.parametrize(
    "changes",
    [{"format": 0}, {"format": "1"}, {"format": None}, {"entries": 3}, {"entries": [{"name": "a"}]}],
)
def test_a_manifest_that_lacks_something_is_refused(folder: Path, changes: dict[str, Any]) -> None:
    reseal(folder, **changes)
    with pytest.raises(StoredIndexError, match=r"manifest\.json is damaged"):
        reader(folder)


@pytest.mark.parametrize("text", [b"[]", b"7", b'{"kind": 1}', b'{"program": "syndetect"}'])
def test_a_manifest_of_something_else_is_no_index(folder: Path, text: bytes) -> None:
    (folder / "manifest.json").write_bytes(text)
    with pytest.raises(StoredIndexError, match="is of something else, or damaged"):
        reader(folder)


@pytest.mark.parametrize("text", [b"", b"\0\0", b"[" * 100_000, b"\xff\xfe{}", b"1" * 5000])
def test_a_manifest_of_no_json_is_damaged(folder: Path, text: bytes) -> None:
    (folder / "manifest.json").write_bytes(text)
    with pytest.raises(StoredIndexError, match=r"manifest\.json is damaged \(it is no JSON\)"):
        reader(folder)


def test_every_change_of_a_small_file_is_found(folder: Path) -> None:
    opened = reader(folder)
    entry = opened.entries[0]
    path, data = folder / entry.name, content(2)
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(StoredIndexError, match=r"1\.segment is damaged \(it is not what was written\)"):
            opened.read_small(entry)
    for length in (*range(len(data)), len(data) + 1):
        path.write_bytes((data + b"\0")[:length])
        with pytest.raises(StoredIndexError, match=f"it has {length} bytes, not {len(data)}"):
            opened.read_small(entry)
    path.unlink()
    with pytest.raises(StoredIndexError, match=r"cannot read .*1\.segment: No such file"):
        opened.read_small(entry)
    (folder / "manifest.json").unlink()
    with pytest.raises(StoredIndexError, match=r"cannot read .*manifest\.json: No such file"):
        opened.refresh()


# ---------------------------------------------------------------------------------------- faults and kills


def full_after(room: int) -> Callable[..., None]:
    """Writing to a disk that has room for so many bytes."""

    def write_bytes(pieces: list[bytes], path: Path) -> None:
        path.write_bytes(b"".join(pieces)[:room])
        raise OSError(errno.ENOSPC, "No space left on device")

    return write_bytes


@pytest.mark.parametrize("room", [0, 7, 200, 100_000])
def test_a_full_disk_is_named_and_the_old_state_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    before, there = state(folder), names(folder)
    message = "no space left on the disk; free some and try again"
    with writer(folder) as opened:
        for module in (directory, manifest):
            with monkeypatch.context() as patch:
                patch.setattr(module, "write_bytes", full_after(room))
                with pytest.raises(OutputError, match=message):
                    add(opened)
            assert (state(folder), opened.generation) == (before, before[0])
        assert names(folder) == there | {"000000000004.segment"}  # which was whole, but never counted
        add(opened)
        assert state(folder)[0] == before[0] + 1
    writer(folder).close()
    assert names(folder) == there | {"000000000005.segment"}
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "write_bytes", full_after(room))
        with pytest.raises(OutputError, match=message):
            IndexDirectory.create(folder.parent / "another", "index", HEAD)
    with pytest.raises(StoredIndexError, match="is no index"):
        reader(folder.parent / "another")


def interruptions(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Of ever later calls of the system, before and after they are made: Ctrl-C there."""
    calls = ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "open"))
    for moment in range(100):
        left = [moment]

        def interrupted(real: Callable[..., Any], left: list[int] = left) -> Callable[..., Any]:
            def call(*given: Any, **named: Any) -> Any:
                left[0] -= 1
                if left[0] == -1:
                    raise KeyboardInterrupt
                done = real(*given, **named)
                left[0] -= 1
                if left[0] == -1:
                    raise KeyboardInterrupt
                return done

            return call

        with monkeypatch.context() as patch:
            for owner, name in calls:
                patch.setattr(owner, name, interrupted(getattr(owner, name)))
            yield moment
        if left[0] >= 0:
            return
    raise AssertionError("there is no end of calls")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a file that was just opened
def test_a_commit_that_is_interrupted_anywhere_takes_effect_or_does_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = set()
    with writer(folder) as opened:
        entry = opened.write_small("segment", b"new", {})
        for moment in interruptions(monkeypatch):
            generation, entries = opened.generation, opened.entries
            after = (*entries[-3:], entry._replace(metadata={"moment": moment}))
            was_interrupted = False
            try:
                opened.commit(after, {"documents": moment})
            except KeyboardInterrupt:
                was_interrupted = True
                opened.refresh()
            taken = opened.generation > generation
            assert opened.entries == (after if taken else entries)
            seen.add((taken, was_interrupted))
            if not was_interrupted:
                break
    found = reader(folder)
    assert (found.generation, found.entries) == (opened.generation, opened.entries)
    assert seen == {(False, True), (True, True), (True, False)}


LOOP = """
import sys
from pathlib import Path
from syndetect.storage.directory import IndexDirectory
directory = IndexDirectory.open(Path(sys.argv[1]), "index", writing=True)
while True:
    number = directory.generation + 1
    entry = directory.write_small("segment", b"%d " % number * (number % 50 + 1), {"number": number})
    directory.commit([*directory.entries, entry][-3:], {"documents": number})
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_writer_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    random, folder, known = Random(1), tmp_path / "index", 0
    IndexDirectory.create(folder, "index", HEAD).close()
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", LOOP, folder], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(BusyError, match=f"process {process.pid} is writing"):
                writer(folder)
            for _ in range(20):  # a reader beside it
                opened = reader(folder)
                assert opened.generation == opened.metadata["documents"] >= known
                known = opened.generation
            time.sleep(random.uniform(0, 0.02))
            process.kill()
            known = max([known, *map(int, process.stdout.read().split())])
        generation, facts, entries, contents = state(folder)
        assert known <= generation <= known + 1
        assert facts == {"documents": generation}
        assert [entry.metadata["number"] for entry in entries] == [
            *range(max(1, generation - 2), generation + 1)
        ]
        assert contents == [content(entry.metadata["number"]) for entry in entries]
        writer(folder).close()
        assert names(folder) == {"manifest.json", "lock", *(entry.name for entry in entries)}
