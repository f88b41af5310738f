"""Kernels that write a corpus's articles one after the other: own prose, wire copy, boilerplate.

Every ``1 / WIRE_EVERY``-th article is a wire story, kept for four days. Three in ten of the other articles run such a
story of these days, the better ranked the likelier, each story forty times at most.
"""

from typing import NamedTuple

import numpy as np

from benchmarks.corpus.prose import (
    below,
    chance,
    characters,
    count_words,
    draw,
    put_break,
    put_bytes,
    put_copy,
    put_prose,
    word_place,
)
from benchmarks.corpus.vocabulary import Language, mix
from syndetect.arrays import I64, U8, U64
from syndetect.kernels.jit import inline

#: Kinds of copies, numbered by the first column of the truth; named as in ``benchmarks.corpus.edits``.
KINDS = (
    "identical", "house style", "8 % edited", "12 % edited", "22 % edited", "first 60 %, new tail",
    "within three times longer", "merged with neighbour", "12 words within 40", "16 words, 8 % edited, within 44",
    "whole article",
)  # fmt: skip

#: Columns of the truth: the kind; then the copy's article and characters, the origin's, and the words of the origin
#: that were copied.
TRUTH = ("kind", "copy", "copy_begin", "copy_end", "origin", "origin_begin", "origin_end", "words")

OUTLETS, AGENCIES = 200, 8
WIRE_EVERY, DAYS_KEPT, MOST_PARAGRAPHS, MOST_COPIES = 12, 4, 64, 40

#: More bytes than any article has.
ROOM = 600_000

_LEAST_WORDS = 25  # of a paragraph that is edited, as in ``benchmarks.corpus.edits``
_IDENTICAL, _HOUSE, _TAIL, _LONGER, _MERGED, _TWELVE, _SIXTEEN, _WHOLE = 0, 1, 5, 6, 7, 8, 9, 10
_EXCERPTS = (_TAIL, _LONGER, _TWELVE, _SIXTEEN)
_RATES = (0.0, 0.0, 0.08, 0.12, 0.22, 0.0, 0.0, 0.0, 0.0, 0.08, 0.0)

# The cumulated shares, in percent, of the first five kinds among stories run whole or in part; a paragraph of such
# a story is merged with the one before it at times, or dropped.
_UP_TO = (45, 62, 74, 90, 100)


class Wires(NamedTuple):
    """The wire stories of the last days: a ring of days, then the stories of one.

    Attributes:
        text: uint8[days, bytes].
        used: int64[days], bytes of each day.
        article: int64[days, stories], -1 for none.
        paragraphs, copies: int64[days, stories], how many it has, and how often it was run.
        places: int64[days, stories, paragraphs, 3]: first byte, last byte + 1, first character in its article.
    """

    text: U8
    used: I64
    article: I64
    paragraphs: I64
    copies: I64
    places: I64


class Plan(NamedTuple):
    """The parameters of a corpus as numbers for a kernel (see ``benchmarks.corpus.maker.Options``)."""

    seed: np.uint64
    articles_a_day: np.int64
    length: np.float64  # of articles, as a multiple of news
    hot: np.int64  # one in so many articles has the hot paragraph; 0: none
    is_hot_distinct: bool


class _Piece(NamedTuple):
    """A paragraph of a wire story: where its bytes are, and its characters in its article."""

    low: np.int64
    high: np.int64
    begin: np.int64


def no_wires(articles_a_day: int) -> Wires:
    """An empty store."""
    stories = articles_a_day // WIRE_EVERY + 1
    shape = (DAYS_KEPT, stories)
    return Wires(
        np.zeros((DAYS_KEPT, stories * 64_000), np.uint8), np.zeros(DAYS_KEPT, np.int64), np.full(shape, -1),
        np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros((*shape, MOST_PARAGRAPHS, 3), np.int64),
    )  # fmt: skip


@inline
def choose(plan: Plan, wires: Wires, article: np.int64, state: U64) -> tuple[np.int64, np.int64]:
    """A story of these days for an article to run, as its place in the store; (-1, 0) when there is none."""
    day, stories = article // plan.articles_a_day, wires.article.shape[1]
    for _ in range(6):
        lag = below(np.int64(100), state)
        lag = np.int64(lag >= 55) + np.int64(lag >= 82) + np.int64(lag >= 94)
        slot = (day - lag) % DAYS_KEPT
        favour = 1.5 + np.float64(mix(np.uint64(day - lag)) & np.uint64(3))  # how much the day has one story
        share = np.float64(draw(state) >> np.uint64(11)) / 9007199254740992.0
        rank = np.int64(share**favour * stories)
        story = (rank * 7 + day - lag) % stories
        is_there = day >= lag and wires.article[slot, story] // plan.articles_a_day == day - lag
        if is_there and wires.article[slot, story] < article and wires.copies[slot, story] < MOST_COPIES:
            wires.copies[slot, story] += 1
            return slot, story
    return np.int64(-1), np.int64(0)


@inline
def _kind(state: U64) -> np.int64:
    """One of the kinds of a story that is run whole or in part."""
    share = below(np.int64(100), state)
    kind = np.int64(0)
    while share >= _UP_TO[kind]:
        kind += 1
    return kind


@inline
def _cut(text: U8, piece: _Piece, first: np.int64, words: np.int64) -> _Piece:
    """Some words of a paragraph."""
    low = word_place(text, piece.low, piece.high, first)
    high = word_place(text, low, piece.high, words) - 1
    return _Piece(low, high, piece.begin + characters(text, piece.low, low))


@inline
def _put_piece(
    out: U8, at: np.int64, text: U8, piece: _Piece, kind: np.int64, truth: I64, language: Language,
    is_curly: bool, state: U64,
) -> np.int64:  # fmt: skip
    """Write a paragraph of a story in one of the ways; of the truth, all but the articles and the beginning.

    ``truth[2:4]`` get the copy's first and last byte, to be counted as characters later.
    """
    words = count_words(text, piece.low, piece.high)
    if words < _LEAST_WORDS and kind not in (_MERGED, _WHOLE):
        kind = np.int64(_IDENTICAL)
    after = np.int64(0)
    if kind == _TAIL:
        piece, after = _cut(text, piece, np.int64(0), words * 3 // 5), words - words * 3 // 5
    elif kind == _TWELVE:
        piece, after = _cut(text, piece, below(words - 11, state), np.int64(12)), np.int64(28)
    elif kind == _SIXTEEN:
        piece, after = _cut(text, piece, below(words - 15, state), np.int64(16)), np.int64(28)
    elif kind == _LONGER:
        after = 2 * words
    before = np.int64(0) if kind == _TAIL or after == 0 else below(after + 1, state)
    if before:
        at = put_prose(out, at, before, language, is_curly, state)
        out[at] = np.uint8(32)
        at += 1
    truth[0], truth[2] = kind, at
    at = put_copy(out, at, text, piece.low, piece.high, _RATES[kind], kind == _HOUSE, language, state)
    truth[3] = at
    if after > before:
        out[at] = np.uint8(32)
        at = put_prose(out, at + 1, after - before, language, is_curly, state)
    truth[5] = piece.begin
    truth[6] = piece.begin + characters(text, piece.low, piece.high)
    truth[7] = count_words(text, piece.low, piece.high)
    return at


@inline
def put_story(
    out: U8, at: np.int64, article: np.int64, place: tuple[np.int64, np.int64], is_all: bool, wires: Wires,
    truth: I64, rows: np.int64, language: Language, is_curly: bool, state: U64,
) -> tuple[np.int64, np.int64]:  # fmt: skip
    """Write what an article takes of a story: all, the most, 1 to 8 paragraphs, or excerpts of 1 to 3."""
    slot, story = place
    text, number = wires.text[slot], wires.paragraphs[slot, story]
    form = below(np.int64(29), state)  # 8 of 29 have the whole but for some paragraphs, 6 have excerpts
    is_excerpt = form >= 23 and not is_all
    first, last = np.int64(0), number
    if form >= 8 and not is_all:
        taken = min(number, np.int64(1) + below(np.int64(3 if is_excerpt else 8), state))
        first = below(number - taken + 1, state)
        last = first + taken
    kind = np.int64(_WHOLE) if is_all else _kind(state)
    for p in range(first, last):
        if not is_all and last - first > 3 and chance(0.1, state):
            continue
        if is_excerpt:
            kind = np.int64(_EXCERPTS[below(np.int64(4), state)])
        is_merged = not is_all and not is_excerpt and p > first and chance(0.12, state)
        if is_merged:
            out[at] = np.uint8(32)
            at += 1
        elif p > first or not is_all:
            at = put_break(out, at)
        low, high, begin = wires.places[slot, story, p]
        how = np.int64(_MERGED) if is_merged and kind == _IDENTICAL else kind
        at = _put_piece(out, at, text, _Piece(low, high, begin), how, truth[rows], language, is_curly, state)
        truth[rows, 1], truth[rows, 4] = article, wires.article[slot, story]
        rows += 1
    return at, rows


@inline
def keep(out: U8, start: np.int64, at: np.int64, article: np.int64, plan: Plan, wires: Wires) -> None:
    """Put a story that was just written into the store; the first of a day takes the place of one of old."""
    day, number = article // plan.articles_a_day, article % plan.articles_a_day
    slot, story = day % DAYS_KEPT, number // WIRE_EVERY
    if number == 0:
        wires.used[slot] = 0
        wires.article[slot] = -1
    base, p = wires.used[slot], np.int64(0)
    if base + at - start > wires.text.shape[1]:
        return
    low, begin, i = start, np.int64(0), start
    while i <= at:
        ends = i == at or (out[i] == np.uint8(92) and out[i + 1] == np.uint8(110))
        if ends and p < MOST_PARAGRAPHS:
            places = wires.places[slot, story, p]
            places[0], places[1], places[2] = base + low - start, base + i - start, begin
            p += 1
            # a line end is two characters of JSON, of which `characters` counts the second
            begin += characters(out, low, i) + 2
            low = i + 4
        i += 4 if ends else 1
    put_bytes(wires.text[slot], base, out[start:at])
    wires.used[slot] += at - start
    wires.article[slot, story], wires.paragraphs[slot, story], wires.copies[slot, story] = article, p, 0
