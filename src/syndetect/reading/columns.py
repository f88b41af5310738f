"""The columns of a record by their meaning."""

import reprlib
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from syndetect.errors import InputError
from syndetect.reading.encoding import UnusableError

#: The names that a column may have, whatever their case; of those that a record has, the first not null counts.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "doc_id"),
    "text": ("text", "maintext", "body", "content"),
    "source": ("source", "outlet", "source_domain", "newspaper", "series"),
    "published": ("published", "published_at", "date_publish", "publish_date", "date", "created"),
    "title": ("title",),
    "url": ("url",),
    "author": ("author", "authors", "byline", "creator"),
}
#: For each entry of :data:`ALIASES`, the columns of a record that may hold it.
Keys = tuple[tuple[str, ...], ...]


class Columns:
    """The columns of a record by their meaning.

    Args:
        named: from the names in :data:`ALIASES` to the user's, which then have no aliases.
    """

    def __init__(self, named: Mapping[str, str] | None = None) -> None:
        self.named = named or {}

    def keys(self, names: Iterable[Any]) -> Keys:
        """For each entry of :data:`ALIASES` those of ``names`` that may hold it, in order of preference."""
        names = [name for name in names if isinstance(name, str)]
        folded: dict[str, str] = {}
        for name in sorted(names, key=lambda name: name != name.lower()):
            folded.setdefault(name.strip().lower(), name)
        return tuple(
            tuple({name for name in names if name == self.named[ours]})
            if ours in self.named
            else tuple(folded[alias] for alias in aliases if alias in folded)
            for ours, aliases in ALIASES.items()
        )

    def require(self, names: Iterable[Any], place: str) -> None:
        """Raise InputError where a column that the user named is not among ``names``."""
        names = [name for name in names if isinstance(name, str)]
        for theirs in self.named.values():
            if theirs not in names:
                raise InputError(f"{place} has no column {theirs!r}, only {listed(names)}")

    def of_table(self, names: list[str], place: str) -> list[str]:
        """The columns of a table that are needed.

        Raises:
            InputError: a column that the user named is not there.
            UnusableError: none of them holds text.
        """
        self.require(names, place)
        keys = self.keys(names)
        if not keys[1]:
            raise UnusableError(f"no column of text, only {listed(names)}")
        return list(dict.fromkeys(chain.from_iterable(keys)))


def listed(names: list[str]) -> str:
    """The first names of columns, for a message."""
    shown = ", ".join(reprlib.repr(name)[1:-1] if len(name) > 99 else name for name in names[:20])
    return (shown or "empty ones") + (" ..." if len(names) > 20 else "")
