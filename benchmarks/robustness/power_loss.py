"""Losses of power, simulated: ``python -m benchmarks.power_loss [--states 2000] [--seed 1]``.

The system calls of a process that changes a subject of :mod:`benchmarks.robustness.actors` are traced (strace), with
its announcements. From the trace states of the disk are rebuilt as a loss of power at any moment may leave them, where
what was not synced is lost in part (:mod:`benchmarks.robustness.disk_states`). Each must be read as a state that is
possible: what was acknowledged is there, a change that was under way is made or not. The next change must succeed, and
leave nothing behind.

The exit status is 1 if anything went wrong.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from benchmarks.robustness.actors import Actor, check, write
from benchmarks.robustness.announcements import Possible
from benchmarks.robustness.disk_states import CALLS, Disk, Operation, operations
from benchmarks.robustness.index_checks import Problem, report
from benchmarks.robustness.subjects import Subject
from benchmarks.robustness.system_calls import TracingError, read, traced
from benchmarks.robustness.turns import options, shares

_SESSIONS, _CHANGES = 2, 5
_WRITES = 9  # one in so many is a moment at which power is lost


def trace(subject: Subject, seed: int) -> list[Operation]:
    """The operations of a process that changes a subject.

    Raises:
        TracingError: system calls cannot be traced here.
    """
    out = subject.work / "trace"
    with Actor(write, subject, seed, _SESSIONS, _CHANGES) as writer, traced(writer.pid, out, CALLS):
        writer.begin()
        if raised := writer.result():
            raise RuntimeError(raised.trace)
    return list(operations(read(out), subject.disk, subject.log.path))


def losses(subject: Subject, done: Sequence[Operation], random: Random, states: int) -> list[Problem]:
    """The problems after losses of power at random moments of these operations."""
    ends = [
        end
        for end, one in enumerate(done, 1)
        if one.kind != "write" or end % _WRITES == 0  # there are many, and much alike
    ]
    chosen = sorted((random.choice(ends), random.getrandbits(30)) for _ in range(states))
    disk, announced, at, found = Disk(subject.disk), list[list[str]](), 0, list[Problem]()
    for end, draw in chosen:
        for operation in done[at:end]:
            if operation.kind == "announce":
                announced.append(json.loads(operation.data))
            else:
                disk.apply(operation)
        at, lost = end, Random(draw)
        disk.lose_power(lost, in_order=lost.random() < 0.5)
        subject.log.path.unlink(missing_ok=True)
        subject.log.write(*announced)
        where = f"behind operation {end}: {done[end - 1].kind} {done[end - 1].path}"
        wrong = check(subject, Possible(subject.log))
        found += [Problem(type(subject).__name__, draw, f"{one} ({where})") for one in wrong]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Lose power, and report; 1 if there were problems."""
    given = options(arguments, "Rebuild states of a disk after losses of power.", "states", 2000)
    problems: list[Problem] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for kind, share in shares(given):
                subject = kind(Path(folder).resolve() / kind.__name__)
                done = trace(subject, given.seed)
                found = losses(subject, done, Random(given.seed), share)
                kinds = ", ".join(sorted({one.kind for one in done}))
                print(
                    f"{kind.__name__}: {share} states of {len(done)} operations ({kinds}), {len(found)} problems"
                )
                problems += found
        except TracingError as error:
            print(error, file=sys.stderr)
            return 2
    return report({"states": given.number, "seed": given.seed}, given.only, problems, given.out)


if __name__ == "__main__":
    sys.exit(main())
