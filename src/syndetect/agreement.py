"""How far two ways of sorting the same items agree: as pairs, as clusters, as classes.

Labels are int64[n], one an item, and equal for items of one cluster; every item has both labels. An item that is in no
cluster has a label of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


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
