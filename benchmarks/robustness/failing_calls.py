"""System calls that fail, one after the other: ``python -m benchmarks.failing_calls [--calls 300] [--seed 1]``.

A process changes a subject of :mod:`benchmarks.robustness.actors`, and strace lets its n-th call of a kind fail: of
open, read, write, sync, rename, removal, lock, mapping and so on, on the files of the subject. The change must raise
one of syndetect's errors, and the state be the one before or after; or return, and the state be the one after. A call
that must not fail unnoticed (a write, sync or rename) must raise. The next change must succeed, and leave nothing
behind.

The exit status is 1 if anything went wrong.
"""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.robustness.actors import Actor, Raised, check, write
from benchmarks.robustness.announcements import Possible
from benchmarks.robustness.index_checks import Problem, report
from benchmarks.robustness.subjects import Subject
from benchmarks.robustness.system_calls import Call, TracingError, read, traced
from benchmarks.robustness.turns import options, shares

#: The calls that fail, and how.
ERRORS: dict[str, tuple[str, ...]] = {
    "openat": ("EMFILE", "EIO", "ENOSPC"), "read": ("EIO",), "pread64": ("EIO",), "write": ("EIO", "ENOSPC"),
    "pwrite64": ("ENOSPC",), "fsync": ("EIO", "ENOSPC"), "rename": ("EIO", "ENOSPC"), "renameat2": ("EIO",),
    "mkdir": ("ENOSPC", "EIO"), "unlink": ("EIO",), "unlinkat": ("EIO",), "rmdir": ("EIO",),
    "ftruncate": ("EIO",), "flock": ("ENOLCK",), "mmap": ("ENOMEM",), "close": ("EIO",), "lseek": ("EIO",),
    "getdents64": ("EIO",),
}  # fmt: skip
_NOTICED = {"write", "pwrite64", "fsync", "rename", "renameat2", "ftruncate"}
_CHANGES = 5
_LAST = 65535  # the last call of a name that strace can let fail


class Fault(NamedTuple):
    """A call that is to fail: the n-th of this name, since the process began."""

    name: str
    error: str
    number: int


class Trials:
    """A subject that is changed while calls fail, always from one state.

    Args:
        subject: in the state to begin with.
        seed: seeds the changes.
    """

    def __init__(self, subject: Subject, seed: int) -> None:
        self._subject, self._seed = subject, seed
        self._before = subject.work / "before"
        shutil.copytree(subject.disk, self._before)
        self._announced = subject.log.path.read_bytes() if subject.log.path.exists() else b""

    def faults(self, random: Random) -> list[Fault]:
        """Calls that may fail, of each name and error one, then a second, and so on, in random order.

        Raises:
            TracingError: system calls cannot be traced here.
        """
        raised, process, calls = self._run(list(ERRORS), "")
        if raised is not None:
            raise RuntimeError(raised.trace)
        numbers: Counter[str] = Counter()
        places: dict[str, list[int]] = {name: [] for name in ERRORS}
        for call in calls:
            if call.process == process:
                numbers[call.name] += 1
                if numbers[call.name] <= _LAST and self._concerns(call):
                    places[call.name].append(numbers[call.name])
        found = []
        for name, errors in ERRORS.items():
            for error in errors:
                chosen = random.sample(places[name], len(places[name]))
                found += [(turn, random.random(), Fault(name, error, at)) for turn, at in enumerate(chosen)]
        return [fault for _, _, fault in sorted(found)]

    def trial(self, fault: Fault) -> list[str] | None:
        """What is wrong when a call fails; None where it was no call on the subject's files this time."""
        raised, _, calls = self._run([fault.name], f"{fault.name}:error={fault.error}:when={fault.number}")
        failed = [call for call in calls if call.is_injected]
        if not failed or not all(map(self._concerns, failed)):
            return None
        wrong = []
        if raised is not None and raised.is_foreign:
            wrong.append(f"a foreign exception: {raised.trace}")
        if raised is None and fault.name in _NOTICED and not failed[0].paths()[0].endswith("/lock"):
            wrong.append("the failure was not noticed")
        wrong += check(self._subject, Possible(self._subject.log))
        return [f"{one} ({fault} on {failed[0].paths()})" for one in wrong]

    def _run(self, calls: Sequence[str], failing: str) -> tuple[Raised | None, int, list[Call]]:
        """Change the subject from the state before; what was raised, the process, and its calls."""
        shutil.rmtree(self._subject.disk)
        shutil.copytree(self._before, self._subject.disk)
        self._subject.log.path.write_bytes(self._announced)
        out = self._subject.work / "trace"
        with Actor(write, self._subject, self._seed, 1, _CHANGES) as writer:
            with traced(writer.pid, out, calls, failing):
                writer.begin()
                raised = writer.result()
            return raised, writer.pid, read(out)

    def _concerns(self, call: Call) -> bool:
        """Whether a call concerns files of the subject."""
        disk = str(self._subject.disk)
        return any(path == disk or path.startswith(f"{disk}/") for path in call.paths())


def series(kind: type[Subject], folder: Path, calls: int, seed: int) -> Iterator[tuple[Fault, list[str]]]:
    """So many calls that fail, half of them where nothing is there yet, with what is wrong."""
    for is_there in (False, True):
        subject = kind(folder / f"{kind.__name__} {is_there}")
        if is_there:
            subject.session(Random(seed), 1)
        trials, wanted = Trials(subject, seed), (calls + is_there) // 2
        for fault in trials.faults(Random(seed)):
            if wanted == 0:
                break
            if (wrong := trials.trial(fault)) is not None:
                wanted -= 1
                yield fault, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Let calls fail, and report; 1 if there were problems."""
    given = options(arguments, "Let system calls fail.", "calls", 300)
    problems: list[Problem] = []
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        try:
            for kind, share in shares(given):
                for fault, wrong in series(kind, Path(folder).resolve(), share, given.seed):
                    tally[fault.name] += 1
                    problems += [Problem(kind.__name__, fault.number, one) for one in wrong]
                print(f"{kind.__name__}: {share} calls, {len(problems)} problems until now", flush=True)
        except TracingError as error:
            print(error, file=sys.stderr)
            return 2
    figures = {"calls": tally.total(), "seed": given.seed, "by name": dict(sorted(tally.items()))}
    return report(figures, given.only, problems, given.out)


if __name__ == "__main__":
    sys.exit(main())
