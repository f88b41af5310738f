"""Objects at addresses: read, uploaded, and refused in words of our own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from samples.store import empty_store, objects, put
from syndetect.errors import MissingExtraError
from syndetect.storage.objects import (
    AccessError,
    ObjectState,
    connect,
    output_place,
    publish,
    temporary_folder,
    translated,
    unfinished_mark,
)


@pytest.fixture
def store() -> Iterator[Any]:
    with empty_store() as found:
        yield found


def test_an_object_is_read_in_order(store: Any) -> None:
    put(store, {"in/a": bytes(range(256)) * 9000})
    with connect("memory://in/a").open() as stream:
        assert stream.read(4) == bytes(range(4))
        assert stream.tell() == 4
        assert len(stream.read()) == 256 * 9000 - 4


def test_objects_below_a_place(store: Any) -> None:
    put(store, {"in/a": b"1", "in/b/c": b"22", "inside/d": b"3"})
    place = connect("memory://in/")
    assert {within: info["size"] for within, info in place.objects().items()} == {"a": 1, "b/c": 2}
    assert connect("memory://nowhere").objects() == {}
    assert [connect(f"memory://in/{name}").exists() for name in ("a", "b", "z")] == [True, True, False]


def test_a_later_version_differs() -> None:
    state = ObjectState.of({"size": 3, "ETag": '"a"', "LastModified": 1})
    assert not state.differs(ObjectState.of({"size": 3, "ETag": '"a"', "LastModified": 2}))
    assert state.differs(ObjectState.of({"size": 3, "ETag": '"b"'}))
    assert state.differs(ObjectState.of({"size": 4, "ETag": '"a"'}))
    assert not state.differs(ObjectState.of({"size": 3, "mtime": 1}))  # not to be compared
    assert ObjectState.of({"size": None}) == ObjectState(0, "")


class Status(Exception):  # noqa: N818  (as libraries name theirs)
    def __init__(self, status: int) -> None:
        super().__init__(f"{status}, url='https://host.example/a?sig=s3cret'")
        self.status = status


class NoCredentialsError(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError("https://host.example/a?sig=s3cret"), "it does not exist"),
        (PermissionError("s3cret"), "access is denied"),
        (Status(403), "access is denied"),
        (Status(503), "status 503"),
        (NoCredentialsError("s3cret"), "there are no credentials"),
        (ConnectionRefusedError("s3cret"), "no connection"),
        (ConnectionResetError("s3cret"), "broke off"),
        (TimeoutError(), "did not answer in time"),
        (NotImplementedError(), "cannot do that"),
        (
            ValueError("of https://other.example/?s3cret and s3cret\nmore"),
            "ValueError: of the address and ***",
        ),
    ],
)
def test_foreign_errors_become_one_line_without_secrets(error: Exception, words: str) -> None:
    with pytest.raises(AccessError) as raised, translated("https://me:s3cret@host.example/a?sig=s3cret"):
        raise error
    message = str(raised.value)
    assert words in message
    assert "s3cret" not in message
    assert "\n" not in message
    assert raised.value.__suppress_context__


def test_the_first_cause_is_told() -> None:
    def fail() -> None:
        try:
            raise Status(401)
        except Status as error:
            raise FileNotFoundError("a") from error

    with pytest.raises(AccessError, match="access is denied"), translated("https://host.example/a"):
        fail()


@pytest.mark.parametrize(
    ("address", "missing", "package"),
    [
        ("s3://bucket/a", "fsspec", r"'syndetect\[remote\]'"),
        ("s3://bucket/a", "s3fs", r"'syndetect\[remote\]'"),
        ("hf://datasets/a/b", "huggingface_hub", r"'syndetect\[remote\]'"),
        (
            "https://me:s3cret@host.example/a",
            "aiohttp",
            r"^to use https://host\.example/a, pip install 'synd",
        ),
        ("gs://bucket/a", "gcsfs", r"pip install 'syndetect\[remote\]' gcsfs"),
        ("az://bucket/a", "adlfs", r"' adlfs"),
        ("oss://bucket/a", "ossfs", "Install ossfs"),
    ],
)
def test_what_is_not_installed_is_named(address: str, missing: str, package: str) -> None:
    hidden = {name: None for name in sys.modules if name.startswith("fsspec.implementations.http")}
    with (
        mock.patch.dict(sys.modules, {**hidden, missing: None}),
        mock.patch.dict(sys.modules["fsspec.registry"]._registry, clear=True),
        pytest.raises(MissingExtraError, match=package),
    ):
        connect(address)


@pytest.mark.parametrize(
    "address", ["nothing://bucket/a", "zip://a::memory://b", "file://elsewhere/a", "local://a"]
)
def test_no_address_that_can_be_used(address: str) -> None:
    with pytest.raises(AccessError, match=r"knows no addresses|no address of an object"):
        connect(address)


@pytest.mark.parametrize("address", ["https://host.example/a", "memory://"])
def test_no_place_for_an_output(address: str) -> None:
    if address.startswith("https"):
        pytest.importorskip("aiohttp")
    with pytest.raises(AccessError, match=r"nothing can be written|whole bucket"):
        output_place(address)


class TestPublish:
    """What is uploaded is whole when its last object is there."""

    def files(self, folder: Path) -> dict[str, Path]:
        found = {f"out/{name}": folder / name for name in ("a", "b", "last")}
        for path in found.values():
            path.write_text(path.name)
        return found

    def test_old_objects_go_and_no_mark_stays(self, store: Any, tmp_path: Path) -> None:
        put(store, {"x/out/a": b"old", "x/out/gone": b"old", "x/out/last": b"old"})
        publish(
            output_place("memory://x/out"),
            self.files(tmp_path),
            "out/last",
            {"out/a", "out/gone", "out/last"},
        )
        assert objects(store) == {"x/out/a": b"a", "x/out/b": b"b", "x/out/last": b"last"}

    @pytest.mark.parametrize("attempt", range(4))
    def test_when_it_breaks_off_the_files_stay_here_and_nothing_looks_whole(
        self, attempt: int, store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(store, {"x/out/a": b"old", "x/out/last": b"old"})
        place, calls, put_file = output_place("memory://x/out"), iter(range(9)), store.put_file

        def failing(*arguments: Any, **named: Any) -> None:
            if next(calls) == attempt:
                raise ConnectionResetError
            put_file(*arguments, **named)

        monkeypatch.setattr(store, "put_file", failing)
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr("tempfile.tempdir", None)
        with pytest.raises(AccessError, match=r"broke off.*; what was to be written is in ") as raised:
            publish(place, self.files(tmp_path), "out/last", {"out/a", "out/last"})
        unsent = Path(str(raised.value).rpartition(" ")[2])
        assert sorted(path.name for path in (unsent / "out").iterdir()) == ["a", "b", "last"]
        assert unsent.stat().st_mode & 0o77 == 0
        assert unfinished_mark(place).exists() == bool(attempt)
        assert ("x/out/last" in objects(store)) == (not attempt)


def test_a_temporary_folder_is_for_nobody_else_and_goes() -> None:
    with temporary_folder() as folder:
        assert folder.stat().st_mode & 0o77 == 0
        (folder / "a").write_text("x")
    assert not folder.exists()
