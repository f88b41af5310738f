"""Seeds to matches: the pairs of articles with a seed are joined to the words of both, and aligned in portions.

An article that is in very many pairs would make one task hold all of these: its words are copied, so that its pairs are
spread over as many tasks as they need.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from syndetect import intervals
from syndetect.arrays import I64, U32, Array, bounds_of
from syndetect.kernels.ranges import count_covered
from syndetect.matching import alignment
from syndetect.matching.alignment import AlignmentLimits, Matches
from syndetect.matching.places import Places
from syndetect.settings import Settings
from syndetect.spark.collisions import ODD, are_confused
from syndetect.spark.exchange import buckets_for, exchanged
from syndetect.spark.rows import Columns, Flat, in_portions, map_rows, numbers, packed
from syndetect.spark.stages import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_PAIR_SEEDS = Columns(a="long", b="long", seeds="binary")
_SEED = np.dtype([("a", "<i8"), ("b", "<i8"), ("seed", "<i8")])
#: What else is known of the two articles of a match.
TOLD = {
    "doc_id": "string", "rank": "long", "outlet": "long", "published": "long", "words": "long", "agency": "boolean",
    "credited": "boolean",
}  # fmt: skip
#: A row a match, ``a`` the earlier article; ``low`` and ``high`` are words, ``begin`` and ``end`` characters. The
#: others hold for the pair of articles: words of each in their matches, words that they share (the mean of both), and
#: those of them outside quotation marks.
MATCHES = Columns(
    a="long", b="long", low_a="int", high_a="int", begin_a="int", end_a="int", low_b="int", high_b="int", begin_b="int",
    end_b="int", equal="int", columns="int", score="int", covered_a="long", covered_b="long", shared="long",
    narration="long", **{f"{name}_{side}": kind for side in "ab" for name, kind in TOLD.items()},
)  # fmt: skip
_WORDS = ("code", "begin", "end", "quotes", "odd")
#: In the place of a seed: the pair has similar paragraphs in which different words share a code.
CONFUSED = -2
#: The columns of :data:`MATCHES` that hold for a pair of articles.
OF_PAIR = (
    "covered_a", "covered_b", "shared", "narration", *(f"{name}_{side}" for side in "ab" for name in TOLD),
)  # fmt: skip
_MANY = 1 << 12  # pairs of one article in a task
_MIX = np.uint64(0x9E3779B97F4A7C15)


def _emit(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Array, Array]]:
    """Seeds (``a, b, seed``) as records by pair."""
    for batch in batches:
        records = np.empty(batch.num_rows, _SEED)
        for name in ("a", "b", "seed"):
            records[name] = numbers(batch, name)
        keys = records["a"].astype(np.uint64) * _MIX ^ records["b"].astype(np.uint64)
        yield keys, records


def _take(records: Array) -> Iterator[pa.RecordBatch]:
    """The seeds of each pair that has a strong one, ascending and each once."""
    records = np.unique(records)
    starts = _bounds_of_pairs(records)
    is_strong = np.maximum.reduceat(records["seed"] & 1, starts[:-1]).astype(
        bool
    )  # the others are not aligned
    records = records[np.repeat(is_strong, np.diff(starts))]
    if not len(records):
        return
    starts = _bounds_of_pairs(records)
    heads = records[starts[:-1]]
    yield from _PAIR_SEEDS.batches(
        a=heads["a"].copy(), b=heads["b"].copy(), seeds=Flat.of_items(records["seed"].copy(), starts)
    )


def _bounds_of_pairs(records: Array) -> I64:
    change = (np.diff(records["a"]) != 0) | (np.diff(records["b"]) != 0)
    return np.concatenate([[0], np.flatnonzero(change) + 1, [len(records)]])


def with_words(pairs: "DataFrame", words: "DataFrame", side: str) -> "DataFrame":
    """Pairs with the columns of the article on one side, which get its letter behind their names.

    Args:
        pairs: has the column ``side``, a number of an article, and another article's as ``a`` or ``b``.
        words: ``document`` and other columns, a row an article.
        side: "a" or "b".
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    other = "b" if side == "a" else "a"
    parts = F.ceil(F.col("count") / _MANY).cast("int")
    many = (
        pairs.groupBy(side)
        .count()
        .filter(F.col("count") > _MANY)
        .select(F.col(side).alias("document"), parts.alias("parts"))
    )
    many = F.broadcast(many)
    named = words.join(many, "document", "left").withColumn(
        "part", F.explode(F.sequence(F.lit(0), F.coalesce("parts", F.lit(1)) - 1))
    )
    named = named.drop("parts").toDF(*(f"{name}_{side}" for name in [*words.columns, "part"]))
    spread = pairs.join(many.withColumnRenamed("document", side), side, "left")
    spread = spread.withColumn("part", F.pmod(F.hash(other), F.coalesce("parts", F.lit(1)))).drop("parts")
    on = (spread[side] == named[f"document_{side}"]) & (spread["part"] == named[f"part_{side}"])
    return spread.join(named, on).drop("part", f"part_{side}", f"document_{side}")


class Alignment:
    """Aligns pairs of articles."""

    def __init__(self, settings: Settings) -> None:
        self.limits = AlignmentLimits.of(settings)

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """:data:`MATCHES` of pairs: ``a, b, seeds`` and the columns of words on both sides."""
        for batch in in_portions(batches, 1 << 24):
            yield from self._aligned(batch)

    def _aligned(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        laid = _Laid(batch)
        seeds, bounds = packed(batch, "seeds", np.int64)
        pair = np.repeat(np.arange(batch.num_rows), np.diff(bounds))
        is_marked = np.bincount(pair, seeds == CONFUSED, batch.num_rows) > 0
        seeds, pair = seeds[seeds >= 0], pair[seeds >= 0]
        one = laid.documents[2 * pair] + (seeds >> 32)
        other = laid.documents[2 * pair + 1] + ((seeds & 0xFFFFFFFF) >> 1)
        placed = (one << 32 | other << 1 | seeds & 1).astype(np.uint64)
        places = Places.of(
            np.empty(len(laid.code), np.uint8), laid.documents, np.zeros(2 * batch.num_rows, np.int64),
            np.arange(2 * batch.num_rows, dtype=np.uint32),
        )  # fmt: skip
        table = alignment.align(laid.code, places, placed, self.limits).table
        if laid.told is not None:
            found = Matches.of(table, places)
            is_confused = are_confused(laid.code, laid.told, found.words_a, found.words_b)
            is_marked[found.document_a[is_confused] // 2] = True
        again = np.flatnonzero(is_marked)
        if len(again) and laid.told is not None:
            told = alignment.align(laid.told, places, placed[is_marked[pair]], self.limits).table
            table = np.concatenate([table[~is_marked[found.document_a // 2]], told])
        yield from self._rows(batch, laid, Matches.of(table, places), again)

    def _rows(
        self, batch: pa.RecordBatch, laid: "_Laid", found: Matches, again: I64
    ) -> Iterator[pa.RecordBatch]:
        """The matches of pairs; and a row without words for those that were aligned again and have none left."""
        pair = found.document_a // 2
        columns: dict[str, Array] = {}
        for side, words, document in (
            ("a", found.words_a, found.document_a), ("b", found.words_b, found.document_b),
        ):  # fmt: skip
            columns |= {
                f"low_{side}": words[:, 0] - laid.documents[document],
                f"high_{side}": words[:, 1] - laid.documents[document],
            }
            columns |= {f"begin_{side}": laid.begin[words[:, 0]], f"end_{side}": laid.end[words[:, 1] - 1]}
        sums = _sums(found, pair, laid.quotes)
        chosen = pa.array(pair)
        told = {
            f"{name}_{side}": batch.column(f"{name}_{side}").take(chosen) for side in "ab" for name in TOLD
        }
        yield from MATCHES.batches(
            a=numbers(batch, "a")[pair], b=numbers(batch, "b")[pair], equal=found.equal, columns=found.columns,
            score=found.score, **columns, **sums, **told,
        )  # fmt: skip
        lost = np.setdiff1d(again, pair)
        if len(lost):
            left = {name: batch.column(name).take(pa.array(lost)) for name in (*told, "a", "b")}
            nothing = np.zeros(len(lost), np.int64)
            yield from MATCHES.batches(**{name: left.get(name, nothing) for name in MATCHES.kinds})


class _Laid:
    """The articles of pairs end to end, those of one pair beside one another."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        codes = [packed(batch, f"code_{side}", np.uint32) for side in "ab"]
        sizes = np.stack([np.diff(bounds) for _, bounds in codes], axis=1).reshape(-1)
        self.documents = bounds_of(sizes)
        self.code: U32 = self._woven(batch, "code")
        self.begin, self.end = self._woven(batch, "begin"), self._woven(batch, "end")
        self.told = self._told(batch)
        found = []
        for side in (0, 1):
            quotes, bounds = packed(batch, f"quotes_{'ab'[side]}", np.int64)
            ranges = quotes.reshape(-1, 2)
            pair = np.repeat(np.arange(batch.num_rows), np.diff(bounds) // 2)
            found.append(ranges + self.documents[2 * pair + side][:, None])
        self.quotes = intervals.union(np.concatenate(found))

    def _told(self, batch: pa.RecordBatch) -> U32 | None:
        """The codes with odd words told apart; None where no word is odd."""
        sides = [packed(batch, f"odd_{side}", ODD) for side in "ab"]
        if not any(len(odd) for odd, _ in sides):
            return None
        told = self.code.copy()
        for side, (odd, bounds) in enumerate(sides):
            told[odd["place"] + np.repeat(self.documents[side:-1:2], np.diff(bounds))] = odd["code"]
        return told

    def _woven(self, batch: pa.RecordBatch, name: str) -> U32:
        items = np.empty(int(self.documents[-1]), np.uint32)
        for side in (0, 1):
            values, bounds = packed(batch, f"{name}_{'ab'[side]}", np.uint32)
            shift = self.documents[side:-1:2] - bounds[:-1]
            items[np.arange(len(values)) + np.repeat(shift, np.diff(bounds))] = values
        return items


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
    articles: "DataFrame", seeds: "DataFrame", settings: Settings, stages: Stages
) -> "tuple[DataFrame, DataFrame]":
    """The matches of articles, :data:`MATCHES`; and pairs of which none is left since different words share a code.

    Args:
        articles: ``document, code, begin, end, quotes, odd`` and the columns of :data:`TOLD`.
        seeds: ``a, b, seed``.
        settings: what decides what matches.
        stages: keep the matches.
    """
    count = seeds.count()
    pairs = stages.table("pairs-of-articles", lambda: exchanged(
        seeds, _emit, _SEED, _PAIR_SEEDS, _take, buckets_for(count * _SEED.itemsize)
    ))  # fmt: skip
    words = articles.select("document", *_WORDS, *TOLD)
    both = with_words(with_words(pairs, words, "a"), words, "b")
    found = stages.table("matches", lambda: map_rows(both, MATCHES, Alignment(settings)))
    return found.filter("high_a > 0"), found.filter("high_a = 0").select("a", "b")
