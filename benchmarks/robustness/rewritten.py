"""Folders and files that are written anew and replaced while processes are killed, power is lost and calls fail.

Each has two variants, made of two inputs; ``--force`` lets one take the place of the other.
"""

import io
import json
import os
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from random import Random
from typing import ClassVar

import click
from xxhash import xxh3_64_hexdigest

from benchmarks.robustness.announcements import NOTHING, Possible
from benchmarks.robustness.index_checks import left_behind
from benchmarks.robustness.subjects import IDS, Subject, WrongError, article, index_states, text_of
from syndetect import Result, deduplicate
from syndetect.cli.index import build
from syndetect.cli.scan import scan
from syndetect.errors import ResultError
from syndetect.schema import TABLES


class Rewritten(Subject):
    """What one command writes.

    Attributes:
        inputs: the two inputs.
        variants: the states that they give.
    """

    def __init__(self, work: Path) -> None:
        super().__init__(work)
        self.inputs = [self._input(version) for version in range(2)]
        self.variants = [self._expected(version) for version in range(2)]

    def _input(self, version: int) -> Path:
        path = self.work / f"{version}.jsonl"
        articles = [article(number, version) for number in range(version, IDS)]
        path.write_text("".join(json.dumps(one, default=str) + "\n" for one in articles), encoding="utf-8")
        return path

    def _expected(self, version: int) -> str:
        """The state that an input gives, made elsewhere."""
        place, self.place = self.place, self.work / f"expected {version}" / self.place.name
        try:
            self.write(self.inputs[version])
            return self.seen()
        finally:
            self.place = place

    @abstractmethod
    def write(self, source: Path) -> None:
        """Write the place, whatever is there."""

    @abstractmethod
    def seen(self) -> str:
        """What a reader finds now."""

    def session(self, random: Random, changes: int) -> None:  # noqa: ARG002  (nothing is drawn)
        """As :meth:`Subject.session`; what was interrupted is done again."""
        possible = Possible(self.log)
        possible.update()
        after = possible.pending
        held = self.log.held(self.state())
        for _ in range(changes):
            held = after or self.variants[held == self.variants[0]]
            after = None
            with self.log.change(held):
                self.write(self.inputs[self.variants.index(held)])

    def states(self) -> Iterator[str]:
        """As :meth:`Subject.states`."""
        while True:
            seen = self.seen()
            if seen not in (NOTHING, *getattr(self, "variants", [seen])):
                raise WrongError(f"none of the variants: {seen:.300}")
            yield seen


def _run(command: click.Command, *arguments: object) -> None:
    with redirect_stderr(io.StringIO()):
        command.main([*map(str, arguments), "-q", "--threads", "1"], standalone_mode=False)


def _digest(found: object) -> str:
    return xxh3_64_hexdigest(repr(found).encode())


class BuiltIndex(Rewritten):
    """``index build --force``."""

    def write(self, source: Path) -> None:
        """As :meth:`Rewritten.write`."""
        _run(build, self.place, source, "--force")

    def seen(self) -> str:
        """As :meth:`Rewritten.seen`."""
        return next(self.states())

    def _expected(self, version: int) -> str:
        return text_of(dict.fromkeys(range(version, IDS), version))

    def states(self) -> Iterator[str]:
        """As :meth:`Subject.states`; a reader keeps the index open while it is replaced."""
        return index_states(self.place)

    def left(self) -> list[str]:
        """As :meth:`Subject.left`, and files of the index that it does not name."""
        return super().left() + left_behind(self.place)


class WrittenResult(Rewritten):
    """``scan -o DIR --force``, with all arrays in files."""

    OPTIONS: ClassVar[tuple[str, ...]] = ("--force", "--memory", "1MB")

    def write(self, source: Path) -> None:
        """As :meth:`Rewritten.write`."""
        _run(scan, source, "-o", self.place, *self.OPTIONS)

    def seen(self) -> str:
        """As :meth:`Rewritten.seen`: a digest of all tables."""
        try:
            result = Result.read(self.place)
        except ResultError:
            if self.place.exists():
                raise
            return NOTHING
        return _digest([getattr(result, name).rows() for name in TABLES])


class ResumedResult(WrittenResult):
    """``scan -o DIR --force --resume``, given again until it ends."""

    OPTIONS = (*WrittenResult.OPTIONS, "--resume")


class KeptFile(Rewritten):
    """``dedup --force`` of a file."""

    NAME = "x.jsonl"

    def write(self, source: Path) -> None:
        """As :meth:`Rewritten.write`."""
        deduplicate([str(source)], self.place, force=True, threads=1, threshold=0.1)

    def seen(self) -> str:
        """As :meth:`Rewritten.seen`: a digest of the file."""
        try:
            return xxh3_64_hexdigest(self.place.read_bytes())
        except FileNotFoundError:
            return NOTHING

    def left(self) -> list[str]:
        """As :meth:`Subject.left`."""
        return [name for name in super().left() if name != "x.removed.jsonl"]


class KeptFolder(KeptFile):
    """``dedup --force`` of a folder."""

    NAME = "x"

    def _input(self, version: int) -> Path:
        path = super()._input(version)
        folder = path.with_suffix("")
        (folder / "a").mkdir(parents=True)
        path.rename(folder / "a" / "b.jsonl")
        return folder

    def seen(self) -> str:
        """As :meth:`Rewritten.seen`: a digest of the names and files of one folder, whatever takes its place."""
        try:
            handle = os.open(self.place, os.O_RDONLY)
        except FileNotFoundError:
            return NOTHING
        try:
            found = []
            for folder, _, names, inner in os.fwalk(dir_fd=handle):
                for name in sorted(names):
                    with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=inner), "rb") as file:
                        found.append((folder, name, file.read()))
            if os.fstat(handle).st_ino != self.place.stat().st_ino:
                return self.seen()  # what was read was replaced, and may have been removed in part
        except FileNotFoundError:
            return self.seen()
        finally:
            os.close(handle)
        return _digest(found)
