"""A scan before and after a change: ``python -m benchmarks.before_after NEWS --before CHECKOUT [--threads 1 2]``.

CHECKOUT is a copy of this repository as it was (``git worktree add CHECKOUT COMMIT``). Both scan NEWS (any input of a
scan), each in a process of its own, taking turns (A B A B); a first round, which compiles, does not count. For each
number of threads are printed, as medians over the rounds,

- the seconds of a scan, MB/s of text and the largest resident set;
- the ratio of the rates, after to before, by pairs of runs;
- CPU seconds (user and system) by stage, before and after.

The exit status is 1 if a table differs.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import command

# One scan by the code that PYTHONPATH names. Only public names are used, so it runs in older checkouts.
_SCAN = """
import hashlib, json, os, resource, sys, time
from syndetect import scan

class Stages:
    def __init__(self):
        self.began = []
    def stage(self, name, total, unit):
        self.began.append((name, *os.times()[:2]))
    def advance(self, n): ...
    def note(self, text): ...

stages = Stages()
given = json.loads(sys.argv[2])
wall, cpu = time.perf_counter(), os.times()[:2]
result = scan(sys.argv[1], progress=stages, **given)
wall, end = time.perf_counter() - wall, os.times()[:2]
marks = [("start", *cpu), *stages.began, ("", *end)]
digests = {}
for name in ("documents", "pairs", "matches", "passages", "clusters", "credits", "edges", "links", "families"):
    frame = getattr(result, name)
    digests[name] = hashlib.blake2b(frame.write_ndjson().encode(), digest_size=8).hexdigest()
print(json.dumps({
    "seconds": wall,
    "bytes": result.manifest["counts"]["bytes"],
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "user": {one[0]: two[1] - one[1] for one, two in zip(marks, marks[1:])},
    "system": {one[0]: two[2] - one[2] for one, two in zip(marks, marks[1:])},
    "digests": digests,
}))
"""
_SIDES = ("before", "after")


def scanned(checkout: Path, news: Path, **given: Any) -> dict[str, Any]:
    """One scan by a checkout's code: seconds, bytes, peak, digests; ``user`` and ``system`` by stage."""
    done = subprocess.run(
        [sys.executable, "-c", _SCAN, str(news.resolve()), json.dumps(given)],
        env=os.environ | {"PYTHONPATH": str(checkout.resolve() / "src")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def rows_of(runs: dict[str, list[dict[str, Any]]], threads: int) -> list[dict[str, Any]]:
    """A row a side: medians over its runs."""
    return [
        {
            "scan": side,
            "threads": threads,
            "seconds": round(median(run["seconds"] for run in runs[side]), 2),
            "MB/s": round(median(run["bytes"] / run["seconds"] for run in runs[side]) / 1e6, 1),
            "CPU seconds": round(median(_cpu(run) for run in runs[side]), 2),
            "peak MB": round(max(run["peak"] for run in runs[side]) / 1e6),
        }
        for side in _SIDES
    ]


def stages_of(runs: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """A row a stage: CPU seconds before and after, medians over the runs."""
    rows: list[dict[str, Any]] = []
    for stage in runs["after"][0]["user"]:
        row: dict[str, Any] = {"stage": stage}
        for side in _SIDES:
            for kind in ("user", "system"):
                row[f"{kind} {side}"] = round(median(run[kind].get(stage, 0.0) for run in runs[side]), 2)
        rows.append(row)
    return rows


def _cpu(run: dict[str, Any]) -> float:
    return float(sum(run["user"].values()) + sum(run["system"].values()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both sides in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path, help="a file or folder of articles")
    parser.add_argument(
        "--before", type=Path, required=True, metavar="CHECKOUT", help="the code to compare with"
    )
    parser.add_argument("--threads", type=int, nargs="+", default=[2], help="(default: 2)")
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds (default: 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also save the figures to FILE")
    options = parser.parse_args(arguments)
    checkouts = {"before": options.before, "after": Path(__file__).parents[2]}
    figures, wrong = [], []
    for threads in options.threads:
        runs: dict[str, list[dict[str, Any]]] = {side: [] for side in _SIDES}
        for turn in range(options.rounds + 1):
            for side, checkout in checkouts.items():
                found = scanned(checkout, options.news, threads=threads)
                if turn:
                    runs[side].append(found)
        ratios = [one["seconds"] / two["seconds"] for one, two in zip(*runs.values(), strict=True)]
        rows, stages = rows_of(runs, threads), stages_of(runs)
        command.print_table(rows)
        print(
            f"rate after / before: {median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f}); "
            f"CPU after / before: {rows[1]['CPU seconds'] / rows[0]['CPU seconds']:.2f}"
        )
        command.print_table(stages)
        print()
        digests = {side: runs[side][0]["digests"] for side in _SIDES}
        wrong += [
            f"the table of {name} differs"
            for name, digest in digests["after"].items()
            if digest != digests["before"][name]
        ]
        figures.append({"rows": rows, "ratios": ratios, "stages": stages})
    command.write_json(options.json, figures)
    return command.exit_status(wrong)


if __name__ == "__main__":
    sys.exit(main())
