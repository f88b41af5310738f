"""Words that share a code: told apart, so that what is reported as equal is equal.

A code has 31 bits of a hash that anybody can compute: of a million words some hundred pairs share one, and more are
found within a second. The texts of matches are tokenised once more for their characters in any case. That is done with
a secret key (:func:`syndetect.matching.tokens.secret_key`): matched words of one code that have several codes by the
key are different words. Where both sides of a match have such words they get codes of their own, and what depends on
codes is made again.
"""

from collections.abc import Sequence

import numpy as np

from syndetect import intervals
from syndetect.arrays import I64, U32, U64, Bool, distinct, expand, pack, run_starts, sort_values, upper
from syndetect.matching.tokens import Key
from syndetect.pipeline.corpus import Corpus

#: Between the codes of words that shared one; even, so that the lowest bit stays.
_STEP = np.uint32(2 * 0x4F1BBCDD)


def shared_codes(spellings: Sequence[U64]) -> U32:
    """uint32[n], ascending: the codes, upper halves of spellings, that stand beside several lower halves."""
    found = distinct(sort_values(np.concatenate([np.empty(0, np.uint64), *spellings])))
    codes = upper(found)
    return np.unique(codes[1:][codes[1:] == codes[:-1]]).astype(np.uint32)


def tell_apart(corpus: Corpus, pairs: Sequence[tuple[I64, I64]], shared: U32, key: Key) -> bool:
    """Give different words with one code codes of their own, where both sides of a pair of ranges have them.

    Args:
        corpus: the articles, whose codes change.
        pairs: ranges of words (int64[n, 2] twice) that were compared.
        shared: uint32[n], ascending, codes that different words in these ranges have.
        key: by which they have several codes.

    Returns:
        Whether any code changed.
    """
    if not len(shared):
        return False
    everything = np.concatenate([side for pair in pairs for side in pair])
    ranges = intervals.union(everything)
    words = expand(ranges[:, 0], ranges[:, 1] - ranges[:, 0])[1]
    words = words[np.isin(corpus.code[words], shared)]
    spellings = pack(corpus.code[words], corpus.keyed(words, key))
    rare = words[_is_rare(spellings)]
    confused = sorted({code for pair in pairs for code in _confused(pair, words, spellings, rare)})
    if confused:
        _recode(corpus, np.array(confused, np.uint32), key)
    return bool(confused)


def _is_rare(spellings: U64) -> Bool:
    """bool[n]: which spellings are not the most frequent one of their code."""
    found, which, counts = np.unique(spellings, return_inverse=True, return_counts=True)
    order = np.lexsort((-counts, upper(found)))
    is_rare = np.ones(len(found), bool)
    is_rare[order[run_starts(upper(found)[order])]] = False
    return is_rare[which]


def _confused(pair: tuple[I64, I64], words: I64, spellings: U64, rare: I64) -> set[int]:
    """The codes that stand for different words in the two ranges of any pair; one of these is a rare spelling."""
    bounds, with_rare = ([np.searchsorted(one, side) for side in pair] for one in (words, rare))
    sizes, rare_sizes = ([one[:, 1] - one[:, 0] for one in each] for each in (bounds, with_rare))
    both = np.flatnonzero((sizes[0] > 0) & (sizes[1] > 0) & (rare_sizes[0] + rare_sizes[1] > 0))
    found: set[int] = set()
    for i in both.tolist():
        one, two = (set(spellings[slice(*side[i].tolist())].tolist()) for side in bounds)
        if one != two:
            common = {value >> 32 for value in one} & {value >> 32 for value in two}
            found |= common & {value >> 32 for value in one ^ two}
    return found


def _recode(corpus: Corpus, codes: U32, key: Key) -> None:
    """Give each spelling of some codes, but for the first one in the corpus, a code of its own."""
    words = np.flatnonzero(np.isin(corpus.code, codes))
    spellings = pack(corpus.code[words], corpus.keyed(words, key))
    order = np.argsort(spellings, kind="stable")
    firsts = order[run_starts(spellings[order])]  # the first word of each spelling, by code
    firsts = firsts[np.lexsort((firsts, upper(spellings[firsts])))]
    code = upper(spellings[firsts])
    starts = run_starts(code)
    rank = np.arange(len(code)) - np.repeat(starts, np.diff(starts, append=len(code)))
    known = np.argsort(spellings[firsts])
    number = known[np.searchsorted(spellings[firsts], spellings, sorter=known)]
    corpus.recode(words, corpus.code[words] + rank[number].astype(np.uint32) * _STEP)
