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

WIDTHS = {32: np.uint32, 64: np.uint64}


def keys_of(width: int) -> st.SearchStrategy[list[int]]:
    """Keys of some bits: any, such as share their leading bits, and such as share all but these."""
    anything, few = st.integers(0, 2**width - 1), st.integers(0, 5)
    return st.one_of(
        st.lists(anything, max_size=60), st.lists(few, max_size=60),
        st.lists(few.map(lambda key: key << width - 3), max_size=60),
        st.lists(st.sampled_from([0, 1, 31, 32, 2**width - 32, 2**width - 1]), max_size=60),
    )  # fmt: skip


widths_and_keys = st.sampled_from(list(WIDTHS)).flatmap(
    lambda width: st.tuples(st.just(width), keys_of(width), st.randoms(use_true_random=False))
)


@given(widths_and_keys, st.integers(1, 12))
def test_places_whose_keys_share_a_slot_are_found(found, bits: int) -> None:  # type: ignore[no-untyped-def]
    width, keys, random = found
    places = sorted(random.sample(range(len(keys)), random.randint(0, len(keys))))
    table, out = np.zeros(max(1, (1 << bits) // SLOTS), np.uint64), np.empty(len(places), np.uint32)
    n = find_repeats(
        np.array(keys, WIDTHS[width]), np.array(places, np.uint32), np.uint64(width - bits), table, out
    )
    assert out[:n].tolist() == naive.slot_mates(keys, places, width - bits)


@given(widths_and_keys, st.sampled_from([0, 16, 31]))
def test_no_key_that_repeats_is_left_out(found, shift: int) -> None:  # type: ignore[no-untyped-def]
    width, keys, random = found
    places = sorted(random.sample(range(len(keys)), random.randint(0, len(keys))))
    kept = repeated(np.array(keys, WIDTHS[width]), np.array(places, np.uint32), shift).tolist()
    counts = Counter(keys[place] >> shift for place in places)
    assert {place for place in places if counts[keys[place] >> shift] > 1} <= set(kept) <= set(places)
    assert kept == sorted(set(kept))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("shift", [0, 8])
def test_most_keys_that_do_not_repeat_are(width: int, shift: int) -> None:
    size = 300 if INTERPRETED else 50_000
    draw = np.random.default_rng(width + shift)
    keys = draw.integers(0, 1 << width, size, WIDTHS[width])
    keys[: size // 10] = keys[-(size // 10) :]
    assert size // 5 <= len(repeated(keys, np.arange(size, dtype=np.uint32), shift)) < size // 5 + size // 6
