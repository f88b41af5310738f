"""Invented corpora of articles that reuse one another, for scans from end to end."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from syndetect.results.result import Result
from syndetect.runtime.progress import Silent
from syndetect.schema import TABLES

Article = dict[str, Any]

_SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu")


def _words(random: Random, count: int) -> list[str]:
    return ["".join(random.choices(_SYLLABLES, k=3)) for _ in range(count)]


def _edited(random: Random, words: list[str]) -> list[str]:
    """The words with some replaced, left out, or put in."""
    edits: dict[str, Callable[[str], list[str]]] = {
        "=": lambda word: [word],
        "x": lambda _: _words(random, 1),
        "-": lambda _: [],
        "+": lambda word: [word, *_words(random, 1)],
    }
    return [other for word in words for other in edits[random.choice("=" * 30 + "x-+")](word)]


def _time(random: Random) -> datetime | None:
    """A time within ten days, an hour often, a date alone as often, or none."""
    day = datetime(2031, 6, 1, tzinfo=UTC) + timedelta(days=random.randint(0, 9))
    return random.choice([None, day, day, *(day + timedelta(hours=random.randint(1, 23)) for _ in range(4))])


def newspapers(seed: int, count: int, *, identical: bool = True) -> list[Article]:
    """Articles that share passages, edited, between paragraphs of their own; and, if so, paragraphs word for word."""
    random = Random(seed)
    wire = [_words(random, random.randint(20, 60)) for _ in range(max(2, count // 6))]
    notice, line = _words(random, 24), ["copyright"] * 40
    found = []
    for number in range(count):
        paragraphs = [_words(random, random.randint(3, 30)) for _ in range(random.randint(1, 4))]
        for passage in random.sample(wire, random.randint(0, 2)):
            whole = _words(random, 3) + _edited(random, passage) + _words(random, 3)
            cut = random.choice([0, len(whole) // 2])
            paragraphs += [part for part in (whole[:cut], whole[cut:]) if part]
        if identical:
            paragraphs += random.choice([[notice], [notice], [line], [random.choice(wire)], []])
        random.shuffle(paragraphs)
        text = "\n\n".join(" ".join(words) + "." for words in paragraphs)
        found.append({"id": f"n{number}", "text": text, "published": _time(random)})
    return found


def repetitive_articles(seed: int, count: int) -> list[Article]:
    """Short articles, nearly all with one sentence in common, some of them with many copies of it."""
    random = Random(seed)
    sentence, other = _words(random, random.randint(20, 30)), _words(random, 25)
    found = []
    for number in range(count):
        times = random.choice([0, *[1] * 12, 2, 5, 20])
        body = _words(random, 4) + sentence * times + random.choice([[], [], other]) + _words(random, 4)
        text = " ".join(body) + random.choice(["", "\n\n" + " ".join(sentence)])
        found.append({"id": f"n{number}", "text": text, "published": _time(random)})
    return found


def written(articles: Iterable[Article], folder: Path) -> Path:
    """The articles as two files of JSON Lines in a new folder."""
    folder.mkdir()
    rows = [json.dumps(article | {"published": str(article["published"] or "")}) for article in articles]
    for name, part in (("a.jsonl", rows[: len(rows) // 2]), ("b.jsonl", rows[len(rows) // 2 :])):
        (folder / name).write_text("\n".join(part) + "\n", encoding="utf-8")
    return folder


def assert_same(one: Result, other: Result) -> None:
    """Two scans found the same, and counted the same."""
    for name in (*TABLES, "skipped"):
        assert getattr(one, name).equals(getattr(other, name)), name
    assert one.manifest["counts"] == other.manifest["counts"]


class Watched(Silent):
    """A progress that calls a function each time it is told that something was done."""

    def __init__(self, watch: Callable[[], None]) -> None:
        self._watch = watch

    def advance(self, n: int) -> None:  # noqa: ARG002  (as Progress has it)
        self._watch()
