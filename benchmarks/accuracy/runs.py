"""Coverage of shared runs: ``python -m benchmarks.runs PATH``.

Every run of N or more words (default 10) that two articles share must lie in the matches of the two, 90 % of
its characters in both articles. Words are found here by a regular expression of their own, so that the
tokeniser of the scan is under test too: letters, digits and inner apostrophes, case folded, apostrophes made
equal.

A run whose words mostly stand in more places than the setting ``hot_places`` is *common*: the scan joins such
places as a star and not in all pairs, by design. A common run must lie, in both articles, in matches with any
other article. The exit status is 1 if a run is not covered.

With ``--uses`` the passages are looked at instead: how many of the runs that articles of different outlets share lie in
the uses of passages that both have, and how many do to 95 % of their characters.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from benchmarks import command
from benchmarks.corpus.corpus_files import Article, read_articles, scan_articles
from syndetect.arrays import I64, Bool
from syndetect.intervals import Span, covered

_WORD = re.compile(r"\w+(?:['’ʼ]\w+)*")
_APOSTROPHES = str.maketrans("’ʼ", "''")
_COVERED = 0.9
#: A run is in uses, but for a word at an edge.
_MOSTLY = 0.95
_LENGTHS = (10, 11, 12, 14, 16, 30)


class Run(NamedTuple):
    """Words that two articles share, as long as they go on; ``a`` comes before ``b`` in the corpus.

    ``places`` is how often the corpus has N words in a row of it, the lower median over all such: two where
    no third article shares the run.
    """

    a: int
    span_a: Span
    b: int
    span_b: Span
    words: int
    places: int


@dataclass(frozen=True)
class _Stream:
    """All words of a corpus in order: a number for each spelling, its article, its characters."""

    spelling: I64
    article: I64
    begin: I64
    end: I64


def shared_runs(articles: Sequence[Article], least: int) -> Iterator[Run]:
    """Every maximal run of ``least`` or more words that two articles share."""
    stream = _stream(articles)
    starts = np.arange(max(0, len(stream.spelling) - least + 1))
    starts = starts[stream.article[starts] == stream.article[starts + least - 1]]
    grams = _gram_numbers(stream, starts, least)
    places = np.zeros(len(stream.spelling), dtype=np.int64)
    places[starts] = np.bincount(grams)[grams]
    for x, y in _run_starts(stream, starts, grams):
        lengths = _lengths(stream, x, y, least)
        for i, j, words in zip(x.tolist(), y.tolist(), lengths.tolist(), strict=True):
            a, b = (int(stream.article[k]) for k in (i, j))
            spans = (Span(int(stream.begin[k]), int(stream.end[k + words - 1])) for k in (i, j))
            often = np.sort(places[i : i + words - least + 1])
            yield Run(a, next(spans), b, next(spans), words, int(often[(len(often) - 1) // 2]))


def uncovered(
    runs: Sequence[Run], articles: Sequence[Article], matches: pl.DataFrame, common: int
) -> list[Run]:
    """The runs that lie in no match of their two articles; those in more than ``common`` places, in none."""
    of_pair, of_article = _spans_of(matches)
    missed = []
    for run in runs:
        a, b = articles[run.a].id, articles[run.b].id
        is_common = run.places > common
        sides = (of_article[a], of_article[b]) if is_common else (of_pair[a, b], of_pair[b, a])
        if not all(_is_covered(*side) for side in zip((run.span_a, run.span_b), sides, strict=True)):
            missed.append(run)
    return missed


def _spans_of(matches: pl.DataFrame) -> tuple[dict[tuple[str, str], list[Span]], dict[str, list[Span]]]:
    """The matched spans of an article: by (article, other article), and by article."""
    of_pair, of_article = defaultdict(list), defaultdict(list)
    columns = ("doc_a", "begin_a", "end_a", "doc_b", "begin_b", "end_b")
    for a, begin_a, end_a, b, begin_b, end_b in matches.select(columns).iter_rows():
        of_pair[a, b].append(Span(begin_a, end_a))
        of_pair[b, a].append(Span(begin_b, end_b))
        of_article[a].append(Span(begin_a, end_a))
        of_article[b].append(Span(begin_b, end_b))
    return of_pair, of_article


def _is_covered(span: Span, others: Sequence[Span]) -> bool:
    return covered(span, others) >= _COVERED * (span.end - span.begin)


def shares_in_uses(runs: Sequence[Run], articles: Sequence[Article], passages: pl.DataFrame) -> list[float]:
    """For each run the share of it that lies in uses of passages that both articles have, the smaller of both sides."""
    uses: dict[str, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for passage, document, begin, end in passages.select("passage_id", "doc_id", "begin", "end").iter_rows():
        uses[document][passage].append(Span(begin, end))
    shares = []
    for run in runs:
        a, b = uses[articles[run.a].id], uses[articles[run.b].id]
        both = a.keys() & b.keys()
        sides = ((run.span_a, a), (run.span_b, b))
        shares.append(min(
            covered(span, [use for passage in both for use in of[passage]]) / (span.end - span.begin)
            for span, of in sides
        ))  # fmt: skip
    return shares


def rows_of(runs: Sequence[Run], missed: Sequence[Run], common: int) -> list[dict[str, int | str]]:
    """Rows of the table: counts of runs by length; common runs have their own columns."""
    rows = []
    for low, high in zip(_LENGTHS, [*_LENGTHS[1:], sys.maxsize], strict=True):
        row: dict[str, int | str] = {
            "words": f"{low} and more" if high == sys.maxsize else f"{low} to {high - 1}"
        }
        for name, listed in (("runs", runs), ("not covered", missed)):
            places = [run.places for run in listed if low <= run.words < high]
            row[name] = sum(number <= common for number in places)
            row[f"common: {name}"] = sum(number > common for number in places)
        rows.append(row)
    return rows


def _stream(articles: Sequence[Article]) -> _Stream:
    numbers: dict[str, int] = {}
    rows = (
        (numbers.setdefault(found[0].casefold().translate(_APOSTROPHES), len(numbers)), i, *found.span())
        for i, article in enumerate(articles)
        for found in _WORD.finditer(article.text)
    )
    return _Stream(*np.fromiter(rows, dtype=np.dtype((np.int64, 4))).T.copy())


def _run_starts(stream: _Stream, starts: I64, grams: I64) -> Iterator[tuple[I64, I64]]:
    """Pairs of places, x before y, in different articles, at which runs begin; equal grams, equal words."""
    order = np.argsort(grams, kind="stable")
    starts, grams = starts[order], grams[order]
    here = np.arange(len(starts))
    for lag in range(1, len(starts)):  # ends with the most frequent gram
        here = here[here + lag < len(starts)]
        here = here[grams[here] == grams[here + lag]]
        if not len(here):
            return
        x, y = starts[here], starts[here + lag]
        first = (stream.article[x] != stream.article[y]) & ~_same_before(stream, x, y)
        yield x[first], y[first]


def _gram_numbers(stream: _Stream, starts: I64, least: int) -> I64:
    """A number for every run of ``least`` words, equal for equal runs only: pairs of numbers renumbered."""
    numbers, spellings = stream.spelling[starts], 1 + int(stream.spelling.max(initial=0))
    for step in range(1, least):
        paired = numbers * spellings + stream.spelling[starts + step]
        numbers = np.unique(paired, return_inverse=True)[1].astype(np.int64)
    return numbers


def _same_before(stream: _Stream, x: I64, y: I64) -> Bool:
    """Whether the words before two places are equal and in the same articles as the places."""
    same: Bool = stream.spelling[x - 1] == stream.spelling[y - 1]
    same &= (x > 0) & (stream.article[x - 1] == stream.article[x])
    same &= stream.article[y - 1] == stream.article[y]
    return same


def _lengths(stream: _Stream, x: I64, y: I64, least: int) -> I64:
    """How many words are equal from pairs of places on, which are known to agree in ``least``."""
    lengths = np.full(len(x), least, dtype=np.int64)
    growing = np.arange(len(x))
    while len(growing):
        i, j = x[growing] + lengths[growing], y[growing] + lengths[growing]
        growing, i, j = (kept[j < len(stream.spelling)] for kept in (growing, i, j))
        same = stream.spelling[i] == stream.spelling[j]
        same &= stream.article[i] == stream.article[x[growing]]
        same &= stream.article[j] == stream.article[y[growing]]
        growing = growing[same]
        lengths[growing] += 1
    return lengths


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the runs that no match covers; 1 if there are any."""
    options = _options(arguments)
    settings = command.settings_of(options)
    articles = read_articles(options.articles)
    runs = list(shared_runs(articles, options.words))
    if options.uses:
        runs = [run for run in runs if articles[run.a].source != articles[run.b].source]
        shares = shares_in_uses(runs, articles, scan_articles(articles, settings, options.threads).passages)
        figures = {
            "runs": len(runs),
            "in uses of both": sum(share > 0 for share in shares) / max(len(shares), 1),
            "to 95 %": sum(share >= _MOSTLY for share in shares) / max(len(shares), 1),
        }
        command.print_table([figures])
        command.save(options, settings, words=options.words, rows=[figures])
        return 0
    matches = scan_articles(articles, settings, options.threads).matches
    missed = uncovered(runs, articles, matches, settings.hot_places)
    for run in missed[: options.show]:
        print(f"\nnot covered, {run.words} words in {run.places} places:")
        for label, article, span in (("a", articles[run.a], run.span_a), ("b", articles[run.b], run.span_b)):
            command.print_passage(label, article.id, article.text, span)
    rows = rows_of(runs, missed, settings.hot_places)
    command.print_table(rows)
    print(f"\n{len(articles)} articles, {len(matches)} matches, {len(runs)} runs, {len(missed)} not covered")
    command.save(options, settings, words=options.words, rows=rows, matches=len(matches))
    return 1 if missed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = command.parser("Shared runs of words that no match covers.")
    parser.add_argument("articles", type=Path, help="a folder of .txt files, a .jsonl or a .jsonl.gz")
    parser.add_argument("--words", type=int, default=10, help="least words of a run (default: 10)")
    parser.add_argument("--uses", action="store_true", help="how many runs lie in uses of passages")
    parser.add_argument(
        "--show", type=int, default=20, metavar="N", help="print at most N runs (default: 20)"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
