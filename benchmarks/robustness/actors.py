"""Processes that change a subject or read it, to be killed, traced, or let fail."""

import multiprocessing
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from random import Random
from typing import Any, NamedTuple, Self

from benchmarks.robustness.announcements import Possible
from benchmarks.robustness.rewritten import (
    BuiltIndex,
    KeptFile,
    KeptFolder,
    ResumedResult,
    WrittenResult,
)
from benchmarks.robustness.subjects import ChangedIndex, ChangedLsh, FedIndex, Subject
from syndetect import BusyError, SyndetectError
from syndetect.storage import scratch

#: All subjects, in turns.
SUBJECTS: tuple[type[Subject], ...] = (
    ChangedIndex, ChangedLsh, BuiltIndex, WrittenResult, ResumedResult, KeptFile, KeptFolder, FedIndex,
)  # fmt: skip

_LONGEST = 120.0  # seconds that an actor may take to be ready, or to end
_WAIT = 0.003  # seconds until a writer tries again to open what another one writes


class Raised(NamedTuple):
    """An exception that ended an actor.

    Attributes:
        is_foreign: whether it came out of syndetect and is none of its errors.
        trace: where it was raised.
    """

    is_foreign: bool
    trace: str


class Actor:
    """A process that waits until it is told to begin.

    Args:
        work: called with the pipe to this process, and ``arguments``; what it returns is sent.

    Attributes:
        process: the process.
    """

    def __init__(self, work: Callable[..., Any], *arguments: Any) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["benchmarks.robustness.actors"])
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=_perform, args=(theirs, work, arguments), daemon=True)
        self.process.start()
        theirs.close()
        assert self._receive() == "ready"

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self.process.pid is not None
        return self.process.pid

    def begin(self) -> None:
        """Let it begin."""
        self._pipe.send("begin")

    def stop(self) -> Any:
        """Tell it to stop, and wait for what it sends."""
        self._pipe.send("stop")
        return self.result()

    def result(self) -> Any:
        """What it sends when it has ended."""
        found = self._receive()
        self.process.join()
        return found

    def _receive(self) -> Any:
        if not self._pipe.poll(_LONGEST):
            raise TimeoutError(f"process {self.process.pid} says nothing for {_LONGEST:.0f} s")
        return self._pipe.recv()

    def ends_within(self, seconds: float) -> bool:
        """Whether it ends within some time."""
        return self._pipe.poll(seconds)

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        self.process.kill()
        self.process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
        self._pipe.close()


def _perform(pipe: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    pipe.send("ready")
    pipe.recv()
    pipe.send(work(pipe, *arguments))


def write(_pipe: Connection, subject: Subject, seed: int, sessions: int, changes: int) -> Raised | None:
    """Change a subject in sessions; returns what ended them early, if anything."""
    scratch.PAUSE = 0.0  # so that each step of a small scan is one to resume from
    random = Random(seed)
    for _ in range(sessions):
        try:
            subject.session(random, changes)
        except BusyError:
            time.sleep(_WAIT)
        except BaseException as error:
            modules = [
                frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)
            ]
            is_within = any(name.startswith("syndetect.") for name in modules)
            return Raised(is_within and not isinstance(error, SyndetectError), traceback.format_exc())
    return None


def read(pipe: Connection, subject: Subject) -> tuple[int, list[str]]:
    """Read a subject until told to stop; returns how often, and what was wrong."""
    possible, states, wrong, looks = Possible(subject.log), subject.states(), list[str](), 0
    while not pipe.poll():
        possible.update()
        try:
            seen = next(states)
        except Exception:
            wrong.append(f"a reader: {traceback.format_exc()}")
            states = subject.states()
            time.sleep(_WAIT)
            continue
        possible.update()
        if seen not in possible.since:
            wrong.append(f"a reader saw {seen}; possible: {sorted(possible.since)}")
        looks += 1
    return looks, wrong + [f"a writer: {one}" for one in possible.wrong]


def check(subject: Subject, possible: Possible) -> list[str]:
    """What is wrong with a subject whose writer came to an end, and after the next change."""
    possible.update()
    wrong, possible.wrong = possible.wrong, []
    try:
        state = subject.state()
        if state not in possible.now:
            return [*wrong, f"it is {state}; possible: {sorted(possible.now)}"]
        subject.session(Random(1), 1)
        possible.update()
        if subject.state() not in possible.now:
            wrong.append("the next change went wrong")
        wrong += [f"left behind: {name}" for name in subject.left()]
    except Exception:
        wrong.append(traceback.format_exc())
    return wrong
