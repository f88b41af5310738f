"""Spark beside others: passim 2's own job, and a plain MinHash job of data frames, on the same articles and session.

    python -m benchmarks.in_spark_peers NEWS.jsonl [--passim SCRIPT --passim-python PYTHON] [--master local[2]]

NEWS is a corpus of ``benchmarks.corpus.maker``, whose reuse is known. SCRIPT is ``passim/seriatim.py`` of a checkout of
passim, PYTHON the interpreter of an environment with what its ``setup.py`` names (and ``typing_extensions``). passim is
run up to its pairs of passages (``--to-extents``): what it does behind them, to align these and to gather clusters (for
which it needs a jar of GraphFrames), is not counted. The MinHash job hashes shingles of five words, 128 permutations in
32 bands of 4 rows, and gives pairs of articles, so a copy counts as found where its two articles are a pair.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.accuracy import recall
from benchmarks.command import parser, part_names, print_table, save, settings_of
from benchmarks.robustness.in_spark import session
from syndetect.results.result import Result

TOOLS = ("syndetect", "MinHash", "passim")
_SLOTS, _BANDS, _WORDS = 128, 32, 5


def _ours(news: Path, folder: Path, options: argparse.Namespace) -> pl.DataFrame:
    from syndetect.spark import scan  # noqa: PLC0415

    spark = session(options.master, folder / "spark")
    scan(str(news), folder / "result", settings_of(options), spark=spark)
    spark.stop()
    return Result.read(folder / "result").matches


def _passim(news: Path, folder: Path, options: argparse.Namespace) -> pl.DataFrame:
    """The pairs of passages that passim finds, as the matches of a scan."""
    environment = dict(os.environ, PYSPARK_PYTHON=options.passim_python, SPARK_LOCAL_IP="127.0.0.1")
    environment["PYSPARK_SUBMIT_ARGS"] = (
        f"--master {options.master} --driver-memory 4g --conf spark.driver.host=127.0.0.1 "
        f"--conf spark.driver.bindAddress=127.0.0.1 --conf spark.ui.enabled=false --conf spark.local.dir={folder} "
        "pyspark-shell"
    )
    subprocess.run(
        [options.passim_python, str(options.passim), "--to-extents", str(news), str(folder / "passim")],
        env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return pl.read_parquet(next((folder / "passim").rglob("extents.parquet")) / "**" / "*.parquet")


def _named(found: pl.DataFrame, news: Path, folder: Path, master: str) -> pl.DataFrame:
    """Pairs of passages with the ids of articles, the earlier one first; passim names these by Spark's hash."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    spark = session(master, folder / "spark")
    named = spark.read.json(str(news)).select("id", F.xxhash64("id").alias("uid")).toPandas()
    spark.stop()
    names = pl.DataFrame({"id": named["id"].tolist(), "uid": named["uid"].tolist()})
    both = found.join(names, on="uid").join(names.rename({"uid": "uid2", "id": "id2"}), on="uid2")
    one, other = (
        pl.struct(doc="id", begin="begin", end="end"),
        pl.struct(doc="id2", begin="begin2", end="end2"),
    )
    is_first = pl.col("id") < pl.col("id2")
    sides = both.select(
        a=pl.when(is_first).then(one).otherwise(other), b=pl.when(is_first).then(other).otherwise(one)
    )
    return sides.select(
        pl.col(side).struct.field(name).alias(f"{name}_{side}")
        for side in "ab"
        for name in ("doc", "begin", "end")
    )


def _mixed(slot: int, hashed: Any) -> Any:
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    return F.xxhash64(hashed, F.lit(slot))


def _minhash(news: Path, folder: Path, options: argparse.Namespace) -> pl.DataFrame:
    """The pairs of articles that share a band of a MinHash signature of their shingles."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    spark = session(options.master, folder / "spark")
    words = F.split(F.lower("text"), r"\W+")
    shingles = F.transform(
        F.sequence(F.lit(1), F.greatest(F.size("words") - _WORDS + 1, F.lit(1))),
        lambda at: F.xxhash64(F.concat_ws(" ", F.slice("words", at, _WORDS))),
    )
    articles = (
        spark.read.json(str(news)).select("id", words.alias("words")).select("id", shingles.alias("shingles"))
    )
    rows = _SLOTS // _BANDS
    slots = [F.array_min(F.transform("shingles", partial(_mixed, slot))) for slot in range(_SLOTS)]
    keys = F.array(*(
        F.xxhash64(F.lit(band), *slots[band * rows : (band + 1) * rows]) for band in range(_BANDS)
    ))  # fmt: skip
    banded = articles.select("id", F.explode(keys).alias("key")).cache()
    pairs = banded.toDF("doc_a", "key").join(banded.toDF("doc_b", "key"), "key").filter("doc_a < doc_b")
    pairs.select("doc_a", "doc_b").distinct().write.parquet(str(folder / "minhash"))
    spark.stop()
    return pl.read_parquet(folder / "minhash" / "*.parquet")


def _share(truth: recall.Truth, found: pl.DataFrame) -> float:
    """The share of copies that were found: in their places, or by their articles where only these are told."""
    if "begin_a" not in found.columns:
        everything = {"begin_a": 0, "end_a": 1 << 40, "begin_b": 0, "end_b": 1 << 40}
        found = found.with_columns(**{name: pl.lit(value) for name, value in everything.items()})
    return recall.shares(truth, recall.by_matches(truth, found))["all"]


def main() -> int:
    """Run all of them, and print a row each."""
    given = parser("Spark beside passim 2 and a plain MinHash job.")
    given.add_argument("news", type=Path)
    given.add_argument("--master", default="local[2]")
    given.add_argument("--passim", type=Path, help="passim/seriatim.py")
    given.add_argument("--passim-python", default=sys.executable, help="the interpreter it is run with")
    given.add_argument(
        "--tools", type=part_names(TOOLS), default=[*TOOLS], help="some of them, with commas between"
    )
    options = given.parse_args()
    with options.news.open("rb") as file:
        articles = sum(1 for _ in file)
    truth, size = recall.Truth.read(options.news, articles), options.news.stat().st_size
    runs = {"syndetect": _ours, "MinHash": _minhash, "passim": _passim}
    rows = []
    for name in options.tools:
        if name == "passim" and options.passim is None:
            continue
        with tempfile.TemporaryDirectory() as place:
            start = time.perf_counter()
            found = runs[name](options.news, Path(place), options)
            seconds = time.perf_counter() - start
            if name == "passim":
                found = _named(found, options.news, Path(place), options.master)
            rows.append({
                "tool": name, "s": round(seconds, 1), "MB/s": round(size / seconds / 1e6, 3), "rows": len(found),
                "planted copies found": _share(truth, found),
            })  # fmt: skip
            print(json.dumps(rows[-1]), flush=True)
    print_table(rows)
    save(options, settings_of(options), tools=rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
