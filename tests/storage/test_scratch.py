"""The store: arrays that grow, in memory or in files."""

import errno
import os
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.stores import IDENTITY, KINDS, PLENTY, array, contents, put
from samples.strategies import fewer
from syndetect.errors import OutputError
from syndetect.pipeline.forecast import free_bytes
from syndetect.runtime.memory import free_memory
from syndetect.storage.scratch import Store
from syndetect.storage.scratch_folder import discard

appends = st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.integers(0, 9)), max_size=12)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own place for the system's temporary files."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@fewer(4)
@given(appends, st.sampled_from([0, 1, 60, PLENTY]))
def test_arrays_are_read_back_as_they_were_wherever_they_are(done: list[tuple[str, int]], most: int) -> None:
    store = Store(None, most, IDENTITY)
    try:
        for count in range(len(done) + 1):  # they are read while they grow
            if count:
                name, size = done[count - 1]
                store.append(name, array(name, size, count - 1))
            expected: dict[str, list[object]] = {}
            for seed, (name, size) in enumerate(done[:count]):
                expected.setdefault(name, []).extend(array(name, size, seed).tolist())
            assert contents(store) == expected
        for name, kind in KINDS.items():
            if name in store:
                assert (store[name].dtype.str[1:], store[name].shape[1:]) == kind
    finally:
        store.close()


def test_arrays_go_to_files_together_when_they_take_too_much(temporary: Path) -> None:
    store = Store(None, 100, IDENTITY)
    store.append("a", array("a", 100))
    assert store.spilled == 0
    assert list(temporary.iterdir()) == []
    store.append("b", array("b", 1))
    assert store.spilled == 104
    (folder,) = temporary.iterdir()
    assert sum(path.stat().st_size for path in folder.glob("*.array")) == 104
    assert contents(store) == {"a": array("a", 100).tolist(), "b": array("b", 1).tolist()}
    store.close()
    assert list(temporary.iterdir()) == []


def test_arrays_of_another_kind_are_refused() -> None:
    store = Store(None, PLENTY, IDENTITY)
    store.append("a", array("a", 3))
    for other in (np.zeros(3, np.uint32), np.zeros((3, 2), np.uint8)):
        with pytest.raises(ValueError, match="a holds"):
            store.append("a", other)


@pytest.mark.parametrize("most", [0, PLENTY])
def test_what_is_dropped_is_gone(most: int, temporary: Path) -> None:
    store = Store(None, most, IDENTITY)
    put(store, [("a", 5), ("b", 5)])
    store["a"][:].sum()
    store.drop("a")
    store.drop("never there")
    assert "a" not in store
    assert contents(store).keys() == {"b"}
    assert store.spilled == (0 if most else 20)
    store.append("a", array("a", 2))
    assert store["a"].tolist() == array("a", 2).tolist()
    store.close()
    assert list(temporary.iterdir()) == []


def test_arrays_may_be_read_from_many_threads_while_pages_are_let_go(tmp_path: Path) -> None:
    store = Store(tmp_path / "scratch", 0, IDENTITY)
    names = [f"array{i}" for i in range(100)]
    for name in names:
        store.append(name, np.arange(3))
    errors: list[BaseException] = []

    def read() -> None:
        try:
            assert all(store[name].sum() == 3 for name in names)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        store.release()
    assert errors == []
    assert store["array7"].tolist() == [0, 1, 2]
    store.close()


def test_free_space_and_memory_are_numbers(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet" / "there") > 0
    assert free_bytes(None) > 0
    assert free_memory() > 0


def test_the_folder_of_a_scan_that_was_killed_at_its_very_end_is_removed(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    discard(tmp_path / "scratch")
    assert not any(tmp_path.iterdir())


def test_what_cannot_be_removed_is_nothing_to_resume_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "scratch", PLENTY, IDENTITY, resume=True)
    store.append("codes", np.arange(9))
    store.step("reading", 1)
    unlink = Path.unlink

    def fail(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".array":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        unlink(path, missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", fail)
        store.close()
    other = Store(tmp_path / "scratch", PLENTY, {"another": "scan"}, resume=True)
    assert "codes" not in other
    other.close()
    assert not any(tmp_path.iterdir())


def test_a_file_that_cannot_be_mapped_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "scratch", 0, IDENTITY)
    store.append("codes", np.arange(9))

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    with monkeypatch.context() as patched:
        patched.setattr(np, "memmap", fail)
        with pytest.raises(OutputError, match="scratch: Cannot allocate memory"):
            store["codes"]
    store.close()
