"""Stored paragraphs that are similar to paragraphs of query documents: bands looked up, then joined as in a scan."""

from typing import NamedTuple

import numpy as np

from syndetect.arrays import (
    F64,
    I64,
    U32,
    U64,
    Bool,
    expand_groups,
    lower,
    pack,
    run_starts,
    sort_keys,
    unique,
    unpack,
)
from syndetect.index.query_batch import QueryBatch, WordPairs, is_query, stored_keys
from syndetect.index.segment_reader import WRONG_OWNERS
from syndetect.matching import bands, portions
from syndetect.settings import Settings


class ParagraphHits(NamedTuple):
    """Pairs of similar paragraphs, and seeds for alignment.

    Attributes:
        keys: int64[n, 2], the documents, the smaller key first.
        numbers: int64[n, 2], the numbers of the paragraphs in their documents.
        words: int64[n, 2, 2], their first words and ends, counted from the beginnings of the documents.
        shares: float64[n, 3], Jaccard similarity and both containments.
        seeds: of all candidate pairs with enough in common.
    """

    keys: I64
    numbers: I64
    words: I64
    shares: F64
    seeds: WordPairs


class _Classes(NamedTuple):
    """Classes of identical paragraphs, one for each query document that meets them, ascending.

    Attributes:
        document: int64[c], the query document.
        hash: uint64[c], the hash of all words.
    """

    document: I64
    hash: U64

    def rows(self, document: I64, hashes: U64) -> I64:
        """int64[n]: the classes that have these documents and hashes."""
        documents = np.concatenate([self.document, document])
        order = np.lexsort((np.arange(len(documents)), np.concatenate([self.hash, hashes]), documents))
        found = np.empty(len(order), np.int64)
        found[order] = (
            np.cumsum(order < len(self.hash)) - 1
        )  # a class stands before all that is looked up in it
        return found[len(self.hash) :]

    @classmethod
    def of(cls, document: I64, hashes: U64) -> "_Classes":
        """The distinct classes of paragraphs."""
        order = np.lexsort((hashes, document))
        document, hashes = document[order], hashes[order]
        first = run_starts(document, hashes)
        return cls(document[first], hashes[first])


class _Members(NamedTuple):
    """Paragraphs of classes: int64[n] the class, the key of the document, the paragraph in its segment or batch."""

    number: I64
    key: I64
    paragraph: I64


class _Hits(NamedTuple):
    """Stored paragraphs in buckets of query paragraphs: int64[n] bucket and query document, uint64[n] hash."""

    bucket: I64
    document: I64
    hash: U64


def find(queries: QueryBatch, settings: Settings) -> ParagraphHits:
    """Pairs of a query paragraph and a stored one: the pairs that a scan of all documents would find."""
    sketch = queries.batch.sketch
    document = queries.batch.words.paragraph_documents[sketch.paragraphs].astype(np.int64)
    buckets, hits = _look_up(queries, document)
    classes = _Classes.of(
        np.concatenate([document, hits.document]), np.concatenate([sketch.hashes, hits.hash])
    )
    own = _Members(
        classes.rows(document, sketch.hashes), queries.keys[document], sketch.paragraphs.astype(np.int64)
    )
    members = _earliest(queries, own, _members(queries, classes), settings.window)
    ranges = _Ranges.of(queries, own, members)
    documents = ranges.documents(queries, settings.window)
    numbers = np.arange(len(ranges.key), dtype=np.uint32)
    representative = bands.find_representatives(
        ranges.code, ranges.bounds.astype(np.uint32), numbers, ranges.number.astype(np.uint64), documents
    )
    entries = _entries(ranges, representative == numbers, buckets, hits, classes)
    pairs = unique(np.concatenate([
        bands.identical_pairs(representative, documents),
        bands.pair_buckets(entries, documents, settings.hot_places),
    ]))  # fmt: skip
    found = portions.compare_paragraphs(ranges.code, ranges.bounds, unpack(pairs), settings)
    ends = ranges.first + np.diff(ranges.bounds)
    return ParagraphHits(
        ranges.key[found.pairs],
        ranges.inside[found.pairs],
        np.stack([ranges.first[found.pairs], ends[found.pairs]], axis=2),
        found.shares,
        WordPairs.of(found.seeds, ranges.key, ranges.bounds, ranges.first),
    )


def _look_up(queries: QueryBatch, document: I64) -> tuple[I64, _Hits]:
    """The bucket of each band key of query paragraphs (int64[bands, n]), and the stored paragraphs in the buckets.

    A bucket is of one query document, whose number ``document`` gives for each paragraph (int64[n]).
    """
    keys = queries.batch.sketch.keys
    count = keys.shape[1]
    band = np.repeat(np.arange(len(keys)), count)
    composite = pack(np.tile(document, len(keys)) * len(keys) + band, keys.reshape(-1))
    ordered, places = sort_keys(composite)
    starts = run_starts(ordered)
    bucket = np.empty(len(composite), np.int64)
    bucket[places] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(composite)))
    at, wanted = places[starts], lower(ordered[starts]).astype(np.uint64)
    hits = [_Hits(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint64))]
    for segment in queries.segments:
        numbers, which = segment.look_up("bands", band[at], wanted)
        hashes = segment.hashes(numbers.astype(np.int64))
        hits.append(_Hits(which, document[at[which] % max(count, 1)], hashes))
    return bucket.reshape(keys.shape), _Hits(*map(np.concatenate, zip(*hits, strict=True)))


def _members(queries: QueryBatch, classes: _Classes) -> _Members:
    """The stored paragraphs of classes, but for those of documents that a query document replaces."""
    hashes, at = np.unique(classes.hash, return_inverse=True)
    by_hash = np.argsort(at, kind="stable")
    bounds = np.searchsorted(at[by_hash], np.arange(len(hashes) + 1))
    found = [_Members(*(np.empty(0, np.int64) for _ in _Members._fields))]
    for segment in queries.segments:
        members = segment.class_members(hashes)
        each, item = expand_groups(bounds, members.which)
        number, document = by_hash[item], members.document[each] + segment.first
        other = queries.same_id[classes.document[number]] != document
        found.append(_Members(number[other], stored_keys(document[other]), members.paragraph[each[other]]))
    return _Members(*map(np.concatenate, zip(*found, strict=True)))


def _earliest(queries: QueryBatch, own: _Members, members: _Members, window: int) -> _Members:
    """Leave out the stored paragraphs of a class that cannot be paired with a query paragraph.

    A scan pairs the earliest member of a class with each other one. So where a stored paragraph is the earliest, it
    alone is kept; where a query paragraph is, all are. Within a window other members may lead, and all are kept.
    """
    if window >= 0 or not len(members.key):
        return members
    _, article, ranks = queries.ranked(np.concatenate([members.key, own.key]))
    rank, own_rank = np.split(ranks[article], [len(members.key)])
    order = np.lexsort((members.paragraph, rank, members.number))
    firsts = order[run_starts(members.number[order])]
    is_led = np.zeros(int(members.number.max()) + 1, bool)  # by a query paragraph
    first_of = np.full(len(is_led), -1)
    first_of[members.number[firsts]] = firsts
    inside = np.flatnonzero(own.number < len(is_led))
    inside = inside[first_of[own.number[inside]] >= 0]
    is_first = own_rank[inside] < rank[first_of[own.number[inside]]]
    is_led[own.number[inside[is_first]]] = True
    chosen = is_led[members.number]
    chosen[firsts] = True
    return _Members(*(column[chosen] for column in members))


class _Ranges(NamedTuple):
    """Members of classes as a corpus of paragraphs, in the order of a scan.

    Attributes:
        number, key, paragraph: int64[r], as in :class:`_Members`.
        code, bounds: uint32[words] and int64[r + 1], the words of the paragraphs.
        first: int64[r], each one's first word, counted from the beginning of its document.
        inside: int64[r], its number in its document.
        own: int64, the ranges of the query paragraphs.
    """

    number: I64
    key: I64
    paragraph: I64
    code: U32
    bounds: I64
    first: I64
    inside: I64
    own: I64

    @classmethod
    def of(cls, queries: QueryBatch, own: _Members, members: _Members) -> "_Ranges":
        """Query paragraphs and stored ones."""
        number, key, paragraph = (np.concatenate(both) for both in zip(members, own, strict=True))
        order = np.lexsort((number, paragraph, key))
        at = np.empty(len(order), np.int64)
        at[order] = np.arange(len(order))
        number, key, paragraph = number[order], key[order], paragraph[order]
        begin, end = np.empty(len(key), np.int64), np.empty(len(key), np.int64)
        is_own = is_query(key)
        bounds = queries.batch.words.paragraphs
        begin[is_own], end[is_own] = bounds[paragraph[is_own]], bounds[paragraph[is_own] + 1]
        for segment, some, _ in queries.by_segment(key):
            begin[some], end[some] = segment.bounds("paragraphs", paragraph[some])
        (first, last), (low, high) = (
            queries.bounds(name, key) for name in ("documents", "document_paragraphs")
        )
        is_inside = (first <= begin) & (end <= last) & (low <= paragraph) & (paragraph < high)
        for segment, _, _ in queries.by_segment(key[~is_inside]):
            raise segment.arrays.refused(WRONG_OWNERS)
        code, ranges = queries.codes(key, begin, end)
        return cls(
            number, key, paragraph, code, ranges, begin - first, paragraph - low, at[len(members.key) :]
        )

    def documents(self, queries: QueryBatch, window: int) -> bands.ParagraphDocuments:
        """The documents of the ranges."""
        time, article, rank = queries.ranked(self.key)
        times, of_query = np.empty(len(rank), np.int64), np.empty(len(rank), np.uint8)
        times[article], of_query[article] = time, is_query(self.key)
        return bands.ParagraphDocuments(article, times, rank, window, of_query)


def _entries(ranges: _Ranges, represents: Bool, buckets: I64, hits: _Hits, classes: _Classes) -> U64:
    """The representatives in each bucket of query paragraphs: packed bucket and range, ascending."""
    chosen = np.flatnonzero(represents)
    by_class = chosen[np.argsort(ranges.number[chosen], kind="stable")]
    bounds = np.searchsorted(ranges.number[by_class], np.arange(len(classes.hash) + 1))
    each, item = expand_groups(bounds, classes.rows(hits.document, hits.hash))
    own = represents[ranges.own]
    own_buckets, own_ranges = buckets[:, own].reshape(-1), np.tile(ranges.own[own], len(buckets))
    bucket = np.concatenate([hits.bucket[each], own_buckets])
    return unique(pack(bucket, np.concatenate([by_class[item], own_ranges])))
