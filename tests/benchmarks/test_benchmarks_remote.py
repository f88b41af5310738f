"""The round trip through an object store, in small, on moto's server."""

import pytest

from benchmarks.robustness import remote


@pytest.mark.needs("moto", "s3fs")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the server's
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_round_trip_through_s3(capsys: pytest.CaptureFixture[str]) -> None:
    assert remote.main(["--size", "200kB", "--shards", "5"]) == 0
    printed = capsys.readouterr()
    assert "dedup of shards" in printed.out
    assert printed.err == ""
