"""Documents of an index in datasketch's LSH on a real Redis server, which the test starts on loopback."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from samples.newspapers import newspapers
from syndetect import Index, Settings

_PROGRAM = shutil.which("redis-server")
_PATIENCE = 10.0  # seconds


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A Redis server of our own, that keeps nothing."""
    redis = pytest.importorskip("redis", reason="the Python package redis is not installed")
    if _PROGRAM is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [_PROGRAM, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            end = time.monotonic() + _PATIENCE
            with redis.Redis(port=port) as client:
                while True:
                    try:
                        client.ping()
                        break
                    except redis.exceptions.ConnectionError:
                        assert server.poll() is None, "redis-server ended"
                        assert time.monotonic() < end, "redis-server does not answer"
                        time.sleep(0.05)
            yield port
        finally:
            server.terminate()


#: In a process of its own, since datasketch leaves its connections open.
_PROGRAM_TEXT = """
import json, sys
from syndetect import Index
config = {"type": "redis", "basename": b"wire", "redis": {"host": "127.0.0.1", "port": int(sys.argv[2])}}
with Index.open(sys.argv[1], mode="r") as index:
    found = {}
    for storage in (config, None):
        minhashes, lsh = index.to_datasketch(storage_config=storage)
        found[str(storage and "redis")] = {name: sorted(lsh.query(sketch)) for name, sketch in minhashes.items()}
print(json.dumps(found))
"""


def test_an_index_goes_to_datasketch_on_redis(port: int, tmp_path: Path) -> None:
    articles = newspapers(4, 12)
    with Index.create(tmp_path / "index", Settings(bands=20)) as index:
        index.add([*articles, articles[3] | {"id": "copy"}])
    command = [sys.executable, "-W", "ignore", "-c", _PROGRAM_TEXT, str(tmp_path / "index"), str(port)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert found["redis"] == found["None"]
    assert all(name in near for name, near in found["redis"].items())
    assert {"n3", "copy"} <= set(found["redis"]["n3"])
