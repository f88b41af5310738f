"""Passages explained in tasks, each by all its uses, with the functions of a scan."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from syndetect.arrays import I64, Array, bounds_of
from syndetect.matching.passages import Passages
from syndetect.results.tables import Characters
from syndetect.spark.articles import CREDIT, credits_of
from syndetect.spark.outlets import Outlets
from syndetect.spark.rows import Columns, map_rows, numbers, packed, whole_groups
from syndetect.spark.stages import Stages
from syndetect.syndication import explain, surroundings
from syndetect.syndication.options import SyndicationOptions
from syndetect.syndication.surroundings import SIGNS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_OF_PASSAGE = {
    "uses": "long", "documents": "long", "sources": "long", "first_time": "long",
    "spread": "long", "agency_name": "string", "evidence": "string", "quoted_share": "double", "passage_words": "long",
    "reasons": "string", "confidence": "double",
}  # fmt: skip
_OF_USE = {
    "passage": "long", "place": "int", "document": "long", "doc_id": "string", "source": "string", "published": "long",
    "words": "long", "low": "int", "high": "int", "begin": "int", "end": "int", "equal": "int", "columns": "int",
}  # fmt: skip
#: A row a use. What holds for the passage stands in its first row (``place`` 0), but for its kind, its agency and
#: its first article.
EXPLAINED = Columns(
    **_OF_USE, role="string",
    kind="string", agency="long", carried="boolean", is_shown="boolean", first_doc="string", **_OF_PASSAGE,
)  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """Explains passages."""

    outlets: Outlets
    owner: I64
    options: SyndicationOptions

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """:data:`EXPLAINED`, of uses in the order of passages, with what their articles share with the earliest one."""
        for batch in whole_groups(batches, "passage"):
            yield from self._explained(batch)

    def _explained(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        passage = np.unique(numbers(batch, "passage"), return_inverse=True)[1]
        articles, document = self._articles(batch)
        base = articles.documents[document]
        words = np.stack([numbers(batch, "low"), numbers(batch, "high")], axis=1) + base[:, None]
        columns = {
            name: numbers(batch, name).astype(np.int64)
            for name in ("equal", "columns", "begin", "end", "quoted")
        }
        grouped = Passages(passage + 1, document, words, columns["equal"], columns["columns"])
        characters = Characters(columns["begin"], columns["end"])
        owner = pl.Series(self.owner).gather(articles.outlet) if len(self.owner) else articles.outlet
        uses = explain.uses_of(
            articles, grouped, characters, columns["quoted"], owner, self._pairs(batch, document)
        )
        uses = uses.hstack(
            self._signs(batch, passage, columns["quoted"] / np.maximum(words[:, 1] - words[:, 0], 1))
        )
        clusters, uses = explain.explain_passages(articles, uses, self.options.agencies.table)
        yield from _rows(batch, passage, clusters, uses, self.options)

    def _articles(self, batch: pa.RecordBatch) -> tuple[explain.Articles, I64]:
        """The articles of uses, and that of each use."""
        named, first, document = np.unique(numbers(batch, "document"), return_index=True, return_inverse=True)
        column = {
            name: numbers(batch, name)[first] for name in ("words", "rank", "published", "outlet", "agency")
        }
        credits_, bounds = packed(batch, "credits", CREDIT)
        counts = np.diff(bounds)[first]
        items = np.repeat(bounds[first] - bounds_of(counts)[:-1], counts) + np.arange(counts.sum())
        rank = np.empty(len(named), np.uint32)
        rank[np.argsort(column["rank"])] = np.arange(len(named), dtype=np.uint32)
        ids = pl.Series(pl.from_arrow(batch.column("doc_id"))).gather(first)
        outlet = pl.Series(column["outlet"])
        nothing = np.zeros(len(named), bool)
        articles = explain.Articles(
            ids=ids.gather, outlet=outlet.set(outlet < 0, None), outlets=pl.Series(self.outlets.names, dtype=pl.String),
            documents=bounds_of(column["words"]), time=column["published"].copy(), rank=rank,
            credits=credits_of(credits_[items], np.repeat(np.arange(len(named)), counts)),
            quotes=np.empty((0, 2), np.int64), contents=np.empty(0, np.uint64), reference=nothing,
            agency=column["agency"].astype(bool), credited=(self.outlets.articles, self.outlets.credited),
        )  # fmt: skip
        return articles, document

    def _pairs(self, batch: pa.RecordBatch, document: I64) -> pl.DataFrame:
        """What articles share with the earliest ones of their passages, by the numbers of the portion."""
        named = np.unique(numbers(batch, "document"))
        centre = np.searchsorted(named, numbers(batch, "centre"))
        found = pl.DataFrame({
            "a": np.minimum(centre, document), "b": np.maximum(centre, document),
            "shared": pl.from_arrow(batch.column("shared")), "narration": pl.from_arrow(batch.column("narration")),
        })  # fmt: skip
        return found.drop_nulls("shared").unique(["a", "b"])

    def _signs(self, batch: pa.RecordBatch, passage: I64, share: Array) -> pl.DataFrame:
        quoting = pl.Series(surroundings.quoting(passage, share))
        frame = pl.DataFrame({name: pl.from_arrow(batch.column(name)) for name in ("around", *SIGNS)})
        return frame.with_columns(around=pl.when(quoting).then("around"))


def _rows(
    batch: pa.RecordBatch,
    passage: I64,
    clusters: pl.DataFrame,
    uses: pl.DataFrame,
    options: SyndicationOptions,
) -> Iterator[pa.RecordBatch]:
    shown = np.zeros(len(clusters), bool)
    shown[options.shown.passages(clusters).to_numpy()] = True
    # the name stands for the number where the kind is wire, as in the table of passages
    told = clusters.rename({"agency": "agency_name", "words": "passage_words"}).select(*_OF_PASSAGE)
    is_first = pl.Series(numbers(batch, "place") == 0)
    of_passage = told[passage].select(pl.when(is_first).then(pl.all()).name.keep())
    kinds = {"long": pl.Int64, "double": pl.Float64, "string": pl.String}
    of_passage = of_passage.cast({name: kinds[kind] for name, kind in _OF_PASSAGE.items()})
    yield from EXPLAINED.batches(
        **{name: batch.column(name) for name in _OF_USE},
        role=uses["role"].to_arrow(), kind=uses["kind"].to_arrow(), carried=uses["carried"].to_arrow(),
        agency=clusters["agency_number"].fill_null(-1).cast(pl.Int64)[passage].to_arrow(), is_shown=shown[passage],
        first_doc=clusters["first_doc"][passage].to_arrow(),
        **{name: of_passage[name].to_arrow() for name in _OF_PASSAGE},
    )  # fmt: skip


def explained(
    uses: "DataFrame",
    pairs: "DataFrame",
    outlets: Outlets,
    owner: I64,
    options: SyndicationOptions,
    stages: Stages,
) -> "DataFrame":
    """The uses of passages with what they are: :data:`EXPLAINED`.

    A task has all uses of a passage, so these go without their texts.

    Args:
        uses: as of :func:`syndetect.spark.uses.described`.
        pairs: ``a, b, shared, narration``, a row a pair of articles with a match.
        outlets, owner: the outlets and their owners.
        options: agencies, and the passages to show.
        stages: keep what was found.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    shared = pairs.select("a", "b", "shared", "narration")
    named = (
        uses.drop("text")
        .withColumn("a", F.least("centre", "document"))
        .withColumn("b", F.greatest("centre", "document"))
    )
    both = named.join(shared, ["a", "b"], "left").drop("a", "b")
    ordered = both.repartition("passage").sortWithinPartitions("passage", "place")
    return stages.table(
        "explained", lambda: map_rows(ordered, EXPLAINED, Explanation(outlets, owner, options))
    )
