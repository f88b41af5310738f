"""Values of columns as extractors, interfaces and databases write them, as plain strings, numbers and times."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from syndetect.reading.dates import is_missing
from syndetect.reading.decoding import text_of

#: What MongoDB's extended JSON wraps a value in.
_WRAPPERS = ("$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$uuid")
#: The member that names a thing: ``{"id": "daily", "name": "The Daily"}``, ``{"rendered": "A title"}`` ...
_NAMES = (
    "name", "title", "rendered", "main", "original", "#text", "@value", "value", "text", "uri", "url", "@id", "id",
)  # fmt: skip
#: The member that holds the text of a thing.
_TEXTS = ("text", "content", "rendered", "#text", "@value", "value", "paragraph", "body")

#: What programs write where there is no value, in small letters.
NO_VALUES = frozenset(("nan", "nat", "null", "none", "n/a", "<na>", "nil", "undefined", "\\n"))

#: What stands between the paragraphs of a text that was given as a list.
BETWEEN_PARAGRAPHS = "\n\n"

_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?//([^/\s]+) | (www\.[^/\s]+) | ([\w-]+(?:\.[\w-]+)+(?::\d+)?)/\S*$",
    re.IGNORECASE | re.VERBOSE,
)
_HOST = re.compile(r"(?:[^@]*@)?(?:www\d{0,2}\.)?([^?#:]+?)\.?(?::\d*)?(?:[?#].*)?", re.IGNORECASE)


def unwrapped(value: Any) -> Any:
    """The value in MongoDB's extended JSON; any other value unchanged."""
    if isinstance(value, Mapping) and len(value) == 1:
        [(name, inner)] = value.items()
        if name in _WRAPPERS:
            inner = unwrapped(inner)
            if name == "$date" and isinstance(inner, (int, str)) and re.fullmatch(r"-?\d+", str(inner)):
                return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(inner))
            return inner
    return value


def named(value: Any) -> Any:
    """The name in a mapping, or the names in a list joined by commas; any other value unchanged."""
    if hasattr(value, "tolist"):  # numpy's arrays
        value = value.tolist()
    if isinstance(value, Mapping):
        value = unwrapped(value)
        if isinstance(value, Mapping):
            members = [named(value[name]) for name in _NAMES if not is_missing(value.get(name))]
            return next(
                (one for one in members if one is not None and one != ""), None if _is_blank(value) else value
            )
    if not isinstance(value, (list, tuple)):
        return value
    names = [named(name) for name in value if not is_missing(name)]
    if all(isinstance(name, str) for name in names):
        return ", ".join(name.strip() for name in names if name)
    return value


def _is_blank(value: Mapping[str, Any]) -> bool:
    """Whether a mapping says nothing, as ``{"id": null, "name": null}``."""
    return bool(value) and all(is_missing(one) or one in ("", [], {}) for one in value.values())


def paragraphs(value: Any) -> list[str] | None:
    """The paragraphs in a value that is no string; None where it is no text.

    A text may be bytes; a mapping that holds it under a usual name; or a list of texts, blank ones left out.
    """
    found = list(_texts(value))
    return None if None in found or not found else [one for one in found if one]


def _texts(value: Any) -> Iterator[str | None]:
    if hasattr(value, "tolist"):  # numpy's arrays
        value = value.tolist()
    if isinstance(value, str):
        yield "" if value.isspace() else value
    elif isinstance(value, bytes):
        yield from _texts(text_of(value))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts("" if one is None else one)
    elif isinstance(value, Mapping) and (name := text_member(value)) is not None:
        yield from _texts(value[name])
    else:
        yield None


def text_member(value: Mapping[str, Any]) -> str | None:
    """The name under which a mapping holds a text."""
    return next((name for name in _TEXTS if value.get(name) is not None), None)


def host_of(address: str) -> str | None:
    """The host of an address, in small letters, without ``www.`` and port; None for what is no address.

    >>> host_of("https://www.Daily.example:443/2024/one.html"), host_of("The Daily")
    ('daily.example', None)
    """
    if address.startswith(("https://", "http://")):  # nearly all, and so the shortest way
        return _host(address.split("/", 3)[2])
    if "/" not in address and address[:4].lower() != "www.":
        return None
    found = _ADDRESS.match(address.strip())
    return _host(found[1] or found[2] or found[3]) if found else None


@lru_cache(1 << 12)
def _host(network: str) -> str | None:
    """The host in the part of an address between the slashes."""
    found = _HOST.fullmatch(network)
    return found[1].lower() if found else None
