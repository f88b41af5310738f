"""The cost of syndication: ``python -m benchmarks.explaining CORPUS --without CHECKOUT``.

CHECKOUT is a copy of this repository as it was before syndication (``git worktree add CHECKOUT c33afdb``). Both scan
the corpus, each in a process of its own, taking turns; a first round, which compiles, does not count.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import command

_SCAN = """
import json, sys, time
from syndetect import scan
began = time.perf_counter()
result = scan(sys.argv[1], threads=int(sys.argv[2]))
seconds = time.perf_counter() - began
size = result.manifest["counts"]["bytes"]
print(json.dumps({"seconds": seconds, "stages": result.manifest["timings"], "bytes": size}))
"""


def timed(checkout: Path, corpus: Path, threads: int) -> dict[str, float]:
    """Seconds by stage, and ``seconds`` of the whole, of one scan by a checkout's code."""
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    arguments = [sys.executable, "-c", _SCAN, str(corpus.resolve()), str(threads)]
    done = subprocess.run(
        arguments, env=environment, cwd=checkout, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    return {**found["stages"], "seconds": found["seconds"], "MB/s": found["bytes"] / found["seconds"] / 1e6}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both and print the medians by stage, and the ratio of the wholes."""
    parser = command.parser(__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--without", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    sides = {"with": Path(__file__).parents[2], "without": options.without}
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in sides}
    for turn in range(options.rounds + 1):
        for name, checkout in sides.items():
            found = timed(checkout, options.corpus, options.threads)
            if turn:
                runs[name].append(found)
    rows = [
        {
            "scan": name,
            **{
                stage: round(statistics.median(run[stage] for run in found), 3)
                for stage in runs["with"][0]
                if stage in found[0]
            },
        }
        for name, found in runs.items()
    ]
    for row in rows:
        print(", ".join(f"{name} {value}" for name, value in row.items()))
    ratios = [one["seconds"] / two["seconds"] for one, two in zip(runs["with"], runs["without"], strict=True)]
    print(
        f"with / without: {statistics.median(ratios):.3f} (from {min(ratios):.3f} to {max(ratios):.3f}; goal 1.25)"
    )
    command.save(options, command.settings_of(options), rows=rows, ratios=ratios)
    return 0


if __name__ == "__main__":
    sys.exit(main())
