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
from pathlib import Path
from random import Random
from time import perf_counter

import polars as pl

from benchmarks.corpus.random_articles import Article, random_articles, repetitive_articles
from syndetect import Index, Settings, scan

_ASKED = 3


def run(seed: int, folder: Path) -> list[str]:
    """Live through one history in a new folder; what differs from a scan, in words."""
    random = Random(seed)
    settings = Settings(
        hot_places=random.choice([2, 3, 5, 10, 50]), window_days=random.choice([0.0, 0.0, 1.0, 3.0]),
        bands=random.choice([10, 42]),
    )  # fmt: skip
    is_crowd = seed % 5 == 0
    ready = (
        repetitive_articles(random, 250) if is_crowd else random_articles(random, random.choice([8, 20, 50]))
    )
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
        fresh = random_articles(random, 1)[0] | {"id": old}
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
