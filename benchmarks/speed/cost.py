"""Time and memory of the commands as whole processes: ``python -m benchmarks.cost NEWS [--rounds 5]``.

``syndetect --help``, a scan of ``seeds/`` and one of NEWS (any input of a scan) run in turn, after one round that
compiles and is not counted. The times are medians over the rounds, the memory is the largest resident set of any
round as the operating system tells it. Beside each stands the start of Python itself, to tell a slow machine.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import command
from benchmarks.speed.scan_speed import run
from syndetect import Result

_SEEDS = str(Path(__file__).parents[2] / "seeds")


def commands(news: str, folder: str) -> dict[str, list[str]]:
    """The commands by what they do."""
    syndetect = [sys.executable, "-m", "syndetect"]
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "syndetect --help": [*syndetect, "--help"],
        "syndetect scan seeds/": [*syndetect, "scan", _SEEDS, "-q"],
        "syndetect scan NEWS": [*syndetect, "scan", news, "-q", "-o", folder, "--force"],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print seconds, MB/s and memory of each command."""
    parser = argparse.ArgumentParser(description="Time and memory of the commands as whole processes.")
    parser.add_argument("news", help="a file or folder of articles")
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds (default: 5)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "result")
        every = commands(options.news, place)
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in every}
        for number in range(options.rounds + 1):
            for name, arguments_of in every.items():
                figures = run(arguments_of)
                if number:
                    measured[name].append(figures)
        size = Result.read(place).manifest["counts"]["bytes"] / 1e6
    rows: list[dict[str, Any]] = []
    for name, figures_of in measured.items():
        seconds = median(figure[0] for figure in figures_of)
        rate = size / seconds if name.endswith("NEWS") else None
        rows.append(
            {"command": name, "seconds": seconds, "MB/s": rate, "MB": max(figure[1] for figure in figures_of)}
        )
    command.print_table(rows)
    print(f"\n{size:.1f} MB of text in NEWS, {os.cpu_count()} cores, {options.rounds} rounds")


if __name__ == "__main__":
    main()
