"""The options of the trials that take several subjects in turns, and each subject's share of them."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.command import part_names
from benchmarks.robustness.actors import SUBJECTS
from benchmarks.robustness.subjects import Subject


def options(arguments: Sequence[str] | None, description: str, what: str, number: int) -> argparse.Namespace:
    """The parsed options.

    Args:
        arguments: those of the command line; None for the process's own.
        description: of the command.
        what: the option that says how many trials there are, ``number`` by default.
        number: see there.
    """
    names = [kind.__name__ for kind in SUBJECTS]
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        f"--{what}", type=int, dest="number", default=number, help=f"how many (default: {number})"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of changes and trials (default: 1)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report as JSON")
    parser.add_argument(
        "--only", type=part_names(names), default=names, metavar="NAMES",
        help=f"subjects, with commas between them (default: {','.join(names)})",
    )  # fmt: skip
    return parser.parse_args(arguments)


def shares(given: argparse.Namespace) -> Iterator[tuple[type[Subject], int]]:
    """The subjects that were asked for, and how many trials each has."""
    kinds = [kind for kind in SUBJECTS if kind.__name__ in given.only]
    for at, kind in enumerate(kinds):
        yield kind, given.number * (at + 1) // len(kinds) - given.number * at // len(kinds)
