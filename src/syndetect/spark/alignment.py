"""Seeds to matches: the pairs of articles with a seed are brought together with the words of both, and aligned."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect import intervals
from syndetect.arrays import I64, U32, U64, Array, run_starts, sort_values
from syndetect.kernels.ranges import count_covered
from syndetect.matching import alignment
from syndetect.matching.alignment import Aligned, AlignmentLimits, Matches
from syndetect.matching.places import Places
from syndetect.settings import Settings
from syndetect.spark import sections
from syndetect.spark.fingerprints import SEED
from syndetect.spark.rows import Columns, Flat, packed
from syndetect.spark.sections import Laid
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
_ALIGNED = Columns(**MATCHES.kinds, again="binary")  # the seeds of pairs that are to be aligned again
_LEAST_CUT = 1 << 24  # words of all articles, from which tiles get sections of them
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
        """:data:`_ALIGNED` of pairs, of which the articles have the columns of words and :data:`TOLD`."""
        laid = Laid.of(tile.items)
        article_one, article_other = laid.article[tile.one], laid.article[tile.other]
        starts = run_starts(article_one, article_other)
        pairs = _Pairs(article_one[starts], article_other[starts], laid.heads.num_rows)
        pair = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(tile.records)))
        is_open = np.zeros(len(starts), bool)
        seeds = tile.records["seed"]
        is_marked = np.bincount(pair, seeds == CONFUSED, len(starts)) > 0
        one = laid.documents[article_one] + (seeds >> 32)
        other = laid.documents[article_other] + ((seeds & 0xFFFFFFFF) >> 1)
        placed = (one << 32 | other << 1 | seeds & 1).astype(np.uint64)
        placed, of_placed = placed[seeds >= 0], pair[seeds >= 0]
        places = _places(laid)
        found = self._aligned(laid.code, laid, places, placed)
        is_open[pairs.of(*found.open_pairs.T)] = True
        table = found.table
        if len(laid.odd.at):
            matches_ = Matches.of(table, places)
            is_confused = laid.odd.are_confused(laid.code, matches_.words_a, matches_.words_b)
            is_marked[_pair_of(pairs, matches_)[is_confused]] = True
        if len(laid.odd.at) and is_marked.any():
            again = self._aligned(laid.odd.told_apart(laid.code), laid, places, placed[is_marked[of_placed]])
            is_open[pairs.of(*again.open_pairs.T)] = True
            kept = ~is_marked[_pair_of(pairs, Matches.of(table, places))]
            table = np.concatenate([table[kept], again.table])
        table = table[~is_open[_pair_of(pairs, Matches.of(table, places))]]
        yield from _rows(laid, pairs, Matches.of(table, places), np.flatnonzero(is_marked & ~is_open))
        yield from _left_open(tile.records[is_open[pair]])

    def _aligned(self, code: U32, laid: Laid, places: Places, seeds: U64) -> Aligned:
        return alignment.align(code, places, sort_values(seeds), self.limits, laid.gaps)


def _places(laid: Laid) -> Places:
    count = laid.heads.num_rows
    nothing = np.empty(len(laid.code), np.uint8), np.zeros(count, np.int64)
    return Places.of(nothing[0], laid.documents, nothing[1], np.arange(count, dtype=np.uint32))


def _left_open(records: Array) -> Iterator[pa.RecordBatch]:
    """A row with the seeds of pairs that are to be aligned again, with whole articles."""
    if len(records):
        nothing: dict[str, Any] = dict.fromkeys(MATCHES.kinds, np.zeros(1, np.int64))
        nothing["doc_id_a"] = nothing["doc_id_b"] = pa.array([""])
        yield from _ALIGNED.batches(**nothing, again=Flat.of_items(records, np.array([0, len(records)])))


class _Pairs(NamedTuple):
    """Pairs of articles: int64[n] each, their rows, in order; and how many rows there are."""

    one: I64
    other: I64
    rows: int

    def of(self, one: I64, other: I64) -> I64:
        """int64[m]: the numbers of pairs."""
        return np.searchsorted(self.one * self.rows + self.other, one * self.rows + other)


def _pair_of(pairs: _Pairs, found: Matches) -> I64:
    return pairs.of(found.document_a, found.document_b)


def _rows(laid: Laid, pairs: _Pairs, found: Matches, again: I64) -> Iterator[pa.RecordBatch]:
    """The matches of pairs; and a row without words for those that were aligned again and have none left."""
    pair = _pair_of(pairs, found)
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
            f"{name}_{side}": laid.characters(document, edge)
            for name, edge in zip(("begin", "end"), edges, strict=True)
        }
    is_first = np.zeros(len(pair), bool)
    is_first[run_starts(pair)] = True
    equal = np.bincount(pair, found.equal, len(pairs.one)).astype(np.int64)
    yield from _ALIGNED.batches(
        is_first=is_first, pair_equal=equal[pair], equal=found.equal, columns=found.columns, score=found.score,
        **columns, **_sums(found, pair, _quotes(laid)), **_of_both(laid.heads, found.document_a, found.document_b),
        again=_nothing(len(pair)),
    )  # fmt: skip
    lost = np.setdiff1d(again, pair)
    nothing = np.zeros(len(lost), np.int64)
    left = _of_both(laid.heads, pairs.one[lost], pairs.other[lost])
    whole = {name: left.get(name, nothing) for name in MATCHES.kinds}
    yield from _ALIGNED.batches(**whole, again=_nothing(len(lost)))


def _nothing(rows: int) -> Flat:
    return Flat(np.empty(0, np.uint8), np.zeros(rows + 1, np.int64))


def _of_both(items: pa.RecordBatch, one: I64, other: I64) -> dict[str, Any]:
    """The numbers of both articles of pairs (rows), and what else is known of them."""
    columns: dict[str, Any] = {}
    for side, rows in (("a", pa.array(one)), ("b", pa.array(other))):
        columns[side] = items.column("document").take(rows)
        columns |= {f"{name}_{side}": items.column(name).take(rows) for name in TOLD}
    return columns


def _quotes(laid: Laid) -> I64:
    """int64[q, 2]: the ranges of words in quotation marks."""
    quotes, bounds = packed(laid.heads, "quotes", np.int64)
    article = np.repeat(np.arange(laid.heads.num_rows), np.diff(bounds) // 2)
    return intervals.union(quotes.reshape(-1, 2) + laid.documents[article][:, None])


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
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    words = articles.select("document", *_WORDS, *TOLD)
    work = Alignment(settings)
    if counts["words"] < _LEAST_CUT:
        tiles = stages.table("tiles", lambda: tiles_of(seeds, SEED, counts, _of_strong))
        found = stages.table("matches", lambda: worked(tiles, words, SEED, _ALIGNED, work, counts))
    else:
        tiles = stages.table(
            "tiles", lambda: tiles_of(seeds, SEED, counts, _of_strong, wants=sections.wanted)
        )
        found = stages.table("matches", lambda: worked(
            tiles, words, SEED, _ALIGNED, work, counts, sections.Cut(TOLD), sections.BYTES
        ))  # fmt: skip
        left = found.filter(F.octet_length("again") > 0).select(F.col("again").alias("records"))
        whole = stages.table("matches-of-whole", lambda: worked(
            tiles_of(left, SEED, counts), words, SEED, _ALIGNED, work, counts
        ))  # fmt: skip
        found = found.filter(F.octet_length("again") == 0).union(whole)
    found = found.drop("again")
    return found.filter("high_a > 0"), found.filter("high_a = 0").select("a", "b")
