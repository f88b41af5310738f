"""What the project claims about accuracy, speed and robustness, measured.

``corpus`` makes and reads input, the other packages measure. No corpus of real news is in the project: a command that
needs one takes its path.

A module of any of these packages also runs by its short name, ``python -m benchmarks.planted`` for
``benchmarks.accuracy.planted``: their folders are searched as if they were this one. Code imports the full name.
"""

from pathlib import Path

__path__ += [
    str(Path(__file__).parent / package) for package in ("corpus", "accuracy", "speed", "robustness")
]
