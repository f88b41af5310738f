"""Kernels that write articles as lines of JSON: heads, own prose, copies of wire stories, boilerplate."""

import numpy as np

from benchmarks.corpus.compiled import kernel
from benchmarks.corpus.prose import (
    below,
    chance,
    characters,
    draw,
    put_break,
    put_digits,
    put_prose,
    quantile,
)
from benchmarks.corpus.vocabulary import Language, mix
from benchmarks.corpus.wire_stories import (
    AGENCIES,
    MOST_PARAGRAPHS,
    OUTLETS,
    ROOM,
    WIRE_EVERY,
    Plan,
    Wires,
    choose,
    keep,
    put_story,
)
from syndetect.arrays import I64, U8, U64
from syndetect.kernels.jit import allocating, inline

_ID = np.frombuffer(b'{"id": "a', np.uint8)
_SOURCE = np.frombuffer(b'", "source": "', np.uint8)
_PUBLISHED = np.frombuffer(b'", "published": "', np.uint8)
_TITLE = np.frombuffer(b'Z", "title": "', np.uint8)
_TEXT = np.frombuffer(b'", "text": "', np.uint8)
_END = np.frombuffer(b'"}\n', np.uint8)


@inline
def _put(out: U8, at: np.int64, bytes_: U8) -> np.int64:
    """Write bytes up to the first zero."""
    for byte in bytes_:
        if byte == 0:
            break
        out[at] = byte
        at += 1
    return at


@inline
def _put_head(
    out: U8, at: np.int64, article: np.int64, outlet: np.int64, plan: Plan, names: U8, days: U8,
    language: Language, state: U64,
) -> np.int64:  # fmt: skip
    """Write everything before the text; the articles of a day are spread over it evenly."""
    at = put_digits(out, _put(out, at, _ID), article, np.int64(9))
    at = _put(out, _put(out, at, _SOURCE), names[outlet])
    at = _put(out, _put(out, at, _PUBLISHED), days[article // plan.articles_a_day])
    second = article % plan.articles_a_day * 86_400 // plan.articles_a_day
    for separator, number in ((84, second // 3600), (58, second // 60 % 60), (58, second % 60)):
        out[at] = np.uint8(separator)
        at = put_digits(out, at + 1, number, np.int64(2))
    at = put_prose(out, _put(out, at, _TITLE), np.int64(5) + below(np.int64(8), state), language, True, state)
    return _put(out, at, _TEXT)


@inline
def _put_own(
    out: U8, at: np.int64, words: np.int64, start: np.int64, language: Language, is_curly: bool, state: U64
) -> np.int64:
    """Write paragraphs of an article's own, these words in all or some more; ``start`` is where its text begins."""
    while words > 0:
        if at > start:
            at = put_break(out, at)
        number = min(words + 3, quantile(language.paragraph_at, draw(state)))
        at = put_prose(out, at, number, language, is_curly, state)
        words -= number
    return at


@allocating
def _put_boilerplate(
    out: U8, at: np.int64, article: np.int64, outlet: np.int64, plan: Plan, language: Language, state: U64
) -> np.int64:
    """Write the paragraphs that stand in many articles: an outlet's own, those of many outlets, the hot one."""
    series = np.empty(1, np.uint64)
    if chance(0.3, state):
        series[0] = mix(plan.seed + np.uint64(1_000_003 * (3 * outlet + below(np.int64(3), state))))
        at = put_prose(out, put_break(out, at), np.int64(15 + outlet % 30), language, False, series)
    if chance(0.06, state):
        series[0] = mix(plan.seed + np.uint64(777_777_777 + below(np.int64(6), state)))
        at = put_prose(out, put_break(out, at), np.int64(30), language, True, series)
    if plan.hot and article % plan.hot == 0:
        series[0] = mix(plan.seed + np.uint64(999_999_999 + (article if plan.is_hot_distinct else 0)))
        at = put_prose(out, put_break(out, at), np.int64(40), language, True, series)
    return at


@allocating
def _put_article(
    out: U8, at: np.int64, article: np.int64, plan: Plan, wires: Wires, truth: I64, rows: np.int64,
    names: U8, days: U8, language: Language,
) -> tuple[np.int64, np.int64]:  # fmt: skip
    """Write one article as a line of JSON; returns the bytes and the rows of truth there are now."""
    state = np.empty(1, np.uint64)
    state[0] = mix(plan.seed ^ mix(np.uint64(article)))
    number = article % plan.articles_a_day
    is_wire = number % WIRE_EVERY == 0
    share = np.float64(draw(state) >> np.uint64(11)) / 9007199254740992.0
    outlet = np.int64(share * AGENCIES if is_wire else AGENCIES + share**1.3 * (OUTLETS - AGENCIES))
    is_curly = mix(np.uint64(outlet)) % np.uint64(100) < np.uint64(70)
    at = _put_head(out, at, article, outlet, plan, names, days, language, state)
    start, first = at, rows
    words = np.int64(plan.length * quantile(language.article_at, draw(state)))
    place = (np.int64(-1), np.int64(0))
    if not is_wire and chance(0.3 * WIRE_EVERY / (WIRE_EVERY - 1), state):
        place = choose(plan, wires, article, state)
    is_all = place[0] >= 0 and below(np.int64(30), state) == 0
    own = np.int64(0) if is_all else words if place[0] < 0 else words // 3
    at = _put_own(out, at, own, start, language, is_curly, state)
    if place[0] >= 0:
        at, rows = put_story(out, at, article, place, is_all, wires, truth, rows, language, is_curly, state)
        at = _put_own(out, at, own, start, language, is_curly, state)
    if not is_wire and not is_all:
        at = _put_boilerplate(out, at, article, outlet, plan, language, state)
    counted, done = start, np.int64(0)
    for row in range(first, rows):
        for column in (2, 3):
            done += characters(out, counted, truth[row, column])
            counted, truth[row, column] = truth[row, column], done
    if is_wire:
        keep(out, start, at, article, plan, wires)
    return _put(out, at, _END), rows


@kernel
def put_articles(
    out: U8, ends: I64, truth: I64, article: np.int64, plan: Plan, wires: Wires, names: U8, days: U8,
    language: Language,
) -> tuple[np.int64, np.int64]:  # fmt: skip
    """Write articles, from number ``article`` on, until one of the arrays may be too small for another.

    Args:
        out: uint8[bytes], gets the articles.
        ends: int64[n], gets the end of each in ``out``.
        truth: int64[rows, 8], gets the copies they have, as ``benchmarks.corpus.wire_stories.TRUTH``.
        article: the first one's number.
        plan, language: what to write.
        wires: the stories of the last days; those written are added.
        names: uint8[outlets, bytes], zeros after each name.
        days: uint8[days, 10], the date of each day.

    Returns:
        How many articles, and how many rows of truth.
    """
    number, at, rows = np.int64(0), np.int64(0), np.int64(0)
    while number < len(ends) and at + ROOM <= len(out) and rows + MOST_PARAGRAPHS <= len(truth):
        at, rows = _put_article(out, at, article + number, plan, wires, truth, rows, names, days, language)
        ends[number] = at
        number += 1
    return number, rows
