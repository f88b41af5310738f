"""Connected components of a graph by alternating large-star and small-star, in data frames.

Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii 2014, "Connected Components in MapReduce and Beyond", section 3.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from syndetect.spark.stages import Stages


def components(edges: "DataFrame", stages: "Stages", name: str) -> "DataFrame":
    """``node, root``: the smallest node that each node is connected with, a row for every node of an edge.

    Each round is kept as a stage; there are about as many as the logarithm of the longest path.

    Args:
        edges: ``a, b`` (long), in any order and more than once.
        stages: keep the rounds.
        name: of the stages.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

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

    pairs = stages.table(f"{name}-0", lambda: edges.select("a", "b").filter("a != b").distinct())
    known, number = None, 0
    while True:
        number += 1
        before = pairs
        pairs = stages.table(f"{name}-{number}", lambda before=before: small_star(large_star(before)))
        digest = stages.facts(
            f"{name}-{number}-sum",
            lambda pairs=pairs: pairs.select(
                F.count("*").alias("n"), F.sum(F.xxhash64("a", "b").cast("decimal(38,0)")).cast("string").alias("sum")
            ).first().asDict(),
        )
        if digest == known:
            break
        known = digest
    roots = pairs.groupBy("a").agg(F.min("b").alias("root")).withColumnRenamed("a", "node")
    return roots.union(roots.select(F.col("root").alias("node"), "root").distinct())
