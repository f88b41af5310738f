"""The tables of a scan: its arrays are read from the store, words are located in the texts, and passages explained."""

import numpy as np
import polars as pl

from syndetect import intervals
from syndetect.arrays import F64, I64, bounds_of
from syndetect.matching import passages
from syndetect.matching.alignment import Matches
from syndetect.pipeline.corpus import Corpus
from syndetect.pipeline.locate import locate
from syndetect.pipeline.stages import Job, linked_sketches
from syndetect.results.tables import Characters, ParagraphPairs, Sides
from syndetect.runtime.threads import apart
from syndetect.syndication import surroundings, tables
from syndetect.syndication.explain import Articles
from syndetect.syndication.marks import Marks
from syndetect.syndication.options import SyndicationOptions


def all_tables(
    articles: pl.DataFrame, job: Job, options: SyndicationOptions, references: int
) -> dict[str, pl.DataFrame]:
    """All tables of a scan.

    Args:
        articles: the columns of the articles, but for the text.
        job: the scan, with its stages done.
        options: agencies, owners, and the passages to show.
        references: the number of articles, the first ones, that belong to a reference.
    """
    store, places = job.store, job.places
    marks = Marks(
        np.asarray(store["credits"]).reshape(-1, 6),
        np.asarray(store["quotes"]).reshape(-1, 2),
        np.asarray(store["contents"]),
    )
    known = apart(Articles.of, articles, marks, places.documents, places.time, options.agencies, references)
    matches = Matches.of(store["matches"], places)
    sides, words = (matches.document_a, matches.document_b), (matches.words_a, matches.words_b)
    grouped = apart(passages.group, sides, words, matches.equal, matches.columns, matches.score, known.rank)
    pairs = _paragraph_pairs(store["near_pairs"], store["near_shares"], job.corpus)
    found = tables.Findings(
        paragraphs=job.corpus.paragraph_counts,
        matches=matches,
        pairs=pairs,
        passages=grouped,
        located=_located(job, matches, pairs, grouped, marks.quotes),
        links=np.asarray(store["links"]).reshape(-1, 2),
        wording=np.asarray(store["link_shares"]).reshape(-1, 2),
        sketches=linked_sketches(job),
    )
    return apart(tables.all_tables, articles, known, found, options)


def _paragraph_pairs(pairs: I64, shares: F64, corpus: Corpus) -> ParagraphPairs:
    """Pairs of paragraphs (int64[n, 2]), with their documents and words; ``shares`` are float64[n, 3]."""
    first = bounds_of(corpus.paragraph_counts)
    sides = Sides(pairs[:, 0].copy(), pairs[:, 1].copy())
    documents = Sides(*(np.searchsorted(first, side, side="right") - 1 for side in sides))
    words = Sides(*(np.stack(corpus.spans_of(side), axis=1) for side in sides))
    numbers = Sides(sides.a - first[documents.a], sides.b - first[documents.b])
    return ParagraphPairs(documents, words, numbers, shares)


def _located(
    job: Job, matches: Matches, pairs: ParagraphPairs, grouped: passages.Passages, quotes: I64
) -> tables.Located:
    """The characters of matches, pairs of paragraphs and uses of passages, and the text and the signs of the uses."""
    words = grouped.words
    share = intervals.count_within(quotes, words) / np.maximum(words[:, 1] - words[:, 0], 1)
    quoting = surroundings.quoting(grouped.passage, share)
    found = locate(
        job.corpus,
        [
            (matches.document_a, matches.words_a),
            (matches.document_b, matches.words_b),
            (pairs.documents.a, pairs.words.a),
            (pairs.documents.b, pairs.words.b),
            (grouped.document, grouped.words),
        ],
        lambda rows, texts: surroundings.described(texts, quoting[rows]),
        (surroundings.BEFORE, surroundings.BEHIND),
        job.threads,
    )
    match_a, match_b, pair_a, pair_b, uses = (Characters(*characters) for characters in found.ranges)
    return tables.Located(Sides(match_a, match_b), Sides(pair_a, pair_b), uses, found.described)
