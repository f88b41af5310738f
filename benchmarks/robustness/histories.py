"""Random histories of an index, each held against fresh scans of what remains.

    python -m benchmarks.histories --count 1000 --seed 1

A history adds articles in batches of any size, replaces and removes some, compacts and opens the index anew, in any
order. Then documents that it holds, and others, are asked about; every answer must be, match for match and pair for
pair, what a scan of the remaining documents finds for that document. Settings vary, so that keys are hot and windows
narrow.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import polars as pl

from syndetect import Index, Settings, scan

Article = dict[str, Any]

_SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu")
_ASKED = 3


def articles(random: Random, count: int) -> list[Article]:
    """Articles that share edited passages, whole paragraphs, a notice and one word again and again."""
    wire = [_words(random, random.randint(15, 60)) for _ in range(max(2, count // 5))]
    notice, line = _words(random, 24), ["copyright"] * 40
    found = []
    for number in range(count):
        paragraphs = [_words(random, random.randint(3, 30)) for _ in range(random.randint(1, 3))]
        paragraphs += [
            _words(random, 3) + _edited(random, passage) + _words(random, 3)
            for passage in random.sample(wire, random.randint(0, 2))
        ]
        paragraphs += random.choice([[notice], [notice, notice], [line], [random.choice(wire)], []])
        random.shuffle(paragraphs)
        text = random.choice(["\n\n", "\n"]).join(" ".join(words) + "." for words in paragraphs)
        found.append({"id": f"n{number}", "text": text, "published": _time(random)})
    return found


def crowd(random: Random, count: int) -> list[Article]:
    """Short articles of which nearly all have one sentence, some of them often."""
    sentence, other = _words(random, random.randint(20, 30)), _words(random, 25)
    found = []
    for number in range(count):
        times = random.choice([0, *[1] * 12, 2, 5, 20])
        body = _words(random, 4) + sentence * times + random.choice([[], [], other]) + _words(random, 4)
        text = " ".join(body) + random.choice(["", "\n\n" + " ".join(sentence)])
        found.append({"id": f"n{number}", "text": text, "published": _time(random)})
    return found


def _words(random: Random, count: int) -> list[str]:
    return ["".join(random.choices(_SYLLABLES, k=3)) for _ in range(count)]


def _edited(random: Random, words: list[str]) -> list[str]:
    """The words with one in fifteen replaced or left out."""
    return [
        random.choice(_SYLLABLES) * 2 if draw == 0 else word
        for word in words
        if (draw := random.randint(0, 30)) != 1
    ]


def _time(random: Random) -> datetime | None:
    """A time within ten days, a date alone, or none."""
    day = datetime(2031, 6, 1, tzinfo=UTC) + timedelta(days=random.randint(0, 9))
    return random.choice([None, day, day, *(day + timedelta(hours=random.randint(1, 23)) for _ in range(4))])


def run(seed: int, folder: Path) -> list[str]:
    """Live through one history in a new folder; what differs from a scan, in words."""
    random = Random(seed)
    settings = Settings(
        hot_places=random.choice([2, 3, 5, 10, 50]), window_days=random.choice([0.0, 0.0, 1.0, 3.0]),
        bands=random.choice([10, 42]),
    )  # fmt: skip
    is_crowd = seed % 5 == 0
    ready = crowd(random, 250) if is_crowd else articles(random, random.choice([8, 20, 50]))
    held: dict[str, Article] = {}
    index = Index.create(folder, settings, store_text=random.random() < 0.7)
    try:
        for _ in range(random.randint(2, 8)):
            index = _step(random, index, ready, held, 80 if is_crowd else 12)
        differences = [] if len(index) == len(held) else [f"{len(index)} documents, not {len(held)}"]
        for asked in _asked(random, ready, held):
            differences += _compare(index, asked, held, settings)
    finally:
        index.close()
    return [f"history {seed}: {one}" for one in differences]


def _step(random: Random, index: Index, ready: list[Article], held: dict[str, Article], most: int) -> Index:
    """One change; the index afterwards."""
    kind = random.choice(["add", "add", "add", "one by one", "replace", "remove", "compact", "reopen"])
    new = [ready.pop() for _ in range(min(len(ready), random.randint(0, most)))]
    if kind in ("add", "one by one"):
        for portion in [new] if kind == "add" else [[one] for one in new]:
            index.add(portion, threads=random.randint(1, 2))
        held |= {one["id"]: one for one in new}
        return index
    ready += new
    if kind == "replace" and held:
        old = random.choice(list(held))
        fresh = articles(random, 1)[0] | {"id": old}
        index.add([fresh], existing="replace", threads=1)
        del held[old]
        held[old] = fresh  # behind all others
    elif kind == "remove":
        gone = random.sample(list(held), random.randint(0, len(held)))[:15]
        index.remove(gone)
        for one in gone:
            del held[one]
    elif kind == "compact":
        index.compact(threads=1)
    elif kind == "reopen":
        path = index.path
        index.close()
        index = Index.open(path)
    return index


def _asked(random: Random, ready: Sequence[Article], held: dict[str, Article]) -> list[Article]:
    """Documents to ask about: some that are held, and some that are not."""
    inside = random.sample(list(held.values()), min(_ASKED, len(held)))
    outside = random.sample(list(ready), min(_ASKED, len(ready)))
    return inside + [one | {"id": f"new {one['id']}"} for one in outside]


def _compare(index: Index, asked: Article, held: dict[str, Article], settings: Settings) -> list[str]:
    """Where the answer about one document differs from a scan."""
    everything = [*held.values()] if asked["id"] in held else [*held.values(), asked]
    scanned = scan(everything, settings, threads=1, across_sources=False)
    answer = index.query(asked)
    is_of = (pl.col("doc_a") == asked["id"]) | (pl.col("doc_b") == asked["id"])
    differences = []
    for name in ("matches", "pairs"):
        expected, found = getattr(scanned, name).filter(is_of), getattr(answer, name)
        if not expected.sort(expected.columns).equals(found.sort(found.columns)):
            differences.append(f"{name} of {asked['id']}: {found.height}, and a scan has {expected.height}")
    columns = [name for name in answer.documents.columns if answer.documents[name].null_count() == 0]
    reused = scanned.documents.filter(pl.col("doc_id") == asked["id"]).select(columns)
    if not reused.equals(answer.documents.select(columns)):
        differences.append(f"documents of {asked['id']}: {answer.documents.row(0)}, and not {reused.row(0)}")
    many = index.query_many([asked], threads=1)
    if not many.matches.equals(answer.matches) or not many.passages.equals(answer.passages):
        differences.append(f"{asked['id']} asked with others")
    return differences


def main(arguments: Sequence[str] | None = None) -> int:
    """Live through histories; how many differences there were, at most 1, is the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100, help="how many histories")
    parser.add_argument("--seed", type=int, default=1, help="of the first; the others follow")
    options = parser.parse_args(arguments)
    began, differences = perf_counter(), []
    for seed in range(options.seed, options.seed + options.count):
        with tempfile.TemporaryDirectory() as folder:
            differences += run(seed, Path(folder) / "index")
        if (seed - options.seed) % 100 == 99:
            print(f"{seed - options.seed + 1} histories, {len(differences)} differences", file=sys.stderr)
    seconds = round(perf_counter() - began, 1)
    print(json.dumps({"histories": options.count, "differences": differences, "seconds": seconds}))
    return min(len(differences), 1)


if __name__ == "__main__":
    sys.exit(main())
