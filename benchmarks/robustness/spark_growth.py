"""Spark as the corpus grows: time and shuffle a byte, the largest task of each stage, and peak memory.

    python -m benchmarks.spark_growth NEWS.jsonl... [--master local[2]] [--set NAME=VALUE]

A row a corpus. Bytes and tasks are those that Spark's own status pages tell; memory is what the processes of the JVM
and of the Python workers hold at most, looked at twice a second. A stage counts for the largest task when it took a
hundredth of the time, and had four tasks that read something.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil

from benchmarks.command import parser, print_table, save, settings_of
from benchmarks.robustness.in_spark import session

_SHARE = 0.01  # of all time of tasks, that a stage must have


class _Memory(threading.Thread):
    """The most that the processes below this one hold, in bytes: the JVM, and the Python workers together and each."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.jvm = self.workers = self.worker = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.5):
            jvm = workers = 0
            for one in psutil.Process().children(recursive=True):
                try:
                    held, words = one.memory_info().rss, " ".join(one.cmdline())
                except psutil.Error:
                    continue
                if "SparkSubmit" in words:
                    jvm = max(jvm, held)  # for a moment there are two, where it begins another process
                elif "pyspark.daemon" in words:
                    workers += held
                    self.worker = max(self.worker, held)
            self.jvm, self.workers = max(self.jvm, jvm), max(self.workers, workers)


def _pages(spark: Any, page: str) -> Any:
    """What the status pages of a session say."""
    address = f"{spark.sparkContext.uiWebUrl}/api/v1/applications/{spark.sparkContext.applicationId}/{page}"
    with urlopen(address) as answer:
        return json.load(answer)


def _stages(spark: Any) -> list[dict[str, Any]]:
    """The stages that were run, with the times of their tasks and what these read."""
    found = []
    for stage in _pages(spark, "stages?status=complete"):
        place = f"stages/{stage['stageId']}/{stage['attemptId']}/taskList?length=100000"
        metrics = [task["taskMetrics"] for task in _pages(spark, place) if "taskMetrics" in task]
        read = [
            one["inputMetrics"]["bytesRead"] + one["shuffleReadMetrics"]["localBytesRead"]
            + one["shuffleReadMetrics"]["remoteBytesRead"]
            for one in metrics
        ]  # fmt: skip
        found.append({
            "seconds": [one["executorRunTime"] / 1000 for one in metrics], "read": read,
            "shuffled": stage["shuffleWriteBytes"], "name": stage["name"], "id": stage["stageId"],
        })  # fmt: skip
    return found


def _largest(stages: list[dict[str, Any]]) -> dict[str, Any]:
    """Of the stages that count, the largest task against the mean of its stage, by bytes; and how large it is."""
    total = sum(sum(stage["seconds"]) for stage in stages)
    counting = [
        [read for read in stage["read"] if read]
        for stage in stages
        if sum(stage["seconds"]) >= _SHARE * total
    ]
    ratios = [(max(read) / statistics.fmean(read), max(read)) for read in counting if len(read) >= 4]
    ratio, _ = max(ratios, default=(0.0, 0))
    return {
        "largest/mean": round(ratio, 1),
        "largest MB": round(max((most for _, most in ratios), default=0) / 1e6, 1),
    }


def measured(news: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The figures of one corpus."""
    from syndetect.spark import scan  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spark = session(
            options.master,
            folder / "spark",
            {"spark.ui.enabled": "true", "spark.ui.retainedTasks": "1000000"},
        )
        memory = _Memory()
        memory.start()
        start = time.perf_counter()
        manifest = scan(str(news), folder / "result", settings_of(options), spark=spark)
        seconds = time.perf_counter() - start
        memory.ended.set()
        stages = _stages(spark)
        kept = sum(path.stat().st_size for path in (folder / "result").rglob("*") if path.is_file())
        spark.stop()
    size = manifest["counts"]["bytes"]
    return {
        "MB": round(size / 1e6), "articles": manifest["counts"]["documents"], "s": round(seconds, 1),
        "s/MB": round(seconds / size * 1e6, 3), "shuffled B/B": round(sum(one["shuffled"] for one in stages) / size, 2),
        "kept B/B": round(kept / size, 2), **_largest(stages), "JVM MB": round(memory.jvm / 1e6),
        "workers MB": round(memory.workers / 1e6), "a worker MB": round(memory.worker / 1e6),
    }  # fmt: skip


def main() -> int:
    """Measure every corpus."""
    given = parser("Spark as the corpus grows: time, shuffle, largest tasks, memory.")
    given.add_argument("news", type=Path, nargs="+")
    given.add_argument("--master", default="local[2]")
    options = given.parse_args()
    rows = []
    for news in options.news:
        rows.append(measured(news, options))
        print_table(rows[-1:])  # one that fails later takes nothing from those before
        save(options, settings_of(options), corpora=rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
