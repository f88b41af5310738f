"""Calls of an index, the comparison of their answers with the expected ones, and the report of a series of trials.

A call ends in an answer, in a refusal (one of syndetect's errors) or in a failure (any other exception).
"""

import json
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from xxhash import xxh3_128_hexdigest

from benchmarks.command import write_json
from benchmarks.corpus.random_articles import Article
from syndetect import Answer, Index, Result, SyndetectError
from syndetect.schema import ANSWERED

T = TypeVar("T")

IndexCall = Callable[[Index], object]


class Refusal(NamedTuple):
    """One of syndetect's errors was raised."""

    message: str


class Failure(NamedTuple):
    """Another exception was raised."""

    trace: str


class Problem(NamedTuple):
    """A property that a trial found violated.

    Attributes:
        kind: the kind of problem, which the report counts.
        trial: the number of the trial.
        what: the problem in words.
    """

    kind: str
    trial: int
    what: str


def attempt(action: Callable[[], T]) -> T | Refusal | Failure:
    """The result of an action, or what it raised."""
    try:
        return action()
    except KeyboardInterrupt:
        raise
    except SyndetectError as error:
        return Refusal(f"{type(error).__name__}: {error}")
    except BaseException:  # a panic within polars is no Exception
        return Failure(traceback.format_exc())


def index_calls(ids: Iterable[str], queries: Sequence[Article]) -> dict[str, IndexCall]:
    """Every kind of query of an index, by name; two indexes of the same documents answer alike.

    Args:
        ids: documents to look up; some may be missing.
        queries: query documents.
    """
    names = list(ids)
    calls: dict[str, IndexCall] = {
        "len": len,
        "in": lambda index: [one in index for one in names],
        "info": lambda index: {key: index.info()[key] for key in ("documents", "stores_text", "settings")},
        "signatures": lambda index: index.signatures([one for one in names if one in index]).tolist(),
        "query_many": lambda index: _rows(index.query_many(queries, threads=1)),
    }
    calls |= {f"get {one}": methodcaller("get", one) for one in names}
    calls |= {f"query {one['id']}": partial(_query, one) for one in queries}
    return calls | {f"near duplicates of {one['id']}": partial(_near_duplicates, one) for one in queries}


def answers_of(index: Index, calls: Mapping[str, IndexCall]) -> dict[str, object]:
    """The answers of an index, by the names of the calls."""
    return {name: attempt(partial(call, index)) for name, call in calls.items()}


def compare(answers: Mapping[str, object], expected: Mapping[str, object]) -> dict[str, str]:
    """The wrong answers in words, by the names of the calls.

    Args:
        answers: the answer of each call; a refusal counts as right.
        expected: the right answer of each call.
    """
    return {
        name: one.trace if isinstance(one, Failure) else f"{one!r:.300}, not {expected[name]!r:.300}"
        for name, one in answers.items()
        if one != expected[name] and not isinstance(one, Refusal)
    }


def _query(document: Article, index: Index) -> object:
    return _rows(index.query(document))


def _near_duplicates(document: Article, index: Index) -> object:
    found = index.near_duplicates(document)
    return found.paragraphs.rows(), found.documents.rows()


def _rows(tables: Answer | Result) -> dict[str, list[tuple[Any, ...]]]:
    return {name: getattr(tables, name).rows() for name in ANSWERED}


def sealed(manifest: Mapping[str, Any]) -> bytes:
    """The bytes of an index's manifest with these members and a right checksum."""
    members = {name: value for name, value in manifest.items() if name != "xxh3"}
    text = json.dumps(members, indent=2).removesuffix("\n}").encode()
    return text + b',\n  "xxh3": "' + xxh3_128_hexdigest(text).encode() + b'"\n}\n'


def left_behind(folder: Path) -> list[str]:
    """The names in which the files of an index's folder and those that its manifest lists differ."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    expected = {"manifest.json", "lock", *(entry["name"] for entry in manifest["entries"])}
    return sorted({path.name for path in folder.iterdir()} ^ expected)


def report(
    figures: Mapping[str, Any], kinds: Sequence[str], problems: Sequence[Problem], out: Path | None
) -> int:
    """Print the totals and problems of trials, and write them as JSON.

    Args:
        figures: counts of what was done.
        kinds: the possible kinds of problems.
        problems: the problems that were found.
        out: the file for the JSON, if any.

    Returns:
        1 if there were problems, else 0; an exit status.
    """
    counts = Counter(problem.kind for problem in problems)
    for problem in problems:
        print(f"trial {problem.trial}: {problem.kind}: {problem.what}", file=sys.stderr)
    totals = {**figures, **{kind: counts[kind] for kind in kinds}}
    for name, value in totals.items():
        print(f"{name}: {value}")
    write_json(out, {**totals, "problems": [problem._asdict() for problem in problems]})
    return int(bool(problems))
