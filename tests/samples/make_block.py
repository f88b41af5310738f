"""The data block of the sample articles as ``web/tests/fixtures/seeds.json``, for the tests of the page's own code.

``python -m samples.make_block`` in ``tests`` writes it again, when the block has changed on purpose.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from samples import pages
from syndetect.report.page.write import PageOptions, parts
from syndetect.results.result import Result

FIXTURE = Path(__file__).parents[2] / "web" / "tests" / "fixtures" / "seeds.json"


def block(result: Result, options: PageOptions | None = None) -> dict[str, Any]:
    """The data block of a result, its texts in one list."""
    found: dict[str, Any] = {"texts": []}
    for name, value in parts(result, options or PageOptions()):
        if name.startswith("texts-"):
            found["texts"] += value
        else:
            found[name] = value
    made: dict[str, Any] = json.loads(json.dumps(found))
    return made


def of_seeds() -> dict[str, Any]:
    """The block of the sample articles, without what differs from scan to scan."""
    result = pages.seeds()
    kept = {
        name: value
        for name, value in result.manifest.items()
        if name not in ("scanned", "timings", "version")
    }
    return block(replace(result, manifest=kept | {"version": "0"}))


if __name__ == "__main__":
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    FIXTURE.write_text(json.dumps(of_seeds(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
