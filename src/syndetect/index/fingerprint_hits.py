"""Seeds between query documents and an index: fingerprints looked up, then joined as a scan joins them.

A scan lengthens a frequent fingerprint, and joins one that stays frequent as a star in time order. Both depend on all
places of the fingerprint. So the places are counted first, in the posting lists alone, and only those postings are
gathered that a scan would join with a query document.
"""

from typing import NamedTuple

import numpy as np

from syndetect.arrays import I64, U32, U64, Bool, bounds_of, run_starts, sort_keys, unpack
from syndetect.index.query_batch import QueryBatch, WordPairs, is_query, stored_keys
from syndetect.index.segment_builder import MOST_UNTIMED
from syndetect.index.segment_reader import SegmentReader
from syndetect.kernels.documents import UNDATED
from syndetect.kernels.fingerprints import cap_repeats
from syndetect.kernels.groups import star_groups
from syndetect.kernels.seeds import SHIFT, SPAN
from syndetect.matching import winnowing
from syndetect.matching.places import latest, tags
from syndetect.matching.winnowing import MOST_REPEATS
from syndetect.reading.dates import FIRST, LAST

_AROUND = SPAN + SHIFT
_LARGE = 4  # times as many places as a frequent key has at least: from then on not all postings are read
_NEAR = 16  # places that are read on each side of a query document in time order
_MOST_BUCKETS = 1 << 10  # of time, in which places are counted
_IGNORED_BITS = (16, 0)  # of context hashes, after each lengthening
_S32 = np.uint64(32)


class _Groups(NamedTuple):
    """Fingerprints of query documents; lengthened ones are told apart by the words that follow.

    Attributes:
        document: int64[g], the query document.
        runs: for each segment the ranges of postings that may have the fingerprint: int64[g] twice.
        own: int64[m], ascending: the group of each place in the query documents.
        words: uint32[m], the first words of these places.
    """

    document: I64
    runs: list[tuple[I64, I64]]
    own: I64
    words: U32

    def sizes(self) -> I64:
        """int64[g]: the largest number of places that each group can have."""
        own = np.bincount(self.own, minlength=len(self.document))
        return own + sum((end - begin for begin, end in self.runs), np.zeros(len(self.document), np.int64))

    def only(self, chosen: Bool) -> "_Groups":
        """The chosen groups."""
        number = np.cumsum(chosen) - 1
        inside = chosen[self.own]
        runs = [(begin[chosen], end[chosen]) for begin, end in self.runs]
        return _Groups(self.document[chosen], runs, number[self.own[inside]], self.words[inside])


class _Hits(NamedTuple):
    """Places of groups: int64[n] the group, the key of the document, the word in its segment or batch."""

    group: I64
    key: I64
    word: I64

    @classmethod
    def joined(cls, parts: "list[_Hits]") -> "_Hits":
        """Hits, part after part."""
        none = cls(*(np.empty(0, np.int64) for _ in cls._fields))
        return cls(*map(np.concatenate, zip(none, *parts, strict=True)))


def find_seeds(queries: QueryBatch, limits: winnowing.JoinLimits) -> WordPairs:
    """The seeds that ``winnowing.join`` would find between query documents and all stored ones."""
    found: list[_Hits] = []
    ranked: list[Bool] = []  # of each group, whether its places are joined in time order
    stars, groups = WordPairs.none(), _look_up(queries)
    lengths = [0, *(limits.k * times for times in winnowing.LENGTHS)]
    if limits.window >= 0:  # the join itself counts the places within the window
        lengths = lengths[:1]
    for level, length in enumerate(lengths):
        frequent = np.zeros(len(groups.document), bool)
        if length != lengths[-1]:
            frequent = _frequent(queries, groups, limits.most_places, length)
        elif limits.window < 0:
            stars, groups = _star(queries, groups, limits.most_places, length)
            frequent = np.zeros(len(groups.document), bool)
        joined = groups.only(~frequent)
        hits = _gather(queries, joined, length)
        if limits.window >= 0:
            hits = _without_far(queries, joined, hits, limits)
        found.append(hits._replace(group=hits.group + sum(map(len, ranked))))
        ranked.append(np.full(len(joined.document), level > 0))
        if not frequent.any():
            break
        groups, _ = _lengthened(queries, groups.only(frequent), limits.k, level)
    return _join(queries, _Hits.joined(found), np.concatenate(ranked), limits).joined(stars)


def _look_up(queries: QueryBatch) -> _Groups:
    """The fingerprints of query documents that stand in the index, and their postings."""
    postings, documents = queries.batch.postings, queries.batch.words.documents
    part = np.repeat(np.arange(winnowing.PARTS), np.diff(postings.bounds))
    words = postings.entries.astype(np.uint32)
    document = np.searchsorted(documents, words, side="right") - 1
    keys = postings.entries >> _S32
    ordered, places = sort_keys(
        document.astype(np.uint64) << np.uint64(40) | part.astype(np.uint64) << _S32 | keys
    )
    starts = run_starts(ordered)
    firsts = places[starts]
    runs = [segment.find("postings", part[firsts], keys[firsts]) for segment in queries.segments]
    own = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(ordered)))
    groups = _Groups(document[firsts], runs, own, words[places])
    return groups.only(sum((end > begin for begin, end in runs), np.zeros(len(firsts), np.int64)) > 0)


def _frequent(queries: QueryBatch, groups: _Groups, most_places: int, length: int) -> Bool:
    """bool[g]: whether a group has more than ``most_places`` places."""
    frequent = groups.sizes() > most_places
    is_exact = (
        not length
        and not any(len(segment.deleted) for segment in queries.segments)
        and (queries.same_id < 0).all()
    )
    if is_exact or not frequent.any():
        return frequent
    for most in (most_places + 16, None):  # the first postings mostly decide
        doubtful = groups.only(frequent)
        cut = doubtful
        if most is not None:
            cut = doubtful._replace(runs=[(low, np.minimum(high, low + most)) for low, high in doubtful.runs])
        counts = np.bincount(_gather(queries, cut, length).group, minlength=len(cut.document))
        counted = counts > most_places
        if most is None or (counted | (cut.sizes() == doubtful.sizes())).all():
            break
    frequent[frequent] = counted
    return frequent


def _gather(queries: QueryBatch, groups: _Groups, length: int) -> _Hits:
    """The places of groups in query documents and in alive stored ones that agree in the next ``length`` words."""
    own = queries.keys[groups.document[groups.own]]
    found = [_Hits(groups.own, own, groups.words.astype(np.int64))]
    for segment, run in zip(queries.segments, groups.runs, strict=True):
        found.append(_stored_hits(queries, segment, groups, run, length))
    return _Hits.joined(found)


def _stored_hits(
    queries: QueryBatch, segment: SegmentReader, groups: _Groups, run: tuple[I64, I64], length: int
) -> _Hits:
    """The places in a range of postings for each group, as of :func:`_gather`."""
    words, group = segment.numbers("postings", *run)
    document = segment.documents_of(words)
    chosen = document + segment.first != queries.same_id[groups.document[group]]
    if len(segment.deleted):
        chosen &= segment.alive[document]
    if length:
        firsts = np.zeros(len(groups.document), np.uint32)
        firsts[groups.own[::-1]] = groups.words[::-1]
        _, until = segment.bounds("documents", document)
        until = np.minimum(until, words + np.int64(length))
        code, bounds = segment.codes(words.astype(np.int64), until), bounds_of(until - words)
        keys = winnowing.lengthened(
            tags(code), bounds, bounds[:-1].astype(np.uint32), np.arange(len(words)), length
        )
        chosen &= keys == _following(queries, firsts, length)[group]
    return _Hits(group[chosen], stored_keys(document[chosen] + segment.first), words[chosen].astype(np.int64))


def _following(queries: QueryBatch, words: U32, length: int) -> U64:
    """uint64[n]: keys of the next ``length`` words of places in the query documents."""
    documents = queries.batch.words.documents
    document = np.searchsorted(documents, words, side="right") - 1
    return winnowing.lengthened(queries.tags, documents, words, document, length)


def _without_far(queries: QueryBatch, groups: _Groups, found: _Hits, limits: winnowing.JoinLimits) -> _Hits:
    """Leave out places so far in time from their query document that no seed of it depends on them.

    A place beyond the window is in no pair. It counts where it is of a crowd (:func:`winnowing.join`): with places
    that are in pairs, up to twice the window away; and wherever it is, if so many places agree with the query document
    in the next 2k words that the lengthened fingerprint may be frequent.

    Args:
        queries: the query documents.
        groups: fingerprints.
        found: all their places.
        limits: the parameters of the join, with a window.
    """
    time, asked = queries.times(found.key), queries.time[groups.document][found.group]
    away = np.where((time == UNDATED) | (asked == UNDATED), 0, np.abs(time - asked))
    chosen = away <= limits.window
    is_large = np.bincount(found.group, minlength=len(groups.document)) > limits.most_places
    if not chosen.all() and is_large.any():
        large = np.flatnonzero(is_large[found.group])
        number = (np.cumsum(is_large) - 1)[found.group[large]]
        longer, parent = _lengthened(queries, groups.only(is_large), limits.k, 0)
        is_hot = np.zeros(int(is_large.sum()), bool)
        is_hot[parent[longer.sizes() > limits.most_places]] = True
        may_count = is_hot[number] | (away[large] <= 2 * limits.window)
        chosen[large] |= may_count & _may_be_crowds(number, time[large], limits)
    return _Hits(*(column[chosen] for column in found))


def _may_be_crowds(group: I64, time: I64, limits: winnowing.JoinLimits) -> Bool:
    """bool[n]: which places may be of a crowd; all that are, and some others.

    A crowd lies within a window, and so in two buckets of time that follow one another; what is undated is in every
    crowd.

    Args:
        group: int64[n], the group of each place.
        time: int64[n], the time of its document.
        limits: the parameters of the join, with a window.
    """
    is_dated = time != UNDATED
    first, last = time[is_dated].min(initial=LAST), time[is_dated].max(initial=FIRST)
    width = max(limits.window, (last - first) // _MOST_BUCKETS) + 1
    bucket = np.where(is_dated, (time - first) // width + 2, 0)
    shape = int(group.max(initial=0)) + 1, _MOST_BUCKETS + 4
    counts = np.bincount(group * shape[1] + bucket, minlength=shape[0] * shape[1]).reshape(shape)
    beside = np.maximum(counts[group, np.maximum(bucket - 1, 1)], counts[group, bucket + 1])
    found: Bool = counts[group, bucket] + beside + counts[group, 0] > limits.most_places + 1
    return found


def _lengthened(queries: QueryBatch, groups: _Groups, k: int, level: int) -> tuple[_Groups, I64]:
    """The groups split by the next words: fingerprints of k words, lengthened once more; of which group each was."""
    following = _following(queries, groups.words, k * winnowing.LENGTHS[level])
    order = np.lexsort((groups.words, following, groups.own))
    starts = run_starts(groups.own[order], following[order])
    firsts = order[starts]
    parent = groups.own[firsts]
    hashes = winnowing.context_hashes(
        queries.tags, queries.batch.words.documents, queries.hints, groups.words[firsts], k
    )
    runs = [
        segment.narrow(begin[parent], end[parent], hashes, _IGNORED_BITS[level])
        for segment, (begin, end) in zip(queries.segments, groups.runs, strict=True)
    ]
    own = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    return _Groups(groups.document[parent], runs, own, groups.words[order]), parent


def _join(queries: QueryBatch, found: _Hits, ranked: Bool, limits: winnowing.JoinLimits) -> WordPairs:
    """Join places in a corpus of the query documents and of excerpts around the stored places."""
    is_own = is_query(found.key)
    keys = np.concatenate([found.key[~is_own], queries.keys])
    first, last = queries.bounds("documents", keys)
    begin, end = first.copy(), last.copy()
    stored = slice(int((~is_own).sum()))
    word = found.word[~is_own]
    # seeds are thinned by eights, of half the sum of both places
    begin[stored] += np.maximum(word - first[stored] - _AROUND, 0) & ~np.int64(15)
    longest = limits.k * winnowing.LENGTHS[-1]
    end[stored] = np.minimum(last[stored], word + max(longest // 2 + _AROUND, longest))
    order = np.lexsort((np.concatenate([word, first[stored.stop :]]), keys))
    code, bounds = queries.codes(keys[order], begin[order], end[order])
    corpus = queries.places(keys[order], code, bounds)
    at = np.empty(len(order), np.int64)
    at[order] = np.arange(len(order))
    excerpt = np.empty(len(found.key), np.int64)
    excerpt[~is_own] = at[stored]
    excerpt[is_own] = at[stored.stop :][queries.rows(found.key[is_own])]
    place = bounds[excerpt] + found.word - begin[order][excerpt]
    by_rank = np.where(ranked[found.group], corpus.rank[excerpt], 0)
    entries = found.group.astype(np.uint64) << _S32 | place.astype(np.uint64)
    seeds = winnowing.join(entries[np.lexsort((place, by_rank, found.group))], corpus, limits)
    return WordPairs.of(seeds.words, keys[order], bounds, (begin - first)[order])


# A fingerprint that stays frequent is joined as a star in time order: the earliest document with each other one, and
# each with the next. A query document has few partners in a star, and their postings are found by binary search.


def _star(queries: QueryBatch, groups: _Groups, most_places: int, length: int) -> tuple[WordPairs, _Groups]:
    """Seeds of the stars of groups with very many places; and the groups that are left."""
    is_large = groups.sizes() > _LARGE * most_places
    if not is_large.any():
        return WordPairs.none(), groups
    is_large[is_large] = _frequent(queries, groups.only(is_large), most_places, length)
    large = groups.only(is_large)
    enough, found = np.ones(len(large.document), bool), []
    for segment, run in zip(queries.segments, large.runs, strict=True):
        ranges = _StarRanges.of(queries, segment, large.document, *run)
        parts = [_stored_hits(queries, segment, large, part, length) for part in ranges.parts]
        enough &= ranges.suffice(parts)
        found += parts
    own = queries.keys[large.document[large.own]]
    whole = _Hits.joined([*found, _Hits(large.own, own, large.words.astype(np.int64))])
    whole = _nearest(queries, whole, len(large.document))
    enough &= ~_query_is_first(queries, whole, len(large.document))
    is_large[np.flatnonzero(is_large)[~enough]] = False
    inside = enough[whole.group]
    return _star_seeds(queries, _Hits(*(column[inside] for column in whole))), groups.only(~is_large)


class _StarRanges(NamedTuple):
    """The postings of each group that are read for a star: int64[g], ranges of a run one behind the other.

    A run is in order of time alone. Among documents of one time, sizes and ids decide (``QueryBatch.ranked``), so a
    range has all postings of each time that it has any posting of.

    Attributes:
        begin, first: the first postings.
        before, same: those before the query document in time.
        behind: where those of its time end.
        last: where those behind it end.
        end: where the run ends.
    """

    begin: I64
    first: I64
    before: I64
    same: I64
    behind: I64
    last: I64
    end: I64

    @classmethod
    def of(
        cls, queries: QueryBatch, segment: SegmentReader, documents: I64, begin: I64, end: I64
    ) -> "_StarRanges":
        """The ranges for runs of postings with one key and context hash; ``documents``: int64[g], query documents."""
        is_short = end - begin <= max(MOST_UNTIMED, 3 * _NEAR)  # not sorted by time, or not worth a search
        start = np.where(is_short, end, begin)
        time = latest(queries.time)[documents]
        # searches that do not depend on one another go step by step together
        behind_it = np.repeat([False, True], len(end))
        twice = np.tile(start, 2), np.tile(end, 2), np.tile(time, 2)
        same, behind = np.split(_until(segment, *twice, behind_it), 2)
        near = [
            np.minimum(begin + _NEAR, end) - 1,
            np.maximum(same - _NEAR, begin),
            np.minimum(behind + _NEAR, end) - 1,
        ]
        is_later = np.repeat([True, False, True], len(end))
        thrice = np.tile(start, 3), np.tile(end, 3), np.concatenate(near)
        first, before, last = np.split(_widened(segment, *thrice, is_later), 3)
        before = np.maximum(before, first)
        same = np.maximum(same, before)
        behind = np.maximum(behind, same)
        return cls(begin, first, before, same, behind, np.maximum(last, behind), end)

    @property
    def parts(self) -> list[tuple[I64, I64]]:
        """The ranges."""
        return [
            (self.begin, self.first), (self.before, self.same), (self.same, self.behind), (self.behind, self.last)
        ]  # fmt: skip

    def suffice(self, found: list[_Hits]) -> Bool:
        """bool[g]: whether the star has the same seeds as if all postings had been read.

        The ranges of other times than the query document's must each have an alive place, or nothing beyond them was
        left out.

        Args:
            found: the hits of each range, in the order of the run.
        """
        of_first, before, _, behind = (np.bincount(hits.group, minlength=len(self.end)) > 0 for hits in found)
        is_whole = self.first == self.end
        enough: Bool = is_whole | of_first & (before | (self.before == self.first)) & (
            behind | (self.last == self.end)
        )
        return enough


def _until(segment: SegmentReader, begin: I64, end: I64, time: I64, with_it: Bool) -> I64:
    """int64[g]: where the postings of each run end that were published before a time, or up to it (``with_it``).

    Args:
        segment: the segment of the postings.
        begin, end: int64[g], the runs, in order of time.
        time: int64[g], the latest that may be meant.
        with_it: bool[g], whether the time itself counts.
    """
    low, high = begin.copy(), end.copy()
    while len(at := np.flatnonzero(low < high)):
        middle = (low[at] + high[at]) >> 1
        found = _times_of(segment, middle)
        is_before = (found < time[at]) | with_it[at] & (found == time[at])
        low[at] = np.where(is_before, middle + 1, low[at])
        high[at] = np.where(is_before, high[at], middle)
    return low


def _times_of(segment: SegmentReader, at: I64) -> I64:
    """int64[n]: the times of the documents of postings, the latest that may be meant."""
    words, _ = segment.numbers("postings", at, at + 1)
    return latest(segment.column("time", segment.documents_of(words)))


def _widened(segment: SegmentReader, begin: I64, end: I64, at: I64, is_later: Bool) -> I64:
    """int64[g]: where the postings begin, or end (``is_later``), that have the time of a posting of their run.

    Args:
        segment: the segment of the postings.
        begin, end: int64[g], the runs; ``end`` is given for those that are empty.
        at: int64[g], the postings.
        is_later: bool[g], see above.
    """
    found = end.copy()
    some = np.flatnonzero((begin < end) & (at < end))
    found[some] = _until(segment, begin[some], end[some], _times_of(segment, at[some]), is_later[some])
    return found


def _nearest(queries: QueryBatch, found: _Hits, groups: int) -> _Hits:
    """The places in documents that may be the centre of a star, or next to the query document in it, by time and size.

    All of one time and size are kept, of which ids decide.
    """
    unique, article = np.unique(found.key, return_inverse=True)
    begin, end = queries.bounds("documents", unique)
    time, size = latest(queries.times(unique)), end - begin
    order = np.lexsort((size, time))
    starts = run_starts(time[order], size[order])
    level = np.empty(len(unique), np.int64)
    level[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    place, is_own = level[article], is_query(found.key)
    own, centre, behind = (np.full(groups, len(starts)) for _ in range(3))
    before = np.full(groups, -1)
    own[found.group[is_own]] = place[is_own]
    side = place - own[found.group]
    np.minimum.at(centre, found.group, place)
    np.maximum.at(before, found.group[side < 0], place[side < 0])
    np.minimum.at(behind, found.group[side > 0], place[side > 0])
    chosen = side == 0
    for wanted in (centre, before, behind):
        chosen |= place == wanted[found.group]
    return _Hits(*(column[chosen] for column in found))


def _query_is_first(queries: QueryBatch, found: _Hits, groups: int) -> Bool:
    """bool[g]: whether the query document is the earliest of a group, and so the centre of the star."""
    _, article, rank = queries.ranked(found.key)
    place, own = rank[article].astype(np.int64), is_query(found.key)
    first = np.full((2, groups), np.iinfo(np.int64).max)
    for side in (0, 1):
        np.minimum.at(first[side], found.group[own == side], place[own == side])
    leading: Bool = first[1] < first[0]
    return leading


def _star_seeds(queries: QueryBatch, found: _Hits) -> WordPairs:
    """The seeds of stars of groups."""
    _, article, rank = queries.ranked(found.key)
    order = np.lexsort((found.word, rank[article], found.group))
    group, key, word = (column[order] for column in found)
    article = article[order].astype(np.int64)
    kept = np.zeros(len(group), np.uint8)
    cap_repeats(_runs(group), article, np.int64(MOST_REPEATS), kept)
    group, key, word, article = (column[kept == 1] for column in (group, key, word, article))
    times, of_query = np.zeros(len(rank), np.int64), np.zeros(len(rank), np.uint8)
    of_query[article] = is_query(key)
    out = np.empty(2 * len(group), np.uint64)
    places = np.arange(len(group), dtype=np.uint32)
    n = star_groups(places, article, _runs(group), times, of_query, np.int64(-1), out)
    sides = unpack(out[:n])
    turned = key[sides[:, 0]] > key[sides[:, 1]]
    sides[turned] = sides[turned][:, ::-1]
    words = word - queries.bounds("documents", key)[0]
    return WordPairs(key[sides], words[sides], np.ones(len(sides), bool))


def _runs(group: I64) -> I64:
    """int64[2 * g]: the begin and end of each run of equal numbers."""
    starts = run_starts(group)
    return np.stack([starts, np.append(starts[1:], len(group))[: len(starts)]], axis=1).reshape(-1)
