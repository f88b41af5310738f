"""The tables of a scan: passages are explained and filtered, in the user's document ids and in characters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect import intervals
from syndetect.arrays import F64, I64, Bool, is_among, pack
from syndetect.matching.alignment import Matches
from syndetect.matching.passages import Passages
from syndetect.matching.wording import Sketches
from syndetect.results.tables import (
    Characters,
    ParagraphPairs,
    Sides,
    documents_table,
    matches_table,
    of_frame,
    pairs_table,
    passages_table,
)
from syndetect.runtime import memory
from syndetect.syndication import derivation, explain, families, origins
from syndetect.syndication.derivation import DERIVATIONS, classify
from syndetect.syndication.options import PassageFilter, SyndicationOptions
from syndetect.syndication.shares import Shares


class Located(NamedTuple):
    """The characters of words in their documents.

    Attributes:
        matches: of every match, on both sides.
        pairs: of every pair of paragraphs, on both sides.
        uses: of every use of a passage.
    """

    matches: Sides[Characters]
    pairs: Sides[Characters]
    uses: Characters


@dataclass
class Findings:
    """The results of the matching stages, which :func:`all_tables` takes: what no further table needs is deleted.

    Attributes:
        paragraphs: int64[d], the number of paragraphs of each article.
        matches: the matches of pairs of articles.
        pairs: the pairs of similar paragraphs.
        passages: the passages that the matches make.
        located: the characters of all these.
        signs: of the uses of passages, as of :func:`syndetect.syndication.surroundings.described`.
        links: int64[m, 2], linked articles, each pair once, ascending.
        wording: float64[m, 2], the share of each one's wording that stands in the other.
        sketches: the wording of the linked articles, ascending.
    """

    paragraphs: I64
    matches: Matches
    pairs: ParagraphPairs
    passages: Passages
    located: Located
    signs: pl.DataFrame
    links: I64
    wording: F64
    sketches: Sketches

    def take_signs(self) -> pl.DataFrame:
        """The signs, which are gone then."""
        signs, self.signs = self.signs, self.signs.clear()
        return signs


class Tables(NamedTuple):
    """The tables of a result by name, with numbers of articles (UInt32) in the place of ids.

    They lack the texts of passages and what else articles say of themselves, but for ``published`` in ``documents``.
    ``uses`` (int64[n]) are the numbers of the uses, among all that were found, of which the rows of ``passages`` are.
    """

    frames: dict[str, pl.DataFrame]
    uses: I64


def all_tables(
    articles: pl.DataFrame, known: explain.Articles, found: Findings, options: SyndicationOptions
) -> Tables:
    """All tables of a scan; a function of arrays and frames.

    Args:
        articles: ``doc_id, published``: the numbers of the articles (UInt32) in the place of their ids.
        known: the same articles with their marks.
        found: the results of the matching stages, most of which are gone afterwards.
        options: agencies, owners, and the passages to show.
    """
    matches, located = found.matches, found.located
    explained = explain.explain(
        known,
        matches,
        found.passages,
        located.uses,
        found.take_signs(),
        options.agencies.table,
        options.owners,
    )
    memory.trim()
    shown = _Shown.of(known, explained, options.shown)
    documents = Sides(matches.document_a, matches.document_b)
    kept = shown.rows(documents, Sides(matches.words_a, matches.words_b))
    near = shown.rows(found.pairs.documents, found.pairs.words)
    measures = (matches.equal, matches.columns, matches.score)
    # the largest come last, as others need much memory to be made
    frames = {
        "documents": _documents_table(articles, known, found, explained, kept),
        "families": _families_table(known, matches),
        "links": _links_table(found),
        "edges": _edges_table(known, explained, shown),
        "credits": _credits_table(known, options),
        "clusters": _clusters_table(explained, shown),
    }
    memory.trim()
    frames["passages"], uses = _passages_table(articles, found, explained, shown)
    spans = located.matches, located.pairs
    del explained, shown, located, found.passages, found.located
    frames["pairs"] = _only(pairs_table(articles, found.pairs, spans[1]), near)
    del found.pairs
    memory.trim()
    ids = articles["doc_id"][documents.a], articles["doc_id"][documents.b]
    frames["matches"] = _only(matches_table(ids, spans[0], measures), kept)
    return Tables(frames, uses)


def _numbers(documents: I64 | pl.Series) -> pl.Series:
    """UInt32: numbers of articles, null for none, which are ids in the end."""
    return pl.Series(documents).cast(pl.UInt32)


def _only(table: pl.DataFrame, rows: Bool) -> pl.DataFrame:
    """These rows of a table, which is not copied where they are all."""
    return table if rows.all() else table.filter(pl.Series(rows))


@dataclass(frozen=True)
class _Shown:
    """The passages that a result shows, and with them the matches and the pairs of paragraphs.

    Attributes:
        passages: Int64, ascending; the place of a passage here is its new number, from 0.
        covered: int64[n, 2], the set of the words of their uses; None where matches are not filtered by passages.
        outlet: Int64, the outlet of each article.
        reference: bool[d], the articles of a reference.
        filter: the filter.
    """

    passages: pl.Series
    covered: I64 | None
    outlet: pl.Series
    reference: Bool
    filter: PassageFilter

    @classmethod
    def of(cls, known: explain.Articles, explained: explain.Explained, chosen: PassageFilter) -> "_Shown":
        kept = chosen.passages(explained.clusters)
        covered = None
        if chosen.is_narrow:
            ranges = explained.uses.filter(pl.col("passage").is_in(kept.implode())).select("low", "high")
            covered = intervals.union(ranges.to_numpy())
        return cls(kept, covered, known.outlet, known.reference, chosen)

    def rows(self, documents: Sides[I64], words: Sides[I64]) -> Bool:
        """bool[n]: the pairs of ranges of words to show: half or more of both lies in passages that are shown."""
        a, b = documents
        keep = self.filter.is_across(self.outlet.gather(a), self.outlet.gather(b)).to_numpy()
        if self.reference.any():
            keep = keep & (self.reference[a] ^ self.reference[b])
        if self.covered is not None:
            for side in words:
                keep = keep & (2 * intervals.count_within(self.covered, side) >= side[:, 1] - side[:, 0])
        return keep

    def uses(self, uses: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """The uses of the passages that are shown: these columns, ``passage``, ``passage_id``, and ``row``.

        ``row`` is their number among all uses.
        """
        rows = uses.select("passage", *columns).with_row_index("row")
        chosen = rows.filter(pl.col("passage").is_in(self.passages.implode()))
        return chosen.with_columns(
            passage_id=self.passages.search_sorted(chosen["passage"]).cast(pl.Int64) + 1
        )


def _documents_table(
    articles: pl.DataFrame, known: explain.Articles, found: Findings, explained: explain.Explained, kept: Bool
) -> pl.DataFrame:
    """The table ``documents``; ``kept`` (bool[n]) are the matches whose words count as reused."""
    matches = found.matches
    sides = np.concatenate([matches.document_a[kept], matches.document_b[kept]])
    words = np.concatenate([matches.words_a[kept], matches.words_b[kept]])
    base = documents_table(articles, (found.paragraphs, known.sizes), (sides, words))
    low, high = origins.bounds_of(known.time)
    constraints = derivation.DerivationConstraints(
        low, high, known.rank, explained.owner.fill_null(-1).to_numpy(), known.reference, known.agency
    )
    sources = derivation.find_sources(constraints, found.links, found.wording, found.sketches)
    derived = derivation.derive(constraints, matches, sources, known.documents)
    return with_shares(base, known, explained.shares, explained.agencies, derived, _numbers)


def with_shares(
    base: pl.DataFrame,
    known: explain.Articles,
    shares: Shares,
    agencies: pl.DataFrame,
    derived: derivation.Derived,
    named: Callable[[pl.Series], pl.Series],
) -> pl.DataFrame:
    """The table ``documents`` whole.

    Args:
        base: as far as matches tell it.
        known: the articles.
        shares, agencies: of :func:`syndetect.syndication.explain.shares_of`.
        derived: what articles have of others.
        named: names articles by their numbers, null for none.
    """
    verbatim = derived.verbatim
    if not known.reference.any():
        # the credit of an article names a source that is not here; but an agency's own article is itself a source
        verbatim = np.maximum(verbatim, np.where(known.agency, 0, shares.agency))
    origin = pl.Series(derived.origin, dtype=pl.Int64)
    return base.with_columns(
        reused_unquoted_share=pl.Series(shares.unquoted),
        agency_share=pl.Series(shares.agency),
        copied_share=pl.Series(shares.copied),
        own_share=pl.Series(shares.own),
        derived_share=pl.Series(derived.verbatim),
        wording_share=pl.Series(derived.wording),
        derived_from=named(origin.set(origin < 0, None)),
        derivation=pl.Series(DERIVATIONS).gather(classify(verbatim, derived.wording, derived.chance)),
        agencies=_of_documents(agencies, "agencies", len(base)),
        credited=_of_documents(agencies, "credited", len(base)),
    )


def _of_documents(rows: pl.DataFrame, column: str, size: int) -> pl.Series:
    """A column of some documents as a column of all documents, null elsewhere."""
    return pl.repeat(None, size, dtype=pl.String, eager=True).scatter(rows["document"], rows[column])


def _passages_table(
    articles: pl.DataFrame, found: Findings, explained: explain.Explained, shown: _Shown
) -> tuple[pl.DataFrame, I64]:
    """The table ``passages``, and the number of the use of each row."""
    uses, grouped, located = shown.uses(explained.uses, "role"), found.passages, found.located
    row = uses["row"].to_numpy().astype(np.int64)
    table = passages_table(
        articles.select("doc_id"),
        (uses["passage_id"].to_numpy(), grouped.document[row]),
        (located.uses.begin[row], located.uses.end[row]),
        None,
        (grouped.equal[row], grouped.columns[row]),
        uses["role"],
    )
    return table, row


def _clusters_table(explained: explain.Explained, shown: _Shown) -> pl.DataFrame:
    chosen = explained.clusters.filter(pl.col("passage").is_in(shown.passages.implode()))
    return of_frame(
        "clusters",
        chosen.with_columns(
            passage_id=pl.int_range(1, pl.len() + 1),
            first_published=pl.from_epoch("first_time", "us"),
            agency_evidence="evidence",
        ),
    )


def _credits_table(known: explain.Articles, options: SyndicationOptions) -> pl.DataFrame:
    names, frame = options.agencies.table.names, known.credits
    return of_frame(
        "credits",
        frame.with_columns(doc_id=_numbers(frame["document"]), agency=names.gather(frame["agency"])),
    )


def _edges_table(known: explain.Articles, explained: explain.Explained, shown: _Shown) -> pl.DataFrame:
    """The table ``edges``: copies and their origins; quotations, formulas and boilerplate are not copies."""
    uses = shown.uses(explained.uses, "document", "role", "kind", "size")
    origin = explained.clusters["first_doc"].gather(uses["passage"])
    words = known.sizes[uses["document"].to_numpy()]
    edges = uses.with_columns(
        from_doc=origin,
        to_doc=_numbers(uses["document"]),
        words="size",
        share=pl.col("size") / words,
    )
    copied = (pl.col("role") == "copy") & ~pl.col("kind").is_in(["quote", "boilerplate", "formula"])
    return of_frame("edges", edges.filter(copied & pl.col("from_doc").is_not_null()))


def _links_table(found: Findings) -> pl.DataFrame:
    """Linked articles, with the number of equal words in their matches."""
    links, matches = found.links, found.matches
    keys, of_match = pack(*links.T), pack(matches.document_a, matches.document_b)
    link = np.searchsorted(keys, of_match)
    is_link = is_among(of_match, keys)  # articles of one outlet are matched, but not linked
    words = np.bincount(link[is_link], weights=matches.equal[is_link], minlength=len(keys))
    return of_frame(
        "links",
        pl.DataFrame(
            {
                "doc_a": _numbers(links[:, 0]),
                "doc_b": _numbers(links[:, 1]),
                "words": words.astype(np.int64),
                "wording_a": found.wording[:, 0],
                "wording_b": found.wording[:, 1],
            }
        ),
    )


def _families_table(known: explain.Articles, matches: Matches) -> pl.DataFrame:
    outlet = known.outlet.fill_null(-1).to_numpy()
    found = families.families(matches, known.sizes, known.contents, outlet, known.rank, known.time)
    relations = pl.Series([None, *families.RELATIONS], dtype=pl.String)
    return of_frame(
        "families",
        pl.DataFrame(
            {
                "family_id": found.family,
                "doc_id": _numbers(found.document),
                "representative": _numbers(found.representative),
                "relation": relations.gather(found.relation),
                "share": found.share,
            }
        ),
    )
