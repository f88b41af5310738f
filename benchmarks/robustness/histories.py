"""Random histories of an index, each compared with scans: ``python -m benchmarks.histories --count 1000 --seed 1``.

Runs the property that ``tests/index/test_histories.py`` states, which says what a history is, with more seeds. Prints
the differences as JSON; the exit status is 1 if there are any.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_TESTS = Path(__file__).parents[2] / "tests"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run histories in a process that finds the samples of the tests."""
    command = [sys.executable, str(_TESTS / "index" / "test_histories.py")]
    paths = [str(_TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [*command, *(sys.argv[1:] if arguments is None else arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
