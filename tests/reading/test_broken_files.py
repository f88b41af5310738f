"""Bad files: each is passed over with its place and reason, and the others are read."""

import gzip
import io
import os
import random
import socket
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from samples.reading import GOOD, LAST, PACKED, PACKINGS, ids_of, skipped_beside
from syndetect.reading.sources import expand


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("suffix", [".txt", ".md", ".jsonl", ".csv", ".tsv"])
def test_empty_file(suffix: str, packing: str, tmp_path: Path) -> None:
    assert skipped_beside(tmp_path, f"a{suffix}{packing}", PACKED[packing](b"")) == "empty file"


@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".csv"])
def test_only_a_byte_order_mark(suffix: str, tmp_path: Path) -> None:
    assert skipped_beside(tmp_path, f"a{suffix}", b"\xef\xbb\xbf") in ("no text", "no records")


@pytest.mark.parametrize("data", [b" \n\t\r\n", "\u00a0\u2003\n".encode(), "\n ".encode("utf-16")])
def test_only_white_space(data: bytes, tmp_path: Path) -> None:
    assert skipped_beside(tmp_path, "a.txt", data) == "no text, only white space"


@pytest.mark.parametrize(
    ("name", "data"), [("a.jsonl", b"\n \n\r\n"), ("a.csv", b"id,text\n"), ("a.csv", b"\n\n")]
)
def test_no_records(name: str, data: bytes, tmp_path: Path) -> None:
    assert skipped_beside(tmp_path, name, data) == "no records"


def test_tables_without_records(tmp_path: Path) -> None:
    pl.DataFrame(schema={"text": pl.String}).write_parquet(tmp_path / "a.parquet")
    assert skipped_beside(tmp_path, "a.parquet", (tmp_path / "a.parquet").read_bytes()) == "no records"


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".csv"])
def test_binary_file(suffix: str, packing: str, tmp_path: Path) -> None:
    data = random.Random(1).randbytes(9999)
    assert skipped_beside(tmp_path, f"a{suffix}{packing}", PACKED[packing](data)) == "not text (binary?)"


def test_a_csv_header_that_is_too_long(tmp_path: Path) -> None:
    assert skipped_beside(tmp_path, "a.csv", b"id,text" * 50, max_bytes=100) == "longer than 100 bytes"


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt"])
def test_what_is_too_long_is_never_held(name: str, packing: str, tmp_path: Path) -> None:
    line = b'{"id": "b", "text": "' + b"word " * (5 << 20) + b'"}\n'
    data = {"a.jsonl": GOOD + line + LAST, "a.csv": b'id,text\na,"' + line.replace(b'"', b'""') + b'"\nz,x\n'}
    (tmp_path / (name + packing)).write_bytes(PACKED[packing](data.get(name, line)))
    (tmp_path / "zz.jsonl").write_bytes(LAST.replace(b"z", b"y"))
    del line, data
    tracemalloc.start()
    ids, [(_, reason)] = ids_of(tmp_path, max_bytes=1 << 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ids[-2:] == ["z", "y"] or (name == "a.txt" and ids == ["y"])
    assert reason == "longer than 1,048,576 bytes"
    assert peak < 10 << 20


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_break_keeps_the_records_before_it(packing: str, tmp_path: Path) -> None:
    lines = [
        b'{"id": "%d", "text": "%s"}\n' % (n, random.Random(n).randbytes(99).hex().encode())
        for n in range(4999)
    ]
    data = PACKED[packing](b"".join(lines))
    path = tmp_path / f"a.jsonl{packing}"
    path.write_bytes(data[: len(data) // 2])
    ids, [(place, reason)] = ids_of(path)
    assert ids == [str(n) for n in range(len(ids))]
    assert 1000 < len(ids) < 3000
    assert place == str(path)
    assert reason.startswith(f"broken {packing[1:]} behind number {len(ids)}, up to which it is read: ")


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_break_in_a_small_file(packing: str, tmp_path: Path) -> None:
    whole = PACKED[packing](GOOD) + PACKED[packing](LAST)
    (tmp_path / f"a.jsonl{packing}").write_bytes(whole[:-3])
    ids, [(place, reason)] = ids_of(tmp_path)
    assert ids[0] == "a"
    assert (place, reason[: 7 + len(packing)]) == (f"{tmp_path}/a.jsonl{packing}", f"broken {packing[1:]} ")


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl"])
def test_what_is_not_packed_at_all(name: str, packing: str, tmp_path: Path) -> None:
    assert skipped_beside(tmp_path, name + packing, b"plain text").startswith(f"broken {packing[1:]}: ")


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_broken_text_is_not_read_in_part(packing: str, tmp_path: Path) -> None:
    data = PACKED[packing](b"some words again and again " * 999)[:-5]
    assert skipped_beside(tmp_path, f"a.txt{packing}", data).startswith(f"broken {packing[1:]}: ")


@pytest.mark.parametrize("packing", PACKINGS)
def test_22_streams_one_behind_another_are_all_read(packing: str, tmp_path: Path) -> None:
    first, second = PACKED[packing](GOOD), PACKED[packing](LAST)
    (tmp_path / f"a.jl{packing}").write_bytes(first + second)
    assert ids_of(tmp_path) == (["a", "z"], [])
    for broken in (b"no stream", second[:-3], second[:2] + b"\xff\xff" + second[4:]):
        (tmp_path / f"a.jl{packing}").write_bytes(first + broken)
        ids, [(_, reason)] = ids_of(tmp_path)
        assert ids[0] == "a", reason
        assert reason.startswith(f"broken {packing[1:]} behind number "), reason


def test_zeros_behind_a_stream_of_xz_are_none_of_it(tmp_path: Path) -> None:
    whole = PACKED[".xz"](GOOD) + bytes(4) + PACKED[".xz"](LAST) + bytes(8)
    (tmp_path / "a.jsonl.xz").write_bytes(whole)
    assert ids_of(tmp_path) == (["a", "z"], [])


def test_a_row_at_the_break_is_not_read_in_part(tmp_path: Path) -> None:
    data = gzip.compress(b"id,text\na,one\nb,two and") + b"no second member"
    (tmp_path / "a.csv.gz").write_bytes(data)
    ids, [(_, reason)] = ids_of(tmp_path)
    assert ids == ["a"]
    assert reason.startswith("broken gz behind number 1")


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a.feather", "stream.ipc"])
@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_truncated_table(name: str, share: float, tmp_path: Path) -> None:
    file = io.BytesIO()
    frame = pl.DataFrame({"id": range(999), "text": [f"words {n}" for n in range(999)]})
    writers: dict[str, Callable[..., object]] = {
        "a.parquet": frame.write_parquet,
        "stream.ipc": frame.write_ipc_stream,
    }
    writers.get(name, frame.write_ipc)(file)
    data = file.getvalue()
    reason = skipped_beside(tmp_path, name, data[: int(len(data) * share)])
    assert reason.startswith(("broken parquet: ", "broken arrow: ", "empty file"))


def test_a_table_that_is_none(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.arrow"):
        assert skipped_beside(tmp_path, name, b"id,text\na,words\n" * 9).startswith("broken ")
        (tmp_path / name).unlink()


def test_a_row_group_that_is_broken_keeps_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    texts = [random.Random(n).randbytes(99).hex() for n in range(4000)]
    pl.DataFrame({"id": range(4000), "text": texts}).write_parquet(path, row_group_size=1000)
    data = bytearray(path.read_bytes())
    middle = int(len(data) * 0.6)
    data[middle : middle + 40] = bytes(40)
    path.write_bytes(data)
    ids, [(place, reason)] = ids_of(path)
    assert ids == [str(n) for n in range(len(ids))]
    assert 1000 <= len(ids) <= 2000
    assert (place, reason[:14]) == (str(path), "broken parquet")


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def refuse(path: Path, *args: Any) -> Any:
        if path.name.startswith("a."):
            raise PermissionError(13, "Permission denied")
        return opened(path, *args)

    monkeypatch.setattr(Path, "open", refuse)
    for name in ("a.txt", "a.jsonl.gz", "a.csv", "a.arrow"):
        (tmp_path / name).touch()
        (tmp_path / "zz.txt").touch()
        assert ids_of(tmp_path)[1][0] == (f"{tmp_path}/{name}", "cannot be read: Permission denied")
        (tmp_path / name).unlink()


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv.gz", "a.parquet", "a.arrow"])
def test_a_file_that_vanishes(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(GOOD)
    (tmp_path / "zz.txt").write_text("good")
    inputs = expand(tmp_path)
    (tmp_path / name).unlink()
    told: list[int] = []
    ids, [(place, reason)] = ids_of(inputs, on_bytes=told.append)
    assert ids == ["zz.txt"]
    assert place == f"{tmp_path}/{name}"
    assert reason.startswith(("cannot be read: No such file", "broken "))
    assert sum(told) == inputs.bytes


@pytest.mark.parametrize("size", [0, 10**6])
def test_a_file_that_shrinks_or_grows(size: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD * 9)
    inputs = expand(tmp_path)
    path.write_bytes((GOOD + b" " * size + LAST)[: size * 9])
    told: list[int] = []
    ids_of(inputs, on_bytes=told.append, batch_bytes=1)
    assert sum(told) == inputs.bytes
    assert min(told) >= 0


def test_unknown_suffix_in_a_folder(tmp_path: Path) -> None:
    assert skipped_beside(tmp_path, "a.docx", b"PK") == "unknown suffix"


def test_a_pipe_and_a_socket_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "a.txt")
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("b.jsonl")
        (tmp_path / "zz.txt").write_text("good")
        reason = "no regular file but a pipe, socket or device"
        assert ids_of(tmp_path) == (
            ["zz.txt"],
            [(f"{tmp_path}/a.txt", reason), (f"{tmp_path}/b.jsonl", reason)],
        )


def test_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "zz.txt").write_text("good")
    assert ids_of(tmp_path) == (["zz.txt"], [(f"{tmp_path}/a.txt", "leads nowhere")])


def test_link_loops(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "sub" / "zz.txt").write_text("good")
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    ids, skipped = ids_of(tmp_path)
    assert ids == ["sub/zz.txt"]
    assert [place for place, _ in skipped] == [f"{tmp_path}/{name}" for name in ("a.txt", "b.txt", "sub/up")]
    assert skipped[2][1] == f"a link to {tmp_path}, which is read there"
    assert "cannot be read: Too many levels of symbolic links" in skipped[0][1]
