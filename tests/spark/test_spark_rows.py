"""Arrays to rows of Spark and back, and groups of rows that come in any batches."""

from itertools import chain, pairwise

import numpy as np
import pytest

pytestmark = pytest.mark.needs("pyarrow")


def test_columns_take_no_other_columns_than_theirs() -> None:
    from syndetect.spark.rows import Columns  # noqa: PLC0415

    columns = Columns(one="long", two="string")
    with pytest.raises(TypeError, match="columns"):
        list(columns.batches(one=np.arange(2)))
    with pytest.raises(ValueError, match="rows"):
        list(columns.batches(one=np.arange(2), two=np.arange(3)))
    assert columns.ddl == "one long, two string"


def test_arrays_come_back_as_they_were_however_small_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    from syndetect.spark import rows  # noqa: PLC0415

    monkeypatch.setattr(rows, "_MOST_BYTES", 100)
    columns = rows.Columns(name="long", words="binary")
    words, bounds = np.arange(200, dtype=np.uint32), np.array([0, 3, 3, 120, 200])
    hashes = np.array([1, 2**64 - 1, 7, 2**63], np.uint64)
    batches = list(columns.batches(name=hashes, words=rows.Flat.of_items(words, bounds)))
    assert len(batches) > 1
    whole = rows.joined(batches)
    found, found_bounds = rows.packed(whole, "words", np.uint32)
    assert found.tolist() == words.tolist()
    assert found_bounds.tolist() == bounds.tolist()
    assert rows.numbers(whole, "name").view(np.uint64).tolist() == hashes.tolist()


def test_rows_are_cut_by_their_own_sizes_not_by_the_mean() -> None:
    from syndetect.spark.rows import Columns, Flat, cuts, row_sizes  # noqa: PLC0415

    sizes = np.array([4, 4, 1000, 4, 4, 4, 0, 1000, 1000])
    words = Flat(np.zeros(sizes.sum(), np.uint8), np.append(0, np.cumsum(sizes)))
    batch = Columns(name="long", words="binary").batch(name=np.arange(9), words=words)
    held = row_sizes(batch)
    assert held.tolist() == (sizes + 8).tolist()
    for most in (1, 30, 1010, 1 << 20):
        ranges = cuts(held, most)
        assert [at for low, high in ranges for at in range(low, high)] == list(range(9))
        for low, high in ranges:
            assert held[low : high - 1].sum() < most or high - low == 1
    assert cuts(held[:0], 10) == []


def test_what_is_too_large_for_a_column_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from syndetect.spark import rows  # noqa: PLC0415

    monkeypatch.setattr(rows, "_MOST_OF_COLUMN", 11)
    words = np.arange(3, dtype=np.uint32)
    with pytest.raises(OverflowError, match="2 GiB"):
        rows.Flat.of_items(words, np.array([0, 1, 3])).column(0, 2)
    assert len(rows.Flat.of_items(words, np.array([0, 1, 3])).column(1, 2)) == 1


@pytest.mark.parametrize("most", [1, 60, 1 << 20])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_whole_groups_hold_all_rows_of_a_key(most: int, size: int) -> None:
    from syndetect.spark.rows import Columns, joined, numbers, whole_groups  # noqa: PLC0415

    keys = np.repeat(np.arange(9), [1, 1, 30, 2, 1, 5, 1, 1, 40])
    columns = Columns(key="long", row="long")
    whole = joined(list(columns.batches(key=keys, row=np.arange(len(keys)))))
    batches = [whole.slice(at, size) for at in range(0, len(keys), size)]
    portions = [numbers(one, "key").tolist() for one in whole_groups(batches, "key", most)]
    assert list(chain.from_iterable(portions)) == keys.tolist()
    for one, other in pairwise(portions):
        assert one[-1] != other[0]
