"""Rows of a table, whose values are strings, written to the columns of a batch up to the first that is not plain.

A row is plain where each value that counts is taken as it stands, by the rules of :mod:`syndetect.kernels.json_lines`,
which writes it. A string that is empty stands for no value as well.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.json_lines import CROWDED, ENDED, FULL, ODD, WIDE, put_row
from syndetect.kernels.json_syntax import MOST, PLAIN
from syndetect.kernels.vectors import WIDTH, first, match

_NONE = np.uint8(0)


@inline
def _has_zeros(buffer, at, end):
    """Whether U+0000 is among bytes."""
    while at < end:
        at += first(match(buffer, at, _NONE, _NONE, _NONE))
        if at < end and buffer[at] == 0:
            return True
    return False


@kernel
def read_rows(buffer, bounds, is_odd, candidate_bounds, candidates, out, limits, state):
    """Write rows, from the one that is next to the first that is not plain.

    Args:
        buffer: uint8[bytes], the values row by row, as UTF-8, with WIDTH bytes more behind the last.
        bounds: int64[rows * columns + 1], of the values; a row has at most MOST.
        is_odd: bool[rows], rows that are not plain whatever their values are.
        candidate_bounds, candidates: int64[COLUMNS + 1] and int64[c], the values that may hold each of an article's
            columns, in order of preference, by their number in the row.
        out: what is written, as :func:`syndetect.kernels.json_lines.read` has it; a row's place is its number from 0.
        limits: int64[3]: the longest row; the bytes of text that are enough; what is known of HTML in the texts.
        state: int64[3], changed: the next row, from 0; its number in the table; rows that are written.

    Returns:
        Why it stopped, as :func:`syndetect.kernels.json_lines.read` says it.
    """
    text_bounds, field_bounds = out[1], out[3]
    members = np.zeros((MOST, 5), np.int64)
    columns = (len(bounds) - 1) // len(is_odd)
    members[:columns, 2] = PLAIN
    while state[0] < len(is_odd):
        at, row = state[0], state[2]
        if text_bounds[row] >= limits[1]:
            return FULL
        begin, end = bounds[at * columns], bounds[(at + 1) * columns]
        size = end - begin
        if (
            row + 1 >= len(text_bounds)
            or text_bounds[row] + size + WIDTH > len(out[0])
            or field_bounds[row * WIDE] + WIDE * size + WIDTH > len(out[2])
        ):
            return CROWDED
        if size > limits[0] or is_odd[at] or _has_zeros(buffer, begin, end):
            return ODD
        for i in range(columns):
            members[i, 3], members[i, 4] = bounds[at * columns + i], bounds[at * columns + i + 1]
        if not put_row(buffer, members, 0, candidate_bounds, candidates, row, out, limits[2]):
            return ODD
        out[5][row], out[6][row] = state[1], at
        state[0], state[1], state[2] = at + 1, state[1] + 1, row + 1
    return FULL if text_bounds[state[2]] >= limits[1] else ENDED
