"""Pairs meet both of their articles, whatever tiles they are in; stars in chunks are those of whole groups."""

import random
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [
    pytest.mark.needs("pyspark", "pandas", "pyarrow"),
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _taken_along() -> Iterator[None]:
    """Workers of Spark cannot import this module: what they run of it is sent to them."""
    from pyspark import cloudpickle  # noqa: PLC0415

    register: Any = cloudpickle
    register.register_pickle_by_value(sys.modules[__name__])
    yield
    register.unregister_pickle_by_value(sys.modules[__name__])


PAIR = np.dtype([("a", "<i8"), ("b", "<i8"), ("more", "<i8")])


class _Sums:
    """What the two articles of each pair hold, and what the pair holds."""

    def __init__(self, columns: Any) -> None:
        self.columns = columns

    def __call__(self, tile: Any) -> Iterator[Any]:
        values = tile.items.column("value").to_numpy()
        yield from self.columns.batches(
            a=tile.records["a"].copy(), b=tile.records["b"].copy(), more=tile.records["more"].copy(),
            value=1000 * values[tile.one] + values[tile.other],
        )  # fmt: skip


@pytest.mark.parametrize("is_by_first", [False, True])
def test_pairs_meet_both_of_their_articles(
    session: Any, monkeypatch: pytest.MonkeyPatch, is_by_first: bool
) -> None:
    from syndetect.spark import tiles  # noqa: PLC0415
    from syndetect.spark.rows import Columns, as_records  # noqa: PLC0415

    monkeypatch.setattr(tiles, "_PART_BYTES", 20 * PAIR.itemsize)  # some tiles are cut into parts
    draw = random.Random(5)
    base = 1 << 33
    values = {base + number: draw.randrange(1000) for number in range(90)}
    rows = [(*sorted(draw.sample(sorted(values), 2)), draw.randrange(3)) for _ in range(300)]
    rows += [(base, base + number, 0) for number in range(1, 90)]  # an article in very many pairs
    pairs = as_records(session.createDataFrame(rows + rows[:50], "a long, b long, more long"), PAIR)
    counts = {"documents": 90, "words": 900}
    found = tiles.tiles(pairs, PAIR, counts, is_by_first=is_by_first)
    items = session.createDataFrame(list(values.items()), "document long, value long")
    columns = Columns(a="long", b="long", more="long", value="long")
    worked = tiles.worked(found, items, PAIR, columns, _Sums(columns), counts).collect()
    assert sorted(tuple(row) for row in worked) == sorted(
        (a, b, more, 1000 * values[a] + values[b]) for a, b, more in set(rows)
    )


def _places(batches: Iterator[Any]) -> Iterator[Any]:
    from syndetect.spark.rows import records_of  # noqa: PLC0415
    from syndetect.spark.stars import PLACE  # noqa: PLC0415

    for places in records_of(batches, PLACE):
        yield places["key"].copy(), places


def _paired(one: Any, other: Any) -> Any:
    found = np.empty(len(one), np.dtype([("one", "<i8"), ("other", "<i8")]))
    for name, of in (("one", one), ("other", other)):
        found[name] = of["document"] << 8 | of["place"]
    return found


def _plain(places: list[tuple[int, int, int]]) -> set[tuple[int, int]]:
    """The first place of each key with the others, and each with the next, at most three of one article."""
    found = set()
    for key in {one[0] for one in places}:
        of_key = sorted(one[1:] for one in places if one[0] == key)
        kept = [place for at, place in enumerate(of_key) if at < 3 or of_key[at - 3][0] != place[0]]
        pairs = [(kept[0], other) for other in kept[1:]] + list(pairwise(kept))
        found |= {(a[0] << 8 | a[1], b[0] << 8 | b[1]) for a, b in pairs if a[0] != b[0]}
    return found


def test_stars_are_those_of_whole_groups(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from syndetect.spark import stars  # noqa: PLC0415
    from syndetect.spark.rows import as_records, records_of  # noqa: PLC0415
    from syndetect.spark.stages import Stages  # noqa: PLC0415

    monkeypatch.setattr(stars, "_CHUNK", 7)
    draw = random.Random(6)
    places = sorted({(draw.randrange(3), draw.randrange(60), draw.randrange(9)) for _ in range(250)})
    rows = [(*place, 0) for place in places]
    frame = as_records(
        session.createDataFrame(rows, "key long, document long, place int, pad int"), stars.PLACE
    )
    with Stages(session, str(tmp_path), {}) as stages:
        star = stars.Star(_places, _paired, most_repeats=3)
        pairs, first = stars.stars(frame, star, len(rows), stages, "stars")
        batches = pairs.toArrow().to_batches()
    kind = _paired(first, first).dtype
    found = np.concatenate(list(records_of(iter(batches), kind)))
    assert set(zip(found["one"].tolist(), found["other"].tolist(), strict=True)) == _plain(places)
    assert [tuple(one)[:3] for one in first.tolist()] == [
        min(p for p in places if p[0] == key) for key in range(3)
    ]
