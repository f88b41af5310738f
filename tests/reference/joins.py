"""The plain twin of the join of fingerprints: which pairs of places become seeds, and what is counted on the way."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import NamedTuple

import numpy as np

from reference import matching as naive
from reference.matching import Span, Timeline

SPAN, SHIFT, EQUAL, COST = 16, 2, 4, 3
_Found = list[tuple[Span, int]]


@dataclass
class Corpus:
    """Documents, and where each begins in the corpus."""

    documents: Sequence[Sequence[int]]

    def __post_init__(self) -> None:
        self.starts: list[int] = np.cumsum([0, *map(len, self.documents)]).tolist()
        self._owner = [i for i, words in enumerate(self.documents) for _ in words]

    def owner(self, place: int) -> int:
        return self._owner[place]

    def within(self, place: int) -> int:
        return place - self.starts[self._owner[place]]

    def around(self, place: int, k: int) -> tuple[list[int], list[int]]:
        """Tags of the words before a place, nearest first, and of those behind its ``k`` words."""
        owner = self._owner[place]
        at = place - self.starts[owner]
        tags = [naive.tag(word) for word in self.documents[owner]]
        return tags[:at][::-1], tags[at + k :]

    def next_tags(self, place: int, length: int) -> tuple[int, ...]:
        owner = self._owner[place]
        at = place - self.starts[owner]
        return tuple(naive.tag(word) for word in self.documents[owner][at : at + length])


def bound(one: Sequence[int], other: Sequence[int]) -> int:
    """What the best beginning of a side scores at most: a word counts where one like it stands at most 2 off."""
    score = best = 0
    for x, word in enumerate(one[:SPAN]):
        score += EQUAL if word in other[max(0, x - SHIFT) : x + SHIFT + 1] else -COST
        best = max(best, score)
    return best


class Rules(NamedTuple):
    """As ``syndetect.matching.winnowing.JoinLimits``, scores in quarters."""

    k: int
    hot: int
    least: int
    strong: int


class Joined(NamedTuple):
    """Seeds as (earlier word, later word, whether it is strong), and what was counted."""

    seeds: list[tuple[int, int, bool]]
    hot_keys: int
    starred: int
    dropped: int


class Join:
    """A join of fingerprints: groups of places with one key, each in the order of the text."""

    def __init__(self, corpus: Corpus, when: Timeline, rules: Rules) -> None:
        self.corpus, self.when, self.rules = corpus, when, rules
        self.found: list[tuple[int, int, bool]] = []

    def are_near(self, one: int, other: int) -> bool:
        return self.when.are_near(self.corpus.owner(one), self.corpus.owner(other))

    def add(self, one: int, other: int, k: int) -> None:
        """Make two places a seed, if what is around each can score enough with what is around the other.

        Deep inside a run of equal words one in eight will do.
        """
        sides = list(zip(self.corpus.around(one, k), self.corpus.around(other, k), strict=True))
        ways = [sum(bound(*side[::way]) for side in sides) for way in (1, -1)]
        score = EQUAL * k + min(ways)
        is_inside = all(mine[:SPAN] == theirs[:SPAN] and len(mine) >= SPAN for mine, theirs in sides)
        middle = (self.corpus.within(one) + self.corpus.within(other)) // 2
        if score >= self.rules.least and not (is_inside and middle % 8):
            self.found.append((min(one, other), max(one, other), score >= self.rules.strong))

    def small(self, groups: Iterable[Sequence[int]]) -> None:
        """All pairs of some groups."""
        for group in groups:
            for one, other in combinations(group, 2):
                if self.are_near(one, other):
                    self.add(other, one, self.rules.k)

    def sparse(self, group: Sequence[int], k: int) -> list[int]:
        """Pairs of places without too many others near in time; returns the places of crowds."""
        if self.when.window < 0:
            return self.in_time(group)
        group = sorted(group, key=self._time)
        crowds: list[set[int]] = []
        for i, place in enumerate(group):
            near = [other for other in group[i + 1 :] if self._are_close(place, other)]
            if len(near) > self.rules.hot:
                crowds.append({place, *near})
        for one, other in combinations(group, 2):
            if self.are_near(one, other) and not any({one, other} <= crowd for crowd in crowds):
                self.add(one, other, k)
        return [place for place in group if any(place in crowd for crowd in crowds)]

    def _time(self, place: int) -> tuple[bool, int, int, int]:
        document = self.corpus.owner(place)
        time = self.when.time[document]
        return time is None, time or 0, self.when.rank[document], place

    def _are_close(self, one: int, other: int) -> bool:
        time, owner = self.when.time, self.corpus.owner
        return naive.is_close(time[owner(one)], time[owner(other)], self.when.window)

    def stars(self, groups: Iterable[Sequence[int]], most_repeats: int) -> tuple[int, int]:
        """Stars in time order; how many places were joined so, and how many were left out as repeats."""
        owner = {place: self.corpus.owner(place) for group in groups for place in group}
        stars = [naive.cap_repeats(self.in_time(group), owner, most_repeats) for group in groups]
        for star in stars:
            pairs = naive.star_group(star, owner, self.when)
            self.found += [(min(pair), max(pair), True) for pair in pairs]
        starred = sum(map(len, stars))
        return starred, sum(map(len, groups)) - starred

    def in_time(self, places: Iterable[int]) -> list[int]:
        return sorted(places, key=lambda place: (self.when.rank[self.corpus.owner(place)], place))


def join(
    prints: Iterable[Span],
    corpus: Corpus,
    when: Timeline,
    rules: Rules,
    lengths: Sequence[int],
    most_repeats: int,
) -> Joined:
    """Join fingerprints (key and place).

    Small groups give all pairs. Of the others, places that are alone in their window give theirs; the rest is grouped
    anew by the tags of the next ``lengths[0]`` times k words, then ``lengths[1]`` ...; what is large even then gives
    stars.
    """
    work = Join(corpus, when, rules)
    groups = _groups(
        (place for _, place in sorted(prints)), {place: key for key, place in prints}.__getitem__
    )
    work.small(group for group in groups if len(group) <= rules.hot)
    hot = [group for group in groups if len(group) > rules.hot]
    hot_keys, known = len(hot), rules.k
    for length in (rules.k * times for times in lengths):
        crowds = [work.sparse(group, known) for group in hot]
        groups = [
            longer for crowd in crowds for longer in _groups(crowd, partial(corpus.next_tags, length=length))
        ]
        work.small(group for group in groups if len(group) <= rules.hot)
        hot, known = [group for group in groups if len(group) > rules.hot], length
    counts = work.stars(hot, most_repeats)
    return Joined(sorted(work.found), hot_keys, *counts)


def _groups(places: Iterable[int], key: Callable[[int], Hashable]) -> list[list[int]]:
    groups: Mapping[Hashable, list[int]] = defaultdict(list)
    for place in places:
        groups[key(place)].append(place)
    return list(groups.values())


def words_with(code: Sequence[int], ranges: Iterable[tuple[int, int]], wanted: Set[int]) -> list[int]:
    """The words of ranges that have one of some codes, range after range."""
    return [word for low, high in ranges for word in range(low, high) if code[word] in wanted]
