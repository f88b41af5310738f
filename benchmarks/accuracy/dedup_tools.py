"""Tools that remove near-duplicate documents, each a process of its own.

``python -m benchmarks.accuracy.dedup_tools NAME CORPUS OUT.npz`` reads JSON Lines with ``id`` and ``text``, removes
near-duplicates (Jaccard 0.8 of the sets of three-word shingles), writes what is kept, and saves the ids of that, the
seconds from reading on, without imports, and the largest resident set of its processes, in MB.

- syndetect: ``deduplicate``, with its kernels compiled.
- datatrove: its four steps (signatures, buckets, clusters, filter) with its default of 14 buckets of 8 hashes, xxhash,
  and ``str.split`` for its word tokeniser (its usual one, spaCy's, is slower by far).
- text-dedup: ``text_dedup.minhash``, with its default of 250 permutations and the bands that it chooses itself. Its
  seconds are those of its own total.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.speed.peers import datatrove_signatures, run_datatrove_buckets

THRESHOLD, SHINGLE_WORDS = 0.8, 3
_BUCKETS, _HASHES = 14, 8


def with_syndetect(corpus: Path, folder: Path, options: argparse.Namespace) -> tuple[Path, float]:
    """The file of what is kept, and the seconds."""
    from syndetect import deduplicate  # noqa: PLC0415

    deduplicate([{"text": "some words for the imports"}] * 2)
    start = perf_counter()
    kept = folder / "kept.jsonl"
    deduplicate(corpus, kept, threshold=THRESHOLD, shingle_words=SHINGLE_WORDS, threads=options.threads)
    return kept, perf_counter() - start


def with_datatrove(corpus: Path, folder: Path, options: argparse.Namespace) -> tuple[Path, float]:
    """The file of what is kept, and the seconds."""
    os.environ["HF_HUB_OFFLINE"], os.environ["LOGURU_LEVEL"] = "1", "ERROR"  # quiet, no network
    from datatrove.data import Document  # noqa: PLC0415
    from datatrove.pipeline.dedup.minhash import MinhashDedupCluster, MinhashDedupFilter  # noqa: PLC0415

    start = perf_counter()
    with corpus.open("rb") as file:
        records = [json.loads(line) for line in file]
    shares = [
        (folder, records[rank :: options.threads], rank, options.threads) for rank in range(options.threads)
    ]
    with ProcessPoolExecutor(options.threads, get_context("fork")) as pool:
        list(pool.map(_sign, shares))
        list(pool.map(_join, [(folder, bucket) for bucket in range(_BUCKETS)]))
    MinhashDedupCluster(f"{folder}/buckets", f"{folder}/remove", config=_configuration()).run(None, 0, 1)
    kept = folder / "kept.jsonl"
    with kept.open("w") as file:
        for _, mine, rank, world in shares:
            documents = (Document(text=one["text"], id=one["id"]) for one in mine)
            for document in MinhashDedupFilter(f"{folder}/remove").run(documents, rank, world):
                file.write(json.dumps({"id": document.id, "text": document.text}) + "\n")
    return kept, perf_counter() - start


def _configuration() -> Any:
    from datatrove.pipeline.dedup.minhash import MinhashConfig  # noqa: PLC0415

    return MinhashConfig(n_grams=SHINGLE_WORDS, num_buckets=_BUCKETS, hashes_per_bucket=_HASHES)


def _sign(share: tuple[Path, list[dict[str, str]], int, int]) -> None:
    from datatrove.data import Document  # noqa: PLC0415

    folder, records, rank, world = share
    documents = (Document(text=one["text"], id=one["id"]) for one in records)
    datatrove_signatures(folder, _configuration()).run(documents, rank, world)


def _join(work: tuple[Path, int]) -> None:
    run_datatrove_buckets(work[0], _configuration(), work[1])


def with_text_dedup(corpus: Path, folder: Path, options: argparse.Namespace) -> tuple[Path, float]:
    """The file of what is kept, and the seconds."""
    settings = {
        "path": "json", "data_files": corpus, "split": "train", "column": "text", "cache_dir": folder / "cache",
        "output": folder / "out", "ngram": SHINGLE_WORDS, "threshold": THRESHOLD, "num_proc": options.threads,
    }  # fmt: skip
    words = [f"--{name}={value}" for name, value in settings.items()]
    done = subprocess.run(
        [options.text_dedup, "-m", "text_dedup.minhash", *words], check=True, capture_output=True,
        text=True, cwd=folder,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "home"), "COLUMNS": "200"},
    )  # fmt: skip
    total = re.search(r"Total\s*:\s*([\d.]+)s", done.stdout + done.stderr)
    assert total is not None, "text-dedup no longer tells its total"
    import polars as pl  # noqa: PLC0415  (not before: a process begins with what the one holds that starts it)

    parts = [pl.read_ipc_stream(path).select("id") for path in sorted((folder / "out").glob("*.arrow"))]
    pl.concat(parts).write_ndjson(folder / "kept.jsonl")
    return folder / "kept.jsonl", float(total[1])


TOOLS: dict[str, Callable[[Path, Path, argparse.Namespace], tuple[Path, float]]] = {
    "syndetect": with_syndetect,
    "datatrove": with_datatrove,
    "text-dedup": with_text_dedup,
}


def _memory() -> float:
    """The largest resident set of this process and of those that it started, in MB (Linux)."""
    held = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert held is not None
    return max(int(held[1]) * 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024) / 1e6


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a tool over a corpus."""
    parser = argparse.ArgumentParser(description="Remove near-duplicate documents with one tool.")
    parser.add_argument("name", choices=list(TOOLS))
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path, help="an .npz file for what is saved")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--text-dedup", default=sys.executable, help="a Python that has text-dedup")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        kept, seconds = TOOLS[options.name](options.corpus.resolve(), Path(folder), options)
        memory = _memory()
        with kept.open("rb") as file:
            ids: Any = [int(json.loads(line)["id"]) for line in file]
    np.savez(options.out, kept=np.array(ids, np.int64), seconds=np.array(seconds), memory=np.array(memory))


if __name__ == "__main__":
    main()
