"""Contained passages: winnowed fingerprints over each document's word stream, and where they agree."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syndetect.chunks import run_chunks, split_evenly
from syndetect.kernels import fingerprints as _kernels
from syndetect.sorting import find_groups, pair_groups, sort_keys

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

#: Words that one call of the kernel takes.
CHUNK_WORDS = 1 << 19
#: By how much a hot fingerprint is lengthened, in turn, as multiples of its own words.
LENGTHS = (2, 4)
#: How often one document may stand in a fingerprint that is hot even when lengthened.
MOST_REPEATS = 4


@dataclass(frozen=True)
class Fingerprints:
    """Fingerprints in the order of the text: key uint64[n], first word and document uint32[n]."""

    key: U64
    place: U32
    owner: U32


@dataclass(frozen=True)
class Seeds:
    """Pairs of words at which two documents agree.

    Attributes:
        words: int64[n, 2], words by their number in the corpus, that of the earlier document first.
        hot_keys: fingerprints in more than ``hot`` places, which were lengthened.
        starred_places: places of fingerprints that stayed hot and were joined as stars.
        dropped_places: repeats of those within one document that were left out.
    """

    words: I64
    hot_keys: int
    starred_places: int
    dropped_places: int


def fingerprint(
    code: U64,
    documents: I64,
    k: int,
    window: int,
    threads: int = 1,
    advance: Callable[[int], None] = lambda _: None,
) -> Fingerprints:
    """Winnow documents: any run of k + window - 1 words that two of them share has a fingerprint in both.

    Args:
        code: uint64[words].
        documents: int64[d + 1], each document's first word.
        k: words in a shingle.
        window: shingles in a window, of which one is kept.
        threads: how many chunks are worked on at once.
        advance: told of documents that are done.
    """

    def winnow(low: int, high: int) -> tuple[U64, U32, U32]:
        part = documents[low : high + 1]
        room = int(part[-1] - part[0])
        key, place, owner = np.empty(room, np.uint64), np.empty(room, np.uint32), np.empty(room, np.uint32)
        n = _kernels.winnow(code, part, k, window, key, place, owner)
        return key[:n].copy(), place[:n].copy(), owner[:n] + np.uint32(low)

    parts = run_chunks(winnow, split_evenly(documents, CHUNK_WORDS), threads, advance)
    columns = (
        zip(*parts, strict=True) if parts else ([np.empty(0, t)] for t in (np.uint64, np.uint32, np.uint32))
    )
    return Fingerprints(*(np.concatenate(column) for column in columns))


def join(prints: Fingerprints, code: U64, documents: I64, rank: U32, k: int, hot: int) -> Seeds:
    """Pairs of places with the same fingerprint in different documents.

    A fingerprint in more than ``hot`` places is lengthened to the next 2k, then 4k words and joined as that. What is
    hot even then becomes a star in time order: the earliest document with each other one, and each with the next.

    Args:
        prints: the fingerprints of all documents.
        code: uint64[words].
        documents: int64[d + 1], each document's first word.
        rank: uint32[d], each document's place in time order.
        k: words in a fingerprint.
        hot: the most places of a fingerprint that is joined in all pairs.
    """
    keys, places = sort_keys(prints.key)
    groups = find_groups(keys)
    pairs, hot_groups = _join_small(prints, places, groups, hot)
    found, hot_keys = [pairs], len(hot_groups)
    in_time = np.argsort(rank, kind="stable")  # documents, earliest first
    time_rank = np.empty(len(rank), np.int64)
    time_rank[in_time] = np.arange(len(rank))
    for length in LENGTHS:
        if not len(hot_groups):
            break
        rest = _members(places, hot_groups)
        rest = rest[np.argsort(time_rank[prints.owner[rest]], kind="stable")]
        longer = np.empty(len(rest), np.uint64)
        _kernels.lengthen(code, documents[1:], prints.place[rest], prints.owner[rest], k * length, longer)
        keys, places = sort_keys(longer, rest)
        pairs, hot_groups = _join_small(prints, places, find_groups(keys), hot)
        found.append(pairs)
    keep = np.zeros(len(places), np.uint8)
    dropped = _kernels.cap_repeats(places, hot_groups.reshape(-1), prints.owner, MOST_REPEATS, keep)
    places, hot_groups = _keep(places, hot_groups, keep)
    found.append(pair_groups(places, hot_groups, prints.owner, 0))
    words = prints.place[np.concatenate(found)].astype(np.int64)
    return Seeds(words, hot_keys, int(np.sum(hot_groups[:, 1] - hot_groups[:, 0])), int(dropped))


def _join_small(prints: Fingerprints, places: U32, groups: I64, hot: int) -> tuple[I64, I64]:
    """All pairs of the groups of at most ``hot`` places, and the other groups."""
    is_hot = groups[:, 1] - groups[:, 0] > hot
    return pair_groups(places, groups[~is_hot], prints.owner, hot), groups[is_hot]


def _members(places: U32, groups: I64) -> U32:
    """The places in all of the groups, ascending."""
    inside = np.zeros(len(places) + 1, np.int64)
    inside[groups[:, 0]] += 1
    inside[groups[:, 1]] -= 1
    return np.sort(places[np.cumsum(inside[:-1]) > 0])


def _keep(places: U32, groups: I64, keep: U8) -> tuple[U32, I64]:
    """The places that are kept, and where the groups stand among them."""
    before = np.concatenate([[0], np.cumsum(keep, dtype=np.int64)])
    return places[keep.astype(bool)], before[groups]
