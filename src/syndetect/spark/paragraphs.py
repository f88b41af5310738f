"""Near-duplicate paragraphs: classes of identical ones, candidates of bands, and the exact comparison of candidates.

A paragraph is named by one number: that of its document, and, in the last 23 bits, its place among the sketched
paragraphs of that document.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
from xxhash import xxh3_64_intdigest

from syndetect.arrays import F64, I64, U32, U64, Array, Bool, find_groups, pack, unpack
from syndetect.kernels.documents import UNDATED
from syndetect.kernels.signatures import permutations
from syndetect.matching import bands, portions
from syndetect.matching.bands import ParagraphDocuments
from syndetect.settings import Settings
from syndetect.spark.alignment import CONFUSED
from syndetect.spark.collisions import ODD, are_confused, told_apart
from syndetect.spark.exchange import buckets_for, exchanged
from syndetect.spark.rows import Columns, Flat, bounds_of, in_portions, map_rows, numbers, packed
from syndetect.spark.stages import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ORDINAL_BITS = 23
PAIRS = Columns(a="long", b="long")
_CLASSES = Columns(pairs="binary", representatives="binary")
_PARAGRAPHS = Columns(
    paragraph="long", number="int", first="int", code="binary", odd="binary", begin="int", end="int"
)
COMPARED = Columns(
    a="long", number_a="int", begin_a="int", end_a="int", b="long", number_b="int", begin_b="int", end_b="int",
    jaccard="double", containment_a="double", containment_b="double", is_similar="boolean", seed="long",
)  # fmt: skip
#: Where a pair has no seed.
NO_SEED = -1
_LOWER, _S23 = np.uint64(0xFFFFFFFF), np.uint64(ORDINAL_BITS)


class _Sketched(NamedTuple):
    """Sketched paragraphs of a portion: rows of their articles, their names, numbers in their articles, words."""

    row: I64
    paragraph: U64
    number: I64
    low: I64
    high: I64
    sketch: bands.Sketch


class Sketches:
    """The sketches of paragraphs, and the candidates among them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        width = settings.bands
        self.kind = np.dtype([
            ("hash", "<u8"), ("check", "<u8"), ("paragraph", "<u8"), ("time", "<i8"), ("keys", "<u4", width),
        ])  # fmt: skip
        self.banded = np.dtype([("key", "<u8"), ("paragraph", "<u8"), ("time", "<i8")])

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The sketched paragraphs of articles (``document, published, code, paragraphs``)."""
        for batch in in_portions(batches):
            code, words = packed(batch, "code", np.uint32)
            found = sketched(batch, code, words, self.settings)
            records = np.empty(len(found.row), self.kind)
            records["hash"], records["paragraph"] = found.sketch.hashes, found.paragraph
            records["check"] = [
                xxh3_64_intdigest(code[low:high].data)
                for low, high in zip(found.low, found.high, strict=True)
            ]
            records["time"] = numbers(batch, "published")[found.row]
            records["keys"] = found.sketch.keys.T
            yield records["hash"].copy(), records

    def classes(self, records: Array) -> Iterator[pa.RecordBatch]:
        """The classes of identical paragraphs of a bucket: pairs with representatives, and these, as records."""
        order = np.lexsort((records["paragraph"], records["check"], records["hash"]))
        records = records[order]
        change = (np.diff(records["hash"]) != 0) | (np.diff(records["check"]) != 0)
        starts = np.concatenate([[0], np.flatnonzero(change) + 1, [len(records)]])
        leader = _leaders(starts, records["time"], self.settings.window)
        is_own = leader == np.arange(len(records))
        others = np.flatnonzero(~is_own)
        pairs = np.stack([records["paragraph"][leader[others]], records["paragraph"][others]], axis=1)
        pairs = pairs[pairs[:, 0] >> _S23 != pairs[:, 1] >> _S23]
        own = records[is_own]
        yield from _CLASSES.batches(
            pairs=Flat.of_items(pairs, np.array([0, len(pairs)])),
            representatives=Flat.of_items(own, np.array([0, len(own)])),
        )

    def emit_bands(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The band keys of the representatives of classes."""
        for batch in batches:
            own, _ = packed(batch, "representatives", self.kind)
            for band in range(self.settings.bands):
                records = np.empty(len(own), self.banded)
                records["key"] = own["keys"][:, band].astype(np.uint64) | np.uint64(band) << np.uint64(32)
                records["paragraph"], records["time"] = own["paragraph"], own["time"]
                yield records["key"].copy(), records

    def candidates(self, records: Array) -> Iterator[pa.RecordBatch]:
        """The pairs of representatives with one band key, each pair once a bucket."""
        records = records[np.lexsort((records["paragraph"], records["key"]))]
        groups = find_groups(records["key"])
        document = records["paragraph"] >> _S23
        named, which = np.unique(document, return_inverse=True)
        dense, time = which.astype(np.uint32), np.empty(len(named), np.int64)
        time[dense] = records["time"]
        count = len(time)
        documents = ParagraphDocuments(
            dense, time, np.arange(count, dtype=np.uint32), self.settings.window, np.ones(count, np.uint8)
        )
        sizes = groups[:, 1] - groups[:, 0]
        place = np.repeat(groups[:, 0] - bounds_of(sizes)[:-1], sizes) + np.arange(sizes.sum())
        number = np.repeat(np.arange(len(groups)), sizes)
        entries = pack(number, place)
        pairs = unpack(bands.pair_buckets(entries, documents, self.settings.hot_places))
        found = np.unique(records["paragraph"][pairs], axis=0).astype(np.int64)
        yield from PAIRS.batches(a=found[:, 0], b=found[:, 1])


def _leaders(starts: I64, time: I64, window: int) -> I64:
    """int64[n]: the leader of each paragraph of a class, the first one near enough in time to those behind it."""
    leader = np.repeat(starts[:-1], np.diff(starts))
    if window < 0:
        return leader
    for low, high in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        first = low
        for at in range(low + 1, high):
            if UNDATED not in (time[first], time[at]) and abs(time[at] - time[first]) > window:
                first = at
            leader[at] = first
    return leader


def sketched(batch: pa.RecordBatch, code: U32, words: I64, settings: Settings) -> _Sketched:
    """The sketched paragraphs of articles."""
    ends, bounds = packed(batch, "paragraphs", np.uint32)
    edges = np.append(0, ends + np.repeat(words[:-1], np.diff(bounds))).astype(np.int64)
    drawn = permutations(settings.slots, settings.seed)
    shape = settings.shingle_words, settings.bands, settings.rows
    sketch = bands.sketch(code, edges, settings.min_words, drawn, shape)
    row, ordinal, number = _names(sketch.paragraphs.astype(np.int64), bounds)
    name = numbers(batch, "document")[row].astype(np.uint64) << _S23 | ordinal.astype(np.uint64)
    low, high = edges[sketch.paragraphs], edges[sketch.paragraphs.astype(np.int64) + 1]
    return _Sketched(row, name, number, low, high, sketch)


def _names(paragraphs: I64, bounds: I64) -> tuple[I64, I64, I64]:
    """The article's row of paragraphs, their places among its sketched ones, and their numbers in it."""
    row = np.searchsorted(bounds, paragraphs, side="right") - 1
    first = np.searchsorted(row, row, side="left")
    return row, np.arange(len(row)) - first, paragraphs - bounds[row]


class Paragraphs:
    """The words of paragraphs, for those that are compared."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """A row a sketched paragraph, of articles."""
        for batch in in_portions(batches):
            code, words = packed(batch, "code", np.uint32)
            low, high, name, number, row = _spans(batch, words, self.settings.min_words)
            begin, end = packed(batch, "begin", np.uint32)[0], packed(batch, "end", np.uint32)[0]
            sizes = high - low
            which = np.repeat(low - bounds_of(sizes)[:-1], sizes) + np.arange(sizes.sum())
            yield from _PARAGRAPHS.batches(
                paragraph=name, number=number, first=low - words[row],
                code=Flat.of_items(code[which], bounds_of(sizes)), odd=_odd_in(batch, words, low, high),
                begin=begin[low], end=end[high - 1],
            )  # fmt: skip


def _odd_in(batch: pa.RecordBatch, words: I64, low: I64, high: I64) -> Flat:
    """The odd words of paragraphs, with their places in these; ``words`` are the bounds of articles."""
    odd, bounds = packed(batch, "odd", ODD)
    place = odd["place"] + np.repeat(words[:-1], np.diff(bounds))
    edges = np.searchsorted(place, low), np.searchsorted(place, high)
    sizes = edges[1] - edges[0]
    chosen = np.repeat(edges[0] - bounds_of(sizes)[:-1], sizes) + np.arange(sizes.sum())
    found = odd[chosen]
    found["place"] = place[chosen] - np.repeat(low, sizes)
    return Flat.of_items(found, bounds_of(sizes))


def _spans(batch: pa.RecordBatch, words: I64, least: int) -> tuple[I64, I64, U64, I64, I64]:
    ends, bounds = packed(batch, "paragraphs", np.uint32)
    edges = np.append(0, ends + np.repeat(words[:-1], np.diff(bounds))).astype(np.int64)
    chosen = np.flatnonzero(np.diff(edges) >= least)
    row, ordinal, number = _names(chosen, bounds)
    name = numbers(batch, "document")[row].astype(np.uint64) << _S23 | ordinal.astype(np.uint64)
    return edges[chosen], edges[chosen + 1], name, number, row


class Comparison:
    """Compares pairs of paragraphs exactly."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """:data:`COMPARED`, of pairs with the columns of :data:`_PARAGRAPHS` on both sides."""
        for batch in in_portions(batches, 1 << 24):
            yield from self._compared(batch)

    def _compared(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        rows = batch.num_rows
        (one, bounds_a), (two, bounds_b) = (packed(batch, f"code_{side}", np.uint32) for side in "ab")
        code = np.concatenate([one, two])
        bounds = np.concatenate([bounds_a, bounds_b[1:] + bounds_a[-1]])
        shares, is_similar, seeds = self._of_words(batch, code, bounds, np.arange(rows))
        again = seeds[:0]
        odd = [packed(batch, f"odd_{side}", ODD) for side in "ab"]
        if any(len(found) for found, _ in odd):
            records = np.concatenate([found for found, _ in odd])
            told = told_apart(code, bounds, records, np.append(odd[0][1], odd[1][1][1:] + odd[0][1][-1]))
            spans = np.stack([bounds[:-1], bounds[1:]], axis=1)
            again = np.flatnonzero(is_similar & are_confused(code, told, spans[:rows], spans[rows:]))
        if len(again):
            right = self._of_words(batch, told, bounds, again)
            shares[again], is_similar[again] = right[0][again], right[1][again]
            yield from self._rows(batch, again, shares, is_similar & False, np.full(rows, CONFUSED))
            yield from self._rows(batch, again, shares, is_similar & False, right[2])
        yield from self._rows(batch, np.arange(rows), shares, is_similar, seeds)

    def _of_words(self, batch: pa.RecordBatch, code: U32, bounds: I64, which: I64) -> tuple[F64, Bool, I64]:
        """What some pairs share, whether they are similar, and their seeds, of all pairs of a batch."""
        rows = batch.num_rows
        found = portions.compare_paragraphs(
            code, bounds, np.stack([which, which + rows], axis=1), self.settings
        )
        first, second = (
            (found.seeds >> np.uint64(32)).astype(np.int64),
            (found.seeds & _LOWER).astype(np.int64) >> 1,
        )
        at, similar = np.searchsorted(bounds, first, side="right") - 1, found.pairs[:, 0]
        seeds = np.full(rows, NO_SEED)
        one_place = numbers(batch, "first_a")[at] + first - bounds[at]
        other_place = numbers(batch, "first_b")[at] + second - bounds[at + rows]
        seeds[at] = one_place << 32 | other_place << 1 | 1
        shares, is_similar = np.zeros((rows, 3)), np.zeros(rows, bool)
        shares[similar], is_similar[similar] = found.shares, True
        return shares, is_similar, seeds

    def _rows(
        self, batch: pa.RecordBatch, which: I64, shares: F64, is_similar: Bool, seeds: I64
    ) -> Iterator[pa.RecordBatch]:
        columns = {
            f"{name}_{side}": numbers(batch, f"{name}_{side}")[which]
            for side in "ab" for name in ("number", "begin", "end")
        }  # fmt: skip
        yield from COMPARED.batches(
            a=numbers(batch, "a")[which] >> ORDINAL_BITS, b=numbers(batch, "b")[which] >> ORDINAL_BITS,
            is_similar=is_similar[which], jaccard=shares[which, 0], containment_a=shares[which, 1],
            containment_b=shares[which, 2], seed=seeds[which], **columns,
        )  # fmt: skip


def compared(
    articles: "DataFrame", settings: Settings, facts: Mapping[str, int], stages: Stages
) -> "DataFrame":
    """The candidate pairs of paragraphs, compared: :data:`COMPARED`.

    Args:
        articles: ``document, published, code, begin, end, paragraphs, odd``.
        settings: what decides the candidates and what is similar.
        facts: ``words`` of all articles.
        stages: keep what was found.
    """
    sketches = Sketches(settings)
    most = facts["words"] // settings.min_words  # paragraphs
    light = articles.select("document", "published", "code", "paragraphs")
    size = most // 4 * sketches.kind.itemsize
    classes = stages.table("classes", lambda: exchanged(
        light, sketches.emit, sketches.kind, _CLASSES, sketches.classes, buckets_for(size)
    ))  # fmt: skip
    banded = exchanged(
        classes, sketches.emit_bands, sketches.banded, PAIRS, sketches.candidates,
        buckets_for(most // 4 * settings.bands * sketches.banded.itemsize),
    )  # fmt: skip
    same = map_rows(classes, PAIRS, _identical)
    pairs = stages.table("candidates", lambda: banded.union(same).distinct())
    words = map_rows(
        articles.select("document", "code", "odd", "begin", "end", "paragraphs"),
        _PARAGRAPHS,
        Paragraphs(settings),
    )
    one, two = (words.toDF(*(name + f"_{side}" for name in _PARAGRAPHS.kinds)) for side in "ab")
    both = pairs.join(one, pairs["a"] == one["paragraph_a"]).join(two, pairs["b"] == two["paragraph_b"])
    return stages.table("compared", lambda: map_rows(both, COMPARED, Comparison(settings)))


def _identical(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The pairs of identical paragraphs of classes."""
    for batch in batches:
        pairs = packed(batch, "pairs", np.int64)[0].reshape(-1, 2)
        yield from PAIRS.batches(a=pairs[:, 0], b=pairs[:, 1])
