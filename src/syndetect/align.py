"""Candidates to matches: seeds of each pair of documents, aligned on words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syndetect.chunks import run_chunks, split_evenly
from syndetect.kernels import alignment as _kernels
from syndetect.kernels.extension import A0, A1, B0, B1, COLUMNS, EQUAL, SCORE, WIDTH
from syndetect.sorting import sort_keys

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

#: Seeds that one call of the kernel takes.
CHUNK_SEEDS = 1 << 14
#: Words of a paragraph in which the seed of a candidate pair is looked for.
MOST_WORDS = 1024


@dataclass(frozen=True)
class Rules:
    """What is accepted; see :class:`syndetect.settings.Settings`. Scores in words."""

    min_words: int
    min_score: float
    min_linked_score: float
    link_words: int
    drop: float
    join_words: int


@dataclass(frozen=True)
class Matches:
    """Aligned passages in pairs of documents, in the order of documents and of place.

    Attributes:
        document_a, document_b: int64[n], the earlier and the later document in input order.
        words_a, words_b: int64[n, 2], first word and end in the corpus.
        equal: int64[n], words aligned as equal.
        columns: int64[n], aligned words, gaps counted; identity is ``equal / columns``.
        score: int64[n], in quarters of a word.
    """

    document_a: I64
    document_b: I64
    words_a: I64
    words_b: I64
    equal: I64
    columns: I64
    score: I64


def seed_pairs(code: U64, paragraphs: I64, pairs: I64) -> I64:
    """Seeds of pairs of paragraphs: where their longest common run of words begins.

    Args:
        code: uint64[words].
        paragraphs: int64[p + 1], each paragraph's first word.
        pairs: int64[n, 2], paragraphs.

    Returns:
        int64[m, 2], words; pairs without a common word have none.
    """
    low, high = paragraphs[pairs], paragraphs[pairs + 1]
    seeds = np.empty((len(pairs), 2), np.int64)
    columns = [np.ascontiguousarray(column) for column in (low[:, 0], high[:, 0], low[:, 1], high[:, 1])]
    _kernels.longest_runs(code, *columns, MOST_WORDS, seeds)
    return seeds[seeds[:, 0] >= 0]


def align(
    code: U64,
    documents: I64,
    seeds: I64,
    rules: Rules,
    threads: int = 1,
    advance: Callable[[int], None] = lambda _: None,
) -> Matches:
    """Align every pair of documents around its seeds.

    Args:
        code: uint64[words].
        documents: int64[d + 1], each document's first word.
        seeds: int64[n, 2], words that may agree, that of the earlier document first, in any order.
        rules: what is accepted.
        threads: how many chunks are worked on at once; the result does not depend on it.
        advance: told of pairs of documents that are done.
    """
    of_seed = np.searchsorted(documents, seeds, side="right") - 1
    seeds, of_pair, pairs = _order(documents, seeds, of_seed)
    bounds = np.concatenate([documents[of_pair[:, :1]], documents[of_pair[:, :1] + 1],
                             documents[of_pair[:, 1:]], documents[of_pair[:, 1:] + 1]], axis=1)  # fmt: skip
    least, drop = round(4 * rules.min_score), round(4 * rules.drop)
    least_linked = min(
        least, round(4 * rules.min_linked_score)
    )  # a match that can stand alone needs no other

    def align_chunk(low: int, high: int) -> I64:
        found = np.empty((pairs[high] - pairs[low] + 1, WIDTH), np.int64)
        part = pairs[low : high + 1] - pairs[low]
        n = _kernels.align(
            code, seeds[pairs[low] : pairs[high]], part, bounds[low:high],
            rules.min_words, least, least_linked, rules.link_words, drop, rules.join_words, found,
        )  # fmt: skip
        return found[:n].copy()

    parts = run_chunks(align_chunk, split_evenly(pairs, CHUNK_SEEDS), threads, advance)
    table = np.concatenate([np.empty((0, WIDTH), np.int64), *parts])
    a, b = table[:, A0 : A1 + 1], table[:, B0 : B1 + 1]
    document_a, document_b = (np.searchsorted(documents, side[:, 0], side="right") - 1 for side in (a, b))
    return Matches(
        document_a, document_b, a.copy(), b.copy(),
        table[:, EQUAL].copy(), table[:, COLUMNS].copy(), table[:, SCORE].copy(),
    )  # fmt: skip


def _order(documents: I64, seeds: I64, of_seed: I64) -> tuple[I64, I64, I64]:
    """Seeds by pair of documents, diagonal and place; the documents of each pair; and its first seed."""
    local = seeds - documents[of_seed]
    diagonal = (local[:, 1] - local[:, 0] + (1 << 31)).astype(np.uint64)
    _, order = sort_keys(diagonal << np.uint64(32) | local[:, 0].astype(np.uint64))
    of_pair = of_seed.astype(np.uint64)
    keys, order = sort_keys((of_pair[:, 0] << np.uint64(32) | of_pair[:, 1])[order], order)
    begins = np.flatnonzero(np.concatenate([np.ones(min(1, len(keys)), bool), keys[1:] != keys[:-1]]))
    ordered = seeds[order]
    return ordered, of_seed[order][begins], np.concatenate([begins, [len(keys)]]).astype(np.int64)
