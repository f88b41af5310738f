"""How work grows with hostile text: ``python -m benchmarks.robustness.growth [SHAPE...] [--most 25MB]``.

Each shape of ``growth_shapes`` is scanned at sizes that double up to ``--most`` bytes, each in a process of its own
with one thread, its kernels compiled beforehand. Told are CPU seconds, memory beyond the articles, the stage that took
longest, and the exponent of time: 1 is linear, 2 quadratic. It is that of the last doublings whose times are above the
noise of half a second. The exit status is 1 where an exponent exceeds 1.2, or a scan takes longer than ``--seconds``.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks import command
from benchmarks.corpus.maker import bytes_of
from benchmarks.robustness.growth_shapes import SHAPES, articles

#: CPU seconds below which a time says nothing about growth.
NOISE = 0.5
#: The largest exponent of CPU time that is near linear.
MOST = 1.2


def peak_memory() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def scan_once(shape: str, size: int) -> dict[str, Any]:
    """Scan the articles of a shape in this process; the figures of it."""
    import syndetect  # noqa: PLC0415  (in the process that is measured alone)

    given = articles(shape, size)
    syndetect.scan(articles(shape, min(size, 100_000)), threads=1)  # reads the compiled kernels
    before, begin = peak_memory(), time.process_time()
    manifest = syndetect.scan(given, threads=1).manifest
    seconds, timings = time.process_time() - begin, manifest["timings"]
    return {
        "shape": shape,
        "MB": sum(len(one["text"].encode()) for one in given) / 1e6,
        "CPU s": seconds,
        "memory MB": peak_memory() - before,
        "matches": manifest["counts"]["matches"],
        "longest stage": (longest := max(timings, key=timings.__getitem__)),
        "its s": timings[longest],
    }


def exponent(rows: Sequence[dict[str, Any]]) -> float:
    """The exponent of CPU time over the sizes at and above a quarter of the largest that are above the noise."""
    known = [row for row in rows if row["CPU s"] > NOISE and row["MB"] * 4.5 > rows[-1]["MB"]]
    if len(known) < 2:
        return 0.0
    first, last = known[0], known[-1]
    return math.log(last["CPU s"] / first["CPU s"]) / math.log(last["MB"] / first["MB"])


def measure(shape: str, sizes: Sequence[int], most: float) -> tuple[list[dict[str, Any]], str]:
    """The figures of a shape by size, and what is wrong, or nothing."""
    rows: list[dict[str, Any]] = []
    for size in sizes:
        child = [sys.executable, "-m", __spec__.name, "--child", shape, str(size)]
        try:
            done = subprocess.run(child, stdout=subprocess.PIPE, check=True, timeout=most + 20)
        except subprocess.TimeoutExpired:
            return rows, f"{shape} of {size:,} bytes takes more than {most:.0f} s"
        rows.append(json.loads(done.stdout) | {"exponent": 0.0})
        rows[-1]["exponent"] = exponent(rows)
    grown = rows[-1]["exponent"]
    return rows, f"{shape}: CPU time grows with the power {grown:.2f}" if grown > MOST else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the shapes and print a table; 1 if one grows too fast."""
    parser = argparse.ArgumentParser(description="How work grows with hostile text.")
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"(default: all of {', '.join(SHAPES)})")
    parser.add_argument("--most", type=bytes_of, default="25MB", help="the largest size (default: 25MB)")
    parser.add_argument("--doublings", type=int, default=3, help="of the size (default: 3)")
    parser.add_argument("--seconds", type=float, default=100, help="the most for one scan (default: 100)")
    parser.add_argument("--child", nargs=2, metavar=("SHAPE", "BYTES"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        print(json.dumps(scan_once(options.child[0], int(options.child[1]))))
        return 0
    if unknown := {*options.shapes} - {*SHAPES}:
        parser.error(f"no such shape: {', '.join(sorted(unknown))}")
    sizes = [options.most >> halvings for halvings in range(options.doublings, -1, -1)]
    wrong = []
    for shape in options.shapes or SHAPES:
        rows, fault = measure(shape, sizes, options.seconds)
        if rows:
            command.print_table(rows)
        wrong += [fault] if fault else []
        print(fault, flush=True)
    return command.exit_status(wrong)


if __name__ == "__main__":
    sys.exit(main())
