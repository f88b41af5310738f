"""Words that outlets share: uses of passages with their kinds and outlets, and sums of them for pairs of outlets."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import F64, I64, bounds_of, expand, run_starts
from syndetect.report.findings import Findings
from syndetect.runtime.threads import split_evenly

#: The kinds that tell who runs whose text: neither quotation, nor formula, nor boilerplate. What an index answers is
#: of unknown kind.
NARRATION = ("wire", "copy", "release", "unknown")
_PAIRS = 1 << 20  # of outlets of one passage that are looked at together


class OutletUses(NamedTuple):
    """The uses of passages with the outlets that ran them.

    Attributes:
        table: as :func:`uses`, with ``outlet``, never null.
        noun: "outlet"; or "article" where no outlet is known, and each article stands for itself.
        unnamed: the number of articles without an outlet, whose uses are left out.
    """

    table: pl.DataFrame
    noun: str
    unnamed: int


class SharedWords(NamedTuple):
    """Words that pairs of outlets share, by the outlets that share most.

    Attributes:
        names: the n outlets, groups that share much together, and the one that shares most first.
        words: int64[n, n], symmetric: words of the passages that both have, each passage once and as long as the
            shorter of both has it; 0 on the diagonal.
        earlier: int64[n, n]: those of these words that the outlet of the row is known to have had first.
        noun: what the names are of, as in :class:`OutletUses`.
        others: the number of further outlets that share words.
        unnamed: as in :class:`OutletUses`.
    """

    names: list[str]
    words: I64
    earlier: I64
    noun: str
    others: int
    unnamed: int


def uses(result: Findings, kinds: Collection[str] | None = None) -> pl.DataFrame:
    """The uses of passages of these kinds; None: of all.

    Returns:
        The rows of the table ``passages`` with the columns ``kind``, never null, and ``agency``.
    """
    return (
        result.passages.join(
            result.clusters.select("passage_id", "kind", "agency"),
            on="passage_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.col("kind").fill_null("unknown"))
        .filter(True if kinds is None else pl.col("kind").is_in(list(kinds)))
    )


def noun(result: Findings) -> str:
    """What outlets are: "article" where no article with a passage (without passages, no article) has a source."""
    table = result.documents if result.passages.is_empty() else result.passages
    return "article" if table["source"].null_count() == table.height else "outlet"


def of_outlets(table: pl.DataFrame, kinds: Collection[str] | None = None) -> OutletUses:
    """The uses of these kinds whose outlet is known; or all of them, each of its own article, where none is known.

    Args:
        table: uses of all kinds, as of :func:`uses`: they say whether outlets are known.
        kinds: None for all.
    """
    is_known = table["source"].null_count() < table.height
    if kinds is not None:
        table = table.filter(pl.col("kind").is_in(list(kinds)))
    if not is_known:
        return OutletUses(table.with_columns(outlet="doc_id"), "article", 0)
    is_unnamed = pl.col("source").is_null()
    unnamed = table.filter(is_unnamed)["doc_id"].n_unique()
    return OutletUses(table.filter(~is_unnamed).with_columns(outlet="source"), "outlet", unnamed)


def shared_words(result: Findings, *, top: int, kinds: Collection[str] | None = NARRATION) -> SharedWords:
    """The words that the outlets share with one another that have most words in common with others.

    Args:
        result: of a scan, or of queries to an index.
        top: the most outlets to take.
        kinds: the kinds of passages that count; None for all.
    """
    found = of_outlets(uses(result), kinds)
    held = (
        found.table.group_by("passage_id", "outlet")
        .agg(
            pl.col("words").max(),
            is_first=pl.col("role").eq_missing("first").any(),
            is_copy=pl.col("role").eq_missing("copy").all(),
        )
        .filter(pl.len().over("passage_id") > 1)
    )
    outlets = (
        held.group_by("outlet").agg(pl.col("words").sum()).sort("words", "outlet", descending=[True, False])
    )
    chosen = outlets.head(top).select("outlet").with_row_index("row")
    words, earlier = _sums(held.join(chosen, on="outlet"), chosen.height)
    order = _grouped(words)
    names = chosen["outlet"].to_list()
    return SharedWords(
        [names[row] for row in order], words[np.ix_(order, order)], earlier[np.ix_(order, order)],
        found.noun, outlets.height - chosen.height, found.unnamed,
    )  # fmt: skip


def _sums(held: pl.DataFrame, number: int) -> tuple[I64, I64]:
    """int64[n, n] twice, from ``passage_id, row, words, is_first, is_copy``: shared words, and those had first.

    Some outlets of passages at a time are held against all others of theirs, so that a passage that all outlets have
    takes no more memory than others.
    """
    held = held.sort("passage_id")
    row, size = (held[name].to_numpy().astype(np.int64) for name in ("row", "words"))
    is_first, is_copy = (held[name].to_numpy() for name in ("is_first", "is_copy"))
    starts = run_starts(held["passage_id"].to_numpy())
    sizes = np.diff(starts, append=len(row))
    begin, count = np.repeat(starts, sizes), np.repeat(sizes, sizes)  # those of the same passage
    sums = np.zeros((2, number * number))
    for low, high in split_evenly(bounds_of(count), _PAIRS):
        ours, theirs = expand(begin[low:high], count[low:high])
        ours += low
        shared = np.minimum(size[ours], size[theirs]) * (row[ours] != row[theirs])
        pair = row[ours] * number + row[theirs]
        had_first = shared * (is_first[ours] & is_copy[theirs])
        sums += [np.bincount(pair, weight, number * number) for weight in (shared, had_first)]
    words, earlier = sums.astype(np.int64).reshape(2, number, number)
    return words, earlier


def _grouped(words: I64) -> list[int]:
    """The order of n outlets by the words that they share (int64[n, n]).

    It is that of a tree of average linkage, in which outlets without a link join last. At every fork the branch with
    the outlet that shares most comes first, so groups stand together, and the outlet that shares most is the first.
    """
    number = len(words)
    if number < 2:
        return list(range(number))
    totals = words.sum(axis=1)
    distance = 1 - words / np.maximum(np.minimum(totals[:, None], totals[None, :]), 1)
    np.fill_diagonal(distance, np.inf)
    branches = [[row] for row in range(number)]  # each with the outlet that shares most first
    for left, right in _joined(distance):
        one, other = branches[left], branches[right]
        branches[left] = one + other if totals[one[0]] >= totals[other[0]] else other + one
    return branches[left]


def _joined(distance: F64) -> Iterator[tuple[int, int]]:
    """The joins of average linkage (UPGMA; Sokal and Michener 1958): pairs of rows, the first of which stands for both.

    ``distance`` (float64[n, n], symmetric, infinite on the diagonal) is written over. scipy has this as well, but takes
    longer to be imported than a page to be made.
    """
    size = np.ones(len(distance))
    for _ in range(len(distance) - 1):
        left, right = divmod(int(distance.argmin()), len(distance))
        mean = (size[left] * distance[left] + size[right] * distance[right]) / (size[left] + size[right])
        mean[[left, right]] = np.inf
        distance[left] = distance[:, left] = mean
        distance[right] = distance[:, right] = np.inf
        size[left] += size[right]
        yield left, right
