"""How the tests run: compiled or, with NUMBA_DISABLE_JIT=1, interpreted, the same examples every time.

``pytest --hypothesis-profile=deep`` looks for new ones.
"""

import os

import numba
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.register_profile(
    "interpreted", settings.get_profile("ci"), max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", deadline=None, max_examples=2000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("interpreted" if numba.config.DISABLE_JIT else "ci")


def pytest_configure(config: pytest.Config) -> None:
    """Hashes wrap around on purpose; interpreted, numpy's scalars warn of it, in worker threads too."""
    if numba.config.DISABLE_JIT:
        config.addinivalue_line("filterwarnings", "ignore:overflow encountered in scalar:RuntimeWarning")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test of which a library is missing that the extra `test` does not install; ``-m needs`` runs those."""
    for mark in item.iter_markers("needs"):
        for library in mark.args:
            pytest.importorskip(library)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Up to four processes for the whole suite; for chosen files, whose kernels load once, this process alone."""
    is_whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    return min(4, os.cpu_count() or 1) if is_whole else 0
