"""An index of which something is damaged: ``python -m benchmarks.index_corruption [--count 500] [--seed 1]``.

In each trial a copy of an index of several segments, with documents removed, is damaged in one place: by default a
random byte is changed, half the time of a random file, else of all bytes. ``--kind`` damages otherwise: "truncate"
cuts off the end of a file, "missing" removes one, "extra" puts bytes into one, "format" gives the manifest a higher
format, and "all" takes turns. Then the index is opened, everything is asked of it, and it is compacted and asked again.

Each question is answered as by the intact index, or refused with one of syndetect's errors; and opening or ``verify``
must find the damage, unless it is that of the file ``lock``, in which nothing matters. The exit status is 1 if an
answer is wrong, something else is raised, or damage is not found.
"""

import argparse
import json
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
    Problem,
    Reading,
    Refusal,
    attempt,
    compare,
    readings,
    say,
    sealed,
    tell,
)
from syndetect import Index

KINDS = ("wrong answers", "tracebacks", "not found")

_LOCK = "lock"


@dataclass(frozen=True)
class Intact:
    """An index as it should be.

    Attributes:
        folder: where it is.
        every: what it is asked, ``verify`` in the end.
        said: what it says.
    """

    folder: Path
    every: dict[str, Reading]
    said: dict[str, object]

    @classmethod
    def build(cls, folder: Path, seed: int) -> "Intact":
        """An index of several segments, of which some documents were removed and some replaced."""
        random = Random(seed)
        ready = [one | {"title": f"Of {one['id']}", "url": None} for one in random_articles(random, 42)]
        with Index.create(folder) as index:
            for first in range(0, 36, 9):
                index.add(ready[first : first + 9], threads=1)
            index.remove(["n3", "n4", "n20"])
            index.add([ready[36] | {"id": "n12"}], existing="replace", threads=1)
        asked: list[Article] = [ready[0], ready[12], ready[30], *ready[38:41]]
        every = {**readings([one["id"] for one in ready[:37]], asked), "verify": Index.verify}
        with Index.open(folder, mode="r") as index:
            return cls(folder, every, say(index, every))


def draw_file(random: Random, folder: Path) -> Path:
    """A file of a folder: half the time any one, else that of any byte."""
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
    """Say that the manifest has a higher format, and half the time that it is right so."""
    path = folder / "manifest.json"
    text = path.read_bytes()
    number = random.randint(2, 999)
    is_sealed = random.random() < 0.5
    if is_sealed:
        path.write_bytes(sealed(json.loads(text) | {"format": number}))
    else:
        path.write_bytes(text.replace(b'"format": 1', b'"format": %d' % number))
    return f"manifest.json: format {number}, {'sealed' if is_sealed else 'not sealed'}"


DAMAGES: dict[str, Callable[[Random, Path], str]] = {
    "flip": flip, "truncate": truncate, "missing": remove, "extra": insert, "format": raise_format,
}  # fmt: skip


def examine(folder: Path, intact: Intact) -> tuple[list[tuple[str, str]], bool]:
    """Ask everything of an index that may be damaged, compact it, and ask again.

    Returns:
        What is wrong, as kinds of problems and words; and whether opening or ``verify`` found damage.
    """
    wrong: list[tuple[str, str]] = []
    index = attempt(partial(Index.open, folder, mode="r"))
    is_found = isinstance(index, Refusal)
    if isinstance(index, Failure):
        wrong.append(("tracebacks", f"opening: {index.trace}"))
    elif isinstance(index, Index):
        with index:
            said = say(index, intact.every)
        is_found = isinstance(said["verify"], Refusal)
        wrong += _sorted_out(said, intact, "")
    compacted = attempt(partial(_say_compacted, folder, intact))
    if isinstance(compacted, Failure):
        wrong.append(("tracebacks", f"compacting: {compacted.trace}"))
    elif isinstance(compacted, dict):
        wrong += _sorted_out(compacted, intact, "compacted, ")
    return wrong, is_found


def _say_compacted(folder: Path, intact: Intact) -> dict[str, object]:
    with Index.open(folder) as index:
        index.compact(threads=1)
        said = say(index, intact.every)
    if not isinstance(said["verify"], (Refusal, Failure)):
        said["verify"] = intact.said["verify"]  # which says how large the index is
    return said


def _sorted_out(said: dict[str, object], intact: Intact, when: str) -> list[tuple[str, str]]:
    return [
        ("tracebacks" if isinstance(said[name], Failure) else "wrong answers", f"{when}{name}: {what}")
        for name, what in compare(said, intact.said).items()
    ]


def trial(kind: str, number: int, intact: Intact, place: Path) -> list[Problem]:
    """Damage a copy of an index, and ask everything of it.

    Args:
        kind: of damage, one of :data:`DAMAGES`.
        number: of the trial; it decides what is damaged.
        intact: the index to copy.
        place: where the copy goes, for as long as this takes.
    """
    shutil.copytree(intact.folder, place)
    done = DAMAGES[kind](Random(f"{kind} {number}"), place)
    wrong, is_found = examine(place, intact)
    shutil.rmtree(place)
    if not is_found and not done.startswith(f"{_LOCK}:"):
        wrong.append(("not found", "neither by opening nor by verify"))
    return [Problem(what, number, f"{done}: {how}") for what, how in wrong]


def main(arguments: Sequence[str] | None = None) -> int:
    """Damage, ask, tell; 1 if something was wrong."""
    parser = argparse.ArgumentParser(description="Damage an index, and ask everything of it.")
    parser.add_argument("--count", type=int, default=500, help="of trials (default: 500)")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first trial; the others follow (default: 1)"
    )
    parser.add_argument("--kind", choices=[*DAMAGES, "all"], default="flip", help="of damage (default: flip)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the account as JSON")
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
        "questions each": 2 * len(intact.every),
        "seconds": round(time.perf_counter() - began, 1),
    }
    return tell(figures, KINDS, problems, options.out)


if __name__ == "__main__":
    sys.exit(main())
