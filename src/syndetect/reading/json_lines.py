"""JSON Lines to records; a line that cannot be used is yielded as an ``UnusableError``."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from syndetect.reading.columns import Record
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError, too_long
from syndetect.reading.lines import lines

#: Behind a block, where kernels look at many bytes at once.
_PADDING = bytes(64)
_TAIL = 64  # bytes of a block in which there is hardly ever nothing but blanks
_LINE_FEED = 10
#: Takes control characters in strings as they stand, since one of them is no reason to lose an article.
JSON = json.JSONDecoder(strict=False)


def json_lines(blocks: Iterable[bytes], decoder: Decoder, max_bytes: int) -> Iterator[tuple[int, Record]]:
    """The objects of JSON Lines with their line numbers, each as soon as its line is complete; blank lines are skipped.

    Args:
        blocks: those of :meth:`Decoder.stream`.
        decoder: of the file.
        max_bytes: the longest line that is taken.

    Raises:
        UnusableError: as :meth:`Decoder.stream`.
    """
    for number, line in enumerate(lines(blocks, max_bytes), 1):
        if isinstance(line, int):
            yield number, too_long(max_bytes)
        elif line and not line.isspace():
            yield number, json_object(line, decoder)


class LineBlock(NamedTuple):
    """Whole lines.

    Attributes:
        data: the lines, and some bytes more.
        size: bytes of the lines, with their line feeds; the last one of a file may have none.
        number: of the first line.
    """

    data: bytes
    size: int
    number: int


def line_blocks(blocks: Iterable[bytes], max_bytes: int) -> Iterator[tuple[int, LineBlock | UnusableError]]:
    """The lines of JSON Lines many at a time, with the number of the last one that is not blank.

    Args:
        blocks: those of :meth:`Decoder.stream`.
        max_bytes: the longest line that is held; in the place of a longer one that runs through several blocks stands
            what is wrong with it.

    Raises:
        UnusableError: as :meth:`Decoder.stream`.
    """
    parts: list[bytes | memoryview] = []  # of a line that has not ended
    length, number = 0, 1
    for block in blocks:
        first, behind = block.find(b"\n") + 1, block.rfind(b"\n") + 1
        if not first:
            parts.append(block)
            length += len(block)
        else:
            begin = 0
            if length + first - 1 > max_bytes:
                yield number, too_long(max_bytes)
                number, begin = number + 1, first
                parts.clear()
            data = b"".join((*parts, memoryview(block)[begin:behind], _PADDING))
            # quicker than bytes.count
            feeds = int(np.count_nonzero(np.frombuffer(data, np.uint8) == _LINE_FEED))
            yield from _with_last(LineBlock(data, len(data) - len(_PADDING), number), feeds)
            number += feeds
            parts, length = [memoryview(block)[behind:]], len(block) - behind
        if length > max_bytes:
            parts.clear()
    if length > max_bytes:
        yield number, too_long(max_bytes)
    elif length:
        yield from _with_last(LineBlock(b"".join((*parts, _PADDING)), length, number), 0)


def _with_last(block: LineBlock, feeds: int) -> Iterator[tuple[int, LineBlock]]:
    """A block of so many line feeds with the number of its last record; nothing where all its lines are blank."""
    tail = block.data[max(0, block.size - _TAIL) : block.size]
    kept = block.size - len(tail) + len(tail.rstrip())
    if not tail.rstrip():
        kept = len(block.data[: block.size].rstrip())
    if kept:
        yield block.number + feeds - block.data.count(b"\n", kept, block.size), block


def json_object(line: bytes, decoder: Decoder) -> Record:
    """The object of a line."""
    try:
        value = JSON.decode(decoder.line(line))
    except UnusableError as error:
        return error
    except json.JSONDecodeError as error:
        return UnusableError(f"broken JSON at character {error.colno}: {error.msg}")
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; thousands of brackets
        return UnusableError(f"broken JSON: {error}")
    return value if isinstance(value, dict) else UnusableError(f"no JSON object but {type(value).__name__}")
