"""The life of an index whose writer is killed: its changes, when it is killed, and the process that is killed."""

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

#: Articles of which a life's documents are made.
POOL = 150

_CHANGES = 12  # of one process, at most
_TARGETS = 5  # among so many first changes of a process is the one in which it is killed
#: Calls at which a writer is killed, and among how many of a change's the one is chosen.
_CALLS = {
    "open": 8, "write": 500, "writelines": 2, "flush": 2, "fsync": 5, "replace": 1, "unlink": 6, "close": 4,
}  # fmt: skip


class Change(NamedTuple):
    """A change of an index.

    Attributes:
        kind: "create", "open", "add", "replace", "remove" or "compact".
        new: documents that are added, behind all others.
        gone: ids of those that are removed.
    """

    kind: str
    new: Sequence[Article] = ()
    gone: Sequence[str] = ()

    def after(self, held: dict[str, Article]) -> dict[str, Article]:
        """The documents afterwards, in order."""
        gone = {*self.gone, *(one["id"] for one in self.new)}
        kept = {name: one for name, one in held.items() if name not in gone}
        return kept | {one["id"]: one for one in self.new}


class Moment(NamedTuple):
    """When a process is killed: in which of its changes, and there when.

    Attributes:
        change: its number.
        share: how far into the time that such a change takes; or
        call, ordinal: at which call of this name since the change began, and
        how: "before", "after" or "torn".
    """

    change: int
    share: float = 0.0
    call: str = ""
    ordinal: int = 0
    how: str = ""

    @classmethod
    def draw(cls, random: Random) -> "Moment":
        """Any moment."""
        change = random.randrange(_TARGETS)
        if random.random() < 0.5:
            return cls(change, share=random.random())
        call = random.choice([*_CALLS, "write", "write", "write"])
        how = random.choice(["before", "after", *(["torn"] if call.startswith(("write", "flush")) else [])])
        return cls(change, call=call, ordinal=random.randint(1, _CALLS[call]), how=how)


class Killer:
    """A profiling function that ends the process at a call.

    Args:
        moment: at which.
        seed: of how much is torn off.
    """

    def __init__(self, moment: Moment, seed: int) -> None:
        self._moment, self._random, self._count = moment, Random(seed), 0

    def __call__(self, _frame: object, event: str, called: Any) -> None:
        """Count a call, or what follows one."""
        awaited = "c_call" if self._moment.how == "before" else "c_return"
        if event != awaited or called.__name__ != self._moment.call or not _is_of_system(called.__self__):
            return
        self._count += 1
        if self._count == self._moment.ordinal:
            if self._moment.how == "torn" and hasattr(called.__self__, "fileno"):
                self._tear(called.__self__)
            os.kill(os.getpid(), signal.SIGKILL)

    def _tear(self, file: Any) -> None:
        """Cut off the end of a file: what it is while it is being written."""
        if not file.closed and file.writable():
            size = os.fstat(file.fileno()).st_size
            os.truncate(file.fileno(), self._random.randint(max(size - 4096, 0), size))


def _is_of_system(owner: object) -> bool:
    """Whether the owner of a built-in function is the system's interface or a file."""
    return isinstance(owner, (io.RawIOBase, io.BufferedIOBase)) or getattr(owner, "__name__", "") in (
        "posix", "io", "_io",
    )  # fmt: skip


@dataclass
class Life:
    """One index, from its creation on, and what must be in it.

    Attributes:
        folder: where it is.
        seed: of its articles.
        settings, store_text: of the index.
        held: its documents by their ids, in order; None before it is created.
        pending: the change that was begun last, if it has not been told to have ended.
    """

    folder: Path
    seed: int
    settings: Settings
    store_text: bool
    held: dict[str, Article] | None = None
    pending: Change | None = None

    @classmethod
    def begin(cls, folder: Path, random: Random) -> "Life":
        """An index that is not there yet."""
        settings = Settings(hot_places=random.choice([2, 5, 50]), window_days=random.choice([0.0, 3.0]))
        return cls(folder, random.randrange(1 << 30), settings, random.random() < 0.7)

    def states(self) -> list[dict[str, Article]]:
        """The documents that there may be: before and after the change that was under way."""
        before = self.held or {}
        return [before, self.pending.after(before)] if self.pending else [before]


def live(pipe: Connection, life: Life, moment: Moment, seed: int) -> None:
    """Make changes until the process is killed; each is told before it begins, and None when it has ended."""
    random, pool = Random(seed), random_articles(Random(life.seed), POOL)
    held = life.held or {}
    index: Index | None = None
    for number in range(_CHANGES):
        if index is None:
            change = Change("create" if life.held is None else "open")
        else:
            change = _choose(random, pool, list(held), f"{seed}-{number}")
        pipe.send(change)
        if number == moment.change and moment.call:
            sys.setprofile(Killer(moment, seed))
        index = _make(change, index, life)
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
        return Change(kind, gone=some if len(held) < 40 else random.sample(held, 25))
    return Change(kind)


def _make(change: Change, index: Index | None, life: Life) -> Index:
    """Make a change."""
    if change.kind == "create":
        return Index.create(life.folder, life.settings, store_text=life.store_text)
    if index is None:
        return Index.open(life.folder)
    if change.kind == "compact":
        index.compact(threads=1)
    elif change.kind == "remove":
        index.remove(change.gone)
    else:
        index.add(change.new, existing="replace", threads=1)
    return index
