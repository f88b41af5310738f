"""JSON Lines to records; a line that cannot be used is yielded as an ``UnusableError``."""

import json
from collections.abc import Iterable, Iterator

from syndetect.reading.articles import Record
from syndetect.reading.encoding import UnusableError, decode_line, too_long
from syndetect.reading.lines import as_utf8, lines


def json_lines(blocks: Iterator[bytes], max_bytes: int) -> Iterator[tuple[int, Record]]:
    """The objects of JSON Lines with their line numbers; blank lines are skipped."""
    return utf8_json_lines(as_utf8(blocks), max_bytes)


def utf8_json_lines(blocks: Iterable[bytes], max_bytes: int) -> Iterator[tuple[int, Record]]:
    """As :func:`json_lines`, for UTF-8 without a byte order mark; yields an object as soon as its line is complete."""
    for number, line in enumerate(lines(blocks, max_bytes), 1):
        if isinstance(line, int):
            yield number, too_long(max_bytes)
        elif line and not line.isspace():
            yield number, json_object(line)


def json_object(line: bytes) -> Record:
    """The object of a line."""
    try:
        value = json.loads(decode_line(line))
    except UnusableError as error:
        return error
    except json.JSONDecodeError as error:
        return UnusableError(f"broken JSON at character {error.colno}: {error.msg}")
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; thousands of brackets
        return UnusableError(f"broken JSON: {error}")
    return value if isinstance(value, dict) else UnusableError(f"no JSON object but {type(value).__name__}")
