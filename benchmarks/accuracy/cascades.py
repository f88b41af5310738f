"""Kinds and first documents of reuse, on worlds whose truth is known: ``python -m benchmarks.cascades``.

``corpus.worlds`` makes small worlds of invented news, in which wire stories, copies, quotations, boilerplate and
press releases are planted; each is scanned, and the clusters are compared with the truth as ``cascade_scores``
describes. Plants that are hard in one way each (posts, formulas, lists of authors ...) have a table of their own.

The goal is 95 % of right kinds and 95 % of right firsts where the given times tell one, of all plants and as the mean
of the kinds, in both tables; where the times do not tell, "unknown" is right and any answer a guess.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from benchmarks import command
from benchmarks.accuracy.cascade_scores import ORDINARY, ClusterScore, Counts, counts_by_kind, score_clusters
from benchmarks.corpus.corpus_files import scan_records
from benchmarks.corpus.quoted_prose import writer
from benchmarks.corpus.world_model import World
from benchmarks.corpus.worlds import world
from syndetect.intervals import Span
from syndetect.results.result import Result
from syndetect.settings import Settings

GOAL = 0.95


def scan_world(one: World, settings: Settings, threads: int) -> Result:
    """Scan a world; articles of the same source are compared as well."""
    return scan_records([article.record() for article in one.articles.values()], settings, threads)


def rows_of(counts: Mapping[str, Counts]) -> list[dict[str, Any]]:
    """Rows of the table: shares for each kind, for all plants, and the mean of the kinds."""
    every = Counts()
    for one in counts.values():
        every.add(one)
    rows = [_row(name, one) for name, one in sorted(counts.items())]
    means = {name: _mean([row[name] for row in rows]) for name in _row("", every) if name not in _COUNTED}
    return [*rows, _row("all", every), dict.fromkeys(_COUNTED) | {"kind": "mean of kinds"} | means]


def parts_of(counts: Mapping[str, Counts]) -> dict[str, list[dict[str, Any]]]:
    """The tables of the ordinary and of the hard plants, by title; of those that there are."""
    ordinary = {name: one for name, one in counts.items() if name in ORDINARY}
    hard = {name: one for name, one in counts.items() if name not in ORDINARY}
    return {
        title: rows_of(part) for title, part in (("ordinary plants", ordinary), ("hard plants", hard)) if part
    }


_COUNTED = ("kind", "planted", "found")


def _row(name: str, one: Counts) -> dict[str, Any]:
    return {
        "kind": name,
        "planted": round(one.planted),
        "found": round(one.found),
        "right kind": _share(one.kind, one.found),
        "right agency": _share(one.agency, one.found),
        "told": _share(one.told, one.found),
        "right first": _share(one.first, one.told),
        "right unknown": _share(one.unknown, one.untold),
        "wrong guesses": _share(one.guesses, one.found),
        "right roles": _share(one.roles, one.found),
    }


def _mean(shares: Sequence[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return round(sum(known) / len(known), 4) if known else None


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole > 1e-9 else None


def wrong(
    one: World, judged: Sequence[ClusterScore], result: Result
) -> Iterator[tuple[str, Sequence[tuple[str, Span]]]]:
    """Wrong clusters, the heaviest first: the result and the truth in words, and two uses of the passage."""
    clusters = {row["passage_id"]: row for row in result.clusters.iter_rows(named=True)}
    for verdict in sorted(judged, key=lambda verdict: -verdict.weight):
        if verdict.is_all_right:
            continue
        plant, row = one.plants[verdict.plant], clusters[verdict.passage]
        right = sorted(first or "unknown" for first in verdict.firsts)
        told = {
            name: row[name]
            for name in ("kind", "agency", "first_doc", "uses", "sources", "spread", "reasons")
        }
        text = (
            f"passage {verdict.passage}, {verdict.weight:.0%} of a plant of {len(plant.uses)} pieces, is {plant.kind}"
            f" of {plant.agency}, first {' or '.join(right)};\n  the result says {told}"
        )
        uses = result.passages.filter(passage_id=verdict.passage).select("doc_id", "begin", "end").rows()
        yield text, [(document, Span(begin, end)) for document, begin, end in uses[:2]]


def show(one: World, judged: Sequence[ClusterScore], result: Result, number: int) -> int:
    """Print some wrong clusters; returns how many."""
    shown = 0
    for text, uses in islice(wrong(one, judged, result), number):
        shown += 1
        print(f"\n{text}")
        for document, span in uses:
            article = one.articles[document]
            command.print_passage(
                f"{article.source}, {article.stamp.published},", document, article.text, span
            )
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Make and scan worlds, and print the scores; 1 if they are below ``--least``."""
    options = _options(arguments)
    settings = command.settings_of(options)
    counts: dict[str, Counts] = defaultdict(Counts)
    start, scanning, articles, left = time.perf_counter(), 0.0, 0, options.show
    for number in range(options.count):
        one = world(options.seed, number, writer((options.seed << 16) + number))
        began = time.perf_counter()
        result = scan_world(one, settings, options.threads)
        scanning += time.perf_counter() - began
        articles += len(one.articles)
        judged = score_clusters(one, result.clusters, result.passages)
        for name, kind_counts in counts_by_kind(one, judged).items():
            counts[name].add(kind_counts)
        left -= show(one, judged, result, min(left, 2))  # of no world more than two
    parts = parts_of(counts)
    for title, rows in parts.items():
        print(f"{title}:")
        command.print_table(rows)
        print()
    totals = [row for rows in parts.values() for row in rows[-2:]]
    kind, first = (min(row[name] or 0 for row in totals) for name in ("right kind", "right first"))
    print(f"of all and on average over the kinds, at least: right kind {kind:.1%} (goal {GOAL:.0%}),")
    print(f"right first where time tells {first:.1%} (goal {GOAL:.0%})\n")
    volume = {
        "worlds": options.count, "articles": articles, "seconds": round(time.perf_counter() - start, 1),
        "of them scanning": round(scanning, 1),
    }  # fmt: skip
    command.print_table([volume])
    command.save(options, settings, seed=options.seed, rows=parts, volume=volume)
    return int(min(kind, first) < options.least)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = command.parser("Kinds and firsts on worlds of invented news whose truth is known.")
    parser.add_argument("--count", type=int, default=200, help="worlds (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of all draws (default: 1)")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N clusters that are wrong")
    parser.add_argument(
        "--least",
        type=float,
        default=0.0,
        help="exit with status 1 if the shares of right kinds or firsts are lower",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
