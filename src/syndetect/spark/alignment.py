"""Seeds to matches: the pairs of articles with a seed are brought together with the words of both, and aligned."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect import intervals
from syndetect.arrays import I64, U32, U64, Array, run_starts, sort_values
from syndetect.kernels.ranges import count_covered
from syndetect.matching import alignment
from syndetect.matching.alignment import AlignmentLimits, Matches
from syndetect.matching.places import Places
from syndetect.settings import Settings
from syndetect.spark.collisions import ODD, are_confused, told_apart
from syndetect.spark.fingerprints import SEED
from syndetect.spark.rows import Columns, packed
from syndetect.spark.spacing import characters_at
from syndetect.spark.stages import Stages
from syndetect.spark.tiles import Tile, worked
from syndetect.spark.tiles import tiles as tiles_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: What else is known of the two articles of a match.
TOLD = {
    "doc_id": "string", "rank": "long", "outlet": "long", "published": "long", "words": "long", "agency": "boolean",
    "credited": "boolean",
}  # fmt: skip
#: A row a match, ``a`` the earlier article; ``low`` and ``high`` are words, ``begin`` and ``end`` characters. The
#: others hold for the pair of articles: words of each in their matches, words that they share (the mean of both),
#: those of them outside quotation marks, and equal words; and which row is the first of the pair.
MATCHES = Columns(
    a="long", b="long", low_a="int", high_a="int", begin_a="int", end_a="int", low_b="int", high_b="int", begin_b="int",
    end_b="int", equal="int", columns="int", score="int", covered_a="long", covered_b="long", shared="long",
    narration="long", pair_equal="long",
    is_first="boolean", **{f"{name}_{side}": kind for side in "ab" for name, kind in TOLD.items()},
)  # fmt: skip
_WORDS = ("code", "spacing", "quotes", "odd")
#: In the place of a seed: the pair has similar paragraphs in which different words share a code.
CONFUSED = -2


def _of_strong(records: Array) -> Array:
    """The seeds of each pair that has a strong one; the others are not aligned."""
    if not len(records):
        return records
    starts = run_starts(records["a"], records["b"])
    is_strong = np.maximum.reduceat(records["seed"] & 1, starts).astype(bool)
    chosen: Array = records[np.repeat(is_strong, np.diff(starts, append=len(records)))]
    return chosen


class Alignment:
    """Aligns the pairs of articles of tiles."""

    def __init__(self, settings: Settings) -> None:
        self.limits = AlignmentLimits.of(settings)

    def __call__(self, tile: Tile) -> Iterator[pa.RecordBatch]:
        """:data:`MATCHES` of pairs, of which the articles have the columns of words and :data:`TOLD`."""
        laid = _Laid(tile.items)
        starts = run_starts(tile.one, tile.other)
        pairs = _Pairs(tile.one[starts], tile.other[starts], tile.items.num_rows)
        pair = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(tile.records)))
        seeds = tile.records["seed"]
        is_marked = np.bincount(pair, seeds == CONFUSED, len(starts)) > 0
        one = laid.documents[tile.one] + (seeds >> 32)
        other = laid.documents[tile.other] + ((seeds & 0xFFFFFFFF) >> 1)
        placed = (one << 32 | other << 1 | seeds & 1).astype(np.uint64)
        placed, pair = placed[seeds >= 0], pair[seeds >= 0]
        table = self._aligned(laid, laid.code, placed)
        if laid.told is not None:
            found = Matches.of(table, laid.places)
            is_confused = are_confused(laid.code, laid.told, found.words_a, found.words_b)
            is_marked[pairs.of(found)[is_confused]] = True
        if laid.told is not None and is_marked.any():
            told = self._aligned(laid, laid.told, placed[is_marked[pair]])
            table = np.concatenate([table[~is_marked[pairs.of(found)]], told])
        yield from _rows(tile.items, laid, pairs, Matches.of(table, laid.places), np.flatnonzero(is_marked))

    def _aligned(self, laid: "_Laid", code: U32, seeds: U64) -> U32:
        return alignment.align(code, laid.places, sort_values(seeds), self.limits).table


class _Pairs(NamedTuple):
    """Pairs of articles: int64[n] each, their rows, in order; and how many rows there are."""

    one: I64
    other: I64
    rows: int

    def of(self, found: Matches) -> I64:
        """int64[m]: the pair of each match."""
        known = self.one * self.rows + self.other
        return np.searchsorted(known, found.document_a * self.rows + found.document_b)


def _rows(
    items: pa.RecordBatch, laid: "_Laid", pairs: _Pairs, found: Matches, again: I64
) -> Iterator[pa.RecordBatch]:
    """The matches of pairs; and a row without words for those that were aligned again and have none left."""
    pair = pairs.of(found)
    columns: dict[str, Any] = {}
    for side, words, document in (
        ("a", found.words_a, found.document_a), ("b", found.words_b, found.document_b),
    ):  # fmt: skip
        columns |= {
            f"low_{side}": words[:, 0] - laid.documents[document],
            f"high_{side}": words[:, 1] - laid.documents[document],
        }  # fmt: skip
        edges = 2 * columns[f"low_{side}"], 2 * columns[f"high_{side}"] - 1
        columns |= {
            f"{name}_{side}": characters_at(items, document, edge)
            for name, edge in zip(("begin", "end"), edges, strict=True)
        }
    is_first = np.zeros(len(pair), bool)
    is_first[run_starts(pair)] = True
    equal = np.bincount(pair, found.equal, len(pairs.one)).astype(np.int64)
    yield from MATCHES.batches(
        is_first=is_first, pair_equal=equal[pair], equal=found.equal, columns=found.columns, score=found.score,
        **columns, **_sums(found, pair, laid.quotes), **_of_both(items, found.document_a, found.document_b),
    )  # fmt: skip
    lost = np.setdiff1d(again, pair)
    nothing = np.zeros(len(lost), np.int64)
    left = _of_both(items, pairs.one[lost], pairs.other[lost])
    yield from MATCHES.batches(**{name: left.get(name, nothing) for name in MATCHES.kinds})


def _of_both(items: pa.RecordBatch, one: I64, other: I64) -> dict[str, Any]:
    """The numbers of both articles of pairs (rows), and what else is known of them."""
    columns: dict[str, Any] = {}
    for side, rows in (("a", pa.array(one)), ("b", pa.array(other))):
        columns[side] = items.column("document").take(rows)
        columns |= {f"{name}_{side}": items.column(name).take(rows) for name in TOLD}
    return columns


class _Laid:
    """The words of articles end to end."""

    def __init__(self, items: pa.RecordBatch) -> None:
        self.code, self.documents = packed(items, "code", np.uint32)
        odd, bounds = packed(items, "odd", ODD)
        self.told = told_apart(self.code, self.documents, odd, bounds) if len(odd) else None
        self.places = Places.of(
            np.empty(len(self.code), np.uint8), self.documents, np.zeros(items.num_rows, np.int64),
            np.arange(items.num_rows, dtype=np.uint32),
        )  # fmt: skip
        quotes, bounds = packed(items, "quotes", np.int64)
        article = np.repeat(np.arange(items.num_rows), np.diff(bounds) // 2)
        self.quotes = intervals.union(quotes.reshape(-1, 2) + self.documents[article][:, None])


def _sums(found: Matches, pair: I64, quotes: I64) -> dict[str, Array]:
    """What holds for the pair of each match."""
    pairs = int(pair.max(initial=-1)) + 1
    columns: dict[str, Array] = {}
    sizes, narration = np.zeros(len(pair), np.int64), np.zeros(len(pair), np.int64)
    for side, words in (("a", found.words_a), ("b", found.words_b)):
        covered = np.zeros(pairs, np.int64)
        order = np.lexsort((words[:, 0], pair))
        count_covered(words[:, 0].copy(), words[:, 1].copy(), pair, order, covered)
        columns[f"covered_{side}"] = covered[pair]
        sizes += words[:, 1] - words[:, 0]
        narration += words[:, 1] - words[:, 0] - intervals.count_within(quotes, words)
    for name, sums in (("shared", sizes), ("narration", narration)):
        columns[name] = (np.bincount(pair, sums, minlength=pairs).astype(np.int64) // 2)[pair]
    return columns


def matches(
    articles: "DataFrame", seeds: "DataFrame", settings: Settings, counts: dict[str, int], stages: Stages
) -> "tuple[DataFrame, DataFrame]":
    """The matches of articles, :data:`MATCHES`; and pairs of which none is left since different words share a code.

    Args:
        articles: ``document``, ``code``, ``spacing``, ``quotes``, ``odd`` and the columns of :data:`TOLD`.
        seeds: records of :data:`syndetect.spark.fingerprints.SEED`.
        settings: what decides what matches.
        counts: ``documents`` and ``words`` of all articles.
        stages: keep the matches.
    """
    tiles = stages.table("tiles", lambda: tiles_of(seeds, SEED, counts, _of_strong))
    words = articles.select("document", *_WORDS, *TOLD)
    found = stages.table("matches", lambda: worked(tiles, words, SEED, MATCHES, Alignment(settings), counts))
    return found.filter("high_a > 0"), found.filter("high_a = 0").select("a", "b")
