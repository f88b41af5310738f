"""Text of articles is text, whatever it looks like: nothing in it runs, and the policy of the page is never broken."""

from pathlib import Path
from typing import Any

import pytest

from samples import tricks

VIEWS = ("overview", "outlets", "passages?kinds=all", "articles", "about")


@pytest.mark.parametrize("view", VIEWS)
def test_views_of_hostile_articles(watched: Any, hostile_page: Path, view: str) -> None:
    shown = watched(hostile_page)
    page = shown.open(f"#{view}")
    page.wait_for_timeout(300)
    for _ in range(4):
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(50)
    shown.check()


def test_every_trick_is_shown_as_text(watched: Any, hostile_page: Path) -> None:
    shown = watched(hostile_page)
    page = shown.open("#passages?kinds=all")
    count = page.evaluate("document.querySelectorAll('script:not([type])').length")
    for number, trick in enumerate(tricks.TRICKS):
        article = f"{number}-0 {trick}"
        page.evaluate("id => { location.hash = '#article/' + encodeURIComponent(id); }", article)
        page.locator("main h1").first.wait_for()
        page.wait_for_function(
            "part => document.querySelector('main').textContent.includes(part)", arg=trick.strip()
        )
    assert page.evaluate("document.querySelectorAll('script:not([type])').length") == count
    assert page.evaluate("document.querySelectorAll('iframe, object, embed, base, form[action]').length") == 0
    shown.check()


def test_links_lead_to_the_web_alone(watched: Any, hostile_page: Path) -> None:
    shown = watched(hostile_page)
    page = shown.open("#articles")
    for number in range(0, len(tricks.TRICKS), 5):
        article = f"{number}-1 {tricks.TRICKS[number]}"
        page.evaluate("id => { location.hash = '#article/' + encodeURIComponent(id); }", article)
        page.wait_for_timeout(100)
        links = page.eval_on_selector_all(
            "a[href]",
            "links => links.map(a => [a.protocol, a.getAttribute('href'), a.rel, a.referrerPolicy])",
        )
        for protocol, href, rel, policy in links:
            assert href.startswith("#") or protocol in ("http:", "https:")
            assert href.startswith("#") or (
                "noreferrer" in rel and "noopener" in rel and policy == "no-referrer"
            )
    shown.check()
