"""The tables of a result, as data frames with the columns and types of :data:`syndetect.schema.TABLES`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from syndetect.schema import TABLES
from syndetect.spark.articles import CREDIT, credits_of
from syndetect.spark.numbering import numbered
from syndetect.spark.rows import Columns, map_rows, packed
from syndetect.spark.stages import Stages
from syndetect.syndication.credits.agencies import Agencies

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_CREDITS = Columns(
    doc_id="string", agency="string", number="long", role="string", begin="long", end="long", rule="string"
)
_NOT_COPIED = ("quote", "boilerplate", "formula")
_KINDS = {
    pl.String(): "string",
    pl.Int64(): "long",
    pl.Float64(): "double",
    pl.Datetime("us", "UTC"): "timestamp",
}


def in_schema(name: str, frame: "DataFrame") -> "DataFrame":
    """The columns of a table, in their order, as their types."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    return frame.select(
        *(F.col(column).cast(_KINDS[kind]).alias(column) for column, kind in TABLES[name].items())
    )


def _by_id(column: str) -> "list[Column]":
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    return [F.length(column), F.col(column)]


def in_order(name: str, frame: "DataFrame", *columns: "str | Column") -> "DataFrame":
    """A table in the order of a scan, ids as a scan has them in order.

    Args:
        name: of the table.
        frame: has its columns.
        columns: what decides, the first one first.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    keys: list[Column] = []
    for column in columns:
        if isinstance(column, str):
            keys += _by_id(column) if column in _IDS else [F.col(column)]
        else:
            keys.append(column)
    return in_schema(name, frame.repartitionByRange(*keys).sortWithinPartitions(*keys))


_IDS = ("doc_id", "doc_a", "doc_b", "from_doc", "to_doc")


def time_of(column: str) -> "Column":
    """A time from microseconds since 1970, null where it is not known."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    from syndetect.kernels.documents import UNDATED  # noqa: PLC0415

    return F.when(F.col(column) != int(UNDATED), F.timestamp_micros(column))


def in_order_of_ids(frame: "DataFrame") -> "DataFrame":
    """Pairs of articles, of which ``doc_a`` is the one whose id is shorter, or the first of equally long ones.

    Every column whose name ends in ``_a`` or ``_b`` goes with its article.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    sizes = F.length("doc_a"), F.length("doc_b")
    swap = (sizes[0] > sizes[1]) | ((sizes[0] == sizes[1]) & (F.col("doc_a") > F.col("doc_b")))

    def of(name: str) -> "Column":
        other = name[:-1] + {"a": "b", "b": "a"}[name[-1]]
        return F.when(swap, F.col(other)).otherwise(F.col(name)).alias(name)

    return frame.select(*(of(name) if name[-2:] in ("_a", "_b") else F.col(name) for name in frame.columns))


def across(frame: "DataFrame", wanted: bool | None) -> "DataFrame":
    """Pairs (``outlet_a, outlet_b``) that may be shown; see :class:`syndetect.syndication.options.PassageFilter`."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    is_known = (F.col("outlet_a") >= 0) & (F.col("outlet_b") >= 0)
    differ = F.col("outlet_a") != F.col("outlet_b")
    if wanted is None:
        return frame.filter(~is_known | differ)
    return frame.filter(is_known & differ) if wanted else frame


def documents_table(described: "DataFrame") -> "DataFrame":
    """The table ``documents``; ``described`` is as of :mod:`syndetect.spark.documents`."""
    return in_order("documents", described.withColumn("published", time_of("published")), "doc_id")


def named(frame: "DataFrame", articles: "DataFrame", *columns: str) -> "DataFrame":
    """Pairs (``a, b``) with columns of both articles: ``doc_id`` as ``doc_a`` and ``doc_b``, others by their names."""
    for side in "ab":
        renamed = [side, *(f"doc_{side}" if name == "doc_id" else f"{name}_{side}" for name in columns)]
        frame = frame.join(articles.select("document", *columns).toDF(*renamed), side)
    return frame


def matches_table(matches: "DataFrame", wanted: bool | None) -> "DataFrame":
    """The table ``matches``."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    known = (
        across(matches, wanted).withColumnRenamed("doc_id_a", "doc_a").withColumnRenamed("doc_id_b", "doc_b")
    )
    told = known.withColumn("identity", F.col("equal") / F.col("columns")).withColumn(
        "score", F.col("score") / 4
    )
    sides = [f"{name}_{side}" for side in "ab" for name in ("doc", "begin", "end")]
    told = told.select(*sides, F.col("equal").alias("words"), "identity", "score")
    return in_order(
        "matches",
        in_order_of_ids(told),
        "doc_a",
        "doc_b",
        "begin_a",
        F.desc("score"),
        "begin_b",
        "end_a",
        "end_b",
    )


def pairs_table(compared: "DataFrame", articles: "DataFrame", wanted: bool | None) -> "DataFrame":
    """The table ``pairs``."""
    both = across(named(compared.filter("is_similar"), articles, "doc_id", "outlet"), wanted)
    told = both.withColumnRenamed("number_a", "paragraph_a").withColumnRenamed("number_b", "paragraph_b")
    return in_order(
        "pairs", in_order_of_ids(told.drop("a", "b")), "doc_a", "paragraph_a", "doc_b", "paragraph_b"
    )


class OfPassages:
    """The tables of passages that are shown.

    Args:
        explained: as of :mod:`syndetect.spark.explanation`.
        texts: ``passage, place, text`` of all uses.
        names: of agencies, by number.
        stages: keep their numbers.
    """

    def __init__(self, explained: "DataFrame", texts: "DataFrame", names: pl.Series, stages: Stages) -> None:
        from pyspark.sql import functions as F  # noqa: N812, PLC0415

        shown = explained.filter("is_shown")
        numbers = numbered(
            shown.filter("place = 0").select("passage"), ["passage"], "number", stages, "order-shown"
        )
        numbers = numbers.select("passage", (F.col("number") + 1).alias("passage_id"))
        self._uses = stages.table("shown", lambda: shown.join(numbers, "passage"))
        self._texts, self._names = texts, names

    def passages(self) -> "DataFrame":
        """The table ``passages``."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415

        identity = F.col("equal") / F.greatest("columns", F.lit(1))
        whole = self._uses.join(self._texts, ["passage", "place"])
        told = whole.withColumn("identity", identity).withColumn("words", F.col("equal"))
        return in_order("passages", told.withColumn("published", time_of("published")), "passage_id", "place")

    def clusters(self) -> "DataFrame":
        """The table ``clusters``."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415

        first = self._uses.filter("place = 0").drop("agency", "words")
        renamed = {"agency_name": "agency", "evidence": "agency_evidence", "passage_words": "words"}
        told = first.withColumn("first_published", F.timestamp_micros("first_time"))
        return in_order("clusters", told.withColumnsRenamed(renamed), "passage_id")

    def edges(self) -> "DataFrame":
        """The table ``edges``."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415

        copied = (
            (F.col("role") == "copy") & ~F.col("kind").isin(*_NOT_COPIED) & F.col("first_doc").isNotNull()
        )
        size = F.col("high") - F.col("low")
        told = self._uses.filter(copied).withColumn("share", size / F.col("words")).withColumn("words", size)
        renamed = told.withColumnsRenamed({"first_doc": "from_doc", "doc_id": "to_doc"})
        return in_order("edges", renamed, "passage_id", "place")


@dataclass(frozen=True)
class _Credits:
    """Articles to their credits."""

    agencies: Agencies

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            records, bounds = packed(batch, "credits", CREDIT)
            document = np.repeat(np.arange(batch.num_rows), np.diff(bounds))
            found = credits_of(records, document)
            ids = batch.column("doc_id").take(pa.array(document))
            agency = self.agencies.table.names.gather(found["agency"]).to_arrow()
            others = {name: found[name].to_arrow() for name in ("role", "begin", "end", "rule")}
            yield from _CREDITS.batches(
                doc_id=ids, agency=agency, number=found["agency"].to_numpy(), **others
            )


def credits_table(articles: "DataFrame", agencies: Agencies) -> "DataFrame":
    """The table ``credits``."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    found = map_rows(articles.select("doc_id", "credits"), _CREDITS, _Credits(agencies))
    return in_order("credits", found, "doc_id", F.asc_nulls_last("begin"), "number", "rule")


def links_table(links: "DataFrame", articles: "DataFrame") -> "DataFrame":
    """The table ``links``; ``links`` are as of :mod:`syndetect.spark.links`."""
    told = named(links, articles, "doc_id").withColumnRenamed("equal", "words").drop("a", "b")
    return in_order("links", in_order_of_ids(told), "doc_a", "doc_b")


def families_table(families: "DataFrame", articles: "DataFrame") -> "DataFrame":
    """The table ``families``; ``families`` are as of :mod:`syndetect.spark.families`."""
    ids = articles.select("document", "doc_id")
    members = families.join(ids, "document").drop("document").withColumnRenamed("representative", "document")
    heads = ids.withColumnRenamed("doc_id", "representative")
    return in_order("families", members.join(heads, "document"), "family_id", "rank")
