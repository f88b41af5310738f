"""JSON Lines to records; a line that cannot be used is yielded as an ``UnusableError``."""

import json
from collections.abc import Iterable, Iterator

from syndetect.reading.columns import Record
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError, too_long
from syndetect.reading.lines import lines

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
