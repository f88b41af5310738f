"""Candidate pairs of paragraphs, compared exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import F64, I64, U32, Array, Bool, bounds_of, expand
from syndetect.matching import portions
from syndetect.settings import Settings
from syndetect.spark.alignment import CONFUSED
from syndetect.spark.articles import PARAGRAPH
from syndetect.spark.collisions import ODD, OddWords
from syndetect.spark.paragraphs import PAIR, edges_of
from syndetect.spark.rows import Columns, Flat, numbers, packed, runs
from syndetect.spark.stages import Stages
from syndetect.spark.tiles import Tile, tiles, worked

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

COMPARED = Columns(
    a="long", number_a="int", begin_a="int", end_a="int", b="long", number_b="int", begin_b="int", end_b="int",
    jaccard="double", containment_a="double", containment_b="double", is_similar="boolean", seed="long",
)  # fmt: skip
#: Where a pair has no seed.
NO_SEED = -1
_PARAGRAPHS = Columns(
    document="long", number="int", first="int", begin="int", end="int", code="binary", odd="binary"
)
_LOWER = np.uint64(0xFFFFFFFF)
_S32, _U1 = np.uint64(32), np.uint64(1)


class _Found(NamedTuple):
    """What pairs share (float64[n, 3]), which of them are similar, and their seeds (int64[n])."""

    shares: F64
    is_similar: Bool
    seed: I64


@dataclass(frozen=True)
class _Cut:
    """Paragraphs of articles, by their places among those that have so many words."""

    least: int

    def __call__(self, articles: pa.RecordBatch, row: I64, wants: Array) -> pa.RecordBatch:
        code, words = packed(articles, "code", np.uint32)
        edges, bounds = edges_of(articles, words)
        taken = np.flatnonzero(np.diff(edges) >= self.least)
        paragraph = taken[np.searchsorted(taken, bounds)[row] + wants["part"]]
        low, high = edges[paragraph], edges[paragraph + 1]
        place = packed(articles, "paragraphs", PARAGRAPH)[0][paragraph]
        return _PARAGRAPHS.batch(
            document=wants["document"], number=paragraph - bounds[row], first=low - words[row],
            begin=place["begin_character"], end=place["end_character"],
            code=runs(code, low, high - low),
            odd=_odd_in(articles, words, low, high),
        )  # fmt: skip


def _odd_in(articles: pa.RecordBatch, words: I64, low: I64, high: I64) -> Flat:
    """The odd words of paragraphs, with their places in these; ``words`` are the bounds of articles."""
    odd, bounds = packed(articles, "odd", ODD)
    place = odd["place"] + np.repeat(words[:-1], np.diff(bounds))
    begin, end = np.searchsorted(place, low), np.searchsorted(place, high)
    which, chosen = expand(begin, end - begin)
    found = odd[chosen]
    found["place"] = place[chosen] - low[which]
    return Flat.of_items(found, bounds_of(end - begin))


class Comparison:
    """Compares the pairs of paragraphs of tiles."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, tile: Tile) -> Iterator[pa.RecordBatch]:
        """:data:`COMPARED`, of paragraphs."""
        laid = _Laid(tile.items)
        pairs = np.stack([tile.one, tile.other], axis=1)
        found = self._compared(laid, laid.code, pairs)
        again = self._confused(laid, pairs, found.is_similar)
        if len(again):
            right = self._compared(laid, laid.odd.told_apart(laid.code), pairs[again])
            found.shares[again], found.is_similar[again] = right.shares, right.is_similar
            marks = right._replace(is_similar=right.is_similar & False, seed=np.full(len(again), CONFUSED))
            yield from laid.rows(tile, again, marks)
            yield from laid.rows(tile, again, marks._replace(seed=right.seed))
        yield from laid.rows(tile, np.arange(len(pairs)), found)

    def _confused(self, laid: "_Laid", pairs: I64, is_similar: Bool) -> I64:
        """The similar pairs in which different words share a code."""
        spans = np.stack([laid.edges[:-1], laid.edges[1:]], axis=1)
        is_confused = laid.odd.are_confused(laid.code, spans[pairs[:, 0]], spans[pairs[:, 1]])
        return np.flatnonzero(is_similar & is_confused)

    def _compared(self, laid: "_Laid", code: U32, pairs: I64) -> _Found:
        found = portions.compare_paragraphs(code, laid.edges, pairs, self.settings)
        known = pairs[:, 0] * len(laid.edges) + pairs[:, 1]
        order = np.argsort(known)

        def place(one: I64, other: I64) -> I64:
            return np.take(order, np.searchsorted(known[order], one * len(laid.edges) + other))

        shares, is_similar = np.zeros((len(pairs), 3)), np.zeros(len(pairs), bool)
        similar = place(found.pairs[:, 0], found.pairs[:, 1])
        shares[similar], is_similar[similar] = found.shares, True
        first, second = (
            (found.seeds >> _S32).astype(np.int64),
            ((found.seeds & _LOWER) >> _U1).astype(np.int64),
        )
        one, other = (np.searchsorted(laid.edges, word, side="right") - 1 for word in (first, second))
        seed = np.full(len(pairs), NO_SEED)
        seed[place(one, other)] = laid.within(one, first) << 32 | laid.within(other, second) << 1 | 1
        return _Found(shares, is_similar, seed)


class _Laid:
    """The words of paragraphs end to end."""

    def __init__(self, items: pa.RecordBatch) -> None:
        self.code, self.edges = packed(items, "code", np.uint32)
        self._first = numbers(items, "first")
        self.odd = OddWords.of(items, self.edges)

    def within(self, paragraph: I64, word: I64) -> I64:
        """Words of paragraphs, counted from the beginnings of their articles."""
        found: I64 = word - self.edges[paragraph] + self._first[paragraph]
        return found

    def rows(self, tile: Tile, which: I64, found: _Found) -> Iterator[pa.RecordBatch]:
        """:data:`COMPARED`, of the pairs of some records."""
        columns: dict[str, Any] = {}
        for side, row in (("a", tile.one), ("b", tile.other)):
            columns[side] = tile.records[side][which]
            for name in ("number", "begin", "end"):
                columns[f"{name}_{side}"] = numbers(tile.items, name)[row[which]]
        yield from COMPARED.batches(
            **columns, is_similar=found.is_similar, jaccard=found.shares[:, 0], containment_a=found.shares[:, 1],
            containment_b=found.shares[:, 2], seed=found.seed,
        )  # fmt: skip


def compared(
    articles: "DataFrame", candidates: "DataFrame", settings: Settings, counts: dict[str, int], stages: Stages
) -> "DataFrame":
    """The candidate pairs of paragraphs, compared: :data:`COMPARED`.

    Args:
        articles: ``document, code, odd, paragraphs``.
        candidates: as of :func:`syndetect.spark.paragraphs.candidates`.
        settings: what is similar.
        counts: ``documents`` and ``words`` of all articles.
        stages: keep what was found.
    """
    found = stages.table("candidate-tiles", lambda: tiles(candidates, PAIR, counts))
    words, cut = articles.select("document", "code", "odd", "paragraphs"), _Cut(settings.min_words)
    return stages.table(
        "compared", lambda: worked(found, words, PAIR, COMPARED, Comparison(settings), counts, cut)
    )
