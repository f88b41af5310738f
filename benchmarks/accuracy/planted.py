"""Recall on planted reuse: ``python -m benchmarks.planted NEWS.jsonl.gz``.

Paragraphs of the articles are copied, edited in nine ways and inserted into other articles
(``benchmarks.corpus.planting`` has the rules); then the candidates and the matches of a scan are compared with what
was planted.

A planted reuse counts as a candidate when the words of a shared fingerprint lie inside it on both sides, or
when LSH pairs the two paragraphs it stands in; as matched when one match covers at least half of its
characters on both sides. Only the planted pair counts: other copies of the source are ignored.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks import command
from benchmarks.accuracy.recall import covered, word_range
from benchmarks.corpus.corpus_files import Article, read_articles, scan_articles
from benchmarks.corpus.edits import KINDS
from benchmarks.corpus.planting import Place, Plant, plant
from syndetect.arrays import I64, Bool, unpack
from syndetect.matching import portions
from syndetect.matching.places import Places
from syndetect.matching.tokens import Words, joined
from syndetect.pipeline import stages
from syndetect.pipeline.corpus import Corpus
from syndetect.runtime.progress import Silent
from syndetect.settings import Settings
from syndetect.storage.scratch import Store


def found_by_seeds(plants: Sequence[Plant], words: Words, seeds: I64, fingerprint_words: int) -> Bool:
    """bool[plants]: whether both sides hold the words of a pair of equal fingerprints."""
    last = fingerprint_words - 1
    at_origin = _place_numbers(words, [one.origin for one in plants])
    at_reuse = _place_numbers(words, [one.reused for one in plants])
    found = np.zeros(len(plants) + 1, dtype=np.bool_)  # the last for the words of no plant
    for a, b in ((seeds[:, 0], seeds[:, 1]), (seeds[:, 1], seeds[:, 0])):
        place = at_origin[a]
        whole = (place == at_origin[a + last]) & (place == at_reuse[b]) & (place == at_reuse[b + last])
        found[place[whole]] = True
    return found[:-1]


def found_by_paragraphs(plants: Sequence[Plant], words: Words, paragraph_pairs: I64) -> Bool:
    """bool[plants]: whether LSH pairs the paragraphs of both sides."""
    number = len(words.paragraphs)

    def key(a: I64, b: I64) -> I64:
        return np.minimum(a, b) * number + np.maximum(a, b)

    origin = _paragraphs(words, [one.origin for one in plants])
    reused = _paragraphs(words, [one.reused for one in plants])
    return np.isin(key(origin, reused), key(paragraph_pairs[:, 0], paragraph_pairs[:, 1]))


def candidates(articles: Sequence[Article], settings: Settings, threads: int) -> tuple[Words, I64, I64]:
    """The words of articles, the pairs of paragraphs that LSH finds, and the seeds of fingerprints (int64[n, 2])."""
    store = Store(None, sys.maxsize, {})
    corpus = Corpus(store, settings.bands)
    names = [article.id for article in articles]
    batch, _ = portions.sketch_articles(
        *joined([article.text.encode() for article in articles]), settings, names
    )
    corpus.add(batch)
    number = np.arange(corpus.size)
    places = Places.of(corpus.tags, corpus.documents, number, number.astype(np.uint32))
    job = stages.Job(store, corpus, places, np.full(len(places.time), -1), settings, threads, Silent())
    stages.near_duplicates(job)
    pairs = corpus.sketched[0][unpack(store["pair_runs"])]
    stages.find_seeds(job)
    seeds = unpack(store["seed_runs"])
    seeds[:, 1] >>= 1  # whether it is strong does not matter here
    return batch.words, pairs.astype(np.int64), seeds


def found_by_matches(plants: Sequence[Plant], articles: Sequence[Article], matches: pl.DataFrame) -> Bool:
    """bool[plants]: whether one match covers at least half of both sides."""
    sides = pl.DataFrame(
        [_ordered(one, articles) for one in plants],
        schema=["doc_a", "from_a", "to_a", "doc_b", "from_b", "to_b"],
        orient="row",
    )
    return covered(sides, matches)


def rows_of(plants: Sequence[Plant], found: dict[str, Bool]) -> list[dict[str, Any]]:
    """Rows of the table: for each kind and for all, the share of plants found by each method."""
    kinds = np.array([one.kind for one in plants])
    chosen = [(kind, kinds == kind) for kind in KINDS] + [("all", np.ones(len(kinds), dtype=np.bool_))]
    return [
        {"kind": kind, "number": int(mask.sum())}
        | {method: float(flags[mask].mean()) for method, flags in found.items()}
        for kind, mask in chosen
        if mask.any()
    ]


def _ordered(one: Plant, articles: Sequence[Article]) -> tuple[str, int, int, str, int, int]:
    """The two sides of a plant, the article that comes first in the corpus first."""
    a, b = sorted((one.origin, one.reused))
    return articles[a.article].id, *a.span, articles[b.article].id, *b.span


def _place_numbers(words: Words, places: Sequence[Place]) -> I64:
    """int64[words]: the number of the place that holds each word, -1 for none; places do not overlap."""
    numbers = np.full(len(words.code), -1, dtype=np.int64)
    for i, place in enumerate(places):
        numbers[word_range(words, *place)] = i
    return numbers


def _paragraphs(words: Words, places: Sequence[Place]) -> I64:
    """The paragraph in which each place begins; a place lies in one paragraph."""
    first = np.array([word_range(words, *place).start for place in places], dtype=np.int64)
    return np.searchsorted(words.paragraphs, first, side="right") - 1


def show(plants: Sequence[Plant], articles: Sequence[Article], found: dict[str, Bool], number: int) -> None:
    """Print some plants of each kind that no match covers, and the methods that found them as candidates."""
    for kind in KINDS:
        missed = [i for i, one in enumerate(plants) if one.kind == kind and not found["matches"][i]]
        for i in missed[:number]:
            methods = [method for method, flags in found.items() if flags[i]] or ["nothing"]
            print(f"\nmissed ({kind}), found by {', '.join(methods)}:")
            for what, (article, span) in (("origin", plants[i].origin), ("reused", plants[i].reused)):
                command.print_passage(what, articles[article].id, articles[article].text, span)


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant, scan, and print the recall for each kind; 1 if it is below ``--least``."""
    options = _options(arguments)
    settings = command.settings_of(options)
    articles, plants = plant(read_articles(options.news), options.number, options.seed)
    words, pairs, seeds = candidates(articles, settings, options.threads)
    lsh = found_by_paragraphs(plants, words, pairs)
    fingerprints = found_by_seeds(plants, words, seeds, settings.fingerprint_words)
    start = time.perf_counter()
    matches = scan_articles(articles, settings, options.threads).matches
    seconds = time.perf_counter() - start
    found = {
        "LSH": lsh,
        "fingerprints": fingerprints,
        "candidates": lsh | fingerprints,
        "matches": found_by_matches(plants, articles, matches),
    }
    show(plants, articles, found, options.show)
    rows = rows_of(plants, found)
    command.print_table(rows)
    paragraphs = len(words.paragraphs) - 1
    volume = {
        "paragraphs": paragraphs,
        "LSH pairs a paragraph": len(np.unique(pairs, axis=0)) / paragraphs,
        "seeds a paragraph": len(seeds) / paragraphs,
        "matches": len(matches),
        "seconds": round(seconds, 1),
    }
    print()
    command.print_table([volume])
    command.save(options, settings, seed=options.seed, rows=rows, volume=volume)
    return int(found["matches"].mean() < options.least)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = command.parser("Recall on paragraphs planted into a corpus of news.")
    parser.add_argument("news", type=Path, help="articles with their outlets: .jsonl or .jsonl.gz")
    parser.add_argument("--number", type=int, default=1500, help="plants of each kind (default: 1500)")
    parser.add_argument("--seed", type=int, default=1, help="seed of all draws (default: 1)")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N missed plants of each kind")
    parser.add_argument("--least", type=float, default=0.0, help="least match recall (else exit status 1)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
