"""Readers of an index beside its writers for a long time: ``python -m benchmarks.soak [--minutes 60] [--seed 1]``.

Two writers add, remove, replace and compact in turns; one of them is killed at random moments. Four readers compare
each answer with what was announced: two threads of one process, and two processes, each forked from one that has an
index open and has not asked anything yet. One of these is killed at random moments as well. Another process has asked,
so that its child must be refused at once. Descriptors, mappings and memory of the processes that live on are sampled,
and the medians of the second and the last quarter compared.

The exit status is 1 if an answer was wrong, or if anything grew.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

import psutil

from benchmarks.robustness.actors import Actor, write
from benchmarks.robustness.announcements import Possible
from benchmarks.robustness.index_checks import Problem, report
from benchmarks.robustness.subjects import ChangedIndex, article, check_found, documents, text_of
from syndetect import Index, ProcessError

_REFRESHES = 200  # of a reader until it closes the index and opens it again
_PAUSE = 0.01  # seconds between two looks of a reader
_SESSIONS = 1 << 40
_REFUSED_WITHIN = 20.0  # seconds until a child that cannot ask must have said so
_LIFE = 5.0  # seconds that a process lives until it is killed, on average
_INTERVAL = 1.0  # seconds from one sample to the next
_LEAST_SAMPLES = 240  # of which growth is told: before, processes still load what they need
#: What may be added from the second quarter to the last: descriptors, mappings, bytes.
_GROWTH = {"descriptors": 4.0, "mappings": 60.0, "resident bytes": 32e6}


class Looks(NamedTuple):
    """What a reader found: how often it looked, and what was wrong."""

    number: int
    wrong: list[str]


def look(pipe: Connection, subject: ChangedIndex, index: Index | None = None) -> Looks:
    """Read an index until told to stop, with a thread's own view of the announcements.

    Args:
        pipe: tells when to stop.
        subject: the index.
        index: opened already; it is closed after some time, and opened again.
    """
    possible, wrong, count = Possible(subject.log), [], 0
    while not pipe.poll():
        try:
            with index or Index.open(subject.place, mode="r") as opened:
                index = None
                for number in range(_REFRESHES):
                    possible.update()
                    opened.refresh()
                    held = documents(opened)
                    check_found(opened, held, number)
                    possible.update()
                    count += 1
                    if text_of(held) not in possible.since:
                        wrong.append(f"a reader saw {text_of(held)}; possible: {sorted(possible.since)}")
                    if pipe.poll(_PAUSE):
                        break
        except Exception:
            wrong.append(traceback.format_exc())
            pipe.poll(1)
    return Looks(count, wrong)


def look_in_threads(pipe: Connection, subject: ChangedIndex) -> Looks:
    """Read an index in two threads."""
    with ThreadPoolExecutor(2) as threads:
        found = [one.result() for one in [threads.submit(look, pipe, subject) for _ in range(2)]]
    return Looks(sum(one.number for one in found), [text for one in found for text in one.wrong])


def look_forked(pipe: Connection, subject: ChangedIndex) -> Looks:
    """Read an index in a child that is forked while the index is open and was not asked."""
    index = Index.open(subject.place, mode="r")
    return _forked(lambda: look(pipe, subject, index))


def ask_and_fork(_: Connection, subject: ChangedIndex) -> Looks:
    """Ask an index, fork, and ask in the child, which must be refused at once or answer as its parent did.

    It is refused where the query has started polars' threads, which the child does not have.
    """

    def ask() -> Looks:
        try:
            same = index.query(article(0, 0)).matches.rows() == before
        except ProcessError:
            same = True
        return Looks(1, [] if same else ["a child of a process that had asked answers otherwise"])

    with Index.open(subject.place, mode="r") as index:
        before = index.query(article(0, 0)).matches.rows()
        return _forked(ask, _REFUSED_WITHIN)


def _forked(work: Callable[[], Looks], seconds: float | None = None) -> Looks:
    """What a forked child returns; it ends with this process, and within some seconds."""
    ours, theirs = multiprocessing.Pipe()
    child = os.fork()
    if child == 0:
        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
        theirs.send(work())
        os._exit(0)
    theirs.close()
    try:
        if not ours.poll(seconds):
            return Looks(0, [f"a forked child says nothing for {seconds} s"])
        return Looks(*ours.recv())
    except EOFError:
        return Looks(0, ["a forked child ended without a word"])
    finally:
        psutil.Process(child).kill()
        os.waitpid(child, 0)


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def sample(process: int) -> dict[str, float]:
    """Descriptors, mappings and resident bytes of a process and its children, together."""
    found = dict.fromkeys(_GROWTH, 0.0)
    first = psutil.Process(process)
    for one in (first, *first.children()):
        found["descriptors"] += one.num_fds()
        found["mappings"] += len(
            Path(f"/proc/{one.pid}/maps").read_text(encoding="ascii", errors="replace").splitlines()
        )
        found["resident bytes"] += one.memory_info().rss
    return found


def growth(samples: Sequence[dict[str, float]]) -> list[str]:
    """What grew from the second to the last quarter of some samples, in words; nothing where they are few."""
    if len(samples) < _LEAST_SAMPLES:
        return []
    quarter = len(samples) // 4
    wrong = []
    for name, most in _GROWTH.items():
        values = [one[name] for one in samples]
        before, after = median(values[quarter : 2 * quarter]), median(values[-quarter:])
        if after - before > most:
            wrong.append(f"{name} grew from {before:.0f} to {after:.0f}")
    return wrong


class Soak:
    """The processes.

    Args:
        subject: the index.
        seed: seeds the changes, and the moments of kills.
    """

    def __init__(self, subject: ChangedIndex, seed: int) -> None:
        self._subject, self._random = subject, Random(seed)
        self.kills = self.looks = 0
        self.wrong: list[str] = []
        self.samples: dict[str, list[dict[str, float]]] = {}

    def run(self, seconds: float) -> None:
        """Let them work for some time."""
        self._subject.session(self._random, 1)
        end = time.monotonic() + seconds
        with ExitStack() as stack:
            lasting = {
                "threads": stack.enter_context(Actor(look_in_threads, self._subject)),
                "forked": stack.enter_context(Actor(look_forked, self._subject)),
                "writer": stack.enter_context(self._writer()),
            }
            for one in lasting.values():
                one.begin()
            self.samples = {name: [] for name in lasting}
            while time.monotonic() < end:
                self._round(end, lasting)
            for name in ("threads", "forked"):
                self._take(lasting[name].stop())
            self.wrong += [f"{name}: {one}" for name, found in self.samples.items() for one in growth(found)]
            possible = Possible(self._subject.log)
            possible.update()
            self.wrong += [f"a writer: {one}" for one in possible.wrong]

    def _round(self, end: float, lasting: dict[str, Actor]) -> None:
        """Let a writer and a reader live for a while, and kill them; check a child that cannot ask."""
        with self._writer() as writer, Actor(look_forked, self._subject) as reader:
            for one in (writer, reader):
                one.begin()
            until = min(end, time.monotonic() + self._random.expovariate(1 / _LIFE) + 1)
            while time.monotonic() < until:
                for name, one in lasting.items():
                    if one.ends_within(0):
                        raise RuntimeError(f"{name} ended: {one.result()}")
                    self.samples[name].append(sample(one.pid))
                time.sleep(min(_INTERVAL, max(until - time.monotonic(), 0)))
            for killed in self._random.sample((writer, reader), 2):
                if killed.ends_within(self._random.random()):
                    self.wrong.append(f"it ended: {killed.result()}")
                killed.kill()
                self.kills += 1
        with Actor(ask_and_fork, self._subject) as asked:
            asked.begin()
            self._take(asked.result())

    def _writer(self) -> Actor:
        return Actor(write, self._subject, self._random.getrandbits(30), _SESSIONS, 3)

    def _take(self, looks: Looks) -> None:
        self.looks += looks.number
        self.wrong += looks.wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and report; 1 if there were problems."""
    parser = argparse.ArgumentParser(description="Read an index beside writers, for a long time.")
    parser.add_argument("--minutes", type=float, default=60, help="how long (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="seed of changes and kills (default: 1)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(ChangedIndex(Path(folder) / "x"), options.seed)
        soak.run(60 * options.minutes)
    figures = {
        "minutes": options.minutes,
        "looks": soak.looks,
        "kills": soak.kills,
        **{f"{name}, first and last": [samples[0], samples[-1]] for name, samples in soak.samples.items()},
    }
    return report(figures, ["wrong"], [Problem("wrong", 0, one) for one in soak.wrong], options.out)


if __name__ == "__main__":
    sys.exit(main())
