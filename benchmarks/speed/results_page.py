"""The figures of a run as text, as a Markdown page and as pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed.ratios import Ratio

Row = Mapping[str, Any]

_TITLES = {
    "text": "From raw text to 128-slot signatures",
    "hashes": "From ready shingle hashes to 128-slot signatures, nanoseconds a set on one core",
    "scan": "The whole command beside other tools",
    "growth": "Growth with the size of the corpus",
    "hot": "The worst of inputs",
}
_NOTES = {
    "text": "All in one process, taking turns; medians. MB is how much of the text each was given. Recall is the share"
    " of the planted copies whose two paragraphs agree in one of 32 bands of 4 slots.",
    "hashes": "All in one process, taking turns; medians.",
    "scan": "Each in a process of its own, taking turns; medians; memory is the largest resident set. Seconds"
    " are of the work, without the start of Python and its imports. The scan aligns what it finds and writes tables;"
    " the others stop at paragraphs. Recall is of copies of at least 12 words that were planted. How each tool was"
    " used: `benchmarks/speed/peers.py`.",
    "growth": "With the time window and the bound on memory among the options below.",
    "hot": "Each worst case beside the same amount of text in a harmless form.",
}
_COLOURS = {"syndetect": "#0b6e4f", "memory": "#9a9a9a"}


def as_text(results: Mapping[str, Any]) -> str:
    """All tables, for a terminal and for Markdown alike."""
    pieces = []
    for part, rows in results["parts"].items():
        pieces.append(f"## {_TITLES[part]}\n\n{_table(rows)}\n\n{_NOTES[part]}")
    if results.get("ratios"):
        ratios = [Ratio(**ratio) for ratio in results["ratios"]]
        rows = [
            {
                "ratio": one.name,
                "is": one.value,
                "aim": f"{'at most' if one.is_ceiling else 'at least'} {one.aim:g}",
            }
            for one in ratios
        ]
        pieces.append(f"## Ratios\n\n{_table(rows)}")
    kinds = [row for row in results["parts"].get("scan", ()) if row.get("recall by kind")]
    if kinds:
        most = {row["tool"]: row["recall by kind"] for row in kinds}
        names = [
            name for name in next(iter(most.values())) if any(name in shares for shares in most.values())
        ]
        rows = [
            {"copies": name} | {tool: shares.get(name) for tool, shares in most.items()} for name in names
        ]
        pieces.append(f"## Recall by kind of copy\n\n{_table(rows)}")
    return "\n\n".join(pieces)


def write(results: Mapping[str, Any], folder: Path) -> None:
    """Write ``RESULTS.md`` and the pictures into a folder."""
    pictures = _draw(results["parts"], folder)
    machine = "\n".join(f"- {name}: {value}" for name, value in results["machine"].items())
    options = "\n".join(f"- {name}: {value}" for name, value in results["options"].items())
    shown = "\n\n".join(f"![{alt}]({name})" for name, alt in pictures.items())
    page = [
        "# Results of the benchmarks",
        "Written by `python -m benchmarks`; `results.json` holds the same figures.",
        shown, as_text(results), "## Machine, versions, commit", machine, "## Options", options,
    ]  # fmt: skip
    (folder / "RESULTS.md").write_text("\n\n".join(page) + "\n", encoding="utf-8")


def _table(rows: Sequence[Row]) -> str:
    """A table in Markdown's pipes, columns lined up; what is no number or text is left out."""
    names = [name for name, value in rows[0].items() if not isinstance(value, dict)]
    cells = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    left = [any(isinstance(row.get(name), str) for row in rows) for name in names]
    lines = [
        "| "
        + " | ".join(c.ljust(w) if x else c.rjust(w) for c, w, x in zip(line, widths, left, strict=True))
        + " |"
        for line in cells
    ]
    rule = (
        "|" + "|".join("-" * (w + 1) + ("-" if x else ":") for w, x in zip(widths, left, strict=True)) + "|"
    )
    return "\n".join([lines[0], rule, *lines[1:]])


def _cell(value: object) -> str:
    """A value with three or so digits that count."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if value >= 1 else f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _draw(parts: Mapping[str, Sequence[Row]], folder: Path) -> dict[str, str]:
    """Draw what the parts allow; returns the files and what they show."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    drawn = {}
    for name, alt, is_possible, draw in (
        ("signatures.png", "Throughput from raw text to signatures", "text" in parts, _signatures),
        ("throughput.png", "Throughput of whole pipelines", "scan" in parts, _throughput),
        ("recall.png", "Recall against speed", any(row["recall"] for row in parts.get("scan", ())), _recall),
        ("growth.png", "Time per MB with the size of the corpus", "growth" in parts, _growth),
        ("memory.png", "Memory with the size of the corpus", "growth" in parts, _memory),
    ):
        if is_possible:
            draw(parts, folder / name)
            drawn[name] = alt
    return drawn


def _axes(title: str, x: str, y: str = "", *, height: float = 3.6) -> tuple[Any, Any]:
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(7.5, height), layout="constrained", dpi=130)
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def _bars(title: str, labels: Sequence[str], values: Sequence[float], path: Path) -> None:
    """Bars side by side on a logarithmic axis, the value at the end of each."""
    figure, axes = _axes(title, "MB of text a second (logarithmic)", height=1.4 + 0.36 * len(labels))
    colours = [_COLOURS.get(label.split(":")[0].split(",")[0].split(" ")[0], "#c8963e") for label in labels]
    bars = axes.barh(labels, values, color=colours)
    axes.bar_label(bars, [_cell(value) for value in values], padding=4)
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 2, max(values) * 4)
    axes.invert_yaxis()
    _save(figure, path)


def _signatures(parts: Mapping[str, Sequence[Row]], path: Path) -> None:
    rows = [row for row in parts["text"] if row["threads"] == 1]
    _bars(
        "Raw text to 128-slot signatures, one core",
        [row["task"] for row in rows],
        [row["MB/s"] for row in rows],
        path,
    )


def _label(row: Row) -> str:
    return f"{row['tool']}, {row['threads']} thread{'s' if row['threads'] > 1 else ''}"


def _throughput(parts: Mapping[str, Sequence[Row]], path: Path) -> None:
    rows = sorted(parts["scan"], key=lambda row: -row["MB/s"])
    _bars(
        "Whole pipelines over the same paragraphs",
        [_label(row) for row in rows],
        [row["MB/s"] for row in rows],
        path,
    )


def _recall(parts: Mapping[str, Sequence[Row]], path: Path) -> None:
    figure, axes = _axes(
        "Recall against speed", "MB of text a second (logarithmic)", "planted copies found, %"
    )
    rows = list(
        {row["tool"]: row for row in parts["scan"]}.values()
    )  # of each tool that with the most threads
    for row in rows:
        place, colour = (row["MB/s"], 100 * row["recall"]), _COLOURS.get(row["tool"], "#c8963e")
        axes.scatter(*place, color=colour, zorder=3)
        axes.annotate(_label(row), place, (6, 4), textcoords="offset points", fontsize=9)
    axes.set_xscale("log")
    speeds = [row["MB/s"] for row in rows]
    axes.set_xlim(min(speeds) / 2, max(speeds) * 6)
    axes.set_ylim(min(100 * row["recall"] for row in rows) - 2, 102)
    axes.grid(alpha=0.3)
    _save(figure, path)


def _over_size(parts: Mapping[str, Sequence[Row]], column: str, title: str, unit: str, path: Path) -> None:
    rows = parts["growth"]
    figure, axes = _axes(title, "MB of text (logarithmic)", unit)
    axes.plot([row["MB"] for row in rows], [row[column] for row in rows], "o-", color=_COLOURS["syndetect"])
    for row in rows:
        axes.annotate(
            _cell(row[column]), (row["MB"], row[column]), (0, 7), textcoords="offset points", ha="center"
        )
    axes.set_xscale("log")
    axes.set_ylim(0, 1.3 * max(row[column] for row in rows))
    axes.set_xticks([row["MB"] for row in rows], [f"{row['MB']:,.0f}" for row in rows])
    axes.minorticks_off()
    _save(figure, path)


def _growth(parts: Mapping[str, Sequence[Row]], path: Path) -> None:
    _over_size(parts, "ms/MB", "Time of a scan per MB of text", "milliseconds per MB", path)


def _memory(parts: Mapping[str, Sequence[Row]], path: Path) -> None:
    _over_size(parts, "memory, MB", "Largest resident set of a scan", "MB", path)
