"""Results of invented articles, for pages of reports."""

from pathlib import Path
from typing import Any

from samples import tricks
from syndetect.pipeline.scan import scan
from syndetect.results.result import Result

SEEDS = Path(__file__).parents[2] / "seeds"


def seed_articles() -> list[dict[str, Any]]:
    """The sample articles, each with an outlet by its file's name and a time of its own."""
    return [
        {
            "id": path.name,
            "text": path.read_text("utf-8"),
            "title": path.read_text("utf-8").splitlines()[0],
            "source": path.stem[3:].replace("-", " ").title(),
            "url": f"https://{path.stem[3:]}.invalid/{number}",
            "published": f"2031-04-{1 + number % 3:02d}T{6 + number:02d}:30:00Z",
        }
        for number, path in enumerate(sorted(SEEDS.glob("*.txt")))
    ]


def seeds() -> Result:
    """The result of the sample articles."""
    return scan(seed_articles())


def hostile() -> Result:
    """The result of articles that try to break a page."""
    return scan(list(tricks.articles()), across_sources=False)
