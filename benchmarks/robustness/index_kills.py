"""An index whose writer is killed again and again: ``python -m benchmarks.index_kills [--count 200] [--seed 1]``.

A process makes random changes (create, open, add, replace, remove, compact) and tells of each before and after. It is
killed (SIGKILL): every other time at a random moment of a change, else at a chosen call of the system (open, write,
fsync, rename ...), before it, after it, or with the last bytes of the file that it wrote missing. Then the index is
opened for reading and for writing; it must verify, hold the documents of the state before or after the change, leave
no other files in its folder, and answer as a new index of these documents does. The next process goes on with it.

The exit status is 1 if a committed document is lost, a change stands half, ``verify`` fails, an answer differs or
something is left behind.
"""

import argparse
import json
import multiprocessing
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from statistics import median
from typing import Literal

from benchmarks.corpus.random_articles import Article, random_articles
from benchmarks.robustness.index_checks import (
    Failure,
    Problem,
    Refusal,
    attempt,
    readings,
    say,
    tell,
)
from benchmarks.robustness.killed_writer import POOL, Change, Life, Moment, live
from syndetect import Index

KINDS = (
    "documents lost",
    "half changes",
    "failed verifies",
    "wrong answers",
    "left behind",
    "other failures",
)

_KILLS = 8  # of one index, on average
_MODES: tuple[Literal["r", "a"], ...] = ("r", "a")


@dataclass
class Trials:
    """Kills, one after the other.

    Attributes:
        work: a folder for indexes.
        problems: what went wrong.
        hits: how often each kind of change was under way.
        spans: seconds that changes took, by kind.
    """

    work: Path
    problems: list[Problem] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    spans: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(
            ["benchmarks.robustness.index_checks", "syndetect.index.index"]
        )

    def run(self, count: int, seed: int) -> None:
        """Kill so many writers."""
        life: Life | None = None
        for number in range(seed, seed + count):
            random = Random(number)
            if life is None or random.random() < 1 / _KILLS:
                life = Life.begin(self.work / str(number), random)
            moment = Moment.draw(random)
            self._kill(life, moment, number)
            found = check(life, random, self.work / f"fresh {number}")
            under_way = life.pending.kind if life.pending else "nothing"
            self.hits[f"{under_way}, {moment.how + ' ' + moment.call if moment.call else 'any moment'}"] += 1
            self.problems += [
                Problem(kind, number, f"{what} ({moment}, {under_way})") for kind, what in found
            ]
            if found:
                life = None  # what is broken would be found again and again

    def _kill(self, life: Life, moment: Moment, seed: int) -> None:
        """Have a process change the index, and kill it; what it told is in the life."""
        ours, theirs = self._processes.Pipe(duplex=False)
        life.pending, began = None, -1
        process = self._processes.Process(target=live, args=(theirs, life, moment, seed))
        process.start()
        theirs.close()
        with ours:
            for told in _told(ours):
                if told is not None:
                    life.pending, start, began = told, time.perf_counter(), began + 1
                    if began == moment.change and not moment.call:
                        ours.poll(moment.share * median(self.spans.get(told.kind, [0.03])))
                        process.kill()
                elif life.pending is not None:
                    self.spans.setdefault(life.pending.kind, []).append(time.perf_counter() - start)
                    life.held, life.pending = life.pending.after(life.held or {}), None
        process.join()
        if process.exitcode != -signal.SIGKILL:
            what = f"the writer ended by itself, with exit status {process.exitcode}"
            self.problems.append(Problem("other failures", seed, what))
        process.close()


def _told(pipe: Connection) -> Iterator[Change | None]:
    """What the other process tells, until it is no more."""
    while True:
        try:
            told = pipe.recv()
        except (EOFError, OSError):  # the last may have been told in part
            return
        yield told


def check(life: Life, random: Random, place: Path) -> list[tuple[str, str]]:
    """What is wrong with an index whose writer was killed: kinds of problems, and words. The life goes on from here.

    Args:
        life: the index, and what was told of it.
        random: draws what it is asked.
        place: for an index to compare with.
    """
    found: list[tuple[str, str]] = []
    for mode in _MODES:
        index = attempt(partial(Index.open, life.folder, mode=mode))
        if not isinstance(index, Index):
            if life.held is None and isinstance(index, Refusal) and "is no index" in index.message:
                return found
            return [*found, ("failed verifies", f"it cannot be opened: {index}")]
        with index:
            verified = attempt(index.verify)
            if isinstance(verified, (Refusal, Failure)):
                found.append(("failed verifies", str(verified)))
            state, wrong = _state(index, life)
            found += wrong
            if wrong:
                return found
            if mode == "a":
                found += _left_behind(life.folder) + _compare(index, life, state, random, place)
    life.held = state
    return found


def _state(index: Index, life: Life) -> tuple[dict[str, Article], list[tuple[str, str]]]:
    """The documents that an index holds, and what is wrong with them."""
    states = life.states()
    ids = {name for state in states for name in state}
    there = {name: attempt(partial(index.get, name)) for name in ids}
    for state in states:
        expected = {name: _stored(state[name], life) if name in state else None for name in ids}
        if there == expected and len(index) == len(state):
            return state, []
    kept = set.intersection(*(set(state) for state in states))
    lost = [name for name in kept if there[name] not in [_stored(state[name], life) for state in states]]
    if lost:
        return {}, [("documents lost", f"{name}: {there[name]!r:.200}") for name in lost]
    return {}, [("half changes", f"{len(index)} documents, before or after {life.pending!r:.200}")]


def _stored(article: Article, life: Life) -> Article:
    """What an index says that holds an article."""
    unknown = dict.fromkeys(("source", "title", "url"))
    return {**article, **unknown, "text": article["text"] if life.store_text else None}


def _left_behind(folder: Path) -> list[tuple[str, str]]:
    """Files that are neither of the index nor its lock."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    expected = {"manifest.json", "lock", *(entry["name"] for entry in manifest["entries"])}
    there = {path.name for path in folder.iterdir()}
    return [("left behind", name) for name in sorted(there ^ expected)]


def _compare(
    index: Index, life: Life, state: dict[str, Article], random: Random, place: Path
) -> list[tuple[str, str]]:
    """Where an index answers differently from a new one of the same documents."""
    pool = random_articles(Random(life.seed), POOL)
    asked = random.sample(list(state.values()), min(2, len(state)))
    asked += [one | {"id": f"new {one['id']}"} for one in random.sample(pool, 2)]
    every = readings(state, asked)
    with Index.create(place, life.settings, store_text=life.store_text) as fresh:
        fresh.add([*state.values()], threads=1)
        expected = say(fresh, every)
    said = say(index, every)
    return [
        ("wrong answers", f"{name}: {said[name]!r:.200}") for name in every if said[name] != expected[name]
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, look, tell; 1 if something was wrong."""
    parser = argparse.ArgumentParser(description="Kill the writer of an index at random moments.")
    parser.add_argument("--count", type=int, default=200, help="how often (default: 200)")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first kill; the others follow (default: 1)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the account as JSON")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        trials = Trials(Path(folder))
        trials.run(options.count, options.seed)
    figures = {
        "kills": options.count,
        "seed": options.seed,
        "under way": dict(sorted(trials.hits.items())),
        "seconds": round(time.perf_counter() - began, 1),
    }
    return tell(figures, KINDS, trials.problems, options.out)


if __name__ == "__main__":
    sys.exit(main())
