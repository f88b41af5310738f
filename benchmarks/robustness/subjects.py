"""Indexes that are changed while processes are killed, power is lost and system calls fail.

Each subject changes its state, announces that, and tells which state it finds: a complete one, or an error is raised.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import numpy as np

from benchmarks.corpus.random_articles import Article, random_articles
from benchmarks.robustness.announcements import NOTHING, Log
from benchmarks.robustness.index_checks import left_behind
from syndetect import Index, MinHashLSH
from syndetect.errors import StoredIndexError
from syndetect.index.feed import answers

IDS = 24  # of articles in an index, and keys of signatures
VERSIONS = 3  # of each article
_LOOKS = 5  # of a reader, until it opens the index anew
_ADDED = range(3)  # ids added at once, at most, less one


class WrongError(Exception):
    """What was read is none of the states."""


@cache
def _pool() -> list[Article]:
    """Articles that are long enough to be found, whatever they share with others."""
    found = [
        one for one in random_articles(Random(5), 3 * IDS * VERSIONS) if len({*one["text"].split()}) > 30
    ]
    return found[: IDS * VERSIONS]


def article(number: int, version: int) -> Article:
    """One version of an article."""
    return _pool()[number * VERSIONS + version] | {"id": f"a{number}"}


class Subject(ABC):
    """Something on disk that has states.

    Args:
        work: a new folder for it. What is changed lies in ``work/disk``; inputs and announcements lie beside that.

    Attributes:
        disk: the folder of all that is changed.
        place: the file or folder that has the states.
        log: the announcements.
    """

    NAME: ClassVar[str] = "x"

    def __init__(self, work: Path) -> None:
        self.work, self.disk = work, work / "disk"
        self.place = self.disk / self.NAME
        self.log = Log(work / "log")
        self.disk.mkdir(parents=True)

    @abstractmethod
    def session(self, random: Random, changes: int) -> None:
        """Open what is there, make some changes, and close it."""

    @abstractmethod
    def states(self) -> Iterator[str]:
        """The states that a reader sees, again and again."""

    def state(self) -> str:
        """The present state."""
        return next(self.states())

    def left(self) -> list[str]:
        """What lies on the disk and is no part of the state."""
        return sorted(path.name for path in self.disk.iterdir() if path != self.place)


class ChangedIndex(Subject):
    """An index that is created and changed: articles are added, replaced, removed, asked for, segments merged."""

    KINDS = ("add", "replace", "remove", "query", "compact")

    def session(self, random: Random, changes: int) -> None:
        """As :meth:`Subject.session`; of ``len(KINDS)`` changes each is of another kind."""
        if self.state() == NOTHING:
            with suppress(StoredIndexError), self.log.change(""):  # another process may be quicker
                Index.create(self.place).close()
        with Index.open(self.place) as index:
            held = documents(index)
            self.log.held(text_of(held))
            for number in range(changes):
                if number % len(self.KINDS) == 0:
                    kinds = random.sample(self.KINDS, len(self.KINDS))
                held = self._change(index, kinds.pop(), held, random)

    def _change(self, index: Index, kind: str, held: dict[int, int], random: Random) -> dict[int, int]:
        """Make a change; returns the documents after it."""
        ids, version = random.sample(range(IDS), random.choice(_ADDED) + 1), random.randrange(VERSIONS)
        new = {one: version for one in ids if kind == "replace" or (kind == "add" and one not in held)}
        kept = {one: at for one, at in held.items() if not (kind == "remove" and one in ids)}
        with self.log.change(text_of(kept | new)):
            if kind == "compact":
                index.compact(threads=1)
            elif kind == "query":
                index.query(article(ids[0], version))
            elif kind == "remove":
                index.remove([f"a{one}" for one in ids], missing="skip")
            else:
                given = [article(one, version) for one in ids]
                index.add(given, existing="replace" if kind == "replace" else "skip", threads=1)
        return kept | new

    def states(self) -> Iterator[str]:
        """As :meth:`Subject.states`."""
        return index_states(self.place)

    def left(self) -> list[str]:
        """As :meth:`Subject.left`, and files of the index that it does not name."""
        return super().left() + left_behind(self.place)


def index_states(place: Path) -> Iterator[str]:
    """The states of an index; a reader stays open for some of them, and refreshes.

    Raises:
        WrongError: what it answers is none.
        SyndetectError: it cannot be read.
    """
    while True:
        try:
            index = Index.open(place, mode="r")
        except StoredIndexError as error:
            if "is no index" not in str(error):
                raise
            yield NOTHING
            continue
        with index:
            index.verify()
            for look in range(_LOOKS):
                index.refresh()
                held = documents(index)
                check_found(index, held, look)
                yield text_of(held)


def documents(index: Index) -> dict[int, int]:
    """The versions of the articles that an index has, by their numbers.

    Raises:
        WrongError: it has another text, or counts others.
    """
    held = {}
    for number in range(IDS):
        record = index.get(f"a{number}")
        if record is not None:
            texts = [article(number, version)["text"] for version in range(VERSIONS)]
            if record["text"] not in texts:
                raise WrongError(f"another text: {record!r:.300}")
            held[number] = texts.index(record["text"])
    if len(held) != len(index):
        raise WrongError(f"{len(index)} articles are counted, {len(held)} are there")
    return held


def check_found(index: Index, held: dict[int, int], draw: int) -> None:
    """Raise WrongError where the query for an article does not find what the index has of it."""
    if held:
        number = sorted(held)[draw % len(held)]
        matches = index.query(article(number, held[number]) | {"id": "query"}).matches
        if f"a{number}" not in {*matches["doc_a"], *matches["doc_b"]}:
            raise WrongError(f"a{number} is there and not found: {matches!r}")


def text_of(held: dict[int, int]) -> str:
    """The state in which an index has these versions of articles."""
    return " ".join(f"{number}.{version}" for number, version in sorted(held.items()))


class FedIndex(ChangedIndex):
    """An index to which articles are added after they were answered, as by ``index query - --format jsonl --add``."""

    def session(self, random: Random, changes: int) -> None:
        """As :meth:`Subject.session`; what was answered before the last answer is in the index."""
        if self.state() == NOTHING:
            with self.log.change(""):
                Index.create(self.place).close()
        with Index.open(self.place) as index:
            held = documents(index)
            self.log.held(text_of(held))
            if len(held) + changes > IDS:
                with self.log.change(""):
                    index.remove([f"a{number}" for number in held])
                held = {}
            new = random.sample(sorted({*range(IDS)} - held.keys()), min(changes, IDS))
            lines = (json.dumps(article(number, 0), default=str).encode() + b"\n" for number in new)
            answered = answers(lines, index, add=True)
            next(answered)
            for number in new:
                held = held | {number: 0}
                with self.log.change(text_of(held)):
                    next(answered, None)  # asking for the next answer adds the article


class ChangedLsh(Subject):
    """A ``MinHashLSH`` on disk: keys are inserted and removed, and committed together."""

    def session(self, random: Random, changes: int) -> None:
        """As :meth:`Subject.session`."""
        held = self.log.held(self.state())
        if held == NOTHING:
            with self.log.change(""):
                self._open("a").close()
            held = ""
        with self._open("a") as index:
            for _ in range(changes):
                toggled = {str(key) for key in random.sample(range(IDS), 3)}
                after = {*held.split()} ^ toggled
                held = " ".join(sorted(after))
                with self.log.change(held):
                    for key in sorted(toggled):
                        index.insert(key, _signature(key)) if key in after else index.remove(key)
                    index.commit()

    def _open(self, mode: Any) -> MinHashLSH:
        return MinHashLSH(0.5, 32, path=self.place, mode=mode)

    def states(self) -> Iterator[str]:
        """As :meth:`Subject.states`."""
        while True:
            try:
                index = self._open("r")
            except StoredIndexError as error:
                if "is no index" not in str(error):
                    raise
                yield NOTHING
                continue
            with index:
                keys = sorted(key for key in map(str, range(IDS)) if key in index)
                found = [key for key in map(str, range(IDS)) if key in index.query(_signature(key))]
                if sorted(found) != keys or len(index) != len(keys):
                    raise WrongError(f"{keys} are there, {found} are found, {len(index)} are counted")
                yield " ".join(keys)

    def left(self) -> list[str]:
        """As :meth:`Subject.left`, and files of the index that it does not name."""
        return super().left() + left_behind(self.place)


def _signature(key: str) -> Any:
    return np.random.default_rng(int(key)).integers(0, 1 << 32, 32, dtype=np.uint32)
