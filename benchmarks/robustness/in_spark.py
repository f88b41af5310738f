"""Spark against a scan on one machine: the same rows in every table, and what it takes.

    python -m benchmarks.in_spark NEWS.jsonl [--master local[2]] [--set window_days=14] [--runs 3] [--kill 1]

NEWS are lines of JSON with an id each; they are put in the order of ids for the scan. With ``--kill``, executors of
``local-cluster[...]`` are killed, one after the other, at random moments; with ``--kill-driver`` a scan that was begun
by the command is killed before, and the call repeated. The command fails where a row differs.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
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


def session(master: str, folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> Any:
    """A session of Spark for a machine without a network."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession  # noqa: PLC0415

    settings = {
        "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.shuffle.partitions": "8",
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.memory": "4g",
        "spark.local.dir": str(folder), "spark.cleaner.periodicGC.interval": "3min", **more,
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


def kill_executors(number: int, until: float, draw: random.Random, is_done: threading.Event) -> None:
    """Kill executors below this process, one after the other, at random moments."""
    for _ in range(number):
        if is_done.wait(draw.uniform(15, until)):
            return
        workers = [
            one for one in psutil.Process().children(recursive=True)
            if any("CoarseGrainedExecutorBackend" in word for word in one.cmdline())
        ]  # fmt: skip
        if workers:
            victim = draw.choice(workers)
            print(f"killing the executor {victim.pid}")
            victim.kill()


def kill_driver(draw: random.Random, ordered: Path, output: Path, options: argparse.Namespace) -> None:
    """Begin a scan by the command, and kill the driver with all below it at a random moment."""
    words = ["spark-scan", str(ordered), "-o", str(output), "--master", options.master, "-q"]
    given = [one.partition("=") for one in options.set]
    settings = [
        f"--window={value}d" if name == "window_days" else f"--{name.replace('_', '-')}={value}"
        for name, _, value in given
    ]
    command = [sys.executable, "-m", "syndetect", *words, *settings]
    driver = psutil.Popen(command, start_new_session=True, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})
    with suppress(psutil.TimeoutExpired):
        driver.wait(draw.uniform(15, options.until))
    of_driver = [driver, *(driver.children(recursive=True) if driver.is_running() else [])]
    for one in of_driver:
        with suppress(psutil.Error):
            one.kill()
    done = len(list((output / "stages").glob("*.done"))) if output.exists() else 0
    print(f"killed the driver; {done} stages were done")


def _options() -> argparse.Namespace:
    given = parser("Spark against a scan on one machine: the same rows in every table, and what it takes.")
    given.add_argument("news", type=Path)
    given.add_argument("--master", default="local[2]")
    given.add_argument("--kill", type=int, default=0, metavar="N", help="executors to kill in every run")
    given.add_argument("--kill-driver", action="store_true", help="kill the driver first, in every run")
    given.add_argument("--runs", type=int, default=1)
    given.add_argument(
        "--until",
        type=float,
        default=90.0,
        metavar="SECONDS",
        help="of a run, when something is killed at last",
    )
    given.add_argument("--seed", type=int, default=1)
    return given.parse_args()


def run(
    ordered: Path, folder: Path, local: Result, options: argparse.Namespace, draw: random.Random
) -> tuple[dict[str, Any], float, dict[str, int]]:
    """One run: the manifest, the seconds, and how many rows of each table differ."""
    from syndetect.spark import scan  # noqa: PLC0415

    if options.kill_driver:
        kill_driver(draw, ordered, folder / "result", options)
    spark = session(options.master, folder / "spark")
    is_done = threading.Event()
    killer = threading.Thread(target=kill_executors, args=(options.kill, options.until, draw, is_done))
    killer.start()
    start = time.perf_counter()
    manifest = scan(str(ordered), folder / "result", settings_of(options), spark=spark)
    seconds = time.perf_counter() - start
    is_done.set()
    killer.join()
    spark.stop()
    return manifest, seconds, differing(local, Result.read(folder / "result"))


def main() -> int:
    """Run both, and compare."""
    options = _options()
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ordered = in_order(options.news, folder)
        start = time.perf_counter()
        local = syndetect.scan(ordered, settings_of(options), threads=options.threads)
        of_scan = time.perf_counter() - start
        faults = 0
        for number in range(options.runs):
            place = folder / str(number)
            manifest, of_spark, wrong = run(ordered, place, local, options, draw)
            _tell(manifest, (of_scan, of_spark), place, options.master)
            print(f"rows that differ: {wrong or 'none'}", flush=True)
            faults += bool(wrong)
            shutil.rmtree(place)
    return int(faults > 0)


def _tell(manifest: dict[str, Any], seconds: tuple[float, float], folder: Path, master: str) -> None:
    kept = sum(path.stat().st_size for path in (folder / "result").rglob("*") if path.is_file())
    size = manifest["counts"]["bytes"]
    print(f"{size / 1e6:.1f} MB of text, {manifest['counts']['documents']:,} articles, {master}")
    print(f"scan {seconds[0]:.1f} s, Spark {seconds[1]:.1f} s: {seconds[1] / seconds[0]:.1f} times")
    print(f"{kept / size:.1f} bytes kept for each byte of text")
    slowest = sorted(manifest["timings"].items(), key=lambda one: -one[1])[:8]
    print("stages:", ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in slowest))


if __name__ == "__main__":
    sys.exit(main())
