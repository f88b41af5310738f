"""What articles derive from: of the articles that they are linked with, those that have most of their wording."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from syndetect.arrays import I64, order_by
from syndetect.spark.documents import constraints_of
from syndetect.spark.links import sketches_of
from syndetect.spark.rows import Columns, as_records, bounds_of_groups, map_rows, numbers, whole_groups
from syndetect.spark.stages import Stages
from syndetect.spark.tiles import Tile, tiles, worked
from syndetect.syndication import derivation as _derivation

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_SOURCES = Columns(a="long", b="long", place="int")
_SOURCE = np.dtype([("a", "<i8"), ("b", "<i8"), ("place", "<i4")])
_DERIVED = Columns(document="long", source="long", wording="double", chance="double")
_TOLD = ("published", "outlet", "agency", "rank")


@dataclass(frozen=True)
class _Nearest:
    """Links from articles (``a``) to others (``b``), to the sources of each."""

    owner: I64

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in whole_groups(batches, "a"):
            rows = batch.num_rows
            both = {
                name: np.concatenate([numbers(batch, f"{name}_{side}") for side in "ab"]) for name in _TOLD
            }
            constraints = constraints_of(both["published"], both["outlet"], both["agency"], self.owner)
            constraints = constraints._replace(rank=both["rank"])
            group = np.unique(numbers(batch, "a"), return_inverse=True)[1]
            # each link has an article of its own here, but those of one article are sorted together
            allowed = constraints.may_derive(np.arange(rows), np.arange(rows, 2 * rows))
            chosen = np.flatnonzero(allowed)
            order = chosen[_derivation.ranked(
                group[chosen], numbers(batch, "share")[chosen], constraints.low[rows + chosen],
                both["rank"][rows + chosen],
            )]  # fmt: skip
            bounds = bounds_of_groups(group[order])
            place = np.arange(len(order)) - np.repeat(bounds[:-1], np.diff(bounds))
            yield from _SOURCES.batches(
                a=numbers(batch, "a")[order], b=numbers(batch, "b")[order], place=place
            )


def _derived(tile: Tile) -> Iterator[pa.RecordBatch]:
    """What articles derive from, by the sketches of them and of their sources, these in order."""
    order = order_by(tile.one, tile.records["place"])
    of, source = tile.one[order], tile.other[order]
    starts = bounds_of_groups(of)
    article = of[starts[:-1]]
    wording, words = _derivation.together(sketches_of(tile.items), article, source, starts)
    document = numbers(tile.items, "document")
    found = _derivation.Sources(document[article], starts, source, wording, words)
    last, expected = _derivation.choose(found, numbers(tile.items, "words")[article])
    yield from _DERIVED.batches(
        document=found.document, source=document[source[starts[:-1]]], wording=wording[last], chance=expected
    )


def derived(
    links: "DataFrame", sketches: "DataFrame", articles: "DataFrame", counts: dict[str, int], owner: I64, stages: Stages
) -> "DataFrame":  # fmt: skip
    """``document, wording, chance, derived_from`` (an id) of the articles that may derive from others.

    Args:
        links: ``a, b, wording_a, wording_b``.
        sketches: as of :func:`syndetect.spark.links.sketched`.
        articles: the articles.
        counts: ``documents`` and ``words`` of all articles.
        owner: of each outlet.
        stages: keep what was found.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    one = links.select("a", "b", F.col("wording_a").alias("share"))
    other = links.select(F.col("b").alias("a"), F.col("a").alias("b"), F.col("wording_b").alias("share"))
    known = one.union(other)
    for side in "ab":
        known = known.join(
            articles.select("document", *_TOLD).toDF(side, *(f"{name}_{side}" for name in _TOLD)), side
        )
    ordered = known.repartition("a").sortWithinPartitions("a", "b")
    sources = stages.table("sources", lambda: map_rows(ordered, _SOURCES, _Nearest(owner)))

    def compared() -> "DataFrame":
        found = tiles(as_records(sources, _SOURCE), _SOURCE, counts, is_by_first=True)
        return worked(found, sketches, _SOURCE, _DERIVED, _derived, counts)

    found = stages.table("derived", compared)
    ids = articles.select(F.col("document").alias("source"), F.col("doc_id").alias("derived_from"))
    return found.join(ids, "source").drop("source")
