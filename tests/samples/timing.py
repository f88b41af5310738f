"""A limit on the time that code takes, for inputs that would take a quadratic algorithm minutes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from samples.strategies import INTERPRETED


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if the body takes more CPU time (of all threads); interpreted kernels have no limit."""
    began = time.process_time()
    yield
    assert INTERPRETED or time.process_time() - began < seconds
