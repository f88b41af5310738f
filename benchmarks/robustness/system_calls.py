"""The system calls of a process, as strace tells them, and calls that strace lets fail."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_HANDLE = re.compile(r"^(-?\w+)<((?:\\x[0-9a-f]{2})*)>(\(deleted\))?")
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?)(.*)")
_LONGEST = 1 << 23  # bytes of a string that are told
_END = 60.0  # seconds until strace has written all, after the process has ended


class TracingError(Exception):
    """System calls cannot be traced here."""


class Call(NamedTuple):
    """A system call that has returned.

    Attributes:
        process: the thread that made it.
        name: its name.
        arguments: as strace writes them.
        result: what it returned; negative where it failed.
        is_injected: whether strace let it fail.
    """

    process: int
    name: str
    arguments: list[str]
    result: int
    is_injected: bool

    def paths(self) -> list[str]:
        """The paths that it names, or whose descriptors it is given; those of a removed file are none."""
        found, base = [], ""
        for argument in self.arguments:
            if handle := _HANDLE.match(argument):
                base = _bytes(handle[2]).decode(errors="surrogateescape")
                if not (handle[3] or handle[1].startswith("AT_")):
                    found.append(base)
            elif not self.writes() and (string := _STRING.fullmatch(argument)):
                path = _bytes(string[1]).decode(errors="surrogateescape")
                found = [one for one in found if one != base]
                found.append(os.path.normpath(os.path.join(base, path)))  # noqa: PTH118  (of texts)
        return found

    def handle(self) -> int:
        """The descriptor that it is given first."""
        return int(self.arguments[0].partition("<")[0])

    def writes(self) -> bool:
        """Whether it writes bytes to a file."""
        return self.name in ("write", "writev", "pwrite64", "pwritev", "pwritev2")

    def data(self) -> bytes:
        """The bytes that it wrote."""
        return b"".join(map(_bytes, _STRING.findall(", ".join(self.arguments[1:]))))[: self.result]


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@contextmanager
def traced(process: int, out: Path, calls: Sequence[str], failing: str = "") -> Iterator[None]:
    """Trace a process and its threads from now on, until it ends.

    Args:
        process: its id.
        out: the file that :func:`read` reads.
        calls: the names of the system calls; strace knows which of them the system has.
        failing: which calls fail and how, as of strace's option ``--inject``.

    Raises:
        TracingError: strace is missing, or may not trace.
    """
    if shutil.which("strace") is None:
        raise TracingError("strace is missing: install it (the package strace of most systems)")
    command = ["strace", "-f", "-y", "-xx", "-s", str(_LONGEST), "-o", str(out), "-p", str(process)]
    command += ["-e", "trace=" + ",".join(f"?{call}" for call in calls)]
    command += ["-e", f"inject={failing}"] if failing else []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        told = tracer.stderr.readline()
        if "attached" not in told:
            tracer.kill()
            raise TracingError(f"strace cannot trace: {told.strip()}")
        try:
            yield
            tracer.wait(_END)
        finally:
            tracer.terminate()


def read(path: Path) -> list[Call]:
    """The calls of a trace in the order in which they returned."""
    begun: dict[str, str] = {}
    found = []
    with path.open(encoding="ascii") as lines:
        for line in lines:
            process, _, rest = line.strip().partition(" ")
            rest = rest.strip()
            if rest.endswith("<unfinished ...>"):
                begun[process] = rest.removesuffix("<unfinished ...>")
                continue
            if resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", rest):
                rest = begun.pop(process, "") + resumed[1]
            call = _CALL.match(rest)
            if call and call[3] != "?":
                arguments = [one.strip() for one in call[2].split(",")]
                found.append(
                    Call(int(process), call[1], arguments, int(call[3]), call[4].endswith("(INJECTED)"))
                )
    return found
