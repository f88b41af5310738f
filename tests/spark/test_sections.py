"""Articles of which only the words around seeds are there are aligned as whole ones are, or told to be open."""

from typing import Any

import numpy as np
import pytest

from syndetect.settings import Settings

pytestmark = pytest.mark.needs("pyarrow")


def _corpus(draw: np.random.Generator) -> tuple[Any, Any]:
    """Articles as Spark holds them, and seeds of pairs that share stretches, some edited, some of one word."""
    import pyarrow as pa  # noqa: PLC0415

    from syndetect.spark.alignment import TOLD  # noqa: PLC0415
    from syndetect.spark.collisions import ODD  # noqa: PLC0415
    from syndetect.spark.fingerprints import SEED  # noqa: PLC0415
    from syndetect.spark.rows import Columns, Flat, bounds_of  # noqa: PLC0415
    from syndetect.spark.spacing import packed_places  # noqa: PLC0415

    count = 24
    texts = [draw.integers(0, 1 << 20, draw.integers(3, 900)) * 2 + 1 for _ in range(count)]
    texts[3] = np.append(texts[1][:300], texts[3])  # one beginning
    seeds = [(1, 3, 10, 10), (1, 3, 250, 250)]
    for _ in range(60):
        a, b = sorted(draw.choice(count, 2, replace=False).tolist())
        size = int(draw.choice([1, 6, 20, 120, 400]))
        size = min(size, len(texts[a]), len(texts[b]))
        p, q = (
            int(draw.integers(0, len(texts[a]) - size + 1)),
            int(draw.integers(0, len(texts[b]) - size + 1)),
        )
        copied = texts[a][p : p + size].copy()
        if size > 1 and draw.random() < 0.6:
            copied[draw.random(size) < 0.15] = 3
        texts[b][q : q + size] = copied
        step = int(draw.choice([5, 30, 500]))
        seeds += [(a, b, p + at, q + at) for at in range(0, size, step)]
    records = np.unique(np.array([(a, b, p << 32 | q << 1 | 1) for a, b, p, q in seeds], SEED))
    sizes = np.array([len(text) for text in texts])
    bounds, code = bounds_of(sizes), np.concatenate(texts).astype(np.uint32)
    begin = np.concatenate(
        [np.cumsum(draw.integers(2, 300 if at % 5 == 0 else 9, size)) for at, size in enumerate(sizes)]
    )
    quotes = [np.minimum([2, 2 + at % 7], len(texts[at])) for at in range(count)]
    told = {
        name: pa.array([f"id{at}" for at in range(count)]) if kind == "string" else np.arange(count) % 2 == 0
        if kind == "boolean" else np.arange(count)
        for name, kind in TOLD.items()
    } | {"words": sizes}  # fmt: skip
    odd = np.array([(1, 7), (2, 9)], ODD)
    articles = Columns(document="long", code="binary", spacing="binary", quotes="binary", odd="binary", **TOLD).batch(
        document=np.arange(count) * 10, code=Flat.of_items(code, bounds),
        spacing=packed_places(begin.astype(np.uint32), begin.astype(np.uint32) + 1, bounds),
        quotes=Flat.of_items(np.concatenate(quotes), 2 * np.arange(count + 1)),
        odd=Flat.of_items(odd, np.append(np.zeros(count), 2).astype(np.int64)), **told,
    )  # fmt: skip
    records["a"] *= 10
    records["b"] *= 10
    return articles, records


def _rows(articles: Any, records: Any, *, is_cut: bool) -> tuple[list[dict[str, Any]], Any]:
    """The matches of all pairs, and the seeds of open ones."""
    import pyarrow as pa  # noqa: PLC0415

    from syndetect.spark import sections, tiles  # noqa: PLC0415
    from syndetect.spark.alignment import TOLD, Alignment  # noqa: PLC0415
    from syndetect.spark.fingerprints import SEED  # noqa: PLC0415

    tile = np.zeros(len(records), np.uint64)
    wants = (sections.wanted if is_cut else tiles.parts_wanted)(records, tile)
    row = wants["document"] // 10
    cut = sections.Cut(TOLD) if is_cut else tiles.whole
    items = cut(articles, row, wants)
    for name in ("tile", "part"):
        items = items.append_column(name, pa.array(wants[name].copy()))
    one, other = tiles._rows_of(items, tile, [records["a"], records["b"]], tiles._parts(records))
    found: list[dict[str, Any]] = []
    for batch in Alignment(Settings())(tiles.Tile(records, one, other, items)):
        found += batch.to_pylist()
    left = [np.frombuffer(row["again"], SEED) for row in found if row["again"]]
    matches = [row for row in found if not row["again"]]
    return matches, np.concatenate([np.empty(0, SEED), *left])


def _ordered(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(tuple(row.values()) for row in rows)


@pytest.mark.parametrize("seed", range(8))
def test_sections_give_the_matches_of_whole_articles(seed: int) -> None:
    articles, records = _corpus(np.random.default_rng(seed))
    expected, nothing = _rows(articles, records, is_cut=False)
    assert not len(nothing)
    found, left = _rows(articles, records, is_cut=True)
    of_open, _ = _rows(articles, left, is_cut=False) if len(left) else ([], None)
    pairs = {(row["a"], row["b"]) for row in found} & {(row["a"], row["b"]) for row in of_open}
    assert not pairs
    assert _ordered(found + of_open) == _ordered(expected)
    assert len(found) > len(expected) // 3
