"""Kernels compiled before they are needed: by one process a core, which fill the cache that all processes read.

numba compiles one function at a time in a process. The processes are started anew, not forked, from the interpreter
that runs, with its paths; where there is none to start, or one fails, kernels are compiled when they are first called.
"""

import gc
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syndetect.runtime import memory
from syndetect.runtime.progress import Progress

if TYPE_CHECKING:
    from syndetect.kernels.calls import Call

_WORKER = "from syndetect.runtime.compiling import serve; serve()"
_MOST = 8  # processes; more would wait for the module that takes longest


@contextmanager
def compiling(work: str, progress: Progress) -> Iterator[None]:
    """A piece of work, by its name in ``kernels/calls.txt``; before it, kernels that the cache lacks are compiled."""
    from syndetect.kernels.jit import is_compiled, note_compiled  # noqa: PLC0415  (off the path of --help)

    was_compiled = is_compiled(work)
    if not was_compiled:
        progress.note("Compiling kernels; this happens once and takes some seconds.")
        fill(work, progress)
    yield
    if not was_compiled:
        note_compiled(work)


def fill(work: str | None, progress: Progress) -> int:
    """Compile all kernels that a piece of work calls, or all that there are, into the cache.

    Other processes that would do so wait until one has.

    Returns:
        How many were compiled or found; fewer than are on the list where processes failed, and 0 without a cache.
    """
    from syndetect.kernels import calls, jit  # noqa: PLC0415  (off the path of --help)

    is_python = sys.executable and not getattr(sys, "frozen", False)  # a frozen program would start itself
    if not jit.CACHE_FOLDER or jit.IS_INTERPRETED or not is_python:
        return 0
    wanted = calls.listed(work)
    with _alone(Path(jit.CACHE_FOLDER)):
        if work is not None and jit.is_compiled(work):
            return len(wanted)
        if not os.access(jit.CACHE_FOLDER, os.W_OK):
            return 0
        progress.stage("compiling", len(wanted), "kernels")
        done = 0
        for count in _compiled(wanted, jit.CACHE_FOLDER):
            done += count
            progress.advance(count)
        if done == len(wanted):
            for name in {name for call in wanted for name in call.works}:
                if set(calls.listed(name)) <= set(wanted):  # a scan's calls hold all of a small one's
                    jit.note_compiled(name)
    return done


def _alone(folder: Path) -> Any:
    """A block of which other processes wait for the end, where the folder can have a lock."""
    from filelock import FileLock  # noqa: PLC0415  (a tenth of the time of a small scan, which compiles nothing)

    with suppress(OSError, NotImplementedError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileLock(folder / "compiling.lock").acquire()
    return nullcontext()


def _compiled(wanted: "Iterable[Call]", folder: str) -> Iterator[int]:
    """Have processes compile calls, those of one module in one process, since they share functions; 1 for each done."""
    waiting: queue.SimpleQueue[list[Call]] = queue.SimpleQueue()
    modules = [list(group) for _, group in groupby(wanted, lambda call: call.kernel.partition(".")[0])]
    for group in modules:
        waiting.put(group)
    replies: queue.SimpleQueue[int] = queue.SimpleQueue()
    with ExitStack() as stack:
        running = 0
        for _ in range(min(memory.cores(), _MOST, len(modules))):
            with suppress(OSError):
                worker = stack.enter_context(_started(folder))
                thread = threading.Thread(target=_feed, args=(worker, waiting, replies), daemon=True)
                stack.callback(thread.join)
                stack.callback(worker.kill)  # so that the thread ends, whatever it waits for
                thread.start()
                running += 1
        while running:
            count = replies.get()
            running -= count == 0
            if count:
                yield count


@contextmanager
def _started(folder: str) -> "Iterator[subprocess.Popen[str]]":
    """A process that compiles what it is sent, into a cache; it is killed at the end."""
    paths = os.pathsep.join(path for path in sys.path if path)
    settings = {**os.environ, "PYTHONPATH": paths, "NUMBA_CACHE_DIR": folder}
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER], env=settings, text=True, encoding="utf-8",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield worker
    finally:
        worker.kill()
        with suppress(OSError):  # what was not sent is lost
            worker.communicate()


def _feed(
    worker: "subprocess.Popen[str]",
    waiting: "queue.SimpleQueue[list[Call]]",
    replies: "queue.SimpleQueue[int]",
) -> None:
    """Send a process one module's calls after another; 1 to the replies for each that is done, 0 at the end."""
    from syndetect.kernels.calls import line_of  # noqa: PLC0415  (off the path of --help)

    try:
        with suppress(OSError, ValueError, queue.Empty):  # the process has ended, or all is done
            while True:
                for call in waiting.get_nowait():
                    print(line_of(call), file=worker.stdin, flush=True)
                    if not worker.stdout or worker.stdout.readline() != "done\n":
                        return
                    replies.put(1)
    finally:
        replies.put(0)


def serve() -> None:
    """Compile the calls on standard input, one a line, and say so of each on standard output: what a process does."""
    from syndetect.kernels import filling  # noqa: PLC0415
    from syndetect.kernels.calls import compile_call, parsed  # noqa: PLC0415

    gc.disable()  # compiling makes many objects and few cycles: a twentieth of its time
    filling.prepare()
    for line in sys.stdin:
        compile_call(parsed(line.rstrip("\n")))
        sys.stdout.write("done\n")
        sys.stdout.flush()
