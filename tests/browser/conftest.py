"""A browser for the pages of reports: Chromium, driven by Playwright; without both, these tests are skipped."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samples import pages

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One browser for all tests of a process."""
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("there is no chromium")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield running
        running.close()


class Watched:
    """A page of a browser, and whatever it did that it must not."""

    def __init__(self, context: Any, file: Path) -> None:
        self.page, self.file = context.new_page(), file
        self.faults: list[str] = []
        self.page.on("console", self._log)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.set_default_timeout(15_000)

    def open(self, fragment: str = "#overview") -> Any:
        """Go to a view of the report."""
        self.page.goto(f"{self.file.as_uri()}{fragment}")
        self.page.locator("main h1").first.wait_for()
        return self.page

    def check(self) -> None:
        """Nothing failed, nothing was asked for, and nothing broke the policy."""
        violations = self.page.evaluate("window.violations")
        assert (self.faults, violations, self.page.evaluate("window.tricked")) == ([], [], None)

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _log(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.file.as_uri(), "data:", "blob:")):
            self.faults.append(f"request: {request.url}")


@pytest.fixture
def watched(browser: Any) -> Iterator[Any]:
    """Open files in a fresh context of a size and a scheme: ``watched(file, width=390, scheme="dark")``."""
    contexts = []

    def show(file: Path, *, width: int = 1440, height: int = 900, scheme: str = "light") -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            accept_downloads=True,
            offline=True,
        )
        context.add_init_script(_WATCH)
        contexts.append(context)
        return Watched(context, file)

    yield show
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def seeds_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the sample articles."""
    file = tmp_path_factory.mktemp("report") / "seeds.html"
    pages.seeds().report(file)
    return file


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of articles that try to break it."""
    file = tmp_path_factory.mktemp("report") / "hostile.html"
    pages.hostile().report(file)
    return file
