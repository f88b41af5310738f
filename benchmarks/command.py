"""Options, tables and JSON output that the benchmarks' commands share."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from syndetect.intervals import Span
from syndetect.settings import Settings


def parser(description: str) -> argparse.ArgumentParser:
    """A parser with the options that every benchmark takes."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--threads", type=int, default=2, help="threads of the scan (default: 2)")
    options.add_argument("--json", type=Path, metavar="FILE", help="also save the figures to FILE")
    options.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the scan that differs from its default; may be repeated",
    )
    return options


def settings_of(options: argparse.Namespace, **fixed: float) -> Settings:
    """The settings that ``--set`` asks for; ``fixed`` are what the benchmark itself needs."""
    given = {name: json.loads(value) for name, _, value in (item.partition("=") for item in options.set)}
    return Settings.from_dict({**given, **fixed})


def print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows as a table; the first row's keys are the head. Numbers stand to the right."""
    columns = []
    for name in rows[0]:
        values = [row[name] for row in rows]
        cells = [name, *_cells(values)]
        width = max(len(cell) for cell in cells)
        is_text = any(isinstance(value, str) for value in values)
        columns.append([cell.ljust(width) if is_text else cell.rjust(width) for cell in cells])
    for line in zip(*columns, strict=True):
        print("  ".join(line).rstrip())


def save(options: argparse.Namespace, settings: Settings, **figures: Any) -> None:
    """Write the figures and the settings that gave them, if ``--json`` asks for it."""
    write_json(options.json, {"settings": settings.to_dict(), **figures})


def write_json(path: Path | None, value: object) -> None:
    """Write a value to a file, if one is named."""
    if path is not None:
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def part_names(parts: Sequence[str]) -> Callable[[str], list[str]]:
    """The type of an option that takes some of these names, with commas between them."""

    def names(value: str) -> list[str]:
        chosen = value.split(",")
        if unknown := {*chosen} - {*parts}:
            raise argparse.ArgumentTypeError(
                f"no such part: {', '.join(sorted(unknown))} (there are {', '.join(parts)})"
            )
        return chosen

    return names


def exit_status(wrong: Sequence[str]) -> int:
    """Print what is wrong; 1 if anything is, else 0."""
    for message in wrong:
        print(f"wrong: {message}", file=sys.stderr)
    return int(bool(wrong))


def print_passage(label: str, document: str, text: str, span: Span) -> None:
    """Print where a passage stands and, on the same line, how it reads (400 characters of it at most)."""
    folded = " ".join(text[span.begin : span.end].split())
    shown = folded if len(folded) <= 400 else folded[:399] + "…"
    print(f"  {label} {document} {span.begin}-{span.end}: {shown}")


def _cells(values: Sequence[object]) -> list[str]:
    """A column as text, its fractions with as many digits as one of them needs, four at most."""
    fractions = [str(round(value, 4)).partition(".")[2] for value in values if isinstance(value, float)]
    digits = max((len(fraction) for fraction in fractions), default=0)
    return [
        "" if one is None else f"{one:.{digits}f}" if isinstance(one, float) else str(one) for one in values
    ]
