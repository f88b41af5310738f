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

from syndetect.arrays import I64, U8, U32, U64, Array, Bool, is_among, ranked, run_starts, sort_values, unique
from syndetect.matching import tokens
from syndetect.matching.tokens import Key
from syndetect.spark.exchange import buckets_for, exchanged
from syndetect.spark.rows import Columns, Flat, in_portions, map_rows, packed
from syndetect.spark.stages import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: A word that is odd: its place in its article or paragraph, and the code that tells it apart.
ODD = np.dtype([("place", "<u4"), ("code", "<u4")])
_PORTION = 1 << 24
SPELLING = np.dtype([("spelling", "<u8"), ("count", "<i8")])
_SPELLINGS = Columns(spelling="long", place="int")
_NAMES = Columns(doc_id="string")
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
    found, _, which = ranked(records["spelling"])
    counts = np.bincount(which, records["count"], len(found)).astype(np.int64)
    code = found >> _S32
    order = np.lexsort((found, -counts, code))
    starts = np.flatnonzero(np.diff(code[order], prepend=np.uint64(1 << 40)) != 0)
    sizes = np.diff(starts, append=len(order))
    place = np.arange(len(order)) - np.repeat(starts, sizes)
    chosen = np.repeat(sizes > 1, sizes)
    yield from _SPELLINGS.batches(spelling=found[order][chosen], place=place[chosen])


@dataclass(frozen=True)
class _Having:
    """The articles with a code of several spellings."""

    codes: U32

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in in_portions(batches, _PORTION):
            code, bounds = packed(batch, "code", np.uint32)
            rows = unique(
                np.searchsorted(bounds, np.flatnonzero(is_among(code, self.codes)), side="right") - 1
            )
            yield from _NAMES.batches(doc_id=batch.column("doc_id").take(pa.array(rows)))


@dataclass(frozen=True)
class _Odd:
    """The odd words of articles that have any."""

    key: Key
    shared: Shared

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in in_portions(batches, _PORTION):
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
    having = _Having((shared.spelling >> _S32).astype(np.uint32))
    named = stages.table("odd-articles", lambda: map_rows(read.select("doc_id", "code"), _NAMES, having))
    texts = read.select("doc_id", "text", "code").join(named, "doc_id", "left_semi")  # few are named
    odd = stages.table("odd", lambda: map_rows(texts, _OF_ARTICLES, work))
    return articles.join(odd, "doc_id", "left").withColumn("odd", F.coalesce("odd", F.lit(b"")))


class OddWords(NamedTuple):
    """The odd words of articles or paragraphs end to end.

    Attributes:
        at: int64[n], ascending, where they are.
        code: uint32[n], the codes that tell them apart.
    """

    at: I64
    code: U32

    @classmethod
    def of(cls, batch: pa.RecordBatch, bounds: I64) -> "OddWords":
        """Those of articles or paragraphs with the column ``odd``, of which the words have these bounds."""
        odd, odd_bounds = packed(batch, "odd", ODD)
        return cls(odd["place"] + np.repeat(bounds[:-1], np.diff(odd_bounds)), odd["code"])

    def told_apart(self, code: U32) -> U32:
        """The codes of words, in which odd ones have codes of their own."""
        found = code.copy()
        found[self.at] = self.code
        return found

    def are_confused(self, code: U32, one: I64, other: I64) -> Bool:
        """bool[n]: the pairs of ranges of words (int64[n, 2] each) in which a code has different spellings."""
        sides = [(words, np.searchsorted(self.at, words)) for words in (one, other)]
        found = np.zeros(len(one), bool)
        for row in np.flatnonzero(sum(np.diff(odd, axis=1)[:, 0] for _, odd in sides)).tolist():
            own = [(words[row].tolist(), odd[row].tolist()) for words, odd in sides]
            found[row] = self._is_confused(code, own)
        return found

    def _is_confused(self, code: U32, sides: list[tuple[list[int], list[int]]]) -> bool:
        """Whether a code has different spellings in two ranges: of words, and of odd words that are in them."""
        plain, told, wanted = [], [], set()
        for (low, high), (first, end) in sides:
            plain.append(code[low:high])
            told.append(plain[-1].copy())
            told[-1][self.at[first:end] - low] = self.code[first:end]
            wanted.update(code[self.at[first:end]].tolist())
        for value in wanted:
            one, other = (set(own[of == value].tolist()) for own, of in zip(told, plain, strict=True))
            if one and other and one != other:
                return True
        return False
