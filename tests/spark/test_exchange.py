"""Records by key: packed into buckets and brought into order, against plain code; words that share a code."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.needs("pyarrow")

_KIND = np.dtype([("key", "<u8"), ("document", "<i8"), ("place", "<u4")])
_halves = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


def _records(found: list[tuple[int, int, int, int]]) -> Any:
    """Of halves of keys, documents and places."""
    return np.array(
        [(upper << 32 | lower, document, place) for upper, lower, document, place in found], _KIND
    )


@given(st.lists(_halves, max_size=30))
def test_keys_that_share_their_lower_half_are_kept_apart(found: list[tuple[int, int, int, int]]) -> None:
    from syndetect.spark.exchange import in_order  # noqa: PLC0415

    records = _records(found)
    ordered = records[in_order(records, "document", "place")]
    runs = [
        key for key, before in zip(ordered["key"], [None, *ordered["key"]], strict=False) if key != before
    ]
    assert len(set(runs)) == len(runs)
    for key in runs:
        of_key = ordered[ordered["key"] == key]
        assert of_key.tolist() == sorted(records[records["key"] == key].tolist())
    keys = records["key"].tolist()
    assert {key for key in keys if keys.count(key) > 1} <= set(runs)


@given(st.lists(_halves, min_size=1, max_size=30), st.sampled_from([0, 3]), st.integers(1, 4))
def test_a_bucket_has_all_records_of_its_keys(
    found: list[tuple[int, int, int, int]], ranges: int, share: int
) -> None:
    from syndetect.spark.exchange import _Spread  # noqa: PLC0415
    from syndetect.spark.rows import numbers, packed  # noqa: PLC0415

    records = _records(found)
    waiting = [(part["key"].copy(), part) for part in np.split(records, [len(records) // 2]) if len(part)]
    of_bucket: dict[int, list[Any]] = {}
    for batch in _Spread(share, ranges).rows(waiting):
        got, bounds = packed(batch, "records", _KIND)
        for bucket, low, high in zip(
            numbers(batch, "bucket").tolist(), bounds[:-1].tolist(), bounds[1:].tolist(), strict=True
        ):
            of_bucket.setdefault(bucket, []).extend(got[low:high].tolist())
    assert sorted(one for several in of_bucket.values() for one in several) == sorted(records.tolist())
    assert all(0 <= bucket < share * max(ranges, 1) for bucket in of_bucket)
    for key in set(records["key"].tolist()):
        buckets = {bucket for bucket, several in of_bucket.items() if any(one[0] == key for one in several)}
        assert len(buckets) == 1
        if ranges:
            assert buckets.pop() // share == key >> 32


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=12), st.data())
def test_ranges_in_which_a_code_has_two_spellings_are_told(
    words: list[tuple[int, int]], data: st.DataObject
) -> None:
    from syndetect.spark.collisions import OddWords  # noqa: PLC0415

    code = np.array([one for one, _ in words], np.uint32)
    told = np.array([one + 100 * spelling for one, spelling in words], np.uint32)
    at = np.flatnonzero(told != code)
    odd = OddWords(at, told[at])
    assert odd.told_apart(code).tolist() == told.tolist()
    edge = st.integers(0, len(words))
    ranges = data.draw(st.lists(st.tuples(edge, edge, edge, edge), max_size=5))
    one, other = (
        np.array([sorted(pair[side : side + 2]) for pair in ranges], np.int64).reshape(-1, 2)
        for side in (0, 2)
    )
    expected = []
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        sides = [
            {(c, t) for c, t in zip(code[low:high].tolist(), told[low:high].tolist(), strict=True)}
            for low, high in (a, b)
        ]
        spellings = [{c: {t for d, t in side if d == c} for c, _ in side} for side in sides]
        expected.append(
            any(spellings[0][c] != spellings[1][c] for c in spellings[0].keys() & spellings[1].keys())
        )
    assert odd.are_confused(code, one, other).tolist() == expected
