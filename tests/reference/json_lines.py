"""Plain twins of the kernels that read lines of JSON."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DECODER = json.JSONDecoder(strict=False)


def members(line: bytes) -> list[tuple[str, Any]] | None:
    """The names and values of the members of an object, in order; None for whatever Python reads as no object."""
    pairs: list[tuple[str, Any]] = []

    def note(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal pairs
        pairs = found
        return dict(found)

    try:
        value = json.JSONDecoder(strict=False, object_pairs_hook=note).decode(line.decode())
    except (ValueError, RecursionError):
        return None
    return pairs if isinstance(value, dict) else None


def string(raw: bytes) -> str | None:
    """The characters of a string without its quotation marks; None for what is no string."""
    try:
        value: str = _DECODER.decode(f'"{raw.decode()}"')
    except ValueError:
        return None
    return value


def is_utf8(data: bytes) -> bool:
    """Whether bytes are valid UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def iso_time(text: str) -> int | None:
    """Microseconds since 1970 of ISO 8601, as of UTC where it has no zone; None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)
