"""Near-duplicates in an index: all paragraphs and documents that share a band with a query, compared exactly.

A scan joins identical paragraphs as a star; here every pair is given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.arrays import F64, I64, U32, bounds_of, expand_groups, lower, pack, upper
from syndetect.index.query_batch import QueryBatch
from syndetect.index.segment_reader import WRONG_OWNERS, SegmentReader
from syndetect.kernels.signatures import band_keys_of
from syndetect.matching import minhash, shingles
from syndetect.matching.portions import sketch_documents
from syndetect.schema import TABLES
from syndetect.settings import Settings

#: The columns of the table of documents.
DOCUMENTS = pl.Schema({
    "doc_a": pl.String(), "doc_b": pl.String(), "jaccard": pl.Float64(), "containment_a": pl.Float64(),
    "containment_b": pl.Float64(),
})  # fmt: skip


@dataclass(frozen=True)
class NearDuplicates:
    """The near-duplicates of a query, most similar first.

    Attributes:
        paragraphs: as ``schema.TABLES["pairs"]``; a is in the index, b is the query.
        documents: ``doc_a`` of the index, ``doc_b``, and their ``jaccard, containment_a, containment_b``.
    """

    paragraphs: pl.DataFrame
    documents: pl.DataFrame


class _Candidates(NamedTuple):
    """Stored paragraphs, or documents, that share a band with a query: a row for each pair of both.

    Attributes:
        query: int64[n], the query paragraph or document.
        segment: int64[n], the number of the segment.
        document: int64[n], the row of the document in its segment.
        paragraph: int64[n], the row of the paragraph in its segment; of a document, of its first paragraph.
        begin, end: int64[n], words in the segment.
        group: int64[n]: candidates of one group have the same words.
    """

    query: I64
    segment: I64
    document: I64
    paragraph: I64
    begin: I64
    end: I64
    group: I64

    @classmethod
    def joined(cls, parts: "list[_Candidates]") -> "_Candidates":
        """Candidates, part after part."""
        none = cls(*(np.empty(0, np.int64) for _ in cls._fields))
        return cls(*map(np.concatenate, zip(none, *parts, strict=True)))


#: Compares ranges of the index, given as codes and bounds, with a query each: float64[n, 3], the shares.
Compare = Callable[[U32, I64, I64], F64]


def of_documents(queries: QueryBatch, ids: Sequence[str], settings: Settings) -> NearDuplicates:
    """The near-duplicates of query documents and of their paragraphs.

    Args:
        queries: the query documents, and the index.
        ids: the ids of the query documents in the tables.
        settings: of the index.
    """
    words, sketch, segments = queries.batch.words, queries.batch.sketch, queries.segments
    whole = sketch_documents(words, settings)
    document = words.paragraph_documents[sketch.paragraphs].astype(np.int64)
    paragraphs = _paragraphs(segments, sketch.keys, queries.same_id[document])
    documents = _documents(segments, whole.keys, queries.same_id[whole.paragraphs])
    low, high = words.paragraphs[sketch.paragraphs], words.paragraphs[sketch.paragraphs + 1]
    own = whole.paragraphs.astype(np.int64)
    shares = _shares(segments, paragraphs, _exactly(words.code, low, high, settings))
    of_whole = _exactly(words.code, words.documents[own], words.documents[own + 1], settings)
    names = np.array(list(ids), object)
    numbers = sketch.paragraphs - words.document_paragraphs[document]
    places = numbers, words.begin[low].astype(np.int64), words.end[high - 1].astype(np.int64)
    least = settings.min_jaccard
    return NearDuplicates(
        _pairs_table(segments, paragraphs, shares, least, (names[document], *places)),
        _documents_table(segments, documents, _shares(segments, documents, of_whole), least, names[own]),
    )


def of_signature(segments: Sequence[SegmentReader], signature: U32, settings: Settings) -> NearDuplicates:
    """Paragraphs and documents whose signature is similar to a signature.

    Jaccard similarity is estimated by the share of equal slots (Broder 1997); containment is null, and so are the
    columns of b.

    Args:
        segments: the index.
        signature: uint32[slots].
        settings: of the index.
    """
    keys = np.empty((settings.bands, 1), np.uint32)
    band_keys_of(signature.reshape(1, -1), np.int64(settings.rows), keys)
    no_document = np.full(1, -1, np.int64)

    def estimate(code: U32, bounds: I64, _query: I64) -> F64:
        found = minhash.sign_words(
            code, bounds[:-1], bounds[1:], settings.shingle_words, settings.slots, settings.seed
        )
        jaccard = (found == signature).mean(axis=1)
        return np.stack([jaccard, *[np.full(len(jaccard), np.nan)] * 2], axis=1)

    paragraphs, documents = _paragraphs(segments, keys, no_document), _documents(segments, keys, no_document)
    shares = [_shares(segments, candidates, estimate) for candidates in (paragraphs, documents)]
    unknown, least = np.full(1, None, object), settings.min_jaccard
    return NearDuplicates(
        _pairs_table(segments, paragraphs, shares[0], least, (unknown,) * 4),
        _documents_table(segments, documents, shares[1], least, unknown),
    )


def _look_up(segment: SegmentReader, name: str, keys: U32) -> tuple[I64, I64]:
    """The pairs of a query (a column of ``keys``) and a number in a list of bands that share a key, each once."""
    count = keys.shape[1]
    bands = np.repeat(np.arange(len(keys)), count)
    numbers, which = segment.look_up(name, bands, keys.reshape(-1).astype(np.uint64))
    pairs = np.unique(pack(which % max(count, 1), numbers))
    return upper(pairs), lower(pairs)


def _paragraphs(segments: Sequence[SegmentReader], keys: U32, same_id: I64) -> _Candidates:
    """All paragraphs of the classes that share a band with a query, but for those of the document ``same_id``."""
    hits = [
        (query, segment.hashes(numbers))
        for segment in segments
        for query, numbers in [_look_up(segment, "bands", keys)]
    ]
    query = np.concatenate([np.empty(0, np.int64), *(which for which, _ in hits)])
    hashes, at = np.unique(
        np.concatenate([np.empty(0, np.uint64), *(found for _, found in hits)]), return_inverse=True
    )
    pairs = np.unique(pack(at, query))
    bounds = np.searchsorted(upper(pairs), np.arange(len(hashes) + 1))
    found = []
    for number, segment in enumerate(segments):
        members = segment.class_members(hashes)
        each, pair = expand_groups(bounds, members.which)
        one, document = lower(pairs[pair]), members.document[each]
        chosen = same_id[one] != document + segment.first
        each, one, document = each[chosen], one[chosen], document[chosen]
        paragraph = members.paragraph[each]
        low, high = segment.bounds("paragraphs", paragraph)
        found.append(
            _Candidates(one, np.full(len(low), number), document, paragraph, low, high, members.which[each])
        )
    return _Candidates.joined(found)


def _documents(segments: Sequence[SegmentReader], keys: U32, same_id: I64) -> _Candidates:
    """All documents that share a band with a query, but for the document ``same_id``."""
    found, known = [], 0
    for number, segment in enumerate(segments):
        one, document = _look_up(segment, "document_bands", keys)
        chosen = segment.alive[document] & (same_id[one] != document + segment.first)
        one, document = one[chosen], document[chosen]
        low, high = segment.bounds("documents", document)
        paragraph, _ = segment.bounds("document_paragraphs", document)
        group = known + np.arange(len(one))
        found.append(_Candidates(one, np.full(len(one), number), document, paragraph, low, high, group))
        known += len(one)
    return _Candidates.joined(found)


def _shares(segments: Sequence[SegmentReader], candidates: _Candidates, compare: Compare) -> F64:
    """float64[n, 3]: Jaccard similarity and containments of candidates and queries; equal candidates compared once."""
    same = np.stack([candidates.group, candidates.query], axis=1)
    _, at, back = np.unique(same, axis=0, return_index=True, return_inverse=True)
    order = at[np.argsort(candidates.segment[at], kind="stable")]
    codes = [np.empty(0, np.uint32)]
    for number, segment in enumerate(segments):
        inside = order[candidates.segment[order] == number]
        codes.append(segment.codes(candidates.begin[inside], candidates.end[inside]))
    bounds = bounds_of((candidates.end - candidates.begin)[order])
    found = np.empty((len(at), 3))
    found[back.reshape(-1)[order]] = compare(np.concatenate(codes), bounds, candidates.query[order])
    shares: F64 = found[back.reshape(-1)]
    return shares


def _exactly(code: U32, low: I64, high: I64, settings: Settings) -> Compare:
    """Compare with ranges of query words by sets of shingles; a is of the index."""

    def compare(codes: U32, bounds: I64, query: I64) -> F64:
        begins = np.concatenate([bounds[:-1], low + len(codes)])
        ends = np.concatenate([bounds[1:], high + len(codes)])
        pairs = np.stack([np.arange(len(query)), len(query) + query], axis=1)
        both = np.concatenate([codes, code])
        shares = shingles.compare(both, begins, ends, pairs, settings.shingle_words)
        return np.stack([shares.jaccard, shares.containment_a, shares.containment_b], axis=1)

    return compare


def _best(candidates: _Candidates, shares: F64, least: float) -> I64:
    """The candidates that are similar enough, the most similar first for each query."""
    chosen = np.flatnonzero(shares[:, 0] >= least)
    columns = (candidates.begin, candidates.segment, candidates.query, -shares[:, 0])
    order: I64 = chosen[np.lexsort(tuple(column[chosen] for column in columns))]
    return order


def _ids(segments: Sequence[SegmentReader], candidates: _Candidates, chosen: I64) -> list[str | None]:
    """The ids of the documents of candidates."""
    ids: list[str | None] = [None] * len(chosen)
    for number, segment in enumerate(segments):
        at = np.flatnonzero(candidates.segment[chosen] == number)
        for place, name in zip(
            at.tolist(), segment.strings("id", candidates.document[chosen[at]]), strict=True
        ):
            ids[place] = name
    return ids


def _pairs_table(
    segments: Sequence[SegmentReader],
    candidates: _Candidates,
    shares: F64,
    least: float,
    own: tuple[npt.NDArray[Any], ...],
) -> pl.DataFrame:
    """The table of similar paragraphs; ``own``: ids, numbers, begins and ends of the query paragraphs."""
    chosen = _best(candidates, shares, least)
    numbers, spans = np.empty(len(chosen), np.int64), np.empty((len(chosen), 2), np.int64)
    for number, segment in enumerate(segments):
        at = np.flatnonzero(candidates.segment[chosen] == number)
        some = chosen[at]
        document, begin, end = candidates.document[some], candidates.begin[some], candidates.end[some]
        spans[at] = segment.spans(document, begin, end)
        first, last = segment.bounds("document_paragraphs", document)
        numbers[at] = candidates.paragraph[some] - first
        if not ((numbers[at] >= 0) & (candidates.paragraph[some] < last)).all():
            raise segment.arrays.refused(WRONG_OWNERS)
    query = candidates.query[chosen]
    measures = {
        name: shares[chosen, i] for i, name in enumerate(("jaccard", "containment_a", "containment_b"))
    }
    columns = {
        "doc_a": _ids(segments, candidates, chosen), "paragraph_a": numbers,
        "begin_a": spans[:, 0], "end_a": spans[:, 1],
        **{name: column[query].tolist() for name, column in zip(
            ("doc_b", "paragraph_b", "begin_b", "end_b"), own, strict=True)},
        **measures,
    }  # fmt: skip
    return pl.DataFrame(columns, schema=TABLES["pairs"], nan_to_null=True)


def _documents_table(
    segments: Sequence[SegmentReader],
    candidates: _Candidates,
    shares: F64,
    least: float,
    own: npt.NDArray[Any],
) -> pl.DataFrame:
    """The table of similar documents; ``own``: the ids of the query documents."""
    chosen = _best(candidates, shares, least)
    measures = {
        name: shares[chosen, i] for i, name in enumerate(("jaccard", "containment_a", "containment_b"))
    }
    ids = {"doc_a": _ids(segments, candidates, chosen), "doc_b": own[candidates.query[chosen]].tolist()}
    return pl.DataFrame(ids | measures, schema=DOCUMENTS, nan_to_null=True)
