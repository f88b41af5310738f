"""A corpus of invented news of any size: ``python -m benchmarks.maker OUT.jsonl --size 1GB [--seed 1]``.

JSON Lines with ``id``, ``source``, ``published``, ``title`` and ``text``, in order of time: 200 outlets, 200 articles
a day (so 64 MB are seven weeks, and 4 GB nine years). To an index they read like English news:
``corpus.vocabulary`` has the figures, ``benchmarks.accuracy.likeness`` says how they were checked.

The reuse, and its places, are known:

- One article in twelve is a wire story by one of eight agencies. Three in ten of all articles run one of the last four
  days, some stories never and some forty times: all of it (one article in a hundred is an exact copy), all but some
  paragraphs, one to eight paragraphs, or excerpts; as it is, or edited in one of the ways of ``corpus.edits``.
- Boilerplate: three paragraphs of each outlet's own, and six of all outlets.
- With ``--hot N``, one in N articles has the same paragraph of 40 words at its end; with ``--hot-distinct`` each has
  one of its own there instead: the same corpus without the hot paragraph, for comparison. ``--length 0.05`` makes the
  articles so short that a million of them take 600 MB.

``OUT.truth.npz`` has ``truth``, int64[copies, 8], a row for each copied paragraph with the columns of
``corpus.wire_stories.TRUTH`` (articles are numbered from 0 as their lines are; offsets are half-open, in characters of
the text), and ``kinds``, what the numbers of the first column mean. Copies of the same story are reuses of one
another as well; the truth has each one's relation to the story itself alone.

The same seed and options give the same bytes, and a smaller corpus is the beginning of a larger one.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from benchmarks.corpus.article_lines import put_articles
from benchmarks.corpus.vocabulary import language, spelling
from benchmarks.corpus.wire_stories import KINDS, OUTLETS, TRUTH, Plan, no_wires
from syndetect.arrays import I64, U8

_BLOCK = 1 << 23
_FIRST_DAY = np.datetime64("2031-01-01")
_DAYS = 40_000


@dataclass(frozen=True)
class Options:
    """The parameters of a corpus.

    Attributes:
        size: its bytes; the articles that fit are written.
        articles: as many of them at most; 0 for no limit.
        seed: of all draws.
        articles_a_day: the more, the fewer days it spans.
        length: of articles, as a multiple of what news have.
        hot: one in so many articles has the hot paragraph; 0 for none.
        is_hot_distinct: each has another paragraph in its place.
    """

    size: int
    articles: int = 0
    seed: int = 1
    articles_a_day: int = 200
    length: float = 1.0
    hot: int = 0
    is_hot_distinct: bool = False


def blocks(options: Options) -> Iterator[tuple[npt.NDArray[np.uint8], int, I64]]:
    """The corpus piece by piece: bytes (overwritten by the next), how many articles they are, rows of truth."""
    tables, wires = language(), no_wires(options.articles_a_day)
    plan = Plan(
        np.uint64(options.seed), np.int64(options.articles_a_day), np.float64(options.length),
        np.int64(options.hot), bool(options.is_hot_distinct),
    )  # fmt: skip
    out, ends, truth = (
        np.empty(_BLOCK, np.uint8),
        np.empty(1 << 14, np.int64),
        np.zeros((1 << 14, 8), np.int64),
    )
    names, days = _names(), _days()
    written, article = 0, 0
    while True:
        number, rows = put_articles(out, ends, truth, np.int64(article), plan, wires, names, days, tables)
        fitting = int(np.searchsorted(ends[:number], options.size - written, side="right"))
        if options.articles:
            fitting = min(fitting, options.articles - article)
        kept = truth[:rows]
        if fitting:
            end = int(ends[fitting - 1])
            yield out[:end], fitting, kept[kept[:, 1] < article + fitting].copy()
            written += end
        article += fitting
        if fitting < number:
            return


def make(path: Path, options: Options) -> tuple[int, int]:
    """Write a corpus and, beside it, its truth; returns its articles and bytes.

    Raises:
        OSError: it cannot be written.
    """
    articles, size, rows = 0, 0, [np.zeros((0, len(TRUTH)), np.int64)]
    with path.open("wb") as file:
        for piece, number, truth in blocks(options):
            piece.tofile(file)
            articles, size = articles + number, size + len(piece)
            rows.append(truth)
    np.savez(truth_path(path), truth=np.concatenate(rows), kinds=np.array(KINDS))
    return articles, size


def truth_path(corpus: Path) -> Path:
    """Where the truth of a corpus lies."""
    return corpus.with_suffix(".truth.npz")


def bytes_of(size: str) -> int:
    """A size such as ``64MB`` or ``1.5GB`` as bytes, thousands as everywhere in the benchmarks.

    Raises:
        ValueError: it is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kMGT]?)B?", size.strip())
    if not found:
        raise ValueError(f"not a size: {size!r} (such as 64MB or 1.5GB)")
    return round(float(found[1]) * 1000.0 ** " kMGT".index(found[2] or " "))


def _names() -> U8:
    """The outlets' names, spelt from words of the language."""
    names = np.zeros((OUTLETS, 40), np.uint8)
    for outlet in range(OUTLETS):
        name = f"{spelling(3000 + outlet)} {spelling(9000 + 7 * outlet)}".title().encode()
        names[outlet, : len(name)] = np.frombuffer(name, np.uint8)
    return names


def _days() -> U8:
    """The dates as text, from the first day on."""
    dates = np.datetime_as_string(_FIRST_DAY + np.arange(_DAYS)).astype("S10")
    return dates.view(np.uint8).reshape(_DAYS, 10)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a corpus and say how large it is and how fast it was written."""
    parser = argparse.ArgumentParser(description="Write a corpus of invented news whose reuse is known.")
    parser.add_argument("out", type=Path, help="the .jsonl file to write; its truth goes beside it")
    parser.add_argument("--size", type=bytes_of, default=bytes_of("64MB"), help="(default: 64MB)")
    parser.add_argument(
        "--articles", type=int, default=0, metavar="N", help="at most N (default: all that fit)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of all draws (default: 1)")
    parser.add_argument("--articles-a-day", type=int, default=200, metavar="N", help="(default: 200)")
    parser.add_argument(
        "--length", type=float, default=1.0, help="of articles, relative to news (default: 1)"
    )
    parser.add_argument("--hot", type=int, default=0, metavar="N", help="one in N articles has one paragraph")
    parser.add_argument("--hot-distinct", action="store_true", help="and each has another one in its place")
    given = parser.parse_args(arguments)
    values = vars(given) | {"is_hot_distinct": given.hot_distinct}
    options = Options(**{one.name: values[one.name] for one in fields(Options)})
    start = perf_counter()
    articles, size = make(given.out, options)
    seconds = perf_counter() - start
    print(f"{articles:,} articles, {size / 1e6:.1f} MB, {seconds:.1f} s, {size / 1e6 / seconds:.0f} MB/s")


if __name__ == "__main__":
    main()
