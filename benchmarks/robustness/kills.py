"""Scans killed at random moments and resumed: ``python -m benchmarks.kills NEWS [--kills 10] [--seed 1]``.

One scan runs through and is timed. Others of the same articles are killed (SIGKILL) at random moments, resumed with
the same command, and at last let run to their end. Their tables must have the same bytes. The exit status is 1 if they
have not, or if anything is left behind.
"""

import argparse
import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from syndetect.schema import TABLES


def command(news: str, folder: Path, options: Sequence[str]) -> list[str]:
    """The command that scans into a folder and can be resumed."""
    return [sys.executable, "-m", "syndetect", "scan", news, "-o", str(folder), "-q", "--resume", *options]


def run_killed(arguments: Sequence[str], after: float) -> bool:
    """Run a command and kill it after some seconds; whether it was killed and had not ended before."""
    process = subprocess.Popen(arguments)
    try:
        if process.wait(after):
            raise subprocess.CalledProcessError(process.returncode, list(arguments))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def digests(folder: Path) -> dict[str, str]:
    """A digest of every table of a result."""
    return {name: hashlib.sha256((folder / f"{name}.parquet").read_bytes()).hexdigest() for name in TABLES}


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, resume, compare."""
    parser = argparse.ArgumentParser(description="Kill a scan at random moments and resume it.")
    parser.add_argument("news", help="a file or folder of articles")
    parser.add_argument("--kills", type=int, default=10, help="how often (default: 10)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the moments (default: 1)")
    known, options = parser.parse_known_args(arguments)
    rng = random.Random(known.seed)
    with tempfile.TemporaryDirectory() as place:
        whole, broken = Path(place) / "whole", Path(place) / "broken"
        subprocess.run(command(known.news, whole, options), check=True)  # compiles what is not compiled yet
        expected, differing, kills, ends = digests(whole), 0, 0, 0
        shutil.rmtree(whole)
        begin = time.perf_counter()
        subprocess.run(command(known.news, whole, options), check=True)
        seconds = time.perf_counter() - begin
        while kills < known.kills or broken.exists() or (Path(place) / ".broken.scratch").exists():
            moment = rng.uniform(0.05, 0.6) * seconds if kills < known.kills else 60 * seconds
            if run_killed(command(known.news, broken, options), moment):
                kills += 1
                print(f"killed after {moment:.1f} of {seconds:.1f} s")
                continue
            ends += 1
            differing += digests(broken) != expected
            shutil.rmtree(broken)
        left = sorted(path.name for path in Path(place).iterdir() if path != whole)
    behind = ", ".join(left) or "nothing"
    print(f"{kills} kills, {ends} scans ended, {differing} with other tables; left behind: {behind}")
    return int(differing > 0 or ends == 0 or bool(left))


if __name__ == "__main__":
    sys.exit(main())
