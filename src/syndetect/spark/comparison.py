"""Candidate pairs of paragraphs, compared exactly."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import F64, I64, U32, Array, Bool
from syndetect.matching import portions
from syndetect.settings import Settings
from syndetect.spark.alignment import CONFUSED
from syndetect.spark.articles import PARAGRAPH
from syndetect.spark.collisions import ODD, are_confused, told_apart
from syndetect.spark.paragraphs import PAIR, edges_of
from syndetect.spark.rows import Columns, packed
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
_LOWER = np.uint64(0xFFFFFFFF)
_S32, _U1 = np.uint64(32), np.uint64(1)


class _Found(NamedTuple):
    """What pairs share (float64[n, 3]), which of them are similar, and their seeds (int64[n])."""

    shares: F64
    is_similar: Bool
    seed: I64


class Comparison:
    """Compares the pairs of paragraphs of tiles."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, tile: Tile) -> Iterator[pa.RecordBatch]:
        """:data:`COMPARED`, of articles with ``code``, ``odd`` and ``paragraphs``."""
        laid = _Laid(tile.items, self.settings.min_words)
        pairs = np.stack([laid.sketched(tile.one, tile.records["one"]),
                          laid.sketched(tile.other, tile.records["other"])], axis=1)  # fmt: skip
        found = self._compared(laid, laid.code, pairs)
        again = self._confused(laid, pairs, found.is_similar)
        if len(again):
            right = self._compared(laid, laid.told, pairs[again])
            found.shares[again], found.is_similar[again] = right.shares, right.is_similar
            marks = right._replace(is_similar=right.is_similar & False, seed=np.full(len(again), CONFUSED))
            yield from laid.rows(tile, again, pairs[again], marks)
            yield from laid.rows(tile, again, pairs[again], marks._replace(seed=right.seed))
        yield from laid.rows(tile, np.arange(len(pairs)), pairs, found)

    def _confused(self, laid: "_Laid", pairs: I64, is_similar: Bool) -> I64:
        """The similar pairs in which different words share a code."""
        if laid.told is laid.code:
            return np.empty(0, np.int64)
        spans = np.stack([laid.edges[:-1], laid.edges[1:]], axis=1)
        is_confused = are_confused(laid.code, laid.told, spans[pairs[:, 0]], spans[pairs[:, 1]])
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
    """The words and paragraphs of articles end to end."""

    def __init__(self, items: pa.RecordBatch, least: int) -> None:
        self.code, self._words = packed(items, "code", np.uint32)
        self.edges, self._bounds = edges_of(items, self._words)
        self._article = np.repeat(np.arange(items.num_rows), np.diff(self._bounds))
        self._taken = np.flatnonzero(np.diff(self.edges) >= least)
        self._places = packed(items, "paragraphs", PARAGRAPH)[0]
        odd, bounds = packed(items, "odd", ODD)
        self.told = told_apart(self.code, self._words, odd, bounds) if len(odd) else self.code

    def sketched(self, row: I64, ordinal: Array) -> I64:
        """The paragraphs of articles by their places among the sketched ones."""
        first = np.searchsorted(self._taken, self._bounds)
        found: I64 = self._taken[first[row] + ordinal]
        return found

    def within(self, paragraph: I64, word: I64) -> I64:
        """Words of paragraphs, counted from the beginnings of their articles."""
        first: I64 = self._words[self._article[paragraph]]
        return word - first

    def rows(self, tile: Tile, which: I64, pairs: I64, found: _Found) -> Iterator[pa.RecordBatch]:
        """:data:`COMPARED`, of the pairs of some records."""
        columns: dict[str, Any] = {}
        for side, paragraph in (("a", pairs[:, 0]), ("b", pairs[:, 1])):
            columns |= {
                side: tile.records[side][which], f"number_{side}": paragraph - self._bounds[self._article[paragraph]],
                f"begin_{side}": self._places["begin_character"][paragraph],
                f"end_{side}": self._places["end_character"][paragraph],
            }  # fmt: skip
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
    words = articles.select("document", "code", "odd", "paragraphs")
    return stages.table("compared", lambda: worked(found, words, PAIR, COMPARED, Comparison(settings)))
