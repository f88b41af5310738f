"""Scores of text alignment: Potthast, Stein, Barrón-Cedeño and Rosso (COLING 2010), characters counted.

A *case* is a passage known to be reused, a *detection* one that was reported; both name characters of two documents.
They are related when they overlap in both. Cases and detections are frames with the columns of :data:`ALIGNED`, like
the table ``matches``; which document is ``doc_a`` says nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64
from syndetect.intervals import covered_sizes, overlap_sizes, overlapping_pairs

#: Two spans that say the same. No span is empty.
ALIGNED = pl.Schema(
    {
        "doc_a": pl.String(),
        "begin_a": pl.Int64(),
        "end_a": pl.Int64(),
        "doc_b": pl.String(),
        "begin_b": pl.Int64(),
        "end_b": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Scores:
    """Precision (mean over detections), recall (mean over cases), granularity (at least 1)."""

    precision: float
    recall: float
    granularity: float

    @property
    def plagdet(self) -> float:
        """The harmonic mean of precision and recall, over log2(1 + granularity)."""
        if self.precision + self.recall == 0:
            return 0.0
        harmonic = 2 * self.precision * self.recall / (self.precision + self.recall)
        return harmonic / math.log2(1 + self.granularity)


class _Sides(NamedTuple):
    """Aligned spans: int64[n], the pair of documents; int64[n, 2] each, the characters in one and in the other."""

    pair: I64
    one: I64
    two: I64


def evaluate(cases: pl.DataFrame, detections: pl.DataFrame) -> Scores:
    """The scores of some detections against all cases.

    Where there are neither, precision and recall are 1; where there is only one of them, both are 0.
    Granularity is 1 where no case is detected.
    """
    if not cases.height and not detections.height:
        return Scores(1.0, 1.0, 1.0)
    known, found = _numbered(cases, detections)
    case, detection = _related(known, found)
    hits = np.bincount(case, minlength=cases.height)
    return Scores(
        precision=_mean_share(found, detection, known, case),
        recall=_mean_share(known, case, found, detection),
        granularity=float(hits[hits > 0].mean()) if hits.any() else 1.0,
    )


def count_related(passages: pl.DataFrame, others: pl.DataFrame) -> I64:
    """int64[n]: how many of the others each passage is related to."""
    own, _ = _related(*_numbered(passages, others))
    return np.bincount(own, minlength=passages.height).astype(np.int64)


def ordered(aligned: pl.DataFrame) -> pl.DataFrame:
    """The same spans, with the document whose id is smaller as ``doc_a``."""
    swap = pl.col("doc_a") > pl.col("doc_b")
    other = {name: f"{name[:-1]}{'b' if name[-1] == 'a' else 'a'}" for name in ALIGNED}
    return aligned.select(pl.when(swap).then(other[name]).otherwise(name).alias(name) for name in ALIGNED)


def _numbered(one: pl.DataFrame, two: pl.DataFrame) -> tuple[_Sides, _Sides]:
    """Two frames as arrays, their pairs of documents numbered alike."""
    both = pl.concat([ordered(one), ordered(two)])
    pair = both.select(pl.struct("doc_a", "doc_b").rank("dense"))["doc_a"].to_numpy().astype(np.int64)
    sides = _Sides(pair, *(both.select(f"begin_{n}", f"end_{n}").to_numpy() for n in "ab"))
    return _Sides(*(column[: one.height] for column in sides)), _Sides(
        *(column[one.height :] for column in sides)
    )


def _related(known: _Sides, found: _Sides) -> tuple[I64, I64]:
    """The numbers of cases and detections that overlap in both documents."""
    case, detection = overlapping_pairs((known.pair, found.pair), (known.one, found.one))
    is_related = overlap_sizes(known.two[case], found.two[detection]) > 0
    return case[is_related], detection[is_related]


def _mean_share(passages: _Sides, own: I64, others: _Sides, other: I64) -> float:
    """The mean share of a passage's characters, both sides together, that lie in passages related to it."""
    if not len(passages.pair):
        return 0.0
    lengths = (passages.one[:, 1] - passages.one[:, 0]) + (passages.two[:, 1] - passages.two[:, 0])
    inside = covered_sizes(passages.one, own, others.one[other]) + covered_sizes(
        passages.two, own, others.two[other]
    )
    return float((inside / lengths).mean())


@dataclass(frozen=True)
class Rates:
    """Precision and recall; each is 1 where nothing was found or known to be, respectively."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @classmethod
    def of(cls, right: int, found: int, known: int) -> "Rates":
        """From how many were found and are known, and how many are both."""
        return cls(right / found if found else 1.0, right / known if known else 1.0)


@dataclass(frozen=True)
class Clusters:
    """The agreement of two clusterings.

    Attributes:
        items: how many were clustered.
        pairs: of pairs of items in one cluster.
        bcubed: the mean over items of what shares their clusters (Amigó, Gonzalo, Artiles and Verdejo 2009).
        adjusted_rand: the index of Hubert and Arabie (1985): 1 for the same clusters, 0 as chance would have it.
    """

    items: int
    pairs: Rates
    bcubed: Rates
    adjusted_rand: float


@dataclass(frozen=True)
class Classes:
    """The agreement of two classifications.

    Attributes:
        names: the classes.
        confusion: how many items of each class (outer) were found to be of each (inner).
    """

    names: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]

    @property
    def rates(self) -> dict[str, Rates]:
        """Precision and recall of each class; both are 1 where there is none of it."""
        table = np.array(self.confusion, np.int64)
        return {
            name: Rates.of(int(table[i, i]), int(table[:, i].sum()), int(table[i].sum()))
            for i, name in enumerate(self.names)
        }

    @property
    def macro_f1(self) -> float:
        """The mean of the classes' F1, of those that occur on either side."""
        table = np.array(self.confusion, np.int64)
        occurs = (table.sum(axis=0) + table.sum(axis=1)) > 0
        scores = [rates.f1 for rates, there in zip(self.rates.values(), occurs, strict=True) if there]
        return sum(scores) / len(scores) if scores else 1.0

    @property
    def accuracy(self) -> float:
        """The share of items whose class was found."""
        total = sum(map(sum, self.confusion))
        return sum(row[i] for i, row in enumerate(self.confusion)) / total if total else 1.0


def clusters(known: I64, found: I64) -> Clusters:
    """The agreement of the clusters found with those that are known."""
    _, row = np.unique(known, return_inverse=True)
    _, column = np.unique(found, return_inverse=True)
    cells, count = np.unique(row * (len(known) + 1) + column, return_counts=True)
    rows, columns = np.bincount(row), np.bincount(column)
    both, one, two = (_pairs(sizes) for sizes in (count, rows, columns))
    every = len(known) * (len(known) - 1) // 2
    expected, most = (one * two / every if every else 0.0), (one + two) / 2
    square = count.astype(np.float64) ** 2
    items = max(len(known), 1)
    precision = float((square / columns[cells % (len(known) + 1)]).sum()) / items if len(known) else 1.0
    recall = float((square / rows[cells // (len(known) + 1)]).sum()) / items if len(known) else 1.0
    return Clusters(
        items=len(known),
        pairs=Rates.of(both, two, one),
        bcubed=Rates(precision, recall),
        adjusted_rand=(both - expected) / (most - expected) if most != expected else 1.0,
    )


def _pairs(sizes: I64) -> int:
    """The number of pairs within clusters of these sizes."""
    return int((sizes * (sizes - 1) // 2).sum())


def classes(known: Sequence[str], found: Sequence[str], names: tuple[str, ...]) -> Classes:
    """The agreement of the classes found with those that are known; all are among ``names``."""
    number = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(names), len(names)), np.int64)
    np.add.at(table, ([number[name] for name in known], [number[name] for name in found]), 1)
    return Classes(names, tuple(tuple(row) for row in table.tolist()))
