"""Signals that ask the program to end: Ctrl-C, SIGTERM, and SIGHUP when the terminal is closed.

Each becomes an exception in the main thread, so that whatever was begun is taken back; the exit code is 128 and the
number of the signal, as shells have it.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_WORDS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "terminal closed"}


class EndedBySignalError(KeyboardInterrupt):
    """The program has been asked to end.

    Attributes:
        exit_code: 128 and the number of the signal.
        word: what happened.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code, self.word = 128 + number, _WORDS[signal.Signals(number).name]


@contextmanager
def raised() -> Iterator[None]:
    """A block in which these signals raise EndedBySignalError, the first of them; later ones are ignored.

    A signal that the caller of the program has chosen to ignore, as nohup does, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = (signal.SIG_DFL, signal.default_int_handler)
    numbers = [getattr(signal, name) for name in _WORDS if hasattr(signal, name)]
    caught = {number: before for number in numbers if (before := signal.getsignal(number)) in usual}

    def end(number: int, _: FrameType | None) -> None:
        for one in caught:
            signal.signal(one, _pass)  # SIG_IGN would have Python complain of one that has come already
        raise EndedBySignalError(number)

    for number in caught:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, before in caught.items():
            signal.signal(number, before)


def _pass(_number: int, _frame: FrameType | None) -> None:
    """Take no notice of a signal."""


def make_reads_interruptible() -> None:
    """Have these signals end a read that waits for input: polars, once imported, has the system resume it."""
    if hasattr(signal, "siginterrupt") and threading.current_thread() is threading.main_thread():
        for name in _WORDS:
            signal.siginterrupt(getattr(signal, name), True)
