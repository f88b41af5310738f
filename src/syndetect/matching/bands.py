"""Locality-sensitive hashing of paragraphs: bands of MinHash signatures, over classes of identical paragraphs.

Indyk and Motwani 1998; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from syndetect.arrays import F64, I64, U8, U32, U64, find_groups, gather, repeated, sort_keys, sort_values
from syndetect.kernels import groups as _groups
from syndetect.kernels.shingles import hash_ranges
from syndetect.kernels.signatures import band_keys
from syndetect.runtime.threads import split_evenly

#: Keys that are sorted at a time, about.
MOST_KEYS = 1 << 23
#: Paragraphs that are read anywhere in the words at a time.
_READ = 1 << 11

_S32 = np.uint64(32)


def s_curve(jaccard: F64 | float, bands: int, rows: int) -> F64 | float:
    """The probability that two sets of this Jaccard similarity share a band: ``1 - (1 - jaccard**rows)**bands``."""
    return 1.0 - (1.0 - jaccard**rows) ** bands


def best_shape(threshold: float, slots: int, weights: tuple[float, float] = (0.5, 0.5)) -> tuple[int, int]:
    """The bands and rows with the least error in telling sets above a threshold of similarity: datasketch's choice.

    Shapes may differ by less than an integral is exact. So that the choice is the same even then, the integrals are
    datasketch's, in its order.

    Args:
        threshold: a Jaccard similarity.
        slots: the length of a signature; bands times rows do not exceed it.
        weights: of false positives (the area of the S-curve below the threshold) and of false negatives (the area
            missing above it).
    """
    from scipy.integrate import quad  # noqa: PLC0415  (half a second to import)

    def error(shape: tuple[int, int]) -> float:
        false, _ = quad(lambda jaccard: s_curve(jaccard, *shape), 0.0, threshold)
        missed, _ = quad(lambda jaccard: 1 - s_curve(jaccard, *shape), threshold, 1.0)
        return float(false * weights[0] + missed * weights[1])

    every = range(1, slots + 1)
    return min(((bands, rows) for bands in every for rows in every[: slots // bands]), key=error)


@dataclass(frozen=True)
class Sketch:
    """The sketches of paragraphs that are long enough to be compared.

    Attributes:
        paragraphs: uint32[n], their numbers.
        hashes: uint64[n], of all their words.
        keys: uint32[bands, n], their band keys: half the width of a hash, since candidates are verified anyway.
    """

    paragraphs: U32
    hashes: U64
    keys: U32


def sketch(
    code: U32, paragraphs: I64, least: int, permutations: tuple[U32, U32], shape: tuple[int, int, int]
) -> Sketch:
    """Sketch paragraphs.

    Args:
        code: uint32[words].
        paragraphs: int64[p + 1], each paragraph's first word.
        least: the words of the shortest paragraph that is compared.
        permutations: as :func:`syndetect.minhash.permutations` gives them.
        shape: words in a shingle, bands, rows.
    """
    k, bands, rows = shape
    chosen = np.flatnonzero(np.diff(paragraphs) >= least)
    low, high = paragraphs[chosen], paragraphs[chosen + 1]
    hashes, keys = np.empty(len(chosen), np.uint64), np.empty((bands, len(chosen)), np.uint32)
    hash_ranges(code, low, high, hashes)
    band_keys(code, low, high, k, *permutations, rows, keys)
    return Sketch(chosen.astype(np.uint32), hashes, keys)


@dataclass(frozen=True)
class ParagraphDocuments:
    """The documents of sketched paragraphs.

    Attributes:
        document: uint32[n], each paragraph's document.
        time: int64[d], microseconds since 1970, or ``UNDATED``.
        rank: uint32[d], each document's place in time order.
        window: the most microseconds between two documents; negative for no limit.
        is_query: uint8[d], 1 where the pairs of a document are wanted, as in ``matching.places.Places``.
    """

    document: U32
    time: I64
    rank: U32
    window: int
    is_query: U8


def find_representatives(
    code: U32,
    begins: U32,
    paragraphs: U32,
    hashes: U64,
    documents: ParagraphDocuments,
    release: Callable[[], None] = lambda: None,
) -> U32:
    """uint32[n]: the representative of each paragraph, the earliest one with the same words; most are their own.

    Within a window, the earliest one that is close enough in time to all paragraphs it represents.

    Args:
        code: uint32[words].
        begins: uint32[p + 1], each paragraph's first word.
        paragraphs: uint32[n], the sketched ones.
        hashes: uint64[n], of all their words.
        documents: their documents.
        release: evicts the pages of ``code`` if it is mapped: paragraphs are anywhere in it, and with each come its
            neighbours.
    """
    representative = np.arange(len(hashes), dtype=np.uint32)
    repeats = repeated((hashes >> _S32).astype(np.uint32), representative)
    leading = hashes[repeats]
    for chosen in _by_leading_bits(leading, 64):
        keys, places = sort_keys(leading[chosen], repeats[chosen])
        places, groups, number = gather(places, find_groups(keys))
        _, order = sort_keys(number << _S32 | documents.rank[documents.document[places]])
        places = places[order]
        for some, of_some in _portions(code, begins, paragraphs, places, groups, representative):
            _groups.find_leaders(
                code, begins, paragraphs, some, of_some.reshape(-1), documents.document, documents.time,
                np.int64(documents.window), representative,
            )  # fmt: skip
            release()
    return representative


def _portions(
    code: U32, begins: U32, paragraphs: U32, places: U32, groups: I64, representative: U32
) -> Iterator[tuple[U32, I64]]:
    """Places of equal hashes with their groups, about ``_READ`` at a time, as ``find_leaders`` takes them.

    Of a larger group each portion begins with the paragraph that was the first of those before, which is known when the
    representatives of these are.
    """

    def words(place: np.uint32) -> U32:
        paragraph = paragraphs[place]
        return code[begins[paragraph] : begins[paragraph + np.uint32(1)]]

    for low, high in split_evenly(np.append(groups[:, 0], len(places)), _READ):
        begin, end = groups[low, 0], groups[high - 1, 1]
        if high - low > 1 or end - begin <= 2 * _READ:
            yield places, groups[low:high]
            continue
        first = places[begin]
        for at in range(begin + 1, end, _READ):
            some = places[at : min(at + _READ, end)]
            yield np.append(first, some), np.array([[0, len(some) + 1]])
            last_first = some[representative[some] == some][::-1]
            first = next((other for other in last_first if np.array_equal(words(other), words(first))), first)


def _by_leading_bits(keys: U32 | U64, bits: int) -> Iterator[U32]:
    """Places of keys, in portions of about ``MOST_KEYS`` that share no key; ascending within a portion."""
    portions = 1
    while len(keys) > MOST_KEYS * portions:
        portions *= 2
    if portions == 1:
        yield np.arange(len(keys), dtype=np.uint32)
        return
    shift = keys.dtype.type(bits - portions.bit_length() + 1)
    for portion in range(portions):
        yield np.flatnonzero(keys >> shift == portion).astype(np.uint32)


def identical_pairs(representative: U32, documents: ParagraphDocuments) -> U64:
    """uint64[n], packed: each paragraph with its representative, where the two are in different documents.

    This is a star, not all pairs: a paragraph that a million documents share gives a million pairs.
    """
    others = np.flatnonzero(representative != np.arange(len(representative), dtype=np.uint32))
    first = representative[others].astype(np.int64)
    one, two = documents.document[first], documents.document[others]
    wanted = (one != two) & (documents.is_query[one] | documents.is_query[two]).astype(bool)
    return _pack(first[wanted], others[wanted])


def _pack(one: I64, two: I64) -> U64:
    return np.minimum(one, two).astype(np.uint64) << _S32 | np.maximum(one, two).astype(np.uint64)


def similar_pairs(keys: U32, representatives: U32, documents: ParagraphDocuments, most_places: int) -> U64:
    """The candidates of one band: pairs of representatives with one key in different documents, packed, ascending.

    Args:
        keys: uint32[n], the band's keys.
        representatives: uint32[r], ascending.
        documents: the documents of all n paragraphs.
        most_places: the size of the largest bucket that gives all pairs; a larger one gives a star in time order.
    """
    repeats = repeated(keys, representatives)
    entries = keys[repeats].astype(np.uint64) << _S32 | repeats
    found = [
        pair_buckets(entries[chosen], documents, most_places) for chosen in _by_leading_bits(entries, 64)
    ]
    return sort_values(np.concatenate(found))


def pair_buckets(entries: U64, documents: ParagraphDocuments, most_places: int) -> U64:
    """Pairs of representatives in one bucket: entries (32 bits of a key, then a representative) with one key.

    Args:
        entries: uint64[n]; the entries of one key are in the order of the representatives.
        documents, most_places: as in :func:`similar_pairs`.
    """
    entries = sort_values(entries, lowest=4)
    pairs = _pair_buckets(entries.astype(np.uint32), find_groups(entries, 32), documents, most_places)
    return np.concatenate([np.empty(0, np.uint64), *pairs])


def _pair_buckets(places: U32, groups: I64, documents: ParagraphDocuments, most_places: int) -> Iterator[U64]:
    """The pairs of the small buckets, and the stars of the large ones."""
    sizes = groups[:, 1] - groups[:, 0]
    for kernel, chosen in (
        (_groups.pair_groups, sizes <= most_places),
        (_groups.star_groups, sizes > most_places),
    ):
        is_star = kernel is _groups.star_groups
        of = sizes[chosen]
        room = int((2 * of if is_star else of * (of - 1) // 2).sum())
        members, chosen_groups, number = gather(places, groups[chosen])
        document = documents.document[members].astype(np.int64)
        if is_star:
            _, order = sort_keys(number << _S32 | documents.rank[document])
            members, document = members[order], document[order]
        out = np.empty(room, np.uint64)
        n = kernel(
            members, document, chosen_groups.reshape(-1), documents.time, documents.is_query,
            np.int64(documents.window), out,
        )  # fmt: skip
        yield out[:n]
