"""The shares of articles: what each has of agencies, of other outlets and of its own, by its passages and matches."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa

from syndetect import intervals
from syndetect.arrays import I64, Array, Bool, bounds_of
from syndetect.kernels.documents import UNDATED
from syndetect.results.tables import documents_table
from syndetect.schema import TABLES
from syndetect.spark.articles import CREDIT, credits_of
from syndetect.spark.exchange import buckets_for, exchanged
from syndetect.spark.rows import Columns, Flat, bounds_of_groups, in_portions, map_rows, numbers, packed
from syndetect.spark.stages import Stages
from syndetect.syndication import KINDS, explain, origins
from syndetect.syndication.derivation import DerivationConstraints, Derived
from syndetect.syndication.options import SyndicationOptions
from syndetect.syndication.tables import with_shares

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_ROLES = ("unknown", "copy", "first")
_STRETCH = np.dtype(
    [("document", "<i8"), ("low", "<i4"), ("high", "<i4"), ("is_kept", "?"), ("is_derived", "?")]
)
_USE = np.dtype([
    ("document", "<i8"), ("low", "<i4"), ("high", "<i4"), ("agency", "<i4"), ("kind", "u1"), ("role", "u1"),
    ("carried", "?"),
])  # fmt: skip
_OF_ARTICLE = Columns(document="long", records="binary")
_KINDS = {pl.String(): "string", pl.Int64(): "long", pl.Float64(): "double", pl.Datetime("us", "UTC"): "long"}
DOCUMENTS = Columns(**{name: _KINDS[kind] for name, kind in TABLES["documents"].items()})


@dataclass(frozen=True)
class _Stretches:
    """The stretches of articles in matches, each with whether its match is shown and may be where it comes from."""

    owner: I64
    options: SyndicationOptions

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Array, Array]]:
        for batch in batches:
            rows = batch.num_rows
            published, known, agency = (
                np.concatenate([numbers(batch, f"{name}_{side}") for side in "ab"])
                for name in ("published", "outlet", "agency")
            )
            constraints = constraints_of(published, known, agency, self.owner)
            outlet = pl.Series(known)
            outlet = outlet.set(outlet < 0, None)
            kept = self.options.shown.is_across(outlet[:rows], outlet[rows:]).to_numpy()
            one, two = np.arange(rows), np.arange(rows, 2 * rows)
            for side, own, other in (("a", one, two), ("b", two, one)):
                records = np.empty(rows, _STRETCH)
                records["document"], records["is_kept"] = numbers(batch, side), kept
                records["low"], records["high"] = (
                    numbers(batch, f"low_{side}"),
                    numbers(batch, f"high_{side}"),
                )
                records["is_derived"] = constraints.may_derive(own, other)
                yield records["document"].astype(np.uint64), records


def constraints_of(published: I64, outlet: I64, agency: Array, owner: I64) -> DerivationConstraints:
    """The constraints on derivation among articles; ``owner`` is that of each outlet."""
    low, high = origins.bounds_of(published.copy())
    of = np.append(owner, -1)[outlet]
    nothing = np.zeros(len(low), bool)
    return DerivationConstraints(
        low, high, np.arange(len(low), dtype=np.uint32), of, nothing, agency.astype(bool)
    )


def _uses(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Array, Array]]:
    """The uses of passages, by article."""
    for batch in batches:
        records = np.empty(batch.num_rows, _USE)
        for name in ("document", "low", "high", "agency", "carried"):
            records[name] = numbers(batch, name)
        for name, known in (("kind", KINDS), ("role", _ROLES)):
            given = pl.Series(pl.from_arrow(batch.column(name)))
            records[name] = given.replace_strict(
                {one: at for at, one in enumerate(known)}, return_dtype=pl.UInt8
            ).to_numpy()
        yield records["document"].astype(np.uint64), records


def _by_article(records: Array) -> Iterator[pa.RecordBatch]:
    records = records[np.argsort(records["document"], kind="stable")]
    bounds = bounds_of_groups(records["document"])
    heads = records["document"][bounds[:-1]].copy()
    yield from _OF_ARTICLE.batches(document=heads, records=Flat.of_items(records, bounds))


@dataclass(frozen=True)
class _Described:
    """Articles to rows of ``documents``."""

    options: SyndicationOptions

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in in_portions(batches):
            frame = self._frame(batch)
            yield from DOCUMENTS.batches(**{name: frame[name].to_arrow() for name in DOCUMENTS.kinds})

    def _frame(self, batch: pa.RecordBatch) -> pl.DataFrame:
        known = _known(batch)
        stretches, of = _records(batch, "stretches", _STRETCH)
        words = np.stack([stretches["low"], stretches["high"]], axis=1) + known.documents[of][:, None]
        kept = stretches["is_kept"]
        given = {name: pl.from_arrow(batch.column(name)) for name in ("doc_id", "source", "title", "url")}
        base = documents_table(
            pl.DataFrame(given), (numbers(batch, "paragraph_count").astype(np.int64), known.sizes),
            (of[kept], words[kept]),
        )  # fmt: skip
        base = base.with_columns(published=pl.Series(known.time)).with_columns(
            published=pl.when(pl.col("published") != int(UNDATED)).then("published")
        )
        records, document = _records(batch, "uses", _USE)
        low, high = (records[name] + known.documents[document] for name in ("low", "high"))
        uses = pl.DataFrame({
            "passage": np.arange(len(records)), "document": document, "low": low, "high": high, "size": high - low,
            "carried": records["carried"].copy(), "kind": pl.Series(KINDS).gather(records["kind"]),
            "role": pl.Series(_ROLES).gather(records["role"]),
        })  # fmt: skip
        agency = pl.Series(records["agency"].astype(np.int64))
        shares, agencies = explain.shares_of(
            known, words, uses, agency.set(agency < 0, None), self.options.agencies.table
        )
        verbatim = intervals.count_by_document(words[stretches["is_derived"]], known.documents)
        origin = pl.Series(pl.from_arrow(batch.column("derived_from")))
        wording, chance = (
            pl.Series(pl.from_arrow(batch.column(name))).fill_null(0.0).to_numpy()
            for name in ("wording", "chance")
        )
        derived = Derived(
            verbatim / np.maximum(known.sizes, 1), wording, chance,
            np.where(origin.is_not_null().to_numpy(), np.arange(len(origin)), -1),
        )  # fmt: skip
        return with_shares(base, known, shares, agencies, derived, origin.gather)


def _records(batch: pa.RecordBatch, name: str, kind: Any) -> tuple[Array, I64]:
    """Records of articles, and the row of each; where an article has none, there is null."""
    column = batch.column(name).fill_null(b"")
    records, bounds = Flat.of(column).items(kind)
    return records, np.repeat(np.arange(batch.num_rows), np.diff(bounds))


def _known(batch: pa.RecordBatch) -> explain.Articles:
    """The articles of a portion, as far as their shares depend on them."""
    credits_, of = _records(batch, "credits", CREDIT)
    quotes, bounds = packed(batch, "quotes", np.int64)
    documents = bounds_of(numbers(batch, "words"))
    shift = np.repeat(documents[:-1], np.diff(bounds) // 2)
    nothing: Bool = np.zeros(batch.num_rows, bool)
    return explain.Articles(
        ids=pl.Series(pl.from_arrow(batch.column("doc_id"))).gather, outlet=pl.Series(numbers(batch, "outlet")),
        outlets=pl.Series([], dtype=pl.String), documents=documents, time=numbers(batch, "published").copy(),
        rank=np.arange(batch.num_rows, dtype=np.uint32), credits=credits_of(credits_, of),
        quotes=intervals.union(quotes.reshape(-1, 2) + shift[:, None]), contents=np.empty(0, np.uint64),
        reference=nothing, agency=numbers(batch, "agency").astype(bool),
    )  # fmt: skip


def described(
    articles: "DataFrame", matches: "DataFrame", uses: "DataFrame", derived: "DataFrame", counts: dict[str, int],
    owner: I64, options: SyndicationOptions, stages: Stages,
) -> "DataFrame":  # fmt: skip
    """The table ``documents``: :data:`DOCUMENTS`, times in microseconds.

    Args:
        articles: the articles.
        matches, uses: as of :mod:`syndetect.spark.alignment` and :mod:`syndetect.spark.explanation`.
        derived: ``document, wording, chance, derived_from`` (an id), of the articles that may derive from others.
        counts: ``all_matches`` and ``all_uses``.
        owner: of each outlet.
        options: agencies, and what is shown.
        stages: keep what was found.
    """
    sides = ("low", "high", "published", "outlet", "agency")
    stretches = exchanged(
        matches.select("a", "b", *(f"{name}_{side}" for name in sides for side in "ab")), _Stretches(owner, options),
        _STRETCH, _OF_ARTICLE, _by_article, buckets_for(2 * counts["all_matches"] * _STRETCH.itemsize),
    )  # fmt: skip
    of_uses = exchanged(
        uses.select("document", "low", "high", "agency", "carried", "kind", "role"), _uses, _USE, _OF_ARTICLE,
        _by_article, buckets_for(counts["all_uses"] * _USE.itemsize),
    )  # fmt: skip
    own = articles.select(
        "document", "doc_id", "source", "title", "url", "published", "paragraph_count", "words", "outlet", "agency",
        "credits", "quotes",
    )  # fmt: skip
    both = own.join(stretches.withColumnRenamed("records", "stretches"), "document", "left")
    both = both.join(of_uses.withColumnRenamed("records", "uses"), "document", "left")
    whole = both.join(derived, "document", "left")
    return stages.table("documents-described", lambda: map_rows(whole, DOCUMENTS, _Described(options)))
