"""The page of a report: size, and times in a browser: ``python -m benchmarks.report_page [--articles 100 1000 10000]``.

Corpora of invented articles are scanned, and the page is written and opened in Chromium (Playwright drives it; the
variable ``CHROMIUM`` names another program than the one on the path). Each has five times as many shared passages as
articles. For each are printed

- the articles, the passages, the size of the file, the seconds that the scan took, and those of writing the page;
- milliseconds from the beginning of loading until the overview is drawn, until the list of passages is, and from a
  click until two articles stand side by side with the words of the passage marked;
- the share of frames that were late (more than one and a half times the usual time) while the list of passages
  scrolls, the usual time being that of the same browser with an empty page;
- the longest task of the script meanwhile (ms).

With ``--cost`` scans with and without ``--report`` take turns, and the median of the ratio of their times is printed.
The exit status is 1 if a goal is missed: 3 seconds, 5 % of the frames, 15 % of the time of a scan.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.command import exit_status, print_table, write_json
from benchmarks.corpus.maker import Options, bytes_of, make
from syndetect import scan

_MOST_SECONDS, _MOST_LATE, _MOST_COST = 3.0, 0.05, 1.15
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_WORDS = 45  # of a shared paragraph
_SCROLL = """async () => {
  const times = [];
  let running = true;
  const tick = (time) => { times.push(time); if (running) requestAnimationFrame(tick); };
  let longest = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) longest = Math.max(longest, one.duration); })
    .observe({ entryTypes: ["longtask"] });
  requestAnimationFrame(tick);
  const end = performance.now() + 5000;
  await new Promise((done) => {
    const step = () => {
      scrollBy(0, 60);
      if (performance.now() < end) requestAnimationFrame(step); else done();
    };
    requestAnimationFrame(step);
  });
  running = false;
  return [times.slice(1).map((time, n) => time - times[n]), longest, scrollY];
}"""


def articles(number: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Invented articles, with five times as many paragraphs that two of them share, and paragraphs of their own."""
    random_ = random.Random(seed)
    words = [
        "".join(random_.choices("abcdefghiklmnoprstuvw", k=random_.randint(2, 9))) for _ in range(20_000)
    ]

    def paragraph() -> str:
        return " ".join(random_.choices(words, k=_WORDS)).capitalize() + "."

    shared = [paragraph() for _ in range(5 * number)]
    slots = [*range(len(shared))] * 2
    random_.shuffle(slots)
    for place in range(number):
        own = [paragraph() for _ in range(4)]
        parts = own + [shared[slot] for slot in slots[10 * place : 10 * place + 10]]
        random_.shuffle(parts)
        wire = "LINDROW (AFP) - " if place % 3 == 0 else ""
        yield {
            "id": f"article-{place}", "source": f"Outlet {place % 60}", "title": f"Article {place}",
            "published": f"2031-{1 + place % 12:02d}-{1 + place % 28:02d}T{place % 24:02d}:00:00Z",
            "text": wire + "\n\n".join(parts),
        }  # fmt: skip


def measure(browser: Any, number: int, work: Path) -> dict[str, Any]:
    """The row of one size."""
    began = perf_counter()
    result = scan(list(articles(number)))
    scanned = perf_counter()
    file = work / f"{number}.html"
    result.report(file)
    written = perf_counter()
    row = {
        "articles": number,
        "passages": result.clusters.height,
        "MB": round(file.stat().st_size / 1e6, 1),
        "scan s": round(scanned - began, 1),
        "page s": round(written - scanned, 1),
    }
    overview = statistics.median(_shown(browser, file, "#overview", "main h1") for _ in range(3))
    listed = statistics.median(_shown(browser, file, "#passages?kinds=all", ".passage-row") for _ in range(3))
    beside, late, longest = _used(browser, file)
    return row | {
        "overview ms": round(overview),
        "list ms": round(listed),
        "side by side ms": round(beside),
        "late frames": f"{100 * late:.1f} %",
        "longest task ms": round(longest),
    }


def _shown(browser: Any, file: Path, fragment: str, selector: str) -> float:
    """Milliseconds from the beginning of loading until an element is drawn."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{file.as_uri()}{fragment}", wait_until="commit")
    page.locator(selector).first.wait_for(timeout=60_000)
    drawn: float = page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => done(performance.now())))"
    )
    page.close()
    return drawn


def _used(browser: Any, file: Path) -> tuple[float, float, float]:
    """Milliseconds until two articles stand side by side, the share of late frames, and the longest task."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto("about:blank")
    usual = statistics.median(page.evaluate(_SCROLL)[0])
    page.goto(f"{file.as_uri()}#passages?kinds=all")
    page.locator(".passage-row").first.wait_for(timeout=60_000)
    intervals, longest, _ = page.evaluate(_SCROLL)
    late = sum(interval > 1.5 * usual for interval in intervals) / len(intervals)
    page.evaluate("scrollTo(0, 0)")
    page.locator(".passage-row a").first.click()
    link = page.locator('a[href^="#compare"]').first
    link.wait_for(timeout=60_000)
    began = perf_counter()
    link.click()
    page.locator("main [data-use]").first.wait_for(timeout=60_000)
    beside = 1000 * (perf_counter() - began)
    page.close()
    return beside, late, longest


def cost(size: int, work: Path, rounds: int) -> float:
    """The median of the ratios of the times of scans with and without a page, which take turns."""
    corpus = work / "news.jsonl"
    make(corpus, Options(size))
    command = [sys.executable, "-m", "syndetect", "scan", str(corpus), "-q", "-o"]
    ratios = []
    for turn in range(rounds + 1):
        seconds = []
        for extra in ([], ["--report", str(work / "news.html")]):
            began = perf_counter()
            subprocess.run([*command, str(work / "result"), "--force", *extra], check=True)
            seconds.append(perf_counter() - began)
        if turn:  # the first one compiles
            ratios.append(seconds[1] / seconds[0])
            print(f"scan {seconds[0]:.2f} s, with the page {seconds[1]:.2f} s", flush=True)
    return statistics.median(ratios)


def main() -> int:
    """Measure, and print the rows."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--articles", type=int, nargs="+", default=[100, 1000, 10_000], help="sizes to measure"
    )
    options.add_argument("--cost", action="store_true", help="measure what a page adds to a scan instead")
    options.add_argument("--size", type=bytes_of, default=bytes_of("64MB"), help="of the corpus for it")
    options.add_argument("--rounds", type=int, default=5, help="of scans that take turns")
    options.add_argument("--json", type=Path, metavar="FILE", help="also save the figures to FILE")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.cost:
            ratio = cost(given.size, Path(folder), given.rounds)
            print(f"a scan with a page takes {ratio:.3f} of the time without")
            return exit_status([f"more than {_MOST_COST}"] if ratio > _MOST_COST else [])
        rows = _rows(given.articles, Path(folder))
    print_table(rows)
    write_json(given.json, rows)
    slowest = max(max(row["overview ms"], row["list ms"], row["side by side ms"]) for row in rows)
    late = max(float(row["late frames"].split()[0]) for row in rows) / 100
    wrong = [f"{slowest} ms are more than {_MOST_SECONDS} s"] if slowest > 1000 * _MOST_SECONDS else []
    return exit_status(wrong + ([f"{late:.1%} of the frames are late"] if late > _MOST_LATE else []))


def _rows(sizes: list[int], work: Path) -> list[dict[str, Any]]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (of the extra)

    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        rows = [measure(browser, number, work) for number in sizes]
        browser.close()
    return rows


if __name__ == "__main__":
    sys.exit(main())
