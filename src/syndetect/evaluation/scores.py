"""Evaluation measures: what was found, compared with a reference, in aligned text, clusterings and classifications.

- Text alignment: plagdet and its parts (Potthast, Stein, Barrón-Cedeño and Rosso 2010, "An evaluation framework for
  plagiarism detection", COLING), in characters.
- Clusterings: B-cubed (Amigó, Gonzalo, Artiles and Verdejo 2009), pairs, adjusted Rand index (Hubert and Arabie 1985).
- Classifications: precision, recall and F1 of each class, macro F1, accuracy.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64
from syndetect.intervals import covered_sizes, overlap_sizes, overlapping_pairs

#: Columns of aligned spans, as in the table ``matches``: two spans that say the same, neither empty. Which of the two
#: documents is ``doc_a`` has no meaning. A *case* is such a pair known to be reused, a *detection* one in a result.
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
class Rates:
    """Precision, 1 where nothing was found, and recall, 1 where nothing is known."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @classmethod
    def from_counts(cls, both: int, found: int, known: int) -> "Rates":
        """From the number of items found, of items known, and of items that are both."""
        return cls(both / found if found else 1.0, both / known if known else 1.0)


# ------------------------------------------------------------------------------------------------ text alignment


@dataclass(frozen=True)
class AlignmentScores(Rates):
    """Precision (mean over detections), recall (mean over cases), granularity (detections per detected case)."""

    granularity: float

    @property
    def plagdet(self) -> float:
        """F1 divided by log2(1 + granularity)."""
        return self.f1 / math.log2(1 + self.granularity)


class _Spans(NamedTuple):
    """Aligned spans: the pair of documents (int64[n]), and the characters in its two documents (int64[n, 2] each)."""

    pair: I64
    a: I64
    b: I64


def score_alignment(cases: pl.DataFrame, detections: pl.DataFrame) -> AlignmentScores:
    """Score detections against all cases (frames with the columns of :data:`ALIGNED`).

    A case and a detection are related if they overlap in both documents. Precision and recall are 1 if there are
    neither cases nor detections, 0 if there are only cases or only detections. Granularity is 1 if no case is detected.
    """
    if not cases.height and not detections.height:
        return AlignmentScores(1.0, 1.0, 1.0)
    known, found = _numbered(cases, detections)
    case, detection = _related(known, found)
    hits = np.bincount(case, minlength=cases.height)
    return AlignmentScores(
        precision=_mean_share(found, detection, known, case),
        recall=_mean_share(known, case, found, detection),
        granularity=float(hits[hits > 0].mean()) if hits.any() else 1.0,
    )


def count_related(passages: pl.DataFrame, others: pl.DataFrame) -> I64:
    """int64[n]: the number of ``others`` to which each of ``passages`` is related; both as :data:`ALIGNED`."""
    own, _ = _related(*_numbered(passages, others))
    return np.bincount(own, minlength=passages.height).astype(np.int64)


def ordered(aligned: pl.DataFrame) -> pl.DataFrame:
    """The same aligned spans, with the lesser of the two document ids as ``doc_a``."""
    swap = pl.col("doc_a") > pl.col("doc_b")
    other = {name: f"{name[:-1]}{'b' if name[-1] == 'a' else 'a'}" for name in ALIGNED}
    return aligned.select(pl.when(swap).then(other[name]).otherwise(name).alias(name) for name in ALIGNED)


def _numbered(one: pl.DataFrame, two: pl.DataFrame) -> tuple[_Spans, _Spans]:
    """Two frames as arrays, with common numbers for pairs of documents."""
    both = pl.concat([ordered(one), ordered(two)])
    pair = both.select(pl.struct("doc_a", "doc_b").rank("dense"))["doc_a"].to_numpy().astype(np.int64)
    columns = (pair, *(both.select(f"begin_{side}", f"end_{side}").to_numpy() for side in "ab"))
    first, second = (
        [column[rows] for column in columns] for rows in (slice(one.height), slice(one.height, None))
    )
    return _Spans(*first), _Spans(*second)


def _related(known: _Spans, found: _Spans) -> tuple[I64, I64]:
    """The rows of all pairs of a case and a detection that overlap in both documents."""
    case, detection = overlapping_pairs((known.pair, found.pair), (known.a, found.a))
    is_related = overlap_sizes(known.b[case], found.b[detection]) > 0
    return case[is_related], detection[is_related]


def _mean_share(passages: _Spans, passage: I64, others: _Spans, other: I64) -> float:
    """The mean share of a passage's characters, of both documents together, that lie in related passages.

    Args:
        passages, others: aligned spans.
        passage, other: int64[r] each, the rows of related passages and others.
    """
    if not len(passages.pair):
        return 0.0
    length = np.diff(passages.a)[:, 0] + np.diff(passages.b)[:, 0]
    common = covered_sizes(passages.a, passage, others.a[other])
    common += covered_sizes(passages.b, passage, others.b[other])
    return float((common / length).mean())


# ------------------------------------------------------------------------------------------------ clusterings


@dataclass(frozen=True)
class ClusterScores:
    """The agreement of two clusterings.

    Attributes:
        items: number of items.
        pairs: precision and recall of the pairs of items in one cluster.
        bcubed: B-cubed precision and recall: for each item, of the items in its cluster; then the mean over items.
        adjusted_rand: adjusted Rand index: 1 for equal clusterings, 0 on average for random ones.
    """

    items: int
    pairs: Rates
    bcubed: Rates
    adjusted_rand: float


def score_clusters(known: I64, found: I64) -> ClusterScores:
    """Score a clustering against the known one; int64[n] each, the cluster of every item."""
    _, row = np.unique(known, return_inverse=True)
    _, column = np.unique(found, return_inverse=True)
    n, stride = len(known), len(known) + 1
    cells, count = np.unique(row * stride + column, return_counts=True)
    rows, columns = np.bincount(row), np.bincount(column)
    both, in_known, in_found = (int((sizes * (sizes - 1) // 2).sum()) for sizes in (count, rows, columns))
    pairs = n * (n - 1) // 2
    expected, most = (in_known * in_found / pairs if pairs else 0.0), (in_known + in_found) / 2
    square = count.astype(np.float64) ** 2
    precision = float((square / columns[cells % stride]).sum()) / n if n else 1.0
    recall = float((square / rows[cells // stride]).sum()) / n if n else 1.0
    return ClusterScores(
        items=n,
        pairs=Rates.from_counts(both, in_found, in_known),
        bcubed=Rates(precision, recall),
        adjusted_rand=(both - expected) / (most - expected) if most != expected else 1.0,
    )


# ------------------------------------------------------------------------------------------------ classifications


@dataclass(frozen=True)
class ClassScores:
    """The agreement of two classifications.

    Attributes:
        names: the classes.
        confusion: confusion matrix: number of items by known class (rows) and found class (columns).
    """

    names: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]

    @property
    def rates(self) -> dict[str, Rates]:
        """Precision and recall of each class."""
        table = np.array(self.confusion, np.int64)
        return {
            name: Rates.from_counts(int(table[i, i]), int(table[:, i].sum()), int(table[i].sum()))
            for i, name in enumerate(self.names)
        }

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the classes that occur among the known or the found ones."""
        table = np.array(self.confusion, np.int64)
        occurs = (table.sum(axis=0) + table.sum(axis=1)) > 0
        scores = [rates.f1 for rates, there in zip(self.rates.values(), occurs, strict=True) if there]
        return sum(scores) / len(scores) if scores else 1.0

    @property
    def accuracy(self) -> float:
        """The share of items with the right class."""
        total = sum(map(sum, self.confusion))
        return sum(row[i] for i, row in enumerate(self.confusion)) / total if total else 1.0


def score_classes(known: Sequence[str], found: Sequence[str], names: tuple[str, ...]) -> ClassScores:
    """Score the found classes of items against the known ones; all are among ``names``."""
    number = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(names), len(names)), np.int64)
    np.add.at(table, ([number[name] for name in known], [number[name] for name in found]), 1)
    return ClassScores(names, tuple(tuple(row) for row in table.tolist()))
