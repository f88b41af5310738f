"""Addresses told from paths, and shown without what is secret."""

import os
from pathlib import Path

import pytest

from syndetect.errors import InputError
from syndetect.storage import addresses


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("s3://bucket/key", "s3://bucket/key"),
        ("S3://Bucket/Key", "s3://Bucket/Key"),
        ("s3:/bucket/key", "s3://bucket/key"),
        (Path("s3://bucket/key"), "s3://bucket/key"),
        (Path("HTTPS://host.example/a"), "https://host.example/a"),
        ("other+scheme://x", "other+scheme://x"),
        ("zip://*.csv::s3://bucket/a.zip", "zip://*.csv::s3://bucket/a.zip"),
        ("simplecache::s3://bucket/a", "simplecache::s3://bucket/a"),
        ("file://elsewhere/a", "file://elsewhere/a"),
    ],
)
def test_an_address_is_known_whatever_its_case_and_slashes(path: str | Path, address: str) -> None:
    assert addresses.given(path) == address
    assert addresses.is_address(address)


@pytest.mark.parametrize(
    ("path", "local"),
    [
        ("C://folder/a", "C://folder/a"),
        ("C:\\folder\\a", "C:\\folder\\a"),
        ("Post:/a.txt", "Post:/a.txt"),
        ("./s3://bucket", "./s3://bucket"),
        ("std::vector.txt", "std::vector.txt"),
        ("12:30.txt", "12:30.txt"),
        ("-", "-"),
        ("file:///in/a%20b#1?.txt", "/in/a b#1?.txt"),
        ("FILE:///in/a", "/in/a"),
        ("file://localhost/in", "/in"),
        (Path("file:///in/a"), "/in/a"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="the paths are those of POSIX")
def test_a_path_is_no_address(path: str | Path, local: str) -> None:
    assert addresses.given(path) == local
    assert not addresses.is_address(local)


def test_a_folder_whose_name_ends_in_a_colon_is_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s3:").mkdir()
    (tmp_path / "s3:" / "a.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert addresses.given("s3:/a.txt") == "s3:/a.txt"
    assert addresses.given("s3:/b.txt") == "s3://b.txt"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("s3://bucket/what?.jsonl", "s3://bucket/what?.jsonl"),
        ("s3://KEY:s3cret@bucket/a", "s3://bucket/a"),
        ("sftp://me:pass@word@host.example/in", "sftp://host.example/in"),
        ("abfs://box@account.example/in", "abfs://box@account.example/in"),
        ("https://me:s3cret@host.example/a", "https://host.example/a"),
        ("https://t0ken@host.example/a#part", "https://host.example/a"),
    ],
)
def test_users_and_passwords_are_not_shown(address: str, shown: str) -> None:
    assert addresses.shown(address) == shown


def test_queries_are_told_apart_and_not_shown() -> None:
    one, two = (addresses.shown(f"https://host.example/a.jsonl?sig=s3cret{number}") for number in (1, 2))
    assert one != two
    assert "s3cret" not in one + two
    assert addresses.bare("https://host.example/a.jsonl?sig=s3cret1") == "https://host.example/a.jsonl"
    assert addresses.bare("https://host.example?sig=s3cret1") == "https://host.example"


def test_what_must_be_local_refuses_an_address_without_its_secrets() -> None:
    with pytest.raises(InputError, match=r"^sftp://host\.example/x: an index must be on this machine"):
        addresses.local("sftp://me:s3cret@host.example/x", "an index", InputError)
    assert addresses.local("in/x", "an index", InputError) == Path("in/x")
