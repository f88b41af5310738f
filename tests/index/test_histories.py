"""An index answers as a scan of the documents that are left in it, whatever its history.

A history adds articles in batches of any size, replaces and removes some, compacts and reopens the index, in any
order. Then it is queried with documents that it holds and with others; every answer must have the matches and pairs
that a scan of the remaining documents finds for the query. Settings vary, so that some keys are frequent and some
windows narrow.

    python -m benchmarks.histories --count 1000 --seed 1

runs more of them.
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
import pytest

from samples.newspapers import Article, newspapers, repetitive_articles
from syndetect import Index, Result, Settings, scan

_QUERIES = 3


def run(seed: int, folder: Path) -> list[str]:
    """Run one history in a new folder; returns the differences from scans, in words."""
    random = Random(seed)
    settings = Settings(
        hot_places=random.choice([2, 3, 5, 10, 50]), window_days=random.choice([0.0, 0.0, 1.0, 3.0]),
        bands=random.choice([10, 42]),
    )  # fmt: skip
    is_crowd = seed % 5 == 0
    ready = (
        repetitive_articles(random.getrandbits(32), 250)
        if is_crowd
        else _articles(random, random.choice([8, 20, 50]))
    )
    held: dict[str, Article] = {}
    index = Index.create(folder, settings, store_text=random.random() < 0.7)
    try:
        for _ in range(random.randint(2, 8)):
            index = _step(random, index, ready, held, 80 if is_crowd else 12)
        differences = [] if len(index) == len(held) else [f"{len(index)} documents, not {len(held)}"]
        inside, outside = _queries(random, ready, held)
        for queries in [inside] * bool(inside) + [[one] for one in outside]:
            everything = held | {one["id"]: one for one in queries}
            scanned = scan([*everything.values()], settings, threads=1, across_sources=False)
            for query in queries:
                differences += _compare(index, query, scanned)
    finally:
        index.close()
    return [f"history {seed}: {one}" for one in differences]


def _articles(random: Random, count: int) -> list[Article]:
    """Articles, some of them with a line break alone between their paragraphs."""
    return [
        one | {"text": one["text"].replace("\n\n", random.choice(["\n\n", "\n"]))}
        for one in newspapers(random.getrandbits(32), count)
    ]


def _step(random: Random, index: Index, ready: list[Article], held: dict[str, Article], most: int) -> Index:
    """Make a random change; returns the index, which may be another object."""
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
        new_version = _articles(random, 1)[0] | {"id": old}
        index.add([new_version], existing="replace", threads=1)
        del held[old]
        held[old] = new_version  # behind all others
    elif kind == "remove":
        removed = random.sample(list(held), random.randint(0, len(held)))[:15]
        index.remove(removed)
        for one in removed:
            del held[one]
    elif kind == "compact":
        index.compact(threads=1)
    elif kind == "reopen":
        path = index.path
        index.close()
        index = Index.open(path)
    return index


def _queries(
    random: Random, ready: Sequence[Article], held: dict[str, Article]
) -> tuple[list[Article], list[Article]]:
    """Query documents: some that the index holds, and some that it does not."""
    inside = random.sample(list(held.values()), min(_QUERIES, len(held)))
    outside = random.sample(list(ready), min(_QUERIES, len(ready)))
    return inside, [one | {"id": f"new {one['id']}"} for one in outside]


def _compare(index: Index, query: Article, scanned: Result) -> list[str]:
    """Differences between the answer to a query and a scan of the query and all that the index holds."""
    answer = index.query(query)
    is_of = (pl.col("doc_a") == query["id"]) | (pl.col("doc_b") == query["id"])
    differences = []
    for name in ("matches", "pairs"):
        expected, found = getattr(scanned, name).filter(is_of), getattr(answer, name)
        if not expected.sort(expected.columns).equals(found.sort(found.columns)):
            differences.append(f"{name} of {query['id']}: {found.height}, and a scan has {expected.height}")
    columns = [name for name in answer.documents.columns if answer.documents[name].null_count() == 0]
    reused = scanned.documents.filter(pl.col("doc_id") == query["id"]).select(columns)
    if not reused.equals(answer.documents.select(columns)):
        differences.append(f"documents of {query['id']}: {answer.documents.row(0)}, and not {reused.row(0)}")
    many = index.query_many([query], threads=1)
    if not many.matches.equals(answer.matches) or not many.passages.equals(answer.passages):
        differences.append(f"{query['id']}: query_many differs from query")
    return differences


@pytest.mark.parametrize("seed", range(25))
def test_whatever_its_history_an_index_answers_as_a_scan(seed: int, tmp_path: Path) -> None:
    assert run(seed, tmp_path / "index") == []


def _run_more() -> int:
    """Run as many histories as the command line says; 1 if any answer differs from a scan."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.histories",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=100, help="how many histories")
    parser.add_argument("--seed", type=int, default=1, help="of the first; the others follow")
    options = parser.parse_args()
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
    sys.exit(_run_more())
