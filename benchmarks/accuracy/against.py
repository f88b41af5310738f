"""New articles against many old ones, beside datatrove: ``python -m benchmarks.against [--old 200000] [--new 10000]``.

Invented news of ``corpus.maker``, reduced to lower-case ASCII words with spaces between them, so that both tools see
the same words. The old articles are indexed beforehand: by ``syndetect index build``, and by datatrove's signatures and
``MinhashBuildIndex`` (14 buckets of 8 hashes, its default; words split at white space, xxhash). To the new ones, the
articles that follow, are added edited copies of old ones, in which each word is exchanged with a probability of 1 to
7 %. Then each tool takes out what is old:

- syndetect: ``deduplicate(NEW, KEPT, against=INDEX)``; and ``against=FILE``, which reads the texts of the old ones.
- datatrove: signatures of the new ones, its buckets with the index, clusters and filter.

The truth is brute force: the Jaccard similarity, of sets of three-word shingles, of some new articles with every old
one and every other new one. Columns: ``found``, the share of those with an old near-duplicate (0.8 or more) that are
taken out; ``wrong``, those taken out without a near-duplicate, old or new; ``differ``, those that syndetect kept
though they have an old near-duplicate, or took out with another similarity than that of the most similar one;
``seconds``, from the reading of the new articles to the end, after the imports; ``cpu``, of all its processes.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import psutil

from benchmarks import command
from benchmarks.accuracy.dedup import RATES, words_only
from benchmarks.accuracy.dedup_tools import SHINGLE_WORDS, THRESHOLD
from benchmarks.corpus import maker
from benchmarks.speed.peers import datatrove_signatures

_BUCKETS, _HASHES = 14, 8
_COPIES = 5  # one new article in so many is an edited copy of an old one


def make(folder: Path, old: int, new: int, length: float) -> None:
    """Write ``old.jsonl`` and ``new.jsonl``."""
    made = folder / "made.jsonl"
    maker.main([str(made), "--size", "100GB", "--articles", str(old + new), "--length", str(length)])
    draw = np.random.default_rng(5)
    chosen = set(draw.choice(old, new // _COPIES, replace=False).tolist())
    copied: list[str] = []
    with (
        made.open() as lines,
        (folder / "old.jsonl").open("w") as olds,
        (folder / "new.jsonl").open("w") as news,
    ):
        for number, line in enumerate(lines):
            text = words_only(json.loads(line)["text"])
            (olds if number < old else news).write(json.dumps({"id": str(number), "text": text}) + "\n")
            if number in chosen:
                copied.append(text)
        vocabulary = sorted({word for text in copied[:200] for word in text.split()})
        for number, text in enumerate(copied):
            words = np.array(text.split(), object)
            places = np.flatnonzero(draw.random(len(words)) < RATES[number % len(RATES)])
            words[places] = [vocabulary[at] for at in draw.integers(len(vocabulary), size=len(places))]
            news.write(json.dumps({"id": f"copy{number}", "text": " ".join(words)}) + "\n")
    made.unlink()


def records(path: Path) -> Iterator[dict[str, str]]:
    """The objects of JSON Lines."""
    with path.open() as lines:
        yield from map(json.loads, lines)


# ------------------------------------------------------------------------------------------------ brute force


def shingles(text: str) -> set[tuple[str, ...]]:
    """The set of the shingles of a text."""
    words = text.split()
    return {tuple(words[at : at + SHINGLE_WORDS]) for at in range(max(len(words) - SHINGLE_WORDS + 1, 1))}


def most_similar(folder: Path, sample: Sequence[dict[str, str]]) -> dict[str, tuple[float, float]]:
    """For each id of a sample of new articles, the highest Jaccard similarity with an old one, and with a new one."""
    sets = [shingles(article["text"]) for article in sample]
    holders = defaultdict(list)
    for number, mine in enumerate(sets):
        for shingle in mine:
            holders[shingle].append(number)
    best = np.zeros((len(sample), 2))
    for column, name in enumerate(("old.jsonl", "new.jsonl")):
        for article in records(folder / name):
            theirs = shingles(article["text"])
            shared = [number for one in theirs if one in holders for number in holders[one]]
            for number, common in Counter(shared).items():
                if article["id"] != sample[number]["id"]:
                    jaccard = common / (len(sets[number]) + len(theirs) - common)
                    best[number, column] = max(best[number, column], jaccard)
    return {article["id"]: (old, new) for article, (old, new) in zip(sample, best.tolist(), strict=True)}


# ------------------------------------------------------------------------------------------------ the tools


def build(folder: Path, threads: int, pool: Executor) -> None:
    """Index the old articles in both ways."""
    from syndetect import Index  # noqa: PLC0415

    with Index.create(folder / "old.idx", store_text=False) as index:
        index.add(folder / "old.jsonl", threads=threads)
    olds = folder / "datatrove-old"
    _sign_all(folder / "old.jsonl", olds, threads, pool)
    list(pool.map(_build_bucket, [(olds, folder / "datatrove-index", one) for one in range(_BUCKETS)]))


def with_syndetect(folder: Path, old: str, threads: int) -> dict[str, float | None]:
    """From the ids that are taken out to the similarity with the old one, None where it is a new one."""
    from syndetect import deduplicate  # noqa: PLC0415

    found = deduplicate(
        folder / "new.jsonl", folder / "kept.jsonl", against=folder / old, threshold=THRESHOLD,
        shingle_words=SHINGLE_WORDS, threads=threads, force=True,
    )  # fmt: skip
    rows = found.removed.select("doc_id", "similarity", "against").iter_rows()
    return {doc_id: None if against is None else similarity for doc_id, similarity, against in rows}


def with_datatrove(folder: Path, threads: int, pool: Executor) -> dict[str, float | None]:
    """The ids that are taken out."""
    from datatrove.data import Document  # noqa: PLC0415
    from datatrove.pipeline.dedup.minhash import MinhashDedupCluster, MinhashDedupFilter  # noqa: PLC0415

    news = folder / "datatrove-new"
    shares = _sign_all(folder / "new.jsonl", news, threads, pool)
    list(pool.map(_join_bucket, [(news, folder / "datatrove-index", one) for one in range(_BUCKETS)]))
    MinhashDedupCluster(f"{news}/buckets", f"{news}/remove", config=_configuration()).run(None, 0, 1)
    everyone, kept = set[str](), set[str]()
    with (folder / "kept-datatrove.jsonl").open("w") as file:
        for rank, share in enumerate(shares):
            documents = (Document(text=one["text"], id=one["id"]) for one in share)
            for document in MinhashDedupFilter(f"{news}/remove").run(documents, rank, threads):
                file.write(json.dumps({"id": document.id, "text": document.text}) + "\n")
                kept.add(document.id)
            everyone.update(one["id"] for one in share)
    return dict.fromkeys(everyone - kept)


def _configuration() -> Any:
    from datatrove.pipeline.dedup.minhash import MinhashConfig  # noqa: PLC0415

    return MinhashConfig(n_grams=SHINGLE_WORDS, num_buckets=_BUCKETS, hashes_per_bucket=_HASHES)


def _sign_all(path: Path, folder: Path, threads: int, pool: Executor) -> list[list[dict[str, str]]]:
    articles = list(records(path))
    shares = [articles[rank::threads] for rank in range(threads)]
    list(pool.map(_sign, [(share, folder, rank, threads) for rank, share in enumerate(shares)]))
    return shares


def _sign(work: tuple[list[dict[str, str]], Path, int, int]) -> None:
    from datatrove.data import Document  # noqa: PLC0415

    share, folder, rank, threads = work
    documents = (Document(text=one["text"], id=one["id"]) for one in share)
    datatrove_signatures(folder, _configuration()).run(documents, rank, threads)


def _build_bucket(work: tuple[Path, Path, int]) -> None:
    from datatrove.pipeline.dedup.minhash import MinhashBuildIndex  # noqa: PLC0415

    folder, index, bucket = work
    step = MinhashBuildIndex(
        f"{folder}/signatures", str(index), "old", config=_configuration(), lines_to_buffer=-1
    )
    step.run(None, bucket, _BUCKETS)


def _join_bucket(work: tuple[Path, Path, int]) -> None:
    from datatrove.pipeline.dedup.minhash import MinhashDedupBuckets  # noqa: PLC0415

    folder, index, bucket = work
    MinhashDedupBuckets(
        f"{folder}/signatures", f"{folder}/buckets", str(index), _configuration(), only_dedup_in_index=False,
        lines_to_buffer=-1,
    ).run(None, bucket, _BUCKETS)  # fmt: skip


# ------------------------------------------------------------------------------------------------ figures


def measured(
    name: str, tool: Callable[[], dict[str, float | None]], truth: dict[str, tuple[float, float]]
) -> dict[str, Any]:
    """A row of the table."""
    cpu, start = _cpu(), perf_counter()
    removed = tool()
    seconds, cpu = perf_counter() - start, _cpu() - cpu
    old = [doc_id for doc_id, (with_old, _) in truth.items() if with_old >= THRESHOLD]
    differ = sum(
        (removed[doc_id] is not None and removed[doc_id] != with_old) if doc_id in removed else with_old >= THRESHOLD
        for doc_id, (with_old, _) in truth.items()
    )  # fmt: skip
    return {
        "tool": name,
        "removed": len(removed),
        "old in sample": len(old),
        "found": f"{sum(doc_id in removed for doc_id in old) / max(len(old), 1):.1%}",
        "wrong": sum(doc_id in removed and max(found) < THRESHOLD for doc_id, found in truth.items()),
        "differ": "" if name == "datatrove" else str(differ),
        "seconds": f"{seconds:.1f}",
        "cpu": f"{cpu:.1f}",
    }


def _cpu() -> float:
    """Seconds of processor time of this process and of those that it started, which are still there."""
    mine = psutil.Process()
    used = [one.cpu_times() for one in (mine, *mine.children())]
    return float(sum(one.user + one.system for one in used))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure both tools, and print a table."""
    parser = argparse.ArgumentParser(description="Compare new articles with many old ones.")
    parser.add_argument("--old", type=int, default=200_000, help="articles that are held")
    parser.add_argument("--new", type=int, default=10_000, help="articles that are new, beside the copies")
    parser.add_argument(
        "--length", type=float, default=0.12, help="of articles, as a multiple of what news have"
    )
    parser.add_argument(
        "--sample", type=int, default=500, help="new articles that are compared by brute force"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also save the figures to FILE")
    options = parser.parse_args(arguments)
    os.environ["HF_HUB_OFFLINE"], os.environ["LOGURU_LEVEL"] = "1", "ERROR"  # quiet, no network
    threads = options.threads
    with (
        tempfile.TemporaryDirectory() as made,
        ProcessPoolExecutor(threads, multiprocessing.get_context("spawn")) as pool,
    ):
        folder = Path(made)
        make(folder, options.old, options.new, options.length)
        build(folder, threads, pool)
        news = list(records(folder / "new.jsonl"))
        chosen = np.random.default_rng(6).choice(len(news), min(options.sample, len(news)), replace=False)
        truth = most_similar(folder, [news[at] for at in chosen.tolist()])
        rows = [
            measured("syndetect, index", lambda: with_syndetect(folder, "old.idx", threads), truth),
            measured("syndetect, files", lambda: with_syndetect(folder, "old.jsonl", threads), truth),
            measured("datatrove", lambda: with_datatrove(folder, threads, pool), truth),
        ]
        sizes = {name: (folder / f"{name}.jsonl").stat().st_size / 1e6 for name in ("old", "new")}
    print(
        f"{options.old:,} old articles, {sizes['old']:.0f} MB; {len(news):,} new, {sizes['new']:.1f} MB;",
        end=" ",
    )
    print(f"{len(truth):,} of these compared by brute force")
    command.print_table(rows)
    command.write_json(options.json, rows)


if __name__ == "__main__":
    main()
