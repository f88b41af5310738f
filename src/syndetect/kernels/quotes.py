"""Which words stand inside quotation marks: one pass over UTF-8 bytes, in which only marks and line ends are looked at.

A mark belongs to a family (double, single, guillemets ...), and a quotation is closed by any mark of its family: “so",
„so“, „so", »so« and «so» are all in use. What a mark does follows from its form, from what stands on its two sides and
from whether a quotation of its family is open. Families are followed side by side, so that they nest in any order.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.marks import (
    CLOSER,
    CODES,
    CORNER,
    DOUBLE,
    EITHER,
    LEFT,
    LETTER,
    LINE,
    LOW,
    NONE,
    OPENER,
    RIGHT,
    SIDES,
    SIGN,
    SINGLE,
    SPACE,
    is_digit,
    is_doubtful,
    is_elided,
    place,
    side_before,
)
from syndetect.kernels.vectors import WIDTH, count, first, match

_OPEN, _CLOSE = 1, 2

#: Words after which a quotation that is never closed ends, even in a longer paragraph.
LONGEST = 200
#: What :func:`find_quoted` keeps of each family: the word and the byte at which its quotation opened (-1: none is
#: open), whether by a mark that closes others, the word before which it may have closed (-1: none), the outermost
#: opening since all were closed, how many are open by count, and the word at which the quotation opened that the
#: paragraph before left open (-1: none).
WORD, BYTE, TURNED, UNTIL, OUTER, DEPTH, PENDING = range(7)
STATE = (6, 7)


@inline
def _direction_of_single(role, opens, closes, left, right, is_open, is_turned):
    """As :func:`_direction`, of single marks, most of which are apostrophes."""
    if role == LOW:
        return _OPEN
    if left == LETTER and right == LETTER:
        return NONE
    if is_open and closes and (not opens or is_turned or role == RIGHT):
        return _CLOSE
    return _OPEN if opens and role != RIGHT else NONE


@inline
def _direction(family, role, left, right, is_open, is_turned, depth):
    """Whether a mark opens or closes, or does nothing.

    Args:
        family, role: the mark's.
        left, right: what stands beside it.
        is_open: whether a quotation of the family is.
        is_turned: whether that was opened by a mark that closes others.
        depth: how many of them are, nested ones counted.
    """
    opens = left not in (LETTER, CLOSER) and right != SPACE
    closes = left not in (SPACE, OPENER) and right != LETTER
    if family == SINGLE:
        return _direction_of_single(role, opens, closes, left, right, is_open, is_turned)
    if family >= CORNER:  # stand in text without spaces
        return _OPEN if role == LEFT else _CLOSE
    if role == LOW:
        return _OPEN
    if role == RIGHT:
        return _OPEN if opens and not closes and depth == 0 and right != CLOSER else _CLOSE
    if role == LEFT and not (is_open and is_turned):
        return _CLOSE if closes and not opens and left != SIGN else _OPEN
    if opens != closes:
        return _OPEN if opens else _CLOSE
    return _CLOSE if is_open else _OPEN


@inline
def _mark(out, low, high):
    for word in range(low, high):
        out[word] = 1


@inline
def _open(state, family, word, byte, is_turned, out):
    """Open a quotation; where one of the family is open, that may be nested, or lack its end."""
    own = state[family]
    if own[WORD] >= 0 and own[UNTIL] >= 0:
        _mark(out, own[WORD], own[UNTIL])
        own[DEPTH] -= 1
    elif own[WORD] >= 0 and family != SINGLE:
        own[DEPTH] += 1
        return
    if family == SINGLE or own[DEPTH] == 0:
        own[OUTER] = word
        own[DEPTH] = 0
    own[WORD], own[BYTE], own[TURNED], own[UNTIL] = word, byte, is_turned, -1
    own[DEPTH] += 1


@inline
def _close(state, family, word, out):
    """Close a quotation: the one that is open, and with the last of nested ones all from the outermost on."""
    own, single = state[family], state[SINGLE]
    if family == SINGLE:
        for other in range(len(state)):
            if state[other, WORD] >= 0 and state[other, BYTE] > single[BYTE]:
                return  # an apostrophe inside the inner quotation
    elif own[WORD] >= 0 and single[BYTE] > own[BYTE]:
        single[WORD] = -1
    if own[DEPTH] > 0:
        if own[WORD] >= 0:
            _mark(out, own[WORD], word)
        own[DEPTH] -= 1
        if own[DEPTH] == 0:
            _mark(out, own[OUTER], word)
    own[WORD] = -1


@inline
def _end_paragraph(state, word, out):
    """End all quotations before a word; single marks that were never closed were apostrophes, until more is known."""
    for family in range(len(state)):
        own = state[family]
        own[PENDING] = own[WORD]
        if own[WORD] >= 0 and own[UNTIL] >= 0:
            _mark(out, own[WORD], own[UNTIL])
        elif own[WORD] >= 0 and family != SINGLE:
            _mark(out, own[WORD], min(word, own[WORD] + LONGEST))
        own[WORD] = -1
        own[DEPTH] = 0


# More than eight parameters: a record of them would cost speed.
@inline
def _take(buffer, low, i, high, code, word, is_first, state, out):
    """Take the mark at byte i, before a word; returns the byte behind it.

    ``is_first`` says whether no word of the paragraph stands before it.
    """
    family, role = code >> 3, code & 7
    form = place(buffer, i)
    after = i + 1 + (form >= 128) + (form >= 192)
    if family == SINGLE and role != LOW and after < high and place(buffer, after) == form:
        family, after = DOUBLE, 2 * after - i  # two single marks are a double one
    own = state[family]
    left, right = side_before(buffer, low, i), np.int64(SPACE)
    if after < high:
        right = SIDES[place(buffer, after)]
    is_open = own[WORD] >= 0
    way = _direction(family, role, left, right, is_open, own[TURNED] > 0, own[DEPTH])
    if is_first and not is_open and own[PENDING] >= 0 and (way == _OPEN or family != SINGLE):
        _mark(out, own[PENDING], word)  # the quotation goes on
        way = _OPEN
    if way == _OPEN:
        digits = family == DOUBLE and left == LETTER and is_digit(buffer[i - 1])  # 12"x10"
        if not digits and not (family == SINGLE and role != LOW and is_elided(buffer, after, high)):
            _open(state, family, word, i, role in (RIGHT, LOW), out)
    elif (
        way == _CLOSE
        and (role == EITHER or family == SINGLE)
        and is_doubtful(buffer, low, i, after, high, family)
    ):
        if is_open and own[UNTIL] < 0:
            own[UNTIL] = word
    elif way == _CLOSE:
        _close(state, family, word, out)
    return after


@inline
def _find_events(buffer, i, low, high):
    """Of the 64 bytes from i on, those from ``low`` to ``high`` at which a mark or a line's end may begin; a mask."""
    leads = match(buffer, i, 0, 0xE2, 0xE3) & (
        match(buffer, i, 0, 0x80, 0x80) >> np.uint64(1) | np.uint64(1 << 63)
    )
    events = (
        match(buffer, i, 0, 0x22, 0x22) | match(buffer, i, 0, 0x27, 0x27) | match(buffer, i, 0, 0x60, 0x60)
        | match(buffer, i, 0, 0x0A, 0x0D) | match(buffer, i, 0, 0xC2, 0xC2) | leads
    )  # fmt: skip
    return events >> np.uint64(low - i) << np.uint64(low - i) & np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(
        max(i + WIDTH - high, 0)
    )


@kernel
def find_quoted(buffer, bounds, begin, documents, paragraphs, document_paragraphs, state, out):
    """Which words of documents stand inside quotation marks.

    Args:
        buffer: uint8[bytes], valid UTF-8, at least 64 bytes long.
        bounds: int64[d + 1], where each document begins in the buffer.
        begin: uint32[words], the character of its document at which each word begins.
        documents: int64[d + 1], each document's first word.
        paragraphs: int64[p + 1], each paragraph's first word.
        document_paragraphs: int64[d + 1], each document's first paragraph.
        state: int64[STATE], scratch.
        out: uint8[words], output, of zeros: 1 where a word is quoted.
    """
    for d in range(len(bounds) - 1):
        low, high, word, last = bounds[d], bounds[d + 1], documents[d], documents[d + 1]
        paragraph = document_paragraphs[d]
        for family in range(len(state)):
            state[family, WORD] = state[family, PENDING] = -1
            state[family, BYTE] = state[family, UNTIL] = -1
            state[family, DEPTH] = 0
        i, characters, taken = low, np.int64(0), low
        while i < high:
            block = min(i, len(buffer) - WIDTH)  # the last one may begin among bytes that were seen
            events = _find_events(buffer, block, i, high)
            starts = ~match(buffer, block, 0, 0x80, 0xBF) >> np.uint64(i - block) << np.uint64(i - block)
            while events:
                at = block + first(events)
                below = (events ^ events - np.uint64(1)) >> np.uint64(1)
                events &= events - np.uint64(1)
                code = CODES[place(buffer, at)]
                if code & 7 == NONE or at < taken:
                    continue
                character = characters + count(starts & below)
                while word < last and begin[word] < character:
                    word += 1
                if code & 7 != LINE:
                    is_first = word == paragraphs[paragraph]
                    taken = _take(buffer, low, at, high, code, word, is_first, state, out)
                elif (
                    word < last
                    and paragraph + 1 < document_paragraphs[d + 1]
                    and word == paragraphs[paragraph + 1]
                ):
                    _end_paragraph(state, word, out)
                    paragraph += 1
            characters += count(starts)
            i = block + WIDTH
        _end_paragraph(state, last, out)
