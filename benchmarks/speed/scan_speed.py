"""Whole scans as processes of their own: beside other tools, on growing corpora, and on worst cases."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.accuracy import recall
from benchmarks.corpus.maker import Options, make, truth_path
from benchmarks.speed.peers import FIND, ROWS, read_run, texts_of
from syndetect.arrays import Bool
from syndetect.results.result import Result

#: The first so many articles that a tool gets, at most: some seconds' work on one core.
_ARTICLES = {"datasketch": 1000, "rensa full set": 10_000, "rensa sampling": 10_000, "datatrove": 300}

_NO_LIMITS: Mapping[str, str] = {}
_GIANT_BYTES, _GIANT_WORDS = 50_000_000, 5_000_000

# Runs a command from a small process, since the system counts the memory of the parent as the child's at first. Prints
# the exit status, the seconds and the largest resident set.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(os.waitstatus_to_exitcode(status), time.perf_counter() - start, usage.ru_maxrss)
"""


def run(arguments: Sequence[str]) -> tuple[float, float]:
    """Run a command to its end: its seconds, and the most memory that it held, in MB.

    Raises:
        CalledProcessError: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, *arguments], stdout=subprocess.PIPE, check=True, text=True
    )
    status, seconds, memory = done.stdout.splitlines()[-1].split()
    if int(status):
        raise subprocess.CalledProcessError(int(status), list(arguments))
    return float(seconds), float(memory) / (1e6 if sys.platform == "darwin" else 1e3)


def scan_command(corpus: Path, out: Path, threads: int, window: str = "", memory: str = "") -> list[str]:
    """The command line of a scan."""
    command = [sys.executable, "-m", "syndetect", "scan", str(corpus), "-q", "-o", str(out), "--force"]
    command += ["--threads", str(threads), "--no-across-sources"]  # copies are planted within outlets too
    for name, value in (("--window", window), ("--memory", memory)):
        command += [name, value] if value else []
    return command


def scan(
    corpus: Path, work: Path, threads: int, limits: Mapping[str, str] = _NO_LIMITS, rounds: int = 1
) -> dict[str, Any]:
    """Scan a corpus some times: a row with the median time, the most memory, and the recall where truth is known."""
    out = work / "result"
    figures = [run(scan_command(corpus, out, threads, **limits)) for _ in range(rounds)]
    result = Result.read(out)
    shutil.rmtree(out)
    counts = result.manifest["counts"]
    seconds, memory = median(figure[0] for figure in figures), max(figure[1] for figure in figures)
    row = _row("syndetect", threads, counts["bytes"], counts["documents"], seconds, memory)
    if not truth_path(corpus).exists():
        return row
    truth = recall.Truth.read(corpus, counts["documents"])
    return _with_recall(row, truth, recall.by_matches(truth, result.matches))


def beside_peers(
    corpus: Path, work: Path, threads: Sequence[int], rounds: int, names: Sequence[str]
) -> list[dict[str, Any]]:
    """The scan and other tools in turn, none on a first start: a row for each and each number of threads.

    Seconds are of the work: the time of the scan's process less that of one with hardly any text, the shortest of all
    rounds, since other processes can only lengthen it; the others measure their own, after their imports.
    """
    little = work / "little.jsonl"
    make(little, Options(1_000_000))
    scan(little, work, threads[-1])
    make(little, Options(20_000))
    measured: dict[tuple[str, int], list[dict[str, Any]]] = {}
    starts: dict[int, float] = {}
    for _ in range(rounds):
        for number in threads:
            starts[number] = min(scan(little, work, number)["seconds"], starts.get(number, inf))
            measured.setdefault(("syndetect", number), []).append(scan(corpus, work, number))
        for name in names:
            for number in (1,) if name == "datasketch" else threads:  # which uses one
                measured.setdefault((name, number), []).append(_peer(name, corpus, work, number))
    _remove(little)
    for number in threads:
        for row in measured["syndetect", number]:
            row["seconds"] -= starts[number]
    return [_median_row(rows) for rows in measured.values()]


def _row(tool: str, threads: int, size: int, articles: int, seconds: float, memory: float) -> dict[str, Any]:
    return {
        "tool": tool,
        "threads": threads,
        "MB": round(size / 1e6, 1),
        "articles": articles,
        "seconds": round(seconds, 2),
        "MB/s": size / 1e6 / seconds,
        "memory, MB": round(memory),
        "recall": None,
    }


def _with_recall(row: dict[str, Any], truth: recall.Truth, found: Bool) -> dict[str, Any]:
    shares = recall.shares(truth, found)
    return row | {"recall": shares.get("all"), "recall by kind": shares}


def _median_row(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    seconds = median(row["seconds"] for row in rows)
    most = max(row["memory, MB"] for row in rows)
    return rows[0] | {"seconds": round(seconds, 2), "MB/s": rows[0]["MB"] / seconds, "memory, MB": most}


def _peer(name: str, corpus: Path, work: Path, threads: int) -> dict[str, Any]:
    out = work / "found.npz"
    arguments = ["--articles", str(_ARTICLES[name]), "--threads", str(threads), "--out", str(out)]
    run([sys.executable, "-m", "benchmarks.speed.peers", name, str(corpus), *arguments])
    done = read_run(out)
    articles = int(done.paragraphs.article[-1]) + 1
    row = _row(name, threads, done.size, articles, done.seconds, done.memory)
    if not truth_path(corpus).exists():
        return row
    truth = recall.Truth.read(corpus, articles)
    return _with_recall(row, truth, recall.of_found(truth, done.paragraphs, done.found, ROWS))


def growing(
    work: Path, sizes: Sequence[int], threads: int, rounds: int, limits: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Scans of ever larger corpora: a row for each, with the time per MB against the step before."""
    before, little = None, work / "little.jsonl"
    make(little, Options(1_000_000))
    scan(little, work, threads, limits)  # compiles what is not compiled yet
    _remove(little)
    for size in sizes:
        corpus = work / "growing.jsonl"
        make(corpus, Options(size))
        row = scan(corpus, work, threads, limits, rounds if size <= 300_000_000 else 1)
        row["ms/MB"] = 1e3 * row["seconds"] / row["MB"]
        row["against the step before"] = row["ms/MB"] / before if before else None
        before = row["ms/MB"]
        _remove(corpus)
        yield row


def hot(
    work: Path, size: int, documents: int, threads: int, limits: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Scans of worst cases, each after a control that has the same text in a harmless form."""
    for is_distinct in (True, False):
        corpus = work / "hot.jsonl"
        make(corpus, Options(1 << 60, documents, length=0.05, hot=1, is_hot_distinct=is_distinct))
        what = "each with another paragraph" if is_distinct else "all with the same paragraph"
        yield {"case": f"{documents:,} short articles, {what}"} | scan(corpus, work, threads, limits)
        _remove(corpus)
    yield from _giants(work, size, threads, limits)


def _giants(work: Path, size: int, threads: int, limits: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """A corpus with a document, or a paragraph, of immense length; and with its text as articles."""
    source, corpus = work / "source.jsonl", work / "giant.jsonl"
    make(source, Options(_GIANT_BYTES, seed=7))
    texts = list(texts_of(source, 1 << 62))
    words = " ".join(" ".join(texts).split()[:_GIANT_WORDS])
    cases = {
        "with 50 MB more as articles": texts,
        "with 50 MB more as one article": ["\n\n".join(texts)],
        "with a paragraph of 5,000,000 words": [words],
    }
    for name, added in cases.items():
        make(corpus, Options(size))
        with corpus.open("a", encoding="utf-8") as file:
            for number, text in enumerate(added):
                record = {
                    "id": f"g{number}",
                    "source": "Giant",
                    "published": "2031-01-08T00:00:00Z",
                    "text": text,
                }
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        yield {"case": f"{size / 1e6:.0f} MB of news {name}"} | scan(corpus, work, threads, limits)
        _remove(corpus)
    _remove(source)


def _remove(corpus: Path) -> None:
    corpus.unlink()
    truth_path(corpus).unlink()


PEERS = tuple(FIND)
