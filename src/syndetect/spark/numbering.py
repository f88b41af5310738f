"""Numbers of rows in a stated order, without a task that holds all of them.

Rows are put in order by ranges and kept; then each partition's numbers begin where those before it end.
"""

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from syndetect.spark.stages import Stages

_ROW_BITS = 33  # of ``monotonically_increasing_id`` for the row in its partition


def numbered(
    frame: "DataFrame", order: "list[str | Column]", name: str, stages: "Stages", stage: str
) -> "DataFrame":
    """The rows with their places in an order, from 0, as the column ``name``.

    Args:
        frame: the rows; no two of them may be equal in the order.
        order: the columns that decide.
        name: of the new column.
        stages: keep the rows in order.
        stage: the name of that.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    kept = stages.table(
        stage,
        lambda: (
            frame.repartitionByRange(*order)
            .sortWithinPartitions(*order)
            .withColumn("_place", F.monotonically_increasing_id())
        ),
    )
    part = F.shiftright("_place", _ROW_BITS)
    rows = kept.groupBy(part.alias("part")).agg(F.count("*").alias("rows")).collect()
    counts = {row["part"]: row["rows"] for row in rows}
    parts = sorted(counts)
    begins = dict(zip(parts, accumulate((counts[one] for one in parts), initial=0), strict=False))
    if not begins:
        return kept.withColumn(name, F.lit(0).cast("long")).drop("_place")
    table = stages.spark.createDataFrame(list(begins.items()), "_part long, _begin long")
    placed = kept.withColumn("_part", part).join(F.broadcast(table), "_part")
    number = F.col("_begin") + F.col("_place").bitwiseAND((1 << _ROW_BITS) - 1)
    return placed.withColumn(name, number).drop("_part", "_begin", "_place")
