"""The picture of a report in README.md: ``python tools/report_picture.py`` writes it again.

Needs the extra ``browser`` and Chromium (the variable ``CHROMIUM`` names another program than the one on the path).
"""

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from syndetect import scan

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Scan the sample articles, each its own outlet by the name of its file, and photograph the overview."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    result = scan(
        [
            {
                "id": path.name,
                "source": path.stem[3:].replace("-", " ").title(),
                "text": path.read_text("utf-8"),
            }
            for path in sorted((ROOT / "seeds").glob("*.txt"))
        ]
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "report.html"
        result.report(file)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1200, "height": 760})
        page.goto(file.as_uri())
        page.locator("figure svg").first.wait_for()
        page.screenshot(path=ROOT / "docs" / "report-overview.png")
        browser.close()


if __name__ == "__main__":
    main()
