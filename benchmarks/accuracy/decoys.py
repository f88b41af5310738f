"""False matches: ``python -m benchmarks.decoys NEWS.jsonl.gz OTHERS``.

News of 2019 and the web pages of about 2009 in a PAN 2013 corpus do not reuse one another, nor do news and the
manuals of programs (any folder of ``.txt``); so a match between two such families is false.

News and web pages quote the founding texts of the United States and a speech, which is reuse indeed; a match that
holds one of the phrases in ``QUOTATIONS`` is counted as every other, and the rate without them stands beside.
``--show`` prints the texts of the matches for a person to judge.

The documents of every family are split in two halves by a seeded hash of their id and each half is scanned
alone, once, with the least threshold: the curve follows from the scores. A match is accepted at a threshold
when its score reaches it, or when its score reaches the linked threshold and another match of the same two
documents is accepted. A scan wants that one to be near, too, so the curve errs to the high side.

The threshold is chosen on one half and reported on the other. Five a million paragraphs is less than one in
the hundred thousand of such a half: it is chosen so that the first half accepts none.
"""

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from benchmarks import command
from benchmarks.accuracy.pan import read_document
from benchmarks.corpus.corpus_files import Article, read_articles, scan_articles
from syndetect.intervals import Span
from syndetect.settings import Settings

_LEAST_SCORE = 7.0
_THRESHOLDS = [_LEAST_SCORE + step / 2 for step in range(19)]
_ALLOWED = 5.0  # accepted pairs a million paragraphs

#: From the Declaration of Independence, the Constitution and Code of the United States, and a speech of 2004.
QUOTATIONS = (
    "all men are created equal",
    "unalienable rights",
    "inalienable rights",
    "keep and bear arms",
    "high crimes and misdemeanors",
    "gratify the sexual desire",  # of the United States Code, title 18, section 2246
    "not a liberal america and a conservative america",
)


class Half(NamedTuple):
    """The false matches in the scan of one half, and the number of its paragraphs.

    ``false`` has the columns of matches and ``quoted``, whether a match holds a known quotation.
    """

    false: pl.DataFrame
    paragraphs: int


def read_families(options: argparse.Namespace) -> dict[str, list[Article]]:
    """The articles of each family; an id begins with the name of its family."""
    pan = [path for side in ("src", "susp") for path in sorted((options.others / side).glob("*.txt"))]
    families = {
        "news": read_articles(options.news),
        "others": [read_document(path) for path in pan] or read_articles(options.others),
    }
    return {
        name: [article._replace(id=f"{name}:{article.id}") for article in articles]
        for name, articles in families.items()
    }


def half_of(identifier: str, seed: int) -> int:
    """Which half, 0 or 1, a document belongs to."""
    return hashlib.blake2b(f"{seed}:{identifier}".encode(), digest_size=1).digest()[0] & 1


def scan_half(articles: Sequence[Article], settings: Settings, threads: int) -> Half:
    """Scan one half and keep the matches between families."""
    result = scan_articles(articles, settings, threads)
    texts = {article.id: article.text for article in articles}
    return Half(between_families(result.matches, texts), int(result.documents["paragraphs"].sum()))


def between_families(matches: pl.DataFrame, texts: Mapping[str, str]) -> pl.DataFrame:
    """The matches of two documents of different families, and whether they are quotations."""
    family = [pl.col(side).str.split(":").list.first() for side in ("doc_a", "doc_b")]
    false = matches.filter(family[0] != family[1])
    sides = false.select("doc_a", "begin_a", "end_a").iter_rows()
    quoted = [_is_quotation(texts[document][begin:end]) for document, begin, end in sides]
    return false.with_columns(pl.Series("quoted", quoted, dtype=pl.Boolean))


def _is_quotation(text: str) -> bool:
    folded = " ".join(text.lower().split())
    return any(phrase in folded for phrase in QUOTATIONS)


def accepted(false: pl.DataFrame, score: float, linked_score: float) -> tuple[int, int]:
    """How many matches a scan with these thresholds would accept, and how many of them are quotations."""
    best = pl.col("score").max().over("doc_a", "doc_b")
    taken = false.filter((best >= score) & (pl.col("score") >= min(score, linked_score)))
    return taken.height, int(taken["quoted"].sum())


def rows_of(setting: Half, reporting: Half, linked_score: float) -> list[dict[str, Any]]:
    """The curve: for each threshold and each half, the accepted pairs and their rates a million paragraphs.

    ``pairs`` and ``rate`` count everything, ``unquoted`` is the rate without quotations.
    """
    rows = []
    for score in _THRESHOLDS:
        row: dict[str, Any] = {"score": score}
        for name, half in (("setting", setting), ("reporting", reporting)):
            number, quoted = accepted(half.false, score, linked_score)
            row[f"{name}: pairs"] = number
            row[f"{name}: rate"] = round(number / half.paragraphs * 1e6, 1)
            row[f"{name}: unquoted"] = round((number - quoted) / half.paragraphs * 1e6, 1)
        rows.append(row)
    return rows


def choose(rows: Sequence[Mapping[str, Any]], rate: str) -> Mapping[str, Any] | None:
    """The row of the least threshold from which on the setting half stays within the allowed rate."""
    chosen = None
    for row in reversed(rows):
        if row[f"setting: {rate}"] > _ALLOWED:
            break
        chosen = row
    return chosen


def show(matches: pl.DataFrame, texts: Mapping[str, str], number: int) -> None:
    """Print the best false matches with both texts."""
    order = ["score", "doc_a", "begin_a", "doc_b", "begin_b"]
    best = matches.sort(order, descending=[True, False, False, False, False]).head(number)
    for row in best.iter_rows(named=True):
        print(f"\nscore {row['score']}, {row['words']} words, identity {row['identity']:.2f}:")
        for side in ("a", "b"):
            document, span = row[f"doc_{side}"], Span(row[f"begin_{side}"], row[f"end_{side}"])
            command.print_passage(side, document, texts[document], span)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print false matches by threshold, and the threshold that the allowed rate leads to."""
    options = _options(arguments)
    settings = command.settings_of(options, min_score=_LEAST_SCORE, min_linked_score=_LEAST_SCORE)
    articles = [article for family in read_families(options).values() for article in family]
    halves = [
        scan_half(
            [one for one in articles if half_of(one.id, options.seed) == half], settings, options.threads
        )
        for half in (0, 1)
    ]
    show(pl.concat([half.false for half in halves]), {one.id: one.text for one in articles}, options.show)
    rows = rows_of(halves[0], halves[1], options.linked_score)
    command.print_table(rows)
    print(f"\nparagraphs: {halves[0].paragraphs} setting, {halves[1].paragraphs} reporting")
    chosen = {rate: choose(rows, rate) for rate in ("rate", "unquoted")}
    for rate, row in chosen.items():
        what = "all matches" if rate == "rate" else "without quotations"
        if row is None:
            print(f"{what}: no threshold keeps the setting half at {_ALLOWED:g} a million or fewer")
        else:
            print(
                f"{what}: chosen {row['score']}; on the reporting half {row[f'reporting: {rate}']} a million"
            )
    paragraphs = [half.paragraphs for half in halves]
    command.save(options, settings, seed=options.seed, paragraphs=paragraphs, rows=rows, chosen=chosen)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = command.parser("Matches between articles that cannot reuse one another.")
    parser.add_argument("news", type=Path, help="articles: .jsonl or .jsonl.gz")
    parser.add_argument(
        "others",
        type=Path,
        help="a PAN 2013 corpus (a folder with src and susp), a folder of .txt, or .jsonl",
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the halves (default: 1)")
    parser.add_argument(
        "--linked-score",
        type=float,
        default=Settings().min_linked_score,
        help="least score beside an accepted match (default: that of a scan)",
    )
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print the N best false matches")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
