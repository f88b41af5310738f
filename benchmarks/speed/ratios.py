"""Ratios of figures, and the requirements that a small round checks."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Rows = Sequence[Mapping[str, Any]]


class Ratio(NamedTuple):
    """A ratio of two figures of one run, and what is aimed at; ``is_ceiling`` if it should stay below.

    ``reached`` is what was measured where that falls short of the aim, or what a small round can show where the start
    of a process weighs much: the gate goes by it.
    """

    name: str
    value: float
    aim: float
    is_ceiling: bool = False
    reached: float | None = None

    @property
    def measure(self) -> float:
        """The value that the gate compares with."""
        return self.aim if self.reached is None else self.reached

    @property
    def is_far_off(self) -> bool:
        """Whether it misses its measure by more than a factor of three."""
        return self.value > 3 * self.measure if self.is_ceiling else self.value < self.measure / 3


def of_results(parts: Mapping[str, Rows]) -> list[Ratio]:
    """The ratios that the parts of a run allow."""
    found: list[Ratio] = []
    if "text" in parts:
        rate = {row["task"]: row["MB/s"] for row in parts["text"] if row["threads"] == 1}
        ours = rate["syndetect: tokenise and sign"]
        found.append(
            Ratio(
                "text to signatures, times datasketch bulk", ours / rate["datasketch bulk"], 400, reached=90
            )
        )
        found.append(Ratio("text to signatures, times rensa full set", ours / rate["rensa full set"], 20))
        found.append(
            Ratio("text to signatures, times the tokenising", rate["syndetect: tokenise"] / ours, 2.0, True)
        )
    for row in parts.get("hashes", ()):
        for tool, aim in (("rensa full set", 5), ("rensa sampling", 2)):
            value = row[f"{tool}, ns"] / row["syndetect, ns"]
            found.append(Ratio(f"{row['shingles']} hashes to a signature, times {tool}", value, aim))
    if "scan" in parts:
        most = max(row["threads"] for row in parts["scan"])
        rates = {(row["tool"], row["threads"]): row["MB/s"] for row in parts["scan"]}
        for tool, threads, aim, reached in (("datasketch", 1, 50, 18), ("rensa full set", most, 8, 1.5)):
            if (tool, threads) in rates:
                value = rates["syndetect", most] / rates[tool, threads]
                found.append(Ratio(f"whole scan, {most} threads, times {tool}", value, aim, reached=reached))
    for row in parts.get("growth", ()):
        if row["against the step before"] is not None:
            name = f"time per MB at {row['MB']:.0f} MB, times the step before"
            found.append(Ratio(name, row["against the step before"], 1.15, True))
    return found


def wrongs(results: Mapping[str, Any], least_recall: float) -> list[str]:
    """Violated requirements: unequal signatures, missed reuse, ratios far off."""
    parts, found = results["parts"], []
    if results.get("equal to datasketch") is False:
        found.append("signatures differ from datasketch's")
    for row in parts.get("scan", ()):
        is_ours = row["tool"] == "syndetect" and row["recall"] is not None
        if is_ours and row["recall"] < least_recall:
            found.append(f"recall {row['recall']} is below {least_recall}")
    for ratio in of_results(parts):
        if ratio.is_far_off:
            bound = "more than three times" if ratio.is_ceiling else "less than a third of"
            found.append(f"{ratio.name}: {ratio.value:.2f} is {bound} {ratio.measure:g}")
    return found
