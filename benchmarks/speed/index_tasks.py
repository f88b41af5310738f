"""Processes that ``benchmarks.speed.index_speed`` measures: ``python -m benchmarks.speed.index_tasks TASK ...``.

    build CORPUS FOLDER THREADS [DAYS]  make an index, if need be with a time window
    compact FOLDER THREADS              make as few segments of it as can be
    open FOLDER LITTLE                  open another, and then it, twice
    query FOLDER QUERIES                query documents, one after the other, twice
    add FOLDER CORPUS                   add articles one at a time
    write FOLDER CORPUS                 add articles in small batches, until standard input ends

The last four print their measurements as one line of JSON: seconds, and bytes of memory.
"""

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.corpus.index_queries import IndexQuery, read_queries
from syndetect import Index, Settings
from syndetect.runtime.memory import resident_bytes

#: What a writer prints after its first batch.
READY = "ready"

_ALONE = 200  # articles that are added one at a time
_BATCH = 20  # articles that are added at once
_ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def task(name: str, *arguments: object) -> list[str]:
    """The command of a process of ``benchmarks.speed.index_tasks``."""
    return [sys.executable, "-m", "benchmarks.speed.index_tasks", name, *map(str, arguments)]


def measurements(command: Sequence[str]) -> dict[str, Any]:
    """The measurements of a process that works in one thread."""
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=environment())
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def environment() -> dict[str, str]:
    """The variables of a process that works in one thread."""
    return {**os.environ, **_ONE_THREAD}


@contextmanager
def writing(command: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Let a process write during the block; its measurements are filled in at the end."""
    measured: dict[str, Any] = {}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != READY:
            raise subprocess.CalledProcessError(process.wait(), list(command))
        yield measured
        output, _ = process.communicate()
        measured |= json.loads(output)


def build(corpus: str, folder: str, threads: str, days: str = "0") -> None:
    """Make an index of a corpus, if need be with a time window."""
    with Index.create(folder, Settings(window_days=float(days))) as index:
        index.add([corpus], threads=int(threads))


def compact(folder: str, threads: str) -> None:
    """Compact an index."""
    with Index.open(folder) as index:
        index.compact(threads=int(threads))


def open_(folder: str, little: str) -> dict[str, Any]:
    """Open an index for reading twice, after another index, which loads numba."""
    seconds = []
    for place in (little, folder, folder):
        before, start = resident_bytes(), perf_counter()
        with Index.open(place, mode="r"):
            seconds.append(perf_counter() - start)
            if len(seconds) == 2:
                memory = resident_bytes() - before
    return {"another": seconds[0], "opening": seconds[1], "again": seconds[2], "memory": memory}


def query(folder: str, queries: str) -> dict[str, Any]:
    """Query an index, refreshed before each query; a second round finds all pages in memory."""
    documents = read_queries(Path(queries))
    with Index.open(folder, mode="r") as index:
        rounds = [[_timed(index, one) for one in documents] for _ in range(2)]
        segments = index.info()["segments"]
    return {
        "kinds": [one.kind for one in documents],
        "first": [row[0] for row in rounds[0]],
        "matches": [row[0] for row in rounds[1]],
        "tables": [row[1] for row in rounds[1]],
        "found": [row[2] for row in rounds[1]],
        "segments": segments,
        "memory": resident_bytes(),
    }


def _timed(index: Index, one: IndexQuery) -> tuple[float, float, bool]:
    """Seconds to matches, and to all tables; and whether the origin is among the matches."""
    start = perf_counter()
    index.refresh()
    answer = index.query(one.document)
    matches = answer.matches
    middle = perf_counter()
    answer.tables()
    end = perf_counter()
    return middle - start, end - start, one.origin is None or one.origin in matches["doc_a"]


def add(folder: str, corpus: str) -> dict[str, Any]:
    """Add articles one at a time, after one that loads what is needed; with CPU time."""
    seconds = []
    with Path(corpus).open(encoding="utf-8") as file, Index.open(folder) as index:
        articles = [json.loads(line) for line in islice(file, _ALONE + 1)]
        articles = [one | {"id": f"more-{one['id']}"} for one in articles]
        index.add(articles[:1], threads=1)
        cpu = process_time()
        for one in articles[1:]:
            start = perf_counter()
            index.add([one], threads=1)
            seconds.append(perf_counter() - start)
        return {"seconds": seconds, "cpu": process_time() - cpu, "segments": index.info()["segments"]}


def write(folder: str, corpus: str) -> dict[str, Any]:
    """Add articles until standard input ends."""
    batches, start = 0, 0.0
    with Path(corpus).open(encoding="utf-8") as file, Index.open(folder) as index:
        while batches == 0 or not select.select([sys.stdin], [], [], 0)[0]:
            if not (articles := [json.loads(line) for line in islice(file, _BATCH)]):
                file.seek(0)
                continue
            index.add([one | {"id": f"{batches}-{one['id']}"} for one in articles], threads=1)
            batches += 1
            if batches == 1:
                print(READY, flush=True)
                start = perf_counter()
        return {"batches": batches, "seconds": perf_counter() - start, "segments": index.info()["segments"]}


TASKS: Mapping[str, Callable[..., dict[str, Any] | None]] = {
    "build": build, "compact": compact, "open": open_, "query": query, "add": add, "write": write,
}  # fmt: skip


def main() -> None:
    """Run a task."""
    measured = TASKS[sys.argv[1]](*sys.argv[2:])
    if measured is not None:
        print(json.dumps(measured))


if __name__ == "__main__":
    main()
