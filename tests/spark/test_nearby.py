"""Fingerprints with a window: what slices of time give is what all places at once give."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from syndetect.arrays import I64, U32, Array
from syndetect.kernels.documents import UNDATED
from syndetect.matching import places, winnowing
from syndetect.matching.places import Places
from syndetect.settings import Settings

pytestmark = pytest.mark.needs("pyspark", "pyarrow")

_DAY = 86_400_000_000


def corpus(draw: np.random.Generator, count: int, undated: float) -> tuple[U32, I64, I64]:
    """Articles of phrases that many share: their words, the bounds of each, and times in order, undated ones last."""
    phrases = draw.integers(1 << 24, 1 << 32, (8, 40), np.uint32)
    texts = []
    for _ in range(count):
        own = draw.integers(1 << 24, 1 << 32, (3, 15), np.uint32)
        chosen = phrases[draw.integers(0, len(phrases), 2)]
        low = draw.integers(0, 12)
        texts.append(np.concatenate([own[0], chosen[0][low:], own[1], chosen[1], own[2][:low]]))
    time = np.sort(draw.integers(0, 100, count) * (_DAY // 2) + draw.integers(0, 3, count))
    time[count - int(undated * count) :] = UNDATED
    return np.concatenate(texts), np.append(0, np.cumsum([len(text) for text in texts])), time


def expected(code: U32, bounds: I64, time: I64, settings: Settings) -> Array:
    """The seeds of all postings at once."""
    from syndetect.spark.fingerprints import SEED  # noqa: PLC0415

    found = winnowing.fingerprint(code, bounds, settings.fingerprint_words, settings.winnow_window)
    rank = np.arange(len(time), dtype=np.uint32)
    whole = Places.of(places.tags(code), bounds, time, rank)
    limits = winnowing.JoinLimits.of(settings)
    seeds = np.concatenate([
        winnowing.join(found.entries[low:high], whole, limits).words
        for low, high in zip(found.bounds[:-1], found.bounds[1:], strict=True)
    ])  # fmt: skip
    first, second = seeds >> np.uint64(32), (seeds & np.uint64(0xFFFFFFFF)) >> np.uint64(1)
    one, two = (np.searchsorted(bounds, side, side="right") - 1 for side in (first, second))
    laid = np.empty(len(seeds), SEED)
    laid["a"], laid["b"] = one, two
    laid["seed"] = (first.astype(np.int64) - bounds[one]) << 32 | (second.astype(np.int64) - bounds[two]) << 1
    laid["seed"] |= (seeds & np.uint64(1)).astype(np.int64)
    return np.sort(laid)


class Exchanged:
    """What Spark does between the two halves of a step, in buckets of a few keys."""

    def __init__(self) -> None:
        self.seeds: list[Array] = []
        self.largest = 0

    def __call__(self, step: Any, batches: Iterator[Any]) -> list[Any]:
        """Take the seeds of a step, and give back batches of its crowds."""
        from syndetect.spark.fingerprints import SEED  # noqa: PLC0415
        from syndetect.spark.rows import packed  # noqa: PLC0415

        emitted = list(step.emit(batches))
        if not emitted:
            return []
        keys, records = (np.concatenate(parts) for parts in zip(*emitted, strict=True))
        self.largest = max(self.largest, int(np.unique(keys, return_counts=True)[1].max()))
        bucket = (keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(62)
        found = [batch for one in range(4) for batch in step.take(records[bucket == one])]
        self.seeds += [packed(batch, "seeds", SEED)[0] for batch in found]
        return [batch for batch in found if len(packed(batch, "crowds", step.join.kind)[0])]


@pytest.mark.parametrize("undated", [0.0, 0.05])
@pytest.mark.parametrize("seed", range(6))
def test_slices_give_the_seeds_of_all_places_at_once(seed: int, undated: float) -> None:
    from syndetect.spark import nearby  # noqa: PLC0415
    from syndetect.spark.fingerprints import Join  # noqa: PLC0415
    from syndetect.spark.rows import Columns, Flat, packed  # noqa: PLC0415

    draw = np.random.default_rng(seed)
    settings = Settings(
        hot_places=int(draw.integers(2, 7)), window_days=float(draw.choice([0.001, 0.5, 1, 2]))
    )
    code, bounds, time = corpus(draw, 400, undated)
    columns = Columns(document="long", published="long", code="binary")
    batches = [
        columns.batch(
            document=np.arange(low, high), published=time[low:high],
            code=Flat.of_items(code, bounds[low : high + 1]),
        )
        for low, high in ((0, 60), (60, 400))
    ]  # fmt: skip
    join, exchange = Join(settings), Exchanged()
    work = nearby._Near(join, nearby.Slices(settings.window))
    bits = np.zeros(1 << 18, np.uint64)
    first = int((time != UNDATED).sum())
    if first < len(time):
        given = [columns.batch(
            document=np.arange(first, len(time)), published=time[first:],
            code=Flat.of_items(code, bounds[first:]),
        )]  # fmt: skip
        for batch in nearby._Undated(join)(iter(given)):
            bits[batch.column("word").to_numpy()] = batch.column("bits").to_numpy().view(np.uint64)
    crowds = exchange(nearby._First(join, work.slices, bits), iter(batches))
    longer = [work.longer(packed(batch, "crowds", join.kind)[0], 1) for batch in crowds]
    if longer:
        records = np.concatenate(longer)
        key, counts = np.unique(records["key"], return_counts=True)
        frequent = key[counts > settings.hot_places]
        free = np.isin(frequent, records["key"][records["time"] == UNDATED])
        crowds = exchange(nearby._Second(join, work.slices, frequent, free), iter(crowds))
        exchange(nearby._Last(join, work.slices), iter(crowds))
    found = np.sort(np.concatenate(exchange.seeds))
    wanted = expected(code, bounds, time, settings)
    assert len(wanted) > 100
    assert np.array_equal(np.unique(found), np.unique(wanted))
    assert len(found) == len(wanted), "each seed once"
