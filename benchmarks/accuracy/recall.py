"""How much of a made corpus's known reuse a tool found, whatever it reports: passages, pairs, flags or groups.

Counted are copies of at least twelve words of the first articles of the corpus, both sides among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.corpus.maker import truth_path
from benchmarks.corpus.wire_stories import TRUTH
from syndetect.arrays import I64, Bool
from syndetect.intervals import Span
from syndetect.matching.tokens import Words

LEAST_WORDS = 12


@dataclass(frozen=True)
class Truth:
    """The known reuse in a corpus.

    Attributes:
        kind: int64[n], numbers of ``kinds``.
        copy, origin: int64[n, 3] each: the article, the first character and the one after the last.
        kinds: the names.
    """

    kind: I64
    copy: I64
    origin: I64
    kinds: tuple[str, ...]

    @classmethod
    def read(cls, corpus: Path, articles: int) -> "Truth":
        """The reuse among the first articles of a corpus that ``benchmarks.corpus.maker`` wrote.

        Raises:
            FileNotFoundError: the corpus has no truth beside it.
        """
        with np.load(truth_path(corpus)) as file:
            rows, kinds = file["truth"], tuple(str(kind) for kind in file["kinds"])
        column = TRUTH.index
        rows = rows[(rows[:, column("words")] >= LEAST_WORDS) & (rows[:, column("copy")] < articles)]
        copy, origin = (
            [column(f"{side}{part}") for part in ("", "_begin", "_end")] for side in ("copy", "origin")
        )
        return cls(rows[:, 0], rows[:, copy], rows[:, origin], kinds)


@dataclass(frozen=True)
class Paragraphs:
    """Paragraphs in order: int64[n] each, their article and their first character in it."""

    article: I64
    begin: I64

    def holding(self, place: I64) -> I64:
        """The paragraph that holds each place (int64[m, 3], as in :class:`Truth`), by the place's last character.

        A place lies in one paragraph; its first character may come before that, where a tool begins with a word.
        """
        scale = int(max(self.begin.max(initial=0), place[:, 2].max(initial=0))) + 1
        keys = self.article * scale + self.begin
        return np.searchsorted(keys, place[:, 0] * scale + place[:, 2] - 1, side="right") - 1


def covered(sides: pl.DataFrame, matches: pl.DataFrame) -> Bool:
    """Which reuses one match covers to a half or more of their characters, in both articles.

    Args:
        sides: a row for each reuse, with ``doc_a``, ``from_a``, ``to_a``, ``doc_b``, ``from_b`` and ``to_b``.
        matches: the table of a scan.
    """
    joined = matches.join(sides.with_row_index("row"), on=["doc_a", "doc_b"])
    half = [
        2 * (pl.min_horizontal(f"end_{x}", f"to_{x}") - pl.max_horizontal(f"begin_{x}", f"from_{x}"))
        >= pl.col(f"to_{x}") - pl.col(f"from_{x}")
        for x in ("a", "b")
    ]
    found = np.zeros(len(sides), np.bool_)
    found[joined.filter(*half)["row"].to_numpy()] = True
    return found


def word_range(words: Words, document: int, span: Span) -> slice:
    """The words of a document that lie within a range of its characters, as places among all words."""
    low, high = words.documents[document : document + 2]
    first = low + np.searchsorted(words.begin[low:high], span.begin)
    return slice(int(first), int(low + np.searchsorted(words.end[low:high], span.end, side="right")))


def by_matches(truth: Truth, matches: pl.DataFrame) -> Bool:
    """Which copies one match covers to a half or more, in both articles."""
    sides = pl.DataFrame(
        {
            name: values
            for side, place in (("a", truth.origin), ("b", truth.copy))
            for name, values in zip((f"doc_{side}", f"from_{side}", f"to_{side}"), place.T, strict=True)
        }
    ).with_columns(_identifier("doc_a"), _identifier("doc_b"))
    return covered(sides, matches)


def by_pairs(truth: Truth, paragraphs: Paragraphs, pairs: I64) -> Bool:
    """Which copies have their two paragraphs among the pairs (int64[n, 2], numbers of paragraphs)."""
    number = len(paragraphs.article)
    a, b = paragraphs.holding(truth.origin), paragraphs.holding(truth.copy)
    keys = np.minimum(pairs[:, 0], pairs[:, 1]) * number + np.maximum(pairs[:, 0], pairs[:, 1])
    return np.isin(np.minimum(a, b) * number + np.maximum(a, b), keys)


def by_flags(
    truth: Truth, paragraphs: Paragraphs, flags: Bool, signatures: npt.NDArray[np.uint32], rows: int
) -> Bool:
    """Which copies stand in two paragraphs that are flagged and whose signatures agree in a band of some rows."""
    a, b = paragraphs.holding(truth.origin), paragraphs.holding(truth.copy)
    found: Bool = flags[a] & flags[b] & by_signatures(truth, paragraphs, signatures, rows)
    return found


def by_signatures(
    truth: Truth, paragraphs: Paragraphs, signatures: npt.NDArray[np.uint32], rows: int
) -> Bool:
    """Which copies stand in paragraphs whose signatures (uint32[paragraphs, slots]) agree in a band of some rows."""
    a, b = paragraphs.holding(truth.origin), paragraphs.holding(truth.copy)
    equal: Bool = (signatures[a] == signatures[b]).reshape(len(a), -1, rows).all(axis=2).any(axis=1)
    return equal


def by_groups(truth: Truth, paragraphs: Paragraphs, groups: I64) -> Bool:
    """Which copies stand in two paragraphs of one group (int64[paragraphs], its number)."""
    found: Bool = groups[paragraphs.holding(truth.origin)] == groups[paragraphs.holding(truth.copy)]
    return found


def of_found(truth: Truth, paragraphs: Paragraphs, found: Mapping[str, npt.NDArray[Any]], rows: int) -> Bool:
    """Which copies a tool found, from pairs, groups or flags (see ``benchmarks.speed.peers``)."""
    if "pairs" in found:
        return by_pairs(truth, paragraphs, found["pairs"])
    if "groups" in found:
        return by_groups(truth, paragraphs, found["groups"])
    return by_flags(truth, paragraphs, found["flags"], found["signatures"], rows)


def shares(truth: Truth, found: Bool) -> Mapping[str, float]:
    """Recall of all copies and of each kind."""
    every = {"all": np.ones(len(found), np.bool_)} | {
        name: truth.kind == number for number, name in enumerate(truth.kinds)
    }
    return {name: round(float(found[mask].mean()), 4) for name, mask in every.items() if mask.any()}


def _identifier(column: str) -> pl.Expr:
    return pl.concat_str(pl.lit("a"), pl.col(column).cast(pl.String).str.zfill(9)).alias(column)
