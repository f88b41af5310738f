"""Paragraphs of an index that are like those of asked documents: bands looked up, and joined as a scan would."""

from typing import NamedTuple

import numpy as np

from syndetect.arrays import F64, I64, U32, U64, Bool
from syndetect.index.query_batch import QueryBatch, WordPairs
from syndetect.matching import alignment, shingles
from syndetect.matching import bands as lsh
from syndetect.matching.timeline import latest
from syndetect.settings import Settings

_S32 = np.uint64(32)


class Near(NamedTuple):
    """Pairs of similar paragraphs, and seeds.

    Attributes:
        keys: int64[n, 2], the documents, the earlier first.
        numbers: int64[n, 2], the paragraphs in them.
        words: int64[n, 2, 2], their first words and ends, counted from the beginnings of the documents.
        shares: float64[n, 3], Jaccard and the containments of both.
        seeds: of all candidates with much in common.
    """

    keys: I64
    numbers: I64
    words: I64
    shares: F64
    seeds: WordPairs


class _Classes(NamedTuple):
    """Classes of identical paragraphs, each as one asked document sees it: int64[c] that one, uint64[c] the hash."""

    document: I64
    hash: U64

    def numbers(self, document: I64, hashes: U64) -> I64:
        """Which class each pair of these is."""
        order = np.lexsort((self.hash, self.document))
        same = np.concatenate([self.document[order], document]), np.concatenate([self.hash[order], hashes])
        joined = np.lexsort((np.arange(len(same[0])), same[1], same[0]))
        known = joined < len(order)  # a class comes before what is asked of it
        found = np.empty(len(same[0]), np.int64)
        found[joined] = np.cumsum(known) - 1
        return order[found[len(order) :]]

    @classmethod
    def of(cls, document: I64, hashes: U64) -> "_Classes":
        """All there are."""
        order = np.lexsort((hashes, document))
        document, hashes = document[order], hashes[order]
        is_new = np.ones(len(order), bool)
        is_new[1:] = (document[1:] != document[:-1]) | (hashes[1:] != hashes[:-1])
        return cls(document[is_new], hashes[is_new])


class _Members(NamedTuple):
    """Paragraphs of classes: int64[n] the class, the document's key, the paragraph in its shard or batch."""

    number: I64
    key: I64
    paragraph: I64


class _Hits(NamedTuple):
    """Paragraphs in the buckets of asked ones: int64[n] the bucket, the asked document, uint64[n] the hash."""

    bucket: I64
    document: I64
    hash: U64


def find(queries: QueryBatch, settings: Settings) -> Near:
    """Pairs of paragraphs of asked documents and the index: those that a scan of all would find."""
    sketch = queries.batch.sketch
    owner = queries.batch.words.paragraph_documents[sketch.paragraphs].astype(np.int64)
    buckets, hits = _look_up(queries, owner)
    classes = _Classes.of(np.concatenate([owner, hits.document]), np.concatenate([sketch.hashes, hits.hash]))
    own = _Members(
        classes.numbers(owner, sketch.hashes), queries.keys[owner], sketch.paragraphs.astype(np.int64)
    )
    members = _earliest(queries, own, _members(queries, classes), settings.window)
    ranges = _Ranges.of(queries, own, members)
    owners = ranges.owners(queries, settings.window)
    counted = np.arange(len(ranges.key), dtype=np.uint32)
    leader = lsh.find_representatives(
        ranges.code, ranges.bounds.astype(np.uint32), counted, ranges.number.astype(np.uint64), owners
    )
    entries = _entries(ranges, leader == counted, buckets, hits, classes)
    pairs = np.unique(np.concatenate([
        lsh.identical_pairs(leader, owners), lsh.pair_buckets(entries, owners, settings.hot_places)
    ]))  # fmt: skip
    return _compare(ranges, np.stack([pairs >> _S32, pairs & np.uint64(0xFFFFFFFF)], axis=1), settings)


def _look_up(queries: QueryBatch, owner: I64) -> tuple[I64, _Hits]:
    """The buckets of all keys of asked paragraphs (int64[bands, n]), and who is in them."""
    keys = queries.batch.sketch.keys
    bands, count = keys.shape
    lists = np.repeat(np.arange(bands), count)
    composite = (np.tile(owner, bands) * bands + lists).astype(np.uint64) << _S32 | keys.reshape(-1)
    unique, at, bucket = np.unique(composite, return_index=True, return_inverse=True)
    hits = [_Hits(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint64))]
    for segment in queries.segments:
        begin, end = segment.find("bands", lists[at], unique & np.uint64(0xFFFFFFFF))
        sketched, which = segment.numbers("bands", begin, end)
        hits.append(_Hits(which, owner[at[which] % max(count, 1)], segment.hashes(sketched.astype(np.int64))))
    return bucket.reshape(bands, count), _Hits(
        *(np.concatenate(column) for column in zip(*hits, strict=True))
    )


def _members(queries: QueryBatch, classes: _Classes) -> _Members:
    """All paragraphs of the index that are in classes, but for those of documents that are not there."""
    hashes, at = np.unique(classes.hash, return_inverse=True)
    by_hash = np.argsort(at, kind="stable")  # classes, those of each hash together
    firsts = np.searchsorted(at[by_hash], np.arange(len(hashes) + 1))
    found = [_Members(*(np.empty(0, np.int64) for _ in range(3)))]
    for segment in queries.segments:
        begin, end = segment.find("same", np.zeros(len(hashes), np.int64), hashes >> _S32)
        numbers, which = segment.numbers("same", begin, end)
        sketched = numbers.astype(np.int64)
        is_same = segment.hashes(sketched) == hashes[which]
        sketched, which = sketched[is_same], which[is_same]
        documents, paragraphs = (segment.column(name, sketched) for name in ("sketched_owner", "sketched"))
        if len(segment.deleted):
            lives = segment.alive[documents]
            documents, paragraphs, which = documents[lives], paragraphs[lives], which[lives]
        sizes = firsts[which + 1] - firsts[which]
        each = np.repeat(np.arange(len(which)), sizes)
        ends = np.cumsum(sizes)
        number = by_hash[firsts[which[each]] + np.arange(len(each)) - (ends - sizes)[each]]
        other = queries.same_id[classes.document[number]] != documents[each] + segment.first
        each, number = each[other], number[other]
        found.append(_Members(number, 2 * (documents[each] + segment.first), paragraphs[each]))
    return _Members(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _earliest(queries: QueryBatch, own: _Members, members: _Members, window: int) -> _Members:
    """Of classes that an asked paragraph does not lead, the earliest member: no other makes a pair with it.

    Within a window others may.
    """
    if window >= 0 or not len(members.key):
        return members
    time = latest(queries.times(members.key))
    order = np.lexsort((members.paragraph, members.key, time, members.number))
    firsts = order[np.flatnonzero(np.diff(members.number[order], prepend=-1))]
    led = np.zeros(int(members.number.max()) + 1, bool)
    at = np.full(len(led), -1)
    at[members.number[firsts]] = firsts
    inside = np.flatnonzero(own.number < len(led))
    inside = inside[at[own.number[inside]] >= 0]
    first = at[own.number[inside]]
    own_time = latest(queries.times(own.key[inside]))
    is_first = (own_time < time[first]) | ((own_time == time[first]) & (own.key[inside] < members.key[first]))
    led[own.number[inside[is_first]]] = True
    keep = led[members.number]
    keep[firsts] = True
    return _Members(*(column[keep] for column in members))


class _Ranges(NamedTuple):
    """Members of classes as ranges of words, in the order of the corpus.

    Attributes:
        number, key, paragraph: int64[r], as of members.
        code, bounds: uint32[words], int64[r + 1].
        first: int64[r], each one's first word, counted from the beginning of its document.
        inside: int64[r], its number in its document.
        own: int64, the ranges of the asked paragraphs.
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
        """Asked paragraphs and those of the index."""
        columns = (np.concatenate(both) for both in zip(members, own, strict=True))
        number, key, paragraph = columns
        order = np.lexsort((number, paragraph, key))
        at = np.empty(len(order), np.int64)
        at[order] = np.arange(len(order))
        number, key, paragraph = number[order], key[order], paragraph[order]
        begin, end = np.empty(len(key), np.int64), np.empty(len(key), np.int64)
        is_own = key & 1 == 1
        bounds = queries.batch.words.paragraphs
        begin[is_own], end[is_own] = bounds[paragraph[is_own]], bounds[paragraph[is_own] + 1]
        for segment, some, _ in queries.by_segment(key):
            begin[some], end[some] = segment.bounds("paragraphs", paragraph[some])
        code, ranges = queries.codes(key, begin, end)
        first = begin - queries.firsts("documents", key)[0]
        inside = paragraph - queries.firsts("document_paragraphs", key)[0]
        return cls(number, key, paragraph, code, ranges, first, inside, at[len(members.key) :])

    def owners(self, queries: QueryBatch, window: int) -> lsh.ParagraphDocuments:
        """Their documents."""
        time, article, rank = queries.ranked(self.key)
        times, is_query = np.empty(len(rank), np.int64), np.empty(len(rank), np.uint8)
        times[article], is_query[article] = time, self.key & 1
        return lsh.ParagraphDocuments(article, times, rank, window, is_query)


def _entries(ranges: _Ranges, leads: Bool, buckets: I64, hits: _Hits, classes: _Classes) -> U64:
    """The leaders in each bucket of asked paragraphs: the bucket, then the range."""
    chosen = np.flatnonzero(leads)
    by_class = chosen[np.argsort(ranges.number[chosen], kind="stable")]
    firsts = np.searchsorted(ranges.number[by_class], np.arange(len(classes.hash) + 1))
    number = classes.numbers(hits.document, hits.hash)
    sizes = firsts[number + 1] - firsts[number]
    each = np.repeat(np.arange(len(number)), sizes)
    ends = np.cumsum(sizes)
    theirs = by_class[firsts[number[each]] + np.arange(len(each)) - (ends - sizes)[each]]
    leading = leads[ranges.own]
    own = buckets[:, leading].reshape(-1), np.tile(ranges.own[leading], len(buckets))
    bucket, members = np.concatenate([hits.bucket[each], own[0]]), np.concatenate([theirs, own[1]])
    return np.unique(bucket.astype(np.uint64) << _S32 | members.astype(np.uint64))


def _compare(ranges: _Ranges, pairs: U64, settings: Settings) -> Near:
    """Compare pairs of ranges exactly."""
    sides = pairs.astype(np.int64)
    low, high = ranges.bounds[:-1], ranges.bounds[1:]
    used, local = np.unique(sides, return_inverse=True)
    local = local.reshape(sides.shape)
    low, high = low[used], high[used]
    shares = shingles.compare(ranges.code, low, high, local, settings.shingle_words)
    found = np.flatnonzero(shares.jaccard >= settings.min_jaccard)
    common = local[shares.common >= alignment.LEAST_COMMON]
    seeds = alignment.seed_pairs(ranges.code, low, high, common)
    near = sides[found]
    words = np.stack([ranges.first[near], (ranges.first + np.diff(ranges.bounds))[near]], axis=2)
    measures = np.stack([shares.jaccard, shares.containment_a, shares.containment_b], axis=1)
    return Near(
        ranges.key[near], ranges.inside[near], words, measures[found],
        WordPairs.of(seeds, ranges.key, ranges.bounds, ranges.first),
    )  # fmt: skip
