"""Commands interrupted at random moments: ``python -m benchmarks.robustness.interrupts [--moments 100] [--seed 1]``.

Scans, index builds and deduplications of ordinary and of hostile articles, with one thread and two, get Ctrl-C (SIGINT)
at random moments between their start, when all is imported, and their end. Told are the longest and the median time
from the signal to the end of the process. The exit status is 1 where that is more than ``--seconds``, where a command
ends with another exit code than 130, or leaves anything behind. Kernels are compiled beforehand.
"""

import argparse
import json
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import command
from benchmarks.corpus.maker import Options, bytes_of, make
from benchmarks.robustness.growth_shapes import articles

#: Hostile shapes whose scans take long in different stages.
SHAPES = ("shuffled-lines", "credits", "near-all", "one-paragraph", "pool-of-49")
#: The exit codes of an interrupted command: its own, and that of Python where Ctrl-C comes while it imports. Shells
#: tell both as 130.
CODES = (130, -signal.SIGINT)
_TASKS = ("scan", "index build", "dedup")


class Ended(NamedTuple):
    """How a command ended after Ctrl-C: seconds until then, its exit code, and the names that it left."""

    seconds: float
    code: int
    left: list[str]


def arguments_of(task: str, corpus: Path, folder: Path, threads: int) -> list[str]:
    """The command of a task that reads a corpus and writes into a folder."""
    common = [sys.executable, "-m", "syndetect", *task.split()]
    threaded = ["--threads", str(threads), "-q"]
    if task == "index build":
        return [*common, str(folder / "out"), str(corpus), *threaded]
    target = folder / ("out.jsonl" if task == "dedup" else "out")
    return [*common, str(corpus), "-o", str(target), *threaded]


def interrupted(arguments: Sequence[str], folder: Path, after: float) -> Ended | None:
    """Run a command and send Ctrl-C after some seconds; None if it was done before, with its result in place."""
    process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        begin = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait()
        left = sorted(one.name for one in folder.iterdir())
        is_done = process.returncode in (0, *CODES) and bool(left) and not left[0].startswith(".")
        return None if is_done else Ended(time.perf_counter() - begin, process.returncode, left)
    return None


def write_articles(path: Path, shape: str, size: int) -> None:
    """Write the articles of a shape as JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(article) + "\n" for article in articles(shape, size))


def corpora(work: Path, size: int) -> Iterator[Path]:
    """The inputs, written once: invented news, hostile shapes, and a single article as one long line."""
    make(work / "news.jsonl", Options(size))
    yield work / "news.jsonl"
    for shape in SHAPES:
        write_articles(work / f"{shape}.jsonl", shape, size)
        yield work / f"{shape}.jsonl"


def empty(folder: Path) -> None:
    """Remove what is in a folder."""
    shutil.rmtree(folder)
    folder.mkdir()


def duration(arguments: Sequence[str], folder: Path) -> float:
    """The seconds that a command takes when nothing interrupts it; what it writes is removed."""
    begin = time.perf_counter()
    subprocess.run(arguments, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    seconds = time.perf_counter() - begin
    empty(folder)
    return seconds


def interrupt_all(work: Path, options: argparse.Namespace) -> tuple[list[tuple[float, str]], list[str]]:
    """The seconds until the end at each moment, with what was interrupted; and what is wrong."""
    rng, folder = random.Random(options.seed), work / "results"
    rows, wrong = list[tuple[float, str]](), list[str]()
    (work / "corpora").mkdir()
    folder.mkdir()
    inputs = corpora(work / "corpora", options.size)
    cases = [(task, corpus, threads) for corpus in inputs for task in _TASKS for threads in (1, 2)]
    rng.shuffle(cases)
    whole: dict[tuple[str, Path, int], float] = {}
    while len(rows) < options.moments:
        case = cases[len(rows) % len(cases)]
        task, corpus, threads = case
        arguments = arguments_of(task, corpus, folder, threads)
        if case not in whole:
            whole[case] = duration(arguments, folder)
        after = rng.uniform(0.6, max(0.7, whole[case]))
        ended = interrupted(arguments, folder, after)
        if ended is not None:
            name = f"{task} of {corpus.stem}, threads {threads}, after {after:.2f} of {whole[case]:.2f} s"
            rows.append((ended.seconds, name))
            if ended.seconds > options.seconds:
                wrong.append(f"{name}: ended {ended.seconds:.2f} s later")
            if ended.code not in CODES or ended.left:
                wrong.append(f"{name}: exit code {ended.code}, left {', '.join(ended.left) or 'nothing'}")
        empty(folder)
    return rows, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Interrupt, and print how long the ends took; 1 if one took too long or was not clean."""
    parser = argparse.ArgumentParser(description="Interrupt commands at random moments.")
    parser.add_argument("--moments", type=int, default=100, help="how many (default: 100)")
    parser.add_argument("--size", type=bytes_of, default="10MB", help="of each input (default: 10MB)")
    parser.add_argument("--seconds", type=float, default=1.0, help="the most until the end (default: 1)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default: 1)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        rows, wrong = interrupt_all(Path(place), options)
    longest, middle = max(rows), statistics.median(seconds for seconds, _ in rows)
    print(
        f"{len(rows)} moments: {longest[0]:.2f} s to the end at the longest ({longest[1]}), median {middle:.2f} s"
    )
    return command.exit_status(wrong)


if __name__ == "__main__":
    sys.exit(main())
