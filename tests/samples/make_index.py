"""Write the index that stands for a format version in ``tests/data``, and what it answers.

    PYTHONPATH=tests python tests/samples/make_index.py tests/data/index-1

Run it once for each released version of the format, and never again: later versions of syndetect must open what is
there. The articles are made of invented words.
"""

import json
import sys
from pathlib import Path
from typing import Any

from samples.newspapers import Article, newspapers
from syndetect import Answer, Index, Settings


def tables(answer: Answer) -> dict[str, Any]:
    """What is compared of an answer."""
    return {name: getattr(answer, name).rows() for name in ("matches", "pairs")} | {
        "passages": answer.passages.drop("text", "source", "published", "role").rows()
    }


def main(folder: Path) -> None:
    """Make the index of invented newspapers, and write what it answers beside it."""
    articles = newspapers(11, 24)
    asked = [articles[3] | {"id": "asked"}, articles[5], {"id": "short", "text": articles[20]["text"][:300]}]
    make(folder, articles, asked, removed=["n2", "n17"])


def make(folder: Path, articles: list[Article], asked: list[Article], removed: list[str]) -> None:
    """Make an index with a few segments, and write what it answers beside it."""
    with Index.create(folder, Settings(bands=20, hot_places=5)) as index:
        for low in (0, 8, 16):
            index.add(articles[low : low + 8], threads=1)
        index.add([articles[1] | {"title": "anew"}], existing="replace", threads=1)
        index.remove(removed)
        expected = {
            "ids": [one["id"] for one in articles if one["id"] in index],
            "articles": {one["id"]: one["text"] for one in articles},
            "answers": [
                {"asked": one | {"published": str(one.get("published") or "")}, **tables(index.query(one))}
                for one in asked
            ],
        }
    (folder / "lock").unlink()
    folder.with_suffix(".json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
