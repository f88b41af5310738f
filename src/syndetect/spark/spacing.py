"""Where the words of articles stand, in two bytes a word: how far each edge of a word is from the one before it."""

from typing import Any

import numpy as np

from syndetect.arrays import I64, U32, bounds_of, order_by
from syndetect.kernels.excerpts import find_characters
from syndetect.spark.rows import Flat

_NARROW, _WIDE = 1, 4  # bytes of a distance; those of one article have one size


def packed_places(begin: U32, end: U32, documents: I64) -> Flat:
    """The distances between the edges of words, article by article.

    Args:
        begin, end: uint32[words], characters, counted from the beginning of each article.
        documents: int64[d + 1], the first word of each.
    """
    edges = np.stack([begin, end], axis=1).reshape(-1)
    bounds = 2 * documents
    gaps = np.diff(edges, prepend=np.uint32(0))
    first = bounds[:-1][np.diff(bounds) > 0]
    gaps[first] = edges[first]
    is_wide = np.zeros(len(documents) - 1, bool)
    is_wide[np.searchsorted(bounds, np.flatnonzero(gaps >= 1 << 8), side="right") - 1] = True
    sizes = np.where(is_wide, _WIDE, _NARROW)
    if not is_wide.any():
        return Flat(gaps.astype(np.uint8), bounds)
    whole = bounds_of(np.diff(bounds) * sizes)
    data = np.empty(int(whole[-1]), np.uint8)
    at, size = _bytes_of(bounds, whole, sizes)
    for byte in range(_WIDE):
        chosen = size > byte
        data[at[chosen] + byte] = gaps[chosen] >> np.uint32(8 * byte) & np.uint32(0xFF)
    return Flat(data, whole)


def characters_at(batch: Any, row: I64, edge: I64) -> I64:
    """int64[n]: the characters at edges of words.

    Args:
        batch: articles with ``code`` and ``spacing``.
        row: int64[n], articles.
        edge: int64[n], ``2 * word`` for where a word of the article begins, and one more for where it ends.
    """
    data, whole = Flat.of(batch.column("spacing"))
    bounds = Flat.of(batch.column("code")).bounds // 2  # two edges a word of four bytes
    sizes = np.where(np.diff(whole) > np.diff(bounds), _WIDE, _NARROW)
    order = order_by(row, edge)
    found, characters = np.empty(len(row), np.int64), np.empty(len(row), np.int64)
    find_characters(np.ascontiguousarray(data), whole[:-1], sizes, row[order], edge[order], found)
    characters[order] = found
    return characters


def _bytes_of(bounds: I64, whole: I64, sizes: I64) -> tuple[I64, I64]:
    """The first byte of every distance, and its size."""
    size = np.repeat(sizes, np.diff(bounds))
    place = np.arange(len(size)) - np.repeat(bounds[:-1], np.diff(bounds))
    return np.repeat(whole[:-1], np.diff(bounds)) + place * size, size
