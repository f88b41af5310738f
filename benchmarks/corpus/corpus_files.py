"""Reading the corpora that the benchmarks run on, and scanning them."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from syndetect.pipeline.scan import scan
from syndetect.results.result import Result
from syndetect.settings import Settings


class Article(NamedTuple):
    """An article as the benchmarks handle it; ``text`` is exactly what the file holds."""

    id: str
    text: str
    source: str = ""
    published: str | None = None


def read_articles(path: Path) -> list[Article]:
    """The articles of a ``.jsonl`` or ``.jsonl.gz`` file, or of a folder of ``.txt`` files, in order.

    Raises:
        ValueError: the path holds no article.
    """
    articles = list(_read_folder(path) if path.is_dir() else _read_lines(path))
    if not articles:
        raise ValueError(f"no articles in {path}: give a .jsonl, a .jsonl.gz or a folder of .txt files")
    return articles


def read_text(path: Path) -> str:
    """The text of a UTF-8 file without newline translation, so that offsets count what is stored."""
    return path.read_bytes().decode("utf-8")


def scan_articles(articles: Sequence[Article], settings: Settings, threads: int) -> Result:
    """Scan articles as :func:`scan_records` does."""
    return scan_records([article._asdict() for article in articles], settings, threads)


def scan_records(records: Sequence[Mapping[str, Any]], settings: Settings, threads: int) -> Result:
    """Scan articles given as mappings, every one of them, also against others of their source.

    Raises:
        ValueError: the scan left articles out; a figure would be about another corpus than it says.
    """
    result = scan([*records], settings, threads=threads, across_sources=False)
    if result.documents.height != len(records):
        raise ValueError(f"the scan skipped articles: {result.skipped.rows()[:3]}")
    return result


def _read_folder(folder: Path) -> Iterator[Article]:
    for path in sorted(folder.rglob("*.txt")):
        yield Article(path.relative_to(folder).as_posix(), read_text(path), source=path.stem)


def _read_lines(path: Path) -> Iterator[Article]:
    raw = path.read_bytes()
    for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines():
        record = json.loads(line)
        yield Article(record["id"], record["text"], record.get("source", ""), record.get("published"))
