"""The tables of a scan: its arrays are read from the store, words are located in the texts, and passages explained."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect import intervals
from syndetect.arrays import F64, I64, U32, bounds_of
from syndetect.matching import passages, tokens
from syndetect.matching.alignment import Matches
from syndetect.matching.tokens import Key
from syndetect.pipeline import collisions
from syndetect.pipeline.collisions import Compared
from syndetect.pipeline.corpus import Corpus
from syndetect.pipeline.locate import locate
from syndetect.pipeline.stages import Job, linked_sketches
from syndetect.pipeline.stored_articles import StoredArticles
from syndetect.pipeline.stored_texts import StoredTexts
from syndetect.results.tables import Characters, ParagraphPairs, Sides
from syndetect.runtime import memory
from syndetect.runtime.threads import apart
from syndetect.syndication import surroundings, tables
from syndetect.syndication.explain import Articles
from syndetect.syndication.marks import Marks
from syndetect.syndication.options import SyndicationOptions


class Tables(NamedTuple):
    """The tables of a result by name, as :class:`syndetect.results.stored_result.StoredResult` holds them.

    ``texts(low, high)`` are the texts of these rows of ``passages``.
    """

    frames: dict[str, pl.DataFrame]
    texts: Callable[[int, int], pl.Series]


def all_tables(articles: StoredArticles, job: Job, options: SyndicationOptions, references: int) -> Tables:
    """All tables of a scan. The texts of passages can be read as long as its store is open.

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
    found = _findings(job, known, marks)
    memory.trim()
    frames, uses = apart(tables.all_tables, articles.numbered, known, found.findings, options)
    texts, places = found.texts.reader(), found.turn[uses]
    return Tables(frames, lambda low, high: texts(places[low:high]))


class _Found(NamedTuple):
    """What was found; the texts of all uses, and the place of each use's text among them (int64[n]).

    ``shared`` are the codes that different words in it have, by the key.
    """

    findings: tables.Findings
    texts: StoredTexts
    turn: I64
    shared: U32


def _findings(job: Job, known: Articles, marks: Marks) -> _Found:
    """What the stages found, located in the texts; corrected where different words with one code are in it."""
    store, key = job.store, tokens.secret_key()
    compared = Compared(
        store["matches"],
        np.asarray(store["near_pairs"]),
        np.asarray(store["near_shares"]),
        np.asarray(store["links"]).reshape(-1, 2),
        np.asarray(store["link_shares"]).reshape(-1, 2),
        linked_sketches(job),
    )
    found = _located(job, known, marks, compared, key)
    memory.trim()
    right = apart(collisions.corrected, job, compared, found.shared, key)
    return found if right is compared else _located(job, known, marks, right, key)


def _paragraph_pairs(pairs: I64, shares: F64, corpus: Corpus) -> ParagraphPairs:
    """Pairs of paragraphs (int64[n, 2]), with their documents and words; ``shares`` are float64[n, 3]."""
    first = bounds_of(corpus.paragraph_counts)
    sides = Sides(pairs[:, 0].copy(), pairs[:, 1].copy())
    documents = Sides(*(np.searchsorted(first, side, side="right") - 1 for side in sides))
    words = Sides(*(np.stack(corpus.spans_of(side), axis=1) for side in sides))
    numbers = Sides(sides.a - first[documents.a], sides.b - first[documents.b])
    return ParagraphPairs(documents, words, numbers, shares)


def _located(job: Job, known: Articles, marks: Marks, compared: Compared, key: Key) -> _Found:
    """What was compared, grouped to passages, with characters, texts and signs."""
    matches = Matches.of(compared.matches, job.places)
    sides, ranges = (matches.document_a, matches.document_b), (matches.words_a, matches.words_b)
    measures = (matches.equal, matches.columns, matches.score)
    grouped = apart(passages.group, sides, ranges, *measures, known.rank)
    pairs = _paragraph_pairs(compared.pairs, compared.shares, job.corpus)
    words = grouped.words
    share = intervals.count_within(marks.quotes, words) / np.maximum(words[:, 1] - words[:, 0], 1)
    quoting = surroundings.quoting(grouped.passage, share)
    texts = StoredTexts(job.store, "use_texts")
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
        texts.add,
        (surroundings.BEFORE, surroundings.BEHIND),
        job.threads,
        key,
    )
    match_a, match_b, pair_a, pair_b, uses = (Characters(*characters) for characters in found.ranges)
    findings = tables.Findings(
        paragraphs=job.corpus.paragraph_counts,
        matches=matches,
        pairs=pairs,
        passages=grouped,
        located=tables.Located(Sides(match_a, match_b), Sides(pair_a, pair_b), uses),
        signs=found.described,
        links=compared.links,
        wording=compared.wording,
        sketches=compared.sketches,
    )
    return _Found(findings, texts, found.turn, found.shared)
