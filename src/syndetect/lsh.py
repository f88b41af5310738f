"""Near-duplicate paragraphs: bands over MinHash signatures, on classes of identical paragraphs.

Indyk and Motwani 1998; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syndetect.chunks import run_chunks, split_evenly
from syndetect.kernels import shingles as _shingles
from syndetect.kernels.groups import find_leaders
from syndetect.kernels.signatures import band_keys
from syndetect.sorting import find_groups, pair_groups, sort_keys

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

#: Words of paragraphs that one call of the kernel takes.
CHUNK_WORDS = 1 << 17


def s_curve(jaccard: F64 | float, bands: int, rows: int) -> F64 | float:
    """The probability that two sets of this Jaccard similarity share a band: ``1 - (1 - jaccard**rows)**bands``."""
    return 1.0 - (1.0 - jaccard**rows) ** bands


@dataclass(frozen=True)
class Classes:
    """Paragraphs by their words: those that are the same, word for word, form a class.

    Attributes:
        first: int64[c], each class's first paragraph, ascending.
        members: int64[m], the paragraphs of classes of two and more, class by class, ascending within one.
        offsets: int64[c + 1]: the members of class i are ``members[offsets[i]:offsets[i + 1]]``, none if it is one.
    """

    first: I64
    members: I64
    offsets: I64


def collapse(code: U64, paragraphs: I64, least: int) -> Classes:
    """Classes of identical paragraphs; those of fewer than ``least`` words are left out."""
    candidates = np.flatnonzero(np.diff(paragraphs) >= least)
    low, high = paragraphs[candidates], paragraphs[candidates + 1]
    hashes = np.empty(len(candidates), np.uint64)
    _shingles.hash_ranges(code, low, high, hashes)
    keys, places = sort_keys(hashes)
    groups = find_groups(keys)
    leader = np.arange(len(candidates))
    find_leaders(code, low, high, places, groups.reshape(-1), leader)
    first, sizes = np.unique(leader, return_counts=True)
    order = np.argsort(leader, kind="stable")
    is_shared = np.repeat(sizes > 1, sizes)
    offsets = np.concatenate([[0], np.cumsum(np.where(sizes > 1, sizes, 0))])
    return Classes(candidates[first], candidates[order[is_shared]], offsets)


def identical_pairs(classes: Classes, paragraph_documents: U32) -> I64:
    """int64[n, 2]: the first paragraph of each class with each other member in another document.

    A star and not all pairs: a paragraph that a million documents share gives a million pairs.
    """
    sizes = np.diff(classes.offsets)
    first = np.repeat(classes.first, sizes)
    pairs = np.stack([first, classes.members], axis=1)
    across: I64 = pairs[paragraph_documents[first] != paragraph_documents[classes.members]]
    return across


def similar_classes(
    code: U64,
    low: I64,
    high: I64,
    owner: U32,
    permutations: tuple[U32, U32],
    shape: tuple[int, int, int],
    hot: int,
    threads: int = 1,
    advance: Callable[[int], None] = lambda _: None,
) -> I64:
    """Candidates: pairs of classes of which at least one band agrees.

    Args:
        code: uint64[words].
        low, high: int64[c], the words of each class's first paragraph.
        owner: uint32[c]; two classes of one owner are no candidates.
        permutations: as :func:`syndetect.minhash.permutations` gives them.
        shape: words in a shingle, bands, rows.
        hot: the largest bucket that gives all its pairs; a larger one gives a star.
        threads: how many chunks are worked on at once.
        advance: told of bands that are done.

    Returns:
        int64[n, 2], ascending, the smaller class first, each pair once.
    """
    k, bands, rows = shape
    keys = np.empty(
        (bands, len(low)), np.uint32
    )  # half a key's width: what agrees by chance is verified anyway
    offsets = np.concatenate([[0], np.cumsum(high - low)])
    run_chunks(
        lambda a, b: band_keys(code, low[a:b], high[a:b], k, *permutations, rows, keys[:, a:b]),
        split_evenly(offsets, CHUNK_WORDS),
        threads,
    )

    def join_band(band: int, _: int) -> U64:
        ordered, places = sort_keys(keys[band].astype(np.uint64))
        pairs = pair_groups(places, find_groups(ordered), owner, hot)
        return (pairs[:, 0] << 32 | pairs[:, 1]).astype(np.uint64)

    parts = run_chunks(join_band, [(band, band + 1) for band in range(bands)], threads, advance)
    packed = np.unique(np.concatenate(parts)).astype(np.int64)
    return np.stack([packed >> 32, packed & 0xFFFFFFFF], axis=1)
