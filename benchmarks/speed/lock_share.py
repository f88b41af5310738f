"""CPU time of a scan that holds the interpreter's lock: ``python -m benchmarks.lock_share NEWS [--rounds 3]``.

py-spy samples the process without stopping it, and keeps the stacks of threads that hold the lock. Samples divided by
their rate are seconds; beside the CPU seconds (user and system) of the same run they give the share of the lock, in
reading (stacks that run through ``syndetect/reading`` or the intake) and in the whole scan, as medians over the
rounds. While the lock is held no other thread runs Python, so it bounds what more cores can do: on n cores a scan takes
at least the seconds of the lock, and at least its CPU seconds divided by n. The rate that follows is printed.

A thread that holds the lock and waits for a core counts as well: measure on an idle machine. NEWS of 256 MB and more
makes imports and the loading of kernels, some of a second, small.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks import command

_RATE = 250  # samples a second
_GOALS = {"reading": 0.05, "whole scan": 0.08}
_CORES = (2, 4, 8, 16)
_READING = ("(syndetect/reading/", "(syndetect/pipeline/intake.py")
_SCAN = """
import json, os, sys
from syndetect import scan

class Stages:
    def __init__(self):
        self.began = []
    def stage(self, name, total, unit):
        self.began.append((name, sum(os.times()[:2])))
    def advance(self, n): ...
    def note(self, text): ...

def sampled():
    stages = Stages()
    begin = sum(os.times()[:2])
    result = scan(sys.argv[1], threads=int(sys.argv[2]), progress=stages)
    end = sum(os.times()[:2])
    at = [name for name, _ in stages.began].index("reading")
    behind = stages.began[at + 1][1]
    return {"reading": behind - stages.began[at][1], "whole scan": end - begin,
            "bytes": result.manifest["counts"]["bytes"]}

print(json.dumps(sampled()))
"""


class Share(NamedTuple):
    """Seconds of one run, by part of the scan."""

    lock: dict[str, float]
    cpu: dict[str, float]
    size: int


def sampled(news: Path, threads: int) -> Share:
    """One scan, sampled."""
    program = shutil.which("py-spy")
    if program is None:
        raise SystemExit("py-spy is needed: pip install 'syndetect[bench]'")
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder) / "stacks"
        options = f"--gil --nonblocking --threads --rate {_RATE} --format raw --output".split()
        scan = [sys.executable, "-c", _SCAN, str(news.resolve()), str(threads)]
        done = subprocess.run(
            [program, "record", *options, str(stacks), "--", *scan],
            capture_output=True,
            text=True,
            check=True,
        )
        lock = held(stacks.read_text("utf-8", errors="replace"))
    line = next(line for line in done.stdout.splitlines() if line.startswith("{"))
    cpu: dict[str, Any] = json.loads(line)
    size = int(cpu.pop("bytes"))
    return Share(lock, cpu, size)


def held(stacks: str) -> dict[str, float]:
    """Seconds of the lock by part, of py-spy's raw stacks: frames with semicolons between them, and a count."""
    seconds = dict.fromkeys(_GOALS, 0.0)
    for line in stacks.splitlines():
        stack, _, count = line.rpartition(" ")
        if "MainThread" in stack and "sampled (" not in stack:
            continue  # before the scan, or behind it
        seconds["whole scan"] += int(count) / _RATE
        if any(name in stack for name in _READING):
            seconds["reading"] += int(count) / _RATE
    return seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Sample scans and print the shares, and what they allow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path, help="a file or folder of articles")
    parser.add_argument("--threads", type=int, default=2, help="of the scan (default: 2)")
    parser.add_argument("--rounds", type=int, default=3, help="(default: 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also save the figures to FILE")
    options = parser.parse_args(arguments)
    sampled(options.news, options.threads)  # compiles
    runs = [sampled(options.news, options.threads) for _ in range(options.rounds)]
    rows = []
    for part, goal in _GOALS.items():
        lock, cpu = (
            median(side[part] for side in sides) for sides in zip(*[run[:2] for run in runs], strict=True)
        )
        rows.append(
            {
                "part": part,
                "CPU s": round(cpu, 2),
                "lock s": round(lock, 2),
                "share": round(lock / cpu, 3),
                "goal": goal,
            }
        )
    command.print_table(rows)
    whole, size = rows[-1], runs[0].size
    rates = [
        {
            "cores": cores,
            "MB/s at most": round(size / 1e6 / max(whole["lock s"], whole["CPU s"] / cores, 1e-9)),
        }
        for cores in _CORES
    ]
    command.print_table(rates)
    command.write_json(options.json, {"shares": rows, "rates": rates})
    return 0


if __name__ == "__main__":
    sys.exit(main())
