"""A result held against what is known of its documents."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from syndetect.arrays import I64
from syndetect.errors import ResultError
from syndetect.evaluation import scores as plagdet
from syndetect.evaluation import truth as truths
from syndetect.evaluation.scores import ALIGNED, Classes, Clusters, Rates, classes, clusters, ordered
from syndetect.evaluation.truth import DERIVATIONS, PAIRS, Truth
from syndetect.intervals import overlap_sizes, overlapping_pairs
from syndetect.results.result import Result, read_table
from syndetect.schema import TABLES

_PLACE = ("doc_id", "begin", "end")


@dataclass(frozen=True)
class Evaluation:
    """How a result agrees with the truth; what the truth does not tell of is None.

    Attributes:
        known: documents that the truth names.
        lacking: those of them that the result lacks. Of aligned spans and uses in them it has found none; their
            groups and derivations are left out.
        untold: documents of the result that the truth does not name. Groups and derivations of them are left out,
            what they are aligned with counts as wrong, unless pairs were given.
        cases, detections: aligned spans that are known, and that were found.
        passages: the scores of these (Potthast et al. 2010).
        pairs: of documents that have aligned spans.
        uses: of passages, sorted into passages. A use that was found is one that is known where they share half the
            characters of the shorter (each is taken once, the most alike first); any other is a passage by itself on
            the side where it is missing. So each use counts once, however long it is.
        groups: of documents.
        derivation: of documents: how much of each is taken from others.
    """

    known: int
    lacking: int
    untold: int
    cases: int | None = None
    detections: int | None = None
    passages: plagdet.Scores | None = None
    pairs: Rates | None = None
    uses: Clusters | None = None
    groups: Clusters | None = None
    derivation: Classes | None = None

    def to_dict(self) -> dict[str, Any]:
        """All figures, as JSON can hold them; what is None is left out."""
        parts = {
            "cases": self.cases,
            "detections": self.detections,
            "passages": self.passages and _scores(self.passages),
            "pairs": self.pairs and _rates(self.pairs),
            "uses": self.uses and _clusters(self.uses),
            "groups": self.groups and _clusters(self.groups),
            "derivation": self.derivation and _classes(self.derivation),
        }
        counts = {"known": self.known, "lacking": self.lacking, "untold": self.untold}
        return {"documents": counts} | {name: part for name, part in parts.items() if part is not None}

    def __str__(self) -> str:
        return "\n".join(_lines(self)) + "\n"


def evaluate(
    result: Result | str | os.PathLike[str],
    truth: Truth | str | os.PathLike[str],
    *,
    pairs: str | os.PathLike[str] | None = None,
) -> Evaluation:
    """Hold a result against a truth file.

    Where more articles share a passage than the setting ``hot_places`` says, ``matches`` has a star of them and not
    all pairs; then hold the passages against ``uses``, not the matches against aligned spans.

    Args:
        result: what a scan found, or the folder it was written to.
        truth: the file or folder, of a kind that :mod:`syndetect.evaluation.truth` describes.
        pairs: a file with the ids of two documents a line; aligned spans are counted in these pairs only.

    Raises:
        InputError: the truth or the pairs cannot be read.
        ResultError: the folder is not a result, or it was made without what the truth tells of.
    """
    told = truth if isinstance(truth, Truth) else truths.read(Path(truth))
    listed = told.pairs if pairs is None else truths.read_pairs(Path(pairs))
    own = _Tables(result, told)
    known, there = told.documents, own.table("documents")["doc_id"]
    parts: dict[str, Any] = {
        "known": len(known),
        "lacking": int((~known.is_in(there.implode())).sum()),
        "untold": int((~there.is_in(known.implode())).sum()),
    }
    if told.aligned is not None:
        parts |= _aligned(told.aligned, own.table("matches").select(list(ALIGNED)), listed)
    if told.uses is not None:
        parts["uses"] = _uses(told.uses, own.table("passages"))
    if told.groups is not None:
        parts["groups"] = _groups(told.groups, there, own.table("families"))
    if told.derivations is not None:
        parts["derivation"] = _derivation(told.derivations, own.table("documents", "derivation"))
    return Evaluation(**parts)


class _Tables:
    """The tables of a result, under the names that the truth has for documents."""

    def __init__(self, result: Result | str | os.PathLike[str], truth: Truth) -> None:
        self._result, self._by_file_name = result, truth.by_file_name

    def table(self, name: str, column: str | None = None) -> pl.DataFrame:
        """One of them, if it is there and has this column."""
        found: pl.DataFrame | None = None
        if isinstance(self._result, Result):
            found = getattr(self._result, name, None)
        elif name in TABLES:
            found = read_table(self._result, name)
        if found is None or (column and column not in found.columns):
            raise ResultError(f"the result has no {name if found is None else column}: scan again")
        if not self._by_file_name:
            return found
        return found.with_columns(
            pl.col(id_).str.split("/").list.last() for id_ in found.columns if id_.startswith("doc_")
        )


def _aligned(cases: pl.DataFrame, detections: pl.DataFrame, pairs: pl.DataFrame | None) -> dict[str, Any]:
    """The scores of aligned spans, and of the pairs of documents that have any."""
    cases, detections = ordered(cases), ordered(detections)
    if pairs is not None:
        least, greatest = pl.min_horizontal(list(PAIRS)), pl.max_horizontal(list(PAIRS))
        wanted = pairs.select(doc_a=least, doc_b=greatest)
        cases, detections = (one.join(wanted, on=list(PAIRS), how="semi") for one in (cases, detections))
    known, found = (one.select(list(PAIRS)).unique() for one in (cases, detections))
    right = known.join(found, on=list(PAIRS), how="semi").height
    return {
        "cases": cases.height,
        "detections": detections.height,
        "passages": plagdet.evaluate(cases, detections),
        "pairs": Rates.of(right, found.height, known.height),
    }


def _uses(known: pl.DataFrame, found: pl.DataFrame) -> Clusters:
    """The agreement of passages, by their uses."""
    known, found = known.sort(*_PLACE, "cluster"), found.sort(*_PLACE, "passage_id")
    document = pl.concat([known["doc_id"], found["doc_id"]]).rank("dense").to_numpy().astype(np.int64)
    own, others = (frame.select("begin", "end").to_numpy() for frame in (known, found))
    one, two = _same(document[: len(own)], own, document[len(own) :], others)
    known_label = known["cluster"].rank("dense").to_numpy().astype(np.int64)
    found_label = found["passage_id"].to_numpy()
    missed = np.setdiff1d(np.arange(len(own)), one)
    extra = np.setdiff1d(np.arange(len(others)), two)
    # What has no counterpart gets a label of its own, below those in use.
    return clusters(
        np.concatenate([known_label[one], known_label[missed], -1 - np.arange(len(extra))]),
        np.concatenate([found_label[two], -1 - np.arange(len(missed)), found_label[extra]]),
    )


def _same(place: I64, own: I64, other_place: I64, others: I64) -> tuple[I64, I64]:
    """The numbers of spans that are the same on both sides, each at most once."""
    one, two = overlapping_pairs((place, other_place), (own, others))
    both = overlap_sizes(own[one], others[two])
    lengths = own[one, 1] - own[one, 0], others[two, 1] - others[two, 0]
    chosen = 2 * both >= np.minimum(*lengths)
    one, two, both, total = one[chosen], two[chosen], both[chosen], (lengths[0] + lengths[1])[chosen]
    taken, taken_others = np.zeros(len(own), bool), np.zeros(len(others), bool)
    kept = []
    for pair in np.lexsort((two, one, -both / total)).tolist():
        if not taken[one[pair]] and not taken_others[two[pair]]:
            taken[one[pair]] = taken_others[two[pair]] = True
            kept.append(pair)
    return one[kept], two[kept]


def _groups(known: pl.DataFrame, there: pl.Series, families: pl.DataFrame) -> Clusters:
    """The agreement of groups of documents; a document that is in none is one by itself."""
    found = families.select("doc_id", found="family_id").unique("doc_id", keep="first", maintain_order=True)
    both = known.filter(pl.col("doc_id").is_in(there.implode())).join(
        found, on="doc_id", how="left", maintain_order="left"
    )
    return clusters(*(_labels(both[name]) for name in ("group", "found")))


def _labels(groups: pl.Series) -> I64:
    """Numbers for groups, each null one of its own."""
    number = groups.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    return np.where(number < 0, -1 - np.arange(len(number)), number)


def _derivation(known: pl.DataFrame, documents: pl.DataFrame) -> Classes:
    """The agreement of classes; a document of which none is told takes nothing from others."""
    found = documents.select("doc_id", found=pl.col("derivation").fill_null("non"))
    both = known.join(found.unique("doc_id", keep="first"), on="doc_id")
    return classes(both["derivation"].to_list(), both["found"].to_list(), DERIVATIONS)


def _scores(scores: plagdet.Scores) -> dict[str, float]:
    return {name: getattr(scores, name) for name in ("plagdet", "precision", "recall", "granularity")}


def _rates(rates: Rates) -> dict[str, float]:
    return {name: getattr(rates, name) for name in ("precision", "recall", "f1")}


def _clusters(found: Clusters) -> dict[str, Any]:
    return {
        "items": found.items,
        "adjusted_rand": found.adjusted_rand,
        "bcubed": _rates(found.bcubed),
        "pairs": _rates(found.pairs),
    }


def _classes(found: Classes) -> dict[str, Any]:
    return {
        "classes": {name: _rates(rates) for name, rates in found.rates.items()},
        "macro_f1": found.macro_f1,
        "accuracy": found.accuracy,
        "confusion": {
            name: dict(zip(found.names, row, strict=True))
            for name, row in zip(found.names, found.confusion, strict=True)
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
        yield _line("characters", Rates(found.passages.precision, found.passages.recall))
        yield _line("pairs of documents", found.pairs)
        yield _figure("granularity", found.passages.granularity)
        yield _figure("plagdet", found.passages.plagdet)
    for name, part in (("uses of passages", found.uses), ("documents in groups", found.groups)):
        if part is not None:
            yield f"\n{part.items:,} {name}"
            yield _HEAD
            yield _line("B-cubed", part.bcubed)
            yield _line("pairs", part.pairs)
            yield _figure("adjusted Rand index", part.adjusted_rand)
    if found.derivation is not None:
        yield from _derivation_lines(found.derivation)


def _derivation_lines(found: Classes) -> Iterator[str]:
    yield f"\nderivation of {sum(map(sum, found.confusion)):,} documents"
    yield _HEAD
    for name, rates in found.rates.items():
        yield _line(name, rates)
    yield _figure("macro F1", found.macro_f1)
    yield _figure("accuracy", found.accuracy)
    yield f"\n{'known to be':<19}found to be" + "".join(f"{name:>11}" for name in found.names)
    for name, row in zip(found.names, found.confusion, strict=True):
        yield f"{name:<30}" + "".join(f"{count:>11,}" for count in row)


def _line(name: str, rates: Rates) -> str:
    return f"{name:<30}{rates.precision:>11.3f}{rates.recall:>11.3f}{rates.f1:>11.3f}"


def _figure(name: str, value: float) -> str:
    return f"{name:<30}{value:>11.3f}"
