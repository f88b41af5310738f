"""Blocks of bytes to lines, however the blocks are cut. A line that is too long is never held."""

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

_MOST_HEAD = 1 << 20


def raising(error: Exception) -> Iterator[bytes]:
    """Blocks of bytes that cannot be read: an error, when they are asked for."""
    yield from ()
    raise error


def lines(
    blocks: Iterable[bytes],
    max_bytes: int,
    pieces: Callable[[bytes], list[bytes]] = lambda block: block.split(b"\n"),
) -> Iterator[bytes | int]:
    """The lines in blocks of bytes, without their line feeds.

    In the place of a line of more than ``max_bytes``, which is never held, stands the number of its quotation
    marks.

    Args:
        blocks: a line may run through several.
        max_bytes: the longest line that is given.
        pieces: cuts a block at line ends, with a last piece, perhaps empty, of a line that has not ended.
    """
    parts: list[bytes] = []  # of a line that has not ended
    length = quotes = 0
    for block in blocks:
        first, *others = pieces(block)
        parts.append(first)
        length += len(first)
        if length > max_bytes:
            quotes += sum(part.count(b'"') for part in parts)
            parts.clear()
        if others:
            yield quotes if length > max_bytes else b"".join(parts)
            last = others.pop()
            for line in others:
                yield line if len(line) <= max_bytes else line.count(b'"')
            parts, length, quotes = [last], len(last), last.count(b'"') if len(last) > max_bytes else 0
            if length > max_bytes:
                parts.clear()
    if length:
        yield quotes if length > max_bytes else b"".join(parts)


def whole_lines(blocks: Iterable[bytes], max_bytes: int, *, at_returns: bool) -> Iterator[bytes | int]:
    """As :func:`lines`, with the line ends: line feeds, or also carriage returns, alone or before a line feed."""
    if at_returns:
        return lines(
            _without_split_ends(blocks), max_bytes, lambda block: _pieces(block.splitlines(True), b"\r\n")
        )
    return lines(blocks, max_bytes, lambda block: _pieces(io.BytesIO(block).readlines(), b"\n"))


def _pieces(cut: list[bytes], ends: bytes) -> list[bytes]:
    """The lines of a block, and an empty piece where the last of them has one of the ends."""
    return cut if cut and cut[-1][-1] not in ends else [*cut, b""]


def _without_split_ends(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of which none but the last ends in a carriage return."""
    held = b""
    for block in blocks:
        joined = held + block
        held = b"\r" if joined.endswith(b"\r") else b""
        yield joined[: len(joined) - len(held)]
    yield held


def beginning(
    blocks: Iterator[bytes], size: int, *, to_line_end: bool = False
) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes of blocks, and the blocks behind them.

    Args:
        blocks: an error in them comes up again behind what was read before it.
        size: of so many bytes, or more, where there are so many.
        to_line_end: or fewer, as soon as a line that is not blank has ended.
    """
    head = bytearray()
    try:
        while len(head) < size and not (to_line_end and b"\n" in head.lstrip()):
            if (block := next(blocks, None)) is None:
                break
            head += block
    except Exception as error:
        blocks = raising(error)
    return bytes(head), blocks


def looked_into(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The beginning of a text, up to the end of a line or :data:`_MOST_HEAD`, and all of it."""
    head, behind = beginning(blocks, _MOST_HEAD, to_line_end=True)
    return head, chain((head,), behind)
