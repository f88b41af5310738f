"""Spark against a scan on one machine: the same rows in every table, and what it takes.

    python -m benchmarks.in_spark NEWS.jsonl [--master local[2]] [--set window_days=14] [--kill 1]

NEWS are lines of JSON with an id each; they are put in the order of ids for the scan. With ``--kill``, executors of
``local-cluster[...]`` are killed, one after the other, at random moments. The command fails where a row differs.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import polars as pl
import psutil

import syndetect
from benchmarks.command import parser, settings_of
from syndetect.reading.articles import id_rank
from syndetect.results.result import Result
from syndetect.schema import TABLES


def in_order(news: Path, folder: Path) -> Path:
    """The lines of a file in the order of their ids."""
    lines = news.read_bytes().splitlines(keepends=True)
    ranks = id_rank(pl.Series([str(json.loads(line)["id"]) for line in lines])).tolist()
    ordered = folder / "ordered.jsonl"
    with ordered.open("wb") as file:
        file.writelines(line for _, line in sorted(zip(ranks, lines, strict=True), key=lambda one: one[0]))
    return ordered


def session(master: str, folder: Path) -> Any:
    """A session of Spark for a machine without a network."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession  # noqa: PLC0415

    settings = {
        "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.shuffle.partitions": "8",
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.memory": "4g",
        "spark.local.dir": str(folder),
    }  # fmt: skip
    builder: Any = SparkSession.builder.master(master).appName("syndetect")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def differing(local: Result, found: Result) -> dict[str, int]:
    """How many rows of each table only one of two results has."""
    wrong = {}
    for name in TABLES:
        one, other = getattr(local, name), getattr(found, name)
        columns = one.columns
        if not one.sort(columns).equals(other.sort(columns)):
            wrong[name] = sum(
                a.join(b, on=columns, how="anti", nulls_equal=True).height
                for a, b in ((one, other), (other, one))
            )
    return wrong


def kill_executors(number: int, draw: random.Random, is_done: threading.Event) -> None:
    """Kill executors below this process, one after the other."""
    for _ in range(number):
        if is_done.wait(draw.uniform(15, 90)):
            return
        workers = [
            one for one in psutil.Process().children(recursive=True)
            if any("CoarseGrainedExecutorBackend" in word for word in one.cmdline())
        ]  # fmt: skip
        if workers:
            victim = draw.choice(workers)
            print(f"killing the executor {victim.pid}")
            victim.kill()


def _options() -> argparse.Namespace:
    given = parser("Spark against a scan on one machine: the same rows in every table, and what it takes.")
    given.add_argument("news", type=Path)
    given.add_argument("--master", default="local[2]")
    given.add_argument("--kill", type=int, default=0, metavar="N", help="executors to kill")
    given.add_argument("--seed", type=int, default=1)
    return given.parse_args()


def main() -> int:
    """Run both, and compare."""
    options = _options()
    settings = settings_of(options)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ordered = in_order(options.news, folder)
        start = time.perf_counter()
        local = syndetect.scan(ordered, settings, threads=options.threads)
        of_scan = time.perf_counter() - start
        spark = session(options.master, folder / "spark")
        from syndetect.spark import scan  # noqa: PLC0415

        is_done = threading.Event()
        killer = threading.Thread(
            target=kill_executors, args=(options.kill, random.Random(options.seed), is_done)
        )
        killer.start()
        start = time.perf_counter()
        manifest = scan(str(ordered), folder / "result", settings, spark=spark)
        of_spark = time.perf_counter() - start
        is_done.set()
        killer.join()
        kept = sum(path.stat().st_size for path in (folder / "result").rglob("*") if path.is_file())
        wrong = differing(local, Result.read(folder / "result"))
        spark.stop()
    size = manifest["counts"]["bytes"]
    print(f"{size / 1e6:.1f} MB of text, {manifest['counts']['documents']:,} articles, {options.master}")
    print(f"scan {of_scan:.1f} s, Spark {of_spark:.1f} s: {of_spark / of_scan:.1f} times")
    print(f"{kept / size:.1f} bytes kept for each byte of text")
    slowest = sorted(manifest["timings"].items(), key=lambda one: -one[1])[:8]
    print("stages:", ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in slowest))
    print(f"rows that differ: {wrong or 'none'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
