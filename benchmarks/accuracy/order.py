"""Independence of the order of the input: ``python -m benchmarks.order NEWS [--pairs 1000]``.

Pairs of articles that have a match or a link in NEWS, chosen at random, are scanned both ways round, with their ids and
dates; and once more undated, with ids that tell the place in the input instead of the text. Then NEWS is scanned as it
is, backwards and shuffled.

Tables are compared as sets of rows. Rows about two articles are turned so that the one with the smaller id comes first.
A passage goes by its uses instead of its number, a family by its representative. The exit status is 1 if a table
differs.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import command
from benchmarks.corpus.corpus_files import Article, read_articles, scan_articles
from syndetect.pipeline.scan import scan
from syndetect.results.result import Result
from syndetect.schema import TABLES
from syndetect.settings import Settings

#: Tables whose rows are about two articles in either order: columns that end in "_a" and "_b".
_TURNED = ("pairs", "matches", "links")
#: Numbers of rows, which follow the order of the input.
_NUMBERS = ("passage_id", "family_id")

Rows = Counter[tuple[Any, ...]]


def comparable(result: Result) -> dict[str, Rows]:
    """The rows of every table of a scan, in a form that does not depend on the order of the input."""
    uses = defaultdict(list)
    for number, *use in result.passages.select("passage_id", "doc_id", "begin", "end").iter_rows():
        uses[number].append(tuple(use))
    passages = {number: tuple(sorted(found)) for number, found in uses.items()}
    return {name: _rows(name, getattr(result, name).to_dicts(), passages) for name in TABLES}


def _rows(name: str, rows: Sequence[dict[str, Any]], passages: Mapping[int, Any]) -> Rows:
    found: Rows = Counter()
    for row in rows:
        turned = _turn(row) if name in _TURNED and row["doc_a"] > row["doc_b"] else row
        passage = passages.get(row.get("passage_id", 0), ())
        found[passage, *(turned[column] for column in row if column not in _NUMBERS)] += 1
    return found


def _turn(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its two sides exchanged."""
    other = {"a": "b", "b": "a"}
    return {
        column: row[f"{column[:-1]}{other[column[-1]]}"] if column[-2:] in ("_a", "_b") else value
        for column, value in row.items()
    }


def differences(one: Mapping[str, Rows], other: Mapping[str, Rows]) -> dict[str, int]:
    """The number of rows of each table that only one of two scans has."""
    return {name: ((one[name] - other[name]) + (other[name] - one[name])).total() for name in TABLES}


def of_news(
    articles: Sequence[Article], settings: Settings, threads: int
) -> tuple[list[dict[str, Any]], Result]:
    """What scans of the articles backwards and shuffled have otherwise than one as they are; and that one."""
    shuffled = random.Random(1).sample(articles, len(articles))
    whole = scan([one._asdict() for one in articles], settings, threads=threads)
    forwards = comparable(whole)
    rows = [{"order": "forwards", **{name: found.total() for name, found in forwards.items()}}]
    for name, turned in (("backwards", articles[::-1]), ("shuffled", shuffled)):
        again = comparable(scan([one._asdict() for one in turned], settings, threads=threads))
        rows.append({"order": name, **differences(forwards, again)})
    return rows, whole


def chosen_pairs(articles: Sequence[Article], whole: Result, count: int) -> list[tuple[Article, Article]]:
    """At most ``count`` pairs of articles that have a match or a link."""
    known = {one.id: one for one in articles}
    pairs = {
        tuple(sorted(pair))
        for table in (whole.matches, whole.links)
        for pair in table.select("doc_a", "doc_b").iter_rows()
    }
    sample = random.Random(1).sample(sorted(pairs), min(count, len(pairs)))
    return [(known[one], known[other]) for one, other in sample]


def of_pairs(pairs: Sequence[tuple[Article, Article]], settings: Settings) -> list[dict[str, Any]]:
    """What scans of pairs of articles have otherwise the other way round, and in how many pairs."""
    found = []
    for name, scanned in (("as they are", _as_they_are), ("undated, ids by place", _by_place)):
        total, differ = Counter[str](), 0
        for pair in pairs:
            rows = differences(scanned(pair, settings), scanned(pair[::-1], settings))
            total.update(rows)
            differ += any(rows.values())
        counts = {table: total[table] for table in TABLES}
        found.append({"texts": name, "scanned": len(pairs), "differ": differ, **counts})
    return found


def _as_they_are(pair: Sequence[Article], settings: Settings) -> dict[str, Rows]:
    return comparable(scan_articles(pair, settings, threads=1))


def _by_place(pair: Sequence[Article], settings: Settings) -> dict[str, Rows]:
    """The rows about both of two undated articles, which go by their texts after the scan."""
    result = scan_articles([Article(str(place), one.text) for place, one in enumerate(pair)], settings, 1)
    names = {str(place): one.text for place, one in enumerate(pair)}
    sides = pl.col("doc_a", "doc_b").replace(names)
    return {
        name: _rows(name, getattr(result, name).with_columns(sides).to_dicts(), {})
        if name in _TURNED
        else Counter()
        for name in TABLES
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rows of each table that differ; 1 if any does."""
    options = command.parser("Scans of articles in another order.")
    options.add_argument("news", type=Path, help="a folder of .txt files, a .jsonl or a .jsonl.gz")
    options.add_argument(
        "--pairs", type=int, default=1000, metavar="N", help="pairs of texts (default: 1000)"
    )
    chosen = options.parse_args(arguments)
    settings = command.settings_of(chosen)
    articles = read_articles(chosen.news)
    orders, whole = of_news(articles, settings, chosen.threads)
    pairs = of_pairs(chosen_pairs(articles, whole, chosen.pairs), settings)
    print("rows of each table, and how many differ in another order")
    command.print_table(orders)
    print("\nrows that differ the other way round")
    command.print_table(pairs)
    command.save(chosen, settings, orders=orders, pairs=pairs)
    return int(any(row[name] for row in [*orders[1:], *pairs] for name in TABLES))


if __name__ == "__main__":
    raise SystemExit(main())
