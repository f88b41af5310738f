"""Connected components of a graph by alternating large-star and small-star, in data frames.

Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii 2014, "Connected Components in MapReduce and Beyond", section 3.
"""

from collections.abc import Callable
from functools import partial
from itertools import count as count_from
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from syndetect.arrays import ranked

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from syndetect.spark.stages import Stages


#: Edges that the driver takes, 16 bytes each and as much again: a round of stars takes longer than to count so few.
FEW_EDGES = 1 << 22


def components(edges: "DataFrame", stages: "Stages", name: str, most: int = FEW_EDGES) -> "DataFrame":
    """``node, root``: the smallest node that each node is connected with, a row for every node of an edge.

    Each round is kept as a stage; there are about as many as the logarithm of the longest path.

    Args:
        edges: ``a, b`` (long), in any order and more than once.
        stages: keep the rounds.
        name: of the stages.
        most: edges that the driver takes; of more it sees none.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    pairs = stages.table(f"{name}-0", lambda: edges.select("a", "b").filter("a != b").distinct())
    if pairs.count() <= most:
        return stages.table(f"{name}-roots", lambda: _on_driver(pairs, stages))

    def large_star(pairs: "DataFrame") -> "DataFrame":
        """Connect the larger neighbours of each node, and itself, with the smallest of all."""
        both = pairs.select("a", "b").union(pairs.select(F.col("b").alias("a"), F.col("a").alias("b")))
        least = both.groupBy("a").agg(F.min("b").alias("low")).select("a", F.least("a", "low").alias("low"))
        found = both.join(least, "a").filter(F.col("b") > F.col("a"))
        return found.select(F.col("b").alias("a"), F.col("low").alias("b")).filter("a != b").distinct()

    def small_star(pairs: "DataFrame") -> "DataFrame":
        """Connect each node and its smaller neighbours with the smallest of them."""
        down = pairs.select(F.greatest("a", "b").alias("a"), F.least("a", "b").alias("b")).filter("a != b")
        least = down.groupBy("a").agg(F.min("b").alias("low"))
        found = down.join(least, "a")
        ends = found.select(F.col("b").alias("a"), F.col("low").alias("b"))
        return ends.union(least.select("a", F.col("low").alias("b"))).filter("a != b").distinct()

    def summed(pairs: "DataFrame") -> dict[str, str]:
        """What tells whether a round changed anything."""
        hashed = F.xxhash64("a", "b").cast("decimal(38,0)")
        row = pairs.select(
            F.count("*").cast("string").alias("edges"), F.sum(hashed).cast("string").alias("sum")
        )
        return dict(row.collect()[0].asDict())

    known: dict[str, str] = {}
    for number in count_from(1):
        pairs = stages.table(f"{name}-{number}", partial(_round, pairs, large_star, small_star))
        found = stages.facts(f"{name}-{number}-sum", partial(summed, pairs))
        if found == known:
            break
        known = found
    roots = pairs.groupBy("a").agg(F.min("b").alias("root")).withColumnRenamed("a", "node")
    return roots.union(roots.select(F.col("root").alias("node"), "root").distinct())


def _round(
    pairs: "DataFrame", one: Callable[["DataFrame"], "DataFrame"], two: Callable[["DataFrame"], "DataFrame"]
) -> "DataFrame":
    return two(one(pairs))


def _on_driver(pairs: "DataFrame", stages: "Stages") -> "DataFrame":
    """The components of few edges."""
    found = pairs.toArrow()
    ends = np.stack([found.column(name).to_numpy() for name in ("a", "b")], axis=1)
    nodes, _, which = ranked(ends.reshape(-1))
    which = which.reshape(ends.shape)
    graph = coo_matrix(
        (np.ones(len(ends), np.int8), (which[:, 0], which[:, 1])), shape=(len(nodes), len(nodes))
    )
    label = connected_components(graph, directed=False)[1]
    least = nodes[np.unique(label, return_index=True)[1]]  # nodes ascend
    table = pa.table({"node": nodes, "root": least[label] if len(nodes) else nodes})
    return stages.spark.createDataFrame(table)
