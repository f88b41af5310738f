"""Connected components by stars are those of plain search, whether the driver takes the edges or none."""

import random
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.needs("pyspark", "pandas", "pyarrow"),
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


def _plain(edges: list[tuple[int, int]]) -> dict[int, int]:
    root = {node: node for edge in edges for node in edge if edge[0] != edge[1]}
    changed = True
    while changed:
        changed = False
        for a, b in edges:
            if a != b and root[a] != root[b]:
                root[a] = root[b] = min(root[a], root[b])
                changed = True
    return root


@pytest.mark.parametrize("most", [0, 1 << 20])
def test_components_are_those_of_plain_search(session: Any, tmp_path: Path, most: int) -> None:
    from syndetect.spark.components import components  # noqa: PLC0415
    from syndetect.spark.stages import Stages  # noqa: PLC0415

    draw = random.Random(3)
    edges = [(draw.randint(-50, 50) * 7, draw.randint(-50, 50) * 7) for _ in range(60)]
    edges += [(number << 40, number + 1 << 40) for number in range(1, 12)]  # a path
    edges += [(5 << 50, number << 33) for number in range(100, 130)]  # a star
    frame = session.createDataFrame(edges, "a long, b long")
    with Stages(session, str(tmp_path / "stages"), {}) as stages:
        found = components(frame, stages, "groups", most).collect()
    assert {row["node"]: row["root"] for row in found} == _plain(edges)
