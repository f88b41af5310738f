"""Plain twins of what links documents and weighs their wording: from the docstrings, on lists of Python integers."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import log2, sqrt

UNDATED = -(1 << 62)
_ALL = (1 << 64) - 1

Document = Sequence[int]


def hash_of(words: Sequence[int]) -> int:
    h = 0xC4CEB9FE1A85EC53
    for word in words:
        h = (h ^ word) * 0x9E3779B97F4A7C15 & _ALL
        h ^= h >> 32
    return h


def shingles(document: Document, k: int) -> Iterator[tuple[int, ...]]:
    return (tuple(document[i : i + k]) for i in range(len(document) - k + 1))


def rare_pairs(
    documents: Sequence[Document], time: Sequence[int], window: int, most: int, crowd: int
) -> Counter[tuple[int, int]]:
    """How many rare shingles of two and three words each pair of documents shares."""

    def are_close(a: int, b: int) -> bool:
        return window < 0 or UNDATED in (time[a], time[b]) or abs(time[a] - time[b]) <= window

    having: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for number, document in enumerate(documents):
        for k in (2, 3):
            for one in shingles(document, k):
                having[one].add(number)
    found: Counter[tuple[int, int]] = Counter()
    for numbers in having.values():
        if len(numbers) > crowd:
            continue
        rare = {a for a in numbers if sum(are_close(a, b) for b in numbers) <= most}
        found.update(pair for pair in combinations(sorted(rare), 2) if are_close(*pair))
    return found


def linked(
    found: Counter[tuple[int, int]], documents: Sequence[Document], least: int, least_share: float
) -> list[tuple[int, int]]:
    return sorted(
        (a, b)
        for (a, b), count in found.items()
        if count >= max(least, least_share * sqrt(len(documents[a]) * len(documents[b])))
    )


def weights(documents: Sequence[Document], bits: int) -> Counter[int]:
    """By slot, sixteenths of bits; ``-1`` for a slot that no word or shingle has."""
    counts: Counter[int] = Counter()
    for document in documents:
        counts.update({hash_of(one) >> 64 - bits for k in (1, 2, 3) for one in shingles(document, k)})
    found = {slot: round(16 * log2((len(documents) + 64) / (n + 1))) for slot, n in counts.items()}
    return Counter(found | {-1: round(16 * log2(len(documents) + 64))})


MOST = (512, 64, 64)


def limit(document: Document, k: int) -> int:
    """The largest key (half a hash) up to which the shingles of k words of a document are weighed."""
    most = MOST[k - 1]
    return 2**32 - 1 if len(document) <= most else 2**32 * most // len(document)


def union_share(
    document: Document, sources: Sequence[Document], weight: Counter[int], bits: int, mix: Sequence[int]
) -> float:
    """How much of a document's wording stands in any of several others."""
    shares, parts = 0.0, 0
    for k in (1, 2, 3):
        there = {hash_of(one) >> 32 for source in sources for one in shingles(source, k)}
        most = min(limit(one, k) for one in (document, *sources))
        total = shared = 0
        for one in shingles(document, k):
            h = hash_of(one)
            if h >> 32 > most:
                continue
            value = weight.get(h >> 64 - bits, weight[-1])
            total += value
            shared += value if h >> 32 in there else 0
        if total:
            shares, parts = shares + mix[k - 1] * shared / total, parts + mix[k - 1]
    return shares / parts if parts else 0.0


def share(document: Document, other: Document, weight: Counter[int], bits: int, mix: Sequence[int]) -> float:
    """How much of a document's wording stands in another."""
    return union_share(document, [other], weight, bits, mix)
