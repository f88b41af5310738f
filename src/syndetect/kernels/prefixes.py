"""An exact set-similarity join: sets of rare-first tokens, an index of prefixes, and which sets are kept.

A token is 64 bits: how often its shingle occurs, in 8 bits, and behind that 56 bits of the shingle's hash. So tokens
ascend in the same order in all sets, rarest first, which is all that the filters need. A shingle that occurs once can
be in no second set: it is counted, and there is no token of it. Neither is there of a shingle of a set that is only
compared with other ones, if it is in none of these.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.order import sort_values

#: What relates a set to the one that stands for it.
KEPT, EXACT, NEAR, CONTAINS, SAME_GROUP = (np.uint8(relation) for relation in range(5))

_MOST = np.uint8(255)
_U0 = np.uint64(0)
_U1 = np.uint64(1)
_S8 = np.uint64(8)
_S56 = np.uint64(56)
_SLACK = 1e-6  # by which bounds computed in doubles are too low rather than too high; sizes are far below 1e9


@kernel
def tally(hashes, counts):
    """Count how often hashes (uint64[n]) occur, by their last bits.

    ``counts`` are uint8, a power of two of them; 255 is that or more.
    """
    mask = np.uint64(len(counts) - 1)
    for i in range(len(hashes)):
        at = np.int64(hashes[i] & mask)
        if counts[at] < _MOST:
            counts[at] += np.uint8(1)


@kernel
def make_tokens(offsets, hashes, spare, counts, sizes, lengths):
    """Make of each range of shingle hashes, in place, a set of tokens; the sets are moved to the front, end to end.

    Args:
        offsets: int64[n + 1], where each range begins.
        hashes: uint64, input; output: the tokens, ascending within a set.
        spare: work space, uint64, as long as the longest range.
        counts: as :func:`tally` leaves them when it has seen all hashes; 0 for those of which there is to be no token.
        sizes: int64[n], output: how many shingles each set has.
        lengths: int64[n], output: of how many of them there are tokens.

    Returns:
        The number of tokens.
    """
    mask = np.uint64(len(counts) - 1)
    n = np.int64(0)
    for i in range(len(offsets) - 1):
        first, end = n, n
        once = np.int64(0)
        for j in range(offsets[i], offsets[i + 1]):
            count = np.uint64(counts[np.int64(hashes[j] & mask)])
            if count == _U1:
                once += 1
            else:
                hashes[end] = count << _S56 | hashes[j] >> _S8
                end += 1
        sort_values(hashes[first:end], spare[: end - first])
        for j in range(first, end):
            if j == first or hashes[j] != hashes[n - 1]:
                hashes[n] = hashes[j]
                n += 1
        dropped = first
        while dropped < n and hashes[dropped] >> _S56 == _U0:
            dropped += 1
        if dropped > first:
            once += dropped - first
            for j in range(dropped, n):
                hashes[first + j - dropped] = hashes[j]
            n -= dropped - first
        lengths[i] = n - first
        sizes[i] = once + lengths[i]
    return n


@inline
def _tier(place, size, threshold):
    """How far back in its set (of ``size``) a token stands: 0, 1 or 2.

    Sets that are near-duplicates share one that is in tier 0 of one of them and at most in tier 1 of the other.
    """
    if place <= size - np.ceil(2.0 * threshold / (1.0 + threshold) * size - _SLACK):
        return 0
    return 1 if place <= size - np.ceil(threshold * size - _SLACK) else 2


@inline
def _farthest(tier, contained):
    """The last tier of another set in which a token of this tier can be the first that they share."""
    return (2 if tier < 2 else 1) if contained else 1 - tier


@inline
def _least(size, other, threshold, contained):
    """How many shingles two sets of these sizes must share, at least."""
    if contained:
        return np.int64(np.ceil(threshold * min(size, other) - _SLACK))
    return np.int64(np.ceil(threshold / (1.0 + threshold) * (size + other) - _SLACK))


@inline
def _common(tokens, i, i_end, j, j_end, least):
    """How many tokens two ascending ranges share; -1 as soon as they cannot be ``least``."""
    n = np.int64(0)
    while i < i_end and j < j_end:
        if n + min(i_end - i, j_end - j) < least:
            return np.int64(-1)
        x, y = tokens[i], tokens[j]
        n += x == y
        i += x <= y
        j += y <= x
    return n if n >= least else np.int64(-1)


@inline
def _judge(common, size, other, threshold, contained):
    """How two sets are related, and how similar they are; ``KEPT`` where they are not."""
    jaccard = common / (size + other - common)
    if jaccard >= threshold:
        return NEAR, jaccard
    containment = common / min(size, other)
    if contained and containment >= threshold:
        return CONTAINS, containment
    return KEPT, 0.0


# More than eight parameters: a record of them would cost speed.
@inline
def _compare(tokens, bounds, sizes, x, i, y, j, threshold, contained):
    """Relation and similarity of sets x and y, the first token that they share standing at i and at j."""
    x_end, y_end = bounds[x + 1], bounds[y + 1]
    least = _least(sizes[x], sizes[y], threshold, contained)
    if min(x_end - i, y_end - j) < least:
        return KEPT, 0.0
    common = _common(tokens, i, x_end, j, y_end, least)
    if common < 0:
        return KEPT, 0.0
    return _judge(common, sizes[x], sizes[y], threshold, contained)


# More than eight parameters: a record of them would cost speed.
@inline
def _best(tokens, bounds, sizes, x, index, kept, seen, threshold, contained):
    """The kept set that is most like set x, its relation and similarity; of equals the one kept first."""
    heads, links, numbers, places = index
    mask = np.uint64(heads.shape[1] - 1)
    best, relation, similarity = np.int64(-1), KEPT, 0.0
    for i in range(bounds[x], bounds[x + 1]):
        tier = _tier(sizes[x] - (bounds[x + 1] - i), sizes[x], threshold)
        if tier == 2 and not contained:
            break
        for other in range(_farthest(tier, contained) + 1):
            entry = np.int64(heads[other, np.int64(tokens[i] & mask)])
            while entry >= 0:
                number = np.int64(numbers[entry])
                y = np.int64(kept[number])
                j = bounds[y] + places[entry]
                if seen[number] != x and tokens[j] == tokens[i]:
                    seen[number] = x
                    how, much = _compare(tokens, bounds, sizes, x, i, y, j, threshold, contained)
                    closer = how < relation or (how == relation and much > similarity)
                    tied = how == relation and much == similarity and number < best
                    if how != KEPT and (best < 0 or closer or tied):
                        best, relation, similarity = number, how, much
                entry = np.int64(links[entry])
    return best, relation, similarity


# More than eight parameters: a record of them would cost speed.
@inline
def _enter(tokens, bounds, sizes, x, number, index, entries, threshold, contained):
    """Enter a kept set into the index; how many entries this has now."""
    heads, links, numbers, places = index
    mask = np.uint64(heads.shape[1] - 1)
    for i in range(bounds[x], bounds[x + 1]):
        tier = _tier(sizes[x] - (bounds[x + 1] - i), sizes[x], threshold)
        if tier == 2 and not contained:
            break
        at = np.int64(tokens[i] & mask)
        links[entries] = heads[tier, at]
        numbers[entries], places[entries] = number, i - bounds[x]
        heads[tier, at] = entries
        entries += 1
    return entries


# More than eight parameters: a record of them would cost speed.
@kernel
def choose(
    tokens, bounds, sizes, order, index, kept, seen, state, threshold, contained, by, similarity, relation, fixed,
    groups, holders,
):  # fmt: skip
    """Keep each set that is no near-duplicate of one kept before it, nor of its group.

    Args:
        tokens: uint64, the sets' tokens, as :func:`make_tokens` leaves them.
        bounds: int64[n + 1], each set's first token.
        sizes: int64[n], how many shingles each set has.
        order: int64, the sets to judge now, in order of preference.
        index: of what is kept: ``heads`` int32[3, a power of two], at first -1; ``links, numbers, places`` int32, room
            for an entry of each token in the sets' prefixes (``contained``: each token).
        kept: int32[n], input and output: the sets that are kept, in order.
        seen: int32[n], input and output, at first -1: the last set with which each of them was compared.
        state: int64[2], input and output, at first 0: how many are kept, and how many entries the index has.
        threshold: Jaccard from which on sets are near-duplicates, or containment of the smaller one.
        contained: whether containment counts.
        by: int64[n], output: the set kept in a set's place, or itself.
        similarity, relation: float64[n], uint8[n], output.
        fixed: the first so many sets are kept, whatever they are like.
        groups: int64[n], the group of each set, -1 where it is in none; or empty.
        holders: int64[groups], input and output, at first -1: the first set of each that is kept.
    """
    for x in order:
        group = groups[x] if len(groups) else np.int64(-1)
        if x >= fixed:
            best, how, much = _best(tokens, bounds, sizes, x, index, kept, seen, threshold, contained)
            if best >= 0:
                by[x], relation[x], similarity[x] = kept[best], how, much
                continue
            if group >= 0 and holders[group] >= 0:
                y = holders[group]
                common = _common(tokens, bounds[x], bounds[x + 1], bounds[y], bounds[y + 1], np.int64(0))
                by[x], relation[x] = y, SAME_GROUP
                similarity[x] = common / max(sizes[x] + sizes[y] - common, 1)
                continue
        if group >= 0 and holders[group] < 0:
            holders[group] = x
        by[x], relation[x], similarity[x] = x, KEPT, 1.0
        number = state[0]
        kept[number] = x
        state[1] = _enter(tokens, bounds, sizes, x, number, index, state[1], threshold, contained)
        state[0] = number + 1


@kernel
def count_entries(bounds, sizes, threshold, contained):
    """How many entries an index has room for that takes all sets; arguments as of :func:`choose`."""
    n = np.int64(0)
    for x in range(len(sizes)):
        i = bounds[x]
        while i < bounds[x + 1] and (
            contained or _tier(sizes[x] - (bounds[x + 1] - i), sizes[x], threshold) < 2
        ):
            i += 1
        n += i - bounds[x]
    return n
