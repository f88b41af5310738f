"""Blocks of bytes to lines of UTF-8, however the blocks are cut. A line that is too long is never held."""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain

from syndetect.reading.encoding import HEAD_BYTES, UnusableError, encoding_of, is_binary

_MOST_HEAD = 1 << 20


def as_utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Transcode the blocks of a text to UTF-8 where it is UTF-16 or UTF-32, and drop the byte order mark.

    Raises:
        UnusableError: there are no bytes, or they begin like a binary file.
    """
    head = b""
    try:
        while len(head) < HEAD_BYTES and (block := next(blocks, b"")):
            head += block
    except Exception as error:  # it comes up again behind what was read before it
        blocks = _raising(error)
    encoding, mark = encoding_of(head[:HEAD_BYTES])
    if encoding != "utf-8":
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        for block in chain((head[mark:],), blocks):
            yield decoder.decode(block).encode()
        yield decoder.decode(b"", True).encode()
    elif is_binary(head[:HEAD_BYTES]):
        raise UnusableError("not text (binary?)")
    else:
        yield head[mark:]
        yield from blocks
    if not head:
        raise UnusableError("empty file")


def looked_into(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The beginning of a text, up to the end of a line or :data:`_MOST_HEAD`, and all of it."""
    head = b""
    try:
        while len(head) < _MOST_HEAD and b"\n" not in head.lstrip() and (block := next(blocks, b"")):
            head += block
    except Exception as error:  # it comes up again behind what was read before it
        blocks = _raising(error)
    return head, chain((head,), blocks)


def _raising(error: Exception) -> Iterator[bytes]:
    yield from ()
    raise error


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
