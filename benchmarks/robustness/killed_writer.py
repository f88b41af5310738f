"""A process that changes an index until it is killed, and the documents that the index must have then."""

import io
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from benchmarks.corpus.random_articles import Article, random_articles
from syndetect import Index, Settings

#: Number of articles from which the documents of an index are drawn.
POOL = 150

_CHANGES = 12  # of one process, at most
_TARGETS = 5  # the process is killed in one of this many first changes
#: System calls at which a writer is killed, and the largest ordinal of such a call within a change.
_CALLS = {
    "open": 8, "write": 500, "writelines": 2, "flush": 2, "fsync": 5, "replace": 1, "unlink": 6, "close": 4,
}  # fmt: skip


class Change(NamedTuple):
    """A change of an index.

    Attributes:
        kind: "create", "open", "add", "replace", "remove" or "compact".
        new: added documents, behind all others.
        removed: ids of removed documents.
    """

    kind: str
    new: Sequence[Article] = ()
    removed: Sequence[str] = ()

    def after(self, held: dict[str, Article]) -> dict[str, Article]:
        """The documents after the change, in order."""
        removed = {*self.removed, *(one["id"] for one in self.new)}
        kept = {name: one for name, one in held.items() if name not in removed}
        return kept | {one["id"]: one for one in self.new}


class Moment(NamedTuple):
    """The moment at which a process is killed.

    Attributes:
        change: the number of the change under way.
        share: the elapsed share of the usual time of such a change; or
        call, ordinal: the name of a system call, and its number since the change began; and
        how: "before", "after" or "torn".
    """

    change: int
    share: float = 0.0
    call: str = ""
    ordinal: int = 0
    how: str = ""

    @classmethod
    def draw(cls, random: Random) -> "Moment":
        """A random moment."""
        change = random.randrange(_TARGETS)
        if random.random() < 0.5:
            return cls(change, share=random.random())
        call = random.choice([*_CALLS, "write", "write", "write"])
        how = random.choice(["before", "after", *(["torn"] if call.startswith(("write", "flush")) else [])])
        return cls(change, call=call, ordinal=random.randint(1, _CALLS[call]), how=how)


class Killer:
    """A profiling function that ends the process at a call.

    Args:
        moment: the moment of the kill.
        seed: seeds the number of bytes that are torn off.
    """

    def __init__(self, moment: Moment, seed: int) -> None:
        self._moment, self._random, self._count = moment, Random(seed), 0

    def __call__(self, _frame: object, event: str, called: Any) -> None:
        """Count calls or returns, and kill the process at the chosen one."""
        awaited = "c_call" if self._moment.how == "before" else "c_return"
        if event != awaited or called.__name__ != self._moment.call or not _is_of_system(called.__self__):
            return
        self._count += 1
        if self._count == self._moment.ordinal:
            if self._moment.how == "torn" and hasattr(called.__self__, "fileno"):
                self._tear(called.__self__)
            os.kill(os.getpid(), signal.SIGKILL)

    def _tear(self, file: Any) -> None:
        """Cut off the end of a file, as an interrupted write would."""
        if not file.closed and file.writable():
            size = os.fstat(file.fileno()).st_size
            os.truncate(file.fileno(), self._random.randint(max(size - 4096, 0), size))


def _is_of_system(owner: object) -> bool:
    """Whether the owner of a built-in function is the system's interface or a file."""
    return isinstance(owner, (io.RawIOBase, io.BufferedIOBase)) or getattr(owner, "__name__", "") in (
        "posix", "io", "_io",
    )  # fmt: skip


@dataclass
class ChangedIndex:
    """An index and its expected documents.

    Attributes:
        folder: the folder of the index.
        seed: seeds its articles.
        settings, store_text: as for ``Index.create``.
        held: the documents by id, in order; None before the index is created.
        pending: the change that was begun and not reported as ended, if any.
    """

    folder: Path
    seed: int
    settings: Settings
    store_text: bool
    held: dict[str, Article] | None = None
    pending: Change | None = None

    @classmethod
    def begin(cls, folder: Path, random: Random) -> "ChangedIndex":
        """An index that is still to be created."""
        settings = Settings(hot_places=random.choice([2, 5, 50]), window_days=random.choice([0.0, 3.0]))
        return cls(folder, random.randrange(1 << 30), settings, random.random() < 0.7)

    def states(self) -> list[dict[str, Article]]:
        """The possible documents: before and after the pending change."""
        before = self.held or {}
        return [before, self.pending.after(before)] if self.pending else [before]


def change_until_killed(pipe: Connection, tested: ChangedIndex, moment: Moment, seed: int) -> None:
    """Make changes until the process is killed; sends each before it begins, and None after it ended."""
    random, pool = Random(seed), random_articles(Random(tested.seed), POOL)
    held = tested.held or {}
    index: Index | None = None
    for number in range(_CHANGES):
        if index is None:
            change = Change("create" if tested.held is None else "open")
        else:
            change = _choose(random, pool, list(held), f"{seed}-{number}")
        pipe.send(change)
        if number == moment.change and moment.call:
            sys.setprofile(Killer(moment, seed))
        index = _make(change, index, tested)
        pipe.send(None)
        held = change.after(held)
    os.kill(os.getpid(), signal.SIGKILL)


def _choose(random: Random, pool: Sequence[Article], held: Sequence[str], prefix: str) -> Change:
    kind = random.choice(["add", "add", "add", "replace", "remove", "compact"]) if held else "add"
    if kind == "add":
        chosen = random.sample(pool, random.randint(1, 8))
        return Change(kind, [one | {"id": f"{prefix}-{i}"} for i, one in enumerate(chosen)])
    some = random.sample(held, random.randint(1, min(3, len(held))))
    if kind == "replace":
        return Change(kind, [random.choice(pool) | {"id": name} for name in some], some)
    if kind == "remove":
        return Change(kind, removed=some if len(held) < 40 else random.sample(held, 25))
    return Change(kind)


def _make(change: Change, index: Index | None, tested: ChangedIndex) -> Index:
    """Make a change."""
    if change.kind == "create":
        return Index.create(tested.folder, tested.settings, store_text=tested.store_text)
    if index is None:
        return Index.open(tested.folder)
    if change.kind == "compact":
        index.compact(threads=1)
    elif change.kind == "remove":
        index.remove(change.removed)
    else:
        index.add(change.new, existing="replace", threads=1)
    return index
