"""Query documents of about thirty paragraphs for an index, whose overlap with the index is known."""

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

from benchmarks.corpus.edits import LEAST_WORDS, Vocabulary, edited, house_style
from benchmarks.corpus.maker import Options, make, truth_path
from benchmarks.corpus.planting import paragraphs_of

#: The share of a document's paragraphs that stand, edited, in the index: none (but by chance), a third, all.
KINDS = ("new", "a third", "whole")

_PARAGRAPHS = range(25, 36)
_BYTES = 60_000  # of a made corpus in which one article has so many paragraphs, and more
_EDITED = 0.05  # of the words of what is shared
_SEED = 77  # of documents that no index has


class IndexQuery(NamedTuple):
    """A query document.

    Attributes:
        kind: one of :data:`KINDS`.
        origin: the id of the indexed article that it copies paragraphs from, if any.
        document: the document.
    """

    kind: str
    origin: str | None
    document: dict[str, Any]


def make_queries(corpus: Path, out: Path, count: int, seed: int) -> int:
    """Write queries, equally many of each kind, as JSON Lines; returns their mean number of paragraphs.

    Args:
        corpus: what is indexed, as ``benchmarks.corpus.maker`` writes it.
        out: the file to write.
        count: how many, at most: as many as there are articles of the right length.
        seed: of all draws.
    """
    random, rng = Random(seed), np.random.default_rng(seed)
    made = out.with_suffix(".new.jsonl")
    make(made, Options(max(count * _BYTES, 600_000), seed=_SEED + seed))
    new = [one for one in _articles(made) if _is_right(one)][:count]
    made.unlink()
    truth_path(made).unlink()
    vocabulary, indexed = Vocabulary(one["text"] for one in new[:20]), _drawn(corpus, random)
    total = 0
    with out.open("w", encoding="utf-8") as file:
        for number, (kind, one) in enumerate(zip(cycle(KINDS), new, strict=False)):
            origin = None if kind == "new" else next(indexed)
            pieces = one["text"].split("\n\n")
            if origin is not None:
                taken = [_run(piece, rng, vocabulary) for piece in origin["text"].split("\n\n")]
                pieces = taken if kind == "whole" else pieces[:10] + taken[10:20] + pieces[20:]
            published = (origin or one)["published"]  # within any time window of it
            document = {"id": f"q{number}", "text": "\n\n".join(pieces), "published": published}
            query = IndexQuery(kind, None if origin is None else origin["id"], document)
            file.write(json.dumps(query._asdict(), ensure_ascii=False) + "\n")
            total += len(pieces)
    return round(total / max(len(new), 1))


def read_queries(path: Path) -> list[IndexQuery]:
    """The documents that :func:`make_queries` wrote."""
    return [IndexQuery(**one) for one in _articles(path)]


def _articles(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _drawn(corpus: Path, random: Random) -> Iterator[dict[str, Any]]:
    """Endless random articles of the right length from a corpus."""
    size = corpus.stat().st_size
    with corpus.open("rb") as file:
        while True:
            file.seek(random.randrange(size))
            file.readline()
            if (line := file.readline()) and _is_right(one := json.loads(line)):
                yield one


def _is_right(article: dict[str, Any]) -> bool:
    return len(paragraphs_of(article["text"])) in _PARAGRAPHS


def _run(paragraph: str, rng: np.random.Generator, vocabulary: Vocabulary) -> str:
    """A paragraph as another outlet runs it; short ones as they are."""
    if len(paragraph.split()) < LEAST_WORDS:
        return paragraph
    return edited(_EDITED)(house_style(paragraph, rng, vocabulary).text, rng, vocabulary).text
