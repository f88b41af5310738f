"""Digests of results: ``python -m benchmarks.robustness.digests NEWS [--against DIGESTS.json] [--out DIGESTS.json]``.

A change that should not alter results leaves every digest as it was. NEWS is any input of a scan, such as what
``benchmarks.corpus.maker`` writes. Digested are the tables of scans of the sample articles and of NEWS (one thread and
two, in memory and spilled to files), the files and the answers of an index and of a ``MinHashLSH`` in a folder, what
``deduplicate`` keeps, and the answers of the committed index of format 1. Only public names are used, so the same file
runs on an older checkout: ``PYTHONPATH=OLD/src python benchmarks/robustness/digests.py NEWS``.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

import syndetect

_ROOT = Path(__file__).parents[2]
_TABLES = ("documents", "pairs", "matches", "passages", "clusters", "credits", "edges", "links", "families")
_SPILL = 1 << 20  # bytes of memory for which every array of a scan goes to files


def of_frame(frame: pl.DataFrame) -> str:
    """A digest of a frame's columns, types and rows."""
    digest = hashlib.blake2b(repr(frame.schema).encode(), digest_size=16)
    digest.update(frame.write_ndjson().encode())
    return digest.hexdigest()


def of_files(folder: Path) -> str:
    """A digest of the names and bytes of the data files of an index."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".segment", ".removed")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def of_value(value: Any) -> str:
    """A digest of what JSON can hold."""
    return hashlib.blake2b(json.dumps(value, default=str).encode(), digest_size=16).hexdigest()


def scans(news: str) -> Iterator[tuple[str, str]]:
    """Every table of scans of the sample articles and of NEWS."""
    for name, source in (("seeds", str(_ROOT / "seeds")), ("news", news)):
        for threads, memory in ((1, None), (2, None), (2, _SPILL)):
            result = syndetect.scan(source, threads=threads, memory=memory)
            of = f"scan {name}, threads {threads}, {'spilled' if memory else 'in memory'}"
            for table in _TABLES:
                yield f"{of}: {table}", of_frame(getattr(result, table))
            yield f"{of}: counts", of_value(result.manifest["counts"])


def _answer(answer: Any) -> list[str]:
    return [of_frame(getattr(answer, name)) for name in ("documents", "pairs", "matches", "passages")]


def indexes(articles: pl.DataFrame, work: Path) -> Iterator[tuple[str, str]]:
    """Files and answers of an index that is filled, changed and compacted."""
    held, queries = articles[: len(articles) // 2], articles[len(articles) // 2 - 100 :][:200]
    with syndetect.Index.create(work / "index") as index:
        for low in range(0, len(held), 700):
            index.add(held[low : low + 700], threads=2)
        index.remove(held["id"][10:400].to_list())
        index.add(held[:50], existing="replace", threads=2)
        yield "index: files", of_files(work / "index")
        yield from _asked("index", index, queries)
        index.compact(threads=2)
        yield "index, compact: files", of_files(work / "index")
        yield from _asked("index, compact", index, queries)
        yield (
            "index: signatures",
            hashlib.blake2b(index.signatures(held["id"][500:600]).tobytes()).hexdigest()[:32],
        )


def _asked(name: str, index: syndetect.Index, queries: pl.DataFrame) -> Iterator[tuple[str, str]]:
    rows = queries.to_dicts()
    yield f"{name}: query", of_value([_answer(index.query(row)) for row in rows[:100]])
    yield f"{name}: query_many", of_value(_answer(index.query_many(queries, threads=2)))
    near = [index.near_duplicates(row) for row in rows[:50]]
    yield (
        f"{name}: near_duplicates",
        of_value([(of_frame(one.documents), of_frame(one.paragraphs)) for one in near]),
    )


def committed(work: Path) -> Iterator[tuple[str, str]]:
    """Answers of the index of format 1 that stands in ``tests/data``."""
    folder = work / "index-1"
    shutil.copytree(_ROOT / "tests" / "data" / "index-1", folder)
    told = json.loads((_ROOT / "tests" / "data" / "index-1.json").read_text(encoding="utf-8"))
    with syndetect.Index.open(folder, mode="r") as index:
        answers = [_answer(index.query(one["asked"])) for one in told["answers"]]
        yield "committed index: query", of_value([answers, index.info()["documents"]])


def lsh(articles: pl.DataFrame, work: Path) -> Iterator[tuple[str, str]]:
    """Files and answers of a ``MinHashLSH`` in a folder that is filled, thinned and merged."""
    texts, ids = articles["text"].to_list(), articles["id"].to_list()
    with syndetect.MinHashLSH(threshold=0.5, path=work / "lsh") as index:
        for low in range(0, 4000, 500):
            index.insert_many(ids[low : low + 500], texts[low : low + 500])
            for key in ids[low : low + 500 : 3]:
                index.remove(key)
            index.commit()
        yield "lsh: files", of_files(work / "lsh")
        yield "lsh: query_many", of_value(index.query_many(texts[3000:5000]))


def dedups(news: str) -> Iterator[tuple[str, str]]:
    """What ``deduplicate`` keeps of whole articles and of paragraphs."""
    for unit in ("document", "paragraph"):
        found = syndetect.deduplicate(news, unit=unit)
        rows = [found.kept.to_list(), of_frame(found.removed.drop("place")), dict(found.counts)]
        yield f"dedup by {unit}", of_value(rows)


def digests(news: str) -> dict[str, str]:
    """All digests by what they are of."""
    articles = pl.read_ndjson(news) if news.endswith("jsonl") else pl.read_parquet(news)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        return dict([
            *scans(news), *indexes(articles, work), *committed(work), *lsh(articles, work), *dedups(news)
        ])  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the digests, and those that differ from earlier ones; 1 if any does."""
    parser = argparse.ArgumentParser(description="Digests of results that a change must not alter.")
    parser.add_argument("news", help="articles with id and text, .jsonl or .parquet; 8,000 and more")
    parser.add_argument("--out", type=Path, help="write the digests here, as JSON")
    parser.add_argument("--against", type=Path, help="compare with the digests of an earlier run")
    options = parser.parse_args(arguments)
    found = digests(options.news)
    if options.out is not None:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if options.against is None:
        print(json.dumps(found, indent=1))
        return 0
    before = json.loads(options.against.read_text(encoding="utf-8"))
    names = [name for name in {**before, **found} if before.get(name) != found.get(name)]
    print(*(f"differs: {name}" for name in names), sep="\n", end="\n" if names else "")
    print(f"{len(found)} digests, {len(names)} differ")
    return int(bool(names))


if __name__ == "__main__":
    sys.exit(main())
