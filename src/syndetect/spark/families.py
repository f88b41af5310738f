"""Families of near-duplicate articles: relations of pairs, and a star in each group of articles that they connect."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from syndetect.spark.components import components
from syndetect.spark.numbering import numbered
from syndetect.spark.rows import Columns, map_rows, numbers, whole_groups
from syndetect.spark.stages import Stages
from syndetect.syndication import families as _families

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: A relation of a pair of articles, by the order of passages; 0 where the two have the same words.
_RELATIONS = Columns(earlier="long", later="long", relation="int", share="double")
_MEMBERS = Columns(rank="long", head="long", relation="int", share="double")


def _related(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The relations of pairs of articles with matches."""
    for batch in batches:
        sides = {
            name: tuple(numbers(batch, f"{name}_{side}") for side in "ab")
            for name in ("rank", "covered", "words", "outlet", "published")
        }
        swap = sides["rank"][0] > sides["rank"][1]
        earlier, later = (
            {name: np.where(swap, *one[::order]) for name, one in sides.items()} for order in (-1, 1)
        )
        both = {name: np.concatenate([earlier[name], later[name]]) for name in sides}
        rows = batch.num_rows
        one, other = np.arange(rows), np.arange(rows, 2 * rows)
        kind, share = _families.relations(
            one,
            other,
            (earlier["covered"], later["covered"]),
            both["words"],
            both["outlet"],
            both["published"],
        )
        chosen = kind > 0
        yield from _RELATIONS.batches(
            earlier=earlier["rank"][chosen],
            later=later["rank"][chosen],
            relation=kind[chosen],
            share=share[chosen],
        )


def _joined(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each article of some whole groups with the representative that it joins."""
    for batch in whole_groups(batches, "root"):
        yield from _leaders(batch)


def _leaders(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    column = {name: numbers(batch, name) for name in _RELATIONS.kinds}
    ranks, both = np.unique(np.concatenate([column["earlier"], column["later"]]), return_inverse=True)
    earlier, later = both[: batch.num_rows], both[batch.num_rows :]
    is_same = column["relation"] == 0
    same = np.arange(len(ranks))
    same[later[is_same]] = earlier[is_same]
    edges = np.flatnonzero(~is_same)
    edges = edges[np.lexsort((earlier[edges], later[edges]))]
    leader, joined, share = _families.leaders(
        np.arange(len(ranks)), same, (earlier[edges], later[edges]),
        column["relation"][edges].astype(np.uint8), column["share"][edges],
    )  # fmt: skip
    members = np.bincount(leader, minlength=len(leader))[leader] > 1
    yield from _MEMBERS.batches(
        rank=ranks[members], head=ranks[leader[members]], relation=joined[members], share=share[members]
    )


def families(pairs: "DataFrame", articles: "DataFrame", stages: Stages) -> "DataFrame":
    """The families of articles: ``family_id, document, representative, relation, share`` and ``rank``.

    Args:
        pairs: a row a pair of articles with a match.
        articles: ``document, rank, words, contents``.
        stages: keep what was found.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    taken = [
        f"{name}_{side}" for name in ("rank", "covered", "words", "outlet", "published") for side in "ab"
    ]
    light = articles.filter("words > 0").select("rank", "contents")
    first = light.groupBy("contents").agg(F.min("rank").alias("earlier"), F.count("*").alias("count"))
    same = light.join(first.filter("count > 1"), "contents").filter(F.col("rank") > F.col("earlier"))
    same = same.select(
        "earlier", F.col("rank").alias("later"), F.lit(0).alias("relation"), F.lit(1.0).alias("share")
    )
    related = stages.table(
        "relations", lambda: map_rows(pairs.select(*taken), _RELATIONS, _related).union(same)
    )
    edges = related.select(F.col("earlier").alias("a"), F.col("later").alias("b"))
    roots = components(edges, stages, "families").withColumnRenamed("node", "later")
    grouped = related.join(roots, "later").repartition("root").sortWithinPartitions("root")
    members = stages.table(
        "members", lambda: map_rows(grouped.select("root", *_RELATIONS.kinds), _MEMBERS, _joined)
    )
    heads = members.filter(F.col("rank") == F.col("head")).select("head")
    numbered_heads = numbered(heads, ["head"], "number", stages, "order-of-families").select("head", "number")
    places = articles.select("rank", "document")
    named = members.join(numbered_heads, "head").join(places, "rank")
    named = named.join(places.toDF("head", "representative"), "head")
    told = F.element_at(F.array(*(F.lit(name) for name in _families.RELATIONS)), F.col("relation"))
    relation = F.when(F.col("relation") > 0, told)
    return named.select(
        (F.col("number") + 1).alias("family_id"),
        "document",
        "representative",
        relation.alias("relation"),
        "share",
        "rank",
    )
