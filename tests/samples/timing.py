"""A limit on the time that code takes, for inputs that would take a quadratic algorithm minutes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from samples.strategies import INTERPRETED


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if the body takes longer; interpreted kernels have no limit."""
    began = time.perf_counter()
    yield
    assert INTERPRETED or time.perf_counter() - began < seconds
