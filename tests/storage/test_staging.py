"""Folders beside their places: the old one or the new one at every moment, whoever is killed."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from syndetect.storage import filesystem, staging
from syndetect.storage.staging import folder_lock, hidden, move, restore, staged, sweep, unfinished

POSIX = pytest.mark.skipif(os.name != "posix", reason="the system has no locks of folders")


def folder(place: Path, content: str) -> Path:
    place.mkdir()
    (place / "file").write_text(content)
    return place


def content(place: Path) -> str:
    return (place / "file").read_text()


def names(place: Path) -> set[str]:
    return {one.name for one in place.iterdir()}


@pytest.fixture(params=[True, False], ids=["exchanged", "in two steps"])
def exchanges(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if not request.param:
        monkeypatch.setattr(staging, "_exchange", lambda *_: False)
    return bool(request.param)


@pytest.mark.usefixtures("exchanges")
@pytest.mark.parametrize("name", ["plain", "with space", "may[1]*?", "é\nü", "\udcff", "x" * 250, "ä" * 120])
def test_a_folder_is_made_and_replaced(tmp_path: Path, name: str) -> None:
    place = tmp_path / "above" / name
    for number in range(3):
        with staged(place, replace=number > 0) as made:
            (made / "file").write_text(str(number))
        assert (content(place), names(place.parent)) == (str(number), {name})


def test_a_place_where_no_folder_can_be_made_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in /proc, where the parent is there and making a folder fails as if it were not."""

    def refuse(*_: object, **__: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "no such file")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(FileNotFoundError), staged(tmp_path / "out", replace=False):
        pass


@pytest.mark.usefixtures("exchanges")
def test_a_block_that_fails_leaves_the_old_folder(tmp_path: Path) -> None:
    place = folder(tmp_path / "out", "old")

    def fail() -> None:
        with staged(place, replace=True) as made:
            (made / "file").write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (content(place), names(tmp_path)) == ("old", {"out"})


KILLED = """
import os, sys
from pathlib import Path
from syndetect.storage import staging
left, two_steps = int(sys.argv[2]), sys.argv[3] == "True"
if two_steps:
    staging._exchange = lambda *_: False
def counted(call):
    def made(*given, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
        return call(*given, **named)
    return made
with staging.staged(Path(sys.argv[1]), replace=True) as folder:
    (folder / "file").write_text("new")
    Path.rename, staging._exchange = counted(Path.rename), counted(staging._exchange)
    staging.sync_folder, staging.shutil.rmtree = counted(staging.sync_folder), counted(staging.shutil.rmtree)
"""


@POSIX
@pytest.mark.parametrize("two_steps", [False, True])
@pytest.mark.parametrize("calls", range(7))
def test_whoever_is_killed_leaves_the_old_folder_or_the_new_one(
    tmp_path: Path, calls: int, two_steps: bool
) -> None:
    place = folder(tmp_path / "out", "old")
    subprocess.run([sys.executable, "-c", KILLED, place, str(calls), str(two_steps)], check=False)
    if not two_steps:
        assert place.exists()
    restore(place)
    assert content(place) in ("old", "new")
    with staged(place, replace=True) as made:
        (made / "file").write_text("newer")
    assert (content(place), names(tmp_path)) == ("newer", {"out"})


@POSIX
def test_what_a_process_is_at_work_with_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "out"
    with staging.staging_folder(place) as at_work:
        (tmp_path / ".out-0badcafe.partial").mkdir()
        (tmp_path / ".outer-0badcafe.partial").mkdir()
        sweep(place)
        assert names(tmp_path) == {at_work.name, ".outer-0badcafe.partial"}
        assert [one.name for one in unfinished(tmp_path)] == [".outer-0badcafe.partial"]
    aside = folder(tmp_path / ".out-0badcafe.replaced", "old")
    lock = folder_lock(aside)
    assert lock is not None
    assert not restore(place)
    lock.close()
    assert restore(place)
    assert content(place) == "old"


def test_a_folder_is_put_back_only_where_nothing_stands(tmp_path: Path) -> None:
    place = folder(tmp_path / "out", "new")
    folder(tmp_path / ".out-0badcafe.replaced", "old")
    assert not restore(place)
    sweep(place)
    assert (content(place), names(tmp_path)) == ("new", {"out"} if os.name == "posix" else names(tmp_path))


def test_an_error_of_the_system_is_one_of_replacing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, place = folder(tmp_path / "made", "new"), folder(tmp_path / "out", "old")

    def fail(*_: object) -> bool:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(staging, "_exchange", fail)
    with pytest.raises(OSError, match="Input/output error"):
        move(made, place, replace=True)
    assert (content(place), content(made)) == ("old", "new")


def test_hidden_names_differ_where_long_names_do(tmp_path: Path) -> None:
    one, two = (hidden(tmp_path / ("x" * 240 + end), ".scratch").name for end in "ab")
    assert one != two
    assert max(len(one), len(two)) <= 255
    assert hidden(tmp_path / "out", ".scratch").name == ".out.scratch"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
def test_an_error_of_syncing_a_folder_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=os.strerror(number)):
        filesystem.sync_folder(tmp_path)


def test_a_disk_that_cannot_sync_folders_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refuse)
    filesystem.sync_folder(tmp_path)


def test_folders_that_are_made_are_synced_with_their_parents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(filesystem, "sync_folder", synced.append)
    filesystem.make_folder(tmp_path / "a" / "b" / "c", 0o700)
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    assert (tmp_path / "a" / "b" / "c").stat().st_mode & 0o777 == (0o700 if os.name == "posix" else 0o777)
    filesystem.make_folder(tmp_path / "a" / "b" / "c")
    assert len(synced) == 3


@pytest.mark.parametrize("where", ["folder_lock", "rmtree"])
def test_an_interrupt_at_its_beginning_or_end_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    calls: list[object] = []
    target: object = staging if where == "folder_lock" else shutil
    real = getattr(target, where)

    def interrupted(*given: object, **named: object) -> object:
        calls.append(given)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return real(*given, **named)

    monkeypatch.setattr(target, where, interrupted)
    with pytest.raises(KeyboardInterrupt), staging.staging_folder(tmp_path / "out") as made:
        (made / "file").touch()
    assert names(tmp_path) == set()
