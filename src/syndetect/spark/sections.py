"""Sections of articles: of an article that shares little with others, a tile gets only the words around its seeds.

A pair of articles is aligned in the places that its words have in the whole articles, of which the others are missing.
An extension that may have read a missing word decides nothing (:func:`syndetect.matching.alignment.align` tells which
pairs are open): such pairs are aligned again with the whole articles. Few are, since seeds are near one another where
articles share more than a sentence.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import I32, I64, U32, U64, Array, order_by, run_starts
from syndetect.kernels.excerpts import lay_sections
from syndetect.spark.collisions import OddWords
from syndetect.spark.rows import Columns, Flat, bounds_of, numbers, packed, runs
from syndetect.spark.spacing import characters_at
from syndetect.spark.tiles import WANT

#: Words of a chunk, of which sections have some; and how far a section reaches around a seed.
_CHUNK, _REACH = 32, 48
#: Of what a tile holds for a section, about: of the whole article, too, of which most words are missing.
BYTES = 1 << 12
_S32 = np.uint64(32)


def wanted(records: Array, tile: U64) -> Array:
    """:data:`syndetect.spark.tiles.WANT` of seeds: of each article its first chunk, and those around its seeds."""
    seeds = np.maximum(records["seed"], 0)
    nothing, parts = np.zeros(len(records), np.int64), []
    for document, place in (records["a"], seeds >> 32), (records["b"], (seeds & 0xFFFFFFFF) >> 1):
        parts.append(_changing(tile, document, nothing, nothing + 1))
        parts.append(
            _changing(tile, document, np.maximum(place - _REACH, 0) // _CHUNK, (place + _REACH) // _CHUNK + 1)
        )
    found = np.concatenate(parts)
    found = found[order_by(found["tile"], found["document"], found["part"])]
    if not len(found):
        return found
    starts = run_starts(found["tile"], found["document"])
    article = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(found))).astype(np.uint64)
    behind = np.maximum.accumulate(article << _S32 | found["end"])
    first = np.append(
        0, 1 + np.flatnonzero(article[1:] << _S32 | found["part"][1:].astype(np.uint64) > behind[:-1])
    )
    sections: Array = found[first]
    sections["end"] = behind[np.append(first[1:], len(found)) - 1] & np.uint64(0xFFFFFFFF)
    return sections


def _changing(tile: U64, document: I64, part: I64, end: I64) -> Array:
    """Wants but for those that are as the one before: seeds that are near one another have the same."""
    rows = run_starts(tile, document, part, end)
    found = np.empty(len(rows), WANT)
    for name, column in zip(WANT.names or (), (tile, document, part, end), strict=True):
        found[name] = column[rows]
    return found


class Cut:
    """Sections of articles (``document``, ``code``, ``spacing``, ``quotes``, ``odd`` and ``told``).

    Columns that hold for the article are null, or empty, but in its first section.
    """

    def __init__(self, told: dict[str, str]) -> None:
        self.told = tuple(told)
        self.columns = Columns(document="long", code="binary", spacing="binary", before="long", quotes="binary",
                               odd="binary", **told)  # fmt: skip

    def __call__(self, articles: pa.RecordBatch, row: I64, wants: Array) -> pa.RecordBatch:
        """The sections that are wanted of the articles in some rows."""
        code, words = packed(articles, "code", np.uint32)
        size = np.diff(words)[row]
        low = np.minimum(wants["part"].astype(np.int64) * _CHUNK, size)
        high = np.minimum(wants["end"].astype(np.int64) * _CHUNK, size)
        spacing, whole = Flat.of(articles.column("spacing"))
        unit = np.where(np.diff(whole) > 2 * np.diff(words), 8, 2)[row]  # bytes of both edges of a word
        is_later = np.flatnonzero(low)
        before = np.zeros(len(row), np.int64)
        before[is_later] = characters_at(articles, row[is_later], 2 * low[is_later] - 1)
        is_head = wants["part"] == 0
        taken = pa.array(row, mask=~is_head)
        return self.columns.batch(
            document=wants["document"], before=before,
            code=runs(code, words[row] + low, high - low),
            spacing=runs(spacing, whole[row] + low * unit, (high - low) * unit),
            **{name: self._of_heads(articles, name, row, is_head) for name in ("quotes", "odd")},
            **{name: articles.column(name).take(taken) for name in self.told},
        )  # fmt: skip

    @staticmethod
    def _of_heads(articles: pa.RecordBatch, name: str, row: I64, is_head: Array) -> Flat:
        data, bounds = Flat.of(articles.column(name))
        return runs(data, bounds[row], np.where(is_head, np.diff(bounds)[row], 0))


class Laid(NamedTuple):
    """Articles end to end, of which words may be missing.

    Attributes:
        heads: the first sections, a row an article.
        article: int64[sections], the article of each section.
        first: int64[sections], its first word in the article.
        sections: as they came.
        code: uint32[words]; missing words have codes of their own.
        odd: the odd words.
        documents: int64[a + 1], the first word of each article.
        gaps: int32[words + 1], as of :func:`syndetect.matching.alignment.align`; None where no word is missing.
    """

    heads: pa.RecordBatch
    article: I64
    first: I64
    sections: pa.RecordBatch
    code: U32
    odd: OddWords
    documents: I64
    gaps: I32 | None

    @classmethod
    def of(cls, sections: pa.RecordBatch) -> "Laid":
        """Sections in order; whole articles are sections, too."""
        part = numbers(sections, "part").astype(np.int64)
        is_head = part == 0
        heads = sections.filter(pa.array(is_head))
        article = np.cumsum(is_head) - 1
        documents = bounds_of(numbers(heads, "words").astype(np.int64))
        held, bounds = packed(sections, "code", np.uint32)
        first = part * _CHUNK
        code, gaps = held, None
        if len(held) < documents[-1]:
            code, gaps = np.empty(documents[-1], np.uint32), np.empty(documents[-1] + 1, np.int32)
            lay_sections(held, bounds, documents[article] + first, code, gaps)
        return cls(heads, article, first, sections, code, OddWords.of(heads, documents), documents, gaps)

    def characters(self, article: I64, edge: I64) -> I64:
        """int64[n]: the characters at edges of words that are there, as :func:`characters_at` has them."""
        known = self.article << 32 | self.first
        section = np.searchsorted(known, article << 32 | edge >> 1, side="right") - 1
        found: I64 = characters_at(self.sections, section, edge - 2 * self.first[section])
        if "before" in self.sections.schema.names:
            found += numbers(self.sections, "before")[section]
        return found
