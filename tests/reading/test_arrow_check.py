"""Arrow files and streams: those that are sound are read, and no number in a broken one ends the process."""

import io
import struct
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from syndetect.reading import arrow_check, sources
from syndetect.reading.encoding import UnusableError

COMPRESSIONS = ("uncompressed", "lz4", "zstd")
FRAMES = {
    "plain": pl.DataFrame({"id": ["a", "b"], "text": ["one two", "three " * 500], "title": [None, "x"]}),
    "empty": pl.DataFrame(schema={"id": pl.String, "text": pl.String}),
    "nested": pl.DataFrame({"text": ["a"], "tags": [["b", "c"]], "more": [{"d": 1.5}], "date": [date(2031, 1, 1)]}),
    "categories": pl.DataFrame({"text": ["a", "b", "a"]}, schema={"text": pl.Categorical}),
    "repeats": pl.DataFrame({"text": ["a" * 30_000] * 3000}),
    "many": pl.concat([pl.DataFrame({"text": [f"a {n}"]}) for n in range(200)], rechunk=False),
}  # fmt: skip

READ_ALL = """
import struct, sys
from pathlib import Path
from syndetect.reading import sources
path, whole = Path(sys.argv[1]), Path(sys.argv[1]).read_bytes()
for number in (0x6F6F6F6F6F6F6F6F, 1 << 42):
    for at in range(0, len(whole) - 8, 8):
        path.write_bytes(whole[:at] + struct.pack("<q", number) + whole[at + 8 :])
        list(sources.batches([str(path)], on_skip=lambda *_: None))
print("read")
"""


def data_of(frame: pl.DataFrame, compression: str, is_stream: bool) -> bytes:
    file = io.BytesIO()
    write: Callable[..., object] = frame.write_ipc_stream if is_stream else frame.write_ipc
    write(file, compression=compression)
    return file.getvalue()


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("name", FRAMES)
def test_what_is_sound_is_read(name: str, compression: str, is_stream: bool, tmp_path: Path) -> None:
    (tmp_path / "a.arrow").write_bytes(data_of(FRAMES[name], compression, is_stream))
    arrow_check.check(tmp_path / "a.arrow")
    frames = list(sources.read(tmp_path / "a.arrow", on_skip=lambda *_: None))
    assert sum(map(len, frames)) == len(FRAMES[name])


@pytest.mark.parametrize("is_stream", [False, True])
def test_what_is_cut_off_is_told(is_stream: bool, tmp_path: Path) -> None:
    whole, path = data_of(FRAMES["plain"], "zstd", is_stream), tmp_path / "a.arrow"
    for size in range(8, len(whole) - 8, 24):
        path.write_bytes(whole[:size])
        try:
            arrow_check.check(path)
        except UnusableError:
            continue
        assert is_stream  # which may end between two messages


def test_a_column_that_claims_to_be_immense(tmp_path: Path) -> None:
    whole, path = data_of(FRAMES["plain"], "zstd", True), tmp_path / "a.arrow"
    at = whole.index(struct.pack("<q", 3000))  # the length of the second text, unpacked
    path.write_bytes(whole[:at] + struct.pack("<q", 1 << 50) + whole[at + 8 :])
    skipped: list[tuple[str, str]] = []
    assert list(sources.read(path, on_skip=lambda *one: skipped.append(one[:2]))) == []
    assert skipped == [(str(path), "broken arrow: a column that is larger than it can be")]


@pytest.mark.parametrize("is_stream", [False, True])
def test_no_number_ends_the_process(is_stream: bool, tmp_path: Path) -> None:
    (tmp_path / "a.arrow").write_bytes(
        data_of(FRAMES["plain"].with_columns(date=date(2031, 1, 1)), "lz4", is_stream)
    )
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(tmp_path / "a.arrow")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "read\n")
