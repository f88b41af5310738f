"""Scores of text alignment: Potthast, Stein, Barrón-Cedeño and Rosso (COLING 2010), characters counted.

A *case* is a passage known to be reused, a *detection* one that was reported; both name characters of two documents.
They are related when they overlap in both. Cases and detections are frames with the columns of :data:`ALIGNED`, like
the table ``matches``; which document is ``doc_a`` says nothing.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.spans import cover, overlapping, shared

I64 = npt.NDArray[np.int64]

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
    case, detection = overlapping((known.pair, found.pair), (known.one, found.one))
    is_related = shared(known.two[case], found.two[detection]) > 0
    return case[is_related], detection[is_related]


def _mean_share(passages: _Sides, own: I64, others: _Sides, other: I64) -> float:
    """The mean share of a passage's characters, both sides together, that lie in passages related to it."""
    if not len(passages.pair):
        return 0.0
    lengths = (passages.one[:, 1] - passages.one[:, 0]) + (passages.two[:, 1] - passages.two[:, 0])
    inside = cover(passages.one, own, others.one[other]) + cover(passages.two, own, others.two[other])
    return float((inside / lengths).mean())
