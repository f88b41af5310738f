"""The page of a report for everybody: axe finds nothing serious, and the keyboard alone leads everywhere."""

from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
VIEWS = (
    "overview", "outlets", "passages", "passages?kinds=all&text=river&least=5", "articles", "about", "passage/1",
    "article/01-harbour-courier.txt", "compare/01-harbour-courier.txt/02-meridian-post.txt",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(
    watched: Any, seeds_page: Path, view: str, width: int, scheme: str
) -> None:
    if not AXE.exists():
        pytest.skip("web/node_modules is not installed")
    shown = watched(seeds_page, width=width, scheme=scheme)
    page = shown.open(f"#{view}")
    page.wait_for_timeout(400)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [
        (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"][:3]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def focused(page: Any) -> str:
    """What has the focus, by its name."""
    return str(
        page.evaluate("(document.activeElement.innerText || document.activeElement.ariaLabel || '').trim()")
    )


def tab_to(page: Any, text: str, most: int = 80) -> None:
    """Press the tab key until something with this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if text in focused(page):
            return
    raise AssertionError(f"the tab key does not lead to {text!r}")


def wait_for_focus(page: Any) -> None:
    """Wait until the view that was led to has the focus, at its beginning, and has been drawn."""
    page.wait_for_function("""() => new Promise((done) =>
        requestAnimationFrame(() => setTimeout(() => done(document.activeElement.id === "main"))))""")


def test_keyboard_alone_leads_from_the_overview_to_two_articles(watched: Any, seeds_page: Path) -> None:
    shown = watched(seeds_page)
    page = shown.open("#overview")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Shift+Tab")
    while focused(page) != "Passages":
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.locator(".passage-row").first.wait_for()
    wait_for_focus(page)
    tab_to(page, "…")
    page.keyboard.press("Enter")
    page.locator("main h1", has_text="copy in").wait_for()
    wait_for_focus(page)
    before = page.url
    page.keyboard.press("n")
    assert page.url != before
    page.keyboard.press("p")
    assert page.url == before
    wait_for_focus(page)
    tab_to(page, "ide by side")
    page.keyboard.press("Enter")
    page.locator("main h1", has_text="side by side").wait_for()
    page.locator("main [data-use]").first.wait_for()
    before = page.url
    page.keyboard.press("n")
    page.wait_for_function("url => location.href !== url", arg=before)
    shown.check()


def test_keys_in_quick_succession_each_act_on_the_view_before(watched: Any, seeds_page: Path) -> None:
    shown = watched(seeds_page)
    page = shown.open("#passages")
    page.locator(".passage-row a").first.click()
    page.locator(".passage-top").wait_for()
    steps = page.evaluate(
        """async (letters) => {
            const places = [location.hash];
            for (const key of letters) {
                document.dispatchEvent(new KeyboardEvent("keydown", { key }));
                await new Promise((drawn) => setTimeout(drawn));
                places.push(location.hash);
            }
            return places;
        }""",
        "nnppnl",
    )
    shown.check()
    first, second, third = steps[:3]
    assert len({first, second, third}) == 3
    assert steps[3:] == [second, first, second, "#passages"]


def test_keys_are_left_to_fields(watched: Any, seeds_page: Path) -> None:
    page = watched(seeds_page).open("#passage/1")
    page.get_by_role("button", name="Add a note").click()
    page.get_by_label("Note on passage 1").press_sequentially("no jumping, please")
    assert page.get_by_label("Note on passage 1").input_value() == "no jumping, please"
    assert page.url.endswith("#passage/1")


def test_matrix_is_one_stop_and_arrows_move_in_it(watched: Any, seeds_page: Path) -> None:
    shown = watched(seeds_page)
    page = shown.open("#outlets")
    page.locator("[data-row][data-column]").first.wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('[data-row][data-column]')"):
            break
    place = """() => {
        const cell = document.activeElement.closest("[data-row][data-column]");
        return cell && [cell.dataset.row, cell.dataset.column];
    }"""
    first = page.evaluate(place)
    assert first is not None
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(place) != first
    page.keyboard.press("Tab")
    assert not page.evaluate("!!document.activeElement.closest('[data-row][data-column]')")
    shown.check()
