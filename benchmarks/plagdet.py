"""Scores of text alignment: Potthast, Stein, Barrón-Cedeño and Rosso (COLING 2010), characters counted.

A *case* is a passage known to be reused, a *detection* one that was reported; both name characters of a
suspicious document and of a source document. They are related when they overlap in both documents.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.spans import Span, covered, overlap


class Passage(NamedTuple):
    """A passage of a suspicious document and its origin in a source document; neither span is empty."""

    suspicious: str
    here: Span
    source: str
    there: Span

    @property
    def length(self) -> int:
        """The characters on both sides."""
        return self.here.end - self.here.begin + self.there.end - self.there.begin


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


def evaluate(cases: Sequence[Passage], detections: Sequence[Passage]) -> Scores:
    """The scores of some detections against all cases.

    Where there are neither, precision and recall are 1; where there is only one of them, both are 0.
    Granularity is 1 where no case is detected.
    """
    found, explained = related(cases, detections), related(detections, cases)
    if not cases and not detections:
        return Scores(1.0, 1.0, 1.0)
    hits = [len(others) for others in found if others]
    return Scores(
        precision=_mean_share(detections, explained),
        recall=_mean_share(cases, found),
        granularity=sum(hits) / len(hits) if hits else 1.0,
    )


def related(passages: Sequence[Passage], others: Sequence[Passage]) -> list[list[Passage]]:
    """For each passage, those of the others that overlap it in both documents."""
    by_pair = defaultdict(list)
    for other in others:
        by_pair[other.suspicious, other.source].append(other)
    return [
        [
            other
            for other in by_pair.get((passage.suspicious, passage.source), [])
            if overlap(passage.here, other.here) and overlap(passage.there, other.there)
        ]
        for passage in passages
    ]


def _mean_share(passages: Sequence[Passage], relations: Sequence[Sequence[Passage]]) -> float:
    """The mean share of a passage's characters, both sides together, that lie in passages related to it."""
    if not passages:
        return 0.0
    shares = (
        (covered(passage.here, (o.here for o in others)) + covered(passage.there, (o.there for o in others)))
        / passage.length
        for passage, others in zip(passages, relations, strict=True)
    )
    return sum(shares) / len(passages)
