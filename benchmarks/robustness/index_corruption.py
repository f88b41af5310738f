"""Queries of a damaged index: ``python -m benchmarks.index_corruption [--count 500] [--seed 1]``.

In each trial a copy of an index of several segments, with documents removed, is damaged in one place: by default a
random byte is changed, half the time of a random file, else of all bytes. ``--kind`` selects other damage: "truncate"
cuts off the end of a file, "missing" removes one, "extra" puts bytes into one, "format" gives the manifest a higher
format, and "all" takes turns. Then the index is opened, queried in every way, compacted and queried again.

Each query must be answered as by the intact index, or refused with one of syndetect's errors; and opening or
``verify`` must find the damage, unless it is in the file ``lock``, whose content has no meaning. The exit status is 1
if an answer is wrong, another exception is raised, or damage is not found.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.corpus.random_articles import Article, random_articles
from benchmarks.robustness.index_checks import (
    Failure,
    IndexCall,
    Problem,
    Refusal,
    answers_of,
    attempt,
    compare,
    index_calls,
    report,
    sealed,
)
from syndetect import Index

KINDS = ("wrong answers", "tracebacks", "not found")

_LOCK = "lock"


@dataclass(frozen=True)
class Intact:
    """An undamaged index and its answers.

    Attributes:
        folder: the folder of the index.
        calls: all calls, ``verify`` last.
        answers: the answer of each call.
    """

    folder: Path
    calls: dict[str, IndexCall]
    answers: dict[str, object]

    @classmethod
    def build(cls, folder: Path, seed: int) -> "Intact":
        """Build an index of several segments with removed and replaced documents."""
        random = Random(seed)
        ready = [one | {"title": f"Of {one['id']}", "url": None} for one in random_articles(random, 42)]
        with Index.create(folder) as index:
            for first in range(0, 36, 9):
                index.add(ready[first : first + 9], threads=1)
            index.remove(["n3", "n4", "n20"])
            index.add([ready[36] | {"id": "n12"}], existing="replace", threads=1)
        queries: list[Article] = [ready[0], ready[12], ready[30], *ready[38:41]]
        calls = {**index_calls([one["id"] for one in ready[:37]], queries), "verify": Index.verify}
        with Index.open(folder, mode="r") as index:
            return cls(folder, calls, answers_of(index, calls))


def draw_file(random: Random, folder: Path) -> Path:
    """A random file of a folder, half the time with the files' sizes as weights."""
    files = sorted(folder.iterdir())
    sizes = [path.stat().st_size for path in files]
    return random.choice(files) if random.random() < 0.5 else random.choices(files, sizes)[0]


def flip(random: Random, folder: Path) -> str:
    """Change one byte; returns what was done."""
    path = draw_file(random, folder)
    data = bytearray(path.read_bytes())
    at = random.randrange(len(data))
    data[at] ^= (change := random.randint(1, 255))
    path.write_bytes(data)
    return f"{path.name}: byte {at} of {len(data)} changed by {change:#x}"


def truncate(random: Random, folder: Path) -> str:
    """Cut off the end of a file."""
    path = draw_file(random, folder)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: (kept := random.randrange(size))])
    return f"{path.name}: cut to {kept} of {size} bytes"


def remove(random: Random, folder: Path) -> str:
    """Remove a file."""
    path = draw_file(random, folder)
    path.unlink()
    return f"{path.name}: removed"


def insert(random: Random, folder: Path) -> str:
    """Put some bytes into a file, or behind it."""
    path = draw_file(random, folder)
    data = path.read_bytes()
    at = random.choice([len(data), random.randint(0, len(data))])
    more = random.randbytes(random.randint(1, 100))
    path.write_bytes(data[:at] + more + data[at:])
    return f"{path.name}: {len(more)} bytes put in at {at} of {len(data)}"


def raise_format(random: Random, folder: Path) -> str:
    """Give the manifest a higher format, half the time with a right checksum."""
    path = folder / "manifest.json"
    text = path.read_bytes()
    number = random.randint(2, 999)
    is_sealed = random.random() < 0.5
    if is_sealed:
        path.write_bytes(sealed(json.loads(text) | {"format": number}))
    else:
        path.write_bytes(re.sub(rb'"format": \d+', b'"format": %d' % number, text))
    return f"manifest.json: format {number}, {'sealed' if is_sealed else 'not sealed'}"


DAMAGES: dict[str, Callable[[Random, Path], str]] = {
    "flip": flip, "truncate": truncate, "missing": remove, "extra": insert, "format": raise_format,
}  # fmt: skip


def examine(folder: Path, intact: Intact) -> tuple[list[tuple[str, str]], bool]:
    """Make all calls of an index that may be damaged, compact it, and make them again.

    Returns:
        Problems as kinds and words; and whether opening or ``verify`` found damage.
    """
    wrong: list[tuple[str, str]] = []
    index = attempt(partial(Index.open, folder, mode="r"))
    is_found = isinstance(index, Refusal)
    if isinstance(index, Failure):
        wrong.append(("tracebacks", f"opening: {index.trace}"))
    elif isinstance(index, Index):
        with index:
            answers = answers_of(index, intact.calls)
        is_found = isinstance(answers["verify"], Refusal)
        wrong += _problems(answers, intact, "")
    compacted = attempt(partial(_answers_compacted, folder, intact))
    if isinstance(compacted, Failure):
        wrong.append(("tracebacks", f"compacting: {compacted.trace}"))
    elif isinstance(compacted, dict):
        wrong += _problems(compacted, intact, "compacted, ")
    return wrong, is_found


def _answers_compacted(folder: Path, intact: Intact) -> dict[str, object]:
    with Index.open(folder) as index:
        index.compact(threads=1)
        answers = answers_of(index, intact.calls)
    if not isinstance(answers["verify"], (Refusal, Failure)):
        answers["verify"] = intact.answers["verify"]  # it includes the size of the index
    return answers


def _problems(answers: dict[str, object], intact: Intact, when: str) -> list[tuple[str, str]]:
    return [
        ("tracebacks" if isinstance(answers[name], Failure) else "wrong answers", f"{when}{name}: {what}")
        for name, what in compare(answers, intact.answers).items()
    ]


def trial(kind: str, number: int, intact: Intact, place: Path) -> list[Problem]:
    """Damage a copy of an index, and make all calls of it.

    Args:
        kind: the kind of damage, one of :data:`DAMAGES`.
        number: the number of the trial, which seeds the damage.
        intact: the index to copy.
        place: the folder of the temporary copy.
    """
    shutil.copytree(intact.folder, place)
    done = DAMAGES[kind](Random(f"{kind} {number}"), place)
    wrong, is_found = examine(place, intact)
    shutil.rmtree(place)
    if not is_found and not done.startswith(f"{_LOCK}:"):
        wrong.append(("not found", "neither by opening nor by verify"))
    return [Problem(what, number, f"{done}: {how}") for what, how in wrong]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run trials and report; 1 if there were problems."""
    parser = argparse.ArgumentParser(description="Damage an index, and query it in every way.")
    parser.add_argument("--count", type=int, default=500, help="of trials (default: 500)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first trial (default: 1)")
    parser.add_argument("--kind", choices=[*DAMAGES, "all"], default="flip", help="of damage (default: flip)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report as JSON")
    options = parser.parse_args(arguments)
    began, problems = time.perf_counter(), []
    kinds = [*DAMAGES] if options.kind == "all" else [options.kind]
    with tempfile.TemporaryDirectory() as folder:
        intact = Intact.build(Path(folder) / "intact", options.seed)
        for number in range(options.seed, options.seed + options.count):
            problems += trial(kinds[number % len(kinds)], number, intact, Path(folder) / "damaged")
    figures = {
        "trials": options.count,
        "seed": options.seed,
        "damage": ", ".join(kinds),
        "calls each": 2 * len(intact.calls),
        "seconds": round(time.perf_counter() - began, 1),
    }
    return report(figures, KINDS, problems, options.out)


if __name__ == "__main__":
    sys.exit(main())
