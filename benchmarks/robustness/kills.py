"""Commands killed at random moments: ``python -m benchmarks.kills [--kills 400] [--seed 1]``.

In turns: two writers of an index, ``MinHashLSH`` on disk, ``index build --force``, ``scan -o DIR --force``, the same
with ``--resume``, ``dedup --force`` of a file and of a folder, and the feed of ``index query - --add``. Processes
change them, announcing each change before and after, and are killed (SIGKILL) at random moments. Others read all the
time. What is read must be a state that is possible by what was announced, whole: never a mix, never nothing where
something was. After a kill the next change must succeed and leave nothing behind.

The exit status is 1 if anything went wrong.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

from benchmarks.robustness.actors import Actor, Raised, check, read, write
from benchmarks.robustness.announcements import Possible
from benchmarks.robustness.index_checks import Problem, report
from benchmarks.robustness.subjects import ChangedIndex, Subject
from benchmarks.robustness.turns import options, shares

_READERS = 3  # of an index; of other subjects one
_SESSIONS = 1000  # of one writer, more than it lives for
_CHANGES = 3  # of one session
_LONGEST = 1.2  # sessions, until the latest moment of a kill


class Trials:
    """Kills of the writers of one subject.

    Args:
        subject: what they change.
        seed: seeds the changes and the moments.

    Attributes:
        kills: how often writers were killed.
        looks: how often readers looked.
        problems: what went wrong.
    """

    def __init__(self, subject: Subject, seed: int) -> None:
        self._subject, self._random, self._possible = subject, Random(seed), Possible(subject.log)
        self.name = type(subject).__name__
        self.kills = self.looks = 0
        self.problems: list[Problem] = []
        self._writers = 2 if type(subject) is ChangedIndex else 1
        self._readers = _READERS if self._writers > 1 else 1

    def run(self, kills: int) -> None:
        """Kill so many writers, beside readers."""
        with ExitStack() as stack:
            with self._writer(1) as first:
                self._begin(first)
                began = time.monotonic()
                self._tell(first.result())
            longest = _LONGEST * (time.monotonic() - began)
            readers = [stack.enter_context(Actor(read, self._subject)) for _ in range(self._readers)]
            for reader in readers:
                reader.begin()
            while self.kills < kills:
                self._kill(longest)
            for reader in readers:
                looks, wrong = reader.stop()
                self.looks += looks
                self._tell(*wrong)

    def _writer(self, sessions: int) -> Actor:
        return Actor(write, self._subject, self._random.getrandbits(30), sessions, _CHANGES)

    def _kill(self, longest: float) -> None:
        """Start writers, kill them one after the other at random moments, and check what they leave."""
        with ExitStack() as stack:
            writers = [stack.enter_context(self._writer(_SESSIONS)) for _ in range(self._writers)]
            for writer in writers:
                self._begin(writer)
            for writer in writers:
                if writer.ends_within(self._random.uniform(0, longest)):
                    self._tell(writer.result())
                writer.kill()
                self.kills += 1
        self._tell(*check(self._subject, self._possible))

    def _begin(self, writer: Actor) -> None:
        """Let a writer begin; return when something is announced, since until then it loads modules and kernels."""
        size = self._subject.log.size()
        writer.begin()
        while self._subject.log.size() == size and not writer.ends_within(0.001):
            pass

    def _tell(self, *problems: str | Raised | None) -> None:
        self.problems += [Problem(self.name, self.kills, str(one)) for one in problems if one is not None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, and report; 1 if there were problems."""
    given = options(arguments, "Kill writers at random moments, beside readers.", "kills", 400)
    problems: list[Problem] = []
    kills = looks = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind, share in shares(given):
            trials = Trials(kind(Path(folder) / kind.__name__), given.seed)
            trials.run(share)
            kills, looks, problems = kills + trials.kills, looks + trials.looks, problems + trials.problems
            print(
                f"{trials.name}: {trials.kills} kills, {trials.looks} looks, {len(trials.problems)} problems"
            )
    return report({"kills": kills, "looks": looks, "seed": given.seed}, given.only, problems, given.out)


if __name__ == "__main__":
    sys.exit(main())
