"""Index writers killed at random moments: ``python -m benchmarks.index_kills [--count 200] [--seed 1]``.

A process makes random changes (create, open, add, replace, remove, compact) and reports each before and after. It is
killed (SIGKILL): half the time at a random moment of a change, else at a chosen system call (open, write,
fsync, rename ...), before it, after it, or with the last bytes of the file that it wrote missing. Then the index is
opened for reading and for writing; it must verify, hold the documents of the state before or after the change, leave
no other files in its folder, and answer as a new index of these documents does. The next process continues with it.

The exit status is 1 if a committed document is lost, a change is incomplete, ``verify`` fails, an answer differs or
something is left behind.
"""

import argparse
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
    answers_of,
    attempt,
    index_calls,
    left_behind,
    report,
)
from benchmarks.robustness.killed_writer import POOL, Change, ChangedIndex, Moment, change_until_killed
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
    """A series of killed writers.

    Attributes:
        work: the folder for indexes.
        problems: the problems found.
        hits: counts of the kinds of change that were interrupted.
        spans: seconds of the changes, by kind.
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
        """Kill ``count`` writers."""
        tested: ChangedIndex | None = None
        for number in range(seed, seed + count):
            random = Random(number)
            if tested is None or random.random() < 1 / _KILLS:
                tested = ChangedIndex.begin(self.work / str(number), random)
            moment = Moment.draw(random)
            self._kill(tested, moment, number)
            found = check(tested, random, self.work / f"fresh {number}")
            under_way = tested.pending.kind if tested.pending else "nothing"
            self.hits[f"{under_way}, {moment.how + ' ' + moment.call if moment.call else 'any moment'}"] += 1
            self.problems += [
                Problem(kind, number, f"{what} ({moment}, {under_way})") for kind, what in found
            ]
            if found:
                tested = None  # a broken index would be reported again and again

    def _kill(self, tested: ChangedIndex, moment: Moment, seed: int) -> None:
        """Let a process change the index, and kill it; the reported changes update ``tested``."""
        ours, theirs = self._processes.Pipe(duplex=False)
        tested.pending, began = None, -1
        process = self._processes.Process(target=change_until_killed, args=(theirs, tested, moment, seed))
        process.start()
        theirs.close()
        with ours:
            for change in _messages(ours):
                if change is not None:
                    tested.pending, start, began = change, time.perf_counter(), began + 1
                    if began == moment.change and not moment.call:
                        ours.poll(moment.share * median(self.spans.get(change.kind, [0.03])))
                        process.kill()
                elif tested.pending is not None:
                    self.spans.setdefault(tested.pending.kind, []).append(time.perf_counter() - start)
                    tested.held, tested.pending = tested.pending.after(tested.held or {}), None
        process.join()
        if process.exitcode != -signal.SIGKILL:
            what = f"the writer ended by itself, with exit status {process.exitcode}"
            self.problems.append(Problem("other failures", seed, what))
        process.close()


def _messages(pipe: Connection) -> Iterator[Change | None]:
    """The messages of the other process until it ends."""
    while True:
        try:
            change = pipe.recv()
        except (EOFError, OSError):  # the last message may be incomplete
            return
        yield change


def check(tested: ChangedIndex, random: Random, place: Path) -> list[tuple[str, str]]:
    """The problems of an index whose writer was killed, as kinds and words; ``tested.held`` is set to what it holds.

    Args:
        tested: the index and its possible documents.
        random: draws the queries.
        place: the folder for a new index to compare with.
    """
    found: list[tuple[str, str]] = []
    for mode in _MODES:
        index = attempt(partial(Index.open, tested.folder, mode=mode))
        if not isinstance(index, Index):
            if tested.held is None and isinstance(index, Refusal) and "is no index" in index.message:
                return found
            return [*found, ("failed verifies", f"it cannot be opened: {index}")]
        with index:
            verified = attempt(index.verify)
            if isinstance(verified, (Refusal, Failure)):
                found.append(("failed verifies", str(verified)))
            state, wrong = _state(index, tested)
            found += wrong
            if wrong:
                return found
            if mode == "a":
                found += [("left behind", name) for name in left_behind(tested.folder)]
                found += _compare(index, tested, state, random, place)
    tested.held = state
    return found


def _state(index: Index, tested: ChangedIndex) -> tuple[dict[str, Article], list[tuple[str, str]]]:
    """The documents of an index, and their problems."""
    states = tested.states()
    ids = {name for state in states for name in state}
    there = {name: attempt(partial(index.get, name)) for name in ids}
    for state in states:
        expected = {name: _stored(state[name], tested) if name in state else None for name in ids}
        if there == expected and len(index) == len(state):
            return state, []
    kept = set.intersection(*(set(state) for state in states))
    lost = [name for name in kept if there[name] not in [_stored(state[name], tested) for state in states]]
    if lost:
        return {}, [("documents lost", f"{name}: {there[name]!r:.200}") for name in lost]
    return {}, [("half changes", f"{len(index)} documents, before or after {tested.pending!r:.200}")]


def _stored(article: Article, tested: ChangedIndex) -> Article:
    """The record of an article that ``Index.get`` returns."""
    unknown = dict.fromkeys(("source", "title", "url"))
    return {**article, **unknown, "text": article["text"] if tested.store_text else None}


def _compare(
    index: Index, tested: ChangedIndex, state: dict[str, Article], random: Random, place: Path
) -> list[tuple[str, str]]:
    """Differences between the answers of an index and of a new one with the same documents."""
    pool = random_articles(Random(tested.seed), POOL)
    queries = random.sample(list(state.values()), min(2, len(state)))
    queries += [one | {"id": f"new {one['id']}"} for one in random.sample(pool, 2)]
    calls = index_calls(state, queries)
    with Index.create(place, tested.settings, store_text=tested.store_text) as fresh:
        fresh.add([*state.values()], threads=1)
        expected = answers_of(fresh, calls)
    answers = answers_of(index, calls)
    return [
        ("wrong answers", f"{name}: {answers[name]!r:.200}")
        for name in calls
        if answers[name] != expected[name]
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill writers and report; 1 if there were problems."""
    parser = argparse.ArgumentParser(description="Kill the writer of an index at random moments.")
    parser.add_argument("--count", type=int, default=200, help="how often (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first kill (default: 1)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report as JSON")
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
    return report(figures, KINDS, trials.problems, options.out)


if __name__ == "__main__":
    sys.exit(main())
