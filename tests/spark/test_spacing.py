"""Places of words, packed and back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.needs("pyarrow")

_articles = st.lists(
    st.lists(st.tuples(st.sampled_from([0, 1, 5, 255, 256, 70_000]), st.integers(1, 300)), max_size=5),
    max_size=5,
)


@given(_articles)
def test_places_of_words_come_back(found: list[list[tuple[int, int]]]) -> None:
    import pyarrow as pa  # noqa: PLC0415

    from syndetect.spark.rows import Flat  # noqa: PLC0415
    from syndetect.spark.spacing import characters_at, packed_places  # noqa: PLC0415

    words: list[tuple[int, int]] = []
    documents = [0]
    for article in found:
        at = 0
        for gap, size in article:
            words.append((at + gap, at + gap + size))
            at += gap + size
        documents.append(len(words))
    begin, end = (np.array([word[side] for word in words], np.uint32) for side in (0, 1))
    bounds = np.array(documents)
    packed: Any = packed_places(begin, end, bounds)
    columns = [flat.column(0, len(found)) for flat in (packed, Flat.of_items(begin, bounds))]
    batch = pa.RecordBatch.from_arrays(columns, names=["spacing", "code"])
    row = np.repeat(np.arange(len(found)), np.diff(bounds))
    edge = 2 * (np.arange(len(words)) - bounds[row])
    mixed = np.random.default_rng(len(words)).permutation(len(words))
    for edges, wanted in ((edge, begin), (edge + 1, end)):
        assert characters_at(batch, row[mixed], edges[mixed]).tolist() == wanted[mixed].tolist()
