"""The views of a report's page in a browser: what they show is what the tables say, and links lead back to it."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pytest

from samples import pages
from syndetect.results.result import Result

#: Where what was seen is kept, to be looked at.
PICTURES = Path(__file__).parents[2] / "build" / "pictures"
VIEWS = {
    "overview": "Who ran whose copy",
    "outlets": "Who shares with whom",
    "passages": "Passages",
    "articles": "Articles",
    "about": "About",
    "passage/1": "copy in",
    "article/01-harbour-courier.txt": "Trains to return",
    "compare/01-harbour-courier.txt/02-meridian-post.txt": "side by side",
}
_USE = """([use, pane]) => [...document.querySelectorAll(`${pane} [data-use~="${use}"]`)]
    .map((element) => element.textContent).join("")"""


@pytest.fixture(scope="module")
def seeds() -> Result:
    return pages.seeds()


def rows(page: Any) -> int:
    """How many passages the list says that it has."""
    told = re.match(r"([\d,]+) passage", page.locator(".list-head [role=status]").inner_text())
    assert told is not None
    return int(told[1].replace(",", ""))


def wait_for_rows(page: Any, number: int) -> None:
    """Wait until the list has so many passages."""
    page.wait_for_function(
        "n => document.querySelector('.list-head [role=status]').textContent.startsWith(`${n} passage`)",
        arg=str(number),
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens(watched: Any, seeds_page: Path, view: str, width: int, scheme: str) -> None:
    shown = watched(seeds_page, width=width, scheme=scheme)
    page = shown.open(f"#{view}")
    page.locator("main h1", has_text=VIEWS[view]).wait_for()
    page.wait_for_timeout(200)
    assert VIEWS[view] in page.title()
    assert view != "passage/1" or page.title().startswith("AFP copy in 4 articles")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
    assert page.locator("h1").count() == 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{view.split('/', maxsplit=1)[0]}-{width}-{scheme}.png")
    shown.check()


def test_numbers_are_those_of_the_tables(watched: Any, seeds_page: Path, seeds: Result) -> None:
    page = watched(seeds_page).open("#overview")
    text = page.locator("main").inner_text()
    words, agency = seeds.documents["words"], seeds.documents["agency_share"]
    assert f"{words.sum():,}" in text
    assert f"{float((words * agency).sum()) / float(words.sum()):.1%}".replace("%", " %") in text
    assert f"{seeds.documents['reused_words'].sum():,}" in text


def test_filters_combine_and_links_lead_back(watched: Any, seeds_page: Path, seeds: Result) -> None:
    shown = watched(seeds_page)
    page = shown.open("#passages?kinds=all")
    assert rows(page) == seeds.clusters.height
    page.locator("summary", has_text="More filters").click()
    page.get_by_label("Words, at least").fill("30")
    page.get_by_label("Words, at least").press("Tab")
    long = seeds.clusters.filter(pl.col("words") >= 30)
    wait_for_rows(page, long.height)
    page.get_by_label("Agency", exact=True).fill("AFP")
    page.get_by_label("Agency", exact=True).press("Enter")
    both = long.filter(pl.col("agency") == "AFP")
    wait_for_rows(page, both.height)
    assert "least=30" in page.url
    assert "agencies=AFP" in page.url
    address = page.url
    page.locator(".passage-row a").first.click()
    page.locator("main h1", has_text="copy in").wait_for()
    page.go_back()
    page.locator(".passage-row").first.wait_for()
    assert (page.url, rows(page)) == (address, both.height)
    again = watched(seeds_page).open(address.partition("#")[1] + address.partition("#")[2])
    again.locator(".passage-row").first.wait_for()
    assert rows(again) == both.height
    page.get_by_role("button", name="Clear all").click()
    page.wait_for_function("() => !location.hash.includes('least')")
    shown.check()


def test_search_finds_words_in_the_texts(watched: Any, seeds_page: Path, seeds: Result) -> None:
    shown = watched(seeds_page)
    page = shown.open("#passages?kinds=all")
    page.get_by_label("Search in the texts").fill("RESERVOIR")
    first = seeds.passages.group_by("passage_id", maintain_order=True).first()
    number = first.filter(pl.col("text").str.to_lowercase().str.contains("reservoir")).height
    assert 0 < number < first.height
    wait_for_rows(page, number)
    assert "text=RESERVOIR" in page.url
    shown.check()


def test_matrix_filters_everything_else(watched: Any, seeds_page: Path, seeds: Result) -> None:
    shown = watched(seeds_page)
    page = shown.open("#outlets")
    page.locator('td[class*="shade-"]').first.click()
    page.wait_for_function("() => location.hash.includes('pair=')")
    pair = re.findall(r"pair=([^&]+)", page.url)
    assert len(pair) == 2
    names = [name.replace("+", " ") for name in pair]
    page.get_by_role("navigation").get_by_role("link", name="Passages").click()
    page.locator(".list-head").wait_for()
    outlets = seeds.passages.join(seeds.clusters.select("passage_id", "kind"), on="passage_id")
    outlets = outlets.filter(pl.col("kind").is_in(["wire", "copy", "release", "unknown"]))
    having = outlets.group_by("passage_id").agg(pl.col("source").unique())
    assert rows(page) == sum(set(names) <= set(sources) for sources in having["source"])
    shown.check()


def test_article_shows_every_use_where_it_stands(watched: Any, seeds_page: Path, seeds: Result) -> None:
    shown = watched(seeds_page)
    page = shown.open("#articles")
    page.locator("main h1").wait_for()
    numbers = use_numbers(seeds)
    for name in seeds.passages["doc_id"].unique().sort():
        page.evaluate("id => { location.hash = '#article/' + encodeURIComponent(id); }", name)
        page.locator("main [data-use]").first.wait_for()
        for row in seeds.passages.filter(pl.col("doc_id") == name).iter_rows(named=True):
            use = numbers[row["passage_id"], name, row["begin"]]
            page.wait_for_function('use => document.querySelector(`main [data-use~="${use}"]`)', arg=use)
            assert page.evaluate(_USE, [use, "main"]) == row["text"]
    shown.check()


def test_side_by_side_marks_the_words_of_the_tables(watched: Any, seeds_page: Path, seeds: Result) -> None:
    shown = watched(seeds_page)
    page = shown.open("#articles")
    numbers, seen = use_numbers(seeds), 0
    for (passage,), uses in seeds.passages.group_by("passage_id", maintain_order=True):
        first, *others = uses.iter_rows(named=True)
        for other in others:
            if other["doc_id"] == first["doc_id"]:
                continue
            names = "/".join(quote(one["doc_id"], safe="") for one in (first, other))
            page.evaluate("place => { location.hash = place; }", f"#compare/{names}?passage={passage}")
            for side, one in enumerate((first, other)):
                use = numbers[passage, one["doc_id"], one["begin"]]
                pane = f".panes > :nth-child({side + 1})"
                page.locator(f'{pane} [data-use~="{use}"]').first.wait_for()
                assert page.evaluate(_USE, [use, pane]) == one["text"]
                assert is_in_sight(page, f'{pane} [data-use~="{use}"]')
            seen += 1
    assert seen >= seeds.clusters.height
    shown.check()


def is_in_sight(page: Any, selector: str) -> bool:
    """Whether the beginning of an element is within its pane and the window, within two seconds."""
    page.wait_for_function(
        """selector => {
            const box = document.querySelector(selector).getBoundingClientRect();
            const pane = document.querySelector(selector).closest(".panes > *").getBoundingClientRect();
            return box.bottom > pane.top && box.top < pane.bottom && box.top < innerHeight && box.bottom > 0;
        }""",
        arg=selector, timeout=2000,
    )  # fmt: skip
    return True


def use_numbers(result: Result) -> dict[tuple[int, str, int], int]:
    """The number in the page of each use: its passage, its article, and where it begins."""
    from syndetect.report.page.kept import keep  # noqa: PLC0415

    uses = keep(result).uses
    return {
        key: number for number, key in enumerate(uses.select("passage_id", "doc_id", "begin").iter_rows())
    }


def test_marks_survive_reload_export_and_import(watched: Any, seeds_page: Path, tmp_path: Path) -> None:
    shown = watched(seeds_page)
    page = shown.open("#passage/1")
    page.get_by_role("button", name="Reviewed").click()
    page.get_by_role("button", name="Add a note").click()
    page.get_by_label("Note on passage 1").fill('seen </script> "twice"')
    page.reload()
    page.get_by_role("button", name="Reviewed", pressed=True).wait_for()
    assert "seen </script>" in page.locator("main").inner_text()
    shown.open("#about")
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("export", re.I)).click()
    file = tmp_path / "marks.json"
    download.value.save_as(file)
    marks = json.loads(file.read_text("utf-8"))["marks"]
    assert (marks["1"]["state"], marks["1"]["note"]) == ("reviewed", 'seen </script> "twice"')
    other = watched(seeds_page)
    elsewhere = other.open("#about")
    elsewhere.locator("input[type=file]").set_input_files(file)
    elsewhere.wait_for_function(
        "() => Object.keys(localStorage).some((key) => localStorage[key].includes('reviewed'))"
    )
    other.open("#passage/1").get_by_role("button", name="Reviewed", pressed=True).wait_for()
    other.open("#passages?marked=reviewed&kinds=all")
    assert rows(elsewhere) == 1
    shown.check()
    other.check()


def test_charts_and_lists_are_saved(watched: Any, seeds_page: Path, tmp_path: Path, seeds: Result) -> None:
    shown = watched(seeds_page)
    page = shown.open("#overview")
    page.locator("figure svg").first.wait_for()
    for form, beginning in (("SVG", b"<svg"), ("PNG", b"\x89PNG\r\n")):
        for button in page.get_by_role("button", name=f"Save as {form}").all():
            with page.expect_download() as download:
                button.click()
            file = tmp_path / download.value.suggested_filename
            download.value.save_as(file)
            assert file.read_bytes().startswith(beginning)
            assert file.suffix == f".{form.lower()}"
    page = shown.open("#passages?kinds=all")
    page.wait_for_timeout(1500)  # Chromium drops the eleventh file that a page gives within a second
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    download.value.save_as(tmp_path / "passages.csv")
    table = list(csv.DictReader(io.StringIO((tmp_path / "passages.csv").read_text("utf-8-sig"))))
    kinds = dict(seeds.clusters.select(pl.col("passage_id").cast(pl.String), "kind").iter_rows())
    assert {row["passage_id"]: row["kind"] for row in table} == kinds
    shown.check()


def test_uncredited_copy_is_two_clicks_away_with_its_texts(
    watched: Any, seeds: Result, seeds_page: Path, tmp_path: Path
) -> None:
    shown = watched(seeds_page, width=390)
    page = shown.open("#overview")
    uncredited = seeds.documents.filter(pl.col("credited") == "no")
    page.get_by_role("link", name=f"{uncredited.height} article").first.wait_for()
    page.locator("section[aria-labelledby=uncredited]").get_by_role("link", name="Inland Review").click()
    page.locator(".article-row", has_text="not credited").wait_for()
    assert page.locator(".article-row").count() == 1
    with page.expect_download() as download:
        page.get_by_role("button", name="Save passages and texts as CSV").click()
    download.value.save_as(tmp_path / "evidence.csv")
    table = list(csv.DictReader(io.StringIO((tmp_path / "evidence.csv").read_text("utf-8-sig"))))
    wire = seeds.clusters.filter(pl.col("kind") == "wire")["passage_id"].implode()
    uses = seeds.passages.filter(pl.col("doc_id") == "08-inland-review.txt", pl.col("passage_id").is_in(wire))
    told = {
        (int(row["passage_id"]), int(row["begin"]), row["text"]) for row in table if row["kind"] == "wire"
    }
    assert told == set(uses.select("passage_id", "begin", "text").iter_rows())
    assert all(row["other_article"] not in ("", row["article"]) and row["other_text"] for row in table)
    shown.check()


def test_list_over_the_text_of_a_phone_leaves_the_passage_in_sight(watched: Any, seeds_page: Path) -> None:
    page = watched(seeds_page, width=390).open("#article/05-isthmus-times.txt?passage=7")
    page.locator(".beside.is-open").wait_for()
    begins = page.locator(".use.active").first.bounding_box()
    assert begins["y"] > 0
    assert begins["y"] + begins["height"] <= page.locator(".beside.is-open").bounding_box()["y"]


def test_page_without_texts_and_names(watched: Any, seeds: Result, tmp_path: Path) -> None:
    seeds.report(tmp_path / "page.html", texts=False, anonymise=True)
    shown = watched(tmp_path / "page.html")
    for view in ("overview", "outlets", "passages?kinds=all", "articles", "about", "passage/1"):
        page = shown.open(f"#{view}")
        page.wait_for_timeout(200)
        text = page.locator("body").inner_text()
        assert "Harbour Courier" not in text
        assert "Tarvonia" not in text
    page.locator('a[href^="#article"]').first.click()
    page.wait_for_timeout(200)
    page.go_back()
    page.locator('a[href^="#compare"]').first.click()
    page.locator("main h1", has_text="side by side").wait_for()
    shown.check()


def test_damaged_page_says_so(watched: Any, seeds_page: Path, tmp_path: Path) -> None:
    whole = seeds_page.read_text("utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(re.sub(r'(id="part-head">.{200})[^<]*', r"\1", whole), "utf-8")
    page = watched(broken).open()
    assert page.get_by_role("alert").inner_text()


def test_prints(watched: Any, seeds_page: Path) -> None:
    shown = watched(seeds_page)
    for view in ("overview", "passage/1", "article/01-harbour-courier.txt"):
        page = shown.open(f"#{view}")
        page.wait_for_timeout(200)
        page.emulate_media(media="print")
        assert not page.locator("nav").first.is_visible()
        assert len(page.pdf()) > 10_000
        page.emulate_media(media="screen")
    shown.check()


def test_back_and_a_reload_lead_to_the_place_in_a_list(watched: Any, seeds_page: Path) -> None:
    shown = watched(seeds_page, width=390, height=500)
    page = shown.open("#passages?kinds=all")
    page.locator(".passage-row").first.wait_for()
    page.evaluate("scrollTo(0, 1e6)")
    page.wait_for_timeout(300)
    page.evaluate("scrollBy(0, -300)")
    place = page.evaluate("scrollY")
    assert place > 500
    link = page.locator(".passage-row a").last
    link.evaluate("link => link.click()")  # where it is, without scrolling to it
    page.wait_for_function("() => location.hash.startsWith('#passage/') && scrollY === 0")
    page.go_back()
    page.wait_for_function("place => Math.abs(scrollY - place) < 2", arg=place)
    page.wait_for_timeout(300)
    page.reload()  # rows are measured anew, which moves them somewhat
    page.wait_for_function("place => Math.abs(scrollY - place) < 250", arg=place)
    page.go_forward()
    page.wait_for_function("() => location.hash.startsWith('#passage/') && scrollY === 0")
    shown.check()


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_is_wider_than_a_window_of_320_pixels(watched: Any, seeds_page: Path, view: str) -> None:
    """As a window of 1280 pixels is at four times the size of the text."""
    page = watched(seeds_page, width=320).open(f"#{view}")
    page.locator("main h1", has_text=VIEWS[view]).wait_for()
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
