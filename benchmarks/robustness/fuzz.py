"""Random and broken input: ``python -m benchmarks.fuzz [--minutes 60] [--seed 1] [--only reader|index|cli]``.

- ``reader``: files of articles in every format that is read, of odd values and mostly broken; they are read twice,
  scanned, indexed and queried.
- ``index``: an index whose files are damaged in many places, or whose manifest has odd values and a right checksum,
  is opened, queried in every way, compacted and queried again.
- ``cli``: the commands, over such files and with odd options.

Nothing may be raised but syndetect's own errors, no command end otherwise than the help page says, no answer be wrong,
and no case take longer than a minute. Cases run in a process of their own, so that one that ends it, or never ends,
is found too. What fails is printed with its number: ``--case N`` with the same seed, and ``--only`` where it was given,
runs it again. The exit status is 1 if anything failed.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from benchmarks.robustness.fuzz_cases import CASES
from benchmarks.robustness.index_checks import Failure, Problem, Refusal, attempt, report

KINDS = ("failures",)

_LONGEST = 60  # seconds of a case
_START = 120  # seconds until a process has ended its first case, which compiles
_MEMORY = 12 << 30  # bytes of address space; more is wanted by mistake only
_AT_ONCE = 200  # cases of one process, so that what it leaks is no matter


def mode_of(number: int, only: str | None) -> str:
    """The kind of a case."""
    return only or list(CASES)[number % len(CASES)]


def run_case(number: int, seed: int, only: str | None, work: Path) -> list[str]:
    """The problems of a case, in words."""
    mode = mode_of(number, only)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        wrong = attempt(lambda: CASES[mode](Random(f"{seed} {mode} {number}"), Path(folder)))
    return (
        [wrong.trace] if isinstance(wrong, Failure) else [str(wrong)] if isinstance(wrong, Refusal) else wrong
    )


def run_cases(pipe: Connection, first: int, seed: int, only: str | None, work: Path) -> None:
    """Run cases from ``first`` on, and send the problems of each; runs in a process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # where polars reports its panics
    with tempfile.TemporaryDirectory(dir=work) as folder:
        for number in range(first, first + _AT_ONCE):
            pipe.send(run_case(number, seed, only, Path(folder)))


@dataclass
class Fuzzing:
    """Cases one after the other, in processes that are replaced when they end.

    Attributes:
        seed, only: as on the command line.
        work: a folder for all files.
        goes_on: whether another case, of this number, is to be run.
        done: how many cases there were of each kind.
        problems: what failed.
    """

    seed: int
    only: str | None
    work: Path
    goes_on: Callable[[int], bool]
    done: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def run(self, first: int) -> None:
        """Run cases for as long as ``goes_on`` says."""
        processes = multiprocessing.get_context("forkserver")
        processes.set_forkserver_preload(["benchmarks.robustness.index_checks", "syndetect.index.index"])
        number = first
        while self.goes_on(number):
            ours, theirs = processes.Pipe(duplex=False)
            process = processes.Process(
                target=run_cases, args=(theirs, number, self.seed, self.only, self.work)
            )
            process.start()
            theirs.close()
            with ours:
                number = self._follow(process, ours, number)
            process.kill()
            process.join()

    def _follow(self, process: BaseProcess, pipe: Connection, number: int) -> int:
        """Record the messages of a process until it ends; returns the number of the next case."""
        first = number
        while self.goes_on(number):
            if not pipe.poll(_START if number == first else _LONGEST):
                return self._record(number, ["it does not end"])
            try:
                wrong = pipe.recv()
            except (EOFError, OSError):
                process.join()
                return (
                    number
                    if process.exitcode == 0
                    else self._record(number, [f"exit status {process.exitcode}"])
                )
            number = self._record(number, wrong)
        return number

    def _record(self, number: int, wrong: Sequence[str]) -> int:
        mode = mode_of(number, self.only)
        self.done[mode] += 1
        for what in wrong:
            self.problems.append(Problem("failures", number, f"{mode}: {what}"))
            print(f"--case {number} --seed {self.seed}: {mode}: {what}", file=sys.stderr, flush=True)
        if (count := sum(self.done.values())) % 1000 == 0:
            print(f"{count} cases, {len(self.problems)} failures", file=sys.stderr)
        return number + 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run cases and report; 1 if any failed."""
    parser = argparse.ArgumentParser(description="Random and broken input.")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--count", type=int, help="so many cases instead")
    parser.add_argument("--seed", type=int, default=1, help="of all cases (default: 1)")
    parser.add_argument("--only", choices=[*CASES], help="one kind of case")
    parser.add_argument("--case", type=int, metavar="N", help="this case alone, in this process")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report as JSON")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        if options.case is not None:
            wrong = run_case(options.case, options.seed, options.only, Path(work))
            print("\n".join(wrong) or "nothing wrong")
            return int(bool(wrong))

        def goes_on(number: int) -> bool:
            if options.count is not None:
                return number < int(options.count)
            return time.monotonic() < began + 60 * float(options.minutes)

        fuzzing = Fuzzing(options.seed, options.only, Path(work), goes_on)
        fuzzing.run(0)
    figures = {
        "cases": sum(fuzzing.done.values()),
        **fuzzing.done,
        "seed": options.seed,
        "seconds": round(time.monotonic() - began, 1),
    }
    return report(figures, KINDS, fuzzing.problems, options.out)


if __name__ == "__main__":
    sys.exit(main())
