"""Seeds of asked documents in an index: their fingerprints looked up, and joined as a scan would join them.

What a scan does with a fingerprint depends on all its places: those that are hot are lengthened. Here the places are
counted first, and only those are gathered that a scan would join with the asked document.
"""

from typing import NamedTuple

import numpy as np

from syndetect.arrays import I64, U32, U64, Bool, sort_keys
from syndetect.index.query_batch import QueryBatch, WordPairs
from syndetect.index.segment_builder import MOST_UNTIMED
from syndetect.index.segment_reader import SegmentReader
from syndetect.kernels.fingerprints import cap_repeats
from syndetect.kernels.groups import star_groups
from syndetect.kernels.nearby import SHIFT, SPAN
from syndetect.matching import winnowing
from syndetect.matching.places import tags
from syndetect.matching.timeline import latest
from syndetect.matching.winnowing import MOST_REPEATS

_AROUND = SPAN + SHIFT
#: From how many times the places of a hot fingerprint on not all of them are read.
_LARGE = 4
_S32 = np.uint64(32)
#: Bits of continuations that are not compared after each lengthening.
_SHIFTS = (16, 0)


class _Groups(NamedTuple):
    """Fingerprints of asked documents, told apart by the words that follow them so far.

    Attributes:
        document: int64[g], the asked document.
        runs: of each shard where the postings are that may have it: int64[g] twice.
        own: int64[m], of each place in the asked documents its group, ascending.
        words: uint32[m], these places' first words.
    """

    document: I64
    runs: list[tuple[I64, I64]]
    own: I64
    words: U32

    def sizes(self) -> I64:
        """int64[g]: places of each group, at most."""
        own = np.bincount(self.own, minlength=len(self.document))
        return own + sum((end - begin for begin, end in self.runs), np.zeros(len(self.document), np.int64))

    def only(self, chosen: Bool) -> "_Groups":
        """Some of the groups."""
        number = np.cumsum(chosen) - 1
        inside = chosen[self.own]
        runs = [(begin[chosen], end[chosen]) for begin, end in self.runs]
        return _Groups(self.document[chosen], runs, number[self.own[inside]], self.words[inside])


class _Found(NamedTuple):
    """Places of groups: int64[n] the group, the document's key, the word in its shard or batch."""

    group: I64
    key: I64
    word: I64


def find_seeds(queries: QueryBatch, rules: winnowing.JoinLimits) -> WordPairs:
    """Seeds between asked documents and the index: those that ``winnowing.join`` finds among all."""
    found: list[_Found] = []
    stars = WordPairs.none()
    ranked: list[Bool] = []
    groups, known = _look_up(queries), 0
    for level, length in enumerate((0, *(rules.k * times for times in winnowing.LENGTHS))):
        # within a window the join itself decides, by all places, as it does of what is hot in the end
        is_last = level == len(winnowing.LENGTHS) or rules.window >= 0
        is_hot = (
            np.zeros(len(groups.document), bool) if is_last else _hot(queries, groups, rules.frequent, length)
        )
        joined = groups.only(~is_hot)
        if is_last and rules.window < 0:
            stars, joined = _star(queries, joined, rules.frequent, length)
        part = _gather(queries, joined, length)
        found.append(part._replace(group=part.group + known))
        known += len(joined.document)
        ranked.append(np.full(len(joined.document), level > 0))
        if is_last or not is_hot.any():
            break
        groups = _lengthened(queries, groups.only(is_hot), rules.k, level)
    whole = _Found(*(np.concatenate(columns) for columns in zip(*found, strict=True)))
    return _join(queries, whole, np.concatenate(ranked), rules).joined(stars)


def _look_up(queries: QueryBatch) -> _Groups:
    """The fingerprints of asked documents, and where they stand in the index."""
    postings, documents = queries.batch.postings, queries.batch.words.documents
    part = np.repeat(np.arange(winnowing.PARTS), np.diff(postings.bounds))
    words = postings.entries.astype(np.uint32)
    owner = np.searchsorted(documents, words, side="right") - 1
    composite = (
        owner.astype(np.uint64) << np.uint64(40) | part.astype(np.uint64) << _S32 | postings.entries >> _S32
    )
    ordered, places = sort_keys(composite)
    is_new = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    firsts = places[is_new]
    lists, keys = part[firsts], postings.entries[firsts] >> _S32
    runs = [segment.find("postings", lists, keys) for segment in queries.segments]
    groups = _Groups(owner[firsts], runs, np.cumsum(is_new) - 1, words[places])
    return groups.only(sum((end > begin for begin, end in runs), np.zeros(len(firsts), np.int64)) > 0)


def _hot(queries: QueryBatch, groups: _Groups, hot: int, length: int) -> Bool:
    """bool[g]: whether a group has more than ``hot`` places."""
    is_hot = groups.sizes() > hot
    is_exact = (
        not length
        and not any(len(segment.deleted) for segment in queries.segments)
        and (queries.same_id < 0).all()
    )
    if is_exact or not is_hot.any():
        return is_hot
    for most in (hot + 16, None):  # the first few mostly tell
        doubtful = groups.only(is_hot)
        cut = doubtful
        if most is not None:
            cut = doubtful._replace(runs=[(low, np.minimum(high, low + most)) for low, high in doubtful.runs])
        counted = np.bincount(_gather(queries, cut, length).group, minlength=len(cut.document)) > hot
        if most is None or (counted | (cut.sizes() == doubtful.sizes())).all():
            break
    result = is_hot.copy()
    result[is_hot] = counted
    return result


def _gather(queries: QueryBatch, groups: _Groups, length: int) -> _Found:
    """The places of groups: those of documents that are there, followed by the same ``length`` words."""
    own = queries.keys[groups.document[groups.own]]
    found = [_Found(groups.own, own, groups.words.astype(np.int64))]
    for segment, run in zip(queries.segments, groups.runs, strict=True):
        found.append(_places_of(queries, segment, groups, run, length))
    return _Found(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _places_of(
    queries: QueryBatch, segment: SegmentReader, groups: _Groups, run: tuple[I64, I64], length: int
) -> _Found:
    """The places in a run of a shard for each group, as of :func:`_gather`."""
    words, group = segment.numbers("postings", *run)
    owner = segment.owners(words)
    lives = owner + segment.first != queries.same_id[groups.document[group]]
    if len(segment.deleted):
        lives &= segment.alive[owner]
    if length:
        firsts = np.zeros(len(groups.document), np.uint32)
        firsts[groups.own[::-1]] = groups.words[::-1]
        wanted = _following(queries, firsts, length)
        _, until = segment.bounds("documents", owner)
        until = np.minimum(until, words + np.int64(length))
        code = segment.codes(words.astype(np.int64), until)
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(until - words)])
        keys = winnowing.lengthened(
            tags(code), bounds, bounds[:-1].astype(np.uint32), np.arange(len(words)), length
        )
        lives &= keys == wanted[group]
    return _Found(group[lives], 2 * (owner[lives] + segment.first), words[lives].astype(np.int64))


def _following(queries: QueryBatch, words: U32, length: int) -> U64:
    """What follows places of the asked documents."""
    documents = queries.batch.words.documents
    owner = np.searchsorted(documents, words, side="right") - 1
    return winnowing.lengthened(queries.tags, documents, words, owner, length)


def _lengthened(queries: QueryBatch, groups: _Groups, k: int, level: int) -> _Groups:
    """Groups parted by more words: fingerprints of k words lengthened once more."""
    following = _following(queries, groups.words, k * winnowing.LENGTHS[level])
    order = np.lexsort((groups.words, following, groups.own))
    own, following = groups.own[order], following[order]
    is_new = np.ones(len(order), bool)
    is_new[1:] = (own[1:] != own[:-1]) | (following[1:] != following[:-1])
    firsts = order[is_new]
    parent = groups.own[firsts]
    documents = queries.batch.words.documents
    more = winnowing.context_hashes(queries.tags, documents, queries.blocks, groups.words[firsts], k)
    runs = [
        segment.narrow(begin[parent], end[parent], more, _SHIFTS[level])
        for segment, (begin, end) in zip(queries.segments, groups.runs, strict=True)
    ]
    return _Groups(groups.document[parent], runs, np.cumsum(is_new) - 1, groups.words[order])


def _star(queries: QueryBatch, groups: _Groups, hot: int, length: int) -> tuple[WordPairs, _Groups]:
    """Seeds of stars of groups with very many places; and the other groups."""
    is_large = groups.sizes() > _LARGE * hot
    if not is_large.any():
        return WordPairs.none(), groups
    is_large[is_large] = _hot(queries, groups.only(is_large), hot, length)
    large = groups.only(is_large)
    enough, count = np.ones(len(large.document), bool), len(large.document)
    found = [_Found(*(np.empty(0, np.int64) for _ in _Found._fields))]
    for segment, run in zip(queries.segments, large.runs, strict=True):
        some = ends(queries, segment, large.document, *run)
        parts = [_places_of(queries, segment, large, part, length) for part in some.ranges]
        enough &= some.suffice(segment, [(part.group, part.key) for part in parts])
        found += parts
    own = queries.keys[large.document[large.own]]
    found.append(_Found(large.own, own, large.words.astype(np.int64)))
    whole = _Found(*(np.concatenate(columns) for columns in zip(*found, strict=True)))
    enough &= ~leads(queries, whole.group, whole.key, count)
    is_large[np.flatnonzero(is_large)[~enough]] = False
    inside = enough[whole.group]
    return star(queries, *(column[inside] for column in whole)), groups.only(~is_large)


def _join(queries: QueryBatch, found: _Found, ranked: Bool, rules: winnowing.JoinLimits) -> WordPairs:
    """Join the places of groups in a corpus of what stands around them, and of the asked documents."""
    is_own = found.key & 1 == 1
    keys = np.concatenate([found.key[~is_own], queries.keys])
    first, last = queries.firsts("documents", keys)
    begin, end = first.copy(), last.copy()
    places = slice(int((~is_own).sum()))
    word = found.word[~is_own]
    ahead = np.maximum(word - first[places] - _AROUND, 0) & ~np.int64(7)  # seeds are thinned by eights
    begin[places] += ahead
    reach = max(rules.k * winnowing.LENGTHS[-1] // 2 + _AROUND, rules.k * winnowing.LENGTHS[-1])
    end[places] = np.minimum(last[places], word + reach)
    order = np.lexsort((np.concatenate([word, first[places.stop :]]), keys))
    code, bounds = queries.codes(keys[order], begin[order], end[order])
    corpus = queries.places(keys[order], code, bounds)
    at = np.empty(len(order), np.int64)
    at[order] = np.arange(len(order))
    excerpt = np.empty(len(found.key), np.int64)
    excerpt[~is_own] = at[places]
    excerpt[is_own] = at[places.stop :][queries.numbers(found.key[is_own])]
    place = bounds[excerpt] + found.word - begin[order][excerpt]
    by_rank = np.where(ranked[found.group], corpus.rank[excerpt], 0)
    entries = found.group.astype(np.uint64) << _S32 | place.astype(np.uint64)
    seeds = winnowing.join(entries[np.lexsort((place, by_rank, found.group))], corpus, rules)
    return WordPairs.of(seeds.words, keys[order], bounds, (begin - first)[order])


#: Places that are looked at on each side.
_NEAR = 16


class Ends(NamedTuple):
    """Where to look in a run of postings of each group: int64[g], three ranges one behind the other.

    Attributes:
        begin, first: the first places.
        before, at: those before the asked document in time.
        behind, last: those behind it.
        end: where the run ends.
    """

    begin: I64
    first: I64
    before: I64
    at: I64
    behind: I64
    last: I64
    end: I64

    @property
    def ranges(self) -> list[tuple[I64, I64]]:
        """The three."""
        return [(self.begin, self.first), (self.before, self.at), (self.behind, self.last)]

    def suffice(self, segment: SegmentReader, found: list[tuple[I64, I64]]) -> Bool:
        """bool[g]: whether a star can be drawn of what was found in the ranges as if all had been looked at.

        Each range must have a place that counts, or nothing beyond it was left out; and of the document before the
        asked one all places must have been seen.

        Args:
            shard: whose postings they are.
            found: of each range, groups and keys of documents of the places that count, in the order of the run.
        """
        counts = [np.bincount(group, minlength=len(self.at)) for group, _ in found]
        group, key = found[1]
        last = np.full(len(self.at), -1, np.int64)
        last[group] = key  # the last one of each group stays
        is_cut = self.before > self.first
        words, _ = segment.numbers("postings", self.before[is_cut], self.before[is_cut] + 1)
        seen = np.ones(len(self.at), bool)
        seen[is_cut] = 2 * (segment.owners(words) + segment.first) != last[is_cut]
        near = ((counts[1] > 0) & seen) | ~is_cut
        later = (counts[2] > 0) | (self.last == self.end)
        enough: Bool = (self.first == self.end) | (counts[0] > 0) & near & later
        return enough


def ends(queries: QueryBatch, segment: SegmentReader, documents: I64, begin: I64, end: I64) -> Ends:
    """Where the first places of runs are, and those around asked documents in time.

    Args:
        asked: the asked documents.
        shard: part of the index.
        documents: int64[g], the asked document of each run.
        begin, end: int64[g], runs of postings with one key and one continuation.
    """
    at = _since(queries, segment, documents, begin, end)
    is_short = end - begin <= max(MOST_UNTIMED, 3 * _NEAR)  # not in order of time, or not worth the search
    first = np.where(is_short, end, np.minimum(begin + _NEAR, end))
    before, behind = np.maximum(at - _NEAR, first), np.maximum(at, first)
    return Ends(begin, first, before, np.maximum(at, before), behind, np.minimum(behind + _NEAR, end), end)


def _since(queries: QueryBatch, segment: SegmentReader, documents: I64, begin: I64, end: I64) -> I64:
    """The first place of each run whose document comes after the asked one in time."""
    own_time, own_key = latest(queries.time)[documents], queries.keys[documents]
    low, high = begin.copy(), end.copy()
    while len(at := np.flatnonzero(low < high)):
        middle = (low[at] + high[at]) >> 1
        words, _ = segment.numbers("postings", middle, middle + 1)
        owner = segment.owners(words)
        time, key = latest(segment.column("time", owner)), 2 * (owner + segment.first)
        is_before = (time < own_time[at]) | ((time == own_time[at]) & (key < own_key[at]))
        low[at] = np.where(is_before, middle + 1, low[at])
        high[at] = np.where(is_before, high[at], middle)
    return low


def leads(queries: QueryBatch, group: I64, key: I64, groups: int) -> Bool:
    """bool[g]: whether the asked document is the earliest of a group, and so the centre of a star of all.

    Args:
        asked: the asked documents.
        group, key: int64[n], the group and the document of each place that was found, of asked ones too.
        groups: how many groups there are.
    """
    _, article, rank = queries.ranked(key)
    place, own = rank[article].astype(np.int64), key & 1 == 1
    first = np.full((2, groups), np.iinfo(np.int64).max)
    for side in (0, 1):
        np.minimum.at(first[side], group[own == side], place[own == side])
    leading: Bool = first[1] < first[0]
    return leading


def star(queries: QueryBatch, group: I64, key: I64, word: I64) -> WordPairs:
    """Seeds of stars.

    Args:
        asked: the asked documents.
        group, key, word: int64[n], places: the group, the document, the word in its shard or batch.
    """
    _, article, rank = queries.ranked(key)
    order = np.lexsort((word, rank[article], group))
    group, key, word, article = group[order], key[order], word[order], article[order].astype(np.int64)
    keep = np.zeros(len(group), np.uint8)
    cap_repeats(_runs(group), article, np.int64(MOST_REPEATS), keep)
    group, key, word, article = (column[keep == 1] for column in (group, key, word, article))
    times, is_query = np.zeros(len(rank), np.int64), np.zeros(len(rank), np.uint8)
    is_query[article] = key & 1
    out = np.empty(2 * len(group), np.uint64)
    places = np.arange(len(group), dtype=np.uint32)
    n = star_groups(places, article, _runs(group), times, is_query, np.int64(-1), out)
    sides = np.stack([out[:n] >> np.uint64(32), out[:n] & np.uint64(0xFFFFFFFF)], axis=1).astype(np.int64)
    turned = key[sides[:, 0]] > key[sides[:, 1]]
    sides[turned] = sides[turned][:, ::-1]
    words = word - queries.firsts("documents", key)[0]
    return WordPairs(key[sides], words[sides], np.ones(len(sides), bool))


def _runs(group: I64) -> I64:
    """int64[2 * g]: where each of ascending groups begins and ends."""
    bounds = (
        np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1], [True]]))
        if len(group)
        else np.empty(0)
    )
    return np.stack([bounds[:-1], bounds[1:]], axis=1).reshape(-1).astype(np.int64)
