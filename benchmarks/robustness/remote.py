"""A round trip through an object store: ``python -m benchmarks.remote [--size 32MB] [--shards 8]``.

A corpus of invented news goes as shards (JSON Lines, gzip, Zstandard, CSV and Parquet) into a folder and into a bucket
of moto's S3 server, which runs in this process on the loopback device. Scans of both must give the same tables, a
result must be read from the bucket as it was written, what dedup keeps must be the same bytes at both places, and
nothing unfinished may lie beside it. Then what goes wrong is tried: a bucket or object that is missing, an upload that
breaks off, an object that changes, a server that is gone. Seconds are printed beside those for the folder; the server
shares the processor.

Needs the extra ``bench``. The exit status is 1 if anything differs.
"""

import argparse
import gzip
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest import mock

import polars as pl

from benchmarks.command import exit_status, print_table
from benchmarks.corpus.maker import Options, bytes_of, make
from syndetect import InputError, OutputError, Result, SyndetectError, deduplicate, scan
from syndetect.schema import TABLES
from syndetect.storage.compression import zstd

BUCKET = "newsroom"
_FORMS = ("jsonl", "jsonl.gz", "jsonl.zst", "csv", "parquet")


@contextmanager
def server() -> Iterator[Any]:
    """An S3 server with an empty bucket, known to this process alone; gives fsspec's file system of it."""
    import s3fs  # noqa: PLC0415  (of the extra)
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer  # noqa: PLC0415

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it tells of each request
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    known = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing-secret",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    try:
        with mock.patch.dict(os.environ, known):
            s3fs.S3FileSystem.clear_instance_cache()
            store = s3fs.S3FileSystem()
            store.mkdir(BUCKET)
            yield store
    finally:
        s3fs.S3FileSystem.clear_instance_cache()  # they know the address of this server
        running.stop()


class RoundTrip:
    """Steps on a folder and on a bucket, compared.

    Args:
        store: fsspec's file system of the bucket.
        folder: holds the shards in ``in``.

    Attributes:
        rows: seconds of each step at both places.
        wrong: what differs.
    """

    def __init__(self, store: Any, folder: Path) -> None:
        self._store, self._folder, self._remote = store, folder, f"s3://{BUCKET}"
        self.rows: list[dict[str, Any]] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        """Take all steps."""
        local, remote = self._both("scan", lambda place: scan(f"{place}/in"))
        self._check("the scan of the bucket has other tables", _tables(local) == _tables(remote))
        self._both("write the result", lambda place: remote.write(f"{place}/result"))
        _, back = self._both("read the result", lambda place: Result.read(f"{place}/result"))
        self._check("the result that was read is not as written", _tables(back) == _tables(remote))
        self._both(
            "replace the result", lambda place: remote.write(f"{place}/result", format="jsonl", force=True)
        )
        self._check(
            "files of the replaced result are left", not self._store.glob(f"{BUCKET}/result/*.parquet")
        )
        for _ in range(2):  # the second replaces the first
            self._both(
                "dedup of shards", lambda place: deduplicate(f"{place}/in", f"{place}/kept", force=True)
            )
            self._check("dedup keeps other bytes", self._kept() == _files(self._folder / "kept"))
        self._both("dedup of a file", lambda place: deduplicate(f"{place}/in/s0.jsonl", f"{place}/one.jsonl"))
        same = self._store.cat(f"{BUCKET}/one.jsonl") == (self._folder / "one.jsonl").read_bytes()
        self._check("dedup of a file keeps other bytes", same)
        self._check("a mark of an upload is left", not self._store.glob(f"{BUCKET}/.*"))
        again = scan(self._remote)
        self._check("what syndetect wrote is read", again.documents.height == remote.documents.height)
        self._refuse(remote)

    def _refuse(self, result: Result) -> None:
        """Try what goes wrong."""
        remote = self._remote
        self._refused("does not exist", lambda: scan(f"{remote}/none"), InputError)
        self._refused("does not exist", lambda: scan("s3://no-such-bucket/in"), InputError)
        self._refused("does not exist", lambda: result.write("s3://no-such-bucket/result"), OutputError)
        self._refused("whole bucket", lambda: result.write(remote), OutputError)
        self._refused("there already", lambda: result.write(f"{remote}/result"), OutputError)
        self._refused(
            "which is read", lambda: deduplicate(f"{remote}/in", f"{remote}/in", force=True), OutputError
        )
        self._break_off(result)
        self._store.pipe(f"{BUCKET}/.kept.partial", b"")  # as a killed upload leaves it
        self._store.rm(f"{BUCKET}/kept.removed.jsonl")
        self._refused("there already", lambda: deduplicate(f"{remote}/in", f"{remote}/kept"), OutputError)
        deduplicate(f"{remote}/in", f"{remote}/kept", force=True)
        self._check("an unfinished upload is not replaced", self._kept() == _files(self._folder / "kept"))

    def _break_off(self, result: Result) -> None:
        """Let an upload break off: its files must stay on this machine, and a later one must replace it."""
        place, calls, put = f"{self._remote}/result", iter(range(99)), self._store.put_file

        def failing(*arguments: Any, **named: Any) -> Any:
            if next(calls) == 5:
                raise ConnectionResetError
            return put(*arguments, **named)

        with mock.patch.object(self._store, "put_file", failing):  # fsspec has one for all who ask alike
            message = self._refused("broke off", lambda: result.write(place, force=True), OutputError)
        if not message:
            return
        unsent = Path(message.rpartition(" ")[2])
        self._check(
            "an upload that broke off is lost", _tables(Result.read(unsent / "result")) == _tables(result)
        )
        shutil.rmtree(unsent)
        self._refused("does not exist", lambda: Result.read(place), SyndetectError)
        result.write(place, force=True)
        self._check("it is not replaced", _tables(Result.read(place)) == _tables(result))

    def _both(self, name: str, step: Callable[[str], Any]) -> tuple[Any, Any]:
        """Take a step at both places."""
        found, seconds = [], []
        for place in (str(self._folder), self._remote):
            start = perf_counter()
            found.append(step(place))
            seconds.append(perf_counter() - start)
        self.rows.append({"step": name, "folder s": seconds[0], "bucket s": seconds[1]})
        return found[0], found[1]

    def _refused(self, words: str, step: Callable[[], Any], kind: type[SyndetectError]) -> str:
        try:
            step()
        except kind as error:
            message = str(error)
            self._check(f"not {words!r} but {message!r}", words in message and "testing" not in message)
            return message
        self.wrong.append(f"nothing was refused as {words!r}")
        return ""

    def _check(self, fault: str, holds: bool) -> None:
        if not holds:
            self.wrong.append(fault)

    def _kept(self) -> dict[str, bytes]:
        self._store.invalidate_cache()
        place = f"{BUCKET}/kept/"
        return {path.removeprefix(place): self._store.cat(path) for path in self._store.find(place)}


def _tables(result: Result) -> dict[str, str]:
    return {name: getattr(result, name).write_ndjson() for name in TABLES}


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def write_shards(folder: Path, corpus: Path, shards: int) -> None:
    """Split a corpus of JSON Lines into files of all forms, some of them in a folder below."""
    lines = corpus.read_bytes().splitlines(keepends=True)
    (folder / "below").mkdir(parents=True)
    for number in range(shards):
        form = _FORMS[number % len(_FORMS)]
        place = folder / ("below" if number % 3 == 2 else "") / f"s{number}.{form}"
        part = lines[number::shards]
        if form in ("csv", "parquet"):
            frame = pl.DataFrame([json.loads(line) for line in part])
            frame.write_csv(place) if form == "csv" else frame.write_parquet(place)
        else:
            data, packing = b"".join(part), form.partition(".")[2]
            place.write_bytes(
                zstd.compress(data) if packing == "zst" else gzip.compress(data, mtime=0) if packing else data
            )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 if anything differs."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument(
        "--size", type=bytes_of, default=bytes_of("32MB"), help="of the corpus (default: 32MB)"
    )
    parser.add_argument("--shards", type=int, default=8, help="files (default: 8)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary, server() as store:
        folder = Path(temporary)
        make(folder / "news.jsonl", Options(options.size))
        write_shards(folder / "in", folder / "news.jsonl", options.shards)
        for place in ("news.jsonl", "news.truth.npz"):
            (folder / place).unlink()
        start = perf_counter()
        store.put(f"{folder}/in/", f"{BUCKET}/in/", recursive=True)
        print(
            f"{options.size / 1e6:,.1f} MB in {options.shards} objects, put there in {perf_counter() - start:.1f} s"
        )
        trip = RoundTrip(store, folder)
        trip.run()
    print_table(trip.rows)
    return exit_status(trip.wrong)


if __name__ == "__main__":
    sys.exit(main())
