"""Keys in very many places: a star of each, the first place with the others and each with the next, by ranges of time.

No task holds all places of a key: they are brought together by key and *chunk*, so many articles in the order of time.
The driver holds the first and the last place of every key in every chunk, 48 bytes each.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import U64, Array, order_by, run_starts
from syndetect.spark.exchange import Emit, buckets_for, exchanged
from syndetect.spark.rows import RECORDS, Columns, Flat, as_batch, map_rows, packed, record_rows
from syndetect.spark.stages import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: A place of a key: an article, and a word or a paragraph of it.
PLACE = np.dtype([("key", "<u8"), ("document", "<i8"), ("place", "<u4"), ("pad", "<u4")])
_CHUNKS = Columns(places="binary", ends="binary")
_CHUNK = 1 << 16  # articles
_GIANT = 1 << 17  # places from which on a key is too much for a task
_MIX = np.uint64(0x9E3779B97F4A7C15)

#: From pairs of places, the earlier ones first, to records.
Pairing = Callable[[Array, Array], Array]


def has_giants(window: int, documents: int) -> bool:
    """Whether keys may be in very many places. With a window a star has many centres, and all of it is one task's."""
    return window < 0 and documents >= _GIANT


def least_of_sample(most_places: int, taken: int, documents: int) -> int:
    """In how many places of a sample a key is that is in very many of all, and surely in more than ``most_places``."""
    return max(most_places + 1, _GIANT * taken // documents)


@dataclass(frozen=True)
class _Chunks:
    """Places by key and chunk."""

    source: Emit
    most_repeats: int
    chunk: int

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        for _, places in self.source(batches):
            yield places["key"] * _MIX ^ (places["document"] // self.chunk).astype(np.uint64), places

    def take(self, places: Array) -> Iterator[pa.RecordBatch]:
        """The places of a bucket in order, of each article at most so many of a key; and the ends of each chunk."""
        places = places[order_by(places["key"], places["document"], places["place"])]
        number = np.arange(len(places))
        of_article = run_starts(places["key"], places["document"])
        repeats = number - np.repeat(of_article, np.diff(of_article, append=len(places)))
        places = places[repeats < self.most_repeats]
        starts = run_starts(places["key"], places["document"] // self.chunk)
        ends = np.concatenate([places[starts], places[np.append(starts, len(places))[1:] - 1]])
        if len(places):
            yield from _CHUNKS.batches(
                places=Flat.of_items(places, np.array([0, len(places)])),
                ends=Flat.of_items(ends, np.array([0, len(ends)])),
            )


@dataclass(frozen=True)
class _Pairs:
    """Chunks to the pairs of their places with the next ones, and with the first ones of all."""

    first: Array
    has_chain: bool
    pairing: Pairing
    chunk: int

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            places, _ = packed(batch, "places", PLACE)
            centre = self.first[np.searchsorted(self.first["key"], places["key"])]
            yield from record_rows(_paired(centre, places, self.pairing))
            if self.has_chain:  # the ends of chunks are paired elsewhere: others may lie between them
                at = np.flatnonzero(np.diff(places["document"] // self.chunk) == 0)
                yield from record_rows(_paired(places[at], places[at + 1], self.pairing))


def _paired(one: Array, other: Array, pairing: Pairing) -> Array:
    """The records of pairs of places with one key in different articles."""
    wanted = (one["key"] == other["key"]) & (one["document"] != other["document"])
    return pairing(one[wanted], other[wanted])


class Star(NamedTuple):
    """How stars are made.

    Attributes:
        places: makes the places of keys, :data:`PLACE`.
        pairing: makes records of pairs of places.
        has_chain: whether each place is paired with the next, too.
        most_repeats: the most places of one article that a key has; those behind them count for none.
    """

    places: Emit
    pairing: Pairing
    has_chain: bool = True
    most_repeats: int = 1 << 40


def stars(frame: "DataFrame", star: Star, count: int, stages: Stages, name: str) -> "tuple[DataFrame, Array]":
    """The pairs of the stars of keys, :data:`syndetect.spark.rows.RECORDS`, some more than once; and the first places.

    Args:
        frame: the rows of which places are made.
        star: how.
        count: how many places there are, about.
        stages: keep the places by chunk.
        name: of the stage.
    """
    work = _Chunks(star.places, star.most_repeats, _CHUNK)
    chunks = stages.table(name, lambda: exchanged(
        frame, work.emit, PLACE, _CHUNKS, work.take, buckets_for(count * PLACE.itemsize)
    ))  # fmt: skip
    ends = packed(as_batch(chunks.select("ends").toArrow()), "ends", PLACE)[0]
    ends = ends[order_by(ends["key"], ends["document"], ends["place"])]
    first = ends[run_starts(ends["key"])]
    pairs = map_rows(chunks.select("places"), RECORDS, _Pairs(first, star.has_chain, star.pairing, _CHUNK))
    if not star.has_chain:
        return pairs, first
    is_between = np.flatnonzero(np.diff(ends["document"] // _CHUNK) != 0)
    between = _paired(ends[is_between], ends[is_between + 1], star.pairing)
    return pairs.union(stages.spark.createDataFrame(pa.table({"records": [between.tobytes()]}))), first
