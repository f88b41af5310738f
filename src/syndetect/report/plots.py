"""Pictures of a result: the words that outlets share, and passages over time. Imports matplotlib (extra ``plot``)."""

import io
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from matplotlib import colormaps
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from rich.cells import cell_len

from syndetect.arrays import F64
from syndetect.errors import SettingsError
from syndetect.report import fonts
from syndetect.report.findings import Findings
from syndetect.report.kind_colours import KINDS
from syndetect.report.periods import Periods, periods
from syndetect.report.shared_words import NARRATION, SharedWords, shared_words, uses
from syndetect.report.terminal_text import printable, shorten
from syndetect.runtime.progress import count

#: What a picture may show.
PARTS = ("all", "outlets", "timeline")

_MOST_OUTLETS = 100
_MOST_WITH_NUMBERS = 16  # outlets up to which the cells hold numbers
_NAME_CELLS, _NAME_CHARACTERS = 28, 100
_MARK = "▸"  # before the words that an outlet had first
_DPI = 110
# Inches:
_WIDTH, _BARS = 9.0, 2.2  # of the figure at least, and the height of the bars
_MATRIX, _CELL = 6.0, (0.14, 0.5)  # of a matrix, as far as its cells have a size between these
_MARGIN, _LINE = 0.15, 0.18
_NAME_CELL = 0.0085  # of a letter of a name, for each point of its size
_SIZE, _TITLE_SIZE = 8.0, 12.0  # points


class ResultFigure(Figure):
    """A figure that notebooks show whether or not a backend of pyplot is active."""

    def _repr_png_(self) -> bytes:
        """The picture; what a notebook asks for."""
        picture = io.BytesIO()
        self.savefig(picture, format="png", dpi=_DPI)
        return picture.getvalue()


def figure(
    result: Findings, part: str = "all", *, top: int = 30, kinds: Collection[str] | None = None
) -> ResultFigure:
    """The words that outlets share as a matrix, and the words of passages over time as bars.

    Args:
        result: of a scan, or of queries to an index.
        part: "outlets" for the matrix, "timeline" for the bars, or "all".
        top: the most outlets in the matrix, those that share most; 2 to 100.
        kinds: the kinds of passages that are counted. None counts all kinds in the timeline, and in the matrix those of
            ``shared_words.NARRATION``.

    Raises:
        SettingsError: ``part``, ``top`` or ``kinds`` cannot be.
    """
    if part not in PARTS:
        raise SettingsError(f"part must be all, outlets or timeline, not {part!r}")
    if not 2 <= top <= _MOST_OUTLETS:
        raise SettingsError(f"top must be 2 to {_MOST_OUTLETS}, not {top}")
    if kinds is not None:
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise SettingsError(f"kinds must be of {', '.join(KINDS)}, not {unknown[0]!r}")
    parts = []
    if part != "timeline":
        parts.append(
            _matrix(shared_words(result, top=top, kinds=NARRATION if kinds is None else kinds), kinds)
        )
    if part != "outlets":
        parts.append(_timeline(result, kinds))
    width = max(_WIDTH, *(one.left + (one.width or 0) + one.right for one in parts))
    height = sum(one.above + one.height + one.below for one in parts)
    drawn, top_of = ResultFigure(figsize=(width, height), dpi=_DPI), height
    for one in parts:
        across = one.width or width - one.left - one.right
        bottom = top_of - one.above - one.height
        one.draw(drawn.add_axes((one.left / width, bottom / height, across / width, one.height / height)))
        top_of = bottom - one.below
    return drawn


class _Part(NamedTuple):
    """A part of a picture: what draws it on axes, their size in inches (None: the whole width), and the room around."""

    draw: Callable[[Any], None]
    width: float | None
    height: float
    left: float
    right: float
    above: float
    below: float


def _matrix(shared: SharedWords, kinds: Collection[str] | None) -> _Part:
    """A square for each pair of outlets, darker the more words they share, with marks of who was first."""
    number, names = len(shared.names), [_name(name) for name in shared.names]
    title, about = f"Which {shared.noun}s have the same text?", _about_matrix(shared, kinds)
    above = _above(about)
    if not number:
        return _nothing(title, about, f"No two {shared.noun}s share such a passage")
    cell = float(np.clip(_MATRIX / number, *_CELL))
    size = min(_SIZE, 45 * cell)
    room = max(map(_letters, names)) * size * _NAME_CELL + 2 * _MARGIN

    def draw(axes: Any) -> None:
        _title(axes, title, about)
        _draw_matrix(axes, shared, names, size)

    return _Part(draw, number * cell, number * cell, room, 1.3, above, room)


def _draw_matrix(axes: Any, shared: SharedWords, names: list[str], size: float) -> None:
    """The squares, the names in letters of this size, and the numbers or, of many outlets, a bar that tells them."""
    number = len(names)
    limits = LogNorm(1, max(int(shared.words.max()), 10))
    image = axes.imshow(np.ma.masked_less(shared.words, 1), cmap=colormaps["Blues"], norm=limits)
    style = _plain(names)
    axes.set_xticks(range(number), names, rotation=90, **style)
    axes.set_yticks(range(number), names, **style)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(np.arange(number + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="0.9", linewidth=0.5)
    axes.tick_params(which="both", length=0, labelsize=size)
    axes.plot([-0.5, number - 0.5], [-0.5, number - 0.5], color="0.75", linewidth=0.8)
    rows, columns = np.nonzero(shared.words)
    words = shared.words[rows, columns]
    is_first = 2 * shared.earlier[rows, columns] > words
    inks = np.where(limits(words) > 0.55, "white", "#202020")
    if number > _MOST_WITH_NUMBERS:
        axes.scatter(columns[is_first], rows[is_first], size**2 / 3, inks[is_first], marker=">", linewidths=0)
        bar = axes.figure.colorbar(image, cax=axes.inset_axes((1.03, 0.3, 0.025, 0.7)), format="{x:,.0f}")
        bar.set_label("words that both have", fontsize=_SIZE)
        bar.ax.tick_params(labelsize=_SIZE)
        return
    style = _plain()
    for at, (row, column, ink) in enumerate(zip(rows, columns, inks, strict=True)):
        text = f"{_MARK if is_first[at] else ''} {words[at]:,}".strip()
        axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=7, **style)


def _about_matrix(shared: SharedWords, kinds: Collection[str] | None) -> str:
    """What the matrix counts and leaves out."""
    counted = (
        "quotations, formulas and boilerplate do not count" if kinds is None else f"only {', '.join(kinds)}"
    )
    lines = [f"Words of passages that both {shared.noun}s have; {counted}"]
    if shared.earlier.any():
        lines.append(f"{_MARK} the {shared.noun} of the row had most of them before that of the column")
    if shared.others:
        lines.append(
            f"The {len(shared.names)} that share most; {count(shared.others, f'more {shared.noun}')} left out"
        )
    if shared.unnamed:
        lines.append(f"{count(shared.unnamed, 'article')} without an outlet left out")
    return "\n".join(lines)


def _timeline(result: Findings, kinds: Collection[str] | None) -> _Part:
    """A bar for each period, as high as the words of passages in the articles of that time, by kind."""
    found, title = uses(result, kinds), "When did passages run?"
    dated = found.filter(pl.col("published").is_not_null())
    undated = found.height - dated.height
    left_out = [f"{count(undated, 'use')} without a date left out"] if undated else []
    if dated.is_empty():
        reason = "No passage" if found.is_empty() else "No passage in a dated article"
        return _nothing(title, "; ".join(left_out), reason)
    time = periods(dated["published"].dt.replace_time_zone(None).to_numpy())
    far = int((time.number < 0).sum())
    left_out += [f"{count(far, 'use')} long before or after left out"] if far else []
    about = "; ".join([f"Words of passages by {time.unit}", *left_out])
    heights = _heights(dated, time)

    def draw(axes: Any) -> None:
        _title(axes, title, about)
        floor = np.zeros(len(time.names))
        for name, words in heights.items():
            label = "passages" if result.clusters.is_empty() else f"{name} ({KINDS[name].meaning})"
            there = np.flatnonzero(words)  # of many periods, most have none
            axes.bar(there, words[there], 0.9, bottom=floor[there], color=KINDS[name].colour, label=label)
            floor += words
        step = -(-len(time.names) // 12)
        axes.set_xticks(range(0, len(time.names), step), time.names[::step], rotation=30, ha="right")
        axes.set_xlim(-0.6, max(len(time.names), 5) - 0.4)
        axes.set_ylabel("words", fontsize=_SIZE)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.tick_params(labelsize=_SIZE)
        axes.spines[["top", "right"]].set_visible(False)
        below = (0, -0.8 / _BARS)
        axes.legend(
            loc="upper left",
            bbox_to_anchor=below,
            ncols=3,
            fontsize=_SIZE,
            frameon=False,
            borderpad=0,
            columnspacing=1.2,
        )

    return _Part(
        draw, None, _BARS, 1.0, _MARGIN, _above(about), 0.8 + _LINE * -(-len(heights) // 3) + _MARGIN
    )


def _heights(dated: pl.DataFrame, time: Periods) -> dict[str, F64]:
    """The words in each period (float64[n]) of the kinds that there are."""
    words, kind = dated["words"].to_numpy(), dated["kind"].to_numpy()
    chosen = {name: (kind == name) & (time.number >= 0) for name in KINDS}
    return {
        name: np.bincount(time.number[those], words[those], len(time.names)).astype(np.float64)
        for name, those in chosen.items()
        if those.any()
    }


def _above(about: str) -> float:
    """The height of a title and what stands below it."""
    return 3 * _MARGIN + _LINE * (about.count("\n") + bool(about))


def _title(axes: Any, title: str, about: str) -> None:
    """A question, and below it in smaller letters what answers it."""
    points = 72 * _LINE * (about.count("\n") + bool(about))
    axes.set_title(title, loc="left", fontsize=_TITLE_SIZE, fontweight="bold", pad=6 + points)
    axes.annotate(
        about, (0, 1), xytext=(0, 5), xycoords="axes fraction", textcoords="offset points", va="bottom",
        fontsize=_SIZE, linespacing=1.35, **_plain(),
    )  # fmt: skip


def _nothing(title: str, about: str, reason: str) -> _Part:
    """A part in which there is nothing to draw."""

    def draw(axes: Any) -> None:
        _title(axes, title, about)
        axes.set_axis_off()
        axes.text(0, 0.5, reason, va="center", transform=axes.transAxes, **_plain())

    return _Part(draw, None, 0.4, _MARGIN, _MARGIN, _above(about), _MARGIN)


def _name(name: str) -> str:
    """A name of an outlet on one line, shortened in the middle."""
    return fonts.drawable(shorten(printable(name)[:_NAME_CHARACTERS], _NAME_CELLS))


def _letters(name: str) -> float:
    """The length of a name in small letters."""
    return cell_len(name) + sum(map(str.isupper, name)) / 2


def _plain(names: Sequence[str] = ()) -> dict[str, Any]:
    """Arguments for text that is drawn as it stands, with fonts for its scripts: ``$`` begins no formula."""
    return {"parse_math": False, "usetex": False, "family": fonts.families(_MARK + "".join(names))}
