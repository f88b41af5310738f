"""Different words that share a code, told apart as :mod:`syndetect.pipeline.collisions` does for one machine.

The words of all articles have codes by a secret key as well; the *spellings* of a code are those that it has by the
key. Of each code all words but those of its most frequent spelling are *odd*, and get a code of their own where pairs
of articles are compared again: those with a code of which both sides of a match have different spellings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from syndetect.arrays import I64, U8, U32, U64, Array, Bool, is_among, run_starts, sort_values
from syndetect.matching import tokens
from syndetect.matching.tokens import Key
from syndetect.spark.exchange import buckets_for, exchanged
from syndetect.spark.rows import Columns, Flat, in_portions, joined, map_rows, packed
from syndetect.spark.stages import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: A word that is odd: its place in its article or paragraph, and the code that tells it apart.
ODD = np.dtype([("place", "<u4"), ("code", "<u4")])
_PORTION = 1 << 24
SPELLING = np.dtype([("spelling", "<u8"), ("count", "<i8")])
_SPELLINGS = Columns(spelling="long", place="int")
_OF_ARTICLES = Columns(doc_id="string", odd="binary")
#: Between the codes of words that shared one; even, so that the lowest bit stays.
_STEP = np.uint32(2 * 0x4F1BBCDD)
_S32 = np.uint64(32)


class Shared(NamedTuple):
    """The odd spellings (uint64[n], ascending: the code in the upper half), and the codes that tell them apart."""

    spelling: U64
    code: U32


def secret_key(stages: Stages) -> Key:
    """The key of a scan's spellings; it is kept, so that a call that is made again has the same."""
    secret = stages.facts("key", lambda: {"key": [str(part) for part in tokens.secret_key()]})["key"]
    return int(secret[0]), int(secret[1])


def spellings_of(code: U32, data: U8, bounds: I64, key: Key) -> U64:
    """uint64[words]: the spellings of all words of texts, the code in the upper half."""
    keyed = tokens.tokenise(data, bounds, key=key).code
    return code.astype(np.uint64) << _S32 | keyed


def counted(spelt: U64) -> Array:
    """:data:`SPELLING` of words, each once."""
    ordered = sort_values(spelt)
    starts = run_starts(ordered)
    records = np.empty(len(starts), SPELLING)
    records["spelling"], records["count"] = ordered[starts], np.diff(starts, append=len(ordered))
    return records


def _emit(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
    for batch in batches:
        records, _ = packed(batch, "spellings", SPELLING)
        yield records["spelling"] >> _S32, records


def _take(records: Array) -> Iterator[pa.RecordBatch]:
    """The spellings of codes that have several, with the place of each among them, the most frequent first."""
    found, which = np.unique(records["spelling"], return_inverse=True)
    counts = np.bincount(which, records["count"], len(found)).astype(np.int64)
    code = found >> _S32
    order = np.lexsort((found, -counts, code))
    starts = np.flatnonzero(np.diff(code[order], prepend=np.uint64(1 << 40)) != 0)
    sizes = np.diff(starts, append=len(order))
    place = np.arange(len(order)) - np.repeat(starts, sizes)
    chosen = np.repeat(sizes > 1, sizes)
    yield from _SPELLINGS.batches(spelling=found[order][chosen], place=place[chosen])


@dataclass(frozen=True)
class _Odd:
    """The odd words of articles that have any."""

    key: Key
    shared: Shared

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        codes = (self.shared.spelling >> _S32).astype(np.uint32)
        for whole in in_portions(batches, _PORTION):
            code, bounds = packed(whole, "code", np.uint32)
            rows = np.unique(np.searchsorted(bounds, np.flatnonzero(is_among(code, codes)), side="right") - 1)
            batch = joined([whole.take(pa.array(rows))])
            code, bounds = packed(batch, "code", np.uint32)
            text = Flat.of(batch.column("text"))
            spelling = spellings_of(code, text.data, text.bounds, self.key)
            at = np.minimum(np.searchsorted(self.shared.spelling, spelling), len(self.shared.spelling) - 1)
            words = np.flatnonzero(self.shared.spelling[at] == spelling)
            row = np.searchsorted(bounds, words, side="right") - 1
            records = np.empty(len(words), ODD)
            records["place"], records["code"] = words - bounds[row], self.shared.code[at[words]]
            used, first = np.unique(row, return_index=True)
            edges = np.append(first, len(row))
            yield from _OF_ARTICLES.batches(
                doc_id=batch.column("doc_id").take(pa.array(used)), odd=Flat.of_items(records, edges)
            )


def with_odd(articles: "DataFrame", read: "DataFrame", counts: dict[str, int], stages: Stages) -> "DataFrame":
    """Articles with the column ``odd``, :data:`ODD` of each; few have any.

    The driver holds the odd spellings, 12 bytes each: of a million different words there are some hundred.

    Args:
        articles: ``doc_id`` and others.
        read: ``doc_id, text, code, spellings``.
        counts: ``words`` of all.
        stages: keep what was found.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    found = stages.table("spellings", lambda: exchanged(
        read.select("spellings"), _emit, SPELLING, _SPELLINGS, _take,
        buckets_for(counts["words"] // 8 * SPELLING.itemsize),
    ))  # fmt: skip
    rows = found.filter("place > 0").toArrow()
    spelling = rows.column("spelling").to_numpy().view(np.uint64)
    if not len(spelling):
        return articles.withColumn("odd", F.lit(b""))
    order = np.argsort(spelling)
    code = (spelling >> _S32).astype(np.uint32) + rows.column("place").to_numpy().astype(np.uint32) * _STEP
    shared = Shared(spelling[order], code[order])
    work = _Odd(secret_key(stages), shared)
    odd = stages.table("odd", lambda: map_rows(read.select("doc_id", "text", "code"), _OF_ARTICLES, work))
    return articles.join(odd, "doc_id", "left").withColumn("odd", F.coalesce("odd", F.lit(b"")))


def told_apart(code: U32, bounds: I64, odd: Array, odd_bounds: I64) -> U32:
    """The codes of articles or paragraphs end to end, in which odd words have codes of their own."""
    found = code.copy()
    found[odd["place"] + np.repeat(bounds[:-1], np.diff(odd_bounds))] = odd["code"]
    return found


def are_confused(code: U32, told: U32, one: I64, other: I64) -> Bool:
    """bool[n]: the pairs of ranges of words (int64[n, 2] each) in which a code has different spellings.

    Args:
        code: uint32[words].
        told: the same, with odd words told apart.
        one, other: the ranges.
    """
    odd = np.flatnonzero(code != told)
    found = np.zeros(len(one), bool)
    counts = [np.diff(np.searchsorted(odd, side), axis=1)[:, 0] for side in (one, other)]
    for row in np.flatnonzero(counts[0] + counts[1]).tolist():
        sides = [slice(*one[row].tolist()), slice(*other[row].tolist())]
        wanted = {value for side in sides for value in code[side][code[side] != told[side]].tolist()}
        for value in wanted:
            spellings = [set(told[side][code[side] == value].tolist()) for side in sides]
            found[row] |= bool(spellings[0] and spellings[1] and spellings[0] != spellings[1])
    return found
