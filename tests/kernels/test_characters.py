"""Characters and bytes of UTF-8, told from one another as Python does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.kernels.characters import bytes_at, characters_at, count_characters

pytestmark = pytest.mark.kernel


@given(st.text(st.sampled_from("a é€𝄞"), max_size=300))
def test_places_of_characters(text: str) -> None:
    data = np.frombuffer(text.encode(), np.uint8).copy()
    before = np.empty(len(data) // 64 + 1, np.uint32)
    count_characters(data, before)
    starts = np.cumsum([0, *(len(sign.encode()) for sign in text)])
    numbers = np.arange(len(text) + 1)
    found, back = np.empty_like(numbers), np.empty_like(numbers)
    bytes_at(data, before, numbers, found)
    assert found.tolist() == starts.tolist()
    characters_at(data, before, starts, back)
    assert back.tolist() == numbers.tolist()
