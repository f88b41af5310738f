"""The portions of a scan's work: pure functions from arrays to arrays, for any scheduler.

A scan calls these functions in this order; the portions of one step do not depend on one another:

1. :func:`sketch_articles`: sketch a batch of articles.
2. :func:`identical_paragraphs`: the classes of identical paragraphs.
3. :func:`syndetect.matching.bands.similar_pairs`: the candidate pairs of one band.
4. :func:`compare_paragraphs`: compare a portion of these pairs exactly, and make seeds for alignment.
5. :func:`syndetect.matching.winnowing.join`: the seeds of one part of the fingerprints.
6. :func:`syndetect.matching.alignment.align`: align the seeds of some consecutive documents.
7. :func:`link_pairs`: the linked documents; then :func:`syndetect.matching.wording.sketch` and
   :func:`syndetect.matching.wording.shares`: the wording that they share.

Pairs and seeds are packed numbers in ascending arrays, called runs. :func:`cut_runs` and :func:`merge_portion` split
any number of runs by the paragraph or word in the upper half of each value, so that a portion has every pair of its
items once.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from syndetect.arrays import F64, I64, U8, U32, U64, distinct, pack, sort_values, unpack
from syndetect.kernels.signatures import permutations
from syndetect.matching import alignment, bands, rare_shingles, shingles, tokens, winnowing
from syndetect.matching.bands import ParagraphDocuments, Sketch
from syndetect.matching.places import Places
from syndetect.matching.tokens import Words
from syndetect.matching.winnowing import Postings
from syndetect.settings import Settings

_S32 = np.uint64(32)


class Batch(NamedTuple):
    """Some consecutive articles: their text (UTF-8) with its bounds, words, postings and paragraph sketches."""

    text: U8
    text_bounds: I64
    words: Words
    postings: Postings
    sketch: Sketch


def sketch_articles(
    buffer: U8, bounds: I64, settings: Settings, names: Sequence[str], version: int = tokens.NEWEST
) -> tuple[Batch, I64]:
    """Sketch articles; and the paragraphs that only repeat one word (int64[n]), which are not compared.

    Args:
        buffer: uint8[bytes], the text of the articles as UTF-8.
        bounds: int64[d + 1], the first byte of each article.
        settings: what decides the sketches.
        names: the ids of the articles.
        version: of the rule of words.
    """
    words, repeats = tokens.blank_repeats(tokens.tokenise(buffer, bounds, version=version), names)
    return Batch(buffer, bounds, words, *sketch_words(words, settings)), repeats


def sketch_words(words: Words, settings: Settings) -> tuple[Postings, Sketch]:
    """The postings of articles, and the sketches of their paragraphs."""
    postings = winnowing.fingerprint(
        words.code, words.documents, settings.fingerprint_words, settings.winnow_window
    )
    shape = settings.shingle_words, settings.bands, settings.rows
    drawn = permutations(settings.slots, settings.seed)
    return postings, bands.sketch(words.code, words.paragraphs, settings.min_words, drawn, shape)


def sketch_documents(words: Words, settings: Settings) -> Sketch:
    """Sketch whole documents as if each were one paragraph: ``paragraphs`` of the sketch are documents."""
    drawn = permutations(settings.slots, settings.seed)
    shape = settings.shingle_words, settings.bands, settings.rows
    return bands.sketch(words.code, words.documents, settings.min_words, drawn, shape)


class Classes(NamedTuple):
    """Classes of identical paragraphs.

    Attributes:
        pairs: uint64[n], packed and ascending: each paragraph with the representative of its class.
        representatives: uint32[c], ascending: the paragraph that stands for its class in the bands.
    """

    pairs: U64
    representatives: U32


class Comparison(NamedTuple):
    """The result of comparing pairs of paragraphs by their sets of shingles.

    Attributes:
        pairs: int64[n, 2], the pairs that are similar enough.
        shares: float64[n, 3], Jaccard similarity, and the containment of the first and of the second paragraph.
        seeds: uint64[m], ascending, of all pairs with enough in common to be aligned.
    """

    pairs: I64
    shares: F64
    seeds: U64


def identical_paragraphs(
    code: U32,
    bounds: U32,
    paragraphs: U32,
    hashes: U64,
    documents: ParagraphDocuments,
    release: Callable[[], None] = lambda: None,
) -> Classes:
    """Find the classes of identical paragraphs.

    Args:
        code: uint32[words].
        bounds: uint32[p + 1], the first word of each paragraph.
        paragraphs, hashes: uint32[n] and uint64[n], the sketched paragraphs, and hashes of all their words.
        documents: the documents of the sketched paragraphs.
        release: as of :func:`syndetect.matching.bands.find_representatives`.
    """
    representative = bands.find_representatives(code, bounds, paragraphs, hashes, documents, release)
    own = representative == np.arange(len(representative), dtype=np.uint32)
    return Classes(
        sort_values(bands.identical_pairs(representative, documents)), np.flatnonzero(own).astype(np.uint32)
    )


def compare_paragraphs(code: U32, bounds: U32 | I64, pairs: I64, settings: Settings) -> Comparison:
    """Compare pairs of paragraphs exactly; keep the similar ones, and make seeds where enough is in common.

    Args:
        code: uint32[words].
        bounds: int[p + 1], the first word of each paragraph, and the end of the last.
        pairs: int64[n, 2], paragraphs.
        settings: the length of a shingle, and the least Jaccard similarity.
    """
    used, local = np.unique(pairs, return_inverse=True)
    local = local.reshape(pairs.shape)
    low, high = bounds[used].astype(np.int64), bounds[used + 1].astype(np.int64)
    overlaps = shingles.compare(code, low, high, local, settings.shingle_words)
    similar = overlaps.jaccard >= settings.min_jaccard
    seeds = alignment.seed_pairs(code, low, high, local[overlaps.common >= alignment.LEAST_COMMON])
    shares = np.stack([overlaps.jaccard, overlaps.containment_a, overlaps.containment_b], axis=1)
    return Comparison(pairs[similar], shares[similar], sort_values(seeds))


def link_pairs(code: U32, places: Places, matched: I64, outlet: I64, window: int, threads: int) -> I64:
    """Pairs of documents that have a match, or several rare shingles in common, but for those of one outlet.

    Args:
        code: uint32[words].
        places: where the words stand.
        matched: int64[n, 2], the documents of every match.
        outlet: int64[d], the outlet of each document; -1 is an outlet of its own.
        window: the most microseconds between two documents; negative for no limit.
        threads: how many portions are worked on at once; the result does not depend on it.

    Returns:
        int64[m, 2], ascending, each pair once.
    """
    rare = rare_shingles.rare_pairs(code, places.documents, places.time, window, threads)
    pairs = np.concatenate([matched, rare])
    a, b = pairs.T
    is_across = (outlet[a] != outlet[b]) | (outlet[a] < 0)
    chosen = pairs[is_across & (places.is_query[a] | places.is_query[b]).astype(bool)]
    return unpack(distinct(sort_values(pack(chosen[:, 0], chosen[:, 1]))))


def cut_runs(runs: Sequence[U64], items: int, size: int) -> I64:
    """int64[portions + 1]: cuts of the items 0 to ``items`` into portions of about ``size`` values each.

    The items, those that the upper halves of the values name, are cut evenly.
    """
    portions = max(1, -(-sum(map(len, runs)) // size))
    return np.linspace(0, items, portions + 1).astype(np.int64)


def merge_portion(runs: Sequence[U64], low: int, high: int) -> U64:
    """The values of ascending runs whose upper halves lie in ``low`` to ``high`` (excluded), merged in order."""
    ends = np.array([low, high]).astype(np.uint64) << _S32
    pieces = [run[slice(*np.searchsorted(run, ends).tolist())] for run in runs]
    return sort_values(np.concatenate([np.empty(0, np.uint64), *pieces]))
