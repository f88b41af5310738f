"""Blocks of bytes to lines, however the blocks are cut. A line that is too long is never held."""

from collections.abc import Iterable, Iterator


def lines(blocks: Iterable[bytes], max_bytes: int) -> Iterator[bytes | int]:
    """The lines in blocks of bytes, without their line feeds.

    In the place of a line of more than ``max_bytes``, which is never held, stands the number of its quotation
    marks.
    """
    parts: list[bytes] = []
    length = quotes = 0
    for block in blocks:
        pieces = block.split(b"\n")
        for end, piece in enumerate(pieces, 1 - len(pieces)):
            parts.append(piece)
            length += len(piece)
            if length > max_bytes:
                quotes += sum(part.count(b'"') for part in parts)
                parts.clear()
            if end:
                yield quotes if length > max_bytes else b"".join(parts)
                parts.clear()
                length = quotes = 0
    if length:
        yield quotes if length > max_bytes else b"".join(parts)
