"""Stages that are kept: used again by the scan that wrote them, and by no other one."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.needs("pyspark", "pandas", "pyarrow"),
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


class _Calls:
    """Scans, each known by a number, that ask for one stage."""

    def __init__(self, session: Any, folder: Path) -> None:
        self.session, self.folder, self.made = session, folder, list[int]()

    def ask(self, scan: int, fails: bool = False) -> list[int]:
        from syndetect.spark.stages import Stages  # noqa: PLC0415

        def make() -> Any:
            self.made.append(scan)
            if fails:
                raise RuntimeError("killed")
            return self.session.createDataFrame([(scan,)], "number long")

        with Stages(self.session, str(self.folder), {"articles": scan}) as stages:
            assert stages.facts("count", lambda: {"scan": scan}) == {"scan": scan}
            return [row["number"] for row in stages.table("numbers", make).collect()]


def test_a_stage_is_made_once_for_every_scan_in_turn(session: Any, tmp_path: Path) -> None:
    calls = _Calls(session, tmp_path)
    assert [calls.ask(number) for number in (1, 1, 2, 2, 1)] == [[1], [1], [2], [2], [1]]
    assert calls.made == [1, 2, 1]


def test_a_stage_that_another_scan_began_to_replace_counts_for_none(session: Any, tmp_path: Path) -> None:
    calls = _Calls(session, tmp_path)
    calls.ask(1)
    with pytest.raises(RuntimeError, match="killed"):
        calls.ask(2, fails=True)
    assert calls.ask(1) == [1]
    assert calls.made == [1, 2, 1]


def test_no_stage_of_a_scan_counts_once_another_scan_has_begun(session: Any, tmp_path: Path) -> None:
    """Stages depend on a secret that the other scan has replaced, though it replaced nothing else."""
    from syndetect.spark.stages import Stages  # noqa: PLC0415

    calls = _Calls(session, tmp_path)
    calls.ask(1)
    with Stages(session, str(tmp_path), {"articles": 2}) as stages:
        stages.facts("count", lambda: {"scan": 2})
    assert calls.ask(1) == [1]
    assert calls.made == [1, 1]


def test_markers_that_cannot_be_read_are_an_error(session: Any, tmp_path: Path) -> None:
    """Not as none at all: stages would be replaced while their markers stay."""
    calls = _Calls(session, tmp_path)
    calls.ask(1)
    for part in (tmp_path / "numbers.done").glob("part-*"):
        part.write_bytes(b"damaged")
    with pytest.raises(Exception, match="FAILED_READ_FILE"):
        calls.ask(1)


def test_what_is_done_at_once_comes_back_in_order_and_its_first_error_is_raised(
    session: Any, tmp_path: Path
) -> None:
    from syndetect.spark.stages import Stages  # noqa: PLC0415

    def fail() -> None:
        raise RuntimeError("the first one")

    with Stages(session, str(tmp_path), {}) as stages:
        assert stages.at_once(lambda: 1, lambda: 2, lambda: 3) == [1, 2, 3]
        with pytest.raises(RuntimeError, match="the first one"):
            stages.at_once(lambda: 1, fail, lambda: 3)
