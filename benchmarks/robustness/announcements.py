"""Changes announced before and after they are made, in a file, and the states that are possible by what was announced.

A state is a text. The processes that announce in one file take turns: each tells first what it finds.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: The state in which there is nothing yet.
NOTHING = "nothing"


class Log:
    """The file of the announcements.

    Args:
        path: the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def held(self, state: str) -> str:
        """Tell what was found, before any change; returns it."""
        self.write(["held", state])
        return state

    @contextmanager
    def change(self, after: str) -> Iterator[None]:
        """Tell that the state is to be changed, and, unless the block fails, that it was."""
        self.write(["intent", after])
        yield
        self.write(["done", after])

    def size(self) -> int:
        """The bytes that were announced."""
        return self.path.stat().st_size if self.path.exists() else 0

    def write(self, *announcements: Iterable[str]) -> None:
        """Append announcements."""
        handle = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        try:
            os.write(handle, b"".join(json.dumps(one).encode() + b"\n" for one in announcements))
        finally:
            os.close(handle)


class Possible:
    """The states that may be there, as far as they are announced.

    Attributes:
        now: the states that are possible since the last announcement.
        since: the states that were possible at some time between the last two calls of :meth:`update`.
        pending: the state after a change that was begun and has not ended, if any.
        wrong: what was found and not possible, in words.
    """

    def __init__(self, log: Log) -> None:
        self._log, self._read = log, 0
        self.now: set[str] = {NOTHING}
        self.since: set[str] = {NOTHING}
        self.pending: str | None = None
        self.wrong: list[str] = []

    def update(self) -> None:
        """Take account of what was announced since the last call."""
        self.since = {*self.now}
        try:
            with self._log.path.open("rb") as file:
                file.seek(self._read)
                text = file.read()
        except FileNotFoundError:
            return
        text = text[: text.rfind(b"\n") + 1]
        self._read += len(text)
        for line in text.splitlines():
            self.take(*json.loads(line))

    def take(self, kind: str, state: str) -> None:
        """Take account of one announcement."""
        if kind == "intent":
            self.now.add(state)
            self.pending = state
        else:
            if state not in self.now:
                self.wrong.append(f"{state} was found; possible: {sorted(self.now)}")
            self.now = {state}
            self.pending = None if kind == "done" else self.pending
        self.since.add(state)
