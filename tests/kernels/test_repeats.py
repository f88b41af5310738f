"""Keys that may occur more than once, against the plain twin and against a count."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from samples.strategies import INTERPRETED
from syndetect.arrays import repeated
from syndetect.kernels.repeats import SLOTS, find_repeats

pytestmark = pytest.mark.kernel

anything, few = st.integers(0, 2**32 - 1), st.integers(0, 5)
#: Any keys, such as share their leading bits, and such as share all but these.
some_keys = st.one_of(
    st.lists(anything, max_size=60), st.lists(few, max_size=60), st.lists(few.map(lambda key: key << 29), max_size=60),
    st.lists(st.sampled_from([0, 1, 31, 32, 2**32 - 32, 2**32 - 1]), max_size=60),
)  # fmt: skip
keys_and_places = some_keys.flatmap(
    lambda keys: st.tuples(st.just(keys), st.sets(st.sampled_from(range(len(keys)))) if keys else st.just(set()))
)  # fmt: skip


@given(keys_and_places, st.integers(1, 12))
def test_places_whose_keys_share_a_slot_are_found(found: tuple[list[int], set[int]], bits: int) -> None:
    keys, places = found[0], sorted(found[1])
    table, out = np.zeros(max(1, (1 << bits) // SLOTS), np.uint64), np.empty(len(places), np.uint32)
    n = find_repeats(np.array(keys, np.uint32), np.array(places, np.uint32), np.uint64(32 - bits), table, out)
    assert out[:n].tolist() == naive.slot_mates(keys, places, 32 - bits)


@given(keys_and_places)
def test_no_key_that_repeats_is_left_out(found: tuple[list[int], set[int]]) -> None:
    keys, places = found[0], sorted(found[1])
    kept = repeated(np.array(keys, np.uint32), np.array(places, np.uint32)).tolist()
    counts = Counter(keys[place] for place in places)
    assert {place for place in places if counts[keys[place]] > 1} <= set(kept) <= set(places)
    assert kept == sorted(set(kept))


def test_most_keys_that_do_not_repeat_are() -> None:
    size = 300 if INTERPRETED else 50_000
    keys = np.random.default_rng(1).integers(0, 1 << 32, size, np.uint32)
    keys[: size // 10] = keys[-(size // 10) :]
    assert size // 5 <= len(repeated(keys, np.arange(size, dtype=np.uint32))) < size // 5 + size // 6
