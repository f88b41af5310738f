"""The index with datasketch's methods on disk: what was committed is there, whatever happens then."""

import copy
import json
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from samples.make_words import DATA, spellings
from samples.manifests import reseal
from samples.strategies import INTERPRETED, fewer, large, signatures
from syndetect import (
    BusyError,
    InputError,
    MinHashLSH,
    OutputError,
    ProcessError,
    SettingsError,
    StoredIndexError,
)
from syndetect.lsh_index import memtable, minhash_lsh, segment
from syndetect.lsh_index.disk_index import DiskIndex
from syndetect.storage.directory import IndexDirectory
from syndetect.storage.segment_set import SegmentSet

pytestmark = pytest.mark.kernel

SLOTS = 6
SHAPES = ((3, 2), (2, 3), (6, 1))


def opened(path: Path, **options: Any) -> MinHashLSH:
    defaults: dict[str, Any] = {"num_perm": SLOTS, "params": (3, 2), "path": path / "x.lsh"}
    return MinHashLSH(**defaults | options)


def disk_of(index: MinHashLSH) -> DiskIndex:
    assert index._disk is not None
    return index._disk


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so small that everything there is to do for them happens."""
    for place, name, value in (
        (memtable, "PENDING", 3), (memtable, "LEAST_DELETED", 2), (minhash_lsh, "BLOCK", 4),
        (minhash_lsh, "MOST_KEYS", 20), (segment, "PIECE", 5), (segment, "QUERIES", 3),
    ):  # fmt: skip
        monkeypatch.setattr(place, name, value)


KEYS = ("", "a", "é", "\ud800", b"", b"a", b"\xff", 0, -7, 10**30, "0", "-7")


class Histories:
    """An index on disk and its twin, to both of which the same is done; and the twin of what was committed."""

    def __init__(self, random: Random, shape: tuple[int, int], path: Path) -> None:
        self.random = random
        self.options: dict[str, Any] = {"params": shape, "path": path / "x.lsh"}
        self.twin, self.committed = naive.BandIndex(*shape), naive.BandIndex(*shape)
        self.index = self.open()

    def open(self, **more: Any) -> MinHashLSH:
        return MinHashLSH(num_perm=SLOTS, **self.options, **more)

    def fresh(self, count: int) -> list[Any]:
        free = [key for key in (*KEYS, *range(100, 160)) if key not in self.twin.keys.values()]
        return self.random.sample(free, min(count, len(free)))

    def insert_many(self) -> None:
        keys = self.fresh(self.random.choice([0, 1, 4, 9]))
        self.insert(keys, check_duplication=True)

    def insert_again(self) -> None:
        keys = [*self.fresh(1), *self.twin.keys.values()]
        self.insert(self.random.choices(keys, k=2) if keys else [], check_duplication=False)

    def insert(self, keys: list[Any], check_duplication: bool) -> None:
        rows = signatures(self.random, len(keys), SLOTS)
        size = self.random.choice([1, len(keys) or 1])
        for first in range(0, len(keys), size):
            some, before = slice(first, first + size), disk_of(self.index).generation
            for key, row in zip(keys[some], rows[some].tolist(), strict=True):
                self.twin.insert(key, row)
            if size == 1:
                self.index.insert(keys[first], rows[first], check_duplication)
            else:
                self.index.insert_many(keys[some], rows[some], check_duplication)
            if disk_of(self.index).generation != before:  # there was enough for a commit
                self.committed = copy.deepcopy(self.twin)

    def remove(self) -> None:
        for _ in range(self.random.choice([1, 5])):
            if self.twin.keys:
                key = self.random.choice(list(self.twin.keys.values()))
                self.index.remove(key)
                self.twin.remove(key)

    def commit(self) -> None:
        self.index.commit()
        self.committed = copy.deepcopy(self.twin)

    def reopen(self) -> None:
        self.index.close()
        self.committed = copy.deepcopy(self.twin)
        self.index = self.open()

    def fail(self) -> None:
        with pytest.raises(KeyError), self.index:
            raise KeyError
        self.twin = copy.deepcopy(self.committed)
        self.index = self.open()

    def check(self) -> None:
        self.compare(self.index, self.twin)
        with self.open(mode="r") as reader:
            self.compare(reader, self.committed)

    def compare(self, index: MinHashLSH, twin: naive.BandIndex) -> None:
        keys = set(twin.keys.values())
        assert len(index) == len(keys)
        assert all((key in index) == (key in keys) for key in (*KEYS, *range(100, 160), 1.5, None))
        asked = signatures(self.random, self.random.choice([1, 9]), SLOTS)
        assert index.query_many(asked) == [twin.query(row) for row in asked.tolist()]


@pytest.mark.usefixtures("small")
@fewer(3)
@given(large, st.sampled_from(SHAPES))
def test_any_history_is_that_of_the_twin(random: Random, shape: tuple[int, int]) -> None:
    with TemporaryDirectory() as path:
        histories = Histories(random, shape, Path(path))
        kinds = [Histories.insert_many, Histories.insert_again, Histories.remove, Histories.commit]
        weights = [random.choice([1, 5]) for _ in kinds]
        for _ in range(random.randint(1, 20)):
            (do,) = random.choices([*kinds, Histories.reopen, Histories.fail], [*weights, 0.7, 0.7])
            do(histories)
            if random.random() < 0.3:
                histories.check()
        histories.check()
        histories.index.close()


def filled(path: Path, number: int = 3, count: int = 4) -> dict[int, list[int]]:
    """Make an index by some commits: what can be asked, and the key that it finds."""
    rows = np.arange(number * count * SLOTS, dtype=np.uint32).reshape(-1, SLOTS)
    with opened(path) as index:
        for first in range(0, len(rows), count):
            index.insert_many(range(first, first + count), rows[first : first + count])
            index.commit()
    return dict(enumerate(rows.tolist()))


def is_whole(index: MinHashLSH, rows: dict[int, list[int]]) -> bool:
    asked = np.array([*rows.values()], np.uint32)
    return len(index) == len(rows) and index.query_many(asked) == [[key] for key in rows]


class TestFolders:
    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (
                {"params": (2, 3)},
                r"params=\[3, 2\], seed=1, scheme='affine32', not with num_perm=6, params=\[2, 3\]",
            ),
            ({"seed": 5}, "seed=1, .* not with .* seed=5"),
            ({"num_perm": 7}, "num_perm=6, .* not with num_perm=7"),
            ({"scheme": "legacy"}, "scheme='affine32', not with .* scheme='legacy'"),
        ],
    )
    def test_other_parameters_are_refused(self, tmp_path: Path, options: dict[str, Any], told: str) -> None:
        rows = filled(tmp_path)
        with pytest.raises(SettingsError, match=told):
            opened(tmp_path, **options)
        with opened(tmp_path) as index:
            assert is_whole(index, rows)

    def test_one_writer_many_readers(self, tmp_path: Path) -> None:
        rows = filled(tmp_path)
        with opened(tmp_path) as writer, opened(tmp_path, mode="r") as reader:
            with pytest.raises(BusyError):
                opened(tmp_path)
            writer.remove(0)
            writer.insert("new", np.zeros(SLOTS, np.uint32))
            writer.commit()
            assert is_whole(reader, rows)
            with opened(tmp_path, mode="r") as later:
                assert "new" in later
                assert 0 not in later

    def test_a_reader_changes_nothing(self, tmp_path: Path) -> None:
        filled(tmp_path)
        reader = opened(tmp_path, mode="r")
        changes: list[Callable[[], object]] = [
            lambda: reader.insert("a", np.ones(SLOTS, np.uint32)),
            lambda: reader.insert_many("a", np.ones((1, SLOTS), np.uint32)),
            lambda: reader.remove(0),
            reader.commit,
        ]
        for change in changes:
            with pytest.raises(OutputError, match="open for reading only"):
                change()
        reader.close()

    def test_what_is_closed_stays_closed(self, tmp_path: Path) -> None:
        filled(tmp_path)
        index = opened(tmp_path)
        index.close()
        index.close()
        row = np.ones(SLOTS, np.uint32)
        for use in (
            lambda: index.query(row),
            lambda: index.insert("a", row),
            lambda: index.remove(0),
            index.commit,
        ):
            with pytest.raises(StoredIndexError, match="has been closed"):
                use()

    def test_where_there_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(StoredIndexError):
            opened(tmp_path, mode="r")
        (tmp_path / "x.lsh").mkdir()
        (tmp_path / "x.lsh" / "notes.txt").touch()
        with pytest.raises((OutputError, StoredIndexError)):
            opened(tmp_path)

    def test_a_mode_that_is_none(self) -> None:
        with pytest.raises(SettingsError, match="mode must be 'a' or 'r', not 'w'"):
            MinHashLSH(mode="w")  # type: ignore[arg-type]

    def test_in_memory_there_is_nothing_to_commit(self) -> None:
        with MinHashLSH(params=(3, 2)) as index:
            index.insert("a", "a text")
            index.commit()
        assert index.query("a text") == ["a"]

    def test_it_is_not_pickled(self, tmp_path: Path) -> None:
        with (
            opened(tmp_path) as index,
            pytest.raises(ProcessError, match=r"cannot be pickled: open .* again"),
        ):
            pickle.dumps(index)

    def test_keys_come_back_as_they_were(self, tmp_path: Path) -> None:
        keys = [*KEYS, True, np.int64(12)]
        with opened(tmp_path) as index:
            index.insert_many(keys, np.zeros((len(keys), SLOTS), np.uint32))
        with opened(tmp_path) as index:
            found = index.query(np.zeros(SLOTS, np.uint32))
            assert found == keys
            assert [type(key) for key in found[-2:]] == [int, int]
            with pytest.raises(InputError, match="the key b'a' is there already"):
                index.insert_many(["b", b"a"], np.zeros((2, SLOTS), np.uint32))
            with pytest.raises(InputError, match="a key on disk is a str, bytes or an int, not tuple"):
                index.insert((1, 2), np.zeros(SLOTS, np.uint32))
            assert len(index) == len(keys)

    def test_merging_from_disk_and_to_it(self, tmp_path: Path) -> None:
        rows = filled(tmp_path)
        with opened(tmp_path) as index:
            index.remove(5)
            del rows[5]
            memory = MinHashLSH(num_perm=SLOTS, params=(3, 2))
            memory.merge(index)
            assert is_whole(memory, rows)
            with pytest.raises(InputError, match="the key 0 is there already"):
                index.merge(memory, check_overlap=True)
            index.merge(memory)
            assert is_whole(index, rows)

    def test_segments_are_few(self, tmp_path: Path) -> None:
        rows = filled(tmp_path, 50, 2)
        with opened(tmp_path) as index:
            assert is_whole(index, rows)
            assert len(disk_of(index).segments) <= 8
            for key in range(90):
                index.remove(key)
            index.commit()
            assert sum(one.live.rows for one in disk_of(index).segments) <= 2 * 10
            for key in range(90, 100):
                index.remove(key)
            index.commit()
            assert index.is_empty()
            assert not disk_of(index).segments


class TestFaults:
    @pytest.mark.parametrize("is_late", [False, True])
    def test_a_commit_that_fails_can_be_repeated(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_late: bool
    ) -> None:
        rows = filled(tmp_path)
        with opened(tmp_path) as index:
            index.insert(99, np.array([7] * SLOTS, np.uint32))
            index.remove(3)
            commit = IndexDirectory.commit

            def fail(ledger: IndexDirectory, *arguments: Any) -> None:
                if is_late:
                    commit(ledger, *arguments)
                raise OutputError("no space left")

            with monkeypatch.context() as patch:
                patch.setattr(IndexDirectory, "commit", fail)
                with pytest.raises(OutputError, match="no space left"):
                    index.commit()
            rows = {key: row for key, row in rows.items() if key != 3} | {99: [7] * SLOTS}
            assert is_whole(index, rows)
        with opened(tmp_path) as index:
            assert is_whole(index, rows)

    @pytest.mark.parametrize("place", [SegmentSet, DiskIndex])
    def test_a_commit_that_is_interrupted_before_its_state_is_loaded_has_happened_once(
        self, place: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        rows, row = filled(tmp_path), np.array([7] * SLOTS, np.uint32)
        with opened(tmp_path) as index:
            index.insert(99, row)
            index.remove(3)
            with monkeypatch.context() as patch:
                patch.setattr(place, "_open" if place is SegmentSet else "_use", interrupt)
                with pytest.raises(KeyboardInterrupt):
                    index.commit()
            del rows[3]
            rows[99] = row.tolist()
            assert is_whole(index, rows)
            index.insert(98, row + np.uint32(1))
            index.remove(4)
        del rows[4]
        rows[98] = [8] * SLOTS
        with opened(tmp_path) as index:
            assert is_whole(index, rows)

    def test_a_byte_that_has_changed(self, tmp_path: Path) -> None:
        """An error or the right answer, never a wrong one."""
        rows, found = filled(tmp_path, 1, 8), list[str]()
        (path,) = (tmp_path / "x.lsh").glob("*.segment")
        whole = path.read_bytes()
        for place in Random(1).sample(range(len(whole)), 12 if INTERPRETED else 60):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
            try:
                with opened(tmp_path, mode="r") as index:
                    assert is_whole(index, rows)
                    assert all(key in index for key in rows)
            except StoredIndexError as error:
                found.append(str(error))
        assert found
        assert all(str(path) in message for message in found)

    @pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
    def test_killed_at_any_moment_it_is_what_was_committed(self, tmp_path: Path) -> None:
        random, done = Random(2), 0
        for _ in range(3):
            with subprocess.Popen(
                [sys.executable, "-c", WRITER, str(tmp_path / "x.lsh")], stdout=subprocess.PIPE, text=True
            ) as process:
                assert process.stdout is not None
                for _ in range(random.randint(1, 12)):
                    done = int(process.stdout.readline())
                time.sleep(random.random() * 0.02)
                process.kill()
                rest = process.stdout.read().split()
            done = max([done, *map(int, rest)])
            with opened(tmp_path) as index:
                assert done <= len(index) <= done + 5
                assert len(index) % 5 == 0
                rows = {key: [key] * SLOTS for key in range(len(index))}
                assert is_whole(index, rows)


WRITER = """
import sys
import numpy as np
from syndetect import MinHashLSH

index = MinHashLSH(num_perm=6, params=(3, 2), path=sys.argv[1])
while True:
    first = len(index)
    rows = np.repeat(np.arange(first, first + 5, dtype=np.uint32), 6).reshape(5, 6)
    index.insert_many(range(first, first + 5), rows)
    index.commit()
    print(len(index), flush=True)
"""


@pytest.mark.parametrize("left", [["lock"], ["lock", "manifest.json.new"]])
def test_an_index_is_made_where_a_killed_process_had_begun(left: list[str], tmp_path: Path) -> None:
    for name in left:
        (tmp_path / name).write_bytes(b"")
    with MinHashLSH(num_perm=8, params=(4, 2), path=tmp_path) as index:
        index.insert("a", np.arange(8, dtype=np.uint32))
    with MinHashLSH(num_perm=8, params=(4, 2), path=tmp_path, mode="r") as index:
        assert "a" in index


def test_a_folder_goes_on_with_the_rule_of_words_that_it_was_made_with(tmp_path: Path) -> None:
    articles, others = spellings()
    names = [one["id"] for one in articles]
    expected = json.loads((DATA / "lsh-words-1.json").read_text(encoding="utf-8"))
    shutil.copytree(DATA / "lsh-words-1", tmp_path / "old.lsh")
    with MinHashLSH(params=(32, 4), path=tmp_path / "old.lsh") as old:
        assert [old.query(one["text"]) for one in others] == expected
        assert old.query_many([one["text"] for one in articles]) == [[name] for name in names]
        old.insert("again", articles[2]["text"])
    with MinHashLSH(params=(32, 4), path=tmp_path / "old.lsh", mode="r") as old:
        assert [old.query(one["text"]) for one in others] == expected
        assert old.query(articles[2]["text"]) == [names[2], "again"]
        memory = MinHashLSH(params=(32, 4))
        memory.insert_many(names, [one["text"] for one in articles])
        with pytest.raises(SettingsError, match="cannot be merged"):
            memory.merge(old)
    assert memory.query_many([one["text"] for one in others]) == [[name] for name in names]


def test_a_rule_of_words_that_is_not_known_is_refused(tmp_path: Path) -> None:
    told = "has words of version 3, and this version reads up to 2: install a newer syndetect"
    with opened(tmp_path) as index:
        head = index._parameters
    reseal(tmp_path / "x.lsh", head=head | {"words": 3})
    with pytest.raises(StoredIndexError, match=f"x.lsh {told}"):
        opened(tmp_path)
    state = MinHashLSH(params=(3, 2)).__getstate__() | {"words": 3}
    with pytest.raises(StoredIndexError, match=f"the pickle {told}"):
        MinHashLSH.__new__(MinHashLSH).__setstate__(state)
