"""What trials of an index have in common: whatever it says, held against what it should say, and an account of both.

A trial may end in an answer, in a refusal (one of syndetect's errors) or in a failure (anything else that is raised).
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

Reading = Callable[[Index], object]


class Refusal(NamedTuple):
    """One of syndetect's errors was raised."""

    message: str


class Failure(NamedTuple):
    """Something else was raised."""

    trace: str


class Problem(NamedTuple):
    """What should not have been.

    Attributes:
        kind: of problem, as the account counts them.
        trial: its number.
        what: it was, in words.
    """

    kind: str
    trial: int
    what: str


def attempt(action: Callable[[], T]) -> T | Refusal | Failure:
    """What an action gives or raises."""
    try:
        return action()
    except KeyboardInterrupt:
        raise
    except SyndetectError as error:
        return Refusal(f"{type(error).__name__}: {error}")
    except BaseException:  # a panic within polars is no Exception
        return Failure(traceback.format_exc())


def readings(ids: Iterable[str], asked: Sequence[Article]) -> dict[str, Reading]:
    """Whatever an index can be asked, by name. What two indexes of the same documents say is equal.

    Args:
        ids: of documents to look up, of which some may not be there.
        asked: documents to ask about.
    """
    names = list(ids)
    every: dict[str, Reading] = {
        "len": len,
        "in": lambda index: [one in index for one in names],
        "info": lambda index: {key: index.info()[key] for key in ("documents", "stores_text", "settings")},
        "signatures": lambda index: index.signatures([one for one in names if one in index]).tolist(),
        "query_many": lambda index: _rows(index.query_many(asked, threads=1)),
    }
    every |= {f"get {one}": methodcaller("get", one) for one in names}
    every |= {f"query {one['id']}": partial(_query, one) for one in asked}
    return every | {f"near duplicates of {one['id']}": partial(_near_duplicates, one) for one in asked}


def say(index: Index, asked: Mapping[str, Reading]) -> dict[str, object]:
    """What an index says, by the names of the readings."""
    return {name: attempt(partial(reading, index)) for name, reading in asked.items()}


def compare(said: Mapping[str, object], expected: Mapping[str, object]) -> dict[str, str]:
    """What is wrong: of readings that gave something else than they should, what that is.

    Args:
        said: what each reading gave; a refusal is right.
        expected: what it should give.
    """
    return {
        name: one.trace if isinstance(one, Failure) else f"{one!r:.300}, not {expected[name]!r:.300}"
        for name, one in said.items()
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
    """The bytes of an index's manifest that says this, with the checksum that they should have."""
    said = {name: value for name, value in manifest.items() if name != "xxh3"}
    text = json.dumps(said, indent=2).removesuffix("\n}").encode()
    return text + b',\n  "xxh3": "' + xxh3_128_hexdigest(text).encode() + b'"\n}\n'


def tell(
    figures: Mapping[str, Any], kinds: Sequence[str], problems: Sequence[Problem], out: Path | None
) -> int:
    """Print an account of trials, and write it as JSON.

    Args:
        figures: what was done.
        kinds: of problems that there may be.
        problems: those that there were.
        out: the file for the JSON, if it is wanted.

    Returns:
        1 if there were problems, else 0; an exit status.
    """
    counts = Counter(problem.kind for problem in problems)
    for problem in problems:
        print(f"trial {problem.trial}: {problem.kind}: {problem.what}", file=sys.stderr)
    account = {**figures, **{kind: counts[kind] for kind in kinds}}
    for name, value in account.items():
        print(f"{name}: {value}")
    write_json(out, {**account, "problems": [problem._asdict() for problem in problems]})
    return int(bool(problems))
