"""The kinds of passages against labels by readers: ``python -m benchmarks.kinds NEWS LABELS [LABELS ...]``.

A label is a JSON object with ``label`` (agency, copy, quote, release, boilerplate, formula, mixed, unclear), ``uses``
(``doc_id, begin, end``), and the stratum that it was drawn from: ``told``, a kind that an earlier scan told, and
``told_total``, how many passages that scan had of it. Each label stands for ``told_total`` passages by the number of
labels of its stratum, so that the weighted figures speak of all passages of a result. A passage of the present scan
answers a label when its uses cover most of the labelled ones.

``--fit`` fits the weights of the chance of copying (:mod:`syndetect.syndication.copying`) to the labels, five-fold:
each fifth is judged with the weights of the other four; and prints the weights that all labels give.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from benchmarks import command
from syndetect.arrays import F64, I64
from syndetect.pipeline.scan import scan
from syndetect.results.result import Result
from syndetect.syndication import KINDS, copying, kinds

#: The kinds that labels mean; no kind is right for the others but ``unknown``.
KIND_OF = {"agency": "wire"} | {name: name for name in ("copy", "quote", "release", "boilerplate", "formula")}
LABELS = ("agency", "copy", "quote", "release", "boilerplate", "formula", "mixed", "unclear")
#: The kinds that the weights of the chance of copying decide about.
_WEIGHED = ("wire", "copy", "formula", "unknown")


class Labelled(NamedTuple):
    """A labelled passage: its number in the scan (-1: none), its label, and how many passages it stands for."""

    passage: int
    label: str
    agency: str | None
    weight: float


def read(files: Iterable[Path], passages: pl.DataFrame) -> list[Labelled]:
    """The labels of files, with the passages that answer them."""
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    of_stratum = Counter(row["told"] for row in rows)
    places: dict[str, list[tuple[int, int, int]]] = {}
    for passage, document, begin, end in passages.select("passage_id", "doc_id", "begin", "end").iter_rows():
        places.setdefault(document, []).append((passage, begin, end))
    return [
        Labelled(
            _answering(row["uses"], places), row["label"], row.get("agency"),
            row["told_total"] / of_stratum[row["told"]],
        )
        for row in rows
    ]  # fmt: skip


def _answering(uses: Sequence[Mapping[str, Any]], places: Mapping[str, list[tuple[int, int, int]]]) -> int:
    """The passage whose uses share most with the labelled ones."""
    shared: Counter[int] = Counter()
    for use in uses:
        for passage, begin, end in places.get(use["doc_id"], ()):
            common = min(end, use["end"]) - max(begin, use["begin"])
            if common > 0:
                shared[passage] += round(1000 * common / max(end - begin, use["end"] - use["begin"]))
    return max(shared, key=lambda passage: (shared[passage], -passage)) if shared else -1


def is_right(kind: str, label: str) -> bool:
    """Whether a kind is right by a label; what is mixed or unclear may be unknown."""
    return kind == KIND_OF.get(label, "unknown")


def table(labels: Sequence[Labelled], told: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each kind that is told: how many of each label, and its precision, plain and weighted."""
    rows = []
    for kind in KINDS:
        of_kind = [one for one, name in zip(labels, told, strict=True) if name == kind]
        counts = Counter(one.label for one in of_kind)
        right = [is_right(kind, one.label) for one in of_kind]
        weights = [one.weight for one in of_kind]
        precision = sum(right) / max(len(right), 1)
        weighted = sum(np.multiply(right, weights)) / max(sum(weights), 1)
        rows.append({"told": kind, **{label: counts[label] for label in LABELS}, "precision": f"{precision:.3f}",
                     "weighted": f"{weighted:.3f}"})  # fmt: skip
    return rows


def accuracy(labels: Sequence[Labelled], told: Sequence[str]) -> dict[str, float]:
    """The weighted share of passages with the right kind; and of labelled agency copy, the share told as ``wire``."""
    weights = np.array([one.weight for one in labels])
    right = np.array([is_right(kind, one.label) for one, kind in zip(labels, told, strict=True)])
    agency = [kind for one, kind in zip(labels, told, strict=True) if one.label == "agency"]
    return {
        "weighted accuracy": float((weights * right).sum() / weights.sum()),
        "agency copy told as wire": agency.count("wire") / max(len(agency), 1),
    }


def by_confidence(
    labels: Sequence[Labelled], told: Sequence[str], confidence: Sequence[float]
) -> list[dict[str, Any]]:
    """How many kinds are right, by their confidence."""
    rows = []
    for low, high in ((0.9, 1.01), (0.8, 0.9), (0.7, 0.8), (0.5, 0.7), (0.0, 0.5)):
        chosen = [
            (one, is_right(kind, one.label))
            for one, kind, sure in zip(labels, told, confidence, strict=True) if low <= sure < high
        ]  # fmt: skip
        right, weights = [good for _, good in chosen], [one.weight for one, _ in chosen]
        rows.append({
            "confidence": f"{low} to {min(high, 1.0)}", "labels": len(chosen), "right": sum(right),
            "share": f"{sum(right) / max(len(right), 1):.3f}",
            "weighted": f"{sum(np.multiply(right, weights)) / max(sum(weights), 1):.3f}",
        })  # fmt: skip
    return rows


def features_of(news: Path, threads: int) -> tuple[Result, pl.DataFrame]:
    """A scan, and the features of all its passages, those that the result does not show as well."""
    seen: list[pl.DataFrame] = []
    kinds_of = kinds.kinds_of

    def note(passages: pl.DataFrame) -> pl.DataFrame:
        seen.append(passages)
        return kinds_of(passages)

    kinds.kinds_of = note  # as explain calls it
    try:
        result = scan(news, threads=threads, across_sources=False)
    finally:
        kinds.kinds_of = kinds_of
    return result, seen[0]


def fit(measures: F64, copied: I64, weights: F64) -> F64:
    """The weights of a logistic model, with a ridge of 1 on standardised measures, by Newton's method.

    Args:
        measures: float64[n, m].
        copied: int64[n], 1 for a passage that was copied.
        weights: float64[n], how much each passage counts.

    Returns:
        float64[m + 1], the constant first.
    """
    mean, scale = measures.mean(axis=0), measures.std(axis=0)
    rows = np.column_stack([np.ones(len(measures)), (measures - mean) / scale])
    ridge = np.diag([0.0] + [1.0] * measures.shape[1])
    found = np.zeros(rows.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ found))
        gradient = rows.T @ (weights * (copied - chance)) - ridge @ found
        hessian = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + ridge
        found = found + np.linalg.solve(hessian, gradient)
    found[1:] /= scale
    found[0] -= found[1:] @ mean
    return found


def cross_validated(
    labels: Sequence[Labelled], passages: pl.DataFrame, folds: int
) -> tuple[pl.DataFrame, dict[str, float]]:
    """The kinds of labelled passages, each with the weights that the other folds give; and the weights of all."""
    rows = passages.with_columns(credited=kinds.is_credited())
    measures = rows.select(**copying.measures()).to_numpy()
    decided = kinds.kinds_of(passages)["kind"].is_in(_WEIGHED).to_numpy()
    trained = decided & np.array([one.label in ("agency", "copy", "formula", "quote") for one in labels])
    copied = np.array([one.label in ("agency", "copy") for one in labels]).astype(np.int64)
    fold = np.random.default_rng(1).permutation(len(labels)) % folds
    names = ("constant", *copying.measures())
    told = []
    for number in range(folds):
        chosen = trained & (fold != number)
        found = fit(measures[chosen], copied[chosen], np.ones(chosen.sum()))
        with _weights(dict(zip(names, found.tolist(), strict=True))):
            told.append(kinds.kinds_of(passages).with_row_index("row").filter(pl.Series(fold == number)))
    whole = fit(measures[trained], copied[trained], np.ones(trained.sum()))
    return pl.concat(told).sort("row"), dict(zip(names, whole.round(2).tolist(), strict=True))


class _weights:  # noqa: N801  (a context)
    """Other weights of the chance of copying, for a while."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights, self._before = weights, dict(copying.WEIGHTS)

    def __enter__(self) -> None:
        copying.WEIGHTS.update(self._weights)

    def __exit__(self, *_: object) -> None:
        copying.WEIGHTS.update(self._before)


def main() -> None:
    """Print the table, the figures and the confidences."""
    parser: argparse.ArgumentParser = command.parser("How often the kind of a passage is right, by labels.")
    parser.add_argument("news", type=Path)
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument(
        "--fit", action="store_true", help="fit the weights of the chance of copying, five-fold"
    )
    parser.add_argument("--wrong", action="store_true", help="also list what is told wrong")
    options = parser.parse_args()
    result, features = features_of(options.news, options.threads)
    labels = [one for one in read(options.labels, result.passages) if one.passage > 0]
    rows = features[[one.passage - 1 for one in labels]]
    told = kinds.kinds_of(rows)
    if options.fit:
        told, weights = cross_validated(labels, rows, 5)
        print("weights:", json.dumps(weights))
    names, sure = told["kind"].to_list(), told["confidence"].to_list()
    command.print_table(table(labels, names))
    print()
    command.print_table(by_confidence(labels, names, sure))
    figures = accuracy(labels, names)
    print("\n" + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    if options.wrong:
        for one, row in zip(labels, told.iter_rows(named=True), strict=True):
            if not is_right(row["kind"], one.label):
                print(
                    f"{one.passage}: {one.label} told as {row['kind']} ({row['confidence']}): {row['reasons']}"
                )
    command.write_json(options.json, figures)


if __name__ == "__main__":
    main()
