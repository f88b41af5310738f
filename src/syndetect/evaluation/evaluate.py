"""Evaluation of a result against a ground truth: the measures that the truth allows, and their report."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from syndetect.arrays import I64
from syndetect.errors import InputError, ResultError
from syndetect.evaluation.scores import (
    ALIGNED,
    AlignmentScores,
    ClassScores,
    ClusterScores,
    Rates,
    ordered,
    score_alignment,
    score_classes,
    score_clusters,
)
from syndetect.evaluation.truth import PAIRS, Truth, read_pairs, read_truth
from syndetect.intervals import overlap_sizes, overlapping_pairs
from syndetect.results.result import Result, read_tables
from syndetect.schema import TABLES
from syndetect.storage import addresses
from syndetect.syndication.derivation import DERIVATIONS

_PLACE = ("doc_id", "begin", "end")


@dataclass(frozen=True)
class Evaluation:
    """The agreement of a result with a ground truth; None for a measure that the truth does not allow.

    Attributes:
        known: number of documents in the truth.
        lacking: number of these that are not in the result. Their aligned spans and uses count as not found; their
            groups and derivations are left out.
        untold: number of documents in the result that are not in the truth. Their groups and derivations are left
            out; their aligned spans count as wrong, unless pairs were given.
        cases, detections: number of aligned spans in the truth, and in the result.
        passages: scores of the aligned spans (Potthast et al. 2010).
        pairs: precision and recall of the pairs of documents with aligned spans.
        uses: agreement of the clustering of uses into passages. A use in the result and one in the truth are the same
            item if they share half the characters of the shorter (each is matched once, the most similar first). A use
            without a match is a cluster of its own on the other side. So each use counts once, whatever its length.
        groups: agreement of the groups of documents.
        derivation: agreement of the documents' derivation classes.
    """

    known: int
    lacking: int
    untold: int
    cases: int | None = None
    detections: int | None = None
    passages: AlignmentScores | None = None
    pairs: Rates | None = None
    uses: ClusterScores | None = None
    groups: ClusterScores | None = None
    derivation: ClassScores | None = None

    def to_dict(self) -> dict[str, Any]:
        """All figures in types of JSON, without those that are None."""
        measures = {
            "cases": self.cases,
            "detections": self.detections,
            "passages": self.passages and _alignment_dict(self.passages),
            "pairs": self.pairs and _rates_dict(self.pairs),
            "uses": self.uses and _clusters_dict(self.uses),
            "groups": self.groups and _clusters_dict(self.groups),
            "derivation": self.derivation and _classes_dict(self.derivation),
        }
        counts = {"known": self.known, "lacking": self.lacking, "untold": self.untold}
        return {"documents": counts} | {name: value for name, value in measures.items() if value is not None}

    def __str__(self) -> str:
        return "\n".join(_lines(self)) + "\n"


def evaluate(
    result: Result | str | os.PathLike[str],
    truth: Truth | str | os.PathLike[str],
    *,
    pairs: str | os.PathLike[str] | None = None,
) -> Evaluation:
    """Evaluate a result against a ground truth.

    If more articles share a passage than the setting ``hot_places``, ``matches`` links them as a star and not in all
    pairs; then use a truth with uses of passages, not with aligned spans.

    Args:
        result: a result of a scan, or the folder it was written to.
        truth: a file or folder of a kind that :mod:`syndetect.evaluation.truth` describes.
        pairs: a file with two document ids a line; only aligned spans between the documents of such a pair count.

    Raises:
        InputError: the truth or the pairs cannot be read.
        ResultError: the folder is not a result, or lacks a table or column that the truth needs.
    """
    reference = (
        truth if isinstance(truth, Truth) else read_truth(addresses.local(truth, "the truth", InputError))
    )
    wanted_pairs = (
        reference.pairs if pairs is None else read_pairs(addresses.local(pairs, "the pairs", InputError))
    )
    tables = _Tables(result, reference)
    known, present = reference.documents, tables.table("documents")["doc_id"]
    measures: dict[str, Any] = {
        "known": len(known),
        "lacking": int((~known.is_in(present.implode())).sum()),
        "untold": int((~present.is_in(known.implode())).sum()),
    }
    if reference.aligned is not None:
        matches = tables.table("matches").select(list(ALIGNED))
        measures |= _compare_aligned(reference.aligned, matches, wanted_pairs)
    if reference.uses is not None:
        measures["uses"] = _compare_uses(reference.uses, tables.table("passages"))
    if reference.groups is not None:
        measures["groups"] = _compare_groups(reference.groups, present, tables.table("families"))
    if reference.derivations is not None:
        documents = tables.table("documents", "derivation")
        measures["derivation"] = _compare_derivations(reference.derivations, documents)
    return Evaluation(**measures)


class _Tables:
    """The tables of a result, with the document ids in the form that the truth has them."""

    def __init__(self, result: Result | str | os.PathLike[str], truth: Truth) -> None:
        self._result, self._by_file_name = result, truth.by_file_name

    def table(self, name: str, column: str | None = None) -> pl.DataFrame:
        """One table; ResultError if it, or its column, is missing."""
        found: pl.DataFrame | None = None
        if isinstance(self._result, Result):
            found = getattr(self._result, name, None)
        elif name in TABLES:
            (found,) = read_tables(self._result, name)
        if found is None or (column and column not in found.columns):
            raise ResultError(f"the result has no {name if found is None else column}: scan again")
        if not self._by_file_name:
            return found
        return found.with_columns(
            pl.col(id_).str.split("/").list.last() for id_ in found.columns if id_.startswith("doc_")
        )


def _compare_aligned(
    cases: pl.DataFrame, detections: pl.DataFrame, pairs: pl.DataFrame | None
) -> dict[str, Any]:
    """Score aligned spans, and the pairs of documents that have any; only those in ``pairs`` if it is given."""
    cases, detections = ordered(cases), ordered(detections)
    if pairs is not None:
        least, greatest = pl.min_horizontal(list(PAIRS)), pl.max_horizontal(list(PAIRS))
        wanted = pairs.select(doc_a=least, doc_b=greatest)
        cases, detections = (one.join(wanted, on=list(PAIRS), how="semi") for one in (cases, detections))
    known, found = (one.select(list(PAIRS)).unique() for one in (cases, detections))
    both = known.join(found, on=list(PAIRS), how="semi").height
    return {
        "cases": cases.height,
        "detections": detections.height,
        "passages": score_alignment(cases, detections),
        "pairs": Rates.from_counts(both, found.height, known.height),
    }


def _compare_uses(known: pl.DataFrame, found: pl.DataFrame) -> ClusterScores:
    """Score passages as clusters of uses."""
    known, found = known.sort(*_PLACE, "cluster"), found.sort(*_PLACE, "passage_id")
    document = pl.concat([known["doc_id"], found["doc_id"]]).rank("dense").to_numpy().astype(np.int64)
    own, others = (frame.select("begin", "end").to_numpy() for frame in (known, found))
    one, two = _match_uses((document[: len(own)], document[len(own) :]), (own, others))
    known_label = known["cluster"].rank("dense").to_numpy().astype(np.int64)
    found_label = found["passage_id"].to_numpy()
    missed = np.setdiff1d(np.arange(len(own)), one)
    extra = np.setdiff1d(np.arange(len(others)), two)
    # A use without a match gets a label of its own, below those in use.
    return score_clusters(
        np.concatenate([known_label[one], known_label[missed], -1 - np.arange(len(extra))]),
        np.concatenate([found_label[two], -1 - np.arange(len(missed)), found_label[extra]]),
    )


def _match_uses(documents: tuple[I64, I64], spans: tuple[I64, I64]) -> tuple[I64, I64]:
    """Match the spans of two lists one to one: greedily, the greatest share of common characters first.

    Args:
        documents: int64[n] and int64[m], the document of each span.
        spans: int64[n, 2] and int64[m, 2]; two match if they share half the characters of the shorter.

    Returns:
        The rows of matched spans, int64[p] each.
    """
    own, others = spans
    one, two = overlapping_pairs(documents, spans)
    common = overlap_sizes(own[one], others[two])
    lengths = np.diff(own[one])[:, 0], np.diff(others[two])[:, 0]
    chosen = 2 * common >= np.minimum(*lengths)
    one, two, similarity = one[chosen], two[chosen], (common / (lengths[0] + lengths[1]))[chosen]
    taken, taken_others = np.zeros(len(own), bool), np.zeros(len(others), bool)
    kept = []
    for pair in np.lexsort((two, one, -similarity)).tolist():
        if not taken[one[pair]] and not taken_others[two[pair]]:
            taken[one[pair]] = taken_others[two[pair]] = True
            kept.append(pair)
    return one[kept], two[kept]


def _compare_groups(known: pl.DataFrame, present: pl.Series, families: pl.DataFrame) -> ClusterScores:
    """Score groups of documents as clusters; a document without a group is a cluster of its own."""
    found = families.select("doc_id", found="family_id").unique("doc_id", keep="first", maintain_order=True)
    both = known.filter(pl.col("doc_id").is_in(present.implode())).join(
        found, on="doc_id", how="left", maintain_order="left"
    )
    return score_clusters(*(_labels(both[name]) for name in ("group", "found")))


def _labels(groups: pl.Series) -> I64:
    """int64[n]: labels of groups; each null gets one of its own."""
    number = groups.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    return np.where(number < 0, -1 - np.arange(len(number)), number)


def _compare_derivations(known: pl.DataFrame, documents: pl.DataFrame) -> ClassScores:
    """Score derivation classes; a document of the result without one counts as not derived."""
    found = documents.select("doc_id", found=pl.col("derivation").fill_null("non"))
    both = known.join(found.unique("doc_id", keep="first"), on="doc_id")
    return score_classes(both["derivation"].to_list(), both["found"].to_list(), DERIVATIONS[::-1])


def _alignment_dict(scores: AlignmentScores) -> dict[str, float]:
    return {name: getattr(scores, name) for name in ("plagdet", "precision", "recall", "granularity")}


def _rates_dict(rates: Rates) -> dict[str, float]:
    return {name: getattr(rates, name) for name in ("precision", "recall", "f1")}


def _clusters_dict(scores: ClusterScores) -> dict[str, Any]:
    return {
        "items": scores.items,
        "adjusted_rand": scores.adjusted_rand,
        "bcubed": _rates_dict(scores.bcubed),
        "pairs": _rates_dict(scores.pairs),
    }


def _classes_dict(scores: ClassScores) -> dict[str, Any]:
    return {
        "classes": {name: _rates_dict(rates) for name, rates in scores.rates.items()},
        "macro_f1": scores.macro_f1,
        "accuracy": scores.accuracy,
        "confusion": {
            name: dict(zip(scores.names, row, strict=True))
            for name, row in zip(scores.names, scores.confusion, strict=True)
        },
    }


_HEAD = f"{'':<30}{'precision':>11}{'recall':>11}{'F1':>11}"


def _lines(found: Evaluation) -> Iterator[str]:
    """An evaluation as text of at most 80 columns."""
    yield f"{found.known:,} documents in the truth, {found.lacking:,} of them not in the result"
    yield f"{found.untold:,} documents of the result not in the truth"
    if found.passages is not None and found.pairs is not None:
        yield f"\n{found.cases:,} aligned passages known, {found.detections:,} found"
        yield _HEAD
        yield _line("characters", found.passages)
        yield _line("pairs of documents", found.pairs)
        yield _figure("granularity", found.passages.granularity)
        yield _figure("plagdet", found.passages.plagdet)
    for name, scores in (("uses of passages", found.uses), ("documents in groups", found.groups)):
        if scores is not None:
            yield f"\n{scores.items:,} {name}"
            yield _HEAD
            yield _line("B-cubed", scores.bcubed)
            yield _line("pairs", scores.pairs)
            yield _figure("adjusted Rand index", scores.adjusted_rand)
    if found.derivation is not None:
        yield from _derivation_lines(found.derivation)


def _derivation_lines(scores: ClassScores) -> Iterator[str]:
    yield f"\nderivation of {sum(map(sum, scores.confusion)):,} documents"
    yield _HEAD
    for name, rates in scores.rates.items():
        yield _line(name, rates)
    yield _figure("macro F1", scores.macro_f1)
    yield _figure("accuracy", scores.accuracy)
    yield f"\n{'known to be':<19}found to be" + "".join(f"{name:>11}" for name in scores.names)
    for name, row in zip(scores.names, scores.confusion, strict=True):
        yield f"{name:<30}" + "".join(f"{count:>11,}" for count in row)


def _line(name: str, rates: Rates) -> str:
    return f"{name:<30}{rates.precision:>11.3f}{rates.recall:>11.3f}{rates.f1:>11.3f}"


def _figure(name: str, value: float) -> str:
    return f"{name:<30}{value:>11.3f}"
