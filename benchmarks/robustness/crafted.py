"""Folders from strangers: ``python -m benchmarks.crafted [--indexes 1000] [--others 300] [--seed 1]``.

Each trial tells one lie (:mod:`benchmarks.robustness.lies`) in a copy of a folder, under right checksums, and then does
all that can be done with it, in a process that may take 8 GB and a minute. Right is an answer, or one of syndetect's
errors. An answer is wrong if it lies outside of its text; or if it is not what an index of the very documents that the
index gives out would answer, and ``verify`` finds nothing.

The exit status is 1 if a process ended by a signal or hung, another exception was raised, or an answer was wrong.
"""

import argparse
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Literal

from benchmarks.corpus.random_articles import Article, random_articles
from benchmarks.robustness.index_checks import (
    Failure,
    Problem,
    Refusal,
    answers_of,
    attempt,
    index_calls,
    report,
)
from benchmarks.robustness.lies import LIES
from syndetect import Index, MinHashLSH, Result, Settings, evaluate, scan
from syndetect.report.passage_view import passage
from syndetect.report.summary import summary

KINDS = ("signals", "hangs", "foreign exceptions", "wrong answers")
_SECONDS, _MEMORY = 60, 8 << 30

Outcome = list[tuple[str, str]]


def _articles(seed: int, number: int) -> list[Article]:
    return [one | {"title": f"Of {one['id']}"} for one in random_articles(Random(seed), number)]


# ------------------------------------------------------------------------------------------------- folders


class InterruptedScanError(Exception):
    """Ends a scan at a stage."""


class _Until:
    """Progress that ends a scan at a stage."""

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def stage(self, name: str, total: int | None, unit: str) -> None:  # noqa: ARG002
        """As :class:`syndetect.runtime.progress.Progress` says."""
        if name == self._stage:
            raise InterruptedScanError

    def advance(self, amount: int) -> None:
        """As :class:`syndetect.runtime.progress.Progress` says."""

    def note(self, message: str) -> None:
        """As :class:`syndetect.runtime.progress.Progress` says."""


_STAGES = ("near-duplicates", "comparison", "fingerprints", "alignment", "links", "tables")


_TRUTHS: dict[str, list[dict[str, Any]]] = {
    "spans.jsonl": [{"doc_a": "n1", "begin_a": 0, "end_a": 90, "doc_b": "n2", "begin_b": 0, "end_b": 90}],
    "classes.jsonl": [
        {"doc_id": f"n{at}", "derivation": "wholly", "family": f"f{at % 3}"} for at in range(9)
    ],
}


def build(folder: Path) -> None:
    """Make the folders that are lied about, and the articles beside them."""
    articles = _articles(1, 42)
    for name, stores in (("index", True), ("index without texts", False)):
        with Index.create(folder / name, store_text=stores) as index:
            for first in range(0, 36, 9):
                index.add(articles[first : first + 9], threads=1)
            index.remove(["n3", "n4", "n20"])
            index.compact(threads=1)
            index.add(articles[36:40], threads=1)
            index.add([articles[36] | {"id": "n12"}], existing="replace", threads=1)
    with MinHashLSH(num_perm=64, params=(16, 4), path=folder / "lsh") as lsh:
        for at, one in enumerate(articles):
            lsh.insert([one["id"], at, one["id"].encode()][at % 3], one["text"])
        lsh.commit()
        lsh.remove("n3")
        lsh.insert("last", articles[3]["text"])
    scan(articles, threads=1).write(folder / "result")
    path = folder / "articles.jsonl"
    path.write_text("".join(json.dumps(one, default=str) + "\n" for one in articles), encoding="utf-8")
    for name, rows in _TRUTHS.items():
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    for stage in _STAGES:
        with suppress(InterruptedScanError):
            scan(path, threads=1, scratch=folder / f"scratch {stage}", resume=True, progress=_Until(stage))


def _draw(random: Random, kind: str) -> str:
    """The name of a folder of a kind."""
    others = {
        "index": ["index", "index", "index without texts"],
        "scratch": [f"scratch {one}" for one in _STAGES],
    }
    return random.choice(others.get(kind, [kind]))


# ------------------------------------------------------------------------------------------------- in a child


def trial(kind: str, seed: str, base: Path) -> tuple[str, Outcome]:
    """Tell a lie in a copy of a folder, and do all that can be done with it: what was done, and what came of it."""
    random = Random(f"{kind} {seed}")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "folder"
        shutil.copytree(base / _draw(random, kind), folder)
        told = random.choice(LIES[kind])(random, folder)
        return told, [*_EXAMINE[kind](random, folder, base)]


def _tally(answers: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The outcomes of calls: "fine", the names of errors, "foreign exceptions" with their traces."""
    for name, answer in answers.items():
        if isinstance(answer, Failure):
            yield "foreign exceptions", f"{name}: {answer.trace[-1500:]}"
        else:
            yield (answer.message.partition(":")[0] if isinstance(answer, Refusal) else "fine"), ""


def _examine_index(random: Random, folder: Path, _base: Path) -> Iterator[tuple[str, str]]:
    articles = _articles(1, 44)
    calls = index_calls([one["id"] for one in articles[:42:4]], [articles[0], articles[12], articles[43]])
    calls |= {"verify": Index.verify, "documents": _documents, "outside": _outside}
    changes: dict[str, Callable[[Index], object]] = {
        "replace": lambda index: (
            index.add([articles[5], articles[43]], existing="replace", threads=1).replaced
        ),
        "remove": lambda index: index.remove(["n7", "n9"], missing="skip"),
        "compact": lambda index: index.compact(threads=1),
    }
    steps: list[dict[str, Callable[[Index], object]]] = [calls]
    if random.random() < 0.4:
        steps += [changes, calls]
    opened = attempt(partial(Index.open, folder, mode="r" if len(steps) == 1 else "a"))
    if not isinstance(opened, Index):
        yield from _tally({"open": opened})
        return
    with opened as index:
        for step in steps:
            answers = answers_of(index, step)
            yield from _tally(answers)
            if isinstance(outside := answers.get("outside"), str) and outside:
                yield "wrong answers", outside
            if step is calls and isinstance(answers["verify"], int):
                yield from _differences(index.settings, answers, step)
            elif step is calls:
                yield "found by verify", ""


def _documents(index: Index) -> list[dict[str, Any]]:
    """All documents in their order; strings of blanks are none, as when they are added."""
    found = [index.get(name) or {} for name in index.to_datasketch().minhashes]
    return [{name: value if str(value).strip() else None for name, value in one.items()} for one in found]


def _outside(index: Index) -> str:
    """A match that lies outside of its text, in words; empty where ids do not tell texts apart."""
    if len(index.to_datasketch().minhashes) < len(index):
        return ""
    for article in _articles(1, 44)[::9]:
        for match in index.query(article["text"]).matches.iter_rows(named=True):
            text = (index.get(match["doc_a"]) or {}).get("text")
            begin, end = match["begin_a"], match["end_a"]
            if begin < 0 or begin >= end or (text is not None and end > len(text)):
                return f"{match} of a text of {len(text or '')} characters"
    return ""


def _differences(
    settings: Settings, answers: dict[str, object], calls: dict[str, Callable[[Index], object]]
) -> Outcome:
    """The answers that an index of the same documents does not give; none where texts are not stored."""
    documents = answers["documents"]
    if not isinstance(documents, list) or any(one.get("text") is None for one in documents):
        return []
    with tempfile.TemporaryDirectory() as place, Index.create(Path(place) / "x", settings) as fresh:
        fresh.add(documents, threads=1)
        expected = answers_of(
            fresh, {name: call for name, call in calls.items() if name.split()[0] not in ("verify", "get")}
        )
    return [
        ("wrong answers", f"{name}: {answers[name]!r:.300}, not {answer!r:.300}")
        for name, answer in expected.items()
        if answers[name] != answer and not isinstance(answers[name], (Refusal, Failure))
    ]


def _examine_lsh(random: Random, folder: Path, _base: Path) -> Iterator[tuple[str, str]]:
    articles = _articles(1, 44)
    mode: Literal["r", "a"] = random.choice(["r", "a"])

    def use() -> int:
        with MinHashLSH(num_perm=64, params=(16, 4), path=folder, mode=mode) as lsh:
            found = len(lsh) + sum(len(lsh.query(one["text"])) for one in articles)
            found += sum(key in lsh for key in ("n0", 1, b"n2", "n40"))
            MinHashLSH(num_perm=64, params=(16, 4)).merge(lsh)
            if mode == "a":
                lsh.insert("more", articles[43]["text"], check_duplication=False)
                if "n0" in lsh:
                    lsh.remove("n0")
            return found

    yield from _tally({"use": attempt(use), "again": attempt(use)})


def _examine_result(random: Random, folder: Path, base: Path) -> Iterator[tuple[str, str]]:
    def read() -> str:
        result = Result.read(folder)
        shown = [passage(result.documents, result.passages, result.clusters, number)
                 for number in result.passages["passage_id"].unique().head(5).to_list()]  # fmt: skip
        result.write(folder.parent / "again", format=random.choice(["csv", "jsonl", "passim"]))
        return summary(Result.read(folder.parent / "again")) + "".join(shown)

    yield from _tally({"read": attempt(read)})
    yield from _tally({name: attempt(partial(evaluate, folder, base / name)) for name in _TRUTHS})


def _examine_scratch(_random: Random, folder: Path, base: Path) -> Iterator[tuple[str, str]]:
    articles = base / "articles.jsonl"
    found = attempt(partial(scan, articles, threads=1, scratch=folder, resume=True))
    yield from _tally({"resume": found})
    if isinstance(found, Result):
        with articles.open(encoding="utf-8") as file:
            texts = {one["id"]: one["text"] for one in map(json.loads, file)}
        for match in found.matches.iter_rows(named=True):
            for side in "ab":
                begin, end = match[f"begin_{side}"], match[f"end_{side}"]
                if not 0 <= begin < end <= len(texts[match[f"doc_{side}"]]):
                    yield "wrong answers", f"{match}"


_EXAMINE = {
    "index": _examine_index, "lsh": _examine_lsh, "result": _examine_result, "scratch": _examine_scratch,
}  # fmt: skip


def _serve(base: Path) -> None:
    """Make the trials that the lines of standard input name, and answer each with a line."""
    import resource  # noqa: PLC0415  (not on Windows)

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        kind, seed = json.loads(line)
        print(json.dumps(trial(kind, seed, base)), flush=True)


# ------------------------------------------------------------------------------------------------- processes


class _Child:
    """A process that makes trials, started anew when it ends or hangs."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._start()

    def _start(self) -> None:
        command = [sys.executable, "-m", __spec__.name if __spec__ else __name__, "--child", str(self._base)]
        environment = os.environ | {
            "POLARS_MAX_THREADS": "2",
            "NUMBA_NUM_THREADS": "2",
            "PYTHONFAULTHANDLER": "1",
        }
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  (of the process)
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=environment,
        )

    def ask(self, kind: str, seed: str) -> None:
        """Begin a trial."""
        assert self.process.stdin is not None
        self.asked, self.began = (kind, seed), time.monotonic()
        self.process.stdin.write(json.dumps([kind, seed]) + "\n")
        self.process.stdin.flush()

    def answer(self) -> tuple[str, Outcome] | None:
        """The outcome of the trial; None while it is being made."""
        assert self.process.stdout is not None
        if select.select([self.process.stdout], [], [], 0)[0]:
            if line := self.process.stdout.readline():
                told, outcome = json.loads(line)
                return told, [(kind, what) for kind, what in outcome]
            status = self.process.wait()
            self._errors.seek(0)
            kind = "signals" if status < 0 else "foreign exceptions"
            outcome = f"exit status {status}: {self._errors.read()[-1500:]}"
            self._start_anew()
            return "", [(kind, outcome)]
        if time.monotonic() - self.began > _SECONDS:
            self._start_anew()
            return "", [("hangs", "")]
        return None

    def _start_anew(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self._errors):
            assert file is not None
            with suppress(BrokenPipeError):  # of what was not read
                file.close()


def run(
    wanted: Sequence[tuple[str, str]], base: Path, children: int
) -> Iterator[tuple[str, str, str, Outcome]]:
    """Make trials in several processes: of each its kind, its seed, the lie and the outcome."""
    pool = [_Child(base) for _ in range(min(children, len(wanted)))]
    waiting, busy = iter(wanted), [*pool]
    for child in pool:
        child.ask(*next(waiting))
    try:
        while busy:
            for child in [*busy]:
                if (answer := child.answer()) is None:
                    continue
                yield (*child.asked, *answer)
                if (one := next(waiting, None)) is None:
                    busy.remove(child)
                else:
                    child.ask(*one)
            time.sleep(0.005)
    finally:
        for child in pool:
            child.close()


def trials(indexes: int, others: int, seed: int) -> list[tuple[str, str]]:
    """The kinds and seeds of trials: a fifth of indexes are of ``MinHashLSH``, half of the others are results."""
    numbers = map(str, count(seed))
    kinds = ["lsh" if number % 5 == 4 else "index" for number in range(indexes)]
    kinds += [("result", "scratch")[number % 2] for number in range(others)]
    return list(zip(kinds, numbers, strict=False))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run trials and report; 1 if there were problems."""
    parser = argparse.ArgumentParser(description="Use folders that lie under right checksums.")
    parser.add_argument("--indexes", type=int, default=1000, help="of indexes (default: 1000)")
    parser.add_argument(
        "--others", type=int, default=300, help="of results and scratch folders (default: 300)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the first trial (default: 1)")
    parser.add_argument("--children", type=int, default=2, help="processes at once (default: 2)")
    parser.add_argument("--only", nargs=2, metavar=("KIND", "SEED"), help="make one trial, in this process")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report as JSON")
    options = parser.parse_args(arguments)
    if options.child:
        _serve(options.child)
        return 0
    began, tally, problems = time.perf_counter(), Counter[str](), list[Problem]()
    with tempfile.TemporaryDirectory() as base:
        build(Path(base))
        if options.only:
            kind, seed = options.only
            told, outcome = trial(kind, seed, Path(base))
            print(told, *outcome, sep="\n")
            return 0
        wanted = trials(options.indexes, options.others, options.seed)
        for kind, seed, told, outcome in run(wanted, Path(base), options.children):
            tally.update({f"{kind}: {one}" for one, _ in outcome})
            problems += [
                Problem(one, int(seed), f"{kind}: {told}: {what}") for one, what in outcome if one in KINDS
            ]
    figures = {
        "trials": len(wanted),
        **dict(sorted(tally.items())),
        "seconds": round(time.perf_counter() - began),
    }
    return report(figures, KINDS, problems, options.out)


if __name__ == "__main__":
    sys.exit(main())
