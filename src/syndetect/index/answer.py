"""The answer of an index to query documents: the matching stages of a query, and the tables of what they find."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32, Bool, bounds_of, pack, unique
from syndetect.index import fingerprint_hits, paragraph_hits
from syndetect.index.paragraph_hits import ParagraphHits
from syndetect.index.query_batch import QueryBatch, WordPairs, is_query
from syndetect.kernels.documents import UNDATED
from syndetect.matching import alignment, passages, winnowing
from syndetect.matching.alignment import Matches
from syndetect.matching.places import Places
from syndetect.reading.notes import Notes
from syndetect.results import tables as tabulate
from syndetect.results.result import Result
from syndetect.schema import ANSWERED, TABLES
from syndetect.settings import Settings
from syndetect.syndication import origins

_U1 = np.uint64(1)


class Found(NamedTuple):
    """The matches and similar paragraphs of query documents in an index.

    Attributes:
        keys: int64[d], ascending, the documents of the matches.
        bounds: int64[d + 1], the words of each document in a corpus of these documents.
        matches: in this corpus.
        near: the pairs of similar paragraphs.
    """

    keys: I64
    bounds: I64
    matches: Matches
    near: ParagraphHits

    def words(self, documents: I64, ranges: I64) -> I64:
        """Ranges of words of the corpus (int64[n, 2]), counted from the beginnings of their documents."""
        return ranges - self.bounds[documents][:, None]


def search(queries: QueryBatch, settings: Settings) -> Found:
    """The matches and pairs of query documents and stored ones that a scan of all of them would find."""
    near = paragraph_hits.find(queries, settings)
    seeds = near.seeds.joined(fingerprint_hits.find_seeds(queries, winnowing.JoinLimits.of(settings)))
    chosen = _may_match(seeds)
    keys, article = np.unique(seeds.keys[chosen], return_inverse=True)
    article, words, strong = article.reshape(-1, 2), seeds.words[chosen], seeds.strong[chosen]
    code, bounds = queries.codes(keys, *queries.bounds("documents", keys))
    at = (words + bounds[article]).astype(np.uint64)
    packed = unique(pack(at[:, 0], at[:, 1] << _U1) | strong.astype(np.uint64))
    places = _places(bounds, queries.ranked(keys)[2])
    aligned = alignment.align(code, places, packed, alignment.AlignmentLimits.of(settings))
    return Found(keys, bounds, Matches.of(aligned.table, places), near)


def _may_match(seeds: WordPairs) -> Bool:
    """bool[n]: which seeds are of pairs of documents that have a strong one; other pairs are not aligned."""
    both = seeds.keys[:, 0] << 32 | seeds.keys[:, 1]
    strong = np.sort(both[seeds.strong])
    at = np.searchsorted(strong, both)
    found: Bool = at < np.searchsorted(strong, both, side="right")
    return found


def _places(bounds: I64, rank: U32) -> Places:
    """Places for alignment, which reads neither tags nor times."""
    return Places.of(np.empty(int(bounds[-1]), np.uint8), bounds, np.zeros(len(rank), np.int64), rank)


class Answer:
    """The answer of an index to query documents, as the tables of a scan.

    The tables have the columns and types of :data:`syndetect.schema.TABLES`; each is made when it is first looked at.
    ``doc_a`` comes before ``doc_b`` in the order of adding. A query document comes last, or, where the index has a
    document of the same id, in the place of that one, with which it is not compared.

    Attributes:
        matches: passages shared with documents of the index; by query document, and then best first.
        pairs: similar paragraphs.
        passages: the passages that a query document shares, with every use in other documents, in order of time.
            ``words`` and ``identity`` compare each use with the one in the query document. ``text`` is null where the
            index stores no texts.
        documents: the query documents.
    """

    def __init__(
        self, queries: QueryBatch, articles: pl.DataFrame, texts: Sequence[bytes], found: Found
    ) -> None:
        self._queries, self._articles, self._texts, self._found = queries, articles, texts, found
        near = found.near.keys.reshape(-1)
        self._keys = unique(np.concatenate([found.keys, near, queries.keys]))
        self._words = queries.bounds("documents", self._keys)
        self._counts = len(articles), len(found.matches.score)

    def __repr__(self) -> str:
        """The counts."""
        return f"Answer({self._counts[0]} asked, {self._counts[1]} matches)"

    def _repr_html_(self) -> str:
        """A summary for notebooks."""
        return self.result()._repr_html_()

    def __getstate__(self) -> dict[str, Any]:
        """The tables: another process has neither the queries nor the files of the index."""
        return {"_counts": self._counts, **{name: getattr(self, name) for name in ANSWERED}}

    @cached_property
    def matches(self) -> pl.DataFrame:
        """Passages shared with documents of the index."""
        matches, order = self._found.matches, self._best_first
        ids = [
            pl.Series([self._ids[row] for row in self._documents(side)[order].tolist()], dtype=pl.String)
            for side in (matches.document_a, matches.document_b)
        ]
        spans = [self._spans(side)[order] for side in (0, 1)]
        measures = (matches.equal[order], matches.columns[order], matches.score[order])
        return tabulate.matches_table((ids[0], ids[1]), [(one[:, 0], one[:, 1]) for one in spans], measures)

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """Similar paragraphs."""
        near = self._found.near
        queries = self._query_rows(near.keys)
        order = np.lexsort(
            (near.numbers[:, 1], near.keys[:, 1], near.numbers[:, 0], near.keys[:, 0], queries)
        )
        sides = [np.searchsorted(self._keys, near.keys[order, side]) for side in (0, 1)]
        spans = [self._characters(one, near.words[order, side]) for side, one in enumerate(sides)]
        numbers = near.numbers[order]
        pairs = tabulate.ParagraphPairs(
            tabulate.Sides(*sides), tabulate.Sides(near.words[order, 0], near.words[order, 1]),
            tabulate.Sides(numbers[:, 0], numbers[:, 1]), near.shares[order],
        )  # fmt: skip
        return tabulate.pairs_table(self._frame, pairs, [(one[:, 0], one[:, 1]) for one in spans])

    @cached_property
    def passages(self) -> pl.DataFrame:
        """Every use of each passage."""
        matches, queries = self._found.matches, self._queries
        _, article, rank = queries.ranked(self._keys)
        rows = [self._documents(document) for document, _ in self._sides]
        one = np.where(self._keys[rows[0]] & 1 == 1, *rows)
        number = queries.rows(self._keys[one])
        # each query document on its own: the documents that it is compared with count as its own
        views, local = np.unique(
            np.stack([np.tile(number, 2), np.concatenate(rows)]), axis=1, return_inverse=True
        )
        of_view, row = views
        documents = local[: len(number)], local[len(number) :]
        sizes = (self._words[1] - self._words[0])[row]
        bounds = bounds_of(sizes)
        inside = [self._found.words(*side) for side in self._sides]
        words = [part + bounds[document][:, None] for part, document in zip(inside, documents, strict=True)]
        # the query document is the centre of each passage, whenever it was published: every match is with it
        is_other = ~is_query(self._keys[row])
        ranks, in_time = np.empty((2, len(row)), np.uint32)
        ranks[np.lexsort((rank[article[row]], is_other, of_view))] = np.arange(len(row), dtype=np.uint32)
        in_time[:] = rank[article[row]]
        grouped = passages.group(
            documents, (words[0], words[1]), matches.equal, matches.columns, matches.score, ranks
        )
        places = grouped.words[:, 0], in_time[grouped.document], grouped.passage, of_view[grouped.document]
        order = np.lexsort(places)
        passage, at = grouped.passage[order], grouped.document[order]
        renumbered = np.cumsum(np.diff(passage, prepend=0) != 0)
        spans = self._characters(row[at], grouped.words[order] - bounds[at][:, None])
        return tabulate.passages_table(
            self._dated_frame, (renumbered, row[at]), (spans[:, 0], spans[:, 1]), self._quote(row[at], spans),
            (grouped.equal[order], grouped.columns[order]), self._roles(renumbered - 1, row[at]),
        )  # fmt: skip

    def _roles(self, passage: I64, document: I64) -> pl.Series:
        """The role of each use, by time alone, among the documents of an answer."""
        nobody, bounds = np.zeros(len(passage), bool), origins.bounds_of(self._queries.times(self._keys))
        at = bounds[0][document], bounds[1][document]
        first, may_be = origins.first_documents(passage, document, document.astype(np.uint32), at, nobody)
        return origins.roles(passage, document, first, may_be, np.zeros(len(first), bool))

    @cached_property
    def documents(self) -> pl.DataFrame:
        """The query documents."""
        queries = self._queries
        of_both, words = [], []
        for document, ranges in self._sides:
            keys = self._found.keys[document]
            own = is_query(keys)
            of_both.append(queries.rows(keys[own]))
            words.append(self._found.words(document, ranges)[own])
        counts = [
            np.diff(getattr(queries.batch.words, name)) for name in ("document_paragraphs", "documents")
        ]
        matched = np.concatenate(of_both), np.concatenate(words).reshape(-1, 2)
        return tabulate.documents_table(self._articles, (counts[0], counts[1]), matched)

    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables; the tables that only a scan fills are empty."""
        empty = {name: pl.DataFrame(schema=schema) for name, schema in TABLES.items()}
        return empty | {name: getattr(self, name) for name in ANSWERED}

    def result(self) -> Result:
        """The tables as a :class:`syndetect.Result`, which can be written."""
        return self.joined([self.tables()], Notes(strict=False), {})

    @staticmethod
    def joined(parts: Iterable[dict[str, pl.DataFrame]], notes: Notes, index: dict[str, Any]) -> Result:
        """The tables of several answers as one result, with the passages numbered through.

        ``notes`` are read after the last part: until then there may be more.
        """
        found = {name: [pl.DataFrame(schema=schema)] for name, schema in TABLES.items()}
        known = 0
        for tables in parts:
            shifted = tables["passages"].with_columns(pl.col("passage_id") + known)
            known += int(tables["passages"]["passage_id"].max() or 0)  # type: ignore[arg-type]
            for name, table in (tables | {"passages": shifted}).items():
                found[name].append(table)
        whole, left_out = {name: pl.concat(frames) for name, frames in found.items()}, notes.frame()
        counts = {name: frame.height for name, frame in whole.items()} | {
            "passages": known,
            "skipped": len(left_out),
        }
        manifest = {
            "version": version("syndetect"),
            "index": index,
            "counts": counts,
            "columns_taken": notes.columns,
        }
        return Result(**whole, skipped=left_out, manifest=manifest, texts=None)

    @property
    def _sides(self) -> list[tuple[I64, I64]]:
        matches = self._found.matches
        return [(matches.document_a, matches.words_a), (matches.document_b, matches.words_b)]

    def _documents(self, documents: I64) -> I64:
        """The rows of documents of the matches among all documents of the tables."""
        return np.searchsorted(self._keys, self._found.keys[documents])

    @cached_property
    def _best_first(self) -> I64:
        """The order of the matches: by query document, then score, then place."""
        matches, found = self._found.matches, self._found.keys
        keys = np.stack([found[matches.document_a], found[matches.document_b]], axis=1)
        queries, places = self._query_rows(keys), (matches.words_b[:, 0], matches.words_a[:, 0])
        order: I64 = np.lexsort((*places, keys[:, 1], keys[:, 0], -matches.score, queries))
        return order

    def _query_rows(self, keys: I64) -> I64:
        """int64[n]: the query document of each pair of documents (int64[n, 2])."""
        return self._queries.rows(np.where(is_query(keys[:, 0]), keys[:, 0], keys[:, 1]))

    def _spans(self, side: int) -> I64:
        """int64[n, 2]: the characters of the matches on one side."""
        document, ranges = self._sides[side]
        return self._characters(self._documents(document), self._found.words(document, ranges))

    def _characters(self, documents: I64, ranges: I64) -> I64:
        """int64[n, 2]: the characters of ranges of words, counted from the beginnings of their documents."""
        queries, keys = self._queries, self._keys[documents]
        begin, end = (self._words[0][documents] + ranges[:, side] for side in (0, 1))
        spans = np.empty((len(documents), 2), np.int64)
        own = is_query(keys)
        spans[own, 0] = queries.batch.words.begin[begin[own]]
        spans[own, 1] = queries.batch.words.end[end[own] - 1]
        for segment, at, rows in queries.by_segment(keys):
            spans[at] = segment.spans(rows, begin[at], end[at])
        return spans

    @cached_property
    def _ids(self) -> list[str | None]:
        """The ids of all documents of the tables."""
        return self._strings("doc_id", "id")

    @cached_property
    def _frame(self) -> pl.DataFrame:
        """The same, as a frame."""
        return pl.DataFrame([pl.Series("doc_id", self._ids, pl.String)])

    @cached_property
    def _dated_frame(self) -> pl.DataFrame:
        """The ids, sources and times of all documents of the tables."""
        time = pl.Series(self._queries.times(self._keys))
        published = time.set(time == int(UNDATED), None).cast(TABLES["passages"]["published"])
        return self._frame.with_columns(
            source=pl.Series(self._strings("source", "source"), dtype=pl.String), published=published
        )

    def _strings(self, column: str, name: str) -> list[str | None]:
        """A column of the query documents, and its strings (``name``) in the index, for all documents of the tables."""
        found: list[str | None] = [None] * len(self._keys)
        own = np.flatnonzero(is_query(self._keys))
        values = self._articles[column]
        for at, number in zip(own.tolist(), self._queries.rows(self._keys[own]).tolist(), strict=True):
            found[at] = values[number]
        for segment, places, rows in self._queries.by_segment(self._keys):
            for at, value in zip(places.tolist(), segment.strings(name, rows), strict=True):
                found[at] = value
        return found

    def _quote(self, documents: I64, spans: I64) -> pl.Series:
        """The text of documents between these characters; null where texts are not stored."""
        used, at = np.unique(documents, return_inverse=True)
        texts: list[str | None] = [None] * len(used)
        keys = self._keys[used]
        own = np.flatnonzero(is_query(keys))
        for place, row in zip(own.tolist(), self._queries.rows(keys[own]).tolist(), strict=True):
            texts[place] = self._texts[row].decode()
        ends = np.zeros(len(used), np.int64)
        np.maximum.at(ends, at, spans[:, 1])
        for segment, places, rows in self._queries.by_segment(keys):
            for place, text in zip(places.tolist(), segment.texts(rows, ends[places]) or (), strict=False):
                texts[place] = text
        quoted = [
            None if (text := texts[place]) is None else text[begin:end]
            for place, (begin, end) in zip(at.tolist(), spans.tolist(), strict=True)
        ]
        return pl.Series(quoted, dtype=TABLES["passages"]["text"])
