"""Pictures of a result: what they show, that names of any kind are drawn as they stand, and what is left alone."""

import dataclasses
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import matplotlib as mpl
import polars as pl
import pytest
from matplotlib.font_manager import FontProperties, findfont, get_font

from samples.results import result
from syndetect.errors import MissingExtraError, SettingsError
from syndetect.report import fonts
from syndetect.results.result import Result
from syndetect.schema import TABLES

PNG = b"\x89PNG\r\n\x1a\n"
#: Dollars begin formulas, braces and backslashes end them; scripts from right to left, without spaces, with marks.
NAMES = [
    "The $5 Post", "$\\frac{$ and $x^$", "_under_^{sup}\\frac{", "<b>&amp;", "%s {0} {x:,}", "صحيفة الأهرام", "ידיעות",
    "读卖新闻 東京", "한국일보", "ไทยรัฐ", "हिन्दुस्तान", "\U00013000\U00013001", "\U000f0000", "\ud7ff\ufffe",
    "n" * 5_000, "\u0301" * 5_000, "\x1b[31m\n\x00\u202e", "", " ",
]  # fmt: skip


def many(names: list[str], *, role: str = "copy", published: datetime | None = None) -> Result:
    """A result in which all outlets have one passage."""
    rows = [
        (1, f"d{at}", 0, 9, 20 + at, 1.0, "text", name, published, role if at else "first")
        for at, name in enumerate(names)
    ]
    return dataclasses.replace(result(), passages=pl.DataFrame(rows, schema=TABLES["passages"], orient="row"))


def texts(drawn: Any) -> list[str]:
    """Every text of a figure."""
    return [text.get_text() for text in drawn.findobj(mpl.text.Text) if text.get_text()]


def drawn_texts(found: Result, *args: Any, **more: Any) -> list[str]:
    """The texts of a plot that could be drawn."""
    drawn: Any = found.plot(*args, **more)
    assert drawn._repr_png_().startswith(PNG)
    return texts(drawn)


def bars(drawn: Any) -> dict[str, dict[int, float]]:
    """The heights of the bars of a timeline by their places, by their names in the legend."""
    (axes,) = drawn.axes
    return {
        of.get_label(): {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in of}
        for of in axes.containers
    }


def test_the_matrix_shows_the_words_and_who_was_first() -> None:
    shown = drawn_texts(many(["Northwire", "Morvia Post", "Kesh Daily"]), "outlets")
    assert "Which outlets have the same text?" in shown
    assert sorted(text for text in shown if text.startswith("▸ ") and text[2:].isdigit()) == ["▸ 20", "▸ 20"]
    assert sorted(text for text in shown if text.isdigit()) == ["20", "20", "21", "21"]
    assert {"Northwire", "Morvia Post", "Kesh Daily"} <= {*shown}
    (about,) = [text for text in shown if text.startswith("Words of passages")]
    assert about.splitlines() == [
        "Words of passages that both outlets have; quotations, formulas and boilerplate do not count",
        "▸ the outlet of the row had most of them before that of the column",
    ]


def test_outlets_that_are_left_out_are_counted() -> None:
    found = many([f"Outlet {number:02}" for number in range(40)])
    shown = drawn_texts(found, "outlets")
    assert "The 30 that share most; 10 more outlets left out" in "\n".join(shown)
    assert len({text for text in shown if text.startswith("Outlet ")}) == 30
    assert "words that both have" in shown  # the bar that tells the colours, instead of numbers
    assert len({text for text in drawn_texts(found, top=5) if text.startswith("Outlet ")}) == 5


def test_articles_without_outlets_are_counted_or_stand_for_themselves() -> None:
    assert "1 article without an outlet left out" in "\n".join(
        drawn_texts(dataclasses.replace(many(["A", "B", "C"]), passages=many(["A", "B", "C"]).passages.with_columns(
            source=pl.Series(["A", "B", None])
        )))
    )  # fmt: skip
    nobody = result().passages.with_columns(source=pl.lit(None, pl.String))
    shown = drawn_texts(dataclasses.replace(result(), passages=nobody))
    assert "Which articles have the same text?" in shown
    assert "wire-17" in shown


def test_the_timeline_counts_words_by_kind() -> None:
    passages = result().passages.with_columns(
        published=pl.Series(
            [datetime(2031, 6, 1), None, datetime(2031, 6, 3), datetime(2031, 6, 3), datetime(2031, 6, 3, 4)]
        ).dt.replace_time_zone("UTC")
    )
    found = dataclasses.replace(result(), passages=passages)
    assert drawn_texts(found, "timeline").count("When did passages run?") == 1
    drawn = found.plot("timeline")
    assert "Words of passages by hour; 1 use without a date left out" in texts(drawn)
    shown = bars(drawn)
    assert [name.split()[0] for name in shown] == ["wire", "quote"]
    wire, quote = shown.values()
    assert wire == {0: 25, 48: 25}
    assert quote == {48: 15, 52: 15}
    assert [name.split()[0] for name in bars(found.plot("timeline", kinds=["quote"]))] == ["quote"]


def test_a_wrong_date_is_left_out_and_counted() -> None:
    found = many([f"Outlet {number}" for number in range(200)], published=datetime(2031, 6, 1, tzinfo=UTC))
    first = pl.when(pl.col("doc_id") == "d0").then(pl.lit(datetime(1, 1, 1, tzinfo=UTC)))
    passages = found.passages.with_columns(
        published=first.otherwise("published").cast(TABLES["passages"]["published"])
    )
    shown = drawn_texts(dataclasses.replace(found, passages=passages), "timeline")
    assert "Words of passages by day; 1 use long before or after left out" in shown


@pytest.mark.parametrize("days", [-719_162, 2_932_896, -80_000_000, 80_000_000])
def test_times_at_the_ends_of_the_calendar_and_beyond_are_drawn(days: int) -> None:
    """The first and the last day of Python's dates, and days of years that only polars has."""
    time = pl.lit(days * 86_400_000_000).cast(TABLES["passages"]["published"])
    passages = pl.concat([many(["A", "B"]).passages.with_columns(published=time), result().passages])
    shown = drawn_texts(dataclasses.replace(result(), passages=passages), "timeline")
    assert any(text.startswith("Words of passages by century") for text in shown)


def test_a_result_without_passages() -> None:
    cleared = {name: getattr(result(), name).clear() for name in TABLES}
    shown = drawn_texts(dataclasses.replace(result(), **cleared))
    assert "No two articles share such a passage" in shown
    assert "No passage" in shown


def test_one_outlet_and_no_date() -> None:
    shown = drawn_texts(many(["Northwire"]))
    assert "No two outlets share such a passage" in shown
    assert "No passage in a dated article" in shown


def test_what_an_index_answers_has_no_kinds() -> None:
    found = many(["A", "B"], published=datetime(2031, 6, 1, tzinfo=UTC))
    found = dataclasses.replace(found, clusters=found.clusters.clear())
    shown = drawn_texts(found)
    assert "passages" in shown  # in the legend
    assert "▸ 20" in shown


def test_names_are_drawn_as_they_stand() -> None:
    """Warnings are errors here: matplotlib warns of characters that it cannot draw, and fails at formulas."""
    shown = drawn_texts(many(NAMES))
    assert {"The $5 Post", "$\\frac{$ and $x^$", "_under_^{sup}\\frac{", "<b>&amp;", "%s {0} {x:,}"} <= {
        *shown
    }
    assert any("…" in text and set(text) == {"n", "…"} for text in shown)
    assert all(len(text) < 200 for text in shown)


def test_many_outlets_are_drawn_in_reasonable_size() -> None:
    found = many([f"Outlet {number:03}" for number in range(120)])
    width, height = found.plot("outlets", top=100).get_size_inches()
    assert max(width, height) < 20
    few = found.plot("outlets", top=2).get_size_inches()
    assert max(few) <= 9


@pytest.mark.parametrize(
    ("args", "more", "message"),
    [
        (["outlet"], {}, "part must be all, outlets or timeline, not 'outlet'"),
        ([], {"top": 1}, "top must be 2 to 100, not 1"),
        ([], {"top": 101}, "top must be 2 to 100, not 101"),
        ([], {"kinds": ["wires"]}, "kinds must be of wire, .* not 'wires'"),
        ([], {"kinds": "wires"}, "not 'wires'"),
    ],
)
def test_what_cannot_be_is_refused(args: list[Any], more: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        result().plot(*args, **more)


def test_one_kind_may_be_named_alone() -> None:
    assert "only quote" in "\n".join(drawn_texts(result(), "outlets", kinds="quote"))


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("syndetect.report.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("syndetect.report.plots", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'syndetect\[plot\]'"):
        result().plot()
    assert result()._repr_html_()


def test_pyplot_and_settings_are_left_alone() -> None:
    code = (
        "import sys, matplotlib\n"
        "from samples.results import result\n"
        "names = [name for name in matplotlib.rcParams if name != 'backend']  # which is found out when it is read\n"
        "before = [matplotlib.rcParams[name] for name in names]\n"
        "shown = result().plot()._repr_png_()\n"
        "unchanged = before == [matplotlib.rcParams[name] for name in names]\n"
        "print(shown[:4], 'matplotlib.pyplot' in sys.modules, unchanged)"
    )
    path = f"import sys; sys.path[:] = {sys.path!r}\n"
    done = subprocess.run([sys.executable, "-c", path + code], capture_output=True, check=True, text=True)
    assert done.stdout == f"{PNG[:4]!r} False True\n"
    assert done.stderr == ""


def test_a_figure_can_be_pickled() -> None:
    again = pickle.loads(pickle.dumps(result().plot()))
    assert again._repr_png_().startswith(PNG)


def test_fonts_are_found_for_characters_that_the_usual_one_lacks() -> None:
    usual = get_font(findfont(FontProperties())).get_charmap()
    assert fonts.families("Kesh Daily") == list(mpl.rcParams["font.family"])
    assert fonts.drawable("Kesh Daily") == "Kesh Daily"
    assert fonts.drawable("\U000f0000") == "□"  # of private use: no font has it
    for char in "東ไ한":
        if ord(char) not in usual and fonts.drawable(char) == char:  # this machine has a font for it
            assert len(fonts.families(char)) == len(mpl.rcParams["font.family"]) + 1
    assert "Last Resort" not in " ".join(fonts.families("東ไ한\U000f0000"))
