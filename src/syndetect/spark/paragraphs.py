"""Near-duplicate paragraphs: classes of identical ones, and candidates of bands.

A paragraph is named by one number: that of its document, and, in the last 23 bits, its place among the sketched
paragraphs of that document.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
from xxhash import xxh3_64_intdigest

from syndetect.arrays import (
    I64,
    U32,
    U64,
    Array,
    expand,
    find_groups,
    is_among,
    order_by,
    pack,
    ranked,
    run_starts,
    unpack,
)
from syndetect.kernels.documents import UNDATED
from syndetect.kernels.signatures import permutations
from syndetect.matching import bands
from syndetect.matching.bands import ParagraphDocuments
from syndetect.settings import Settings
from syndetect.spark.articles import PARAGRAPH, sample, sample_size
from syndetect.spark.exchange import buckets_for, exchanged, in_order, time_field, times_of
from syndetect.spark.rows import RECORDS, Columns, Flat, in_portions, map_rows, numbers, packed, record_rows
from syndetect.spark.stages import Stages
from syndetect.spark.stars import PLACE, Star, has_giants, least_of_sample, stars

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ORDINAL_BITS = 23
#: A pair of paragraphs: their articles, and their places among the sketched ones.
PAIR = np.dtype([("a", "<i8"), ("b", "<i8"), ("one", "<u4"), ("other", "<u4")])
_CLASSES = Columns(pairs="binary", representatives="binary")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_S23, _S32 = np.uint64(ORDINAL_BITS), np.uint64(32)


class _Sketched(NamedTuple):
    """Sketched paragraphs of a portion: rows of their articles, their names, their words."""

    row: I64
    paragraph: U64
    low: I64
    high: I64
    sketch: bands.Sketch


class Giants(NamedTuple):
    """By a sample, ascending: the names of classes of very many identical paragraphs, and band keys of very many."""

    classes: U64
    bands: U64

    @classmethod
    def none(cls) -> "Giants":
        """No key is taken for one."""
        return cls(np.empty(0, np.uint64), np.empty(0, np.uint64))


class Sketches:
    """The sketches of paragraphs, and the candidates among them."""

    def __init__(self, settings: Settings, giants: Giants | None = None) -> None:
        self.settings, self.giants = settings, giants or Giants.none()
        named = [("paragraph", "<u8"), *time_field(settings.window)]
        self.own = np.dtype([*named, ("keys", "<u4", settings.bands)])  # a representative
        self.kind = np.dtype([("hash", "<u8"), ("check", "<u8"), *self.own.descr])
        self.banded = np.dtype([("key", "<u4"), *named])

    def emit(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The sketched paragraphs of articles (``document, published, code, paragraphs``)."""
        for records in self.sketch(batches):
            if not len(self.giants.classes):
                yield records["hash"].copy(), records
                continue
            chosen = records[~is_among(_class_of(records), self.giants.classes)]
            yield chosen["hash"].copy(), chosen

    def sketch(self, batches: Iterator[pa.RecordBatch]) -> Iterator[Array]:
        """The records of the sketched paragraphs of articles, portion by portion."""
        for batch in in_portions(batches):
            code, words = packed(batch, "code", np.uint32)
            found = sketched(batch, code, words, self.settings)
            records = np.empty(len(found.row), self.kind)
            records["hash"], records["paragraph"] = found.sketch.hashes, found.paragraph
            records["check"] = [
                xxh3_64_intdigest(code[low:high].data)
                for low, high in zip(found.low, found.high, strict=True)
            ]
            if self.settings.window >= 0:
                records["time"] = numbers(batch, "published")[found.row]
            records["keys"] = found.sketch.keys.T
            yield records

    def star_classes(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The paragraphs of very large classes: :data:`syndetect.spark.stars.PLACE`."""
        for records in self.sketch(batches):
            key = _class_of(records)
            chosen = is_among(key, self.giants.classes)
            yield key[chosen], _places(key[chosen], records["paragraph"][chosen])

    def star_bands(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The representatives with band keys of very many: :data:`syndetect.spark.stars.PLACE`."""
        for key, records in self._banded(batches):
            chosen = is_among(key, self.giants.bands)
            yield key[chosen], _places(key[chosen], records["paragraph"][chosen])

    def classes(self, records: Array) -> Iterator[pa.RecordBatch]:
        """The classes of identical paragraphs of a bucket: pairs with representatives, and these, as records."""
        records = records[order_by(records["hash"], records["check"], records["paragraph"])]
        starts = np.append(run_starts(records["hash"], records["check"]), len(records))
        leader = _leaders(starts, times_of(records), self.settings.window)
        is_own = leader == np.arange(len(records))
        others = np.flatnonzero(~is_own)
        pairs = np.stack([records["paragraph"][leader[others]], records["paragraph"][others]], axis=1)
        pairs = pairs[pairs[:, 0] >> _S23 != pairs[:, 1] >> _S23]
        own = self.representatives(records, np.flatnonzero(is_own))
        yield from _CLASSES.batches(
            pairs=Flat.of_items(pairs, np.array([0, len(pairs)])),
            representatives=Flat.of_items(own, np.array([0, len(own)])),
        )

    def representatives(self, records: Array, rows: I64) -> Array:
        """Some of the sketched paragraphs as representatives."""
        own = np.empty(len(rows), self.own)
        for name in self.own.names or ():
            own[name] = records[name][rows]
        return own

    def emit_bands(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        """The band keys of the representatives of classes, each with the number of its band in the upper half."""
        for key, records in self._banded(batches):
            if not len(self.giants.bands):
                yield key, records
                continue
            chosen = ~is_among(key, self.giants.bands)
            yield key[chosen], records[chosen]

    def _banded(self, batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[U64, Array]]:
        for batch in in_portions(batches):
            own, _ = packed(batch, "representatives", self.own)
            for band in range(self.settings.bands):
                records = np.empty(len(own), self.banded)
                records["key"] = own["keys"][:, band]
                for name in (self.banded.names or ())[1:]:
                    records[name] = own[name]
                yield records["key"] | np.uint64(band) << _S32, records

    def candidates(self, records: Array) -> Iterator[pa.RecordBatch]:
        """The pairs of representatives with one key, those of one band, each pair once a bucket."""
        order = in_order(records, "paragraph")
        groups = find_groups(records["key"][order].astype(np.uint64))
        number, place = expand(groups[:, 0], groups[:, 1] - groups[:, 0])
        records = records[order[place]]
        named, first, which = ranked(records["paragraph"] >> _S23)
        count = len(named)
        documents = ParagraphDocuments(
            which.astype(np.uint32), times_of(records)[first], np.arange(count, dtype=np.uint32),
            self.settings.window, np.ones(count, np.uint8),
        )  # fmt: skip
        entries = pack(number, np.arange(len(records)))
        pairs = unpack(bands.pair_buckets(entries, documents, self.settings.hot_places))
        name = records["paragraph"]
        found = pairs_of(name[pairs[:, 0]], name[pairs[:, 1]])
        yield from pair_rows(found[:, 0], found[:, 1])


def pair_rows(one: I64, other: I64) -> Iterator[pa.RecordBatch]:
    """Records of :data:`PAIR`, of names of paragraphs."""
    ordinals = (1 << ORDINAL_BITS) - 1
    records = np.empty(len(one), PAIR)
    records["a"], records["b"] = one >> ORDINAL_BITS, other >> ORDINAL_BITS
    records["one"], records["other"] = one & ordinals, other & ordinals
    yield from record_rows(records)


def pairs_of(one: Array, other: Array) -> Array:
    """int64[n, 2]: pairs of numbers, each once, in order."""
    order = order_by(one, other)
    starts = run_starts(one[order], other[order])
    return np.stack([one[order][starts], other[order][starts]], axis=1).astype(np.int64)


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
    edges, bounds = edges_of(batch, words)
    drawn = permutations(settings.slots, settings.seed)
    shape = settings.shingle_words, settings.bands, settings.rows
    sketch = bands.sketch(code, edges, settings.min_words, drawn, shape)
    number = sketch.paragraphs.astype(np.int64)
    row = np.searchsorted(bounds, number, side="right") - 1
    ordinal = np.arange(len(row)) - np.searchsorted(row, row, side="left")
    name = numbers(batch, "document")[row].astype(np.uint64) << _S23 | ordinal.astype(np.uint64)
    return _Sketched(row, name, edges[number], edges[number + 1], sketch)


def edges_of(batch: pa.RecordBatch, words: I64) -> tuple[I64, I64]:
    """int64[p + 1], the first words of the paragraphs of articles end to end; and the bounds of each article's.

    Args:
        batch: ``paragraphs``.
        words: int64[n + 1], the first word of each article.
    """
    found, bounds = packed(batch, "paragraphs", PARAGRAPH)
    ends = found["end"] + np.repeat(words[:-1], np.diff(bounds))
    return np.append(0, ends).astype(np.int64), bounds


def _class_of(records: Array) -> U64:
    """uint64[n]: a name of the class of each paragraph."""
    names: U64 = records["hash"] * _MIX ^ records["check"]
    return names


def _places(key: U64, paragraph: U64) -> Array:
    found = np.zeros(len(key), PLACE)
    found["key"], found["document"] = key, paragraph >> _S23
    found["place"] = paragraph & np.uint64((1 << ORDINAL_BITS) - 1)
    return found


def _paired(one: Array, other: Array) -> Array:
    """:data:`PAIR` of places."""
    found = np.empty(len(one), PAIR)
    found["a"], found["b"] = one["document"], other["document"]
    found["one"], found["other"] = one["place"], other["place"]
    return found


class _Representatives:
    """The first paragraphs of very large classes, as :data:`_CLASSES`."""

    def __init__(self, sketches: Sketches, first: Array) -> None:
        self.sketches, self.name = sketches, np.sort(first["document"] << ORDINAL_BITS | first["place"])

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for records in self.sketches.sketch(batches):
            own = self.sketches.representatives(
                records, np.flatnonzero(is_among(records["paragraph"].astype(np.int64), self.name))
            )
            yield from _CLASSES.batches(
                pairs=Flat.of_items(np.empty(0, np.int64), np.zeros(2, np.int64)),
                representatives=Flat.of_items(own, np.array([0, len(own)])),
            )


def _giants(articles: "DataFrame", sketches: Sketches, counts: Mapping[str, int]) -> Giants:
    """The keys of so many paragraphs of a sample that very many of all have them."""
    taken = sample_size(counts)
    chosen = sample(articles, counts["documents"], taken).toArrow().to_batches()
    records = np.concatenate([np.empty(0, sketches.kind), *sketches.sketch(iter(chosen))])
    least = least_of_sample(sketches.settings.hot_places, taken, counts["documents"])
    names, first, of_classes = np.unique(_class_of(records), return_index=True, return_counts=True)
    own = records[first]  # of each class one
    keys = own["keys"] | np.arange(sketches.settings.bands, dtype=np.uint64) << _S32
    bands_, of_bands = np.unique(keys.reshape(-1), return_counts=True)
    return Giants(names[of_classes >= least], bands_[of_bands >= least])


def candidates(
    articles: "DataFrame", settings: Settings, counts: Mapping[str, int], stages: Stages
) -> "DataFrame":
    """The candidate pairs of paragraphs: records of :data:`PAIR`, some more than once.

    Classes and band keys of very many paragraphs are told by a sample that the driver counts, and become stars by
    ranges of time (:mod:`syndetect.spark.stars`).

    Args:
        articles: ``document, published, code, paragraphs``.
        settings: what decides the candidates.
        counts: ``documents`` and ``words`` of all articles.
        stages: keep what was found.
    """
    sketches = Sketches(settings)
    most = counts["words"] // settings.min_words  # paragraphs
    light = articles.select("document", "published", "code", "paragraphs")
    if has_giants(settings.window, counts["documents"]):
        sketches.giants = _giants(light, sketches, counts)
    size = most // 4 * sketches.kind.itemsize
    classes = stages.table("classes", lambda: exchanged(
        light, sketches.emit, sketches.kind, _CLASSES, sketches.classes, buckets_for(size)
    ))  # fmt: skip
    pairs = map_rows(classes, RECORDS, _identical)
    of_giants = len(sketches.giants.classes) * counts["documents"]
    if of_giants:
        star = Star(sketches.star_classes, _paired, has_chain=False)
        found, first = stars(light, star, of_giants, stages, "star-classes")
        firsts = light.filter(light["document"].isin(np.unique(first["document"]).tolist()))
        classes = classes.union(map_rows(firsts, _CLASSES, _Representatives(sketches, first)))
        pairs = pairs.union(found)
    banded = exchanged(
        classes, sketches.emit_bands, sketches.banded, RECORDS, sketches.candidates,
        buckets_for(most // 4 * settings.bands * sketches.banded.itemsize), ranges=settings.bands,
    )  # fmt: skip
    pairs = pairs.union(banded)
    of_giants = len(sketches.giants.bands) * counts["documents"]
    if of_giants:
        pairs = pairs.union(
            stars(classes, Star(sketches.star_bands, _paired), of_giants, stages, "star-bands")[0]
        )
    return stages.table("candidates", lambda: pairs)


def _identical(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The pairs of identical paragraphs of classes."""
    for batch in batches:
        pairs = packed(batch, "pairs", np.int64)[0].reshape(-1, 2)
        yield from pair_rows(pairs[:, 0], pairs[:, 1])
