"""Words that are hyphenated at line ends, as in the columns of newspapers: which of them are joined.

Where lines are broken, a hyphen at their end is either a word's own (well-known) or stands for nothing (con-tract).
What the rest of the document says decides; no other document does, so that it does not matter what is read with it.
"""

import numpy as np

from syndetect.kernels.jit import allocating, inline
from syndetect.kernels.order import shell_sort
from syndetect.kernels.spelling import (
    ALL,
    HYPHEN,
    IGNORED,
    KIND_SHIFT,
    LETTER,
    LINE_END,
    SINGLE,
    SOFT,
    SPACE,
    look_up,
    read,
    spell,
)
from syndetect.kernels.vectors import WIDTH, first, match

#: The fewest lines of a text that is hard-wrapped; and the longest that half of them may be, in letters.
_LEAST_LINES, _LONGEST_LINE = 3, 120
#: Words are hyphenated in texts in which two words or more are, and those of one line in so many.
_LEAST_HYPHENS, _LINES_A_HYPHEN = 2, 16

#: What a word is in a document whose hyphens all join: a word without any; one in a line; one at a line end; both.
_WHOLE, _COMPOUND, _BROKEN, _MIXED, _JOINED = range(5)
#: What a document shows of a spelling: that it stands there as a word, and with hyphens in a line.
_STANDS, _HYPHENATED = np.uint8(1), np.uint8(2)


@inline
def _ends_in_hyphen(buffer, i, table):
    """Whether what may be a letter and a hyphen stand at the end of the line that ends at byte i, spaces aside."""
    pages, blocks, _ = table
    while i > 1:
        i -= 1
        if buffer[i] < 0x80:
            if buffer[i] in (9, 13, 32):
                continue
            is_hyphen = blocks[buffer[i]] >> KIND_SHIFT == HYPHEN
        else:
            while i > 1 and buffer[i] & 0xC0 == 0x80:
                i -= 1
            entry, _ = look_up(buffer, i, pages, blocks)
            kind = entry >> KIND_SHIFT
            is_hyphen = kind == HYPHEN or entry == SOFT
            if not is_hyphen and kind in (IGNORED, SPACE):
                continue
        return is_hyphen and buffer[i - 1] >= 0x61
    return False


@inline
def _has_hyphens(buffer, low, high, table):
    """Whether a line of a document ends in what may be a hyphen."""
    for i in range(low, high, WIDTH):
        lines = match(buffer, i, 0, 0x0A, 0x0D) & ALL >> np.uint64(max(WIDTH - (high - i), 0))
        while lines:
            if _ends_in_hyphen(buffer, i + first(lines), table):
                return True
            lines &= lines - np.uint64(1)
    return False


@inline
def _measure_lines(buffer, low, high, table, widths):
    """Count the lines right behind which another one stands by their length (int64[lengths], at most the last).

    A length is that of the letters alone, of which there are as many in each of Unicode's normal forms.
    """
    pages, blocks, expansions = table
    i, k, width, ends = low, np.int64(0), np.int64(0), np.int64(0)
    while i < high:
        entry, next_i, next_k, _ = read(buffer, i, k, pages, blocks, expansions)
        kind = entry >> KIND_SHIFT
        if kind == LINE_END:
            ends += not (buffer[i] == 10 and i > low and buffer[i - 1] == 13)
        elif kind in (LETTER, SINGLE):
            if ends:
                if ends == 1 and width:
                    widths[min(width, len(widths) - 1)] += 1
                width = ends = np.int64(0)
            width += 1
        i, k = next_i, next_k


@inline
def _count_wrapped(widths):
    """The lines of a hard-wrapped text: half of them differ by no more than a quarter from the median; else 0."""
    lines = below = alike = median = np.int64(0)
    for width in range(len(widths)):
        lines += widths[width]
    while 2 * (below + widths[median]) < lines:
        below += widths[median]
        median += 1
    for width in range(median - median // 4, min(median + median // 4, len(widths) - 2) + 1):
        alike += widths[width]
    is_wrapped = lines >= _LEAST_LINES and median <= _LONGEST_LINE and 2 * alike >= lines
    return lines if is_wrapped else np.int64(0)


@inline
def _classify(end, breaks, first, note, notes, whole_end, starts, kinds):
    """Find the parts of each word of a document whose hyphens all join: its first part, and its kind."""
    w = first
    for x in range(len(kinds)):
        starts[x] = w
        while end[w] < whole_end[x]:
            w += 1
        w += 1
        while note < notes and breaks[note] >> 2 <= starts[x]:
            note += 1
        lines = np.int64(0)
        while note < notes and breaks[note] >> 2 < w:
            lines += 1
            note += 1
        parts = w - starts[x] - 1
        kinds[x] = (
            _WHOLE if parts == 0 else _COMPOUND if lines == 0 else _BROKEN if lines == parts else _MIXED
        )
    starts[len(kinds)] = w


@inline
def _list_wanted(code, whole, starts, kinds, wanted):
    """List the codes of the broken words and of their parts, ascending; how many there are."""
    found = np.int64(0)
    for x in range(len(kinds)):
        if kinds[x] == _BROKEN:
            wanted[found] = whole[x]
            found += 1
            for w in range(starts[x], starts[x + 1]):
                wanted[found] = code[w]
                found += 1
    shell_sort(wanted[:found])
    return found


@inline
def _find(wanted, code):
    """The place of a code among wanted ones, -1 if it is none."""
    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high) // 2
        if wanted[middle] < code:
            low = middle + 1
        else:
            high = middle
    return low if low < len(wanted) and wanted[low] == code else -1


@inline
def _look_around(code, whole, starts, kinds, wanted, seen):
    """Note which of the wanted codes stand in the document elsewhere, as words and with hyphens in a line."""
    for x in range(len(kinds)):
        if kinds[x] == _COMPOUND:
            at = _find(wanted, whole[x])
            if at >= 0:
                seen[at] |= _HYPHENATED
        if kinds[x] <= _COMPOUND:
            for w in range(starts[x], starts[x + 1]):
                at = _find(wanted, code[w])
                if at >= 0:
                    seen[at] |= _STANDS


@inline
def _decide(code, whole, starts, kinds, wanted, seen, lines):
    """Mark the broken words that are joined.

    A word is not if it stands in a line with hyphens; else it is if it stands somewhere without; else it is not if its
    parts stand elsewhere; else it is if words are hyphenated in this text.
    """
    joined = np.int64(0)
    for decided in (False, True):
        for x in range(len(kinds)):
            if kinds[x] != _BROKEN:
                continue
            known = seen[_find(wanted, whole[x])]
            are_words = True
            for w in range(starts[x], starts[x + 1]):
                are_words &= seen[_find(wanted, code[w])] & _STANDS != 0
            if known & _HYPHENATED or (are_words and not known & _STANDS):
                continue
            joined += not decided
            if decided and (
                known & _STANDS or (joined >= _LEAST_HYPHENS and joined * _LINES_A_HYPHEN >= lines)
            ):
                kinds[x] = _JOINED


# More than eight parameters: a record of them would cost speed.
@inline
def _rewrite(out, whole, starts, kinds, first, note, notes):
    """Put joined words in the places of their parts; returns the places after the last word and the last note.

    The line end in a joined word counts before the next word.
    """
    code, begin, end, breaks, _ = out
    n, p, noted = first, note, note
    for x in range(len(kinds)):
        is_joined = kinds[x] == _JOINED
        while note < notes and (breaks[note] >> 2 < starts[x + 1] or x == len(kinds) - 1):
            word, more = breaks[note] >> 2, breaks[note] & 3
            word = n + (min(word - starts[x], np.int64(1)) if is_joined else word - starts[x])
            if p > noted and breaks[p - 1] >> 2 == word:
                breaks[p - 1] |= more
            else:
                breaks[p] = word << 2 | more
                p += 1
            note += 1
        if is_joined:
            code[n], begin[n], end[n] = whole[0][x], whole[1][x], whole[2][x]
            n += 1
            continue
        for w in range(starts[x], starts[x + 1]):
            code[n], begin[n], end[n] = code[w], begin[w], end[w]
            n += 1
    return n, p


# More than eight parameters: a record of them would cost speed.
@allocating
def join_lines(buffer, low, high, first, n, note, notes, table, key, out):
    """Join what hyphens part at the line ends of a document whose words have been taken.

    Args:
        buffer, table, key, out: as of :func:`syndetect.kernels.spelling.spell`.
        low, high: the document's bytes.
        first, n: its first word, and the place after its last.
        note, notes: its first note of line ends, and the place after its last.

    Returns:
        The places after its last word and its last note.
    """
    code, _, end, breaks, spare = out
    if spare[0] < 0 or not _has_hyphens(buffer, low, high, table):
        return n, notes
    widths = np.zeros(2 * _LONGEST_LINE, np.int64)
    _measure_lines(buffer, low, high, table, widths)
    lines = _count_wrapped(widths)
    if not lines:
        return n, notes
    room = n - first
    whole = (
        np.empty(room, np.uint32), np.empty(room, np.uint32), np.empty(room, np.uint32),
        np.zeros(room + 2, np.int64), np.empty(1, np.int64),
    )  # fmt: skip
    whole[4][0] = room
    at = np.int64(0)
    _, _, words, _ = spell(buffer, low, high, high, at, at, at + 1, np.bool_(True), table, key, whole)
    starts, kinds = np.empty(words + 1, np.int64), np.empty(words, np.uint8)
    _classify(end, breaks, first, note, notes, whole[2], starts, kinds)
    wanted = np.empty(room + words, np.uint32)
    wanted = wanted[: _list_wanted(code, whole[0], starts, kinds, wanted)]
    seen = np.zeros(len(wanted), np.uint8)
    _look_around(code, whole[0], starts, kinds, wanted, seen)
    _decide(code, whole[0], starts, kinds, wanted, seen, lines)
    return _rewrite(out, whole, starts, kinds, first, note, notes)
