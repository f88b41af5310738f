"""Signals that ask the program to end: Ctrl-C, SIGTERM, and SIGHUP when the terminal is closed.

Each becomes an exception in the main thread, so that whatever was begun is taken back; the exit code is 128 and the
number of the signal, as shells have it.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_PATIENCE = 0.05  # seconds until a signal is sent again
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
    seen: list[int] = []  # no event: a second signal may come while its lock is held by this very thread

    def end(number: int, _: FrameType | None) -> None:
        seen.append(number)
        for one in caught:
            signal.signal(one, _pass)  # SIG_IGN would have Python complain of one that has come already
        raise EndedBySignalError(number)

    for number in caught:
        signal.signal(number, end)
    try:
        with _seen_at_last(seen):
            yield
    finally:
        for number, before in caught.items():
            signal.signal(number, before)


@contextmanager
def _seen_at_last(seen: list[int]) -> Iterator[None]:
    """A block in which a signal is sent to the main thread again until its handler has run and ``seen`` is not empty.

    Python 3.11 may forget a signal for as long as the main thread waits, when another thread takes its turn between the
    signal and the next look at it.
    """
    if not hasattr(signal, "pthread_kill"):
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    main = threading.main_thread().ident or 0

    def repeat() -> None:
        while number := os.read(reading, 1):
            while not seen:
                time.sleep(_PATIENCE)
                if not seen:
                    signal.pthread_kill(main, number[0])

    watch = threading.Thread(target=repeat, daemon=True)
    watch.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        seen.append(0)
        os.close(writing)
        watch.join()
        os.close(reading)


def _pass(_number: int, _frame: FrameType | None) -> None:
    """Take no notice of a signal."""


def make_reads_interruptible() -> None:
    """Have these signals end a read that waits for input: polars, once imported, has the system resume it."""
    if hasattr(signal, "siginterrupt") and threading.current_thread() is threading.main_thread():
        for name in _WORDS:
            signal.siginterrupt(getattr(signal, name), True)
