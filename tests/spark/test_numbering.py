"""Rows are numbered in a stated order, whatever partitions they lie in."""

import random
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.needs("pyspark", "pandas", "pyarrow"),
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.parametrize("count", [0, 1, 500])
def test_numbers_are_places_in_the_order(session: Any, tmp_path: Path, count: int) -> None:
    from syndetect.spark.numbering import numbered  # noqa: PLC0415
    from syndetect.spark.stages import Stages  # noqa: PLC0415

    draw = random.Random(1)
    rows = [(draw.randint(0, 20), f"name {number}") for number in range(count)]
    frame = session.createDataFrame(rows, "time long, name string").repartition(5)
    with Stages(session, str(tmp_path / "stages"), {}) as stages:
        found = numbered(frame, ["time", "name"], "number", stages, "order").collect()
    assert [(row["time"], row["name"]) for row in sorted(found, key=lambda row: row["number"])] == sorted(
        rows
    )
    assert sorted(row["number"] for row in found) == list(range(count))
