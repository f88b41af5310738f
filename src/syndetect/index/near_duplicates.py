"""Near-duplicates in an index: every paragraph and document that shares a band with an asked one, compared exactly.

Unlike the pairs of a scan, which link identical paragraphs by a star, these are all there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.arrays import F64, I64, U32
from syndetect.index.query_batch import QueryBatch
from syndetect.index.segment_reader import SegmentReader
from syndetect.kernels.signatures import band_keys_of
from syndetect.matching import bands as lsh
from syndetect.matching import minhash, shingles
from syndetect.schema import TABLES
from syndetect.settings import Settings

_S32 = np.uint64(32)
#: The columns of the table of documents.
DOCUMENTS = pl.Schema({
    "doc_a": pl.String(), "doc_b": pl.String(), "jaccard": pl.Float64(), "containment_a": pl.Float64(),
    "containment_b": pl.Float64(),
})  # fmt: skip


@dataclass(frozen=True)
class NearDuplicates:
    """What is nearly the same as what was asked about, most similar first.

    Attributes:
        paragraphs: as ``schema.TABLES["pairs"]``; a is in the index, b was asked about.
        documents: ``doc_a`` of the index, ``doc_b``, and their ``jaccard, containment_a, containment_b``.
    """

    paragraphs: pl.DataFrame
    documents: pl.DataFrame


class _Ranges(NamedTuple):
    """Paragraphs, or documents, of the index that may be alike to asked ones.

    Attributes:
        asked: int64[n], the asked one.
        shard: int64[n].
        document: int64[n], in its shard.
        paragraph: int64[n], in its shard; of documents, their first.
        begin, end: int64[n], words in the shard.
        first: int64[n], the first of the same words: those of equal number are identical.
    """

    queries: I64
    segment: I64
    document: I64
    paragraph: I64
    begin: I64
    end: I64
    first: I64


#: Compares ranges of the index, as codes and their bounds, with an asked one each: float64[n, 3], the shares.
Compare = Callable[[U32, I64, I64], F64]


def of_documents(queries: QueryBatch, ids: Sequence[str], settings: Settings) -> NearDuplicates:
    """Near-duplicates of asked documents and of their paragraphs.

    Args:
        asked: the documents.
        ids: what they are called in the tables.
        settings: of the index.
    """
    words, sketch, segments = queries.batch.words, queries.batch.sketch, queries.segments
    whole = lsh.sketch(
        words.code, words.documents, settings.min_words, minhash.permutations(settings.slots, settings.seed),
        (settings.shingle_words, settings.bands, settings.rows),
    )  # fmt: skip
    of_paragraph = words.paragraph_documents[sketch.paragraphs].astype(np.int64)
    paragraphs = _paragraphs(segments, sketch.keys, queries.same_id[of_paragraph])
    documents = _documents(segments, whole.keys, queries.same_id[whole.paragraphs])
    low, high = words.paragraphs[sketch.paragraphs], words.paragraphs[sketch.paragraphs + 1]
    shares = _shares(segments, paragraphs, _exactly(words.code, low, high, settings))
    own = whole.paragraphs.astype(np.int64)
    of_whole = _exactly(words.code, words.documents[own], words.documents[own + 1], settings)
    names = np.array(list(ids), object)
    numbers = sketch.paragraphs - words.document_paragraphs[of_paragraph]
    places = numbers, words.begin[low].astype(np.int64), words.end[high - 1].astype(np.int64)
    return NearDuplicates(
        _pairs_table(segments, paragraphs, shares, settings.min_jaccard, (names[of_paragraph], *places)),
        _documents_table(
            segments, documents, _shares(segments, documents, of_whole), settings.min_jaccard, names[own]
        ),
    )


def of_signature(segments: Sequence[SegmentReader], signature: U32, settings: Settings) -> NearDuplicates:
    """Paragraphs and documents whose signature is nearly this one.

    Jaccard is estimated by the share of equal slots (Broder 1997), containment is null, and so is all of b.

    Args:
        shards: the index.
        signature: uint32[slots].
        settings: of the index.
    """
    keys = np.empty((settings.bands, 1), np.uint32)
    band_keys_of(signature.reshape(1, -1), np.int64(settings.rows), keys)
    nobody = np.full(1, -1, np.int64)

    def estimate(code: U32, bounds: I64, _asked: I64) -> F64:
        found = minhash.sign_words(
            code, bounds[:-1], bounds[1:], settings.shingle_words, settings.slots, settings.seed
        )
        jaccard = (found == signature).mean(axis=1)
        return np.stack([jaccard, *[np.full(len(jaccard), np.nan)] * 2], axis=1)

    paragraphs, documents = _paragraphs(segments, keys, nobody), _documents(segments, keys, nobody)
    shares = [_shares(segments, ranges, estimate) for ranges in (paragraphs, documents)]
    unknown = np.full(1, None, object)
    return NearDuplicates(
        _pairs_table(
            segments, paragraphs, shares[0], settings.min_jaccard, (unknown, unknown, unknown, unknown)
        ),
        _documents_table(segments, documents, shares[1], settings.min_jaccard, unknown),
    )


def _look_up(segment: SegmentReader, name: str, keys: U32) -> tuple[I64, I64]:
    """Which of the asked (columns of ``keys``) shares a band with which number of a list, each pair once."""
    bands, count = keys.shape
    begin, end = segment.find(name, np.repeat(np.arange(bands), count), keys.reshape(-1).astype(np.uint64))
    numbers, which = segment.numbers(name, begin, end)
    pairs = np.unique((which % max(count, 1)).astype(np.uint64) << _S32 | numbers)
    return (pairs >> _S32).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _paragraphs(segments: Sequence[SegmentReader], keys: U32, same_id: I64) -> _Ranges:
    """All paragraphs of the classes that share a band with asked ones, but for those of the asked documents' twins."""
    hits = [
        (which, segment.hashes(numbers))
        for segment in segments
        for which, numbers in [_look_up(segment, "bands", keys)]
    ]
    queries = np.concatenate([np.empty(0, np.int64), *(which for which, _ in hits)])
    hashes, at = np.unique(
        np.concatenate([np.empty(0, np.uint64), *(found for _, found in hits)]), return_inverse=True
    )
    pairs = np.unique(at.astype(np.uint64) << _S32 | queries.astype(np.uint64))
    firsts = np.searchsorted(pairs >> _S32, np.arange(len(hashes) + 1).astype(np.uint64))
    found = [_Ranges(*(np.empty(0, np.int64) for _ in _Ranges._fields))]
    for number, segment in enumerate(segments):
        begin, end = segment.find("same", np.zeros(len(hashes), np.int64), hashes >> _S32)
        sketched, which = segment.numbers("same", begin, end)
        same = segment.hashes(sketched.astype(np.int64)) == hashes[which]
        places, which = sketched[same].astype(np.int64), which[same]
        sizes = firsts[which + 1] - firsts[which]
        each = np.repeat(np.arange(len(which)), sizes)
        pair = pairs[firsts[which[each]] + np.arange(len(each)) - (np.cumsum(sizes) - sizes)[each]]
        one = (pair & np.uint64(0xFFFFFFFF)).astype(np.int64)
        document, paragraph = (segment.column(name, places)[each] for name in ("sketched_owner", "sketched"))
        lives = segment.alive[document] & (same_id[one] != document + segment.first)
        one, document, paragraph, which = one[lives], document[lives], paragraph[lives], which[each][lives]
        low, high = segment.bounds("paragraphs", paragraph)
        found.append(_Ranges(one, np.full(len(low), number), document, paragraph, low, high, which))
    return _Ranges(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _documents(segments: Sequence[SegmentReader], keys: U32, same_id: I64) -> _Ranges:
    """All documents that share a band with asked ones."""
    found, known = [_Ranges(*(np.empty(0, np.int64) for _ in _Ranges._fields))], 0
    for number, segment in enumerate(segments):
        one, document = _look_up(segment, "document_bands", keys)
        lives = segment.alive[document] & (same_id[one] != document + segment.first)
        one, document = one[lives], document[lives]
        low, high = segment.bounds("documents", document)
        firsts = known + np.arange(len(one))
        paragraph, _ = segment.bounds("document_paragraphs", document)
        found.append(_Ranges(one, np.full(len(one), number), document, paragraph, low, high, firsts))
        known += len(one)
    return _Ranges(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _shares(segments: Sequence[SegmentReader], ranges: _Ranges, compare: Compare) -> F64:
    """What ranges and the asked ones share, identical ranges compared once."""
    same = np.stack([ranges.first, ranges.queries], axis=1)
    _, at, back = np.unique(same, axis=0, return_index=True, return_inverse=True)
    order = at[np.argsort(ranges.segment[at], kind="stable")]
    codes, sizes = [np.empty(0, np.uint32)], (ranges.end - ranges.begin)[order]
    for number, segment in enumerate(segments):
        inside = order[ranges.segment[order] == number]
        codes.append(segment.codes(ranges.begin[inside], ranges.end[inside]))
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    found = np.empty((len(at), 3))
    found[back.reshape(-1)[order]] = compare(np.concatenate(codes), bounds, ranges.queries[order])
    shares: F64 = found[back.reshape(-1)]
    return shares


def _exactly(code: U32, low: I64, high: I64, settings: Settings) -> Compare:
    """Compares with ranges of asked words by sets of shingles; a is of the index."""

    def compare(codes: U32, bounds: I64, queries: I64) -> F64:
        begins = np.concatenate([bounds[:-1], low + len(codes)])
        ends = np.concatenate([bounds[1:], high + len(codes)])
        pairs = np.stack([np.arange(len(queries)), len(queries) + queries], axis=1)
        both = np.concatenate([codes, code])
        shares = shingles.compare(both, begins, ends, pairs, settings.shingle_words)
        return np.stack([shares.jaccard, shares.containment_a, shares.containment_b], axis=1)

    return compare


def _best(ranges: _Ranges, shares: F64, least: float) -> I64:
    """The ranges that are similar enough, the most similar first."""
    chosen = np.flatnonzero(shares[:, 0] >= least)
    columns = (ranges.begin, ranges.segment, ranges.queries, -shares[:, 0])
    order: I64 = chosen[np.lexsort(tuple(column[chosen] for column in columns))]
    return order


def _ids(segments: Sequence[SegmentReader], ranges: _Ranges, chosen: I64) -> list[str | None]:
    """The documents of ranges."""
    ids: list[str | None] = [None] * len(chosen)
    for number, segment in enumerate(segments):
        at = np.flatnonzero(ranges.segment[chosen] == number)
        for place, name in zip(at.tolist(), segment.strings("id", ranges.document[chosen[at]]), strict=True):
            ids[place] = name
    return ids


def _pairs_table(
    segments: Sequence[SegmentReader],
    ranges: _Ranges,
    shares: F64,
    least: float,
    own: tuple[npt.NDArray[Any], ...],
) -> pl.DataFrame:
    """Similar paragraphs; ``own`` are ids, numbers, begins and ends of the asked ones."""
    chosen = _best(ranges, shares, least)
    numbers, spans = np.empty(len(chosen), np.int64), np.empty((len(chosen), 2), np.int64)
    for number, segment in enumerate(segments):
        at = np.flatnonzero(ranges.segment[chosen] == number)
        some = chosen[at]
        document, begin, end = ranges.document[some], ranges.begin[some], ranges.end[some]
        spans[at] = segment.spans(document, begin, end)
        numbers[at] = ranges.paragraph[some] - segment.bounds("document_paragraphs", document)[0]
    queries = ranges.queries[chosen]
    measures = {
        name: shares[chosen, i] for i, name in enumerate(("jaccard", "containment_a", "containment_b"))
    }
    columns = {
        "doc_a": _ids(segments, ranges, chosen), "paragraph_a": numbers, "begin_a": spans[:, 0], "end_a": spans[:, 1],
        **{name: column[queries].tolist() for name, column in zip(
            ("doc_b", "paragraph_b", "begin_b", "end_b"), own, strict=True)},
        **measures,
    }  # fmt: skip
    return pl.DataFrame(columns, schema=TABLES["pairs"], nan_to_null=True)


def _documents_table(
    segments: Sequence[SegmentReader], ranges: _Ranges, shares: F64, least: float, own: npt.NDArray[Any]
) -> pl.DataFrame:
    """Similar documents; ``own`` are the ids of the asked ones."""
    chosen = _best(ranges, shares, least)
    measures = {
        name: shares[chosen, i] for i, name in enumerate(("jaccard", "containment_a", "containment_b"))
    }
    ids = {"doc_a": _ids(segments, ranges, chosen), "doc_b": own[ranges.queries[chosen]].tolist()}
    return pl.DataFrame(ids | measures, schema=DOCUMENTS, nan_to_null=True)
