"""Fingerprints that stay hot however long they are: of all their places, those that a star links with asked ones.

A star links a place with the earliest, with the one before it in time and with the one behind. Places with the same
continuation are in order of time in a segment where they are many, so these are found without reading the others.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from syndetect.kernels.fingerprints import cap_repeats
from syndetect.kernels.groups import star_groups
from syndetect.mosaic import Asked, Pairs
from syndetect.parts import MOST_UNTIMED
from syndetect.shard import Shard
from syndetect.text import latest
from syndetect.winnow import MOST_REPEATS

Bool = npt.NDArray[np.bool_]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

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

    def suffice(self, shard: Shard, found: list[tuple[I64, I64]]) -> Bool:
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
        words, _ = shard.numbers("postings", self.before[is_cut], self.before[is_cut] + 1)
        seen = np.ones(len(self.at), bool)
        seen[is_cut] = 2 * (shard.owners(words) + shard.first) != last[is_cut]
        near = ((counts[1] > 0) & seen) | ~is_cut
        later = (counts[2] > 0) | (self.last == self.end)
        enough: Bool = (self.first == self.end) | (counts[0] > 0) & near & later
        return enough


def ends(asked: Asked, shard: Shard, documents: I64, begin: I64, end: I64) -> Ends:
    """Where the first places of runs are, and those around asked documents in time.

    Args:
        asked: the asked documents.
        shard: part of the index.
        documents: int64[g], the asked document of each run.
        begin, end: int64[g], runs of postings with one key and one continuation.
    """
    at = _since(asked, shard, documents, begin, end)
    is_short = end - begin <= max(MOST_UNTIMED, 3 * _NEAR)  # not in order of time, or not worth the search
    first = np.where(is_short, end, np.minimum(begin + _NEAR, end))
    before, behind = np.maximum(at - _NEAR, first), np.maximum(at, first)
    return Ends(begin, first, before, np.maximum(at, before), behind, np.minimum(behind + _NEAR, end), end)


def _since(asked: Asked, shard: Shard, documents: I64, begin: I64, end: I64) -> I64:
    """The first place of each run whose document comes after the asked one in time."""
    own_time, own_key = latest(asked.time)[documents], asked.keys[documents]
    low, high = begin.copy(), end.copy()
    while len(at := np.flatnonzero(low < high)):
        middle = (low[at] + high[at]) >> 1
        words, _ = shard.numbers("postings", middle, middle + 1)
        owner = shard.owners(words)
        time, key = latest(shard.column("time", owner)), 2 * (owner + shard.first)
        is_before = (time < own_time[at]) | ((time == own_time[at]) & (key < own_key[at]))
        low[at] = np.where(is_before, middle + 1, low[at])
        high[at] = np.where(is_before, high[at], middle)
    return low


def leads(asked: Asked, group: I64, key: I64, groups: int) -> Bool:
    """bool[g]: whether the asked document is the earliest of a group, and so the centre of a star of all.

    Args:
        asked: the asked documents.
        group, key: int64[n], the group and the document of each place that was found, of asked ones too.
        groups: how many groups there are.
    """
    _, article, rank = asked.ranked(key)
    place, own = rank[article].astype(np.int64), key & 1 == 1
    first = np.full((2, groups), np.iinfo(np.int64).max)
    for side in (0, 1):
        np.minimum.at(first[side], group[own == side], place[own == side])
    leading: Bool = first[1] < first[0]
    return leading


def star(asked: Asked, group: I64, key: I64, word: I64) -> Pairs:
    """Seeds of stars.

    Args:
        asked: the asked documents.
        group, key, word: int64[n], places: the group, the document, the word in its shard or batch.
    """
    _, article, rank = asked.ranked(key)
    order = np.lexsort((word, rank[article], group))
    group, key, word, article = group[order], key[order], word[order], article[order].astype(np.int64)
    keep = np.zeros(len(group), np.uint8)
    cap_repeats(_runs(group), article, np.int64(MOST_REPEATS), keep)
    group, key, word, article = (column[keep == 1] for column in (group, key, word, article))
    times, is_asked = np.zeros(len(rank), np.int64), np.zeros(len(rank), np.uint8)
    is_asked[article] = key & 1
    out = np.empty(2 * len(group), np.uint64)
    places = np.arange(len(group), dtype=np.uint32)
    n = star_groups(places, article, _runs(group), times, is_asked, np.int64(-1), out)
    sides = np.stack([out[:n] >> np.uint64(32), out[:n] & np.uint64(0xFFFFFFFF)], axis=1).astype(np.int64)
    turned = key[sides[:, 0]] > key[sides[:, 1]]
    sides[turned] = sides[turned][:, ::-1]
    words = word - asked.firsts("documents", key)[0]
    return Pairs(key[sides], words[sides], np.ones(len(sides), bool))


def _runs(group: I64) -> I64:
    """int64[2 * g]: where each of ascending groups begins and ends."""
    bounds = (
        np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1], [True]]))
        if len(group)
        else np.empty(0)
    )
    return np.stack([bounds[:-1], bounds[1:]], axis=1).reshape(-1).astype(np.int64)
