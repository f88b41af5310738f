"""What a scan found, as its tables: passages are explained and chosen, and told in the user's ids and characters."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect import intervals
from syndetect.arrays import I64, Bool
from syndetect.matching import passages
from syndetect.matching.alignment import Matches
from syndetect.pipeline.locate import Located, locate
from syndetect.pipeline.stages import Job
from syndetect.results import tables as results_tables
from syndetect.results.tables import documents_table, matches_table, of_frame, pairs_table, passages_table
from syndetect.syndication import derivation, explain, families, marks, origins, owners
from syndetect.syndication.derivation import DERIVATIONS, classify
from syndetect.syndication.options import Choice, Inquiry, chosen_passages, is_across

Sides = tuple[I64, I64]


def all_tables(
    articles: pl.DataFrame, job: Job, inquiry: Inquiry, references: int
) -> dict[str, pl.DataFrame]:
    """All tables of a scan.

    Args:
        articles: their columns but for the text.
        job: the scan, with its stages done.
        inquiry: what is looked for.
        references: how many articles, the first ones, are a reference.
    """
    store, corpus = job.store, job.corpus
    matches = Matches.of(store["matches"], job.places)
    sides, words = (matches.document_a, matches.document_b), (matches.words_a, matches.words_b)
    known = _known(articles, job, inquiry, references)
    grouped = passages.group(sides, words, matches.equal, matches.columns, matches.score, known.rank)
    pairs = results_tables.ParagraphPairs.of(store["near_pairs"], store["near_shares"], corpus)
    located = locate(corpus, [
        *zip(sides, words, strict=True), *zip(pairs.documents, pairs.words, strict=True),
        (grouped.document, grouped.words),
    ], job.threads)  # fmt: skip
    told = explain.explain(known, matches, grouped, located.ranges[4], inquiry.named, inquiry.owners)
    shown = _Shown.of(known, told, inquiry.choice)
    kept, near = shown.rows(sides, words), shown.rows(pairs.documents, pairs.words)
    return {
        "documents": _documents_table(articles, job, known, told, (sides, words), kept),
        "pairs": pairs_table(articles, pairs, located.ranges[2:4]).filter(pl.Series(near)),
        "matches": matches_table(
            articles, sides, located.ranges[:2], (matches.equal, matches.columns, matches.score)
        ).filter(pl.Series(kept)),
        "passages": _passages_table(articles, grouped, located, told, shown),
        "clusters": _clusters_table(told, shown),
        "credits": _credits_table(known, inquiry),
        "edges": _edges_table(known, told, shown),
        "links": _links_table(known, job, (sides, matches.equal)),
        "families": _families_table(known, (sides, words), job),
    }  # fmt: skip


def _known(articles: pl.DataFrame, job: Job, inquiry: Inquiry, references: int) -> explain.Articles:
    """What is known of the articles."""
    outlet, outlets = owners.outlets_of(articles["source"])
    places, found = job.places, marks.credits_frame(job.store, articles, inquiry.agencies)
    is_agency, is_reference = np.zeros(len(articles), bool), np.arange(len(articles)) < references
    is_agency[found.filter(pl.col("rule") == "source")["document"].to_numpy()] = True
    return explain.Articles(
        names=articles["doc_id"],
        outlet=outlet,
        outlets=outlets,
        documents=places.documents,
        time=places.time,
        rank=origins.rank_of(places.time, is_agency, is_reference),
        credits=found,
        quotes=np.asarray(job.store["quotes"]).reshape(-1, 2),
        reference=is_reference,
        agency=is_agency,
    )


@dataclass(frozen=True)
class _Shown:
    """Which passages a result keeps, and which pairs of stretches of words.

    Attributes:
        passages: UInt32, ascending; their places here are the new numbers, from 0.
        covered: int64[n, 2], the words of their uses, or None where pairs are not chosen by passages.
    """

    passages: pl.Series
    covered: I64 | None
    outlet: pl.Series
    reference: Bool
    choice: Choice

    @classmethod
    def of(cls, known: explain.Articles, told: explain.Explained, chosen: Choice) -> "_Shown":
        kept = chosen_passages(told.clusters, chosen)
        covered = None
        if chosen.is_narrow:
            ranges = told.uses.filter(pl.col("passage").is_in(kept.implode())).select("low", "high")
            covered = intervals.union(ranges.to_numpy())
        return cls(kept, covered, known.outlet, known.reference, chosen)

    def rows(self, documents: Sides, words: Sides) -> Bool:
        """bool[n]: of pairs of stretches, those to keep; by passages, if most of both lies in those that are kept."""
        a, b = documents
        keep = is_across(self.outlet.gather(a), self.outlet.gather(b), self.choice).to_numpy()
        if self.reference.any():
            keep = keep & (self.reference[a] ^ self.reference[b])
        if self.covered is not None:
            for side in words:
                keep = keep & (2 * intervals.count_within(self.covered, side) >= side[:, 1] - side[:, 0])
        return keep

    def uses(self, uses: pl.DataFrame) -> pl.DataFrame:
        """The uses of what is kept, with ``row``, their number among all, and ``passage_id``."""
        chosen = uses.with_row_index("row").filter(pl.col("passage").is_in(self.passages.implode()))
        return chosen.with_columns(
            passage_id=self.passages.search_sorted(chosen["passage"]).cast(pl.Int64) + 1
        )


def _documents_table(
    articles: pl.DataFrame,
    job: Job,
    known: explain.Articles,
    told: explain.Explained,
    matched: tuple[Sides, Sides],
    kept: Bool,
) -> pl.DataFrame:
    sides, words = matched
    corpus, store = job.corpus, job.store
    chosen = np.concatenate([kept, kept])
    base = documents_table(
        articles,
        (corpus.paragraph_counts, corpus.word_counts),
        (np.concatenate(sides)[chosen], np.concatenate(words)[chosen]),
    )
    low, high = origins.bounds_of(known.time)
    kin = derivation.Kin(low, high, told.owner.fill_null(-1).to_numpy(), known.reference, known.agency)
    links, wording = _links(store)
    found = derivation.derived(kin, (*sides, *words), links, wording, known.documents)
    verbatim = found.verbatim
    if not known.reference.any():
        # an article's own credit tells of a source that is not here; but an agency's article is a source
        verbatim = np.maximum(verbatim, np.where(known.agency, 0, told.shares.agency))
    origin = pl.Series(found.origin, dtype=pl.Int64)
    return base.with_columns(
        reused_unquoted_share=pl.Series(told.shares.unquoted),
        agency_share=pl.Series(told.shares.agency),
        copied_share=pl.Series(told.shares.copied),
        own_share=pl.Series(told.shares.own),
        derived_share=pl.Series(found.verbatim),
        wording_share=pl.Series(found.wording),
        derived_from=known.names.gather(origin.set(origin < 0, None)),
        derivation=pl.Series(DERIVATIONS).gather(classify(verbatim, found.wording)),
        agencies=_of_documents(told.agencies, "agencies", len(articles)),
        credited=_of_documents(told.agencies, "credited", len(articles)),
    )


def _of_documents(rows: pl.DataFrame, column: str, size: int) -> pl.Series:
    """A column of some documents as one of all."""
    return pl.repeat(None, size, dtype=pl.String, eager=True).scatter(rows["document"], rows[column])


def _passages_table(
    articles: pl.DataFrame,
    grouped: passages.Passages,
    located: Located,
    told: explain.Explained,
    shown: _Shown,
) -> pl.DataFrame:
    uses = shown.uses(told.uses)
    row = uses["row"].to_numpy()
    begin, end = located.ranges[4]
    return passages_table(
        articles,
        (uses["passage_id"].to_numpy(), grouped.document[row]),
        (begin[row], end[row]),
        located.text.gather(row),
        (grouped.equal[row], grouped.columns[row]),
        uses["role"],
    )


def _clusters_table(told: explain.Explained, shown: _Shown) -> pl.DataFrame:
    chosen = told.clusters.filter(pl.col("passage").is_in(shown.passages.implode()))
    return of_frame(
        "clusters",
        chosen.with_columns(
            passage_id=pl.int_range(1, pl.len() + 1),
            first_published=pl.from_epoch("first_time", "us"),
            agency_evidence="evidence",
        ),
    )


def _credits_table(known: explain.Articles, inquiry: Inquiry) -> pl.DataFrame:
    names, _ = inquiry.named
    frame = known.credits
    return of_frame(
        "credits",
        frame.with_columns(
            doc_id=known.names.gather(frame["document"]), agency=names.gather(frame["agency"])
        ),
    )


def _edges_table(known: explain.Articles, told: explain.Explained, shown: _Shown) -> pl.DataFrame:
    """Who has what from whom; quotations and boilerplate are no copies."""
    uses = shown.uses(told.uses)
    origin = told.clusters["first_doc"].gather(uses["passage"])
    words = known.sizes[uses["document"].to_numpy()]
    edges = uses.with_columns(
        from_doc=origin,
        to_doc=known.names.gather(uses["document"]),
        words="size",
        share=pl.col("size") / words,
    )
    copied = (pl.col("role") == "copy") & ~pl.col("kind").is_in(["quote", "boilerplate"])
    return of_frame("edges", edges.filter(copied & pl.col("from_doc").is_not_null()))


def _links(store: Any) -> tuple[I64, npt.NDArray[np.float64]]:
    return np.asarray(store["links"]).reshape(-1, 2), np.asarray(store["link_shares"]).reshape(-1, 2)


def _links_table(known: explain.Articles, job: Job, matched: tuple[Sides, I64]) -> pl.DataFrame:
    """Linked documents, with the words that their matches have."""
    sides, equal = matched
    links, wording = _links(job.store)
    keys, of_match = links[:, 0] << 32 | links[:, 1], sides[0] << 32 | sides[1]
    at = np.minimum(np.searchsorted(keys, of_match), max(len(keys) - 1, 0))
    is_link = (
        keys[at] == of_match if len(keys) else np.zeros(len(at), bool)
    )  # those within an outlet are none
    words = np.bincount(at[is_link], weights=equal[is_link], minlength=len(keys))
    return of_frame(
        "links",
        pl.DataFrame(
            {
                "doc_a": known.names.gather(links[:, 0]),
                "doc_b": known.names.gather(links[:, 1]),
                "words": words.astype(np.int64),
                "wording_a": wording[:, 0],
                "wording_b": wording[:, 1],
            }
        ),
    )


def _families_table(known: explain.Articles, matched: tuple[Sides, Sides], job: Job) -> pl.DataFrame:
    sides, words = matched
    content = np.asarray(job.store["contents"])
    outlet = known.outlet.fill_null(-1).to_numpy()
    found = families.families(sides, words, known.sizes, content, outlet, known.rank, known.time)
    relations = pl.Series([None, *families.RELATIONS], dtype=pl.String)
    return of_frame(
        "families",
        pl.DataFrame(
            {
                "family_id": found.family,
                "doc_id": known.names.gather(found.document),
                "representative": known.names.gather(found.representative),
                "relation": relations.gather(found.relation),
                "share": found.share,
            }
        ),
    )
