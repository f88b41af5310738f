"""The uses of passages in their articles: texts, what stands around them, and what is known of the articles."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from syndetect import intervals
from syndetect.arrays import Array, order_by
from syndetect.spark.exchange import buckets_for, exchanged
from syndetect.spark.rows import Columns, Flat, bounds_of_groups, in_portions, map_rows, numbers, packed
from syndetect.spark.stages import Stages
from syndetect.syndication import surroundings
from syndetect.syndication.surroundings import SIGNS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_USE = np.dtype([
    ("passage", "<i8"), ("centre", "<i8"), ("document", "<i8"), ("place", "<i4"), ("low", "<i4"), ("high", "<i4"),
    ("begin", "<i4"), ("end", "<i4"), ("equal", "<i4"), ("columns", "<i4"),
])  # fmt: skip
_NAMES = _USE.names or ()
_BY_DOCUMENT = Columns(document="long", uses="binary")
_SPARK_KINDS = {pl.Boolean(): "boolean", pl.Int64(): "long", pl.Float64(): "double"}
#: Of the article of a use.
_TOLD = {
    "doc_id": "string", "source": "string", "published": "long", "outlet": "long", "words": "long", "rank": "long",
    "agency": "boolean",
}  # fmt: skip
USES = Columns(
    **{name: "long" if _USE[name].itemsize == 8 else "int" for name in _NAMES}, **_TOLD, credits="binary",
    quoted="long", text="string", around="string", **{name: _SPARK_KINDS[kind] for name, kind in SIGNS.items()},
)  # fmt: skip


def _emit(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Array, Array]]:
    for batch in batches:
        records = np.empty(batch.num_rows, _USE)
        for name in _NAMES:
            records[name] = numbers(batch, name)
        yield records["document"].astype(np.uint64), records


def _take(records: Array) -> Iterator[pa.RecordBatch]:
    records = records[order_by(records["document"], records["low"])]
    bounds = bounds_of_groups(records["document"])
    yield from _BY_DOCUMENT.batches(
        document=records["document"][bounds[:-1]].copy(), uses=Flat.of_items(records, bounds)
    )


def _describe(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Articles with their uses to :data:`USES`."""
    for batch in in_portions(batches):
        records, bounds = packed(batch, "uses", _USE)
        row = np.repeat(np.arange(batch.num_rows), np.diff(bounds))
        quotes, quote_bounds = packed(batch, "quotes", np.int64)
        first = np.concatenate([[0], np.cumsum(numbers(batch, "words"))])
        of = np.repeat(np.arange(batch.num_rows), np.diff(quote_bounds) // 2)
        inside = intervals.union(quotes.reshape(-1, 2) + first[of][:, None])
        words = np.stack([records["low"], records["high"]], axis=1).astype(np.int64)
        quoted = intervals.count_within(inside, words + first[row][:, None])
        texts = _texts(batch, records, row)
        is_quoting = quoted / np.maximum(words[:, 1] - words[:, 0], 1) > surroundings.QUOTING
        described = surroundings.described(texts, is_quoting)
        chosen = pa.array(row)
        credits_, credit_bounds = packed(batch, "credits", np.int64)
        lengths = np.diff(credit_bounds)[row]
        items = np.repeat(credit_bounds[row] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
        own = credits_[items + np.arange(len(items))]
        yield from USES.batches(
            **{name: records[name].copy() for name in _NAMES},
            **{name: batch.column(name).take(chosen) for name in _TOLD},
            credits=Flat.of_items(own, np.concatenate([[0], np.cumsum(lengths)])), quoted=quoted,
            text=texts["text"].to_arrow(), around=described["around"].to_arrow(),
            **{name: described[name].to_arrow() for name in SIGNS},
        )  # fmt: skip


def _texts(batch: pa.RecordBatch, records: Array, row: Array) -> pl.DataFrame:
    """The characters before, of and behind uses."""
    begin, end = records["begin"].astype(np.int64), records["end"].astype(np.int64)
    low = np.maximum(begin - surroundings.BEFORE, 0)
    frame = pl.DataFrame({
        "whole": pl.Series(pl.from_arrow(batch.column("text"))).gather(row), "low": low, "before": begin - low,
        "begin": begin, "size": end - begin, "end": end,
    })  # fmt: skip
    return frame.select(
        before=pl.col("whole").str.slice("low", "before"), text=pl.col("whole").str.slice("begin", "size"),
        behind=pl.col("whole").str.slice("end", surroundings.BEHIND),
    )  # fmt: skip


def described(
    articles: "DataFrame", texts: "DataFrame", uses: "DataFrame", count: int, stages: Stages
) -> "DataFrame":
    """The uses with their texts, the signs around them and what is known of their articles: :data:`USES`.

    Args:
        articles: the articles.
        texts: ``doc_id, text``.
        uses: as of :func:`syndetect.spark.passages.grouped`.
        count: how many uses there are.
        stages: keep what was found.
    """
    of_articles = exchanged(
        uses.select(*_NAMES), _emit, _USE, _BY_DOCUMENT, _take, buckets_for(count * _USE.itemsize)
    )
    known = articles.select("document", *_TOLD, "quotes", "credits")
    both = of_articles.join(known, "document").join(texts, "doc_id")
    return stages.table("described-uses", lambda: map_rows(both, USES, _describe))
