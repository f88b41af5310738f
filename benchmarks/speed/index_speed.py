"""Speed and size of an index: ``python -m benchmarks.index_speed [--size 2GB] [--parts build,query] [--keep DIR]``.

All runs on invented news (``benchmarks.corpus.maker``), every measured process is one of its own. The parts:

- ``build``: an index of the corpus, and a scan of it, in turn; megabytes of the corpus a second, without the start of
  Python and its imports, and the largest resident set.
- ``open``: opening the index in a fresh process, after another small one, with which numba gets ready ("another");
  with its files in memory and not; and what memory that takes.
- ``query``: queries of about 30 paragraphs in one thread: new ones, and copies of a third or all of an indexed
  article's paragraphs, edited. First with blocks to be checked and pages to be read, then warm. After the build, after
  compaction, and of an index that compares articles of at most 14 days apart.
- ``add``: adding articles one at a time, each in a commit of its own.
- ``beside``: two processes that query while another one adds articles all the time, against one alone.
- ``disk``: bytes of each array.

Tables go to standard output, with ``--out`` the figures go to a file as JSON. With ``--keep`` the corpus and indexes
stay in a folder, and are taken from there the next time. The exit status is 1 if the index lacks articles, or answers
lack what was planted; with ``--gate`` also if a figure misses what the project aims at by more than a factor of three.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.command import exit_status, part_names, print_table, write_json
from benchmarks.corpus.index_queries import KINDS, make_queries
from benchmarks.corpus.maker import Options, bytes_of, make
from benchmarks.speed import machine, scan_speed
from benchmarks.speed.index_files import copy, disk, forget
from benchmarks.speed.index_tasks import environment, measurements, task, writing
from benchmarks.speed.ratios import Ratio
from syndetect import Index

PARTS = ("build", "open", "query", "add", "beside", "disk")

_LEAST_FOUND = 0.97
_OPENINGS = 5
_LITTLE = 20_000  # bytes of a corpus that takes no time
_MORE = 20_000_000  # bytes of articles that are added, again and again
_FEW = 300_000_000  # bytes of a corpus that is built and scanned more than once
_WINDOW = 14.0  # days


@dataclass
class Measuring:
    """Measures the parts that the options name.

    Attributes:
        options: as on the command line.
        folder: the folder of corpora and indexes, which are named by the corpus's size.
        results: the figures, by part.
        wrong: violated requirements, in words.
    """

    options: argparse.Namespace
    folder: Path
    results: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def corpus(self) -> Path:
        """The corpus."""
        return self.folder / f"{self.options.size}.jsonl"

    @property
    def index(self) -> Path:
        """The index as it was built."""
        return self.folder / f"{self.options.size}.idx"

    @property
    def compacted(self) -> Path:
        """The same, compacted."""
        return self.folder / f"{self.options.size}.compacted.idx"

    @property
    def windowed(self) -> Path:
        """An index of the same corpus with a time window."""
        return self.folder / f"{self.options.size}.window.idx"

    def run(self) -> None:
        """Measure the parts that the options name."""
        parts = self.options.parts
        if not self.corpus.exists():
            make(self.corpus, Options(self.options.size))
        if not self.index.exists() or "build" in parts:
            self.results["build"] = self._build()
        if "query" in parts and not self.compacted.exists():
            copy(self.index, self.compacted)
            seconds, memory = scan_speed.run(task("compact", self.compacted, self.options.threads))
            self.results["compact"] = [{"seconds": round(seconds, 2), "memory, MB": round(memory)}]
        if "query" in parts and not self.windowed.exists():
            scan_speed.run(task("build", self.corpus, self.windowed, self.options.threads, _WINDOW))
        if "open" in parts:
            self.results["open"] = list(self._open())
        if {"query", "beside"} & {*parts}:
            queries = self.folder / "queries.jsonl"
            self.results["paragraphs a query"] = make_queries(self.corpus, queries, self.options.queries, 1)
        if "query" in parts:
            self.results["query"] = [
                *self._query("built", self.index),
                *self._query("compacted", self.compacted),
                *self._query("windowed", self.windowed),
            ]
        if "add" in parts:
            self.results["add"] = self._add()
        if "beside" in parts:
            self.results["beside"] = self._beside()
        if "disk" in parts:
            self.results["disk"] = disk(self.index)

    # ------------------------------------------------------------------------------------------- build, open

    def _build(self) -> list[dict[str, Any]]:
        """Build and scan in turn; a row for each."""
        commands = {"index": self._build_command, "scan": self._scan_command}
        little = self.folder / "little.jsonl"
        make(little, Options(_LITTLE))
        for command in commands.values():
            scan_speed.run(command(little))  # compiles what is not compiled yet
        rounds = range(self.options.rounds)
        starts = {
            name: median(scan_speed.run(command(little))[0] for _ in rounds)
            for name, command in commands.items()
        }
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in rounds:
            for name, command in commands.items():
                figures[name].append(scan_speed.run(command(self.corpus)))
        self._count()
        size = self.corpus.stat().st_size / 1e6
        rows = []
        for name, measured in figures.items():
            seconds = median(one[0] for one in measured) - starts[name]
            rows.append({
                "what": name, "threads": self.options.threads, "MB": round(size, 1), "seconds": round(seconds, 2),
                "MB/s": round(size / seconds, 2), "memory, MB": round(max(one[1] for one in measured)),
            })  # fmt: skip
        return rows

    def _build_command(self, corpus: Path) -> list[str]:
        folder = self.index if corpus == self.corpus else corpus.with_suffix(".idx")
        for old in (folder, self.compacted, self.windowed):
            shutil.rmtree(old, ignore_errors=True)
        return task("build", corpus, folder, self.options.threads)

    def _scan_command(self, corpus: Path) -> list[str]:
        return scan_speed.scan_command(corpus, self.folder / "scan", self.options.threads)

    def _count(self) -> None:
        """Check that all articles are in the index."""
        with self.corpus.open("rb") as file:
            articles = sum(1 for _ in file)
        with Index.open(self.index, mode="r") as index:
            if len(index) != articles:
                self.wrong.append(f"the index has {len(index)} of {articles} articles")

    def _open(self) -> Iterator[dict[str, Any]]:
        """Open the index in fresh processes; a row for files in memory and one for files that are not."""
        little = self.folder / "little.idx"
        if not little.exists():
            with Index.create(little) as index:
                index.add([{"id": "a", "text": "A few words."}])
        for where in ("in memory", "on the disk"):
            measured = []
            for _ in range(_OPENINGS):
                if where == "on the disk":
                    forget(self.index)
                measured.append(measurements(task("open", self.index, little)))
            yield {
                "files": where,
                **{
                    f"{name}, ms": round(1e3 * median(one[name] for one in measured), 2)
                    for name in ("another", "opening", "again")
                },
                "memory, MB": round(median(one["memory"] for one in measured) / 1e6, 2),
            }

    # ------------------------------------------------------------------------------------------- queries

    def _query(self, state: str, folder: Path) -> Iterator[dict[str, Any]]:
        """Query in one process; a row for each kind of document."""
        measured = measurements(task("query", folder, self.folder / "queries.jsonl"))
        kinds, found = np.array(measured["kinds"]), np.array(measured["found"])
        for kind in ("all", *KINDS):
            of_kind = (kinds == kind) | (kind == "all")
            row: dict[str, Any] = {"index": state, "segments": measured["segments"], "documents": kind}
            row["queries"] = int(of_kind.sum())
            for name, title in (("first", "first"), ("matches", "warm"), ("tables", "with all tables")):
                row |= percentiles(np.array(measured[name])[of_kind], title)
            yield row | {
                "found": round(float(found[of_kind].mean()), 4),
                "memory, MB": round(measured["memory"] / 1e6),
            }
        if found.mean() < _LEAST_FOUND:
            self.wrong.append(f"of the planted articles {found.mean():.3f} are found in the {state} index")

    def _add(self) -> list[dict[str, Any]]:
        """Articles added one at a time to a copy of the index."""
        place = self.folder / "add.idx"
        copy(self.index, place)
        measured = measurements(task("add", place, self._more()))
        shutil.rmtree(place)
        seconds = np.array(measured["seconds"])
        return [
            {
                "commits": len(seconds),
                **percentiles(seconds, "one article"),
                "one article mean, ms": round(1e3 * float(seconds.mean()), 2),
                "CPU mean, ms": round(1e3 * measured["cpu"] / len(seconds), 2),
                "segments": measured["segments"],
            }
        ]

    def _more(self) -> Path:
        """Articles that no index has."""
        more = self.folder / "more.jsonl"
        make(more, Options(min(self.options.size, _MORE), seed=5))
        return more

    def _beside(self) -> list[dict[str, Any]]:
        """One process that queries, alone; and two beside one that writes."""
        place, command = self.folder / "beside.idx", task("query", self.index, self.folder / "queries.jsonl")
        alone = percentiles(np.array(measurements(command)["matches"]), "warm")
        copy(self.index, place)
        command[command.index(str(self.index))] = str(place)
        with writing(task("write", place, self._more())) as measured:
            readers = [
                subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
                for _ in range(2)
            ]
            outputs = [reader.communicate()[0] for reader in readers]
        seconds = np.concatenate([json.loads(output)["matches"] for output in outputs])
        shutil.rmtree(place)
        added = {
            "batches": measured["batches"],
            "batches a second": round(measured["batches"] / measured["seconds"], 1),
        }
        return [
            {"who": "one reader alone", **alone, "batches": None, "batches a second": None},
            {"who": "two readers, one writer", **percentiles(seconds, "warm"), **added},
        ]


def percentiles(seconds: np.ndarray[Any, Any], title: str) -> dict[str, float]:
    """The median and the 99th percentile, in milliseconds."""
    return {
        f"{title} {name}, ms": round(1e3 * float(np.percentile(seconds, share)), 2)
        for name, share in (("median", 50), ("p99", 99))
    }


def ratios(results: dict[str, Any]) -> list[Ratio]:
    """The figures compared with the aims."""
    found = []
    if "build" in results:
        rate = {row["what"]: row["MB/s"] for row in results["build"]}
        found.append(Ratio("rate of building, times that of a scan", rate["index"] / rate["scan"], 0.7))
    if "open" in results:
        found.append(Ratio("opening, ms", results["open"][0]["opening, ms"], 200, is_ceiling=True))
    for row in results.get("query", ()):
        if row["documents"] == "all":
            for name, aim in (("median", 4), ("p99", 15)):
                what = f"querying the {row['index']} index, {name}, ms"
                found.append(Ratio(what, row[f"warm {name}, ms"], aim, is_ceiling=True))
    medians = {
        row["index"]: row["warm median, ms"] for row in results.get("query", ()) if row["documents"] == "all"
    }
    if medians:
        within = medians["windowed"] / medians["built"]
        found.append(Ratio("querying with a window, times without", within, 1.3, is_ceiling=True))
    if "add" in results:
        found.append(
            Ratio(
                "adding one article, median, ms",
                results["add"][0]["one article median, ms"],
                5,
                is_ceiling=True,
            )
        )
    if "beside" in results:
        alone, beside = (row["warm p99, ms"] for row in results["beside"])
        found.append(Ratio("p99 beside a writer, times alone", beside / alone, 2.5, is_ceiling=True))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; 1 if something is wrong."""
    options = _options(arguments)
    kept = nullcontext(options.keep) if options.keep else tempfile.TemporaryDirectory(dir=options.work)
    with kept as folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        measuring = Measuring(options, Path(folder))
        measuring.run()
    results = measuring.results
    for part, rows in results.items():
        print(f"\n{part}")
        print_table(rows if isinstance(rows, list) else [{part: rows}])
    found = ratios(results)
    print("\nratios")
    print_table([{"ratio": one.name, "is": one.value, "aim": one.aim} for one in found])
    if options.gate:
        measuring.wrong += [
            f"{one.name}: {one.value:.2f}, and not {one.aim:g}" for one in found if one.is_far_off
        ]
    measured = {
        **results,
        "ratios": [one._asdict() for one in found],
        "wrong": measuring.wrong,
        "machine": machine.describe(),
    }
    write_json(options.out, measured)
    return exit_status(measuring.wrong)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Speed and size of an index.")
    parser.add_argument("--size", type=bytes_of, default="2GB", help="of the corpus (default: 2GB)")
    parser.add_argument("--parts", type=part_names(PARTS), default=",".join(PARTS),
                        help=f"(default: {','.join(PARTS)})")  # fmt: skip
    parser.add_argument("--queries", type=int, default=600, metavar="N", help="(default: 600)")
    parser.add_argument("--rounds", type=int, help="of build and scan (default: 3; of more than 300 MB: 1)")
    parser.add_argument("--threads", type=int, default=machine.cores(), help="(default: all cores)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep and reuse the files here")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where temporary files go")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--gate", action="store_true", help="exit status 1 on figures far off, too")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (3 if options.size <= _FEW else 1)
    return options


if __name__ == "__main__":
    sys.exit(main())
